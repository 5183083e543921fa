//! The organisation's metadata schema: read, or replaced whole (encord.md §5).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::demo::encord::{
    body::{self, Object, Reader},
    error::ApiError,
    shared::{Shared, locked},
};

pub(super) async fn get(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(locked(&shared.store).schema.clone().unwrap_or(Value::Null))
}

pub(super) async fn post(State(shared): State<Arc<Shared>>, bytes: Bytes) -> Result<Json<Value>, ApiError> {
    let schema = body::parse(&bytes)?;
    let mut reader = Reader::new(false);
    if let Some(entries) = reader.object(&schema, vec![json!("body")]) {
        for (key, value) in entries.map {
            if !is_valid_key(key) {
                let msg = format!("{key} is an invalid format for a metadata key");
                reader.complain(entries.at(key.as_str()), "value_error", msg);
            }
            if let Some(entry) = reader.object(value, entries.at(key.as_str())) {
                check_type(&mut reader, &entry, true);
            }
        }
    }
    reader.finish(())?;
    locked(&shared.store).schema = Some(schema);
    Ok(Json(Value::Null))
}

fn check_type(reader: &mut Reader, entry: &Object<'_>, tombstone_allowed: bool) {
    let ty = reader.string(entry, "ty");
    match ty.as_str() {
        // An empty one was complained about as missing.
        "boolean" | "text" | "uuid" | "user" | "geospatial" | "" => {}
        "number" => one_of(reader, entry, "format", &["F32", "F64"]),
        "datetime" => one_of(reader, entry, "timezone", &["UTC"]),
        "varchar" => within(reader, entry, "max_length", 0, 8192),
        "variant" => {
            let hints = ["number", "varchar", "text", "boolean", "datetime", "uuid", "string", "long_string"];
            one_of(reader, entry, "hint", &hints);
        }
        "enum" => {
            let values = reader.list(entry, "values");
            if values.is_empty() || values.len() > 256 {
                reader.complain(entry.at("values"), "value_error", "An enum must have 1 to 256 values");
            }
            if !values.iter().all(Value::is_string) {
                reader.complain(entry.at("values"), "string_type", "Input should be a valid string");
            }
        }
        "embedding" => {
            if reader.find(entry, "size").is_none() {
                reader.missing(entry, "size");
            }
            within(reader, entry, "size", 1, 4096);
        }
        "tombstone" if tombstone_allowed => {
            if let Some(deleted) = reader.opt_object(entry, "deleted_ty") {
                check_type(reader, &deleted, false);
            }
        }
        other => {
            let msg = format!("Input tag '{other}' found using 'ty' does not match any of the expected tags");
            reader.complain(entry.at("ty"), "union_tag_invalid", msg);
        }
    }
}

fn one_of(reader: &mut Reader, entry: &Object<'_>, key: &str, allowed: &[&str]) {
    if let Some(value) = reader.find(entry, key)
        && !value.as_str().is_some_and(|text| allowed.contains(&text))
    {
        reader.complain(entry.at(key), "enum", format!("Input should be one of: {}", allowed.join(", ")));
    }
}

fn within(reader: &mut Reader, entry: &Object<'_>, key: &str, low: u64, high: u64) {
    if let Some(value) = reader.find(entry, key)
        && !value.as_u64().is_some_and(|number| (low..=high).contains(&number))
    {
        reader.complain(entry.at(key), "value_error", format!("Input should be between {low} and {high}"));
    }
}

/// The rule of the official SDK: letters and digits of any script besides `-`, `_`, space and `.`; at least one of them;
/// no `$` in front; `keyframes` is reserved.
fn is_valid_key(key: &str) -> bool {
    let rest: String = key.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '.')).collect();
    !key.starts_with('$') && !rest.is_empty() && rest != "keyframes" && rest.chars().all(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::is_valid_key;

    /// As the official SDK judged them (encord-wire.txt).
    #[test]
    fn keys_are_judged_as_the_sdk_judges_them() {
        for key in ["a", "é", "A b", "²", "team.key-1_x"] {
            assert!(is_valid_key(key), "{key}");
        }
        for key in ["$x", "", "-", "keyframes", "key-frames", "k.e.y.f.r.a.m.e.s", "a/b", "a:b", "_ ."] {
            assert!(!is_valid_key(key), "{key}");
        }
    }
}
