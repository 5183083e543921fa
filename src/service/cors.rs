//! Repairs the account's CORS rules.

use crate::{
    access::cors,
    wizard::{AzureAccess, CorsRepair, Problem},
};

/// Carries out a reviewed change: reads the rules again, writes only if they are as they were, reads them back and asks as a
/// browser would.
pub(super) async fn repair(
    _access: &AzureAccess,
    _plan: &cors::Plan,
    _origins: &[String],
) -> Result<CorsRepair, Problem> {
    Err(Problem::other("Changing CORS rules is not there yet."))
}
