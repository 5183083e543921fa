//! A container in Azurite, an Encord that reads it with a token of its own, and a config that leads from one to the other.

use std::{path::PathBuf, process::Command, sync::Arc};

use azure_to_encord::demo::encord::{Pace, StorageAccess};
use secrecy::{ExposeSecret as _, SecretString};
use tempfile::TempDir;

use crate::support::{
    azurite::{Azurite, Blob},
    config::ConfigText,
    encord::{Encord, INTEGRATION},
    program::program,
};

/// The folder that the configs name.
pub(crate) const FOLDER: &str = "Raw/Import";
/// In minutes; nothing warns of the end of such a token.
const YEAR: i64 = 366 * 24 * 60;
/// The variable that the configs name for the SAS token.
pub(crate) const TOKEN: &str = "IMPORT_TEST_SAS";

pub(crate) struct Scene {
    pub(crate) encord: Encord,
    pub(crate) container_url: String,
    pub(crate) config: ConfigText,
    /// What the service lists.
    pub(crate) listed: Vec<String>,
    token: SecretString,
    home: TempDir,
    pub(crate) azurite: Arc<Azurite>,
}

impl Scene {
    pub(crate) async fn set(container: &str, public: bool, blobs: &[Blob], pace: Pace) -> Scene {
        let azurite = Azurite::shared();
        let listed = azurite.fill(container, public, blobs);
        // The program may read and list; the service in Encord's place may only read, and has another token.
        let mut tokens = azurite.tokens(&[("rl", YEAR), ("r", YEAR)]);
        let storage = StorageAccess { base_url: azurite.account_url().clone(), sas: tokens.pop() };
        let encord = Encord::start(Some(storage), pace).await;
        let config = ConfigText::default()
            .text("encord", "domain", encord.recorder.url())
            .text("encord", "ssh_key_file", encord.key_file().to_str().unwrap())
            .text("encord", "integration", INTEGRATION)
            .text("azure", "endpoint", azurite.account_url())
            .text("azure", "container", container)
            .text("azure", "sas_token_env", TOKEN)
            .text("folder", "path", FOLDER);
        Scene {
            encord,
            container_url: format!("{}/{container}", azurite.account_url()),
            config,
            listed,
            token: tokens.pop().unwrap(),
            home: tempfile::tempdir().unwrap(),
            azurite,
        }
    }

    /// Writes the config and says where.
    pub(crate) fn config_file(&self) -> PathBuf {
        self.config.write(self.home.path(), "site.toml")
    }

    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = program(self.home.path(), arguments);
        command.env(TOKEN, self.token.expose_secret());
        command
    }

    /// Every file that the program left, with its content.
    pub(crate) fn files_left(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut directories = vec![self.home.path().to_owned()];
        while let Some(directory) = directories.pop() {
            for entry in std::fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    directories.push(path);
                } else {
                    let content = std::fs::read(&path).unwrap();
                    found.push((path, content));
                }
            }
        }
        found
    }

    /// The signature in the program's SAS token, as it stands in a URL.
    pub(crate) fn signature(&self) -> String {
        let token = self.token.expose_secret();
        token.split("sig=").nth(1).unwrap().split('&').next().unwrap().to_owned()
    }

    /// `run CONFIG` with flags.
    pub(crate) fn run(&self, flags: &[&str]) -> Command {
        let config = self.config_file();
        let mut arguments = vec!["run", config.to_str().unwrap()];
        arguments.extend(flags);
        self.program(&arguments)
    }
}

pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
pub(crate) const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01";
pub(crate) const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2";

/// So many images with plain names.
pub(crate) fn images(count: usize) -> Vec<Blob> {
    (0..count).map(|number| Blob::new(format!("cam{}/frame_{number:05}.jpg", number % 7), JPEG)).collect()
}
