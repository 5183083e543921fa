//! Every passing fault at every call about jobs; at the one that starts them with and without `skip_duplicate_urls`.

use std::time::Duration;

use azure_to_encord::{
    demo::encord::{FaultPlan, InjectedFault, Operation, Pace, Rule, Times},
    encord::RetryPolicy,
    run::state::{BatchState, RunState},
    service::runs::upload::Stop,
};
use futures_util::{StreamExt as _, stream};

use crate::support::upload::{RUN, Upload, plain, quick};

const ITEMS: u64 = 18;
const PER_JOB: u64 = 6;
/// Cases at a time.
const AT_ONCE: usize = 12;
/// How long a stalled answer takes, and how long it is waited for.
const STALL: Duration = Duration::from_secs(20);
const PATIENCE: Duration = Duration::from_secs(8);

fn faults() -> Vec<InjectedFault> {
    let mut faults = vec![
        InjectedFault::Status { status: 429, retry_after: Some("1"), carried_out: false },
        InjectedFault::Status { status: 429, retry_after: None, carried_out: false },
        InjectedFault::Status { status: 503, retry_after: Some("1"), carried_out: false },
        InjectedFault::Cut,
    ];
    for carried_out in [false, true] {
        faults.extend([500, 502, 503, 504].map(|status| InjectedFault::Status {
            status,
            retry_after: None,
            carried_out,
        }));
        faults.extend([200, 502].map(|status| InjectedFault::Page { status, carried_out }));
        faults.extend([InjectedFault::Reset { carried_out }, InjectedFault::Stall { by: STALL, carried_out }]);
    }
    faults
}

/// Whether nobody can know after it if a request to start a job was carried out.
fn leaves_in_doubt(fault: InjectedFault) -> bool {
    !matches!(fault, InjectedFault::Status { status: 429, .. })
}

fn policy(fault: InjectedFault) -> RetryPolicy {
    match fault {
        InjectedFault::Stall { .. } => RetryPolicy { read_timeout: PATIENCE, write_timeout: PATIENCE, ..quick() },
        _ => quick(),
    }
}

async fn case(operation: Operation, fault: InjectedFault, skip: bool) {
    let what = format!("{operation:?}, {fault:?}, skipping duplicates: {skip}");
    // A job that is to be cancelled must not come to its end before.
    let pace = if operation == Operation::CancelJob { Pace::PerSecond(0.02) } else { Pace::Unlimited };
    let upload = Upload::prepare(&plain(ITEMS), PER_JOB, 2, skip, pace).await;
    let skipped = u64::from(operation != Operation::CancelJob);
    let times = Times::Some { skip: skipped, count: 2 };
    upload.server.faults(FaultPlan { rules: vec![Rule { operation, fault, times }], seed: 0 });
    let abort = |snapshot: &azure_to_encord::wizard::Snapshot| {
        let pending = snapshot.jobs.iter().filter(|job| job.state == BatchState::Pending).count();
        (operation == Operation::CancelJob && pending == 2).then_some(Stop::Abort)
    };
    let outcome = upload.work_until(RUN, policy(fault), abort).await;
    let states: Vec<BatchState> = upload.batches().iter().map(|row| row.state).collect();
    let registered = upload.registered();
    assert!(registered.values().all(|count| *count == 1), "{what}: {registered:?}");
    match (operation, skip) {
        (Operation::CancelJob, _) => {
            assert_eq!(outcome.state, RunState::Cancelled, "{what}: {outcome:?}");
            let (cancelled, waiting) = (BatchState::Cancelled, BatchState::Waiting);
            assert_eq!(states, [cancelled, cancelled, waiting], "{what}: {outcome:?}");
            assert_eq!(outcome.snapshot.cancelled, 2 * PER_JOB, "{what}: {outcome:?}");
        }
        (Operation::CreateJob, false) if leaves_in_doubt(fault) => {
            assert_eq!(outcome.state, RunState::Failed, "{what}: {outcome:?}");
            let problem = outcome.problem.unwrap();
            assert!(problem.summary.contains("Nobody knows whether job"), "{what}: {problem}");
            assert!(problem.source_message.is_some_and(|said| said.contains("may have been carried out")), "{what}");
            assert!(problem.hint.is_some_and(|hint| hint.contains("'Raw'")), "{what}");
            assert!(states.contains(&BatchState::Sending), "{what}: {states:?}");
        }
        _ => {
            assert_eq!((outcome.state, outcome.snapshot.done), (RunState::Done, ITEMS), "{what}: {outcome:?}");
            assert!(outcome.problem.is_none(), "{what}: {outcome:?}");
            assert_eq!(outcome.snapshot.already, 0, "{what}");
            upload.assert_each_once(&what);
        }
    }
    if !(operation == Operation::CreateJob && !skip && leaves_in_doubt(fault)) {
        assert_eq!(upload.server.faults_struck(), 2, "{what}");
    }
    upload.server.stop().await;
}

async fn all(operation: Operation, skips: &[bool]) {
    let cases = faults().into_iter().flat_map(|fault| skips.iter().map(move |skip| case(operation, fault, *skip)));
    stream::iter(cases).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starting_jobs() {
    all(Operation::CreateJob, &[true, false]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn following_jobs() {
    all(Operation::PollJob, &[false]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_jobs() {
    all(Operation::CancelJob, &[false]).await;
}
