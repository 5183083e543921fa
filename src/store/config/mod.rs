//! The config file: what an import is made of, without any secret. `config.example.toml` explains every key.

mod edit;
mod files;
mod folder;
mod load;
mod place;
pub mod saved;
pub mod synced;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use url::Url;
use uuid::Uuid;

use crate::{
    access::endpoint,
    manifest::{
        Kind,
        batch::Limits,
        data_items::JobOptions,
        filter::FilterTexts,
        rules::{GroupText, RuleTexts},
    },
    schema::KeyType,
};

pub use edit::{fresh, merge};
pub use files::read_schema_file;
pub use load::{ConfigError, find, load, load_text, parse, saved};

/// A whole config, version 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Always 1.
    pub version: u32,
    /// Where Encord is and who we are there.
    #[serde(default)]
    pub encord: Encord,
    /// Where the blobs are.
    #[serde(default)]
    pub azure: Azure,
    /// What the organisation's metadata schema has to hold.
    #[serde(default, serialize_with = "as_written")]
    pub schema: Schema,
    /// What becomes an item.
    #[serde(default)]
    pub manifest: Manifest,
    /// Where the items go in Encord.
    #[serde(default)]
    pub folder: Folder,
    /// How they are sent.
    #[serde(default)]
    pub upload: Upload,
    /// What is good to know of a config that is sound, in sentences: old names of types and the like.
    #[serde(skip)]
    pub advice: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            version: 1,
            encord: Encord::default(),
            azure: Azure::default(),
            schema: Schema::default(),
            manifest: Manifest::default(),
            folder: Folder::default(),
            upload: Upload::default(),
            advice: Vec::new(),
        }
    }
}

/// `[encord]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Encord {
    /// The API's address: EU by default, `https://api.us.encord.com` for the US.
    pub domain: String,
    /// An OpenSSH private key of the Ed25519 kind; without it `ENCORD_SSH_KEY_FILE` or `ENCORD_SSH_KEY`.
    pub ssh_key_file: Option<String>,
    /// The environment variable that holds a bearer token, instead of a key.
    pub bearer_token_env: Option<String>,
    /// The cloud integration, by title or UUID.
    pub integration: Option<String>,
    /// Whether the integration is set to strict client-only access: Encord signs URLs but never reads the files itself.
    pub strict_client_only: bool,
    /// The origins from which browsers read the files; empty for those that belong to the API's address.
    pub browser_origins: Vec<String>,
}

impl Encord {
    /// The origins from which browsers must be able to read the files.
    pub fn origins(&self) -> Vec<String> {
        match self.browser_origins.is_empty() {
            true => crate::access::region::origins(&self.domain),
            false => self.browser_origins.clone(),
        }
    }
}

impl Default for Encord {
    fn default() -> Self {
        Encord {
            domain: "https://api.encord.com".into(),
            ssh_key_file: None,
            bearer_token_env: None,
            integration: None,
            strict_client_only: false,
            browser_origins: Vec::new(),
        }
    }
}

/// How this program signs in to the storage account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthKind {
    /// Entra ID: `az login` and its like, environment, managed or workload identity.
    #[default]
    Entra,
    /// A shared access signature.
    Sas,
    /// One of the account's two keys, or a connection string that holds one.
    AccountKey,
    /// None: the container is public.
    Anonymous,
}

/// `[azure]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Azure {
    /// The storage account's name.
    pub account: Option<String>,
    /// The container.
    pub container: String,
    /// The account's URL where it is not `https://ACCOUNT.blob.core.windows.net`.
    pub endpoint: Option<Url>,
    /// The account's URL as Encord is to see it, where that differs.
    pub object_url_base: Option<Url>,
    /// How to sign in; where it is not said, what else is named tells.
    pub auth: Option<AuthKind>,
    /// The environment variable that holds the SAS token or SAS URL.
    pub sas_token_env: Option<String>,
    /// The file that holds the SAS token or SAS URL.
    pub sas_token_file: Option<String>,
    /// The environment variable that holds the account key or connection string.
    pub account_key_env: Option<String>,
    /// The file that holds the account key or connection string.
    pub account_key_file: Option<String>,
}

