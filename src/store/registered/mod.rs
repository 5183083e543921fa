//! What earlier runs of a config have registered, for `since = "last-run"`: a sorted file of fingerprints, 16 bytes an item.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashSet},
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use crate::{
    manifest::incremental::{Fingerprint, RegisteredItems, fingerprint},
    run::{failed_unit::FailedUnit, state::BatchState},
    store::{manifest_dir::ManifestDir, paths::Home, runs::record::BatchRow},
};

/// At the beginning of the file; its last letter is the version of the form.
const MAGIC: [u8; 16] = *b"azure2enc-seen-1";
const ENTRY: u64 = 16;
/// As many fingerprints are sorted in memory at a time: 16 MB.
const CHUNK: usize = 1 << 20;
/// The file is told apart by the first two bytes of the fingerprints, which are evenly spread.
const BUCKETS: usize = 1 << 16;

/// In a manifest's directory: where the run records what it registered.
const TARGET: &str = "seen-in";

/// Where it is kept what the runs of this config have registered from this container. `config` is what the user called the
/// config, as for [`Home::findings`]; `container` is the container's URL.
pub fn seen_path(home: &Home, config: &str, container: &str) -> PathBuf {
    let name = home.key(config);
    let short: String = Sha256::digest(container).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    home.data().join("seen").join(format!("{name}-{short}.bin"))
}

/// What earlier runs have registered. Memory is the same for any number of items.
#[derive(Debug)]
pub struct RegisteredFile {
    /// Where each bucket begins, counted in entries, and where the last one ends.
    starts: Vec<u64>,
    /// The file, and what was read of it last.
    file: Mutex<(File, Vec<u8>)>,
}

impl RegisteredFile {
    /// Opens the record; `None` if no run has made one.
    ///
    /// # Errors
    /// The file system's, or a file that is no such record or damaged.
    pub fn open(path: &Path) -> io::Result<Option<RegisteredFile>> {
        let Some(mut entries) = Entries::open(path)? else { return Ok(None) };
        let mut counts = vec![0u64; BUCKETS];
        let mut last = None;
        while let Some(entry) = entries.next()? {
            if last >= Some(entry) {
                return Err(damaged(path));
            }
            last = Some(entry);
            if let Some(count) = counts.get_mut(bucket(&entry)) {
                *count += 1;
            }
        }
        let mut starts = Vec::with_capacity(BUCKETS + 1);
        let mut total = 0;
        starts.push(0);
        starts.extend(counts.into_iter().map(|count| {
            total += count;
            total
        }));
        Ok(Some(RegisteredFile { starts, file: Mutex::new((File::open(path)?, Vec::new())) }))
    }

    /// How many states of items are on record.
    pub fn count(&self) -> u64 {
        self.starts.last().copied().unwrap_or_default()
    }

    /// Whether this one is among them.
    ///
    /// # Errors
    /// The file system's.
    pub fn contains(&self, item: &Fingerprint) -> io::Result<bool> {
        let at = bucket(item);
        let (Some(first), Some(end)) = (self.starts.get(at), self.starts.get(at + 1)) else { return Ok(false) };
        if first == end {
            return Ok(false);
        }
        let length = usize::try_from((end - first) * ENTRY).map_err(io::Error::other)?;
        let (file, bucket) = &mut *self.file.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.resize(length, 0);
        file.seek(SeekFrom::Start((1 + first) * ENTRY))?;
        file.read_exact(bucket)?;
        Ok(bucket.chunks_exact(ENTRY as usize).any(|entry| entry == item))
    }
}

impl RegisteredItems for Option<RegisteredFile> {
    /// Where there is no record, nothing is known. An item of which the disk cannot tell is taken: once too often rather than
    /// never.
    fn holds(&self, item: &Fingerprint) -> bool {
        self.as_ref().is_some_and(|seen| seen.contains(item).unwrap_or(false))
    }
}

fn bucket(entry: &Fingerprint) -> usize {
    usize::from(u16::from_be_bytes([entry[0], entry[1]]))
}

fn damaged(path: &Path) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("{} is damaged; remove it, and the next run takes everything", path.display()),
    )
}

/// Fingerprints one after another.
struct Entries {
    file: BufReader<File>,
    left: u64,
}

impl Entries {
    fn open(path: &Path) -> io::Result<Option<Entries>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let length = file.metadata()?.len();
        let mut file = BufReader::with_capacity(64 * 1024, file);
        let mut magic = [0; MAGIC.len()];
        if length < ENTRY || !length.is_multiple_of(ENTRY) || file.read_exact(&mut magic).is_err() || magic != MAGIC {
            return Err(damaged(path));
        }
        Ok(Some(Entries { file, left: length / ENTRY - 1 }))
    }

    fn next(&mut self) -> io::Result<Option<Fingerprint>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let mut entry = Fingerprint::default();
        self.file.read_exact(&mut entry)?;
        Ok(Some(entry))
    }
}

/// Adds fingerprints to a record. What lies beyond one chunk is sorted on disk.
#[derive(Debug)]
struct RegisteredWriter {
    path: PathBuf,
    chunk: Vec<Fingerprint>,
    sorted: Vec<NamedTempFile>,
}

