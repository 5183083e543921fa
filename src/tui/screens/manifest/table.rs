//! The lists: items, what was left out, findings and their groups.

use ratatui::{Frame, layout::Rect, style::Style};

use crate::{
    manifest::{finding::Severity, item::Item},
    tui::screens::render::{Align, Column, RenderContext, put, rest, take_top},
    wizard::{
        action::Action,
        list::{List, Row},
        manifest::{FindingGroup, ManifestStep},
    },
};

/// A table of so many columns counts an item's files, and one of so many names its metadata keys.
const COUNTS_FILES: usize = 70;
const NAMES_KEYS: usize = 110;

type Cell = (String, Style);

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, step: &ManifestStep, look: &RenderContext<'_>) {
    if let Some(groups) = step.groups().filter(|groups| !groups.is_empty()) {
        return draw_groups(frame, area, &groups, step.group_cursor(), look);
    }
    let window = step.window();
    if window.total() == 0 {
        let lines = look.hanging("  ".into(), &nothing(step, look), look.theme.dim(), usize::from(area.width));
        return put(frame, area, look.fit(lines, usize::from(area.height)));
    }
    let columns = columns(step.list(), usize::from(area.width));
    let mut lines = vec![look.header(&columns)];
    let height = usize::from(area.height).saturating_sub(1);
    let first = look.first_row(window.cursor(), window.total(), height);
    look.click_rows(take_top(area, 1).1, first, window.cursor(), window.total());
    for place in (first..window.total()).take(height) {
        let cells = match window.get(place) {
            Some(Row::Item(item, mark)) => item_cells(item, *mark, usize::from(area.width), look),
            Some(Row::Skipped(skipped)) => vec![plain(skipped.reason.label()), plain(skipped.name.clone())],
            Some(Row::Finding(finding)) => {
                let (sign, _, style) = severity(finding.severity, look);
                vec![(sign.to_owned(), style), plain(finding.item.clone()), plain(finding.message.clone())]
            }
            Some(Row::Failed(_)) | None => {
                columns.iter().map(|_| (look.glyphs().ellipsis.to_owned(), look.theme.dim())).collect()
            }
        };
        lines.push(look.row(&columns, &cells, place == window.cursor()));
    }
    put(frame, area, lines);
}

fn plain(text: impl Into<String>) -> Cell {
    (text.into(), Style::new())
}

/// The columns of a list in a table of so many columns.
fn columns(list: List, wide: usize) -> Vec<Column> {
    match list {
        List::Skipped => vec![Column::new("Why", 22, Align::Left), Column::new("Blob", rest(wide, &[22]), Align::Path)],
        List::Findings => {
            let item = wide.saturating_sub(7) * 2 / 5;
            vec![
                Column::new("", 1, Align::Left),
                Column::new("Item", item, Align::Path),
                Column::new("What", rest(wide, &[1, item]), Align::Left),
            ]
        }
        List::Items | List::Failed | List::FailedBy(_) => {
            let [mark, keys, size] = [1, if wide >= NAMES_KEYS { 24 } else { 4 }, 8];
            let keys_column = match wide >= NAMES_KEYS {
                true => Column::new("Metadata keys", keys, Align::Left),
                false => Column::new("Keys", keys, Align::Right),
            };
            let kind = if wide >= COUNTS_FILES { 14 } else { 11 };
            let files: &[usize] = if wide >= COUNTS_FILES { &[6] } else { &[] };
            let title = rest(wide, &[&[mark, kind, keys, size], files].concat());
            let mut columns = vec![
                Column::new("", mark, Align::Left),
                Column::new("Type", kind, Align::Left),
                Column::new("Title", title, Align::Path),
            ];
            columns.extend(files.iter().map(|width| Column::new("Files", *width, Align::Right)));
            columns.extend([keys_column, Column::new("Size", size, Align::Right)]);
            columns
        }
    }
}

fn item_cells(item: &Item, mark: Option<Severity>, wide: usize, look: &RenderContext<'_>) -> Vec<Cell> {
    let mark = mark.map_or_else(
        || plain(""),
        |mark| {
            let (sign, _, style) = severity(mark, look);
            (sign.to_owned(), style)
        },
    );
    let title = match item.title.is_empty() {
        true => item.urls.first().cloned().unwrap_or_default(),
        false => item.title.clone(),
    };
    let mut cells = vec![mark, plain(item.kind.name()), plain(title)];
    if wide >= COUNTS_FILES {
        cells.push(plain(crate::format::count(item.urls.len() as u64)));
    }
    let keys = match wide >= NAMES_KEYS {
        true => item.client_metadata.keys().take(20).cloned().collect::<Vec<_>>().join(", "),
        false => item.client_metadata.len().to_string(),
    };
    let size = if item.bytes == 0 { look.glyphs().dash.to_owned() } else { crate::format::bytes(item.bytes) };
    cells.extend([plain(keys), plain(size)]);
    cells
}

fn draw_groups(frame: &mut Frame<'_>, area: Rect, groups: &[FindingGroup], cursor: usize, look: &RenderContext<'_>) {
    let wide = usize::from(area.width);
    let columns = vec![
        Column::new("What", 25, Align::Left),
        Column::new("Items", 10, Align::Right),
        Column::new("Metadata keys", rest(wide, &[25, 10]), Align::Left),
    ];
    let mut lines = vec![look.header(&columns)];
    let height = usize::from(area.height).saturating_sub(1);
    let first = usize::try_from(look.first_row(cursor as u64, groups.len() as u64, height)).unwrap_or_default();
    look.click_rows(take_top(area, 1).1, first as u64, cursor as u64, groups.len() as u64);
    for (place, group) in groups.iter().enumerate().skip(first).take(height) {
        let (sign, _, style) = severity(group.code.severity(), look);
        let cells = vec![
            (format!("{sign} {}", group.code.name()), style),
            plain(crate::format::count(group.items)),
            plain(group.keys.join(", ")),
        ];
        lines.push(look.row(&columns, &cells, place == cursor));
    }
    put(frame, area, lines);
}

/// What stands where there are no rows.
fn nothing(step: &ManifestStep, look: &RenderContext<'_>) -> String {
    if step.scan().is_some_and(|scan| scan.is_running()) {
        return format!("Searching{}", look.glyphs().ellipsis);
    }
    let filter = step.filter();
    let is_filtered = !filter.text.is_empty() || filter.kind.is_some() || filter.marked;
    match step.list() {
        _ if is_filtered && !filter.text.is_empty() => {
            format!("No row holds this text. {} ends the search.", look.key(Action::Back))
        }
        _ if filter.marked => {
            format!("Nothing was found about such items. {} shows all again.", look.key(Action::FilterMarked))
        }
        List::Findings if step.groups().is_some() && !step.group_search().is_empty() => {
            format!("No finding holds this text. {} ends the search.", look.key(Action::Back))
        }
        List::Skipped => "Nothing was left out: every blob is in an item.".to_owned(),
        List::Findings => "Nothing was found to be wrong.".to_owned(),
        List::Items | List::Failed | List::FailedBy(_) => "There are no items.".to_owned(),
    }
}

/// A severity's sign, its name and its style.
pub(super) fn severity(severity: Severity, look: &RenderContext<'_>) -> (&'static str, &'static str, Style) {
    match severity {
        Severity::Error => (look.glyphs().bad, "Error", look.theme.bad()),
        Severity::Warning => (look.glyphs().warn, "Warning", look.theme.warn()),
    }
}
