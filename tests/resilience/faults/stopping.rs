//! What ends a whole run: it says why, and it can be resumed.

use azure_to_encord::{
    demo::encord::{FaultPlan, InjectedFault, Operation, Pace, Rule, Times},
    error::ErrorKind,
    manifest::{Item, Kind},
    run::state::{BatchState, RunState},
    service::runs::upload::Stop,
    wizard::Snapshot,
};

use crate::support::upload::{RUN, Upload, plain, quick, url};

const RESUME: &str = "`azure-to-encord runs resume 20260101-000000-abcdef`";

fn from_now_on(operations: &[Operation], skip: u64, fault: InjectedFault) -> FaultPlan {
    let times = Times::After(skip);
    FaultPlan { rules: operations.iter().map(|&operation| Rule { operation, fault, times }).collect(), seed: 0 }
}

fn status(status: u16) -> InjectedFault {
    InjectedFault::Status { status, retry_after: None, carried_out: false }
}

/// The run stops as a matter of access, says these words, and goes on once the fault is gone.
async fn stops_and_resumes(plan: FaultPlan, words: &[&str]) {
    let upload = Upload::prepare(&plain(24), 6, 1, true, Pace::Unlimited).await;
    upload.server.faults(plan);
    let outcome = upload.work(quick()).await;
    assert_eq!(outcome.state, RunState::Failed);
    let problem = outcome.problem.unwrap();
    assert_eq!(problem.kind, ErrorKind::Access);
    let told = problem.to_string();
    assert!(words.iter().chain([&RESUME]).all(|word| told.contains(word)), "{told}");
    upload.server.faults(FaultPlan::default());
    let outcome = upload.work(quick()).await;
    assert_eq!((outcome.state, outcome.snapshot.done), (RunState::Done, 24), "{outcome:?}");
    upload.assert_each_once(&told);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_taken_away_in_the_middle() {
    let words = ["401", "worked earlier in this run", "Settings > Public keys"];
    stops_and_resumes(from_now_on(&[Operation::CreateJob], 1, status(401)), &words).await;
    stops_and_resumes(from_now_on(&[Operation::PollJob], 1, status(401)), &words).await;
    stops_and_resumes(from_now_on(&Operation::ALL, 2, status(401)), &words).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_no_longer_open_to_the_user() {
    let words = ["403", "had access earlier in this run", "'Raw'"];
    stops_and_resumes(from_now_on(&[Operation::CreateJob], 1, status(403)), &words).await;
    stops_and_resumes(from_now_on(&[Operation::PollJob], 1, status(403)), &words).await;
    // At the first call nothing is known to have worked.
    stops_and_resumes(from_now_on(&[Operation::CreateJob], 0, status(403)), &["403", "Admin"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_is_named_as_the_cause() {
    for (ahead, words) in [(1000, "s behind Encord's"), (-1000, "s ahead of Encord's")] {
        let plan = from_now_on(&Operation::ALL, 1, InjectedFault::Clock { ahead });
        stops_and_resumes(plan, &["401", "created time", words, "set the clock"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_by_little_does_no_harm() {
    let upload = Upload::prepare(&plain(24), 6, 2, true, Pace::Unlimited).await;
    upload.server.faults(from_now_on(&Operation::ALL, 0, InjectedFault::Clock { ahead: 120 }));
    assert_eq!(upload.work(quick()).await.state, RunState::Done);
    upload.assert_each_once("120 s");
}

#[tokio::test(flavor = "multi_thread")]
async fn access_that_is_lost_before_jobs_can_be_cancelled() {
    for code in [401, 403] {
        let upload = Upload::prepare(&plain(12), 6, 2, true, Pace::PerSecond(0.02)).await;
        upload.server.faults(from_now_on(&[Operation::CancelJob], 0, status(code)));
        let abort = |snapshot: &Snapshot| {
            snapshot.jobs.iter().all(|job| job.state == BatchState::Pending).then_some(Stop::Abort)
        };
        let outcome = upload.work_until(RUN, quick(), abort).await;
        assert_eq!(outcome.state, RunState::Failed);
        assert!(outcome.problem.unwrap().to_string().contains(RESUME));
        assert!(upload.batches().iter().all(|row| row.state == BatchState::Pending));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_that_does_not_end_stops_the_run_resumable() {
    for operation in [Operation::CreateJob, Operation::PollJob] {
        let upload = Upload::prepare(&plain(24), 6, 2, true, Pace::Unlimited).await;
        upload.server.faults(from_now_on(&[operation], 1, status(503)));
        let outcome = upload.work(quick()).await;
        assert_eq!(outcome.state, RunState::Failed, "{outcome:?}");
        assert!(outcome.problem.unwrap().to_string().contains(RESUME));
        assert!(outcome.notes.iter().any(|note| note.contains("gain in 1 s.")), "{:?}", outcome.notes);
        upload.server.faults(FaultPlan::default());
        assert_eq!(upload.work(quick()).await.state, RunState::Done);
        upload.assert_each_once("503");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_job_of_which_nothing_is_registered_stops_the_rest() {
    let too_long = |number: u64| Item::new(Kind::Image, "x".repeat(301), vec![url(number)]);
    let items: Vec<Item> = (0..20).map(too_long).chain(plain(40).into_iter().skip(20)).collect();
    let upload = Upload::prepare(&items, 10, 1, true, Pace::Unlimited).await;
    for unsent in [30, 20] {
        let outcome = upload.work(quick()).await;
        assert_eq!(outcome.state, RunState::Failed, "{outcome:?}");
        let told = outcome.problem.unwrap().to_string();
        let words = ["none of its 10 items", "longer than 300 characters", "Shorten the title.", RESUME];
        assert!(words.iter().all(|word| told.contains(word)), "{told}");
        assert!(told.contains(&format!("other {unsent} items")), "{told}");
        assert!(upload.registered().is_empty());
    }
    let outcome = upload.work(quick()).await;
    assert_eq!((outcome.state, outcome.snapshot.done, outcome.snapshot.errors), (RunState::DoneWithErrors, 20, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_job_of_which_nothing_is_registered_stops_nothing() {
    let too_long = |number: u64| Item::new(Kind::Image, "x".repeat(301), vec![url(number)]);
    let items: Vec<Item> =
        plain(10).into_iter().chain((10..20).map(too_long)).chain(plain(30).into_iter().skip(20)).collect();
    let upload = Upload::prepare(&items, 10, 1, true, Pace::Unlimited).await;
    let outcome = upload.work(quick()).await;
    assert_eq!((outcome.state, outcome.snapshot.done, outcome.snapshot.errors), (RunState::DoneWithErrors, 20, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_cancelled_in_encord_are_not_sent_again() {
    let upload = Upload::prepare(&plain(12), 6, 2, true, Pace::PerSecond(0.02)).await;
    let outcome = upload
        .work_until(RUN, quick(), |snapshot| {
            if snapshot.jobs.iter().all(|job| job.state == BatchState::Pending) {
                upload.server.cancel_jobs();
            }
            None
        })
        .await;
    assert_eq!((outcome.state, outcome.snapshot.cancelled), (RunState::Cancelled, 12));
    for row in upload.batches() {
        assert_eq!(
            (row.state, row.message.as_deref()),
            (BatchState::Cancelled, Some("Cancelled in Encord, not from here."))
        );
    }
    assert!(upload.registered().is_empty());
}
