//! Where the objects of a PDF stand (ISO 32000-1, sections 7.5.4 to 7.5.8).

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use memchr::memmem;

use crate::manifest::probe::pdf::syntax::Parser;

/// The most bytes that a stream may have, as stored.
const LARGEST_STORED: usize = 8 << 20;
/// The most bytes that the tables of a file, or a stream of objects, may have when they are decompressed: some three million objects.
const LARGEST_DECODED: usize = 16 << 20;
/// The most tables of one file; each change that is appended adds one.
const MOST_TABLES: usize = 1000;
/// The most ranges of numbers in them.
const MOST_RANGES: usize = 50_000;
/// How many references to references are followed, and how many places are tried where one is searched for.
const MOST_LINKS: usize = 8;
/// The most bytes that are gone through altogether, some of them again and again.
const MOST_WORK: usize = 256 << 20;
/// How much longer it takes to read an object than to search for one.
const READING: usize = 8;
/// The table's place is written so near to the end.
const TAIL: usize = 2048;

/// Objects of successive numbers in a table.
#[derive(Clone, Copy)]
struct Range {
    first: usize,
    count: usize,
    /// Where the first entry stands, in the file or in the table's own bytes.
    at: usize,
}

/// A table of places.
enum Table {
    /// As text: entries of so many bytes.
    Text { ranges: Vec<Range>, entry: usize },
    /// As numbers of so many bytes each: the kind of place and two that tell it.
    Stream { ranges: Vec<Range>, widths: [usize; 3], bytes: Vec<u8> },
}

impl Table {
    fn ranges(&self) -> &[Range] {
        let (Table::Text { ranges, .. } | Table::Stream { ranges, .. }) = self;
        ranges
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Offset(usize),
    /// In the stream of this number.
    Within(u32),
    Free,
}

pub(super) struct PdfFile<'a> {
    bytes: &'a [u8],
    /// The newest first.
    tables: Vec<Table>,
    /// Of the newest table that names the root.
    trailer: Dictionary,
    /// The stream of objects that was read last.
    objects: Option<(u32, Dictionary, Vec<u8>)>,
    is_locked: bool,
    /// How many bytes may still be gone through.
    left: usize,
}

