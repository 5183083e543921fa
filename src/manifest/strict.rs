//! What strict client-only access asks of a manifest: Encord signs URLs then, but never reads the files itself.
//!
//! Source: Encord's guide to cloud integrations, "Strict client-only access": nothing that needs conversion is available, and
//! `videoMetadata`, `imageMetadata` and `audioMetadata` are mandatory.

use serde::{Deserialize, Serialize};

use super::Kind;

/// Why an item cannot be registered under strict client-only access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StrictFault {
    /// It is an image sequence.
    Sequence,
    /// It needs media metadata and has none.
    NoMediaMetadata,
}

impl StrictFault {
    /// What is wrong with an item of this kind that comes without media metadata.
    pub fn of(kind: Kind) -> Option<StrictFault> {
        match kind {
            Kind::ImageSequence => Some(StrictFault::Sequence),
            Kind::Video | Kind::Image | Kind::ImageGroup | Kind::Audio => Some(StrictFault::NoMediaMetadata),
            Kind::DicomSeries | Kind::Text | Kind::Pdf | Kind::Nifti | Kind::Scene | Kind::TimeSeries => None,
        }
    }

    /// A stable code for JSON events.
    pub fn code(self) -> &'static str {
        match self {
            StrictFault::Sequence => "strict.sequence",
            StrictFault::NoMediaMetadata => "strict.media-metadata",
        }
    }

    /// Why it is in the way.
    pub fn reason(self) -> &'static str {
        match self {
            StrictFault::Sequence => {
                "image sequences are made on Encord's servers, which strict client-only access forbids"
            }
            StrictFault::NoMediaMetadata => {
                "under strict client-only access Encord does not read the files, so every image, video and audio item must \
                 bring its media metadata, and a listing has none"
            }
        }
    }

    /// What the user can do about it.
    pub fn advice(self) -> &'static str {
        match self {
            StrictFault::Sequence => {
                "Register the files as an image-group instead, or leave them out with [manifest] exclude."
            }
            StrictFault::NoMediaMetadata => {
                "This version cannot supply media metadata: leave such files out with [manifest] exclude, or switch strict \
                 client-only access off, in the integration in Encord and with strict_client_only = false under [encord]."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_encord_would_have_to_read_or_make_is_at_fault() {
        let of = |fault| Kind::ALL.into_iter().filter(|kind| StrictFault::of(*kind) == fault).collect::<Vec<_>>();
        assert_eq!(of(Some(StrictFault::Sequence)), [Kind::ImageSequence]);
        assert_eq!(of(Some(StrictFault::NoMediaMetadata)), [Kind::Video, Kind::Image, Kind::ImageGroup, Kind::Audio]);
        assert!(of(None).contains(&Kind::DicomSeries) && of(None).contains(&Kind::Pdf));
    }
}
