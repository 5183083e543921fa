//! A manifest on disk: the items sorted by kind, one a line; what was left out; the findings; and Encord's file form.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufWriter, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    items::{Entry, EntryWriter, Items, Paths},
    lines::{self, IndexedLines, LineWriter, index_path},
    manifest_part::{KindPart, ManifestPart},
};
use crate::manifest::{
    Code, Finding, Item, Kind, Origin, Severity, Sink, SkipReason, Skipped,
    batch::{Cut, Limits},
    data_items::JobOptions,
    file_form,
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

/// The items of one kind in the file form, and where they stand.
#[derive(Debug)]
struct Spool {
    entries: BufWriter<File>,
    elements: BufWriter<File>,
    /// Bytes of elements.
    length: u64,
    count: u64,
}

impl Spool {
    fn create(dir: &Path, kind: Kind) -> io::Result<Spool> {
        let mut elements = BufWriter::with_capacity(BUFFER, File::create(elements_path(dir, kind))?);
        let entries = BufWriter::with_capacity(BUFFER, File::create(entries_path(dir, kind))?);
        let beginning = beginning(kind);
        elements.write_all(&beginning)?;
        Ok(Spool { entries, elements, length: beginning.len() as u64, count: 0 })
    }

    /// Adds items, those that are kept whole behind so many bytes of others.
    fn add(&mut self, part: &KindPart, whole: u64) -> io::Result<()> {
        let from = if self.count == 0 { file_form::BETWEEN.len() } else { 0 };
        let moved = self.length - from as u64;
        for entry in &part.entries {
            let at = entry.at + if entry.is_whole { whole } else { moved };
            Entry { at, ..*entry }.write(&mut self.entries)?;
        }
        let added = &part.elements[from..];
        self.elements.write_all(added)?;
        self.length += added.len() as u64;
        self.count += part.entries.len() as u64;
        Ok(())
    }
}

/// What stands before the first element of a kind, were it the first of all.
fn beginning(kind: Kind) -> Vec<u8> {
    format!("{{{}", file_form::list_beginning(file_form::list_key(kind))).into_bytes()
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
            for path in [entries_path(&self.dir, *kind), elements_path(&self.dir, *kind)] {
                std::fs::remove_file(path)?;
            }
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
        for (kind, mut spool) in self.spools {
            spool.entries.flush()?;
            spool.elements.flush()?;
            kinds.push((kind, spool.count));
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

/// Beside the manifest, one finding a line, errors first.
const FINDINGS: &str = "findings.jsonl";
const ERRORS: &str = "spool-errors.jsonl";
const WARNINGS: &str = "spool-warnings.jsonl";
const ITEMS: &str = "items.jsonl";
const ENTRIES: &str = "items.places";
const SKIPPED: &str = "skipped.jsonl";
/// What is written at once.
const BUFFER: usize = 64 * 1024;
const SUMMARY: &str = "summary.json";
const FILE_FORM: &str = "manifest.json";

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

fn paths(dir: &Path) -> Paths {
    Paths { form: dir.join(FILE_FORM), whole: dir.join(ITEMS), entries: dir.join(ENTRIES) }
}

fn entries_path(dir: &Path, kind: Kind) -> PathBuf {
    dir.join(format!("spool-{kind}.places"))
}

fn elements_path(dir: &Path, kind: Kind) -> PathBuf {
    dir.join(format!("spool-{kind}.json"))
}

/// The first kind's elements become the file of all, so that one kind alone is never copied.
fn join_kinds(dir: &Path, kinds: &[(Kind, u64)], options: JobOptions) -> io::Result<()> {
    let Paths { form, entries, .. } = paths(dir);
    let mut entries = EntryWriter::create(&entries)?;
    let Some(((first, count), others)) = kinds.split_first() else {
        let empty = format!("{{{}", file_form::ending(false, options));
        std::fs::write(&form, &empty)?;
        return entries.finish(empty.len() as u64);
    };
    std::fs::rename(elements_path(dir, *first), &form)?;
    let mut file = File::options().append(true).open(&form)?;
    let mut length = file.metadata()?.len();
    entries.append(&entries_path(dir, *first), *count, |at| at)?;
    std::fs::remove_file(entries_path(dir, *first))?;
    let mut key = file_form::list_key(*first);
    for (kind, count) in others {
        let mut elements = File::open(elements_path(dir, *kind))?;
        let next = file_form::list_key(*kind);
        // A further list begins behind the brace, further elements of the same list behind its beginning.
        let (between, from) = match next == key {
            true => (file_form::BETWEEN, beginning(*kind).len() as u64),
            false => (file_form::LIST_END, 1),
        };
        key = next;
        file.write_all(between)?;
        length += between.len() as u64;
        entries.append(&entries_path(dir, *kind), *count, |at| at - from + length)?;
        elements.seek(SeekFrom::Start(from))?;
        length += io::copy(&mut elements, &mut file)?;
        std::fs::remove_file(elements_path(dir, *kind))?;
        std::fs::remove_file(entries_path(dir, *kind))?;
    }
    let ending = file_form::ending(true, options);
    file.write_all(ending.as_bytes())?;
    entries.finish(length + ending.len() as u64)
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
    pub fn cut(&self, limits: Limits) -> io::Result<Cut> {
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
            lines::sync(&self.dir.join(lines))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> JobOptions {
        crate::store::config::Upload::default().options()
    }

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
        let manifest = writer.finish(options()).unwrap();
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
        let mut form = file_form::Writer::new(Vec::new()).unwrap();
        manifest.items().unwrap().for_each(|item| form.item(&item)).unwrap();
        let form = form.finish(options()).unwrap();
        assert!(std::fs::read(manifest.file_form_path()).unwrap() == form);
        let left = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(left.into_iter().all(|name| !name.to_string_lossy().contains("spool")));
    }

    #[test]
    fn every_mixture_of_kinds_is_joined_into_both_forms() {
        let mixtures: [&[Kind]; 5] =
            [&[], &[Kind::Pdf], &[Kind::ImageGroup, Kind::ImageSequence], &[Kind::Scene, Kind::Video], &Kind::ALL];
        for kinds in mixtures {
            let dir = tempfile::tempdir().unwrap();
            let mut writer = ManifestWriter::create(dir.path()).unwrap();
            let numbers = 0..3 * kinds.len();
            for number in numbers.rev() {
                let item = Item { kind: kinds[number % kinds.len()], ..item(number) };
                writer.item(&Origin::blob("x"), item).unwrap();
            }
            let manifest = writer.finish(options()).unwrap();
            assert_eq!(manifest.items().unwrap().count(), 3 * kinds.len() as u64);
            let mut form = file_form::Writer::new(Vec::new()).unwrap();
            manifest.items().unwrap().for_each(|item| form.item(&item)).unwrap();
            let form = String::from_utf8(form.finish(options()).unwrap()).unwrap();
            assert_eq!(std::fs::read_to_string(manifest.file_form_path()).unwrap(), form);
            let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            assert!(left.iter().all(|name| !name.to_string_lossy().contains("spool")), "{left:?}");
            manifest.sync().unwrap();
        }
    }
}
