//! Whether a value is what its key's type says. Nothing is allocated for a value that is.

use serde_json::Value;
use thiserror::Error;
use uuid::Uuid;

use crate::schema::{
    datetime,
    key_type::{KeyType, Scalar},
};

/// The most characters of a varchar (`encord` 0.1.211, `metadata_schema.py`, `_ClientMetadataSchemaTypeVarChar`).
pub const LONGEST_VARCHAR: u64 = 8192;

/// Why a value does not fit its key. Values are quoted in short.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ValueFault {
    /// A value of another kind.
    #[error("{found} is not {expected}")]
    NotA {
        /// What the type asks for, with its article.
        expected: &'static str,
        /// The value.
        found: String,
    },
    /// Not an option of the enum.
    #[error("{found} is not an option of the enum{}", did_you_mean(.nearest.as_ref()))]
    NotAnOption {
        /// The value.
        found: String,
        /// The option that is spelt most like it.
        nearest: Option<String>,
    },
    /// Too many characters.
    #[error("the text has {found} characters, {most} are allowed; the type text has no limit")]
    TooLong {
        /// How many there are.
        found: u64,
        /// How many there may be.
        most: u64,
    },
    /// Too many numbers or too few.
    #[error("the embedding is {found} long instead of {expected}")]
    EmbeddingSize {
        /// How many there are.
        found: usize,
        /// How many the schema asks for.
        expected: u32,
    },
    /// Something in an embedding that is no finite number.
    #[error("number {position} of the embedding is {found}")]
    EmbeddingNumber {
        /// Which one, from 1.
        position: usize,
        /// What it is.
        found: String,
    },
    /// Nowhere on Earth.
    #[error("the {name} {found} is not between -{most} and {most}")]
    Range {
        /// `latitude` or `longitude`.
        name: &'static str,
        /// In degrees.
        found: f64,
        /// The largest, in degrees.
        most: f64,
    },
    /// A date that means one day in one country and another elsewhere.
    #[error("{0} may begin with the day or the month; write dates as 2024-12-31")]
    DayOrMonth(String),
}

fn did_you_mean(nearest: Option<&String>) -> String {
    nearest.map(|nearest| format!("; did you mean {nearest:?}?")).unwrap_or_default()
}

/// Checks one value. A null says nothing and fits every type.
///
/// Encord does not say what it does with a value that does not fit; its documentation only promises that filters need the
/// right type. The forms asked for here are the documented ones: ISO 8601 for `datetime`, `latitude` and `longitude` in
/// degrees for `geospatial`, as many numbers as the schema says for an embedding.
///
/// # Errors
/// What is wrong with the value.
pub fn check_value(key_type: &KeyType, value: &Value) -> Result<(), ValueFault> {
    if fits(key_type, value) { Ok(()) } else { Err(fault(key_type, value)) }
}

/// What [`check_value`] finds, for those who do not want to know why.
pub(super) fn fits(key_type: &KeyType, value: &Value) -> bool {
    match (key_type, value) {
        (_, Value::Null)
        | (KeyType::Scalar(Scalar::Text), Value::String(_))
        | (KeyType::Scalar(Scalar::Boolean), Value::Bool(_)) => true,
        (KeyType::Scalar(Scalar::Varchar), Value::String(text)) => too_long(text, LONGEST_VARCHAR).is_none(),
        (KeyType::Scalar(Scalar::Number), number) => is_finite(number),
        (KeyType::Scalar(Scalar::Datetime), Value::String(text)) => datetime::is_iso(text),
        // Also of 36 characters are only those with hyphens and without braces.
        (KeyType::Scalar(Scalar::Uuid), Value::String(text)) => text.len() == 36 && Uuid::try_parse(text).is_ok(),
        (KeyType::Enum(options), Value::String(text)) => options.contains(text),
        (KeyType::Embedding(size), Value::Array(numbers)) => {
            numbers.len() as u64 == u64::from(*size) && numbers.iter().all(is_finite)
        }
        (KeyType::Geospatial, Value::Object(fields)) => {
            let within = |(name, most): (&str, f64)| {
                fields.get(name).and_then(Value::as_f64).is_some_and(|degrees| (-most..=most).contains(&degrees))
            };
            fields.len() == 2 && PLACE.into_iter().all(within)
        }
        _ => false,
    }
}

