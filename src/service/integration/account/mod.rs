//! Opens the storage account and the container that the settings mean, with the credential that they mean.

use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::{
    azure::{
        self,
        pasted::{Pasted, Secret},
    },
    config,
    endpoints::endpoint,
    error::UserError,
    service::problems::{azure_problem, secret_problem},
    store,
    wizard::connections::AzureAccess,
};

/// A storage account and the right to it.
#[derive(Debug)]
#[allow(dead_code, reason = "what the checks tell of the credential")]
pub(crate) struct Resolved {
    /// Where it is.
    pub(crate) account_url: Url,
    /// The account's name, where it can be told.
    pub(crate) account: Option<String>,
    /// How to sign in.
    pub(crate) auth: azure::Auth,
    /// The container: as set, else as a SAS URL names it. It may be empty.
    pub(crate) container: String,
    /// What the credential is and where it was found: `SAS token in AZURE_STORAGE_SAS_TOKEN`.
    pub(crate) source: String,
    /// What the SAS says of itself, if it is one.
    pub(crate) sas: Option<azure::sas::SasFacts>,
    /// For Entra ID, who signs in.
    pub(crate) entra: Option<Arc<azure::entra::Entra>>,
}

impl Resolved {
    /// Opens the container; sends nothing.
    pub(crate) fn open(&self) -> Result<azure::container::Container, UserError> {
        if self.container.is_empty() {
            return Err(UserError::config("No container is named. Set container under [azure]."));
        }
        azure::container::Container::open(&self.account_url, &self.container, &self.auth)
            .map_err(|error| azure_problem(&error))
    }

    /// The account's address as Encord is to see it.
    pub(crate) fn object_base(&self, azure: &config::azure::Azure) -> String {
        match &azure.object_url_base {
            Some(_) => azure.object_base().unwrap_or_default(),
            None => self.account_url.as_str().trim_end_matches('/').to_owned(),
        }
    }
}

/// Opens the storage account that the settings mean; sends nothing.
pub(crate) fn open_account(access: &AzureAccess) -> Result<azure::account::Account, UserError> {
    let resolved = resolve(access)?;
    azure::account::Account::open(&resolved.account_url, &resolved.auth).map_err(|error| azure_problem(&error))
}

/// Finds the account's address and the credential for it; sends nothing.
///
/// What was typed goes before what the settings name. Either may be any kind of secret, whatever kind the settings say; account,
/// endpoint and container come from it where the settings name none.
pub(crate) fn resolve(access: &AzureAccess) -> Result<Resolved, UserError> {
    if let Some(typed) = access.typed.as_ref().filter(|text| !text.expose_secret().trim().is_empty()) {
        return with_secret(&access.azure, typed, "that was entered");
    }
    match store::secrets::azure_secret(&access.azure).map_err(|error| secret_problem(&error))? {
        Some(found) => with_secret(&access.azure, &found.text, &format!("in {}", found.place)),
        None => without_secret(&access.azure),
    }
}

fn without_secret(azure: &config::azure::Azure) -> Result<Resolved, UserError> {
    let account_url = own_url(azure)?.ok_or_else(no_account)?;
    let (auth, source, entra) = match azure.auth_kind() {
        config::azure::AuthKind::Anonymous => (azure::Auth::Anonymous, "anonymous access", None),
        _ => {
            let entra = Arc::new(azure::entra::Entra::from_environment().map_err(|error| azure_problem(&error))?);
            (azure::Auth::Token(Arc::clone(&entra) as _), "Entra ID", Some(entra))
        }
    };
    Ok(Resolved {
        account: account_of(azure, &account_url),
        account_url,
        auth,
        container: azure.container.clone(),
        source: source.to_owned(),
        sas: None,
        entra,
    })
}

fn with_secret(azure: &config::azure::Azure, text: &SecretString, place: &str) -> Result<Resolved, UserError> {
    let pasted = Pasted::read(text).map_err(|error| {
        let what = match azure.auth_kind() {
            config::azure::AuthKind::AccountKey => "account key",
            _ => "SAS token",
        };
        UserError { summary: format!("The {what} {place} cannot be used."), ..azure_problem(&error) }
    })?;
    let source = format!("{} {place}", pasted.what);
    let own_account = azure.account_name();
    if let (Some(own), Some(foreign)) = (&own_account, &pasted.account)
        && own != foreign
    {
        let what = format!("The {source} is for the storage account {foreign}, but the settings name {own}.");
        return Err(UserError::config(what)
            .hint(format!("Set account = \"{foreign}\" (or endpoint) under [azure], or use a credential for {own}.")));
    }
    if let Some(foreign) = pasted.container.as_ref().filter(|_| pasted.is_for_container_only)
        && !azure.container.is_empty()
        && azure.container != *foreign
    {
        let what = format!("The {source} is for the container {foreign}, but the settings name {}.", azure.container);
        return Err(UserError::config(what)
            .hint(format!("Set container = \"{foreign}\" under [azure], or make a SAS for {}.", azure.container)));
    }
    let account_url = own_url(azure)?.or_else(|| pasted.account_url.clone()).ok_or_else(no_account)?;
    let account = pasted.account.or_else(|| account_of(azure, &account_url));
    let auth = match pasted.secret {
        Secret::Sas(token) => azure::Auth::Sas(token),
        Secret::Key(key) => {
            let account = account.clone().ok_or_else(|| {
                UserError::config(format!(
                    "The account's name cannot be told from {account_url}, and its key needs it."
                ))
                .hint("Set account under [azure] besides endpoint.")
            })?;
            azure::Auth::AccountKey { account, key }
        }
    };
    Ok(Resolved {
        account_url,
        account,
        sas: auth.sas_facts(),
        auth,
        container: match azure.container.is_empty() {
            true => pasted.container.unwrap_or_default(),
            false => azure.container.clone(),
        },
        source,
        entra: None,
    })
}

/// The address that the settings name, if they do.
fn own_url(azure: &config::azure::Azure) -> Result<Option<Url>, UserError> {
    let Some(account_url) = azure.account_url() else { return Ok(None) };
    Url::parse(&account_url).map(Some).map_err(|error| {
        UserError::config(format!("The storage account's address {account_url} is not a URL: {error}."))
    })
}

fn account_of(azure: &config::azure::Azure, account_url: &Url) -> Option<String> {
    azure.account_name().or_else(|| endpoint::account_name(account_url))
}

fn no_account() -> UserError {
    UserError::config("No storage account is named. Set account (or endpoint) under [azure].")
}

#[cfg(test)]
mod tests;
