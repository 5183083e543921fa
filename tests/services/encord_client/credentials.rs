//! What a request shows of who sends it.

use azure_to_encord::encord::{Client, Credential, Kind};
use secrecy::SecretString;
use serde_json::json;

use crate::encord_client::stub::{Stub, client, key, plain};

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

#[test]
fn a_login_is_not_sent_in_the_clear() {
    let error = Client::new("http://api.encord.com", Credential::Key(key())).unwrap_err();
    assert_eq!(error.kind, Kind::InsecureUrl);
    assert!(error.hint().unwrap().contains("https://"));
}
