//! Makes the account SAS that Encord needs.

use secrecy::SecretString;

use crate::wizard::{AzureAccess, Problem, SasWish};

/// An account SAS for Encord, signed with the account's key; sends nothing.
pub(super) fn make(_access: &AzureAccess, _wish: SasWish) -> Result<SecretString, Problem> {
    Err(Problem::other("Making a SAS is not there yet."))
}
