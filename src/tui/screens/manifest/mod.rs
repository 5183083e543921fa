//! Step 3: the listing, its rules, and what became of every blob.

mod detail;
mod sidebar;
mod table;

use std::path::Path;

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    tui::{
        keymap::Mode,
        screens::render::{RenderContext, position, put, put_cursor, take_bottom, take_top},
        text,
    },
    wizard::{
        Wizard,
        action::Action,
        list::List,
        manifest::{
            Listing, ManifestStep, Reapplied,
            filter::Filter,
            messages::{ListingProgress, ManifestFacts},
        },
        step::Status,
    },
};

/// What the details of a row are labelled in.
const LABEL: usize = 12;
/// From so many columns on the source and the rules stand beside the list.
const WIDE: u16 = 108;
/// So many columns they get there.
const SIDE: u16 = 36;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let is_editing = wizard.manifest().rules().has_keyboard();
    if area.width >= WIDE {
        let side = Rect { width: SIDE, ..area };
        let border = Rect { x: area.x + SIDE + 1, width: 1, ..area };
        let main = Rect { x: area.x + SIDE + 3, width: area.width - SIDE - 3, ..area };
        sidebar::draw(frame, side, wizard, look);
        let line = Line::styled(look.glyphs().border.vertical_left, look.theme.dim());
        put(frame, border, vec![line; usize::from(area.height)]);
        state(frame, main, wizard, look);
    } else if is_editing {
        sidebar::draw(frame, area, wizard, look);
    } else {
        state(frame, area, wizard, look);
    }
}

fn state(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    match wizard.manifest().state() {
        Listing::Idle => {
            let again = format!("The container was not listed yet. {} lists it.", look.key(Action::Refresh));
            put(frame, area, look.next(&again, usize::from(area.width)));
        }
        Listing::Running(progress) => listing(frame, area, wizard, progress, look),
        Listing::Failed(problem) => {
            let mut lines = look.problem(problem, usize::from(area.width));
            lines.push(Line::default());
            let (again, rules) = (look.key(Action::Refresh), look.key(Action::EditRules));
            let next = format!("{again} lists the container again; {rules} changes the rules.");
            lines.extend(look.next(&next, usize::from(area.width)));
            put(frame, area, look.fit(lines, usize::from(area.height)));
        }
        Listing::Built(facts) => built(frame, area, wizard, facts, look),
    }
}

fn listing(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, progress: &ListingProgress, look: &RenderContext<'_>) {
    let columns = usize::from(area.width);
    let is_kept = matches!(wizard.manifest().edited(), Some(Reapplied::Kept | Reapplied::Judged));
    let what = if is_kept { "Applying the rules to" } else { "Reading" };
    let title = format!("{what} {}", sidebar::place(wizard.config()));
    let mut lines = vec![look.title(look.cut(&title, columns)), Line::default()];
    let number = |label: &str, value: u64, note: String| {
        Line::from(format!("  {label:<16}{:>14}  {note}", crate::format::count(value)))
    };
    let rate = match progress.blobs {
        0 => "waiting for an answer".to_owned(),
        _ => format!("{} a second", text::rate(progress.per_second)),
    };
    lines.push(number("Blobs seen", progress.blobs, rate));
    lines.push(number("Left out", progress.skipped, String::new()));
    if progress.errors > 0 {
        let mut line = number("Errors", progress.errors, String::new());
        let stop = look.key(Action::Cancel);
        line.spans.push(Span::raw(format!("they will have to be mended; {stop} stops it")));
        lines.push(line.style(look.theme.bad()));
    }
    lines.push(number("Warnings", progress.warnings, String::new()));
    lines.push(number("Items so far", progress.items.values().sum(), String::new()));
    for (kind, items) in &progress.items {
        lines.push(number(&format!("  {kind}"), *items, String::new()));
    }
    let stop = look.key(Action::Cancel);
    let again = match wizard.manifest().edited() {
        Some(Reapplied::Listed) => "The new rules reach beyond what was listed, so it is listed again. ",
        _ => "",
    };
    let next = format!("{again}Listing changes nothing. The total shows at the end; {stop} stops it.");
    let next = look.next(&next, columns);
    let (body, foot) = take_bottom(area, next.len());
    put(frame, foot, next);
    put(frame, body, look.fit(lines, usize::from(body.height)));
}

