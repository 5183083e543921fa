use crate::{
    run::{
        new_run::NewSync,
        sync_counts::{Held, SyncCounts},
    },
    store::runs::{
        versions::{VERSION_1, VERSION_2},
        *,
    },
};

pub(crate) fn new_run(id: &str) -> NewRun {
    NewRun {
        id: id.to_owned(),
        config: "demo".into(),
        domain: "http://127.0.0.1:1".into(),
        config_text: "version = 1".into(),
        folder: Uuid::from_u128(7),
        folder_path: "Raw".into(),
        integration: Uuid::from_u128(8),
        options: JobOptions { ignore_errors: true, skip_duplicate_urls: true, upsert_metadata: false },
        jobs_in_flight: 2,
        despite: vec!["azure.cors".into()],
        sync: None,
    }
}

fn batch(first: u64, count: u64) -> Batch {
    Batch { kind: Kind::Image, first, count }
}

#[test]
fn a_run_survives_closing_and_its_numbers_come_from_its_batches() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::below(dir.path());
    let mut store = RunStore::open(&home).unwrap();
    store.create(&new_run("a"), &[batch(0, 10), batch(10, 5)]).unwrap();
    let mut row = store.batches("a").unwrap().remove(1);
    row.state = BatchState::Done;
    row.job = Some(Uuid::from_u128(9));
    (row.done, row.errors) = (4, 1);
    let failed = FailedUnit {
        batch: 2,
        object_urls: vec!["https://u/é.jpg".into()],
        error: "Object not found".into(),
        subtask_uuid: Some("s".into()),
        action_description: None,
    };
    store.save_batch("a", &row, Some(std::slice::from_ref(&failed))).unwrap();
    store.save_batch("a", &row, Some(std::slice::from_ref(&failed))).unwrap();
    drop(store);
    let mut store = RunStore::open(&home).unwrap();
    assert_eq!(store.batches("a").unwrap()[1], row);
    assert_eq!(store.failed_units("a", 0, 10).unwrap(), [failed]);
    let run = store.run("a").unwrap();
    assert_eq!((run.registered, run.failed, run.items, run.state), (4, 1, 15, RunState::Running));
    assert_eq!(run.run.despite, ["azure.cors"]);
    store.set_state("a", RunState::DoneWithErrors).unwrap();
    let run = store.run("a").unwrap();
    assert!(run.finished.is_some() && run.state == RunState::DoneWithErrors);
    assert!(matches!(store.run("b"), Err(StoreError::Unknown(_))));
}

#[test]
fn a_database_of_the_first_version_is_brought_up_to_date_with_its_runs() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::below(dir.path());
    std::fs::create_dir_all(home.data()).unwrap();
    let old = Connection::open(home.data().join("runs.db")).unwrap();
    old.execute_batch(VERSION_1).unwrap();
    old.execute_batch(
        "insert into run values ('old','c','d','version = 1','f','p','i',1,1,0,2,'done','2026-01-01T00:00:00Z',null);
         insert into batch (run, number, kind, first, count, state, done) values ('old',1,'image',0,7,'done',7);",
    )
    .unwrap();
    drop(old);
    for _ in 0..2 {
        let store = RunStore::open(&home).unwrap();
        let run = store.run("old").unwrap();
        assert_eq!((run.state, run.registered, run.items), (RunState::Done, 7, 7));
        assert!(run.run.despite.is_empty());
        let glance = store.glance().unwrap();
        assert_eq!((glance[0].registered, glance[0].items, glance[0].is_open), (7, 7, false));
    }
    RunStore::open(&home).unwrap().create(&new_run("new"), &[batch(0, 1)]).unwrap();
    assert_eq!(RunStore::open(&home).unwrap().run("new").unwrap().run.despite, ["azure.cors"]);
}

