//! What failed and why.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    tui::{
        screens::{
            overlay::boxed,
            render::{Align, Column, RenderContext, put, rest, take_top},
        },
        text,
    },
    wizard::{
        list::Row,
        progress::{
            ProgressStep,
            failures::{Copied, RunView},
        },
    },
};

/// The causes, the most frequent first.
pub(super) fn causes(frame: &mut Frame<'_>, area: Rect, step: &ProgressStep, look: &RenderContext<'_>) {
    let causes = &step.snapshot().causes;
    let columns = [
        Column::new("Items", 9, Align::Right),
        Column::new("What Encord said", rest(usize::from(area.width), &[9]), Align::Left),
    ];
    let mut lines = vec![look.header(&columns)];
    let height = usize::from(area.height).saturating_sub(1);
    let cursor = step.cause_cursor();
    let first = usize::try_from(look.first_row(cursor as u64, causes.len() as u64, height)).unwrap_or_default();
    for (place, cause) in causes.iter().enumerate().skip(first).take(height) {
        let cells = [(crate::format::count(cause.units), look.theme.bad()), (cause.cause.clone(), Style::new())];
        lines.push(look.row(&columns, &cells, place == cursor));
    }
    put(frame, area, lines);
}

/// The words of the cause under the cursor and the whole of what to do about it.
pub(super) fn cause_detail(step: &ProgressStep, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let Some(cause) = step.snapshot().causes.get(step.cause_cursor()) else { return Vec::new() };
    let advice = cause.hint.unwrap_or(
        "This cause is not known here. Look at its items; each names the id that Encord's support can look up.",
    );
    // The list shows how the words begin; the advice is what must not be cut, so it comes first.
    let mut lines = look.hanging(Span::styled("To do  ", look.theme.accent()), advice, Style::new(), columns);
    lines.extend(look.hanging(Span::styled("Said   ", look.theme.dim()), &cause.cause, Style::new(), columns));
    lines
}

/// The failed items, all or those of one cause.
pub(super) fn items(frame: &mut Frame<'_>, area: Rect, step: &ProgressStep, look: &RenderContext<'_>) {
    let wide = usize::from(area.width);
    let mut area = area;
    if let Some(cause) = step.opened() {
        let (top, below) = take_top(area, 1);
        let label = Span::styled("Because  ", look.theme.dim());
        put(frame, top, vec![Line::from(vec![label, Span::raw(look.cut(&cause.cause, wide.saturating_sub(9)))])]);
        area = below;
    }
    let window = step.failed();
    if step.unnamed() > 0 {
        let words = match window.total() {
            0 => "No single items are on record here: Encord only said that their jobs failed. The jobs show which."
                .to_owned(),
            _ => format!("{} more failed with their whole jobs, unnamed.", crate::format::count(step.unnamed())),
        };
        let words: Vec<Line<'static>> =
            text::wrap(&words, wide).into_iter().map(|line| Line::styled(line, look.theme.dim())).collect();
        let (top, below) = take_top(area, words.len());
        put(frame, top, words);
        area = below;
        if window.total() == 0 {
            return;
        }
    }
    // Behind a cause all say the same, but for what names the file.
    let error = wide / 2 - usize::from(wide > 8) * 4;
    let columns = [
        Column::new("Job", 5, Align::Right),
        Column::new("File", rest(wide, &[5, error]), Align::Path),
        Column::new("What Encord said", error, Align::Left),
    ];
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

/// The failed item under the cursor, as far as there is room.
pub(super) fn item_detail(step: &ProgressStep, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let Some(unit) = step.current_unit() else { return Vec::new() };
    let label = |name: &str| Span::styled(format!("{name:<10}"), look.theme.dim());
    let entry = |name: &str, content: &str| look.hanging(label(name), content, Style::new(), columns);
    let mut lines = entry("Said", &unit.error);
    if let Some(action) = unit.action_description.as_deref().filter(|action| !action.is_empty()) {
        lines.extend(entry("About", action));
    }
    if let Some(subtask) = &unit.subtask_uuid {
        lines.extend(entry("Subtask", &format!("{subtask} (quote it to Encord's support)")));
    }
    for (place, url) in unit.object_urls.iter().take(50).enumerate() {
        let url = look.cut_path(url, columns.saturating_sub(10));
        lines.push(Line::from(vec![label(if place == 0 { "URL" } else { "" }), Span::raw(url)]));
    }
    lines
}

/// The failed item under the cursor with every word and every URL.
pub(super) fn whole(frame: &mut Frame<'_>, area: Rect, step: &ProgressStep, look: &RenderContext<'_>) {
    let (Some(scroll), Some(unit)) = (step.whole(), step.current_unit()) else { return };
    let columns = usize::from(area.width.saturating_sub(6)).min(96);
    let copied = |what, name: &str| {
        let mut line = look.title(name.to_owned());
        if step.copied().is_some_and(|(copied, _)| copied == what) {
            line.push_span(Span::styled(format!("  {} copied", look.glyphs().ok), look.theme.ok()));
        }
        line
    };
    let entry = |content: &str| look.hanging(Span::raw("  "), content, Style::new(), columns);
    let mut lines = vec![look.title("What Encord said")];
    lines.extend(entry(&unit.error));
    if let Some(advice) = ProgressStep::advice(unit) {
        lines.push(look.title("What to do"));
        lines.extend(entry(advice));
    }
    if let Some(action) = unit.action_description.as_deref().filter(|action| !action.is_empty()) {
        lines.push(look.title("What it was about"));
        lines.extend(entry(action));
    }
    if let Some(subtask) = &unit.subtask_uuid {
        lines.push(copied(Copied::Subtask, "To quote to Encord's support"));
        lines.extend(entry(&format!("subtask {subtask}")));
    }
    lines.push(copied(Copied::Urls, if unit.object_urls.len() > 1 { "URLs" } else { "URL" }));
    for url in &unit.object_urls {
        lines.extend(entry(url));
    }
    lines.push(look.title("Sent with"));
    let job = step.snapshot().jobs.iter().find(|job| job.batch == unit.batch).and_then(|job| job.job);
    let job = job.map_or_else(String::new, |job| format!(", in Encord {job}"));
    lines.extend(entry(&format!("job {}{job}", unit.batch)));
    let title = if let RunView::Behind(_) = step.view() { "An item that failed for this" } else { "A failed item" };
    let inside = boxed(frame, area, title, columns, lines.len(), look);
    let height = usize::from(inside.height);
    look.in_view(height);
    let lines = lines.split_off(scroll.min(lines.len().saturating_sub(height)));
    put(frame, inside, look.fit(lines, height));
}
