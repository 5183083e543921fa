//! How to make an integration in Encord, with the values to enter.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use crate::{
    tui::{screens::render::RenderContext, text},
    wizard::{
        Wizard,
        action::Action,
        integration::guide::{Guide, GuideMethod},
    },
};

const LABEL: usize = 27;

/// The guide's lines: those that stay, and those that scroll with the cursor.
pub(super) struct Lines {
    head: Vec<Line<'static>>,
    rows: Vec<Line<'static>>,
    /// The lines of the row under the cursor.
    current: (usize, usize),
    foot: Vec<Line<'static>>,
}

impl Lines {
    pub(super) fn len(&self) -> usize {
        self.head.len() + self.rows.len() + self.foot.len()
    }
}

pub(super) fn lines(guide: &Guide, wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Lines {
    let method = match guide.method() {
        GuideMethod::Sas => "a SAS",
        GuideMethod::ServicePrincipal => "a service principal",
    };
    let [open, close] = look.glyphs().choice;
    let head = vec![
        Line::from(vec![
            Span::styled(text::left("Encord signs in with", LABEL, look.glyphs().ellipsis), look.theme.accent()),
            Span::raw(format!("{open} {method} {close}")),
        ]),
        Line::default(),
    ];
    let (mut rows, mut current) = (Vec::new(), (0, 0));
    for (place, row) in guide.rows(wizard.config()).into_iter().enumerate() {
        let is_current = place == guide.cursor();
        let mark = if is_current { look.glyphs().cursor } else { " " };
        let style = if is_current { look.theme.accent() } else { Style::new() };
        let label = text::left(&format!("{mark}{:>2} {}", place + 1, row.label), LABEL, look.glyphs().ellipsis);
        let mut lines = look.hanging(Span::styled(label, style), &row.value, value_style(row.is_copied, look), columns);
        let note = match (guide.copied() == Some(row.label), row.is_copied && is_current) {
            (true, _) => Some((format!("  {} copied", look.glyphs().ok), look.theme.ok())),
            (false, true) => Some((format!("  {} copies", look.key(Action::Copy)), look.theme.dim())),
            (false, false) => None,
        };
        if let (Some((note, style)), Some(last)) = (note, lines.last_mut())
            && last.width() + text::width(&note) <= columns
        {
            last.push_span(Span::styled(note, style));
        }
        if is_current {
            current = (rows.len(), rows.len() + lines.len());
        }
        rows.extend(lines);
    }
    Lines { head, rows, current, foot: foot(guide, wizard, look, columns) }
}

/// What is to be copied word for word stands out from advice.
fn value_style(is_copied: bool, look: &RenderContext<'_>) -> Style {
    if is_copied { look.theme.title() } else { Style::new() }
}

fn foot(guide: &Guide, wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let glyphs = look.glyphs();
    let mut lines = vec![Line::default()];
    if let Some(problem) = guide.trouble() {
        lines.extend(look.problem(problem, columns));
    }
    let (sign, words) = match (guide.is_watching(), guide.trouble().is_some()) {
        (true, false) => (glyphs.working, "Waiting for it to appear in Encord"),
        (true, true) => (glyphs.working, "Still looking for it in Encord"),
        (false, _) => (glyphs.warn, "Not looking for it: the sign-in to Encord comes first."),
    };
    let known = wizard.integration().integrations().len() as u64;
    let there = match (guide.is_watching(), known) {
        (true, 1..) => format!(" ({} so far)", crate::format::count(known)),
        _ => String::new(),
    };
    let sign = Span::styled(format!("{sign} "), look.theme.accent());
    lines.extend(look.hanging(sign, &format!("{words}{there}"), Style::new(), columns));
    lines
}

/// As much as fits, with the row under the cursor.
pub(super) fn window(lines: Lines, height: usize, look: &RenderContext<'_>) -> Vec<Line<'static>> {
    let Lines { mut head, rows, current, mut foot } = lines;
    if head.len() + rows.len() + foot.len() > height {
        // Empty lines go first.
        head.truncate(1);
        foot.remove(0);
    }
    let most = height / 2;
    let foot = look.fit(foot, most);
    let room = height.saturating_sub(head.len() + foot.len());
    let first = match rows.len().checked_sub(room) {
        None | Some(0) => 0,
        Some(last) => current.1.saturating_sub(room).max((current.0 + current.1).saturating_sub(room) / 2).min(last),
    };
    head.into_iter().chain(rows.into_iter().skip(first).take(room)).chain(foot).collect()
}
