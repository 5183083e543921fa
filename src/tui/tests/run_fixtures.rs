//! Runs at different moments, for the stages.

use std::path::PathBuf;

use crate::{
    manifest::kind::Kind,
    run::{report_paths::ReportPaths, state::BatchState},
    tui::tests::fixtures::uuid,
    wizard::progress::snapshot::{JobRow, Snapshot},
};

pub(crate) fn snapshot(done: u64) -> Snapshot {
    let plan = [(Kind::Video, 60), (Kind::Video, 60)].into_iter();
    let plan =
        plan.chain(std::iter::repeat_n((Kind::Image, 940), 11)).chain([(Kind::Image, 930), (Kind::DicomSeries, 5)]);
    let (mut left, mut jobs) = (done, Vec::new());
    let mut pending = 0;
    for (place, (kind, count)) in plan.enumerate() {
        let errors = if place == 3 && left > 0 { 37 } else { 0 };
        let finished = (count - errors).min(left);
        left -= finished;
        let state = match (finished + errors == count, pending) {
            (true, _) => BatchState::Done,
            (false, 0..2) => BatchState::Pending,
            (false, 2) => BatchState::Sending,
            (false, _) => BatchState::Waiting,
        };
        pending += usize::from(finished + errors < count);
        jobs.push(JobRow {
            batch: u32::try_from(place).unwrap() + 1,
            job: (state != BatchState::Waiting).then(|| uuid(100 + place as u128)),
            kind,
            state,
            count,
            done: finished,
            errors,
            cancelled: 0,
            message: None,
            age: (state != BatchState::Waiting).then_some(74),
        });
    }
    Snapshot {
        already: 0,
        total: jobs.iter().map(|job| job.count).sum(),
        done: jobs.iter().map(|job| job.done).sum(),
        errors: jobs.iter().map(|job| job.errors).sum(),
        failed_rows: jobs.iter().map(|job| job.errors).sum(),
        cancelled: 0,
        per_second: 41.3,
        elapsed: 125,
        note: None,
        sync: None,
        jobs,
        ..Snapshot::default()
    }
}

/// Where the reports of a run with failures lie.
pub(crate) fn reports(run: &str) -> ReportPaths {
    let file = |name| PathBuf::from(format!("/home/ada/.local/share/azure-to-encord/runs/{run}/{name}"));
    ReportPaths {
        json: file("report.json"),
        csv: file("report.csv"),
        html: file("report.html"),
        failed: Some(file("failed.json")),
    }
}
