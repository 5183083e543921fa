//! The config file: what an import is made of, without any secret. `config.example.toml` explains every key.

pub(crate) mod azure;
mod check;
pub(crate) mod edit;
pub(crate) mod encord;
pub(crate) mod error;
pub(crate) mod folder;
pub(crate) mod keys;
pub(crate) mod manifest;
pub(crate) mod name;
pub(crate) mod nearest;
pub(crate) mod parse;
mod place;
mod schema;
pub mod synced;
pub(crate) mod upload;

use serde::{Deserialize, Serialize};

pub use azure::{AuthKind, Azure};
pub use edit::{merge, template};
pub use encord::Encord;
pub use error::ConfigError;
pub use folder::Folder;
pub use manifest::{GroupRule, Join, Manifest, Metadata, Probe, Since, Source, TypeRule};
pub use parse::parse;
pub use schema::Schema;
pub use upload::Upload;

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
    #[serde(default, serialize_with = "schema::as_written")]
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
