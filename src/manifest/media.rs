//! What Encord is told of a file so that it need not read it: `videoMetadata`, `imageMetadata` and their like.
//!
//! All fields of a block are required once it is there (`encord` 0.1.211, `orm/storage.py`, `CustomerProvided*`). Encord takes
//! them as they are, without checking them against the file.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::manifest::kind::Kind;

/// The media metadata of one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Media {
    /// `videoMetadata`
    Video {
        /// Frames a second.
        fps: f64,
        /// Seconds.
        duration: f64,
        /// Pixels.
        width: u64,
        /// Pixels.
        height: u64,
        /// Bytes.
        file_size: u64,
        /// Such as `video/mp4`.
        mime_type: String,
    },
    /// `imageMetadata`
    Image {
        /// Such as `image/png`.
        mime_type: String,
        /// Bytes.
        file_size: u64,
        /// Pixels.
        height: u64,
        /// Pixels.
        width: u64,
    },
    /// `audioMetadata`
    Audio {
        /// Seconds.
        duration: f64,
        /// Bytes.
        file_size: u64,
        /// Such as `audio/mpeg`.
        mime_type: String,
        /// Samples a second.
        sample_rate: u64,
        /// Bits of a sample.
        bit_depth: u64,
        /// Such as `mp3`.
        codec: String,
        /// Channels.
        num_channels: u64,
    },
    /// `textMetadata`
    Text {
        /// Bytes.
        file_size: u64,
        /// Such as `text/html`.
        mime_type: String,
    },
    /// `pdfMetadata`
    Pdf {
        /// Bytes.
        file_size: u64,
        /// Pages.
        num_pages: u64,
    },
    /// `dicomMetadata`, of one file: its tags in the form of pydicom's `to_json_dict`.
    Dicom {
        /// By tag, eight hexadecimal digits.
        tags: Map<String, Value>,
    },
}

/// Which of Encord's two JSON dialects spells the fields of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// The file that the web interface takes: `file_size`.
    File,
    /// What the SDK sends: `fileSize`.
    DataItems,
}

impl Media {
    /// The block's key in an item, the same in both dialects.
    pub fn block(&self) -> &'static str {
        match self {
            Media::Video { .. } => "videoMetadata",
            Media::Image { .. } => "imageMetadata",
            Media::Audio { .. } => "audioMetadata",
            Media::Text { .. } => "textMetadata",
            Media::Pdf { .. } => "pdfMetadata",
            Media::Dicom { .. } => "dicomMetadata",
        }
    }

    /// The key of the block that an item of this kind, or a frame of it, may have.
    pub fn block_of(kind: Kind) -> Option<&'static str> {
        Some(match kind {
            Kind::Video => "videoMetadata",
            Kind::Image | Kind::ImageGroup | Kind::ImageSequence => "imageMetadata",
            Kind::Audio => "audioMetadata",
            Kind::Text => "textMetadata",
            Kind::Pdf => "pdfMetadata",
            Kind::DicomSeries => "dicomMetadata",
            Kind::Nifti | Kind::Scene | Kind::TimeSeries => return None,
        })
    }

    /// As Encord writes it.
    pub fn value(&self, dialect: Dialect) -> Value {
        let (size, mime, rate, depth, channels, pages) = match dialect {
            Dialect::File => ("file_size", "mime_type", "sample_rate", "bit_depth", "num_channels", "num_pages"),
            Dialect::DataItems => ("fileSize", "mimeType", "sampleRate", "bitDepth", "numChannels", "numPages"),
        };
        match self {
            Media::Video { fps, duration, width, height, file_size, mime_type } => json!({
                "fps": fps, "duration": duration, "width": width, "height": height, size: file_size, mime: mime_type,
            }),
            Media::Image { mime_type, file_size, height, width } => json!({
                mime: mime_type, size: file_size, "height": height, "width": width,
            }),
            Media::Audio { duration, file_size, mime_type, sample_rate, bit_depth, codec, num_channels } => json!({
                "duration": duration, size: file_size, mime: mime_type, rate: sample_rate, depth: bit_depth,
                "codec": codec, channels: num_channels,
            }),
            Media::Text { file_size, mime_type } => json!({ size: file_size, mime: mime_type }),
            Media::Pdf { file_size, num_pages } => json!({ size: file_size, pages: num_pages }),
            Media::Dicom { tags } => json!({ "tags": tags }),
        }
    }

    /// Reads the block of an item of this kind, in either spelling.
    ///
    /// # Errors
    /// What is missing, of the wrong type, or unknown, in a few words for each.
    pub fn read(kind: Kind, block: &Map<String, Value>) -> Result<Media, Vec<String>> {
        let mut reader = Reader { block, known: Vec::new(), faults: Vec::new() };
        let media = match kind {
            Kind::Video => Media::Video {
                fps: reader.float("fps"),
                duration: reader.float("duration"),
                width: reader.whole("width"),
                height: reader.whole("height"),
                file_size: reader.whole("file_size"),
                mime_type: reader.text("mime_type"),
            },
            Kind::Image | Kind::ImageGroup | Kind::ImageSequence => Media::Image {
                mime_type: reader.text("mime_type"),
                file_size: reader.whole("file_size"),
                height: reader.whole("height"),
                width: reader.whole("width"),
            },
            Kind::Audio => Media::Audio {
                duration: reader.float("duration"),
                file_size: reader.whole("file_size"),
                mime_type: reader.text("mime_type"),
                sample_rate: reader.whole("sample_rate"),
                bit_depth: reader.whole("bit_depth"),
                codec: reader.text("codec"),
                num_channels: reader.whole("num_channels"),
            },
            Kind::Text => Media::Text { file_size: reader.whole("file_size"), mime_type: reader.text("mime_type") },
            Kind::Pdf => Media::Pdf { file_size: reader.whole("file_size"), num_pages: reader.whole("num_pages") },
            Kind::DicomSeries => Media::Dicom { tags: reader.object("tags") },
            Kind::Nifti | Kind::Scene | Kind::TimeSeries => {
                return Err(vec![format!("an item of the type {kind} has no media metadata")]);
            }
        };
        reader.end()?;
        Ok(media)
    }
}

