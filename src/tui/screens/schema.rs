//! Step 2: the organisation's metadata schema and what the import adds to it.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::parts::{Align, Column, Look, first_row, position, put, rest, take_bottom, take_top};
use crate::{
    schema::ChangeKind,
    tui::{keymap::Mode, text},
    wizard::{Action, SchemaRow, SchemaView, Status, Wizard},
};

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &Look<'_>) {
    let columns = usize::from(area.width);
    let rows = wizard.schema().rows(wizard.config());
    match wizard.schema().view() {
        SchemaView::Unread => put(frame, area, vec![Line::from("The schema was not read yet.")]),
        SchemaView::Reading => put(frame, area, vec![Line::from("Reading the metadata schema of your organisation…")]),
        SchemaView::Failed(problem) => {
            let mut lines = look.problem(problem, columns);
            lines.push(Line::default());
            lines.extend(look.next(&format!("{} reads it again.", look.key(Action::Refresh)), columns));
            put(frame, area, look.fit(lines, usize::from(area.height)));
        }
        SchemaView::Read(_) => {
            let foot = foot(wizard, &rows, look, columns);
            let (body, below) = take_bottom(area, foot.len() + 1);
            put(frame, take_top(below, 1).1, foot);
            table(frame, body, wizard, &rows, look);
        }
    }
}

fn table(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, rows: &[SchemaRow], look: &Look<'_>) {
    let wide = usize::from(area.width);
    let cursor = wizard.schema().cursor();
    let mut lines = vec![look.title(summary(rows, look)), Line::default()];
    if rows.is_empty() {
        lines.push(Line::from("Your organisation has no metadata keys, and this import needs none."));
        put(frame, area, lines);
        return;
    }
    let key = (wide / 4).clamp(12, 32);
    let now = (wide / 4).clamp(12, 40);
    let columns = [
        Column::new("Key", key, Align::Left),
        Column::new("Type now", now, Align::Left),
        Column::new("Change", rest(wide, &[key, now]), Align::Left),
    ];
    lines.push(look.header(&columns));
    let height = usize::from(area.height).saturating_sub(lines.len());
    let first = usize::try_from(first_row(cursor as u64, rows.len() as u64, height)).unwrap_or_default();
    for (place, row) in rows.iter().enumerate().skip(first).take(height) {
        let (change, style) = change(row, wizard.schema().keeps_theirs(), look);
        let now = if row.now.is_empty() { look.glyphs().dash.to_owned() } else { row.now.clone() };
        let cells = [(row.key.clone(), Style::new()), (now, Style::new()), (change, style)];
        lines.push(look.row(&columns, &cells, place == cursor));
    }
    put(frame, area, lines);
}

fn kinds(rows: &[SchemaRow], wanted: &ChangeKind) -> u64 {
    rows.iter().filter(|row| row.change.as_ref().is_some_and(|(kind, _)| kind == wanted)).count() as u64
}

fn summary(rows: &[SchemaRow], look: &Look<'_>) -> String {
    let existing = rows.iter().filter(|row| !row.now.is_empty()).count() as u64;
    let mut parts = vec![text::counted(existing, "metadata key", "metadata keys")];
    for (kind, word) in [
        (ChangeKind::Add, "to add"),
        (ChangeKind::Widen, "to widen"),
        (ChangeKind::Restore, "to restore"),
        (ChangeKind::Conflict, "in conflict"),
    ] {
        let number = kinds(rows, &kind);
        if number > 0 {
            parts.push(format!("{} {word}", text::count(number)));
        }
    }
    parts.join(&format!(" {} ", look.glyphs().dot))
}

/// A row's change in words that do not need the colour.
fn change(row: &SchemaRow, keeps_theirs: bool, look: &Look<'_>) -> (String, Style) {
    let theme = look.theme;
    match &row.change {
        None => ("no change".to_owned(), theme.dim()),
        Some((ChangeKind::Add, then)) => (format!("+ add: {then}"), theme.ok()),
        Some((ChangeKind::Widen, then)) => (format!("~ widen to {then}"), theme.ok()),
        Some((ChangeKind::Restore, then)) => (format!("+ restore: {then}"), theme.ok()),
        Some((ChangeKind::Conflict, then)) if keeps_theirs => {
            (format!("stays as it is; the config asks for {then}"), theme.warn())
        }
        Some((ChangeKind::Conflict, then)) => (format!("! conflict: the config asks for {then}"), theme.bad()),
    }
}

/// The row under the cursor in full, and what to do.
fn foot(wizard: &Wizard, rows: &[SchemaRow], look: &Look<'_>, columns: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(row) = rows.get(wizard.schema().cursor()) {
        let now = if row.now.is_empty() { "new".to_owned() } else { format!("now {}", row.now) };
        let (change, _) = change(row, wizard.schema().keeps_theirs(), look);
        let place = position(wizard.schema().cursor() as u64, rows.len() as u64);
        let place = Span::styled(format!("{place}  "), look.theme.dim());
        let detail = look.hanging(place, &format!("{}: {now}; {change}", row.key), Style::new(), columns);
        lines.extend(look.fit(detail, 3));
    }
    let saved = kinds(rows, &ChangeKind::Add) + kinds(rows, &ChangeKind::Widen) + kinds(rows, &ChangeKind::Restore);
    let enter = look.key(Action::Next);
    match wizard.status(wizard.step()) {
        Status::Blocked(problem) => {
            lines.extend(look.problem(&problem, columns));
            let keep = crate::tui::keymap::key_label(Action::KeepTheirs, Mode::Screen, look.theme.is_utf8());
            lines.extend(look.next(&format!("{keep} keeps Encord's types for this import."), columns));
        }
        _ if saved == 0 => {
            lines.extend(look.next(&format!("The schema needs no change. {enter} goes on to the manifest."), columns));
        }
        _ => {
            let changes = text::counted(saved, "change is", "changes are");
            lines.extend(look.next(
                &format!(
                    "Nothing is saved yet: the {changes} made when you send, in step 5. {enter} goes on to the manifest."
                ),
                columns,
            ));
        }
    }
    lines
}
