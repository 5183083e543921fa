//! The Encord client against a server that records what it gets and answers what a test tells it to.
//!
//! Request lines are those that the official SDK sends.

#![allow(clippy::unwrap_used, reason = "a helper of a test may stop at the first surprise, as a test may")]

use std::collections::{HashSet, VecDeque};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, StatusCode};
use azure_to_encord::service::encord::{
    Client, CloudSynced, Credential, FolderQuery, JobState, KeyError, Kind, NewFolder, RetryPolicy, Role, SigningKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use secrecy::SecretString;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use uuid::Uuid;

const FOLDER: Uuid = Uuid::from_u128(0x1111_1111_1111_4111_8111_1111_1111_1111);
const JOB: Uuid = Uuid::from_u128(0x2222_2222_2222_4222_8222_2222_2222_2222);

/// What the server got.
#[derive(Clone)]
struct Got {
    method: String,
    target: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Got {
    fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A status, headers and a body.
type Answer = (u16, Vec<(&'static str, String)>, String);

#[derive(Clone, Default)]
struct Stub {
    got: Arc<Mutex<Vec<Got>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

impl Stub {
    /// Serves the answers in order; the last one stays.
    async fn start(answers: Vec<Answer>) -> (Self, String) {
        let stub = Self { answers: Arc::new(Mutex::new(answers.into())), ..Self::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let domain = format!("http://{}", listener.local_addr().unwrap());
        let app = axum::Router::new().fallback(answer).with_state(stub.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        (stub, domain)
    }

    fn got(&self) -> Vec<Got> {
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

fn plain(status: u16, body: &impl ToString) -> Answer {
    (status, Vec::new(), body.to_string())
}

fn after(status: u16, pause: &str) -> Answer {
    (status, vec![("retry-after", pause.to_owned())], String::new())
}

fn policy() -> RetryPolicy {
    RetryPolicy { first_delay: Duration::from_millis(5), ..RetryPolicy::default() }
}

fn key() -> SigningKey {
    let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    der.extend([7; 32]);
    let text = STANDARD.encode(der);
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
    SigningKey::from_openssh(&pem.into(), None).unwrap()
}

fn client_with(domain: &str, policy: RetryPolicy) -> Client {
    Client::with_policy(domain, Credential::Key(key()), policy).unwrap()
}

fn client(domain: &str) -> Client {
    client_with(domain, policy())
}

fn job_body() -> Bytes {
    Bytes::from_static(b"{\"dataItems\": {}}")
}

/// Checks a request the way Encord's server has to: from the bytes that arrived and nothing else.
fn assert_signed(got: &Got) {
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

fn traces(got: &[Got]) -> usize {
    got.iter().map(|one| one.header("x-cloud-trace-context")).collect::<HashSet<_>>().len()
}

#[tokio::test]
async fn reads_are_those_of_the_sdk() {
    let folder = json!({"uuid": FOLDER, "name": "New"});
    let empty = json!({"results": []});
    let (stub, domain) = Stub::start(vec![
        plain(200, &json!({"result": [{"integrationUuid": JOB, "title": "acme", "new": 1}]})),
        plain(200, &json!({"results": [folder], "nextPageToken": "p 2"})),
        plain(200, &empty),
        plain(200, &empty),
        plain(200, &empty),
        plain(200, &empty),
        plain(200, &folder),
        plain(200, &json!({"files": 3, "totalSize": 1.5e9, "more": {}})),
        plain(200, &"null"),
        plain(200, &json!({"status": "DONE"})),
        plain(200, &json!({"status": "pending", "uploadJobsUnitsDone": 9})),
    ])
    .await;
    let client = client(&format!("{domain}//"));
    let query = |search: Option<&str>| FolderQuery { search: search.map(str::to_owned), ..FolderQuery::default() };

    let integrations = client.integrations().await.unwrap();
    assert_eq!((integrations[0].uuid, integrations[0].title.as_str()), (JOB, "acme"));
    let first = client.root_folders(&query(Some("a b"))).await.unwrap();
    assert_eq!((first.results.len(), first.next_page_token.as_deref()), (1, Some("p 2")));
    let next = FolderQuery { page_token: first.next_page_token, page_size: 5000, ..query(None) };
    assert_eq!(client.root_folders(&next).await.unwrap().next_page_token, None);
    client.search_folders(&query(Some("x"))).await.unwrap();
    client.child_folders(FOLDER, &query(Some(""))).await.unwrap();
    let deep = FolderQuery { recursive: true, ..query(Some("q")) };
    client.child_folders(FOLDER, &deep).await.unwrap();
    assert_eq!(client.folder(FOLDER).await.unwrap().name, "New");
    let summary = client.folder_summary(FOLDER).await.unwrap();
    assert_eq!((summary.files, summary.videos, summary.total_size), (3, 0, 1.5e9));
    assert!(client.schema().await.unwrap().is_empty());
    assert_eq!(client.poll_job(FOLDER, JOB, 5).await.unwrap().state, JobState::Done);
    let sync = client.poll_sync(FOLDER, JOB, 600).await.unwrap();
    assert_eq!((sync.state, sync.units_done, sync.pages_done), (JobState::Pending, 9, 0));

    let folders = "GET /v2/public/storage/folders";
    let one = "GET /v2/public/storage/folders/11111111-1111-4111-8111-111111111111";
    let job = "22222222-2222-4222-8222-222222222222";
    let page = "order=name&desc=False";
    let lines: Vec<String> = stub.got().iter().map(Got::line).collect();
    assert_eq!(
        lines,
        [
            "GET /v2/public/cloud-integrations?includeOrgAccess=False".to_owned(),
            format!("{folders}?search=a+b&isRecursive=False&{page}&pageSize=100"),
            format!("{folders}?isRecursive=False&{page}&pageToken=p+2&pageSize=1000"),
            format!("GET /v2/public/storage/search/folders?search=x&isRecursive=False&{page}&pageSize=100"),
            format!("{one}/folders?isRecursive=False&{page}&pageSize=100"),
            format!("{one}/folders?search=q&isRecursive=True&{page}&pageSize=100"),
            one.to_owned(),
            format!("{one}/summary"),
            "GET /v2/public/organisation/client-metadata-schema-v2".to_owned(),
            format!("{one}/data-upload-jobs/{job}?timeoutSeconds=5"),
            format!("{one}/cloud-linked-folder-syncs/{job}/long-polling?timeoutSeconds=60"),
        ]
    );
    stub.got().iter().for_each(assert_signed);
    assert!(stub.got().iter().all(|one| one.header("content-type").is_empty()));
    assert_eq!(traces(&stub.got()), lines.len());
}

#[tokio::test]
async fn writes_are_those_of_the_sdk() {
    let folder = json!({"uuid": FOLDER, "name": "New"});
    let (stub, domain) = Stub::start(vec![
        plain(200, &folder),
        plain(200, &folder),
        (204, Vec::new(), String::new()),
        plain(200, &json!(JOB)),
        plain(200, &json!({"unitsCancelledCount": 4})),
        plain(200, &json!(JOB)),
    ])
    .await;
    let client = client(&domain);
    let new = NewFolder {
        name: "New".to_owned(),
        description: Some("d".to_owned()),
        client_metadata: json!({"k": 1}).as_object().cloned(),
        ..NewFolder::default()
    };
    assert_eq!(client.create_folder(&new).await.unwrap().uuid, FOLDER);
    let remote_url = "https://acct.blob.core.windows.net/cont/path/".to_owned();
    let synced = NewFolder {
        name: "Sync".to_owned(),
        parent: Some(FOLDER),
        cloud_synced: Some(CloudSynced { integration: JOB, remote_url: remote_url.clone() }),
        ..NewFolder::default()
    };
    client.create_folder(&synced).await.unwrap();
    let schema = json!({"z": {"ty": "variant", "hint": "text"}, "a": {"ty": "tombstone", "deleted_ty": null}});
    client.save_schema(schema.as_object().unwrap()).await.unwrap();
    assert_eq!(client.create_job(FOLDER, job_body()).await.unwrap(), JOB);
    assert_eq!(client.cancel_job(FOLDER, JOB).await.unwrap(), 4);
    assert_eq!(client.start_sync(FOLDER).await.unwrap(), JOB);

    let folders = "POST /v2/public/storage/folders";
    let one = "POST /v2/public/storage/folders/11111111-1111-4111-8111-111111111111";
    let job = "22222222-2222-4222-8222-222222222222";
    let got = stub.got();
    assert_eq!(
        got.iter().map(Got::line).collect::<Vec<_>>(),
        [
            folders.to_owned(),
            folders.to_owned(),
            "POST /v2/public/organisation/client-metadata-schema-v2".to_owned(),
            format!("{one}/data-upload-jobs"),
            format!("{one}/data-upload-jobs/{job}/cancel"),
            format!("{one}/cloud-synced-folder-syncs"),
        ]
    );
    let read = |index: usize| serde_json::from_slice::<Value>(&got[index].body).unwrap();
    assert_eq!(read(0), json!({"name": "New", "description": "d", "clientMetadata": "{\"k\":1}"}));
    let params = json!({"integrationUuid": JOB, "remoteUrl": remote_url});
    assert_eq!(read(1), json!({"name": "Sync", "parent": FOLDER, "cloudSyncedFolderParams": params}));
    assert_eq!(got[2].body, schema.to_string());
    assert_eq!(got[3].body, job_body());
    for one in &got {
        assert_signed(one);
        let wanted = if one.body.is_empty() { "" } else { "application/json" };
        assert_eq!(one.header("content-type"), wanted, "{}", one.line());
        // Some load balancers answer 411 to a POST that does not tell its length.
        assert_eq!(one.header("content-length"), one.body.len().to_string(), "{}", one.line());
    }
    assert_eq!(traces(&got), got.len());
}

#[tokio::test]
async fn a_token_is_sent_alone_and_never_shown() {
    let (stub, domain) = Stub::start(vec![plain(200, &json!({"result": []}))]).await;
    let bearer = |text: &str| Credential::Bearer(SecretString::from(text));
    let good = Client::new(&domain, bearer("tok-secret\n")).unwrap();
    good.integrations().await.unwrap();
    let got = &stub.got()[0];
    assert_eq!(got.header("authorization"), "Bearer tok-secret");
    assert_eq!((got.header("signature"), got.header("content-digest")), ("", ""));
    assert!(!format!("{good:?}").contains("tok-secret"));
    let shown = format!("{:?}", client(&domain));
    assert!(shown.contains("SHA256:") && shown.len() < 200, "{shown}");

    let odd = Client::new(&domain, bearer("a\nb-secret")).unwrap();
    let error = odd.integrations().await.unwrap_err();
    assert_eq!(error.kind, Kind::Unauthenticated);
    assert!(!format!("{error} {error:?}").contains("b-secret"));
    assert_eq!(stub.got().len(), 1);
}

#[tokio::test]
async fn answers_are_read_leniently() {
    let (_stub, domain) = Stub::start(vec![
        plain(
            200,
            &json!({
                "status": "PENDING", "fileName": null, "unitsPendingCount": 3, "unitsDoneCount": 5,
                "unitsErrorCount": 1, "unitsCancelledCount": 0, "errors": ["e1"], "somethingNew": [1],
                "itemsWithNames": [{"itemUuid": JOB, "name": "a"}, {"itemUuid": FOLDER, "name": "b"}],
                "unitErrors": [{
                    "objectUrls": ["https://u/1"], "error": "no", "subtaskUuid": JOB, "actionDescription": "read",
                }],
            }),
        ),
        plain(
            200,
            &json!({"status": "PAUSED", "errors": null, "unitErrors": [{"error": null}], "itemsWithNames": null}),
        ),
        plain(200, &json!({"uuid": FOLDER, "name": "f", "userRole": "owner", "folderType": null, "pathToRoot": null})),
    ])
    .await;
    let client = client(&domain);
    let status = client.poll_job(FOLDER, JOB, 1).await.unwrap();
    assert_eq!((status.pending, status.done, status.failed, status.cancelled), (3, 5, 1, 0));
    assert_eq!((status.items_created, status.errors.len()), (2, 1));
    assert_eq!(status.unit_errors[0].object_urls, ["https://u/1"]);
    assert_eq!(status.unit_errors[0].subtask_uuid, Some(JOB.to_string()));
    let status = client.poll_job(FOLDER, JOB, 1).await.unwrap();
    assert_eq!(status.state, JobState::Unknown("PAUSED".to_owned()));
    assert!(!status.state.is_final());
    let folder = client.folder(FOLDER).await.unwrap();
    assert_eq!(folder.user_role, Role::Unknown("owner".to_owned()));
}

#[tokio::test]
async fn reads_are_repeated_and_signed_anew() {
    let ok = || plain(200, &"{}");
    let bad = |status| plain(status, &"");
    for (answers, tries, works) in [
        (vec![bad(500), ok()], 2, true),
        (vec![bad(502), bad(503), bad(504), ok()], 4, true),
        (vec![bad(500)], 4, false),
        (vec![bad(403)], 1, false),
        (vec![bad(413)], 1, false),
        (vec![after(413, "0"), ok()], 2, true),
        (vec![bad(501)], 1, false),
    ] {
        let (stub, domain) = Stub::start(answers).await;
        assert_eq!(client(&domain).schema().await.is_ok(), works);
        assert_eq!(stub.got().len(), tries);
        stub.got().iter().for_each(assert_signed);
        assert_eq!(traces(&stub.got()), tries);
    }
}

#[tokio::test]
async fn calls_that_may_run_twice_are_repeated() {
    let empty = serde_json::Map::new();
    let (stub, domain) =
        Stub::start(vec![plain(500, &""), plain(200, &"null"), plain(503, &""), plain(200, &"{}")]).await;
    client(&domain).save_schema(&empty).await.unwrap();
    client(&domain).cancel_job(FOLDER, JOB).await.unwrap();
    assert_eq!(stub.got().len(), 4);
    let (stub, domain) = Stub::start(vec![plain(504, &"")]).await;
    assert!(client(&domain).save_schema(&empty).await.unwrap_err().outcome_unknown);
    assert_eq!(stub.got().len(), 1);
}

#[tokio::test]
async fn a_pause_asked_for_is_kept() {
    let (stub, domain) = Stub::start(vec![after(429, "1"), plain(200, &"{}")]).await;
    let start = Instant::now();
    client(&domain).schema().await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(stub.got().len(), 2);

    let short = RetryPolicy { longest_delay: Duration::from_millis(20), ..policy() };
    let far = "Fri, 31 Dec 2100 23:59:59 GMT";
    let (stub, domain) = Stub::start(vec![after(429, far), plain(200, &"{}")]).await;
    let start = Instant::now();
    client_with(&domain, short).schema().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!(stub.got().len(), 2);
}

#[tokio::test]
async fn what_creates_something_is_never_sent_twice() {
    for status in [429, 500, 502, 503, 504] {
        let (stub, domain) = Stub::start(vec![after(status, "3"), plain(200, &json!(JOB))]).await;
        let error = client(&domain).create_job(FOLDER, job_body()).await.unwrap_err();
        assert_eq!(stub.got().len(), 1, "{status}");
        assert_eq!(error.outcome_unknown, status != 429, "{status}");
        if status == 429 {
            let retry_after = Some(Duration::from_secs(3));
            assert_eq!(error.kind, Kind::RateLimited { retry_after });
        }
    }
    let (stub, domain) = Stub::start(vec![plain(500, &"")]).await;
    client(&domain).create_folder(&NewFolder::default()).await.unwrap_err();
    client(&domain).start_sync(FOLDER).await.unwrap_err();
    assert_eq!(stub.got().len(), 2);
    let (_stub, domain) = Stub::start(vec![plain(400, &""), plain(200, &"<html>")]).await;
    assert!(!client(&domain).start_sync(FOLDER).await.unwrap_err().outcome_unknown);
    let error = client(&domain).start_sync(FOLDER).await.unwrap_err();
    assert!(error.outcome_unknown && error.kind == Kind::BadResponse, "{error}");
}

/// A server that reads each request and then hangs up or stays silent, and counts the requests.
async fn rude(silent: bool) -> (Arc<Mutex<usize>>, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let domain = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(Mutex::new(0));
    let counter = count.clone();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            if socket.read(&mut buffer).await.unwrap() > 0 {
                *counter.lock().unwrap() += 1;
            }
            if silent {
                kept.push(socket);
            } else {
                socket.set_zero_linger().unwrap();
            }
        }
    });
    (count, domain)
}

#[tokio::test]
async fn a_connection_that_breaks_after_sending_leaves_the_outcome_open() {
    let (count, domain) = rude(false).await;
    let error = client(&domain).create_job(FOLDER, job_body()).await.unwrap_err();
    assert!(error.outcome_unknown && error.kind == Kind::Unreachable, "{error:?}");
    assert!(error.hint().unwrap().contains("before sending it again"));
    assert_eq!(*count.lock().unwrap(), 1);
    let error = client(&domain).schema().await.unwrap_err();
    assert!(!error.outcome_unknown, "{error:?}");
    assert_eq!(*count.lock().unwrap(), 5);
}

#[tokio::test]
async fn silence_ends_in_a_timeout() {
    let short = Duration::from_millis(200);
    let policy = RetryPolicy { read_timeout: short, write_timeout: short, ..policy() };
    let (count, domain) = rude(true).await;
    let client = client_with(&domain, policy);
    let error = client.create_folder(&NewFolder::default()).await.unwrap_err();
    assert!(error.outcome_unknown && error.kind == Kind::Timeout, "{error:?}");
    assert_eq!(*count.lock().unwrap(), 1);
    let error = client.folder(FOLDER).await.unwrap_err();
    assert!(!error.outcome_unknown && error.kind == Kind::Timeout, "{error:?}");
    assert_eq!(*count.lock().unwrap(), 5);
}

#[tokio::test]
async fn a_kept_connection_that_died_does_not_cost_a_create() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let domain = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        // Every connection answers one request, claims to stay open, and resets when a second one arrives on it.
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                let length = socket.read(&mut buffer).await.unwrap();
                let post = buffer[..length].starts_with(b"POST");
                let body = if post { format!("\"{JOB}\"") } else { "{}".to_owned() };
                let length = body.len();
                let text = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
                socket.write_all(text.as_bytes()).await.unwrap();
                let _ = socket.read(&mut buffer).await;
                socket.set_zero_linger().unwrap();
            });
        }
    });
    let client = client(&domain);
    for _ in 0..3 {
        client.schema().await.unwrap();
        assert_eq!(client.start_sync(FOLDER).await.unwrap(), JOB);
    }
}

#[tokio::test]
async fn what_never_left_is_sent_again_even_if_it_creates() {
    let address: SocketAddr = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let domain = format!("http://{address}");
    let error = client(&domain).start_sync(FOLDER).await.unwrap_err();
    assert!(!error.outcome_unknown && error.kind == Kind::Unreachable, "{error:?}");
    assert!(error.message.contains("refused") && error.trace_id.is_empty(), "{error}");
    assert!(error.message.contains(&address.to_string()), "{error}");

    let patient = RetryPolicy { first_delay: Duration::from_millis(400), ..policy() };
    let client = client_with(&domain, patient);
    let call = tokio::spawn(async move { client.start_sync(FOLDER).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    let app = axum::Router::new().fallback(|| async { format!("\"{JOB}\"") });
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    assert_eq!(call.await.unwrap().unwrap(), JOB);
}

#[tokio::test]
async fn errors_say_what_encord_said_and_what_to_do() {
    let list = json!({"detail": [{"loc": ["body", "name"], "msg": "Field required"}]});
    let moved = vec![("location", "https://evil.example/login".to_owned())];
    let page = |title: &str| format!("<!doctype html>\n<html><title>{title}</title></html>");
    for (answer, kind, words, hint) in [
        (plain(401, &json!({"message": "Bad key"})), Kind::Unauthenticated, "Bad key", "Public keys"),
        (plain(403, &json!({"detail": "Nope"})), Kind::Forbidden, "Nope", "Admin"),
        (plain(404, &""), Kind::NotFound, "no explanation", "another region"),
        (plain(409, &json!({"message": "One is"})), Kind::Conflict, "One is", "another name"),
        (plain(422, &list), Kind::Invalid, "body.name: Field required", "name the field"),
        (plain(405, &""), Kind::Invalid, "no explanation", "domain"),
        (plain(413, &""), Kind::TooLarge, "no explanation", "smaller batches"),
        (plain(502, &page("Bad\nGateway")), Kind::Server, "\"Bad Gateway\"", "Encord's side"),
        (plain(200, &page("Log in")), Kind::BadResponse, "\"Log in\"", "proxy"),
        (plain(200, &"{\"result\":7}"), Kind::BadResponse, "not what was expected", "domain"),
        (plain(418, &"x\u{1b}[31m"), Kind::Invalid, "x [31m", "domain"),
        ((302, moved, String::new()), Kind::BadResponse, "to https://evil.example", "domain"),
    ] {
        let (stub, domain) = Stub::start(vec![answer]).await;
        let error = client(&domain).integrations().await.unwrap_err();
        assert_eq!(error.kind, kind);
        let shown = error.to_string();
        assert!(shown.starts_with("cannot list the integrations: "), "{shown}");
        assert!(shown.contains(words) && shown.contains(&error.trace_id), "{shown}");
        assert!(!shown.contains('\u{1b}'));
        let sent = stub.got().last().unwrap().header("x-cloud-trace-context").to_owned();
        assert!(sent.starts_with(&error.trace_id));
        assert!(error.hint().unwrap().contains(hint), "{:?}", error.hint());
    }
}

#[tokio::test]
async fn a_wrong_clock_is_named() {
    for (date, words) in [("Sun, 06 Nov 1994 08:49:37 GMT", "ahead of"), ("Fri, 31 Dec 2100 23:59:59 GMT", "behind")] {
        let answer = (401, vec![("date", date.to_owned())], String::new());
        let (_stub, domain) = Stub::start(vec![answer]).await;
        let hint = client(&domain).integrations().await.unwrap_err().hint().unwrap();
        assert!(hint.contains("clock") && hint.contains(words), "{hint}");
    }
    let (_stub, domain) = Stub::start(vec![plain(401, &"")]).await;
    let error = client(&domain).integrations().await.unwrap_err();
    assert!(error.clock_ahead.unwrap().abs() < 5 && !error.hint().unwrap().contains("clock"));
}

#[test]
fn a_login_is_not_sent_in_the_clear() {
    let error = Client::new("http://api.encord.com", Credential::Key(key())).unwrap_err();
    assert_eq!(error.kind, Kind::InsecureUrl);
    assert!(error.hint().unwrap().contains("https://"));
}

fn ssh_keygen(path: &Path, arguments: &[&str]) {
    let mut command = Command::new("ssh-keygen");
    let run = command.args(["-q", "-C", "ann@host", "-f"]).arg(path).args(arguments).output().unwrap();
    assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
}

/// The keys that OpenSSH itself writes. Where it is not installed, the unit tests of the key module have to do.
#[test]
fn keys_written_by_openssh_are_read_or_refused_with_advice() {
    if Command::new("ssh-keygen").arg("-?").output().is_err() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name);
    let read = |name: &str, passphrase: Option<&str>| {
        SigningKey::read(&path(name), passphrase.map(SecretString::from).as_ref())
    };
    let ed25519 = |name: &str, passphrase: &str, cipher: &str| {
        let arguments = ["-t", "ed25519", "-N", passphrase, "-a", "2", "-Z", cipher];
        ssh_keygen(&path(name), &arguments);
    };
    ed25519("good", "", "aes256-ctr");
    ed25519("locked", "pass word", "aes256-ctr");
    ed25519("gcm", "pw", "aes256-gcm@openssh.com");
    ed25519("chacha", "pw", "chacha20-poly1305@openssh.com");
    ed25519("cbc", "pw", "aes256-cbc");
    ssh_keygen(&path("rsa"), &["-t", "rsa", "-b", "2048", "-N", ""]);
    ssh_keygen(&path("rsa-locked"), &["-t", "rsa", "-b", "2048", "-N", "pw", "-a", "2"]);
    ssh_keygen(&path("rsa-pem"), &["-t", "rsa", "-b", "2048", "-N", "", "-m", "PEM"]);
    ssh_keygen(&path("rsa-pkcs8"), &["-t", "rsa", "-b", "2048", "-N", "", "-m", "PKCS8"]);
    ssh_keygen(&path("ecdsa"), &["-t", "ecdsa", "-N", ""]);

    let good = read("good", None).unwrap();
    let listed = Command::new("ssh-keygen").arg("-lf").arg(path("good.pub")).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert_eq!(listed.split(' ').nth(1), Some(good.fingerprint().as_str()));
    assert_eq!(good.comment(), "ann@host");
    assert_eq!(std::fs::read_to_string(path("good.pub")).unwrap().trim(), good.public_line());

    assert!(matches!(read("locked", None), Err(KeyError::Encrypted)));
    assert_eq!(read("locked", Some("pass word")).unwrap().comment(), "ann@host");
    for name in ["locked", "gcm", "chacha", "cbc"] {
        let error = read(name, Some("no")).unwrap_err();
        assert!(matches!(error, KeyError::WrongPassphrase), "{name}: {error:?}");
    }
    for name in ["gcm", "chacha", "cbc"] {
        assert_eq!(read(name, Some("pw")).unwrap().comment(), "ann@host", "{name}");
    }
    for (name, found) in
        [("rsa", "RSA"), ("rsa-locked", "RSA"), ("rsa-pem", "RSA"), ("rsa-pkcs8", "RSA"), ("ecdsa", "ECDSA")]
    {
        let error = read(name, None).unwrap_err();
        assert!(matches!(&error, KeyError::WrongAlgorithm { found: is } if is == found), "{name}: {error:?}");
        assert!(error.to_string().contains("ssh-keygen -t ed25519"));
    }
    assert!(matches!(read("good.pub", None), Err(KeyError::Public)));
    assert!(matches!(read("absent", None), Err(KeyError::Missing { .. })));
    assert!(matches!(SigningKey::read(place.path(), None), Err(KeyError::Unreadable { .. })));
    let text = std::fs::read_to_string(path("good")).unwrap();
    std::fs::write(path("cut"), &text[..200]).unwrap();
    assert!(matches!(read("cut", None), Err(KeyError::Truncated)));
    std::fs::write(path("binary"), [0xff, 0xfe, 0x00]).unwrap();
    assert!(matches!(read("binary", None), Err(KeyError::NotAKey { .. })));
}