/// Reads fields and collects what is wrong with them.
struct Reader<'a> {
    block: &'a Map<String, Value>,
    known: Vec<String>,
    faults: Vec<String>,
}

impl Reader<'_> {
    fn field<T: Default>(&mut self, name: &str, wanted: &str, read: impl Fn(&Value) -> Option<T>) -> T {
        let camel = camel_case(name);
        let value = self.block.get(name).or_else(|| self.block.get(&camel));
        self.known.extend([name.to_owned(), camel]);
        match value {
            None | Some(Value::Null) => {
                self.faults.push(format!("{name} is missing"));
                T::default()
            }
            Some(value) => read(value).unwrap_or_else(|| {
                self.faults.push(format!("{name} is not {wanted}: {}", crate::schema::value::excerpt(value)));
                T::default()
            }),
        }
    }

    fn float(&mut self, name: &str) -> f64 {
        self.field(name, "a number", Value::as_f64)
    }

    /// Whole numbers are also taken as floats without a fraction, as the SDK's models do.
    fn whole(&mut self, name: &str) -> u64 {
        self.field(name, "a whole number", |value| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "in range and without a fraction"
            )]
            let from_float =
                |float: f64| (float.fract() == 0.0 && (0.0..9e15).contains(&float)).then_some(float as u64);
            value.as_u64().or_else(|| value.as_f64().and_then(from_float))
        })
    }

    fn text(&mut self, name: &str) -> String {
        self.field(name, "a text", |value| value.as_str().map(str::to_owned))
    }

    fn object(&mut self, name: &str) -> Map<String, Value> {
        self.field(name, "an object", |value| value.as_object().cloned())
    }

    fn end(self) -> Result<(), Vec<String>> {
        let Reader { block, known, mut faults } = self;
        let unknown = block.keys().filter(|key| !known.contains(key));
        faults.extend(unknown.map(|key| format!("{} is not a field of it", key.escape_debug())));
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut all, word| {
        let mut letters = word.chars();
        all.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        all.push_str(letters.as_str());
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_read_and_written() {
        let file = json!({"duration": 1.5, "file_size": 9, "mime_type": "audio/mpeg", "sample_rate": 44100.0,
            "bit_depth": 16, "codec": "mp3", "num_channels": 2});
        let items = json!({"duration": 1.5, "fileSize": 9, "mimeType": "audio/mpeg", "sampleRate": 44100,
            "bitDepth": 16, "codec": "mp3", "numChannels": 2});
        let media = Media::read(Kind::Audio, file.as_object().unwrap()).unwrap();
        assert_eq!(Media::read(Kind::Audio, items.as_object().unwrap()).unwrap(), media);
        assert_eq!(media.value(Dialect::DataItems), items);
        assert_eq!(media.value(Dialect::File)["sample_rate"], 44100);
        assert_eq!(serde_json::from_value::<Media>(serde_json::to_value(&media).unwrap()).unwrap(), media);
    }

    #[test]
    fn every_fault_is_named() {
        let block = json!({"fps": "25", "duration": 1, "width": 1.5, "height": 2, "file_size": -1, "colour": "red"});
        let faults = Media::read(Kind::Video, block.as_object().unwrap()).unwrap_err().join("; ");
        for part in
            ["fps is not a number", "width is not a whole", "file_size is not", "mime_type is missing", "colour"]
        {
            assert!(faults.contains(part), "{part}: {faults}");
        }
        assert!(!faults.contains("duration"), "{faults}");
    }
}
