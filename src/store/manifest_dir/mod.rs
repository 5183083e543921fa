//! A manifest on disk: the items sorted by kind, one a line; what was left out; the findings; and Encord's file form.

mod spool;
pub(crate) mod writer;

#[cfg(test)]
mod tests;

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use crate::{
    manifest::{
        batch::{BatchPlan, Limits},
        finding::Finding,
        skipped::Skipped,
    },
    store::{
        items::{Items, Paths},
        jsonl::{self, IndexedLines, index_path},
    },
};

pub(crate) use crate::manifest::summary::Summary;

/// Beside the manifest, one finding a line, errors first.
const FINDINGS: &str = "findings.jsonl";
const ITEMS: &str = "items.jsonl";
const ENTRIES: &str = "items.places";
const SKIPPED: &str = "skipped.jsonl";
/// What is written at once.
const BUFFER: usize = 64 * 1024;
const SUMMARY: &str = "summary.json";
const FILE_FORM: &str = "manifest.json";

fn paths(dir: &Path) -> Paths {
    Paths { form: dir.join(FILE_FORM), whole: dir.join(ITEMS), entries: dir.join(ENTRIES) }
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
        let summary = serde_json::from_slice(&std::fs::read(dir.join(SUMMARY))?)?;
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
        self.dir.join(FILE_FORM)
    }

    /// The items.
    ///
    /// # Errors
    /// The file system's.
    pub fn items(&self) -> io::Result<Items> {
        let kinds = self.summary.items.iter().map(|(kind, count)| (*kind, *count)).collect();
        Items::open(paths(&self.dir), kinds)
    }

    /// The jobs that the items are cut into.
    ///
    /// # Errors
    /// The file system's.
    pub fn cut(&self, limits: Limits) -> io::Result<BatchPlan> {
        self.items()?.cut(&self.summary.items, limits)
    }

    /// What was left out.
    ///
    /// # Errors
    /// The file system's.
    pub fn skipped(&self) -> io::Result<IndexedLines<Skipped>> {
        IndexedLines::open(&self.dir.join(SKIPPED))
    }

    /// Where the findings lie, one JSON object a line, errors first.
    pub fn findings_path(&self) -> PathBuf {
        self.dir.join(FINDINGS)
    }

    /// The findings, errors first.
    ///
    /// # Errors
    /// The file system's.
    pub fn findings(&self) -> io::Result<IndexedLines<Finding>> {
        IndexedLines::open(&self.findings_path())
    }

    /// Waits until all of it is on the disk, so that a run that counts on it survives a loss of power.
    ///
    /// # Errors
    /// The file system's.
    pub fn sync(&self) -> io::Result<()> {
        for lines in [SKIPPED, FINDINGS] {
            jsonl::sync(&self.dir.join(lines))?;
        }
        // In a manifest of an earlier version all items are kept whole, with an index.
        let entries = self.dir.join(ENTRIES);
        let entries = if entries.exists() { entries } else { index_path(&self.dir.join(ITEMS)) };
        File::open(entries)?.sync_data()?;
        for whole in [FILE_FORM, ITEMS, SUMMARY] {
            File::open(self.dir.join(whole))?.sync_data()?;
        }
        Ok(())
    }
}
