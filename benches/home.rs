//! What reading Home takes: `cargo bench --bench home`. 50 saved configs, 1,000 runs on record with 10 jobs each.
#![allow(clippy::unwrap_used, reason = "a measurement may stop at the first surprise")]

use std::{
    fs,
    time::{Duration, Instant},
};

use azure_to_encord::{
    manifest::{Kind, batch::Batch, data_items::JobOptions},
    service::home,
    store::{Home, NewRun, RunState, RunStore},
};
use uuid::Uuid;

const CONFIGS: usize = 50;
const RUNS: usize = 1000;
const JOBS: u64 = 10;
const ROUNDS: usize = 50;

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::below(dir.path());
    fs::create_dir_all(home.configs()).unwrap();
    let example = include_str!("../config.example.toml");
    for number in 0..CONFIGS {
        let text = example.replace("container = \"\"", &format!("account = \"acme\"\ncontainer = \"media{number}\""));
        fs::write(home.configs().join(format!("site{number}.toml")), text).unwrap();
    }
    let mut store = RunStore::open(&home).unwrap();
    let batches: Vec<Batch> =
        (0..JOBS).map(|job| Batch { kind: Kind::Image, first: job * 1000, count: 1000 }).collect();
    for number in 0..RUNS {
        let run = NewRun {
            id: format!("20260401-031500-{number:06}"),
            config: format!("site{}", number % CONFIGS),
            domain: "https://api.encord.com".into(),
            config_text: example.into(),
            folder: Uuid::from_u128(1),
            folder_path: "Raw/2026".into(),
            integration: Uuid::from_u128(2),
            options: JobOptions { ignore_errors: true, skip_duplicate_urls: true, upsert_metadata: false },
            jobs_in_flight: 2,
            despite: Vec::new(),
            sync: None,
        };
        store.create(&run, &batches).unwrap();
        // Ten are left open, as if they had been broken off.
        if number % 100 != 0 {
            for mut row in store.batches(&run.id).unwrap() {
                (row.state, row.done) = (azure_to_encord::store::BatchState::Done, row.batch.count);
                store.save_batch(&run.id, &row, None).unwrap();
            }
            store.set_state(&run.id, RunState::Done).unwrap();
        }
    }
    drop(store);
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            let page = home::page(&home);
            let took = began.elapsed();
            assert!(page.problem.is_none() && page.configs.len() == CONFIGS && page.runs.len() == RUNS);
            assert!(page.configs.iter().all(|config| config.problem.is_none() && config.last_run.is_some()));
            took
        })
        .collect();
    times.sort_unstable();
    println!(
        "Home with {CONFIGS} configs and {RUNS} runs: median {:?}, slowest of {ROUNDS} {:?}",
        times[ROUNDS / 2],
        times[ROUNDS - 1]
    );
}
