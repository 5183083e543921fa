//! The server, and the client that is tried against it.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, Response, StatusCode},
};
use azure_to_encord::encord::{Client, Credential, RetryPolicy, SigningKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub(crate) const FOLDER: Uuid = Uuid::from_u128(0x1111_1111_1111_4111_8111_1111_1111_1111);
pub(crate) const JOB: Uuid = Uuid::from_u128(0x2222_2222_2222_4222_8222_2222_2222_2222);

/// What the server got.
#[derive(Clone)]
pub(crate) struct Got {
    method: String,
    target: String,
    headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Got {
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A status, headers and a body.
pub(crate) type Answer = (u16, Vec<(&'static str, String)>, String);

#[derive(Clone, Default)]
pub(crate) struct Stub {
    got: Arc<Mutex<Vec<Got>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

impl Stub {
    /// Serves the answers in order; the last one stays.
    pub(crate) async fn start(answers: Vec<Answer>) -> (Self, String) {
        let stub = Self { answers: Arc::new(Mutex::new(answers.into())), ..Self::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let domain = format!("http://{}", listener.local_addr().unwrap());
        let app = axum::Router::new().fallback(answer).with_state(stub.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        (stub, domain)
    }

    pub(crate) fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
}

async fn answer(State(stub): State<Stub>, request: Request) -> Response<String> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    stub.got.lock().unwrap().push(Got {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        headers: parts.headers,
        body,
    });
    let mut answers = stub.answers.lock().unwrap();
    let next = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
    let (status, headers, body) = next.unwrap();
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

pub(crate) fn plain(status: u16, body: &impl ToString) -> Answer {
    (status, Vec::new(), body.to_string())
}

pub(crate) fn after(status: u16, pause: &str) -> Answer {
    (status, vec![("retry-after", pause.to_owned())], String::new())
}

pub(crate) fn policy() -> RetryPolicy {
    RetryPolicy { first_delay: Duration::from_millis(5), ..RetryPolicy::default() }
}

pub(crate) fn key() -> SigningKey {
    let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    der.extend([7; 32]);
    let text = STANDARD.encode(der);
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
    SigningKey::from_openssh(&pem.into(), None).unwrap()
}

pub(crate) fn client_with(domain: &str, policy: RetryPolicy) -> Client {
    Client::with_policy(domain, Credential::Key(key()), policy).unwrap()
}

pub(crate) fn client(domain: &str) -> Client {
    client_with(domain, policy())
}

pub(crate) fn job_body() -> Bytes {
    Bytes::from_static(b"{\"dataItems\": {}}")
}

/// Checks a request the way Encord's server has to: from the bytes that arrived and nothing else.
pub(crate) fn assert_signed(got: &Got) {
    let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(&got.body)));
    assert_eq!(got.header("content-digest"), digest);
    let params = got.header("signature-input").strip_prefix("encord-sig=").unwrap();
    let public = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key();
    let hex: String = public.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(params.ends_with(&format!(";keyid=\"{hex}\";alg=\"ed25519\"")), "{params}");
    let base = format!(
        "\"@method\": {}\n\"@request-target\": {}\n\"content-digest\": {digest}\n\"@signature-params\": {params}",
        got.method, got.target
    );
    let text = got.header("signature");
    let text = text.strip_prefix("encord-sig=:").unwrap().strip_suffix(':').unwrap();
    let signature = Signature::from_slice(&STANDARD.decode(text).unwrap()).unwrap();
    let public = VerifyingKey::from_bytes(public.as_bytes()).unwrap();
    public.verify_strict(base.as_bytes(), &signature).unwrap();
    let (trace, rest) = got.header("x-cloud-trace-context").split_once('/').unwrap();
    assert!(trace.len() == 32 && trace.chars().all(|c| c.is_ascii_hexdigit()) && rest == "1;o=1");
    assert!(got.header("user-agent").starts_with("azure-to-encord/"));
    assert_eq!(got.header("authorization"), "");
}

pub(crate) fn traces(got: &[Got]) -> usize {
    got.iter().map(|one| one.header("x-cloud-trace-context")).collect::<HashSet<_>>().len()
}
