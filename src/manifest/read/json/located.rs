//! JSON values that know where they stand in their text, so that every fault can be shown at its place. Texts are borrowed where
//! they hold no escapes. NaN and the infinities, which Python writes and JSON does not have, are read and told apart.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use crate::manifest::Place;

/// Values may lie in one another as deep as serde_json takes them.
const DEEPEST: usize = 128;

/// A text and the place where it begins in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<'a> {
    text: &'a str,
    start: Place,
}

impl<'a> Text<'a> {
    /// A text that begins there.
    pub fn new(text: &'a str, start: Place) -> Text<'a> {
        Text { text, start }
    }

    /// The place of a byte offset; beyond the end it is the end.
    pub fn place(&self, at: usize) -> Place {
        let before = self.text.as_bytes().get(..at).unwrap_or(self.text.as_bytes());
        after(self.start, before)
    }

    /// For the places of many offsets, one behind the other: each is counted from the one before.
    pub fn cursor(&self) -> Cursor<'a> {
        Cursor { text: *self, at: 0, place: self.start }
    }

    /// Reads the one value of which the text consists.
    ///
    /// # Errors
    /// The first place that is not JSON.
    pub fn parse(&self) -> Result<Node<'a>, Broken> {
        let mut parser = Parser { text: self.text, bytes: self.text.as_bytes(), at: 0, depth: 0 };
        parser.blank();
        let node = parser.value()?;
        parser.blank();
        if parser.at < parser.bytes.len() {
            return Err(parser.expected("the end of the value"));
        }
        Ok(node)
    }
}

/// Tells the places of offsets. Going on from one to the next takes as long as the text between them.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    text: Text<'a>,
    at: usize,
    place: Place,
}

impl Cursor<'_> {
    /// The place of a byte offset; beyond the end it is the end.
    pub fn place(&mut self, at: usize) -> Place {
        let bytes = self.text.text.as_bytes();
        if at < self.at {
            (self.at, self.place) = (0, self.text.start);
        }
        let to = at.min(bytes.len());
        self.place = after(self.place, bytes.get(self.at..to).unwrap_or_default());
        self.at = to;
        self.place
    }
}

/// The place behind some bytes that begin at a place.
pub(crate) fn after(start: Place, bytes: &[u8]) -> Place {
    let characters = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(byte & 0xC0 != 0x80)).sum::<u64>();
    match memchr::memrchr(b'\n', bytes) {
        None => Place { line: start.line, column: start.column + characters(bytes) },
        Some(last) => {
            let lines = memchr::memchr_iter(b'\n', bytes).count() as u64;
            Place { line: start.line + lines, column: 1 + characters(bytes.get(last + 1..).unwrap_or_default()) }
        }
    }
}

/// A place that is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The byte offset in the text.
    pub at: usize,
    /// What was expected and what was found.
    pub message: String,
    /// Whether it is the end of the text that came too early.
    pub truncated: bool,
}

/// A value and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'a> {
    /// The byte offset in the text.
    pub at: usize,
    /// The value.
    pub value: Json<'a>,
}

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it is written.
    Number(&'a str),
    /// `NaN`, `Infinity` or `-Infinity`; or a number that is too large to be one.
    NotFinite(&'a str),
    /// A text.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Node<'a>>),
    /// An object, its members in their order, repeated ones too.
    Object(Vec<Member<'a>>),
}

/// A key of an object and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Member<'a> {
    /// The byte offset of the key in the text.
    pub at: usize,
    /// The key.
    pub key: Cow<'a, str>,
    /// Its value.
    pub node: Node<'a>,
}

impl Json<'_> {
    /// The JSON type, with its article, for messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::NotFinite(_) => "not a finite number",
            Json::Text(_) => "a text",
            Json::List(_) => "a list",
            Json::Object(_) => "an object",
        }
    }

    /// As a plain value. What is not finite becomes null; of a repeated key the last value counts, as in most readers.
    pub fn to_value(&self) -> Value {
        match self {
            Json::Null | Json::NotFinite(_) => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(digits) => number(digits).map_or(Value::Null, Value::Number),
            Json::Text(text) => Value::String(text.clone().into_owned()),
            Json::List(items) => Value::Array(items.iter().map(|item| item.value.to_value()).collect()),
            Json::Object(members) => Value::Object(to_map(members)),
        }
    }
}

