//! A manifest on disk: the items sorted by kind, one a line; what was left out; the warnings; and Encord's file form.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufWriter},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::lines::{IndexedLines, LineWriter, index_path};
use crate::manifest::{
    Item, Kind, SkipReason, Skipped, StrictFault, Warning, builder::Sink, data_items::JobOptions, file_form,
};

/// What a manifest holds, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Items of each kind, in the order in which they lie in the manifest.
    pub items: BTreeMap<Kind, u64>,
    /// Bytes of all items' files.
    pub bytes: u64,
    /// URLs of all items.
    pub urls: u64,
    /// Blobs left out, by reason.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// Warnings.
    pub warnings: u64,
    /// Items that cannot be registered under strict client-only access, by reason.
    #[serde(default)]
    pub faults: BTreeMap<StrictFault, Faults>,
}

/// Items with the same fault.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Faults {
    /// How many.
    pub items: u64,
    /// The first one's blob, or group.
    pub first: String,
}

impl Summary {
    /// All items.
    pub fn total_items(&self) -> u64 {
        self.items.values().sum()
    }

    /// All items that cannot be registered.
    pub fn total_faults(&self) -> u64 {
        self.faults.values().map(|faults| faults.items).sum()
    }

    /// All blobs that were left out.
    pub fn total_skipped(&self) -> u64 {
        self.skipped.values().sum()
    }
}

/// Writes a manifest. Items may come in any order; each kind is spooled to a file of its own and joined at the end.
#[derive(Debug)]
pub struct ManifestWriter {
    dir: PathBuf,
    spools: BTreeMap<Kind, LineWriter>,
    skipped: LineWriter,
    warnings: LineWriter,
    summary: Summary,
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
            skipped: LineWriter::create(&dir.join("skipped.jsonl"))?,
            warnings: LineWriter::create(&dir.join("warnings.jsonl"))?,
            summary: Summary::default(),
        })
    }

    /// What was written so far.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Joins the spools and writes the file form.
    ///
    /// # Errors
    /// The file system's.
    pub fn finish(self, options: JobOptions) -> io::Result<ManifestDir> {
        let mut joined = LineWriter::create(&self.dir.join("items.jsonl"))?;
        for (kind, spool) in self.spools {
            spool.finish()?;
            let path = spool_path(&self.dir, kind);
            joined.append(&path)?;
            std::fs::remove_file(index_path(&path))?;
            std::fs::remove_file(path)?;
        }
        joined.finish()?;
        self.skipped.finish()?;
        self.warnings.finish()?;
        let manifest = ManifestDir { dir: self.dir, summary: self.summary };
        manifest.write_file_form(&manifest.file_form_path(), options)?;
        std::fs::write(manifest.dir.join("summary.json"), serde_json::to_vec(&manifest.summary)?)?;
        Ok(manifest)
    }
}

fn spool_path(dir: &Path, kind: Kind) -> PathBuf {
    dir.join(format!("spool-{kind}.jsonl"))
}

impl Sink for ManifestWriter {
    type Error = io::Error;

    fn item(&mut self, item: Item) -> io::Result<()> {
        let spool = match self.spools.entry(item.kind) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(LineWriter::create(&spool_path(&self.dir, item.kind))?)
            }
        };
        spool.push(&item)?;
        *self.summary.items.entry(item.kind).or_default() += 1;
        self.summary.bytes += item.bytes;
        self.summary.urls += item.urls.len() as u64;
        Ok(())
    }

    fn skipped(&mut self, skipped: Skipped) -> io::Result<()> {
        self.skipped.push(&skipped)?;
        *self.summary.skipped.entry(skipped.reason).or_default() += 1;
        Ok(())
    }

    fn warning(&mut self, warning: Warning) -> io::Result<()> {
        self.warnings.push(&warning)?;
        self.summary.warnings += 1;
        Ok(())
    }

    fn fault(&mut self, fault: StrictFault, name: &str) {
        let faults = self.summary.faults.entry(fault).or_insert_with(|| Faults { items: 0, first: name.to_owned() });
        faults.items += 1;
    }
}

/// A finished manifest.
#[derive(Debug, Clone)]
pub struct ManifestDir {
    dir: PathBuf,
    summary: Summary,
}

impl ManifestDir {
    /// Opens a finished manifest.
    ///
    /// # Errors
    /// The file system's, or a damaged summary.
    pub fn open(dir: &Path) -> io::Result<ManifestDir> {
        let summary = serde_json::from_slice(&std::fs::read(dir.join("summary.json"))?)?;
        Ok(ManifestDir { dir: dir.to_owned(), summary })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// What it holds.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Where Encord's file form lies.
    pub fn file_form_path(&self) -> PathBuf {
        self.dir.join("manifest.json")
    }

    /// The items.
    ///
    /// # Errors
    /// The file system's.
    pub fn items(&self) -> io::Result<IndexedLines<Item>> {
        IndexedLines::open(&self.dir.join("items.jsonl"))
    }

    /// What was left out.
    ///
    /// # Errors
    /// The file system's.
    pub fn skipped(&self) -> io::Result<IndexedLines<Skipped>> {
        IndexedLines::open(&self.dir.join("skipped.jsonl"))
    }

    /// The warnings.
    ///
    /// # Errors
    /// The file system's.
    pub fn warnings(&self) -> io::Result<IndexedLines<Warning>> {
        IndexedLines::open(&self.dir.join("warnings.jsonl"))
    }

    /// Writes Encord's file form to a path.
    ///
    /// # Errors
    /// The file system's.
    pub fn write_file_form(&self, path: &Path, options: JobOptions) -> io::Result<()> {
        let mut writer = file_form::Writer::new(BufWriter::new(File::create(path)?))?;
        self.items()?.for_each(|item| writer.item(&item))?;
        writer.finish(options)?;
        Ok(())
    }
}
