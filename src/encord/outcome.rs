//! What a try that did not succeed means: for the user, and for whether there is another one.

use std::error::Error as _;
use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, LOCATION};
use time::OffsetDateTime;
use url::{Position, Url};

use crate::encord::{
    body,
    client::Request,
    error::{Error, Kind, kind_of},
    retry::{Call, http_date, retry_after},
};

/// A try that failed, and whether another one is allowed.
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) again: bool,
    /// The pause that the server asked for.
    pub(super) asked: Option<Duration>,
}

/// No whole answer came. `limit` is what the try was given.
pub(super) fn broken(request: &Request, url: &Url, trace_id: &str, limit: Duration, error: &reqwest::Error) -> Failure {
    let cause = innermost(error);
    let host = &url[Position::BeforeHost..Position::AfterPort];
    let unsent = error.is_connect();
    let (kind, message) = match (unsent, error.is_timeout()) {
        (true, true) => (Kind::Timeout, format!("no connection to {host} in time")),
        (false, true) => (Kind::Timeout, format!("no answer from {host} within {} s", limit.as_secs())),
        (true, false) => (Kind::Unreachable, format!("cannot connect to {host}: {cause}")),
        (false, false) => (Kind::Unreachable, format!("the connection to {host} broke: {cause}")),
    };
    // A certificate is not accepted the next time either.
    let again = if unsent { !cause.contains("invalid peer certificate") } else { request.call.repeats_when_broken() };
    let error = Error {
        trace_id: if unsent { String::new() } else { trace_id.to_owned() },
        outcome_unknown: request.call != Call::Read && !unsent,
        ..Error::unsent(kind, request.operation, body::tidy(&message))
    };
    Failure { error, again, asked: None }
}

/// An answer came, and it is not a success.
pub(super) fn refusal(
    request: &Request,
    trace_id: String,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Failure {
    let now = SystemTime::now();
    let asked = retry_after(headers, now);
    let code = status.as_u16();
    let mut message = body::words(body);
    if status.is_redirection() {
        let place = headers.get(LOCATION).and_then(|place| place.to_str().ok()).unwrap_or("somewhere");
        message = body::tidy(&format!("redirected to {place}"));
    } else if message.is_empty() {
        "no explanation was given".clone_into(&mut message);
    }
    let clock_ahead = headers.get(DATE).and_then(|date| http_date(date.to_str().ok()?)).map(|theirs| {
        let ahead = (OffsetDateTime::from(now) - theirs).whole_seconds();
        ahead.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
    });
    let error = Error {
        status: Some(code),
        trace_id,
        // 501 says that the server cannot do it; any other 5xx may come from a proxy while the API is still at work.
        outcome_unknown: request.call != Call::Read && status.is_server_error() && code != 501,
        clock_ahead,
        ..Error::unsent(kind_of(code, asked), request.operation, message)
    };
    Failure { error, again: request.call.repeats_on(code, asked), asked }
}

/// The text at the bottom of an error's causes, which is the one that says something.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = error.to_string();
        source = error.source();
    }
    text
}
