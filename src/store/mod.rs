//! What is kept on disk: saved configs, manifests and runs.

pub mod cause;
pub mod config;
mod export;
pub mod failed;
mod items;
pub mod last;
mod lines;
mod listed;
mod manifest_dir;
mod manifest_part;
mod paths;
pub mod probed;
mod report;
mod runs;
mod secrets;
pub mod seen;

pub use export::{Export, Exported, export, findings_beside};
pub use items::Items;
pub use lines::{IndexedLines, LineWriter};
pub use listed::{Listed, ListedBlob, ListedPage, ListedReader, ListedWriter, Pairs};
pub use manifest_dir::{ManifestDir, ManifestWriter, Summary, Tally};
pub use manifest_part::ManifestPart;
pub(crate) use paths::expand_home;
pub use paths::{Home, HomeError};
pub use report::{ReportPaths, already_there, write_report};
pub use runs::{
    BatchRow, BatchState, Cause, FailedUnit, FolderCount, Held, NewRun, NewSync, RunGlance, RunLock, RunRow, RunState,
    RunStore, StoreError, SyncCounts, SyncRow,
};
pub use secrets::{AzureSecret, SecretError, SshKey, azure_secret, bearer_token, ssh_key};
