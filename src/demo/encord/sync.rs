//! Cloud-synced folders: listing what lies below the folder's URL and making the folder match it.
//!
//! Images, videos, audio, PDFs and text are taken; groups, series and scenes are not made. An item is named by its path
//! below the synced URL. Files claimed as metadata sidecars pair with the file whose path is theirs without the suffix.
//! What the real service does with two syncs of one folder at the same time is not known; here they do not know of each other and
//! may register a file twice.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use azure_core::xml::from_xml;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::{Host, Url};
use uuid::Uuid;

use crate::demo::encord::{
    jobs::Pace,
    kind::ItemKind,
    probe::{BlobReader, StorageAccess},
    shared::{Shared, locked},
    store::{CloudLink, Item, Store},
};

/// What stays as it is in the path of an object URL.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// One run of a synchronisation.
pub(super) struct SyncJob {
    pub(super) folder: Uuid,
    state: Mutex<State>,
    pub(super) ended: CancellationToken,
}

#[derive(Default)]
struct State {
    ended: Option<Result<(), String>>,
    pages_done: usize,
    units_pending: usize,
    units_done: usize,
    units_error: usize,
}

impl SyncJob {
    pub(super) fn new(folder: Uuid) -> Self {
        Self { folder, state: Mutex::default(), ended: CancellationToken::new() }
    }

    pub(super) fn to_json(&self) -> Value {
        let state = locked(&self.state);
        let status = match &state.ended {
            None => "pending",
            Some(Ok(())) => "done",
            Some(Err(_)) => "error",
        };
        let (running, failed) = (state.ended.is_none(), matches!(state.ended, Some(Err(_))));
        json!({
            "status": status,
            "scanPagesProcessingPending": usize::from(running && state.pages_done == 0),
            "scanPagesProcessingDone": state.pages_done,
            "scanPagesProcessingError": usize::from(failed),
            "scanPagesProcessingCancelled": 0,
            "uploadJobsPending": usize::from(running && state.pages_done > 0),
            "uploadJobsDone": usize::from(state.ended.is_some() && !failed),
            "uploadJobsError": 0,
            "uploadJobsUnitsPending": state.units_pending,
            "uploadJobsUnitsDone": state.units_done,
            "uploadJobsUnitsError": state.units_error,
            "uploadJobsUnitsCancelled": 0,
        })
    }
}

/// Container URL (no slash at its end) and blob prefix of a synced URL. Hosts given by address carry the account as the
/// first path segment, as the storage emulators do.
pub(super) fn split(remote: &Url) -> Option<(String, String)> {
    let path_style = match remote.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(_) | Host::Ipv6(_) => true,
    };
    let mut segments = remote.path().trim_start_matches('/').splitn(if path_style { 3 } else { 2 }, '/');
    let mut container = remote.origin().ascii_serialization();
    for _ in 0..(if path_style { 2 } else { 1 }) {
        let segment = segments.next().filter(|segment| !segment.is_empty())?;
        container.push('/');
        container.push_str(segment);
    }
    let prefix = percent_decode_str(segments.next().unwrap_or_default()).decode_utf8().ok()?;
    Some((container, prefix.into_owned()))
}

/// Runs one synchronisation to its end.
pub(super) async fn run(shared: Arc<Shared>, job: Arc<SyncJob>, link: CloudLink) {
    let outcome = tokio::select! {
        () = shared.stopping.cancelled() => Err("The service stops".to_owned()),
        outcome = work(&shared, &job, &link) => outcome,
    };
    locked(&job.state).ended = Some(outcome);
    job.ended.cancel();
}