/// The members of an object as a map.
pub fn to_map(members: &[Member<'_>]) -> Map<String, Value> {
    let mut map = Map::with_capacity(members.len());
    for member in members {
        map.insert(member.key.clone().into_owned(), member.node.value.to_value());
    }
    map
}

/// A number as serde_json keeps it: whole ones exactly as long as they fit 64 bits, everything else as the nearest double.
fn number(digits: &str) -> Option<Number> {
    if !digits.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E')) && digits != "-0" {
        if let Ok(whole) = digits.parse::<u64>() {
            return Some(whole.into());
        }
        if let Ok(whole) = digits.parse::<i64>() {
            return Some(whole.into());
        }
    }
    Number::from_f64(digits.parse().ok()?)
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn slice(&self, from: usize) -> &'a str {
        self.text.get(from..self.at).unwrap_or_default()
    }

    fn expected(&self, what: &str) -> Broken {
        let rest = self.text.get(self.at..).unwrap_or_default();
        Broken {
            at: self.at,
            message: format!("expected {what}, found {}{}", found(rest), hint(rest)),
            truncated: rest.is_empty(),
        }
    }

    fn broken<T>(&self, at: usize, message: impl Into<String>) -> Result<T, Broken> {
        Err(Broken { at, message: message.into(), truncated: false })
    }

    fn value(&mut self) -> Result<Node<'a>, Broken> {
        let at = self.at;
        let value = match self.peek() {
            Some(b'"') => Json::Text(self.string()?),
            Some(b'{') => self.deeper(Parser::object)?,
            Some(b'[') => self.deeper(Parser::list)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') if self.word("true") => Json::Bool(true),
            Some(b'f') if self.word("false") => Json::Bool(false),
            Some(b'n') if self.word("null") => Json::Null,
            Some(b'N') if self.word("NaN") => Json::NotFinite("NaN"),
            Some(b'I') if self.word("Infinity") => Json::NotFinite("Infinity"),
            _ => return Err(self.expected("a value")),
        };
        Ok(Node { at, value })
    }

    fn word(&mut self, word: &str) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let is = rest.starts_with(word.as_bytes())
            && !rest.get(word.len()).is_some_and(|next| next.is_ascii_alphanumeric() || *next == b'_');
        if is {
            self.at += word.len();
        }
        is
    }

    fn deeper(&mut self, read: fn(&mut Self) -> Result<Json<'a>, Broken>) -> Result<Json<'a>, Broken> {
        if self.depth == DEEPEST {
            return self.broken(self.at, format!("more than {DEEPEST} objects and lists within one another"));
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> Result<Json<'a>, Broken> {
        let mut members = Vec::new();
        self.at += 1;
        self.blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        members.reserve(4);
        loop {
            let at = self.at;
            if self.peek() != Some(b'"') {
                let trailing = !members.is_empty() && self.peek() == Some(b'}');
                return match trailing {
                    true => self.broken(at, "a comma before '}': JSON has none behind the last value"),
                    false => Err(self.expected("a key in double quotes")),
                };
            }
            let key = self.string()?;
            self.blank();
            if self.peek() != Some(b':') {
                return Err(self.expected("':' behind the key"));
            }
            self.at += 1;
            self.blank();
            let node = self.value()?;
            members.push(Member { at, key, node });
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Json::Object(members));
                }
                _ => return Err(self.expected("',' or '}' behind the value")),
            }
            self.blank();
        }
    }

    fn list(&mut self) -> Result<Json<'a>, Broken> {
        let mut items = Vec::new();
        self.at += 1;
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::List(items));
        }
        loop {
            if self.peek() == Some(b']') {
                return self.broken(self.at, "a comma before ']': JSON has none behind the last value");
            }
            items.push(self.value()?);
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Json::List(items));
                }
                _ => return Err(self.expected("',' or ']' behind the value")),
            }
            self.blank();
        }
    }

    fn number(&mut self) -> Result<Json<'a>, Broken> {
        let from = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
            if self.peek() == Some(b'I') && self.word("Infinity") {
                return Ok(Json::NotFinite("-Infinity"));
            }
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.expected("a digit")),
        }
        if matches!(self.peek(), Some(b'0'..=b'9')) {
            return self.broken(from, "a number that begins with 0: JSON takes no leading zeros");
        }
        let mut exponent = false;
        if self.peek() == Some(b'.') {
            self.at += 1;
            if !matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.expected("a digit behind the point"));
            }
            self.digits();
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            exponent = true;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if !matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.expected("a digit of the exponent"));
            }
            self.digits();
        }
        let digits = self.slice(from);
        // Only such numbers can be too large for a double.
        let large = (exponent || digits.len() > 300) && digits.parse::<f64>().is_ok_and(f64::is_infinite);
        Ok(if large { Json::NotFinite(digits) } else { Json::Number(digits) })
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    /// A text; the parser stands on its opening quote.
    fn string(&mut self) -> Result<Cow<'a, str>, Broken> {
        let opening = self.at;
        self.at += 1;
        let from = self.at;
        self.plain();
        if self.peek() == Some(b'"') {
            let text = self.slice(from);
            self.at += 1;
            return Ok(Cow::Borrowed(text));
        }
        let mut text = self.slice(from).to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(b'\n' | b'\r') => {
                    return self.broken(opening, "a text that does not end on its line: a closing quote is missing");
                }
                Some(control) => {
                    return self.broken(
                        self.at,
                        format!("the control character U+{control:04X} in a text: JSON writes it \\u{control:04x}"),
                    );
                }
                None => {
                    let message = "a text without its closing quote".to_owned();
                    return Err(Broken { at: self.at, message, truncated: true });
                }
            }
            let from = self.at;
            self.plain();
            text.push_str(self.slice(from));
        }
    }

    /// Goes to the next byte of a text that means something: a quote, a backslash, a control character.
    fn plain(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let special = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F));
        self.at += special.unwrap_or(rest.len());
    }

    fn escape(&mut self) -> Result<char, Broken> {
        let at = self.at;
        self.at += 1;
        let Some(letter) = self.peek() else { return Err(self.expected("an escape")) };
        self.at += 1;
        Ok(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit(at)?;
                let code = match first {
                    0xD800..=0xDBFF if self.bytes.get(self.at..self.at + 2) == Some(b"\\u") => {
                        self.at += 2;
                        let second = self.unit(at)?;
                        match second {
                            0xDC00..=0xDFFF => 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00),
                            _ => first,
                        }
                    }
                    _ => first,
                };
                match char::from_u32(code) {
                    Some(character) => character,
                    None => {
                        return self
                            .broken(at, format!("\\u{first:04x} is half of a character: its other half is missing"));
                    }
                }
            }
            _ => {
                return self
                    .broken(at, "a backslash before a character that needs none; a literal backslash is written \\\\");
            }
        })
    }

    fn unit(&mut self, escape: usize) -> Result<u32, Broken> {
        let digits = self.bytes.get(self.at..self.at + 4).unwrap_or_default();
        let unit = digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + char::from(*digit).to_digit(16)?));
        match unit.filter(|_| digits.len() == 4) {
            Some(unit) => {
                self.at += 4;
                Ok(unit)
            }
            None => self.broken(escape, "\\u without four hexadecimal digits behind it"),
        }
    }
}

