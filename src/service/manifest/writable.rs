//! Whether Encord may write into the container, as far as this side can tell.

use std::borrow::Cow;

use crate::{
    manifest::values::ValidationRules, service::integration::account::resolve, wizard::connections::AzureAccess,
};

/// What the credential of the config says of it: a SAS token that allows neither Write nor Create cannot be what image sequences need,
/// if it is the one that the integration has. All other credentials, and tokens whose rights stand in a stored access policy, say
/// nothing. Sends nothing; a credential that is missing or cannot be used says nothing either.
///
/// Source: Microsoft, "Create a service SAS" (a blob is made with Write or Create).
pub fn writable(access: &AzureAccess) -> Option<bool> {
    let letters = resolve(access).ok()?.sas?.permissions?;
    Some(letters.contains(['w', 'c']))
}

/// The demands, with that where nobody has said it.
pub(super) fn with_writable<'a>(demands: &'a ValidationRules, access: &AzureAccess) -> Cow<'a, ValidationRules> {
    match (demands.writable, writable(access)) {
        (None, Some(known)) => Cow::Owned(ValidationRules { writable: Some(known), ..demands.clone() }),
        _ => Cow::Borrowed(demands),
    }
}
