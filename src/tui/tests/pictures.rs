//! The pictures in the README: screens of the snapshots as SVG. `UPDATE_PICTURES=1 cargo test --lib pictures` writes them.

use std::{fmt::Write, path::Path};

use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};
use unicode_width::UnicodeWidthStr;

use crate::{
    tui::{
        screens::{self, Labels},
        tests::{
            fixtures::{Stage, UTF8, config, well},
            home, progress,
        },
    },
    wizard::{action::Action, step::Step},
};

/// Name, what is seen (for those who cannot see it), rows, and the screen.
type Picture = (&'static str, &'static str, u16, Stage);

const COLUMNS: u16 = 100;

fn pictures() -> Vec<Picture> {
    let at = |step| Stage::at(step, well);
    let inside = at(Step::Folder).press(Action::Down).press(Action::Right);
    vec![
        ("home", "Home: saved configs with their last runs", 22, home::home(home::answers)),
        ("step-1-integration", "Step 1: everything is checked, point by point", 28, Stage::new(config(), well)),
        ("step-2-schema", "Step 2: the metadata schema and what changes in it", 20, at(Step::Schema)),
        ("step-3-manifest", "Step 3: the items that will be registered", 24, at(Step::Manifest)),
        ("step-4-folder", "Step 4: Encord's folders as a tree", 20, inside),
        ("step-5-upload", "Step 5: everything that will change, before it does", 27, at(Step::Upload)),
        ("step-6-progress", "Step 6: every job on its way", 28, progress::at_work(progress::failing(5000))),
        ("failures", "Failed items, gathered by cause", 24, progress::in_causes()),
        ("end", "The end of a run with failures: where the reports lie", 24, progress::ended_with_errors()),
        ("palette", "Every action of a screen, with its key", 26, at(Step::Manifest).press(Action::Palette)),
    ]
}

#[test]
fn the_pictures_show_the_screens_as_they_are() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/pictures");
    let update = std::env::var_os("UPDATE_PICTURES").is_some();
    let mut names = Vec::new();
    for (name, seen, rows, stage) in pictures() {
        let file = folder.join(format!("{name}.svg"));
        let drawn = picture(seen, &drawn(&stage, rows));
        if update {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&file, &drawn).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(kept == drawn, "{name} has changed: UPDATE_PICTURES=1 cargo test --lib pictures, then look at it");
        names.push(format!("{name}.svg"));
    }
    let readme = std::fs::read_to_string(folder.join("../../README.md")).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(names.contains(&name), "nothing draws {name}");
        assert!(readme.contains(&format!("assets/pictures/{name}")), "the README does not show {name}");
    }
}

fn drawn(stage: &Stage, rows: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(COLUMNS, rows)).unwrap();
    let headless_command = Some("azure-to-encord run nightly --yes".into());
    let labels = Labels { headless_command, clock: || crate::tui::tests::fixtures::NOW, ..Labels::default() };
    terminal.draw(|frame| _ = screens::draw(frame, &stage.wizard, &UTF8, &labels)).unwrap();
    terminal.backend().buffer().clone()
}

/// A cell in pixels; text is 14 pixels high.
const CELL: (f32, f32) = (8.4, 18.0);
/// Around the text, and the window's bar.
const EDGE: (f32, f32) = (14.0, 36.0);

const PAPER: &str = "#1b1f27";
const INK: &str = "#d9dee7";
const PALE: &str = "#98a1b0";

const STYLE: &str = "text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',\
                     monospace;white-space:pre}.b{font-weight:700}";

/// What a cell looks like: the colours of its text and of what is behind it, and whether it is bold.
fn look(cell: &Cell) -> (&'static str, Option<&'static str>, bool) {
    let colour = |colour| match colour {
        Color::Green => "#8fd18a",
        Color::Yellow => "#e8c96a",
        Color::Red => "#f28b82",
        Color::Cyan => "#6fcfe6",
        _ => INK,
    };
    let ink = match cell.fg {
        Color::Reset if cell.modifier.contains(Modifier::DIM) => PALE,
        other => colour(other),
    };
    let bold = cell.modifier.contains(Modifier::BOLD);
    if cell.modifier.contains(Modifier::REVERSED) { (PAPER, Some(ink), bold) } else { (ink, None, bold) }
}

/// Where a line of a box leads: right, left, down, up.
fn arms(symbol: &str) -> Option<[bool; 4]> {
    let arms = match symbol {
        "─" => "rl",
        "│" => "du",
        "┌" => "rd",
        "┐" => "ld",
        "└" => "ru",
        "┘" => "lu",
        "├" => "rdu",
        "┤" => "ldu",
        "┬" => "rld",
        "┴" => "rlu",
        "┼" => "rldu",
        _ => return None,
    };
    Some(['r', 'l', 'd', 'u'].map(|arm| arms.contains(arm)))
}

/// How much of a cell a block fills from below, and how densely.
fn block(symbol: &str) -> Option<(f32, f32)> {
    if let Some(height) = "▁▂▃▄▅▆▇█".chars().position(|c| symbol == c.to_string()) {
        return Some(((height + 1) as f32 / 8.0, 1.0));
    }
    Some((
        1.0,
        match symbol {
            "░" => 0.2,
            "▒" => 0.5,
            "▓" => 0.75,
            _ => return None,
        },
    ))
}

