//! A client that signs its requests as Encord's clients do, and a service for it to talk to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use azure_to_encord::demo::encord::{Integration, Options, Pace, Server, StorageAccess};

pub(crate) const INTEGRATION: Uuid = Uuid::from_u128(0x3333_3333_3333_4333_8333_3333_3333_3333);

/// The key of the published test vectors: seed 01, 02, …, 20 (hex).
pub(crate) fn key() -> SigningKey {
    let seed: Vec<u8> = (1..=32).collect();
    SigningKey::from_bytes(&seed.try_into().unwrap())
}

pub(crate) fn options(storage: Option<StorageAccess>) -> Options {
    Options {
        port: 0,
        authorized_keys: vec![key().verifying_key().to_bytes()],
        bearer_tokens: vec!["tok".into()],
        integrations: vec![
            Integration { uuid: INTEGRATION, title: "Demo storage".into(), storage },
            Integration { uuid: Uuid::from_u128(7), title: "Other".into(), storage: None },
        ],
        pace: Pace::Unlimited,
    }
}

pub(crate) struct Client {
    pub(crate) server: Server,
    http: reqwest::Client,
}

/// The signature headers for a request made at `created`.
pub(crate) fn sign(
    key: &SigningKey,
    method: &str,
    target: &str,
    body: &[u8],
    created: i64,
) -> [(&'static str, String); 3] {
    let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)));
    let id: String = key.verifying_key().to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let parameters =
        format!(r#"("@method" "@request-target" "content-digest");created={created};keyid="{id}";alg="ed25519""#);
    let base = format!(
        "\"@method\": {method}\n\"@request-target\": {target}\n\"content-digest\": {digest}\n\"@signature-params\": {parameters}"
    );
    let signature = STANDARD.encode(key.sign(base.as_bytes()).to_bytes());
    [
        ("content-digest", digest),
        ("signature-input", format!("encord-sig={parameters}")),
        ("signature", format!("encord-sig=:{signature}:")),
    ]
}

pub(crate) fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

impl Client {
    pub(crate) async fn start(options: Options) -> Self {
        let server = Server::start(options).await.unwrap();
        Self { server, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    /// Below `/v2/public/`, not signed.
    pub(crate) fn plain(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/v2/public/{path}", self.server.url()))
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let mut request = self.plain(method.clone(), path);
        for (name, value) in sign(&key(), method.as_str(), &format!("/v2/public/{path}"), &bytes, now()) {
            request = request.header(name, value);
        }
        let answer = request.body(bytes).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// Calls that must succeed.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, path, Some(body)).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer
    }

    pub(crate) async fn folder(&self, body: Value) -> Uuid {
        uuid(&self.post("storage/folders", body).await["uuid"])
    }

    /// Starts a job and follows it to its end.
    pub(crate) async fn upload(&self, folder: Uuid, body: Value) -> Value {
        let job = uuid(&self.post(&format!("storage/folders/{folder}/data-upload-jobs"), body).await);
        self.get(&format!("storage/folders/{folder}/data-upload-jobs/{job}?timeoutSeconds=60")).await
    }
}

pub(crate) fn uuid(value: &Value) -> Uuid {
    value.as_str().unwrap().parse().unwrap()
}

/// Pending, done, error and cancelled units.
pub(crate) fn counts(job: &Value) -> [u64; 4] {
    ["unitsPendingCount", "unitsDoneCount", "unitsErrorCount", "unitsCancelledCount"]
        .map(|name| job[name].as_u64().unwrap())
}
