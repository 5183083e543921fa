//! The states of a run and of its batches, under the names that programs read.

use serde::{Deserialize, Serialize};

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// Jobs are still to be sent or followed.
    Running,
    /// Everything is registered.
    Done,
    /// Finished, but some items failed.
    DoneWithErrors,
    /// Nothing more will happen, and not everything was tried.
    Failed,
    /// The user stopped it.
    Cancelled,
}

impl RunState {
    /// As in JSON events.
    pub fn name(self) -> &'static str {
        match self {
            RunState::Running => "running",
            RunState::Done => "done",
            RunState::DoneWithErrors => "done-with-errors",
            RunState::Failed => "failed",
            RunState::Cancelled => "cancelled",
        }
    }

    pub(crate) fn from_name(name: &str) -> RunState {
        [RunState::Done, RunState::DoneWithErrors, RunState::Failed, RunState::Cancelled]
            .into_iter()
            .find(|state| state.name() == name)
            .unwrap_or(RunState::Running)
    }
}

/// How a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BatchState {
    /// Not sent yet.
    #[default]
    Waiting,
    /// Its request is leaving; whether Encord has it is not known until the job's id is.
    Sending,
    /// Encord works on it.
    Pending,
    /// Encord has finished it; single units may have failed.
    Done,
    /// Encord ended it with an error, or it could not be sent.
    Error,
    /// It was cancelled.
    Cancelled,
}

impl BatchState {
    /// As in JSON events.
    pub fn name(self) -> &'static str {
        match self {
            BatchState::Waiting => "waiting",
            BatchState::Sending => "sending",
            BatchState::Pending => "pending",
            BatchState::Done => "done",
            BatchState::Error => "error",
            BatchState::Cancelled => "cancelled",
        }
    }

    pub(crate) fn from_name(name: &str) -> BatchState {
        [BatchState::Sending, BatchState::Pending, BatchState::Done, BatchState::Error, BatchState::Cancelled]
            .into_iter()
            .find(|state| state.name() == name)
            .unwrap_or(BatchState::Waiting)
    }

    /// Whether nothing more happens to it.
    pub fn is_final(self) -> bool {
        matches!(self, BatchState::Done | BatchState::Error | BatchState::Cancelled)
    }
}