/// Cells that are drawn as one: those of one look and one kind of character. Fonts differ in the width of what is not ASCII, so
/// each wide character stands for itself, and every text is stretched to its columns.
fn is_joined(first: &Cell, next: &Cell) -> bool {
    let is_plain = |cell: &Cell| cell.symbol().is_ascii();
    let is_drawn = |cell: &Cell| arms(cell.symbol()).is_some() || block(cell.symbol()).is_some();
    look(first) == look(next)
        && match (is_drawn(first), is_drawn(next)) {
            (true, true) => first.symbol() == next.symbol(),
            (false, false) => is_plain(first) && is_plain(next),
            _ => false,
        }
}

fn picture(seen: &str, buffer: &Buffer) -> String {
    let (columns, rows) = (f32::from(buffer.area.width), f32::from(buffer.area.height));
    let (width, height) = (columns * CELL.0 + 2.0 * EDGE.0, rows * CELL.1 + EDGE.1 + EDGE.0);
    let mut svg = String::new();
    let seen = escaped(seen);
    writeln!(
        svg,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}" role="img" aria-label="{seen}" xml:space="preserve">
<title>{seen}</title>
<style>{STYLE}</style>
<rect x=".5" y=".5" width="{:.0}" height="{:.0}" rx="9" fill="{PAPER}" stroke="#4a5263"/>
<g fill="#4a5263"><circle cx="20" cy="17" r="5.5"/><circle cx="39" cy="17" r="5.5"/><circle cx="58" cy="17" r="5.5"/></g>"##,
        width - 1.0,
        height - 1.0,
    )
    .unwrap();
    for (row, cells) in buffer.content.chunks(usize::from(buffer.area.width)).enumerate() {
        let y = EDGE.1 + row as f32 * CELL.1;
        let mut column = 0;
        while column < cells.len() {
            let first = &cells[column];
            let own = first.symbol().width().max(1);
            let mut end = column + own;
            while end < cells.len() && own == 1 && is_joined(first, &cells[end]) {
                end += 1;
            }
            run(&mut svg, &cells[column..end], column, y);
            column = end;
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn run(svg: &mut String, cells: &[Cell], column: usize, y: f32) {
    let Some(first) = cells.first() else { return };
    let (ink, behind, bold) = look(first);
    let (x, wide) = (EDGE.0 + column as f32 * CELL.0, cells.len() as f32 * CELL.0);
    if let Some(behind) = behind {
        writeln!(svg, r#"<rect x="{x:.1}" y="{y:.1}" width="{wide:.1}" height="{}" fill="{behind}"/>"#, CELL.1)
            .unwrap();
    }
    if let Some([right, left, down, up]) = arms(first.symbol()) {
        let (middle, centre) = (x + CELL.0 / 2.0, y + CELL.1 / 2.0);
        let from = if left { x } else { middle };
        let to = if right { x + wide } else { x + wide - CELL.0 / 2.0 };
        let mut path = String::new();
        if left || right {
            write!(path, "M{from:.1} {centre:.1}H{to:.1}").unwrap();
        }
        for place in (0..cells.len()).filter(|_| down || up) {
            let at = middle + place as f32 * CELL.0;
            let (top, bottom) = (if up { y } else { centre }, if down { y + CELL.1 } else { centre });
            write!(path, "M{at:.1} {top:.1}V{bottom:.1}").unwrap();
        }
        writeln!(svg, r#"<path d="{path}" stroke="{ink}"/>"#).unwrap();
        return;
    }
    if let Some((full, dense)) = block(first.symbol()) {
        let tall = (CELL.1 - 4.0) * full;
        let top = y + CELL.1 - 2.0 - tall;
        let shape = format!(r#"x="{x:.1}" y="{top:.1}" width="{wide:.1}" height="{tall:.1}""#);
        writeln!(svg, r#"<rect {shape} fill="{ink}" fill-opacity="{dense}"/>"#).unwrap();
        return;
    }
    // What stands far apart is placed by itself, so that nothing hangs on how a viewer treats blanks.
    let text: String =
        cells.iter().take(if first.symbol().width() > 1 { 1 } else { cells.len() }).map(Cell::symbol).collect();
    let mut at = 0;
    for part in text.split("  ") {
        let part_at = at;
        at += part.width() + 2;
        let inner = part.trim();
        if inner.is_empty() {
            continue;
        }
        let x = x + (part_at + part.len() - part.trim_start().len()) as f32 * CELL.0;
        let (length, class) = (inner.width() as f32 * CELL.0, if bold { r#" class="b""# } else { "" });
        let place =
            format!(r#"x="{x:.1}" y="{:.1}" textLength="{length:.1}" lengthAdjust="spacingAndGlyphs""#, y + 13.5);
        writeln!(svg, r#"<text{class} {place} fill="{ink}">{}</text>"#, escaped(inner)).unwrap();
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[test]
fn text_is_placed_by_columns_and_escaped() {
    let mut buffer = Buffer::with_lines(["a<b  街x ─│"]);
    buffer.set_style(ratatui::layout::Rect::new(0, 0, 1, 1), ratatui::style::Style::new().fg(Color::Green));
    let drawn = picture("one & all", &buffer);
    let at = |column: f32| format!("x=\"{:.1}\"", EDGE.0 + column * CELL.0);
    for (column, text) in [(0.0, ">a<"), (1.0, ">&lt;b<"), (5.0, ">街<"), (7.0, ">x<")] {
        let line = drawn.lines().find(|line| line.contains(text)).unwrap();
        assert!(line.contains(&at(column)), "{line}");
    }
    assert!(drawn.contains("one &amp; all") && drawn.matches("<path").count() == 2, "{drawn}");
}
