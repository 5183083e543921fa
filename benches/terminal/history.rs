//! What a busy user has on disk: saved configs, and a record of past runs.

use std::fs;

use azure_to_encord::{
    manifest::{Kind, batch::Batch, data_items::JobOptions},
    run::{
        new_run::NewRun,
        state::{BatchState, RunState},
    },
    store::{Home, RunStore},
};
use uuid::Uuid;

/// Saved configs.
pub(crate) const CONFIGS: usize = 50;
/// Past runs.
pub(crate) const RUNS: usize = 1000;
/// Jobs of each run.
const JOBS: u64 = 10;

/// Writes it all into an empty home.
pub(crate) fn write(home: &Home) {
    fs::create_dir_all(home.configs()).unwrap();
    let example = include_str!("../../config.example.toml");
    for number in 0..CONFIGS {
        let text = example.replace("container = \"\"", &format!("account = \"acme\"\ncontainer = \"media{number}\""));
        fs::write(home.configs().join(format!("site{number}.toml")), text).unwrap();
    }
    let mut store = RunStore::open(home).unwrap();
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
                (row.state, row.done) = (BatchState::Done, row.batch.count);
                store.save_batch(&run.id, &row, None).unwrap();
            }
            store.set_state(&run.id, RunState::Done).unwrap();
        }
    }
}
