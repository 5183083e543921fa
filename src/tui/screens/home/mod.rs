//! Home: the saved configs and the runs on record. Only the rows in view are looked at.

mod detail;
mod panels;

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
    wizard::{
        Wizard,
        action::Action,
        home::{HomeStep, list::HomeList},
        saved::SavedConfig,
    },
};

const LABEL: usize = 8;
/// Lists in fewer columns leave out what the lines below them tell of the row under the cursor.
const NARROW: usize = 70;
/// From so many columns on, times are written out.
const LONG: usize = 100;

/// In place of the step bar: with the config that is open, and whether it has changes that are not saved.
pub(super) fn bar(wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Line<'static> {
    let mut line = Line::from(vec![Span::raw(" "), Span::styled("azure-to-encord", look.theme.accent())]);
    if wizard.has_config() {
        let (mark, style) = match wizard.is_unsaved() {
            true => (" * changes not saved", look.theme.warn()),
            false => ("", look.theme.dim()),
        };
        let room = columns.saturating_sub(line.width() + 10 + mark.len());
        let told = format!("Open: {}{mark}", look.cut_path(wizard.label().unwrap_or("a new config"), room));
        line.push_span(Span::raw(" ".repeat(columns.saturating_sub(line.width() + text::width(&told) + 1))));
        line.push_span(Span::styled(told, style));
    }
    line
}

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
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
        HomeList::Configs => configs(frame, body, wizard, look),
        HomeList::Runs => runs(frame, body, home, look),
    }
    panels::draw(frame, area, wizard, look);
}

fn heading(frame: &mut Frame<'_>, area: Rect, home: &HomeStep, look: &RenderContext<'_>) {
    let tab = |name, list| (name, home.total(list) as u64, home.shown() == list);
    let tabs = look.tabs(&[tab("Configs", HomeList::Configs), tab("Runs", HomeList::Runs)]);
    put(frame, area, vec![tabs]);
    if !home.is_searching() && home.search().text().is_empty() {
        return;
    }
    let (_, row) = take_top(area, 1);
    let found = format!(
        "  {} of {}",
        crate::format::count(home.found() as u64),
        crate::format::count(home.total(home.shown()) as u64)
    );
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
fn nothing(frame: &mut Frame<'_>, area: Rect, home: &HomeStep, look: &RenderContext<'_>) {
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
fn in_view(area: Rect, home: &HomeStep, look: &RenderContext<'_>) -> std::ops::Range<usize> {
    let height = usize::from(area.height).saturating_sub(1);
    let first = look.first_row(home.cursor() as u64, home.found() as u64, height);
    let first = usize::try_from(first).unwrap_or_default();
    first..(first + height).min(home.found())
}

fn configs(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let home = wizard.home();
    let wide = usize::from(area.width);
    let is_long = wide >= LONG;
    let last = if is_long { 36 } else { 28 };
    let name = (wide / 5).clamp(14, 28);
    let container = if wide < NARROW { 0 } else { (wide / 5).clamp(10, 36) };
    let others: Vec<usize> = [name, container, last].into_iter().filter(|width| *width > 0).collect();
    let mut columns = vec![Column::new("Config", name, Align::Left)];
    if container > 0 {
        columns.push(Column::new("Container", container, Align::Path));
    }
    columns.push(Column::new("Folder", rest(wide, &others), Align::Path));
    columns.push(Column::new("Last run", last, Align::Left));
    let mut lines = vec![look.header(&columns)];
    for place in in_view(area, home, look) {
        let Some(config) = home.config(place) else { continue };
        let dash = || look.glyphs().dash.to_owned();
        let is_open = is_open(config, wizard);
        let mark = if is_open && wizard.is_unsaved() { " *" } else { "" };
        let called = format!("{}{mark}", look.cut(&config.name, name.saturating_sub(mark.len())));
        let mut cells = vec![(called, if is_open { look.theme.accent() } else { Style::new() })];
        let broken = || (format!("{} unreadable", look.glyphs().bad), look.theme.bad());
        let folder = || (config.folder.clone().unwrap_or_else(dash), Style::new());
        if container > 0 {
            let from = || (container_of(config).unwrap_or_else(dash), Style::new());
            cells.push(if config.problem.is_some() { broken() } else { from() });
            cells.push(if config.problem.is_some() { (dash(), Style::new()) } else { folder() });
        } else {
            cells.push(if config.problem.is_some() { broken() } else { folder() });
        }
        cells.push(last_run(config, is_long, look));
        lines.push(look.row(&columns, &cells, place == home.cursor()));
    }
    put(frame, area, lines);
}

/// Whether it is the config that the wizard is on.
fn is_open(config: &SavedConfig, wizard: &Wizard) -> bool {
    wizard.has_config() && wizard.label() == Some(config.name.as_str())
}

fn container_of(config: &SavedConfig) -> Option<String> {
    match (&config.account, &config.container) {
        (Some(account), Some(container)) => Some(format!("{account}/{container}")),
        (account, container) => account.clone().or_else(|| container.clone()),
    }
}

/// How the last run ended, and when it began.
fn last_run(config: &SavedConfig, is_long: bool, look: &RenderContext<'_>) -> (String, Style) {
    let now = (look.labels.clock)();
    match &config.last_run {
        None => (look.glyphs().dash.to_owned(), look.theme.dim()),
        Some(run) => {
            let (sign, style) = look.theme.run(run.standing());
            let word = run.standing().word();
            let told = match is_long {
                true => format!("{sign} {word}, {}", run.ago(now)),
                false => format!("{sign} {word} {}", run.ago_short(now)),
            };
            (told, style)
        }
    }
}

fn runs(frame: &mut Frame<'_>, area: Rect, home: &HomeStep, look: &RenderContext<'_>) {
    let now = (look.labels.clock)();
    let wide = usize::from(area.width);
    let is_long = wide >= LONG;
    let (state, when, items, config) = match wide {
        ..NARROW => (18, 10, 0, (wide / 5).max(9)),
        NARROW..LONG => (18, 10, 15, wide / 6),
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
            cells.push((
                format!("{}/{}", crate::format::count(run.registered), crate::format::count(run.items)),
                Style::new(),
            ));
        }
        cells.push((if is_long { run.ago(now) } else { run.ago_short(now) }, look.theme.dim()));
        lines.push(look.row(&columns, &cells, place == home.cursor()));
    }
    put(frame, area, lines);
}
