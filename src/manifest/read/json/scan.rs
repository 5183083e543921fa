//! Finds the lists of Encord's JSON and the items in them without understanding the items: as fast as brackets and quotes can be
//! seen, holding no more than one slice of the file.

use std::{io, io::BufRead};

use super::{
    super::{FileFacts, ReadError, nearest},
    located::{Json, Text, after, found},
};
use crate::manifest::{Code, Finding, Kind, Origin, Place};

/// Bytes of a slice, unless an item is longer.
const SLICE: usize = 192 * 1024;
/// An item that is longer than this is taken for one whose end is missing. Encord takes 10 MB of metadata; a group of 200,000 frames
/// has some 30 MB.
const LONGEST_ITEM: usize = 64 * 1024 * 1024;
/// As many keys of an object at the top are compared with each other.
const MOST_KEYS: usize = 256;

/// Some items of one list, one behind the other in the file.
#[derive(Debug)]
pub(super) struct Slice {
    /// What the list holds.
    pub(super) kind: Kind,
    /// The place of the first byte.
    pub(super) start: Place,
    /// The items and what stands between them.
    pub(super) bytes: Vec<u8>,
    /// Where each item begins and ends in the bytes.
    pub(super) items: Vec<(usize, usize)>,
}

/// What is found in the file.
#[derive(Debug)]
pub(super) enum Part {
    Slice(Slice),
    Finding(Box<Finding>),
}

/// Why the end of the file is not reached.
enum Stop<E> {
    /// It was told what is wrong; what follows cannot be understood.
    Lost,
    Error(ReadError<E>),
}

impl<E> From<io::Error> for Stop<E> {
    fn from(error: io::Error) -> Stop<E> {
        Stop::Error(ReadError::File(error))
    }
}

/// Hands the parts of the file on, one behind the other.
pub(super) fn scan<E>(
    input: impl BufRead,
    emit: &mut impl FnMut(Part) -> Result<(), E>,
) -> Result<FileFacts, ReadError<E>> {
    let scanner = Scanner {
        input,
        emit,
        window: Vec::new(),
        base: 0,
        at: 0,
        ended: false,
        place: Place { line: 1, column: 1 },
        items: Vec::new(),
        facts: FileFacts::default(),
        faults: 0,
    };
    scanner.file()
}

struct Scanner<'a, R, F> {
    input: R,
    emit: &'a mut F,
    /// The part of the file that is held.
    window: Vec<u8>,
    /// Where the next slice begins in the window.
    base: usize,
    /// The next byte that was not looked at.
    at: usize,
    ended: bool,
    /// The place of `base`.
    place: Place,
    /// From `base`.
    items: Vec<(usize, usize)>,
    facts: FileFacts,
    faults: u64,
}

/// What a key at the top means.
enum Meaning {
    List(Kind),
    /// Groups of what is in Encord already.
    Existing,
    SkipDuplicateUrls,
    UpsertMetadata,
    /// An object of lists.
    Body,
    /// Something else that a request may say.
    Other,
}

const LISTS: [&str; 10] =
    ["videos", "images", "image_groups", "dicom_series", "audio", "text", "pdfs", "nifti", "scenes", "time_series"];
const FLAGS: [&str; 2] = ["skip_duplicate_urls", "upsert_metadata"];

fn meaning(key: &str, outermost: bool) -> Option<Meaning> {
    Some(match key {
        "videos" => Meaning::List(Kind::Video),
        "images" => Meaning::List(Kind::Image),
        "image_groups" | "imageGroups" => Meaning::List(Kind::ImageGroup),
        "dicom_series" | "dicomSeries" => Meaning::List(Kind::DicomSeries),
        "audio" => Meaning::List(Kind::Audio),
        "text" => Meaning::List(Kind::Text),
        "pdf" | "pdfs" => Meaning::List(Kind::Pdf),
        "nifti" => Meaning::List(Kind::Nifti),
        "scenes" => Meaning::List(Kind::Scene),
        "time_series" | "timeSeries" => Meaning::List(Kind::TimeSeries),
        "image_groups_from_items" | "imageGroupsFromItems" | "data_groups" => Meaning::Existing,
        "skip_duplicate_urls" | "skipDuplicateUrls" => Meaning::SkipDuplicateUrls,
        "upsert_metadata" | "upsertMetadata" => Meaning::UpsertMetadata,
        "dataItems" | "externalFiles" if outermost => Meaning::Body,
        "integrationHash" | "ignoreErrors" | "fileName" if outermost => Meaning::Other,
        _ => return None,
    })
}

