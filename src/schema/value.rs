//! Whether a value is what its key's type says. Nothing is allocated for a value that is.

use serde_json::Value;
use thiserror::Error;
use uuid::Uuid;

use super::{KeyType, Scalar, datetime};

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
    match (key_type, value) {
        (_, Value::Null)
        | (KeyType::Scalar(Scalar::Text), Value::String(_))
        | (KeyType::Scalar(Scalar::Boolean), Value::Bool(_)) => Ok(()),
        (KeyType::Scalar(Scalar::Varchar), Value::String(text)) => check_length(text, LONGEST_VARCHAR),
        (KeyType::Scalar(Scalar::Number), Value::Number(number)) if number.as_f64().is_some_and(f64::is_finite) => {
            Ok(())
        }
        (KeyType::Scalar(Scalar::Datetime), Value::String(text)) if datetime::is_iso(text) => Ok(()),
        // Also of 36 characters are only those with hyphens and without braces.
        (KeyType::Scalar(Scalar::Uuid), Value::String(text)) if text.len() == 36 && Uuid::try_parse(text).is_ok() => {
            Ok(())
        }
        (KeyType::Enum(options), Value::String(text)) if options.iter().any(|option| option == text) => Ok(()),
        (KeyType::Enum(options), _) => Err(not_an_option(options.iter().map(String::as_str), value)),
        (KeyType::Embedding(size), Value::Array(numbers)) => check_embedding(*size, numbers),
        (KeyType::Geospatial, Value::Object(_)) => check_place(value),
        _ => Err(not_a(key_type, value)),
    }
}

pub(super) fn not_a(key_type: &KeyType, value: &Value) -> ValueFault {
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

pub(super) fn not_an_option<'a>(options: impl Iterator<Item = &'a str>, value: &Value) -> ValueFault {
    let nearest = value.as_str().and_then(|text| nearest(options, text)).map(str::to_owned);
    ValueFault::NotAnOption { found: excerpt(value), nearest }
}

/// What is spelt most like a text, if it is like it at all.
pub(super) fn nearest<'a>(names: impl Iterator<Item = &'a str>, text: &str) -> Option<&'a str> {
    let text = text.to_lowercase();
    let likeness = |name: &str| strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &text);
    let best = names.map(|name| (likeness(name), name)).max_by(|left, right| left.0.total_cmp(&right.0))?;
    (best.0 > 0.6).then_some(best.1)
}

pub(super) fn check_length(text: &str, most: u64) -> Result<(), ValueFault> {
    let bytes = text.len() as u64;
    let found = if bytes > most { text.chars().count() as u64 } else { bytes };
    if found > most { Err(ValueFault::TooLong { found, most }) } else { Ok(()) }
}

fn check_embedding(expected: u32, numbers: &[Value]) -> Result<(), ValueFault> {
    if numbers.len() as u64 != u64::from(expected) {
        return Err(ValueFault::EmbeddingSize { found: numbers.len(), expected });
    }
    match numbers.iter().position(|number| !number.as_f64().is_some_and(f64::is_finite)) {
        Some(index) => Err(ValueFault::EmbeddingNumber { position: index + 1, found: excerpt(&numbers[index]) }),
        None => Ok(()),
    }
}

fn check_place(place: &Value) -> Result<(), ValueFault> {
    let (Some(latitude), Some(longitude)) = (place["latitude"].as_f64(), place["longitude"].as_f64()) else {
        return Err(not_a(&KeyType::Geospatial, place));
    };
    if place.as_object().is_some_and(|fields| fields.len() > 2) {
        return Err(not_a(&KeyType::Geospatial, place));
    }
    for (name, found, most) in [("latitude", latitude, 90.0), ("longitude", longitude, 180.0)] {
        // Also refuses what is not a number.
        if !(-most..=most).contains(&found) {
            return Err(ValueFault::Range { name, found, most });
        }
    }
    Ok(())
}

/// A value in at most 60 characters, texts in quotation marks.
pub(super) fn excerpt(value: &Value) -> String {
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
#[path = "value_tests.rs"]
mod tests;
