//! Step 4: the destination, the folders to choose from, and the one under the cursor.

mod detail;
mod form;
mod list;

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    tui::{
        keymap::Mode,
        screens::render::{RenderContext, put, put_cursor, take_bottom, take_top},
        text,
    },
    wizard::{
        Wizard,
        action::Action,
        destination::{Destination, FolderRole},
        folder::search::FolderSearch,
        plan::words::present_words,
    },
};

const LABEL: usize = 13;
/// From so many columns on the folder under the cursor stands beside the list.
const WIDE: u16 = 96;
/// So many rows it gets below the list.
const BELOW: usize = 7;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let whole = area;
    let columns = usize::from(area.width);
    let step = wizard.folder();
    let height = usize::from(area.height);
    let mut head = look.fit(head(wizard, look, columns), (height / 2).max(1));
    head.push(Line::default());
    let next = match step.form() {
        // What is behind a form takes no keys.
        Some(_) => vec![Line::default()],
        None => look.next(&next(wizard, look), columns),
    };
    let (area, foot) = take_bottom(area, next.len());
    put(frame, foot, next);
    let (top, area) = take_top(area, head.len());
    put(frame, top, head);
    let (line, area) = take_top(area, 1);
    match step.search() {
        Some(search) => search_line(frame, line, search, look),
        None => put(frame, line, vec![breadcrumb(wizard, look, columns)]),
    }
    if area.width >= WIDE {
        let side = area.width * 2 / 5;
        let (x, width) = (area.x, area.width - side - 3);
        let border = Rect { x: x + width + 1, width: 1, ..area };
        let line = Line::styled(look.glyphs().border.vertical_left, look.theme.dim());
        put(frame, border, vec![line; usize::from(area.height)]);
        list::draw(frame, Rect { width, ..area }, wizard, look);
        let pane = Rect { x: x + width + 3, width: side, ..area };
        put(frame, pane, look.fit(detail::lines(wizard, look, usize::from(side)), usize::from(area.height)));
    } else {
        let lines = look.fit(detail::lines(wizard, look, columns), BELOW.min(usize::from(area.height) / 2));
        let (area, pane) = take_bottom(area, lines.len() + usize::from(!lines.is_empty()));
        let (line, pane) = take_top(pane, 1);
        put(frame, line, vec![Line::styled(look.glyphs().rule.repeat(columns), look.theme.dim())]);
        put(frame, pane, lines);
        list::draw(frame, area, wizard, look);
    }
    if let Some(form) = step.form() {
        form::draw(frame, whole, form, look);
    }
}

/// Where a destination lies and what becomes of it, in words: `Raw/2026 (2 folders will be created)`.
pub(super) fn destination_words(destination: &Destination) -> String {
    let new = destination.create.len() as u64;
    let made = format!("{} will be created", crate::format::counted(new, "folder", "folders"));
    let note = match (&destination.mirror, new, destination.items) {
        (Some(mirror), 0, _) => format!("cloud-synced, to be synced again with {}", mirror.remote_url),
        (Some(mirror), ..) => format!("{made}, cloud-synced with {}", mirror.remote_url),
        (None, 0, Some(items)) => format!("exists, holds {}", crate::format::counted(items, "item", "items")),
        (None, 0, None) => "exists".to_owned(),
        (None, ..) => made,
    };
    format!("{} ({note})", destination.path())
}

