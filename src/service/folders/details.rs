//! One folder looked at closely.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    encord::folders::FolderSummary,
    error::UserError,
    service::{
        folders::{path_of, role, unreadable},
        session::Session,
    },
    wizard::destination::{FolderCounts, FolderDetails, FolderRef},
};

/// Reads one folder with what is in it. The counts are a help for the eye: where Encord does not tell them, the rest stands.
pub(crate) async fn details(session: &Session, folder: Uuid) -> Result<FolderDetails, UserError> {
    let client = session.client()?;
    let (found, summary) = tokio::join!(client.folder(folder), client.folder_summary(folder));
    let found =
        found.map_err(|error| unreadable(&error, folder, format!("The folder {folder} cannot be looked at.")))?;
    Ok(FolderDetails {
        folder: FolderRef { uuid: folder, path: path_of(&found) },
        role: role(&found.user_role),
        metadata: metadata(found.client_metadata.as_deref()),
        description: found.description,
        owner: found.owner,
        created_at: found.created_at,
        remote_url: found.remote_url,
        counts: summary.ok().as_ref().map(counts),
    })
}

/// Client metadata as Encord sends it, JSON in a text. What is no JSON object was not written by any of Encord's clients and is
/// not worth an error here.
fn metadata(text: Option<&str>) -> Map<String, Value> {
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

fn counts(summary: &FolderSummary) -> FolderCounts {
    let kinds = [
        ("videos", summary.videos),
        ("images", summary.images),
        ("image groups", summary.image_groups),
        ("image sequences", summary.image_sequences),
        ("DICOM series", summary.dicom_series),
        ("NIfTI", summary.niftis),
        ("audio files", summary.audios),
        ("PDF documents", summary.pdfs),
        ("text files", summary.plain_texts),
    ];
    // A series' files are told besides the series; scenes are not told by themselves.
    let told: u64 = kinds.iter().map(|(_, count)| count).sum();
    let others = [("others", summary.files.saturating_sub(told))];
    FolderCounts {
        items: summary.files,
        folders: summary.folders,
        by_kind: kinds.into_iter().chain(others).filter(|(_, count)| *count > 0).collect::<BTreeMap<_, _>>(),
        tombstones: summary.tombstones,
        // Saturates, and makes 0 of what is no number.
        bytes: summary.total_size as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_that_are_not_there_are_left_out_and_sizes_saturate() {
        let summary = FolderSummary { files: 7, images: 4, dicom_series: 3, total_size: -1.0, ..Default::default() };
        let told = counts(&summary);
        assert_eq!(told.by_kind, BTreeMap::from([("images", 4), ("DICOM series", 3)]));
        assert_eq!((told.items, told.bytes), (7, 0));
        assert_eq!(counts(&FolderSummary { total_size: 1e300, ..Default::default() }).bytes, u64::MAX);
    }

    #[test]
    fn metadata_that_is_no_object_is_none() {
        for text in [None, Some(""), Some("{"), Some("[1]"), Some("null"), Some("\"a\"")] {
            assert!(metadata(text).is_empty(), "{text:?}");
        }
        assert_eq!(Value::Object(metadata(Some("{\"a\": {\"b\": null}}"))), serde_json::json!({"a": {"b": null}}));
    }
}
