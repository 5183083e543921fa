//! Encord's storage folders: finding, reading and creating them.

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::encord::{
    client::{Client, Request, flag, query},
    error::{Error, Kind},
    retry::Call,
};

/// One page of a listing.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The entries, in Encord's order.
    pub results: Vec<T>,
    /// Goes into [`FolderQuery::page_token`] for the next page; `None` on the last.
    #[serde(default = "none", deserialize_with = "non_empty")]
    pub next_page_token: Option<String>,
}

/// Which folders to list, always by name upwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderQuery {
    /// Part of a name; `None` or empty for all.
    pub search: Option<String>,
    /// From the page before; `None` for the first.
    pub page_token: Option<String>,
    /// Entries a page, kept within the 1 to 1000 that Encord takes.
    pub page_size: u32,
    /// Folders at every depth instead of the direct children.
    pub recursive: bool,
}

impl Default for FolderQuery {
    fn default() -> Self {
        Self { search: None, page_token: None, page_size: 100, recursive: false }
    }
}

/// A storage folder. Fields that Encord left out are empty.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Folder {
    /// What the API calls it.
    pub uuid: Uuid,
    /// The folder it lies in; `None` at the top.
    #[serde(default)]
    pub parent: Option<Uuid>,
    /// Its name; siblings may share one.
    pub name: String,
    /// Free text.
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// Custom metadata, as the JSON text that Encord sends.
    #[serde(default)]
    pub client_metadata: Option<String>,
    /// Who owns it.
    #[serde(default, deserialize_with = "or_default")]
    pub owner: String,
    /// When it was made, in ISO 8601.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: String,
    /// What this login may do in it.
    #[serde(default, deserialize_with = "or_default")]
    pub user_role: Role,
    /// The folders from this one up to the top, as Encord sends them.
    #[serde(default, deserialize_with = "or_default")]
    pub path_to_root: Vec<PathElement>,
    /// What sort of folder it is.
    #[serde(default, deserialize_with = "or_default")]
    pub folder_type: FolderKind,
    /// The integration of a cloud-synced folder.
    #[serde(default)]
    pub integration_hash: Option<Uuid>,
    /// What a cloud-synced folder mirrors.
    #[serde(default)]
    pub remote_url: Option<String>,
}

/// One folder on the way to the top.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PathElement {
    /// What the API calls it.
    pub uuid: Uuid,
    /// The folder it lies in; `None` at the top.
    #[serde(default)]
    pub parent_uuid: Option<Uuid>,
    /// Its name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
}

/// What a login may do in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Role {
    /// Everything.
    Admin,
    /// Look and use.
    User,
    /// A role that this program does not know, as Encord spells it.
    Unknown(String),
}

impl Default for Role {
    fn default() -> Self {
        Self::Unknown(String::new())
    }
}

impl From<String> for Role {
    fn from(text: String) -> Self {
        match text.as_str() {
            "admin" => Self::Admin,
            "user" => Self::User,
            _ => Self::Unknown(text),
        }
    }
}

/// What sort of folder it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum FolderKind {
    /// An ordinary one, which data is registered in.
    Generic,
    /// A mirror of a place in cloud storage.
    CloudLinked,
    /// One that Encord made up.
    Synthetic,
    /// A sort that this program does not know, as Encord spells it.
    Unknown(String),
}

impl Default for FolderKind {
    fn default() -> Self {
        Self::Unknown(String::new())
    }
}

impl From<String> for FolderKind {
    fn from(text: String) -> Self {
        match text.as_str() {
            "generic" => Self::Generic,
            "cloudLinked" => Self::CloudLinked,
            "synthetic" => Self::Synthetic,
            _ => Self::Unknown(text),
        }
    }
}

/// A folder to be created.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewFolder {
    /// Its name.
    pub name: String,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The folder it will lie in; `None` for the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Uuid>,
    /// Custom metadata; on the wire it is JSON inside a text.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    pub client_metadata: Option<Map<String, Value>>,
    /// Makes it a mirror of a place in cloud storage.
    #[serde(rename = "cloudSyncedFolderParams", skip_serializing_if = "Option::is_none")]
    pub cloud_synced: Option<CloudSynced>,
}