impl RegisteredWriter {
    fn new(path: &Path) -> io::Result<RegisteredWriter> {
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir)?;
        }
        Ok(RegisteredWriter { path: path.to_owned(), chunk: Vec::new(), sorted: Vec::new() })
    }

    fn add(&mut self, item: Fingerprint, most: usize) -> io::Result<()> {
        self.chunk.push(item);
        if self.chunk.len() >= most { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> io::Result<()> {
        self.chunk.sort_unstable();
        let mut out = Writer::new(&self.path)?;
        self.chunk.drain(..).try_for_each(|entry| out.push(entry))?;
        self.sorted.push(out.finish()?);
        Ok(())
    }

    /// Merges all with what was on record and takes its place in one go.
    fn finish(mut self) -> io::Result<()> {
        self.spill()?;
        let mut inputs: Vec<Entries> = Entries::open(&self.path)?.into_iter().collect();
        for file in &self.sorted {
            inputs.extend(Entries::open(file.path())?);
        }
        let mut heads = BinaryHeap::new();
        for (place, input) in inputs.iter_mut().enumerate() {
            heads.extend(input.next()?.map(|entry| Reverse((entry, place))));
        }
        let mut out = Writer::new(&self.path)?;
        while let Some(Reverse((entry, place))) = heads.pop() {
            out.push(entry)?;
            if let Some(input) = inputs.get_mut(place) {
                heads.extend(input.next()?.map(|entry| Reverse((entry, place))));
            }
        }
        drop(inputs);
        out.finish()?.persist(&self.path)?;
        Ok(())
    }
}

/// Writes fingerprints that come in order, each once.
struct Writer {
    out: BufWriter<NamedTempFile>,
    last: Option<Fingerprint>,
}

impl Writer {
    /// Beside its target, so that it can take its place.
    fn new(target: &Path) -> io::Result<Writer> {
        let dir = target.parent().unwrap_or(Path::new("."));
        let mut out = BufWriter::with_capacity(64 * 1024, NamedTempFile::new_in(dir)?);
        out.write_all(&MAGIC)?;
        Ok(Writer { out, last: None })
    }

    fn push(&mut self, entry: Fingerprint) -> io::Result<()> {
        if self.last == Some(entry) {
            return Ok(());
        }
        self.last = Some(entry);
        self.out.write_all(&entry)
    }

    fn finish(self) -> io::Result<NamedTempFile> {
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_data()?;
        Ok(file)
    }
}

/// Notes beside a manifest where its run records what it registered.
///
/// # Errors
/// The file system's.
pub fn record_in(manifest: &Path, target: &Path) -> io::Result<()> {
    let target = target.to_str().ok_or_else(|| io::Error::other("the data directory's path is not Unicode"))?;
    std::fs::write(manifest.join(TARGET), target)
}

/// Has the run of one manifest record what it registers where that of another does, if it does.
///
/// # Errors
/// The file system's.
pub fn record_like(other: &Path, manifest: &Path) -> io::Result<()> {
    match std::fs::copy(other.join(TARGET), manifest.join(TARGET)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Adds what an ended run has registered to the record that its manifest names; nothing where it names none.
///
/// Only what Encord surely has is recorded: of a job that is done, all items but those that failed. Where Encord counts more
/// failures than it names, and where a job ended otherwise, nobody knows which items it has, so all of its items come again.
/// `failed` answers the failed units of a batch.
///
/// # Errors
/// The file system's, or those of `failed`.
pub fn record(
    manifest: &ManifestDir,
    batches: &[BatchRow],
    mut failed: impl FnMut(&BatchRow) -> io::Result<Vec<FailedUnit>>,
) -> io::Result<()> {
    let target = match std::fs::read_to_string(manifest.path().join(TARGET)) {
        Ok(target) => PathBuf::from(target),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let items = manifest.items()?;
    let mut adding = RegisteredWriter::new(&target)?;
    for row in batches.iter().filter(|row| row.state == BatchState::Done && row.cancelled == 0) {
        let urls: HashSet<String> = match row.errors {
            0 => HashSet::new(),
            _ => failed(row)?.into_iter().flat_map(|unit| unit.object_urls).collect(),
        };
        // In two passes of small parts, since a batch may hold half a million items.
        if row.errors > 0 {
            let mut named = 0;
            each_item(&items, row, |item| {
                named += u64::from(item.urls.iter().any(|url| urls.contains(url)));
                Ok(())
            })?;
            if named < row.errors {
                continue;
            }
        }
        each_item(&items, row, |item| match &item.etag {
            Some(etag) if !item.urls.iter().any(|url| urls.contains(url)) => {
                adding.add(fingerprint(&item.urls, etag), CHUNK)
            }
            _ => Ok(()),
        })?;
    }
    adding.finish()
}

fn each_item(
    items: &crate::store::items::Items,
    row: &BatchRow,
    mut each: impl FnMut(crate::manifest::item::Item) -> io::Result<()>,
) -> io::Result<()> {
    const PART: u64 = 1000;
    let end = row.batch.first + row.batch.count;
    let mut first = row.batch.first;
    while first < end {
        let part = items.read(first, PART.min(end - first))?;
        if part.is_empty() {
            return Ok(());
        }
        first += part.len() as u64;
        part.into_iter().try_for_each(&mut each)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
