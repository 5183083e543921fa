//! Media metadata that comes with client metadata: as `imageMetadata` with an object, or as a column `imageMetadata.width`.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

use crate::manifest::{
    kind::Kind,
    media::Media,
    metadata::columns::media_field,
    probe::{self, Known},
};

/// Fields of media metadata by the block that they belong to.
pub type Blocks = BTreeMap<&'static str, Map<String, Value>>;

/// Takes what is media metadata out of client metadata.
pub fn take_blocks(cells: &mut Map<String, Value>) -> Blocks {
    let mut blocks = Blocks::new();
    if !cells.iter().any(|(key, value)| media_field(key, value).is_some()) {
        return blocks;
    }
    for (key, value) in std::mem::take(cells) {
        match (media_field(&key, &value), value) {
            (Some((block, None)), Value::Object(fields)) => blocks.entry(block).or_default().extend(fields),
            (Some((block, Some(field))), value) => {
                blocks.entry(block).or_default().insert(field.to_owned(), as_field(field, value));
            }
            (_, value) => _ = cells.insert(key, value),
        }
    }
    blocks
}

/// What a CSV says of a number is a text.
fn as_field(field: &str, value: Value) -> Value {
    let is_text = matches!(field, "mime_type" | "mimeType" | "codec");
    let number = value.as_str().filter(|_| !is_text).and_then(|text| serde_json::from_str::<Number>(text.trim()).ok());
    number.map_or(value, Value::Number)
}

/// The media metadata of a file of this kind, or of a frame of such a group. What its listing knows need not be told: its bytes,
/// where they are not 0, and its media type, by its stored content type or its name.
///
/// # Errors
/// What is missing or wrong, in words.
pub fn read(kind: Kind, mut blocks: Blocks, known: &Known<'_>) -> Result<Option<Media>, String> {
    let own = Media::block_of(kind).and_then(|block| Some((block, blocks.remove(block)?)));
    let Some((block, mut fields)) = own else {
        return match blocks.keys().next() {
            Some(other) => Err(format!("{other} is given, but the item is of the type {kind}")),
            None => Ok(None),
        };
    };
    let has = |fields: &Map<String, Value>, names: [&str; 2]| names.iter().any(|name| fields.contains_key(*name));
    let says_size = kind != Kind::DicomSeries;
    if says_size && known.size > 0 && !has(&fields, ["file_size", "fileSize"]) {
        fields.insert("file_size".to_owned(), known.size.into());
    }
    if says_size
        && kind != Kind::Pdf
        && !has(&fields, ["mime_type", "mimeType"])
        && let Ok(mime_type) = probe::mime::mime_type(kind, known)
    {
        fields.insert("mime_type".to_owned(), mime_type.into());
    }
    Media::read(kind, &fields).map(Some).map_err(|faults| format!("{block}: {}", faults.join("; ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn known(size: u64, content_type: Option<&str>) -> Known<'_> {
        Known { name: "a", size, content_type }
    }

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn media_metadata_is_told_from_client_metadata_and_the_listing_fills_in() {
        let mut cells = map(&json!({
            "site": "x", "imageMetadata.width": "640", "imageMetadata.height": " 480 ", "imageMetadataX": 1, "imageMetadata": "text",
        }));
        let blocks = take_blocks(&mut cells);
        assert_eq!(cells, map(&json!({"site": "x", "imageMetadataX": 1, "imageMetadata": "text"})));
        let expected = Media::Image { mime_type: "image/png".into(), file_size: 9, height: 480, width: 640 };
        assert_eq!(read(Kind::Image, blocks.clone(), &known(9, Some("image/png; q=1"))), Ok(Some(expected)));
        let fault = read(Kind::Image, blocks.clone(), &known(0, Some("application/octet-stream"))).unwrap_err();
        assert!(fault.contains("file_size is missing") && fault.contains("mime_type is missing"), "{fault}");
        assert!(
            read(Kind::Video, blocks, &known(9, None)).unwrap_err().contains("imageMetadata is given, but the item")
        );
        assert_eq!(read(Kind::Nifti, Blocks::new(), &known(9, None)), Ok(None));

        let mut nested =
            map(&json!({"audioMetadata": {"duration": 1.5, "sampleRate": 8000, "bitDepth": 16, "codec": "pcm",
            "numChannels": 1, "fileSize": 5, "mimeType": "audio/wav"}}));
        let media = read(Kind::Audio, take_blocks(&mut nested), &known(9, None)).unwrap().unwrap();
        assert!(matches!(media, Media::Audio { file_size: 5, .. }) && nested.is_empty());
    }
}
