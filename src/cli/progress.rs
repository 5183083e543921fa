//! Formats a run's progress as lines of text.

use std::time::{Duration, Instant};

use crate::{
    format::{count, counted},
    run::sync_counts::SyncCounts,
    wizard::progress::snapshot::Snapshot,
};

/// Minimum time between two lines of sync counts where lines cannot be overwritten.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// A run's counts in one line.
pub(super) fn line(snapshot: &Snapshot) -> String {
    let mut line = match &snapshot.sync {
        Some(counts) => sync_line(counts),
        None => {
            let already = match snapshot.already {
                0 => String::new(),
                already => format!(" ({} already there)", count(already)),
            };
            let (done, total) = (count(snapshot.done), count(snapshot.total));
            format!("{done} of {total} registered{already}, {} failed", count(snapshot.errors))
        }
    };
    if snapshot.per_second > 0.0 {
        line += &format!(", {:.1} a second", snapshot.per_second);
    }
    if let Some(note) = &snapshot.note {
        line += &format!(" ({note})");
    }
    line
}

/// A sync's counts in one line.
pub(super) fn sync_line(counts: &SyncCounts) -> String {
    let [open, listed, failed, cancelled] = counts.pages;
    let pages = counted(open + listed + failed + cancelled, "listing page", "listing pages");
    format!(
        "{} found: {} registered, {} failed; {} of {pages} dealt with",
        counted(counts.files(), "file", "files"),
        count(counts.registered()),
        count(counts.failed()),
        count(listed + failed + cancelled)
    )
}

/// What was reported already.
#[derive(Debug, Default)]
pub(super) struct ReportedProgress {
    already: u64,
    sync: Option<Instant>,
}

impl ReportedProgress {
    /// Whether the sync counts should be printed now; `is_news` if more than the numbers changed.
    pub(super) fn is_due(&mut self, is_news: bool) -> bool {
        let is_due = is_news || self.sync.is_none_or(|reported| reported.elapsed() >= LINE_INTERVAL);
        if is_due {
            self.sync = Some(Instant::now());
        }
        is_due
    }

    /// The line about items that were already in the folder, if their number has grown.
    pub(super) fn already(&mut self, snapshot: &Snapshot) -> Option<String> {
        if snapshot.already <= std::mem::replace(&mut self.already, snapshot.already) {
            return None;
        }
        let (done, already) = (count(snapshot.done), count(snapshot.already));
        Some(format!("  so far {done} of {} registered; {already} of them were already there", count(snapshot.total)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::state::BatchState;

    #[test]
    fn items_that_were_already_there_are_reported_once() {
        let mut reported = ReportedProgress::default();
        let mut snapshot = Snapshot { total: 2000, done: 1500, errors: 2, per_second: 12.34, ..Snapshot::default() };
        assert_eq!(line(&snapshot), "1,500 of 2,000 registered, 2 failed, 12.3 a second");
        assert_eq!(reported.already(&snapshot), None);
        (snapshot.already, snapshot.note) = (1200, Some("waiting".into()));
        assert_eq!(
            line(&snapshot),
            "1,500 of 2,000 registered (1,200 already there), 2 failed, 12.3 a second (waiting)"
        );
        let words = "  so far 1,500 of 2,000 registered; 1,200 of them were already there";
        assert_eq!([reported.already(&snapshot), reported.already(&snapshot)], [Some(words.to_owned()), None]);
    }

    #[test]
    fn a_sync_line_shows_encords_counts() {
        let counts = SyncCounts {
            state: BatchState::Pending,
            pages: [1, 2, 0, 0],
            units: [10, 1990, 1, 0],
            ..SyncCounts::default()
        };
        let snapshot = Snapshot { sync: Some(counts), ..Snapshot::default() };
        assert_eq!(line(&snapshot), "2,001 files found: 1,990 registered, 1 failed; 2 of 3 listing pages dealt with");
        let mut reported = ReportedProgress::default();
        assert_eq!([false, false, true].map(|is_news| reported.is_due(is_news)), [true, false, true]);
    }
}
