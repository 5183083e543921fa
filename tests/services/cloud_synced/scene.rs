//! A container in Azurite, an Encord that lists and reads it with a token of its own, and a config that mirrors it.

use std::{process::Command, sync::Arc};

use azure_to_encord::demo::encord::{Pace, StorageAccess, StoredFolder};
use reqwest::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

use crate::support::{
    azurite::{Azurite, Blob},
    config::ConfigText,
    encord::{Encord, INTEGRATION},
    program::program,
};

/// The folder that the configs name.
pub(crate) const FOLDER: &str = "Mirrors/Site A";
/// What it mirrors, with what a URL must encode.
pub(crate) const PREFIX: &str = "site a/é#1/";
pub(crate) const ENCODED_PREFIX: &str = "site%20a/%C3%A9%231/";
/// In minutes; nothing warns of the end of such a token.
const YEAR: i64 = 366 * 24 * 60;
const TOKEN: &str = "SYNC_TEST_SAS";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01";

pub(crate) struct Scene {
    pub(crate) encord: Encord,
    pub(crate) config: ConfigText,
    pub(crate) container_url: String,
    container: String,
    /// The program's token, and one that removes.
    tokens: [SecretString; 2],
    home: TempDir,
    azurite: Arc<Azurite>,
}

/// So many images below the prefix.
pub(crate) fn images(count: usize) -> Vec<Blob> {
    (0..count).map(|number| image(&format!("cam{}/frame_{number:04}.jpg", number % 3))).collect()
}

/// An image below the prefix.
pub(crate) fn image(name: &str) -> Blob {
    Blob::new(format!("{PREFIX}{name}"), JPEG)
}

impl Scene {
    /// `permissions` are those of Encord's integration.
    pub(crate) async fn set(container: &str, blobs: &[Blob], permissions: &str, pace: Pace) -> Scene {
        let azurite = Azurite::shared();
        azurite.fill(container, false, blobs);
        let mut tokens = azurite.tokens(&[("rl", YEAR), ("d", YEAR), (permissions, YEAR)]);
        let storage = StorageAccess { base_url: azurite.account_url().clone(), sas: tokens.pop() };
        let encord = Encord::start(Some(storage), pace).await;
        let config = ConfigText::default()
            .text("encord", "domain", encord.recorder.url())
            .text("encord", "ssh_key_file", encord.key_file().to_str().unwrap())
            .text("encord", "integration", INTEGRATION)
            .text("azure", "endpoint", azurite.account_url())
            .text("azure", "container", container)
            .text("azure", "sas_token_env", TOKEN)
            .raw("manifest", "prefixes", &toml::Value::from(vec![PREFIX]).to_string())
            .text("folder", "path", FOLDER)
            .raw("folder", "cloud_synced", "true");
        let tokens = tokens.try_into().unwrap();
        let container_url = format!("{}/{container}", azurite.account_url());
        let home = tempfile::tempdir().unwrap();
        Scene { encord, config, container_url, container: container.to_owned(), tokens, home, azurite }
    }

    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = program(self.home.path(), arguments);
        command.env(TOKEN, self.tokens[0].expose_secret());
        command
    }

    /// `run CONFIG` with flags.
    pub(crate) fn run(&self, flags: &[&str]) -> Command {
        let config = self.config.write(self.home.path(), "site.toml");
        let mut arguments = vec!["run", config.to_str().unwrap()];
        arguments.extend(flags);
        self.program(&arguments)
    }

    pub(crate) fn remote_url(&self) -> String {
        format!("{}/{ENCODED_PREFIX}", self.container_url)
    }

    pub(crate) fn put(&self, blobs: &[Blob]) {
        self.azurite.fill(&self.container, false, blobs);
    }

    /// Removes a blob below the prefix.
    pub(crate) async fn remove(&self, name: &str) {
        let mut url = Url::parse(&format!("{}{name}", self.remote_url())).unwrap();
        url.set_query(Some(self.tokens[1].expose_secret().trim_start_matches('?')));
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.delete(url).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    /// Asks Encord behind the program's back.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.request(method, format!("{}/v2/public/{path}", self.encord.server.url()));
        let request = request.bearer_auth(self.encord.bearer_token());
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        answer.json().await.unwrap()
    }

    /// Every folder of the destination's last name.
    pub(crate) fn folders(&self) -> Vec<StoredFolder> {
        let name = FOLDER.rsplit('/').next().unwrap();
        self.encord.server.folders().into_iter().filter(|folder| folder.name == name).collect()
    }

    pub(crate) fn folder(&self) -> Uuid {
        let found = self.folders();
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].uuid
    }

    /// How often Encord was asked to sync.
    pub(crate) fn syncs(&self) -> usize {
        let requests = self.encord.recorder.requests();
        requests.iter().filter(|request| request.ends_with("/cloud-synced-folder-syncs")).count()
    }

    /// The names of the items that are there, and of those whose file is gone.
    pub(crate) fn items(&self) -> (Vec<String>, Vec<String>) {
        let items = self.encord.items(FOLDER);
        let (gone, there): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.tombstone);
        let names = |items: Vec<azure_to_encord::demo::encord::RegisteredItem>| {
            let mut names: Vec<String> = items.into_iter().map(|item| item.name).collect();
            names.sort();
            names
        };
        (names(there), names(gone))
    }
}
