//! Step 6.

use crate::{
    format::{count, counted},
    plain::describe::screen::{SELECTED, Screen},
    run::{failed_unit::FailedUnit, state::RunState, status::JobStatus, sync_counts::SyncCounts},
    wizard::{
        Wizard,
        list::Row,
        progress::{
            ProgressStep,
            dialogs::Ask,
            failures::{Copied, RunView},
            outcome::{already_words, outcome_words},
            snapshot::{JobRow, Snapshot},
            sync::{SyncStage, sync_outcome},
        },
    },
};

pub(super) fn over(wizard: &Wizard) -> Option<&'static str> {
    let step = wizard.progress();
    match (step.ask(), step.view()) {
        (Some(Ask::Cancel), _) => Some("Cancel in Encord?"),
        (Some(Ask::Resume(_)), _) => Some("Go on with the run?"),
        (Some(Ask::Retry(_)), _) => Some("Send what failed again?"),
        (None, RunView::Jobs) => None,
        (None, RunView::Causes) => Some("Why items failed"),
        (None, RunView::Behind(_)) => Some("Items that failed for one reason"),
        (None, RunView::Items) => Some("Failed items"),
    }
}

pub(super) fn step(wizard: &Wizard, screen: &mut Screen) {
    let step = wizard.progress();
    screen.is_live = true;
    if let Some(ask) = step.ask() {
        return self::ask(step, ask, screen);
    }
    if step.outcome().is_some() && step.view() != RunView::Jobs {
        return failures(step, screen);
    }
    let snapshot = step.snapshot();
    match (step.run(), step.retry_of()) {
        (Some(run), Some(earlier)) => screen.line(format!("Run {run} sends again what failed in run {earlier}.")),
        (Some(run), None) => screen.line(format!("Run {run}.")),
        (None, _) if step.is_refused() => {}
        (None, _) => screen.line("The run is being prepared."),
    }
    if let Some((path, created)) = step.destination() {
        let created = if created { ", made by this run" } else { "" };
        screen.line(format!("Folder: {path}{created}."));
    }
    if !step.schema_saved().is_empty() {
        screen.line(format!("Metadata keys saved: {}.", step.schema_saved().join(", ")));
    }
    if let Some(state) = step.outcome() {
        self::outcome(step, state, screen);
    } else {
        under_way(step, screen);
    }
    if let Some(problem) = step.problem() {
        screen.problem(problem);
    }
    for cause in &snapshot.causes {
        let hint = cause.hint.map(|hint| format!(". What to do: {hint}")).unwrap_or_default();
        // While the run goes on the number changes all the time, and each cause is told once.
        let units = step.outcome().map(|_| format!(", {}", counted(cause.units, "item", "items"))).unwrap_or_default();
        screen.line(format!("Failure{units}: {}{hint}", cause.cause));
    }
    lists(step, screen);
    if step.outcome().is_none() {
        // Which job is at work changes all the time, and so does how far it is.
        screen.lines.retain(|line| !line.starts_with(SELECTED));
    }
}

/// What failed, once the run has ended; the ending itself was told with the jobs.
fn failures(step: &ProgressStep, screen: &mut Screen) {
    if let Some(problem) = step.problem() {
        screen.problem(problem);
    }
    lists(step, screen);
    let hint = step.snapshot().causes.get(step.cause_cursor()).and_then(|cause| cause.hint);
    if step.view() == RunView::Causes {
        screen.lines.extend(hint.map(|hint| format!("What to do about it: {hint}")));
    }
}

fn under_way(step: &ProgressStep, screen: &mut Screen) {
    let snapshot = step.snapshot();
    screen.lines.extend(snapshot.note.clone());
    match () {
        () if step.is_cancelling() => screen.line("The jobs in Encord are being cancelled."),
        () if step.is_stopping() => screen.line("No further job is sent; those in Encord are still followed."),
        // What the run itself says of it goes before.
        () if step.is_paused() && snapshot.note.is_none() => {
            screen.line("Paused: no new job is sent; those in Encord are still followed.");
        }
        () => {}
    }
    if snapshot.linking {
        screen.line("All items are finished; Encord still links data.");
    }
    if step.is_watching() && snapshot.watched {
        screen.line("Another process works on this run; this one only looks on.");
    }
    match &snapshot.sync {
        Some(counts) => {
            // How much there will be nobody knows.
            screen.line(SyncStage::of(counts).words());
            screen.progress = Some(sync(counts));
        }
        None if snapshot.total > 0 => {
            screen.progress = Some(numbers(snapshot));
            screen.percent = Some(snapshot.percent());
        }
        None => {}
    }
}

fn numbers(snapshot: &Snapshot) -> String {
    let [done, total, errors] = [snapshot.done, snapshot.total, snapshot.errors].map(count);
    let rest = snapshot.eta().map(|seconds| format!(" About {} seconds are left.", count(seconds))).unwrap_or_default();
    format!("{done} of {total} items registered, {errors} failed, {} percent finished.{rest}", snapshot.percent())
}

