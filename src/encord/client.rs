//! Sending one request to Encord: address, login, time limits, repetition, and what its answer means.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::{Position, Url};
use uuid::Uuid;

use crate::encord::{
    body,
    domain::{OPENING, checked},
    error::{Error, Kind},
    key::SigningKey,
    outcome::{Failure, broken, innermost, refusal},
    retry::{Call, RetryPolicy},
    signature,
};

const USER_AGENT: &str = concat!("azure-to-encord/", env!("CARGO_PKG_VERSION"));
const TRACE: HeaderName = HeaderName::from_static("x-cloud-trace-context");
const DIGEST: HeaderName = HeaderName::from_static("content-digest");
const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");
const SIGNATURE: HeaderName = HeaderName::from_static("signature");

/// What Python's `urlencode` leaves as it is, besides the space, which becomes `+`.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-').remove(b'~').remove(b' ');

/// How a user proves who they are. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub enum Credential {
    /// An SSH key whose public half is registered in Encord; every request is signed.
    Key(SigningKey),
    /// A token, sent as it is.
    Bearer(SecretString),
}

/// A cloud integration. Encord does not tell which cloud it is for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Integration {
    /// What the API calls it.
    #[serde(rename = "integrationUuid")]
    pub uuid: Uuid,
    /// What its creator calls it; not necessarily unique.
    pub title: String,
}

/// Encord's API for one login. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    base: String,
    credential: Credential,
    policy: RetryPolicy,
    shared: reqwest::Client,
    fresh: reqwest::Client,
}

/// One call, before it is signed.
pub(super) struct Request {
    /// Completes the sentence "cannot …".
    pub(super) operation: &'static str,
    pub(super) call: Call,
    pub(super) method: Method,
    /// Below `/v2/public/`, with its query.
    pub(super) path: String,
    pub(super) body: Option<Bytes>,
}

impl Request {
    pub(super) fn get(operation: &'static str, path: String) -> Self {
        Self { operation, call: Call::Read, method: Method::GET, path, body: None }
    }

    pub(super) fn post(operation: &'static str, call: Call, path: String, body: Option<Bytes>) -> Self {
        Self { operation, call, method: Method::POST, path, body }
    }
}

impl Client {
    /// Prepares calls to `domain`, such as `https://api.encord.com`. Nothing is sent yet.
    ///
    /// Trailing slashes are ignored. Errors: [`Kind::InsecureUrl`] for `http://` to any host but this machine,
    /// [`Kind::BadUrl`] for what is no address of an API, [`Kind::Unreachable`] if TLS cannot be set up.
    pub fn new(domain: &str, credential: Credential) -> Result<Self, Error> {
        Self::with_policy(domain, credential, RetryPolicy::default())
    }