async fn work(shared: &Shared, job: &SyncJob, link: &CloudLink) -> Result<(), String> {
    let reader = shared.blob_reader(Some(link.integration));
    let access = reader.access.as_ref().ok_or("The integration has no storage")?;
    let remote = Url::parse(&link.remote_url).map_err(|_| "The synced URL is not a URL")?;
    let (container, prefix) = split(&remote).ok_or("The synced URL has no container")?;

    let mut blobs = Vec::new();
    let mut marker = None;
    loop {
        let page = list(&reader, access, &container, &prefix, marker.as_deref()).await?;
        blobs.extend(page.blobs.blob);
        locked(&job.state).pages_done += 1;
        marker = page.next_marker.filter(|marker| !marker.is_empty());
        if marker.is_none() {
            break;
        }
    }

    let sidecars = Sidecars::of(shared, job.folder);
    let mut metadata = HashMap::new();
    let mut files = Vec::new();
    for blob in blobs {
        let name = blob.name.decoded();
        if let Some(target) = sidecars.as_ref().and_then(|sidecars| name.strip_suffix(sidecars.suffix.as_str())) {
            metadata.insert(target.to_owned(), object_url(&container, &name));
        } else if let Some(kind) = kind_of(&name, blob.properties.content_type.as_deref()) {
            files.push((name, kind, blob.properties));
        }
    }
    locked(&job.state).units_pending = files.len();

    let existing = existing(&locked(&shared.store), job.folder);
    let started = Instant::now();
    let mut present = HashSet::with_capacity(files.len());
    let mut count = 0_u32;
    for (name, kind, properties) in files {
        count += 1;
        if let Pace::PerSecond(rate) = shared.pace
            && let Ok(due) = Duration::try_from_secs_f64(f64::from(count) / rate)
        {
            tokio::time::sleep_until(started + due).await;
        }
        let attached = match metadata.get(&name).filter(|_| sidecars.as_ref().is_some_and(|sidecars| !sidecars.paused))
        {
            Some(url) => read_object(&reader, access, url).await,
            None => None,
        };
        let url = object_url(&container, &name);
        let readable = properties.length > 0 && properties.tier.as_deref() != Some("Archive");
        if readable {
            let title = name.strip_prefix(prefix.as_str()).unwrap_or(&name).to_owned();
            let old = existing.get(&url).copied();
            let mut store = locked(&shared.store);
            apply(&mut store, job.folder, link.integration, old, kind, title, url.clone(), &properties, attached);
            present.insert(url);
        }
        let mut state = locked(&job.state);
        state.units_pending -= 1;
        if readable {
            state.units_done += 1;
        } else {
            state.units_error += 1;
        }
    }
    let mut store = locked(&shared.store);
    for (url, uuid) in existing {
        if !present.contains(&url) {
            store.change_item(uuid, |item| item.tombstone = true);
        }
    }
    Ok(())
}

fn existing(store: &Store, folder: Uuid) -> HashMap<String, Uuid> {
    let Some(folder) = store.folder(folder) else {
        return HashMap::new();
    };
    let items = folder.items.iter().filter_map(|uuid| store.item(uuid));
    items.filter_map(|item| Some((item.urls.first()?.clone(), item.uuid))).collect()
}

#[expect(clippy::too_many_arguments, reason = "one blob's facts, used once")]
fn apply(
    store: &mut Store,
    folder: Uuid,
    integration: Uuid,
    old: Option<Uuid>,
    kind: ItemKind,
    title: String,
    url: String,
    properties: &Properties,
    attached: Option<Map<String, Value>>,
) {
    let fill = |item: &mut Item| {
        item.tombstone = false;
        item.file_size = Some(properties.length);
        item.mime_type.clone_from(&properties.content_type);
        item.etag.clone_from(&properties.etag);
        if let Some(metadata) = attached {
            item.client_metadata = metadata;
        }
    };
    if let Some(uuid) = old {
        store.change_item(uuid, fill);
    } else {
        let mut item = Item::new(folder, kind, title);
        item.urls = vec![url];
        item.integration = Some(integration);
        fill(&mut item);
        store.add_item(item);
    }
}

/// How a folder's metadata sidecars are told from its data.
struct Sidecars {
    suffix: String,
    paused: bool,
}

impl Sidecars {
    fn of(shared: &Shared, folder: Uuid) -> Option<Self> {
        let store = locked(&shared.store);
        let config = store.folder(folder)?.config.get("metadataIngestion")?;
        let suffix = config.get("matcher")?.get("suffix")?.as_str()?.to_owned();
        Some(Self { suffix, paused: config.get("paused").and_then(Value::as_bool).unwrap_or(false) })
    }
}

async fn read_object(reader: &BlobReader, access: &StorageAccess, url: &str) -> Option<Map<String, Value>> {
    let response = reader.request(access, Method::GET, url).send().await.ok()?.error_for_status().ok()?;
    serde_json::from_slice(&response.bytes().await.ok()?).ok()
}

fn object_url(container: &str, name: &str) -> String {
    format!("{container}/{}", utf8_percent_encode(name, PATH))
}

#[derive(Deserialize)]
struct Page {
    #[serde(rename = "Blobs")]
    blobs: Blobs,
    #[serde(rename = "NextMarker", default)]
    next_marker: Option<String>,
}

#[derive(Deserialize)]
struct Blobs {
    #[serde(rename = "Blob", default)]
    blob: Vec<Blob>,
}

#[derive(Deserialize)]
struct Blob {
    #[serde(rename = "Name")]
    name: Name,
    #[serde(rename = "Properties")]
    properties: Properties,
}

/// A name that XML cannot hold comes percent-encoded, and says so.
#[derive(Deserialize)]
struct Name {
    #[serde(rename = "@Encoded", default)]
    encoded: bool,
    #[serde(rename = "$text", default)]
    text: String,
}

