//! A state of the wizard as a snapshot: one file with every size, what is coloured, and the ASCII signs.

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
        },
        theme::Theme,
    },
    wizard::Wizard,
};

/// Neither colours nor signs beyond ASCII.
pub(super) const PLAIN: Theme = Theme::new(false, false);
const COLOURLESS: Theme = Theme::new(false, true);

/// The usual, a large and the smallest screen.
pub(super) const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (60, 20)];

/// Where the snapshots lie.
pub(super) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tui/tests/snapshots");

/// Compares a state with its snapshot, which holds the screen in each of the [`SIZES`], what stands out on it, and the usual size
/// in ASCII. Without colour the screen has to be the same but for the colours, and in ASCII there is nothing else at any size.
pub(super) fn shows(name: &str, wizard: &Wizard) {
    let mut text = format!("{}\n", places::of(wizard).join(", "));
    holds_in_every_mode(name, wizard);
    for (width, height) in SIZES {
        let coloured = drawn(wizard, UTF8, width, height);
        let _ = write!(text, "\n===== {width}x{height}\n{}", frame(wizard, UTF8, width, height));
        let _ = write!(text, "----- what stands out, by row: how, and in which columns\n{}", looks(&coloured));
    }
    let (width, height) = SIZES[0];
    let _ = write!(text, "\n===== {width}x{height} in ASCII\n{}", frame(wizard, PLAIN, width, height));
    kept(name, &text);
}

/// Compares one frame with its snapshot, for what is special to a size.
pub(super) fn shows_as(name: &str, wizard: &Wizard, theme: Theme, width: u16, height: u16) {
    kept(name, &frame(wizard, theme, width, height));
}

/// Without colour a state is the same but for the colours, and in ASCII there is nothing else, at each of the [`SIZES`].
pub(super) fn holds_in_every_mode(name: &str, wizard: &Wizard) {
    for (width, height) in SIZES {
        let coloured = drawn(wizard, UTF8, width, height);
        assert_same_without_colour(name, &coloured, &drawn(wizard, COLOURLESS, width, height));
        let ascii = frame(wizard, PLAIN, width, height);
        assert!(ascii.is_ascii(), "{name} at {width}x{height}, in ASCII:\n{ascii}");
    }
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

fn assert_same_without_colour(name: &str, coloured: &Buffer, plain: &Buffer) {
    for (place, (with, without)) in coloured.content.iter().zip(&plain.content).enumerate() {
        let (row, column) = (place / usize::from(plain.area.width), place % usize::from(plain.area.width));
        let at = || format!("{name} at {}x{}: row {row}, column {column}", plain.area.width, plain.area.height);
        assert_eq!((without.fg, without.bg), (Color::Reset, Color::Reset), "{}", at());
        assert_eq!((with.symbol(), with.modifier), (without.symbol(), without.modifier), "{}", at());
    }
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
