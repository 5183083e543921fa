//! What step 1 learns of both sides: keys, integrations, accounts, containers.

use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

use crate::{config, endpoints::cors, error::UserError};

/// A key that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFacts {
    /// What named it: `ssh_key_file`, `ENCORD_SSH_KEY_FILE`, …
    pub source: String,
    /// Its SHA-256 fingerprint, as `ssh-keygen -l` prints it; what is known of a token instead.
    pub fingerprint: String,
    /// What is wrong with it although it works, and what to do: `(others may read it, chmod 600 …)`.
    pub warning: Option<(String, String)>,
}

/// A cloud integration. Encord does not tell which cloud it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integration {
    /// Its id.
    pub uuid: Uuid,
    /// Its title.
    pub title: String,
}

/// How signing in to Encord went.
#[derive(Debug)]
pub struct EncordReply {
    /// The key.
    pub key: Result<KeyFacts, UserError>,
    /// Whether the key is encrypted and its passphrase is missing or wrong.
    pub wants_passphrase: bool,
    /// The integrations, if the key could be read.
    pub login: Option<Result<Vec<Integration>, UserError>>,
    /// The API of the other region, if this one refused the key and that one takes it.
    pub other_region: Option<String>,
}

/// A container that can be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerFacts {
    /// Whether there is anything in it.
    pub empty: bool,
    /// The account's URL.
    pub account_url: String,
}

/// A storage account and who asks. A credential that the user typed is kept in memory only.
#[derive(Debug, Clone)]
pub struct AzureAccess {
    /// The settings.
    pub azure: config::azure::Azure,
    /// A SAS token, SAS URL, account key or connection string that was typed or pasted; goes before what the settings name.
    pub typed: Option<SecretString>,
}

impl From<config::azure::Azure> for AzureAccess {
    fn from(azure: config::azure::Azure) -> AzureAccess {
        AzureAccess { azure, typed: None }
    }
}

/// What was found on this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovery {
    /// Private keys, the likeliest first.
    pub keys: Vec<KeyCandidate>,
    /// Ways to sign in to Azure, the likeliest first.
    pub ways: Vec<AzureSignIn>,
}

/// A private key that may be the one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCandidate {
    /// As it is written into the config; below the user's home with `~/`.
    pub path: String,
    /// Such as `Ed25519`, `RSA`.
    pub kind: String,
    /// The comment in its public half.
    pub comment: String,
    /// Its SHA-256 fingerprint, as `ssh-keygen -l` prints it; empty where it cannot be read without the passphrase.
    pub fingerprint: String,
    /// What named it besides its place, such as `ENCORD_SSH_KEY_FILE`.
    pub named_by: Option<&'static str>,
    /// Why it will not do, or what is wrong with it.
    pub note: Option<String>,
    /// Whether Encord can take it.
    pub is_usable: bool,
}

/// A way to sign in to Azure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AzureSignIn {
    /// How.
    pub kind: config::azure::AuthKind,
    /// The variable that holds the secret, where there is one.
    pub variable: Option<String>,
    /// The account that it is for, where that is known.
    pub account: Option<String>,
    /// The account's address, where a connection string names one.
    pub endpoint: Option<Url>,
    /// What was found, such as `az is installed`, `AZURE_STORAGE_SAS_TOKEN is set`.
    pub what: String,
}

/// The virtual folders and blobs right below a prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrefixPage {
    /// Whole prefixes, each ending with a `/`.
    pub folders: Vec<String>,
    /// Blobs seen right below the prefix.
    pub blobs: u64,
    /// Whether there is more than was read.
    pub more: bool,
}

/// How a change of the CORS rules went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorsRepair {
    /// The rules are in place, were read back, and answer as needed.
    Done(Vec<cors::Rule>),
    /// Somebody changed the rules since they were read; nothing was written. This would be the change now.
    Changed(Box<cors::Plan>),
}

/// What an account SAS for Encord is to allow. Container and Object, Read and List, HTTPS only are always in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SasOptions {
    /// Also Write, Add and Create, which re-encoding and image sequences need.
    pub may_write: bool,
    /// How long it holds, in days from now.
    pub days: u32,
}
