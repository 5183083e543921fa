//! Where the blobs are, and how this program signs in there.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::endpoints::endpoint;

/// How this program signs in to the storage account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthKind {
    /// Entra ID: `az login` and its like, environment, managed or workload identity.
    #[default]
    Entra,
    /// A shared access signature.
    Sas,
    /// One of the account's two keys, or a connection string that holds one.
    AccountKey,
    /// None: the container is public.
    Anonymous,
}

/// `[azure]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Azure {
    /// The storage account's name.
    pub account: Option<String>,
    /// The container.
    pub container: String,
    /// The account's URL where it is not `https://ACCOUNT.blob.core.windows.net`.
    pub endpoint: Option<Url>,
    /// The account's URL as Encord is to see it, where that differs.
    pub object_url_base: Option<Url>,
    /// How to sign in; where it is not said, what else is named tells.
    pub auth: Option<AuthKind>,
    /// The environment variable that holds the SAS token or SAS URL.
    pub sas_token_env: Option<String>,
    /// The file that holds the SAS token or SAS URL.
    pub sas_token_file: Option<String>,
    /// The environment variable that holds the account key or connection string.
    pub account_key_env: Option<String>,
    /// The file that holds the account key or connection string.
    pub account_key_file: Option<String>,
}

impl Azure {
    /// How to sign in: as set, else by what is named, else with Entra ID.
    pub fn auth_kind(&self) -> AuthKind {
        let sas = self.sas_token_env.is_some() || self.sas_token_file.is_some();
        let key = self.account_key_env.is_some() || self.account_key_file.is_some();
        self.auth.unwrap_or(match (sas, key) {
            (true, _) => AuthKind::Sas,
            (false, true) => AuthKind::AccountKey,
            (false, false) => AuthKind::Entra,
        })
    }

    /// The account's URL, without a final `/`; `None` while neither account nor endpoint is set. An endpoint of the Data Lake
    /// service is turned into that of the Blob service, which is another door to the same files.
    pub fn account_url(&self) -> Option<String> {
        match (&self.endpoint, &self.account) {
            (Some(endpoint), _) => Some(endpoint::as_blob(endpoint).as_str().trim_end_matches('/').to_owned()),
            (None, Some(account)) if !account.is_empty() => Some(format!("https://{account}.blob.core.windows.net")),
            _ => None,
        }
    }

    /// The account's name, as set or as its address tells it.
    pub fn account_name(&self) -> Option<String> {
        let named = self.account.clone().filter(|name| !name.is_empty());
        named.or_else(|| self.endpoint.as_ref().and_then(endpoint::account_name))
    }

    /// The account's URL as Encord sees it, without a final `/`.
    pub fn object_base(&self) -> Option<String> {
        match &self.object_url_base {
            Some(base) => Some(endpoint::as_blob(base).as_str().trim_end_matches('/').to_owned()),
            None => self.account_url(),
        }
    }

    /// The container's URL as Encord sees it, without a final `/`; `None` where account or container is not set.
    pub fn container_url(&self) -> Option<String> {
        let base = self.object_base().filter(|_| !self.container.is_empty())?;
        Some(format!("{base}/{}", self.container))
    }
}
