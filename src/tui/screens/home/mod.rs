//! Home: the saved configs and the runs on record. Only the rows in view are looked at.

mod detail;
mod panels;

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::parts::{Align, Column, Look, put, put_cursor, rest, take_bottom, take_top};
use crate::{
    tui::{keymap::Mode, text},
    wizard::{Action, HomeList, HomeStep, SavedConfig, Wizard},
};

const LABEL: usize = 8;

/// In place of the step bar.
pub(super) fn bar(look: &Look<'_>) -> Line<'static> {
    Line::from(vec![Span::raw(" "), Span::styled("azure-to-encord", look.theme.accent())])
}

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &Look<'_>) {
    let home = wizard.home();
    let columns = usize::from(area.width);
    if !home.is_read() {
        put(frame, area, vec![Line::from("Reading the saved configs and runs…")]);
        return;
    }
    let (head, body) = take_top(area, 2);
    heading(frame, head, home, look);
    let foot = detail::foot(wizard, look, columns);
    let most = usize::from(area.height).saturating_sub(8).max(4);
    let foot = look.fit(foot, most);
    let (body, below) = take_bottom(body, foot.len() + 1);
    let (line, below) = take_top(below, 1);
    put(frame, line, vec![Line::styled(look.glyphs().rule.repeat(columns), look.theme.dim())]);
    put(frame, below, foot);
    match home.shown() {
        _ if home.found() == 0 => nothing(frame, body, home, look),
        HomeList::Configs => configs(frame, body, home, look),
        HomeList::Runs => runs(frame, body, home, look),
    }
    panels::draw(frame, area, wizard, look);
}

fn heading(frame: &mut Frame<'_>, area: Rect, home: &HomeStep, look: &Look<'_>) {
    let tab = |name, list| (name, home.total(list) as u64, home.shown() == list);
    let tabs = look.tabs(&[tab("Configs", HomeList::Configs), tab("Runs", HomeList::Runs)]);
    put(frame, area, vec![tabs]);
    if !home.is_searching() && home.search().text().is_empty() {
        return;
    }
    let (_, row) = take_top(area, 1);
    let found = format!("  {} of {}", text::count(home.found() as u64), text::count(home.total(home.shown()) as u64));
    let room = usize::from(row.width).saturating_sub(LABEL + text::width(&found) + 1);
    let (value, cursor) = look.field(home.search(), false, room);
    let label = Span::styled(format!("{:<LABEL$}", "Search"), look.theme.accent());
    let value = Span::raw(text::left(&value, room, look.glyphs().ellipsis));
    put(frame, row, vec![Line::from(vec![label, value, Span::styled(found, look.theme.dim())])]);
    if home.is_searching() && look.mode == Mode::Text {
        put_cursor(frame, row, LABEL + cursor, 0);
    }
}

/// What there is to do where a list is empty.
fn nothing(frame: &mut Frame<'_>, area: Rect, home: &HomeStep, look: &Look<'_>) {
    let columns = usize::from(area.width);
    let new = look.key(Action::New);
    let sentences: Vec<String> = match home.shown() {
        list if home.total(list) > 0 => vec!["Nothing here holds these words.".to_owned()],
        HomeList::Runs => {
            vec!["No run is on record yet. Every upload is put on record here, with its reports.".to_owned()]
        }
        HomeList::Configs => vec![
            "No config is saved yet.".to_owned(),
            format!(
                "{new} begins a new import: six steps, and nothing is changed before you have seen the whole plan."
            ),
            "azure-to-encord demo, in a shell, shows it all on sample data, without any account.".to_owned(),
        ],
    };
    let mut lines = Vec::new();
    for sentence in sentences {
        lines.extend(text::wrap(&sentence, columns).into_iter().map(Line::from));
        lines.push(Line::default());
    }
    put(frame, area, look.fit(lines, usize::from(area.height)));
}

