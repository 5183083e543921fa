//! What a container's listing told of its blobs, kept on disk so that other rules can be applied to it without listing again.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use tempfile::NamedTempFile;

/// Keys with their values.
pub type Pairs<'a> = [(Cow<'a, str>, Cow<'a, str>)];

/// A blob as the listing told of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListedBlob<'a> {
    /// The whole name, exactly as stored.
    pub name: &'a str,
    /// Bytes.
    pub size: u64,
    /// The stored content type.
    pub content_type: Option<&'a str>,
    /// The access tier.
    pub tier: Option<&'a str>,
    /// Whether it is a directory.
    pub is_folder: bool,
    /// Whether it is on its way back from the archive tier.
    pub rehydrating: bool,
    /// The entity tag.
    pub etag: Option<&'a str>,
    /// The time of the last change, as RFC 1123.
    pub last_modified: Option<&'a str>,
    /// Its metadata headers, where they were asked for.
    pub headers: &'a Pairs<'a>,
    /// Its index tags, where they were asked for.
    pub tags: &'a Pairs<'a>,
}

const IS_FOLDER: u8 = 1;
const IS_REHYDRATING: u8 = 2;
/// Each text that is there has a bit from this one on.
const FIRST_TEXT: u8 = 4;
const HAS_HEADERS: u8 = 64;
const HAS_TAGS: u8 = 128;

/// The blobs of one page, as they lie on disk: for each its flags, its size, its name and the texts that it has, with their lengths
/// as variable numbers of bytes, and the number of its headers and tags before each of those.
#[derive(Debug, Default)]
pub struct ListedPage {
    bytes: Vec<u8>,
    first: Option<String>,
    blobs: u64,
}

impl ListedPage {
    /// Adds a blob.
    pub fn push(&mut self, blob: &ListedBlob<'_>) {
        if self.first.is_none() {
            self.first = Some(blob.name.to_owned());
        }
        self.blobs += 1;
        let texts = [blob.content_type, blob.tier, blob.etag, blob.last_modified];
        let mut flags = if blob.is_folder { IS_FOLDER } else { 0 } | if blob.rehydrating { IS_REHYDRATING } else { 0 };
        for (place, text) in texts.iter().enumerate() {
            flags |= if text.is_some() { FIRST_TEXT << place } else { 0 };
        }
        flags |= if blob.headers.is_empty() { 0 } else { HAS_HEADERS };
        flags |= if blob.tags.is_empty() { 0 } else { HAS_TAGS };
        self.bytes.push(flags);
        put_number(&mut self.bytes, blob.size);
        for text in std::iter::once(blob.name).chain(texts.into_iter().flatten()) {
            put_text(&mut self.bytes, text);
        }
        for pairs in [blob.headers, blob.tags].into_iter().filter(|pairs| !pairs.is_empty()) {
            put_number(&mut self.bytes, pairs.len() as u64);
            for (key, value) in pairs {
                put_text(&mut self.bytes, key);
                put_text(&mut self.bytes, value);
            }
        }
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_number(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    #[expect(clippy::cast_possible_truncation, reason = "seven bits")]
    bytes.push(number as u8);
}

/// Where a page lies.
#[derive(Debug, Clone)]
struct PageLocation {
    first: String,
    offset: u64,
    length: u64,
}

/// Writes pages in the order in which they are done.
#[derive(Debug)]
pub struct ListedWriter {
    file: NamedTempFile,
    places: Vec<PageLocation>,
    offset: u64,
    blobs: u64,
}

impl ListedWriter {
    /// Begins a file in a directory, which must exist. The file goes when the listing is dropped.
    ///
    /// # Errors
    /// The file system's.
    pub fn create(dir: &Path) -> io::Result<ListedWriter> {
        let file = tempfile::Builder::new().prefix("listed-").tempfile_in(dir)?;
        Ok(ListedWriter { file, places: Vec::new(), offset: 0, blobs: 0 })
    }

    /// Adds a page.
    ///
    /// # Errors
    /// The file system's.
    pub fn page(&mut self, page: ListedPage) -> io::Result<()> {
        let ListedPage { bytes, first, blobs } = page;
        let Some(first) = first else { return Ok(()) };
        self.file.write_all(&bytes)?;
        let length = bytes.len() as u64;
        self.places.push(PageLocation { first, offset: self.offset, length });
        self.offset += length;
        self.blobs += blobs;
        Ok(())
    }

    /// The listing, its pages in the order of their first names.
    pub fn finish(mut self) -> Listed {
        self.places.sort_by(|a, b| a.first.cmp(&b.first));
        Listed { file: self.file, places: self.places, blobs: self.blobs }
    }
}

/// A whole listing.
#[derive(Debug)]
pub struct Listed {
    file: NamedTempFile,
    places: Vec<PageLocation>,
    blobs: u64,
}

impl Listed {
    /// How many blobs it holds.
    pub fn blobs(&self) -> u64 {
        self.blobs
    }

    /// How many pages it has.
    pub fn pages(&self) -> usize {
        self.places.len()
    }

    /// Opens it for reading, apart from whoever else reads it.
    ///
    /// # Errors
    /// The file system's.
    pub fn open(&self) -> io::Result<ListedReader<'_>> {
        Ok(ListedReader { listed: self, file: self.file.reopen()?, bytes: Vec::new() })
    }
}

/// Reads a listing page by page.
#[derive(Debug)]
pub struct ListedReader<'a> {
    listed: &'a Listed,
    file: File,
    bytes: Vec<u8>,
}