impl<'a> PdfFile<'a> {
    /// Reads the tables that the end of the file leads to.
    pub(super) fn open(bytes: &'a [u8]) -> Option<PdfFile<'a>> {
        let tail = bytes.len().saturating_sub(TAIL);
        let at = tail + memmem::rfind(&bytes[tail..], b"startxref")?;
        let begin = Parser::new(bytes, at + b"startxref".len()).number()?;
        let mut file = PdfFile::new(bytes);
        let (mut waiting, mut seen) = (vec![begin], HashSet::new());
        let (mut ranges, mut decoded) = (0, 0);
        while let Some(at) = waiting.pop() {
            if !seen.insert(at) || seen.len() > MOST_TABLES {
                continue;
            }
            let (table, trailer) = file.table(at)?;
            ranges += table.ranges().len();
            decoded += if let Table::Stream { bytes, .. } = &table { bytes.len() } else { 0 };
            if ranges > MOST_RANGES || decoded > LARGEST_DECODED {
                return None;
            }
            file.tables.push(table);
            let place = |key: &[u8]| usize::try_from(trailer.get(key).ok()?.as_i64().ok()?).ok();
            // The table for newer readers comes before the one that was there earlier.
            waiting.extend([place(b"Prev"), place(b"XRefStm")].into_iter().flatten());
            if !file.trailer.has(b"Root") && trailer.has(b"Root") {
                file.trailer = trailer;
            }
        }
        Some(file)
    }

    /// Finds the root without tables.
    pub(super) fn search(bytes: &'a [u8]) -> Option<PdfFile<'a>> {
        let mut file = PdfFile::new(bytes);
        let trailers = memmem::rfind_iter(bytes, b"trailer").take(MOST_LINKS);
        let mut trailers = trailers.filter_map(|at| match Parser::new(bytes, at + b"trailer".len()).object() {
            Some(Object::Dictionary(trailer)) if trailer.has(b"Root") => Some(trailer),
            _ => None,
        });
        if let Some(trailer) = trailers.next() {
            file.trailer = trailer;
            return Some(file);
        }
        let catalog = memmem::rfind(bytes, b"/Catalog")?;
        let begin = memmem::rfind(&bytes[..catalog], b" obj")?;
        // The number and the generation stand in front.
        let head = bytes[..begin].iter().rposition(|byte| !byte.is_ascii_digit() && *byte != b' ')? + 1;
        let (id, _) = Parser::new(bytes, head).indirect()?;
        file.trailer.set("Root", Object::Reference(id));
        Some(file)
    }

    fn new(bytes: &'a [u8]) -> PdfFile<'a> {
        PdfFile {
            bytes,
            tables: Vec::new(),
            trailer: Dictionary::new(),
            objects: None,
            is_locked: false,
            left: MOST_WORK,
        }
    }

    pub(super) fn root(&self) -> Object {
        self.trailer.get(b"Root").cloned().unwrap_or(Object::Null)
    }

    /// Whether something could not be read because it is encrypted with a password.
    pub(super) fn is_locked(&self) -> bool {
        self.is_locked
    }

    fn work(&mut self, bytes: usize) -> Option<()> {
        self.left = self.left.checked_sub(bytes)?;
        Some(())
    }

    /// What a reference leads to; anything else as it is.
    pub(super) fn resolve(&mut self, object: &Object) -> Option<Object> {
        let mut object = object.clone();
        for _ in 0..MOST_LINKS {
            let Object::Reference((number, _)) = object else { return Some(object) };
            self.work(self.tables.iter().map(|table| table.ranges().len()).sum())?;
            object = match self.place(number) {
                Some(Place::Within(stream)) => self.object_within(stream, number)?,
                Some(Place::Free) => return None,
                place => self.object_at(place, number)?.1,
            };
        }
        None
    }

    /// An object of the file itself, and where it ends; searched for if it is not where it should be.
    fn object_at(&mut self, place: Option<Place>, number: u32) -> Option<(usize, Object)> {
        let stated = if let Some(Place::Offset(at)) = place { Some(at) } else { None };
        if let Some(found) = stated.and_then(|at| self.object_here(at, number)) {
            return Some(found);
        }
        self.work(self.bytes.len())?;
        let head = format!("{number} 0 obj");
        // The newest stands last.
        let places: Vec<usize> = memmem::rfind_iter(self.bytes, &head).take(MOST_LINKS).collect();
        places.into_iter().filter(|at| Some(*at) != stated).find_map(|at| {
            let before = at.checked_sub(1).and_then(|at| self.bytes.get(at));
            if before.is_some_and(u8::is_ascii_digit) { None } else { self.object_here(at, number) }
        })
    }

    fn object_here(&mut self, at: usize, number: u32) -> Option<(usize, Object)> {
        let mut parser = Parser::new(self.bytes, at);
        let read = parser.indirect();
        self.work(READING * parser.at().saturating_sub(at))?;
        let ((found, _), object) = read?;
        (found == number).then(|| (parser.at(), object))
    }

    /// An object in a stream of objects.
    fn object_within(&mut self, stream: u32, number: u32) -> Option<Object> {
        if self.objects.as_ref().is_none_or(|(kept, ..)| *kept != stream) {
            self.objects = None;
            let place = self.place(stream);
            let (end, object) = self.object_at(place, stream)?;
            let Object::Dictionary(dictionary) = object else { return None };
            let stored = self.stored(end, &dictionary)?;
            let stored =
                if self.trailer.has(b"Encrypt") { self.decrypted(stream, &dictionary, stored)? } else { stored };
            let bytes = decoded(&dictionary, stored)?;
            self.work(bytes.len())?;
            self.objects = Some((stream, dictionary, bytes));
        }
        self.work(self.objects.as_ref()?.2.len())?;
        let (_, dictionary, bytes) = self.objects.as_ref()?;
        let of = |key: &[u8]| usize::try_from(dictionary.get(key).ok()?.as_i64().ok()?).ok();
        let (first, count) = (of(b"First")?, of(b"N")?);
        let mut index = Parser::new(bytes.get(..first)?, 0);
        for _ in 0..count {
            let (found, at) = (index.number()?, index.number()?);
            if u32::try_from(found) == Ok(number) {
                return Parser::new(bytes, first.checked_add(at)?).object();
            }
        }
        None
    }

    fn place(&self, number: u32) -> Option<Place> {
        let number = usize::try_from(number).ok()?;
        let within = |range: &&Range| number.checked_sub(range.first).is_some_and(|index| index < range.count);
        self.tables.iter().find_map(|table| match table {
            Table::Text { ranges, entry } => {
                let range = ranges.iter().find(within)?;
                let at = range.at + (number - range.first) * entry;
                let mut parser = Parser::new(self.bytes.get(..at + entry)?, at);
                let (offset, _) = (parser.number()?, parser.number()?);
                parser.space();
                Some(if parser.skip(b"n") { Place::Offset(offset) } else { Place::Free })
            }
            Table::Stream { ranges, widths, bytes } => {
                let range = ranges.iter().find(within)?;
                let mut at = range.at + (number - range.first) * widths.iter().sum::<usize>();
                let [kind, first, _] = widths.map(|width| {
                    let field = bytes.get(at..at + width).unwrap_or_default();
                    at += width;
                    field.iter().fold(0, |number: u64, byte| number << 8 | u64::from(*byte))
                });
                match if widths[0] == 0 { 1 } else { kind } {
                    1 => Some(Place::Offset(usize::try_from(first).ok()?)),
                    2 => Some(Place::Within(u32::try_from(first).ok()?)),
                    _ => Some(Place::Free),
                }
            }
        })
    }

    fn table(&mut self, at: usize) -> Option<(Table, Dictionary)> {
        let mut parser = Parser::new(self.bytes, at);
        parser.space();
        if !parser.skip(b"xref") {
            let read = parser.indirect();
            self.work(READING * parser.at().saturating_sub(at))?;
            let (_, Object::Dictionary(dictionary)) = read? else { return None };
            let bytes = decoded(&dictionary, self.stored(parser.at(), &dictionary)?)?;
            return Some((stream_table(&dictionary, bytes)?, dictionary));
        }
        let (mut ranges, mut entry) = (Vec::new(), 20);
        loop {
            parser.space();
            if parser.skip(b"trailer") {
                break;
            }
            let (first, count) = (parser.number()?, parser.number()?);
            parser.space();
            let at = parser.at();
            // Ten digits, five digits and a letter, with spaces between, and the end of the line, which some write with one byte.
            if count > 1 && matches!(self.bytes.get(at + 18..at + 20), Some([b'\r' | b'\n', b'0'..=b'9'])) {
                entry = 19;
            }
            let end = count.checked_mul(entry).and_then(|length| at.checked_add(length))?;
            if end > self.bytes.len() || ranges.len() > MOST_RANGES {
                return None;
            }
            ranges.push(Range { first, count, at });
            parser = Parser::new(self.bytes, end);
        }
        match parser.object()? {
            Object::Dictionary(trailer) => Some((Table::Text { ranges, entry }, trailer)),
            _ => None,
        }
    }

    /// The bytes of a stream whose dictionary ends at this place.
    fn stored(&self, end: usize, dictionary: &Dictionary) -> Option<Vec<u8>> {
        let mut parser = Parser::new(self.bytes, end);
        parser.space();
        parser.skip(b"stream").then_some(())?;
        let _ = parser.skip(b"\r\n") || parser.skip(b"\n") || parser.skip(b"\r");
        let rest = self.bytes.get(parser.at()..)?;
        let length = dictionary.get(b"Length").ok().and_then(|length| usize::try_from(length.as_i64().ok()?).ok());
        let stated = length.and_then(|length| rest.get(..length));
        let bytes = match stated {
            Some(bytes) => bytes,
            None => &rest[..memmem::find(rest, b"endstream")?],
        };
        (bytes.len() <= LARGEST_STORED).then(|| bytes.to_vec())
    }

    /// A value of the trailer that stands in no stream of objects, which could not be opened without it.
    fn plain(&mut self, key: &[u8]) -> Option<(ObjectId, Object)> {
        match self.trailer.get(key).ok()? {
            Object::Reference(id) => {
                let (id, place) = (*id, self.place(id.0));
                Some((id, self.object_at(place, id.0)?.1))
            }
            direct => Some(((u32::MAX, 0), direct.clone())),
        }
    }

    /// What can be read without a password.
    fn decrypted(&mut self, number: u32, dictionary: &Dictionary, stored: Vec<u8>) -> Option<Vec<u8>> {
        let (id, encryption) = self.plain(b"Encrypt")?;
        // Of the dictionary only the filters matter; the library must not open the stream itself.
        let mut filters = Dictionary::new();
        for key in [&b"Filter"[..], b"DecodeParms"] {
            if let Ok(value) = dictionary.get(key) {
                filters.set(key, value.clone());
            }
        }
        let mut document = Document::new();
        if let Some((_, file_id)) = self.plain(b"ID") {
            document.trailer.set("ID", file_id);
        }
        document.trailer.set("Encrypt", Object::Reference(id));
        document.objects.insert(id, encryption);
        document.objects.insert((number, 0), Object::Stream(Stream::new(filters, stored)));
        self.is_locked = document.decrypt("").is_err();
        match document.objects.remove(&(number, 0)) {
            Some(Object::Stream(stream)) if !self.is_locked => Some(stream.content),
            _ => None,
        }
    }
}

/// The table in a stream.
fn stream_table(dictionary: &Dictionary, bytes: Vec<u8>) -> Option<Table> {
    let numbers = |key: &[u8]| -> Option<Vec<usize>> {
        let array = dictionary.get(key).ok()?.as_array().ok()?;
        array.iter().map(|number| usize::try_from(number.as_i64().ok()?).ok()).collect()
    };
    let widths: [usize; 3] = numbers(b"W")?.get(..3)?.try_into().ok()?;
    let size = widths.iter().try_fold(0, |size, width| (*width <= 8).then(|| size + width)).filter(|size| *size > 0)?;
    let whole = || Some(vec![0, usize::try_from(dictionary.get(b"Size").ok()?.as_i64().ok()?).ok()?]);
    let index = numbers(b"Index").or_else(whole)?;
    let (mut ranges, mut at) = (Vec::new(), 0);
    for [first, count] in index.as_chunks::<2>().0 {
        // What is missing behind the end of a table is as if it were not in it.
        let count = (*count).min((bytes.len() - at) / size);
        ranges.push(Range { first: *first, count, at });
        at += count * size;
    }
    Some(Table::Stream { ranges, widths, bytes })
}

/// A stream's content. Of the filters, one is left out that may ask for a window of any size.
fn decoded(dictionary: &Dictionary, stored: Vec<u8>) -> Option<Vec<u8>> {
    let stream = Stream::new(dictionary.clone(), stored);
    if stream.filters().is_ok_and(|filters| filters.contains(&&b"BrotliDecode"[..])) {
        return None;
    }
    stream.decompressed_content_with_limit(LARGEST_DECODED).ok()
}
