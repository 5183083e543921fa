//! What cannot be mirrored is refused before anything is changed.

use azure_to_encord::demo::encord::Pace;
use serde_json::json;

use crate::{
    cloud_synced::scene::{FOLDER, Scene, images},
    support::{
        encord::INTEGRATION_ID,
        events::{events, only},
        program::run,
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_go_with_a_mirror_is_refused_and_nothing_is_changed() {
    let scene = Scene::set("refused", &images(2), "rl", Pace::Unlimited).await;
    let ended = run(&mut scene.run(&["--dry-run", "--json"])).expect(0);
    let found = events(&ended);
    assert_eq!(only(&found, "plan")["creates"], json!(["Mirrors", "Site A"]));
    assert!(found.iter().all(|event| event["event"] != "folder" && event["event"] != "sync"));
    let ended = run(&mut scene.run(&["--dry-run"])).expect(0);
    for part in [scene.remote_url().as_str(), "a cloud-synced folder will be created", "DICOM series", "none is read"] {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }

    let mut narrowed = scene;
    narrowed.config = narrowed.config.raw("manifest", "include", "[\"**/*.jpg\"]");
    let ended = run(&mut narrowed.run(&["--yes"])).expect(2);
    assert!(ended.stderr.contains("[manifest] include would leave some out"), "{}", ended.stderr);
    narrowed.config = narrowed.config.raw("manifest", "include", "").raw("manifest", "prefixes", "[\"site\"]");
    let ended = run(&mut narrowed.run(&["--yes"])).expect(2);
    assert!(ended.stderr.contains("has to end with a '/'"), "{}", ended.stderr);

    let requests = narrowed.encord.recorder.requests();
    assert!(requests.iter().all(|request| request.starts_with("GET ")), "{requests:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_another_one_is_refused() {
    let scene = Scene::set("taken", &images(2), "rl", Pace::Unlimited).await;
    scene.encord.create_folder(&json!({ "name": "Mirrors" })).await;
    let parent = scene.encord.server.folders()[0].uuid;
    scene.encord.create_folder(&json!({ "name": "Site A", "parent": parent })).await;
    let ended = run(&mut scene.run(&["--yes"])).expect(2);
    assert!(
        ended.stderr.contains(&format!("'{FOLDER}' exists already and is no cloud-synced folder")),
        "{}",
        ended.stderr
    );

    scene.encord.create_folder(&json!({ "name": "Site A", "parent": parent })).await;
    let ended = run(&mut scene.run(&["--yes"])).expect(2);
    let uuids: Vec<String> = scene.folders().iter().map(|folder| folder.uuid.to_string()).collect();
    assert!(uuids.iter().all(|uuid| ended.stderr.contains(uuid)), "{}", ended.stderr);

    let other = format!("{}/elsewhere/", scene.container_url);
    let params = json!({ "integrationUuid": INTEGRATION_ID, "remoteUrl": other });
    scene.encord.create_folder(&json!({ "name": "Other", "cloudSyncedFolderParams": params })).await;
    let uuid = scene.encord.server.folders().into_iter().find(|folder| folder.name == "Other").unwrap().uuid;
    let mut elsewhere = scene;
    elsewhere.config = elsewhere.config.raw("folder", "path", "").text("folder", "uuid", uuid.to_string());
    let ended = run(&mut elsewhere.run(&["--yes"])).expect(2);
    assert!(ended.stderr.contains(&format!("mirrors {other}, not {}", elsewhere.remote_url())), "{}", ended.stderr);
    assert_eq!(elsewhere.syncs(), 0);
}
