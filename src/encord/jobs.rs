//! Encord's background work: jobs that register data, and jobs that sync a cloud-synced folder.

use bytes::Bytes;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use uuid::Uuid;

use crate::encord::{
    client::{Client, Request, query},
    error::Error,
    folders::or_default,
    retry::Call,
};

/// The longest that one poll may be held by the server, in seconds: the SDK's own limit for long polling.
const LONGEST_POLL: u32 = 60;

/// Where an upload job stands. A *unit* is one video, image, image group, DICOM series or the like.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobStatus {
    /// Where the job as a whole stands.
    #[serde(rename = "status")]
    pub state: JobState,
    /// Units not looked at yet. Zero while the job is pending means that Encord is still linking what it read.
    #[serde(rename = "unitsPendingCount", default, deserialize_with = "or_default")]
    pub pending: u64,
    /// Units registered, or skipped as already there.
    #[serde(rename = "unitsDoneCount", default, deserialize_with = "or_default")]
    pub done: u64,
    /// Units that failed.
    #[serde(rename = "unitsErrorCount", default, deserialize_with = "or_default")]
    pub failed: u64,
    /// Units that were cancelled.
    #[serde(rename = "unitsCancelledCount", default, deserialize_with = "or_default")]
    pub cancelled: u64,
    /// What went wrong with the job as a whole.
    #[serde(default, deserialize_with = "or_default")]
    pub errors: Vec<String>,
    /// What went wrong with single units.
    #[serde(default, deserialize_with = "or_default")]
    pub unit_errors: Vec<UnitError>,
    /// How many items were newly created; skipped ones are not among them.
    #[serde(rename = "itemsWithNames", default, deserialize_with = "count")]
    pub items_created: u64,
}

/// A unit that failed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnitError {
    /// The URLs of the unit; several for a group or a series.
    #[serde(default, deserialize_with = "or_default")]
    pub object_urls: Vec<String>,
    /// Encord's words.
    #[serde(default, deserialize_with = "or_default")]
    pub error: String,
    /// What to quote to Encord's support.
    #[serde(default)]
    pub subtask_uuid: Option<String>,
    /// What Encord was doing.
    #[serde(default)]
    pub action_description: Option<String>,
}

/// Where a job stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum JobState {
    /// Still at work.
    Pending,
    /// At its end. Units may have failed all the same.
    Done,
    /// Given up.
    Error,
    /// Cancelled; what was registered before stays.
    Cancelled,
    /// A state that this program does not know, as Encord spells it. Not known to be an end.
    Unknown(String),
}

impl JobState {
    /// Whether the job will not change any more.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Done | Self::Error | Self::Cancelled)
    }
}

impl From<String> for JobState {
    // Upload jobs spell their states in capitals, syncs in small letters.
    fn from(text: String) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "pending" => Self::Pending,
            "done" => Self::Done,
            "error" => Self::Error,
            "cancelled" => Self::Cancelled,
            _ => Self::Unknown(text),
        }
    }
}

/// Where a sync stands; the same states as a job has.
pub type SyncState = JobState;

/// Where the sync of a cloud-synced folder stands. Pages are pages of the bucket's listing, units are files.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncStatus {
    /// Where the sync as a whole stands.
    #[serde(rename = "status")]
    pub state: SyncState,
    /// Pages not looked at yet.
    #[serde(rename = "scanPagesProcessingPending", default, deserialize_with = "or_default")]
    pub pages_pending: u64,
    /// Pages dealt with.
    #[serde(rename = "scanPagesProcessingDone", default, deserialize_with = "or_default")]
    pub pages_done: u64,
    /// Pages that failed.
    #[serde(rename = "scanPagesProcessingError", default, deserialize_with = "or_default")]
    pub pages_failed: u64,
    /// Pages that were cancelled.
    #[serde(rename = "scanPagesProcessingCancelled", default, deserialize_with = "or_default")]
    pub pages_cancelled: u64,
    /// Upload jobs not at their end yet.
    #[serde(rename = "uploadJobsPending", default, deserialize_with = "or_default")]
    pub jobs_pending: u64,
    /// Upload jobs at their end.
    #[serde(rename = "uploadJobsDone", default, deserialize_with = "or_default")]
    pub jobs_done: u64,
    /// Upload jobs that failed.
    #[serde(rename = "uploadJobsError", default, deserialize_with = "or_default")]
    pub jobs_failed: u64,
    /// Files not looked at yet.
    #[serde(rename = "uploadJobsUnitsPending", default, deserialize_with = "or_default")]
    pub units_pending: u64,
    /// Files registered.
    #[serde(rename = "uploadJobsUnitsDone", default, deserialize_with = "or_default")]
    pub units_done: u64,
    /// Files that failed.
    #[serde(rename = "uploadJobsUnitsError", default, deserialize_with = "or_default")]
    pub units_failed: u64,
    /// Files that were cancelled.
    #[serde(rename = "uploadJobsUnitsCancelled", default, deserialize_with = "or_default")]
    pub units_cancelled: u64,
    /// What Encord says of it besides the numbers. The SDK reads nothing of the sort, so there may never be any.
    #[serde(skip)]
    pub words: Option<String>,
}

