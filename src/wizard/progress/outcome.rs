//! How a run ended, in a sentence: the same on the screen, in commands and read aloud.

use crate::{
    format::{count, counted},
    run::{state::RunState, status::RunStatus},
    wizard::progress::snapshot::Snapshot,
};

impl Snapshot {
    /// Whether a job is not at its end.
    pub fn is_open(&self) -> bool {
        match &self.sync {
            Some(counts) => !counts.state.is_final(),
            None => self.jobs.iter().any(|job| !job.state.is_final()),
        }
    }

    /// How a run stands on which nobody works any more and whose record says `state`.
    pub fn standing(&self, state: RunState) -> RunStatus {
        RunStatus::of(state, false, self.is_open())
    }
}

/// How a run ended that sends jobs, in a sentence whose numbers add up to the whole.
pub fn outcome_words(state: RunState, snapshot: &Snapshot) -> String {
    let standing = snapshot.standing(state);
    let numbers = match standing {
        RunStatus::Done if snapshot.done > 1 => format!("all {} items are registered", count(snapshot.done)),
        _ => {
            let rest = rest_words(snapshot.errors, snapshot.cancelled, snapshot.open());
            format!("{} registered{rest}", counted(snapshot.done, "item is", "items are"))
        }
    };
    format!("{}: {numbers}.", standing.title())
}

/// `, 2 failed, 10 cancelled, 5 not finished`: what there is of it.
fn rest_words(failed: u64, cancelled: u64, open: u64) -> String {
    let parts = [(failed, "failed"), (cancelled, "cancelled"), (open, "not finished")];
    parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!(", {} {what}", count(number)))
        .collect()
}

/// How far a run of `total` items is that is to go on: `67 of 298 items are registered, 1 failed; the other 230 are not finished.`
pub fn so_far_words(total: u64, registered: u64, failed: u64, cancelled: u64) -> String {
    let open = total.saturating_sub(registered.saturating_add(failed).saturating_add(cancelled));
    let others = match (open, open == total) {
        (0, _) => "; nothing is left to do".to_owned(),
        (1, false) => "; the other one is not finished".to_owned(),
        (_, true) => String::new(),
        (open, false) => format!("; the other {} are not finished", count(open)),
    };
    let rest = rest_words(failed, cancelled, 0);
    format!("{} of {} registered{rest}{others}.", count(registered), counted(total, "item is", "items are"))
}

/// What of the registered was in the folder before, if anything is known to have been.
pub fn already_words(snapshot: &Snapshot) -> Option<String> {
    let new = count(snapshot.done.saturating_sub(snapshot.already));
    let already = counted(snapshot.already, "was", "were");
    (snapshot.already > 0).then(|| format!("Of the registered, {new} are new; {already} already there."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        manifest::kind::Kind,
        run::{state::BatchState, sync_counts::SyncCounts},
        wizard::progress::snapshot::JobRow,
    };

    fn snapshot(state: BatchState, [done, errors, cancelled]: [u64; 3]) -> Snapshot {
        let row = JobRow {
            batch: 1,
            job: None,
            kind: Kind::Image,
            state,
            count: 2298,
            done,
            errors,
            cancelled,
            message: None,
            age: None,
        };
        Snapshot { jobs: vec![row], total: 2298, done, errors, cancelled, ..Snapshot::default() }
    }

    #[test]
    fn the_numbers_of_an_end_add_up_to_the_whole() {
        use RunState::{Cancelled, Done, DoneWithErrors, Failed, Running};
        for (state, job, numbers, words) in [
            (Done, BatchState::Done, [2298, 0, 0], "Done: all 2,298 items are registered."),
            (DoneWithErrors, BatchState::Done, [2297, 1, 0], "Done with errors: 2,297 items are registered, 1 failed."),
            (Failed, BatchState::Error, [0, 2298, 0], "Failed: 0 items are registered, 2,298 failed."),
            (
                Cancelled,
                BatchState::Cancelled,
                [1, 2, 2295],
                "Cancelled: 1 item is registered, 2 failed, 2,295 cancelled.",
            ),
            (Cancelled, BatchState::Waiting, [8, 0, 0], "Interrupted: 8 items are registered, 2,290 not finished."),
            (Failed, BatchState::Pending, [8, 0, 0], "Interrupted: 8 items are registered, 2,290 not finished."),
            (
                Running,
                BatchState::Sending,
                [8, 1, 0],
                "Interrupted: 8 items are registered, 1 failed, 2,289 not finished.",
            ),
        ] {
            assert_eq!(outcome_words(state, &snapshot(job, numbers)), words);
        }
    }

    #[test]
    fn what_is_to_go_on_is_counted_whole() {
        for (numbers, words) in [
            ((298, 67, 1, 0), "67 of 298 items are registered, 1 failed; the other 230 are not finished."),
            (
                (298, 67, 1, 20),
                "67 of 298 items are registered, 1 failed, 20 cancelled; the other 210 are not finished.",
            ),
            ((298, 297, 0, 0), "297 of 298 items are registered; the other one is not finished."),
            ((298, 297, 1, 0), "297 of 298 items are registered, 1 failed; nothing is left to do."),
            ((298, 0, 0, 0), "0 of 298 items are registered."),
            ((1, 0, 0, 0), "0 of 1 item is registered."),
        ] {
            let (total, registered, failed, cancelled) = numbers;
            assert_eq!(so_far_words(total, registered, failed, cancelled), words);
        }
    }

    #[test]
    fn a_sync_that_goes_on_is_open() {
        let mut following = Snapshot { sync: Some(SyncCounts::default()), ..Snapshot::default() };
        assert!(following.is_open() && following.standing(RunState::Running) == RunStatus::Interrupted);
        following.sync = Some(SyncCounts { state: BatchState::Done, ..SyncCounts::default() });
        assert!(!following.is_open() && following.standing(RunState::Done) == RunStatus::Done);
    }

    #[test]
    fn what_was_there_before_is_told_where_there_is_some() {
        let snapshot = Snapshot { done: 1500, already: 1200, ..Snapshot::default() };
        assert_eq!(already_words(&snapshot).unwrap(), "Of the registered, 300 are new; 1,200 were already there.");
        assert_eq!(already_words(&Snapshot { already: 0, ..snapshot }), None);
    }
}
