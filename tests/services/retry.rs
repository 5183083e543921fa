//! The ways on from a run that did not end well: retry, cancel, and what to do about jobs in doubt.

use azure_to_encord::{
    demo::encord::Pace,
    manifest::{Item, Kind},
    run::{
        failed_unit::FailedUnit,
        state::{BatchState, RunState},
    },
    store::{BatchRow, ManifestDir, RunLock},
};
use serde_json::Value;
use uuid::Uuid;

use crate::support::{
    program::{Ended, program, run},
    upload::{RUN, Upload, plain, quick, url},
};

fn runs(upload: &Upload, arguments: &[&str]) -> Ended {
    let arguments: Vec<&str> = ["runs", "--json"].iter().chain(arguments).copied().collect();
    run(&mut program(upload.root(), &arguments))
}

fn event(ended: &Ended, name: &str) -> Value {
    let mut events = ended.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let found = events.rfind(|event| event["event"] == name);
    found.unwrap_or_else(|| panic!("no {name}\n{}\n{}", ended.stdout, ended.stderr))
}

/// The titles of a run's items.
fn titles(upload: &Upload, id: &str) -> Vec<String> {
    let items = ManifestDir::open(&upload.home.run(id)).unwrap().items().unwrap();
    items.read(0, 1000).unwrap().into_iter().map(|item| item.title).collect()
}

