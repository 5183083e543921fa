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
    pub fn from_name(name: &str) -> Option<Scalar> {
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

    /// What to tell someone who used an old name; Encord's documentation advises against both of them.
    pub fn advice(name: &str) -> Option<&'static str> {
        match name {
            "string" => Some("'string' is an old name; use 'varchar'"),
            "long_string" => Some("'long_string' is an old name; use 'text'"),
            _ => None,
        }
    }
}

/// The most values an enum may have: the SDK's `add_enum` refuses 256.
pub(super) const MOST_VALUES: usize = 255;

/// The most numbers an embedding may have (`metadata_schema.py`, `_ClientMetadataSchemaTypeEmbedding`).
pub(super) const MOST_NUMBERS: u32 = 4096;

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
                1..=MOST_NUMBERS => Ok(KeyType::Embedding(size)),
                _ => Err(format!("an embedding has 1 to {MOST_NUMBERS} numbers, not {size}")),
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

    /// Reads an entry of Encord's schema. The strict scalars that the service may return (`number`, `varchar`, …) count as
    /// the scalar of the same name. `None` for deleted keys, `user`, and what this version does not know.
    pub fn read(entry: &Value) -> Option<KeyType> {
        Some(match entry["ty"].as_str()? {
            "variant" => match &entry["hint"] {
                Value::Null => KeyType::Scalar(Scalar::Text),
                hint => KeyType::Scalar(Scalar::from_name(hint.as_str()?)?),
            },
            "enum" => KeyType::Enum(options(entry)?.into_iter().map(str::to_owned).collect()),
            "embedding" => KeyType::Embedding(u32::try_from(entry["size"].as_u64()?).ok()?),
            "geospatial" => KeyType::Geospatial,
            strict => KeyType::Scalar(Scalar::from_name(strict).filter(|scalar| scalar.hint() == strict)?),
        })
    }
}

/// The options of an enum's entry, if all of them are strings.
pub(super) fn options(entry: &Value) -> Option<Vec<&str>> {
    match &entry["values"] {
        Value::Null => Some(Vec::new()),
        values => values.as_array()?.iter().map(Value::as_str).collect(),
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

    #[test]
    fn old_names_come_with_advice() {
        assert!(Scalar::advice("string").unwrap().contains("'varchar'"));
        assert!(Scalar::advice("long_string").unwrap().contains("'text'"));
        assert_eq!(Scalar::advice("varchar"), None);
    }

    #[test]
    fn entries_are_read_as_encord_writes_them() {
        let number = Some(KeyType::Scalar(Scalar::Number));
        for (entry, expected) in [
            (json!({"ty": "variant", "hint": "number"}), number.clone()),
            (json!({"ty": "variant"}), Some(KeyType::Scalar(Scalar::Text))),
            (json!({"ty": "variant", "hint": "string"}), Some(KeyType::Scalar(Scalar::Varchar))),
            (json!({"ty": "variant", "hint": "decimal"}), None),
            (json!({"ty": "number", "format": "F32"}), number),
            (json!({"ty": "string"}), None),
            (json!({"ty": "enum", "values": ["b", "a"]}), Some(KeyType::Enum(vec!["b".into(), "a".into()]))),
            (json!({"ty": "enum", "values": ["b", 1]}), None),
            (json!({"ty": "embedding", "size": 7, "api": null}), Some(KeyType::Embedding(7))),
            (json!({"ty": "embedding", "size": -7}), None),
            (json!({"ty": "geospatial", "new": 1}), Some(KeyType::Geospatial)),
            (json!({"ty": "user"}), None),
            (json!({"ty": "tombstone", "deleted_ty": null}), None),
            (json!("text"), None),
        ] {
            assert_eq!(KeyType::read(&entry), expected, "{entry}");
        }
        for key_type in [KeyType::Scalar(Scalar::Uuid), KeyType::Enum(vec!["a".into()]), KeyType::Embedding(4096)] {
            assert_eq!(KeyType::read(&key_type.wire()), Some(key_type));
        }
    }
}
