//! The failed units of a run: all, or those of one cause.

use std::io;

use crate::{
    run::{failed_unit::FailedUnit, state::BatchState},
    service::session::Session,
    store::{
        manifest_dir::ManifestDir,
        paths::Home,
        runs::{
            RunStore,
            record::{BatchRow, StoreError},
        },
    },
    wizard::saved::CauseId,
};

/// Failed units of the current run. Returns none where they cannot be read: the screen shows more than an error between rows could.
pub(super) async fn read(session: &Session, cause: Option<CauseId>, first: u64, count: u64) -> Vec<FailedUnit> {
    let Some(run) = session.run() else { return Vec::new() };
    let (home, names) = (session.home.clone(), session.runs.leads.names.clone());
    let reading = tokio::task::spawn_blocking(move || match cause {
        None => all(&home, &run, first, count),
        Some(cause) => match names.text(cause) {
            Some(cause) => of_cause(&home, &run, &cause, first, count),
            None => Ok(Vec::new()),
        },
    });
    reading.await.ok().and_then(Result::ok).unwrap_or_default()
}

/// Failed units of a run in order, up to `count` from `first` on.
fn all(home: &Home, run: &str, first: u64, count: u64) -> Result<Vec<FailedUnit>, StoreError> {
    RunStore::open_to_read(home)?.failed_units(run, first, count)
}

/// Those that failed for one reason: first the ones that Encord named, then the items of jobs that failed as a whole.
fn of_cause(home: &Home, run: &str, cause: &str, first: u64, count: u64) -> Result<Vec<FailedUnit>, StoreError> {
    let store = RunStore::open_to_read(home)?;
    let mut units = store.failed_units_by(run, cause, first, count)?;
    let missing = count.saturating_sub(units.len() as u64);
    if missing > 0 {
        let named = store.failed_count_by(run, cause)?;
        units.extend(of_whole_jobs(home, &store, run, cause, first.saturating_sub(named), missing)?);
    }
    Ok(units)
}

/// Of a job that failed as a whole Encord names no items; they are those of the manifest.
fn of_whole_jobs(
    home: &Home,
    store: &RunStore,
    run: &str,
    cause: &str,
    mut skip: u64,
    mut count: u64,
) -> Result<Vec<FailedUnit>, StoreError> {
    let named = store.failed_counts(run)?;
    let is_whole = |row: &BatchRow| {
        row.state.is_final()
            && row.state != BatchState::Cancelled
            && row.errors == row.batch.count
            && !named.contains_key(&row.number)
            && row.cause() == cause
    };
    let rows: Vec<BatchRow> = store.batches(run)?.into_iter().filter(is_whole).collect();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let dir = home.run(run);
    let fail = |source: io::Error| StoreError::Manifest { path: dir.display().to_string(), source };
    let items = ManifestDir::open(&dir).and_then(|manifest| manifest.items()).map_err(fail)?;
    let mut units = Vec::new();
    for row in rows {
        let here = row.batch.count.saturating_sub(skip).min(count);
        if here > 0 {
            let read = items.read(row.batch.first + skip, here).map_err(fail)?;
            units.extend(read.into_iter().map(|item| FailedUnit {
                batch: row.number,
                object_urls: item.urls,
                error: row.message.clone().unwrap_or_default(),
                subtask_uuid: None,
                action_description: None,
            }));
        }
        skip = skip.saturating_sub(row.batch.count);
        count -= here;
    }
    Ok(units)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        manifest::{batch::Batch, finding::Origin, item::Item, kind::Kind, sink::Sink as _},
        store::{manifest_dir::writer::ManifestWriter, runs::tests::new_run},
    };

    fn url(number: u64) -> String {
        format!("https://u/{number}.jpg")
    }

    #[test]
    fn units_of_a_cause_are_paged_through_named_ones_and_whole_jobs() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        std::fs::create_dir_all(home.run("a")).unwrap();
        let run = new_run("a");
        let mut writer = ManifestWriter::create(&home.run("a")).unwrap();
        for number in 0..50 {
            let item = Item::new(Kind::Image, "", vec![url(number)]);
            writer.item(&Origin::blob("x"), item).unwrap();
        }
        writer.finish(run.options).unwrap();
        let mut store = RunStore::open(&home).unwrap();
        let batches: Vec<Batch> = (0..5).map(|n| Batch { kind: Kind::Image, first: n * 10, count: 10 }).collect();
        store.create(&run, &batches).unwrap();
        let rows = store.batches("a").unwrap();
        let failed = |row: &BatchRow| -> Vec<FailedUnit> {
            let first = row.batch.first;
            let unit = |number| FailedUnit {
                batch: row.number,
                object_urls: vec![url(number)],
                error: format!("Gone: {}", url(number)),
                subtask_uuid: None,
                action_description: None,
            };
            (first..first + 3).map(unit).collect()
        };
        let gone = Some("Gone: https://u/x".to_owned());
        let ended = |place: usize, state, errors, message: &Option<String>| BatchRow {
            state,
            errors,
            message: message.clone(),
            ..rows[place].clone()
        };
        store.save_batch("a", &ended(0, BatchState::Done, 3, &None), Some(&failed(&rows[0]))).unwrap();
        store.save_batch("a", &ended(1, BatchState::Error, 10, &gone), None).unwrap();
        store.save_batch("a", &ended(2, BatchState::Error, 10, &Some("403".into())), None).unwrap();
        store.save_batch("a", &ended(3, BatchState::Error, 10, &gone), None).unwrap();
        // Which of these failed, nobody knows.
        store.save_batch("a", &ended(4, BatchState::Error, 7, &gone), None).unwrap();
        drop(store);
        let all: Vec<String> = [0..3, 10..20, 30..40].into_iter().flatten().map(url).collect();
        for page in [1, 4, 7, 10, 50] {
            let mut found = Vec::new();
            loop {
                let units = of_cause(&home, "a", "Gone: …", found.len() as u64, page).unwrap();
                if units.is_empty() {
                    break;
                }
                assert!(units.len() as u64 <= page && units.iter().all(|unit| unit.cause() == "Gone: …"));
                found.extend(units.into_iter().flat_map(|unit| unit.object_urls));
            }
            assert_eq!(found, all, "pages of {page}");
        }
        assert_eq!(super::all(&home, "a", 1, 5).unwrap().len(), 2);
    }
}