/// The places of the rows in view, and the cursor's.
fn in_view(area: Rect, home: &HomeStep, look: &Look<'_>) -> std::ops::Range<usize> {
    let height = usize::from(area.height).saturating_sub(1);
    let first = look.first_row(home.cursor() as u64, home.found() as u64, height);
    let first = usize::try_from(first).unwrap_or_default();
    first..(first + height).min(home.found())
}

fn configs(frame: &mut Frame<'_>, area: Rect, home: &HomeStep, look: &Look<'_>) {
    let wide = usize::from(area.width);
    let name = (wide / 4).clamp(12, 28);
    let last = if wide < 70 { 15 } else { 20 };
    let container = (wide / 4).clamp(10, 36);
    let columns = [
        Column::new("Config", name, Align::Left),
        Column::new("Container", container, Align::Left),
        Column::new("Folder", rest(wide, &[name, container, last]), Align::Path),
        Column::new("Last run", last, Align::Left),
    ];
    let mut lines = vec![look.header(&columns)];
    for place in in_view(area, home, look) {
        let Some(config) = home.config(place) else { continue };
        let dash = || look.glyphs().dash.to_owned();
        let cells = match &config.problem {
            Some(_) => {
                let said = format!("{} cannot be read", look.glyphs().bad);
                [
                    (config.name.clone(), Style::new()),
                    (said, look.theme.bad()),
                    (dash(), Style::new()),
                    last_run(config, look),
                ]
            }
            None => [
                (config.name.clone(), Style::new()),
                (container_of(config).unwrap_or_else(dash), Style::new()),
                (config.folder.clone().unwrap_or_else(dash), Style::new()),
                last_run(config, look),
            ],
        };
        lines.push(look.row(&columns, &cells, place == home.cursor()));
    }
    put(frame, area, lines);
}

fn container_of(config: &SavedConfig) -> Option<String> {
    match (&config.account, &config.container) {
        (Some(account), Some(container)) => Some(format!("{account}/{container}")),
        (account, container) => account.clone().or_else(|| container.clone()),
    }
}

fn last_run(config: &SavedConfig, look: &Look<'_>) -> (String, Style) {
    match &config.last_run {
        None => (look.glyphs().dash.to_owned(), look.theme.dim()),
        Some(run) => {
            let (sign, style) = look.theme.run(run.standing());
            (format!("{sign} {}", if run.is_live { "now" } else { &run.ago }), style)
        }
    }
}

fn runs(frame: &mut Frame<'_>, area: Rect, home: &HomeStep, look: &Look<'_>) {
    let wide = usize::from(area.width);
    let (state, when, items, config) = match wide {
        0..70 => (18, 12, 0, (wide / 5).clamp(9, 12)),
        70..100 => (18, 14, 15, (wide / 6).max(12)),
        _ => (18, 15, 17, (wide / 5).min(24)),
    };
    let others: Vec<usize> = [state, config, items, when].into_iter().filter(|width| *width > 0).collect();
    let mut columns = vec![
        Column::new("Run", state, Align::Left),
        Column::new("Config", config, Align::Left),
        Column::new("Folder", rest(wide, &others), Align::Path),
    ];
    if items > 0 {
        columns.push(Column::new("Registered", items, Align::Right));
    }
    columns.push(Column::new("Begun", when, Align::Left));
    let mut lines = vec![look.header(&columns)];
    for place in in_view(area, home, look) {
        let Some(run) = home.run(place) else { continue };
        let (sign, style) = look.theme.run(run.standing());
        let mut cells = vec![
            (format!("{sign} {}", run.standing().word()), style),
            (run.config.clone(), Style::new()),
            (run.folder.clone(), Style::new()),
        ];
        if items > 0 {
            cells.push((format!("{}/{}", text::count(run.registered), text::count(run.items)), Style::new()));
        }
        cells.push((run.ago.clone(), look.theme.dim()));
        lines.push(look.row(&columns, &cells, place == home.cursor()));
    }
    put(frame, area, lines);
}