fn built(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, facts: &ManifestFacts, look: &RenderContext<'_>) {
    let columns = usize::from(area.width);
    let step = wizard.manifest();
    let mut head = totals(facts, look, columns);
    let is_high = area.height >= 19;
    match step.edited() {
        Some(Reapplied::Kept) => {
            let note = "The rules were applied to what was listed before; nothing was listed again.";
            head.push(Line::styled(look.cut(note, columns), look.theme.dim()));
        }
        Some(Reapplied::Judged) => {
            let note =
                "What was listed before was checked anew after the changes in steps 1 and 2; nothing was listed again.";
            head.push(Line::styled(look.cut(note, columns), look.theme.dim()));
        }
        Some(Reapplied::Listed) => {
            let note = "The rules reach beyond what was listed before, so it was listed again.";
            head.push(Line::styled(look.cut(note, columns), look.theme.dim()));
        }
        // Where source and rules do not stand beside the list.
        None if is_high && frame.area().width < WIDE + 2 => {
            head.push(Line::styled(look.cut(&sidebar::brief(wizard.config(), look), columns), look.theme.dim()));
        }
        None if is_high => head.push(Line::default()),
        None => {}
    }
    head.push(tabs(step, facts, look, columns));
    let mut cursor = None;
    let is_group_search = step.groups().is_some() && !step.group_search().is_empty();
    if is_group_search
        || step.search().is_some()
        || *step.filter() != (Filter { code: step.filter().code, ..Filter::default() })
    {
        let (line, at) = filter_line(step, look, columns);
        cursor = at.map(|column| (column, head.len()));
        head.push(line);
    }
    let foot = foot(wizard, facts, look, columns);
    let (head_area, rest) = take_top(area, head.len());
    put(frame, head_area, head);
    if let Some((column, row)) = cursor.filter(|_| look.mode == Mode::Text) {
        put_cursor(frame, head_area, column, row);
    }
    if let Some(first) = step.whole() {
        return detail::whole(frame, rest, step, first, look);
    }
    let (rest, foot_area) = take_bottom(rest, foot.len());
    put(frame, foot_area, foot);
    let detail_rows = (usize::from(rest.height) * 3 / 8).clamp(4, 14);
    let (table_area, detail_area) = take_bottom(rest, detail_rows);
    table::draw(frame, table_area, step, look);
    let (line, detail_area) = take_top(detail_area, 1);
    put(frame, line, vec![Line::styled(look.glyphs().rule.repeat(columns), look.theme.dim())]);
    put(frame, detail_area, detail::pane(step, facts, look, columns, usize::from(detail_area.height)));
}

fn totals(facts: &ManifestFacts, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let (summary, dot) = (&facts.summary, look.glyphs().dot);
    let total = [
        crate::format::counted(summary.total_items(), "item", "items"),
        crate::format::bytes(summary.bytes),
        format!("from {}", crate::format::counted(facts.blobs, "blob", "blobs")),
        format!("{} left out", crate::format::count(summary.total_skipped())),
    ];
    let mut head = vec![look.title(total.join(&format!(" {dot} ")))];
    let kinds: Vec<String> =
        summary.items.iter().map(|(kind, items)| format!("{} {kind}", crate::format::count(*items))).collect();
    let kinds = text::wrap(&kinds.join(&format!(" {dot} ")), columns).into_iter().map(Line::from);
    head.extend(look.fit(kinds.collect(), 2));
    head
}

