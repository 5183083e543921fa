//! A list to choose from. Only the rows in view are looked at.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    tui::{
        keymap::Mode,
        screens::render::{Align, Column, RenderContext, put, put_cursor, rest, take_bottom, take_top},
        text,
    },
    wizard::integration::picker::{Loading, Picker, PickerKind},
};

const LABEL: usize = 8;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, picker: &Picker, look: &RenderContext<'_>) {
    let (line, area) = take_top(area, 1);
    search(frame, line, picker, look);
    let (_, area) = take_top(area, 1);
    let columns = usize::from(area.width);
    let words = match picker.state() {
        Loading::Failed(problem) => {
            return put(frame, area, look.fit(look.problem(problem, columns), usize::from(area.height)));
        }
        Loading::Running(_) => format!("Reading the list{}", look.glyphs().ellipsis),
        Loading::Done if picker.total() == 0 => nothing(picker.kind()).to_owned(),
        Loading::Done if picker.rows().len() == 0 => "Nothing here holds these words.".to_owned(),
        Loading::Done => return list(frame, area, picker, look),
    };
    let lines = text::wrap(&words, columns).into_iter().map(|line| Line::styled(line, look.theme.dim()));
    put(frame, area, lines.collect());
}

fn search(frame: &mut Frame<'_>, area: Rect, picker: &Picker, look: &RenderContext<'_>) {
    let (found, total) = (picker.rows().len() as u64, picker.total() as u64);
    let numbers = match picker.state() {
        Loading::Done if found == total => crate::format::count(total),
        Loading::Done => format!("{} of {}", crate::format::count(found), crate::format::count(total)),
        Loading::Running(_) | Loading::Failed(_) => String::new(),
    };
    let room = usize::from(area.width).saturating_sub(LABEL + text::width(&numbers) + 2);
    let (value, cursor) = look.field(picker.search(), false, room);
    let value = match picker.search().text().is_empty() {
        true => Span::styled(text::left("type to search", room, look.glyphs().ellipsis), look.theme.dim()),
        false => Span::raw(text::left(&value, room, look.glyphs().ellipsis)),
    };
    let label = Span::styled(format!("{:<LABEL$}", "Search"), look.theme.accent());
    let numbers = Span::styled(format!("  {numbers}"), look.theme.dim());
    put(frame, area, vec![Line::from(vec![label, value, numbers])]);
    if look.mode == Mode::Text {
        put_cursor(frame, area, LABEL + cursor, 0);
    }
}

fn list(frame: &mut Frame<'_>, area: Rect, picker: &Picker, look: &RenderContext<'_>) {
    let wide = usize::from(area.width);
    let total = picker.rows().len();
    // The row under the cursor is told in full below, always in as many lines, so that nothing moves.
    let (area, below) = take_bottom(area, if picker.kind() == PickerKind::Containers { 1 } else { 3 });
    let (_, below) = take_top(below, usize::from(below.height > 2));
    let height = usize::from(area.height);
    let first = usize::try_from(look.first_row(picker.cursor() as u64, total as u64, height)).unwrap_or_default();
    look.click_rows(area, first as u64, picker.cursor() as u64, total as u64);
    let label = match picker.kind() {
        PickerKind::Regions => 6,
        PickerKind::Keys => wide * 2 / 5,
        PickerKind::Integrations => rest(wide, &[36]),
        PickerKind::SignIn => 32,
        PickerKind::Containers => wide,
    };
    let label = label.min(wide.saturating_sub(2));
    let note = rest(wide, &[label]);
    let row = |(place, row): (usize, &crate::wizard::integration::picker::PickerRow)| {
        let (style, align) = match row.is_usable {
            true => (Style::new(), Align::Left),
            // Why it will not do stands at the end.
            false => (look.theme.dim(), Align::End),
        };
        let columns = [Column::new("", label, Align::Left), Column::new("", note, align)];
        let cells = [(row.label.clone(), style), (row.note.clone(), look.theme.dim())];
        look.row(&columns, &cells, place == picker.cursor())
    };
    put(frame, area, picker.rows().enumerate().skip(first).take(height).map(row).collect());
    let Some(current) = picker.current() else { return };
    let is_cut = text::width(&current.label) > label || text::width(&current.note) > note;
    if is_cut || !current.is_usable {
        let sign = if current.is_usable { " " } else { look.glyphs().warn };
        let sign = Span::styled(format!("{sign} "), look.theme.warn());
        let whole = format!("{}  {}", current.label, current.note);
        put(frame, below, look.fit(look.hanging(sign, &whole, Style::new(), wide), usize::from(below.height)));
    }
}

/// Why a list is empty, and what to do.
fn nothing(kind: PickerKind) -> &'static str {
    match kind {
        PickerKind::Regions => "No region is known. Type the address of the API into the field.",
        PickerKind::Keys => {
            "No private key was found in ~/.ssh or the environment. Make one with: ssh-keygen -t ed25519. Register its \
             public half in Encord under Settings, Public keys; or type the path of another file into the field."
        }
        PickerKind::Integrations => {
            "None is known. Before you are signed in Encord tells of none; if it has none for you, n on the list of checks shows how to make one."
        }
        PickerKind::SignIn => "No way to sign in is known.",
        PickerKind::Containers => {
            "The account has no containers, or shows none to this credential. Type the container's name into the field."
        }
    }
}
