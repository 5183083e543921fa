//! A small blob service in this process: HEAD, ranged GET and List Blobs, only for those who send the right signature.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use azure_to_encord::demo::encord::StorageAccess;

const SAS: &str = "sv=2021-12-02&sp=rl&sig=demo%2Bsignature";
/// So small that every test of a listing turns pages.
const PAGE: usize = 4;

pub(crate) struct Blob {
    pub(crate) content: Vec<u8>,
    pub(crate) tier: &'static str,
}

type Blobs = Arc<Mutex<BTreeMap<String, Blob>>>;

pub(crate) struct Stub {
    url: String,
    blobs: Blobs,
    task: JoinHandle<()>,
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Stub {
    pub(crate) async fn start() -> Self {
        let blobs = Blobs::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/acct/box/", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&blobs));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, blobs, task }
    }

    /// The container's URL with a slash at its end.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn access(&self) -> StorageAccess {
        StorageAccess { base_url: Url::parse(&self.url).unwrap(), sas: Some(SecretString::from(SAS)) }
    }

    pub(crate) fn put(&self, name: &str, content: impl Into<Vec<u8>>) -> String {
        let blob = Blob { content: content.into(), tier: "Hot" };
        self.blobs.lock().unwrap().insert(name.to_owned(), blob);
        format!("{}{name}", self.url)
    }

    pub(crate) fn archive(&self, name: &str) {
        self.blobs.lock().unwrap().get_mut(name).unwrap().tier = "Archive";
    }

    pub(crate) fn remove(&self, name: &str) {
        self.blobs.lock().unwrap().remove(name);
    }
}

async fn answer(State(blobs): State<Blobs>, request: Request<Body>) -> Response<Body> {
    let query = request.uri().query().unwrap_or_default();
    let blobs = blobs.lock().unwrap();
    let path = percent_decode_str(request.uri().path()).decode_utf8().unwrap().into_owned();
    if !query.ends_with(SAS) || path.starts_with("/acct/box/secret/") {
        return status(StatusCode::FORBIDDEN);
    }
    if path == "/acct/box" {
        return list(&blobs, query);
    }
    let Some(blob) = path.strip_prefix("/acct/box/").and_then(|name| blobs.get(name)) else {
        return status(StatusCode::NOT_FOUND);
    };
    let answer = Response::builder().header("x-ms-access-tier", blob.tier);
    if request.method() == Method::HEAD {
        let length = blob.content.len();
        return answer.header("content-length", length).body(Body::empty()).unwrap();
    }
    if !request.headers().contains_key("range") {
        return answer.body(Body::from(blob.content.clone())).unwrap();
    }
    assert_eq!(request.headers()["range"], "bytes=0-4095");
    let end = blob.content.len().min(4096);
    answer.status(StatusCode::PARTIAL_CONTENT).body(Body::from(blob.content[..end].to_vec())).unwrap()
}

fn status(status: StatusCode) -> Response<Body> {
    Response::builder().status(status).body(Body::empty()).unwrap()
}

fn list(blobs: &BTreeMap<String, Blob>, query: &str) -> Response<Body> {
    let field = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let (prefix, marker) = (field("prefix"), field("marker"));
    let mut names = blobs.range(marker..).filter(|(name, _)| name.starts_with(&prefix));
    let mut xml = String::from(r#"<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs>"#);
    for (name, blob) in names.by_ref().take(PAGE) {
        let (length, tier) = (blob.content.len(), blob.tier);
        xml += &format!(
            "<Blob><Name>{}</Name><Properties><Etag>0x1</Etag><Content-Length>{length}</Content-Length>\
             <Content-Type>application/octet-stream</Content-Type><AccessTier>{tier}</AccessTier></Properties></Blob>",
            name.replace('&', "&amp;")
        );
    }
    let next = names.next().map(|(name, _)| name.replace('&', "&amp;")).unwrap_or_default();
    xml += &format!("</Blobs><NextMarker>{next}</NextMarker></EnumerationResults>");
    Response::new(Body::from(xml))
}
