//! Makes the account SAS that Encord needs.

use secrecy::SecretString;
use time::{Duration, OffsetDateTime};

use crate::{
    azure::{Auth, account_sas::AccountSas},
    error::{ErrorKind, UserError},
    service::{integration::account::resolve, problems::azure_problem},
    wizard::connections::{AzureAccess, SasOptions},
};

/// The longest that a token may be asked to hold, in days.
const LONGEST: u32 = 3650;
/// Clocks differ: a token that begins at once is refused for a while (Microsoft, "Best practices when using SAS").
const EARLIER: Duration = Duration::minutes(15);

/// An account SAS for Encord, signed with the account's key; sends nothing.
pub(crate) fn make(access: &AzureAccess, wish: SasOptions) -> Result<SecretString, UserError> {
    if !(1..=LONGEST).contains(&wish.days) {
        return Err(UserError::config(format!("A SAS can be made for 1 to {LONGEST} days, not for {}.", wish.days)));
    }
    let resolved = resolve(access)?;
    let Auth::AccountKey { account, key } = &resolved.auth else { return Err(needs_key(&resolved.auth)) };
    let now = OffsetDateTime::now_utc();
    let wanted = AccountSas {
        may_write: wish.may_write,
        starts: now - EARLIER,
        expires: now + Duration::days(i64::from(wish.days)),
    };
    wanted.sign(account, key).map_err(|error| azure_problem(&error))
}

fn needs_key(auth: &Auth) -> UserError {
    let said = match auth {
        Auth::Token(_) => {
            "With Entra ID only a user-delegation SAS can be made. It lives for 7 days at most, and what is registered in Encord must \
             open for years."
        }
        Auth::Sas(_) => "A SAS cannot be made from another SAS.",
        _ => "Without a credential nothing can be signed.",
    };
    UserError {
        summary: "A SAS for Encord can only be made with the account key.".into(),
        source_message: Some(said.into()),
        hint: Some(
            "Sign in with the account key: in the Azure portal, the storage account, Access keys. The role Contributor may read it. \
             Or connect Encord with an app registration, which needs no SAS."
                .into(),
        ),
        kind: ErrorKind::Config,
    }
}
