//! One item of the manifest: what Encord will show as one thing to label.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::manifest::{
    finding::{Finding, Origin, Position},
    kind::Kind,
    media::Media,
};

/// One item to register. The manifest on disk is one of these a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// Its name in Encord, at most 300 characters. Where it is empty Encord makes one from the URL.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The URL of its file; for a group, of each frame or slice in order; for a scene, of each file in it. Never empty.
    pub urls: Vec<String>,
    /// The metadata that goes with it.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub client_metadata: Map<String, Value>,
    /// What Encord need not read from its file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// What is known of each frame of a group, one for each URL; empty where nothing is known of any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frames: Vec<Frame>,
    /// The streams of a scene that is more than one point-cloud file, as Encord writes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene: Option<Value>,
    /// The settings of a time series, as Encord writes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Value>,
    /// The size of its files in bytes, 0 where it is not known.
    pub bytes: u64,
    /// Tells this state of its files from any other: a blob's ETag, of a group what stands for those of its files. Only known
    /// where it is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Where it comes from; only while the manifest is not finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Box<Provenance>>,
}

/// Where an item comes from: what has to be known of it in a second pass, when the listing has gone on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    /// The blob's name, or the group's; in a file the item's title or URL.
    pub name: String,
    /// Where it stands in a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Position>,
    /// The blob's stored content type, of a single file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The blob's entity tag, of a single file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// The errors that were found about it so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

impl Provenance {
    /// For what has to be said about the item.
    pub fn origin(&self) -> Origin<'_> {
        Origin { name: &self.name, place: self.place, parts: None }
    }
}

/// What is known of one frame of a group besides its URL.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Frame {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What Encord need not read from its file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
}

impl Item {
    /// An item without anything but its URLs.
    pub fn new(kind: Kind, title: impl Into<String>, urls: Vec<String>) -> Item {
        Item {
            kind,
            title: title.into(),
            urls,
            client_metadata: Map::new(),
            media: None,
            frames: Vec::new(),
            scene: None,
            settings: None,
            bytes: 0,
            etag: None,
            provenance: None,
        }
    }

    /// Whether everything that Encord would otherwise read from its files is told.
    pub fn has_media(&self) -> bool {
        match self.kind.is_group() {
            false => self.media.is_some(),
            true => self.frames.len() == self.urls.len() && self.frames.iter().all(|frame| frame.media.is_some()),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An item of that kind and those URLs, for the tests of both JSON forms.
    pub(crate) fn item(kind: Kind, urls: &[&str]) -> Item {
        Item { bytes: 1, ..Item::new(kind, "t", urls.iter().map(|url| (*url).to_owned()).collect()) }
    }
}
