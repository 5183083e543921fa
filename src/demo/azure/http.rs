//! The HTTP face: which operation a request is, whether it is allowed, and its answer.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use percent_encoding::percent_decode_str;
use time::OffsetDateTime;
use time::macros::format_description;
use url::form_urlencoded;

use crate::{
    demo::azure::{
        cors::Cors,
        fault::AzureFault,
        list,
        sas::{AccountKey, Need},
        shared_key,
        store::{Kept, Store},
    },
    endpoints::cors::Rule,
};

/// A longer body is no properties of a service.
const LONGEST_BODY: usize = 64 * 1024;

/// What all requests share.
pub(super) struct Shared {
    account: String,
    key: AccountKey,
    store: Store,
    cors: Cors,
}

impl Shared {
    pub(super) fn new(account: String, key: AccountKey, rules: Vec<Rule>) -> Shared {
        Shared { account, key, store: Store::default(), cors: Cors::new(rules) }
    }

    pub(super) fn account(&self) -> &str {
        &self.account
    }

    pub(super) fn key(&self) -> &AccountKey {
        &self.key
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }
}

pub(super) fn router(shared: Arc<Shared>) -> Router {
    // Blob names hold any character and empty segments, which a router's patterns would not keep apart.
    Router::new().fallback(answer).with_state(shared)
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let request_id = uuid::Uuid::new_v4().to_string();
    let (request, body) = request.into_parts();
    let answered = match axum::body::to_bytes(body, LONGEST_BODY).await {
        Ok(body) => shared.operate(&request, &body),
        Err(_) => Err(AzureFault::document()),
    };
    let mut response =
        answered.unwrap_or_else(|fault| fault.into_response(&request_id, request.method != Method::HEAD));
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        headers.insert("x-ms-request-id", id);
    }
    for name in ["x-ms-version", "x-ms-client-request-id"] {
        if let Some(value) = request.headers.get(name) {
            headers.insert(name, value.clone());
        }
    }
    if request.method != Method::OPTIONS {
        shared.cors.annotate(&request.method, &request.headers, headers);
    }
    response
}

/// The parts of a path-style path, decoded.
struct ResourcePath {
    container: Option<String>,
    blob: Option<String>,
}

