//! What is on record of a run that lets Encord mirror a container by itself.

use rusqlite::{Row, params};
use serde_json::{Value, json};

use crate::{
    run::{new_run::NewSync, state::BatchState, sync_counts::SyncCounts},
    store::runs::{RunStore, parse_uuid, record::StoreError},
};

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
