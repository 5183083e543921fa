//! Records of runs that earlier versions of the program left: brought up to date with all that is in them, a copy kept as it was, and
//! a run that such a version began goes on.

use std::path::Path;

use azure_to_encord::{
    demo::encord::Pace,
    run::new_run::NewRun,
    store::{Home, RunStore},
};
use rusqlite::{Connection, params};

use crate::support::{
    program::{program, run},
    upload::{RUN, Upload, plain},
};

/// What each version brought.
const VERSIONS: [&str; 6] = [
    include_str!("versions/1.sql"),
    include_str!("versions/2.sql"),
    include_str!("versions/3.sql"),
    include_str!("versions/4.sql"),
    include_str!("versions/5.sql"),
    include_str!("versions/6.sql"),
];

/// Runs as all versions knew them: one that ended with failures, and one that was broken off after its first job.
const RUNS: &str = "
insert into run (id, config, domain, config_text, folder, folder_path, integration, ignore_errors, skip_duplicate_urls,
    upsert_metadata, jobs_in_flight, state, started, finished)
  values ('20250101-000000-000000', 'site', 'https://d', 'version = 1', '00000000-0000-0000-0000-000000000001', 'Raw',
    '00000000-0000-0000-0000-000000000002', 1, 1, 0, 2, 'done-with-errors', '2025-01-01T00:00:00Z', '2025-01-01T00:10:00Z');
insert into batch (run, number, kind, first, count, state, job, done, errors)
  values ('20250101-000000-000000', 1, 'image', 0, 5, 'done', '00000000-0000-0000-0000-000000000003', 3, 2);
insert into failed_unit (run, batch, urls, error, subtask, action)
  values ('20250101-000000-000000', 1, '[\"https://u/a.jpg\"]', 'Gone: https://u/a.jpg', 's1', 'Look for it.'),
    ('20250101-000000-000000', 1, '[\"https://u/b.jpg\"]', 'Gone: https://u/b.jpg', 's2', null);
";

fn database(root: &Path) -> std::path::PathBuf {
    Home::below(root).data().join("runs.db")
}

/// Puts a record of that version in place of the present one, with the present one's run as it was before anything was sent.
fn replace(root: &Path, version: usize, now: &NewRun, batches: &[(i64, i64)]) {
    let file = database(root);
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{ending}", file.display()));
    }
    let old = Connection::open(&file).unwrap();
    old.execute_batch("pragma journal_mode = wal").unwrap();
    for step in &VERSIONS[..version] {
        old.execute_batch(step).unwrap();
    }
    old.execute_batch(RUNS).unwrap();
    if version >= 5 {
        old.execute_batch("update failed_unit set cause = 'Gone: …'").unwrap();
    }
    old.execute(
        "insert into run (id, config, domain, config_text, folder, folder_path, integration, ignore_errors, skip_duplicate_urls,
           upsert_metadata, jobs_in_flight, state, started) values (?1,?2,?3,?4,?5,?6,?7,1,1,0,2,'running','2025-02-01T00:00:00Z')",
        params![
            now.id,
            now.config,
            now.domain,
            now.config_text,
            now.folder.to_string(),
            now.folder_path,
            now.integration.to_string()
        ],
    )
    .unwrap();
    for (number, (first, count)) in (1..).zip(batches) {
        // The first was on its way when the program was killed.
        let state = if number == 1 { "sending" } else { "waiting" };
        old.execute(
            "insert into batch (run, number, kind, first, count, state) values (?1,?2,'image',?3,?4,?5)",
            params![now.id, number, first, count, state],
        )
        .unwrap();
    }
}

fn version_of(file: &Path) -> usize {
    let database = Connection::open(file).unwrap();
    let sound: String = database.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let version: i64 = database.query_row("pragma user_version", [], |row| row.get(0)).unwrap();
    usize::try_from(version).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_earlier_version_is_brought_up_to_date_and_its_run_goes_on() {
    for version in 1..=VERSIONS.len() {
        let upload = Upload::prepare(&plain(30), 10, 2, true, Pace::Unlimited).await;
        let now = upload.store().run(RUN).unwrap().run;
        let latest = version_of(&database(upload.root()));
        assert!(latest >= VERSIONS.len(), "a version is missing here");
        let batches: Vec<_> =
            upload.batches().iter().map(|row| (row.batch.first.cast_signed(), row.batch.count.cast_signed())).collect();
        replace(upload.root(), version, &now, &batches);
        tokio::task::spawn_blocking(move || {
            let ask = |arguments: &[&str]| run(&mut program(upload.root(), arguments)).expect(0);
            let listed = ask(&["runs", "list", "--json"]);
            let states: Vec<String> = listed
                .stdout
                .lines()
                .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["state"].to_string())
                .collect();
            assert_eq!(states, ["\"done-with-errors\"", "\"interrupted\""], "version {version}: {listed:?}");
            let shown = ask(&["runs", "show", "20250101-000000-000000"]);
            assert!(shown.stdout.contains("3 of 5 registered, 2 failed"), "version {version}: {shown:?}");
            assert!(shown.stdout.contains("2  Gone: …"), "version {version}: {shown:?}");
            let home = Home::below(upload.root());
            let copy = home.data().join(format!("runs.db.before-v{latest}"));
            assert_eq!(copy.exists(), version < latest, "version {version}");
            if version < latest {
                assert_eq!(version_of(&copy), version);
                let kept = Connection::open(&copy).unwrap();
                let failed: i64 = kept.query_row("select count(*) from failed_unit", [], |row| row.get(0)).unwrap();
                assert_eq!(failed, 2, "version {version}");
            }
            ask(&["runs", "resume", RUN, "--json"]);
            upload.assert_each_once(&format!("version {version}"));
            assert_eq!(RunStore::open(&home).unwrap().run(RUN).unwrap().registered, 30);
            assert_eq!(version_of(&database(upload.root())), latest);
        })
        .await
        .unwrap();
    }
}
