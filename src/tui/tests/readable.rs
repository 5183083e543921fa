//! What holds of every state at every size and in every mode: nothing is cut without a mark, nothing covers anything else, and the
//! words stay the same in a smaller frame, without colour and in ASCII.

use std::{cell::RefCell, collections::BTreeSet};

use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::Buffer,
    layout::Rect,
    style::Color,
    text::{Line, Span},
};

use crate::{
    tui::{
        screens,
        tests::{
            fixtures::{UTF8, labels, lines},
            shown::PLAIN,
        },
        text::width,
        theme::Theme,
    },
    wizard::Wizard,
};

const COLOURLESS: Theme = Theme::new(false, true);
/// The usual, a large and the smallest screen.
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (60, 20)];
/// A frame that holds whatever a state has to say.
const LARGE: (u16, u16) = (240, 100);
/// How keys with a sign of their own are called where there are no such signs.
const KEYS: [&str; 8] = ["Up", "Down", "Left", "Right", "PgUp", "PgDn", "Enter", "and"];

/// What was drawn, in the order of drawing.
enum Drawn {
    Lines(Rect, Vec<String>),
    /// A box was put over whatever was there.
    Cleared(Rect),
}

thread_local! {
    static DRAWN: RefCell<Option<Vec<Drawn>>> = const { RefCell::new(None) };
}

/// Takes down that lines were drawn from the top of an area, if somebody wants to know.
pub(crate) fn put(area: Rect, lines: &[Line<'_>]) {
    note(|| Drawn::Lines(area, lines.iter().map(content).collect()));
}

/// Takes down that an area was emptied.
pub(crate) fn cleared(area: Rect) {
    note(|| Drawn::Cleared(area));
}

fn note(drawn: impl FnOnce() -> Drawn) {
    DRAWN.with_borrow_mut(|noted| {
        if let Some(noted) = noted {
            noted.push(drawn());
        }
    });
}

fn content(line: &Line<'_>) -> String {
    line.spans.iter().map(|span: &Span<'_>| span.content.as_ref()).collect()
}

/// A frame, and what was drawn for it.
fn drawn(wizard: &Wizard, theme: Theme, (width, height): (u16, u16)) -> (Buffer, Vec<Drawn>) {
    DRAWN.set(Some(Vec::new()));
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| _ = screens::draw(frame, wizard, &theme, &labels())).unwrap();
    (terminal.backend().buffer().clone(), DRAWN.take().unwrap_or_default())
}

/// Stops the test unless a state can be read at each of the [`SIZES`] in every mode.
pub(super) fn holds_in_every_mode(name: &str, wizard: &Wizard) {
    let large = [UTF8, PLAIN].map(|theme| lines(&drawn(wizard, theme, LARGE).0));
    assert_same_words(name, &large);
    for size in SIZES {
        let at = format!("{name} at {}x{}", size.0, size.1);
        let (coloured, parts) = drawn(wizard, UTF8, size);
        let (ascii, ascii_parts) = drawn(wizard, PLAIN, size);
        assert_same_without_colour(&at, &coloured, &drawn(wizard, COLOURLESS, size).0);
        assert!(lines(&ascii).is_ascii(), "{at}, in ASCII:\n{}", lines(&ascii));
        for (theme, buffer, parts, large) in
            [(UTF8, coloured, parts, &large[0]), (PLAIN, ascii, ascii_parts, &large[1])]
        {
            let text = lines(&buffer);
            let at = format!("{at}{}", if theme.is_utf8() { "" } else { ", in ASCII" });
            let mark = theme.glyphs().ellipsis;
            assert_nothing_is_cut(&at, &text, &parts, mark);
            assert_nothing_overlaps(&at, &text, &parts, buffer.area);
            // Some sentences are shorter in small frames, of nearly the same size then.
            let wider = |more| lines(&drawn(wizard, theme, (size.0 + more, size.1)).0);
            assert_known_words(&at, &text, &[large.clone(), wider(2), wider(7)], mark);
        }
    }
}

fn assert_same_without_colour(at: &str, coloured: &Buffer, plain: &Buffer) {
    for (place, (with, without)) in coloured.content.iter().zip(&plain.content).enumerate() {
        let (row, column) = (place / usize::from(plain.area.width), place % usize::from(plain.area.width));
        assert_eq!((without.fg, without.bg), (Color::Reset, Color::Reset), "{at}: row {row}, column {column}");
        let (with, without) = ((with.symbol(), with.modifier), (without.symbol(), without.modifier));
        assert_eq!(with, without, "{at}: row {row}, column {column}");
    }
}

macro_rules! ensure {
    ($c:expr, $($a:tt)*) => { if !$c { use std::io::Write as _; let mut f = std::fs::OpenOptions::new().create(true).append(true).open("/tmp/tt/viol.txt").unwrap(); let s = format!("@@@@{}:{}\n", line!(), format!($($a)*)); f.write_all(s.as_bytes()).unwrap(); } };
}

/// A line is as wide as its area at most, and the lines are as many as it is high; else what is left ends in a mark. The help
/// says which of its lines are in view.
fn assert_nothing_is_cut(at: &str, text: &str, parts: &[Drawn], mark: &str) {
    for part in parts {
        let Drawn::Lines(area, content) = part else { continue };
        let (shown, below) = content.split_at(content.len().min(usize::from(area.height)));
        for line in shown.iter().filter(|line| width(line.trim_end()) > usize::from(area.width)) {
            let marked = (0..=line.len())
                .rev()
                .filter_map(|end| line.get(..end))
                .find(|start| width(start) <= usize::from(area.width))
                .is_some_and(|start| start.ends_with(mark));
            ensure!(marked, "{at}: cut to {} columns: {line:?}\n{text}", area.width);
        }
        let is_told = shown.last().is_some_and(|line| line.ends_with(mark))
            || text.contains(&format!(" of {}, ", content.len()))
            || below.iter().all(|line| line.trim().is_empty());
        ensure!(is_told, "{at}: {} lines are shown, and these are not: {below:#?}\n{text}", shown.len());
    }
}

/// No text stands where another one does, unless a box was put over it.
fn assert_nothing_overlaps(at: &str, text: &str, parts: &[Drawn], frame: Rect) {
    let columns = usize::from(frame.width);
    let mut taken = vec![false; columns * usize::from(frame.height)];
    for part in parts {
        match part {
            Drawn::Cleared(area) => {
                for y in area.top()..area.bottom().min(frame.height) {
                    let row = usize::from(y) * columns;
                    taken[row + usize::from(area.left())..row + usize::from(area.right().min(frame.width))].fill(false);
                }
            }
            Drawn::Lines(area, content) => {
                for (y, line) in (area.top()..area.bottom().min(frame.height)).zip(content) {
                    let mut column = usize::from(area.x);
                    for c in line.chars() {
                        let wide = width(c.encode_utf8(&mut [0; 4]));
                        let end = (column + wide).min(usize::from(area.right().min(frame.width)));
                        for cell in &mut taken[usize::from(y) * columns..][column.min(end)..end] {
                            let is_text = !c.is_whitespace();
                            ensure!(!(*cell && is_text), "{at}: {line:?} covers text in row {y}\n{text}");
                            *cell |= is_text;
                        }
                        column += wide;
                    }
                }
            }
        }
    }
}

/// Whether a character separates words: blanks, boxes and what is drawn with blocks.
fn separates(c: char) -> bool {
    c.is_whitespace() || matches!(c, '─'..='╿' | '▀'..='▟' | '[' | ']')
}

/// The parts of a row that stand apart, each with its words.
fn segments(row: &str) -> Vec<Vec<&str>> {
    row.split("  ")
        .flat_map(|part| part.split('│'))
        .map(|part| part.split(separates).filter(|word| !word.is_empty()).collect::<Vec<_>>())
        .filter(|words| !words.is_empty())
        .collect()
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !separates(*c) && *c != '|').collect()
}

