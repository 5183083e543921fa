//! Goes through the items once more when the source has been read: for what takes more than its listing, such as files beside the
//! blobs, a table, or the blobs' own content. Items keep their order, whatever takes how long.

use std::{
    future::Future,
    io,
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, stream};

use crate::{
    error::UserError,
    manifest::{
        item::{Item, Provenance},
        sink::Sink as _,
    },
    service::{manifest::Writing, problems::disk_problem},
    store::manifest_dir::ManifestDir,
    wizard::manifest::messages::ListingProgress,
};

/// As many items are worked on at the same time.
const AT_ONCE: usize = 16;
/// As many are held in memory.
const BLOCK: u64 = 1000;
/// Progress is told at most this often.
const SAMPLE: Duration = Duration::from_millis(100);

/// An item on its second way.
#[derive(Debug)]
pub(super) struct Work {
    /// The item, not yet judged.
    pub(super) item: Item,
    /// Where it comes from. What is pushed to its findings is told before the item.
    pub(super) provenance: Provenance,
}

impl Work {
    fn new(mut item: Item) -> Work {
        let provenance = item.provenance.take().map(|provenance| *provenance).unwrap_or_default();
        Work { item, provenance }
    }
}

/// Sends every item of the first pass through `each`, judges it and writes it. `each` is called in the items' order, and up to 16
/// of the futures that it makes run side by side. The first error ends the pass.
pub(super) async fn run<Fut>(
    first: &ManifestDir,
    into: &mut Writing,
    blobs: u64,
    mut each: impl FnMut(Work) -> Result<Fut, UserError>,
    tell: &mut impl FnMut(ListingProgress),
) -> Result<(), UserError>
where
    Fut: Future<Output = Result<Work, UserError>>,
{
    let fault = |error: io::Error| disk_problem("write the manifest", &error);
    first.skipped().and_then(|skipped| skipped.for_each(|one| into.writer.skipped(one))).map_err(fault)?;
    let items = first.items().map_err(fault)?;
    let (mut place, mut told) = (0, Instant::now());
    while place < items.count() {
        let block = items.read(place, BLOCK).map_err(fault)?;
        place += block.len() as u64;
        let works = stream::iter(block.into_iter().map(|item| each(Work::new(item))));
        let works = works.map(|started| async { started?.await });
        let mut works = std::pin::pin!(works.buffered(AT_ONCE));
        while let Some(work) = works.next().await {
            let Work { item, mut provenance } = work?;
            for finding in std::mem::take(&mut provenance.findings) {
                into.writer.finding(finding).map_err(fault)?;
            }
            into.judge.item(&provenance.origin(), item, &mut into.writer).map_err(fault)?;
            if told.elapsed() >= SAMPLE {
                told = Instant::now();
                tell(into.progress(blobs));
            }
        }
    }
    // Behind the items, of which an error would otherwise count for the next one.
    first.findings().and_then(|findings| findings.for_each(|one| into.writer.finding(one))).map_err(fault)
}
