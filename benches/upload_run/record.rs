//! How long a record of many runs takes to open and to list: Home's first frame waits for it.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use azure_to_encord::{
    manifest::{Kind, batch::Batch, data_items::JobOptions},
    run::{
        failed_unit::FailedUnit,
        new_run::NewRun,
        state::{BatchState, RunState},
    },
    store::{Home, RunStore},
};
use rusqlite::Connection;
use uuid::Uuid;

const RUNS: u64 = 1000;
const JOBS: u64 = 20;
/// In each run.
const FAILED: u64 = 100;
/// What opening may take.
const LIMIT: Duration = Duration::from_millis(20);

fn run(number: u64) -> NewRun {
    NewRun {
        id: format!("20260101-{number:06}-abcdef"),
        config: format!("site-{}", number % 20),
        domain: "https://api.encord.com".into(),
        config_text: "# As it was when the run began.\n".repeat(30),
        folder: Uuid::from_u128(7),
        folder_path: "Raw/Import".into(),
        integration: Uuid::from_u128(8),
        options: JobOptions { ignore_errors: true, skip_duplicate_urls: true, upsert_metadata: false },
        jobs_in_flight: 2,
        despite: Vec::new(),
        sync: None,
    }
}

fn fill(home: &Home) {
    let mut store = RunStore::open(home).unwrap();
    let batches: Vec<Batch> = (0..JOBS).map(|n| Batch { kind: Kind::Image, first: n * 1000, count: 1000 }).collect();
    for number in 0..RUNS {
        let run = run(number);
        store.create(&run, &batches).unwrap();
        for mut row in store.batches(&run.id).unwrap() {
            (row.state, row.job) = (BatchState::Done, Some(Uuid::from_u128(u128::from(row.number))));
            (row.done, row.errors) = (1000, 0);
            let mut failed = Vec::new();
            if row.number == 1 {
                (row.done, row.errors) = (1000 - FAILED, FAILED);
                failed = (0..FAILED).map(|unit| failure(number, unit)).collect();
            }
            store.save_batch(&run.id, &row, Some(&failed)).unwrap();
        }
        store.set_state(&run.id, RunState::DoneWithErrors).unwrap();
    }
}

fn failure(run: u64, unit: u64) -> FailedUnit {
    let url = format!("https://account.blob.core.windows.net/container/site-{run:04}/frame_{unit:07}.jpg");
    FailedUnit {
        batch: 1,
        error: match unit % 3 {
            0 => format!("Access denied (403): {url}"),
            _ => format!("Object not found: {url}"),
        },
        object_urls: vec![url],
        subtask_uuid: Some(Uuid::from_u128(unit.into()).to_string()),
        action_description: Some("Check the blob's name, letter case and percent-encoding.".into()),
    }
}

fn timed(what: &str, mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..9)
        .map(|_| {
            let begun = Instant::now();
            work();
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("  {what}: {:.1} ms (median of 9; worst {:.1} ms)", millis(times[4]), millis(times[8]));
    times[4]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

pub(crate) fn measure() -> ExitCode {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::below(dir.path());
    fill(&home);
    let file = home.data().join("runs.db");
    println!(
        "{RUNS} runs of {JOBS} jobs, {} failed units, {:.1} MB",
        RUNS * FAILED,
        std::fs::metadata(&file).unwrap().len() as f64 / 1e6
    );
    let opening = timed("opening", || drop(RunStore::open(&home).unwrap()));
    timed("opening and all runs", || {
        assert_eq!(RunStore::open(&home).unwrap().runs().unwrap().len() as u64, RUNS);
    });
    let some = run(RUNS / 2).id;
    timed("the causes of one run", || assert_eq!(RunStore::open(&home).unwrap().causes(&some).unwrap().len(), 2));
    // Another process writes, and takes its time.
    let writer = Connection::open(&file).unwrap();
    writer.execute_batch("begin immediate").unwrap();
    timed("opening and all runs while another process writes", || {
        assert_eq!(RunStore::open(&home).unwrap().runs().unwrap().len() as u64, RUNS);
    });
    writer.execute_batch("rollback").unwrap();
    drop(writer);
    timed("looking through all of it, as after damage was met", || {
        std::fs::write(home.data().join("runs.db.suspect"), "").unwrap();
        drop(RunStore::open(&home).unwrap());
    });
    if opening > LIMIT {
        eprintln!("opening takes longer than {LIMIT:?}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
