//! Finding the secrets that a config only points at.

use secrecy::SecretString;
use thiserror::Error;

use crate::{
    config::{
        azure::{AuthKind, Azure},
        encord::Encord,
    },
    store::paths::expand_home,
};

/// A secret is not where the config says, or the config does not say where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct SecretError(pub String);

/// A secret for Azure and where it was found.
#[derive(Debug, Clone)]
pub struct AzureSecret {
    /// A SAS token or SAS URL, an account key or connection string; whichever of them, the place does not tell.
    pub text: SecretString,
    /// The name of the variable or file.
    pub place: String,
}

/// The secret for Azure from the variable or file that the config names; `None` for Entra ID and for anonymous access.
///
/// # Errors
/// The config names no place, or there is nothing at it.
pub fn azure_secret(azure: &Azure) -> Result<Option<AzureSecret>, SecretError> {
    match azure.auth_kind() {
        AuthKind::Anonymous | AuthKind::Entra => Ok(None),
        AuthKind::Sas => sas_token(azure).map(Some),
        AuthKind::AccountKey => account_key(azure).map(Some),
    }
}

fn account_key(azure: &Azure) -> Result<AzureSecret, SecretError> {
    key_place(azure).or_else(|| token_place(azure)).unwrap_or_else(|| {
        Err(SecretError(
            "The config does not say where the account key is. Put the key or connection string into an environment variable \
             and name it in [azure] account_key_env, or into a file named in account_key_file."
                .into(),
        ))
    })
}

fn sas_token(azure: &Azure) -> Result<AzureSecret, SecretError> {
    token_place(azure).or_else(|| key_place(azure)).unwrap_or_else(|| {
        Err(SecretError(
            "The config does not say where the SAS token is. Put the token into an environment variable and name it in \
             [azure] sas_token_env, or into a file named in sas_token_file; or set auth = \"anonymous\" for a public container."
                .into(),
        ))
    })
}

fn key_place(azure: &Azure) -> Option<Result<AzureSecret, SecretError>> {
    placed("the account key", "account_key", azure.account_key_env.as_deref(), azure.account_key_file.as_deref())
}

fn token_place(azure: &Azure) -> Option<Result<AzureSecret, SecretError>> {
    placed("the SAS token", "sas_token", azure.sas_token_env.as_deref(), azure.sas_token_file.as_deref())
}

/// From the variable where one is named, else from the file; nothing if neither is.
fn placed(
    what: &str,
    key: &str,
    variable: Option<&str>,
    file: Option<&str>,
) -> Option<Result<AzureSecret, SecretError>> {
    let found = match (variable, file) {
        (Some(variable), _) => {
            from_variable(variable, &format!("{what} ([azure] {key}_env)")).map(|text| (text, variable))
        }
        (None, Some(file)) => from_file(file, &format!("{what} ([azure] {key}_file)")).map(|text| (text, file)),
        (None, None) => return None,
    };
    Some(found.map(|(text, place)| AzureSecret { text, place: place.to_owned() }))
}

/// The bearer token for Encord, where the config asks for one.
///
/// # Errors
/// The variable that the config names is not set.
pub fn bearer_token(encord: &Encord) -> Result<Option<SecretString>, SecretError> {
    encord
        .bearer_token_env
        .as_deref()
        .map(|variable| from_variable(variable, "the bearer token ([encord] bearer_token_env)"))
        .transpose()
}

/// Where an SSH key was found.
#[derive(Debug)]
pub enum SshKey {
    /// A file, and what named it.
    File(std::path::PathBuf, &'static str),
    /// The key itself, in `ENCORD_SSH_KEY`.
    Text(SecretString),
}

/// The SSH key: the config's file, else the file in `ENCORD_SSH_KEY_FILE`, else the key in `ENCORD_SSH_KEY`. The first of the
/// two variables wins, as in the official SDK.
///
/// # Errors
/// None of the three is set.
pub fn ssh_key(encord: &Encord) -> Result<SshKey, SecretError> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    if let Some(file) = encord.ssh_key_file.as_deref().filter(|file| !file.is_empty()) {
        return Ok(SshKey::File(expand_home(file).into(), "ssh_key_file"));
    }
    if let Some(file) = variable("ENCORD_SSH_KEY_FILE") {
        return Ok(SshKey::File(expand_home(&file).into(), "ENCORD_SSH_KEY_FILE"));
    }
    if let Some(key) = variable("ENCORD_SSH_KEY") {
        return Ok(SshKey::Text(key.into()));
    }
    Err(SecretError(
        "No SSH key for Encord is named. Set ssh_key_file under [encord], or ENCORD_SSH_KEY_FILE to the path of an Ed25519 \
         private key whose public half is registered in Encord (Settings, Public keys)."
            .into(),
    ))
}

fn from_variable(variable: &str, what: &str) -> Result<SecretString, SecretError> {
    match std::env::var(variable) {
        Ok(value) if !value.trim().is_empty() => Ok(value.trim().to_owned().into()),
        _ => Err(SecretError(format!(
            "{variable} should hold {what} but is not set. Set it in the environment and try again."
        ))),
    }
}

fn from_file(file: &str, what: &str) -> Result<SecretString, SecretError> {
    let text = std::fs::read_to_string(expand_home(file))
        .map_err(|error| SecretError(format!("Cannot read {what} from {file}: {error}.")))?;
    if text.trim().is_empty() {
        return Err(SecretError(format!("{file} should hold {what} but is empty.")));
    }
    Ok(text.trim().to_owned().into())
}
