//! Upload jobs: each takes its units one after the other, looks at their files and registers them.
//!
//! Where the real service's behaviour is not known, this one chooses:
//! - with `ignoreErrors` false the first error ends the job as ERROR; what was registered before stays, and the units not
//!   yet processed count as cancelled;
//! - `upsertMetadata` replaces the metadata of the existing item;
//! - a group duplicates another when all their URLs are the same in the same order;
//! - a title that is not given is the URL's path as it is written.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use crate::demo::encord::{
    dicom::{self, Identifiers},
    kind::ItemKind,
    probe::{BlobReader, CONCURRENCY, Problem, Seen},
    shared::{Shared, locked},
    store::{Item, Store},
    units::{FileRef, JobRequest, Unit},
};

/// How fast a job goes through its units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// As fast as the files can be looked at.
    Unlimited,
    /// So many units per second and job; more than zero.
    PerSecond(f64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    Done,
    Error,
    Cancelled,
}

/// One upload job, running or ended.
pub(super) struct Job {
    pub(super) folder: Uuid,
    state: Mutex<State>,
    /// Fires when the job reached its end, whichever it is.
    pub(super) ended: CancellationToken,
    file_name: Option<String>,
}

struct State {
    status: Status,
    pending: usize,
    done: usize,
    cancelled: usize,
    items: Vec<Value>,
    errors: Vec<String>,
    unit_errors: Vec<Value>,
}

impl Job {
    pub(super) fn new(folder: Uuid, request: &JobRequest) -> Self {
        let state = State {
            status: Status::Pending,
            pending: request.units.len(),
            done: 0,
            cancelled: 0,
            items: Vec::new(),
            errors: Vec::new(),
            unit_errors: Vec::new(),
        };
        Self { folder, state: Mutex::new(state), ended: CancellationToken::new(), file_name: request.file_name.clone() }
    }

    /// Cancels what is not processed yet and says how many units that were. A job that has ended stays as it is.
    pub(super) fn cancel(&self) -> usize {
        let mut state = locked(&self.state);
        if state.status != Status::Pending {
            return 0;
        }
        self.end(&mut state, Status::Cancelled);
        state.cancelled
    }

    fn end(&self, state: &mut State, status: Status) {
        state.status = status;
        state.cancelled += std::mem::take(&mut state.pending);
        self.ended.cancel();
    }

    pub(super) fn to_json(&self) -> Value {
        let state = locked(&self.state);
        let status = match state.status {
            Status::Pending => "PENDING",
            Status::Done => "DONE",
            Status::Error => "ERROR",
            Status::Cancelled => "CANCELLED",
        };
        json!({
            "status": status,
            "itemsWithNames": state.items,
            "errors": state.errors,
            "unitsPendingCount": state.pending,
            "unitsDoneCount": state.done,
            "unitsErrorCount": state.unit_errors.len(),
            "unitsCancelledCount": state.cancelled,
            "unitErrors": state.unit_errors,
            "fileName": self.file_name,
        })
    }
}

/// Runs a job to its end, or until it is cancelled or the service stops.
pub(super) async fn run(shared: Arc<Shared>, job: Arc<Job>, mut request: JobRequest) {
    let units = std::mem::take(&mut request.units);
    let reader = shared.blob_reader(request.integration);
    let (shared, job, request) = (&shared, &job, &request);
    let work = async {
        let started = Instant::now();
        let mut checked = stream::iter(units)
            .map(|unit| {
                let reader = &reader;
                async move {
                    let outcome = check(shared, job.folder, request, reader, &unit).await;
                    (unit, outcome)
                }
            })
            .buffered(CONCURRENCY);
        let mut count = 0_u32;
        while let Some((unit, outcome)) = checked.next().await {
            count += 1;
            if let Pace::PerSecond(rate) = shared.pace
                && let Ok(due) = Duration::try_from_secs_f64(f64::from(count) / rate)
            {
                tokio::time::sleep_until(started + due).await;
            }
            if !commit(shared, job, request, unit, outcome) {
                return;
            }
        }
        let mut state = locked(&job.state);
        if state.status == Status::Pending {
            job.end(&mut state, Status::Done);
        }
    };
    tokio::select! {
        biased;
        () = job.ended.cancelled() => {}
        () = shared.stopping.cancelled() => {}
        () = work => {}
    }
}

/// What the check of a unit brought: `None` where it was skipped as a duplicate.
type Outcome = Result<Option<Vec<Seen>>, Problem>;

async fn check(shared: &Shared, folder: Uuid, request: &JobRequest, reader: &BlobReader, unit: &Unit) -> Outcome {
    if let Some(problem) = &unit.problem {
        return Err(Problem::new(problem.clone(), "Correct the entry, then register it again."));
    }
    if unit.title.as_ref().is_some_and(|title| title.chars().count() > 300) {
        return Err(Problem::new("The title is longer than 300 characters", "Shorten the title."));
    }
    if request.skip_duplicates {
        let urls: Vec<String> = unit.files.iter().map(|file| file.url.clone()).collect();
        if locked(&shared.store).duplicate(folder, unit.kind, &urls).is_some() {
            return Ok(None);
        }
    }
    let looks: Vec<_> = unit.files.iter().map(|file| reader.look(file)).collect();
    let seen: Vec<Seen> = stream::iter(looks).buffered(CONCURRENCY).try_collect().await?;
    if unit.kind == ItemKind::DicomSeries {
        consistent(&unit.files, &seen)?;
    }
    Ok(Some(seen))
}

