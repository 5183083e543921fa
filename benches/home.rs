//! What reading Home takes: `cargo bench --bench home`. 50 saved configs, 1,000 runs on record with 10 jobs each.
#![allow(clippy::unwrap_used, reason = "a measurement may stop at the first surprise")]

#[path = "terminal/history.rs"]
mod history;

use std::time::{Duration, Instant};

use azure_to_encord::{
    service::home,
    store::{Home, RunStore},
};
use history::{CONFIGS, RUNS};

const ROUNDS: usize = 50;

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::below(dir.path());
    history::write(&home);
    let (median, slowest) = measured(|| {
        let page = home::page(&home);
        assert!(page.problem.is_none() && page.configs.len() == CONFIGS && page.runs.len() == RUNS);
        assert!(page.configs.iter().all(|config| config.problem.is_none() && config.last_run.is_some()));
    });
    println!("Home with {CONFIGS} configs and {RUNS} runs: median {median:?}, slowest of {ROUNDS} {slowest:?}");
    let (median, slowest) = measured(|| {
        let store = RunStore::open(&home).unwrap();
        assert_eq!(store.glance().unwrap().len(), RUNS);
    });
    println!("of that the record of runs: median {median:?}, slowest {slowest:?}");
}

/// The median and the slowest of some rounds.
fn measured(work: impl Fn()) -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            work();
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    (times[ROUNDS / 2], times[ROUNDS - 1])
}
