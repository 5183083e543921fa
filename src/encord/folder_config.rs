//! The configuration of a folder, which for a cloud-synced folder says whether files of metadata are read.

use bytes::Bytes;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::encord::{
    client::{Client, Request},
    error::{Error, Kind},
    retry::Call,
};

impl Client {
    /// A folder's whole configuration, with the keys that this program does not know.
    pub async fn folder_config(&self, folder: Uuid) -> Result<Map<String, Value>, Error> {
        let request = Request::get("read the folder's configuration", path(folder));
        let config: Option<Map<String, Value>> = self.send(request).await?;
        Ok(config.unwrap_or_default())
    }

    /// Replaces a folder's configuration whole: what `config` leaves out is gone. Needs the role of an admin in the folder.
    pub async fn set_folder_config(&self, folder: Uuid, config: &Map<String, Value>) -> Result<(), Error> {
        const OPERATION: &str = "change the folder's configuration";
        let body =
            serde_json::to_vec(config).map_err(|error| Error::unsent(Kind::Invalid, OPERATION, error.to_string()))?;
        let request = Request::post(OPERATION, Call::Idempotent, path(folder), Some(Bytes::from(body)));
        let _: IgnoredAny = self.send(request).await?;
        Ok(())
    }
}

fn path(folder: Uuid) -> String {
    format!("storage/folders/{folder}/folder-config")
}
