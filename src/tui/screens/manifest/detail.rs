//! The row under the cursor in full.

use std::io;

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    manifest::{file_form, item::Item},
    tui::{
        screens::{
            manifest::{LABEL, table::severity},
            render::{RenderContext, put, take_top},
        },
        text,
    },
    wizard::{
        action::Action,
        list::Row,
        manifest::{FindingGroup, ManifestStep, messages::ManifestFacts},
    },
};

/// So many bytes of an item's JSON are shown, and so many of its URLs: it is made anew for every frame.
const MOST_BYTES: usize = 32 * 1024;
const MOST_URLS: usize = 200;
/// A pane with fewer rows shows JSON as it lies in the file, without line breaks.
const ROOMY: usize = 9;

/// What stands below the list.
pub(super) fn pane(
    step: &ManifestStep,
    facts: &ManifestFacts,
    look: &RenderContext<'_>,
    columns: usize,
    height: usize,
) -> Vec<Line<'static>> {
    if let Some(groups) = step.groups() {
        let lines = groups.get(step.group_cursor()).map(|group| group_lines(group, facts, look, columns));
        return look.fit(lines.unwrap_or_default(), height);
    }
    let Some(row) = step.window().current() else { return Vec::new() };
    let mut lines = match row {
        Row::Item(item, _) if height < ROOMY => json(item, false, look, columns),
        row => lines(row, look, columns),
    };
    if let (Row::Finding(_), (is_looking, is_lost)) = (row, step.jump()) {
        if is_looking {
            lines.insert(0, Line::styled(format!("Looking for its item{}", look.glyphs().ellipsis), look.theme.dim()));
        } else if is_lost {
            let what = "It is not about an item of its own: look for the name in the list of what was left out, or in the source.";
            let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
            let told = look.hanging(sign, what, Style::new(), columns);
            lines.splice(0..0, told);
        }
    }
    look.fit(lines, height)
}

/// The row on the whole screen, from a line on.
pub(super) fn whole(frame: &mut Frame<'_>, area: Rect, step: &ManifestStep, first: usize, look: &RenderContext<'_>) {
    let columns = usize::from(area.width);
    let lines = match step.window().current() {
        Some(row) => lines(row, look, columns),
        None => vec![Line::styled(format!("Reading it{}", look.glyphs().ellipsis), look.theme.dim())],
    };
    let (rule, area) = take_top(area, 1);
    let height = usize::from(area.height);
    look.in_view(height);
    let first = first.min(lines.len().saturating_sub(height));
    let last = (first + height).min(lines.len());
    let title = format!(
        "{} Lines {} to {} of {}; {} closes this ",
        look.glyphs().rule.repeat(2),
        first + 1,
        last,
        lines.len(),
        look.key(Action::Back)
    );
    let fill = look.glyphs().rule.repeat(columns.saturating_sub(text::width(&title)));
    put(frame, rule, vec![Line::styled(format!("{title}{fill}"), look.theme.dim())]);
    put(frame, area, lines.into_iter().skip(first).take(height).collect());
}

fn lines(row: &Row, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let entry = |name: &str, content: &str| look.hanging(label(name, look), content, Style::new(), columns);
    match row {
        Row::Item(item, _) => json(item, true, look, columns),
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
                items => format!(" (the first of {})", crate::format::count(items)),
            };
            lines.extend(entry("Item", &format!("{}{others}", finding.item)));
            if let Some(line) = finding.line {
                let column = finding
                    .column
                    .map_or_else(String::new, |column| format!(", column {}", crate::format::count(column)));
                lines.extend(entry("Place", &format!("line {}{column}", crate::format::count(line))));
            }
            lines.extend(entry("What to do", finding.code.advice()));
            lines
        }
        Row::Failed(_) => Vec::new(),
    }
}

fn label(name: &str, look: &RenderContext<'_>) -> Span<'static> {
    Span::styled(format!("{name:<LABEL$}"), look.theme.dim())
}

/// The advice once, then the first findings.
fn group_lines(
    group: &FindingGroup,
    facts: &ManifestFacts,
    look: &RenderContext<'_>,
    columns: usize,
) -> Vec<Line<'static>> {
    let entry = |name: &str, content: &str| look.hanging(label(name, look), content, Style::new(), columns);
    let mut lines = entry("What to do", group.code.advice());
    let keys = facts.summary.findings.get(&group.code).into_iter().flat_map(|keys| keys.values());
    for (place, finding) in keys.flat_map(|tally| &tally.first).take(5).enumerate() {
        let name = if place == 0 { "First ones" } else { "" };
        lines.extend(entry(name, &format!("{}: {}", finding.item, finding.message)));
    }
    lines
}

/// Exactly what is sent for an item: as it lies in the file, or with a line for each value.
fn json(item: &Item, is_pretty: bool, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let hidden = item.urls.len().saturating_sub(MOST_URLS);
    let cut = (hidden > 0).then(|| Item { urls: item.urls.iter().take(MOST_URLS).cloned().collect(), ..item.clone() });
    let element = file_form::element(cut.as_ref().unwrap_or(item));
    let mut out = Limited(Vec::new());
    let written = match is_pretty {
        true => serde_json::to_writer_pretty(&mut out, &element),
        false => serde_json::to_writer(&mut out, &element),
    };
    let text = String::from_utf8_lossy(&out.0);
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let content = line.trim_start_matches(' ');
        let indent = Span::raw(" ".repeat((line.len() - content.len()).min(columns / 2)));
        lines.extend(look.hanging(indent, content, Style::new(), columns));
    }
    let more = match (written.is_err(), hidden) {
        (true, _) => "It goes on; the manifest file holds all of it.".to_owned(),
        (false, 0) => return lines,
        (false, hidden) => {
            format!("and {} further files, which the manifest file holds.", crate::format::count(hidden as u64))
        }
    };
    lines.extend(look.hanging(format!("{} ", look.glyphs().ellipsis).into(), &more, look.theme.dim(), columns));
    lines
}

/// Takes so many bytes and no more.
struct Limited(Vec<u8>);

impl io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = MOST_BYTES.saturating_sub(self.0.len()).min(bytes.len());
        self.0.extend_from_slice(&bytes[..room]);
        if room == 0 && !bytes.is_empty() { Err(io::ErrorKind::WriteZero.into()) } else { Ok(room) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
