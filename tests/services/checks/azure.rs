//! Credentials, containers and networks, good and bad.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    checks::scene::{SECRET, Scene, YEARS},
    support::{azurite::Blob, program::run},
};

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_as_it_should_be() {
    let scene = Scene::good("good").await;
    let checked = scene.check(&[]).expect(0, &[]);
    assert!(checked.checks.values().all(|check| check["state"] == "pass"), "{:#?}", checked.checks);
    assert_eq!(checked.detail("azure.read"), "'a/b c.jpg' can be read");

    // For people: one line a check on stdout, and the sum.
    let ended = scene.run("check", &[]).expect(0);
    assert!(ended.stdout.lines().any(|line| line.starts_with("ok    azure.cors.preflight")), "{}", ended.stdout);
    assert!(ended.stdout.trim_end().lines().last().unwrap().contains("0 failed, 0 with a warning"), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens() {
    let mut scene = Scene::good("tokens").await;
    let good = scene.secret.clone();
    let list = ["azure.container"];
    for (what, token, code, failed, said) in [
        ("expired", scene.token("rl", "sco", -5), 4, &["azure.container", "azure.sas.expiry"][..], "expired on"),
        ("no List", scene.token("r", "sco", YEARS), 4, &["azure.container", "azure.sas.permissions"], "lacks List"),
        ("no Read", scene.token("l", "sco", YEARS), 4, &["azure.read", "azure.sas.permissions"], "lacks Read"),
        ("no Object", scene.token("rl", "sc", YEARS), 4, &["azure.read", "azure.sas.resource-types"], "objects"),
        (
            "no Container",
            scene.token("rl", "so", YEARS),
            4,
            &["azure.container", "azure.sas.resource-types"],
            "containers",
        ),
        ("altered", good.replace("sig=", "sig=AAAA"), 4, &list, "failed to authenticate"),
    ] {
        scene.secret = token;
        let checked = scene.check(&[]).expect(code, failed);
        let told: String = failed.iter().map(|id| checked.detail(id)).collect();
        assert!(told.contains(said), "{what}: {told}");
        assert!(failed.iter().any(|id| !checked.fix(id).is_empty()), "{what}");
        if failed.contains(&"azure.container") {
            assert_eq!((checked.state("azure.read"), checked.state("azure.tier")), ("skipped", "skipped"), "{what}");
        }
        assert_eq!(checked.state("azure.cors.preflight"), "pass", "{what}");
    }

    scene.secret = scene.token("rl", "sco", 60);
    let checked = scene.check(&[]).expect(0, &[]);
    assert_eq!(checked.all("warn"), ["azure.sas.expiry"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_the_container_may_not_read_rules_and_the_way_by_hand_is_shown() {
    let mut scene = Scene::good("byhand").await;
    scene.secret = scene.container_token("rl");
    let checked = scene.check(&[]).expect(0, &[]);
    assert_eq!(checked.all("skipped"), ["azure.cors"]);
    let fix = checked.fix("azure.cors");
    assert!(fix.contains("az storage cors add --account-name india"), "{fix}");
    assert!(fix.contains("Storage Account Contributor") && fix.contains("Resource sharing (CORS)"), "{fix}");

    scene.secret.clear();
    let ended = run(&mut scene.command(&["check", "site.toml", "--json"])).code;
    assert_eq!(ended, Some(2));
    let checked = scene.check(&[]).expect(2, &["azure.login"]);
    assert!(checked.detail("azure.login").contains("is not set"), "{:?}", checked.checks["azure.login"]);
    assert_eq!(checked.state("azure.container"), "skipped");
    // What needs no credential is checked all the same.
    assert_eq!(checked.state("azure.cors.preflight"), "pass");
    assert_eq!(checked.state("azure.clock"), "pass");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_ways_to_sign_in() {
    let mut scene = Scene::good("ways").await;
    let foreign = scene.secret.clone();
    let azurite = scene.azurite.clone();
    let public = "public";
    azurite.fill_in("india", public, true, &[Blob::new("a.png", b"x")]);
    scene.config = scene.config.raw("azure", "sas_token_env", "").text("azure", "account_key_env", SECRET);
    scene.secret = azurite.key().to_owned();
    let checked = scene.check(&[]).expect(0, &[]);
    assert!(checked.detail("azure.login").contains("account key"), "{:?}", checked.checks["azure.login"]);
    assert_eq!(checked.all("skipped").len(), 5);
    scene.secret = format!(
        "DefaultEndpointsProtocol=http;AccountName=india;AccountKey={};BlobEndpoint={};",
        azurite.key(),
        azurite.url_of("india")
    );
    scene.check(&[]).expect(0, &[]);
    scene.secret = azurite.key().replace(['a', 'b', 'c'], "d");
    let checked = scene.check(&[]).expect(4, &["azure.container"]);
    assert!(
        checked.detail("azure.container").contains("AuthorizationFailure"),
        "{:?}",
        checked.checks["azure.container"]
    );

    let config = scene.config.clone().raw("azure", "account_key_env", "").text("azure", "auth", "anonymous");
    scene.config = config.clone().text("azure", "container", public);
    let checked = scene.check(&[]).expect(0, &[]);
    assert_eq!(checked.state("azure.cors"), "skipped");
    scene.config = config;
    scene.check(&[]).expect(4, &["azure.container"]);

    // A token of another account.
    scene.config = scene.config.raw("azure", "auth", "").text("azure", "sas_token_env", SECRET).text(
        "azure",
        "endpoint",
        azurite.url_of("mike"),
    );
    scene.secret = foreign;
    scene.check(&[]).expect(4, &["azure.container", "azure.cors.preflight"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_containers() {
    let mut scene = Scene::good("wrong").await;
    scene.config = scene.config.text("azure", "container", "medai");
    let checked = scene.check(&[]).expect(2, &["azure.container"]);
    assert!(checked.detail("azure.container").contains("\"medai\" was not found"));
    scene.azurite.fill_in("india", "nothing", false, &[]);
    scene.config = scene.config.text("azure", "container", "nothing");
    let checked = scene.check(&[]).expect(0, &[]);
    assert_eq!(checked.all("warn"), ["azure.container"]);
    assert_eq!(checked.all("skipped"), ["azure.read", "azure.tier"]);
}

/// Nobody listens there, and no other test ever does.
const CLOSED_PORT: u16 = 1;

/// Only the container's check fails; the others that need the account say that it cannot be reached. Waiting 20 seconds in each of
/// the six would take longer.
fn assert_told_once(scene: &Scene, said: &str) {
    let began = Instant::now();
    let checked = scene.check(&[]).expect(1, &["azure.container"]);
    assert!(began.elapsed() < Duration::from_secs(100), "{:?}", began.elapsed());
    assert!(checked.detail("azure.container").contains(said), "{}", checked.detail("azure.container"));
    for id in ["azure.read", "azure.tier", "azure.clock", "azure.cors", "azure.cors.preflight"] {
        assert_eq!(checked.checks[id]["detail"], Value::from("the account cannot be reached"), "{id}");
    }
    assert_eq!(checked.state("azure.sas.permissions"), "pass");
    assert_eq!(checked.state("encord.login"), "pass");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_not_there_is_told_once() {
    let mut scene = Scene::good("away").await;
    scene.config = scene.config.text("azure", "endpoint", format!("http://127.0.0.1:{CLOSED_PORT}/india"));
    assert_told_once(&scene, "cannot be reached");

    // One that takes connections and never answers.
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    scene.config = scene.config.text("azure", "endpoint", format!("http://{}/india", mute.local_addr().unwrap()));
    assert_told_once(&scene, "did not answer within 20 seconds");
}