impl Name {
    fn decoded(&self) -> String {
        if self.encoded { percent_decode_str(&self.text).decode_utf8_lossy().into_owned() } else { self.text.clone() }
    }
}

#[derive(Deserialize)]
struct Properties {
    #[serde(rename = "Content-Length", default)]
    length: u64,
    #[serde(rename = "Content-Type", default)]
    content_type: Option<String>,
    #[serde(rename = "Etag", default)]
    etag: Option<String>,
    #[serde(rename = "AccessTier", default)]
    tier: Option<String>,
}

fn list_url(container: &str, prefix: &str, marker: Option<&str>) -> String {
    let mut url = format!("{container}?restype=container&comp=list");
    for (name, value) in [("prefix", Some(prefix)), ("marker", marker)] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let encoded = utf8_percent_encode(value, NON_ALPHANUMERIC);
            url.push_str(&format!("&{name}={encoded}"));
        }
    }
    url
}

async fn list(
    reader: &BlobReader,
    access: &StorageAccess,
    container: &str,
    prefix: &str,
    marker: Option<&str>,
) -> Result<Page, String> {
    let url = list_url(container, prefix, marker);
    let request = reader.request(access, Method::GET, &url);
    let response = request.send().await.map_err(|error| format!("Could not list: {}", error.without_url()))?;
    if !response.status().is_success() {
        return Err(format!("Listing {container} was answered with {}", response.status().as_u16()));
    }
    let body = response.bytes().await.map_err(|error| format!("Could not list: {}", error.without_url()))?;
    from_xml(&body).map_err(|_| "The listing is not of the known form".to_owned())
}

/// By the extension; where that says nothing, by the content type.
fn kind_of(name: &str, content_type: Option<&str>) -> Option<ItemKind> {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    match extension.as_str() {
        "jpg" | "jpeg" | "png" | "webp" | "avif" | "bmp" | "tif" | "tiff" => {
            return Some(ItemKind::Image);
        }
        "mp4" | "mov" | "webm" | "mkv" => return Some(ItemKind::Video),
        "mp3" | "wav" | "flac" | "m4a" | "eac3" => return Some(ItemKind::Audio),
        "pdf" => return Some(ItemKind::Pdf),
        "txt" | "html" | "htm" | "json" | "jsonl" | "xml" | "md" | "csv" | "yaml" | "yml" => {
            return Some(ItemKind::PlainText);
        }
        _ => {}
    }
    match content_type? {
        "application/pdf" => Some(ItemKind::Pdf),
        "application/json" | "application/xml" => Some(ItemKind::PlainText),
        // DICOM and formats that browsers do not show have image types too.
        "image/jpeg" | "image/png" | "image/webp" | "image/avif" | "image/bmp" | "image/tiff" => Some(ItemKind::Image),
        other => match other.split_once('/')?.0 {
            "video" => Some(ItemKind::Video),
            "audio" => Some(ItemKind::Audio),
            "text" => Some(ItemKind::PlainText),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn container_and_prefix_come_out_of_the_url() {
        for (url, container, prefix) in [
            ("https://a.blob.core.windows.net/c/x/y%20z/", "https://a.blob.core.windows.net/c", "x/y z/"),
            ("https://a.blob.core.windows.net/c", "https://a.blob.core.windows.net/c", ""),
            ("http://127.0.0.1:10000/dev/c/x/", "http://127.0.0.1:10000/dev/c", "x/"),
        ] {
            assert_eq!(split(&Url::parse(url).unwrap()).unwrap(), (container.to_owned(), prefix.to_owned()));
        }
        assert_eq!(split(&Url::parse("https://a.blob.core.windows.net/").unwrap()), None);
        assert_eq!(split(&Url::parse("http://127.0.0.1:10000/dev/").unwrap()), None);
    }

    #[test]
    fn a_page_with_odd_names_is_read() {
        let page: Page = from_xml(
            r#"<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="c"><Blobs>
            <Blob><Name>a &amp; b.jpg</Name><Properties><Content-Length>5</Content-Length><AccessTier>Hot</AccessTier></Properties></Blob>
            <Blob><Name Encoded="true">a%EF%BF%BEb.jpg</Name><Properties><Content-Length>7</Content-Length></Properties></Blob>
            </Blobs><NextMarker /></EnumerationResults>"#,
        )
        .unwrap();
        let names: Vec<_> = page.blobs.blob.iter().map(|blob| blob.name.decoded()).collect();
        assert_eq!(names, ["a & b.jpg", "a\u{fffe}b.jpg"]);
        assert_eq!(page.blobs.blob[0].properties.length, 5);
        assert!(page.next_marker.unwrap_or_default().is_empty());
    }
}
