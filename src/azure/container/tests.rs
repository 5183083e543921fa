use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::azure::container::*;

fn sas(token: &str) -> Auth {
    Auth::Sas(SecretString::from(token.to_owned()))
}

fn open(account: &str, container: &str, auth: &Auth) -> Result<Container, Error> {
    Container::open(&account.parse().expect("a URL"), container, auth)
}

/// A service that answers its n-th connection with the n-th of `answers`, the last one again and again, and closes it.
async fn service(answers: Vec<String>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let account = format!("http://{}/account", listener.local_addr().expect("an address"));
    let served = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&served);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let at = counter.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
            let mut request = [0; 8192];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answers[at].as_bytes()).await;
        }
    });
    (account, served)
}

fn answer(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

const PAGE: &str = "<EnumerationResults><Blobs><Blob><Name>a</Name></Blob><Blob><Name>b</Name></Blob></Blobs>\
    <NextMarker>m</NextMarker></EnumerationResults>";

#[tokio::test]
async fn a_page_that_breaks_off_is_fetched_anew_and_told_once() {
    let whole = answer(PAGE);
    let broken = whole[..whole.len() - 50].to_owned();
    let half = answer(&PAGE[..80]);
    let (account, served) = service(vec![broken, half, whole]).await;
    let container = open(&account, "media", &Auth::Anonymous).expect("a container");
    let mut names = Vec::new();
    let marker = container.list_page(&ListQuery::default(), |blob| names.push(blob.name)).await.expect("a page");
    assert_eq!(names, ["a", "b"]);
    assert_eq!(marker.as_deref(), Some("m"));
    assert_eq!(served.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_busy_service_is_asked_again() {
    let busy = "HTTP/1.1 503 Server Busy\r\nx-ms-error-code: ServerBusy\r\nContent-Length: 0\r\n\r\n".to_owned();
    let (account, _) = service(vec![busy, answer(PAGE)]).await;
    let container = open(&account, "media", &Auth::Anonymous).expect("a container");
    let probe = container.probe().await.expect("an answer");
    assert_eq!(probe.first.map(|blob| blob.name).as_deref(), Some("a"));
    assert!(probe.more);
}

#[tokio::test]
async fn a_foreign_answer_is_not_taken_for_an_empty_container() {
    let (account, served) = service(vec![answer("<html>Please log in</html>")]).await;
    let container = open(&account, "media", &Auth::Anonymous).expect("a container");
    let error = container.probe().await.expect_err("no list");
    assert_eq!(error.kind, ErrorKind::BadResponse);
    assert_eq!(served.load(Ordering::SeqCst), 1, "asking again would not have helped");
}

#[tokio::test]
async fn an_unreachable_host_is_named_and_no_secret_with_it() {
    let host = "127.0.0.1:1".to_owned();
    let container =
        open(&format!("http://{host}/account"), "media", &sas("?sp=rl&sig=topsecret")).expect("a container");
    let error = container.probe().await.expect_err("nobody listens");
    assert_eq!(error.kind, ErrorKind::Unreachable { host });
    for shown in [error.to_string(), format!("{error:?}"), format!("{container:?}")] {
        assert!(!shown.contains("topsecret"), "{shown}");
    }
    assert!(error.to_string().contains("refused"), "{error}");
}

#[test]
fn what_cannot_be_an_address_is_refused_before_anything_is_sent() {
    for (account, container, word) in [
        ("http://a.blob.core.windows.net", "media", "http"),
        ("http://10.0.0.1:10000/a", "media", "http"),
        ("ftp://a.blob.core.windows.net", "media", "neither"),
        ("https://a.blob.core.windows.net/?sv=1&sig=topsecret", "media", "more than"),
        ("https://user:topsecret@a.blob.core.windows.net", "media", "more than"),
        ("https://a.blob.core.windows.net", "media/sub", "cannot be the name"),
        ("https://a.blob.core.windows.net", "Media", "cannot be the name"),
        ("https://a.blob.core.windows.net", "", "cannot be the name"),
    ] {
        let error = open(account, container, &Auth::Anonymous).expect_err(account);
        assert_eq!(error.kind, ErrorKind::BadUrl);
        assert!(error.to_string().contains(word), "{error}");
        assert!(error.hint().is_some());
        assert!(!format!("{error:?}").contains("topsecret"));
    }
    let error = open("https://a.blob.core.windows.net", "media", &sas("sv=1&sp=rl")).expect_err("no signature");
    assert_eq!(error.kind, ErrorKind::BadSas);
}

#[test]
fn both_styles_of_account_url_lead_to_the_container() {
    for (account, url) in [
        ("https://a.blob.core.windows.net", "https://a.blob.core.windows.net/media"),
        ("https://a.blob.core.windows.net/", "https://a.blob.core.windows.net/media"),
        ("http://127.0.0.1:10000/devstoreaccount1", "http://127.0.0.1:10000/devstoreaccount1/media"),
        ("http://localhost:10000/devstoreaccount1/", "http://localhost:10000/devstoreaccount1/media"),
    ] {
        let container = open(account, "media", &Auth::Anonymous).expect(account);
        assert_eq!(container.url().as_str(), url);
    }
}

#[test]
fn queries_are_encoded_once() {
    let auth = sas("?sp=rl&sig=a%2Bb");
    let container = open("https://a.blob.core.windows.net", "media", &auth).expect("a container");
    let url = container.list_url(&ListQuery {
        prefix: Some("a b/é+&%20?".into()),
        marker: Some("2!4!a=".into()),
        max_results: Some(10),
        start_from: Some("a b/f".into()),
        ..ListQuery::default()
    });
    assert_eq!(
        url.query(),
        Some(
            "restype=container&comp=list&include=metadata&prefix=a%20b%2F%C3%A9%2B%26%2520%3F&marker=2%214%21a%3D\
             &startFrom=a%20b%2Ff&maxresults=10&sp=rl&sig=a%2Bb"
        )
    );
}

#[tokio::test]
async fn a_listing_can_run_on_any_thread() {
    let (account, _) = service(vec![answer(PAGE)]).await;
    let container = open(&account, "media", &Auth::Anonymous).expect("a container");
    let listing = tokio::spawn(async move {
        let mut count = 0;
        container.list_page(&ListQuery::default(), |_| count += 1).await.map(|_| count)
    });
    assert_eq!(listing.await.expect("no panic").expect("a page"), 2);
}
