//! The official Python SDK as the second client: it sees our folders as cloud-synced, and we sync the ones that it made.

use std::process::{Command, Stdio};

use azure_to_encord::demo::encord::Pace;
use serde_json::{Value, json};

use crate::{
    cloud_synced::scene::{Scene, images},
    support::{
        encord::INTEGRATION_ID,
        events::{events, only},
        installed,
        program::run,
    },
};

fn sdk(scene: &Scene, arguments: &[&str]) -> Value {
    let output = Command::new(installed("ENCORD_TEST_PYTHON"))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/services/cloud_synced/sdk.py"))
        .arg(scene.encord.server.url())
        .arg(scene.encord.key_file())
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_sees_what_was_made_and_its_own_folders_are_synced() {
    let mut scene = Scene::set("sdk", &images(3), "rl", Pace::Unlimited).await;
    scene.config = scene.config.text("manifest.metadata", "sidecar", ".meta.json");
    run(&mut scene.run(&["--yes", "--json"])).expect(0);
    let mut wanted = json!({
        "uuid": scene.folder(), "synced": true, "remote_url": scene.remote_url(), "integration": INTEGRATION_ID,
        "suffix": ".meta.json", "paused": false, "sync": ["done", 3],
        "items": ["cam0/frame_0000.jpg", "cam1/frame_0001.jpg", "cam2/frame_0002.jpg"],
    });
    assert_eq!(sdk(&scene, &["look", &scene.folder().to_string()]), wanted);

    // Written as people write it: neither encoded nor ended by a slash.
    let plain = format!("{}/site a/é%231", scene.container_url);
    let made = sdk(&scene, &["make", "Theirs", &INTEGRATION_ID.to_string(), &plain]);
    wanted["remote_url"] = json!(plain);
    assert_eq!((&made["synced"], &made["suffix"]), (&json!(true), &json!(".meta.json")));
    scene.config = scene.config.raw("folder", "path", "").text("folder", "uuid", made["uuid"].as_str().unwrap());
    let ended = run(&mut scene.run(&["--yes", "--json"])).expect(0);
    let found = events(&ended);
    assert_eq!(
        (&only(&found, "folder")["path"], &only(&found, "folder")["created"]),
        (&json!("Theirs"), &json!(false))
    );
    assert_eq!(only(&found, "finished")["registered"], 3);
}
