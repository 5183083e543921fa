//! Which items of a run failed, found by their URLs in the run's own manifest.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, BufWriter},
    path::{Path, PathBuf},
};

use crate::{
    manifest::{file_form, item::Item},
    run::state::BatchState,
    store::{
        items::Items,
        manifest_dir::ManifestDir,
        paths::Home,
        runs::{
            RunStore,
            record::{BatchRow, StoreError},
        },
    },
};

/// Which items are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetrySelection {
    /// Those that failed.
    Failed,
    /// Those that failed or were cancelled.
    FailedOrCancelled,
}

/// How many items there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unfinished {
    /// All of them.
    pub items: u64,
    /// Those among them that Encord may have registered all the same: of a job that ended early Encord says how many items it
    /// registered, not which, and of a request that got no answer it says nothing.
    pub uncertain: u64,
}

/// Calls `each` with every item of a run's jobs that have ended and that is wanted, in the order of the manifest. No more is
/// held than what failed of one job and a part of the manifest.
///
/// # Errors
/// The database's, the manifest's, or what `each` returns.
pub fn each_unfinished(
    store: &RunStore,
    manifest: &ManifestDir,
    run: &str,
    wanted: RetrySelection,
    mut each: impl FnMut(Item) -> io::Result<()>,
) -> Result<Unfinished, StoreError> {
    let fail = |source| StoreError::Manifest { path: manifest.path().display().to_string(), source };
    let items = manifest.items().map_err(fail)?;
    let mut batches = store.batches(run)?;
    // A job that was cut in two has its second half under the last number.
    batches.sort_by_key(|row| row.batch.first);
    let mut found = Unfinished::default();
    for row in batches.iter().filter(|row| row.state.is_final()) {
        let cancelled = wanted == RetrySelection::FailedOrCancelled && row.cancelled > 0;
        if row.errors == 0 && !cancelled {
            continue;
        }
        let units = store.failed_units_of(run, row.number)?;
        let urls: HashSet<&str> = units.iter().flat_map(|unit| &unit.object_urls).map(String::as_str).collect();
        let is_named = |item: &Item| item.urls.iter().any(|url| urls.contains(url.as_str()));
        let mut named = Vec::new();
        each_item(&items, row, |item| {
            if is_named(&item) {
                named.push(item);
            }
            Ok(())
        })
        .map_err(fail)?;
        // Where Encord counts more failures than it names, each of the others may be one.
        if !cancelled && named.len() as u64 >= row.errors {
            found.items += named.len() as u64;
            named.into_iter().try_for_each(&mut each).map_err(fail)?;
            continue;
        }
        drop(named);
        let in_doubt = row.done > 0 || (row.resent && row.state == BatchState::Cancelled);
        each_item(&items, row, |item| {
            found.items += 1;
            found.uncertain += u64::from(!is_named(&item) && in_doubt);
            each(item)
        })
        .map_err(fail)?;
    }
    Ok(found)
}

fn each_item(items: &Items, row: &BatchRow, mut each: impl FnMut(Item) -> io::Result<()>) -> io::Result<()> {
    const PART: u64 = 1000;
    let end = row.batch.first + row.batch.count;
    let mut first = row.batch.first;
    while first < end {
        let part = items.read(first, PART.min(end - first))?;
        if part.is_empty() {
            return Err(io::Error::other("the manifest is shorter than the run expects"));
        }
        first += part.len() as u64;
        part.into_iter().try_for_each(&mut each)?;
    }
    Ok(())
}

/// Where [`write_failed`] puts what failed.
pub fn failed_path(home: &Home, run: &str) -> PathBuf {
    home.run(run).join("failed.json")
}

/// Writes what failed of a run as a manifest in Encord's file form, `failed.json` in the run's directory, and says where it
/// is and how many items it holds. Nothing where nothing failed, and where the run has no manifest; then none is left there.
///
/// # Errors
/// The database's, or the run's directory cannot be read or written.
pub fn write_failed(store: &RunStore, home: &Home, id: &str) -> Result<Option<(PathBuf, Unfinished)>, StoreError> {
    let run = store.run(id)?;
    let path = failed_path(home, id);
    let fail = |source| StoreError::File { path: path.display().to_string(), source };
    if run.failed == 0 || run.sync.is_some() {
        return match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(fail(error)),
            _ => Ok(None),
        };
    }
    let dir = home.run(id);
    let manifest =
        ManifestDir::open(&dir).map_err(|source| StoreError::Manifest { path: dir.display().to_string(), source })?;
    // In a place of its own until it is whole.
    let part = dir.join("failed.json.part");
    let written = write_to(&part, store, &manifest, &run.run)?;
    let placed = match written.items {
        0 => std::fs::remove_file(&part),
        _ => std::fs::rename(&part, &path),
    };
    placed.map_err(fail)?;
    Ok((written.items > 0).then_some((path, written)))
}

