//! Runs in which something fails, and runs that must change nothing.

use std::path::Path;

use azure_to_encord::demo::encord::Pace;
use serde_json::{Value, json};

use crate::{
    import::scene::{FOLDER, MP4, PNG, Scene, images},
    support::{
        azurite::Blob,
        events::{events, only},
        program::run,
    },
};

const MISLABELLED: [&str; 2] = ["bad/a picture & no video.mp4", "bad/图像.mp4"];

#[tokio::test(flavor = "multi_thread")]
async fn failed_items_are_named_and_the_others_registered() {
    let mut blobs = images(20);
    blobs.push(Blob::new("good.mp4", MP4));
    blobs.extend(MISLABELLED.map(|name| Blob::new(name, PNG)));
    let scene = Scene::set("failing", false, &blobs, Pace::Unlimited).await;
    let ended = run(&mut scene.run(&["--yes", "--json"])).expect(3);
    let names = scene.encord.names(FOLDER, &scene.container_url);
    assert_eq!(names.len(), 21);
    assert!(MISLABELLED.iter().all(|name| !names.contains_key(*name)));

    let events = events(&ended);
    let finished = only(&events, "finished");
    assert_eq!(finished["state"], "done-with-errors");
    assert_eq!((&finished["registered"], &finished["failed"]), (&json!(21), &json!(2)));
    let path = Path::new(finished["report"].as_str().unwrap());
    let report: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let urls: Vec<&str> =
        report["failures"].as_array().unwrap().iter().map(|unit| unit["objectUrls"][0].as_str().unwrap()).collect();
    let encoded = ["bad/a%20picture%20%26%20no%20video.mp4", "bad/%E5%9B%BE%E5%83%8F.mp4"];
    let wanted = encoded.map(|name| format!("{}/{name}", scene.container_url));
    assert_eq!(urls, wanted.each_ref().map(String::as_str));
    let error = report["failures"][0]["error"].as_str().unwrap();
    assert!(error.starts_with("Expected a video, got a file of type image/png"), "{error}");

    let mut table = csv::Reader::from_path(path.with_extension("csv")).unwrap();
    let rows: Vec<_> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    for (row, url) in rows.iter().zip(&wanted) {
        assert!(row.iter().any(|cell| cell == url), "{row:?}");
    }

    // Without --json, people are told the same.
    let ended = run(&mut scene.run(&["--yes"])).expect(3);
    assert!(ended.stdout.contains(&wanted[0]) && ended.stdout.contains(error), "{}", ended.stdout);
    let listed = run(&mut scene.program(&["runs", "list", "--json"])).expect(0);
    let first: Value = serde_json::from_str(listed.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(first["run"], finished["run"]);
    assert_eq!(
        (&first["state"], &first["registered"], &first["failed"]),
        (&json!("done-with-errors"), &json!(21), &json!(2))
    );
    let shown = run(&mut scene.program(&["runs", "show", first["run"].as_str().unwrap()])).expect(0);
    assert!(shown.stdout.contains("21 of 23 registered, 2 failed"), "{}", shown.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_changes_without_consent() {
    let mut scene = Scene::set("consent", false, &images(5), Pace::Unlimited).await;
    scene.config = scene.config.text("schema.keys", "site", "varchar");
    let ended = run(&mut scene.run(&["--dry-run", "--json"])).expect(0);
    let found = events(&ended);
    assert_eq!(only(&found, "plan")["items"], 5);
    assert_eq!(only(&found, "plan")["schema"][0]["key"], "site");
    assert!(found.iter().all(|event| event["event"] != "folder" && event["event"] != "finished"));

    let ended = run(&mut scene.run(&["--json"])).expect(2);
    assert!(ended.stderr.contains("--yes"), "{}", ended.stderr);

    let changing: Vec<_> =
        scene.encord.recorder.requests().into_iter().filter(|request| !request.starts_with("GET ")).collect();
    assert!(changing.is_empty(), "{changing:?}");
    assert!(scene.encord.server.folders().is_empty() && scene.encord.server.schema().is_none());
    let listed = run(&mut scene.program(&["runs", "list", "--json"])).expect(0);
    assert_eq!(listed.stdout, "");
}
