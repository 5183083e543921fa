//! Step 3: the listing, and what became of every blob.

use std::path::Path;

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use serde_json::Value;

use super::parts::{Align, Column, Look, first_row, position, put, rest, take_bottom, take_top};
use crate::{
    manifest::{Item, Kind, Severity},
    tui::text,
    wizard::{Action, List, Listing, ListingProgress, ManifestFacts, Row, RowWindow, Status, Wizard},
};

/// What the details of a row are labelled in.
const LABEL: usize = 12;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &Look<'_>) {
    match wizard.manifest().state() {
        Listing::Idle => {
            let again = format!("The container was not listed yet. {} lists it.", look.key(Action::Refresh));
            put(frame, area, look.next(&again, usize::from(area.width)));
        }
        Listing::Running(progress) => listing(frame, area, wizard, progress, look),
        Listing::Failed(problem) => {
            let mut lines = look.problem(problem, usize::from(area.width));
            lines.push(Line::default());
            let again = format!("{} lists the container again.", look.key(Action::Refresh));
            lines.extend(look.next(&again, usize::from(area.width)));
            put(frame, area, look.fit(lines, usize::from(area.height)));
        }
        Listing::Built(facts) => built(frame, area, wizard, facts, look),
    }
}

fn listing(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, progress: &ListingProgress, look: &Look<'_>) {
    let columns = usize::from(area.width);
    let azure = &wizard.config().azure;
    let place = format!("{} at {}", azure.container, azure.account_url().unwrap_or_default());
    let mut lines = vec![look.title(look.cut(&format!("Listing {place}"), columns)), Line::default()];
    let number =
        |label: &str, value: u64, note: String| Line::from(format!("  {label:<16}{:>14}  {note}", text::count(value)));
    let rate = match progress.blobs {
        0 => "waiting for an answer".to_owned(),
        _ => format!("{} a second", text::rate(progress.per_second)),
    };
    lines.push(number("Blobs seen", progress.blobs, rate));
    lines.push(number("Left out", progress.skipped, String::new()));
    if progress.errors > 0 {
        let mut line = number("Errors", progress.errors, String::new());
        line.spans
            .push(Span::raw(format!("they will have to be mended; {} stops the listing", look.key(Action::Cancel))));
        lines.push(line.style(look.theme.bad()));
    }
    lines.push(number("Warnings", progress.warnings, String::new()));
    lines.push(number("Items so far", progress.items.values().sum(), String::new()));
    for (kind, items) in &progress.items {
        lines.push(number(&format!("  {kind}"), *items, String::new()));
    }
    let stop = look.key(Action::Cancel);
    let next =
        look.next(&format!("Listing changes nothing. The total shows at the end; {stop} stops the listing."), columns);
    let (body, foot) = take_bottom(area, next.len());
    put(frame, foot, next);
    put(frame, body, look.fit(lines, usize::from(body.height)));
}

fn built(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, facts: &ManifestFacts, look: &Look<'_>) {
    let (columns, dot) = (usize::from(area.width), look.glyphs().dot);
    let summary = &facts.summary;
    let total = [
        text::counted(summary.total_items(), "item", "items"),
        text::bytes(summary.bytes),
        format!("from {}", text::counted(facts.blobs, "blob", "blobs")),
        format!("{} left out", text::count(summary.total_skipped())),
    ];
    let mut head = vec![look.title(total.join(&format!(" {dot} ")))];
    let kinds: Vec<String> =
        summary.items.iter().map(|(kind, items)| format!("{} {kind}", text::count(*items))).collect();
    head.extend(text::wrap(&kinds.join(&format!(" {dot} ")), columns).into_iter().map(Line::from));
    let step = wizard.manifest();
    let findings = if summary.errors > 0 { "Findings" } else { "Warnings" };
    let tabs = [
        ("Items", summary.total_items(), step.list() == List::Items),
        ("Left out", summary.total_skipped(), step.list() == List::Skipped),
        (findings, summary.total_findings(), step.list() == List::Findings),
    ];
    let mut tabs = look.tabs(&tabs);
    tabs.push_span(Span::styled(position(step.window().cursor(), step.window().total()), look.theme.dim()));
    head.extend([Line::default(), tabs]);

    let path = |label: &str, path: &Path| {
        let label = Span::styled(format!("{label:<LABEL$}"), look.theme.dim());
        Line::from(vec![label, Span::raw(look.cut_path(&path.display().to_string(), columns.saturating_sub(LABEL)))])
    };
    let mut foot = Vec::new();
    match wizard.status(wizard.step()) {
        // The list tells each error, and what to do about it.
        Status::Blocked(_) if summary.errors > 0 && summary.total_items() > 0 => {
            let (faulty, items) = (text::count(summary.items_with_errors), text::count(summary.total_items()));
            let what = format!("{faulty} of {items} items cannot be registered as they are.");
            let sign = Span::styled(format!("{} ", look.glyphs().bad), look.theme.bad());
            foot.extend(look.hanging(sign, &what, look.theme.title(), columns));
            foot.push(path("All of them", &facts.findings));
            let again = look.key(Action::Refresh);
            foot.extend(
                look.next(&format!("Mend them where they come from; {again} lists the container again."), columns),
            );
        }
        Status::Blocked(problem) => foot.extend(look.problem(&problem, columns)),
        _ => {
            foot.push(path("Manifest", &facts.file));
            let enter = look.key(Action::Next);
            foot.extend(
                look.next(&format!("This is exactly what will be registered. {enter} goes on to the folder."), columns),
            );
        }
    }
    let room = usize::from(area.height).saturating_sub(head.len() + foot.len());
    let detail_rows = (room * 3 / 8).clamp(4, 12);
    let (head_area, rest) = take_top(area, head.len());
    let (rest, foot_area) = take_bottom(rest, foot.len());
    let (table_area, detail_area) = take_bottom(rest, detail_rows);
    put(frame, head_area, head);
    put(frame, foot_area, foot);
    table(frame, table_area, step.window(), step.list(), look);
    let detail = step.window().current().map(|row| detail(row, look, columns)).unwrap_or_default();
    let (line, detail_area) = take_top(detail_area, 1);
    put(frame, line, vec![Line::styled(look.glyphs().rule.repeat(columns), look.theme.dim())]);
    put(frame, detail_area, look.fit(detail, usize::from(detail_area.height)));
}

