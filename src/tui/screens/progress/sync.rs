//! Step 6 where a cloud-synced folder is followed: Encord's numbers, what it is at, and how it ended.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    run::{state::RunState, sync_counts::SyncCounts},
    tui::{
        screens::render::{Align, Column, RenderContext, put, rest, take_bottom, take_top},
        text,
    },
    wizard::{
        action::Action,
        progress::{
            ProgressStep,
            snapshot::Snapshot,
            sync::{SyncStage, sync_outcome},
        },
    },
};

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, step: &ProgressStep, look: &RenderContext<'_>) {
    let columns = usize::from(area.width);
    let mut lines = crate::tui::screens::progress::heading(step, look, columns, true);
    if let Some(mirror) = step.mirror() {
        lines.push(Line::styled(look.cut_path(&mirror.remote_url, columns), look.theme.dim()));
    }
    lines.push(Line::default());
    match &step.snapshot().sync {
        None => {
            let words = "First the schema is saved and the folder made, then Encord is asked to sync it.";
            lines.extend(text::wrap(words, columns).into_iter().map(Line::from));
        }
        Some(counts) => {
            lines.extend(table(counts, look, columns));
            lines.push(Line::default());
            if step.outcome().is_none() {
                lines.extend(now(counts, step.snapshot(), look, columns));
            }
        }
    }
    let foot = foot(step, look, columns, usize::from(area.height).saturating_sub(lines.len()));
    let (body, foot_area) = take_bottom(area, foot.len());
    let (body, _) = take_top(body, lines.len());
    put(frame, body, look.fit(lines, usize::from(body.height)));
    put(frame, foot_area, foot);
}

/// As wide as its heading.
const CANCELLED: usize = 9;

/// A line with a gauge for each thing that Encord counts.
fn table(counts: &SyncCounts, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    // 10 million files fit everywhere; where it is narrow, there is no room for the gauges.
    let (name, [done, open, failed]) = match columns {
        0..74 => (13, [10, 10, 6]),
        74..100 => (13, [10, 10, 8]),
        _ => (14, [12, 12, 12]),
    };
    let gauge = rest(columns, &[name, done, open, failed, CANCELLED]).min(40);
    let mut shape = vec![
        Column::new("", name, Align::Left),
        Column::new("", gauge, Align::Left),
        Column::new("Done", done, Align::Right),
        Column::new("Open", open, Align::Right),
        Column::new("Failed", failed, Align::Right),
        Column::new("Cancelled", CANCELLED, Align::Right),
    ];
    let has_gauge = gauge > 3;
    if !has_gauge {
        shape.remove(1);
    }
    let [open, done, failed] = counts.jobs;
    let rows = [
        ("Listing pages", counts.pages, true),
        ("Upload jobs", [open, done, failed, 0], false),
        ("Files", counts.units, true),
    ];
    let mut lines = vec![look.header(&shape)];
    for (name, [open, done, failed, cancelled], may_be_cancelled) in rows {
        let bad = |number: u64| if number > 0 { look.theme.bad() } else { Style::new() };
        let total = open + done + failed + cancelled;
        let mut cells = vec![
            (name.to_owned(), look.theme.accent()),
            (bar(total, done, look, gauge), if failed + cancelled > 0 { look.theme.warn() } else { look.theme.ok() }),
            (crate::format::count(done), Style::new()),
            (crate::format::count(open), Style::new()),
            (crate::format::count(failed), bad(failed)),
            // Encord does not count cancelled jobs.
            (if may_be_cancelled { crate::format::count(cancelled) } else { String::new() }, bad(cancelled)),
        ];
        if !has_gauge {
            cells.remove(1);
        }
        lines.push(look.row(&shape, &cells, false));
    }
    lines
}

/// Filled as far as all is well; rounded down, so that it is full only when nothing is open and nothing failed.
fn bar(total: u64, done: u64, look: &RenderContext<'_>, columns: usize) -> String {
    let [done_sign, _, open_sign] = look.glyphs().gauge;
    let filled = match total {
        0 => 0,
        total => {
            usize::try_from(u128::from(done) * columns as u128 / u128::from(total)).unwrap_or_default().min(columns)
        }
    };
    format!("{}{}", done_sign.repeat(filled), open_sign.repeat(columns - filled))
}

/// What Encord is at, for how long, and what the run waits for.
fn now(counts: &SyncCounts, snapshot: &Snapshot, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let mut parts = vec![text::duration(snapshot.elapsed)];
    if snapshot.per_second > 0.0 {
        parts.push(format!("{} files/s", text::rate(snapshot.per_second)));
    }
    if let Some(eta) = snapshot.eta() {
        parts.push(format!("about {} left", text::duration(eta)));
    }
    let mut lines: Vec<Line<'static>> =
        text::wrap(SyncStage::of(counts).words(), columns).into_iter().map(Line::from).collect();
    lines.push(Line::styled(parts.join(&format!(" {} ", look.glyphs().dot)), look.theme.dim()));
    if let Some(note) = &snapshot.note {
        let sign = Span::styled(format!("{} ", look.glyphs().working), look.theme.accent());
        lines.extend(look.hanging(sign, note, Style::new(), columns));
    }
    lines
}

/// How it goes on, or how it ended. What to do next is never left out.
fn foot(step: &ProgressStep, look: &RenderContext<'_>, columns: usize, height: usize) -> Vec<Line<'static>> {
    let (cancel, enter) = (look.key(Action::Cancel), look.key(Action::Next));
    let Some(state) = step.outcome() else {
        let words = match step.is_stopping() {
            true => "Leaving the sync to Encord.".to_owned(),
            false if step.is_watching() => {
                let back = look.key(Action::Back);
                format!("Another process follows this sync; here it is only shown. {back} leaves it, and it goes on.")
            }
            false if step.snapshot().sync.is_none() => {
                format!("Nothing is synced yet. {cancel} stops before it begins.")
            }
            false if look.labels.is_demo => "Leaving ends the demo and its services.".to_owned(),
            false => format!(
                "Leaving is safe: the sync goes on in Encord and cannot be cancelled there from here. {cancel} stops following it."
            ),
        };
        return look.next(&words, columns);
    };
    let mut lines = Vec::new();
    let (sign, style) = look.theme.run(step.snapshot().standing(state));
    let path = step.destination().map_or("", |(path, _)| path);
    let counts = step.snapshot().sync.unwrap_or_default();
    for (place, sentence) in sync_outcome(state, &counts, path).into_iter().enumerate() {
        let sign = if place == 0 { format!("{sign} ") } else { "  ".to_owned() };
        let weight = if place == 0 { look.theme.title() } else { Style::new() };
        lines.extend(look.hanging(Span::styled(sign, style), &sentence, weight, columns));
    }
    if let Some(problem) = step.problem() {
        lines.extend(look.problem(problem, columns));
    }
    lines.extend(crate::tui::screens::progress::ending::reports(step, look, columns));
    let run = text::clean(step.run().unwrap_or("ID")).into_owned();
    let next = match state {
        RunState::Done => format!("The items can be labelled in Encord now. {enter} finishes."),
        _ if look.labels.is_demo => format!("{enter} finishes; the demo's services end with it."),
        _ if !counts.state.is_final() => {
            format!("azure-to-encord runs resume {run} follows it again. {enter} finishes.")
        }
        _ => format!("When the cause is gone, import again: the folder is then synced again. {enter} finishes."),
    };
    let next = look.next(&next, columns);
    let mut lines = look.fit(lines, height.saturating_sub(next.len()));
    lines.extend(next);
    lines
}
