//! What is kept on disk: saved configs, manifests and runs.

pub mod configs;
pub(crate) mod export;
pub mod failed;
mod items;
mod jsonl;
pub mod keys;
pub mod last_connection;
pub(crate) mod listing_cache;
pub(crate) mod manifest_dir;
pub(crate) mod manifest_part;
pub(crate) mod paths;
pub mod probe_cache;
pub mod registered;
pub(crate) mod report;
pub(crate) mod runs;
pub(crate) mod secrets;

pub use crate::manifest::summary::{KindCounts, Summary};
pub use crate::run::report_paths::ReportPaths;
pub use crate::run::{
    failed_unit::FailedUnit,
    new_run::{NewRun, NewSync},
    state::{BatchState, RunState},
    sync_counts::{Held, SyncCounts},
};
pub use export::{Export, Exported, export, findings_beside};
pub use items::Items;
pub use jsonl::{IndexedLines, LineWriter};
pub use listing_cache::{Listed, ListedBlob, ListedPage, ListedReader, ListedWriter, Pairs};
pub use manifest_dir::{ManifestDir, writer::ManifestWriter};
pub use manifest_part::ManifestPart;
pub use paths::{Home, HomeError};
pub use report::{already_there, report_paths, write_report};
pub use runs::{
    RunStore,
    causes::Cause,
    folder_counts::FolderCount,
    lock::RunLock,
    overview::RunGlance,
    pace::{Pace, paces},
    record::{BatchRow, RunRow, StoreError},
    sync::SyncRow,
    times::JobTimes,
};
pub use secrets::{AzureSecret, SecretError, SshKey, azure_secret, bearer_token, ssh_key};
