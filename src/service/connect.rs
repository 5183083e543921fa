//! Signing in to Encord.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::{
    encord,
    problems::{encord_problem, key_problem, secret_problem},
    session::Session,
};
use crate::{
    store::{self, config},
    wizard::{EncordReply, Integration, KeyFacts, Problem},
};

/// The environment variable with an encrypted key's passphrase.
const PASSPHRASE: &str = "ENCORD_SSH_KEY_PASSPHRASE";

/// How the SSH key or token that a config means was found.
pub enum KeySource {
    /// Ready to use.
    Ready(encord::Credential, KeyFacts),
    /// Encrypted; the passphrase is missing or wrong.
    Locked(Problem),
    /// Not usable.
    Unusable(Problem),
}

impl KeySource {
    /// Finds and opens the credential for Encord: the bearer token where the config names one, else the SSH key. The
    /// passphrase is the one given, else the one in `ENCORD_SSH_KEY_PASSPHRASE`.
    pub fn open(encord: &config::Encord, passphrase: Option<&SecretString>) -> KeySource {
        match store::bearer_token(encord) {
            Ok(Some(token)) => {
                let source = encord.bearer_token_env.clone().unwrap_or_default();
                let facts = KeyFacts { source, fingerprint: "bearer token".into(), warning: None };
                return KeySource::Ready(encord::Credential::Bearer(token), facts);
            }
            Ok(None) => {}
            Err(error) => return KeySource::Unusable(secret_problem(&error)),
        }
        let from_environment = std::env::var(PASSPHRASE).ok().map(SecretString::from);
        let passphrase = passphrase.or(from_environment.as_ref()).filter(|text| !text.expose_secret().is_empty());
        let (source, result) = match store::ssh_key(encord) {
            Err(error) => return KeySource::Unusable(secret_problem(&error)),
            Ok(store::SshKey::File(path, named_by)) => {
                let source = format!("{} ({named_by})", path.display());
                (source, encord::SigningKey::read(Path::new(&path), passphrase))
            }
            Ok(store::SshKey::Text(text)) => {
                ("ENCORD_SSH_KEY".to_owned(), encord::SigningKey::from_openssh(&text, passphrase))
            }
        };
        match result {
            Ok(key) => {
                let facts = KeyFacts { source, fingerprint: key.fingerprint(), warning: None };
                KeySource::Ready(encord::Credential::Key(key), facts)
            }
            Err(error @ (encord::KeyError::Encrypted | encord::KeyError::WrongPassphrase)) => {
                KeySource::Locked(key_problem(&source, &error))
            }
            Err(error) => KeySource::Unusable(key_problem(&source, &error)),
        }
    }
}

/// Reads the key, signs in by listing the integrations, and keeps the client for what follows.
pub(super) async fn encord(
    session: &Session,
    config: &config::Encord,
    passphrase: Option<&SecretString>,
) -> EncordReply {
    let (credential, facts) = match KeySource::open(config, passphrase) {
        KeySource::Ready(credential, facts) => (credential, facts),
        KeySource::Locked(problem) => {
            return EncordReply { key: Err(problem), wants_passphrase: true, login: None, other_region: None };
        }
        KeySource::Unusable(problem) => {
            return EncordReply { key: Err(problem), wants_passphrase: false, login: None, other_region: None };
        }
    };
    let login = async {
        // Somebody may be waiting at the screen: one repetition tells a hiccup from a fault.
        let policy = encord::RetryPolicy { retries: 1, ..encord::RetryPolicy::default() };
        let probe = encord::Client::with_policy(&config.domain, credential.clone(), policy)?;
        let integrations = probe.integrations().await?;
        session.set_client(encord::Client::new(&config.domain, credential)?);
        Ok(integrations)
    };
    let login = login.await.map_err(|error: encord::Error| encord_problem(&error));
    let integrations =
        login.map(|list| list.into_iter().map(|found| Integration { uuid: found.uuid, title: found.title }).collect());
    EncordReply { key: Ok(facts), wants_passphrase: false, login: Some(integrations), other_region: None }
}
