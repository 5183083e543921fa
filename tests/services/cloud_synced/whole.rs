//! Syncs that go well, and what is told of them.

use azure_to_encord::demo::encord::Pace;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    cloud_synced::scene::{FOLDER, PREFIX, Scene, image, images},
    support::{
        azurite::Blob,
        events::{events, only},
        program::run,
    },
};

fn sidecar(name: &str, content: &Value) -> Blob {
    Blob::new(format!("{PREFIX}{name}"), content.to_string().as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefix_is_mirrored_with_its_sidecars_and_again_after_changes() {
    let mut blobs = images(5);
    blobs.push(sidecar("cam0/frame_0000.jpg.meta.json", &json!({ "site": "leeds", "lux": 3 })));
    blobs.push(Blob::new("elsewhere/x.jpg", b"\xff\xd8\xff\xe0"));
    let mut scene = Scene::set("mirror", &blobs, "rl", Pace::Unlimited).await;
    scene.config = scene
        .config
        .text("manifest.metadata", "sidecar", ".meta.json")
        .text("folder", "description", "A mirror")
        .raw("folder", "metadata", "{ project = \"traffic\" }");

    let ended = run(&mut scene.run(&["--yes", "--json"])).expect(0);
    let found = events(&ended);
    let plan = only(&found, "plan");
    assert_eq!((&plan["jobs"], &plan["items"]), (&json!(0), &json!(0)));
    assert_eq!(plan["mirror"], json!({ "remote_url": scene.remote_url(), "sidecar": ".meta.json", "warnings": [] }));
    assert_eq!(only(&found, "folder")["created"], true);
    let names: Vec<&str> = found.iter().map(|event| event["event"].as_str().unwrap()).collect();
    let place = |name: &str| names.iter().position(|found| *found == name).unwrap();
    assert!(place("plan") < place("folder") && place("folder") < place("run") && place("run") < place("sync"));
    assert!(!names.contains(&"job") && !names.contains(&"listing") && !names.contains(&"manifest"), "{names:?}");
    let last = found.iter().rfind(|event| event["event"] == "sync").unwrap();
    assert_eq!(last["state"], "done");
    assert_eq!(last["pages"], json!({ "pending": 0, "done": 1, "error": 0, "cancelled": 0 }));
    assert_eq!(last["jobs"], json!({ "pending": 0, "done": 1, "error": 0 }));
    assert_eq!(last["units"], json!({ "pending": 0, "done": 5, "error": 0, "cancelled": 0 }));
    assert_eq!(last["held"], json!({ "items": 5, "tombstones": 0 }));
    let finished = only(&found, "finished");
    assert_eq!(
        (&finished["state"], &finished["registered"], &finished["failed"]),
        (&json!("done"), &json!(5), &json!(0))
    );

    let (there, gone) = scene.items();
    assert!(there.len() == 5 && gone.is_empty() && there[0] == "cam0/frame_0000.jpg", "{there:?}");
    let items = scene.encord.items(FOLDER);
    let with = items.iter().find(|item| item.name == "cam0/frame_0000.jpg").unwrap();
    assert_eq!(Value::Object(with.client_metadata.clone()), json!({ "site": "leeds", "lux": 3 }));
    let stored = &scene.folders()[0];
    assert_eq!(stored.remote_url, Some(scene.remote_url()));
    assert_eq!(stored.client_metadata.as_ref().unwrap()["project"], "traffic");
    let read = scene.ask(Method::GET, &format!("storage/folders/{}", stored.uuid), None).await;
    assert_eq!((&read["description"], &read["folderType"]), (&json!("A mirror"), &json!("cloudLinked")));

    // What the run is known by afterwards.
    let id = finished["run"].as_str().unwrap();
    let listed = run(&mut scene.program(&["runs", "list", "--json"])).expect(0);
    let row: Value = serde_json::from_str(listed.stdout.trim()).unwrap();
    assert_eq!((&row["state"], &row["registered"], &row["failed"]), (&json!("done"), &json!(5), &json!(0)));
    let shown = run(&mut scene.program(&["runs", "show", id])).expect(0);
    assert!(
        shown.stdout.contains(&scene.remote_url()) && shown.stdout.contains("5 of 5 registered"),
        "{}",
        shown.stdout
    );
    let shown = run(&mut scene.program(&["runs", "show", id, "--json"])).expect(0);
    let shown: Value = serde_json::from_str(shown.stdout.trim()).unwrap();
    assert_eq!((&shown["sync"]["state"], &shown["sync"]["sidecar"]), (&json!("done"), &json!(".meta.json")));
    run(&mut scene.program(&["runs", "report", id])).expect(0);
    let report: Value = serde_json::from_slice(&std::fs::read(finished["report"].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(report["sync"]["units"]["done"], 5);
    let again = run(&mut scene.program(&["runs", "resume", id])).expect(2);
    assert!(again.stderr.contains("nothing to resume"), "{}", again.stderr);

    // Somebody uses a setting of the folder that this program does not know, and pauses the sidecars.
    let config = format!("storage/folders/{}/folder-config", stored.uuid);
    let mut changed = scene.ask(Method::GET, &config, None).await;
    changed["indexFolderConfig"] = json!({ "embeddingConfig": { "models": ["clip", null] } });
    changed["metadataIngestion"]["paused"] = json!(true);
    changed["metadataIngestion"]["future"] = json!(7);
    scene.ask(Method::POST, &config, Some(&changed)).await;

    scene.remove("cam1/frame_0001.jpg").await;
    scene.put(&[image("cam9/new one.jpg"), sidecar("cam9/new one.jpg.meta.json", &json!({ "site": "york" }))]);
    let ended = run(&mut scene.run(&["--yes", "--json"])).expect(0);
    let found = events(&ended);
    assert_eq!(only(&found, "folder")["created"], false);
    let last = found.iter().rfind(|event| event["event"] == "sync").unwrap();
    assert_eq!(last["held"], json!({ "items": 6, "tombstones": 1 }));
    let (there, gone) = scene.items();
    assert_eq!(gone, ["cam1/frame_0001.jpg"]);
    assert!(there.len() == 5 && there.contains(&"cam9/new one.jpg".to_owned()), "{there:?}");
    let items = scene.encord.items(FOLDER);
    assert!(items.iter().any(|item| item.client_metadata.get("site") == Some(&json!("york"))));
    changed["metadataIngestion"]["paused"] = json!(false);
    assert_eq!(scene.ask(Method::GET, &config, None).await, changed);

    // Without --json, people are told the same; a folder whose settings are right is not written to.
    scene.put(&[image("cam1/frame_0001.jpg")]);
    let ended = run(&mut scene.run(&["--yes"])).expect(0);
    for part in ["; it is synced again)", "Done: 'Mirrors/Site A' mirrors", "6 files are registered", "holds 6 items."]
    {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }
    let posts = scene
        .encord
        .recorder
        .requests()
        .iter()
        .filter(|request| request.ends_with("/folder-config") && request.starts_with("POST"))
        .count();
    assert_eq!((posts, scene.syncs(), scene.folders().len()), (2, 3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn forgetting_a_sync_leaves_the_folder() {
    let scene = Scene::set("forgotten", &images(2), "rl", Pace::Unlimited).await;
    let ended = run(&mut scene.run(&["--yes", "--json"])).expect(0);
    let id = only(&events(&ended), "finished")["run"].as_str().unwrap().to_owned();
    run(&mut scene.program(&["runs", "forget", &id])).expect(0);
    assert_eq!(run(&mut scene.program(&["runs", "list", "--json"])).expect(0).stdout, "");
    assert_eq!(scene.items().0.len(), 2);
}

/// An item that fails has no name in Encord's answer; the number is told.
#[tokio::test(flavor = "multi_thread")]
async fn files_that_fail_are_counted() {
    let mut blobs = images(3);
    blobs.push(Blob::new(format!("{PREFIX}empty.jpg"), b""));
    let scene = Scene::set("partly", &blobs, "rl", Pace::Unlimited).await;
    let ended = run(&mut scene.run(&["--yes"])).expect(3);
    assert!(ended.stdout.contains("3 files are registered, 1 failed"), "{}", ended.stdout);
    assert!(ended.stdout.contains("does not tell which"), "{}", ended.stdout);
    let listed = run(&mut scene.program(&["runs", "list", "--json"])).expect(0);
    let row: Value = serde_json::from_str(listed.stdout.trim()).unwrap();
    assert_eq!((&row["state"], &row["registered"], &row["failed"]), (&json!("done-with-errors"), &json!(3), &json!(1)));
}
