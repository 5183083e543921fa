//! What strict client-only access asks of a manifest: Encord signs URLs then, but never reads the files itself.
//!
//! Source: Encord's guide to cloud integrations, "Strict client-only access": nothing that needs conversion is available, and
//! `videoMetadata`, `imageMetadata` and `audioMetadata` are mandatory.

use crate::manifest::{
    finding::{Code, Finding, Origin},
    item::Item,
    kind::Kind,
};

/// Why an item cannot be registered under strict client-only access; `None` if it can.
pub(super) fn fault(item: &Item, origin: &Origin<'_>) -> Option<Finding> {
    match item.kind {
        Kind::ImageSequence => Some(Finding::at(
            Code::StrictSequence,
            origin,
            "image sequences are made on Encord's servers, which strict client-only access forbids",
        )),
        Kind::Video | Kind::Image | Kind::ImageGroup | Kind::Audio if !item.has_media() => Some(Finding::at(
            Code::StrictMediaMetadata,
            origin,
            "under strict client-only access Encord does not read the files, so every image, video and audio item must \
             bring its media metadata, and this one has none",
        )),
        Kind::Video
        | Kind::Image
        | Kind::ImageGroup
        | Kind::Audio
        | Kind::DicomSeries
        | Kind::Text
        | Kind::Pdf
        | Kind::Nifti
        | Kind::Scene
        | Kind::TimeSeries => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::item::tests::item;

    #[test]
    fn only_what_encord_would_have_to_read_or_make_is_at_fault() {
        let of = |code: Option<Code>| {
            let kinds = Kind::ALL.into_iter();
            kinds
                .filter(|kind| {
                    fault(&item(*kind, &["https://u/x"]), &Origin::blob("x")).map(|finding| finding.code) == code
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(of(Some(Code::StrictSequence)), [Kind::ImageSequence]);
        let without = [Kind::Video, Kind::Image, Kind::ImageGroup, Kind::Audio];
        assert_eq!(of(Some(Code::StrictMediaMetadata)), without);
        assert!(of(None).contains(&Kind::DicomSeries) && of(None).contains(&Kind::Pdf));
    }
}