fn table(frame: &mut Frame<'_>, area: Rect, window: &RowWindow, list: List, look: &Look<'_>) {
    let wide = usize::from(area.width);
    let columns = match list {
        List::Skipped => vec![Column::new("Why", 22, Align::Left), Column::new("Blob", rest(wide, &[22]), Align::Path)],
        List::Findings => {
            vec![Column::new("What", 23, Align::Left), Column::new("Item", rest(wide, &[23]), Align::Path)]
        }
        List::Items | List::Failed => vec![
            Column::new("Type", 14, Align::Left),
            Column::new("Title", rest(wide, &[14, 7, 8]), Align::Path),
            Column::new("Files", 7, Align::Right),
            Column::new("Size", 8, Align::Right),
        ],
    };
    if window.total() == 0 {
        let nothing = match list {
            List::Skipped => "Nothing was left out.",
            List::Findings => "There are no warnings.",
            List::Items | List::Failed => "There are no items.",
        };
        put(frame, area, vec![Line::styled(format!("  {nothing}"), look.theme.dim())]);
        return;
    }
    let mut lines = vec![look.header(&columns)];
    let height = usize::from(area.height).saturating_sub(1);
    let first = first_row(window.cursor(), window.total(), height);
    for place in (first..window.total()).take(height) {
        let plain = |text: String| (text, Style::new());
        let cells = match window.get(place) {
            Some(Row::Item(item)) => vec![
                plain(item.kind.name().to_owned()),
                plain(item.title.clone()),
                plain(text::count(item.urls.len() as u64)),
                plain(text::bytes(item.bytes)),
            ],
            Some(Row::Skipped(skipped)) => {
                vec![plain(skipped.reason.label().to_owned()), plain(skipped.name.clone())]
            }
            Some(Row::Finding(finding)) => {
                let (sign, _, style) = severity(finding.severity, look);
                vec![(format!("{sign} {}", finding.code.name()), style), plain(finding.item.clone())]
            }
            Some(Row::Failed(_)) | None => {
                columns.iter().map(|_| (look.glyphs().ellipsis.to_owned(), look.theme.dim())).collect()
            }
        };
        lines.push(look.row(&columns, &cells, place == window.cursor()));
    }
    put(frame, area, lines);
}

fn severity(severity: Severity, look: &Look<'_>) -> (&'static str, &'static str, Style) {
    match severity {
        Severity::Error => (look.glyphs().bad, "Error", look.theme.bad()),
        Severity::Warning => (look.glyphs().warn, "Warning", look.theme.warn()),
    }
}

/// The row under the cursor in full.
fn detail(row: &Row, look: &Look<'_>, columns: usize) -> Vec<Line<'static>> {
    let label = |text: &str| Span::styled(format!("{text:<LABEL$}"), look.theme.dim());
    let entry = |name: &str, content: &str| look.hanging(label(name), content, Style::new(), columns);
    match row {
        Row::Item(item) => item_detail(item, look, columns),
        Row::Skipped(skipped) => {
            let mut lines = entry("Blob", &skipped.name);
            lines.extend(entry("What to do", skipped.reason.advice()));
            lines
        }
        Row::Finding(finding) => {
            let (_, word, _) = severity(finding.severity, look);
            let mut lines = entry(word, &finding.message);
            let others = match finding.items {
                0 | 1 => String::new(),
                items => format!(" (the first of {})", text::count(items)),
            };
            lines.extend(entry("Item", &format!("{}{others}", finding.item)));
            lines.extend(entry("What to do", finding.code.advice()));
            lines
        }
        Row::Failed(_) => Vec::new(),
    }
}

fn item_detail(item: &Item, look: &Look<'_>, columns: usize) -> Vec<Line<'static>> {
    let label = |text: &str| Span::styled(format!("{text:<LABEL$}"), look.theme.dim());
    let line = |name: &str, content: String| Line::from(vec![label(name), Span::raw(content)]);
    let room = columns.saturating_sub(LABEL);
    let files = match (item.urls.len(), item.kind) {
        (1, _) => String::new(),
        (count, Kind::DicomSeries) => format!(" in {} slices", text::count(count as u64)),
        (count, _) => format!(" in {} files", text::count(count as u64)),
    };
    let mut lines =
        vec![line("Title", look.cut(&format!("{} ({}{files})", item.title, text::bytes(item.bytes)), room))];
    let metadata: Vec<String> = item
        .client_metadata
        .iter()
        .map(|(key, value)| match value {
            Value::String(text) => format!("{key} = {text}"),
            other => format!("{key} = {other}"),
        })
        .collect();
    let metadata = if metadata.is_empty() { "none".to_owned() } else { metadata.join("; ") };
    let (first, others) = item.urls.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    lines.push(line("URL", look.cut_path(first, room)));
    lines.extend(look.hanging(label("Metadata"), &metadata, Style::new(), columns));
    lines.extend(others.iter().take(50).map(|url| line("", look.cut_path(url, room))));
    lines
}
