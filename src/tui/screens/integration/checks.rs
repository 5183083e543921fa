//! The checks: how many came out how, one line each, and one in full.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    tui::screens::render::{Align, Column, RenderContext, put, rest},
    wizard::check::{Check, CheckState},
};

/// What a check's name takes at most.
const NAME: usize = 14;

/// Whether there is something to do about it.
pub(super) fn needs_a_look(check: &Check) -> bool {
    matches!(check.state, CheckState::Fail | CheckState::Warn)
}

/// `Checks  14 ok  1 to look at  2 failed`
pub(super) fn counts(checks: &[Check], look: &RenderContext<'_>, columns: usize) -> Line<'static> {
    let mut line = look.title("Checks");
    let states = [
        (CheckState::Fail, "failed"),
        (CheckState::Warn, "to look at"),
        (CheckState::Pass, "ok"),
        (CheckState::Running, "under way"),
        (CheckState::Waiting, "waiting"),
        (CheckState::Skipped, "skipped"),
    ];
    for (state, word) in states {
        let number = checks.iter().filter(|check| check.state == state).count();
        let (sign, _, style) = look.theme.check(state);
        let content = format!("  {sign} {number} {word}");
        if number > 0 && line.width() + content.chars().count() <= columns {
            line.push_span(Span::styled(content, style));
        }
    }
    line
}

/// One line each; those around the cursor where not all fit. Gives the first one drawn.
pub(super) fn list(
    frame: &mut Frame<'_>,
    area: Rect,
    checks: &[Check],
    cursor: Option<usize>,
    is_focused: bool,
    look: &RenderContext<'_>,
) -> usize {
    let rows = usize::from(area.height);
    let around = cursor.unwrap_or_default() as u64;
    let first = usize::try_from(look.first_row(around, checks.len() as u64, rows)).unwrap_or_default();
    let columns = [
        Column::new("", 1, Align::Left),
        Column::new("", NAME, Align::Left),
        Column::new("", rest(usize::from(area.width), &[1, NAME]), Align::Left),
    ];
    let line = |(place, check): (usize, &Check)| {
        let (sign, _, style) = look.theme.check(check.state);
        let is_selected = is_focused && cursor == Some(place);
        // Reversed, a colour would become a patch behind the sign.
        let style = if is_selected { Style::new() } else { style };
        let text = match check.state {
            CheckState::Waiting | CheckState::Skipped => look.theme.dim(),
            _ => Style::new(),
        };
        let cells =
            [(sign.to_owned(), style), (check.about().name.to_owned(), text), (in_one_line(&check.detail), text)];
        look.row(&columns, &cells, is_selected)
    };
    put(frame, area, checks.iter().enumerate().skip(first).take(rows).map(line).collect());
    first
}

/// A server's answer may come in lines of its own.
fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A check in a few lines: what was seen, what to do, and why it matters if there is room for that.
pub(super) fn about(check: &Check, look: &RenderContext<'_>, columns: usize, with_reason: bool) -> Vec<Line<'static>> {
    let (sign, word, style) = look.theme.check(check.state);
    let detail = in_one_line(&check.detail);
    let heading = Span::styled(format!("{sign} {}  ", check.about().name), style);
    let seen = if detail.is_empty() { word } else { &detail };
    // A server's long answer may not push what to do about it off the screen; it is there in full behind a key.
    let room = 2 * columns.saturating_sub(heading.width());
    let seen = if check.fix.is_some() && !with_reason { look.cut(seen, room) } else { seen.to_owned() };
    let mut lines = look.hanging(heading, &seen, Style::new(), columns);
    if let Some(fix) = &check.fix {
        lines.extend(look.hanging(label(look, "  What to do:  "), &in_one_line(fix), Style::new(), columns));
    }
    if with_reason {
        lines.extend(look.hanging(label(look, "  Why it matters:  "), check.about().why, look.theme.dim(), columns));
    }
    lines
}

/// A check in full, in lines as they came.
pub(super) fn in_full(check: &Check, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let (sign, word, style) = look.theme.check(check.state);
    let mut lines = vec![Line::from(vec![
        Span::styled(format!("{sign} {word}"), style),
        Span::styled(format!("  {}", check.id), look.theme.dim()),
    ])];
    lines.extend(look.hanging(Span::raw("  "), &check.detail, Style::new(), columns));
    let mut part = |heading: &str, content: &str| {
        lines.push(Line::default());
        lines.push(Line::from(label(look, heading)));
        lines.extend(look.hanging(Span::raw("  "), content, Style::new(), columns));
    };
    if let Some(fix) = &check.fix {
        part("What to do", fix);
    }
    part("Why it matters", check.about().why);
    lines
}

fn label(look: &RenderContext<'_>, text: &str) -> Span<'static> {
    Span::styled(text.to_owned(), look.theme.accent())
}
