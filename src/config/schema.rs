//! What the organisation's metadata schema has to hold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

use crate::schema::key_type::KeyType;

/// `[schema]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schema {
    /// Leaves the schema alone: it is neither read nor changed, and metadata is sent as it is, unchecked.
    pub skip: bool,
    /// Whether metadata values are changed to fit their key's type, where they can only be meant one way.
    pub coerce: bool,
    /// A file with further keys: JSON as Encord writes a schema, or TOML as under `[schema.keys]`, which goes before it. Looked for
    /// beside the config when it is loaded, as are the files of the manifest.
    pub file: Option<String>,
    /// The keys that the import needs, with their types; once loaded, with those of the file.
    pub keys: BTreeMap<String, KeyType>,
    /// Those of them that only the file has. They are not written with a config.
    #[serde(skip)]
    pub of_file: BTreeMap<String, KeyType>,
}

/// A schema as its owner wrote it: without the keys that the file brings in anyway.
pub(super) fn as_written<S: Serializer>(schema: &Schema, serializer: S) -> Result<S::Ok, S::Error> {
    let mut written = schema.clone();
    written.keys.retain(|key, key_type| schema.of_file.get(key) != Some(key_type));
    written.serialize(serializer)
}
