//! DICOM series by what the files themselves say: the first kilobytes of each are read by range requests.

mod elements;
mod head;

use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    azure::{self, container::Container},
    error::UserError,
    manifest::{
        builder::Builder,
        groups::{Resolution, Unread},
        validate::ValidatingSink,
    },
    service::{
        manifest::{
            Writing,
            dicom::head::{Head, Look},
        },
        problems::{azure_problem, disk_problem},
    },
    store::{
        paths::Home,
        probe_cache::{ProbeKind, Probed},
    },
    wizard::manifest::messages::ListingProgress,
};

/// Files that are read at the same time.
const AT_ONCE: usize = 16;
/// Files that are read before what was found is kept.
const KEPT_AFTER: usize = 256;
/// Progress is told at most this often.
const SAMPLE: Duration = Duration::from_millis(100);
/// How much of a file is read at first, then if that is not enough: the tags that matter mostly stand in the first kilobytes,
/// unless a sequence or a private block comes before them.
const STEPS: [u64; 3] = [64 * 1024, 256 * 1024, 1024 * 1024];

/// What was found out about a file; this is what is cached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Found {
    /// Its series.
    Series(Head),
    /// Not DICOM at all.
    Foreign,
    /// DICOM, as far as can be told, and unreadable for this reason.
    Unreadable(String),
}

/// Reads every file whose series is not known yet and puts it into its group. A file that cannot be read becomes a finding; one
/// that is no DICOM file is left out, unless its name says that it is one. `blobs` is how many have been listed.
pub(super) async fn resolve(
    builder: &mut Builder,
    container: &Container,
    home: &Home,
    into: &mut Writing,
    blobs: u64,
    tell: &mut impl FnMut(ListingProgress),
) -> Result<(), UserError> {
    let groups = builder.groups_mut();
    if groups.unread(0).next().is_none() {
        return Ok(());
    }
    // Without the cache everything is read again, which is slower and as good.
    let mut cache = Probed::open(home).ok();
    let write_fault = |error: std::io::Error| disk_problem("write the manifest", &error);
    let mut told = Instant::now();
    let mut from = 0;
    loop {
        // A bounded number of names is held at a time.
        let waiting: Vec<Unread> = groups.unread(from).take(KEPT_AFTER).collect();
        let Some(last) = waiting.last() else { return Ok(()) };
        from = last.place + 1;
        let mut fresh = Vec::new();
        let mut files = Vec::with_capacity(waiting.len());
        for file in waiting {
            let url = format!("{}/{}", container.url(), file.name);
            let known = cache.as_ref().filter(|_| !file.etag.is_empty());
            let known = known.and_then(|cache| cache.get(ProbeKind::DicomSeries, &url, &file.etag).ok().flatten());
            files.push((file, url, known.and_then(|value| serde_json::from_value::<Found>(value).ok())));
        }
        let mut looks = stream::iter(files)
            .map(|(file, url, known)| async move {
                match known {
                    Some(found) => Ok((file, url, found, true)),
                    None => look(container, &file).await.map(|found| (file, url, found, false)),
                }
            })
            .buffered(AT_ONCE);
        while let Some((file, url, found, is_known)) = looks.try_next().await? {
            if !is_known && !file.etag.is_empty() {
                fresh.push((url, file.etag.clone(), serde_json::to_value(&found).unwrap_or(Value::Null)));
            }
            let mut sink = ValidatingSink { judge: &mut into.judge, sink: &mut into.writer };
            groups.resolve(file.place, resolution(found, file.is_certain), &mut sink).map_err(write_fault)?;
            if told.elapsed() >= SAMPLE {
                told = Instant::now();
                tell(into.progress(blobs));
            }
        }
        if let Some(cache) = &mut cache {
            // The next build reads them again if they cannot be kept.
            let _ = cache.put(ProbeKind::DicomSeries, &fresh);
        }
    }
}

fn resolution(found: Found, is_certain: bool) -> Resolution {
    match found {
        Found::Series(head) => {
            let key = format!("{}/{}", head.study, head.series);
            let title = match &head.description {
                Some(description) => format!("{description} ({})", head.series),
                None => head.series.clone(),
            };
            Resolution::Series { key, title, number: head.number }
        }
        Found::Foreign if is_certain => Resolution::Unreadable(
            "it is called a DICOM file, but its content is not: the letters DICM are not where they have to be"
                .to_owned(),
        ),
        Found::Foreign => Resolution::Other,
        Found::Unreadable(why) => Resolution::Unreadable(why),
    }
}

/// Reads as much of a file as is needed.
async fn look(container: &Container, file: &Unread) -> Result<Found, UserError> {
    let mut bytes = Vec::new();
    let mut why = String::new();
    for step in STEPS {
        let have = bytes.len() as u64;
        match container.read_range(&file.name, have, step - have).await {
            Ok(more) => bytes.extend_from_slice(&more),
            Err(error) if concerns_one_file(&error) => {
                let said = error.message.as_deref().map(|said| format!(": {said}")).unwrap_or_default();
                return Ok(Found::Unreadable(format!("it could not be read ({}){said}", error.kind)));
            }
            Err(error) => return Err(azure_problem(&error)),
        }
        let is_whole = bytes.len() as u64 >= file.size || (bytes.len() as u64) < step;
        match head::look(&bytes, is_whole) {
            Look::Found(head) => return Ok(Found::Series(head)),
            Look::Foreign => return Ok(Found::Foreign),
            Look::Unreadable(reason) => {
                why = reason;
                if is_whole {
                    break;
                }
            }
        }
    }
    Ok(Found::Unreadable(why))
}

/// Whether a failure says something of this blob only: others may be readable.
fn concerns_one_file(error: &azure::error::Error) -> bool {
    match &error.kind {
        azure::error::ErrorKind::NotFound { .. } | azure::error::ErrorKind::BadUrl => true,
        azure::error::ErrorKind::Service { status, .. } => matches!(status, 404 | 409 | 412),
        _ => false,
    }
}
