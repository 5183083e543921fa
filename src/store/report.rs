//! What is left of a run for people and for other programs: `report.json` and `report.csv` in the run's directory.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use serde_json::json;

use super::{BatchRow, FailedUnit, Home, RunRow, RunStore, StoreError, SyncRow};

/// Where a run's reports lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportPaths {
    /// Everything about the run, its jobs and its failed units.
    pub json: PathBuf,
    /// One row for each URL of each failed unit.
    pub csv: PathBuf,
}

/// How many failed units are read at a time.
const PAGE: u64 = 1000;

/// Writes both reports of a run from what the store holds.
///
/// # Errors
/// There is no such run, or its directory cannot be written.
pub fn write_report(store: &RunStore, home: &Home, id: &str) -> Result<ReportPaths, StoreError> {
    let run = store.run(id)?;
    let batches = store.batches(id)?;
    let dir = home.run(id);
    let paths = ReportPaths { json: dir.join("report.json"), csv: dir.join("report.csv") };
    write_json(store, &run, &batches, &paths.json)?;
    write_csv(store, &run, &batches, &paths.csv)?;
    Ok(paths)
}

fn failing(path: &Path) -> impl Fn(io::Error) -> StoreError + '_ {
    |source| StoreError::File { path: path.display().to_string(), source }
}

fn each_failed_unit(
    store: &RunStore,
    id: &str,
    mut each: impl FnMut(&FailedUnit) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut offset = 0;
    loop {
        let units = store.failed_units(id, offset, PAGE)?;
        units.iter().try_for_each(&mut each)?;
        offset += units.len() as u64;
        if (units.len() as u64) < PAGE {
            return Ok(());
        }
    }
}

fn write_json(store: &RunStore, row: &RunRow, batches: &[BatchRow], path: &Path) -> Result<(), StoreError> {
    let fail = failing(path);
    let mut out = BufWriter::new(File::create(path).map_err(&fail)?);
    let jobs: Vec<_> = batches
        .iter()
        .map(|batch| {
            json!({
                "batch": batch.number, "job": batch.job, "type": batch.batch.kind, "state": batch.state.name(),
                "items": batch.batch.count, "done": batch.done, "errors": batch.errors, "cancelled": batch.cancelled,
                "message": batch.message,
            })
        })
        .collect();
    let head = json!({
        "run": row.run.id, "config": row.run.config, "state": row.state.name(), "domain": row.run.domain,
        "folder": { "uuid": row.run.folder, "path": row.run.folder_path }, "integration": row.run.integration,
        "options": row.run.options, "despite": row.run.despite, "started": row.started, "finished": row.finished,
        "items": row.items, "registered": row.registered, "failed": row.failed, "sync": row.sync.as_ref().map(SyncRow::to_json),
        "jobs": jobs,
    });
    let text = serde_json::to_string_pretty(&head).map_err(io::Error::from).map_err(&fail)?;
    // The failed units are written one by one behind the head, whose closing brace they push down.
    write!(out, "{},\n  \"failures\": [", text.trim_end_matches(['}', '\n'])).map_err(&fail)?;
    let mut separator = "\n";
    each_failed_unit(store, &row.run.id, |unit| {
        write!(out, "{separator}    ").map_err(&fail)?;
        separator = ",\n";
        serde_json::to_writer(&mut out, unit).map_err(io::Error::from).map_err(&fail)
    })?;
    out.write_all(b"\n  ]\n}\n").and_then(|()| out.flush()).map_err(&fail)
}

fn write_csv(store: &RunStore, row: &RunRow, batches: &[BatchRow], path: &Path) -> Result<(), StoreError> {
    let fail = failing(path);
    let csv_fail = |error: csv::Error| fail(io::Error::other(error));
    let mut out = csv::Writer::from_path(path).map_err(csv_fail)?;
    out.write_record(["object_url", "error", "batch", "job", "subtask_uuid", "action"]).map_err(csv_fail)?;
    each_failed_unit(store, &row.run.id, |unit| {
        let job = batches
            .iter()
            .find(|batch| batch.number == unit.batch)
            .and_then(|batch| batch.job)
            .map(|job| job.to_string())
            .unwrap_or_default();
        unit.object_urls.iter().try_for_each(|url| {
            out.write_record([
                url.as_str(),
                &unit.error,
                &unit.batch.to_string(),
                &job,
                unit.subtask_uuid.as_deref().unwrap_or_default(),
                unit.action_description.as_deref().unwrap_or_default(),
            ])
            .map_err(csv_fail)
        })
    })?;
    out.flush().map_err(&fail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        manifest::{Kind, batch::Batch},
        store::runs::tests::new_run,
    };

    #[test]
    fn both_reports_hold_every_failed_unit() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        std::fs::create_dir_all(home.run("a")).unwrap();
        let mut store = RunStore::open(&home).unwrap();
        store.create(&new_run("a"), &[Batch { kind: Kind::DicomSeries, first: 0, count: 3000 }]).unwrap();
        let mut row = store.batches("a").unwrap().remove(0);
        let failed: Vec<FailedUnit> = (0..2500)
            .map(|n| FailedUnit {
                batch: 1,
                object_urls: vec![format!("https://u/{n}"), "https://u/x,\"y\"".into()],
                error: "line\nbreak".into(),
                subtask_uuid: None,
                action_description: None,
            })
            .collect();
        (row.done, row.errors) = (500, 2500);
        store.save_batch("a", &row, Some(&failed)).unwrap();
        let paths = write_report(&store, &home, "a").unwrap();
        let json: serde_json::Value = serde_json::from_slice(&std::fs::read(paths.json).unwrap()).unwrap();
        assert_eq!(json["failures"].as_array().unwrap().len(), 2500);
        assert_eq!((&json["registered"], &json["failed"]), (&500.into(), &2500.into()));
        assert_eq!(json["despite"], serde_json::json!(["azure.cors"]));
        let rows = csv::Reader::from_path(paths.csv).unwrap().into_records().collect::<Result<Vec<_>, _>>().unwrap();
        assert_eq!(rows.len(), 5000);
        assert_eq!(&rows[1][0], "https://u/x,\"y\"");
    }
}
