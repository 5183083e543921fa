//! How far Encord is with a cloud-synced folder.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::run::state::BatchState;

/// How far Encord is with a cloud-synced folder, as Encord counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncCounts {
    /// How the sync stands; `sending` as long as it is not known whether Encord has got the request to begin.
    pub state: BatchState,
    /// Encord's id of it.
    pub job: Option<Uuid>,
    /// Pages of the container's listing: to be processed, processed, failed, cancelled.
    pub pages: [u64; 4],
    /// Upload jobs that Encord made of them: pending, done, failed.
    pub jobs: [u64; 3],
    /// Files in those: pending, registered, failed, cancelled.
    pub units: [u64; 4],
    /// What the folder holds after the end, where Encord told.
    pub held: Option<Held>,
}

/// What a folder holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Items, with those whose file is gone.
    pub items: u64,
    /// Items whose file is gone from the storage.
    pub tombstones: u64,
}

impl SyncCounts {
    /// Files that Encord has dealt with well: registered, brought up to date, or found unchanged.
    pub fn registered(&self) -> u64 {
        self.units[1]
    }

    /// Files that failed.
    pub fn failed(&self) -> u64 {
        self.units[2]
    }

    /// Files that were cancelled.
    pub fn cancelled(&self) -> u64 {
        self.units[3]
    }

    /// All files found so far. They become more as long as pages of the listing are open.
    pub fn files(&self) -> u64 {
        self.units.iter().sum()
    }

    /// The numbers by their names, as in events and reports.
    pub fn to_json(&self) -> Value {
        let [pending, done, error, cancelled] = self.pages;
        let pages = json!({ "pending": pending, "done": done, "error": error, "cancelled": cancelled });
        let [pending, done, error] = self.jobs;
        let jobs = json!({ "pending": pending, "done": done, "error": error });
        let [pending, done, error, cancelled] = self.units;
        let units = json!({ "pending": pending, "done": done, "error": error, "cancelled": cancelled });
        json!({ "state": self.state.name(), "job": self.job, "pages": pages, "jobs": jobs, "units": units, "held": self.held })
    }

    /// Whether something did not go well: files, jobs or whole pages of the listing.
    pub fn has_failures(&self) -> bool {
        self.failed() + self.cancelled() + self.jobs[2] + self.pages[2] + self.pages[3] > 0
    }
}
