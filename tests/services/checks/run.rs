//! The checks at the start of `run`, and going on in spite of them.

use serde_json::{Value, json};

use crate::{
    checks::scene::Scene,
    support::{
        events::{events, only},
        program::run,
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_check_stops_a_run_unless_the_user_insists_which_is_recorded() {
    let scene = Scene::with_rules("november", &[]).await;
    let insist = ["--despite", "azure.cors", "--despite", "azure.cors.preflight"];

    let stopped = scene.run("run", &["--yes", "--json"]).expect(1);
    let found = events(&stopped);
    assert!(found.iter().all(|event| event["event"] == "check" || event["event"] == "error"), "{found:#?}");
    assert!(only(&found, "error")["message"].as_str().unwrap().contains("CORS"), "{found:#?}");
    let one = scene.run("run", &["--yes", "--json", "--despite", "azure.cors"]).expect(1);
    assert!(events(&one).iter().all(|event| event["event"] != "plan"));
    assert!(scene.encord.server.folders().is_empty());

    for (id, says) in [("encord.login", "cannot do without"), ("azure.cor", "no such check")] {
        let refused = scene.run("run", &["--yes", "--despite", id]).expect(2);
        assert!(refused.stderr.contains(says) && refused.stderr.contains("azure.cors.preflight"), "{}", refused.stderr);
    }

    let shown = scene.run("run", &[&["--dry-run"][..], &insist].concat()).expect(0);
    assert!(
        shown.stdout.contains("(azure.cors), ") && shown.stdout.contains("(azure.cors.preflight)"),
        "{}",
        shown.stdout
    );

    let ended = scene.run("run", &[&["--yes", "--json"][..], &insist].concat()).expect(0);
    let found = events(&ended);
    let both = json!(["azure.cors", "azure.cors.preflight"]);
    assert_eq!(only(&found, "plan")["despite"], both);
    let finished = only(&found, "finished");
    assert_eq!(finished["registered"], 1);
    let id = finished["run"].as_str().unwrap();
    let report: Value = serde_json::from_slice(&std::fs::read(finished["report"].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(report["despite"], both);
    let row = run(&mut scene.command(&["runs", "show", id, "--json"])).expect(0);
    let row: Value = serde_json::from_str(row.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(row["despite"], both);
    let row = run(&mut scene.command(&["runs", "show", id])).expect(0);
    assert!(row.stdout.contains("despite failed checks: azure.cors, azure.cors.preflight"), "{}", row.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_failed_is_recorded_as_overruled() {
    let scene = Scene::good("despite").await;
    let ended = scene.run("run", &["--yes", "--json", "--despite", "azure.cors"]).expect(0);
    assert_eq!(only(&events(&ended), "plan")["despite"], json!([]));
}