fn write_to(
    part: &Path,
    store: &RunStore,
    manifest: &ManifestDir,
    run: &crate::run::new_run::NewRun,
) -> Result<Unfinished, StoreError> {
    let fail = |source| StoreError::File { path: part.display().to_string(), source };
    let mut form = file_form::Writer::new(BufWriter::new(File::create(part).map_err(fail)?)).map_err(fail)?;
    let written = each_unfinished(store, manifest, &run.id, RetrySelection::Failed, |item| form.item(&item))?;
    form.finish(run.options).map_err(fail)?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        manifest::{batch::Batch, finding::Origin, kind::Kind, sink::Sink as _},
        run::failed_unit::FailedUnit,
        store::{manifest_dir::writer::ManifestWriter, runs::tests::new_run},
    };

    fn url(number: u64) -> String {
        format!("https://u/{number}.jpg")
    }

    fn failed(batch: u32, number: u64) -> FailedUnit {
        FailedUnit {
            batch,
            object_urls: vec![url(number)],
            error: "Gone".into(),
            subtask_uuid: None,
            action_description: None,
        }
    }

    /// A run of ten items a job, each job as it is told; the failed units are those of these items.
    fn scene(jobs: &[(BatchState, [u64; 3], &[u64])]) -> (tempfile::TempDir, Home, RunStore, ManifestDir) {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        std::fs::create_dir_all(home.run("a")).unwrap();
        let mut writer = ManifestWriter::create(&home.run("a")).unwrap();
        for number in 0..10 * jobs.len() as u64 {
            let item = Item::new(Kind::Image, number.to_string(), vec![url(number)]);
            writer.item(&Origin::blob("x"), item).unwrap();
        }
        let run = new_run("a");
        let manifest = writer.finish(run.options).unwrap();
        let mut store = RunStore::open(&home).unwrap();
        let batches: Vec<Batch> =
            (0..jobs.len() as u64).map(|n| Batch { kind: Kind::Image, first: 10 * n, count: 10 }).collect();
        store.create(&run, &batches).unwrap();
        for (mut row, (state, [done, errors, cancelled], numbers)) in store.batches("a").unwrap().into_iter().zip(jobs)
        {
            (row.state, row.done, row.errors, row.cancelled) = (*state, *done, *errors, *cancelled);
            let units: Vec<FailedUnit> = numbers.iter().map(|number| failed(row.number, *number)).collect();
            store.save_batch("a", &row, Some(&units)).unwrap();
        }
        (dir, home, store, manifest)
    }

    fn found(store: &RunStore, manifest: &ManifestDir, wanted: RetrySelection) -> (Vec<u64>, u64) {
        let mut titles = Vec::new();
        let found = each_unfinished(store, manifest, "a", wanted, |item| {
            titles.push(item.title.parse().unwrap());
            Ok(())
        });
        let found = found.unwrap();
        assert_eq!(found.items, titles.len() as u64);
        (titles, found.uncertain)
    }

    #[test]
    fn items_are_found_by_their_urls_and_whole_jobs_where_encord_names_none() {
        let (_dir, _, store, manifest) = scene(&[
            (BatchState::Done, [8, 2, 0], &[3, 5]),
            (BatchState::Done, [10, 0, 0], &[]),
            // It counts two and names one.
            (BatchState::Done, [8, 2, 0], &[21]),
            (BatchState::Error, [0, 10, 0], &[]),
            (BatchState::Cancelled, [4, 1, 5], &[40]),
            (BatchState::Cancelled, [0, 0, 10], &[]),
            (BatchState::Waiting, [0, 0, 0], &[]),
        ]);
        let all = |job: u64| (10 * job)..(10 * job + 10);
        let failed: Vec<u64> = [3, 5].into_iter().chain(all(2)).chain(all(3)).chain([40]).collect();
        assert_eq!(found(&store, &manifest, RetrySelection::Failed), (failed, 9));
        let both: Vec<u64> = [3, 5].into_iter().chain(all(2)).chain(all(3)).chain(all(4)).chain(all(5)).collect();
        assert_eq!(found(&store, &manifest, RetrySelection::FailedOrCancelled), (both, 18));
    }

    #[test]
    fn what_failed_is_a_manifest_and_goes_when_nothing_does() {
        let (_dir, home, mut store, _) = scene(&[(BatchState::Done, [8, 2, 0], &[3, 5])]);
        let (path, written) = write_failed(&store, &home, "a").unwrap().unwrap();
        assert_eq!(written, Unfinished { items: 2, uncertain: 0 });
        let form: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let urls: Vec<_> = form["images"].as_array().unwrap().iter().map(|image| image["objectUrl"].clone()).collect();
        assert_eq!(urls, [url(3), url(5)]);
        assert_eq!(form["skip_duplicate_urls"], true);
        let mut row = store.batches("a").unwrap().remove(0);
        (row.done, row.errors) = (10, 0);
        store.save_batch("a", &row, Some(&[])).unwrap();
        assert_eq!(write_failed(&store, &home, "a").unwrap(), None);
        assert!(!path.exists());
    }
}