/// What stands there, in a few characters.
pub(crate) fn found(rest: &str) -> String {
    let Some(first) = rest.chars().next() else { return "the end".to_owned() };
    let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').take(20).collect();
    match word.is_empty() {
        true if first.is_control() => format!("U+{:04X}", u32::from(first)),
        true => format!("'{first}'"),
        false => format!("'{word}'"),
    }
}

/// What is likely meant.
fn hint(rest: &str) -> &'static str {
    let starts = |word: &str| rest.starts_with(word);
    if starts("'") {
        ": JSON writes texts in double quotes"
    } else if starts("//") || starts("/*") || starts("#") {
        ": JSON has no comments"
    } else if starts("True") || starts("False") || starts("None") {
        ": that is Python; JSON writes true, false and null"
    } else if starts("\u{201c}") || starts("\u{201d}") {
        ": these are typographic quotes; JSON writes \""
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: Place = Place { line: 1, column: 1 };

    fn parse(text: &str) -> Result<Node<'_>, Broken> {
        Text::new(text, START).parse()
    }

    #[test]
    fn faults_are_named_where_they_are() {
        for (text, at, part) in [
            ("{\"a\": 1,}", 8, "a comma before '}'"),
            ("[1, 2,]", 6, "a comma before ']'"),
            ("{'a': 1}", 1, "found ''': JSON writes texts in double quotes"),
            ("{\"a\" 1}", 5, "':' behind the key"),
            ("{\"a\": True}", 6, "that is Python"),
            ("{\"a\": 1 \"b\": 2}", 8, "',' or '}'"),
            ("{\"a\": 01}", 6, "leading zeros"),
            ("{\"a\": .5}", 6, "a value, found '.'"),
            ("{\"a\": 1.}", 8, "a digit behind the point"),
            ("{\"a\": \"x\ny\"}", 6, "closing quote"),
            ("{\"a\": \"x\ty\"}", 8, "U+0009"),
            ("{\"a\": \"\\x\"}", 7, "backslash"),
            ("{\"a\": \"\\ud800\"}", 7, "half of a character"),
            ("{\"a\": \"\\u12\"}", 7, "four hexadecimal"),
            ("{\"a\": 1} x", 9, "the end of the value"),
            ("{ // no\n}", 2, "comments"),
        ] {
            let broken = parse(text).unwrap_err();
            assert_eq!((broken.at, broken.truncated), (at, false), "{text}: {broken:?}");
            assert!(broken.message.contains(part), "{text}: {broken:?}");
        }
        for text in ["{\"a\": ", "{\"a", "[1", "", "{\"a\": 1"] {
            assert!(parse(text).unwrap_err().truncated, "{text}");
        }
        let deep = "[".repeat(129) + &"]".repeat(129);
        assert!(parse(&deep).unwrap_err().message.contains("128"));
        assert!(parse(&deep[1..258 - 1]).is_ok());
    }

    #[test]
    fn what_python_writes_for_what_is_not_finite_is_read() {
        let node = parse("[NaN, Infinity, -Infinity, 1e999, 1e9]").unwrap();
        let Json::List(items) = &node.value else { unreachable!() };
        let finite: Vec<bool> = items.iter().map(|item| !matches!(item.value, Json::NotFinite(_))).collect();
        assert_eq!(finite, [false, false, false, false, true]);
        assert!(parse("NaNny").is_err());
    }

    #[test]
    fn places_count_lines_and_characters() {
        let text = Text::new("{\"é\": \"🎉\",\n  \"ü\": 1}", Place { line: 7, column: 3 });
        assert_eq!(text.place(0), Place { line: 7, column: 3 });
        assert_eq!(text.place(text.text.find("🎉").unwrap()), Place { line: 7, column: 10 });
        assert_eq!(text.place(text.text.find('1').unwrap()), Place { line: 8, column: 8 });
        assert_eq!(text.place(1000), Place { line: 8, column: 10 });
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_filter_map("finite", |float| Number::from_f64(float).map(Value::Number)),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..5).prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_json_writes_is_read_alike(value in values()) {
            let text = value.to_string();
            prop_assert_eq!(&parse(&text).unwrap().value.to_value(), &value);
            let text = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(&parse(&text).unwrap().value.to_value(), &value);
        }

        #[test]
        fn what_serde_json_refuses_is_refused(text in r#"[\[\]{}",:0-9.eE+\-tn \\ua-f]{0,24}"#) {
            let theirs = serde_json::from_str::<Value>(&text);
            let ours = parse(&text);
            let finite = !matches!(&ours, Ok(node) if format!("{node:?}").contains("NotFinite"));
            if finite {
                prop_assert_eq!(ours.map(|node| node.value.to_value()).ok(), theirs.ok());
            }
        }
    }
}
