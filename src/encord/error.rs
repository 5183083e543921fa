//! What can go wrong in a call to Encord, and what the user can do about it.

use std::fmt;
use std::time::Duration;

/// The sort of failure, as far as it decides what happens next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// 401: Encord does not know who is asking.
    Unauthenticated,
    /// 403: not allowed. Encord also answers this for a folder or item that does not exist.
    Forbidden,
    /// 404.
    NotFound,
    /// 409: it exists already.
    Conflict,
    /// 400, 422 and every other refusal of the request as it was sent.
    Invalid,
    /// 413: the body is larger than Encord takes.
    TooLarge,
    /// 429: too many requests; this one was refused before it was carried out.
    RateLimited {
        /// The pause that Encord asked for.
        retry_after: Option<Duration>,
    },
    /// 5xx: the failure is on Encord's side.
    Server,
    /// No connection, or one that broke.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// An answer that makes no sense: a redirect, a page instead of JSON, a missing field.
    BadResponse,
    /// `http://` to another machine, which would send the login in the clear.
    InsecureUrl,
    /// The domain is no usable address.
    BadUrl,
}

/// A call to Encord that failed. `Display` tells what was done, the status, Encord's words and the trace id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The sort of failure.
    pub kind: Kind,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// Encord's own words if it sent any, else what happened. One line, free of control characters, at most about
    /// 600 characters.
    pub message: String,
    /// The id of the last try in Encord's own logs (32 hexadecimal digits), worth quoting to Encord's support. Empty
    /// when nothing was sent.
    pub trace_id: String,
    /// What was being done, such as `start the upload job`.
    pub operation: &'static str,
    /// The request may have been carried out although it failed, and nobody knows.
    pub outcome_unknown: bool,
    /// By how many seconds this machine's clock is ahead of Encord's (negative: behind), where the answer told.
    pub clock_ahead: Option<i32>,
}

/// Signatures carry the time; a difference up to this many seconds is taken for the time that an answer travels.
const CLOCK_TOLERANCE: u32 = 30;

impl Error {
    /// A failure before anything was sent.
    pub(super) fn unsent(kind: Kind, operation: &'static str, message: String) -> Self {
        Self {
            kind,
            status: None,
            message,
            trace_id: String::new(),
            operation,
            outcome_unknown: false,
            clock_ahead: None,
        }
    }

    /// The likely cause and the next step, in one or two sentences; `None` where the message says it all.
    pub fn hint(&self) -> Option<String> {
        let text = match &self.kind {
            Kind::Unauthenticated => return Some(self.unauthenticated()),
            Kind::Forbidden => {
                "This login has no access to it, or it does not exist: Encord answers both alike. To register data, the \
                 role in the integration has to be Admin (User is not enough), and the folder has to be writable."
            }
            Kind::NotFound => "It was deleted meanwhile, or the id belongs to another region or organisation.",
            Kind::Conflict => "It exists already: pick the existing one, or another name.",
            Kind::Invalid if matches!(self.status, Some(400 | 422)) => {
                "Encord refused the content of the request; its own words name the field."
            }
            Kind::Invalid => {
                "The domain may not be Encord's API: use https://api.encord.com or https://api.us.encord.com."
            }
            Kind::TooLarge => "Send smaller batches: lower upload.images_per_job and upload.videos_per_job.",
            Kind::RateLimited { retry_after: Some(pause) } => {
                let seconds = pause.as_secs_f64().ceil().max(1.0);
                return Some(format!("Encord asks for a pause of {seconds} s before the next try."));
            }
            Kind::RateLimited { retry_after: None } => {
                "Too many requests: wait a minute, and lower upload.jobs_in_flight."
            }
            Kind::Server if self.outcome_unknown => {
                "The failure is on Encord's side, and the request may have been carried out all the same: look in Encord \
                 before sending it again."
            }
            Kind::Server => {
                "The failure is on Encord's side: try again later, and quote the trace id to Encord's support."
            }
            Kind::Unreachable if self.message.contains("certificate") => {
                "The TLS certificate was not accepted. Behind a proxy that inspects traffic, its root certificate has to be \
                 installed on this machine."
            }
            Kind::Unreachable | Kind::Timeout if self.outcome_unknown => {
                "The connection failed after the request was sent, so it may have been carried out: look in Encord before \
                 sending it again."
            }
            Kind::Unreachable | Kind::Timeout => {
                "Check the network, a VPN or firewall, the proxy settings (HTTPS_PROXY, NO_PROXY) and the domain."
            }
            Kind::BadResponse => {
                "Something other than Encord's API may have answered, such as a proxy's login page: check the domain."
            }
            Kind::InsecureUrl => "Write https:// in encord.domain.",
            Kind::BadUrl => "encord.domain is https://api.encord.com or https://api.us.encord.com.",
        };
        Some(text.to_owned())
    }

    /// By how many seconds this machine's clock is ahead of Encord's (negative: behind), where it is by so much that it can be
    /// the reason for a refusal.
    pub fn clock_off(&self) -> Option<i32> {
        self.clock_ahead.filter(|ahead| ahead.unsigned_abs() > CLOCK_TOLERANCE)
    }

    fn unauthenticated(&self) -> String {
        if let Some(ahead) = self.clock_off() {
            let direction = if ahead > 0 { "ahead of" } else { "behind" };
            return format!(
                "This machine's clock is {} s {direction} Encord's, and signed requests are only valid for a short time: \
                 set the clock.",
                ahead.unsigned_abs()
            );
        }
        let clock = if self.clock_ahead.is_some() { "" } else { ", or this machine's clock is off" };
        format!(
            "The public key is not registered in Encord (Settings > Public keys), or the account is in the other region \
             (https://api.encord.com and https://api.us.encord.com do not share accounts), or a bearer token has \
             expired{clock}."
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {}: ", self.operation)?;
        if let Some(status) = self.status {
            let reason = reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
            write!(f, "{status} {}: ", reason.unwrap_or("status"))?;
        }
        f.write_str(&self.message)?;
        if self.outcome_unknown {
            f.write_str(" (it may have been carried out all the same)")?;
        }
        if !self.trace_id.is_empty() {
            write!(f, " [trace {}]", self.trace_id)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// The kind that a status stands for, as the SDK maps them.
pub(super) fn kind_of(status: u16, retry_after: Option<Duration>) -> Kind {
    match status {
        401 => Kind::Unauthenticated,
        403 => Kind::Forbidden,
        404 => Kind::NotFound,
        409 => Kind::Conflict,
        413 => Kind::TooLarge,
        429 => Kind::RateLimited { retry_after },
        400..=499 => Kind::Invalid,
        500..=599 => Kind::Server,
        _ => Kind::BadResponse,
    }
}
