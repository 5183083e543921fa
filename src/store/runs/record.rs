//! What is on record of a run.

use std::io;

use thiserror::Error;
use uuid::Uuid;

use crate::{
    manifest::batch::Batch,
    run::{
        error_grouping,
        new_run::NewRun,
        state::{BatchState, RunState},
    },
    store::runs::sync::SyncRow,
};

/// A fault of the run store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// SQLite's own words.
    #[error(
        "The record of runs ({path}) cannot be used: {source}. Check the disk's free space and the file's permissions."
    )]
    Database {
        /// The database.
        path: String,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file system's own words.
    #[error("Cannot write {path}: {source}. Check the disk's free space and the directory's permissions.")]
    File {
        /// The file or directory.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Something in the database is not what SQLite wrote. Where it is opened next it is looked through, and moved aside.
    #[error(
        "The record of runs ({path}) is damaged: {source}. Start azure-to-encord again: it then moves the record aside as it is, and \
         tells how to bring back what can be read. If the disk reports errors, copy the record to another disk first."
    )]
    Unreadable {
        /// The database.
        path: String,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The database is not what SQLite wrote. It has been moved aside.
    #[error(
        "The record of runs was damaged ({said}). It is now at {moved}, as it was found. To bring back what can be \
         read, before anything else: sqlite3 '{moved}' .recover | sqlite3 '{path}'. Otherwise an empty record is begun, and `runs` \
         lists none of the old runs; their directories stay."
    )]
    Damaged {
        /// Where it was.
        path: String,
        /// Where it is.
        moved: String,
        /// What SQLite said.
        said: String,
    },
    /// The manifest that belongs to a run.
    #[error(
        "The manifest of the run ({path}) cannot be read: {source}. Without it the run's items are not known any more."
    )]
    Manifest {
        /// Its directory.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// There is no such run.
    #[error("There is no run '{0}'. `azure-to-encord runs list` shows all runs.")]
    Unknown(String),
    /// Another process works on the run.
    #[error(
        "Another azure-to-encord is working on run {0} right now. Wait for it, or stop it where it is open: with c in the wizard, with Ctrl-C in a shell."
    )]
    Busy(String),
}

/// A run as it is on disk.
#[derive(Debug, Clone)]
pub struct RunRow {
    /// What it is.
    pub run: NewRun,
    /// How it stands.
    pub state: RunState,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// When it ended.
    pub finished: Option<String>,
    /// Units that Encord has registered.
    pub registered: u64,
    /// Units that failed.
    pub failed: u64,
    /// Items in all; of a sync, the files that Encord has found so far.
    pub items: u64,
    /// How far Encord is with mirroring, where that is what the run is.
    pub sync: Option<SyncRow>,
}

/// A batch as it is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchRow {
    /// Its number in the run, from 1.
    pub number: u32,
    /// What it holds.
    pub batch: Batch,
    /// How it stands.
    pub state: BatchState,
    /// Encord's id of its job.
    pub job: Option<Uuid>,
    /// Units registered.
    pub done: u64,
    /// Units failed.
    pub errors: u64,
    /// Units cancelled.
    pub cancelled: u64,
    /// Why the whole batch failed.
    pub message: Option<String>,
    /// Items that its job created, once it is at its end; the others that are done were in the folder already.
    pub created: Option<u64>,
    /// Its request was sent again although an earlier one may have been carried out, so that items which seem to have been
    /// there already may be that one's.
    pub resent: bool,
}

impl BatchRow {
    /// A batch that nothing has happened to.
    pub fn waiting(number: u32, batch: Batch) -> BatchRow {
        BatchRow {
            number,
            batch,
            state: BatchState::Waiting,
            job: None,
            done: 0,
            errors: 0,
            cancelled: 0,
            message: None,
            created: None,
            resent: false,
        }
    }

    /// Units that were in the folder before, as far as that is known; meaningless where duplicates are not skipped.
    pub fn already_there(&self) -> u64 {
        match self.created {
            Some(created) if !self.resent => self.done.saturating_sub(created),
            _ => 0,
        }
    }

    /// Why the whole batch failed, without what names single files.
    pub fn cause(&self) -> String {
        error_grouping::normalize(self.message.as_deref().unwrap_or_default(), &[])
    }

    /// Units that are neither registered nor failed nor cancelled.
    pub fn open(&self) -> u64 {
        self.batch.count.saturating_sub(self.done + self.errors + self.cancelled)
    }
}
