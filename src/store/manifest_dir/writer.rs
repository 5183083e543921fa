//! Writing a manifest.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    manifest::{
        data_items::JobOptions,
        finding::{Finding, Origin},
        item::Item,
        kind::Kind,
        sink::Sink,
        skipped::Skipped,
        summary::Summary,
    },
    store::{
        jsonl::{LineWriter, index_path},
        manifest_dir::{
            BUFFER, FINDINGS, ITEMS, ManifestDir, SKIPPED, SUMMARY,
            spool::{self, Spool, join_kinds},
        },
        manifest_part::ManifestPart,
    },
};

const ERRORS: &str = "spool-errors.jsonl";
const WARNINGS: &str = "spool-warnings.jsonl";

/// Writes a manifest. Items may come in any order; each kind is spooled to files of its own, which are joined at the end.
#[derive(Debug)]
pub struct ManifestWriter {
    dir: PathBuf,
    spools: BTreeMap<Kind, Spool>,
    whole: BufWriter<File>,
    whole_length: u64,
    skipped: LineWriter,
    errors: LineWriter,
    warnings: LineWriter,
    /// Whether an error was found about the item that comes next.
    is_faulty: bool,
    summary: Summary,
    one: ManifestPart,
}

impl ManifestWriter {
    /// Begins a manifest in a directory, which must exist.
    ///
    /// # Errors
    /// The file system's.
    pub fn create(dir: &Path) -> io::Result<ManifestWriter> {
        Ok(ManifestWriter {
            dir: dir.to_owned(),
            spools: BTreeMap::new(),
            whole: BufWriter::with_capacity(BUFFER, File::create(dir.join(ITEMS))?),
            whole_length: 0,
            skipped: LineWriter::create(&dir.join(SKIPPED))?,
            errors: LineWriter::create(&dir.join(ERRORS))?,
            warnings: LineWriter::create(&dir.join(WARNINGS))?,
            is_faulty: false,
            summary: Summary::default(),
            one: ManifestPart::default(),
        })
    }

    /// Forgets everything that was written, and begins anew in the same directory.
    ///
    /// # Errors
    /// The file system's.
    pub fn restart(&mut self) -> io::Result<()> {
        for kind in self.spools.keys() {
            spool::remove(&self.dir, *kind)?;
        }
        let notes = std::mem::take(&mut self.summary.notes);
        *self = ManifestWriter::create(&self.dir)?;
        self.summary.notes = notes;
        Ok(())
    }

    /// Where it is written.
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// What was written so far.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Adds what people should know of where the items come from.
    pub fn note(&mut self, note: impl Into<String>) {
        self.summary.notes.push(note.into());
    }

    /// Adds a part behind all that came before, and leaves it empty.
    ///
    /// # Errors
    /// The file system's.
    pub fn add(&mut self, part: &mut ManifestPart) -> io::Result<()> {
        for (kind, added) in part.kinds.iter().filter(|(_, added)| !added.entries.is_empty()) {
            let spool = match self.spools.entry(*kind) {
                std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::btree_map::Entry::Vacant(entry) => entry.insert(Spool::create(&self.dir, *kind)?),
            };
            spool.add(added, self.whole_length)?;
            *self.summary.items.entry(*kind).or_default() += added.entries.len() as u64;
        }
        self.whole.write_all(&part.whole)?;
        self.whole_length += part.whole.len() as u64;
        self.skipped.push_all(&part.skipped)?;
        self.errors.push_all(&part.errors)?;
        self.warnings.push_all(&part.warnings)?;
        for (reason, count) in &part.reasons {
            *self.summary.skipped.entry(*reason).or_default() += count;
        }
        for finding in part.findings.drain(..) {
            self.summary.add(finding);
        }
        self.summary.bytes += part.bytes;
        self.summary.urls += part.urls;
        self.summary.items_with_errors += part.faulty;
        match part.first_is_faulty {
            None => self.is_faulty |= part.is_faulty,
            Some(first) => {
                self.summary.items_with_errors += u64::from(self.is_faulty && !first);
                self.is_faulty = part.is_faulty;
            }
        }
        part.clear();
        Ok(())
    }

    /// Joins the spools.
    ///
    /// # Errors
    /// The file system's.
    pub fn finish(mut self, options: JobOptions) -> io::Result<ManifestDir> {
        let mut kinds = Vec::new();
        for (kind, spool) in self.spools {
            kinds.push((kind, spool.finish()?));
        }
        self.whole.flush()?;
        join_kinds(&self.dir, &kinds, options)?;
        self.skipped.finish()?;
        let mut findings = LineWriter::create(&self.dir.join(FINDINGS))?;
        join(&mut findings, self.errors, &self.dir.join(ERRORS))?;
        join(&mut findings, self.warnings, &self.dir.join(WARNINGS))?;
        findings.finish()?;
        let manifest = ManifestDir { dir: self.dir, summary: self.summary };
        std::fs::write(manifest.dir.join(SUMMARY), serde_json::to_vec(&manifest.summary)?)?;
        Ok(manifest)
    }
}

/// Adds what a spool holds, and removes the spool.
fn join(joined: &mut LineWriter, spool: LineWriter, path: &Path) -> io::Result<()> {
    spool.finish()?;
    move_to(joined, path)
}

fn move_to(joined: &mut LineWriter, path: &Path) -> io::Result<()> {
    joined.append(path)?;
    std::fs::remove_file(index_path(path))?;
    std::fs::remove_file(path)
}

impl Sink for ManifestWriter {
    type Error = io::Error;

    fn item(&mut self, origin: &Origin<'_>, item: Item) -> io::Result<()> {
        self.with_one(|one| one.item(origin, item))
    }

    fn skipped(&mut self, skipped: Skipped) -> io::Result<()> {
        self.with_one(|one| one.skipped(skipped))
    }

    fn finding(&mut self, finding: Finding) -> io::Result<()> {
        self.with_one(|one| one.finding(finding))
    }
}

impl ManifestWriter {
    fn with_one(&mut self, add: impl FnOnce(&mut ManifestPart) -> io::Result<()>) -> io::Result<()> {
        let mut one = std::mem::take(&mut self.one);
        let added = add(&mut one).and_then(|()| self.add(&mut one));
        self.one = one;
        added
    }
}
