//! What every request handler of one service shares.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use ed25519_dalek::VerifyingKey;
use secrecy::SecretString;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::demo::encord::{
    FolderAccess, Integration,
    error::ApiError,
    faults::Faults,
    jobs::{Job, Pace},
    probe::{BlobReader, StorageAccess},
    store::{Folder, Item, Store},
    sync::SyncJob,
};

pub(super) struct Shared {
    pub(super) keys: Vec<VerifyingKey>,
    pub(super) tokens: Mutex<Vec<SecretString>>,
    pub(super) integrations: Mutex<Vec<Integration>>,
    /// Where an integration that is added later reads.
    pub(super) storage: Option<StorageAccess>,
    pub(super) pace: Pace,
    pub(super) client: reqwest::Client,
    /// Where a job's lock is held too, it is taken before this one.
    pub(super) store: Mutex<Store>,
    pub(super) jobs: Mutex<HashMap<Uuid, Arc<Job>>>,
    pub(super) syncs: Mutex<HashMap<Uuid, Arc<SyncJob>>>,
    pub(super) faults: Faults,
    pub(super) stopping: CancellationToken,
}

/// Locks. What a panicking thread left behind is whole enough here: every change is made in one go.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(super) fn has_integration(&self, uuid: Uuid) -> bool {
        locked(&self.integrations).iter().any(|integration| integration.uuid == uuid)
    }

    /// Where an integration reads; `None` also where there is no such integration any more.
    pub(super) fn storage(&self, integration: Option<Uuid>) -> Option<StorageAccess> {
        let uuid = integration?;
        locked(&self.integrations).iter().find(|integration| integration.uuid == uuid)?.storage.clone()
    }

    pub(super) fn blob_reader(&self, integration: Option<Uuid>) -> BlobReader {
        BlobReader::new(self.client.clone(), self.storage(integration))
    }

    /// The item for an answer, with a readable URL if asked for and if there is one.
    pub(super) fn item_json(&self, item: &Item, sign: bool, with_metadata: bool) -> Value {
        let signed = item
            .urls
            .first()
            .filter(|_| sign && item.children.is_empty())
            .map(|url| self.storage(item.integration).map_or_else(|| url.clone(), |access| access.signed(url)));
        item.to_json(signed.as_deref(), with_metadata)
    }
}

/// The folder.
///
/// # Errors
/// 403 when there is none or the user has no access to it, as the real service answers.
pub(super) fn folder(store: &Store, uuid: Uuid) -> Result<&Folder, ApiError> {
    let found = store.folder(uuid).filter(|_| store.access(uuid) != FolderAccess::Nothing);
    found.ok_or_else(|| ApiError::forbidden("folder"))
}

/// The folder, in which something is to be changed or added.
///
/// # Errors
/// As [`folder`], and 403 where the user may only look.
pub(super) fn writable(store: &Store, uuid: Uuid) -> Result<&Folder, ApiError> {
    let found = folder(store, uuid)?;
    match store.access(uuid) {
        FolderAccess::Looking => {
            Err(ApiError::new(StatusCode::FORBIDDEN, "You are not authorised to change this folder or to add to it."))
        }
        _ => Ok(found),
    }
}

/// The item.
///
/// # Errors
/// 403 when there is none, as the real service answers.
pub(super) fn item(store: &Store, uuid: Uuid) -> Result<&Item, ApiError> {
    store.item(uuid).ok_or_else(|| ApiError::forbidden("item"))
}
