//! What the keys will do, and how it ended. What to do next is never left out.

use ratatui::text::{Line, Span};

use crate::{
    error::UserError,
    run::state::RunState,
    tui::{screens::render::RenderContext, text},
    wizard::{
        action::Action,
        progress::{
            ProgressStep,
            failures::RunView,
            outcome::{already_words, outcome_words},
            snapshot::Snapshot,
        },
    },
};

/// Where it is narrower, sentences are shorter.
const WIDE: usize = 74;

pub(super) fn foot(step: &ProgressStep, look: &RenderContext<'_>, columns: usize, height: usize) -> Vec<Line<'static>> {
    let Some(state) = step.outcome() else { return look.next(&meanwhile(step, look), columns) };
    let mut lines = vec![Line::default()];
    let (sign, style) = look.theme.run(step.snapshot().standing(state));
    let sign = Span::styled(format!("{sign} "), style);
    lines.extend(look.hanging(
        sign,
        &outcome(state, step.snapshot(), step.problem().is_none()),
        look.theme.title(),
        columns,
    ));
    let next = look.next(&afterwards(state, step, look, columns), columns);
    let reports = reports(step, look, columns);
    let room = height.saturating_sub(next.len());
    if let Some(problem) = step.problem() {
        let least = lines.len() + usize::from(!reports.is_empty());
        let told = look.problem(problem, columns);
        // The answer's own words are in the report, too; what to do must not be cut off.
        let is_long = least + told.len() > room + 1;
        let brief = UserError { source_message: None, ..problem.clone() };
        lines.extend(if is_long && problem.hint.is_some() { look.problem(&brief, columns) } else { told });
    }
    // The other reports lie beside the first; what went wrong is told here.
    let kept = room.saturating_sub(lines.len()).clamp(usize::from(!reports.is_empty()), reports.len());
    if lines.len() + reports.len() > room {
        lines.remove(0);
    }
    let mut lines = look.fit(lines, room.saturating_sub(kept));
    lines.extend(reports.into_iter().take(kept));
    lines.extend(next);
    lines
}

/// Where the reports lie, the page for people first.
pub(super) fn reports(step: &ProgressStep, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let Some(reports) = step.reports() else { return Vec::new() };
    let failed = reports.failed.iter().map(|path| ("Failed  ", path));
    let paths = [("Report  ", &reports.html)].into_iter().chain(failed);
    let line = |(label, path): (&'static str, &std::path::PathBuf)| {
        let path = look.cut_path(&path.display().to_string(), columns.saturating_sub(8));
        Line::from(vec![Span::styled(label, look.theme.dim()), Span::raw(path)])
    };
    paths.map(line).collect()
}

/// What the keys will do while the run goes on.
fn meanwhile(step: &ProgressStep, look: &RenderContext<'_>) -> String {
    let cancel = look.key(Action::Cancel);
    if step.is_watching() {
        let back = look.key(Action::Back);
        return format!("Another process works on this run; here it is only shown. {back} leaves it, and it goes on.");
    }
    if step.is_cancelling() {
        return "Cancelling in Encord. What is registered stays; the run ends when Encord has answered.".to_owned();
    }
    if step.is_stopping() {
        return match step.snapshot().in_encord() {
            0 => "Stopping: no further job is sent.".to_owned(),
            jobs => format!(
                "Stopping: no further job is sent; {} in Encord {} followed to the end. {cancel} asks whether to cancel there too.",
                crate::format::counted(jobs as u64, "job", "jobs"),
                if jobs == 1 { "is" } else { "are" },
            ),
        };
    }
    let stops = match (step.snapshot().total, step.has_waiting()) {
        (0, _) => format!("{cancel} stops before a job is sent."),
        (_, true) => format!("{cancel} stops sending and follows what Encord has to its end."),
        (_, false) => format!("All jobs are sent. {cancel}, pressed twice, asks whether to cancel them."),
    };
    match look.labels.is_demo {
        true => format!("{stops} Leaving ends the demo."),
        false => format!("{stops} Leaving is safe."),
    }
}

/// The outcome in plain words; what was there before only where nothing else has to be told.
fn outcome(state: RunState, snapshot: &Snapshot, in_full: bool) -> String {
    let already = already_words(snapshot).filter(|_| in_full);
    [Some(outcome_words(state, snapshot)), already].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn afterwards(state: RunState, step: &ProgressStep, look: &RenderContext<'_>, columns: usize) -> String {
    let (again, show) = (look.key(Action::Refresh), look.key(Action::SwitchList));
    let run = text::clean(step.run().unwrap_or("ID")).into_owned();
    let first = match state {
        // The shell is told the command once more when the program ends.
        _ if step.may_resume() && (look.labels.is_demo || columns < WIDE) => {
            format!("{again} goes on where this was interrupted.")
        }
        _ if step.may_resume() => {
            format!(
                "{again} goes on where this was interrupted; so does azure-to-encord runs resume {run}, at any time."
            )
        }
        _ if step.may_retry() && step.view() == RunView::Jobs && step.views().len() > 1 => format!(
            "{show} shows why. When the cause is gone, {again} offers to send the {} again.",
            crate::format::counted(step.snapshot().lost(), "item", "items")
        ),
        _ if step.may_retry() => format!(
            "When the cause is gone, {again} offers to send the {} again.",
            crate::format::counted(step.snapshot().lost(), "item", "items")
        ),
        RunState::Done => "The items can be labelled in Encord now.".to_owned(),
        _ => "When the cause is gone, import again; what is registered is left alone.".to_owned(),
    };
    let last = match (step.view(), look.labels.is_demo) {
        (RunView::Jobs, false) => format!("{} finishes.", look.key(Action::Next)),
        (RunView::Jobs, true) => format!("{} finishes; the demo's services end with it.", look.key(Action::Next)),
        _ => format!("{} goes back to the {}.", look.key(Action::Back), above(step.view())),
    };
    format!("{first} {last}")
}

fn above(view: RunView) -> &'static str {
    if let RunView::Behind(_) = view { "causes" } else { "jobs" }
}
