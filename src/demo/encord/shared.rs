//! What every request handler of one service shares.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ed25519_dalek::VerifyingKey;
use secrecy::SecretString;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Integration;
use super::error::ApiError;
use super::jobs::{Job, Pace};
use super::probe::BlobReader;
use super::store::{Folder, Item, Store};
use super::sync::SyncJob;

pub(super) struct Shared {
    pub(super) keys: Vec<VerifyingKey>,
    pub(super) tokens: Mutex<Vec<SecretString>>,
    pub(super) integrations: Vec<Integration>,
    pub(super) pace: Pace,
    pub(super) client: reqwest::Client,
    /// Where a job's lock is held too, it is taken before this one.
    pub(super) store: Mutex<Store>,
    pub(super) jobs: Mutex<HashMap<Uuid, Arc<Job>>>,
    pub(super) syncs: Mutex<HashMap<Uuid, Arc<SyncJob>>>,
    pub(super) stopping: CancellationToken,
}

/// Locks. What a panicking thread left behind is whole enough here: every change is made in one go.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(super) fn integration(&self, uuid: Uuid) -> Option<&Integration> {
        self.integrations.iter().find(|integration| integration.uuid == uuid)
    }

    pub(super) fn blob_reader(&self, integration: Option<Uuid>) -> BlobReader {
        let access = integration.and_then(|uuid| self.integration(uuid)).and_then(|found| found.storage.clone());
        BlobReader::new(self.client.clone(), access)
    }

    /// The item for an answer, with a readable URL if asked for and if there is one.
    pub(super) fn item_json(&self, item: &Item, sign: bool, with_metadata: bool) -> Value {
        let signed = item.urls.first().filter(|_| sign && item.children.is_empty()).map(|url| {
            let access =
                item.integration.and_then(|uuid| self.integration(uuid)).and_then(|found| found.storage.as_ref());
            access.map_or_else(|| url.clone(), |access| access.signed(url))
        });
        item.to_json(signed.as_deref(), with_metadata)
    }
}

/// The folder.
///
/// # Errors
/// 403 when there is none, as the real service answers.
pub(super) fn folder(store: &Store, uuid: Uuid) -> Result<&Folder, ApiError> {
    store.folder(uuid).ok_or_else(|| ApiError::forbidden("folder"))
}

/// The item.
///
/// # Errors
/// 403 when there is none, as the real service answers.
pub(super) fn item(store: &Store, uuid: Uuid) -> Result<&Item, ApiError> {
    store.item(uuid).ok_or_else(|| ApiError::forbidden("item"))
}
