//! A manifest on disk: the items sorted by kind, one a line; what was left out; the findings; and Encord's file form.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufWriter},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::lines::{IndexedLines, LineWriter, index_path};
use crate::manifest::{
    Code, Finding, Item, Kind, Origin, Severity, Sink, SkipReason, Skipped, data_items::JobOptions, file_form,
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
    /// Findings that are warnings.
    pub warnings: u64,
    /// Findings that are errors.
    #[serde(default)]
    pub errors: u64,
    /// Items with at least one error.
    #[serde(default)]
    pub items_with_errors: u64,
    /// The findings of each code by the metadata key that they are about; under the empty key those about none, and those about
    /// further keys where there are too many.
    #[serde(default)]
    pub findings: BTreeMap<Code, BTreeMap<String, Tally>>,
    /// What people should know of where the items come from, a sentence or two each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Findings of one code about one key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many items they are about.
    pub items: u64,
    /// The first few.
    pub first: Vec<Finding>,
}

/// As many findings of a code and key are held in memory.
const FIRST: usize = 3;
/// As many keys of a code are told apart in memory.
const MOST_KEYS: usize = 200;

impl Summary {
    /// All items.
    pub fn total_items(&self) -> u64 {
        self.items.values().sum()
    }

    /// Errors and warnings.
    pub fn total_findings(&self) -> u64 {
        self.errors + self.warnings
    }

    /// The findings by code and key, errors first.
    pub fn tallies(&self) -> impl Iterator<Item = (Code, &Tally)> {
        self.findings.iter().flat_map(|(code, keys)| keys.values().map(|tally| (*code, tally)))
    }

    fn add(&mut self, finding: Finding) {
        match finding.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
        let keys = self.findings.entry(finding.code).or_default();
        let key = finding.key.as_deref().unwrap_or_default();
        let key = if keys.len() < MOST_KEYS || keys.contains_key(key) { key } else { "" };
        let tally = match keys.get_mut(key) {
            Some(tally) => tally,
            None => keys.entry(key.to_owned()).or_default(),
        };
        tally.items += finding.items;
        if tally.first.len() < FIRST {
            tally.first.push(finding);
        }
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
    errors: LineWriter,
    warnings: LineWriter,
    /// Whether an error was found about the item that comes next.
    is_faulty: bool,
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
            errors: LineWriter::create(&dir.join(ERRORS))?,
            warnings: LineWriter::create(&dir.join(WARNINGS))?,
            is_faulty: false,
            summary: Summary::default(),
        })
    }

    /// What was written so far.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Adds what people should know of where the items come from.
    pub fn note(&mut self, note: impl Into<String>) {
        self.summary.notes.push(note.into());
    }

    /// Joins the spools and writes the file form.
    ///
    /// # Errors
    /// The file system's.
    pub fn finish(self, options: JobOptions) -> io::Result<ManifestDir> {
        let mut joined = LineWriter::create(&self.dir.join("items.jsonl"))?;
        for (kind, spool) in self.spools {
            join(&mut joined, spool, &spool_path(&self.dir, kind))?;
        }
        joined.finish()?;
        self.skipped.finish()?;
        let mut findings = LineWriter::create(&self.dir.join(FINDINGS))?;
        join(&mut findings, self.errors, &self.dir.join(ERRORS))?;
        join(&mut findings, self.warnings, &self.dir.join(WARNINGS))?;
        findings.finish()?;
        let manifest = ManifestDir { dir: self.dir, summary: self.summary };
        manifest.write_file_form(&manifest.file_form_path(), options)?;
        std::fs::write(manifest.dir.join("summary.json"), serde_json::to_vec(&manifest.summary)?)?;
        Ok(manifest)
    }
}

/// Beside the manifest, one finding a line, errors first.
const FINDINGS: &str = "findings.jsonl";
const ERRORS: &str = "spool-errors.jsonl";
const WARNINGS: &str = "spool-warnings.jsonl";

/// Adds what a spool holds, and removes the spool.
fn join(joined: &mut LineWriter, spool: LineWriter, path: &Path) -> io::Result<()> {
    spool.finish()?;
    joined.append(path)?;
    std::fs::remove_file(index_path(path))?;
    std::fs::remove_file(path)
}

fn spool_path(dir: &Path, kind: Kind) -> PathBuf {
    dir.join(format!("spool-{kind}.jsonl"))
}

impl Sink for ManifestWriter {
    type Error = io::Error;

    fn item(&mut self, _: &Origin<'_>, item: Item) -> io::Result<()> {
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
        self.summary.items_with_errors += u64::from(std::mem::take(&mut self.is_faulty));
        Ok(())
    }

    fn skipped(&mut self, skipped: Skipped) -> io::Result<()> {
        self.skipped.push(&skipped)?;
        *self.summary.skipped.entry(skipped.reason).or_default() += 1;
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> io::Result<()> {
        match finding.severity {
            Severity::Error => {
                self.is_faulty = true;
                self.errors.push(&finding)?;
            }
            Severity::Warning => self.warnings.push(&finding)?,
        }
        self.summary.add(finding);
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn item(number: usize) -> Item {
        Item { bytes: 1, ..Item::new(Kind::Image, number.to_string(), vec!["https://a/b".into()]) }
    }

    #[test]
    fn findings_lie_in_a_file_errors_first_and_few_are_held() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = ManifestWriter::create(dir.path()).unwrap();
        for number in 0..1000 {
            let name = number.to_string();
            writer.finding(Finding::new(Code::MetadataPath, &*name, "no shape")).unwrap();
            if number % 2 == 0 {
                // Two keys of one item, one of them another with every item.
                for key in ["lux", &format!("key {number:04}")] {
                    writer.finding(Finding::new(Code::MetadataType, &*name, "bad").key(key)).unwrap();
                }
            }
            writer.item(&Origin::blob(&name), item(number)).unwrap();
        }
        let manifest = writer.finish(crate::store::config::Upload::default().options()).unwrap();
        let summary = manifest.summary();
        assert_eq!((summary.errors, summary.warnings, summary.total_findings()), (1000, 1000, 2000));
        assert_eq!((summary.items_with_errors, summary.total_items()), (500, 1000));
        let types = &summary.findings[&Code::MetadataType];
        assert_eq!((types.len(), types["lux"].items, types["lux"].first.len()), (MOST_KEYS + 1, 500, FIRST));
        assert_eq!(types.values().map(|tally| tally.items).sum::<u64>(), 1000);
        assert_eq!(summary.findings[&Code::MetadataPath][""].items, 1000);
        assert_eq!(summary.tallies().next().unwrap().0, Code::MetadataType);

        let findings = manifest.findings().unwrap();
        assert_eq!(findings.count(), 2000);
        let edge: Vec<_> = findings.read(999, 2).unwrap().iter().map(|finding| finding.severity).collect();
        assert_eq!(edge, [Severity::Error, Severity::Warning]);
        assert_eq!(ManifestDir::open(dir.path()).unwrap().summary(), summary);
        let left = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(left.into_iter().all(|name| !name.to_string_lossy().contains("spool")));
    }
}