fn head(wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let step = wizard.folder();
    let label = |name: &str| Span::styled(format!("{name:<LABEL$}"), look.theme.accent());
    let (mut words, style) = match step.destination() {
        Some(destination) => (destination_words(destination), look.theme.title()),
        None if step.is_resolving() => ("looking for the config's folder".to_owned(), look.theme.dim()),
        None => ("none chosen yet".to_owned(), look.theme.dim()),
    };
    let existing = step.destination().filter(|destination| destination.create.is_empty());
    if let Some(folder) = existing.and_then(|destination| destination.existing.as_ref()).filter(|_| step.is_twin()) {
        words.push_str(&format!(", its id is {}", folder.uuid));
    }
    let mut lines = look.hanging(label("Destination"), &words, style, columns);
    if let Some(destination) = step.destination().filter(|destination| !destination.create.is_empty()) {
        let mut about: Vec<String> = destination.description.iter().cloned().collect();
        about.extend((!destination.metadata.is_empty()).then(|| detail::metadata(&destination.metadata)));
        if !about.is_empty() {
            let about = about.join(&format!(" {} ", look.glyphs().dot));
            lines.extend(look.fit(look.hanging(label("About it"), &about, Style::new(), columns), 2));
        }
    }
    if let Some(mirror) = step.destination().and_then(|destination| destination.mirror.as_ref()) {
        let words = match &mirror.sidecar {
            Some(ending) => format!("files ending in {ending} hold the metadata of the file beside them"),
            None => "none: the items come without metadata".to_owned(),
        };
        lines.extend(look.hanging(label("Sidecars"), &words, Style::new(), columns));
    }
    let notes = step.destination().map_or(&[][..], |destination| &destination.notes);
    for note in notes {
        lines.extend(warning(note, look, columns));
    }
    if notes.is_empty() && step.destination().is_some() && *step.role() == FolderRole::User {
        lines.extend(warning(
            "Your role in this folder is 'user': Encord may refuse to add items or folders. Ask one of its admins if it does.",
            look,
            columns,
        ));
    }
    match step.present() {
        Some(Ok(present)) => {
            let items = wizard.manifest().built().map_or(0, |facts| facts.summary.total_items());
            lines.extend(look.hanging(label("Compared"), &present_words(present, items), Style::new(), columns));
        }
        Some(Err(problem)) => lines.extend(look.problem(problem, columns)),
        None if step.is_counting() => {
            let words = "counting which of the manifest's items are there already";
            lines.extend(look.hanging(label("Compared"), words, look.theme.dim(), columns));
        }
        None => {}
    }
    if let Some(problem) = step.problem() {
        lines.extend(look.problem(problem, columns));
    }
    if let Some(notice) = step.notice() {
        lines.extend(warning(notice, look, columns));
    }
    lines
}

fn warning(words: &str, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
    look.hanging(sign, words, Style::new(), columns)
}

fn breadcrumb(wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Line<'static> {
    let path = wizard.folder().current_path().map(|path| format!(" / {}", path.replace('/', " / ")));
    let place = format!("All folders{}", path.unwrap_or_default());
    Line::styled(look.cut_path(&place, columns), look.theme.title())
}

fn search_line(frame: &mut Frame<'_>, area: Rect, search: &FolderSearch, look: &RenderContext<'_>) {
    let (value, cursor) = look.field(search.field(), false, usize::from(area.width).saturating_sub(LABEL + 1));
    let label = Span::styled(format!("{:<LABEL$}", format!("{} Search", look.glyphs().cursor)), look.theme.accent());
    put(frame, area, vec![Line::from(vec![label, Span::raw(value)])]);
    if look.mode == Mode::Text {
        put_cursor(frame, area, LABEL + cursor, 0);
    }
}

fn next(wizard: &Wizard, look: &RenderContext<'_>) -> String {
    let step = wizard.folder();
    let key = |action| look.key(action);
    let (enter, esc) = (key(Action::Next), key(Action::Back));
    match (step.search(), step.destination()) {
        (Some(search), _) if search.field().text().trim().is_empty() => {
            format!("Type part of a folder's name, wherever it lies. {esc} ends the search.")
        }
        (Some(_), _) => format!("{enter} makes the marked folder the destination; {esc} ends the search."),
        (None, Some(_)) if step.is_counting() => {
            format!("Counting only reads. {esc} stops it; {enter} goes on to the review meanwhile.")
        }
        (None, Some(destination)) => {
            let chosen = destination.existing.as_ref().filter(|_| destination.create.is_empty());
            let is_elsewhere = step.current().is_some_and(|row| chosen.is_none_or(|chosen| chosen.uuid != row.uuid));
            if is_elsewhere {
                let (path, space) = (destination.path(), key(Action::Toggle));
                let path = text::clean(&path);
                return format!(
                    "{enter} goes on to the review with {path}; {space} chooses the marked folder instead."
                );
            }
            format!("{enter} goes on to the review. Nothing is created before you send, in step 5.")
        }
        (None, None) if step.is_resolving() => "Looking for the config's folder.".to_owned(),
        (None, None) if step.tree().is_empty() => {
            format!("{} names a new folder to be the destination.", key(Action::New))
        }
        (None, None) => {
            let (space, new) = (key(Action::Toggle), key(Action::New));
            format!("{space} makes the marked folder the destination; {new} names a new one.")
        }
    }
}
