//! What the user can choose from in a storage account: containers and virtual folders.

use crate::wizard::{AzureAccess, PrefixPage, Problem};

/// The containers that the credential can list.
pub(super) async fn containers(_access: &AzureAccess) -> Result<Vec<String>, Problem> {
    Err(Problem::other("Listing containers is not there yet."))
}

/// The virtual folders right below a prefix.
pub(super) async fn prefixes(_access: &AzureAccess, _prefix: &str) -> Result<PrefixPage, Problem> {
    Err(Problem::other("Listing folders is not there yet."))
}
