//! What probably went wrong at a storage account, and what to do about it.

use time::OffsetDateTime;

use crate::azure::{
    error::{Credential, ErrorKind, Situation},
    sas::SasFacts,
};

/// The likely cause of a failure and what to do, where that can be told.
pub(super) fn hint(kind: &ErrorKind, code: &str, situation: &Situation<'_>, now: OffsetDateTime) -> Option<String> {
    match kind {
        ErrorKind::NotFound { container } => Some(format!(
            "Check the spelling of {container:?} and that it lies in the account behind {}.",
            situation.host
        )),
        ErrorKind::Auth { .. } => Some(auth_hint(code, situation, now)),
        ErrorKind::Service { code, .. } => match code.as_str() {
            "InvalidHeaderValue" => Some(
                "The service may be too old for this program's service version (2026-04-06): update Azurite or the appliance."
                    .to_owned(),
            ),
            "AccountIsDisabled" => Some("The storage account is disabled: see its state in the Azure portal.".to_owned()),
            "ServerBusy" | "OperationTimedOut" => {
                Some("The account is over its limits or busy: wait a little, then go on.".to_owned())
            }
            _ => None,
        },
        _ => None,
    }
}

fn auth_hint(code: &str, situation: &Situation<'_>, now: OffsetDateTime) -> String {
    match code {
        "KeyBasedAuthenticationNotPermitted" => {
            return "The account does not allow its keys to be used, and a SAS made from a key counts as that: sign in with Entra ID \
                    (auth = \"entra\")."
                .to_owned();
        }
        "AuthorizationSourceIPMismatch" => {
            return "The SAS token is limited to other addresses (sip): make one without that limit.".to_owned();
        }
        "AuthorizationProtocolMismatch" => return "The SAS token allows https only.".to_owned(),
        _ => {}
    }
    // An emulator says of a credential that does not fit what Azure says of its firewall.
    let is_here = situation.host.starts_with("127.") || situation.host.starts_with("localhost");
    let code = if is_here && code == "AuthorizationFailure" { "AuthenticationFailed" } else { code };
    match situation.credential {
        Credential::Anonymous => {
            "The container cannot be read anonymously, or not from here: use a SAS token (auth = \"sas\"), the account \
             key (auth = \"account-key\") or Entra ID (auth = \"entra\")."
                .to_owned()
        }
        Credential::Sas(sas) => sas_fault(sas, situation.secure, now).unwrap_or_else(|| sas_hint(code).to_owned()),
        Credential::Key => key_hint(code).to_owned(),
        Credential::Token => token_hint(code).to_owned(),
    }
}

fn sas_hint(code: &str) -> &'static str {
    match code {
        "AuthorizationFailure" => {
            "The account's firewall may not allow this machine: see Networking in the Azure portal."
        }
        "AuthorizationPermissionMismatch" => {
            "The SAS token does not allow listing: make one with the permissions Read and List."
        }
        "AuthorizationResourceTypeMismatch" => {
            "The SAS token does not cover containers: tick the resource types Container and Object."
        }
        _ => {
            "The signature does not fit: the token may be cut off, belong to another account or container, or be signed with a key \
             that was renewed since. Make a new one."
        }
    }
}

fn key_hint(code: &str) -> &'static str {
    match code {
        "AuthorizationFailure" => {
            "The account's firewall may not allow this machine: see Networking in the Azure portal."
        }
        _ => {
            "The account key does not fit: it may belong to another account, or have been renewed since. Copy key1 or key2 anew from \
             the Azure portal: the storage account, Access keys."
        }
    }
}

/// Source: Microsoft, "Authorize access to blobs using Microsoft Entra ID".
fn token_hint(code: &str) -> &'static str {
    match code {
        "AuthorizationFailure" => {
            "The account's firewall may not allow this machine: see Networking in the Azure portal."
        }
        "AuthorizationPermissionMismatch" | "InsufficientAccountPermissions" => {
            "You are signed in, but may not read the blobs: have somebody assign you the role Storage Blob Data Reader on the account or \
             container. Owner and Contributor are not enough, and a new role takes some minutes to work."
        }
        _ => {
            "The account does not accept this sign-in: it may be of another tenant (az login --tenant …) or have ended (az login)."
        }
    }
}

/// What a token's own words say against it.
fn sas_fault(sas: &SasFacts, secure: bool, now: OffsetDateTime) -> Option<String> {
    if let Some(expired) = sas.expires.filter(|at| *at <= now) {
        return Some(format!("The SAS token expired on {}: make a new one.", day_and_time(expired)));
    }
    if let Some(starts) = sas.starts.filter(|at| *at > now) {
        return Some(format!(
            "The SAS token is valid only from {} on. Check this machine's clock, or make one that starts earlier.",
            day_and_time(starts)
        ));
    }
    let lacks = |field: &Option<String>, letter| field.as_ref().is_some_and(|letters| !letters.contains(letter));
    if lacks(&sas.permissions, 'l') {
        return Some("The SAS token lacks the List permission (sp): make one with Read and List.".to_owned());
    }
    if lacks(&sas.resource_types, 'c') {
        return Some(
            "The SAS token does not cover containers (srt): tick the resource types Container and Object.".to_owned(),
        );
    }
    if lacks(&sas.services, 'b') {
        return Some("The SAS token is not for the Blob service (ss): tick Blob.".to_owned());
    }
    if sas.resource.as_deref() == Some("b") {
        return Some(
            "The SAS token is for a single blob (sr=b): make one for the container or the account.".to_owned(),
        );
    }
    if !secure && sas.protocols.as_deref() == Some("https") {
        return Some("The SAS token allows https only (spr), and this endpoint is http.".to_owned());
    }
    None
}

fn day_and_time(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    format!("{} at {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
}
