//! What an item of the storage can be.

use serde::{Deserialize, Serialize};

/// The type of a registered item, spelled on the wire as Encord does (`imageGroup`, `plainText`, …).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ItemKind {
    /// A video file.
    Video,
    /// A single image.
    Image,
    /// A data group made of other items.
    Group,
    /// Images shown as one item.
    ImageGroup,
    /// Images turned into one video.
    ImageSequence,
    /// One file of a DICOM series.
    DicomFile,
    /// A DICOM series.
    DicomSeries,
    /// An audio file.
    Audio,
    /// A time series (CSV).
    Timeseries,
    /// A NIfTI volume.
    Nifti,
    /// A text file: plain, HTML, JSON, XML and the like.
    PlainText,
    /// A PDF document.
    Pdf,
    /// A scene or a point cloud.
    Scene,
}

impl ItemKind {
    /// For messages: `video`, `image group`, …
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Image => "image",
            Self::Group => "data group",
            Self::ImageGroup => "image group",
            Self::ImageSequence => "image sequence",
            Self::DicomFile => "DICOM file",
            Self::DicomSeries => "DICOM series",
            Self::Audio => "audio file",
            Self::Timeseries => "time series",
            Self::Nifti => "NIfTI file",
            Self::PlainText => "text file",
            Self::Pdf => "PDF",
            Self::Scene => "scene",
        }
    }
}
