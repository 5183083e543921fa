//! Lines for people: at a terminal broken between words and with a few colours, elsewhere as they are.

use std::{
    io::{IsTerminal, Write},
    sync::LazyLock,
};

use ratatui::style::{Color, Modifier, Style};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr};

use crate::{
    run::status::{JobStatus, RunStatus},
    tui::theme::Theme,
};

/// Where it is narrower, nothing is gained by breaking lines.
const LEAST: usize = 20;
/// Names of programs: a command line that follows `: ` or begins a line is never broken, so that it can be copied.
const PROGRAMS: [&str; 2] = ["azure-to-encord", "az"];

static OUT: LazyLock<Stream> = LazyLock::new(|| Stream::of(std::io::stdout().is_terminal()));
static ERR: LazyLock<Stream> = LazyLock::new(|| Stream::of(std::io::stderr().is_terminal()));

/// How lines for stdout are to look.
pub(crate) fn out() -> &'static Stream {
    &OUT
}

/// How lines for stderr are to look.
pub(crate) fn err() -> &'static Stream {
    &ERR
}

/// How text looks where it goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stream {
    /// Of a terminal.
    columns: Option<usize>,
    theme: Theme,
}

impl Stream {
    fn of(is_terminal: bool) -> Stream {
        let size = || crossterm::terminal::size().ok().map(|(columns, _)| usize::from(columns));
        let columns = if is_terminal { size() } else { None };
        Stream { columns: columns.filter(|columns| *columns >= LEAST), theme: Theme::of_text(is_terminal) }
    }

    /// Prints text, each line of it broken between words where it is too long. What cannot be written is let go: a reader that
    /// went away or a full disk ends no import.
    pub(crate) fn print(&self, to: &mut dyn Write, text: &str) {
        let _ = writeln!(to, "{}", self.fit(text));
    }

    /// Text in lines that fit.
    pub(crate) fn fit(&self, text: &str) -> String {
        match self.columns {
            Some(columns) => text.split('\n').map(|line| fold(line, columns)).collect::<Vec<_>>().join("\n"),
            None => text.to_owned(),
        }
    }

    /// The terminal's width, where it is one.
    pub(crate) fn columns(&self) -> Option<usize> {
        self.columns
    }

    /// So much of a line as fits: for what is written over again and again.
    pub(crate) fn cut(&self, line: &str) -> String {
        let Some(columns) = self.columns.filter(|columns| line.width() >= *columns) else { return line.to_owned() };
        let mut used = 0;
        let fitting = line.chars().take_while(|c| {
            used += c.width().unwrap_or_default();
            used + 3 < columns
        });
        fitting.chain("..".chars()).collect()
    }

    /// Good news.
    pub(crate) fn ok(&self, text: &str) -> String {
        self.paint(self.theme.ok(), text)
    }

    /// Worth a look.
    pub(crate) fn warn(&self, text: &str) -> String {
        self.paint(self.theme.warn(), text)
    }

    /// Bad news.
    pub(crate) fn bad(&self, text: &str) -> String {
        self.paint(self.theme.bad(), text)
    }

    /// A text about a run that stands so: `done with errors`.
    pub(crate) fn run(&self, standing: RunStatus, text: &str) -> String {
        self.paint(self.theme.run(standing).1, text)
    }

    /// A text about a job that stands so.
    pub(crate) fn job(&self, standing: JobStatus, text: &str) -> String {
        self.paint(self.theme.job(standing).1, text)
    }

    /// Blanks around the text stay as they are, so columns can be filled before.
    fn paint(&self, style: Style, text: &str) -> String {
        let word = text.trim();
        if !self.theme.has_colour() || word.is_empty() {
            return text.to_owned();
        }
        let colour = match style.fg {
            Some(Color::Red) => Some("31"),
            Some(Color::Green) => Some("32"),
            Some(Color::Yellow) => Some("33"),
            Some(Color::Cyan) => Some("36"),
            _ => None,
        };
        let bold = style.add_modifier.contains(Modifier::BOLD).then_some("1");
        let dim = style.add_modifier.contains(Modifier::DIM).then_some("2");
        let codes: Vec<&str> = [bold, dim, colour].into_iter().flatten().collect();
        text.replacen(word, &format!("\x1b[{}m{word}\x1b[0m", codes.join(";")), 1)
    }
}

