//! The palette: what is searched for, and the actions that match it.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    tui::{
        screens::{
            mode_below,
            overlay::boxed,
            render::{RenderContext, first_row, put, put_cursor, take_top},
        },
        text,
    },
    wizard::{Wizard, action::Screen, palette::PaletteRow, step::Step},
};

/// Columns of the place that an action belongs to: `Home, 1 to 4, 6`.
const PLACE: usize = 16;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>, columns: usize) {
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
    look: &RenderContext<'_>,
) -> Line<'static> {
    let ellipsis = look.glyphs().ellipsis;
    let (base, key_style) = match row.is_possible {
        true => (Style::new(), look.theme.key()),
        false => (look.theme.dim(), look.theme.dim()),
    };
    let mark = if is_selected { look.glyphs().cursor } else { " " };
    let place = if row.is_possible { String::new() } else { place(row.places) };
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
fn place(places: &[Screen]) -> String {
    let steps: Vec<usize> = places.iter().filter_map(|place| place.step()).map(Step::number).collect();
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    for number in steps.iter().copied() {
        match stretches.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => stretches.push((number, number)),
        }
    }
    let stretches = stretches.into_iter().map(|(first, last)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first} to {last}"),
    });
    let numbers = stretches.collect::<Vec<_>>().join(", ");
    match (places.contains(&Screen::Home), steps.len()) {
        (true, 0) => "Home".to_owned(),
        (true, 1) => format!("Home, step {numbers}"),
        (true, _) => format!("Home, {numbers}"),
        (false, 0) => "not here".to_owned(),
        (false, 1) => format!("step {numbers}"),
        (false, _) => format!("steps {numbers}"),
    }
}
