//! Opens the storage account and the container that the settings mean.

use url::Url;

use super::{
    azure,
    problems::{azure_problem, secret_problem},
};
use crate::{
    store,
    wizard::{AzureAccess, Problem},
};

/// Opens the container that the settings mean; sends nothing.
pub(super) fn open_container(access: &AzureAccess) -> Result<azure::Container, Problem> {
    let azure = &access.azure;
    if azure.container.is_empty() {
        return Err(Problem::config("No container is named. Set container under [azure]."));
    }
    let (url, auth) = resolve_(access)?;
    azure::Container::open(&url, &azure.container, &auth).map_err(|error| azure_problem(&error))
}

/// Opens the storage account that the settings mean; sends nothing.
pub(super) fn open_account(access: &AzureAccess) -> Result<azure::Account, Problem> {
    let (url, auth) = resolve_(access)?;
    azure::Account::open(&url, &auth).map_err(|error| azure_problem(&error))
}

#[derive(Debug, Clone)]
pub(super) struct SignedIn {
    pub(super) who: String,
    pub(super) tenant: Option<String>,
    pub(super) by: &'static str,
}
pub(super) struct Entra;
impl Entra {
    pub(super) async fn sign_in(&self) -> Result<SignedIn, azure::Error> {
        std::future::pending().await
    }
}
pub(super) struct Resolved {
    pub(super) account_url: Url,
    pub(super) auth: azure::Auth,
    pub(super) container: String,
    pub(super) source: String,
    pub(super) sas: Option<super::checks::SasFacts>,
    pub(super) entra: Option<Entra>,
}
pub(super) fn resolve(access: &AzureAccess) -> Result<Resolved, Problem> {
    let (account_url, auth) = resolve_(access)?;
    Ok(Resolved {
        account_url,
        auth,
        container: access.azure.container.clone(),
        source: "shim".into(),
        sas: None,
        entra: None,
    })
}
/// The account's address and the credential for it.
fn resolve_(access: &AzureAccess) -> Result<(Url, azure::Auth), Problem> {
    let azure = &access.azure;
    let Some(account_url) = azure.account_url() else {
        return Err(Problem::config("No storage account is named. Set account (or endpoint) under [azure]."));
    };
    let url = Url::parse(&account_url).map_err(|error| {
        Problem::config(format!("The storage account's address {account_url} is not a URL: {error}."))
    })?;
    let auth = match store::azure_secret(azure).map_err(|error| secret_problem(&error))? {
        Some(token) => azure::Auth::Sas(token),
        None => azure::Auth::Anonymous,
    };
    Ok((url, auth))
}
