//! The items of a finished manifest, read by their places.
//!
//! Nearly all items are a file with a title and metadata. Encord's file form says all of that, one item a line, so such an item is
//! written there and nowhere else; only what it adds to a job is kept beside its place. Any other item is kept whole in a file of its
//! own.

pub(crate) mod entry;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    manifest::{
        batch::{self, BatchPlan, Batcher, Limits},
        item::Item,
        kind::Kind,
    },
    store::{
        items::entry::{HEADER, MAGIC, MAGIC_1},
        jsonl::IndexedLines,
    },
};
pub(super) use entry::Entry;

/// What is read at once.
const BUFFER: usize = 64 * 1024;

/// Where the files of a manifest lie.
#[derive(Debug, Clone)]
pub(super) struct Paths {
    /// Encord's file form.
    pub(super) form: PathBuf,
    /// The items that are kept whole, one a line; in manifests of earlier versions all items.
    pub(super) whole: PathBuf,
    /// Where each item stands.
    pub(super) entries: PathBuf,
}

/// The items of a finished manifest, read by their places.
#[derive(Debug, Clone)]
pub struct Items {
    form: ItemStorage,
}

#[derive(Debug, Clone)]
enum ItemStorage {
    /// As earlier versions wrote them.
    Lines(IndexedLines<Item>),
    Entries {
        paths: Paths,
        /// Whether the entries tell what items add to a job.
        are_weighed: bool,
        /// Each kind with the number of its items, in their order.
        kinds: Vec<(Kind, u64)>,
    },
}

impl Items {
    /// Opens those of a manifest with so many items of each kind.
    ///
    /// # Errors
    /// The file system's, or the file form is not the one that was written.
    pub(super) fn open(paths: Paths, kinds: Vec<(Kind, u64)>) -> io::Result<Items> {
        let mut entries = match File::open(&paths.entries) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Items { form: ItemStorage::Lines(IndexedLines::open(&paths.whole)?) });
            }
            Err(error) => return Err(error),
        };
        let (mut magic, mut length) = ([0; 8], [0; 8]);
        entries.read_exact(&mut magic)?;
        entries.read_exact(&mut length)?;
        let are_weighed = &magic == MAGIC;
        if (!are_weighed && &magic != MAGIC_1) || std::fs::metadata(&paths.form)?.len() != u64::from_le_bytes(length) {
            return Err(changed(&paths.form));
        }
        Ok(Items { form: ItemStorage::Entries { paths, are_weighed, kinds } })
    }

    /// How many items there are.
    pub fn count(&self) -> u64 {
        match &self.form {
            ItemStorage::Lines(lines) => lines.count(),
            ItemStorage::Entries { kinds, .. } => kinds.iter().map(|(_, count)| count).sum(),
        }
    }

    /// Reads up to `count` items from place `first` on.
    ///
    /// # Errors
    /// The file system's, or what stands there is no such item.
    pub fn read(&self, first: u64, count: u64) -> io::Result<Vec<Item>> {
        let (paths, kinds, are_weighed) = match &self.form {
            ItemStorage::Lines(lines) => return lines.read(first, count),
            ItemStorage::Entries { paths, are_weighed, kinds } => (paths, kinds, *are_weighed),
        };
        let count = count.min(self.count().saturating_sub(first));
        let mut items = Vec::with_capacity(usize::try_from(count).unwrap_or_default().min(4096));
        if count > 0 {
            Reading::new(paths, are_weighed, first)?.each(kinds, first, count, |item| {
                items.push(item);
                Ok(())
            })?;
        }
        Ok(items)
    }

    /// Calls `each` with every item in order, holding one at a time.
    ///
    /// # Errors
    /// The file system's, what stands there is no such item, or what `each` returns.
    pub fn for_each(&self, each: impl FnMut(Item) -> io::Result<()>) -> io::Result<()> {
        match &self.form {
            ItemStorage::Lines(lines) => lines.for_each(each),
            ItemStorage::Entries { paths, are_weighed, kinds } => {
                Reading::new(paths, *are_weighed, 0)?.each(kinds, 0, self.count(), each)
            }
        }
    }

    /// The jobs that the items are cut into. Of a manifest of an earlier version, which does not tell what its items add to a job,
    /// by their number alone, and nothing is told of the kinds.
    ///
    /// # Errors
    /// The file system's.
    pub(super) fn cut(&self, of_kinds: &BTreeMap<Kind, u64>, limits: Limits) -> io::Result<BatchPlan> {
        let ItemStorage::Entries { paths, are_weighed: true, kinds } = &self.form else {
            let counts = of_kinds.iter().map(|(kind, count)| (*kind, *count));
            return Ok(BatchPlan { batches: batch::cut(counts, limits), kinds: Vec::new() });
        };
        let mut entries = File::open(&paths.entries)?;
        entries.seek(SeekFrom::Start(HEADER))?;
        let mut entries = BufReader::with_capacity(BUFFER, entries);
        let mut cutter = Batcher::new(limits);
        for (kind, count) in kinds {
            cutter.kind(*kind, *count);
            for _ in 0..*count {
                cutter.item(Entry::read(&mut entries)?.weight);
            }
        }
        Ok(cutter.finish())
    }
}

