//! Both embedded services, the sample data, and a config that points at them.

use std::{
    io,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};
use ssh_key::{LineEnding, PrivateKey, private::Ed25519Keypair};
use thiserror::Error;
use uuid::Uuid;

use crate::demo::{azure, encord, sample};

/// The integration's title in the embedded Encord service.
const INTEGRATION: &str = "Azure traffic study";
/// For how long the services' SAS tokens are good.
const TOKENS_LAST: time::Duration = time::Duration::days(2);

/// Why the demo cannot be set up.
#[derive(Debug, Error)]
pub enum StageError {
    /// The Azure service cannot start.
    #[error("the embedded Azure service cannot start: {0}")]
    Azure(#[source] io::Error),
    /// The Encord service cannot start.
    #[error("the embedded Encord service cannot start: {0}")]
    Encord(#[from] encord::StartError),
    /// The key or the config cannot be written.
    #[error("{path} cannot be written: {source}")]
    File {
        /// Which file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// No key could be made.
    #[error("no SSH key could be made: {0}")]
    Key(String),
}

/// The running services. They stop when this goes.
pub struct DemoEnvironment {
    azure: azure::Server,
    encord: encord::Server,
    config: PathBuf,
}

impl DemoEnvironment {
    /// Starts both services on loopback, fills the container, and writes into `dir` (which must exist) the SSH key, the SAS
    /// token and `demo.toml`.
    ///
    /// # Errors
    /// A port or a file cannot be had.
    pub async fn start(dir: &Path, pace: encord::jobs::Pace) -> Result<DemoEnvironment, StageError> {
        let azure = azure::Server::start(azure::Options::default()).await.map_err(StageError::Azure)?;
        sample::fill(&azure);
        let (pem, public) = make_key()?;
        let key_file = dir.join("demo_ed25519");
        write_private(&key_file, &pem)?;
        let sas_file = dir.join("demo_sas");
        write_private(&sas_file, &azure.account_sas("rl", "sco", TOKENS_LAST))?;
        let storage = encord::probe::StorageAccess {
            base_url: azure.account_url().clone(),
            sas: Some(azure.account_sas("rl", "sco", TOKENS_LAST)),
        };
        let encord = encord::Server::start(encord::Options {
            port: 0,
            authorized_keys: vec![public],
            bearer_tokens: Vec::new(),
            integrations: vec![encord::Integration {
                uuid: Uuid::new_v4(),
                title: INTEGRATION.to_owned(),
                storage: Some(storage),
            }],
            pace,
        })
        .await?;
        let config = dir.join("demo.toml");
        let stage = DemoEnvironment { azure, encord, config };
        let text = stage.config_text(&key_file, &sas_file);
        std::fs::write(&stage.config, text).map_err(|source| file_error(&stage.config, source))?;
        Ok(stage)
    }

    /// The config file.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// Stops both services.
    pub async fn stop(self) {
        self.encord.stop().await;
        self.azure.stop().await;
    }

    fn config_text(&self, key_file: &Path, sas_file: &Path) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        format!(
            r#"# Points at the embedded services of `azure-to-encord demo`;
# of no use once they have stopped.
version = 1

[encord]
domain = {domain}
ssh_key_file = {key}
integration = {integration}

[azure]
endpoint = {endpoint}
container = {container}
auth = "sas"
sas_token_file = {sas}

[schema.keys]
site = "varchar"
camera = {{ enum = ["cam01", "cam02", "cam03"] }}
recording = "varchar"
project = "varchar"

[manifest.metadata]
path = "site-{{site}}/{{camera}}/{{recording}}/{{rest}}"
constants = {{ project = "traffic study" }}

[folder]
path = "Demo/Traffic study"

[upload]
videos_per_job = 10
images_per_job = 40
"#,
            domain = quoted(self.encord.url()),
            key = quoted(&key_file.to_string_lossy()),
            integration = quoted(INTEGRATION),
            endpoint = quoted(self.azure.account_url().as_str().trim_end_matches('/')),
            container = quoted(sample::CONTAINER),
            sas = quoted(&sas_file.to_string_lossy()),
        )
    }
}

/// A new Ed25519 key: OpenSSH's text of the private half, and the raw public half.
fn make_key() -> Result<(SecretString, [u8; 32]), StageError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| StageError::Key(error.to_string()))?;
    let pair = Ed25519Keypair::from_seed(&seed);
    let public = pair.public.0;
    let text = PrivateKey::from(pair).to_openssh(LineEnding::LF).map_err(|error| StageError::Key(error.to_string()))?;
    Ok((SecretString::from(text.as_str()), public))
}

fn write_private(path: &Path, secret: &SecretString) -> Result<(), StageError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = |mut file: std::fs::File| io::Write::write_all(&mut file, secret.expose_secret().as_bytes());
    options.open(path).and_then(write).map_err(|source| file_error(path, source))
}

fn file_error(path: &Path, source: io::Error) -> StageError {
    StageError::File { path: path.display().to_string(), source }
}
