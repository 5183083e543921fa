//! An asynchronous client for the part of Encord's public API that registering data needs.
//!
//! [`Client`] is what the rest of the program uses; everything here follows the official Python SDK on the wire.

mod body;
pub(crate) mod client;
mod domain;
pub(crate) mod error;
mod folder_config;
pub(crate) mod folders;
mod items;
pub(crate) mod jobs;
pub(crate) mod key;
mod outcome;
mod pem;
pub(crate) mod refusals;
pub(crate) mod retry;
mod schema;
mod signature;

pub use client::{Client, Credential, Integration};
pub use error::{Error, Kind};
pub use folders::{CloudSynced, Folder, FolderKind, FolderQuery, FolderSummary, NewFolder, Page, PathElement, Role};
pub use items::ListedItem;
pub use jobs::{JobState, JobStatus, SyncState, SyncStatus, UnitError};
pub use key::{
    KeyError, SigningKey,
    file::{KeyLook, open_to_others},
};
pub use retry::RetryPolicy;
