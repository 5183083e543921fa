//! Who is let in, and what the service says to the others.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::encord_service::client::{Client, INTEGRATION, key, now, options, sign};

const TARGET: &str = "/v2/public/cloud-integrations?includeOrgAccess=False";

async fn refusal(client: &Client, headers: &[(&str, String)], body: &str) -> String {
    let mut request = client.plain(Method::GET, "cloud-integrations?includeOrgAccess=False");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let answer = request.body(body.to_owned()).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    answer.json::<Value>().await.unwrap()["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn only_fresh_and_right_signatures_are_let_in() {
    let client = Client::start(options(None)).await;
    let good = sign(&key(), "GET", TARGET, b"", now());
    let listed = client.get("cloud-integrations?includeOrgAccess=False").await;
    assert_eq!(listed["result"][0]["integrationUuid"], json!(INTEGRATION));

    assert!(refusal(&client, &[], "").await.contains("neither signed"));
    for missing in 0..3 {
        let mut headers = good.to_vec();
        let (name, _) = headers.remove(missing);
        assert!(refusal(&client, &headers, "").await.contains(name));
    }
    assert!(refusal(&client, &good, "x").await.contains("Content-Digest does not match"));
    for created in [now() - 310, now() + 310] {
        let headers = sign(&key(), "GET", TARGET, b"", created);
        assert!(refusal(&client, &headers, "").await.contains("created time"));
    }
    for (method, target) in [("POST", TARGET), ("GET", "/v2/public/cloud-integrations?includeOrgAccess=True")] {
        let headers = sign(&key(), method, target, b"", now());
        assert!(refusal(&client, &headers, "").await.contains("does not match the request."));
    }
    let stranger = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let headers = sign(&stranger, "GET", TARGET, b"", now());
    assert!(refusal(&client, &headers, "").await.contains("keyid"));
    let forged = sign(&stranger, "GET", TARGET, b"", now());
    let headers = [good[0].clone(), good[1].clone(), forged[2].clone()];
    assert!(refusal(&client, &headers, "").await.contains("does not match the request."));
}

/// The signatures that the official SDK made in 2023 are right, and too old.
#[tokio::test]
async fn the_recorded_signatures_fail_for_their_age_alone() {
    let client = Client::start(options(None)).await;
    let headers = sign(&key(), "GET", TARGET, b"", 1_700_000_000);
    assert_eq!(
        headers[2].1,
        "encord-sig=:HyuayrEnCB0//OND12HPmUxSpVbpWugBogupNfBttjrFyeYQkqnxABpSIP7WZ291yaei6IM+D4w+oZve5NjEDw==:"
    );
    assert!(refusal(&client, &headers, "").await.contains("created time"));
}

#[tokio::test]
async fn bearer_tokens_unknown_paths_and_traces() {
    let client = Client::start(options(None)).await;
    let answer = |token: &'static str, path: &'static str, method: Method| {
        client.plain(method, path).header("x-cloud-trace-context", "ab/1;o=1").bearer_auth(token).send()
    };
    let good = answer("tok", "user/bearer-token", Method::GET).await.unwrap();
    assert_eq!(good.headers()["x-cloud-trace-context"], "ab/1;o=1");
    assert_eq!(good.json::<Value>().await.unwrap(), json!({ "token": "tok" }));
    let bad = answer("tik", "user/current", Method::GET).await.unwrap();
    assert_eq!(bad.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(bad.headers()["x-cloud-trace-context"], "ab/1;o=1");
    assert_eq!(answer("tok", "user/nobody", Method::GET).await.unwrap().status(), StatusCode::NOT_FOUND);
    let wrong = answer("tok", "user/current", Method::DELETE).await.unwrap();
    assert_eq!(wrong.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn integrations_are_filtered_by_both_filters() {
    let client = Client::start(options(None)).await;
    let titles = async |query: &str| -> Vec<String> {
        let body = client.get(&format!("cloud-integrations?{query}")).await;
        let result = body["result"].as_array().unwrap();
        result.iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(titles("").await, ["Demo storage", "Other"]);
    assert_eq!(titles("filterIntegrationTitles=Other&filterIntegrationTitles=None").await, ["Other"]);
    let uuid = format!("filterIntegrationUuids={INTEGRATION}");
    assert_eq!(titles(&uuid).await, ["Demo storage"]);
    assert!(titles(&format!("{uuid}&filterIntegrationTitles=Other")).await.is_empty());
}
