//! One item of the manifest: what Encord will show as one thing to label.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Kind;

/// One item to register. The manifest on disk is one of these a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// Its name in Encord, at most 300 characters.
    pub title: String,
    /// The URL of its file; for a group, of each frame or slice in order. Never empty.
    pub urls: Vec<String>,
    /// The metadata that goes with it.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub client_metadata: Map<String, Value>,
    /// The size of its files in bytes, as the listing said.
    pub bytes: u64,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An item of that kind and those URLs, for the tests of both JSON forms.
    pub(crate) fn item(kind: Kind, urls: &[&str]) -> Item {
        Item {
            kind,
            title: "t".into(),
            urls: urls.iter().map(|url| (*url).to_owned()).collect(),
            client_metadata: Map::new(),
            bytes: 1,
        }
    }
}