    /// The same login and connections, but a call that fails is not sent again: for callers that repeat by themselves and
    /// want to tell of each failure.
    #[must_use]
    pub fn without_retries(&self) -> Self {
        let Inner { base, credential, policy, shared, fresh } = &*self.inner;
        let inner = Inner {
            base: base.clone(),
            credential: credential.clone(),
            policy: RetryPolicy { retries: 0, ..policy.clone() },
            shared: shared.clone(),
            fresh: fresh.clone(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// How patient it is.
    pub fn policy(&self) -> &RetryPolicy {
        &self.inner.policy
    }

    /// As [`Client::new`], with other pauses and time limits.
    pub fn with_policy(domain: &str, credential: Credential, policy: RetryPolicy) -> Result<Self, Error> {
        let (url, loopback) = checked(domain)?;
        crate::tls::install();
        let build = |idle: usize| {
            let mut builder = reqwest::Client::builder()
                .user_agent(USER_AGENT)
                .connect_timeout(policy.connect_timeout)
                .pool_max_idle_per_host(idle)
                // Following a redirect would hand the login to another address, under a signature for this one.
                .redirect(reqwest::redirect::Policy::none());
            if loopback {
                builder = builder.no_proxy();
            }
            builder.build().map_err(|error| Error::unsent(Kind::Unreachable, OPENING, innermost(&error)))
        };
        let inner = Inner {
            base: format!("{}/v2/public/", url.as_str().trim_end_matches('/')),
            credential,
            shared: build(4)?,
            // A connection kept from earlier may be closing just when it is used. A read is then repeated; a call that
            // creates something could not be, so it pays for a connection of its own.
            fresh: build(0)?,
            policy,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// All integrations that this login may use, in Encord's order.
    pub async fn integrations(&self) -> Result<Vec<Integration>, Error> {
        #[derive(Deserialize)]
        struct Answer {
            result: Vec<Integration>,
        }
        let path = format!("cloud-integrations?{}", query(&[("includeOrgAccess", Some("False"))]));
        let answer: Answer = self.send(Request::get("list the integrations", path)).await?;
        Ok(answer.result)
    }

    /// Sends a request until it succeeds or may not be repeated, and reads the JSON of its answer (`null` if empty).
    pub(super) async fn send<T: DeserializeOwned>(&self, request: Request) -> Result<T, Error> {
        let mut attempt = 0;
        loop {
            match self.attempt(&request).await {
                Ok(value) => return Ok(value),
                Err(failure) if failure.again && attempt < self.inner.policy.retries => {
                    attempt += 1;
                    tokio::time::sleep(self.inner.policy.delay(attempt, failure.asked)).await;
                }
                Err(failure) => return Err(failure.error),
            }
        }
    }

    async fn attempt<T: DeserializeOwned>(&self, request: &Request) -> Result<T, Failure> {
        let trace_id = Uuid::new_v4().simple().to_string();
        let refuse = |kind, message: String| Failure {
            error: Error { trace_id: trace_id.clone(), ..Error::unsent(kind, request.operation, message) },
            again: false,
            asked: None,
        };
        let url = Url::parse(&format!("{}{}", self.inner.base, request.path))
            .map_err(|error| refuse(Kind::BadUrl, error.to_string()))?;
        let headers = self.headers(request, &url, &trace_id).map_err(|_| {
            refuse(Kind::Unauthenticated, "the bearer token holds characters it cannot have".to_owned())
        })?;

        let policy = &self.inner.policy;
        let (http, limit) = match request.call {
            Call::Read => (&self.inner.shared, policy.read_timeout),
            Call::Idempotent => (&self.inner.shared, write_limit(policy, request)),
            Call::Create => (&self.inner.fresh, write_limit(policy, request)),
        };
        let mut builder = http.request(request.method.clone(), url.clone()).headers(headers).timeout(limit);
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let broken = |error: &reqwest::Error| broken(request, &url, &trace_id, limit, error);
        let response = builder.send().await.map_err(|error| broken(&error))?;
        let status = response.status();
        let headers = response.headers().clone();
        let body = response.bytes().await;
        if status != StatusCode::OK && status != StatusCode::NO_CONTENT {
            return Err(refusal(request, trace_id, status, &headers, &body.unwrap_or_default()));
        }
        let body = body.map_err(|error| broken(&error))?;
        let json: &[u8] = if body.is_empty() { b"null" } else { &body };
        serde_json::from_slice(json).map_err(|error| {
            let mut message = format!("the answer is not what was expected: {error}");
            if !matches!(json.trim_ascii_start().first(), Some(b'{' | b'[')) {
                message = format!("{message} (it is: {})", body::words(json));
            }
            let mut failure = refuse(Kind::BadResponse, body::tidy(&message));
            failure.error.status = Some(status.as_u16());
            failure.error.outcome_unknown = request.call != Call::Read;
            failure
        })
    }

    fn headers(
        &self,
        request: &Request,
        url: &Url,
        trace_id: &str,
    ) -> Result<HeaderMap, reqwest::header::InvalidHeaderValue> {
        let mut headers = HeaderMap::new();
        headers.insert(TRACE, HeaderValue::try_from(format!("{trace_id}/1;o=1"))?);
        if request.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        } else if request.method == Method::POST {
            // Left out by default, and some load balancers refuse a POST that does not tell its length (411).
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        match &self.inner.credential {
            Credential::Key(key) => {
                let body = request.body.as_deref().unwrap_or_default();
                let target = &url[Position::BeforePath..Position::AfterQuery];
                let signed = signature::sign(key, request.method.as_str(), target, body, signature::now());
                headers.insert(DIGEST, HeaderValue::try_from(signed.digest)?);
                headers.insert(SIGNATURE_INPUT, HeaderValue::try_from(signed.input)?);
                headers.insert(SIGNATURE, HeaderValue::try_from(signed.signature)?);
            }
            Credential::Bearer(token) => {
                let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret().trim()))?;
                value.set_sensitive(true);
                headers.insert(AUTHORIZATION, value);
            }
        }
        Ok(headers)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.inner.base)
            .field("credential", &self.inner.credential)
            .finish_non_exhaustive()
    }
}

/// A query string as the SDK encodes it; pairs without a value are left out.
pub(super) fn query(pairs: &[(&str, Option<&str>)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, QUERY).to_string().replace(' ', "+");
    let told =
        pairs.iter().filter_map(|(name, value)| value.map(|value| format!("{}={}", encode(name), encode(value))));
    told.collect::<Vec<_>>().join("&")
}

/// A flag as the SDK writes it in a query.
pub(super) fn flag(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

fn write_limit(policy: &RetryPolicy, request: &Request) -> Duration {
    const BYTES_PER_SECOND: usize = 100_000;
    let bytes = request.body.as_ref().map_or(0, Bytes::len);
    policy.write_timeout + Duration::from_secs((bytes / BYTES_PER_SECOND) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_a_query_as_the_sdk_does() {
        let pairs = [("search", Some("a b&c=d/ü+~*")), ("pageToken", None), ("desc", Some(flag(false)))];
        assert_eq!(query(&pairs), "search=a+b%26c%3Dd%2F%C3%BC%2B~%2A&desc=False");
    }
}
