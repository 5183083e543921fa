//! Works on pages: reads them, builds and judges items, and writes these as they will lie on disk. A thread each, side by side.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::Instant,
};

use tokio::sync::mpsc;

use crate::{
    azure::{container::malformed, listed::Listed, scan::PageParser},
    error::UserError,
    manifest::{
        blob_facts::BlobFacts,
        builder::Builder,
        validate::{ValidatingSink, Validator},
    },
    service::{
        manifest::{
            container::fetch::{Page, Shared},
            listing_cache::{self, ListingCacheWriter},
        },
        problems::{azure_problem, disk_problem},
    },
    store::{listing_cache::ListedPage, manifest_part::ManifestPart},
};

/// What became of a page.
#[derive(Debug)]
pub(super) struct Done {
    /// The range that it is of.
    pub(super) range: usize,
    /// Its place in the range.
    pub(super) number: u64,
    /// Whether the range ends with it.
    pub(super) is_last: bool,
    /// Its first name, were it taken or not.
    pub(super) first: Option<String>,
    /// The first name that is another range's.
    pub(super) stopped_at: Option<String>,
    /// Blobs that were taken.
    pub(super) blobs: u64,
    /// What they became.
    pub(super) part: ManifestPart,
    /// What the builder holds of them.
    pub(super) builder: Builder,
    /// What the judge remembers of them.
    pub(super) judge: Validator,
}

/// Takes pages until there are no more.
pub(super) struct Worker<P> {
    pub(super) parser: P,
    pub(super) builder: Builder,
    pub(super) judge: Validator,
    pub(super) shared: Arc<Shared>,
    pub(super) pages: Arc<Mutex<mpsc::Receiver<Page>>>,
    pub(super) done: mpsc::Sender<Result<Done, UserError>>,
    pub(super) spare: Arc<Mutex<Vec<ManifestPart>>>,
    pub(super) keeper: Option<ListingCacheWriter>,
}

impl<P: PageParser> Worker<P> {
    /// Works until the last page was done, or nobody waits for it any more.
    pub(super) fn run(self) {
        loop {
            let page = self.pages.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
            let Some(page) = page else { return };
            let done = self.page(page);
            let failed = done.is_err();
            if self.done.blocking_send(done).is_err() || failed {
                return;
            }
        }
    }

    fn page(&self, page: Page) -> Result<Done, UserError> {
        let began = Instant::now();
        let Page { range, number, bytes, again, end, is_last } = page;
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut done = Done {
            range,
            number,
            is_last,
            first: None,
            stopped_at: None,
            blobs: 0,
            part: spare.unwrap_or_default(),
            builder: self.builder.part(),
            judge: self.judge.part(),
        };
        let mut written = Ok(());
        let mut kept_page = self.keeper.as_ref().map(|_| ListedPage::default());
        let mut last = String::new();
        let mut is_disordered = false;
        let read = self.parser.read(&bytes, &mut |listed| {
            if written.is_err() || done.stopped_at.is_some() {
                return;
            }
            let name = &*listed.name;
            if done.first.is_none() {
                done.first = Some(name.to_owned());
                if again.as_deref() == Some(name) {
                    return;
                }
            } else {
                is_disordered |= name <= last.as_str();
            }
            if end.as_deref().is_some_and(|end| name >= end) {
                done.stopped_at = Some(name.to_owned());
                return;
            }
            last.clear();
            last.push_str(name);
            done.blobs += 1;
            if let Some(page) = &mut kept_page {
                page.push(&listing_cache::blob(listed));
            }
            let mut sink = ValidatingSink { judge: &mut done.judge, sink: &mut done.part };
            let (headers, tags) = (owned(&listed.metadata), owned(&listed.tags));
            let facts = BlobFacts { headers: &headers, tags: &tags, ..facts(listed) };
            written = done.builder.blob(&facts, &mut sink);
        });
        if is_disordered {
            self.shared.is_disordered.store(true, Ordering::Relaxed);
        }
        drop(bytes);
        let took = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.shared.work.store(took, Ordering::Relaxed);
        self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
        read.map_err(|error| azure_problem(&malformed(&error)))?;
        written.map_err(|error| disk_problem("write the manifest", &error))?;
        if let (Some(keeper), Some(page)) = (&self.keeper, kept_page) {
            keeper.page(page).map_err(|error| disk_problem("keep what was listed", &error))?;
        }
        Ok(done)
    }
}

/// Nothing is taken where nothing was asked for.
fn owned(pairs: &[(Cow<'_, str>, Cow<'_, str>)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| (key.clone().into_owned(), value.clone().into_owned())).collect()
}

/// What the rules look at, but metadata and tags.
fn facts<'a>(listed: &'a Listed<'_>) -> BlobFacts<'a> {
    BlobFacts {
        name: &listed.name,
        size: listed.size,
        content_type: listed.content_type.as_deref(),
        tier: listed.tier.as_deref(),
        is_folder: listed.is_folder,
        rehydrating: listed.archive_status.is_some(),
        last_modified: listed.last_modified.as_deref(),
        etag: listed.etag.as_deref(),
        ..BlobFacts::default()
    }
}
