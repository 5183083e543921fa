//! The items of each kind in files of their own, until they are joined.

use std::{
    fs::File,
    io::{self, BufWriter, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    manifest::{data_items::JobOptions, file_form, kind::Kind},
    store::{
        items::{
            Paths,
            entry::{Entry, EntryWriter},
        },
        manifest_dir::{BUFFER, paths},
        manifest_part::KindPart,
    },
};

/// The items of one kind in the file form, and where they stand.
#[derive(Debug)]
pub(super) struct Spool {
    entries: BufWriter<File>,
    elements: BufWriter<File>,
    /// Bytes of elements.
    length: u64,
    count: u64,
}

impl Spool {
    pub(super) fn create(dir: &Path, kind: Kind) -> io::Result<Spool> {
        let mut elements = BufWriter::with_capacity(BUFFER, File::create(elements_path(dir, kind))?);
        let entries = BufWriter::with_capacity(BUFFER, File::create(entries_path(dir, kind))?);
        let beginning = beginning(kind);
        elements.write_all(&beginning)?;
        Ok(Spool { entries, elements, length: beginning.len() as u64, count: 0 })
    }

    /// Adds items, those that are kept whole behind so many bytes of others.
    pub(super) fn add(&mut self, part: &KindPart, whole: u64) -> io::Result<()> {
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

    /// Ends it, and tells how many items it has.
    pub(super) fn finish(mut self) -> io::Result<u64> {
        self.entries.flush()?;
        self.elements.flush()?;
        Ok(self.count)
    }
}

/// What stands before the first element of a kind, were it the first of all.
fn beginning(kind: Kind) -> Vec<u8> {
    format!("{{{}", file_form::list_beginning(file_form::list_key(kind))).into_bytes()
}

fn entries_path(dir: &Path, kind: Kind) -> PathBuf {
    dir.join(format!("spool-{kind}.places"))
}

fn elements_path(dir: &Path, kind: Kind) -> PathBuf {
    dir.join(format!("spool-{kind}.json"))
}

/// Removes the spool of a kind.
pub(super) fn remove(dir: &Path, kind: Kind) -> io::Result<()> {
    std::fs::remove_file(entries_path(dir, kind))?;
    std::fs::remove_file(elements_path(dir, kind))
}

/// The first kind's elements become the file of all, so that one kind alone is never copied.
pub(super) fn join_kinds(dir: &Path, kinds: &[(Kind, u64)], options: JobOptions) -> io::Result<()> {
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
        remove(dir, *kind)?;
    }
    let ending = file_form::ending(true, options);
    file.write_all(ending.as_bytes())?;
    entries.finish(length + ending.len() as u64)
}