fn sync(counts: &SyncCounts) -> String {
    let [files, registered, failed] = [counts.files(), counts.registered(), counts.failed()].map(count);
    format!("{files} files found, {registered} registered, {failed} failed.")
}

fn outcome(step: &ProgressStep, state: RunState, screen: &mut Screen) {
    let snapshot = step.snapshot();
    if let Some(counts) = &snapshot.sync {
        let path = step.destination().map_or("", |(path, _)| path);
        screen.lines.extend(sync_outcome(state, counts, path));
    } else {
        screen.line(outcome_words(state, snapshot));
        screen.lines.extend(already_words(snapshot));
    }
    if let Some(reports) = step.reports() {
        screen.line(format!("Report: {}", reports.html.display()));
        screen.lines.extend(reports.failed.as_ref().map(|failed| format!("Failed items: {}", failed.display())));
    }
}

fn lists(step: &ProgressStep, screen: &mut Screen) {
    let snapshot = step.snapshot();
    screen.lines.extend(step.copied().map(|(copied, text)| {
        let what = match copied {
            Copied::Job => "the job's id",
            Copied::Subtask => "the item's id",
            Copied::Urls => "the item's URLs",
        };
        format!("Given to the terminal for the clipboard, {what}: {text}")
    }));
    if step.whole().is_some() {
        return screen.lines.extend(step.current_unit().map(whole).unwrap_or_default());
    }
    match step.view() {
        RunView::Jobs => {
            screen.folded("Job", snapshot.jobs.len() as u64, step.job_cursor() as u64, |place| {
                snapshot.jobs.get(usize::try_from(place).ok()?).map(job)
            });
        }
        RunView::Causes => {
            screen.rows("Reason", snapshot.causes.len() as u64, step.cause_cursor() as u64, |place| {
                Some(snapshot.causes.get(usize::try_from(place).ok()?)?.cause.clone())
            });
        }
        RunView::Behind(_) | RunView::Items => {
            let window = step.failed();
            screen.rows("Item", window.total(), window.cursor(), |place| match window.get(place)? {
                Row::Failed(unit) => Some(format!("{}: {}", unit.object_urls.join(" "), unit.error)),
                _ => Some(String::new()),
            });
            if step.unnamed() > 0 {
                let unnamed = counted(step.unnamed(), "further item", "further items");
                screen.line(format!("{unnamed} failed only as part of their job."));
            }
        }
    }
}

fn standing(job: &JobRow, is_live: bool) -> JobStatus {
    JobStatus::of(job.state, job.errors, is_live)
}

fn job(job: &JobRow) -> String {
    let [done, total, errors] = [job.done, job.count, job.errors].map(count);
    let message = job.message.as_ref().map(|message| format!(". {message}")).unwrap_or_default();
    let state = standing(job, false).word();
    format!("{}, {state}, {done} of {total} registered, {errors} failed{message}", job.kind.name())
}

fn whole(unit: &FailedUnit) -> Vec<String> {
    let mut lines = vec![format!("In full: {}", unit.error)];
    lines.extend(unit.object_urls.iter().map(|url| format!("URL: {url}")));
    lines.extend(unit.action_description.as_ref().map(|action| format!("What Encord was doing: {action}")));
    lines.extend(unit.subtask_uuid.as_ref().map(|id| format!("Id to quote to Encord's support: {id}")));
    lines.extend(ProgressStep::advice(unit).map(|advice| format!("What to do: {advice}")));
    lines
}

fn ask(step: &ProgressStep, ask: Ask, screen: &mut Screen) {
    match ask {
        Ask::Cancel => screen.line("The jobs that Encord works on are cancelled. What they have registered stays."),
        Ask::Resume(cursor) => {
            screen.line("The run goes on where it was interrupted.");
            let doubts = step.doubts();
            if !doubts.is_empty() {
                let jobs: Vec<String> = step.in_doubt().iter().map(u32::to_string).collect();
                screen.line(format!("Nobody knows whether these jobs reached Encord: {}.", jobs.join(", ")));
            }
            screen.rows("Option", doubts.len() as u64, cursor as u64, |place| {
                let option = doubts.get(usize::try_from(place).ok()?)?;
                Some(format!("{}. {}", option.label(), option.meaning()))
            });
        }
        Ask::Retry(cursor) => {
            let changes = step.changes();
            screen.line(format!("A new run sends {}.", counted(step.snapshot().lost(), "item", "items")));
            screen.rows("Option", changes.len() as u64, cursor as u64, |place| {
                let option = changes.get(usize::try_from(place).ok()?)?;
                Some(format!("{}. {}", option.label(), option.meaning()))
            });
        }
    }
}