impl ListedReader<'_> {
    /// Hands over the blobs of a page, counted from 0, in order.
    ///
    /// # Errors
    /// The file system's, a page that is not there or was damaged, or what `each` returns.
    pub fn page(&mut self, page: usize, mut each: impl FnMut(&ListedBlob<'_>) -> io::Result<()>) -> io::Result<()> {
        let place = self.listed.places.get(page).ok_or_else(damaged)?;
        self.bytes.resize(usize::try_from(place.length).map_err(|_| damaged())?, 0);
        self.file.seek(SeekFrom::Start(place.offset))?;
        self.file.read_exact(&mut self.bytes)?;
        let mut rest = Rest(&self.bytes);
        while !rest.0.is_empty() {
            let flags = rest.byte()?;
            let blob = rest.blob(flags)?;
            let headers = rest.pairs(flags & HAS_HEADERS != 0)?;
            let tags = rest.pairs(flags & HAS_TAGS != 0)?;
            each(&ListedBlob { headers: &headers, tags: &tags, ..blob })?;
        }
        Ok(())
    }
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> io::Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or_else(damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> io::Result<u8> {
        self.take(1)?.first().copied().ok_or_else(damaged)
    }

    fn number(&mut self) -> io::Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(damaged())
    }

    fn text(&mut self) -> io::Result<&'a str> {
        let length = usize::try_from(self.number()?).map_err(|_| damaged())?;
        std::str::from_utf8(self.take(length)?).map_err(|_| damaged())
    }

    fn pairs(&mut self, are_there: bool) -> io::Result<Vec<(Cow<'a, str>, Cow<'a, str>)>> {
        let number = if are_there { self.number()? } else { 0 };
        (0..number).map(|_| Ok((self.text()?.into(), self.text()?.into()))).collect()
    }

    /// All of it but headers and tags.
    fn blob(&mut self, flags: u8) -> io::Result<ListedBlob<'a>> {
        let size = self.number()?;
        let name = self.text()?;
        let mut texts = [None; 4];
        for (place, text) in texts.iter_mut().enumerate() {
            if flags & (FIRST_TEXT << place) != 0 {
                *text = Some(self.text()?);
            }
        }
        let [content_type, tier, etag, last_modified] = texts;
        let (is_folder, rehydrating) = (flags & IS_FOLDER != 0, flags & IS_REHYDRATING != 0);
        Ok(ListedBlob {
            name,
            size,
            content_type,
            tier,
            is_folder,
            rehydrating,
            etag,
            last_modified,
            ..ListedBlob::default()
        })
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the kept listing is damaged")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Parts = (String, u64, Option<String>, Option<String>, bool, bool);

    fn blob(parts: &Parts) -> ListedBlob<'_> {
        let (name, size, content_type, etag, is_folder, rehydrating) = parts;
        ListedBlob {
            name,
            size: *size,
            content_type: content_type.as_deref(),
            etag: etag.as_deref(),
            is_folder: *is_folder,
            rehydrating: *rehydrating,
            ..ListedBlob::default()
        }
    }

    proptest! {
        #![proptest_config(crate::seeds::cases(50))]
        #[test]
        fn what_is_kept_is_read_again_page_by_page(
            parts in prop::collection::vec((".{1,200}", any::<u64>(), any::<Option<String>>(), any::<Option<String>>(), any::<bool>(), any::<bool>()), 1..40),
            size in 1_usize..10,
        ) {
            let dir = tempfile::tempdir().unwrap();
            let mut sorted = parts;
            sorted.sort();
            let mut writer = ListedWriter::create(dir.path()).unwrap();
            // Pages are done in any order.
            for blobs in sorted.chunks(size).rev() {
                let mut page = ListedPage::default();
                blobs.iter().for_each(|parts| page.push(&blob(parts)));
                writer.page(page).unwrap();
            }
            writer.page(ListedPage::default()).unwrap();
            let listed = writer.finish();
            prop_assert_eq!(listed.blobs(), sorted.len() as u64);
            let mut reader = listed.open().unwrap();
            let mut seen = 0;
            for page in 0..listed.pages() {
                reader.page(page, |found| {
                    assert_eq!(found.name, blob(&sorted[seen]).name);
                    seen += 1;
                    Ok(())
                }).unwrap();
            }
            prop_assert_eq!(seen, sorted.len());
            prop_assert!(reader.page(listed.pages(), |_| Ok(())).is_err());
            drop(listed);
            prop_assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn everything_that_was_told_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let pairs = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(key, value)| (Cow::from(*key), Cow::from(*value))).collect::<Vec<_>>()
        };
        let (headers, tags) = (pairs(&[("site", "北"), ("", "")]), pairs(&[("lux", "1")]));
        let whole = ListedBlob {
            name: "北/a b.jpg",
            size: u64::MAX,
            content_type: Some("image/jpeg"),
            tier: Some("Hot"),
            is_folder: true,
            rehydrating: true,
            etag: Some("0x8D"),
            last_modified: Some("Sun, 22 Nov 2026 10:00:00 GMT"),
            headers: &headers,
            tags: &tags,
        };
        let tagged = ListedBlob { name: "t", tags: &tags, ..ListedBlob::default() };
        let bare = ListedBlob { name: "x", ..ListedBlob::default() };
        let mut page = ListedPage::default();
        page.push(&whole);
        page.push(&tagged);
        page.push(&bare);
        let mut writer = ListedWriter::create(dir.path()).unwrap();
        writer.page(page).unwrap();
        let listed = writer.finish();
        let mut left = vec![bare, tagged, whole];
        listed
            .open()
            .unwrap()
            .page(0, |found| {
                assert_eq!(Some(*found), left.pop());
                Ok(())
            })
            .unwrap();
        assert!(left.is_empty());
    }
}
