//! Where the items go in Encord, and what can be wrong with that by itself.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// `[folder]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Folder {
    /// The folder's path from the root, such as `Raw/2026`; what is missing is created. Blanks around names are dropped, so that a
    /// folder whose name begins or ends with one, or holds a `/`, is named by its UUID.
    pub path: Option<String>,
    /// An existing folder.
    pub uuid: Option<Uuid>,
    /// The description of a folder that is created.
    pub description: Option<String>,
    /// Client metadata of a folder that is created: any JSON but dates and times, which JSON does not have.
    pub metadata: Map<String, Value>,
    /// The folder mirrors the container, or the one prefix in it that the manifest names: Encord lists it by itself and keeps to it.
    pub cloud_synced: bool,
}

/// TOML's dates and times come through as an object with this key alone.
const DATE: &str = "$__toml_private_datetime";

/// Refuses what cannot be right, with the remedy.
pub(super) fn check(folder: &Folder) -> Result<(), String> {
    if folder.path.is_some() && folder.uuid.is_some() {
        return Err("[folder] has both path and uuid; keep one.".into());
    }
    if let Some(path) = &folder.path
        && path.split('/').all(|name| name.trim().is_empty())
    {
        return Err(format!(
            "[folder] path = {path:?} names no folder. Set it to a folder such as \"Raw/2026\", or remove the line."
        ));
    }
    if folder.cloud_synced && folder.path.is_none() && folder.uuid.is_none() {
        return Err(
            "[folder] cloud_synced = true does not say which folder. Set path to the one to create, or uuid to a cloud-synced \
             folder that exists."
                .into(),
        );
    }
    for (key, value) in &folder.metadata {
        if let Some((place, what)) = no_json(key, value) {
            return Err(format!(
                "[folder] metadata: {place} is {what}, which JSON does not have. Write it as a text, in quotes."
            ));
        }
    }
    Ok(())
}

/// Where in a value there is something that TOML has and JSON has not, and what.
fn no_json(place: &str, value: &Value) -> Option<(String, &'static str)> {
    match value {
        // TOML has no null: this was a float.
        Value::Null => Some((place.to_owned(), "no finite number")),
        Value::Object(map) if map.len() == 1 && map.contains_key(DATE) => Some((place.to_owned(), "a date or time")),
        Value::Object(map) => map.iter().find_map(|(key, value)| no_json(&format!("{place}.{key}"), value)),
        Value::Array(values) => {
            values.iter().enumerate().find_map(|(at, value)| no_json(&format!("{place}[{at}]"), value))
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::config::parse::parse;

    fn with(lines: &str) -> Result<super::Folder, String> {
        parse(&format!("version = 1\n[folder]\n{lines}")).map(|config| config.folder).map_err(|error| error.0)
    }

    #[test]
    fn what_cannot_be_right_is_refused_with_the_remedy() {
        let uuid = "uuid = \"11111111-1111-4111-8111-111111111111\"";
        for (lines, part) in [
            (format!("path = \"a\"\n{uuid}"), "keep one"),
            ("path = \"\"".into(), "names no folder"),
            ("path = \" / //\"".into(), "remove the line"),
            ("uuid = \"Raw\"".into(), "line 3"),
            ("cloud_synced = true".into(), "which folder"),
            ("path = \"a\"\nmetadata = { made = 2026-04-01 }".into(), "made is a date or time"),
            ("path = \"a\"\nmetadata = { a = { b = [1, inf] } }".into(), "a.b[1] is no finite number"),
            ("path = \"a\"\nmetadata = \"a\"".into(), "line 4"),
            ("path = 7".into(), "line 3"),
        ] {
            let message = with(&lines).unwrap_err();
            assert!(message.contains(part), "{lines}: {message}");
        }
    }

    #[test]
    fn metadata_keeps_every_kind_of_value() {
        let folder =
            with("path = \"数据 / b\"\nmetadata = { z = \"x\", a = [1, 2.5, { b = true }], \"k.1\" = -3 }").unwrap();
        let wanted = json!({"z": "x", "a": [1, 2.5, {"b": true}], "k.1": -3});
        assert_eq!(Value::Object(folder.metadata), wanted);
        assert!(with("cloud_synced = true\npath = \"a\"").unwrap().cloud_synced);
    }
}
