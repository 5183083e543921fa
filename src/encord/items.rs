//! The items of a storage folder, as far as telling them apart takes.

use serde::Deserialize;
use uuid::Uuid;

use crate::encord::{
    client::{Client, Request, flag, query},
    error::Error,
    folders::Page,
};

/// An item of a folder, of which no more is read than tells it from others.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedItem {
    /// The URL it was registered under, character by character; `None` for groups and series, which have none of their own.
    #[serde(default)]
    pub url: Option<String>,
}

impl Client {
    /// One page of the items right in a folder, oldest first, so that what is added meanwhile comes at the end. `page_token` is
    /// from the page before. `page_size` is kept within the 1 to 1000 that Encord takes. Errors: as for every call, see
    /// [`crate::encord::error::Kind`].
    pub async fn folder_items(
        &self,
        folder: Uuid,
        page_token: Option<&str>,
        page_size: u32,
    ) -> Result<Page<ListedItem>, Error> {
        let size = page_size.clamp(1, 1000).to_string();
        let parameters = query(&[
            ("isRecursive", Some(flag(false))),
            ("order", Some("createdAt")),
            ("desc", Some(flag(false))),
            ("pageToken", page_token),
            ("pageSize", Some(&size)),
            ("signUrls", Some(flag(false))),
            ("includeClientMetadata", Some(flag(false))),
            ("clientMetadataAsSignedUrl", Some(flag(false))),
        ]);
        self.send(Request::get("list the items of the folder", format!("storage/folders/{folder}/items?{parameters}")))
            .await
    }
}
