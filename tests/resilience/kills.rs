//! Runs of 20 jobs, with random faults, killed by SIGKILL at random moments and resumed until they are done: each item is
//! registered once, none is lost, nothing is counted twice, and the record of runs stays sound. Every fourth run does not
//! skip duplicates: it may end with a batch in doubt, but never with an item registered twice.
//!
//! A few runs by default, with the same faults every time; in full: `ENCORD_TEST_KILLS=200 tests/run --test resilience kills`. What a kill
//! meets depends on the machine all the same.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use azure_to_encord::{
    demo::encord::{FaultPlan, InjectedFault, Operation, Pace, Rule, Times},
    run::state::BatchState,
};
use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use crate::support::{
    program::{Running, program},
    seeds::{self, Chance},
    upload::{RUN, Upload, plain},
};

const JOBS: u64 = 20;
const PER_JOB: u64 = 10;
const ITEMS: u64 = JOBS * PER_JOB;
const RUNS: u64 = 12;
/// Runs at a time.
const AT_ONCE: usize = 4;
/// The longest that anything may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// What goes wrong now and then: about a fifth of all requests that start jobs, a tenth of the polls. Without `skip`
/// nothing that leaves a started job in doubt: there, only the kills do.
fn faults(seed: u64, skip: bool) -> FaultPlan {
    let rule = |operation, fault, chance| Rule { operation, fault, times: Times::Chance(chance) };
    let (create, poll) = (Operation::CreateJob, Operation::PollJob);
    let status = |status, retry_after, carried_out| InjectedFault::Status { status, retry_after, carried_out };
    let mut rules = vec![
        rule(create, status(429, Some("1"), false), 0.02),
        rule(create, status(503, None, false), 0.02),
        rule(create, status(504, None, true), 0.02),
        rule(create, InjectedFault::Reset { carried_out: false }, 0.02),
        rule(create, InjectedFault::Reset { carried_out: true }, 0.03),
        rule(create, InjectedFault::Cut, 0.02),
        rule(create, InjectedFault::Page { status: 200, carried_out: true }, 0.01),
        rule(create, InjectedFault::Stall { by: Duration::from_millis(300), carried_out: true }, 0.05),
        rule(poll, status(429, Some("1"), false), 0.01),
        rule(poll, status(502, None, false), 0.03),
        rule(poll, InjectedFault::Reset { carried_out: true }, 0.03),
        rule(poll, InjectedFault::Cut, 0.03),
    ];
    if !skip {
        rules.retain(|rule| {
            rule.operation == poll
                || matches!(rule.fault, InjectedFault::Stall { .. } | InjectedFault::Status { status: 429, .. })
        });
    }
    if seed.is_multiple_of(3) {
        // Half the jobs' size or so.
        rules
            .insert(0, Rule { operation: create, fault: InjectedFault::Limit { bytes: 1200 }, times: Times::After(0) });
    }
    FaultPlan { rules, seed }
}

/// What a process has said of its jobs adds up.
fn assert_counts(said: &str, what: &str) {
    let mut jobs: BTreeMap<u64, u64> = BTreeMap::new();
    for line in said.lines() {
        // The last line may be cut.
        let Ok(event) = serde_json::from_str::<Value>(line) else { continue };
        let number = |field: &str| event[field].as_u64().unwrap();
        match event["event"].as_str() {
            Some("job") => {
                assert!(number("done") + number("errors") + number("pending") <= PER_JOB, "{what}: {line}");
                jobs.insert(number("batch"), number("done") + number("errors"));
            }
            Some("finished") => assert!(number("registered") + number("failed") <= ITEMS, "{what}: {line}"),
            _ => {}
        }
    }
    assert!(jobs.values().sum::<u64>() <= ITEMS, "{what}: {jobs:?}");
}

/// What is on disk adds up.
fn assert_record(upload: &Upload, what: &str) {
    let rows = upload.batches();
    assert_eq!(rows.iter().map(|row| row.batch.count).sum::<u64>(), ITEMS, "{what}: {rows:?}");
    assert!(rows.iter().all(|row| row.done + row.errors + row.cancelled <= row.batch.count), "{what}: {rows:?}");
    let database = rusqlite::Connection::open(upload.home.data().join("runs.db")).unwrap();
    let sound: String = database.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok", "{what}");
}

fn resume(upload: &Upload) -> Running {
    Running::start(&mut program(upload.root(), &["runs", "resume", RUN, "--json"]))
}

/// Kills the program at some moment, if it does not end before; whether it was killed.
fn kill_once(upload: &Upload, chance: &mut Chance, what: &str) -> bool {
    let there = upload.registered().len() as u64;
    let enough = there + chance.below(ITEMS - there + 1) / (1 + chance.below(3));
    let mut running = resume(upload);
    let began = Instant::now();
    while (upload.registered().len() as u64) < enough && !running.has_ended() {
        assert!(began.elapsed() < PATIENCE, "{what}: {}\n{}", running.stdout(), running.stderr());
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(Duration::from_micros(chance.below(400_000)));
    if !running.has_ended() {
        running.signal("KILL");
    }
    let ended = running.end(PATIENCE);
    assert_counts(&ended.stdout, what);
    assert_record(upload, what);
    ended.code.is_none()
}

fn is_over(upload: &Upload) -> bool {
    upload.batches().iter().all(|row| row.state.is_final())
}

/// One run from its beginning to its end; how often it was killed.
fn whole(upload: &Upload, skip: bool, chance: &mut Chance, what: &str) -> u64 {
    let wanted = 1 + chance.below(4);
    let mut kills = 0;
    for _ in 0..wanted {
        if !is_over(upload) {
            kills += u64::from(kill_once(upload, chance, what));
        }
    }
    let mut last = None;
    for _ in 0..10 {
        if !is_over(upload) {
            let ended = resume(upload).end(PATIENCE);
            assert_counts(&ended.stdout, what);
            assert!(ended.code.is_some(), "{what}: {ended:?}");
            last = Some(ended);
        }
    }
    assert_record(upload, what);
    if !skip && !is_over(upload) {
        let registered = upload.registered();
        assert!(registered.values().all(|count| *count == 1), "{what}: {registered:?}");
        assert!(upload.batches().iter().any(|row| row.state == BatchState::Sending), "{what}");
        let ended = last.unwrap();
        assert!(ended.stderr.contains("Nobody knows whether job"), "{what}: {ended:?}");
        return kills;
    }
    upload.assert_each_once(what);
    let row = upload.store().run(RUN).unwrap();
    assert_eq!((row.registered, row.failed), (ITEMS, 0), "{what}");
    kills
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_a_run_registers_everything_once() {
    let runs = std::env::var("ENCORD_TEST_KILLS").map_or(RUNS, |runs| runs.parse().expect("a number of runs"));
    let began = Instant::now();
    let kills: Vec<u64> = stream::iter(0..runs)
        .map(|number| async move {
            let mut chance = Chance::new(seeds::seed() + number);
            let (seed, skip) = (chance.below(u64::MAX) / 3 * 3 + number % 3, number % 4 != 3);
            let upload = Upload::prepare(&plain(ITEMS), PER_JOB, 4, skip, Pace::PerSecond(40.0)).await;
            upload.server.faults(faults(seed, skip));
            let what = format!("seed {seed}, skipping duplicates: {skip}");
            tokio::task::spawn_blocking(move || whole(&upload, skip, &mut chance, &what)).await.unwrap()
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let kills = kills.iter().sum::<u64>();
    println!("{runs} runs, killed {kills} times, in {:.0} s", began.elapsed().as_secs_f64());
    assert!(kills > 0, "nothing was killed");
}