fn only_other_run(upload: &Upload) -> String {
    let runs = upload.store().runs().unwrap();
    runs.into_iter().map(|row| row.run.id).find(|id| id != RUN).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_failed_is_retried_with_what_was_changed() {
    let long = |number: u64| format!("{number} {}", "x".repeat(300));
    let item = |number: u64| match number % 4 {
        1 => Item::new(Kind::Image, long(number), vec![url(number)]),
        _ => Item::new(Kind::Image, number.to_string(), vec![url(number)]),
    };
    let items: Vec<Item> = (0..40).map(item).collect();
    let upload = Upload::prepare(&items, 10, 2, true, Pace::Unlimited).await;
    let outcome = upload.work(quick()).await;
    assert_eq!((outcome.state, outcome.snapshot.errors), (RunState::DoneWithErrors, 10));

    let shown = runs(&upload, &["show", RUN]).expect(0);
    let shown: Value = serde_json::from_str(shown.stdout.lines().next().unwrap()).unwrap();
    assert_eq!((&shown["created"], &shown["already_there"]), (&30.into(), &0.into()));
    assert_eq!(shown["causes"][0]["units"], 10);
    assert_eq!(shown["folder_items"], serde_json::json!({ "before": 0, "after": 30 }));
    assert_eq!(shown["disagreement"], Value::Null);
    let words = run(&mut program(upload.root(), &["runs", "show", RUN])).expect(0).stdout;
    assert!(words.contains("why units failed") && words.contains("The title is longer than …"), "{words}");

    let refused = runs(&upload, &["retry", RUN]).expect(2);
    assert!(refused.stderr.contains("--yes"), "{}", refused.stderr);
    let ended = runs(&upload, &["retry", RUN, "--yes", "--upsert"]).expect(1);
    let plan = event(&ended, "plan");
    assert_eq!((&plan["retries"], &plan["items"], &plan["perhaps_there"]), (&RUN.into(), &10.into(), &0.into()));
    assert_eq!(plan["options"]["upsert_metadata"], true);
    let finished = event(&ended, "finished");
    assert_eq!((&finished["failed"], &finished["registered"]), (&10.into(), &0.into()));
    let id = only_other_run(&upload);
    let sent: Vec<String> = (0..40).filter(|number| number % 4 == 1).map(long).collect();
    assert_eq!(titles(&upload, &id), sent);
    let (store, first) = (upload.store(), upload.store().run(RUN).unwrap());
    let again = store.run(&id).unwrap();
    assert_eq!((again.run.folder, again.run.integration), (first.run.folder, first.run.integration));
    assert!(again.run.options.upsert_metadata && again.run.config_text.contains("upsert_metadata = true"));
    assert_eq!(store.retries(RUN).unwrap(), (None, vec![id.clone()]));
    assert_eq!(store.retries(&id).unwrap(), (Some(RUN.into()), vec![]));
    assert_eq!(upload.registered().len(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cancelled_here_is_cancelled_in_encord_and_can_be_retried() {
    let upload = Upload::prepare(&plain(30), 10, 1, true, Pace::PerSecond(0.5)).await;
    let leave = |snapshot: &azure_to_encord::wizard::Snapshot| {
        let is_sent = snapshot.jobs.iter().any(|job| job.state == BatchState::Pending && job.done > 0);
        is_sent.then_some(azure_to_encord::service::runs::upload::Stop::Leave)
    };
    upload.work_until(RUN, quick(), leave).await;
    let not_yet = runs(&upload, &["retry", RUN, "--yes"]).expect(2);
    assert!(not_yet.stderr.contains("runs cancel"), "{}", not_yet.stderr);

    let lock = RunLock::take(&upload.home, RUN).unwrap();
    let busy = runs(&upload, &["cancel", RUN]).expect(1);
    let process = format!("(process {})", std::process::id());
    assert!(!cfg!(unix) || busy.stderr.contains(&process), "{}", busy.stderr);
    drop(lock);

    let ended = runs(&upload, &["cancel", RUN]).expect(0);
    let cancelled = event(&ended, "cancelled");
    let registered = cancelled["registered"].as_u64().unwrap();
    assert!((1..10).contains(&registered), "{cancelled}");
    assert_eq!((&cancelled["state"], &cancelled["cancelled"]), (&"cancelled".into(), &(30 - registered).into()));
    assert!(upload.batches().iter().all(|row| row.state == BatchState::Cancelled));
    assert_eq!(upload.registered().len() as u64, registered);
    runs(&upload, &["cancel", RUN]).expect(2);

    // Which of the first job's items are there nobody knows, so all are sent, and those that are there are skipped.
    let prepared = azure_to_encord::service::runs::retry::Retry::prepare(
        &upload.home,
        RUN,
        azure_to_encord::wizard::RetryChange::default(),
    );
    let prepared = prepared.unwrap();
    assert_eq!((prepared.items(), prepared.uncertain()), ([(Kind::Image, 30)].as_slice(), 10));
    let directory = upload.home.run(&prepared.run().id);
    assert!(directory.exists());
    drop(prepared);
    assert!(!directory.exists() && upload.store().runs().unwrap().len() == 1);
}

fn put(upload: &Upload, number: u32, change: impl FnOnce(&mut BatchRow), failed: &[u64]) {
    let mut row = upload.batches().into_iter().find(|row| row.number == number).unwrap();
    change(&mut row);
    let unit = |item: &u64| FailedUnit {
        batch: number,
        object_urls: vec![url(*item)],
        error: format!("Object not found: {}", url(*item)),
        subtask_uuid: None,
        action_description: None,
    };
    let units: Vec<FailedUnit> = failed.iter().map(unit).collect();
    upload.store().save_batch(RUN, &row, Some(&units)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_in_doubt_is_sent_again_or_given_up_as_the_user_says() {
    for again in [true, false] {
        let upload = Upload::prepare(&plain(30), 10, 2, false, Pace::Unlimited).await;
        put(&upload, 2, |row| row.state = BatchState::Sending, &[]);
        let stopped = runs(&upload, &["resume", RUN]).expect(1);
        for way in ["--resend-doubtful", "--give-up-batch 2"] {
            assert!(stopped.stderr.contains(way), "{}", stopped.stderr);
        }
        runs(&upload, &["resume", RUN, "--give-up-batch", "9"]).expect(2);
        if again {
            runs(&upload, &["resume", RUN, "--resend-doubtful"]).expect(0);
        } else {
            runs(&upload, &["resume", RUN, "--give-up-batch", "2"]).expect(130);
            assert_eq!(upload.registered().len(), 20);
            let risky = runs(&upload, &["retry", RUN, "--yes"]).expect(2);
            assert!(risky.stderr.contains("--skip-duplicates"), "{}", risky.stderr);
            runs(&upload, &["retry", RUN, "--yes", "--skip-duplicates"]).expect(0);
        }
        upload.assert_each_once("in doubt");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_encord_does_not_know_any_more_can_be_given_up() {
    let upload = Upload::prepare(&plain(30), 10, 2, true, Pace::Unlimited).await;
    let lost = |row: &mut BatchRow| (row.state, row.job) = (BatchState::Pending, Some(Uuid::from_u128(77)));
    put(&upload, 1, lost, &[]);
    let stopped = runs(&upload, &["resume", RUN]).expect(1);
    assert!(stopped.stderr.contains("--give-up-batch 1"), "{}", stopped.stderr);
    runs(&upload, &["resume", RUN, "--give-up-batch", "1"]).expect(130);
    runs(&upload, &["retry", RUN, "--yes"]).expect(0);
    upload.assert_each_once("given up");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_manifest_of_what_failed_is_one_that_can_be_checked() {
    let upload = Upload::prepare(&plain(30), 10, 2, true, Pace::Unlimited).await;
    for number in 1..=3 {
        let done = |row: &mut BatchRow| (row.state, row.done, row.errors) = (BatchState::Done, 8, 2);
        put(&upload, number, done, &[u64::from(number) * 10 - 10, u64::from(number) * 10 - 3]);
    }
    let named = runs(&upload, &["report", RUN]).expect(0);
    let named: Value = serde_json::from_str(&named.stdout).unwrap();
    let path = named["failed_manifest"].as_str().unwrap();
    for report in ["report", "csv", "html"] {
        assert!(std::fs::metadata(named[report].as_str().unwrap()).unwrap().len() > 0, "{report}");
    }
    run(&mut program(upload.root(), &["manifest", "check", path])).expect(0);
    let form: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let urls: Vec<&str> =
        form["images"].as_array().unwrap().iter().map(|image| image["objectUrl"].as_str().unwrap()).collect();
    assert_eq!(urls, [0, 7, 10, 17, 20, 27].map(url));
}
