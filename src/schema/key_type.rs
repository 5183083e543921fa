//! The type of a metadata key, as a config names it and as Encord writes it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::schema::value::nearest;

/// A type that a config may ask for. On the wire these are `variant` with a hint, `enum`, `embedding` and `geospatial`
/// (`encord` 0.1.211, `metadata_schema.py`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
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

/// All names of types.
const NAMES: [&str; 9] =
    ["number", "varchar", "text", "boolean", "datetime", "uuid", "geospatial", "string", "long_string"];

/// What other systems call them.
const FOREIGN: [(&str, &str); 12] = [
    ("int", "number"),
    ("integer", "number"),
    ("float", "number"),
    ("double", "number"),
    ("bool", "boolean"),
    ("str", "varchar"),
    ("date", "datetime"),
    ("time", "datetime"),
    ("timestamp", "datetime"),
    ("guid", "uuid"),
    ("location", "geospatial"),
    ("point", "geospatial"),
];

/// The type that somebody probably means who writes a name that is none.
pub(super) fn nearest_type(name: &str) -> Option<&'static str> {
    let bare = name.trim().to_lowercase();
    let foreign = FOREIGN.iter().find(|(foreign, _)| *foreign == bare).map(|(_, own)| *own);
    let near = foreign.or_else(|| nearest(NAMES.into_iter(), &bare))?;
    Some(Scalar::from_name(near).map_or(near, Scalar::hint))
}

/// As a config writes it: a name, or a table with `enum` or `embedding`.
impl TryFrom<Value> for KeyType {
    type Error = String;

    fn try_from(written: Value) -> Result<Self, String> {
        match written {
            Value::String(name) if name == "geospatial" => Ok(KeyType::Geospatial),
            Value::String(name) => Scalar::from_name(&name).map(KeyType::Scalar).ok_or_else(|| no_type(&name)),
            Value::Object(table) => from_table(&table),
            other => Err(format!(
                "{other} is not a metadata type; a type is a name such as \"varchar\", {{ enum = [\"a\", \"b\"] }} or {{ embedding = 512 }}"
            )),
        }
    }
}

fn no_type(name: &str) -> String {
    let near = nearest_type(name).map(|near| format!(" Did you mean '{near}'?")).unwrap_or_default();
    format!(
        "'{}' is not a metadata type; use number, varchar, text, boolean, datetime, uuid, geospatial, \
         {{ enum = [\"a\", \"b\"] }} or {{ embedding = 512 }}.{near}",
        name.escape_debug()
    )
}

fn from_table(table: &Map<String, Value>) -> Result<KeyType, String> {
    let mut fields = table.iter();
    match (fields.next(), fields.next()) {
        (Some((name, Value::Array(values))), None) if name == "enum" => {
            let values: Option<Vec<String>> = values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
            enum_of(values.ok_or("the options of an enum are texts, each in quotes")?)
        }
        (Some((name, size)), None) if name == "embedding" => embedding_of(size),
        _ => Err("a type table holds either enum = [\"a\", \"b\"] or embedding = 512".into()),
    }
}

/// An enum of these options, sorted and each kept once.
pub(super) fn enum_of(mut values: Vec<String>) -> Result<KeyType, String> {
    values.sort();
    values.dedup();
    match values.len() {
        0 => Err("an enum needs at least one value".into()),
        count if count > MOST_VALUES => Err(format!("an enum may have {MOST_VALUES} values, this one has {count}")),
        _ => Ok(KeyType::Enum(values)),
    }
}

/// An embedding of this size.
pub(super) fn embedding_of(size: &Value) -> Result<KeyType, String> {
    match size.as_u64().and_then(|size| u32::try_from(size).ok()) {
        Some(size @ 1..=MOST_NUMBERS) => Ok(KeyType::Embedding(size)),
        _ => Err(format!("an embedding has 1 to {MOST_NUMBERS} numbers, not {size}")),
    }
}

impl From<KeyType> for Value {
    fn from(key_type: KeyType) -> Value {
        match key_type {
            KeyType::Scalar(scalar) => scalar.hint().into(),
            KeyType::Geospatial => "geospatial".into(),
            KeyType::Enum(values) => json!({ "enum": values }),
            KeyType::Embedding(size) => json!({ "embedding": size }),
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
        for (name, near) in [("numbr", "number"), ("Integer", "number"), ("strng", "varchar"), ("bool", "boolean")] {
            let told = read(&format!("\"{name}\"")).unwrap_err();
            assert!(told.contains("not a metadata type") && told.ends_with(&format!("'{near}'?")), "{told}");
        }
        assert!(read("\"hologram\"").unwrap_err().ends_with("{ embedding = 512 }."));
        for odd in
            ["7", "{ enum = 1 }", "{ enum = [1] }", "{ embeding = 5 }", "{ enum = [\"a\"], embedding = 5 }", "[]", "{}"]
        {
            assert!(read(odd).is_err(), "{odd}");
        }
        assert!(read("{ embedding = -1 }").unwrap_err().contains("not -1"));
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
