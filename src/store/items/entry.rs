//! Where each item of a manifest stands, and what it adds to a job.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Seek as _, SeekFrom, Write},
    path::Path,
};

use crate::{manifest::batch::ItemSize, store::items::BUFFER};

/// What stands before the entries: this, and the length of the file form, which nobody may change behind their back.
pub(super) const MAGIC: &[u8; 8] = b"a2e-itm2";
/// The same in manifests of an earlier version, whose entries end with the size.
pub(super) const MAGIC_1: &[u8; 8] = b"a2e-item";
pub(super) const HEADER: u64 = 16;
/// Marks places in the file of whole items.
const WHOLE: u64 = 1 << 63;

/// Where an item stands: in the file form, or in the file of whole items; and what it adds to a job. On disk the place, the size of
/// its files, the number of its URLs and the length of its JSON, in 8, 8, 4 and 4 bytes, each little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) at: u64,
    pub(crate) is_whole: bool,
    pub(crate) weight: ItemSize,
}

impl Entry {
    pub(crate) const LENGTH: u64 = 24;
    pub(crate) const LENGTH_1: u64 = 16;

    pub(crate) fn write(self, out: &mut impl Write) -> io::Result<()> {
        let at = if self.is_whole { self.at | WHOLE } else { self.at };
        let ItemSize { bytes, urls, json } = self.weight;
        // Four thousand million of either are beyond every limit, so it does not matter how far.
        let [urls, json] = [urls, json].map(|number| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
        let mut entry = [0; Entry::LENGTH as usize];
        let (places, counts) = entry.split_at_mut(16);
        places[..8].copy_from_slice(&at.to_le_bytes());
        places[8..].copy_from_slice(&bytes.to_le_bytes());
        counts[..4].copy_from_slice(&urls);
        counts[4..].copy_from_slice(&json);
        out.write_all(&entry)
    }

    pub(crate) fn read(from: &mut impl io::Read) -> io::Result<Entry> {
        let mut entry = Entry::read_1(from)?;
        let (mut urls, mut json) = ([0; 4], [0; 4]);
        from.read_exact(&mut urls)?;
        from.read_exact(&mut json)?;
        (entry.weight.urls, entry.weight.json) = (u32::from_le_bytes(urls).into(), u32::from_le_bytes(json).into());
        Ok(entry)
    }

    /// As an earlier version wrote it.
    pub(crate) fn read_1(from: &mut impl io::Read) -> io::Result<Entry> {
        let (mut at, mut bytes) = ([0; 8], [0; 8]);
        from.read_exact(&mut at)?;
        from.read_exact(&mut bytes)?;
        let (at, bytes) = (u64::from_le_bytes(at), u64::from_le_bytes(bytes));
        Ok(Entry { at: at & !WHOLE, is_whole: at & WHOLE != 0, weight: ItemSize { bytes, ..ItemSize::default() } })
    }
}

/// Writes where the items stand, in their order. The file counts once it is finished.
#[derive(Debug)]
pub(crate) struct EntryWriter {
    out: BufWriter<File>,
}

impl EntryWriter {
    pub(crate) fn create(path: &Path) -> io::Result<EntryWriter> {
        let mut out = BufWriter::with_capacity(BUFFER, File::create(path)?);
        out.write_all(&[0; HEADER as usize])?;
        Ok(EntryWriter { out })
    }

    /// Adds the entries of one kind, of which there are so many; those in the file form have moved by so much.
    pub(crate) fn append(&mut self, path: &Path, count: u64, moved: impl Fn(u64) -> u64) -> io::Result<()> {
        let mut from = BufReader::with_capacity(BUFFER, File::open(path)?);
        for _ in 0..count {
            let entry = Entry::read(&mut from)?;
            Entry { at: if entry.is_whole { entry.at } else { moved(entry.at) }, ..entry }.write(&mut self.out)?;
        }
        Ok(())
    }

    /// Ends it for a file form of this length.
    pub(crate) fn finish(mut self, form: u64) -> io::Result<()> {
        self.out.seek(SeekFrom::Start(0))?;
        self.out.write_all(MAGIC)?;
        self.out.write_all(&form.to_le_bytes())?;
        self.out.flush()
    }
}
