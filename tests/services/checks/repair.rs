//! `check --fix`.

use serde_json::{Value, json};

use crate::{
    checks::scene::{Checked, Scene},
    support::{azurite::encords_rule, events::only},
};

const BOTH: [&str; 2] = ["azure.cors", "azure.cors.preflight"];

fn foreign(name: &str) -> Value {
    json!({
        "origins": [format!("https://{name}.example")], "methods": ["GET", "HEAD"], "allowed": ["x-ms-*"], "exposed": ["etag"],
        "max_age": 7,
    })
}

fn changed(checked: &Checked) -> &[Value] {
    only(&checked.events, "fix")["changed"].as_array().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_rules_are_added_once_and_others_left_alone() {
    let scene = Scene::with_rules("lima", &[]).await;
    for before in [vec![], vec![foreign("a"), foreign("b"), foreign("c"), foreign("d")]] {
        scene.rules(&before);
        let checked = scene.check(&[]).expect(1, &BOTH);
        assert!(checked.fix("azure.cors").contains("check CONFIG --fix"));
        assert!(checked.detail("azure.cors.preflight").contains("https://app.encord.com (403 CorsPreflightFailure)"));
        assert_eq!(scene.rules_now(), Value::from(before.clone()), "looking changes nothing");

        let repaired = scene.check(&["--fix"]).expect(0, &[]);
        assert_eq!((repaired.state("azure.cors"), repaired.state("azure.cors.preflight")), ("pass", "pass"));
        assert_eq!(changed(&repaired).len(), 1);
        assert!(
            changed(&repaired)[0]
                .as_str()
                .unwrap()
                .starts_with("+ GET, POST, OPTIONS, PUT from https://app.encord.com")
        );
        let mut expected = before;
        expected.push(encords_rule());
        assert_eq!(scene.rules_now(), Value::from(expected.clone()));

        let again = scene.check(&["--fix"]).expect(0, &[]);
        assert!(changed(&again).is_empty());
        assert_eq!(scene.rules_now(), Value::from(expected));
    }

    scene.rules(&[foreign("a")]);
    let ended = scene.run("check", &["--fix"]).expect(0);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    let at = lines.iter().position(|line| *line == "Changed the account's CORS rules:").expect(&ended.stdout);
    assert!(lines[at + 1].starts_with("    GET, HEAD from https://a.example"), "{}", ended.stdout);
    assert!(lines[at + 2].starts_with("  + GET, POST"), "{}", ended.stdout);
    let ended = scene.run("check", &["--fix"]).expect(0);
    assert!(ended.stdout.contains("Nothing to repair"), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_rules_of_others_are_not_touched() {
    let five: Vec<Value> = ["a", "b", "c", "d", "e"].map(foreign).into();
    let scene = Scene::with_rules("juliett", &five).await;
    for flags in [&[][..], &["--fix"]] {
        let checked = scene.check(flags).expect(1, &BOTH);
        assert!(checked.detail("azure.cors").contains("5 CORS rules already"), "{}", checked.detail("azure.cors"));
        assert!(checked.fix("azure.cors").contains("https://e.example"), "{}", checked.fix("azure.cors"));
    }
    assert_eq!(scene.rules_now(), Value::from(five));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_may_read_but_not_write_rules_is_told_of() {
    let mut scene = Scene::with_rules("kilo", &[]).await;
    scene.secret = scene.token("rl", "sco", crate::checks::scene::YEARS);
    let checked = scene.check(&["--fix"]).expect(4, &BOTH);
    assert!(checked.stderr.contains("az storage cors add"), "{}", checked.stderr);
    assert_eq!(scene.rules_now(), json!([]));
}
