//! What a request to the account as a whole takes, told to whom it is refused.

use time::OffsetDateTime;

use crate::azure::{
    account::Account,
    error::{Error, ErrorKind},
    sas::SasFacts,
};

/// What Azure says to those who are known but may not, and to those who show no credential.
const LACKS_RIGHTS: [&str; 5] = [
    "AuthorizationPermissionMismatch",
    "InsufficientAccountPermissions",
    "NoAuthenticationInformation",
    "PublicAccessNotPermitted",
    "ResourceNotFound",
];

/// What a request to the account as a whole takes.
#[derive(Clone, Copy)]
pub(super) enum Need {
    ListContainers,
    ReadProperties,
    WriteProperties,
}

impl Account {
    /// The hints of a refusal speak of one container; these requests are about the account as a whole.
    pub(super) fn explained(&self, error: Error, need: Need) -> Error {
        let (kind, hint) = match (&error.kind, &self.sas) {
            (ErrorKind::NotFound { .. }, _) => {
                let kind = ErrorKind::Service { status: 404, code: "ResourceNotFound".to_owned() };
                (kind, "Check the account's name and the endpoint.".to_owned())
            }
            // Other codes speak of the credential or the network, not of what it may do.
            (ErrorKind::Auth { code, .. }, None) if LACKS_RIGHTS.contains(&code.as_str()) => {
                (error.kind.clone(), need.without_token().to_owned())
            }
            (ErrorKind::Auth { .. }, Some(sas)) => match short_of(&sas.facts, need, OffsetDateTime::now_utc()) {
                Some(hint) => (error.kind.clone(), hint),
                None => return error,
            },
            _ => return error,
        };
        let mut explained = Error::new(kind, "", Some(&hint));
        explained.message = error.message;
        explained.request_id = error.request_id;
        explained
    }
}

impl Need {
    fn letter(self) -> (char, &'static str) {
        match self {
            Need::ListContainers => ('l', "List"),
            Need::ReadProperties => ('r', "Read"),
            Need::WriteProperties => ('w', "Write"),
        }
    }

    fn what(self) -> &'static str {
        match self {
            Need::ListContainers => "listing containers",
            Need::ReadProperties => "reading the CORS rules",
            Need::WriteProperties => "changing the CORS rules",
        }
    }

    fn without_token(self) -> &'static str {
        match self {
            Need::ListContainers => {
                "This sign-in may not list the account's containers: type the container's name, or have the role Storage \
                 Blob Data Reader assigned on the account."
            }
            Need::ReadProperties => {
                "This sign-in may not read the CORS rules: that takes the role Storage Account Contributor (action \
                 Microsoft.Storage/storageAccounts/blobServices/read) or the account key."
            }
            Need::WriteProperties => {
                "This sign-in may not change the CORS rules: that takes the role Storage Account Contributor (action \
                 Microsoft.Storage/storageAccounts/blobServices/write) or the account key."
            }
        }
    }
}

/// What a token lacks for a request to the account as a whole; nothing where its time is over, or nothing can be told.
fn short_of(facts: &SasFacts, need: Need, now: OffsetDateTime) -> Option<String> {
    if facts.expires.is_some_and(|at| at <= now) || facts.starts.is_some_and(|at| at > now) {
        return None;
    }
    let what = need.what();
    if facts.resource.is_some() {
        return Some(format!(
            "The SAS token is for a container or a blob (sr), and {what} takes one for the account (ss=b, srt with s)."
        ));
    }
    let (letter, name) = need.letter();
    let lacks = |field: &Option<String>, letter| field.as_ref().is_some_and(|letters| !letters.contains(letter));
    let mut missing = Vec::new();
    if lacks(&facts.services, 'b') {
        missing.push("the service Blob (ss=b)".to_owned());
    }
    if lacks(&facts.resource_types, 's') {
        missing.push("the resource type Service (srt with s)".to_owned());
    }
    if lacks(&facts.permissions, letter) {
        missing.push(format!("the permission {name} (sp with {letter})"));
    }
    (!missing.is_empty()).then(|| format!("The SAS token lacks {} for {what}.", missing.join(" and ")))
}
