//! The text of the help about the step on the screen, above and below the keys.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use crate::{
    tui::{screens::render::RenderContext, text},
    wizard::{
        Wizard,
        help::{self, Entry, EntryKind, Page, Topic},
        step::Step,
    },
};

/// What comes first: what the step is for, or what is said of the check or the panel that has the keyboard.
pub(super) fn above(wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    match focused(wizard).filter(|entry| !is_opened_at(wizard, entry)) {
        // More than both sentences would keep the keys too far down; the page has the rest.
        Some(entry) => self::entry(&Entry { more: Vec::new(), ..entry.clone() }, look, columns),
        None if wizard.is_at_home() => {
            page(wizard).map_or_else(Vec::new, |page| marked("", &page.purpose, look, columns))
        }
        None if has_panel(wizard) => Vec::new(),
        None => marked("", help::step(wizard.step()), look, columns),
    }
}

/// The page of what is on the screen.
fn page(wizard: &Wizard) -> Option<&'static Page> {
    if wizard.is_at_home() { help::page(Topic::Home) } else { help::page(wizard.step()) }
}

/// The rest of the step's page, and the line of it where the field that has the keyboard is told of, if one has it.
pub(super) fn below(wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> (Vec<Line<'static>>, Option<usize>) {
    let Some(page) = page(wizard) else { return (Vec::new(), None) };
    let entry = focused(wizard);
    let opened_at = entry.filter(|entry| is_opened_at(wizard, entry));
    let mut lines = vec![Line::default()];
    if entry.is_some() && opened_at.is_none() {
        lines.extend(marked("", &page.purpose, look, columns));
    }
    let before = lines.len();
    let (sections, line) = sections(page, opened_at, look, columns);
    lines.extend(sections);
    (lines, line.map(|line| before + line))
}

/// What is said of what has the keyboard. A list has it nearly always, and stands on the page.
fn focused(wizard: &Wizard) -> Option<&'static Entry> {
    wizard.help_entry().filter(|_| !wizard.is_at_home()).filter(|entry| entry.kind() != EntryKind::List)
}

/// Whether the page is opened where it tells of an entry: of a field or an option. Over a panel its keys come first, and a check
/// is told of in two sentences.
fn is_opened_at(wizard: &Wizard, entry: &Entry) -> bool {
    let is_on_page = |page: &Page| page.entries().any(|e| e.key == entry.key);
    entry.kind() != EntryKind::Check && !has_panel(wizard) && page(wizard).is_some_and(is_on_page)
}

fn has_panel(wizard: &Wizard) -> bool {
    !wizard.is_at_home() && wizard.step() == Step::Integration && wizard.integration().panel().is_some()
}

/// The page's sections, and the line where one of their entries begins, with its section's title if it is the first there.
fn sections(
    page: &Page,
    sought: Option<&Entry>,
    look: &RenderContext<'_>,
    columns: usize,
) -> (Vec<Line<'static>>, Option<usize>) {
    let mut lines = marked("", &page.ready, look, columns);
    let mut found = None;
    for section in &page.sections {
        lines.push(Line::default());
        let mut begins = lines.len();
        lines.push(look.title(section.title.clone()));
        for entry in &section.entries {
            if sought.is_some_and(|sought| sought.key == entry.key) {
                found.get_or_insert(begins);
            }
            lines.extend(self::entry(entry, look, columns));
            begins = lines.len();
        }
        let sign = format!("{} ", look.glyphs().dot);
        lines.extend(section.points.iter().flat_map(|point| marked(&sign, point, look, columns)));
    }
    (lines, found)
}

/// An entry: what it is called on the screen and in a config, and what is said of it.
fn entry(entry: &Entry, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let mut heading = vec![Span::styled(entry.label.clone(), look.theme.accent())];
    if matches!(entry.kind(), EntryKind::Key | EntryKind::Check) {
        heading.push(Span::styled(format!("  {}", entry.name()), look.theme.dim()));
    }
    let mut lines = vec![Line::from(heading)];
    lines.extend(marked("  ", &format!("{} {}", entry.what, entry.choose), look, columns));
    lines.extend(entry.more.iter().flat_map(|more| marked("  ", more, look, columns)));
    lines
}

/// A text in lines, the first after a sign, the others indented as far. What stands between marks is typed word for word and stands
/// out instead.
fn marked(sign: &str, text: &str, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let indent = text::width(sign);
    let mut is_code = false;
    let mut lines = Vec::new();
    for (place, line) in text::wrap(text, columns.saturating_sub(indent)).into_iter().enumerate() {
        let before = if place == 0 { sign.to_owned() } else { " ".repeat(indent) };
        let mut spans = vec![Span::raw(before)];
        for (part, words) in line.split('`').enumerate() {
            is_code ^= part > 0;
            let style = if is_code { look.theme.key() } else { Style::new() };
            spans.push(Span::styled(words.to_owned(), style));
        }
        lines.push(Line::from(spans));
    }
    lines
}

/// Both sentences about the field of a form that has the keyboard, in as many lines as the longest of `all` takes, so that nothing
/// moves when the keyboard does.
pub(super) fn sentences(focused: &str, all: &[&str], look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let lines = |key: &str| look.hanging(Span::raw("  "), &help::field(key).both, look.theme.dim(), columns);
    let rows = all.iter().map(|key| lines(key).len()).max().unwrap_or_default();
    let mut lines = lines(focused);
    lines.resize(rows.max(lines.len()), Line::default());
    lines
}