/// The identifiers that could be read must be the same in all files of a series.
fn consistent(files: &[FileRef], seen: &[Seen]) -> Result<Identifiers, Problem> {
    let mut common = Identifiers::default();
    for (file, seen) in files.iter().zip(seen) {
        let mut own = dicom::identifiers(&seen.head);
        own.study = own.study.or_else(|| tag(file, "0020000D"));
        own.series = own.series.or_else(|| tag(file, "0020000E"));
        for (name, value, known) in
            [("StudyInstanceUID", own.study, &mut common.study), ("SeriesInstanceUID", own.series, &mut common.series)]
        {
            match (&known, value) {
                (Some(known), Some(value)) if **known != value => {
                    return Err(Problem::new(
                        format!("The value of DICOM tag '{name}' should be consistent across files in a series"),
                        "Put the files of different studies or series into series of their own.",
                    ));
                }
                (None, Some(value)) => *known = Some(value),
                _ => {}
            }
        }
    }
    Ok(common)
}

fn tag(file: &FileRef, tag: &str) -> Option<String> {
    file.tags.as_ref()?.get(tag)?.get("Value")?.get(0)?.as_str().map(str::to_owned)
}

/// Writes a unit's outcome down. Returns whether the job goes on.
fn commit(shared: &Shared, job: &Job, request: &JobRequest, unit: Unit, outcome: Outcome) -> bool {
    let mut state = locked(&job.state);
    if state.status != Status::Pending {
        return false;
    }
    let urls: Vec<String> = unit.files.iter().map(|file| file.url.clone()).collect();
    let kind = unit.kind;
    let registered = outcome.and_then(|seen| {
        let mut store = locked(&shared.store);
        register(&mut store, job.folder, request, unit, &urls, &seen.unwrap_or_default())
    });
    state.pending -= 1;
    match registered {
        Ok(item) => {
            state.done += 1;
            state.items.extend(item.map(|(uuid, name)| json!({ "itemUuid": uuid, "name": name })));
            true
        }
        Err(problem) => {
            state.errors.push(problem.error.clone());
            state.unit_errors.push(json!({
                "objectUrls": urls,
                "error": problem.error,
                "subtaskUuid": Uuid::new_v4(),
                "actionDescription": format!("Registering the {}. {}", kind.noun(), problem.action),
            }));
            if !request.ignore_errors {
                job.end(&mut state, Status::Error);
            }
            request.ignore_errors
        }
    }
}

/// Adds the unit's item, or leaves the one that is there already.
fn register(
    store: &mut Store,
    folder: Uuid,
    request: &JobRequest,
    unit: Unit,
    urls: &[String],
    seen: &[Seen],
) -> Result<Option<(Uuid, String)>, Problem> {
    if request.skip_duplicates
        && let Some(existing) = store.duplicate(folder, unit.kind, urls)
    {
        if request.upsert_metadata {
            store.change_item(existing, |item| item.client_metadata = unit.client_metadata);
        }
        return Ok(None);
    }
    let mut item = Item::new(folder, unit.kind, unit.title.unwrap_or_else(|| title_of(urls)));
    item.urls = urls.to_vec();
    item.client_metadata = unit.client_metadata;
    item.integration = request.integration;
    item.settings = unit.settings;
    item.mime_type = text(&unit.media, "mimeType").or_else(|| seen.first().and_then(|seen| seen.content_type.clone()));
    let sizes = seen.iter().filter_map(|seen| seen.size).sum::<u64>();
    item.file_size = unit.media.get("fileSize").and_then(Value::as_u64).or((sizes > 0).then_some(sizes));
    item.media = unit.media;
    let frame_kind = match unit.kind {
        ItemKind::ImageGroup | ItemKind::ImageSequence => Some(ItemKind::Image),
        ItemKind::DicomSeries => Some(ItemKind::DicomFile),
        _ => None,
    };
    if unit.kind == ItemKind::DicomSeries {
        let common = consistent(&unit.files, seen)?;
        (item.study, item.series) = (common.study, common.series);
    }
    if !unit.from_items.is_empty() {
        let known = |uuid: &Uuid| store.item(*uuid).is_some_and(|item| item.kind == ItemKind::Image);
        if let Some(unknown) = unit.from_items.iter().find(|uuid| !known(uuid)) {
            let error = format!("Item {unknown} does not exist or is not an image");
            return Err(Problem::new(error, "Give the UUIDs of images that are registered already."));
        }
        item.integration = unit.from_items.first().and_then(|uuid| store.item(*uuid)).and_then(|item| item.integration);
        item.children.clone_from(&unit.from_items);
    } else if let Some(kind) = frame_kind {
        for (index, file) in unit.files.iter().enumerate() {
            let name = file.title.clone().unwrap_or_else(|| title_of(std::slice::from_ref(&file.url)));
            let mut frame = Item::new(folder, kind, name);
            frame.urls = vec![file.url.clone()];
            frame.integration = request.integration;
            frame.listed = false;
            let seen = seen.get(index);
            frame.file_size = seen.and_then(|seen| seen.size);
            frame.mime_type = seen.and_then(|seen| seen.content_type.clone());
            item.children.extend(store.add_item(frame));
        }
    }
    let name = item.name.clone();
    match store.add_item(item) {
        Some(uuid) => Ok(Some((uuid, name))),
        None => Err(Problem::new("The folder was deleted", "Register the files in another folder.")),
    }
}

fn text(media: &Map<String, Value>, key: &str) -> Option<String> {
    media.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// The path of the URL, which the documentation gives as the default title.
fn title_of(urls: &[String]) -> String {
    let Some(url) = urls.first() else {
        return "Untitled".to_owned();
    };
    Url::parse(url).map_or_else(|_| url.clone(), |url| url.path().to_owned())
}
