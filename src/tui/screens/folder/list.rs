//! The tree of folders, or what a search found. Only the rows in view are looked at.

use ratatui::{Frame, layout::Rect, style::Style, text::Line};

use crate::{
    tui::{
        screens::render::{Align, Column, RenderContext, position, put, rest, take_bottom, take_top},
        text,
    },
    wizard::{
        Wizard,
        destination::FolderRole,
        folder::{
            messages::FolderRow,
            search::FolderSearch,
            tree::{Branch, FolderTree, More, TreeRow},
        },
    },
};

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let step = wizard.folder();
    let chosen = step.destination().filter(|destination| destination.create.is_empty());
    let chosen = chosen.and_then(|destination| destination.existing.as_ref()).map(|folder| folder.uuid);
    let mark = |row: &FolderRow| match chosen == Some(row.uuid) {
        true => (look.glyphs().chosen.to_owned(), look.theme.accent()),
        false => (String::new(), Style::new()),
    };
    match step.search() {
        Some(search) => found(frame, area, search, &mark, look),
        None => tree(frame, area, step.tree(), &mark, look),
    }
}

fn tree(
    frame: &mut Frame<'_>,
    area: Rect,
    tree: &FolderTree,
    mark: &dyn Fn(&FolderRow) -> (String, Style),
    look: &RenderContext<'_>,
) {
    let wide = usize::from(area.width);
    if tree.is_empty() {
        let lines = match (tree.problem(), tree.is_reading()) {
            (Some(problem), _) => look.problem(problem, wide),
            (None, true) => vec![said("Reading the folders…", look)],
            (None, false) => vec![said("There are no folders yet.", look)],
        };
        return put(frame, area, look.fit(lines, usize::from(area.height)));
    }
    let name = (wide / 2).clamp(24, 60);
    let columns = [
        Column::new("", 1, Align::Left),
        Column::new("Name", name, Align::Left),
        Column::new("Description", rest(wide, &[1, name]), Align::Left),
    ];
    let row = |place: usize| {
        let row = tree.row(place)?;
        let name = format!("{}{} {}", indent(&row, name), sign(&row, look), row.folder.name);
        let (about, style) = about(row.folder, row.branch, row.is_twin, look);
        Some([mark(row.folder), (name, Style::new()), (about, style)])
    };
    rows(frame, area, &columns, (tree.cursor(), tree.len()), tree.more(), &row, look);
}

fn found(
    frame: &mut Frame<'_>,
    area: Rect,
    search: &FolderSearch,
    mark: &dyn Fn(&FolderRow) -> (String, Style),
    look: &RenderContext<'_>,
) {
    let wide = usize::from(area.width);
    if search.rows().is_empty() {
        let lines = match (search.problem(), search.is_reading()) {
            (Some(problem), _) => look.problem(problem, wide),
            (None, true) => vec![said("Searching…", look)],
            (None, false) if search.field().text().trim().is_empty() => Vec::new(),
            (None, false) => vec![said("No folder's name holds this.", look)],
        };
        return put(frame, area, look.fit(lines, usize::from(area.height)));
    }
    let path = (wide * 3 / 5).clamp(24, 80);
    let columns = [
        Column::new("", 1, Align::Left),
        Column::new("Path", path, Align::Path),
        Column::new("Description", rest(wide, &[1, path]), Align::Left),
    ];
    let row = |place: usize| {
        let row = search.rows().get(place)?;
        let (about, style) = about(row, Branch::Closed, search.is_twin(row), look);
        let path = row.path.as_ref().unwrap_or(&row.name).clone();
        Some([mark(row), (path, Style::new()), (about, style)])
    };
    rows(frame, area, &columns, (search.cursor(), search.rows().len()), search.more(), &row, look);
}

fn said(words: &str, look: &RenderContext<'_>) -> Line<'static> {
    Line::styled(format!("  {words}"), look.theme.dim())
}

/// The rows around the cursor, and where it is.
fn rows(
    frame: &mut Frame<'_>,
    area: Rect,
    columns: &[Column],
    (cursor, total): (usize, usize),
    more: More,
    row: &dyn Fn(usize) -> Option<[(String, Style); 3]>,
    look: &RenderContext<'_>,
) {
    let (area, foot) = take_bottom(area, 1);
    let mut lines = vec![look.header(columns)];
    let height = usize::from(area.height).saturating_sub(1);
    let first = usize::try_from(look.first_row(cursor as u64, total as u64, height)).unwrap_or_default();
    look.click_rows(take_top(area, 1).1, first as u64, cursor as u64, total as u64);
    let shown = (first..total).take(height).filter_map(|place| Some((place, row(place)?)));
    lines.extend(shown.map(|(place, cells)| look.row(columns, &cells, place == cursor)));
    put(frame, area, lines);
    let last = match more {
        More::None => "",
        More::Below => ", more below",
        More::Reading => ", reading more",
        More::Failed => ", the rest could not be read; move down to try again",
    };
    let words = format!("  {}{last}", position(cursor as u64, total as u64));
    put(frame, foot, vec![Line::styled(words, look.theme.dim())]);
}

/// Enough of a folder's id to tell twins apart.
pub(super) fn short_id(row: &FolderRow) -> String {
    let id = row.uuid.to_string();
    let (first, last) = (id.get(..8).unwrap_or_default(), id.get(id.len().saturating_sub(4)..).unwrap_or_default());
    format!("id {first}…{last}")
}

/// Two columns for each level, as far as half of the name's columns go.
fn indent(row: &TreeRow<'_>, name: usize) -> String {
    " ".repeat((row.depth * 2).min(name / 2))
}

fn sign(row: &TreeRow<'_>, look: &RenderContext<'_>) -> &'static str {
    let signs = if look.theme.is_utf8() { ["▸", "▾", "·"] } else { ["+", "-", " "] };
    let [closed, open, leaf] = signs;
    match row.branch {
        Branch::Closed => closed,
        Branch::Reading | Branch::Open | Branch::Failed => open,
        Branch::Empty => leaf,
    }
}

/// What there is to say of a folder in its row, the most important only.
fn about(row: &FolderRow, branch: Branch, is_twin: bool, look: &RenderContext<'_>) -> (String, Style) {
    let (dim, warn) = (look.theme.dim(), look.theme.warn());
    match branch {
        Branch::Reading => return ("reading…".to_owned(), dim),
        Branch::Failed => return (format!("{} could not be read", look.glyphs().bad), look.theme.bad()),
        _ => {}
    }
    if row.synced {
        ("cloud-synced: takes no uploads".to_owned(), dim)
    } else if is_twin {
        (short_id(row), dim)
    } else if row.role == FolderRole::User {
        let dot = format!(" {} ", look.glyphs().dot);
        let description = Some(row.description.as_str()).filter(|text| !text.is_empty());
        let parts: Vec<&str> = std::iter::once("your role: user").chain(description).collect();
        (format!("{} {}", look.glyphs().warn, parts.join(&dot)), warn)
    } else if branch == Branch::Empty {
        let none = "no folders in it";
        let description = text::clean(&row.description);
        (if description.is_empty() { none.to_owned() } else { format!("{description} ({none})") }, dim)
    } else {
        (row.description.clone(), dim)
    }
}
