//! Schema files: JSON as Encord serves a schema, or TOML as under `[schema.keys]` of a config. Pure: the bytes are read elsewhere.

use std::{collections::BTreeMap, fmt, ops::Range};

use serde::Deserialize as _;
use serde_json::{Map, Value};
use thiserror::Error;
use toml::{
    Spanned,
    de::{DeTable, DeValue, ValueDeserializer},
};

mod places;

#[cfg(test)]
mod tests;

use crate::schema::{
    advice::advice_on,
    file::places::{Place, keys_of_object},
    key::{KeyError, check_key},
    key_type::{KeyType, MOST_VALUES, embedding_of, nearest_type},
};

/// What a schema file holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SchemaFile {
    /// The keys with a type that this version can ask for.
    pub keys: BTreeMap<String, KeyType>,
    /// The keys that are in the file and not among those, in the file's order.
    pub left: Vec<(String, Left)>,
    /// The whole schema as Encord writes it, entries that are not understood untouched; for checking values against it.
    pub whole: Map<String, Value>,
    /// What is good to know of the keys, by key; see [`advice`](fn@crate::schema::advice::advice).
    pub advice: Vec<(String, String)>,
}

/// Why a key of a schema file is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// It is deleted.
    Deleted,
    /// `$…` and `keyframes` are Encord's own.
    Reserved,
    /// This version does not know the type of this name.
    Unknown(String),
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Left::Deleted => f.write_str("deleted in the schema file, so left alone"),
            Left::Reserved => f.write_str("reserved for Encord, so left alone"),
            Left::Unknown(name) => {
                write!(f, "of the type '{}', which this version does not know, so left alone", name.escape_debug())?;
                match nearest_type(name) {
                    Some(near) => write!(f, " (did you mean '{near}'?)"),
                    None => Ok(()),
                }
            }
        }
    }
}

/// Why a schema file cannot be used, and where. Line and column count from 1, the column in characters.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {message}")]
pub struct SchemaFileError {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// What is wrong there and what would be right.
    pub message: String,
}

impl SchemaFileError {
    fn new(text: &str, offset: usize, message: impl Into<String>) -> SchemaFileError {
        let Place { line, column } = Place::of(text, offset);
        SchemaFileError { line, column, message: message.into() }
    }
}

impl SchemaFile {
    /// Reads the bytes of a schema file.
    ///
    /// JSON is an object as Encord serves it, `null` for an empty schema. TOML has the keys at the top, or below `[keys]` or
    /// `[schema.keys]`; of a whole config, `[schema.keys]` counts.
    ///
    /// # Errors
    /// The bytes are not UTF-8, neither JSON nor TOML, or a key has a name or a type that cannot be right. In JSON a type that
    /// is not known is no error, because Encord may have newer ones.
    pub fn read(bytes: &[u8]) -> Result<SchemaFile, SchemaFileError> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let sound = bytes.get(..error.valid_up_to()).and_then(|sound| std::str::from_utf8(sound).ok());
            let sound = sound.unwrap_or_default();
            SchemaFileError::new(sound, sound.len(), "this is not UTF-8 text; save the file as UTF-8")
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let is_json = text.trim_start().starts_with('{') || text.trim() == "null";
        if is_json { from_json(text) } else { from_toml(text) }
    }
}

fn from_json(text: &str) -> Result<SchemaFile, SchemaFileError> {
    let entries: Option<Map<String, Value>> = serde_json::from_str(text).map_err(|error| {
        let told = error.to_string();
        let message = told.rsplit_once(" at line ").map_or(told.as_str(), |(message, _)| message);
        let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
        let offset = lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
        SchemaFileError::new(text, offset, format!("{message} (JSON)"))
    })?;
    let mut file = SchemaFile::default();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (key, offset) in keys_of_object(text) {
        let message = format!("the key '{}' is there twice", key.escape_debug());
        if places.insert(key, offset).is_some() {
            return Err(SchemaFileError::new(text, offset, message));
        }
    }
    for (key, entry) in entries.unwrap_or_default() {
        let fail = |message: String| {
            let offset = places.get(&key).copied().unwrap_or_default();
            SchemaFileError::new(text, offset, format!("the key '{}': {message}", key.escape_debug()))
        };
        match read_entry(&key, &entry).map_err(fail)? {
            Ok(key_type) => {
                file.keys.insert(key.clone(), key_type);
            }
            Err(left) => file.left.push((key.clone(), left)),
        }
        file.whole.insert(key, entry);
    }
    let asked = file.whole.iter().filter(|(key, _)| file.keys.contains_key(*key));
    file.advice = advice_on(&asked.map(|(key, entry)| (key.clone(), entry.clone())).collect());
    Ok(file)
}

