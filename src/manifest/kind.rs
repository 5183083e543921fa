//! The types of item that Encord knows, and how a blob's name and content type tell which one it is.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A type of item in Encord. The order is the order in which types are listed, sent and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One video file.
    Video,
    /// One image file.
    Image,
    /// Several images labelled together, each kept as it is.
    ImageGroup,
    /// Several images that Encord turns into a video; needs write access to the storage.
    ImageSequence,
    /// The files of one DICOM study or series.
    DicomSeries,
    /// One audio file.
    Audio,
    /// One text file: plain text, HTML, JSON, XML, Markdown.
    Text,
    /// One PDF file.
    Pdf,
    /// One NIfTI volume.
    Nifti,
    /// One point cloud.
    Scene,
    /// One CSV file shown as channels over time.
    TimeSeries,
}

impl Kind {
    /// Every kind, in order.
    pub const ALL: [Kind; 11] = [
        Kind::Video,
        Kind::Image,
        Kind::ImageGroup,
        Kind::ImageSequence,
        Kind::DicomSeries,
        Kind::Audio,
        Kind::Text,
        Kind::Pdf,
        Kind::Nifti,
        Kind::Scene,
        Kind::TimeSeries,
    ];

    /// The name used in configs, on screens and in JSON events.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Video => "video",
            Kind::Image => "image",
            Kind::ImageGroup => "image-group",
            Kind::ImageSequence => "image-sequence",
            Kind::DicomSeries => "dicom-series",
            Kind::Audio => "audio",
            Kind::Text => "text",
            Kind::Pdf => "pdf",
            Kind::Nifti => "nifti",
            Kind::Scene => "scene",
            Kind::TimeSeries => "time-series",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether an item of this kind is made of several files.
    pub fn is_group(self) -> bool {
        matches!(self, Kind::ImageGroup | Kind::ImageSequence | Kind::DicomSeries)
    }

    /// The kind that a file's extension stands for, from Encord's list of supported formats
    /// (docs.encord.com, "Supported data"). Case does not matter. A `.csv` is text unless a rule says otherwise.
    pub fn from_extension(name: &str) -> Option<Kind> {
        let file = name.rsplit('/').next()?;
        let (stem, extension) = file.rsplit_once('.')?;
        if extension.eq_ignore_ascii_case("gz") && stem.to_ascii_lowercase().ends_with(".nii") {
            return Some(Kind::Nifti);
        }
        // None that is known is longer.
        let mut lower = [0; 8];
        let lower = lower.get_mut(..extension.len()).filter(|_| !stem.is_empty())?;
        lower.copy_from_slice(extension.as_bytes());
        lower.make_ascii_lowercase();
        Some(match std::str::from_utf8(lower).ok()? {
            "jpg" | "jpeg" | "png" | "webp" | "avif" | "bmp" | "tif" | "tiff" => Kind::Image,
            "mp4" | "mov" | "webm" | "mkv" | "m4v" | "avi" | "3gp" | "3g2" | "mj2" => Kind::Video,
            "mp3" | "wav" | "flac" | "eac3" | "m4a" | "aac" => Kind::Audio,
            "txt" | "html" | "htm" | "json" | "jsonl" | "ndjson" | "xml" | "md" | "yaml" | "yml" | "csv" => Kind::Text,
            "pdf" => Kind::Pdf,
            "dcm" | "dicom" => Kind::DicomSeries,
            "nii" => Kind::Nifti,
            "pcd" | "ply" | "las" | "laz" | "e57" | "mcap" | "bag" | "db3" => Kind::Scene,
            _ => return None,
        })
    }

    /// The kind that a content type stands for, whether or not Encord takes that format. `application/octet-stream`, the default of
    /// most upload tools, says nothing.
    pub fn from_content_type(content_type: &str) -> Option<Kind> {
        let essence = essence(content_type);
        let (family, format) = essence.split_once('/')?;
        Some(match (family, format) {
            ("application", "pdf") => Kind::Pdf,
            ("application", "dicom") => Kind::DicomSeries,
            ("image", _) => Kind::Image,
            ("video", _) => Kind::Video,
            ("audio", _) => Kind::Audio,
            ("text", _) | ("application", "json" | "jsonl" | "ndjson" | "x-ndjson" | "xml" | "yaml" | "x-yaml") => {
                Kind::Text
            }
            ("application", format) => {
                let is_text = format.ends_with("+json") || format.ends_with("+xml");
                return is_text.then_some(Kind::Text);
            }
            _ => return None,
        })
    }

