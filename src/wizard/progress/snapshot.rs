//! A run's numbers at one moment.

use uuid::Uuid;

use crate::{
    manifest::kind::Kind,
    run::{state::BatchState, sync_counts::SyncCounts},
    wizard::{progress::sync::SyncStage, saved::CauseRow},
};

/// A job on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// The batch's number, from 1.
    pub batch: u32,
    /// Encord's id.
    pub job: Option<Uuid>,
    /// What it holds.
    pub kind: Kind,
    /// How it stands.
    pub state: BatchState,
    /// Units in it.
    pub count: u64,
    /// Units registered.
    pub done: u64,
    /// Units failed.
    pub errors: u64,
    /// Units cancelled.
    pub cancelled: u64,
    /// Why the whole job failed.
    pub message: Option<String>,
    /// Seconds since it was sent, up to its end; `None` before, and where an earlier version did not put that on record.
    pub age: Option<u64>,
}

/// At most so many values make the history of a run's rate.
pub const HISTORY: usize = 120;

/// A run's numbers at one moment, computed from its batches, so that they never exceed the whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// The jobs in order.
    pub jobs: Vec<JobRow>,
    /// Units of all jobs.
    pub total: u64,
    /// Units registered.
    pub done: u64,
    /// Units failed.
    pub errors: u64,
    /// Units cancelled.
    pub cancelled: u64,
    /// Units registered that were in the folder before the run, as far as that is known.
    pub already: u64,
    /// Failed units on record.
    pub failed_rows: u64,
    /// Units finished in a second, over the last moments.
    pub per_second: f64,
    /// Seconds since the run began or was resumed.
    pub elapsed: u64,
    /// What the run waits for, where it is not plain progress.
    pub note: Option<String>,
    /// Why units failed, the most frequent cause first.
    pub causes: Vec<CauseRow>,
    /// Units finished a second, in equal spans of time, the latest last; for a sparkline. At most [`HISTORY`] of them.
    pub history: Vec<u32>,
    /// Seconds that each of [`Self::history`] spans; it grows with the run.
    pub span: u32,
    /// New jobs are held back because the user said so.
    pub paused: bool,
    /// All units are finished, but Encord has not ended the jobs: it still links data.
    pub linking: bool,
    /// Another process works on the run; this one only looks on.
    pub watched: bool,
    /// Where the run has no jobs of its own but follows a cloud-synced folder.
    pub sync: Option<SyncCounts>,
}

impl Snapshot {
    /// Units that are finished, one way or the other.
    pub fn finished(&self) -> u64 {
        self.done.saturating_add(self.errors).saturating_add(self.cancelled)
    }

    /// Units that are not finished.
    pub fn open(&self) -> u64 {
        self.total.saturating_sub(self.finished())
    }

    /// Units that were tried or given up and are not registered: what a retry sends.
    pub fn lost(&self) -> u64 {
        self.errors.saturating_add(self.cancelled)
    }

    /// Units that a retry sends although they are registered: Encord does not tell which of a cancelled job's it had registered, so
    /// such a job is sent whole.
    pub fn sent_once_more(&self) -> u64 {
        self.jobs.iter().filter(|job| job.state == BatchState::Cancelled).map(|job| job.done).sum()
    }

    /// How much of the whole is finished, in per cent; rounded down, so that 100 means that nothing is open.
    pub fn percent(&self) -> u64 {
        match self.total {
            0 => 0,
            total => u64::try_from(u128::from(self.finished()) * 100 / u128::from(total)).map_or(100, |it| it.min(100)),
        }
    }

    /// Jobs that Encord has and has not ended.
    pub fn in_encord(&self) -> usize {
        self.jobs.iter().filter(|job| matches!(job.state, BatchState::Sending | BatchState::Pending)).count()
    }

    /// Seconds that the rest will take at the present rate; `None` until that means something, and while new jobs are held back.
    pub fn eta(&self) -> Option<u64> {
        let rest = self.open();
        // As long as Encord lists, nobody knows how much is to come.
        let grows = self.sync.is_some_and(|counts| SyncStage::of(&counts) == SyncStage::Listing);
        if self.elapsed < 3 || self.per_second <= 0.0 || rest == 0 || grows || self.paused {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an estimate in whole seconds"
        )]
        let seconds = (rest as f64 / self.per_second).ceil() as u64;
        Some(seconds)
    }
}