/// One entry as Encord writes it.
fn read_entry(key: &str, entry: &Value) -> Result<Result<KeyType, Left>, String> {
    let Some(ty) = entry.get("ty") else {
        let meant = entry.as_str().and_then(nearest_type).unwrap_or("varchar");
        return Err(format!(
            "an entry is an object with \"ty\", as Encord writes it: {{\"ty\": \"variant\", \"hint\": \"{meant}\"}}"
        ));
    };
    let ty = ty.as_str().ok_or_else(|| format!("\"ty\" is a text such as \"variant\", not {ty}"))?;
    if ty == "tombstone" {
        return Ok(Err(Left::Deleted));
    }
    match check_key(key) {
        Err(KeyError::Reserved | KeyError::Keyframes) => return Ok(Err(Left::Reserved)),
        checked => checked.map_err(|error| error.to_string())?,
    }
    match KeyType::read(entry) {
        Some(KeyType::Embedding(_)) => embedding_of(&entry["size"]).map(Ok),
        Some(KeyType::Enum(mut options)) => {
            options.sort();
            options.dedup();
            match options.len() {
                // Encord keeps one more than the SDK lets anybody ask for.
                count if count > MOST_VALUES + 1 => {
                    Err(format!("an enum may have {MOST_VALUES} values, this one has {count}"))
                }
                0 => Ok(Err(Left::Unknown("enum without values".into()))),
                _ => Ok(Ok(KeyType::Enum(options))),
            }
        }
        Some(key_type) => Ok(Ok(key_type)),
        None => {
            let name = entry["hint"].as_str().filter(|_| ty == "variant").unwrap_or(ty);
            Ok(Err(Left::Unknown(name.to_owned())))
        }
    }
}

fn from_toml(text: &str) -> Result<SchemaFile, SchemaFileError> {
    let fail = |error: &toml::de::Error| {
        SchemaFileError::new(text, error.span().unwrap_or_default().start, error.message().replace('\n', ", "))
    };
    let root = DeTable::parse(text).map_err(|error| fail(&error))?.into_inner();
    let mut file = SchemaFile::default();
    let mut written: Map<String, Value> = Map::new();
    for (key, value) in keys_table(text, root)? {
        let (key_span, span) = (key.span(), value.span());
        let key = key.into_inner().into_owned();
        let placed = |span: Range<usize>, message: &str| {
            SchemaFileError::new(text, span.start, format!("the key '{}': {message}", key.escape_debug()))
        };
        check_key(&key).map_err(|error| placed(key_span, &error.to_string()))?;
        let value = Value::deserialize(ValueDeserializer::from(value)).map_err(|error| fail(&error))?;
        let key_type = KeyType::try_from(value.clone()).map_err(|error| placed(span, &error))?;
        file.whole.insert(key.clone(), key_type.wire());
        written.insert(key.clone(), value);
        file.keys.insert(key, key_type);
    }
    file.advice = advice_on(&written);
    Ok(file)
}

/// The table that holds the keys.
fn keys_table<'i>(text: &str, mut root: DeTable<'i>) -> Result<DeTable<'i>, SchemaFileError> {
    let is_config = root.get("version").is_some_and(|version| version.get_ref().is_integer());
    let within = |value: &Spanned<DeValue<'_>>| match value.get_ref() {
        DeValue::Table(table) => table.get("keys").is_some_and(|keys| keys.get_ref().is_table()),
        _ => false,
    };
    let name = if root.get("schema").is_some_and(within) {
        "schema"
    } else if root.get("keys").is_some_and(|keys| keys.get_ref().as_table().is_some_and(|table| !is_type(table))) {
        "keys"
    } else if is_config {
        return Ok(DeTable::new());
    } else {
        return Ok(root);
    };
    let Some(DeValue::Table(table)) = root.remove(name).map(Spanned::into_inner) else { return Ok(root) };
    let table = match name {
        "schema" => table.into_iter().find(|(key, _)| key.get_ref() == "keys").map(|(_, keys)| keys.into_inner()),
        _ => Some(DeValue::Table(table)),
    };
    match (root.keys().next(), table) {
        (Some(other), _) if !is_config => Err(SchemaFileError::new(
            text,
            other.span().start,
            format!(
                "'{}' is not among the keys of this file, which are below [{}]; move it there",
                other.get_ref().escape_debug(),
                if name == "schema" { "schema.keys" } else { name }
            ),
        )),
        (_, Some(DeValue::Table(table))) => Ok(table),
        _ => Ok(DeTable::new()),
    }
}

/// Whether a table is a type, and not one of keys.
fn is_type(table: &DeTable<'_>) -> bool {
    let value = |name: &str| table.get(name).map(Spanned::get_ref);
    value("enum").is_some_and(DeValue::is_array) || value("embedding").is_some_and(DeValue::is_integer)
}
