//! What is sent again, what is not, and what is known of the outcome.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use azure_to_encord::encord::{Kind, NewFolder, RetryPolicy};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::encord_client::stub::{
    FOLDER, JOB, Stub, after, assert_signed, client, client_with, job_body, plain, policy, traces,
};

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
    assert!(start.elapsed() < Duration::from_secs(120));
    assert_eq!(stub.got().len(), 2);
}

#[tokio::test]
async fn a_pause_of_nothing_is_raised_to_the_floor() {
    // The floors are then 100, 200 and 400 ms.
    let policy = RetryPolicy { first_delay: Duration::from_millis(150), ..policy() };
    for (status, asked) in [(429, "0"), (503, "0.001"), (429, "Sun, 06 Nov 1994 08:49:37 GMT")] {
        let (stub, domain) = Stub::start(vec![after(status, asked)]).await;
        let start = Instant::now();
        client_with(&domain, policy.clone()).cancel_job(FOLDER, JOB).await.unwrap_err();
        assert!(start.elapsed() >= Duration::from_millis(700), "{status} {asked}: {:?}", start.elapsed());
        assert_eq!(stub.got().len(), 4, "{status} {asked}");
    }
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

/// Waits until a server has read so many requests: the client may give up before the server comes to read the last one.
async fn counts(count: &Mutex<usize>, expected: usize) {
    let read = || *count.lock().unwrap();
    let began = Instant::now();
    while read() < expected && began.elapsed() < Duration::from_secs(120) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(read(), expected);
}

#[tokio::test]
async fn silence_ends_in_a_timeout() {
    let short = Duration::from_secs(1);
    let policy = RetryPolicy { read_timeout: short, write_timeout: short, ..policy() };
    let (count, domain) = rude(true).await;
    let client = client_with(&domain, policy);
    let error = client.create_folder(&NewFolder::default()).await.unwrap_err();
    assert!(error.outcome_unknown && error.kind == Kind::Timeout, "{error:?}");
    counts(&count, 1).await;
    let error = client.folder(FOLDER).await.unwrap_err();
    assert!(!error.outcome_unknown && error.kind == Kind::Timeout, "{error:?}");
    counts(&count, 5).await;
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
    // A socket that does not listen yet refuses, and nobody else gets its port.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let domain = format!("http://{address}");
    let error = client(&domain).start_sync(FOLDER).await.unwrap_err();
    assert!(!error.outcome_unknown && error.kind == Kind::Unreachable, "{error:?}");
    assert!(error.message.contains("refused") && error.trace_id.is_empty(), "{error}");
    assert!(error.message.contains(&address.to_string()), "{error}");

    let patient = RetryPolicy { first_delay: Duration::from_millis(400), ..policy() };
    let client = client_with(&domain, patient);
    let call = tokio::spawn(async move { client.start_sync(FOLDER).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let listener = socket.listen(16).unwrap();
    let app = axum::Router::new().fallback(|| async { format!("\"{JOB}\"") });
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    assert_eq!(call.await.unwrap().unwrap(), JOB);
}
