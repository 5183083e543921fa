//! The objects and lists around the items.

use std::io::BufRead;

use crate::manifest::{
    finding::Code,
    kind::Kind,
    read::{
        element,
        json::{
            spanned::{Json, SpannedStr},
            split::{Part, SLICE, Scanner, Stop},
        },
        nearest,
    },
};

/// As many keys of an object at the top are compared with each other.
const MOST_KEYS: usize = 256;
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
    pub(super) fn outline(&mut self) -> Result<(), Stop<E>> {
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
            let near = element::folded(key);
            let known = || LISTS.into_iter().chain(FLAGS);
            let near = known().find(|known| element::folded(known) == near).or_else(|| nearest(key, known()));
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
        let parsed = SpannedStr::new(text, self.place).parse().map(|node| match node.value {
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
}
