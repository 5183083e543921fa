//! What the uploader makes of limits: of how often, how much at once, and of what is there already.

use std::time::{Duration, Instant};

use azure_to_encord::{
    demo::encord::{FaultPlan, InjectedFault, Operation, Pace, Rule, Times},
    run::state::{BatchState, RunState},
    service::runs::upload::Stop,
};

use crate::support::upload::{RUN, Upload, plain, quick};

fn plan(operation: Operation, fault: InjectedFault, times: Times) -> FaultPlan {
    FaultPlan { rules: vec![Rule { operation, fault, times }], seed: 0 }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_that_encord_asks_for_is_kept_by_all_jobs() {
    for operation in [Operation::CreateJob, Operation::PollJob] {
        let upload = Upload::prepare(&plain(80), 10, 4, true, Pace::Unlimited).await;
        let fault = InjectedFault::Status { status: 429, retry_after: Some("3"), carried_out: false };
        upload.server.faults(plan(operation, fault, Times::Some { skip: 0, count: 1 }));
        let began = Instant::now();
        let outcome = upload.work(quick()).await;
        assert!(began.elapsed() >= Duration::from_secs(3));
        assert_eq!(outcome.state, RunState::Done, "{outcome:?}");
        let note = outcome.notes.iter().find(|note| note.contains("asked for a pause of 3 s"));
        assert!(note.is_some_and(|note| note.contains("2 jobs at a time")), "{:?}", outcome.notes);
        upload.assert_each_once("429");
    }
}

/// A body of so many items takes about this.
const TEN_ITEMS: u64 = 1600;

#[tokio::test(flavor = "multi_thread")]
async fn batches_that_are_too_large_are_halved_until_they_fit() {
    let upload = Upload::prepare(&plain(80), 40, 2, true, Pace::Unlimited).await;
    upload.server.faults(plan(Operation::CreateJob, InjectedFault::Limit { bytes: TEN_ITEMS }, Times::After(0)));
    let outcome = upload.work(quick()).await;
    assert_eq!(
        (outcome.state, outcome.snapshot.done, outcome.snapshot.already),
        (RunState::Done, 80, 0),
        "{outcome:?}"
    );
    upload.assert_each_once("413");
    let rows = upload.batches();
    assert!(rows.len() > 4 && rows.iter().all(|row| row.state == BatchState::Done), "{rows:?}");
    let mut places: Vec<_> = rows.iter().map(|row| (row.batch.first, row.batch.count)).collect();
    places.sort_unstable();
    let mut next = 0;
    for (first, count) in places {
        assert_eq!(first, next);
        next += count;
    }
    assert_eq!(next, 80);
    assert!(rows.iter().map(|row| row.number).eq(1..=rows.len() as u32));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_is_too_large_by_itself_fails_alone() {
    let mut items = plain(30);
    items[7].client_metadata.insert("note".into(), "x".repeat(5000).into());
    let upload = Upload::prepare(&items, 15, 1, true, Pace::Unlimited).await;
    upload.server.faults(plan(Operation::CreateJob, InjectedFault::Limit { bytes: 4000 }, Times::After(0)));
    let outcome = upload.work(quick()).await;
    assert_eq!(outcome.state, RunState::DoneWithErrors, "{outcome:?}");
    assert_eq!((outcome.snapshot.done, outcome.snapshot.errors), (29, 1));
    let rows = upload.batches();
    let refused: Vec<_> = rows.iter().filter(|row| row.state == BatchState::Error).collect();
    assert!(matches!(refused[..], [row] if row.batch.first == 7 && row.batch.count == 1), "{refused:?}");
    assert!(refused[0].message.as_ref().is_some_and(|message| message.contains("larger than 4000 bytes")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_left_between_two_halves_goes_on() {
    let upload = Upload::prepare(&plain(80), 40, 1, true, Pace::PerSecond(20.0)).await;
    upload.server.faults(plan(Operation::CreateJob, InjectedFault::Limit { bytes: TEN_ITEMS }, Times::After(0)));
    let leave = |snapshot: &azure_to_encord::wizard::Snapshot| {
        (snapshot.jobs.len() > 3 && snapshot.done > 0).then_some(Stop::Leave)
    };
    let outcome = upload.work_until(RUN, quick(), leave).await;
    assert_eq!(outcome.state, RunState::Running, "{outcome:?}");
    let outcome = upload.work(quick()).await;
    assert_eq!((outcome.state, outcome.snapshot.done), (RunState::Done, 80), "{outcome:?}");
    upload.assert_each_once("resumed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_already_is_told_apart() {
    let upload = Upload::prepare(&plain(30), 10, 2, true, Pace::Unlimited).await;
    let outcome = upload.work(quick()).await;
    assert_eq!((outcome.snapshot.done, outcome.snapshot.already), (30, 0));
    assert!(upload.batches().iter().all(|row| row.created == Some(10)));
    upload.record("again", &plain(30));
    let outcome = upload.work_until("again", quick(), |_| None).await;
    assert_eq!((outcome.state, outcome.snapshot.done, outcome.snapshot.already), (RunState::Done, 30, 30));
    upload.assert_each_once("again");
}
