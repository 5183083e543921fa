//! As whom this program asks the account.

use super::fault::{Fault, failed};
use crate::{
    service::azure::SignedIn,
    wizard::{Check, CheckState},
};

const ID: &str = "azure.login";

/// How signing in went: what the credential is, and who that is where it tells.
#[derive(Debug, Clone)]
pub(super) struct Login {
    /// Such as `SAS in AZURE_STORAGE_SAS_TOKEN`.
    pub(super) source: String,
    pub(super) who: Option<SignedIn>,
}

pub(super) fn judge(outcome: &Result<Login, Fault>) -> Check {
    match outcome {
        Ok(Login { source, who: None }) => Check::new(ID, CheckState::Pass, source),
        Ok(Login { who: Some(signed_in), .. }) => {
            let tenant = signed_in.tenant.as_ref().map(|tenant| format!(" (tenant {tenant})")).unwrap_or_default();
            Check::new(ID, CheckState::Pass, format!("{} as {}{tenant}", signed_in.by, signed_in.who))
        }
        Err(fault) => failed(ID, &fault.problem),
    }
}
