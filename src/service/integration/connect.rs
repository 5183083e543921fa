//! Signing in to Encord.

use std::{path::Path, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, timeout, timeout_at};

use crate::{
    config, encord,
    endpoints::region,
    error::UserError,
    service::{
        problems::{encord_problem, key_problem, secret_problem},
        session::Session,
    },
    store,
    wizard::connections::{EncordReply, Integration, KeyFacts},
};

/// The environment variable with an encrypted key's passphrase.
const PASSPHRASE: &str = "ENCORD_SSH_KEY_PASSPHRASE";

/// How long signing in may take in all; half of it at most is spent on another region.
const PATIENCE: Duration = Duration::from_secs(20);

/// How the SSH key or token that a config means was found.
pub enum KeySource {
    /// Ready to use.
    Ready(encord::client::Credential, KeyFacts),
    /// Encrypted; the passphrase is missing or wrong.
    Locked(UserError),
    /// Not usable.
    Unusable(UserError),
}

impl KeySource {
    /// Finds and opens the credential for Encord: the bearer token where the config names one, else the SSH key. The
    /// passphrase is the one given, else the one in `ENCORD_SSH_KEY_PASSPHRASE`.
    pub fn open(encord: &config::encord::Encord, passphrase: Option<&SecretString>) -> KeySource {
        match store::secrets::bearer_token(encord) {
            Ok(Some(token)) => {
                let source = encord.bearer_token_env.clone().unwrap_or_default();
                let facts = KeyFacts { source, fingerprint: "bearer token".into(), warning: None };
                return KeySource::Ready(encord::client::Credential::Bearer(token), facts);
            }
            Ok(None) => {}
            Err(error) => return KeySource::Unusable(secret_problem(&error)),
        }
        let from_environment = std::env::var(PASSPHRASE).ok().map(SecretString::from);
        let passphrase = passphrase.or(from_environment.as_ref()).filter(|text| !text.expose_secret().is_empty());
        let (source, warning, result) = match store::secrets::ssh_key(encord) {
            Err(error) => return KeySource::Unusable(secret_problem(&error)),
            Ok(store::secrets::SshKey::File(path, named_by)) => {
                let source = format!("{} ({named_by}{})", path.display(), overruled(named_by));
                (source, open_file_warning(&path), encord::key::SigningKey::read(&path, passphrase))
            }
            Ok(store::secrets::SshKey::Text(text)) => {
                ("ENCORD_SSH_KEY".to_owned(), None, encord::key::SigningKey::from_openssh(&text, passphrase))
            }
        };
        match result {
            Ok(key) => {
                let facts = KeyFacts { source, fingerprint: key.fingerprint(), warning };
                KeySource::Ready(encord::client::Credential::Key(key), facts)
            }
            Err(error @ (encord::key::KeyError::Encrypted | encord::key::KeyError::WrongPassphrase)) => {
                KeySource::Locked(key_problem(&source, &error))
            }
            Err(error) => KeySource::Unusable(key_problem(&source, &error)),
        }
    }
}

/// What a variable goes before, where both are set.
fn overruled(named_by: &str) -> &'static str {
    let both =
        named_by == "ENCORD_SSH_KEY_FILE" && std::env::var_os("ENCORD_SSH_KEY").is_some_and(|key| !key.is_empty());
    if both { ", which goes before ENCORD_SSH_KEY" } else { "" }
}

/// What is wrong with a key file that others may use, and what to do.
fn open_file_warning(path: &Path) -> Option<(String, String)> {
    let mode = encord::key::file::open_to_others(path)?;
    let name = path.display();
    Some((
        format!("other users of this machine may use {name} (mode {mode:04o})"),
        format!("chmod 600 {}", quoted(path)),
    ))
}

