//! A state of the wizard as a snapshot: the screen at the usual size, and what is coloured.

use std::fmt::Write as _;

use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};

use crate::{
    tui::{
        screens,
        tests::{
            fixtures::{UTF8, frame, labels},
            places,
            readable::holds_in_every_mode,
        },
        theme::Theme,
    },
    wizard::Wizard,
};

/// Neither colours nor signs beyond ASCII.
pub(super) const PLAIN: Theme = Theme::new(false, false);

/// The size that snapshots have.
const SIZE: (u16, u16) = (80, 24);

/// Where the snapshots lie.
pub(super) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tui/tests/snapshots");

/// Compares a state with its snapshot, which holds the screen at the usual size and what stands out on it. What has to hold at
/// other sizes, without colour and in ASCII is held by properties.
pub(super) fn shows(name: &str, wizard: &Wizard) {
    holds_in_every_mode(name, wizard);
    let mut text = format!("{}\n", places::of(wizard).join(", "));
    let (width, height) = SIZE;
    let _ = write!(text, "\n===== {width}x{height}\n{}", frame(wizard, UTF8, width, height));
    let looks = looks(&drawn(wizard, UTF8, width, height));
    let _ = write!(text, "----- what stands out, by row: how, and in which columns\n{looks}");
    kept(name, &text);
}

/// Compares one frame with its snapshot, for what is special to a size.
pub(super) fn shows_as(name: &str, wizard: &Wizard, theme: Theme, width: u16, height: u16) {
    kept(name, &frame(wizard, theme, width, height));
}

fn kept(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(FOLDER);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn drawn(wizard: &Wizard, theme: Theme, width: u16, height: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| _ = screens::draw(frame, wizard, &theme, &labels())).unwrap();
    terminal.backend().buffer().clone()
}

/// What is not plain text on a screen: a line for each row that has some.
fn looks(buffer: &Buffer) -> String {
    let mut text = String::new();
    for (row, cells) in buffer.content.chunks(usize::from(buffer.area.width)).enumerate() {
        let mut runs: Vec<(String, Vec<String>)> = Vec::new();
        let mut column = 0;
        for run in cells.chunk_by(|one, next| look(one) == look(next)) {
            if let Some(look) = look(&run[0]) {
                let columns = match column + run.len() - 1 {
                    last if last == column => column.to_string(),
                    last => format!("{column}-{last}"),
                };
                match runs.iter_mut().find(|(known, _)| *known == look) {
                    Some((_, all)) => all.push(columns),
                    None => runs.push((look, vec![columns])),
                }
            }
            column += run.len();
        }
        let runs: Vec<String> =
            runs.into_iter().map(|(look, columns)| format!("{look} {}", columns.join(" "))).collect();
        if !runs.is_empty() {
            let _ = writeln!(text, "{row:>2}: {}", runs.join(", "));
        }
    }
    text
}

fn look(cell: &Cell) -> Option<String> {
    let mut words = Vec::new();
    if cell.fg != Color::Reset {
        words.push(cell.fg.to_string().to_lowercase());
    }
    if cell.bg != Color::Reset {
        words.push(format!("on {}", cell.bg).to_lowercase());
    }
    for (modifier, word) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::REVERSED, "reversed"),
        (Modifier::UNDERLINED, "underlined"),
    ] {
        if cell.modifier.contains(modifier) {
            words.push(word.to_owned());
        }
    }
    (!words.is_empty()).then(|| words.join(" "))
}
