//! Other rules for what was listed before.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    azure, config,
    error::UserError,
    manifest::{blob_facts::BlobFacts, builder::Builder, validate::ValidatingSink},
    service::{
        integration::account::resolve,
        manifest::{Building, Writing, dicom},
        problems::disk_problem,
    },
    store::listing_cache::{Listed, ListedBlob, ListedPage, ListedWriter, Pairs},
    wizard::manifest::messages::ListingProgress,
};

/// Progress is told at most this often.
const SAMPLE: Duration = Duration::from_millis(100);

/// Keeps what is listed, beside the manifests.
#[derive(Debug, Clone)]
pub(super) struct ListingCacheWriter {
    dir: PathBuf,
    writer: Arc<Mutex<Option<ListedWriter>>>,
}

impl ListingCacheWriter {
    pub(super) fn new(dir: &Path) -> std::io::Result<ListingCacheWriter> {
        let writer = Arc::new(Mutex::new(Some(ListedWriter::create(dir)?)));
        Ok(ListingCacheWriter { dir: dir.to_owned(), writer })
    }

    /// The same from the beginning; those who still hold the old one write into what is thrown away.
    pub(super) fn anew(&self) -> std::io::Result<ListingCacheWriter> {
        ListingCacheWriter::new(&self.dir)
    }

    pub(super) fn page(&self, page: ListedPage) -> std::io::Result<()> {
        match &mut *self.writer.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(writer) => writer.page(page),
            None => Ok(()),
        }
    }

    pub(super) fn finish(self) -> Option<Listed> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        writer.map(ListedWriter::finish)
    }
}

/// What is kept of a blob.
pub(super) fn blob<'a>(listed: &'a azure::listed::Listed<'_>) -> ListedBlob<'a> {
    ListedBlob {
        name: &listed.name,
        size: listed.size,
        content_type: listed.content_type.as_deref(),
        tier: listed.tier.as_deref(),
        is_folder: listed.is_folder,
        rehydrating: listed.archive_status.is_some(),
        etag: listed.etag.as_deref(),
        last_modified: listed.last_modified.as_deref(),
        headers: &listed.metadata,
        tags: &listed.tags,
    }
}

/// Applies the rules to what was listed; returns the number of blobs below the prefixes.
pub(super) async fn read(
    building: &Building<'_>,
    listed: &Listed,
    into: &mut Writing,
    tell: &mut impl FnMut(ListingProgress),
) -> Result<u64, UserError> {
    let Building { access, manifest, .. } = building;
    let resolved = resolve(access)?;
    let container = resolved.open()?;
    let rules = building.rules().await?;
    let mut builder =
        Builder::new(rules, &resolved.object_base(&access.azure), container.name()).since(building.known());
    let fault = |error: std::io::Error| disk_problem("apply the rules to what was listed", &error);
    let mut reader = listed.open().map_err(fault)?;
    let (mut blobs, mut told) = (0, Instant::now());
    for page in 0..listed.pages() {
        let mut sink = ValidatingSink { judge: &mut into.judge, sink: &mut into.writer };
        let work = |blob: &ListedBlob<'_>| {
            if !is_within(blob.name, manifest) {
                return Ok(());
            }
            blobs += 1;
            let headers = owned(blob.headers, manifest.metadata.blob_metadata);
            let tags = owned(blob.tags, manifest.metadata.index_tags);
            builder.blob(&BlobFacts { headers: &headers, tags: &tags, ..facts(blob) }, &mut sink)
        };
        reader.page(page, work).map_err(fault)?;
        if told.elapsed() >= SAMPLE {
            told = Instant::now();
            tell(into.progress(blobs));
        }
        // Others are to have their turn, and this is where it ends when it is cancelled.
        tokio::task::yield_now().await;
    }
    dicom::resolve(&mut builder, &container, building.home, into, blobs, tell).await?;
    builder.finish(&mut ValidatingSink { judge: &mut into.judge, sink: &mut into.writer }).map_err(fault)?;
    Ok(blobs)
}

fn is_within(name: &str, manifest: &config::manifest::Manifest) -> bool {
    manifest.prefixes.is_empty() || manifest.prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()))
}

/// The pairs, if the rules ask for them.
fn owned(pairs: &Pairs<'_>, are_wanted: bool) -> Vec<(String, String)> {
    let pairs = pairs.iter().filter(|_| are_wanted);
    pairs.map(|(key, value)| (key.clone().into_owned(), value.clone().into_owned())).collect()
}

/// What the rules look at, but metadata and tags.
fn facts<'a>(blob: &ListedBlob<'a>) -> BlobFacts<'a> {
    BlobFacts {
        name: blob.name,
        size: blob.size,
        content_type: blob.content_type,
        tier: blob.tier,
        is_folder: blob.is_folder,
        rehydrating: blob.rehydrating,
        last_modified: blob.last_modified,
        etag: blob.etag,
        ..BlobFacts::default()
    }
}
