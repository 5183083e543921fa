//! What is known of a blob before it becomes an item.

use serde_json::{Map, Value};

use crate::manifest::item::Provenance;

/// What the builder has to know of a blob.
#[derive(Debug, Clone, Copy, Default)]
pub struct BlobFacts<'a> {
    /// The whole name, exactly as stored.
    pub name: &'a str,
    /// Bytes.
    pub size: u64,
    /// The stored content type, if any.
    pub content_type: Option<&'a str>,
    /// The access tier, if the service tells: `Hot`, `Cool`, `Cold`, `Archive`, …
    pub tier: Option<&'a str>,
    /// Whether the listing marks this as a directory.
    pub is_folder: bool,
    /// Whether the blob is on its way back from the archive tier and cannot be read yet.
    pub rehydrating: bool,
    /// The time of its last change, as RFC 1123 or ISO 8601 writes it.
    pub last_modified: Option<&'a str>,
    /// What changes with every change of it, without quotation marks.
    pub etag: Option<&'a str>,
    /// The blob's metadata headers, where they become client metadata.
    pub headers: &'a [(String, String)],
    /// The blob's index tags, where they become client metadata.
    pub tags: &'a [(String, String)],
}

impl BlobFacts<'_> {
    /// The client metadata with what the blob itself says: index tags go before headers, headers before the rest.
    pub(super) fn added_to(&self, mut metadata: Map<String, Value>) -> Map<String, Value> {
        let said = self.headers.iter().chain(self.tags);
        metadata.extend(said.map(|(key, value)| (key.clone(), Value::from(value.as_str()))));
        metadata
    }

    pub(super) fn provenance(&self) -> Provenance {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Provenance { content_type: text(self.content_type), etag: text(self.etag), ..Provenance::default() }
    }
}
