//! What is on record of a run that lets Encord mirror a container by itself.

use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{BatchState, RunStore, StoreError, parse_uuid};

/// What the folder of a new run mirrors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSync {
    /// The URL of the place in the storage, with a slash at its end.
    pub remote_url: String,
    /// The ending of the files that Encord is to read as metadata of the others.
    pub sidecar: Option<String>,
}

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

/// A sync as it is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncRow {
    /// What the folder mirrors.
    pub remote_url: String,
    /// The ending of the sidecars, where Encord was told to read some.
    pub sidecar: Option<String>,
    /// How far it is.
    pub counts: SyncCounts,
    /// Why it failed.
    pub message: Option<String>,
}

impl SyncRow {
    /// Everything by its name, as in reports.
    pub fn to_json(&self) -> Value {
        let mut told = self.counts.to_json();
        told["remote_url"] = json!(self.remote_url);
        told["sidecar"] = json!(self.sidecar);
        told["message"] = json!(self.message);
        told
    }

    pub(super) fn as_new(&self) -> NewSync {
        NewSync { remote_url: self.remote_url.clone(), sidecar: self.sidecar.clone() }
    }
}

/// The sync in a row of the table of runs, if the run is one.
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Option<SyncRow>> {
    let (Some(remote_url), Some(counts)) = (row.get("remote_url")?, read_counts(row)?) else { return Ok(None) };
    let job: Option<String> = row.get("sync_job")?;
    let counts = SyncCounts { job: job.map(|text| parse_uuid(&text)), ..counts };
    Ok(Some(SyncRow { remote_url, sidecar: row.get("sidecar")?, counts, message: row.get("sync_message")? }))
}

/// How far the sync of a run is, if the run is one: a run has a state of its sync from the beginning. Without Encord's id of it.
pub(super) fn read_counts(row: &Row<'_>) -> rusqlite::Result<Option<SyncCounts>> {
    // State and id are what a resumed run goes by, so they have columns of their own.
    let Some(state) = row.get::<_, Option<String>>("sync_state")? else { return Ok(None) };
    let counts: Option<String> = row.get("sync_counts")?;
    let counts: SyncCounts = counts.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    Ok(Some(SyncCounts { state: BatchState::from_name(&state), job: None, ..counts }))
}

impl RunStore {
    /// Records how far the sync of a run is.
    ///
    /// # Errors
    /// The database's.
    pub fn save_sync(&mut self, run: &str, counts: &SyncCounts, message: Option<&str>) -> Result<(), StoreError> {
        let text = serde_json::to_string(counts).unwrap_or_default();
        let job = counts.job.map(|job| job.to_string());
        self.connection
            .execute(
                "update run set sync_state = ?2, sync_job = ?3, sync_counts = ?4, sync_message = ?5 where id = ?1",
                params![run, counts.state.name(), job, text, message],
            )
            .map_err(|source| self.fault(source))?;
        Ok(())
    }
}
