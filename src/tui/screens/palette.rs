//! The palette: what is searched for, and the actions that match it.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    mode_below,
    overlay::boxed,
    parts::{Look, first_row, put, put_cursor, take_top},
};
use crate::{
    tui::text,
    wizard::{PaletteRow, Step, Wizard},
};

/// Columns of the place that an action belongs to: `steps 1, 2, 3, 4`.
const PLACE: usize = 16;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &Look<'_>, columns: usize) {
    let palette = wizard.palette();
    let rows = wizard.palette_rows();
    // As large as it is before anything is typed, so that nothing jumps while it is.
    let inside = boxed(frame, area, "Actions", columns, usize::from(area.height).min(20), look);
    let (field, list) = take_top(inside, 2);
    let sign = format!("{} ", look.glyphs().arrow);
    let indent = text::width(&sign);
    let (typed, cursor) = look.field(palette.field(), false, columns.saturating_sub(indent + 1));
    let typed = match typed.is_empty() {
        true => Span::styled("type to search", look.theme.dim()),
        false => Span::raw(typed),
    };
    let count = match rows.len() {
        0 => Line::styled("  No action is called so.", look.theme.dim()),
        _ => Line::default(),
    };
    put(frame, field, vec![Line::from(vec![Span::styled(sign, look.theme.accent()), typed]), count]);
    put_cursor(frame, field, indent + cursor, 0);
    let height = usize::from(list.height);
    look.in_view(height);
    let (at, total) = (palette.cursor() as u64, rows.len() as u64);
    let first = first_row(at, total, height);
    look.click_rows(list, first, at, total);
    let keys: Vec<String> = rows.iter().map(|row| look.key_in(row.action, mode_below(wizard))).collect();
    let key_width = keys.iter().map(|key| text::width(key)).max().unwrap_or_default().max(5);
    let start = usize::try_from(first).unwrap_or_default();
    let lines = rows.iter().zip(&keys).enumerate().skip(start).take(height);
    let lines = lines.map(|(place, (row, key))| line(row, key, key_width, place as u64 == at, columns, look)).collect();
    put(frame, list, lines);
}

fn line(
    row: &PaletteRow,
    key: &str,
    key_width: usize,
    is_selected: bool,
    columns: usize,
    look: &Look<'_>,
) -> Line<'static> {
    let ellipsis = look.glyphs().ellipsis;
    let (base, key_style) = match row.is_possible {
        true => (Style::new(), look.theme.key()),
        false => (look.theme.dim(), look.theme.dim()),
    };
    let mark = if is_selected { look.glyphs().cursor } else { " " };
    let place = if row.is_possible { String::new() } else { place(row.steps) };
    let room = columns.saturating_sub(2 + key_width + 2);
    let label = room.saturating_sub(if place.is_empty() { 0 } else { PLACE + 2 });
    let mut spans = vec![
        Span::styled(format!("{mark} "), base),
        Span::styled(text::left(key, key_width, ellipsis), key_style),
        Span::styled(format!("  {}", text::left(row.label, label, ellipsis)), base),
    ];
    if !place.is_empty() {
        spans.push(Span::styled(format!("  {}", text::left(&place, PLACE, ellipsis)), base));
    }
    let line = Line::from(spans);
    if is_selected { look.bar(&line) } else { line }
}

/// Where an action does something, if not here and now.
fn place(steps: &[Step]) -> String {
    let numbers: Vec<String> = steps.iter().map(|step| step.number().to_string()).collect();
    match numbers.as_slice() {
        [] => "not here".to_owned(),
        [one] => format!("step {one}"),
        several => format!("steps {}", several.join(", ")),
    }
}
