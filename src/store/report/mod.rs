//! What is left of a run for people and for other programs, in the run's directory: `report.json`, `report.csv`, `report.html`,
//! and as a manifest what failed.

mod html;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use serde_json::{Value, json};

use crate::{
    run::{error_grouping, failed_unit::FailedUnit, report_paths::ReportPaths, state::RunState, status::RunStatus},
    store::{
        failed,
        paths::Home,
        runs::{
            RunStore,
            causes::Cause,
            folder_counts::FolderCount,
            lock::RunLock,
            record::{BatchRow, RunRow, StoreError},
            sync::SyncRow,
        },
    },
};

/// Where the reports of a run lie that were written.
pub fn report_paths(home: &Home, id: &str) -> ReportPaths {
    let dir = home.run(id);
    ReportPaths {
        json: dir.join("report.json"),
        csv: dir.join("report.csv"),
        html: dir.join("report.html"),
        failed: Some(failed::failed_path(home, id)).filter(|path| path.exists()),
    }
}

/// What the reports tell of.
#[derive(Debug)]
struct Facts<'a> {
    store: &'a RunStore,
    row: RunRow,
    batches: Vec<BatchRow>,
    causes: Vec<Cause>,
    /// Seconds, by batch.
    durations: BTreeMap<u32, f64>,
    held: FolderCount,
    disagreement: Option<String>,
    /// A process works on the run; that which writes the report at its end does not count.
    is_live: bool,
}

impl Facts<'_> {
    fn standing(&self) -> RunStatus {
        let is_open = match &self.row.sync {
            Some(sync) => !sync.counts.state.is_final(),
            None => self.batches.iter().any(|batch| !batch.state.is_final()),
        };
        RunStatus::of(self.row.state, self.is_live, is_open)
    }

    /// Units that were in the folder before the run.
    fn already_there(&self) -> u64 {
        already_there(&self.row, &self.batches)
    }

    /// Calls `each` with every failed unit; those of one job are held at a time.
    fn each_failed_unit(&self, mut each: impl FnMut(&FailedUnit) -> Result<(), StoreError>) -> Result<(), StoreError> {
        for batch in self.store.failed_counts(&self.row.run.id)?.into_keys() {
            self.store.failed_units_of(&self.row.run.id, batch)?.iter().try_for_each(&mut each)?;
        }
        Ok(())
    }
}

/// Of a run's registered units those that were in the folder before it; none where duplicates are not skipped.
pub fn already_there(row: &RunRow, batches: &[BatchRow]) -> u64 {
    match row.run.options.skip_duplicate_urls {
        true => batches.iter().map(BatchRow::already_there).sum(),
        false => 0,
    }
}

/// Writes all reports of a run from what the store holds.
///
/// # Errors
/// There is no such run, or its directory cannot be read or written.
pub fn write_report(store: &RunStore, home: &Home, id: &str) -> Result<ReportPaths, StoreError> {
    let row = store.run(id)?;
    let facts = Facts {
        store,
        is_live: row.state == RunState::Running && RunLock::is_held(home, id),
        row,
        batches: store.batches(id)?,
        causes: store.causes(id)?,
        durations: store.durations(id)?,
        held: store.folder_count(id)?,
        disagreement: store.disagreement(id)?,
    };
    failed::write_failed(store, home, id)?;
    let paths = crate::store::report::report_paths(home, id);
    write_json(&facts, &paths.json)?;
    write_csv(&facts, &paths.csv)?;
    html::write(&facts, &paths)?;
    Ok(paths)
}

fn failing(path: &Path) -> impl Fn(io::Error) -> StoreError + '_ {
    |source| StoreError::File { path: path.display().to_string(), source }
}

