//! Errors of services and disk, told for the user.

use crate::{
    azure, encord,
    error::{Class, Problem},
    store::{runs::record::StoreError, secrets::SecretError},
};

/// An error of Encord's client.
pub fn encord_problem(error: &encord::error::Error) -> Problem {
    let status = error.status.map(|status| format!("{status}: ")).unwrap_or_default();
    let trace = if error.trace_id.is_empty() { String::new() } else { format!(" (trace {})", error.trace_id) };
    Problem {
        what: format!("Encord: could not {}.", error.operation),
        said: Some(format!("{status}{}{trace}", error.message)),
        hint: error.hint(),
        class: match error.kind {
            encord::error::Kind::Unauthenticated | encord::error::Kind::Forbidden => Class::Access,
            encord::error::Kind::InsecureUrl | encord::error::Kind::BadUrl => Class::Config,
            _ => Class::Other,
        },
    }
}

/// An error of the storage account's client.
pub fn azure_problem(error: &azure::error::Error) -> Problem {
    let id = error.request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default();
    Problem {
        what: format!("Azure: {}.", error.kind),
        said: error.message.as_ref().map(|message| format!("{message}{id}")),
        hint: error.hint().map(str::to_owned),
        class: match error.kind {
            azure::error::ErrorKind::Auth { .. } | azure::error::ErrorKind::SignIn => Class::Access,
            azure::error::ErrorKind::NotFound { .. }
            | azure::error::ErrorKind::BadUrl
            | azure::error::ErrorKind::BadSas
            | azure::error::ErrorKind::BadKey => Class::Config,
            _ => Class::Other,
        },
    }
}

/// A secret that is not where the config says.
pub(crate) fn secret_problem(error: &SecretError) -> Problem {
    Problem::config(error.0.clone())
}

/// An SSH key that cannot be used.
pub(crate) fn key_problem(source: &str, error: &encord::key::KeyError) -> Problem {
    Problem::config(format!("The SSH key from {source} cannot be used: {error}."))
}

pub(crate) fn store_problem(error: &StoreError) -> Problem {
    match error {
        StoreError::Unknown(_) => Problem::config(error.to_string()),
        _ => Problem::other(error.to_string()),
    }
}

pub(crate) fn disk_problem(what: &str, error: &std::io::Error) -> Problem {
    let mut problem = Problem::other(format!("Could not {what}."));
    problem.said = Some(error.to_string());
    problem.hint("Check the disk's free space and that the directory can be written; AZURE_TO_ENCORD_HOME chooses another place.")
}
