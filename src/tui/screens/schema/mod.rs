//! Step 2: the organisation's metadata schema and what changes in it. Only the rows in view are looked at.

mod inferred;
mod panels;

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    error::UserError,
    schema::merge::ChangeKind,
    tui::{
        keymap::Mode,
        screens::render::{Align, Column, RenderContext, position, put, put_cursor, rest, take_bottom, take_top},
        text,
    },
    wizard::{
        Wizard,
        action::Action,
        schema::{SchemaView, list::SchemaRow},
        step::{Status, Step},
    },
};

const LABEL: usize = 8;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let columns = usize::from(area.width);
    match wizard.schema().view() {
        _ if wizard.config().schema.skip => {
            put(frame, area, look.fit(skipped(wizard, look, columns), usize::from(area.height)));
        }
        SchemaView::Unread => put(frame, area, vec![Line::from("The schema was not read yet.")]),
        SchemaView::Reading => put(frame, area, vec![Line::from("Reading the metadata schema of your organisation…")]),
        SchemaView::Failed(problem) => {
            let mut lines = look.problem(problem, columns);
            lines.push(Line::default());
            lines.extend(look.next(&format!("{} reads it again.", look.key(Action::Refresh)), columns));
            put(frame, area, look.fit(lines, usize::from(area.height)));
        }
        SchemaView::Read(_) => {
            let foot = foot(wizard, look, columns);
            let foot = look.fit(foot, usize::from(area.height).saturating_sub(8).max(4));
            let (body, below) = take_bottom(area, foot.len() + 1);
            put(frame, take_top(below, 1).1, foot);
            table(frame, body, wizard, look);
            panels::draw(frame, area, wizard, look);
        }
    }
}

/// The step for those who do not use the schema, and what they do without.
fn skipped(wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let mut lines = vec![look.title("The metadata schema is left alone"), Line::default()];
    let mut say = |sentence: &str| {
        lines.extend(text::wrap(sentence, columns).into_iter().map(Line::from));
        lines.push(Line::default());
    };
    say(
        "It is neither read nor changed. Metadata is sent with the items as it is, and no value is checked against a type.",
    );
    let keys: Vec<&str> = wizard.config().schema.keys.keys().take(20).map(String::as_str).collect();
    let others = if wizard.config().schema.keys.len() > keys.len() { " and others" } else { "" };
    let lost = match keys.is_empty() {
        true => "this import's metadata in Index and Active, unless the schema has the keys already".to_owned(),
        false => {
            let keys = keys.join(", ");
            format!("these keys in Index and Active, unless the schema has them already: {keys}{others}")
        }
    };
    say(&format!("What is lost: nobody can filter or sort by {lost}."));
    let (enter, skip) = (look.key(Action::Next), key(Action::SkipSchema, look));
    lines.extend(look.next(&format!("{enter} goes on to the manifest; {skip} uses the schema after all."), columns));
    lines
}

fn table(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let step = wizard.schema();
    let (wide, cursor) = (usize::from(area.width), step.cursor());
    let (head, area) = take_top(area, 2);
    put(frame, head, vec![look.title(look.cut(&summary(wizard, look), wide))]);
    if step.is_searching() || !step.search().text().is_empty() {
        search(frame, take_top(take_top(head, 1).1, 1).0, wizard, look);
    }
    if step.found() == 0 {
        let words = match step.total() {
            0 => "Your organisation has no metadata keys, and this import needs none.",
            _ => "No key, type or option holds these words.",
        };
        put(frame, area, vec![Line::from(words)]);
        return;
    }
    let key = (wide / 4).clamp(12, 32);
    let now = (wide / 4).clamp(12, 40);
    let columns = [
        Column::new("Key", key, Align::Left),
        Column::new("Type now", now, Align::Left),
        Column::new("Change", rest(wide, &[key, now]), Align::Left),
    ];
    let mut lines = vec![look.header(&columns)];
    let height = usize::from(area.height).saturating_sub(lines.len());
    let first = usize::try_from(look.first_row(cursor as u64, step.found() as u64, height)).unwrap_or_default();
    look.click_rows(take_top(area, 1).1, first as u64, cursor as u64, step.found() as u64);
    for (place, row) in (first..step.found()).take(height).filter_map(|place| Some((place, step.row(place)?))) {
        let (change, style) = change(&row, look);
        let base = if row.is_deleted || row.dropped.is_some() { look.theme.dim() } else { Style::new() };
        let now = if row.now.is_empty() { look.glyphs().dash.to_owned() } else { row.now };
        let cells = [(row.key, base), (now, base), (change, style)];
        lines.push(look.row(&columns, &cells, place == cursor));
    }
    put(frame, area, lines);
}

fn search(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let step = wizard.schema();
    let numbers =
        format!("  {} of {}", crate::format::count(step.found() as u64), crate::format::count(step.total() as u64));
    let room = usize::from(area.width).saturating_sub(LABEL + text::width(&numbers) + 1);
    let (value, cursor) = look.field(step.search(), false, room);
    let label = Span::styled(format!("{:<LABEL$}", "Search"), look.theme.accent());
    let value = Span::raw(text::left(&value, room, look.glyphs().ellipsis));
    put(frame, area, vec![Line::from(vec![label, value, Span::styled(numbers, look.theme.dim())])]);
    if step.is_searching() && look.mode == Mode::Text {
        put_cursor(frame, area, LABEL + cursor, 0);
    }
}