fn write_json(facts: &Facts<'_>, path: &Path) -> Result<(), StoreError> {
    let Facts { row, batches, .. } = facts;
    let fail = failing(path);
    let mut out = BufWriter::new(File::create(path).map_err(&fail)?);
    let jobs: Vec<_> = batches
        .iter()
        .map(|batch| {
            json!({
                "batch": batch.number, "job": batch.job, "type": batch.batch.kind, "state": batch.state.name(),
                "items": batch.batch.count, "done": batch.done, "errors": batch.errors, "cancelled": batch.cancelled,
                "created": batch.created, "already_there": batch.already_there(),
                "seconds": facts.durations.get(&batch.number), "message": batch.message,
            })
        })
        .collect();
    let already = facts.already_there();
    let head = json!({
        "run": row.run.id, "config": row.run.config, "state": row.state.name(), "domain": row.run.domain,
        "folder": { "uuid": row.run.folder, "path": row.run.folder_path }, "integration": row.run.integration,
        "options": row.run.options, "despite": row.run.despite, "started": row.started, "finished": row.finished,
        "items": row.items, "registered": row.registered, "created": row.registered.saturating_sub(already),
        "already_there": already, "failed": row.failed, "jobs": jobs,
        "sync": row.sync.as_ref().map(SyncRow::to_json), "causes": facts.causes,
        "folder_items": facts.held, "disagreement": facts.disagreement,
    });
    let text = serde_json::to_string_pretty(&head).map_err(io::Error::from).map_err(&fail)?;
    // The failed units are written one by one behind the head, whose closing brace they push down.
    write!(out, "{},\n  \"failures\": [", text.trim_end_matches(['}', '\n'])).map_err(&fail)?;
    let mut separator = "\n";
    facts.each_failed_unit(|unit| {
        write!(out, "{separator}    ").map_err(&fail)?;
        separator = ",\n";
        serde_json::to_writer(&mut out, &with_cause(unit)).map_err(io::Error::from).map_err(&fail)
    })?;
    out.write_all(b"\n  ]\n}\n").and_then(|()| out.flush()).map_err(&fail)
}

fn with_cause(unit: &FailedUnit) -> Value {
    let mut value = json!(unit);
    let cause = unit.cause();
    value["hint"] = json!(error_grouping::hint(&cause));
    value["cause"] = json!(cause);
    value
}

const COLUMNS: [&str; 10] = [
    "object_url",
    "error",
    "batch",
    "job",
    "subtask_uuid",
    "action",
    "cause",
    "hint",
    "job_created",
    "job_already_there",
];

