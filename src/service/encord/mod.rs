//! An asynchronous client for the part of Encord's public API that registering data needs.
//!
//! [`Client`] is what the rest of the program uses; everything here follows the official Python SDK on the wire.

mod body;
mod client;
mod domain;
mod error;
mod folder_config;
mod folders;
mod items;
mod jobs;
mod key;
mod outcome;
mod pem;
mod refusals;
mod retry;
mod schema;
mod signature;

pub use client::{Client, Credential, Integration};
pub use error::{Error, Kind};
pub use folders::{CloudSynced, Folder, FolderKind, FolderQuery, FolderSummary, NewFolder, Page, PathElement, Role};
pub use items::ListedItem;
pub use jobs::{JobState, JobStatus, SyncState, SyncStatus, UnitError};
pub use key::{KeyError, KeyLook, SigningKey, open_to_others};
pub(crate) use refusals::RefusalBackoff;
pub use retry::RetryPolicy;
