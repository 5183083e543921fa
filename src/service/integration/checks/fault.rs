//! Why something about the account could not be found out, and how checks tell of it.

use std::{future::Future, time::Duration};

use crate::{
    azure,
    error::UserError,
    service::problems::azure_problem,
    wizard::check::{Check, CheckState},
};

/// What stood in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cause {
    /// There is no credential, or nobody would take it.
    NotSignedIn,
    /// No answer came, or none in time.
    Unreachable,
    /// Azure refused, with this error code.
    Refused(String),
    /// Anything else.
    Other,
}

/// Why something could not be found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CheckFailure {
    pub(super) cause: Cause,
    pub(super) problem: UserError,
}

impl CheckFailure {
    pub(super) fn not_signed_in(problem: UserError) -> CheckFailure {
        CheckFailure { cause: Cause::NotSignedIn, problem }
    }

    fn late(patience: Duration, host: &str) -> CheckFailure {
        let problem = UserError::other(format!("Azure: {host} did not answer within {} seconds.", patience.as_secs()))
            .hint("Check the network, a proxy (HTTPS_PROXY) or a firewall in between, and that the endpoint is right.");
        CheckFailure { cause: Cause::Unreachable, problem }
    }
}

impl From<azure::error::Error> for CheckFailure {
    fn from(error: azure::error::Error) -> CheckFailure {
        let cause = match &error.kind {
            azure::error::ErrorKind::Unreachable { .. } => Cause::Unreachable,
            azure::error::ErrorKind::Auth { code, .. } => Cause::Refused(code.clone()),
            _ => Cause::Other,
        };
        CheckFailure { cause, problem: azure_problem(&error) }
    }
}

/// Waits for an answer of the host, but not for ever.
pub(super) async fn in_time<T>(
    patience: Duration,
    host: &str,
    work: impl Future<Output = Result<T, azure::error::Error>>,
) -> Result<T, CheckFailure> {
    match tokio::time::timeout(patience, work).await {
        Ok(answer) => answer.map_err(CheckFailure::from),
        Err(_) => Err(CheckFailure::late(patience, host)),
    }
}

/// A check that could not be made or makes no sense here.
pub(super) fn skipped(id: &'static str, reason: impl Into<String>) -> Check {
    Check::new(id, CheckState::Skipped, reason)
}

/// A blob's name so that nothing in it can disturb a terminal or mislead a reader.
pub(super) fn quoted(name: &str) -> String {
    format!("'{}'", name.escape_debug())
}
