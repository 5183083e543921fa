//! The `dataItems` form: what an upload job's request carries, as the official SDK sends it
//! (`encord` 0.1.211, `orm/storage.py`, `DataUploadItems`): camelCase throughout, every list present.

use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::manifest::{item::Item, kind::Kind, media::Dialect};

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
pub(super) fn external_file_type(kind: Kind) -> &'static str {
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
pub(super) fn list_key(kind: Kind) -> &'static str {
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

/// One item as an element of its list. What is not known is left out, as the SDK does.
pub fn element(item: &Item) -> Value {
    let mut object = Map::new();
    let url = item.urls.first().map_or("", String::as_str);
    match item.kind {
        Kind::ImageGroup | Kind::ImageSequence => {
            object.insert("images".into(), frames(item));
            object.insert("createVideo".into(), (item.kind == Kind::ImageSequence).into());
        }
        Kind::DicomSeries => {
            object.insert("dicomFiles".into(), frames(item));
        }
        Kind::Scene => {
            let single = || json!({ "url": url, "format": scene_format(url) });
            object.insert("scene".into(), item.scene.clone().unwrap_or_else(single));
        }
        _ => {
            object.insert("objectUrl".into(), url.into());
        }
    }
    if !item.title.is_empty() {
        object.insert("title".into(), item.title.clone().into());
    }
    if let Some(media) = &item.media {
        object.insert(media.block().into(), media.value(Dialect::DataItems));
    }
    if let Some(settings) = &item.settings {
        object.insert("settings".into(), settings.clone());
    }
    object.insert("clientMetadata".into(), Value::Object(item.client_metadata.clone()));
    object.insert("externalFileType".into(), external_file_type(item.kind).into());
    Value::Object(object)
}

fn frames(item: &Item) -> Value {
    let frame = |(place, url): (usize, &String)| {
        let mut object = Map::from_iter([("url".to_owned(), Value::from(url.as_str()))]);
        if let Some(known) = item.frames.get(place) {
            object.extend(known.title.iter().map(|title| ("title".to_owned(), Value::from(title.as_str()))));
            let media = known.media.iter();
            object.extend(media.map(|media| (media.block().to_owned(), media.value(Dialect::DataItems))));
        }
        Value::Object(object)
    };
    item.urls.iter().enumerate().map(frame).collect()
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