impl Azure {
    /// How to sign in: as set, else by what is named, else with Entra ID.
    pub fn auth_kind(&self) -> AuthKind {
        let sas = self.sas_token_env.is_some() || self.sas_token_file.is_some();
        let key = self.account_key_env.is_some() || self.account_key_file.is_some();
        self.auth.unwrap_or(match (sas, key) {
            (true, _) => AuthKind::Sas,
            (false, true) => AuthKind::AccountKey,
            (false, false) => AuthKind::Entra,
        })
    }

    /// The account's URL, without a final `/`; `None` while neither account nor endpoint is set. An endpoint of the Data Lake
    /// service is turned into that of the Blob service, which is another door to the same files.
    pub fn account_url(&self) -> Option<String> {
        match (&self.endpoint, &self.account) {
            (Some(endpoint), _) => Some(endpoint::as_blob(endpoint).as_str().trim_end_matches('/').to_owned()),
            (None, Some(account)) if !account.is_empty() => Some(format!("https://{account}.blob.core.windows.net")),
            _ => None,
        }
    }

    /// The account's name, as set or as its address tells it.
    pub fn account_name(&self) -> Option<String> {
        let named = self.account.clone().filter(|name| !name.is_empty());
        named.or_else(|| self.endpoint.as_ref().and_then(endpoint::account_name))
    }

    /// The account's URL as Encord sees it, without a final `/`.
    pub fn object_base(&self) -> Option<String> {
        match &self.object_url_base {
            Some(base) => Some(endpoint::as_blob(base).as_str().trim_end_matches('/').to_owned()),
            None => self.account_url(),
        }
    }

    /// The container's URL as Encord sees it, without a final `/`; `None` where account or container is not set.
    pub fn container_url(&self) -> Option<String> {
        let base = self.object_base().filter(|_| !self.container.is_empty())?;
        Some(format!("{base}/{}", self.container))
    }
}

/// `[schema]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schema {
    /// Leaves the schema alone: it is neither read nor changed, and metadata is sent as it is, unchecked.
    pub skip: bool,
    /// Whether metadata values are changed to fit their key's type, where they can only be meant one way.
    pub coerce: bool,
    /// A file with further keys: JSON as Encord writes a schema, or TOML as under `[schema.keys]`, which goes before it. Looked for
    /// beside the config when it is loaded, as are the files of the manifest.
    pub file: Option<String>,
    /// The keys that the import needs, with their types; once loaded, with those of the file.
    pub keys: BTreeMap<String, KeyType>,
    /// Those of them that only the file has. They are not written with a config.
    #[serde(skip)]
    pub of_file: BTreeMap<String, KeyType>,
}

/// A schema as its owner wrote it: without the keys that the file brings in anyway.
fn as_written<S: Serializer>(schema: &Schema, serializer: S) -> Result<S::Ok, S::Error> {
    let mut written = schema.clone();
    written.keys.retain(|key, key_type| schema.of_file.get(key) != Some(key_type));
    written.serialize(serializer)
}

/// `[[manifest.types]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeRule {
    /// A glob over the blob's whole name.
    #[serde(rename = "match")]
    pub pattern: String,
    /// What such blobs are.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// For time series: how they are shown, as Encord writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Map<String, Value>>,
}

/// `[[manifest.groups]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupRule {
    /// `image-group`, `image-sequence`, `dicom-series` or `scene`.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// A glob over the blob's whole name.
    #[serde(rename = "match")]
    pub pattern: String,
    /// `directory`, a regular expression whose captures make the group's key, `column:NAME` of the metadata table, or for DICOM
    /// `series-uid`.
    pub by: String,
    /// For scenes: the streams, each with a glob over the end of a blob's name, from any folder on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub streams: BTreeMap<String, String>,
    /// For scenes: `index`, or a regular expression over the blob's whole name that catches `time`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamps: Option<String>,
    /// For scenes: a JSON file with what goes into the streams besides files: cameras, poses, frames of reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cameras: Option<String>,
}

