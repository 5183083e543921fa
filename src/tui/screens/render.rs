//! What the screens are put together from.

use std::cell::Cell;

use ratatui::{
    Frame,
    layout::{Position, Rect},
    style::{Modifier, Style},
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::{
    error::UserError,
    tui::{
        keymap::Mode,
        screens::{
            Labels,
            click_targets::{Click, Hits},
        },
        text,
        theme::{Glyphs, Theme},
    },
    wizard::{action::Action, field::Field},
};

/// What every screen needs besides the wizard.
#[derive(Debug, Clone, Copy)]
pub(super) struct RenderContext<'a> {
    pub(super) theme: Theme,
    /// Who has the keyboard.
    pub(super) mode: Mode,
    /// Who will have it, once what lies over the screen is gone: keys in sentences are called as then.
    pub(super) keys: Mode,
    pub(super) labels: &'a Labels,
    /// How many rows are in view of the list that was drawn last.
    pub(super) rows: &'a Cell<Option<u16>>,
    /// What can be clicked.
    pub(super) hits: &'a Hits,
}

impl RenderContext<'_> {
    pub(super) fn glyphs(&self) -> &'static Glyphs {
        self.theme.glyphs()
    }

    /// The key of an action, for sentences that name it.
    pub(super) fn key(&self, action: Action) -> String {
        self.key_in(action, self.keys)
    }

    /// The same for another mode than the one that is to come.
    pub(super) fn key_in(&self, action: Action, mode: Mode) -> String {
        self.labels.keys.label(action, mode, self.theme.is_utf8())
    }

    /// As [`first_row`]; page keys move by as many rows from now on.
    pub(super) fn first_row(&self, cursor: u64, total: u64, height: usize) -> u64 {
        self.in_view(height);
        first_row(cursor, total, height)
    }

    /// So many rows of what the cursor moves in are in view.
    pub(super) fn in_view(&self, rows: usize) {
        self.rows.set(u16::try_from(rows.max(1)).ok());
    }

    /// A click in a row of an area, from a column on and so wide, means this.
    pub(super) fn click(&self, area: Rect, column: usize, width: usize, click: Click) {
        let clamp = |columns: usize| u16::try_from(columns).unwrap_or(u16::MAX);
        let x = area.x.saturating_add(clamp(column));
        let place = Rect { x, width: clamp(width), height: area.height.min(1), ..area };
        self.hits.add(place.intersection(area), click);
    }

    /// The fields of a form: the line of each in an area, and whether it has the keyboard. A click gives it the keyboard.
    pub(super) fn click_fields(&self, area: Rect, fields: &[(usize, bool)]) {
        let Some(at) = fields.iter().position(|(_, has_keyboard)| *has_keyboard) else { return };
        for (place, (line, _)) in fields.iter().enumerate() {
            let away = i32::try_from(place).ok().zip(i32::try_from(at).ok()).map(|(place, at)| place - at);
            self.click_field(area, *line, away.unwrap_or_default());
        }
    }

    /// A line of an area that moves the focus so many fields on.
    pub(super) fn click_field(&self, area: Rect, line: usize, away: i32) {
        let (_, row) = take_top(area, line);
        self.click(row, 0, usize::from(row.width), Click::Fields(away));
    }

    /// The rows of a list, one a line, from the one at `first` on: a click on one moves the cursor there. `area` is that of the
    /// rows alone.
    pub(super) fn click_rows(&self, area: Rect, first: u64, cursor: u64, total: u64) {
        for (y, place) in (area.y..area.bottom()).zip(first..total) {
            let distance = i64::try_from(place).ok().zip(i64::try_from(cursor).ok()).map(|(place, at)| place - at);
            if let Some(rows) = distance.and_then(|rows| i32::try_from(rows).ok()) {
                self.hits.add(Rect { y, height: 1, ..area }, Click::Do(Action::Skip(rows)));
            }
        }
    }

    /// Text cut to a width.
    pub(super) fn cut(&self, text: &str, columns: usize) -> String {
        text::cut(&text::clean(text), columns, self.glyphs().ellipsis).into_owned()
    }

    /// A path or URL cut to a width so that the names at its end stay whole, or recognisable.
    pub(super) fn cut_path(&self, text: &str, columns: usize) -> String {
        text::cut_path(&text::clean(text), columns, self.glyphs().ellipsis).into_owned()
    }

    /// A heading.
    pub(super) fn title(&self, text: impl Into<String>) -> Line<'static> {
        Line::styled(text.into(), self.theme.title())
    }

    /// The sentence at the end of a screen that says what to do now.
    pub(super) fn next(&self, sentence: &str, columns: usize) -> Vec<Line<'static>> {
        let sign = format!("{} ", self.glyphs().arrow);
        self.hanging(Span::styled(sign, self.theme.accent()), sentence, Style::new(), columns)
    }

    /// A sign or a label, and after it a text whose further lines are indented as far.
    pub(super) fn hanging(
        &self,
        first: Span<'static>,
        content: &str,
        style: Style,
        columns: usize,
    ) -> Vec<Line<'static>> {
        let indent = text::width(&first.content);
        let mut lines = Vec::new();
        for (place, line) in text::wrap(content, columns.saturating_sub(indent)).into_iter().enumerate() {
            let before = if place == 0 { first.clone() } else { Span::raw(" ".repeat(indent)) };
            lines.push(Line::from(vec![before, Span::styled(line, style)]));
        }
        if lines.is_empty() {
            lines.push(Line::from(first));
        }
        lines
    }

    /// A problem: what failed, the other side's own words, what to do.
    pub(super) fn problem(&self, problem: &UserError, columns: usize) -> Vec<Line<'static>> {
        let sign = Span::styled(format!("{} ", self.glyphs().bad), self.theme.bad());
        let mut lines = self.hanging(sign, &problem.summary, self.theme.title(), columns);
        if let Some(said) = &problem.source_message {
            let label = Span::styled("  The answer was:  ", self.theme.dim());
            lines.extend(self.hanging(label, said, Style::new(), columns));
        }
        if let Some(hint) = &problem.hint {
            let label = Span::styled("  What to do:  ", self.theme.accent());
            lines.extend(self.hanging(label, hint, Style::new(), columns));
        }
        lines
    }

    /// Lines no more than fit: where some do not, the last one says so.
    pub(super) fn fit(&self, mut lines: Vec<Line<'static>>, height: usize) -> Vec<Line<'static>> {
        if lines.len() > height {
            lines.truncate(height);
            if let Some(last) = lines.last_mut() {
                last.push_span(Span::styled(format!(" {}", self.glyphs().ellipsis), self.theme.dim()));
            }
        }
        lines
    }

    /// The headings of a screen's lists, the shown one in brackets.
    pub(super) fn tabs(&self, tabs: &[(&str, u64, bool)]) -> Line<'static> {
        let mut spans = Vec::new();
        for (name, number, shown) in tabs {
            let content = format!("{name} {}", crate::format::count(*number));
            spans.push(if *shown {
                Span::styled(format!("[{content}]"), self.theme.accent())
            } else {
                Span::raw(format!(" {content} "))
            });
            spans.push(Span::raw(" "));
        }
        Line::from(spans)
    }

    /// The columns' headings.
    pub(super) fn header(&self, columns: &[Column]) -> Line<'static> {
        let mut content = "  ".to_owned();
        for (place, column) in columns.iter().enumerate() {
            if place > 0 {
                content.push_str("  ");
            }
            content.push_str(&self.cell(column, column.title));
        }
        Line::styled(content, self.theme.dim())
    }

    /// A table's row.
    pub(super) fn row(&self, columns: &[Column], cells: &[(String, Style)], selected: bool) -> Line<'static> {
        let mark = if selected { self.glyphs().cursor } else { " " };
        let mut spans = vec![Span::raw(format!("{mark} "))];
        for (place, (column, (content, style))) in columns.iter().zip(cells).enumerate() {
            if place > 0 {
                spans.push(Span::raw("  "));
            }
            spans.push(Span::styled(self.cell(column, content), *style));
        }
        let line = Line::from(spans);
        if selected { self.bar(&line) } else { line }
    }

    /// The row under the cursor of any list: one even bar, which [`put`] draws as wide as the list. What the parts' own colours
    /// say is said by their signs and words, too; reversed, each would be a patch of another ground, and dim text could not be
    /// read on it.
    pub(super) fn bar(&self, line: &Line<'_>) -> Line<'static> {
        let content: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
        Line::styled(content, self.theme.selected())
    }

    fn cell(&self, column: &Column, content: &str) -> String {
        let ellipsis = self.glyphs().ellipsis;
        match column.align {
            Align::Left => text::left(&text::clean(content), column.width, ellipsis),
            Align::Right => text::right(&text::clean(content), column.width, ellipsis),
            Align::End => {
                let end = text::cut_start(&text::clean(content), column.width, ellipsis).into_owned();
                text::left(&end, column.width, ellipsis)
            }
            Align::Path => text::left(&self.cut_path(content, column.width), column.width, ellipsis),
        }
    }

    /// A field's text in a line of `columns`, and the cursor's place in it.
    pub(super) fn field(&self, field: &Field, masked: bool, columns: usize) -> (String, usize) {
        let shown = |text: &str| {
            if masked { self.glyphs().secret.repeat(text.chars().count()) } else { text::clean(text).into_owned() }
        };
        let before: String = field.text().chars().take(field.cursor()).collect();
        let before = shown(&before);
        let at = text::width(&before);
        if at < columns {
            return (self.cut(&shown(field.text()), columns), at);
        }
        let room = columns.saturating_sub(1);
        (text::cut_start(&before, room, self.glyphs().ellipsis).into_owned(), room)
    }
}

