//! What an error says.

use azure_to_encord::encord::Kind;
use serde_json::json;

use crate::encord_client::stub::{Stub, client, plain};

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
