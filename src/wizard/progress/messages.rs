//! The requests of steps 5 and 6 and their replies.

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    error::UserError,
    manifest::kind::Kind,
    run::{failed_unit::FailedUnit, report_paths::ReportPaths, state::RunState},
    wizard::{
        plan::Plan,
        progress::snapshot::Snapshot,
        saved::{CauseId, Estimate},
    },
};

/// A request of steps 5 and 6.
#[derive(Debug)]
pub enum RunRequest {
    /// Estimate the duration from past runs of the same account. Reads the run record only.
    Estimate {
        /// Encord's API.
        domain: String,
        /// Items of each kind.
        items: Vec<(Kind, u64)>,
        /// Concurrent jobs.
        jobs_in_flight: usize,
    },
    /// Execute the plan: schema, folder, upload jobs.
    Start {
        /// The plan that was confirmed.
        plan: Box<Plan>,
    },
    /// Send no further jobs; with `abort`, also cancel the jobs in Encord.
    Stop {
        /// Whether to cancel the jobs in Encord.
        abort: bool,
    },
    /// Pause sending jobs, or continue. Jobs in Encord are followed either way.
    Pause {
        /// Whether to pause.
        paused: bool,
    },
    /// Resume an interrupted run.
    Resume {
        /// The run's id.
        run: String,
        /// What to do with batches whose outcome is unknown.
        doubts: Doubts,
    },
    /// Follow a run by its record: one of another process, or one that has ended. Changes nothing.
    Watch {
        /// The run's id.
        run: String,
    },
    /// Send what failed or was cancelled in a run again, as a new run.
    Retry {
        /// The id of the earlier run.
        run: String,
        /// The options that differ.
        change: RetryChange,
    },
    /// Read failed units of the current run.
    ReadFailed {
        /// Only those of this cause.
        cause: Option<CauseId>,
        /// The first row.
        first: u64,
        /// The number of rows.
        count: u64,
    },
}

/// A reply of steps 5 and 6.
#[derive(Debug)]
pub enum RunReply {
    /// To [`RunRequest::Estimate`]; `None` where there are too few past runs.
    Estimate(Option<Estimate>),
    /// To [`RunRequest::Start`], [`RunRequest::Resume`], [`RunRequest::Watch`] and [`RunRequest::Retry`].
    Event(RunEvent),
    /// To [`RunRequest::ReadFailed`].
    Failed {
        /// The index of the first unit.
        first: u64,
        /// The failed units.
        units: Vec<FailedUnit>,
    },
}

/// Something that happened in a run.
#[derive(Debug)]
pub enum RunEvent {
    /// The schema was saved with these keys changed.
    SchemaSaved(Vec<String>),
    /// The run could not begin: the schema differs from the one that was reviewed. This is the current one. Nothing was sent.
    SchemaChanged(Map<String, Value>),
    /// The destination folder exists.
    Folder {
        /// Its id.
        uuid: Uuid,
        /// Its path.
        path: String,
        /// Whether this run created it.
        created: bool,
    },
    /// The run is on record.
    Started {
        /// The run's id.
        run: String,
        /// The destination's path.
        folder: String,
    },
    /// The progress, at most ten times a second.
    Progress(Box<Snapshot>),
    /// The run has ended.
    Finished {
        /// The outcome.
        state: RunState,
        /// The final numbers.
        snapshot: Box<Snapshot>,
        /// The reports.
        reports: Option<ReportPaths>,
        /// An error that is not about a single item.
        problem: Option<UserError>,
    },
    /// The run could not begin. Nothing was sent.
    Refused(UserError),
}

/// What a resumed run does with batches that would stop it again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doubts {
    /// Send batches again whose outcome is unknown, even where duplicate URLs are not skipped: what did reach Encord is then
    /// registered twice.
    pub resend: bool,
    /// The numbers of batches to record as cancelled, whatever Encord does with them: the outcome is unknown, or Encord does not
    /// know the job any more.
    pub give_up: Vec<u32>,
}

/// The options of a retry that differ from the earlier run; `None` keeps the earlier value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RetryChange {
    /// Ignore individual file errors.
    pub ignore_errors: Option<bool>,
    /// Skip duplicate URLs.
    pub skip_duplicate_urls: Option<bool>,
    /// Update the metadata of items that are already registered.
    pub upsert_metadata: Option<bool>,
    /// Also send items that may already be registered; where duplicate URLs are not skipped, these are registered twice.
    pub resend_doubtful: bool,
}