fn changed(form: &Path) -> io::Error {
    let message = format!("{} is not as it was written; build the manifest again", form.display());
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// Items on their way from the disk.
struct Reading<'a> {
    paths: &'a Paths,
    are_weighed: bool,
    entries: BufReader<File>,
    form: Lines,
    whole: Option<Lines>,
}

/// Lines of a file, mostly one after another.
struct Lines {
    file: BufReader<File>,
    at: u64,
    line: Vec<u8>,
}

impl Lines {
    fn open(path: &Path) -> io::Result<Lines> {
        Ok(Lines { file: BufReader::with_capacity(BUFFER, File::open(path)?), at: 0, line: Vec::new() })
    }

    /// The line that begins there, with its end.
    fn at(&mut self, at: u64) -> io::Result<&[u8]> {
        if at != self.at {
            self.file.seek(SeekFrom::Start(at))?;
        }
        self.line.clear();
        self.at = at + self.file.read_until(b'\n', &mut self.line)? as u64;
        Ok(&self.line)
    }
}

/// A plain item in the file form.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Element {
    object_url: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    client_metadata: Map<String, Value>,
}

impl Reading<'_> {
    fn new(paths: &Paths, are_weighed: bool, first: u64) -> io::Result<Reading<'_>> {
        let mut entries = File::open(&paths.entries)?;
        let length = if are_weighed { Entry::LENGTH } else { Entry::LENGTH_1 };
        entries.seek(SeekFrom::Start(HEADER + first * length))?;
        let entries = BufReader::with_capacity(BUFFER, entries);
        Ok(Reading { paths, are_weighed, entries, form: Lines::open(&paths.form)?, whole: None })
    }

    fn each(
        &mut self,
        kinds: &[(Kind, u64)],
        first: u64,
        count: u64,
        mut each: impl FnMut(Item) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut end = 0;
        for (kind, of_kind) in kinds {
            let begin = end;
            end += of_kind;
            for _ in begin.max(first)..end.min(first + count) {
                each(self.next(*kind)?)?;
            }
        }
        Ok(())
    }

    fn next(&mut self, kind: Kind) -> io::Result<Item> {
        let entry = match self.are_weighed {
            true => Entry::read(&mut self.entries)?,
            false => Entry::read_1(&mut self.entries)?,
        };
        if entry.is_whole {
            let whole = match &mut self.whole {
                Some(whole) => whole,
                empty => empty.insert(Lines::open(&self.paths.whole)?),
            };
            return Ok(serde_json::from_slice(whole.at(entry.at)?)?);
        }
        let line = self.form.at(entry.at)?.trim_ascii_end();
        let line = line.strip_suffix(b",").unwrap_or(line);
        let Element { object_url, title, client_metadata } =
            serde_json::from_slice(line).map_err(|_| changed(&self.paths.form))?;
        Ok(Item { client_metadata, bytes: entry.weight.bytes, ..Item::new(kind, title, vec![object_url]) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        config::upload::Upload,
        manifest::{finding::Origin, item::Provenance, media::Media, sink::Sink as _},
        store::{
            jsonl::LineWriter,
            manifest_dir::{ManifestDir, writer::ManifestWriter},
        },
    };

    fn item(number: usize) -> Item {
        let kind = Kind::ALL[number % Kind::ALL.len()];
        let mut item = Item::new(kind, format!("é \"{number}\""), vec![format!("https://u/{number}.pcd")]);
        item.bytes = number as u64;
        match number % 7 {
            1 => item.client_metadata = json!({"a": "b\n", "n": [1.5, null, {}]}).as_object().unwrap().clone(),
            2 => item.etag = Some("0x8".into()),
            3 => item.media = Some(Media::Pdf { file_size: 7, num_pages: 1 }),
            4 => item.provenance = Some(Box::new(Provenance { name: "x".into(), ..Provenance::default() })),
            5 => item.title.clear(),
            6 => item.settings = Some(json!({"channels": {}})),
            _ => {}
        }
        item
    }

    fn write(dir: &Path, items: impl Iterator<Item = Item>) -> ManifestDir {
        let mut writer = ManifestWriter::create(dir).unwrap();
        items.for_each(|item| writer.item(&Origin::blob("x"), item).unwrap());
        writer.finish(Upload::default().options()).unwrap()
    }

    #[test]
    fn every_item_comes_back_from_any_place() {
        let dir = tempfile::tempdir().unwrap();
        let count = 7 * Kind::ALL.len() + 3;
        let manifest = write(dir.path(), (0..count).map(item));
        let mut expected: Vec<Item> = (0..count).map(item).collect();
        expected.sort_by_key(|item| item.kind);
        let items = ManifestDir::open(dir.path()).unwrap().items().unwrap();
        assert_eq!(items.count(), count as u64);
        let mut all = Vec::new();
        items
            .for_each(|item| {
                all.push(item);
                Ok(())
            })
            .unwrap();
        assert_eq!(all, expected);
        for first in 0..=count + 1 {
            for length in [0, 1, 2, 9, count, usize::MAX] {
                let read = items.read(first as u64, length as u64).unwrap();
                let rest = expected.get(first..).unwrap_or_default();
                assert_eq!(read, rest[..length.min(rest.len())], "{first} {length}");
            }
        }
        manifest.sync().unwrap();
    }

    #[test]
    fn manifests_of_earlier_versions_can_be_read() {
        let dir = tempfile::tempdir().unwrap();
        let manifest = write(dir.path(), (0..30).map(item));
        let all = manifest.items().unwrap().read(0, 30).unwrap();
        std::fs::remove_file(dir.path().join("items.places")).unwrap();
        let mut lines = LineWriter::create(&dir.path().join("items.jsonl")).unwrap();
        all.iter().for_each(|item| lines.push(item).unwrap());
        lines.finish().unwrap();
        let manifest = ManifestDir::open(dir.path()).unwrap();
        assert_eq!(manifest.items().unwrap().count(), 30);
        assert_eq!(manifest.items().unwrap().read(3, 20).unwrap(), all[3..23]);
        manifest.sync().unwrap();
    }

    #[test]
    fn a_file_form_that_somebody_changed_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let manifest = write(dir.path(), (0..30).map(item));
        let form = manifest.file_form_path();
        let text = std::fs::read_to_string(&form).unwrap();
        std::fs::write(&form, text.replace("https://u/", "https://other/")).unwrap();
        let error = manifest.items().unwrap_err();
        assert!(error.to_string().contains("build the manifest again"), "{error}");
        // Of the same length, but all lines behind the first begin elsewhere.
        std::fs::write(&form, text.replacen('é', "e", 1) + "\n").unwrap();
        assert!(manifest.items().unwrap().for_each(|_| Ok(())).is_err());
    }
}