/// `[manifest.metadata]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Metadata {
    /// A pattern over the blob's whole name.
    pub path: Option<String>,
    /// A CSV or JSON Lines file with metadata, a row for each item.
    pub table: Option<String>,
    /// What of an item a row of the table names.
    pub join: Join,
    /// The end of the names of the files that lie beside the blobs and hold their metadata.
    pub sidecar: Option<String>,
    /// Whether the blobs' own metadata headers become client metadata.
    pub blob_metadata: bool,
    /// Whether the blobs' index tags become client metadata.
    pub index_tags: bool,
    /// Metadata that every item gets.
    pub constants: Map<String, Value>,
}

/// What of an item a row of the metadata table names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Join {
    /// The blob's whole name; a group's key.
    #[default]
    Name,
    /// The title in Encord.
    Title,
    /// The object URL.
    Url,
}

/// Whether media metadata is read from the blobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Probe {
    /// Where strict client-only access makes it mandatory.
    #[default]
    WhenRequired,
    /// Of every item that may have it.
    Always,
    /// Never.
    Never,
}

/// What was there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Since {
    /// Only what is new or changed since the last run of this config.
    LastRun,
}

/// Where the manifest comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A listing of the container.
    #[default]
    Container,
    /// A file: Encord's JSON in either dialect, CSV, JSON Lines, or a list of URLs.
    File,
    /// Azure's own inventory reports.
    Inventory,
}

/// `[manifest]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Manifest {
    /// Where it comes from.
    pub source: Source,
    /// The file, or the directory of the inventory reports: on this machine, or in Azure as `CONTAINER/PATH/`.
    pub file: Option<String>,
    /// The prefixes to list; none means the whole container.
    pub prefixes: Vec<String>,
    /// Globs of which one must match.
    pub include: Vec<String>,
    /// Globs of which none may match.
    pub exclude: Vec<String>,
    /// Only blobs of at least so many bytes.
    pub min_size: Option<u64>,
    /// Only blobs of at most so many bytes.
    pub max_size: Option<u64>,
    /// Only blobs that were changed at this time or later: a date or a time as ISO 8601.
    pub modified_from: Option<String>,
    /// Only blobs that were changed before this time.
    pub modified_before: Option<String>,
    /// Only blobs in these access tiers, such as `Hot`; empty for all that can be read.
    pub tiers: Vec<String>,
    /// Only what was not there before.
    pub since: Option<Since>,
    /// Whether media metadata is read from the blobs.
    pub probe_media: Probe,
    /// Types by rule.
    pub types: Vec<TypeRule>,
    /// Groups by rule.
    pub groups: Vec<GroupRule>,
    /// Client metadata.
    pub metadata: Metadata,
}

impl Manifest {
    /// Why this cannot be carried out with its source: what only a listing can tell, asked for of a file that names its items itself.
    /// A sentence or two with the remedy; `None` where nothing is wrong.
    pub fn source_fault(&self) -> Option<String> {
        if self.source != Source::File {
            return None;
        }
        if self.since.is_some() {
            return Some(
                "[manifest] since = \"last-run\" does not go with source = \"file\": a file does not say whether its blobs have \
                 changed. Take since out, or use the source \"container\" or \"inventory\"."
                    .into(),
            );
        }
        let metadata = &self.metadata;
        let cannot = [
            (!self.groups.is_empty(), "[[manifest.groups]]", "a file says itself which files are a group"),
            (metadata.sidecar.is_some(), "[manifest.metadata] sidecar", "nothing beside the blobs is looked for"),
            (metadata.blob_metadata, "[manifest.metadata] blob_metadata", "the blobs are not listed"),
            (metadata.index_tags, "[manifest.metadata] index_tags", "the blobs are not listed"),
            (self.min_size.is_some(), "[manifest] min_size", "a file does not say how large the blobs are"),
            (self.max_size.is_some(), "[manifest] max_size", "a file does not say how large the blobs are"),
            (self.modified_from.is_some(), "[manifest] modified_from", "a file does not say when the blobs changed"),
            (
                self.modified_before.is_some(),
                "[manifest] modified_before",
                "a file does not say when the blobs changed",
            ),
            (!self.tiers.is_empty(), "[manifest] tiers", "a file does not say in which access tier the blobs are"),
        ];
        let (_, key, why) = cannot.into_iter().find(|(is_asked, ..)| *is_asked)?;
        Some(format!(
            "{key} does not go with source = \"file\": {why}. Take it out, or use the source \"container\" or \"inventory\"."
        ))
    }

