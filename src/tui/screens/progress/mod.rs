//! Step 6: the run, its jobs, its failures, its end.

mod ending;
mod failures;
mod jobs;
mod numbers;
pub(crate) mod panels;
mod sync;

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    tui::{
        screens::render::{RenderContext, position, put, take_bottom, take_top},
        text,
    },
    wizard::{
        Wizard,
        action::Action,
        progress::{
            ProgressStep,
            failures::{Copied, RunView},
        },
        step::Status,
    },
};

/// Where the body has fewer rows, what is of less use is left out.
const ROOMY: u16 = 20;
/// A list is never given fewer rows than these: its headings, and the row under the cursor between two others.
const LEAST: usize = 4;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let step = wizard.progress();
    match wizard.status(wizard.step()) {
        Status::Blocked(problem) => {
            let columns = usize::from(area.width);
            let mut lines = look.problem(&problem, columns);
            lines.push(Line::default());
            lines.extend(look.next(&way_back(step, look), columns));
            put(frame, area, look.fit(lines, usize::from(area.height)));
        }
        Status::Idle => {
            put(frame, area, look.next("Nothing was sent yet. Step 5 sends it.", usize::from(area.width)));
        }
        Status::Working | Status::Ready if step.is_sync() => sync::draw(frame, area, step, look),
        Status::Working | Status::Ready => run(frame, area, step, look),
    }
    panels::draw(frame, area, step, look);
}

fn way_back(step: &ProgressStep, look: &RenderContext<'_>) -> String {
    let back = look.key(Action::Back);
    match (step.retry_of(), step.is_recorded()) {
        (None, false) => format!("Nothing was sent. {back} goes back to the review."),
        _ => format!("Nothing was sent. {back} goes back."),
    }
}

fn run(frame: &mut Frame<'_>, area: Rect, step: &ProgressStep, look: &RenderContext<'_>) {
    let columns = usize::from(area.width);
    let is_roomy = area.height >= ROOMY;
    let heading = heading(step, look, columns, is_roomy);
    let (head_area, rest) = take_top(area, heading.len());
    put(frame, head_area, heading);
    let rest = numbers::draw(frame, rest, step, look);
    let (_, rest) = take_top(rest, usize::from(is_roomy));
    let (tabs_area, rest) = take_top(rest, 1);
    put(frame, tabs_area, vec![tabs(step, look, columns)]);
    // What went wrong with the whole run is more than any list; next to what failed, its end is told in brief.
    let below = match step.view() {
        RunView::Jobs if step.problem().is_some() => LEAST - 1,
        RunView::Jobs => LEAST + 2,
        _ => LEAST + 4,
    };
    let foot = ending::foot(step, look, columns, usize::from(rest.height).saturating_sub(below));
    let (body, foot_area) = take_bottom(rest, foot.len());
    put(frame, foot_area, foot);

    let detail = match step.view() {
        RunView::Jobs => jobs::detail(step, look, columns),
        RunView::Causes => failures::cause_detail(step, look, columns),
        RunView::Behind(_) | RunView::Items => failures::item_detail(step, look, columns),
    };
    let height = usize::from(body.height);
    let least = if step.view() == RunView::Causes { LEAST / 2 } else { LEAST };
    // One row is a line above nothing.
    let most = Some(height.saturating_sub(least)).filter(|rows| *rows > 1).unwrap_or_default();
    // Failures keep a place of one size, so that the list does not jump under the cursor.
    let wanted = match step.view() {
        RunView::Jobs => (detail.len() + 1).min((height / 2).max(2)),
        RunView::Causes => (detail.len() + 1).max((height / 2).min(8)),
        RunView::Behind(_) | RunView::Items => (height / 2).clamp(2, 10),
    };
    let (list, detail_area) = take_bottom(body, wanted.min(most));
    match step.view() {
        RunView::Jobs => jobs::draw(frame, list, step, look),
        RunView::Causes => failures::causes(frame, list, step, look),
        RunView::Behind(_) | RunView::Items => failures::items(frame, list, step, look),
    }
    let (line, detail_area) = take_top(detail_area, 1);
    if !detail.is_empty() {
        put(frame, line, vec![Line::styled(look.glyphs().rule.repeat(columns), look.theme.dim())]);
    }
    put(frame, detail_area, look.fit(detail, usize::from(detail_area.height)));
    failures::whole(frame, area, step, look);
}

/// Which run this is and where it goes.
fn heading(step: &ProgressStep, look: &RenderContext<'_>, columns: usize, is_roomy: bool) -> Vec<Line<'static>> {
    let run = match (step.run(), step.retry_of()) {
        (Some(run), Some(of)) => format!("Run {run}, a retry of {of}"),
        (Some(run), None) => format!("Run {run}"),
        (None, Some(of)) => format!("Preparing a retry of run {of}"),
        (None, None) => "Preparing the run".to_owned(),
    };
    let words = match step.destination() {
        Some((path, true)) => format!("{run} {} {path} (created)", look.glyphs().arrow),
        Some((path, false)) => format!("{run} {} {path}", look.glyphs().arrow),
        None => run,
    };
    let mut lines = vec![look.title(look.cut(&words, columns))];
    if is_roomy && !step.schema_saved().is_empty() {
        let keys = format!("Saved in the schema: {}", step.schema_saved().join(", "));
        lines.push(Line::from(look.cut(&keys, columns)));
    }
    lines
}

fn tabs(step: &ProgressStep, look: &RenderContext<'_>, columns: usize) -> Line<'static> {
    let snapshot = step.snapshot();
    let mut tabs = Vec::new();
    for view in step.views() {
        let is_shown = view == step.view() || (view == RunView::Causes && step.opened().is_some());
        tabs.push(match view {
            RunView::Jobs => ("Jobs", snapshot.jobs.len() as u64, is_shown),
            RunView::Causes | RunView::Behind(_) => ("Causes", snapshot.causes.len() as u64, is_shown),
            RunView::Items => ("Failed items", snapshot.failed_rows, is_shown),
        });
    }
    let mut line = look.tabs(&tabs);
    let place = match step.view() {
        RunView::Jobs => position(step.job_cursor() as u64, snapshot.jobs.len() as u64),
        RunView::Causes => position(step.cause_cursor() as u64, snapshot.causes.len() as u64),
        RunView::Behind(_) | RunView::Items => position(step.failed().cursor(), step.failed().total()),
    };
    line.push_span(Span::styled(place, look.theme.dim()));
    let Some((what, sent)) = step.copied() else { return line };
    let name = match what {
        Copied::Job | Copied::Subtask => "id",
        Copied::Urls => "URL",
    };
    // Whether the terminal has taken it nobody tells, so what it was given is shown where there is room for enough of it.
    let said = format!("  {} {name} copied", look.glyphs().ok);
    let room = columns.saturating_sub(line.width() + text::width(&said) + 2);
    line.push_span(Span::styled(said, look.theme.ok()));
    if room >= 12 {
        line.push_span(Span::raw(format!(": {}", look.cut(sent, room))));
    }
    line
}
