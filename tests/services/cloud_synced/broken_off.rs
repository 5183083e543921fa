//! Syncs that fail, and runs that are broken off and taken up again.

use std::time::Duration;

use azure_to_encord::demo::encord::Pace;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    cloud_synced::scene::{Scene, images},
    support::{
        events::{events, only},
        program::{Ended, Running, run},
    },
};

const ITEMS: usize = 60;
const SOON: Duration = Duration::from_secs(120);

async fn scene(container: &str) -> Scene {
    Scene::set(container, &images(ITEMS), "rl", Pace::PerSecond(10.0)).await
}

fn the_run(scene: &Scene, state: &str) -> String {
    let listed = run(&mut scene.program(&["runs", "list", "--json"])).expect(0);
    let found: Value = serde_json::from_str(listed.stdout.trim()).expect("one run");
    assert_eq!(found["state"], state);
    found["run"].as_str().unwrap().to_owned()
}

fn resume_to_the_end(scene: &Scene, id: &str) -> Ended {
    let ended = run(&mut scene.program(&["runs", "resume", id, "--json"])).expect(0);
    let found = events(&ended);
    let finished = only(&found, "finished");
    assert_eq!((&finished["run"], &finished["state"]), (&json!(id), &json!("done")));
    assert_eq!(finished["registered"], json!(ITEMS));
    let (there, gone) = scene.items();
    assert!(there.len() == ITEMS && gone.is_empty(), "{there:?} {gone:?}");
    assert_eq!(scene.folders().len(), 1);
    the_run(scene, "done");
    run(&mut scene.program(&["runs", "resume", id])).expect(2);
    ended
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_or_asked_to_end_it_follows_the_same_sync_when_resumed() {
    for signal in ["KILL", "TERM"] {
        let scene = scene(&format!("broken-{}", signal.to_lowercase())).await;
        let mut running = Running::start(&mut scene.run(&["--yes", "--json"]));
        running.wait_until("the middle of the sync", SOON, |running| running.stdout().contains("\"done\":1"));
        running.signal(signal);
        let ended = running.end(SOON);
        assert_eq!(ended.code, (signal == "TERM").then_some(130), "{}\n{}", ended.stdout, ended.stderr);
        let id = the_run(&scene, "interrupted");
        resume_to_the_end(&scene, &id);
        assert_eq!(scene.syncs(), 1);
    }
}

/// The hardest moment: Encord has begun, the program does not know.
#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_asks_it_explains_and_asks_again() {
    let scene = scene("mirror-doubt").await;
    scene.encord.recorder.withhold_job_answers(true);
    let mut running = Running::start(&mut scene.run(&["--yes", "--json"]));
    running.wait_until("the request", SOON, |_| scene.syncs() == 1);
    running.signal("KILL");
    running.end(SOON);
    scene.encord.recorder.withhold_job_answers(false);
    let id = the_run(&scene, "interrupted");
    let ended = resume_to_the_end(&scene, &id);
    assert!(ended.stderr.contains("it is asked again. That does no harm"), "{}", ended.stderr);
    assert_eq!(scene.syncs(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_answers_make_no_second_folder_and_no_second_sync_by_themselves() {
    let scene = scene("lost").await;
    scene.encord.recorder.spoil("/storage/folders");
    scene.encord.recorder.spoil("/storage/folders");
    scene.encord.recorder.spoil("/cloud-synced-folder-syncs");
    let ended = run(&mut scene.run(&["--yes", "--json"])).expect(1);
    assert!(ended.stderr.contains("Nobody knows whether Encord has begun"), "{}", ended.stderr);
    assert_eq!((scene.folders().len(), scene.encord.server.folders().len(), scene.syncs()), (1, 2, 1));
    let id = the_run(&scene, "failed");
    resume_to_the_end(&scene, &id);
    assert_eq!(scene.syncs(), 2);
}

/// By the program's own clock: whatever `Retry-After` says, the pauses are 1 s and 2 s.
#[tokio::test(flavor = "multi_thread")]
async fn refusals_that_ask_for_no_pause_are_followed_by_longer_and_longer_ones() {
    let scene = Scene::set("refused-at-once", &images(3), "rl", Pace::Unlimited).await;
    for method in [Method::POST, Method::GET] {
        for retry_after in ["0", "Sun, 06 Nov 1994 08:49:37 GMT"] {
            scene.encord.recorder.refuse(method.clone(), "-folder-syncs", retry_after);
        }
    }
    let ended = run(&mut scene.run(&["--yes"])).expect(0);
    for told in ["asked for a pause of 1 s", "asked for a pause of 2 s", "Asking again in 1 s", "Asking again in 2 s"] {
        assert!(
            ended.stderr.contains(told) || ended.stdout.contains(told),
            "{told}: {}\n{}",
            ended.stdout,
            ended.stderr
        );
    }
    assert_eq!(scene.syncs(), 3);
    the_run(&scene, "done");
}

/// An integration that may read but not list is enough for uploads, and not for this.
#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_fails_is_told_with_the_likely_cause() {
    let scene = Scene::set("unlisted", &images(3), "r", Pace::Unlimited).await;
    let ended = run(&mut scene.run(&["--yes", "--json"])).expect(1);
    let found = events(&ended);
    let error = only(&found, "error");
    assert!(error["message"].as_str().unwrap().contains("gave up the sync of the folder 'Mirrors/Site A'"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("Read and List"), "{error}");
    let finished = only(&found, "finished");
    assert_eq!((&finished["state"], &finished["registered"]), (&json!("failed"), &json!(0)));
    let last = found.iter().rfind(|event| event["event"] == "sync").unwrap();
    assert_eq!((&last["state"], &last["pages"]["error"]), (&json!("error"), &json!(1)));
    let id = the_run(&scene, "failed");
    let resumed = run(&mut scene.program(&["runs", "resume", &id])).expect(2);
    assert!(resumed.stderr.contains("nothing to resume"), "{}", resumed.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_gone_ends_the_run_with_words() {
    let scene = scene("gone").await;
    let mut running = Running::start(&mut scene.run(&["--yes", "--json"]));
    running.wait_until("the middle of the sync", SOON, |running| running.stdout().contains("\"done\":1"));
    let path = format!("storage/folders/{}", scene.folder());
    scene.ask(reqwest::Method::DELETE, &path, None).await;
    let ended = running.end(SOON);
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert!(ended.stderr.contains("does not exist"), "{}", ended.stderr);
    the_run(&scene, "failed");
}
