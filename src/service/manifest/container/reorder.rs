//! Puts what became of the pages in order. What comes before its turn is laid aside on disk.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{self, BufReader, Write as _},
    sync::{Arc, Mutex, PoisonError},
};

use tempfile::TempPath;

use crate::{
    manifest::{builder::Builder, kind::Kind, validate::Validator},
    service::{
        manifest::container::{
            fetch::{FetchError, RangeSplit},
            work::Done,
        },
        problems::disk_problem,
    },
    store::{manifest_dir::writer::ManifestWriter, manifest_part::ManifestPart},
};

/// As many emptied parts are kept for further pages.
const MOST_SPARE: usize = 8;

/// The ranges of a listing in the order of their names.
pub(super) struct Reorderer<'a> {
    writer: &'a mut ManifestWriter,
    builder: Builder,
    judge: Validator,
    order: Vec<usize>,
    /// The place in the order of the range that is written.
    at: usize,
    ranges: HashMap<usize, Range>,
    spare: Arc<Mutex<Vec<ManifestPart>>>,
    bytes: Vec<u8>,
    aside: Counts,
}

/// What is laid aside, in numbers.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Items of each kind.
    pub(super) items: BTreeMap<Kind, u64>,
    /// Blobs that were left out.
    pub(super) left_out: u64,
}

#[derive(Default)]
struct Range {
    /// Whether it was cut off the one before it.
    is_cut: bool,
    /// The next page.
    number: u64,
    /// Pages that are done too early.
    early: BTreeMap<u64, Done>,
    first: Option<String>,
    stopped_at: Option<String>,
    is_ended: bool,
    aside: Option<SpilledRange>,
}

/// What is laid aside of a range.
struct SpilledRange {
    /// Removed when it is brought back, or the listing is given up.
    file: TempPath,
    parts: u64,
    builder: Builder,
    judge: Validator,
}

impl<'a> Reorderer<'a> {
    /// For so many ranges, one for each prefix.
    pub(super) fn new(
        writer: &'a mut ManifestWriter,
        builder: Builder,
        judge: Validator,
        ranges: usize,
        spare: Arc<Mutex<Vec<ManifestPart>>>,
    ) -> Reorderer<'a> {
        Reorderer {
            writer,
            builder,
            judge,
            order: (0..ranges).collect(),
            at: 0,
            ranges: (0..ranges).map(|range| (range, Range::default())).collect(),
            spare,
            bytes: Vec::new(),
            aside: Counts::default(),
        }
    }

    /// What was written.
    pub(super) fn writer(&self) -> &ManifestWriter {
        self.writer
    }

    /// What is laid aside, and not among what was written.
    pub(super) fn aside(&self) -> &Counts {
        &self.aside
    }

    /// Takes note of a cut. It has to be told of before the range that was cut ends.
    pub(super) fn cut(&mut self, cut: &RangeSplit) {
        let behind =
            self.order.iter().position(|range| *range == cut.range).map_or(self.order.len(), |place| place + 1);
        self.order.splice(behind..behind, cut.parts.iter().copied());
        self.ranges.extend(cut.parts.iter().map(|part| (*part, Range { is_cut: true, ..Range::default() })));
    }

    /// Whether any range was cut.
    pub(super) fn is_cut(&self) -> bool {
        self.ranges.values().any(|range| range.is_cut)
    }

    /// Takes what became of a page.
    ///
    /// # Errors
    /// The disk's, or two ranges do not fit together.
    pub(super) async fn take(&mut self, done: Done) -> Result<(), FetchError> {
        let place = done.range;
        if let Some(range) = self.ranges.get_mut(&place) {
            range.early.insert(done.number, done);
        }
        while let Some(done) = self.ranges.get_mut(&place).and_then(|range| range.early.remove(&range.number)) {
            self.next_page(place, done)
                .map_err(|error| FetchError::Problem(disk_problem("write the manifest", &error)))?;
        }
        self.advance().await
    }

    fn next_page(&mut self, place: usize, mut done: Done) -> io::Result<()> {
        let Some(range) = self.ranges.get_mut(&place) else { return Ok(()) };
        range.number += 1;
        range.is_ended = done.is_last;
        if range.first.is_none() {
            range.first = done.first;
        }
        range.stopped_at = done.stopped_at;
        if self.order.get(self.at) == Some(&place) {
            self.writer.add(&mut done.part)?;
            self.builder.merge(done.builder);
            self.judge.merge(done.judge);
        } else {
            let aside = match &mut range.aside {
                Some(aside) => aside,
                empty => empty.insert(SpilledRange {
                    file: TempPath::try_from_path(self.writer.path().join(format!("aside-{place}")))?,
                    parts: 0,
                    builder: self.builder.part(),
                    judge: self.judge.part(),
                }),
            };
            self.bytes.clear();
            done.part.save(&mut self.bytes)?;
            File::options().create(true).append(true).open(&aside.file)?.write_all(&self.bytes)?;
            aside.parts += 1;
            aside.builder.merge(done.builder);
            aside.judge.merge(done.judge);
            for (kind, items) in done.part.items() {
                *self.aside.items.entry(kind).or_default() += items;
            }
            self.aside.left_out += done.part.left_out();
            done.part.clear();
        }
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < MOST_SPARE {
            spare.push(done.part);
        }
        Ok(())
    }

    /// Goes on to the next range where the one before has ended, and writes what was laid aside of it.
    async fn advance(&mut self) -> Result<(), FetchError> {
        while let (Some(this), Some(next)) = (self.order.get(self.at), self.order.get(self.at + 1).copied()) {
            let (Some(this), Some(following)) = (self.ranges.get(this), self.ranges.get(&next)) else { return Ok(()) };
            if !this.is_ended {
                return Ok(());
            }
            if following.is_cut {
                // Both saw the same name at the border, so nothing lies between them and nothing is in both.
                if following.first.is_none() && !following.is_ended {
                    return Ok(());
                }
                if this.stopped_at != following.first {
                    return Err(FetchError::Doubt);
                }
            }
            self.at += 1;
            if let Some(aside) = self.ranges.get_mut(&next).and_then(|range| range.aside.take()) {
                self.replay(aside)
                    .await
                    .map_err(|error| FetchError::Problem(disk_problem("write the manifest", &error)))?;
            }
        }
        Ok(())
    }

    async fn replay(&mut self, aside: SpilledRange) -> io::Result<()> {
        let SpilledRange { file, parts, builder, judge } = aside;
        let mut from = BufReader::with_capacity(64 * 1024, File::open(&file)?);
        let mut part = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        for _ in 0..parts {
            part.load(&mut from)?;
            for (kind, items) in part.items() {
                self.aside.items.entry(kind).and_modify(|aside| *aside -= items);
            }
            self.aside.left_out -= part.left_out();
            self.writer.add(&mut part)?;
            // Others are to have their turn, and this is where a cancelled listing ends.
            tokio::task::yield_now().await;
        }
        file.close()?;
        self.builder.merge(builder);
        self.judge.merge(judge);
        Ok(())
    }

    /// Ends the listing: what the builder holds and the judge remembers of all pages, if all are there.
    ///
    /// # Errors
    /// A range has not ended.
    pub(super) fn finish(self) -> Result<(Builder, Validator), FetchError> {
        let is_whole = self.at + 1 == self.order.len() && self.ranges.values().all(|range| range.is_ended);
        if is_whole { Ok((self.builder, self.judge)) } else { Err(FetchError::Doubt) }
    }
}