/// The fields of a place with their largest values, in degrees.
const PLACE: [(&str, f64); 2] = [("latitude", 90.0), ("longitude", 180.0)];

fn is_finite(number: &Value) -> bool {
    number.as_f64().is_some_and(f64::is_finite)
}

/// Why a value does not fit.
pub(super) fn fault(key_type: &KeyType, value: &Value) -> ValueFault {
    let special = match (key_type, value) {
        (KeyType::Scalar(Scalar::Varchar), Value::String(text)) => too_long(text, LONGEST_VARCHAR),
        (KeyType::Enum(options), _) => Some(not_an_option(options, value)),
        (KeyType::Embedding(expected), Value::Array(numbers)) => Some(embedding_fault(*expected, numbers)),
        (KeyType::Geospatial, Value::Object(fields)) if fields.len() == 2 => {
            PLACE.into_iter().find_map(|(name, most)| {
                let found = fields.get(name)?.as_f64()?;
                (!(-most..=most).contains(&found)).then_some(ValueFault::Range { name, found, most })
            })
        }
        _ => None,
    };
    special.unwrap_or_else(|| not_a(key_type, value))
}

fn not_a(key_type: &KeyType, value: &Value) -> ValueFault {
    let expected = match key_type {
        KeyType::Scalar(Scalar::Number) => "a number",
        KeyType::Scalar(Scalar::Varchar | Scalar::Text) => "a text",
        KeyType::Scalar(Scalar::Boolean) => "true or false",
        KeyType::Scalar(Scalar::Datetime) => "a date and time in ISO 8601, such as 2024-12-31T23:59:59Z",
        KeyType::Scalar(Scalar::Uuid) => "a UUID, such as 6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b",
        KeyType::Enum(_) => "an option of the enum",
        KeyType::Embedding(_) => "a list of numbers",
        KeyType::Geospatial => "a place, such as {\"latitude\": 51.5, \"longitude\": -0.1}",
    };
    ValueFault::NotA { expected, found: excerpt(value) }
}

pub(super) fn not_an_option(options: &[String], value: &Value) -> ValueFault {
    let alike = value.as_str().and_then(|text| nearest(options.iter().map(String::as_str), text));
    ValueFault::NotAnOption { found: excerpt(value), nearest: alike.map(str::to_owned) }
}

/// What is spelt most like a text, if it is like it at all.
pub(super) fn nearest<'a>(names: impl Iterator<Item = &'a str>, text: &str) -> Option<&'a str> {
    const LIKE: f64 = 0.6;
    let text = text.to_lowercase();
    let length = text.chars().count();
    let likeness = |name: &str| {
        let name = name.to_lowercase();
        let other = name.chars().count();
        // Ever so many characters have to be added at least; that is quick to see.
        if length.abs_diff(other) * 5 >= length.max(other) * 2 {
            return 0.0;
        }
        strsim::normalized_damerau_levenshtein(&name, &text)
    };
    let best = names.map(|name| (likeness(name), name)).max_by(|left, right| left.0.total_cmp(&right.0))?;
    (best.0 > LIKE).then_some(best.1)
}

/// The fault of a text with too many characters.
pub(super) fn too_long(text: &str, most: u64) -> Option<ValueFault> {
    let bytes = text.len() as u64;
    let found = if bytes > most { text.chars().count() as u64 } else { bytes };
    (found > most).then_some(ValueFault::TooLong { found, most })
}

fn embedding_fault(expected: u32, numbers: &[Value]) -> ValueFault {
    match numbers.iter().position(|number| !is_finite(number)) {
        Some(index) if numbers.len() as u64 == u64::from(expected) => {
            ValueFault::EmbeddingNumber { position: index + 1, found: excerpt(&numbers[index]) }
        }
        _ => ValueFault::EmbeddingSize { found: numbers.len(), expected },
    }
}

/// A value in at most 60 characters, texts in quotation marks.
pub fn excerpt(value: &Value) -> String {
    const MOST: usize = 60;
    let short = |text: &str| match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    };
    match value {
        Value::String(text) => Value::String(short(text)).to_string(),
        Value::Array(items) if items.len() > 4 => format!("a list of {}", items.len()),
        other => short(&other.to_string()),
    }
}

#[cfg(test)]
mod tests;