fn write_csv(facts: &Facts<'_>, path: &Path) -> Result<(), StoreError> {
    let fail = failing(path);
    let csv_fail = |error: csv::Error| fail(io::Error::other(error));
    let mut out = csv::Writer::from_path(path).map_err(csv_fail)?;
    out.write_record(COLUMNS).map_err(csv_fail)?;
    let batches: BTreeMap<u32, &BatchRow> = facts.batches.iter().map(|batch| (batch.number, batch)).collect();
    facts.each_failed_unit(|unit| {
        let batch = batches.get(&unit.batch);
        let job = batch.and_then(|batch| batch.job).map(|job| job.to_string()).unwrap_or_default();
        let created = batch.and_then(|batch| batch.created).map(|created| created.to_string()).unwrap_or_default();
        let already = batch.map(|batch| batch.already_there().to_string()).unwrap_or_default();
        let cause = unit.cause();
        unit.object_urls.iter().try_for_each(|url| {
            out.write_record([
                url.as_str(),
                &unit.error,
                &unit.batch.to_string(),
                &job,
                unit.subtask_uuid.as_deref().unwrap_or_default(),
                unit.action_description.as_deref().unwrap_or_default(),
                &cause,
                error_grouping::hint(&cause).unwrap_or_default(),
                &created,
                &already,
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
        manifest::{batch::Batch, finding::Origin, item::Item, kind::Kind, sink::Sink as _},
        run::state::BatchState,
        store::{manifest_dir::writer::ManifestWriter, runs::tests::new_run},
    };

    const HOSTILE: &str = "<script>alert('x')</script>\u{1b}[31m & \"so on\"";

    /// 2,500 failed series of two files each, of 3,000, as a run that has ended.
    fn scene() -> (tempfile::TempDir, Home, RunStore) {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        std::fs::create_dir_all(home.run("a")).unwrap();
        let run = crate::run::new_run::NewRun { folder_path: HOSTILE.into(), ..new_run("a") };
        let urls = |n: u64| vec![format!("https://u/{n}"), format!("https://u/{n},\"y\"")];
        let mut writer = ManifestWriter::create(&home.run("a")).unwrap();
        for n in 0..3000 {
            writer.item(&Origin::blob("x"), Item::new(Kind::DicomSeries, "", urls(n))).unwrap();
        }
        writer.finish(run.options).unwrap();
        let mut store = RunStore::open(&home).unwrap();
        store.create(&run, &[Batch { kind: Kind::DicomSeries, first: 0, count: 3000 }]).unwrap();
        let mut row = store.batches("a").unwrap().remove(0);
        let failed: Vec<FailedUnit> = (0..2500)
            .map(|n| FailedUnit {
                batch: 1,
                object_urls: urls(n),
                error: if n % 5 == 0 {
                    format!("line\nbreak {HOSTILE}")
                } else {
                    format!("Object not found: {}", urls(n)[0])
                },
                subtask_uuid: Some(format!("subtask-{n}")),
                action_description: None,
            })
            .collect();
        (row.done, row.errors, row.created, row.state) = (500, 2500, Some(400), BatchState::Done);
        row.job = Some(uuid::Uuid::from_u128(5));
        store.save_batch("a", &row, Some(&failed)).unwrap();
        (dir, home, store)
    }

    #[test]
    fn the_reports_hold_every_failed_unit_with_its_cause() {
        let (_dir, home, store) = scene();
        let paths = write_report(&store, &home, "a").unwrap();
        let json: Value = serde_json::from_slice(&std::fs::read(&paths.json).unwrap()).unwrap();
        assert_eq!(json["failures"].as_array().unwrap().len(), 2500);
        assert_eq!((&json["registered"], &json["failed"]), (&500.into(), &2500.into()));
        assert_eq!((&json["created"], &json["already_there"]), (&400.into(), &100.into()));
        assert_eq!((&json["jobs"][0]["created"], &json["jobs"][0]["already_there"]), (&400.into(), &100.into()));
        assert_eq!(json["despite"], json!(["azure.cors"]));
        assert_eq!(
            (&json["causes"][0]["cause"], &json["causes"][0]["units"]),
            (&json!("Object not found: …"), &2000.into())
        );
        assert_eq!(json["failures"][1]["cause"], "Object not found: …");
        assert!(json["failures"][1]["hint"].as_str().unwrap().contains("No blob"));
        let rows = csv::Reader::from_path(&paths.csv).unwrap().into_records().collect::<Result<Vec<_>, _>>().unwrap();
        assert_eq!(rows.len(), 5000);
        assert_eq!((&rows[1][0], &rows[3][6], &rows[3][9]), ("https://u/0,\"y\"", "Object not found: …", "100"));
        let failed: Value = serde_json::from_slice(&std::fs::read(paths.failed.as_ref().unwrap()).unwrap()).unwrap();
        assert_eq!(failed["dicom_series"].as_array().unwrap().len(), 2500);
        assert_eq!(crate::store::report::report_paths(&home, "a"), paths);
        assert_eq!(paths.named().len(), 4);
    }

    #[test]
    fn the_page_needs_nothing_else_and_obeys_nobody() {
        let (_dir, home, store) = scene();
        let paths = write_report(&store, &home, "a").unwrap();
        let page = std::fs::read_to_string(&paths.html).unwrap();
        assert!(!page.contains("<script") && !page.contains('\u{1b}'), "escaped");
        assert!(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"), "told");
        for outside in ["src=", "href=", "url(", "@import", "<link", "<iframe", "<img"] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
        assert!(page.matches("<svg").count() >= 3, "three charts");
        assert!(
            page.contains("2,000") && page.contains("Object not found: …") && page.contains("No blob is at this URL")
        );
        assert_eq!(page.matches("subtask-").count(), 1000 + 2, "the first thousand, and one for each cause");
        assert!(page.contains("1,500 more") && page.contains("report.csv"));
        // Every element that is opened is closed.
        for element in ["table", "tr", "td", "th", "section", "div", "span", "title", "p", "svg"] {
            let opened = page.matches(&format!("<{element}>")).count() + page.matches(&format!("<{element} ")).count();
            assert_eq!(opened, page.matches(&format!("</{element}>")).count(), "{element}");
        }
    }
}
