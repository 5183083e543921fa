//! Faults on demand: what networks, proxies and services under load do to a client, by a plan, so that it can be shown what
//! a client makes of them.
//!
//! A plan concerns the calls about upload jobs only. Off, which it is unless [`Server::faults`](crate::demo::encord::Server::faults) sets
//! one, it costs each request one look at a flag.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::demo::encord::{
    connection::ResetHandle,
    error::ApiError,
    shared::{Shared, locked},
};

/// A call about upload jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A job is started.
    CreateJob,
    /// A job is asked about.
    PollJob,
    /// A job is cancelled.
    CancelJob,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::CreateJob, Self::PollJob, Self::CancelJob];

    fn of(request: &Request) -> Option<Self> {
        let (_, rest) = request.uri().path().split_once("/data-upload-jobs")?;
        match (request.method(), rest.ends_with("/cancel")) {
            (&Method::POST, true) => Some(Self::CancelJob),
            (&Method::POST, false) => Some(Self::CreateJob),
            (&Method::GET, _) => Some(Self::PollJob),
            _ => None,
        }
    }
}

/// Something that goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum InjectedFault {
    /// Another status in place of the answer, in the form in which the service answers errors.
    Status {
        /// The status: 401, 403, 429, 503 and so on.
        status: u16,
        /// The value of `Retry-After`: seconds or an HTTP date.
        retry_after: Option<&'static str>,
        /// Whether the request was carried out all the same.
        carried_out: bool,
    },
    /// A web page in place of the answer, as a proxy or a login portal sends one.
    Page {
        /// The status: 200, 502.
        status: u16,
        /// Whether the request was carried out all the same.
        carried_out: bool,
    },
    /// The connection is reset before any answer.
    Reset {
        /// Whether the request was carried out all the same.
        carried_out: bool,
    },
    /// The request is carried out, and its answer breaks off in the middle.
    Cut,
    /// The answer comes so much later than it would.
    Stall {
        /// By so much.
        by: Duration,
        /// Whether the request is carried out first, or only if the client is still there at the end.
        carried_out: bool,
    },
    /// 413 for a request of more bytes than that; a smaller one passes.
    Limit {
        /// The largest body taken.
        bytes: u64,
    },
    /// The service's clock is by so many seconds ahead of this machine's (negative: behind): its `Date` says so, and
    /// signatures made more than five minutes from it are refused with 401.
    Clock {
        /// In seconds.
        ahead: i64,
    },
}

/// Which requests a fault strikes, counted over those of the rule's operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Times {
    /// So many (`count`) after the first `skip`.
    Some {
        /// Requests that pass first.
        skip: u64,
        /// Requests that are struck then.
        count: u64,
    },
    /// All after the first so many.
    After(u64),
    /// Each with this probability, from 0 to 1.
    Chance(f64),
}

/// One fault and when it strikes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// The call.
    pub operation: Operation,
    /// What happens.
    pub fault: InjectedFault,
    /// How often.
    pub times: Times,
}

/// Faults to come. Of several rules that would strike one request, the first does; the others still count it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FaultPlan {
    /// The rules; none: nothing goes wrong.
    pub rules: Vec<Rule>,
    /// What chance is drawn from; the same seed gives the same faults for the same requests in the same order.
    pub seed: u64,
}

/// A plan at work.
#[derive(Default)]
pub(super) struct Faults {
    on: AtomicBool,
    state: Mutex<Running>,
}

#[derive(Default)]
struct Running {
    plan: FaultPlan,
    /// The requests seen, by rule.
    seen: Vec<u64>,
    struck: u64,
}

/// How far the service's clock is ahead for one request, in seconds.
#[derive(Clone, Copy)]
pub(super) struct ClockAhead(pub(super) i64);

impl Faults {
    pub(super) fn set(&self, plan: FaultPlan) {
        let mut state = locked(&self.state);
        self.on.store(!plan.rules.is_empty(), Ordering::Relaxed);
        state.seen = vec![0; plan.rules.len()];
        state.struck = 0;
        state.plan = plan;
    }

    pub(super) fn struck(&self) -> u64 {
        locked(&self.state).struck
    }

    fn next(&self, request: &Request) -> Option<InjectedFault> {
        if !self.on.load(Ordering::Relaxed) {
            return None;
        }
        let operation = Operation::of(request)?;
        let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let mut state = locked(&self.state);
        let Running { plan, seen, struck } = &mut *state;
        let mut found = None;
        for ((rule, seen), place) in plan.rules.iter().zip(seen.iter_mut()).zip(0..) {
            if rule.operation != operation {
                continue;
            }
            let number = *seen;
            *seen += 1;
            let strikes = match rule.times {
                Times::Some { skip, count } => (skip..skip.saturating_add(count)).contains(&number),
                Times::After(skip) => number >= skip,
                Times::Chance(chance) => share(plan.seed, place, number) < chance,
            };
            let fits = !matches!(rule.fault, InjectedFault::Limit { bytes } if length.is_none_or(|length: u64| length <= bytes));
            if strikes && fits && found.is_none() {
                found = Some(rule.fault);
            }
        }
        *struck += u64::from(found.is_some());
        found
    }
}

/// A number from 0 up to 1, evenly spread over requests and rules (the mixing function of SplitMix64).
fn share(seed: u64, rule: u64, request: u64) -> f64 {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut mixed =
        seed.wrapping_add(rule.wrapping_mul(0xd1b5_4a32_d192_ed03)).wrapping_add(request.wrapping_mul(STEP));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    #[expect(clippy::cast_precision_loss, reason = "a probability")]
    let share = (mixed >> 11) as f64 / (1_u64 << 53) as f64;
    share
}

