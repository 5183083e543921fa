//! Step 6: the run, its jobs, its failures, its end.

mod sync;

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::overlay::boxed;
use super::parts::{Align, Column, Look, position, put, rest, take_bottom, take_top};
use crate::{
    store::{FailedUnit, RunState},
    tui::text,
    wizard::{Action, JobRow, ProgressStep, Row, Snapshot, Status, Wizard},
};

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &Look<'_>) {
    let columns = usize::from(area.width);
    let step = wizard.progress();
    if let Status::Blocked(problem) = wizard.status(wizard.step()) {
        let mut lines = look.problem(&problem, columns);
        lines.push(Line::default());
        let back = look.key(Action::Back);
        lines.extend(look.next(&format!("Nothing was sent. {back} goes back to the review."), columns));
        put(frame, area, look.fit(lines, usize::from(area.height)));
        return;
    }
    if wizard.status(wizard.step()) == Status::Idle {
        put(frame, area, look.next("Nothing was sent yet. Step 5 sends it.", columns));
        return;
    }
    let mut head = heading(step, look, columns);
    if step.mirror().is_some() {
        sync::draw(frame, area, step, head, look);
        return;
    }
    head.extend(numbers(step.snapshot(), step.is_running(), look, columns));
    head.extend([Line::default(), tabs(step, look)]);
    let foot = foot(step, look, columns, usize::from(area.height).saturating_sub(head.len() + 4));
    let (head_area, body) = take_top(area, head.len());
    let (body, foot_area) = take_bottom(body, foot.len());
    put(frame, head_area, head);
    put(frame, foot_area, foot);
    let detail = if step.shows_failed() {
        step.failed().current().map(|row| failed_detail(row, look, columns)).unwrap_or_default()
    } else {
        step.snapshot().jobs.get(step.job_cursor()).map(|job| job_detail(job, look, columns)).unwrap_or_default()
    };
    let most = (usize::from(body.height) / 2).clamp(2, 10);
    // Failures keep a place of one size, so that the list does not jump under the cursor.
    let rows = if step.shows_failed() { most } else { (detail.len() + 1).min(most) };
    let (table_area, detail_area) = take_bottom(body, rows);
    if step.shows_failed() {
        failed(frame, table_area, step, look);
    } else {
        jobs(frame, table_area, step.snapshot(), step.job_cursor(), look);
    }
    let (line, detail_area) = take_top(detail_area, 1);
    if !detail.is_empty() {
        put(frame, line, vec![Line::styled(look.glyphs().rule.repeat(columns), look.theme.dim())]);
    }
    put(frame, detail_area, look.fit(detail, usize::from(detail_area.height)));
    if let (Some(scroll), Some(row)) = (step.whole(), step.failed().current()) {
        whole(frame, area, row, scroll, look);
    }
}

/// A failed item with every word and every URL.
fn whole(frame: &mut Frame<'_>, area: Rect, row: &Row, scroll: usize, look: &Look<'_>) {
    let Row::Failed(unit) = row else { return };
    let columns = usize::from(area.width.saturating_sub(6)).min(96);
    let mut lines = vec![look.title("What Encord said")];
    lines.extend(look.hanging(Span::raw("  "), &unit.error, Style::new(), columns));
    if let Some(action) = &unit.action_description {
        lines.push(look.title("What it was about"));
        lines.extend(look.hanging(Span::raw("  "), action, Style::new(), columns));
    }
    if let Some(subtask) = &unit.subtask_uuid {
        lines.push(look.title("To quote to Encord's support"));
        lines.extend(look.hanging(Span::raw("  "), &format!("subtask {subtask}"), Style::new(), columns));
    }
    lines.push(look.title(if unit.object_urls.len() > 1 { "URLs" } else { "URL" }));
    for url in &unit.object_urls {
        lines.extend(look.hanging(Span::raw("  "), url, Style::new(), columns));
    }
    let inside = boxed(frame, area, "A failed item", columns, lines.len(), look);
    let height = usize::from(inside.height);
    look.in_view(height);
    let lines = lines.split_off(scroll.min(lines.len().saturating_sub(height)));
    put(frame, inside, look.fit(lines, height));
}

