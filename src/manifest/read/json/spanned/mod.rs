//! JSON values that know where they stand in their text, so that every fault can be shown at its place. Texts are borrowed where
//! they hold no escapes. NaN and the infinities, which Python writes and JSON does not have, are read and told apart.

pub(crate) mod parse;
pub(crate) mod place;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use crate::manifest::finding::Position;

pub use place::Cursor;
pub(crate) use place::after;

/// A text and the place where it begins in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpannedStr<'a> {
    text: &'a str,
    start: Position,
}

impl<'a> SpannedStr<'a> {
    /// A text that begins there.
    pub fn new(text: &'a str, start: Position) -> SpannedStr<'a> {
        SpannedStr { text, start }
    }

    /// The place of a byte offset; beyond the end it is the end.
    pub fn place(&self, at: usize) -> Position {
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
    pub fn parse(&self) -> Result<SpannedValue<'a>, SyntaxError> {
        parse::whole(self.text)
    }
}
/// A place that is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The byte offset in the text.
    pub at: usize,
    /// What was expected and what was found.
    pub message: String,
    /// Whether it is the end of the text that came too early.
    pub truncated: bool,
}

/// A value and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct SpannedValue<'a> {
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
    List(Vec<SpannedValue<'a>>),
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
    pub node: SpannedValue<'a>,
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
pub(super) fn number(digits: &str) -> Option<Number> {
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
