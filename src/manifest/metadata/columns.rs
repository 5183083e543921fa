//! Which columns of a table name the item, and which tell of the media instead of being client metadata.

use serde_json::{Map, Value};

/// What of an item a column can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// The blob's whole name; a group's key.
    Name,
    /// The title in Encord.
    Title,
    /// The object URL.
    Url,
}

impl Names {
    /// Every one, in the order in which they are tried where nobody says which.
    pub const ALL: [Names; 3] = [Names::Name, Names::Url, Names::Title];

    /// The headers by which such a column is recognised, the first first; case does not matter.
    pub fn headers(self) -> &'static [&'static str] {
        match self {
            Names::Name => &["name", "blob", "blob_name", "blobname", "path", "file", "filename", "file_name"],
            Names::Title => &["title"],
            Names::Url => &["url", "objecturl", "object_url", "uri"],
        }
    }

    /// The one of these headers that names the item, if one does.
    pub fn column<'a>(self, headers: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
        let mut known = self.headers().iter();
        known.find_map(|known| headers.clone().find(|header| header.trim().eq_ignore_ascii_case(known)))
    }
}

/// The keys under which Encord takes media metadata. They are no client metadata.
pub const MEDIA_BLOCKS: [&str; 6] =
    ["videoMetadata", "imageMetadata", "audioMetadata", "textMetadata", "pdfMetadata", "dicomMetadata"];

/// The block and the field that a key tells of, where it is no client metadata: `imageMetadata` with an object, or
/// `imageMetadata.width`.
pub fn media_field<'a>(key: &'a str, value: &Value) -> Option<(&'static str, Option<&'a str>)> {
    let block = MEDIA_BLOCKS.into_iter().find(|block| key.starts_with(block))?;
    match key.get(block.len()..)? {
        "" => value.is_object().then_some((block, None)),
        rest => rest.strip_prefix('.').map(|field| (block, Some(field))),
    }
}

/// A single value as the text that names an item; `None` for lists, objects and null.
pub fn naming_text(cells: &Map<String, Value>, column: &str) -> Option<String> {
    match cells.get(column)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
