//! The container's folders.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    tui::screens::render::{Align, Column, RenderContext, position, put, rest, take_bottom, take_top},
    wizard::{
        Wizard,
        integration::{folder_browser::FolderBrowser, picker::Loading},
    },
};

const LABEL: usize = 11;

pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    browser: &FolderBrowser,
    wizard: &Wizard,
    look: &RenderContext<'_>,
) {
    let columns = usize::from(area.width);
    let label = |name: &str| Span::styled(format!("{name:<LABEL$}"), look.theme.accent());
    let container = &wizard.config().azure.container;
    let path = format!("{container}/{}", browser.at()).trim_end_matches('/').replace('/', " / ");
    let (head, area) = take_top(area, 2);
    let path = look.cut_path(&path, columns.saturating_sub(LABEL));
    put(frame, head, vec![Line::from(vec![label("Folders in"), Span::raw(path)])]);
    let chosen = match browser.chosen() {
        [] => "none: the whole container is imported".to_owned(),
        some => some.join("  "),
    };
    let foot = look.fit(look.hanging(label("Chosen"), &chosen, Style::new(), columns), 2);
    let (area, foot_area) = take_bottom(area, foot.len() + 1);
    put(frame, take_top(foot_area, 1).1, foot);
    match browser.state() {
        Loading::Running(_) => {
            let words = format!("Reading the folders{}", look.glyphs().ellipsis);
            put(frame, area, vec![Line::styled(words, look.theme.dim())]);
        }
        Loading::Failed(problem) => {
            put(frame, area, look.fit(look.problem(problem, columns), usize::from(area.height)));
        }
        Loading::Done => list(frame, area, browser, look),
    }
}

fn list(frame: &mut Frame<'_>, area: Rect, browser: &FolderBrowser, look: &RenderContext<'_>) {
    let page = browser.page();
    let wide = usize::from(area.width);
    let mut here = match page.folders.len() as u64 {
        0 => "No folders here".to_owned(),
        total => position(browser.cursor() as u64, total),
    };
    if page.blobs > 0 {
        here = format!("{here}, {} right here", crate::format::counted(page.blobs, "file", "files"));
    }
    if page.more {
        here.push_str("; there are more than were read");
    }
    let (area, line) = take_bottom(area, 1);
    put(frame, line, vec![Line::styled(look.cut(&here, wide), look.theme.dim())]);
    let rows = usize::from(area.height);
    let (at, total) = (browser.cursor() as u64, page.folders.len() as u64);
    let first = look.first_row(at, total, rows);
    look.click_rows(area, first, at, total);
    let first = usize::try_from(first).unwrap_or_default();
    let columns = [
        Column::new("", 1, Align::Left),
        Column::new("", rest(wide, &[1, 20]), Align::Left),
        Column::new("", 20, Align::Left),
    ];
    let row = |(place, folder): (usize, &String)| {
        let (mark, note) = choice(folder, browser.chosen(), look);
        let name = folder.strip_prefix(browser.at()).unwrap_or(folder).to_owned();
        let cells = [(mark.to_owned(), look.theme.accent()), (name, Style::new()), (note.to_owned(), look.theme.dim())];
        look.row(&columns, &cells, place == browser.cursor())
    };
    put(frame, area, page.folders.iter().enumerate().skip(first).take(rows).map(row).collect());
}

/// Whether a folder is chosen, and how.
fn choice(folder: &str, chosen: &[String], look: &RenderContext<'_>) -> (&'static str, &'static str) {
    let glyphs = look.glyphs();
    if chosen.iter().any(|chosen| chosen == folder) {
        (glyphs.chosen, "chosen")
    } else if chosen.iter().any(|chosen| folder.starts_with(chosen.as_str())) {
        (glyphs.chosen, "in a chosen folder")
    } else if chosen.iter().any(|chosen| chosen.starts_with(folder)) {
        (glyphs.unchosen, "some of it is chosen")
    } else {
        (glyphs.unchosen, "")
    }
}