/// How many changes the plan makes.
fn saved(wizard: &Wizard) -> u64 {
    let kinds =
        [ChangeKind::Add, ChangeKind::Widen, ChangeKind::Restore, ChangeKind::Delete, ChangeKind::DeleteForEver];
    kinds.iter().map(|kind| wizard.schema().count(kind) as u64).sum()
}

fn summary(wizard: &Wizard, look: &RenderContext<'_>) -> String {
    let existing = match wizard.schema().view() {
        SchemaView::Read(schema) => schema.len() as u64,
        _ => 0,
    };
    let mut parts = vec![crate::format::counted(existing, "metadata key", "metadata keys")];
    for (kind, word) in [
        (ChangeKind::Add, "to add"),
        (ChangeKind::Widen, "to widen"),
        (ChangeKind::Restore, "to restore"),
        (ChangeKind::Delete, "to delete"),
        (ChangeKind::DeleteForEver, "to delete for ever"),
        (ChangeKind::Conflict, "in conflict"),
    ] {
        let number = wizard.schema().count(&kind) as u64;
        if number > 0 {
            parts.push(format!("{} {word}", crate::format::count(number)));
        }
    }
    parts.join(&format!(" {} ", look.glyphs().dot))
}

/// A row's change in words that do not need the colour.
fn change(row: &SchemaRow, look: &RenderContext<'_>) -> (String, Style) {
    let theme = look.theme;
    match (&row.change, &row.dropped) {
        (None, None) => ("no change".to_owned(), theme.dim()),
        (None, Some(dropped)) => (format!("left out: {dropped}"), theme.dim()),
        (Some((ChangeKind::Add, then)), _) => (format!("+ add: {then}"), theme.ok()),
        (Some((ChangeKind::Widen, then)), _) => (format!("~ widen to {then}"), theme.ok()),
        (Some((ChangeKind::Restore, then)), _) => (format!("+ restore: {then}"), theme.ok()),
        (Some((ChangeKind::Delete, _)), _) => ("- delete; it can be restored".to_owned(), theme.warn()),
        (Some((ChangeKind::DeleteForEver, _)), _) => ("- delete for ever".to_owned(), theme.bad()),
        (Some((ChangeKind::Conflict, then)), _) if row.is_kept => {
            (format!("stays as it is; the config asks for {then}"), theme.warn())
        }
        (Some((ChangeKind::Conflict, then)), _) => (format!("! conflict: the config asks for {then}"), theme.bad()),
    }
}

/// A key that works on the screen, whatever has the keyboard now.
fn key(action: Action, look: &RenderContext<'_>) -> String {
    look.key_in(action, Mode::Screen)
}

/// The row under the cursor in full, and what to do.
fn foot(wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let step = wizard.schema();
    let mut lines = Vec::new();
    if let Some(problem) = step.changed() {
        lines.extend(look.problem(problem, columns));
    }
    let is_changed = step.changed().is_some();
    // The list has to keep some lines of the screen.
    if let Some(row) = step.row(step.cursor()).filter(|_| !is_changed) {
        let now = if row.now.is_empty() { "new".to_owned() } else { format!("now {}", row.now) };
        let (change, _) = change(&row, look);
        let place = position(step.cursor() as u64, step.found() as u64);
        let place = Span::styled(format!("{place}  "), look.theme.dim());
        let detail = look.hanging(place, &format!("{}: {now}; {change}", row.key), Style::new(), columns);
        lines.extend(look.fit(detail, 3));
    }
    if let Some(notice) = step.notice() {
        let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
        lines.extend(look.hanging(sign, notice, Style::new(), columns));
    }
    let saved = saved(wizard);
    let enter = look.key(Action::Next);
    let sentence = match wizard.status(wizard.step()) {
        Status::Blocked(problem) => {
            let hint = problem.hint.clone().filter(|_| !is_changed);
            lines.extend(look.problem(&UserError { hint, ..problem }, columns));
            let (keep, rename) = (key(Action::KeepTheirs, look), key(Action::Rename, look));
            format!("{keep} keeps Encord's types for this import; {rename} gives the config's key another name.")
        }
        _ if step.is_searching() => {
            format!("Type part of a key, type or option. {enter} goes to the keys that are found.")
        }
        _ if step.opens_on_enter() => {
            let on = key(Action::Goto(Step::Manifest), look);
            format!("{enter} adds options to this enum; {on} goes on to the manifest.")
        }
        _ if saved == 0 => format!("The schema needs no change. {enter} goes on to the manifest."),
        _ => {
            let changes = crate::format::counted(saved, "change is", "changes are");
            format!(
                "Nothing is saved yet: the {changes} made when you send, in step 5. {enter} goes on to the manifest."
            )
        }
    };
    lines.extend(look.next(&sentence, columns));
    lines
}