/// Prints a line of results for people.
macro_rules! tell {
    ($($text:tt)*) => {
        $crate::cli::text::out().print(&mut std::io::stdout(), &format!($($text)*))
    };
}

/// Prints a message for people.
macro_rules! mention {
    ($($text:tt)*) => {
        $crate::cli::text::err().print(&mut std::io::stderr(), &format!($($text)*))
    };
}

pub(in crate::cli) use {mention, tell};

/// The columns of a text; colours take none.
fn width(text: &str) -> usize {
    if !text.contains('\x1b') {
        return text.width();
    }
    let mut parts = text.split("\x1b[");
    let first = parts.next().map_or(0, UnicodeWidthStr::width);
    first + parts.map(|part| part.split_once('m').map_or(part, |(_, rest)| rest).width()).sum::<usize>()
}

/// A line in lines of at most so many columns. The further ones begin below the text behind the last label or column of the
/// first, where that leaves room. What is longer than a line is left to the terminal, which copies it in one piece.
pub(crate) fn fold(line: &str, columns: usize) -> String {
    if width(line) <= columns || is_quoted(line) {
        return line.to_owned();
    }
    let (head, body) = split_head(line, columns);
    let indent = width(head);
    let mut folded = head.to_owned();
    let mut used = indent;
    for (place, word) in words(body).into_iter().enumerate() {
        let size = width(word);
        if place > 0 && used + 1 + size > columns {
            folded.push('\n');
            folded.push_str(&" ".repeat(indent));
            used = indent;
        } else if place > 0 {
            folded.push(' ');
            used += 1;
        }
        folded.push_str(word);
        used += size;
    }
    folded
}

