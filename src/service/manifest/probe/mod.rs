//! Media metadata read from the blobs: where strict client-only access makes it mandatory, or where it is wanted of every item.

use std::sync::{Arc, Mutex, PoisonError};

use percent_encoding::percent_decode_str;
use tokio::runtime::Handle;

use crate::{
    azure::{self, container::Container, error::ErrorKind},
    config::manifest::Probe,
    error::UserError,
    manifest::{
        finding::Code,
        item::{Frame, Item},
        kind::Kind,
        media::Media,
        probe::{self, Known, ProbeError},
        values::ValidationRules,
    },
    service::{
        integration::account::resolve,
        manifest::{Building, probe::remote::Remote, second_pass::Work},
        problems::azure_problem,
    },
    store::probe_cache::{ProbeKind, Probed},
};

mod remote;

/// Whether media metadata is to be read at all.
pub(super) fn is_wanted(wish: Probe, demands: &ValidationRules) -> bool {
    match wish {
        Probe::Always => true,
        Probe::WhenRequired => demands.strict,
        Probe::Never => false,
    }
}

/// Reads the media metadata of items that do not bring their own.
#[derive(Debug)]
pub(super) struct Probing {
    container: Container,
    /// What the URLs of all blobs begin with.
    base: String,
    /// Whether only the types count that must have it.
    only_required: bool,
    /// Without it everything is read again, which is slower and as good.
    cache: Option<Mutex<Probed>>,
}

/// What to do about a file that could not be read.
enum ReadFailure {
    /// Tell it with the item, and go on.
    Item(String),
    /// Every other file would fail as well.
    All(UserError),
}

impl Probing {
    /// Prepares for it, if it is wanted.
    pub(super) fn open(building: &Building<'_>) -> Result<Option<Arc<Probing>>, UserError> {
        if !building.probes {
            return Ok(None);
        }
        let resolved = resolve(building.access)?;
        let container = resolved.open()?;
        Ok(Some(Arc::new(Probing {
            base: format!("{}/{}/", resolved.object_base(&building.access.azure), container.name()),
            container,
            only_required: building.manifest.probe_media != Probe::Always,
            cache: Probed::open(building.home).ok().map(Mutex::new),
        })))
    }

    fn wants(&self, item: &Item) -> bool {
        let is_required = matches!(item.kind, Kind::Video | Kind::Image | Kind::ImageGroup | Kind::Audio);
        probe::can_read(item.kind) && (is_required || !self.only_required) && !item.has_media()
    }

    /// Fills in what an item lacks. A file that cannot be read is told with its item.
    pub(super) async fn fill(self: Arc<Probing>, mut work: Work) -> Result<Work, UserError> {
        if !self.wants(&work.item) {
            return Ok(work);
        }
        if !work.item.kind.is_group() {
            let (url, size) = (work.item.urls.first().cloned().unwrap_or_default(), work.item.bytes);
            let content_type = work.provenance.content_type.clone();
            let etag = work.provenance.etag.clone().unwrap_or_default();
            match self.media(work.item.kind, &url, size, content_type, &etag).await {
                Ok(media) => work.item.media = Some(media),
                Err(ReadFailure::Item(why)) => work.say(Code::MediaUnreadable, why),
                Err(ReadFailure::All(problem)) => return Err(problem),
            }
            return Ok(work);
        }
        let mut frames = std::mem::take(&mut work.item.frames);
        frames.resize_with(work.item.urls.len(), Frame::default);
        for (place, frame) in frames.iter_mut().enumerate().filter(|(_, frame)| frame.media.is_none()) {
            let url = work.item.urls.get(place).cloned().unwrap_or_default();
            match self.media(work.item.kind, &url, 0, None, "").await {
                Ok(media) => frame.media = Some(media),
                Err(ReadFailure::Item(why)) => {
                    let name = url.strip_prefix(&self.base).unwrap_or(&url);
                    work.say(Code::MediaUnreadable, format!("its file '{name}': {why}"));
                }
                Err(ReadFailure::All(problem)) => return Err(problem),
            }
        }
        work.item.frames = frames;
        Ok(work)
    }

    /// The media metadata of one file: as it was read before, if the file has not changed. A size of 0 is not known yet.
    async fn media(
        &self,
        kind: Kind,
        url: &str,
        size: u64,
        content_type: Option<String>,
        etag: &str,
    ) -> Result<Media, ReadFailure> {
        let encoded = url.strip_prefix(&self.base).ok_or_else(|| {
            ReadFailure::Item("it does not lie in the config's container, so its media metadata cannot be read".into())
        })?;
        let name = percent_decode_str(encoded).decode_utf8_lossy().into_owned();
        let known = self.cache(|cache| cache.get(ProbeKind::Media, url, etag).ok().flatten());
        let known = known.filter(|_| !etag.is_empty()).and_then(|value| serde_json::from_value(value).ok());
        if let Some(media) = known {
            return Ok(media);
        }
        let (container, of, handle) = (self.container.clone(), name.clone(), Handle::current());
        let reading = tokio::task::spawn_blocking(move || {
            let mut file = Remote::new(container, of, size, budget(kind), handle);
            let size = file.size();
            let read = match size {
                Ok(size) => {
                    probe::read(kind, &Known { name: &name, size, content_type: content_type.as_deref() }, &mut file)
                }
                Err(error) => Err(ProbeError::Io(error)),
            };
            (read, file.failure())
        });
        let (read, failure) =
            reading.await.map_err(|error| ReadFailure::Item(format!("reading it broke off: {error}")))?;
        let media = read.map_err(|error| fault(&error, failure))?;
        if let (false, Ok(value)) = (etag.is_empty(), serde_json::to_value(&media)) {
            self.cache(|cache| cache.put(ProbeKind::Media, &[(url.to_owned(), etag.to_owned(), value)]).ok());
        }
        Ok(media)
    }

    fn cache<T>(&self, with: impl FnOnce(&mut Probed) -> Option<T>) -> Option<T> {
        with(&mut self.cache.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The most bytes that are read of a file.
fn budget(kind: Kind) -> u64 {
    match kind {
        Kind::Pdf => 52 << 20,
        // The index of a long recording.
        Kind::Video => 20 << 20,
        _ => 4 << 20,
    }
}

fn fault(error: &ProbeError, failure: Option<azure::error::Error>) -> ReadFailure {
    match failure {
        Some(error) if matches!(error.kind, ErrorKind::Auth { .. } | ErrorKind::Unreachable { .. }) => {
            let problem = azure_problem(&error);
            let what = format!("Media metadata cannot be read from the blobs. {}", problem.summary);
            ReadFailure::All(UserError { summary: what, ..problem })
        }
        Some(error) => ReadFailure::Item(format!("it cannot be fetched: {error}")),
        None => ReadFailure::Item(format!("its media metadata cannot be read: {error}")),
    }
}