fn heading(step: &ProgressStep, look: &Look<'_>, columns: usize) -> Vec<Line<'static>> {
    let run = step.run().map_or_else(|| "Preparing the run".to_owned(), |run| format!("Run {run}"));
    let words = match step.destination() {
        Some((path, true)) => format!("{run} {} {path} (created)", look.glyphs().arrow),
        Some((path, false)) => format!("{run} {} {path}", look.glyphs().arrow),
        None => run,
    };
    let mut lines = vec![look.title(look.cut(&words, columns))];
    if !step.schema_saved().is_empty() {
        let keys = format!("Saved in the schema: {}", step.schema_saved().join(", "));
        lines.push(Line::from(look.cut(&keys, columns)));
    }
    lines
}

/// The gauge and what it stands for.
fn numbers(snapshot: &Snapshot, running: bool, look: &Look<'_>, columns: usize) -> Vec<Line<'static>> {
    if running && snapshot.total == 0 {
        return text::wrap("First the schema is saved and the folder made, then the jobs go out.", columns)
            .into_iter()
            .map(Line::from)
            .collect();
    }
    let [done_sign, failed_sign, open_sign] = look.glyphs().gauge;
    let room = columns.saturating_sub(7);
    let part = |units: u64| {
        let whole = u128::from(snapshot.total.max(1));
        usize::try_from(u128::from(units) * room as u128 / whole).unwrap_or_default().min(room)
    };
    // Rounded down: 100 % means that nothing is open.
    let percent = match snapshot.total {
        0 => 0,
        total => u128::from(snapshot.finished()) * 100 / u128::from(total),
    };
    let failed = snapshot.errors + snapshot.cancelled;
    let done = part(snapshot.done);
    let bad = part(snapshot.finished()).saturating_sub(done).max(usize::from(failed > 0)).min(room - done);
    let gauge = Line::from(vec![
        Span::styled(done_sign.repeat(done), look.theme.ok()),
        Span::styled(failed_sign.repeat(bad), look.theme.bad()),
        Span::styled(open_sign.repeat(room.saturating_sub(done + bad)), look.theme.dim()),
        Span::styled(format!("{percent:>5} %"), look.theme.title()),
    ]);
    let mut parts = vec![
        format!("{} of {} registered", text::count(snapshot.done), text::count(snapshot.total)),
        format!("{} failed", text::count(snapshot.errors)),
    ];
    if snapshot.cancelled > 0 {
        parts.push(format!("{} cancelled", text::count(snapshot.cancelled)));
    }
    parts.push(text::duration(snapshot.elapsed));
    if running && snapshot.per_second > 0.0 {
        parts.push(format!("{}/s", text::rate(snapshot.per_second)));
    }
    if running && let Some(eta) = snapshot.eta() {
        parts.push(format!("about {} left", text::duration(eta)));
    }
    let words = parts.join(&format!(" {} ", look.glyphs().dot));
    let mut lines = vec![gauge];
    lines.extend(text::wrap(&words, columns).into_iter().map(Line::from));
    if running && let Some(note) = &snapshot.note {
        let sign = Span::styled(format!("{} ", look.glyphs().working), look.theme.accent());
        lines.extend(look.fit(look.hanging(sign, note, Style::new(), columns), 2));
    }
    lines
}

fn tabs(step: &ProgressStep, look: &Look<'_>) -> Line<'static> {
    let snapshot = step.snapshot();
    let shows_failed = step.shows_failed();
    let mut line = look.tabs(&[
        ("Jobs", snapshot.jobs.len() as u64, !shows_failed),
        ("Failed items", snapshot.failed_rows, shows_failed),
    ]);
    let place = match shows_failed {
        true => position(step.failed().cursor(), step.failed().total()),
        false => position(step.job_cursor() as u64, snapshot.jobs.len() as u64),
    };
    line.push_span(Span::styled(place, look.theme.dim()));
    line
}

fn jobs(frame: &mut Frame<'_>, area: Rect, snapshot: &Snapshot, cursor: usize, look: &Look<'_>) {
    // Where it is narrow, the words of the states are cut, never the numbers.
    let (job, kind, state, number) = if area.width < 74 { (4, 12, 12, 6) } else { (5, 14, 19, 10) };
    let columns = [
        Column::new("Job", job, Align::Right),
        Column::new("Type", kind, Align::Left),
        Column::new("State", state, Align::Left),
        Column::new(if number < 10 { "Done" } else { "Registered" }, number, Align::Right),
        Column::new("Failed", 6, Align::Right),
        Column::new("Items", 6, Align::Right),
    ];
    if snapshot.jobs.is_empty() {
        put(frame, area, vec![Line::styled("  No job was sent yet.", look.theme.dim())]);
        return;
    }
    let mut lines = vec![look.header(&columns)];
    let height = usize::from(area.height).saturating_sub(1);
    let first = usize::try_from(look.first_row(cursor as u64, snapshot.jobs.len() as u64, height)).unwrap_or_default();
    for (place, job) in snapshot.jobs.iter().enumerate().skip(first).take(height) {
        let (sign, word, style) = look.theme.job(job.state, job.errors);
        let failed_style = if job.errors > 0 { look.theme.bad() } else { Style::new() };
        let cells = [
            (job.batch.to_string(), Style::new()),
            (job.kind.name().to_owned(), Style::new()),
            (format!("{sign} {word}"), style),
            (text::count(job.done), Style::new()),
            (text::count(job.errors), failed_style),
            (text::count(job.count), Style::new()),
        ];
        lines.push(look.row(&columns, &cells, place == cursor));
    }
    put(frame, area, lines);
}

fn job_detail(job: &JobRow, look: &Look<'_>, columns: usize) -> Vec<Line<'static>> {
    let label = |name: &str| Span::styled(format!("{name:<10}"), look.theme.dim());
    let id = job.job.map_or_else(|| "none yet".to_owned(), |id| id.to_string());
    let mut lines = vec![Line::from(vec![label("Encord id"), Span::raw(id)])];
    if let Some(message) = &job.message {
        lines.extend(look.hanging(label("Message"), message, Style::new(), columns));
    }
    lines
}

fn failed(frame: &mut Frame<'_>, area: Rect, step: &ProgressStep, look: &Look<'_>) {
    let wide = usize::from(area.width);
    let error = (wide / 2).saturating_sub(4);
    let columns = [
        Column::new("Job", 5, Align::Right),
        Column::new("File", rest(wide, &[5, error]), Align::Path),
        Column::new("What Encord said", error, Align::Left),
    ];
    let window = step.failed();
    let mut lines = vec![look.header(&columns)];
    let height = usize::from(area.height).saturating_sub(1);
    let first = look.first_row(window.cursor(), window.total(), height);
    for place in (first..window.total()).take(height) {
        let cells = match window.get(place) {
            Some(Row::Failed(unit)) => [
                (unit.batch.to_string(), Style::new()),
                (unit.object_urls.first().cloned().unwrap_or_default(), Style::new()),
                (unit.error.clone(), Style::new()),
            ],
            _ => [(); 3].map(|()| (look.glyphs().ellipsis.to_owned(), look.theme.dim())),
        };
        lines.push(look.row(&columns, &cells, place == window.cursor()));
    }
    put(frame, area, lines);
}

fn failed_detail(row: &Row, look: &Look<'_>, columns: usize) -> Vec<Line<'static>> {
    let Row::Failed(FailedUnit { object_urls, error, subtask_uuid, action_description, .. }) = row else {
        return Vec::new();
    };
    let label = |name: &str| Span::styled(format!("{name:<10}"), look.theme.dim());
    let entry = |name: &str, content: &str| look.hanging(label(name), content, Style::new(), columns);
    let mut lines = entry("Said", error);
    if let Some(action) = action_description {
        lines.extend(entry("About", action));
    }
    if let Some(subtask) = subtask_uuid {
        lines.extend(entry("Subtask", &format!("{subtask} (quote it to Encord's support)")));
    }
    for (place, url) in object_urls.iter().take(50).enumerate() {
        let url = look.cut_path(url, columns.saturating_sub(10));
        lines.push(Line::from(vec![label(if place == 0 { "URL" } else { "" }), Span::raw(url)]));
    }
    lines
}

/// How it goes on, or how it ended. What to do next is never left out.
fn foot(step: &ProgressStep, look: &Look<'_>, columns: usize, height: usize) -> Vec<Line<'static>> {
    let cancel = look.key(Action::Cancel);
    let Some(state) = step.outcome() else {
        let words = match step.is_stopping() {
            true => format!(
                "Stopping: no further job is sent, and those in Encord are followed to their end. \
                 Press {cancel} again to cancel them in Encord too."
            ),
            false if look.labels.is_demo => format!("Leaving ends the demo and its services. {cancel} stops sending."),
            false => format!("Leaving is safe: all is on record and can be resumed. {cancel} stops sending."),
        };
        return look.next(&words, columns);
    };
    let mut lines = vec![Line::default()];
    let (sign, style) = look.theme.run(state);
    let sign = Span::styled(format!("{sign} "), style);
    lines.extend(look.hanging(sign, &outcome(state, step.snapshot()), look.theme.title(), columns));
    if let Some(problem) = step.problem() {
        lines.extend(look.problem(problem, columns));
    }
    if let Some(reports) = step.reports() {
        for path in [&reports.csv, &reports.json] {
            let path = look.cut_path(&path.display().to_string(), columns.saturating_sub(8));
            lines.push(Line::from(vec![Span::styled("Report  ", look.theme.dim()), Span::raw(path)]));
        }
    }
    let next = look.next(&afterwards(state, step, look), columns);
    let room = height.saturating_sub(next.len());
    if lines.len() > room {
        lines.remove(0);
    }
    let mut lines = look.fit(lines, room);
    lines.extend(next);
    lines
}

/// The outcome in plain words.
fn outcome(state: RunState, snapshot: &Snapshot) -> String {
    let registered = text::counted(snapshot.done, "item is", "items are");
    let open = snapshot.total.saturating_sub(snapshot.finished());
    let rest = match (snapshot.errors, snapshot.cancelled + open) {
        (0, 0) => String::new(),
        (errors, 0) => format!(", {} failed", text::count(errors)),
        (0, untried) => format!(", {} not sent or cancelled", text::count(untried)),
        (errors, untried) => {
            format!(", {} failed, {} not sent or cancelled", text::count(errors), text::count(untried))
        }
    };
    match state {
        RunState::Done => format!("Done: {registered} registered{rest}."),
        RunState::DoneWithErrors => format!("Finished, but not everything went in: {registered} registered{rest}."),
        RunState::Failed => format!("The run failed before everything was tried: {registered} registered{rest}."),
        RunState::Cancelled => format!("You stopped the run: {registered} registered{rest}."),
        RunState::Running => format!("The run goes on: {registered} registered{rest}."),
    }
}

fn afterwards(state: RunState, step: &ProgressStep, look: &Look<'_>) -> String {
    let run = text::clean(step.run().unwrap_or("ID")).into_owned();
    let enter = look.key(Action::Next);
    let show = look.key(Action::SwitchList);
    match state {
        RunState::Done => format!("The items can be labelled in Encord now. {enter} finishes."),
        RunState::DoneWithErrors => format!(
            "{show} shows what failed. When its cause is gone, import again: what is registered is left alone. {enter} finishes."
        ),
        _ if look.labels.is_demo => format!("{enter} finishes; the demo's services end with it."),
        RunState::Cancelled if step.snapshot().finished() >= step.snapshot().total => {
            format!(
                "What was cancelled is sent when you import again; what is registered is left alone. {enter} finishes."
            )
        }
        RunState::Failed | RunState::Cancelled | RunState::Running => {
            format!("azure-to-encord runs resume {run} goes on where this stopped. {enter} finishes.")
        }
    }
}
