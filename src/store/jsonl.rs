//! Files with one JSON value a line, and an index beside them so that any line can be read at once.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    marker::PhantomData,
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

/// The bytes of one index entry: where a line begins, little-endian.
const ENTRY: u64 = 8;
/// What is written at once.
const BUFFER: usize = 64 * 1024;

/// Lines that are on their way to a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lines {
    /// The lines with their ends.
    pub(super) bytes: Vec<u8>,
    /// Where each line begins.
    pub(super) starts: Vec<u64>,
}

impl Lines {
    /// Adds a line that `write` writes without its end.
    ///
    /// # Errors
    /// Those of `write`.
    pub(super) fn push_with<E>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        self.starts.push(self.bytes.len() as u64);
        write(&mut self.bytes)?;
        self.bytes.push(b'\n');
        Ok(())
    }

    /// Adds one value.
    ///
    /// # Errors
    /// None in practice: what is kept in lines can be written as JSON.
    pub(super) fn push<T: Serialize>(&mut self, value: &T) -> serde_json::Result<()> {
        self.push_with(|bytes| serde_json::to_writer(bytes, value))
    }

    /// Forgets them, but keeps the room that they took.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.starts.clear();
    }
}

/// Writes a file of lines and its index.
#[derive(Debug)]
pub struct LineWriter {
    lines: BufWriter<File>,
    index: BufWriter<File>,
    offset: u64,
    count: u64,
    one: Lines,
}

impl LineWriter {
    /// Creates `PATH` and `PATH.idx`, emptying what was there.
    ///
    /// # Errors
    /// The file system's.
    pub fn create(path: &Path) -> io::Result<LineWriter> {
        LineWriter::new(File::create(path)?, File::create(index_path(path))?, 0, 0)
    }

    fn new(lines: File, index: File, offset: u64, count: u64) -> io::Result<LineWriter> {
        let (lines, index) = (BufWriter::with_capacity(BUFFER, lines), BufWriter::new(index));
        Ok(LineWriter { lines, index, offset, count, one: Lines::default() })
    }

    /// Adds one value.
    ///
    /// # Errors
    /// The file system's.
    pub fn push<T: Serialize>(&mut self, value: &T) -> io::Result<()> {
        let mut one = std::mem::take(&mut self.one);
        one.clear();
        one.push(value)?;
        let written = self.push_all(&one);
        self.one = one;
        written
    }

    /// Adds lines.
    ///
    /// # Errors
    /// The file system's.
    pub(super) fn push_all(&mut self, lines: &Lines) -> io::Result<()> {
        for start in &lines.starts {
            self.index.write_all(&(self.offset + start).to_le_bytes())?;
        }
        self.lines.write_all(&lines.bytes)?;
        self.offset += lines.bytes.len() as u64;
        self.count += lines.starts.len() as u64;
        Ok(())
    }

    /// How many values were added.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Hands everything to the operating system, so that it can be read. To be safe from a loss of power it takes `sync`.
    ///
    /// # Errors
    /// The file system's.
    pub fn finish(mut self) -> io::Result<u64> {
        self.lines.flush()?;
        self.index.flush()?;
        Ok(self.count)
    }

    /// Appends all lines of another file of lines.
    ///
    /// # Errors
    /// The file system's.
    pub fn append(&mut self, path: &Path) -> io::Result<()> {
        let mut index = BufReader::new(File::open(index_path(path))?);
        let mut entry = [0; ENTRY as usize];
        while read_entry(&mut index, &mut entry)? {
            self.index.write_all(&(self.offset + u64::from_le_bytes(entry)).to_le_bytes())?;
            self.count += 1;
        }
        self.offset += io::copy(&mut File::open(path)?, &mut self.lines)?;
        Ok(())
    }
}

/// Waits until a finished file of lines and its index are on the disk.
///
/// # Errors
/// The file system's.
pub(super) fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_data()?;
    File::open(index_path(path))?.sync_data()
}

fn read_entry(index: &mut impl Read, entry: &mut [u8; ENTRY as usize]) -> io::Result<bool> {
    match index.read_exact(entry) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// The index that lies beside a file of lines.
pub(crate) fn index_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".idx");
    name.into()
}

/// A file of lines, read by position.
#[derive(Debug, Clone)]
pub struct IndexedLines<T> {
    path: PathBuf,
    count: u64,
    kind: PhantomData<T>,
}

impl<T: DeserializeOwned> IndexedLines<T> {
    /// Opens a finished file.
    ///
    /// # Errors
    /// The file system's.
    pub fn open(path: &Path) -> io::Result<IndexedLines<T>> {
        let count = std::fs::metadata(index_path(path))?.len() / ENTRY;
        Ok(IndexedLines { path: path.to_owned(), count, kind: PhantomData })
    }

    /// How many lines there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Reads up to `count` values from place `first` on.
    ///
    /// # Errors
    /// The file system's, or a line that is not such a value.
    pub fn read(&self, first: u64, count: u64) -> io::Result<Vec<T>> {
        let count = count.min(self.count.saturating_sub(first));
        if count == 0 {
            return Ok(Vec::new());
        }
        let mut index = File::open(index_path(&self.path))?;
        index.seek(SeekFrom::Start(first * ENTRY))?;
        let mut entry = [0; ENTRY as usize];
        index.read_exact(&mut entry)?;
        let mut lines = File::open(&self.path)?;
        lines.seek(SeekFrom::Start(u64::from_le_bytes(entry)))?;
        let mut lines = BufReader::new(lines);
        let mut values = Vec::with_capacity(usize::try_from(count).unwrap_or_default().min(4096));
        let mut line = Vec::new();
        for _ in 0..count {
            line.clear();
            lines.read_until(b'\n', &mut line)?;
            values.push(serde_json::from_slice(&line)?);
        }
        Ok(values)
    }

    /// Calls `each` with every value in order, holding one at a time.
    ///
    /// # Errors
    /// The file system's, a line that is not such a value, or what `each` returns.
    pub fn for_each(&self, mut each: impl FnMut(T) -> io::Result<()>) -> io::Result<()> {
        let mut lines = BufReader::with_capacity(256 * 1024, File::open(&self.path)?);
        let mut line = Vec::new();
        for _ in 0..self.count {
            line.clear();
            lines.read_until(b'\n', &mut line)?;
            each(serde_json::from_slice(&line)?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_part_can_be_read_and_files_can_be_joined() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        for (path, from) in [(&a, 0), (&b, 100)] {
            let mut writer = LineWriter::create(path).unwrap();
            for number in from..from + 50 {
                writer.push(&format!("line {number} é\n")).unwrap();
            }
            assert_eq!(writer.finish().unwrap(), 50);
        }
        let joined = dir.path().join("joined");
        let mut writer = LineWriter::create(&joined).unwrap();
        writer.append(&a).unwrap();
        writer.append(&b).unwrap();
        writer.push(&"last").unwrap();
        assert_eq!(writer.finish().unwrap(), 101);
        let lines = IndexedLines::<String>::open(&joined).unwrap();
        assert_eq!(lines.read(49, 2).unwrap(), ["line 49 é\n", "line 100 é\n"]);
        assert_eq!(lines.read(100, 10).unwrap(), ["last"]);
        assert!(lines.read(101, 10).unwrap().is_empty());
        let mut seen = 0;
        lines
            .for_each(|_| {
                seen += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!(seen, 101);
    }
}
