//! 429 with a `Retry-After` that asks for no pause at all, again and again: the uploader waits all the same, longer each time.

use std::time::{Duration, Instant};

use azure_to_encord::{
    demo::encord::{FaultPlan, InjectedFault, Operation, Pace, Rule, Times},
    encord::RetryPolicy,
    run::state::{BatchState, RunState},
    service::runs::upload::Stop,
    wizard::Snapshot,
};
use futures_util::future::join_all;

use crate::support::upload::{RUN, Upload, plain, quick};

/// What a client that obeys takes for "at once".
const NO_PAUSE: [&str; 4] = ["0", "-0", "0.001", "Sun, 06 Nov 1994 08:49:37 GMT"];

fn refusing(operation: Operation, retry_after: &'static str, times: Times) -> FaultPlan {
    let fault = InjectedFault::Status { status: 429, retry_after: Some(retry_after), carried_out: false };
    FaultPlan { rules: vec![Rule { operation, fault, times }], seed: 0 }
}

/// With the pauses of the product, the third request is refused when 1 s and 2 s have been waited.
async fn refused_for_ever(operation: Operation, retry_after: &'static str) {
    let what = format!("{operation:?}, Retry-After: {retry_after}");
    // A job that is to be cancelled must not come to its end before.
    let pace = if operation == Operation::CancelJob { Pace::PerSecond(0.02) } else { Pace::Unlimited };
    let upload = Upload::prepare(&plain(10), 10, 1, true, pace).await;
    upload.server.faults(refusing(operation, retry_after, Times::After(0)));
    let third = |snapshot: &Snapshot| {
        if snapshot.note.as_ref().is_some_and(|note| note.contains("asked for a pause of 4 s")) {
            return Some(Stop::Leave);
        }
        let is_sent = snapshot.jobs.iter().any(|job| job.state == BatchState::Pending);
        (operation == Operation::CancelJob && is_sent).then_some(Stop::Abort)
    };
    let began = Instant::now();
    let outcome = upload.work_until(RUN, RetryPolicy { first_delay: FIRST_DELAY, ..quick() }, third).await;
    assert_eq!(outcome.state, RunState::Running, "{what}: {outcome:?}");
    assert_eq!(upload.server.faults_struck(), 3, "{what}");
    assert!(began.elapsed() >= Duration::from_secs(3), "{what}");
    upload.server.faults(FaultPlan::default());
    if operation != Operation::CancelJob {
        let outcome = upload.work(quick()).await;
        assert_eq!((outcome.state, outcome.snapshot.done), (RunState::Done, 10), "{what}: {outcome:?}");
        upload.assert_each_once(&what);
    }
}

/// That of the default policy: the first pause is a second.
const FIRST_DELAY: Duration = Duration::from_millis(1500);

#[tokio::test(flavor = "multi_thread")]
async fn retry_after_zero_makes_no_request_storm() {
    let cases = Operation::ALL.iter().flat_map(|operation| NO_PAUSE.map(|value| refused_for_ever(*operation, value)));
    join_all(cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_costs_one_request_and_a_pause_twice_as_long() {
    const REFUSALS: u32 = 6;
    for operation in [Operation::CreateJob, Operation::PollJob] {
        let upload = Upload::prepare(&plain(10), 10, 1, true, Pace::Unlimited).await;
        let times = Times::Some { skip: 0, count: REFUSALS.into() };
        upload.server.faults(refusing(operation, "0", times));
        let began = Instant::now();
        let outcome = upload.work(quick()).await;
        // The floor of this policy is two thirds of its first delay.
        let pauses = quick().first_delay * 2 / 3 * (2_u32.pow(REFUSALS) - 1);
        assert!(began.elapsed() >= pauses, "{operation:?}: {:?} < {pauses:?}", began.elapsed());
        assert_eq!(upload.server.faults_struck(), u64::from(REFUSALS), "{operation:?}");
        assert_eq!((outcome.state, outcome.snapshot.done), (RunState::Done, 10), "{operation:?}: {outcome:?}");
        upload.assert_each_once("429");
    }
}
