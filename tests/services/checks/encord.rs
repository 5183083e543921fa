//! The same list, when Encord is in the way.

use axum::{Json, Router, http::StatusCode};
use serde_json::json;
use tokio::net::TcpListener;

use crate::{checks::scene::Scene, support::keys::Key};

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_encord_does_not_know() {
    let mut scene = Scene::good("stranger").await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("stranger");
    std::fs::write(&file, Key::new().pem()).unwrap();
    scene.config = scene.config.text("encord", "ssh_key_file", file.to_str().unwrap());
    let checked = scene.check(&[]).expect(4, &["encord.login"]);
    assert!(checked.detail("encord.login").contains("401"), "{}", checked.detail("encord.login"));
    assert_eq!(checked.state("azure.container"), "pass");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encord_that_forbids() {
    let mut scene = Scene::good("forbidden").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let refuse = async || (StatusCode::FORBIDDEN, Json(json!({ "message": "Not for you" })));
    let serving = tokio::spawn(async move { axum::serve(listener, Router::new().fallback(refuse)).await });
    scene.config = scene.config.text("encord", "domain", &url);
    let checked = scene.check(&[]).expect(4, &["encord.login"]);
    assert!(checked.detail("encord.login").contains("403"), "{}", checked.detail("encord.login"));
    assert_eq!(checked.state("azure.container"), "pass");
    serving.abort();
}