    /// The kind that a content type stands for, if it is a format on Encord's list of supported ones
    /// (docs.encord.com, "Supported data"): not `image/gif`, for example.
    pub fn of_supported_content_type(content_type: &str) -> Option<Kind> {
        const FORMATS: [&str; 38] = [
            "image/jpeg",
            "image/jpg",
            "image/pjpeg",
            "image/png",
            "image/x-png",
            "image/webp",
            "image/avif",
            "image/bmp",
            "image/x-bmp",
            "image/x-ms-bmp",
            "image/tiff",
            "video/mp4",
            "video/quicktime",
            "video/webm",
            "video/x-matroska",
            "video/matroska",
            "video/x-m4v",
            "video/x-msvideo",
            "video/vnd.avi",
            "video/avi",
            "video/3gpp",
            "video/3gpp2",
            "video/mj2",
            "audio/mpeg",
            "audio/mp3",
            "audio/wav",
            "audio/x-wav",
            "audio/wave",
            "audio/vnd.wave",
            "audio/flac",
            "audio/x-flac",
            "audio/eac3",
            "audio/mp4",
            "audio/m4a",
            "audio/x-m4a",
            "audio/aac",
            "audio/aacp",
            "audio/x-aac",
        ];
        let is_media = |kind: Kind| matches!(kind, Kind::Image | Kind::Video | Kind::Audio);
        Kind::from_content_type(content_type)
            .filter(|kind| !is_media(*kind) || FORMATS.contains(&&*essence(content_type)))
    }
}

/// A content type without its parameters.
fn essence(content_type: &str) -> Cow<'_, str> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if essence.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return essence.to_ascii_lowercase().into();
    }
    essence.into()
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_tell_the_kind_whatever_their_case() {
        let table = [
            ("a/b/c.JPG", Some(Kind::Image)),
            ("run.v2.mp4", Some(Kind::Video)),
            ("brain.nii.gz", Some(Kind::Nifti)),
            ("x.gz", None),
            ("ct/0001.dcm", Some(Kind::DicomSeries)),
            ("a.png/readme", None),
            (".png", None),
            ("noextension", None),
            ("scan.PCD", Some(Kind::Scene)),
            ("é.jpeg", Some(Kind::Image)),
        ];
        for (name, kind) in table {
            assert_eq!(Kind::from_extension(name), kind, "{name}");
        }
    }

    #[test]
    fn content_types_tell_the_kind_unless_they_are_generic() {
        assert_eq!(Kind::from_content_type("image/png"), Some(Kind::Image));
        assert_eq!(Kind::from_content_type("Text/HTML; charset=utf-8"), Some(Kind::Text));
        assert_eq!(Kind::from_content_type("application/octet-stream"), None);
        assert_eq!(Kind::from_content_type(""), None);
        for generic in
            ["application/octet-stream", "binary/octet-stream", "application/x-www-form-urlencoded", "application/zip"]
        {
            assert_eq!(Kind::from_content_type(generic), None, "{generic}");
        }
        assert_eq!(Kind::from_content_type("application/geo+json"), Some(Kind::Text));
        assert_eq!(Kind::from_content_type("image/gif"), Some(Kind::Image));
        assert_eq!(Kind::of_supported_content_type("image/gif"), None);
        assert_eq!(Kind::of_supported_content_type("IMAGE/PNG; q=1"), Some(Kind::Image));
        assert_eq!(Kind::of_supported_content_type("video/mp2t"), None);
        assert_eq!(Kind::of_supported_content_type("text/x-log"), Some(Kind::Text));
    }

    #[test]
    fn every_extension_on_encords_list_has_its_kind() {
        for (kind, extensions) in [
            (Kind::Image, "jpeg jpg png webp avif bmp tiff tif"),
            (Kind::Video, "mp4 mov webm mkv m4v 3gp 3g2 mj2 avi"),
            (Kind::Audio, "mp3 wav flac eac3 m4a aac"),
            (Kind::Text, "html htm json xml txt md jsonl ndjson yaml yml csv"),
            (Kind::Pdf, "pdf"),
            (Kind::Scene, "pcd ply las laz e57 mcap bag db3"),
            (Kind::DicomSeries, "dcm dicom"),
            (Kind::Nifti, "nii nii.gz"),
        ] {
            for extension in extensions.split(' ') {
                assert_eq!(Kind::from_extension(&format!("a/b.{extension}")), Some(kind), "{extension}");
            }
        }
    }

    #[test]
    fn names_round_trip() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.name()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }
}
