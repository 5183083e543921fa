//! Reports how a run ended: the error, the final event, the outcome, the failed items and the report paths.

use serde_json::{Value, json};

use crate::{
    cli::{output::Output, text},
    error::UserError,
    run::{failed_unit::FailedUnit, state::RunState},
    store::{paths::Home, report::report_paths, runs::RunStore},
    wizard::progress::{
        outcome::{already_words, outcome_words},
        snapshot::Snapshot,
        sync::sync_outcome,
    },
};

/// Failed items printed; the report contains all.
const NAMED: u64 = 20;

/// The end of a run that this process carried out.
#[derive(Debug, Clone, Copy)]
pub(super) struct RunEnd<'a> {
    pub(super) run: &'a str,
    pub(super) state: RunState,
    pub(super) snapshot: &'a Snapshot,
    /// The path of the folder in Encord.
    pub(super) folder: &'a str,
    /// Whether the reports could be written.
    pub(super) has_reports: bool,
    pub(super) problem: Option<&'a UserError>,
}

/// Reports the end of a run.
pub(super) fn report_end(output: &mut Output, home: &Home, end: &RunEnd<'_>) {
    let RunEnd { run, state, snapshot, folder, has_reports, problem } = *end;
    if let Some(problem) = problem {
        output.problem(problem);
    }
    output.event(&finished_event(home, run, state, snapshot, has_reports));
    output.result(&match &snapshot.sync {
        Some(counts) => sync_outcome(state, counts, folder).join("\n"),
        None => text::out().run(snapshot.standing(state), &summary(state, snapshot)),
    });
    print_failures(output, home, run);
    if has_reports {
        print_report_paths(output, home, run);
    }
}

/// The outcome of a run in one or two sentences.
pub(super) fn summary(state: RunState, snapshot: &Snapshot) -> String {
    let outcome = outcome_words(state, snapshot);
    already_words(snapshot).map_or(outcome.clone(), |already| format!("{outcome} {already}"))
}

/// Prints the first failed items with Encord's error messages.
fn print_failures(output: &mut Output, home: &Home, run: &str) {
    let Ok(failed) = RunStore::open(home).and_then(|store| store.failed_units(run, 0, NAMED + 1)) else { return };
    for FailedUnit { object_urls, error, action_description, .. } in
        failed.iter().take(usize::try_from(NAMED).unwrap_or(20))
    {
        let more = if object_urls.len() > 1 { format!(" and {} more", object_urls.len() - 1) } else { String::new() };
        let url = text::printable(object_urls.first().map_or("", String::as_str));
        output.result(&format!("  {}  {url}{more}", text::out().bad("failed")));
        for words in std::iter::once(error).chain(action_description) {
            output.result(&format!("          {}", text::printable(words)));
        }
    }
    if failed.len() as u64 > NAMED {
        output.result("  … the report names the others.");
    }
}

/// The JSON event that ends a run.
fn finished_event(home: &Home, id: &str, state: RunState, snapshot: &Snapshot, has_reports: bool) -> Value {
    let mut event = json!({
        "event": "finished", "run": id, "state": state.name(), "registered": snapshot.done, "failed": snapshot.errors,
        "report": null,
    });
    // Encord's sync does not report which files were already there.
    if snapshot.sync.is_none() {
        event["already_there"] = json!(snapshot.already);
    }
    for (name, path) in report_paths(home, id).named().into_iter().filter(|_| has_reports) {
        event[name] = json!(path);
    }
    event
}

/// Prints the paths of a run's reports, and of the manifest with the failed items.
pub(super) fn print_report_paths(output: &mut Output, home: &Home, id: &str) {
    if let Ok(Some(disagreement)) = RunStore::open(home).and_then(|store| store.disagreement(id)) {
        output.message(&disagreement);
    }
    let mut label = "Report:";
    let paths = report_paths(home, id);
    for (_, path) in paths.named().iter().filter(|(name, _)| *name != "failed_manifest") {
        output.result(&format!("{label:<7} {}", path.display()));
        label = "";
    }
    if let Some(failed) = &paths.failed {
        output.result(&format!("Failed: {} (a manifest of only what failed)", failed.display()));
    }
}