/// The layer around everything else.
pub(super) async fn strike(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cutter): ConnectInfo<ResetHandle>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(fault) = shared.faults.next(&request) else {
        return next.run(request).await;
    };
    match fault {
        InjectedFault::Status { status, retry_after, carried_out } => {
            carry_out(carried_out, request, next).await;
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let reason = status.canonical_reason().unwrap_or("Error").to_owned();
            let mut response = ApiError::new(status, reason).into_response();
            if let Some(value) = retry_after.and_then(|value| HeaderValue::from_str(value).ok()) {
                response.headers_mut().insert(RETRY_AFTER, value);
            }
            response
        }
        InjectedFault::Page { status, carried_out } => {
            carry_out(carried_out, request, next).await;
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            let title = status.canonical_reason().unwrap_or("Error");
            let page =
                format!("<!doctype html>\n<html><head><title>{title}</title></head><body>{title}</body></html>\n");
            (status, [(CONTENT_TYPE, "text/html")], page).into_response()
        }
        InjectedFault::Reset { carried_out } => {
            carry_out(carried_out, request, next).await;
            cutter.cut();
            // Never gets through.
            StatusCode::NO_CONTENT.into_response()
        }
        InjectedFault::Cut => halve(next.run(request).await).await,
        InjectedFault::Stall { by, carried_out: true } => {
            let response = next.run(request).await;
            hold(&shared, by).await;
            response
        }
        InjectedFault::Stall { by, carried_out: false } => {
            hold(&shared, by).await;
            next.run(request).await
        }
        InjectedFault::Limit { bytes } => {
            carry_out(false, request, next).await;
            ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, format!("The request body is larger than {bytes} bytes"))
                .into_response()
        }
        InjectedFault::Clock { ahead } => {
            request.extensions_mut().insert(ClockAhead(ahead));
            let mut response = next.run(request).await;
            let theirs = OffsetDateTime::now_utc() + time::Duration::seconds(ahead);
            let date = theirs.format(&Rfc2822).ok().map(|date| date.replace("+0000", "GMT"));
            if let Some(date) = date.and_then(|date| HeaderValue::from_str(&date).ok()) {
                response.headers_mut().insert(DATE, date);
            }
            response
        }
    }
}

/// Carries the request out and forgets the answer, or only reads it, as a refusal after the whole body does.
async fn carry_out(carry_out: bool, request: Request, next: Next) {
    if carry_out {
        next.run(request).await;
    } else {
        let _ = to_bytes(request.into_body(), usize::MAX).await;
    }
}

async fn hold(shared: &Shared, by: Duration) {
    tokio::select! {
        () = tokio::time::sleep(by) => {}
        () = shared.stopping.cancelled() => {}
    }
}

/// Promises the whole answer, sends its first half and breaks off.
async fn halve(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let half = bytes.slice(..bytes.len() / 2);
    // A body that ends before its length is up makes the server close the connection.
    Response::from_parts(parts, Body::from_stream(stream::iter([Ok::<_, Infallible>(half)])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: Method, path: &str, length: u64) -> Request {
        let builder = Request::builder().method(method).uri(path).header(CONTENT_LENGTH, length);
        builder.body(Body::empty()).unwrap()
    }

    const STATUS: InjectedFault = InjectedFault::Status { status: 503, retry_after: None, carried_out: false };

    #[test]
    fn a_rule_strikes_its_operation_when_it_is_due() {
        let faults = Faults::default();
        let jobs = "/v2/public/storage/folders/f/data-upload-jobs";
        let strikes = |method, path: &str, length| faults.next(&request(method, path, length));
        assert_eq!(strikes(Method::POST, jobs, 1), None);
        let rule = |operation, fault, times| Rule { operation, fault, times };
        faults.set(FaultPlan {
            rules: vec![
                rule(Operation::CreateJob, STATUS, Times::Some { skip: 1, count: 1 }),
                rule(Operation::CreateJob, InjectedFault::Limit { bytes: 10 }, Times::After(0)),
                rule(Operation::CancelJob, InjectedFault::Cut, Times::After(1)),
            ],
            seed: 0,
        });
        assert_eq!(strikes(Method::GET, &format!("{jobs}/j?timeoutSeconds=1"), 0), None);
        assert_eq!(strikes(Method::GET, "/v2/public/storage/folders", 0), None);
        assert_eq!(strikes(Method::POST, jobs, 10), None);
        assert_eq!(strikes(Method::POST, jobs, 11), Some(STATUS));
        assert_eq!(strikes(Method::POST, jobs, 11), Some(InjectedFault::Limit { bytes: 10 }));
        assert_eq!(strikes(Method::POST, &format!("{jobs}/j/cancel"), 0), None);
        assert_eq!(strikes(Method::POST, &format!("{jobs}/j/cancel"), 0), Some(InjectedFault::Cut));
        assert_eq!(faults.struck(), 3);
        faults.set(FaultPlan::default());
        assert_eq!(strikes(Method::POST, &format!("{jobs}/j/cancel"), 0), None);
    }

    #[test]
    fn chance_is_even_and_follows_from_the_seed() {
        let mean = |seed| (0..10_000).map(|request| share(seed, 3, request)).sum::<f64>() / 10_000.0;
        assert!((0.48..0.52).contains(&mean(1)) && (0.48..0.52).contains(&mean(2)));
        assert!(share(1, 0, 5) == share(1, 0, 5) && share(1, 0, 5) != share(2, 0, 5));
    }
}