#[derive(Deserialize)]
struct SyncAnswer {
    #[serde(flatten)]
    status: SyncStatus,
    #[serde(default)]
    message: Value,
    #[serde(default)]
    error: Value,
    #[serde(default)]
    errors: Value,
}

/// The texts in a value of unknown form.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

impl Client {
    /// Starts a job that registers data in a folder; `body` is the whole JSON of the request.
    ///
    /// Sent again only if it surely never reached Encord. A caller that gets [`Error::outcome_unknown`] must not send it
    /// again unless the body skips duplicate URLs; after [`Kind::RateLimited`](crate::encord::error::Kind::RateLimited) it may.
    pub async fn create_job(&self, folder: Uuid, body: Bytes) -> Result<Uuid, Error> {
        let path = format!("storage/folders/{folder}/data-upload-jobs");
        self.send(Request::post("start the upload job", Call::Create, path, Some(body))).await
    }

    /// Where a job stands; the server holds the answer for up to `timeout_seconds` (60 at most) while nothing ends.
    pub async fn poll_job(&self, folder: Uuid, job: Uuid, timeout_seconds: u32) -> Result<JobStatus, Error> {
        let path = format!("storage/folders/{folder}/data-upload-jobs/{job}?{}", hold(timeout_seconds));
        self.send(Request::get("follow the upload job", path)).await
    }

    /// Cancels what a job has not done yet, and tells how many units that were.
    ///
    /// Cancelling twice is harmless, so the call is repeated like a read; the count is then that of the last try.
    pub async fn cancel_job(&self, folder: Uuid, job: Uuid) -> Result<u64, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer {
            #[serde(default, deserialize_with = "or_default")]
            units_cancelled_count: u64,
        }
        let path = format!("storage/folders/{folder}/data-upload-jobs/{job}/cancel");
        let answer: Answer = self.send(Request::post("cancel the upload job", Call::Idempotent, path, None)).await?;
        Ok(answer.units_cancelled_count)
    }

    /// Starts the sync of a cloud-synced folder. Other folders answer 400.
    ///
    /// Sent again only if it surely never reached Encord.
    pub async fn start_sync(&self, folder: Uuid) -> Result<Uuid, Error> {
        let path = format!("storage/folders/{folder}/cloud-synced-folder-syncs");
        self.send(Request::post("start the sync of the folder", Call::Create, path, None)).await
    }

    /// Where a sync stands; held by the server as [`Client::poll_job`] is.
    pub async fn poll_sync(&self, folder: Uuid, job: Uuid, timeout_seconds: u32) -> Result<SyncStatus, Error> {
        let held = hold(timeout_seconds);
        // Polling says "linked" where starting says "synced": that is how the API is.
        let path = format!("storage/folders/{folder}/cloud-linked-folder-syncs/{job}/long-polling?{held}");
        let answer: SyncAnswer = self.send(Request::get("follow the sync of the folder", path)).await?;
        let words: Vec<String> = [&answer.message, &answer.error, &answer.errors].into_iter().flat_map(texts).collect();
        let words = crate::encord::body::tidy(&words.join("; "));
        Ok(SyncStatus { words: Some(words).filter(|words| !words.is_empty()), ..answer.status })
    }
}

fn hold(seconds: u32) -> String {
    query(&[("timeoutSeconds", Some(&seconds.min(LONGEST_POLL).to_string()))])
}

/// The length of a list, without keeping what is in it.
fn count<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    Ok(Option::<Vec<IgnoredAny>>::deserialize(from)?.map_or(0, |list| list.len() as u64))
}
