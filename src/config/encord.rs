//! Where Encord is and who we are there.

use serde::{Deserialize, Serialize};

/// `[encord]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Encord {
    /// The API's address: EU by default, `https://api.us.encord.com` for the US.
    pub domain: String,
    /// An OpenSSH private key of the Ed25519 kind; without it `ENCORD_SSH_KEY_FILE` or `ENCORD_SSH_KEY`.
    pub ssh_key_file: Option<String>,
    /// The environment variable that holds a bearer token, instead of a key.
    pub bearer_token_env: Option<String>,
    /// The cloud integration, by title or UUID.
    pub integration: Option<String>,
    /// Whether the integration is set to strict client-only access: Encord signs URLs but never reads the files itself.
    pub strict_client_only: bool,
    /// The origins from which browsers read the files; empty for those that belong to the API's address.
    pub browser_origins: Vec<String>,
}

impl Encord {
    /// The origins from which browsers must be able to read the files.
    pub fn origins(&self) -> Vec<String> {
        match self.browser_origins.is_empty() {
            true => crate::endpoints::region::origins(&self.domain),
            false => self.browser_origins.clone(),
        }
    }
}

impl Default for Encord {
    fn default() -> Self {
        Encord {
            domain: "https://api.encord.com".into(),
            ssh_key_file: None,
            bearer_token_env: None,
            integration: None,
            strict_client_only: false,
            browser_origins: Vec::new(),
        }
    }
}
