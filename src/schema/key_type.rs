//! The type of a metadata key, as a config names it and as Encord writes it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A type that a config may ask for. On the wire these are `variant` with a hint, `enum`, `embedding` and `geospatial`
/// (`encord` 0.1.211, `metadata_schema.py`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Text", into = "Text")]
pub enum KeyType {
    /// A single value.
    Scalar(Scalar),
    /// One of these values.
    Enum(Vec<String>),
    /// A vector of this many numbers, 1 to 4096.
    Embedding(u32),
    /// A latitude and a longitude.
    Geospatial,
}

/// The types of a single value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar {
    /// A number.
    Number,
    /// A short string, at most 8192 characters.
    Varchar,
    /// A long string.
    Text,
    /// True or false.
    Boolean,
    /// A point in time, ISO 8601.
    Datetime,
    /// A UUID.
    Uuid,
}

impl Scalar {
    /// The hint by which Encord calls it.
    pub fn hint(self) -> &'static str {
        match self {
            Scalar::Number => "number",
            Scalar::Varchar => "varchar",
            Scalar::Text => "text",
            Scalar::Boolean => "boolean",
            Scalar::Datetime => "datetime",
            Scalar::Uuid => "uuid",
        }
    }

    /// By hint, or by the aliases that the SDK still takes: `string` for varchar and `long_string` for text.
    fn from_name(name: &str) -> Option<Scalar> {
        Some(match name {
            "number" => Scalar::Number,
            "varchar" | "string" => Scalar::Varchar,
            "text" | "long_string" => Scalar::Text,
            "boolean" => Scalar::Boolean,
            "datetime" => Scalar::Datetime,
            "uuid" => Scalar::Uuid,
            _ => return None,
        })
    }
}

/// The most values an enum may have: the SDK's `add_enum` refuses 256.
const MOST_VALUES: usize = 255;

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Text {
    Name(String),
    Table(Table),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(rename = "enum", skip_serializing_if = "Option::is_none")]
    values: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    embedding: Option<u32>,
}

impl TryFrom<Text> for KeyType {
    type Error = String;

    fn try_from(text: Text) -> Result<Self, String> {
        match text {
            Text::Name(name) if name == "geospatial" => Ok(KeyType::Geospatial),
            Text::Name(name) => Scalar::from_name(&name).map(KeyType::Scalar).ok_or_else(|| {
                format!("'{name}' is not a metadata type; use number, varchar, text, boolean, datetime, uuid, geospatial, {{ enum = [\"a\", \"b\"] }} or {{ embedding = 512 }}")
            }),
            Text::Table(Table { values: Some(mut values), embedding: None }) => {
                values.sort();
                values.dedup();
                match values.len() {
                    0 => Err("an enum needs at least one value".into()),
                    count if count > MOST_VALUES => Err(format!("an enum may have {MOST_VALUES} values, this one has {count}")),
                    _ => Ok(KeyType::Enum(values)),
                }
            }
            Text::Table(Table { values: None, embedding: Some(size) }) => match size {
                1..=4096 => Ok(KeyType::Embedding(size)),
                _ => Err(format!("an embedding has 1 to 4096 numbers, not {size}")),
            },
            Text::Table(_) => Err("a type table holds either enum = [\"a\", \"b\"] or embedding = 512".into()),
        }
    }
}

impl From<KeyType> for Text {
    fn from(key_type: KeyType) -> Text {
        match key_type {
            KeyType::Scalar(scalar) => Text::Name(scalar.hint().to_owned()),
            KeyType::Geospatial => Text::Name("geospatial".to_owned()),
            KeyType::Enum(values) => Text::Table(Table { values: Some(values), embedding: None }),
            KeyType::Embedding(size) => Text::Table(Table { values: None, embedding: Some(size) }),
        }
    }
}

impl KeyType {
    /// As Encord writes it.
    pub fn wire(&self) -> Value {
        match self {
            KeyType::Scalar(scalar) => json!({ "ty": "variant", "hint": scalar.hint() }),
            KeyType::Enum(values) => json!({ "ty": "enum", "values": values }),
            KeyType::Embedding(size) => json!({ "ty": "embedding", "size": size, "api": null }),
            KeyType::Geospatial => json!({ "ty": "geospatial" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<KeyType, String> {
        #[derive(Deserialize)]
        struct Holder {
            k: KeyType,
        }
        toml::from_str::<Holder>(&format!("k = {text}"))
            .map(|holder| holder.k)
            .map_err(|error| error.message().to_owned())
    }

    #[test]
    fn configs_name_types_and_old_names_still_work() {
        assert_eq!(read("\"number\""), Ok(KeyType::Scalar(Scalar::Number)));
        assert_eq!(read("\"string\""), Ok(KeyType::Scalar(Scalar::Varchar)));
        assert_eq!(read("\"long_string\""), Ok(KeyType::Scalar(Scalar::Text)));
        assert_eq!(read("{ enum = [\"b\", \"a\", \"b\"] }"), Ok(KeyType::Enum(vec!["a".into(), "b".into()])));
        assert_eq!(read("{ embedding = 512 }"), Ok(KeyType::Embedding(512)));
        assert!(read("\"numbr\"").unwrap_err().contains("not a metadata type"));
        assert!(read("{ enum = [] }").unwrap_err().contains("at least one"));
        assert!(read("{ embedding = 5000 }").unwrap_err().contains("4096"));
    }
}