#[test]
fn a_sync_survives_closing_and_its_numbers_are_those_of_encord() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::below(dir.path());
    let mut store = RunStore::open(&home).unwrap();
    let sync = NewSync { remote_url: "https://a/c/é/".into(), sidecar: Some(".meta.json".into()) };
    store.create(&NewRun { sync: Some(sync.clone()), ..new_run("s") }, &[]).unwrap();
    let new = store.run("s").unwrap();
    let row = new.sync.unwrap();
    assert_eq!((new.run.sync, row.counts.state, row.counts.job), (Some(sync), BatchState::Waiting, None));
    let counts = SyncCounts {
        state: BatchState::Pending,
        job: Some(Uuid::from_u128(3)),
        pages: [1, 2, 3, 4],
        jobs: [5, 6, 7],
        units: [8, 9, 10, 11],
        held: Some(Held { items: 12, tombstones: 2 }),
    };
    store.save_sync("s", &counts, Some("Encord's words")).unwrap();
    drop(store);
    let run = RunStore::open(&home).unwrap().run("s").unwrap();
    let row = run.sync.unwrap();
    assert_eq!((row.counts, row.message.as_deref()), (counts, Some("Encord's words")));
    assert_eq!((run.registered, run.failed, run.items), (9, 10, 38));
}

#[test]
fn a_database_of_the_second_version_is_brought_up_to_date() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::below(dir.path());
    std::fs::create_dir_all(home.data()).unwrap();
    let old = Connection::open(home.data().join("runs.db")).unwrap();
    old.execute_batch(VERSION_1).unwrap();
    old.execute_batch(VERSION_2).unwrap();
    old.execute_batch(
        "insert into run values ('old','c','d','version = 1','f','p','i',1,1,0,2,'done','2026-01-01T00:00:00Z',null,'[]');",
    )
    .unwrap();
    drop(old);
    let run = RunStore::open(&home).unwrap().run("old").unwrap();
    assert!(run.sync.is_none() && run.run.sync.is_none() && run.state == RunState::Done);
}

#[test]
fn a_batch_is_cut_in_two_that_hold_what_it_held() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::below(dir.path());
    let mut store = RunStore::open(&home).unwrap();
    store.create(&new_run("a"), &[batch(0, 7), batch(7, 1)]).unwrap();
    let sent = BatchRow { state: BatchState::Sending, ..store.batches("a").unwrap().remove(0) };
    store.save_batch("a", &sent, None).unwrap();
    let halves = store.halve_batch("a", &sent).unwrap().unwrap();
    let rows = store.batches("a").unwrap();
    assert_eq!([&rows[0], &rows[2]], [&halves[0], &halves[1]]);
    let held: Vec<_> = rows.iter().map(|row| (row.number, row.batch.first, row.batch.count, row.state)).collect();
    let waiting = BatchState::Waiting;
    assert_eq!(held, [(1, 0, 4, waiting), (2, 7, 1, waiting), (3, 4, 3, waiting)]);
    assert_eq!(store.run("a").unwrap().items, 8);
    assert_eq!(store.halve_batch("a", &rows[1]).unwrap(), None);
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::below(dir.path());
    drop(RunStore::open(&home).unwrap());
    let newer = Connection::open(home.data().join("runs.db")).unwrap();
    newer.execute_batch("pragma user_version = 99").unwrap();
    assert!(RunStore::open(&home).unwrap_err().to_string().contains("newer version"));
}

#[test]
fn a_second_worker_on_a_run_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::below(dir.path());
    std::fs::create_dir_all(home.run("a")).unwrap();
    let lock = RunLock::take(&home, "a").unwrap();
    let refused = RunLock::take(&home, "a").unwrap_err();
    assert!(matches!(refused, StoreError::Busy(_)));
    #[cfg(unix)]
    assert!(refused.to_string().contains(&format!("run a (process {})", std::process::id())), "{refused}");
    drop(lock);
    assert!(RunLock::take(&home, "a").is_ok());
}

#[test]
fn forgetting_removes_rows_and_files() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::below(dir.path());
    let mut store = RunStore::open(&home).unwrap();
    store.create(&new_run("a"), &[batch(0, 10)]).unwrap();
    std::fs::create_dir_all(home.run("a")).unwrap();
    store.forget(&home, "a").unwrap();
    assert!(matches!(store.run("a"), Err(StoreError::Unknown(_))) && !home.run("a").exists());
    assert!(store.batches("a").unwrap().is_empty());
}
