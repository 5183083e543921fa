//! What the user can choose from in a storage account: containers and virtual folders.

use crate::{
    error::UserError,
    service::{integration::account::open_account, problems::azure_problem},
    wizard::connections::{AzureAccess, PrefixPage},
};

/// The containers that the credential can list.
pub(crate) async fn containers(access: &AzureAccess) -> Result<Vec<String>, UserError> {
    open_account(access)?.containers().await.map_err(|error| azure_problem(&error))
}

/// The virtual folders right below a prefix.
pub(crate) async fn prefixes(access: &AzureAccess, prefix: &str) -> Result<PrefixPage, UserError> {
    if access.azure.container.is_empty() {
        return Err(UserError::config("No container is named. Set container under [azure]."));
    }
    let found =
        open_account(access)?.prefixes(&access.azure.container, prefix).await.map_err(|error| azure_problem(&error))?;
    Ok(PrefixPage { folders: found.prefixes, blobs: found.blobs, more: found.more })
}
