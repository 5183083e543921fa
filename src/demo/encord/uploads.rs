//! Starting, polling and cancelling upload jobs and synchronisations.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::demo::encord::{
    body,
    error::ApiError,
    jobs::{self, Job},
    query::{Query, path_uuid},
    shared::{Shared, folder, locked, writable},
    sync::{self, SyncJob},
    units::{self, JobRequest},
};

type Reply = Result<Json<Value>, ApiError>;

/// The longest a poll is held, in seconds: clients send days but give up reading after three minutes.
const LONGEST_POLL: u64 = 60;
/// Limits of one registration (encord.md §4.1).
const MAX_UNITS: usize = 500_000;
const MAX_URLS: usize = 1_000_000;

pub(super) async fn start(State(shared): State<Arc<Shared>>, Path(id): Path<String>, bytes: Bytes) -> Reply {
    let parent = path_uuid("folderUuid", &id)?;
    writable(&locked(&shared.store), parent)?;
    let request = units::read(&body::parse(&bytes)?)?;
    check(&shared, &request)?;

    let job = Arc::new(Job::new(parent, &request));
    let uuid = Uuid::new_v4();
    locked(&shared.jobs).insert(uuid, Arc::clone(&job));
    if let Some(found) = locked(&shared.store).folder_mut(parent) {
        found.job_count += 1;
    }
    tokio::spawn(jobs::run(Arc::clone(&shared), job, request));
    Ok(Json(json!(uuid)))
}

fn check(shared: &Shared, request: &JobRequest) -> Result<(), ApiError> {
    let urls: usize = request.units.iter().map(|unit| unit.files.len()).sum();
    if request.units.len() > MAX_UNITS || urls > MAX_URLS {
        return Err(ApiError::bad_request(format!(
            "One registration holds at most {MAX_UNITS} items and {MAX_URLS} URLs; this one has {} and {urls}",
            request.units.len()
        )));
    }
    match request.integration {
        None if urls > 0 => {
            Err(ApiError::bad_request("integrationHash is required to register files from cloud storage"))
        }
        Some(uuid) if !shared.has_integration(uuid) => Err(ApiError::forbidden("integration")),
        _ => Ok(()),
    }
}

pub(super) async fn poll(
    State(shared): State<Arc<Shared>>,
    Path((parent, id)): Path<(String, String)>,
    query: Query,
) -> Reply {
    let job = find(&shared, &parent, &id)?;
    wait(&shared, &job.ended, &query).await?;
    Ok(Json(job.to_json()))
}

pub(super) async fn cancel(State(shared): State<Arc<Shared>>, Path((parent, id)): Path<(String, String)>) -> Reply {
    let job = find(&shared, &parent, &id)?;
    Ok(Json(json!({ "unitsCancelledCount": job.cancel() })))
}

fn find(shared: &Shared, parent: &str, id: &str) -> Result<Arc<Job>, ApiError> {
    let (parent, uuid) = (path_uuid("folderUuid", parent)?, path_uuid("jobUuid", id)?);
    folder(&locked(&shared.store), parent)?;
    let found = locked(&shared.jobs).get(&uuid).filter(|job| job.folder == parent).cloned();
    found.ok_or_else(|| ApiError::not_found("There is no such upload job in this folder"))
}

/// Holds the answer back until the job ended or the time is up.
async fn wait(shared: &Shared, ended: &CancellationToken, query: &Query) -> Result<(), ApiError> {
    let seconds = query.number("timeoutSeconds", LONGEST_POLL, 0, u64::MAX)?.min(LONGEST_POLL);
    tokio::select! {
        biased;
        () = ended.cancelled() => {}
        () = shared.stopping.cancelled() => {}
        () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
    }
    Ok(())
}

pub(super) async fn start_sync(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Reply {
    let parent = path_uuid("folderUuid", &id)?;
    let link = writable(&locked(&shared.store), parent)?.link.clone();
    let link = link.ok_or_else(|| ApiError::bad_request("The folder is not a cloud-synced folder"))?;
    let job = Arc::new(SyncJob::new(parent));
    let uuid = Uuid::new_v4();
    locked(&shared.syncs).insert(uuid, Arc::clone(&job));
    tokio::spawn(sync::run(Arc::clone(&shared), job, link));
    Ok(Json(json!(uuid)))
}

pub(super) async fn poll_sync(
    State(shared): State<Arc<Shared>>,
    Path((parent, id)): Path<(String, String)>,
    query: Query,
) -> Reply {
    let (parent, uuid) = (path_uuid("folderUuid", &parent)?, path_uuid("syncJobUuid", &id)?);
    folder(&locked(&shared.store), parent)?;
    let found = locked(&shared.syncs).get(&uuid).filter(|job| job.folder == parent).cloned();
    let job = found.ok_or_else(|| ApiError::bad_request("There is no such synchronisation of this folder"))?;
    wait(&shared, &job.ended, &query).await?;
    Ok(Json(job.to_json()))
}
