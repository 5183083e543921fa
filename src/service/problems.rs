//! Errors of services and disk, told for the user.

use crate::{
    azure, encord,
    error::{ErrorKind, UserError},
    store::{runs::record::StoreError, secrets::SecretError},
};

/// An error of Encord's client.
pub fn encord_problem(error: &encord::error::Error) -> UserError {
    let status = error.status.map(|status| format!("{status}: ")).unwrap_or_default();
    let trace = if error.trace_id.is_empty() { String::new() } else { format!(" (trace {})", error.trace_id) };
    UserError {
        summary: format!("Encord: could not {}.", error.operation),
        source_message: Some(format!("{status}{}{trace}", error.message)),
        hint: error.hint(),
        kind: match error.kind {
            encord::error::Kind::Unauthenticated | encord::error::Kind::Forbidden => ErrorKind::Access,
            encord::error::Kind::InsecureUrl | encord::error::Kind::BadUrl => ErrorKind::Config,
            _ => ErrorKind::Other,
        },
    }
}

/// An error of the storage account's client.
pub fn azure_problem(error: &azure::error::Error) -> UserError {
    let id = error.request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default();
    UserError {
        summary: format!("Azure: {}.", error.kind),
        source_message: error.message.as_ref().map(|message| format!("{message}{id}")),
        hint: error.hint().map(str::to_owned),
        kind: match error.kind {
            azure::error::ErrorKind::Auth { .. } | azure::error::ErrorKind::SignIn => ErrorKind::Access,
            azure::error::ErrorKind::NotFound { .. }
            | azure::error::ErrorKind::BadUrl
            | azure::error::ErrorKind::BadSas
            | azure::error::ErrorKind::BadKey => ErrorKind::Config,
            _ => ErrorKind::Other,
        },
    }
}

/// A secret that is not where the config says.
pub(crate) fn secret_problem(error: &SecretError) -> UserError {
    UserError::config(error.0.clone())
}

/// An SSH key that cannot be used.
pub(crate) fn key_problem(source: &str, error: &encord::key::KeyError) -> UserError {
    UserError::config(format!("The SSH key from {source} cannot be used: {error}."))
}

pub(crate) fn store_problem(error: &StoreError) -> UserError {
    match error {
        StoreError::Unknown(_) => UserError::config(error.to_string()),
        _ => UserError::other(error.to_string()),
    }
}

pub(crate) fn disk_problem(what: &str, error: &std::io::Error) -> UserError {
    let mut problem = UserError::other(format!("Could not {what}."));
    problem.source_message = Some(error.to_string());
    problem.hint("Check the disk's free space and that the directory can be written; AZURE_TO_ENCORD_HOME chooses another place.")
}