impl<E, R: BufRead, F: FnMut(Part) -> Result<(), E>> Scanner<'_, R, F> {
    fn file(mut self) -> Result<FileFacts, ReadError<E>> {
        match self.outline() {
            Err(Stop::Error(error)) => return Err(error),
            Ok(()) | Err(Stop::Lost) => {}
        }
        if self.facts.items == 0 && self.faults == 0 {
            let start = Place { line: 1, column: 1 };
            let told = self.tell_at(Code::ManifestEmpty, start, "there is not one item in the file".to_owned());
            if let Err(Stop::Error(error)) = told {
                return Err(error);
            }
        }
        Ok(self.facts)
    }

    fn outline(&mut self) -> Result<(), Stop<E>> {
        while self.window.len() < 4 && self.fill()? {}
        match self.window.as_slice() {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, ..] | [_, 0, ..] => {
                return self.lost(
                    Code::Encoding,
                    "the file is UTF-16 or UTF-32, as some Windows programs write it".to_owned(),
                );
            }
            [0xEF, 0xBB, 0xBF, ..] => (self.at, self.base) = (3, 3),
            _ => {}
        }
        self.blank()?;
        match self.peek()? {
            Some(b'{') => self.object(true)?,
            Some(b'[') => {
                let message = "the file is a list; Encord takes an object of lists, such as {\"images\": […]}";
                return self.lost(Code::JsonType, message.to_owned());
            }
            _ => return self.unexpected("'{'"),
        }
        self.blank()?;
        match self.peek()? {
            None => Ok(()),
            Some(_) => self.unexpected("the end of the file"),
        }
    }

    fn object(&mut self, outermost: bool) -> Result<(), Stop<E>> {
        let mut keys: Vec<String> = Vec::new();
        self.at += 1;
        loop {
            self.blank()?;
            match self.peek()? {
                Some(b'"') => {}
                Some(b'}') if keys.is_empty() => break,
                Some(b'}') => {
                    let message = "a comma before '}': JSON has none behind the last value";
                    self.tell(Code::JsonSyntax, message.to_owned())?;
                    break;
                }
                _ => return self.unexpected("a key in double quotes"),
            }
            let from = self.relative();
            let key = match self.short()? {
                Json::Text(key) => key.into_owned(),
                _ => return self.unexpected("a key in double quotes"),
            };
            self.blank()?;
            if self.peek()? != Some(b':') {
                return self.unexpected("':' behind the key");
            }
            self.at += 1;
            self.member(&key, from, outermost, &keys)?;
            if keys.len() < MOST_KEYS {
                keys.push(key);
            }
            self.blank()?;
            match self.peek()? {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return self.unexpected("',' or '}' behind the value"),
            }
        }
        self.at += 1;
        Ok(())
    }

    /// Reads the value of a key; `from` is where the key stands.
    fn member(&mut self, key: &str, from: usize, outermost: bool, earlier: &[String]) -> Result<(), Stop<E>> {
        if earlier.iter().any(|earlier| earlier == key) {
            let message = format!("the key '{}' stands twice: only one of the two counts", key.escape_debug());
            self.tell_from(Code::DuplicateField, from, message)?;
        }
        let meaning = meaning(key, outermost);
        if meaning.is_none() {
            let near = super::super::element::folded(key);
            let known = || LISTS.into_iter().chain(FLAGS);
            let near =
                known().find(|known| super::super::element::folded(known) == near).or_else(|| nearest(key, known()));
            let near = match (key, near) {
                // How the SDK calls what some write as the type.
                (_, Some(near)) => format!("; did you mean '{near}'?"),
                (_, None) => format!("; it knows {}", LISTS.join(", ")),
            };
            let message = format!("Encord knows no '{}' and drops what stands under it{near}", key.escape_debug());
            self.tell_from(Code::UnknownList, from, message)?;
        }
        self.blank()?;
        match (meaning, self.peek()?) {
            (_, None) => self.unexpected("a value"),
            (Some(Meaning::List(kind)), Some(b'[')) => self.list(kind),
            (Some(Meaning::List(_)), Some(_)) => self.wrong_type(key, "a list of items"),
            (Some(Meaning::Body), Some(b'{')) => self.object(false),
            (Some(Meaning::Body), Some(_)) => self.wrong_type(key, "an object of lists"),
            (Some(Meaning::Existing), Some(_)) => self.existing(key),
            (Some(Meaning::SkipDuplicateUrls), Some(_)) => {
                self.facts.skip_duplicate_urls = self.flag(key)?;
                Ok(())
            }
            (Some(Meaning::UpsertMetadata), Some(_)) => {
                self.facts.upsert_metadata = self.flag(key)?;
                Ok(())
            }
            (Some(Meaning::Other) | None, Some(_)) => self.skip(),
        }
    }

    fn list(&mut self, kind: Kind) -> Result<(), Stop<E>> {
        self.at += 1;
        let mut comma = false;
        loop {
            self.blank()?;
            match self.peek()? {
                Some(b']') => {
                    if comma {
                        self.cut(kind)?;
                        let message = "a comma before ']': JSON has none behind the last value";
                        self.tell(Code::JsonSyntax, message.to_owned())?;
                    }
                    break;
                }
                Some(b',' | b'}' | b':') | None => {
                    self.cut(kind)?;
                    return self.unexpected("an item");
                }
                Some(_) => {}
            }
            let from = self.relative();
            let whole = self.value(true)?;
            self.items.push((from, self.relative()));
            self.facts.items += 1;
            if !whole {
                // Who reads the item finds out where it breaks off.
                self.cut(kind)?;
                return Err(Stop::Lost);
            }
            if self.relative() >= SLICE {
                self.cut(kind)?;
            }
            self.blank()?;
            comma = match self.peek()? {
                Some(b',') => {
                    self.at += 1;
                    true
                }
                Some(b'{') => {
                    self.cut(kind)?;
                    self.tell(Code::JsonSyntax, "expected ',' between two items, found '{'".to_owned())?;
                    false
                }
                Some(b']') => false,
                _ => {
                    self.cut(kind)?;
                    return self.unexpected("',' or ']' behind the item");
                }
            };
        }
        self.at += 1;
        self.cut(kind)
    }

    /// Groups of items that are in Encord already: the SDK writes the key with an empty list.
    fn existing(&mut self, key: &str) -> Result<(), Stop<E>> {
        let from = self.relative();
        if self.peek()? == Some(b'[') {
            self.at += 1;
            self.blank()?;
            if self.peek()? == Some(b']') {
                self.at += 1;
                return Ok(());
            }
            self.at = self.base + from;
        }
        let message = format!(
            "'{key}' makes groups of items that are in Encord already; here files are registered by their URLs"
        );
        self.tell(Code::UnknownList, message)?;
        self.skip()
    }

    fn wrong_type(&mut self, key: &str, wanted: &str) -> Result<(), Stop<E>> {
        let found = match self.peek()? {
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'"') => "a text",
            Some(b'n') => "null",
            Some(b't' | b'f') => "a boolean",
            Some(b'-' | b'0'..=b'9') => "a number",
            _ => return self.unexpected("a value"),
        };
        self.tell(Code::JsonType, format!("{key} is {found}; Encord takes {wanted} there"))?;
        self.skip()
    }

    fn flag(&mut self, key: &str) -> Result<Option<bool>, Stop<E>> {
        if matches!(self.peek()?, Some(b'{' | b'[')) {
            self.wrong_type(key, "true or false")?;
            return Ok(None);
        }
        let from = self.relative();
        let (flag, type_name) = match self.short()? {
            Json::Bool(flag) => (Some(flag), ""),
            other => (None, other.type_name()),
        };
        if flag.is_none() {
            let message = format!("{key} is {type_name}; Encord takes true or false there");
            self.tell_from(Code::JsonType, from, message)?;
        }
        Ok(flag)
    }

    /// A key or another short value.
    fn short(&mut self) -> Result<Json<'static>, Stop<E>> {
        let from = self.relative();
        self.value(true)?;
        let bytes = self.window.get(self.base + from..self.at).unwrap_or_default();
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let at = from + error.valid_up_to();
                self.tell_from(Code::Encoding, at, "bytes that are not UTF-8".to_owned())?;
                return Err(Stop::Lost);
            }
        };
        let parsed = Text::new(text, self.place).parse().map(|node| match node.value {
            Json::Text(text) => Json::Text(text.into_owned().into()),
            Json::Bool(flag) => Json::Bool(flag),
            Json::Number(_) | Json::NotFinite(_) => Json::Number("0"),
            Json::Null => Json::Null,
            Json::List(_) => Json::List(Vec::new()),
            Json::Object(_) => Json::Object(Vec::new()),
        });
        match parsed {
            Ok(value) => Ok(value),
            Err(broken) => {
                let code = if broken.truncated && self.ended && self.at == self.window.len() {
                    Code::JsonTruncated
                } else {
                    Code::JsonSyntax
                };
                self.tell_from(code, from + broken.at, broken.message)?;
                Err(Stop::Lost)
            }
        }
    }

    fn skip(&mut self) -> Result<(), Stop<E>> {
        self.discard();
        match self.value(false)? {
            true => Ok(()),
            false => self.unexpected("the rest of the value"),
        }
    }

    /// Goes behind the value that begins here. Returns false where the file ends before the value does.
    fn value(&mut self, keep: bool) -> Result<bool, Stop<E>> {
        let from = self.relative();
        let mut balance = Balance::default();
        loop {
            let bytes = self.window.get(self.at..).unwrap_or_default();
            let (read, whole) = balance.go(bytes);
            self.at += read;
            if whole {
                return Ok(true);
            }
            if !keep {
                self.discard();
            } else if self.relative() - from > LONGEST_ITEM {
                let message = format!(
                    "a value of more than {} MB: a closing quote or bracket is probably missing",
                    LONGEST_ITEM / 1024 / 1024
                );
                self.tell_from(Code::JsonSyntax, from, message)?;
                return Err(Stop::Lost);
            }
            if !self.fill()? {
                // A number or a word ends with the file as well.
                return Ok(balance.is_bare());
            }
        }
    }

    fn blank(&mut self) -> Result<(), Stop<E>> {
        loop {
            let bytes = self.window.get(self.at..).unwrap_or_default();
            match bytes.iter().position(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t')) {
                Some(first) => {
                    self.at += first;
                    return Ok(());
                }
                None => self.at = self.window.len(),
            }
            if self.items.is_empty() && self.relative() > SLICE {
                self.discard();
            }
            if !self.fill()? {
                return Ok(());
            }
        }
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.at == self.window.len() {
            self.fill()?;
        }
        Ok(self.window.get(self.at).copied())
    }

    /// Reads on; returns false at the end of the file.
    fn fill(&mut self) -> io::Result<bool> {
        if self.base > 0 {
            self.window.drain(..self.base);
            self.at -= self.base;
            self.base = 0;
        }
        let more = loop {
            match self.input.fill_buf() {
                Ok(_) => break self.input.fill_buf()?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        let count = more.len();
        self.window.extend_from_slice(more);
        self.input.consume(count);
        self.ended = count == 0;
        Ok(count > 0)
    }

    fn relative(&self) -> usize {
        self.at - self.base
    }

    /// Forgets what was looked at.
    fn discard(&mut self) {
        self.place = after(self.place, self.window.get(self.base..self.at).unwrap_or_default());
        self.base = self.at;
    }

    /// Hands on the items that were found.
    fn cut(&mut self, kind: Kind) -> Result<(), Stop<E>> {
        let start = self.place;
        let items = std::mem::take(&mut self.items);
        if !items.is_empty() {
            let bytes = self.window.get(self.base..self.at).unwrap_or_default().to_vec();
            self.emit(Part::Slice(Slice { kind, start, bytes, items }))?;
        }
        self.discard();
        Ok(())
    }

    fn emit(&mut self, part: Part) -> Result<(), Stop<E>> {
        (self.emit)(part).map_err(|error| Stop::Error(ReadError::Sink(error)))
    }

    fn tell_at(&mut self, code: Code, place: Place, message: String) -> Result<(), Stop<E>> {
        self.faults += 1;
        self.emit(Part::Finding(Box::new(Finding::at(code, &Origin::file("the file", place), message))))
    }

    /// Tells of a place between `base` and the end of the window.
    fn tell_from(&mut self, code: Code, from: usize, message: String) -> Result<(), Stop<E>> {
        let place = after(self.place, self.window.get(self.base..self.base + from).unwrap_or_default());
        self.tell_at(code, place, message)
    }

    fn tell(&mut self, code: Code, message: String) -> Result<(), Stop<E>> {
        self.tell_from(code, self.relative(), message)
    }

    fn lost(&mut self, code: Code, message: String) -> Result<(), Stop<E>> {
        self.tell(code, message)?;
        Err(Stop::Lost)
    }

    fn unexpected(&mut self, wanted: &str) -> Result<(), Stop<E>> {
        self.peek()?;
        let rest = self.window.get(self.at..).unwrap_or_default();
        let rest = rest.get(..80).unwrap_or(rest);
        let code = if rest.is_empty() { Code::JsonTruncated } else { Code::JsonSyntax };
        let message = format!("expected {wanted}, found {}", found(&String::from_utf8_lossy(rest)));
        self.lost(code, message)
    }
}

/// Goes through one value, however often it is interrupted.
#[derive(Debug, Default)]
struct Balance {
    /// The brackets that are open.
    open: Vec<u8>,
    in_text: bool,
    escaped: bool,
    /// Whether it is a number or a word.
    bare: bool,
}

impl Balance {
    fn is_bare(&self) -> bool {
        self.bare
    }

    /// Looks at more bytes; returns how many of them belong to the value, and whether it is whole.
    fn go(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut at = 0;
        if self.in_text {
            at = self.text(bytes, 0);
            if !self.in_text && self.open.is_empty() {
                return (at, true);
            }
        }
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' if !self.bare => {
                    self.in_text = true;
                    at = self.text(bytes, at + 1);
                    if !self.in_text && self.open.is_empty() {
                        return (at, true);
                    }
                    continue;
                }
                b'{' | b'[' if !self.bare => self.open.push(*byte),
                b'}' | b']' => {
                    let opening = if *byte == b'}' { b'{' } else { b'[' };
                    match self.open.iter().rposition(|open| *open == opening) {
                        // What lies within was not closed: the one who reads the value finds out.
                        Some(place) => self.open.truncate(place),
                        None if self.open.is_empty() || *byte == b']' => return (at, true),
                        None => {}
                    }
                    if self.open.is_empty() {
                        return (at + 1, true);
                    }
                }
                b',' | b' ' | b'\n' | b'\r' | b'\t' if self.open.is_empty() => return (at, true),
                _ => self.bare |= self.open.is_empty(),
            }
            at += 1;
        }
        (at, false)
    }

    /// Goes behind the text's closing quote; a text never goes beyond its line.
    fn text(&mut self, bytes: &[u8], mut at: usize) -> usize {
        if std::mem::take(&mut self.escaped) {
            at += 1;
        }
        while let Some(found) = memchr::memchr3(b'"', b'\\', b'\n', bytes.get(at..).unwrap_or_default()) {
            at += found;
            match bytes.get(at) {
                Some(b'\\') if at + 1 == bytes.len() => {
                    self.escaped = true;
                    return at + 1;
                }
                Some(b'\\') => at += 2,
                _ => {
                    self.in_text = false;
                    return at + 1;
                }
            }
        }
        bytes.len()
    }
}
