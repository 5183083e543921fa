//! Encord's file form: the JSON that its web interface takes, and that people keep. Its keys are in snake_case at the top
//! and the frames of a group are `objectUrl_0`, `objectUrl_1`, … (docs.encord.com, "Register cloud data").

use std::io::{self, Write};

use serde_json::{Map, Value};

use crate::manifest::{
    data_items::{JobOptions, scene_format},
    item::Item,
    kind::Kind,
    media::Dialect,
    write::{OutputFormat, encode::Encoder},
};

/// The list in which items of a kind go.
pub(crate) fn list_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Video => "videos",
        Kind::Image => "images",
        Kind::ImageGroup | Kind::ImageSequence => "image_groups",
        Kind::DicomSeries => "dicom_series",
        Kind::Audio => "audio",
        Kind::Text => "text",
        Kind::Pdf => "pdfs",
        Kind::Nifti => "nifti",
        Kind::Scene => "scenes",
        Kind::TimeSeries => "time_series",
    }
}

/// One item as an element of its list. The media metadata of a group's frames has no place in this form and is left out.
pub fn element(item: &Item) -> Value {
    let mut object = Map::new();
    let url = item.urls.first().cloned().unwrap_or_default();
    match item.kind {
        kind if kind.is_group() => {
            put_title(item, &mut object);
            if kind != Kind::DicomSeries {
                object.insert("createVideo".into(), (kind == Kind::ImageSequence).into());
            }
            for (index, url) in item.urls.iter().enumerate() {
                object.insert(format!("objectUrl_{index}"), url.clone().into());
            }
        }
        Kind::Scene => {
            put_title(item, &mut object);
            let single = || serde_json::json!({ "url": url, "format": scene_format(&url) });
            object.insert("scene".into(), item.scene.clone().unwrap_or_else(single));
        }
        _ => {
            object.insert("objectUrl".into(), url.into());
            put_title(item, &mut object);
        }
    }
    if let Some(media) = &item.media {
        object.insert(media.block().into(), media.value(Dialect::File));
    }
    if let Some(settings) = &item.settings {
        object.insert("settings".into(), settings.clone());
    }
    if !item.client_metadata.is_empty() {
        object.insert("clientMetadata".into(), Value::Object(item.client_metadata.clone()));
    }
    Value::Object(object)
}

fn put_title(item: &Item, object: &mut Map<String, Value>) {
    if !item.title.is_empty() {
        object.insert("title".into(), item.title.clone().into());
    }
}

/// What stands between two elements of a list.
pub(crate) const BETWEEN: &[u8] = b",\n";
/// What stands behind the last element of a list, something always following.
pub(crate) const LIST_END: &[u8] = b"\n],";

/// What stands before the first element of a list.
pub(crate) fn list_beginning(key: &str) -> String {
    format!("\n\"{key}\": [\n")
}

/// What stands behind the last element of the last list, or behind the first brace.
pub(crate) fn ending(after_a_list: bool, options: JobOptions) -> String {
    let list_end = if after_a_list { "\n]," } else { "" };
    let JobOptions { skip_duplicate_urls, upsert_metadata, .. } = options;
    format!("{list_end}\n\"skip_duplicate_urls\": {skip_duplicate_urls},\n\"upsert_metadata\": {upsert_metadata}\n}}\n")
}

/// Writes the file form from items that come sorted by kind, one item a line, without holding them. The same items always
/// give the same bytes.
#[derive(Debug)]
pub struct Writer<W: Write> {
    out: W,
    encoder: Encoder,
    buffer: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Begins the file.
    ///
    /// # Errors
    /// The output's.
    pub fn new(mut out: W) -> io::Result<Writer<W>> {
        let mut encoder = Encoder::new(OutputFormat::Json(Dialect::File), false);
        let mut buffer = Vec::new();
        encoder.begin(&mut buffer);
        out.write_all(&buffer)?;
        Ok(Writer { out, encoder, buffer })
    }

    /// Adds one item.
    ///
    /// # Errors
    /// The output's.
    pub fn item(&mut self, item: &Item) -> io::Result<()> {
        self.buffer.clear();
        // A JSON holds every type.
        let _ = self.encoder.item(item, &mut self.buffer)?;
        self.out.write_all(&self.buffer)
    }

    /// Ends the file with its options and returns the output.
    ///
    /// # Errors
    /// The output's.
    pub fn finish(mut self, options: JobOptions) -> io::Result<W> {
        self.buffer.clear();
        self.encoder.end(self.encoder.section(), options, &mut self.buffer);
        self.out.write_all(&self.buffer)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::item::tests::item;
    use serde_json::json;

    const OPTIONS: JobOptions = JobOptions { ignore_errors: true, skip_duplicate_urls: true, upsert_metadata: false };

    #[test]
    fn lists_groups_and_flags_have_the_documented_spelling() {
        let mut writer = Writer::new(Vec::new()).unwrap();
        let mut video = item(Kind::Video, &["https://u/a.mp4"]);
        video.client_metadata.insert("site".into(), "leeds".into());
        for item in [
            &video,
            &item(Kind::ImageGroup, &["https://u/1.jpg", "https://u/2.jpg"]),
            &item(Kind::ImageSequence, &["https://u/3.jpg"]),
            &item(Kind::DicomSeries, &["https://u/1.dcm"]),
            &item(Kind::Pdf, &["https://u/a.pdf"]),
            &item(Kind::Scene, &["https://u/a.ply"]),
        ] {
            writer.item(item).unwrap();
        }
        let bytes = writer.finish(OPTIONS).unwrap();
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(
            value,
            json!({
                "videos": [{"objectUrl": "https://u/a.mp4", "title": "t", "clientMetadata": {"site": "leeds"}}],
                "image_groups": [
                    {"title": "t", "createVideo": false, "objectUrl_0": "https://u/1.jpg", "objectUrl_1": "https://u/2.jpg"},
                    {"title": "t", "createVideo": true, "objectUrl_0": "https://u/3.jpg"},
                ],
                "dicom_series": [{"title": "t", "objectUrl_0": "https://u/1.dcm"}],
                "pdfs": [{"objectUrl": "https://u/a.pdf", "title": "t"}],
                "scenes": [{"title": "t", "scene": {"url": "https://u/a.ply", "format": "ply"}}],
                "skip_duplicate_urls": true,
                "upsert_metadata": false,
            })
        );
    }

    #[test]
    fn an_empty_manifest_is_valid_json() {
        let bytes = Writer::new(Vec::new()).unwrap().finish(OPTIONS).unwrap();
        assert_eq!(
            serde_json::from_slice::<Value>(&bytes).unwrap(),
            json!({"skip_duplicate_urls": true, "upsert_metadata": false})
        );
    }
}