    /// The rules of the domain. What they say in files of their own is not in them yet.
    pub fn rules(&self) -> RuleTexts {
        RuleTexts {
            include: self.include.clone(),
            exclude: self.exclude.clone(),
            filter: FilterTexts {
                min_size: self.min_size,
                max_size: self.max_size,
                modified_from: self.modified_from.clone(),
                modified_before: self.modified_before.clone(),
                tiers: self.tiers.clone(),
            },
            types: self.types.iter().map(|rule| (rule.pattern.clone(), rule.kind)).collect(),
            settings: self
                .types
                .iter()
                .filter_map(|rule| Some((rule.pattern.clone(), Value::Object(rule.settings.clone()?))))
                .collect(),
            groups: self
                .groups
                .iter()
                .map(|rule| GroupText {
                    streams: rule.streams.clone().into_iter().collect(),
                    timestamps: rule.timestamps.clone(),
                    ..GroupText::new(rule.kind, &rule.pattern, &rule.by)
                })
                .collect(),
            path: self.metadata.path.clone(),
            constants: self.metadata.constants.clone(),
            sidecar: self.metadata.sidecar.clone(),
            second_pass: false,
        }
    }
}

/// `[folder]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Folder {
    /// The folder's path from the root, such as `Raw/2026`; what is missing is created. Blanks around names are dropped, so that a
    /// folder whose name begins or ends with one, or holds a `/`, is named by its UUID.
    pub path: Option<String>,
    /// An existing folder.
    pub uuid: Option<Uuid>,
    /// The description of a folder that is created.
    pub description: Option<String>,
    /// Client metadata of a folder that is created: any JSON but dates and times, which JSON does not have.
    pub metadata: Map<String, Value>,
    /// The folder mirrors the container, or the one prefix in it that the manifest names: Encord lists it by itself and keeps to it.
    pub cloud_synced: bool,
}

/// `[upload]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Upload {
    /// Go on when single files fail.
    pub ignore_individual_file_errors: bool,
    /// Leave alone what the folder already holds under the same URL.
    pub skip_duplicate_urls: bool,
    /// Update the metadata of what is already there.
    pub upsert_metadata: bool,
    /// Most videos in a job.
    pub videos_per_job: u64,
    /// Most other items in a job.
    pub images_per_job: u64,
    /// Jobs that Encord works on at the same time.
    pub jobs_in_flight: usize,
}

impl Default for Upload {
    fn default() -> Self {
        let limits = Limits::default();
        Upload {
            ignore_individual_file_errors: true,
            skip_duplicate_urls: true,
            upsert_metadata: false,
            videos_per_job: limits.videos_per_job,
            images_per_job: limits.images_per_job,
            jobs_in_flight: 2,
        }
    }
}

impl Upload {
    /// How the manifest is cut.
    pub fn limits(&self) -> Limits {
        Limits { videos_per_job: self.videos_per_job, images_per_job: self.images_per_job }
    }

    /// The options of every job.
    pub fn options(&self) -> JobOptions {
        JobOptions {
            ignore_errors: self.ignore_individual_file_errors,
            skip_duplicate_urls: self.skip_duplicate_urls,
            upsert_metadata: self.upsert_metadata,
        }
    }
}