impl Shared {
    fn operate(&self, request: &Parts, body: &[u8]) -> Result<Response, AzureFault> {
        if request.method == Method::OPTIONS {
            return self.cors.preflight(&request.headers);
        }
        let place = self.place(request.uri.path())?;
        let query: HashMap<String, String> =
            form_urlencoded::parse(request.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let asked = |key: &str| query.get(key).map(String::as_str);
        let within = place.container.clone();
        let allow = |resource_type, permission| {
            self.authorise(request, &query, within.as_deref(), Need { resource_type, permission })
        };
        let header = |name| request.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let endpoint = || format!("http://{}/{}", header(header::HOST), self.account);
        let head = match request.method {
            Method::GET => false,
            Method::HEAD => true,
            Method::PUT if place.container.is_none() => {
                if (asked("restype"), asked("comp")) != (Some("service"), Some("properties")) {
                    return Err(AzureFault::uri());
                }
                allow('s', 'w')?;
                return self.cors.set_properties(body);
            }
            _ => return Err(AzureFault::verb()),
        };
        match (place.container, place.blob, asked("restype"), asked("comp")) {
            (None, None, Some("service"), Some("properties")) if !head => {
                allow('s', 'r')?;
                Ok(xml(self.cors.properties()))
            }
            (None, None, None, Some("list")) if !head => {
                allow('s', 'l')?;
                list::containers(&endpoint(), &query, |first| self.store.names_from(first)).map(xml)
            }
            (Some(container), None, Some("container"), Some("list")) if !head => {
                allow('c', 'l')?;
                self.store
                    .with(&container, |blobs| list::page(&endpoint(), &container, blobs, &query))
                    .ok_or_else(AzureFault::container_not_found)?
                    .map(xml)
            }
            (Some(container), None, Some("container"), None) => {
                allow('c', 'r')?;
                self.store.with(&container, |_| container_properties()).ok_or_else(AzureFault::container_not_found)
            }
            (Some(container), Some(blob), None, None) => {
                allow('o', 'r')?;
                let kept = self
                    .store
                    .with(&container, |blobs| blobs.get(&blob).cloned())
                    .ok_or_else(AzureFault::container_not_found)?
                    .ok_or_else(AzureFault::blob_not_found)?;
                if head { Ok(describe(&kept)) } else { read(&kept, &request.headers) }
            }
            _ => Err(AzureFault::uri()),
        }
    }

    /// Whether the request's signature or token is good and enough.
    fn authorise(
        &self,
        request: &Parts,
        query: &HashMap<String, String>,
        container: Option<&str>,
        need: Need,
    ) -> Result<(), AzureFault> {
        let now = OffsetDateTime::now_utc();
        if let Some(authorization) = request.headers.get(header::AUTHORIZATION) {
            let authorization = authorization.to_str().unwrap_or_default();
            return shared_key::verify(&self.key, &self.account, request, authorization, now);
        }
        if query.contains_key("sig") && query.contains_key("sr") {
            return self.key.verify_service(&self.account, container, query, need, now);
        }
        self.key.verify(&self.account, query, need, now)
    }

    fn place(&self, path: &str) -> Result<ResourcePath, AzureFault> {
        let decode = |part: &str| {
            percent_decode_str(part).decode_utf8().map(std::borrow::Cow::into_owned).map_err(|_| AzureFault::uri())
        };
        let mut parts = path.strip_prefix('/').unwrap_or(path).splitn(3, '/');
        if parts.next() != Some(self.account.as_str()) {
            return Err(AzureFault::resource_not_found());
        }
        let mut part = || parts.next().filter(|part| !part.is_empty()).map(decode).transpose();
        Ok(ResourcePath { container: part()?, blob: part()? })
    }
}

fn xml(text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}

fn container_properties() -> Response {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    for (name, value) in [
        ("etag", "\"0x8DEC0DE00000000\""),
        ("last-modified", "Wed, 01 Apr 2026 06:00:00 GMT"),
        ("x-ms-lease-status", "unlocked"),
        ("x-ms-lease-state", "available"),
        ("x-ms-has-immutability-policy", "false"),
        ("x-ms-has-legal-hold", "false"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The headers of a blob; for HEAD they are all of the answer.
fn describe(kept: &Kept) -> Response {
    let Kept { blob, etag } = kept;
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    let mut put = |name: &str, value: &str| {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    };
    put("content-length", &blob.content.len().to_string());
    put("content-type", &blob.content_type);
    put("accept-ranges", "bytes");
    put("etag", &format!("\"{etag}\""));
    put("last-modified", &rfc1123(blob.last_modified));
    put("x-ms-creation-time", &rfc1123(blob.last_modified));
    put("x-ms-blob-type", "BlockBlob");
    put("x-ms-access-tier", &blob.tier);
    put("x-ms-lease-status", "unlocked");
    put("x-ms-lease-state", "available");
    put("x-ms-server-encrypted", "true");
    if let Some(status) = &blob.archive_status {
        put("x-ms-archive-status", status);
    }
    for (key, value) in &blob.metadata {
        put(&format!("x-ms-meta-{key}"), value);
    }
    response
}

fn read(kept: &Kept, request: &HeaderMap) -> Result<Response, AzureFault> {
    if kept.blob.tier == "Archive" {
        return Err(AzureFault::archived());
    }
    let content = &kept.blob.content;
    let mut response = describe(kept);
    let Some((first, last)) = wanted_range(request) else {
        *response.body_mut() = Body::from(content.clone());
        return Ok(response);
    };
    let length = content.len();
    if first >= length {
        return Err(AzureFault::range());
    }
    let end = last.map_or(length, |last| last.saturating_add(1).min(length));
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(end - first));
    if let Ok(range) = HeaderValue::from_str(&format!("bytes {first}-{}/{length}", end - 1)) {
        headers.insert(header::CONTENT_RANGE, range);
    }
    *response.body_mut() = Body::from(content.slice(first..end));
    Ok(response)
}

/// One range of the form `bytes=FIRST-` or `bytes=FIRST-LAST`; others are passed over, as HTTP allows.
fn wanted_range(request: &HeaderMap) -> Option<(usize, Option<usize>)> {
    let range = request.get("x-ms-range").or_else(|| request.get(header::RANGE))?;
    let (first, last) = range.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let first = first.parse().ok()?;
    if last.is_empty() {
        return Some((first, None));
    }
    let last = last.parse().ok()?;
    (first <= last).then_some((first, Some(last)))
}

/// The form of dates in HTTP headers and listings.
pub(super) fn rfc1123(at: OffsetDateTime) -> String {
    let form =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    at.to_offset(time::UtcOffset::UTC).format(form).unwrap_or_default()
}