/// How a column's text lies in it, and where it is cut.
#[derive(Debug, Clone, Copy)]
pub(super) enum Align {
    Left,
    Right,
    /// To the left, cut at its start.
    End,
    /// To the left, cut as paths are: their last names stay.
    Path,
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    title: &'static str,
    width: usize,
    align: Align,
}

impl Column {
    pub(super) fn new(title: &'static str, width: usize, align: Align) -> Column {
        Column { title, width, align }
    }
}

/// What is left for one column when the others have their widths, in a table of `all` columns.
pub(super) fn rest(all: usize, others: &[usize]) -> usize {
    all.saturating_sub(2 + others.iter().map(|width| width + 2).sum::<usize>())
}

/// The first row to draw so that the one under the cursor is in the middle, as far as the list's ends allow.
pub(super) fn first_row(cursor: u64, total: u64, height: usize) -> u64 {
    let height = height as u64;
    cursor.saturating_sub(height / 2).min(total.saturating_sub(height))
}

/// `13–24 of 287`
pub(super) fn position(cursor: u64, total: u64) -> String {
    if total == 0 {
        String::new()
    } else {
        format!("{} of {}", crate::format::count(cursor + 1), crate::format::count(total))
    }
}

/// Draws lines from the top of an area; what does not fit is not drawn. A line that is reversed as a whole is so up to the
/// area's end.
pub(super) fn put(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'static>>) {
    #[cfg(test)]
    crate::tui::tests::readable::put(area, &lines);
    let is_bar = |line: &Line<'_>| line.style.add_modifier.contains(Modifier::REVERSED);
    let bars: Vec<(u16, Style)> =
        (area.y..area.bottom()).zip(&lines).filter(|(_, line)| is_bar(line)).map(|(y, line)| (y, line.style)).collect();
    frame.render_widget(Paragraph::new(lines), area);
    for (y, style) in bars {
        let row = Rect { y, height: 1, ..area }.intersection(*frame.buffer_mut().area());
        frame.buffer_mut().set_style(row, style);
    }
}

/// Puts the terminal's cursor at a column of an area's row, if it lies in the area.
pub(super) fn put_cursor(frame: &mut Frame<'_>, area: Rect, column: usize, row: usize) {
    let (Ok(column), Ok(row)) = (u16::try_from(column), u16::try_from(row)) else { return };
    if column < area.width && row < area.height {
        frame.set_cursor_position(Position::new(area.x + column, area.y + row));
    }
}

/// Cuts a number of rows off an area's top: that part, and what is left.
pub(super) fn take_top(area: Rect, rows: usize) -> (Rect, Rect) {
    let rows = u16::try_from(rows).unwrap_or(u16::MAX).min(area.height);
    let top = Rect { height: rows, ..area };
    (top, Rect { y: area.y + rows, height: area.height - rows, ..area })
}

/// Cuts a number of rows off an area's bottom: what is left, and that part.
pub(super) fn take_bottom(area: Rect, rows: usize) -> (Rect, Rect) {
    let rows = u16::try_from(rows).unwrap_or(u16::MAX).min(area.height);
    take_top(area, usize::from(area.height - rows))
}
