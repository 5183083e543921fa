//! Runs that are broken off, and taken up again: every item is registered once and none is lost.

use std::time::Duration;

use azure_to_encord::demo::encord::Pace;
use serde_json::{Value, json};

use crate::{
    import::scene::{FOLDER, Scene, images},
    support::{
        events::{events, only},
        program::{Running, run},
    },
};

const ITEMS: usize = 120;
const SOON: Duration = Duration::from_secs(120);

/// Jobs of 20 images, two at a time, each at this pace.
async fn scene(container: &str, pace: Pace) -> Scene {
    let mut scene = Scene::set(container, false, &images(ITEMS), pace).await;
    scene.config = scene.config.raw("upload", "images_per_job", "20");
    scene
}

/// Waits until the service has got some jobs and registered some items, but not all.
fn wait_for_the_middle(running: &mut Running, scene: &Scene) {
    running.wait_until("the middle of the run", SOON, |_| {
        scene.encord.recorder.jobs().len() >= 3 && scene.encord.items(FOLDER).len() > 45
    });
    assert!(scene.encord.items(FOLDER).len() < ITEMS);
}

fn the_run(scene: &Scene, state: &str) -> String {
    let listed = run(&mut scene.program(&["runs", "list", "--json"])).expect(0);
    let found: Value = serde_json::from_str(listed.stdout.trim()).expect("one run");
    assert_eq!(found["state"], state);
    found["run"].as_str().unwrap().to_owned()
}

fn resume_to_the_end(scene: &Scene, id: &str) {
    let ended = run(&mut scene.program(&["runs", "resume", id, "--json"])).expect(0);
    let events = events(&ended);
    let finished = only(&events, "finished");
    assert_eq!(finished["run"], id);
    assert_eq!((&finished["state"], &finished["registered"]), (&json!("done"), &json!(ITEMS)));
    let names = scene.encord.names(FOLDER, &scene.container_url);
    assert_eq!(names.len(), ITEMS);
    assert!(names.values().all(|count| *count == 1), "{names:?}");
    assert_eq!(scene.encord.items(FOLDER).len(), ITEMS);
    the_run(scene, "done");
    let again = run(&mut scene.program(&["runs", "resume", id])).expect(2);
    assert!(again.stderr.contains("nothing to resume"), "{}", again.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_end_it_leaves_a_run_that_can_be_resumed() {
    for signal in ["TERM", "INT"] {
        let scene = scene(&format!("asked-{}", signal.to_lowercase()), Pace::PerSecond(15.0)).await;
        let mut running = Running::start(&mut scene.run(&["--yes", "--json"]));
        wait_for_the_middle(&mut running, &scene);
        running.signal(signal);
        let ended = running.end(SOON).expect(130);
        let events = events(&ended);
        let id = only(&events, "interrupted")["run"].as_str().unwrap().to_owned();
        assert_eq!(the_run(&scene, "interrupted"), id);
        resume_to_the_end(&scene, &id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_it_loses_nothing() {
    let scene = scene("killed", Pace::PerSecond(15.0)).await;
    let mut running = Running::start(&mut scene.run(&["--yes", "--json"]));
    wait_for_the_middle(&mut running, &scene);
    running.signal("KILL");
    assert_eq!(running.end(SOON).code, None);
    let id = the_run(&scene, "interrupted");
    resume_to_the_end(&scene, &id);
}

/// The hardest moment: Encord has the job, the program does not know.
#[tokio::test(flavor = "multi_thread")]
async fn killed_while_jobs_are_being_sent_it_registers_nothing_twice() {
    let scene = scene("doubt", Pace::PerSecond(60.0)).await;
    scene.encord.recorder.withhold_job_answers(true);
    let mut running = Running::start(&mut scene.run(&["--yes", "--json"]));
    running.wait_until("two jobs sent", SOON, |_| scene.encord.recorder.jobs().len() == 2);
    running.signal("KILL");
    assert_eq!(running.end(SOON).code, None);
    scene.encord.recorder.withhold_job_answers(false);
    let id = the_run(&scene, "interrupted");
    resume_to_the_end(&scene, &id);
}
