//! Stands between the program and the embedded Encord service: passes everything on, remembers the jobs that were started,
//! and withholds answers where a test wants the program to die while it waits.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Method, Response},
};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

struct Shared {
    target: String,
    client: reqwest::Client,
    requests: Mutex<Vec<String>>,
    jobs: Mutex<Vec<Value>>,
    withhold: AtomicBool,
    spoilt: Mutex<Vec<String>>,
    refused: Mutex<Vec<(Method, String, &'static str)>>,
}

pub(crate) struct Recorder {
    url: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Recorder {
    pub(crate) async fn start(target: &str) -> Recorder {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            target: target.to_owned(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            requests: Mutex::default(),
            jobs: Mutex::default(),
            withhold: AtomicBool::new(false),
            spoilt: Mutex::default(),
            refused: Mutex::default(),
        });
        let router = Router::new().fallback(pass).with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Recorder { url, shared, task }
    }

    /// What the program takes for Encord's API.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// `METHOD /path` of every request so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// The bodies of all upload jobs that the service got, in order.
    pub(crate) fn jobs(&self) -> Vec<Value> {
        self.shared.jobs.lock().unwrap().clone()
    }

    /// The next POST to a path that ends with this is carried out, but answered as by a proxy that has lost the answer.
    pub(crate) fn spoil(&self, path: &str) {
        self.shared.spoilt.lock().unwrap().push(path.to_owned());
    }

    /// The next request by this method whose path contains this is not passed on, but answered with 429 and this `Retry-After`.
    pub(crate) fn refuse(&self, method: Method, path: &str, retry_after: &'static str) {
        self.shared.refused.lock().unwrap().push((method, path.to_owned(), retry_after));
    }

    /// From now on, whether the answers to started jobs and syncs are kept back.
    pub(crate) fn withhold_job_answers(&self, withhold: bool) {
        self.shared.withhold.store(withhold, Ordering::SeqCst);
    }
}

async fn pass(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let is_job = parts.method == Method::POST && parts.uri.path().ends_with("/data-upload-jobs");
    let is_sync = parts.method == Method::POST && parts.uri.path().ends_with("/cloud-synced-folder-syncs");
    let is_spoilt = parts.method == Method::POST && {
        let mut spoilt = shared.spoilt.lock().unwrap();
        let found = spoilt.iter().position(|path| parts.uri.path().ends_with(path.as_str()));
        found.map(|at| spoilt.remove(at)).is_some()
    };
    shared.requests.lock().unwrap().push(format!("{} {}", parts.method, parts.uri.path()));
    let refused = {
        let mut refused = shared.refused.lock().unwrap();
        let fits = |(method, path, _): &(Method, String, _)| *method == parts.method && parts.uri.path().contains(path);
        refused.iter().position(fits).map(|at| refused.remove(at).2)
    };
    if let Some(retry_after) = refused {
        return Response::builder().status(429).header("retry-after", retry_after).body(Body::empty()).unwrap();
    }
    let target = format!("{}{}", shared.target, parts.uri);
    let mut headers = parts.headers;
    headers.remove("host");
    let sent = shared.client.request(parts.method, target).headers(headers).body(body.clone()).send().await;
    let answer = sent.unwrap();
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers().iter().filter(|(name, _)| *name != "transfer-encoding") {
        response = response.header(name, value);
    }
    let answer = answer.bytes().await.unwrap();
    if is_job {
        shared.jobs.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
    }
    if (is_job || is_sync) && shared.withhold.load(Ordering::SeqCst) {
        std::future::pending::<()>().await;
    }
    if is_spoilt {
        return Response::builder().status(502).body(Body::from("<html>Bad gateway</html>")).unwrap();
    }
    response.body(Body::from(answer)).unwrap()
}
