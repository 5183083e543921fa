//! As whom this program asks the account.

use crate::{
    azure::identity::SignedIn,
    service::integration::checks::fault::CheckFailure,
    wizard::check::{Check, CheckState},
};

const ID: &str = "azure.login";

/// How signing in went: what the credential is, and who that is where it tells.
#[derive(Debug, Clone)]
pub(super) struct Login {
    /// Such as `SAS in AZURE_STORAGE_SAS_TOKEN`.
    pub(super) source: String,
    pub(super) who: Option<SignedIn>,
}

pub(super) fn judge(outcome: &Result<Login, CheckFailure>) -> Check {
    match outcome {
        Ok(Login { source, who: None }) => Check::new(ID, CheckState::Pass, source),
        Ok(Login { who: Some(signed_in), .. }) => {
            let tenant = signed_in.tenant.as_ref().map(|tenant| format!(" (tenant {tenant})")).unwrap_or_default();
            Check::new(ID, CheckState::Pass, format!("{} as {}{tenant}", signed_in.by, signed_in.who))
        }
        Err(fault) => Check::failed(ID, &fault.problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ErrorKind, UserError};

    #[test]
    fn who_signed_in_is_said_as_far_as_it_is_known() {
        let login = |who| judge(&Ok(Login { source: "SAS token in SAS".into(), who }));
        assert_eq!(login(None).detail, "SAS token in SAS");
        let ann = SignedIn { who: "ann@acme.example".into(), tenant: Some("t-1".into()), by: "az" };
        assert_eq!(login(Some(ann)).detail, "az as ann@acme.example (tenant t-1)");
        let problem =
            UserError { kind: ErrorKind::Access, ..UserError::other("Nobody is signed in.").hint("Run az login.") };
        let check = judge(&Err(CheckFailure::not_signed_in(problem)));
        assert_eq!((check.state, check.class), (CheckState::Fail, ErrorKind::Access));
        assert_eq!(check.fix.as_deref(), Some("Run az login."));
    }
}