/// The lists, and the cursor's place in the one that is shown; the heading tells its length where both do not fit.
fn tabs(step: &ManifestStep, facts: &ManifestFacts, look: &RenderContext<'_>, columns: usize) -> Line<'static> {
    let summary = &facts.summary;
    let findings = if summary.errors > 0 { "Findings" } else { "Warnings" };
    let tabs = [
        ("Items", summary.total_items(), step.list() == List::Items),
        ("Left out", summary.total_skipped(), step.list() == List::Skipped),
        (findings, summary.total_findings(), step.list() == List::Findings),
    ];
    let mut tabs = look.tabs(&tabs);
    let window = step.window();
    let (cursor, total) = match step.groups() {
        Some(groups) => (step.group_cursor() as u64, groups.len() as u64),
        None => (window.cursor(), window.total()),
    };
    let mut place = position(cursor, total);
    if tabs.width() + text::width(&place) > columns {
        place = format!("at {}", crate::format::count(cursor + 1));
    }
    tabs.push_span(Span::styled(place, look.theme.dim()));
    tabs
}

/// What the list is searched for, how far that is, and where the cursor stands.
fn filter_line(step: &ManifestStep, look: &RenderContext<'_>, columns: usize) -> (Line<'static>, Option<usize>) {
    let filter = step.filter();
    let (searched, shown, all) = match step.groups() {
        Some(groups) => {
            let all = step.built().map_or(0, |facts| facts.summary.findings.len());
            (step.group_search(), groups.len() as u64, all as u64)
        }
        None => (filter.text.as_str(), step.window().total(), step.unfiltered()),
    };
    let mut state = format!("{} of {}", crate::format::count(shown), crate::format::count(all));
    if step.scan().is_some_and(|scan| scan.is_running()) {
        state.push_str(&format!(", searching{}", look.glyphs().ellipsis));
    }
    let mut parts = Vec::new();
    parts.extend(filter.kind.map(|kind| format!("type {kind}")));
    parts.extend(filter.marked.then(|| "with findings".to_owned()));
    let label = "Search  ";
    let is_search = step.search().is_some() || !searched.is_empty();
    let parts = parts.join(&format!(" {} ", look.glyphs().dot));
    let taken = text::width(&state) + 2 + if parts.is_empty() { 0 } else { text::width(&parts) + 2 };
    let room = columns.saturating_sub(taken + label.len() + 1);
    let mut line = Line::default();
    let mut cursor = None;
    if is_search {
        line.push_span(Span::styled(label, look.theme.accent()));
        match step.search() {
            Some(field) => {
                let (shown, at) = look.field(field, false, room);
                line.push_span(Span::raw(shown));
                cursor = Some(label.len() + at);
            }
            None => line.push_span(Span::raw(look.cut(searched, room))),
        }
        line.push_span(Span::raw("  "));
    } else {
        line.push_span(Span::styled("Only ", look.theme.accent()));
    }
    if !parts.is_empty() {
        line.push_span(Span::raw(format!("{parts}  ")));
    }
    line.push_span(Span::styled(state, look.theme.dim()));
    (line, cursor)
}

/// What can be done now.
fn foot(wizard: &Wizard, facts: &ManifestFacts, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let (step, summary) = (wizard.manifest(), &facts.summary);
    // The keys are the form's now.
    if step.rules().has_keyboard() {
        return Vec::new();
    }
    let path = |label: &str, path: &Path| {
        let label = Span::styled(format!("{label:<LABEL$}"), look.theme.dim());
        Line::from(vec![label, Span::raw(look.cut_path(&path.display().to_string(), columns.saturating_sub(LABEL)))])
    };
    let enter = look.key(Action::Next);
    let status = wizard.status(wizard.step());
    let mut lines = Vec::new();
    match (&status, step.list()) {
        // The list tells each error, and what to do about it.
        (Status::Blocked(_), _) if summary.errors > 0 && summary.total_items() > 0 => {
            let (faulty, items) =
                (crate::format::count(summary.items_with_errors), crate::format::count(summary.total_items()));
            let what = format!("{faulty} of {items} items cannot be registered as they are.");
            let sign = Span::styled(format!("{} ", look.glyphs().bad), look.theme.bad());
            lines.extend(look.hanging(sign, &what, look.theme.title(), columns));
            lines.push(path("All of them", &facts.findings));
            let again = look.key(Action::Refresh);
            let next = match (step.list(), step.open_group()) {
                _ if step.search().is_some() => searching(look),
                (List::Findings, None) => {
                    format!("{enter} opens what is under the cursor. {again} lists again once it is mended.")
                }
                (List::Findings, Some(_)) => {
                    format!("{enter} goes to its item. {again} lists again once it is mended.")
                }
                _ => format!("Mend them where they come from; {again} lists the container again."),
            };
            lines.extend(look.next(&next, columns));
        }
        (Status::Blocked(problem), _) => {
            lines.extend(look.problem(problem, columns));
            let (again, rules) = (look.key(Action::Refresh), look.key(Action::EditRules));
            lines.extend(look.next(&format!("{rules} changes the rules; {again} lists again."), columns));
        }
        (_, List::Findings) if summary.total_findings() > 0 => {
            lines.push(path("All of them", &facts.findings));
            let next = match step.open_group() {
                _ if step.search().is_some() => searching(look),
                None => format!("{enter} opens what is under the cursor. Warnings do not stop the import."),
                Some(_) => format!("{enter} goes to its item; {} goes back to the groups.", look.key(Action::Back)),
            };
            lines.extend(look.next(&next, columns));
        }
        (_, List::Items) if step.filter().is_empty() => {
            lines.push(path("Manifest", &facts.file));
            let next = format!("This is exactly what will be registered. {enter} goes on to the folder.");
            lines.extend(look.next(&next, columns));
        }
        (_, List::Items) => {
            lines.push(path("Manifest", &facts.file));
            let items = crate::format::counted(summary.total_items(), "item", "items");
            let next = match step.search() {
                None => format!("All {items} will be registered, not only those shown. {enter} goes on to the folder."),
                Some(_) => format!("All {items} will be registered, not only those shown."),
            };
            lines.extend(look.next(&next, columns));
        }
        _ => lines.extend(look.next(&format!("{enter} goes on to the folder with the items."), columns)),
    }
    lines
}

/// What ends the typing of a search.
fn searching(look: &RenderContext<'_>) -> String {
    format!("{} keeps the search; {} ends it.", look.key(Action::Next), look.key(Action::Back))
}