/// A path as one word of a shell.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let is_plain = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "/._-+@%".contains(c));
    if is_plain { text.into_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// How signing in went.
#[derive(Debug)]
pub struct SignIn {
    /// The client for what follows and the integrations that this login may use.
    pub result: Result<(encord::client::Client, Vec<Integration>), UserError>,
    /// The API that takes the credential, if this one refused it and another one does.
    pub other_region: Option<String>,
}

/// Signs in at `domain` by listing the integrations. Where the credential is not known there, asks the APIs in `others`.
/// Takes no longer than `patience` in all, and no more than half of it for the others.
pub async fn sign_in(
    domain: &str,
    others: &[&str],
    credential: &encord::client::Credential,
    patience: Duration,
) -> SignIn {
    let deadline = Instant::now() + patience;
    let error = match timeout_at(deadline, integrations(domain, credential)).await {
        Ok(Ok(list)) => {
            let client = encord::client::Client::new(domain, credential.clone());
            let result = client.map(|client| (client, list)).map_err(|error| encord_problem(&error));
            return SignIn { result, other_region: None };
        }
        Ok(Err(error)) => error,
        Err(_) => no_answer(domain, patience),
    };
    let mut problem = encord_problem(&error);
    let mut other_region = None;
    if error.kind == encord::error::Kind::Unauthenticated {
        let left = time_for_others(deadline.saturating_duration_since(Instant::now()), patience);
        other_region = timeout(left, first_that_takes(others, credential)).await.ok().flatten();
    }
    if let Some(api) = &other_region {
        let place =
            region::of(api).map_or_else(|| format!("at {api}"), |found| format!("in Encord's {} region", found.name));
        let what = match credential {
            encord::client::Credential::Key(_) => "key",
            encord::client::Credential::Bearer(_) => "token",
        };
        problem.hint = Some(format!(
            "This {what} is known {place}, and not at {domain}. Switch to that region, or set domain = \"{api}\" under [encord]."
        ));
    }
    SignIn { result: Err(problem), other_region }
}

fn time_for_others(left: Duration, patience: Duration) -> Duration {
    left.min(patience / 2)
}

async fn integrations(
    domain: &str,
    credential: &encord::client::Credential,
) -> Result<Vec<Integration>, encord::error::Error> {
    // Somebody may be waiting at the screen: one repetition tells a hiccup from a fault.
    let policy = encord::retry::RetryPolicy {
        retries: 1,
        longest_delay: Duration::from_secs(4),
        connect_timeout: Duration::from_secs(8),
        read_timeout: Duration::from_secs(15),
        ..encord::retry::RetryPolicy::default()
    };
    let client = encord::client::Client::with_policy(domain, credential.clone(), policy)?;
    let list = client.integrations().await?;
    Ok(list.into_iter().map(|found| Integration { uuid: found.uuid, title: found.title }).collect())
}

async fn first_that_takes(apis: &[&str], credential: &encord::client::Credential) -> Option<String> {
    for api in apis {
        if integrations(api, credential).await.is_ok() {
            return Some((*api).to_owned());
        }
    }
    None
}

fn no_answer(domain: &str, patience: Duration) -> encord::error::Error {
    encord::error::Error {
        kind: encord::error::Kind::Timeout,
        status: None,
        message: format!("no answer from {domain} within {} s", patience.as_secs().max(1)),
        trace_id: String::new(),
        operation: "list the integrations",
        outcome_unknown: false,
        clock_ahead: None,
    }
}

/// Reads the key, signs in by listing the integrations, and keeps the client for what follows.
pub(crate) async fn encord(
    session: &Session,
    config: &config::encord::Encord,
    passphrase: Option<&SecretString>,
) -> EncordReply {
    let refused = |problem, wants_passphrase| EncordReply {
        key: Err(problem),
        wants_passphrase,
        login: None,
        other_region: None,
    };
    let (wanted, given) = (config.clone(), passphrase.cloned());
    // Opening an encrypted key takes a while, and a home directory may be on a network that hangs.
    let opening = tokio::task::spawn_blocking(move || KeySource::open(&wanted, given.as_ref()));
    let (credential, facts) = match timeout(PATIENCE, opening).await {
        Ok(Ok(KeySource::Ready(credential, facts))) => (credential, facts),
        Ok(Ok(KeySource::Locked(problem))) => return refused(problem, true),
        Ok(Ok(KeySource::Unusable(problem))) => return refused(problem, false),
        Ok(Err(error)) => return refused(UserError::other(format!("Reading the SSH key broke off: {error}.")), false),
        Err(_) => {
            let what = format!("The SSH key could not be read within {} s.", PATIENCE.as_secs());
            return refused(
                UserError::other(what).hint("Check that the file is a plain file on a disk that answers."),
                false,
            );
        }
    };
    session.runs.keep_passphrase(passphrase);
    let others: Vec<&str> = region::other(&config.domain).map(|other| other.api).into_iter().collect();
    let signed_in = sign_in(&config.domain, &others, &credential, PATIENCE).await;
    let login = signed_in.result.map(|(client, list)| {
        session.set_client(client);
        list
    });
    EncordReply { key: Ok(facts), wants_passphrase: false, login: Some(login), other_region: signed_in.other_region }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_regions_get_what_is_left_but_half_at_most() {
        let patience = Duration::from_secs(20);
        for (left, others) in [(20, 10), (19, 10), (10, 10), (4, 4), (0, 0)] {
            assert_eq!(time_for_others(Duration::from_secs(left), patience), Duration::from_secs(others));
        }
    }
}