/// What a cloud-synced folder mirrors. It cannot be changed later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CloudSynced {
    /// The integration that can read it.
    #[serde(rename = "integrationUuid")]
    pub integration: Uuid,
    /// `https://account.blob.core.windows.net/container/path/`, with the slash at its end.
    pub remote_url: String,
}

/// How much is in a folder. Counters that Encord left out are zero.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FolderSummary {
    /// Files.
    pub files: u64,
    /// Folders in it.
    pub folders: u64,
    /// Videos.
    pub videos: u64,
    /// Single images.
    pub images: u64,
    /// Image groups.
    pub image_groups: u64,
    /// Image sequences.
    pub image_sequences: u64,
    /// DICOM files.
    pub dicom_files: u64,
    /// DICOM series.
    pub dicom_series: u64,
    /// NIfTI volumes.
    pub niftis: u64,
    /// Audio files.
    pub audios: u64,
    /// PDF documents.
    pub pdfs: u64,
    /// Text documents.
    pub plain_texts: u64,
    /// Items whose file is gone.
    pub tombstones: u64,
    /// Upload jobs.
    pub upload_jobs: u64,
    /// The size of everything, in bytes and approximate.
    pub total_size: f64,
}

impl Client {
    /// The folders at the top. Errors: as for every call, see [`Kind`].
    pub async fn root_folders(&self, query: &FolderQuery) -> Result<Page<Folder>, Error> {
        self.send(Request::get("list the folders", format!("storage/folders?{}", parameters(query)))).await
    }

    /// The folders at any depth whose name holds [`FolderQuery::search`].
    pub async fn search_folders(&self, query: &FolderQuery) -> Result<Page<Folder>, Error> {
        self.send(Request::get("search the folders", format!("storage/search/folders?{}", parameters(query)))).await
    }

    /// The folders in a folder, or below it if [`FolderQuery::recursive`].
    pub async fn child_folders(&self, parent: Uuid, query: &FolderQuery) -> Result<Page<Folder>, Error> {
        let path = format!("storage/folders/{parent}/folders?{}", parameters(query));
        self.send(Request::get("list the folders in a folder", path)).await
    }

    /// One folder. Encord answers [`Kind::Forbidden`] for one that does not exist.
    pub async fn folder(&self, folder: Uuid) -> Result<Folder, Error> {
        self.send(Request::get("read the folder", format!("storage/folders/{folder}"))).await
    }

    /// Creates a folder. Sent again only if it surely never reached Encord; see [`Error::outcome_unknown`].
    pub async fn create_folder(&self, folder: &NewFolder) -> Result<Folder, Error> {
        const OPERATION: &str = "create the folder";
        let body =
            serde_json::to_vec(folder).map_err(|error| Error::unsent(Kind::Invalid, OPERATION, error.to_string()))?;
        self.send(Request::post(OPERATION, Call::Create, "storage/folders".to_owned(), Some(Bytes::from(body)))).await
    }

    /// How much is in a folder.
    pub async fn folder_summary(&self, folder: Uuid) -> Result<FolderSummary, Error> {
        self.send(Request::get("count what is in the folder", format!("storage/folders/{folder}/summary"))).await
    }
}

fn parameters(of: &FolderQuery) -> String {
    let size = of.page_size.clamp(1, 1000).to_string();
    query(&[
        ("search", of.search.as_deref().filter(|search| !search.is_empty())),
        ("isRecursive", Some(flag(of.recursive))),
        ("order", Some("name")),
        ("desc", Some(flag(false))),
        ("pageToken", of.page_token.as_deref()),
        ("pageSize", Some(&size)),
    ])
}

/// Reads `null` as the empty value.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

fn none() -> Option<String> {
    None
}

fn non_empty<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.filter(|token| !token.is_empty()))
}

fn as_text<S: serde::Serializer>(map: &Option<Map<String, Value>>, to: S) -> Result<S::Ok, S::Error> {
    match map {
        Some(map) => to.serialize_str(&serde_json::to_string(map).map_err(serde::ser::Error::custom)?),
        None => to.serialize_none(),
    }
}