/// Each word of a frame is a word of a larger one, ends in a mark, or goes on in the next row. Words cut without a mark are none.
fn assert_known_words(at: &str, text: &str, larger: &[String], mark: &str) {
    let known: BTreeSet<&str> =
        larger.iter().flat_map(|text| text.split(separates)).filter(|word| !word.is_empty()).collect();
    let whole: Vec<String> = larger.iter().map(|text| squeezed(text)).collect();
    let rows: Vec<Vec<Vec<&str>>> = text.lines().map(segments).collect();
    let nothing = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let above = place.checked_sub(1).and_then(|place| rows.get(place)).unwrap_or(&nothing);
        let below = rows.get(place + 1).unwrap_or(&nothing);
        for segment in row {
            for (nth, word) in segment.iter().enumerate() {
                if known.contains(word) || word.contains(mark) || !word.contains(char::is_alphabetic) {
                    continue;
                }
                let begun = above.iter().filter(|_| nth == 0).filter_map(|words| words.last());
                let ended = below.iter().filter(|_| nth + 1 == segment.len()).filter_map(|words| words.first());
                let mut joined =
                    begun.map(|begin| format!("{begin}{word}")).chain(ended.map(|end| format!("{word}{end}")));
                let is_wrapped = joined.any(|joined| whole.iter().any(|text| text.contains(&joined)));
                ensure!(is_wrapped, "{at}: no larger frame has the word {word:?}\n{text}\n{}", larger[0]);
            }
        }
    }
}

/// In ASCII the words are the same but for the names of keys.
fn assert_same_words(name: &str, [utf8, ascii]: &[String; 2]) {
    let words = |text: &str, mark: &str| {
        let mut all = BTreeSet::new();
        for row in text.lines() {
            let tokens: Vec<&str> = row.split(separates).filter(|word| !word.is_empty()).collect();
            for (place, token) in tokens.iter().enumerate() {
                let is_cut = token.contains(mark) || tokens.get(place + 1).is_some_and(|next| next.starts_with(mark));
                if !is_cut {
                    all.extend(token.split(|c: char| !c.is_ascii_alphabetic()).map(str::to_owned));
                }
            }
        }
        all
    };
    let (ours, theirs) = (words(utf8, "…"), words(ascii, ".."));
    let other: Vec<&String> =
        ours.symmetric_difference(&theirs).filter(|word| !KEYS.contains(&word.as_str())).collect();
    ensure!(other.is_empty(), "{name}: in one of both only: {other:?}\n{utf8}\n{ascii}");
}
