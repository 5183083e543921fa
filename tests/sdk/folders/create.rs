//! What is made, as the SDK sees it, and what is made once only.

use azure_to_encord::{
    config,
    demo::encord::Pace,
    wizard::{Destination, FolderRef},
};
use serde_json::{Map, Value, json};

use crate::{
    folders::{
        line::{Line, Lost},
        scene::Scene,
        sdk::Sdk,
    },
    support::encord::Encord,
};

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(object) = value else { panic!("{value}") };
    object
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_sees_what_was_made_in_every_detail() {
    let mut scene = Scene::set().await;
    let mut sdk = Sdk::start(&scene.encord);
    let raw = sdk.create("Raw", None);
    let metadata = json!({"z": "Köln 数据", "a": [1, {"b": null}], "c": {"d": 2.5, "e": true}, "": ""});
    let names = ["1 x", "100% & \"q\"", "数据", "4", "5", "6", "7", "8", "last one"];
    let of = config::Folder {
        path: Some(format!("Raw/{}", names.join("/"))),
        description: Some("Two\nlines, 数据 \u{1F600}".into()),
        metadata: object(metadata.clone()),
        ..config::Folder::default()
    };
    let destination = scene.resolve(of).await.unwrap();
    assert_eq!(scene.encord.server.folders().len(), 1, "looking changes nothing");
    let (made, created) = scene.create(destination).await.unwrap();
    assert!(created);

    let mut told = sdk.describe(made);
    assert_eq!(told["name"], "last one");
    assert_eq!(told["description"], "Two\nlines, 数据 \u{1F600}");
    assert_eq!(told["metadata"], metadata);
    assert_eq!(told["type"], "generic");
    assert_eq!(told["path"].as_array().unwrap().len(), 10);
    // Only the last folder is described, and each lies in the one before it.
    for name in names.iter().rev().skip(1) {
        told = sdk.describe(told["parent"].as_str().unwrap().parse().unwrap());
        assert_eq!((&told["name"], &told["description"], &told["metadata"]), (&json!(name), &json!(""), &Value::Null));
    }
    assert_eq!(told["parent"], json!(raw));
    assert_eq!(scene.encord.server.folders().len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_meanwhile_is_taken_and_twins_made_meanwhile_are_not_guessed_at() {
    let mut scene = Scene::set().await;
    let mut sdk = Sdk::start(&scene.encord);
    let planned = scene.resolve_path("Raw/2026/April").await.unwrap();
    assert_eq!(planned.create.len(), 3);
    let theirs = sdk.create_path(&["Raw", "2026"]);
    let (april, created) = scene.create(planned.clone()).await.unwrap();
    assert!(created);
    assert_eq!(sdk.describe(april)["parent"], json!(theirs));
    // The same plan again finds all of it.
    assert_eq!(scene.create(planned.clone()).await.unwrap(), (april, false));

    sdk.create("2026", Some(scene.encord.server.folders()[0].uuid));
    let problem = scene.create(planned).await.unwrap_err();
    assert!(problem.summary.contains("2 folders called '2026'"), "{problem}");
    assert_eq!((scene.count_named("April"), problem.kind.exit_code()), (1, 2));

    // What is a mirror by now takes nothing either.
    let planned = scene.resolve_path("Later").await.unwrap();
    let mirror = json!({"integrationUuid": crate::support::encord::INTEGRATION_ID, "remoteUrl": format!("{}/x/", crate::folders::scene::BASE)});
    scene.encord.create_folder(&json!({"name": "Later", "cloudSyncedFolderParams": mirror})).await;
    assert!(scene.create(planned).await.unwrap_err().summary.contains("'Later' mirrors"));

    let nowhere = scene.create(Destination::default()).await.unwrap_err();
    assert!(nowhere.summary.contains("root of Encord's storage"), "{nowhere}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_whose_answer_is_lost_makes_no_twin() {
    for (loss, lag) in [(Lost::Reset, 0), (Lost::Gateway, 0), (Lost::Reset, 2)] {
        let encord = Encord::start(None, Pace::Unlimited).await;
        let line = Line::start(&encord, &[None, Some(loss)], lag).await;
        let mut scene = Scene::over(encord, &line.url).await;
        let destination = scene.resolve_path("Raw/2026/April").await.unwrap();
        let (april, created) = scene.create(destination).await.unwrap();
        assert!(created, "{loss:?}");
        let mut sdk = Sdk::start(&scene.encord);
        assert_eq!(sdk.describe(april)["path"].as_array().unwrap().len(), 3);
        for name in ["Raw", "2026", "April"] {
            assert_eq!(scene.count_named(name), 1, "{loss:?} {name}");
        }
        assert_eq!(line.creations(), 3, "each is asked for once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_never_arrived_is_told_and_made_by_the_next_try() {
    let encord = Encord::start(None, Pace::Unlimited).await;
    let line = Line::start(&encord, &[Some(Lost::Before)], 0).await;
    let mut scene = Scene::over(encord, &line.url).await;
    let destination = scene.resolve_path("Raw").await.unwrap();
    let problem = scene.create(destination.clone()).await.unwrap_err();
    assert!(problem.summary.contains("'Raw'") && problem.summary.contains("cannot be found"), "{problem}");
    assert!(problem.hint.as_ref().unwrap().contains("not made a second time"), "{problem}");
    assert_eq!((line.creations(), scene.count_named("Raw")), (1, 0));
    assert!(scene.create(destination).await.unwrap().1);
    assert_eq!(scene.count_named("Raw"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chosen_folder_is_used_under_its_id() {
    let mut scene = Scene::set().await;
    let mut sdk = Sdk::start(&scene.encord);
    let twins = [sdk.create("twin", None), sdk.create("twin", None)];
    for twin in twins {
        let existing = Some(FolderRef { uuid: twin, path: "twin".into() });
        let chosen = Destination { existing: existing.clone(), ..Destination::default() };
        assert_eq!(scene.create(chosen).await.unwrap(), (twin, false));
        let below = Destination { existing, create: vec!["below".into()], ..Destination::default() };
        let (made, _) = scene.create(below).await.unwrap();
        assert_eq!(sdk.describe(made)["parent"], json!(twin));
    }
}
