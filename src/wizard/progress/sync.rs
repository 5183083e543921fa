//! What a cloud-synced folder is at, told from Encord's numbers.

use crate::{
    format::{count, counted},
    run::{
        state::{BatchState, RunState},
        sync_counts::SyncCounts,
    },
    wizard::{
        action::{Action, Hint},
        progress::{Phase, ProgressStep},
    },
};

/// What the sync of a folder is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncStage {
    /// Encord has not confirmed that it begins.
    Starting,
    /// Encord lists the container; what it finds is registered meanwhile, and the total still grows.
    Listing,
    /// Everything is listed, and files are still being registered.
    Registering,
    /// It is at its end, whichever that is.
    Ended,
}

impl SyncStage {
    /// What these numbers mean.
    pub fn of(counts: &SyncCounts) -> SyncStage {
        let pages: u64 = counts.pages.iter().sum();
        match counts.state {
            BatchState::Waiting | BatchState::Sending => SyncStage::Starting,
            // Before the first page is known there is none at all.
            BatchState::Pending if counts.pages[0] > 0 || pages == 0 => SyncStage::Listing,
            BatchState::Pending => SyncStage::Registering,
            BatchState::Done | BatchState::Error | BatchState::Cancelled => SyncStage::Ended,
        }
    }

    /// In a sentence.
    pub fn words(self) -> &'static str {
        match self {
            SyncStage::Starting => "Encord is asked to begin.",
            SyncStage::Listing => "Encord lists the container and registers what it finds; the numbers still grow.",
            SyncStage::Registering => "Encord has listed the container and registers the files.",
            SyncStage::Ended => "The sync has ended.",
        }
    }
}

/// How the sync of the folder at `path` ended and what the folder holds after it, in sentences, the outcome first.
pub fn sync_outcome(state: RunState, counts: &SyncCounts, path: &str) -> Vec<String> {
    let registered = counted(counts.registered(), "file is", "files are");
    let failed = count(counts.failed());
    let mut sentences = vec![match state {
        RunState::Done => format!("Done: '{path}' mirrors its place in the container; {registered} registered."),
        RunState::DoneWithErrors => format!("Done with errors: {registered} registered, {failed} failed."),
        RunState::Failed if counts.failed() == 0 => format!("Failed: {registered} registered."),
        RunState::Failed => format!("Failed: {registered} registered, {failed} failed."),
        RunState::Cancelled => format!("Cancelled: {registered} registered, {failed} failed."),
        RunState::Running if counts.state == BatchState::Waiting => format!("The sync of '{path}' has not begun."),
        RunState::Running => format!("Encord goes on syncing '{path}' by itself; {registered} registered so far."),
    }];
    if state == RunState::Running {
        return sentences;
    }
    let pages = counts.pages[2] + counts.pages[3];
    if pages > 0 {
        let pages = counted(pages, "page of the container's listing was", "pages of the container's listing were");
        sentences.push(format!("{pages} not dealt with: files on them are missing."));
    }
    if counts.failed() > 0 {
        sentences.push("Encord does not tell which files failed: they are those that the folder lacks.".to_owned());
    }
    if let Some(held) = counts.held {
        let items = counted(held.items, "item", "items");
        sentences.push(match held.tombstones {
            0 => format!("The folder holds {items}."),
            gone => format!(
                "The folder holds {items}, {} of them without a file, as it is gone from the storage.",
                count(gone)
            ),
        });
        // Encord does not say what it counts; where the numbers differ, that is worth a look but no failure.
        let present = held.items.saturating_sub(held.tombstones);
        if state == RunState::Done && present < counts.registered() {
            sentences.push(
                "That is fewer than the files counted: sidecars may be among those. Look into the folder.".to_owned(),
            );
        }
    }
    sentences
}

/// The keys while a sync is followed: there is nothing to scroll through, and a sync cannot be cancelled.
pub(super) fn hints(step: &ProgressStep) -> Vec<Hint> {
    match step.phase {
        Phase::Finished(_) => vec![Hint::new(Action::Next, "finish"), step.way_out()],
        Phase::Preparing | Phase::Running if step.is_watching() => vec![step.way_out()],
        Phase::Preparing | Phase::Running => vec![Hint::new(Action::Cancel, "leave it to Encord")],
        Phase::Stopping | Phase::Aborting | Phase::Unstarted | Phase::Refused(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stage_follows_from_the_numbers() {
        for (state, pages, stage) in [
            (BatchState::Waiting, [0; 4], SyncStage::Starting),
            (BatchState::Sending, [0; 4], SyncStage::Starting),
            (BatchState::Pending, [0; 4], SyncStage::Listing),
            (BatchState::Pending, [1, 7, 0, 0], SyncStage::Listing),
            (BatchState::Pending, [0, 8, 0, 0], SyncStage::Registering),
            (BatchState::Pending, [0, 0, 1, 0], SyncStage::Registering),
            (BatchState::Done, [0, 8, 0, 0], SyncStage::Ended),
            (BatchState::Error, [1, 0, 0, 0], SyncStage::Ended),
            (BatchState::Cancelled, [0; 4], SyncStage::Ended),
        ] {
            assert_eq!(SyncStage::of(&SyncCounts { state, pages, ..SyncCounts::default() }), stage);
        }
    }
}
