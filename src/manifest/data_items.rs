//! The `dataItems` form: what an upload job's request carries, as the official SDK sends it
//! (`encord` 0.1.211, `orm/storage.py`, `DataUploadItems`): camelCase throughout, every list present.

use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Item, Kind};

/// The options of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct JobOptions {
    /// Go on when a file fails, and report it; otherwise the first failure ends the job.
    pub ignore_errors: bool,
    /// Leave alone what is already registered in the folder under the same URL.
    pub skip_duplicate_urls: bool,
    /// Update the client metadata of what is already registered; has no effect without `skip_duplicate_urls`.
    pub upsert_metadata: bool,
}

/// The `externalFileType` that goes with each kind.
fn external_file_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Video => "VIDEO",
        Kind::Image => "IMAGE",
        Kind::ImageGroup | Kind::ImageSequence => "IMG_GROUP",
        Kind::DicomSeries => "DICOM",
        Kind::Audio => "AUDIO",
        Kind::Text => "PLAIN_TEXT",
        Kind::Pdf => "PDF",
        Kind::Nifti => "NIFTI",
        Kind::Scene => "SCENE",
        Kind::TimeSeries => "TIMESERIES",
    }
}

/// The list of `dataItems` in which items of a kind go.
fn list_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Video => "videos",
        Kind::Image => "images",
        Kind::ImageGroup | Kind::ImageSequence => "imageGroups",
        Kind::DicomSeries => "dicomSeries",
        Kind::Audio => "audio",
        Kind::Text => "text",
        Kind::Pdf => "pdf",
        Kind::Nifti => "nifti",
        Kind::Scene => "scenes",
        Kind::TimeSeries => "timeSeries",
    }
}

/// In the SDK's order.
const LISTS: [&str; 11] = [
    "videos",
    "imageGroups",
    "dicomSeries",
    "images",
    "imageGroupsFromItems",
    "audio",
    "timeSeries",
    "nifti",
    "text",
    "pdf",
    "scenes",
];

/// The format that Encord is told for a point cloud, from its URL's extension.
pub(crate) fn scene_format(url: &str) -> String {
    url.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
}

fn element(item: &Item) -> Value {
    let metadata = Value::Object(item.client_metadata.clone());
    let kind = external_file_type(item.kind);
    let frames = || item.urls.iter().map(|url| json!({ "url": url })).collect::<Vec<_>>();
    let url = item.urls.first().map_or("", String::as_str);
    match item.kind {
        Kind::ImageGroup | Kind::ImageSequence => json!({
            "images": frames(),
            "title": item.title,
            "clientMetadata": metadata,
            "createVideo": item.kind == Kind::ImageSequence,
            "externalFileType": kind,
        }),
        Kind::DicomSeries => json!({
            "dicomFiles": frames(), "title": item.title, "clientMetadata": metadata, "externalFileType": kind,
        }),
        Kind::Scene => json!({
            "title": item.title,
            "scene": { "url": url, "format": scene_format(url) },
            "clientMetadata": metadata,
            "externalFileType": kind,
        }),
        _ => json!({ "objectUrl": url, "title": item.title, "clientMetadata": metadata, "externalFileType": kind }),
    }
}

/// The body that starts an upload job.
///
/// # Errors
/// None in practice: everything in an item can be written as JSON.
pub fn job_body<'a>(
    items: impl IntoIterator<Item = &'a Item>,
    integration: Uuid,
    options: JobOptions,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut lists: Map<String, Value> = LISTS.iter().map(|key| ((*key).to_owned(), Value::Array(Vec::new()))).collect();
    for item in items {
        if let Some(Value::Array(list)) = lists.get_mut(list_key(item.kind)) {
            list.push(element(item));
        }
    }
    lists.insert("skipDuplicateUrls".into(), options.skip_duplicate_urls.into());
    lists.insert("upsertMetadata".into(), options.upsert_metadata.into());
    serde_json::to_vec(&json!({
        "dataItems": lists,
        "integrationHash": integration,
        "ignoreErrors": options.ignore_errors,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::item::tests::item;

    #[test]
    fn every_kind_goes_where_the_sdk_puts_it() {
        let items: Vec<Item> = Kind::ALL
            .into_iter()
            .map(|kind| {
                if kind.is_group() {
                    item(kind, &["https://u/1", "https://u/2"])
                } else {
                    item(kind, &["https://u/a.PCD"])
                }
            })
            .collect();
        let options = JobOptions { ignore_errors: true, skip_duplicate_urls: true, upsert_metadata: false };
        let body: Value = serde_json::from_slice(&job_body(&items, Uuid::nil(), options).unwrap()).unwrap();
        assert_eq!(body["ignoreErrors"], true);
        assert_eq!(body["integrationHash"], "00000000-0000-0000-0000-000000000000");
        let data = &body["dataItems"];
        assert_eq!(data["skipDuplicateUrls"], true);
        assert_eq!(data["upsertMetadata"], false);
        assert_eq!(
            data["videos"][0],
            json!({"objectUrl": "https://u/a.PCD", "title": "t", "clientMetadata": {}, "externalFileType": "VIDEO"})
        );
        assert_eq!(data["imageGroups"][0]["createVideo"], false);
        assert_eq!(data["imageGroups"][1]["createVideo"], true);
        assert_eq!(data["imageGroups"][0]["images"], json!([{"url": "https://u/1"}, {"url": "https://u/2"}]));
        assert_eq!(data["dicomSeries"][0]["dicomFiles"][1], json!({"url": "https://u/2"}));
        assert_eq!(data["scenes"][0]["scene"], json!({"url": "https://u/a.PCD", "format": "pcd"}));
        for list in ["images", "audio", "timeSeries", "nifti", "text", "pdf"] {
            assert_eq!(data[list].as_array().unwrap().len(), 1, "{list}");
        }
        assert_eq!(data["imageGroupsFromItems"], json!([]));
    }
}
