//! The types of item that Encord knows, and how a blob's name and content type tell which one it is.

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
        let lower = file.to_ascii_lowercase();
        if lower.ends_with(".nii.gz") {
            return Some(Kind::Nifti);
        }
        let (stem, extension) = lower.rsplit_once('.')?;
        if stem.is_empty() {
            return None;
        }
        Some(match extension {
            "jpg" | "jpeg" | "png" | "webp" | "avif" | "bmp" | "tif" | "tiff" => Kind::Image,
            "mp4" | "mov" | "webm" | "mkv" | "m4v" | "avi" | "3gp" | "3g2" | "mj2" => Kind::Video,
            "mp3" | "wav" | "flac" | "eac3" | "m4a" | "aac" => Kind::Audio,
            "txt" | "html" | "htm" | "json" | "jsonl" | "xml" | "md" | "yaml" | "yml" | "csv" => Kind::Text,
            "pdf" => Kind::Pdf,
            "dcm" | "dicom" => Kind::DicomSeries,
            "nii" => Kind::Nifti,
            "pcd" | "ply" | "las" | "laz" | "e57" | "mcap" | "bag" | "db3" => Kind::Scene,
            _ => return None,
        })
    }

    /// The kind that a content type stands for. `application/octet-stream`, the default of most upload tools, says nothing.
    pub fn from_content_type(content_type: &str) -> Option<Kind> {
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        Some(match essence.as_str() {
            "application/pdf" => Kind::Pdf,
            "application/dicom" => Kind::DicomSeries,
            "application/json" | "application/xml" | "application/x-ndjson" | "application/yaml" => Kind::Text,
            other => match other.split('/').next().unwrap_or_default() {
                "image" => Kind::Image,
                "video" => Kind::Video,
                "audio" => Kind::Audio,
                "text" => Kind::Text,
                _ => return None,
            },
        })
    }
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
    }

    #[test]
    fn names_round_trip() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.name()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }
}
