//! A line to the service on which the answer to a folder's creation gets lost, and listings lag behind.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Method, Response},
};
use bytes::Bytes;

use crate::support::encord::Encord;

/// What becomes of a creation's answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lost {
    /// The connection breaks after the service carried the request out.
    Reset,
    /// A gateway answers 502 in its place after the service carried the request out.
    Gateway,
    /// The connection breaks and the request never arrived.
    Before,
}

#[derive(Clone)]
struct Shared {
    target: String,
    http: reqwest::Client,
    /// For the creations to come.
    losses: Arc<Mutex<VecDeque<Option<Lost>>>>,
    /// So many listings after a loss are those of before it.
    lag: usize,
    lagging: Arc<AtomicUsize>,
    creations: Arc<AtomicUsize>,
}

pub(crate) struct Line {
    pub(crate) url: String,
    shared: Shared,
}

impl Line {
    pub(crate) async fn start(encord: &Encord, losses: &[Option<Lost>], lag: usize) -> Line {
        let shared = Shared {
            target: encord.server.url().to_owned(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            losses: Arc::new(Mutex::new(losses.iter().copied().collect())),
            lag,
            lagging: Arc::default(),
            creations: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Line { url, shared }
    }

    /// How often a folder was asked for.
    pub(crate) fn creations(&self) -> usize {
        self.shared.creations.load(Ordering::SeqCst)
    }
}

async fn pass(State(shared): State<Shared>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let path = parts.uri.path();
    let is_creation = parts.method == Method::POST && path.ends_with("storage/folders");
    let is_listing = parts.method == Method::GET && path.ends_with("/folders");
    let mut loss = None;
    if is_creation {
        shared.creations.fetch_add(1, Ordering::SeqCst);
        loss = shared.losses.lock().unwrap().pop_front().flatten();
    }
    if loss.is_some() {
        shared.lagging.store(shared.lag, Ordering::SeqCst);
    }
    if matches!(loss, Some(Lost::Before)) {
        return broken();
    }
    let lags = |left: usize| left.checked_sub(1);
    if is_listing && shared.lagging.fetch_update(Ordering::SeqCst, Ordering::SeqCst, lags).is_ok() {
        return Response::new(Body::from(r#"{"results": [], "nextPageToken": null}"#));
    }
    let mut headers = parts.headers;
    headers.remove("host");
    let target = format!("{}{}", shared.target, parts.uri);
    let answer = shared.http.request(parts.method, target).headers(headers).body(body).send().await.unwrap();
    let status = answer.status();
    let body = answer.bytes().await.unwrap();
    match loss {
        Some(Lost::Reset) => broken(),
        Some(_) => Response::builder().status(502).body(Body::from("<html>Bad Gateway</html>")).unwrap(),
        None => Response::builder().status(status).body(Body::from(body)).unwrap(),
    }
}

/// An answer that breaks off before it says anything.
fn broken() -> Response<Body> {
    let nothing = futures_util::stream::iter([Err::<Bytes, _>(std::io::Error::other("gone"))]);
    Response::new(Body::from_stream(nothing))
}
