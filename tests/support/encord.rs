//! The embedded Encord service with a recorder in front of it and a key that it knows.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use azure_to_encord::demo::encord::{Integration, Options, Pace, RegisteredItem, Server, StorageAccess};
use azure_to_encord::tls;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

use super::{keys::Key, recorder::Recorder};

pub(crate) const INTEGRATION: &str = "Azure tests";
pub(crate) const INTEGRATION_ID: Uuid = Uuid::from_u128(0x5555_5555_5555_4555_8555_5555_5555_5555);

pub(crate) struct Encord {
    pub(crate) server: Server,
    pub(crate) recorder: Recorder,
    pub(crate) key: Key,
    bearer_token: String,
    dir: TempDir,
}

impl Encord {
    /// One integration, one key. The service reads blobs by `storage`.
    pub(crate) async fn start(storage: Option<StorageAccess>, pace: Pace) -> Encord {
        tls::install();
        let key = Key::new();
        let integrations = vec![Integration { uuid: INTEGRATION_ID, title: INTEGRATION.into(), storage }];
        let bearer_token = format!("bearer-{}", Uuid::new_v4());
        let options = Options {
            port: 0,
            authorized_keys: vec![key.public()],
            bearer_tokens: vec![bearer_token.clone().into()],
            integrations,
            pace,
        };
        let server = Server::start(options).await.unwrap();
        let recorder = Recorder::start(server.url()).await;
        let dir = tempfile::tempdir().unwrap();
        write_private(&dir.path().join("key"), &key.pem());
        Encord { server, recorder, key, bearer_token, dir }
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.dir.path().join("key")
    }

    /// A token that the service accepts in place of the key.
    pub(crate) fn bearer_token(&self) -> &str {
        &self.bearer_token
    }

    /// Makes a folder behind the program's back.
    pub(crate) async fn create_folder(&self, folder: &Value) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/v2/public/storage/folders", self.server.url());
        let answer = client.post(url).bearer_auth(&self.bearer_token).json(folder).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    /// The items of the folder with this path.
    pub(crate) fn items(&self, path: &str) -> Vec<RegisteredItem> {
        let folders = self.server.folders();
        let mut parent = None;
        for name in path.split('/') {
            let found: Vec<_> =
                folders.iter().filter(|folder| folder.parent == parent && folder.name == name).collect();
            assert_eq!(found.len(), 1, "folders called {name}: {folders:?}");
            parent = Some(found[0].uuid);
        }
        self.server.items(parent.unwrap())
    }

    /// How often each blob is registered in a folder, by the name that its URL decodes to.
    pub(crate) fn names(&self, path: &str, container_url: &str) -> BTreeMap<String, usize> {
        let mut names = BTreeMap::new();
        for url in self.items(path).iter().flat_map(|item| &item.urls) {
            let encoded = url.strip_prefix(container_url).and_then(|rest| rest.strip_prefix('/')).expect(url);
            assert!(encoded.is_ascii() && !encoded.contains(['?', '#', ' ', '+']), "{url}");
            *names.entry(percent_decode_str(encoded).decode_utf8().unwrap().into_owned()).or_default() += 1;
        }
        names
    }
}

/// Writes a key as `ssh-keygen` does: readable by its owner alone.
pub(crate) fn write_private(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}