/// Whether it is a line of a file, as errors quote it with its number: `12 | key = 1`.
fn is_quoted(line: &str) -> bool {
    line.trim_start_matches([' ', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']).starts_with('|')
}

/// Where the text of a line begins: behind the last gap of several blanks in its first three fifths, or behind its own indent.
/// Blanks between backticks are no gap.
fn split_head(line: &str, columns: usize) -> (&str, &str) {
    let mut at = line.len() - line.trim_start().len();
    let mut rest = line.get(at..).unwrap_or_default();
    if rest.starts_with("- ") {
        at += 2;
        rest = line.get(at..).unwrap_or_default();
    }
    while let Some(gap) = find_gap(rest) {
        let after = rest.get(gap..).unwrap_or_default();
        let next = at + gap + (after.len() - after.trim_start().len());
        if width(line.get(..next).unwrap_or_default()) > columns * 3 / 5 {
            break;
        }
        at = next;
        rest = line.get(at..).unwrap_or_default();
    }
    line.split_at_checked(at).unwrap_or(("", line))
}

/// Where the first gap of several blanks begins.
fn find_gap(text: &str) -> Option<usize> {
    let mut is_code = false;
    let mut places = text.match_indices(['`', ' ']);
    let gap = places.find(|(place, part)| {
        let rest = text.get(*place..).unwrap_or_default();
        match *part {
            "`" => is_code = is_code_after(is_code, rest),
            _ if !is_code && rest.starts_with("  ") => return true,
            _ => {}
        }
        false
    })?;
    Some(gap.0)
}

/// Whether what follows the backtick with which the rest of a text begins is code. A backtick without a second one begins none.
fn is_code_after(is_code: bool, rest: &str) -> bool {
    !is_code && rest.get(1..).is_some_and(|rest| rest.contains('`'))
}

/// The words of a text; what stands between backticks and a command line are one each.
fn words(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = Vec::new();
    let mut start = None;
    let mut is_code = false;
    for (place, c) in text.char_indices() {
        match c {
            ' ' if !is_code => {
                words.extend(start.take().and_then(|start: usize| text.get(start..place)));
            }
            _ => {
                if start.is_none() {
                    let rest = text.get(place..).unwrap_or_default();
                    let begins = words.last().is_none_or(|before| before.ends_with(':'));
                    let program = rest.split(' ').next().unwrap_or_default();
                    if begins && PROGRAMS.contains(&program) {
                        words.push(rest.trim_end());
                        return words;
                    }
                    start = Some(place);
                }
                if c == '`' {
                    is_code = is_code_after(is_code, text.get(place..).unwrap_or_default());
                }
            }
        }
    }
    words.extend(start.and_then(|start| text.get(start..)));
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_broken_between_words_below_their_text() {
        for (line, columns, folded) in [
            ("short enough", 20, "short enough"),
            ("one two three four five six", 10, "one two\nthree four\nfive six"),
            (
                "  options      Go on when a file fails: yes.",
                32,
                "  options      Go on when a file\n               fails: yes.",
            ),
            ("  some long sentence here", 14, "  some long\n  sentence\n  here"),
            (
                "ok    azure.cors                The rules let Encord in",
                54,
                "ok    azure.cors                The rules let Encord\n                                in",
            ),
            // Not even the first word would go behind the label.
            ("ok    azure.cors                The rules let Encord in", 40, "ok    azure.cors The rules let Encord in"),
            // What is too long for any line is the terminal's business.
            (
                "Report: /home/ada/.local/share/azure-to-encord/runs/x/report.html",
                20,
                "Report:\n/home/ada/.local/share/azure-to-encord/runs/x/report.html",
            ),
            ("Go on with: azure-to-encord runs resume 2026-03", 24, "Go on with:\nazure-to-encord runs resume 2026-03"),
            ("az storage cors add --services b --methods GET", 20, "az storage cors add --services b --methods GET"),
            ("Or say `runs resume ID` at any time", 16, "Or say\n`runs resume ID`\nat any time"),
            ("\x1b[1;31mfailed\x1b[0m is one word", 13, "\x1b[1;31mfailed\x1b[0m is one\nword"),
            ("  - a point of some words", 14, "  - a point of\n    some words"),
            ("12 | new = [\"w\"] # as it is in the file", 20, "12 | new = [\"w\"] # as it is in the file"),
            ("街景 街景 街景", 9, "街景 街景\n街景"),
            // Blanks within code begin no column.
            ("Say `a  b` to go on with it", 20, "Say `a  b` to go on\nwith it"),
            (
                "`  `街a: a é街aé aéaéé:: : 街街é:aéaé 街:é éa:a:街é  éaa::街:::é:a a a`",
                32,
                "`  `街a: a é街aé aéaéé:: :\n街街é:aéaé 街:é éa:a:街é\néaa::街:::é:a a a`",
            ),
        ] {
            assert_eq!(fold(line, columns), folded);
        }
    }

    #[test]
    fn colours_are_the_themes_and_keep_columns() {
        let [with, without] = [true, false].map(|colour| Stream { columns: None, theme: Theme::new(colour, true) });
        let both = |text: fn(&Stream) -> String| (text(&with), text(&without));
        assert_eq!(both(|to| to.bad("failed")), ("\x1b[1;31mfailed\x1b[0m".into(), "failed".into()));
        assert_eq!(both(|to| to.ok("ok  ")), ("\x1b[32mok\x1b[0m  ".into(), "ok  ".into()));
        let done = both(|to| to.run(RunStatus::DoneWithErrors, "done with errors"));
        assert_eq!(done, ("\x1b[1;33mdone with errors\x1b[0m".into(), "done with errors".into()));
        assert_eq!(with.fit("any  text"), "any  text");
        assert_eq!(with.cut("any text"), "any text");
        let narrow = Stream { columns: Some(20), ..without };
        assert_eq!(narrow.cut("12 of 2,000 registered, 3 failed"), "12 of 2,000 regi..");
        assert_eq!(narrow.cut("12 of 2,000 done now"), "12 of 2,000 done..");
        assert_eq!(narrow.cut("12 of 2,000 is done"), "12 of 2,000 is done");
    }

    proptest! {
        #![proptest_config(crate::seeds::cases(256))]

        #[test]
        fn nothing_is_lost_and_nothing_but_long_words_is_too_wide(line in "[a-z` :é街]{0,120}", columns in 20_usize..80) {
            let folded = fold(&line, columns);
            let without = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(without(&folded), without(&line));
            for part in folded.lines() {
                let longest = words(part.trim_start()).into_iter().map(width).max().unwrap_or_default();
                prop_assert!(width(part) <= columns || longest + columns * 3 / 5 >= columns, "{:?} of {:?}", part, columns);
            }
        }
    }
}
