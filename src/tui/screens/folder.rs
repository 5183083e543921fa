//! Step 4: the destination.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::parts::{Align, Column, Look, position, put, put_cursor, rest, take_bottom, take_top};
use crate::{
    tui::text,
    wizard::{Action, Destination, Field, FolderMode, Wizard},
};

const LABEL: usize = 13;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &Look<'_>) {
    let columns = usize::from(area.width);
    let step = wizard.folder();
    let mut head = destination_lines(wizard, look, columns);
    if let Some(problem) = step.problem() {
        head.extend(look.problem(problem, columns));
    }
    head.push(Line::default());
    let next = look.next(&next(wizard, look), columns);
    let (area, foot) = take_bottom(area, next.len() + 1);
    put(frame, take_top(foot, 1).1, next);
    let head = look.fit(head, usize::from(area.height).saturating_sub(6));
    let (top, area) = take_top(area, head.len());
    put(frame, top, head);
    let (line, area) = take_top(area, 1);
    match step.mode() {
        FolderMode::Browse => put(frame, line, vec![breadcrumb(wizard, look, columns)]),
        FolderMode::Search(field) => input(frame, line, "Search", field, look),
        FolderMode::Naming(field) => input(frame, line, "New folder", field, look),
    }
    list(frame, area, wizard, look);
}

/// Where a destination lies and what becomes of it, in words: `Raw/2026 (2 folders will be created)`.
pub(super) fn destination_words(destination: &Destination) -> String {
    let note = match (destination.create.len() as u64, destination.items) {
        (0, Some(items)) => format!("exists, holds {}", text::counted(items, "item", "items")),
        (0, None) => "exists".to_owned(),
        (new, _) => format!("{} will be created", text::counted(new, "folder", "folders")),
    };
    format!("{} ({note})", destination.path())
}

fn destination_lines(wizard: &Wizard, look: &Look<'_>, columns: usize) -> Vec<Line<'static>> {
    let step = wizard.folder();
    let (words, style) = match step.destination() {
        Some(destination) => (destination_words(destination), look.theme.title()),
        None if step.is_resolving() => ("looking for the config's folder".to_owned(), look.theme.dim()),
        None => ("none chosen yet".to_owned(), look.theme.dim()),
    };
    look.hanging(Span::styled(format!("{:<LABEL$}", "Destination"), look.theme.accent()), &words, style, columns)
}

fn breadcrumb(wizard: &Wizard, look: &Look<'_>, columns: usize) -> Line<'static> {
    let step = wizard.folder();
    let path = step.trail().last().map_or(String::new(), |folder| folder.path.replace('/', " / "));
    let place = if path.is_empty() { "all folders".to_owned() } else { format!("all folders / {path}") };
    Line::from(vec![
        Span::styled(format!("{:<LABEL$}", "Folders in"), look.theme.accent()),
        Span::raw(look.cut_path(&place, columns.saturating_sub(LABEL))),
    ])
}

fn input(frame: &mut Frame<'_>, area: Rect, label: &str, field: &Field, look: &Look<'_>) {
    let (value, cursor) = look.field(field, false, usize::from(area.width).saturating_sub(LABEL + 1));
    let label = format!("{} {label}", look.glyphs().cursor);
    let label = Span::styled(format!("{label:<LABEL$}"), look.theme.accent());
    put(frame, area, vec![Line::from(vec![label, Span::raw(value)])]);
    put_cursor(frame, area, LABEL + cursor, 0);
}

fn list(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &Look<'_>) {
    let step = wizard.folder();
    let wide = usize::from(area.width);
    if let Some(problem) = step.list_problem() {
        put(frame, area, look.fit(look.problem(problem, wide), usize::from(area.height)));
        return;
    }
    let searching = matches!(step.mode(), FolderMode::Search(field) if !field.text().is_empty());
    if step.rows().is_empty() {
        let words = match (step.is_loading(), searching) {
            (true, _) => "Reading the folders…",
            (false, true) => "No folder's name holds this.",
            (false, false) => "There are no folders here.",
        };
        put(frame, area, vec![Line::styled(format!("  {words}"), look.theme.dim())]);
        return;
    }
    let name = if searching { rest(wide, &[1]) } else { (wide * 2 / 5).clamp(20, 48) };
    let columns = [
        Column::new("", 1, Align::Left),
        Column::new(if searching { "Path" } else { "Name" }, name, if searching { Align::Path } else { Align::Left }),
        Column::new("Description", rest(wide, &[1, name]), Align::Left),
    ];
    let mut lines = vec![look.header(&columns)];
    let (area, last) = take_bottom(area, 1);
    let height = usize::from(area.height).saturating_sub(1);
    let total = step.rows().len();
    let chosen = step.destination().filter(|destination| destination.create.is_empty());
    let chosen = chosen.and_then(|destination| destination.existing.as_ref()).map(|folder| folder.uuid);
    let first = usize::try_from(look.first_row(step.cursor() as u64, total as u64, height)).unwrap_or_default();
    let has_cursor = !matches!(step.mode(), FolderMode::Naming(_));
    for (place, row) in step.rows().iter().enumerate().skip(first).take(height) {
        let mark = if chosen == Some(row.uuid) { look.glyphs().chosen } else { " " };
        let shown = if searching { row.path.as_ref().unwrap_or(&row.name) } else { &row.name };
        let about = match row.synced {
            true => "cloud-synced: takes no uploads".to_owned(),
            false => row.description.clone(),
        };
        let cells = [(mark.to_owned(), look.theme.accent()), (shown.clone(), Style::new()), (about, look.theme.dim())];
        lines.push(look.row(&columns, &cells, has_cursor && place == step.cursor()));
    }
    put(frame, area, lines);
    let more = match (step.is_loading(), step.has_more()) {
        (true, _) => ", reading more",
        (false, true) => ", more below",
        (false, false) => "",
    };
    let words = format!("  {}{more}", position(step.cursor() as u64, total as u64));
    put(frame, last, vec![Line::styled(words, look.theme.dim())]);
}

fn next(wizard: &Wizard, look: &Look<'_>) -> String {
    let step = wizard.folder();
    let (enter, esc) = (look.key(Action::Next), look.key(Action::Back));
    match step.mode() {
        FolderMode::Naming(_) => {
            let below = step
                .trail()
                .last()
                .map_or(String::new(), |folder| format!(" for a folder in {}", text::clean(&folder.path)));
            format!("Type a name{below}, or several with / between. The folder is made when you send, in step 5.")
        }
        FolderMode::Search(_) => {
            format!("Type part of a name. {enter} makes the marked folder the destination, {esc} ends the search.")
        }
        FolderMode::Browse if step.destination().is_some() => {
            format!("{enter} goes on to the review. Nothing is created before you send, in step 5.")
        }
        FolderMode::Browse if step.is_resolving() => "Looking for the config's folder.".to_owned(),
        FolderMode::Browse => {
            if step.rows().is_empty() {
                return format!("{} names a new folder to be the destination.", look.key(Action::New));
            }
            let (space, new) = (look.key(Action::Toggle), look.key(Action::New));
            format!("{space} makes the marked folder the destination; {new} names a new one.")
        }
    }
}
