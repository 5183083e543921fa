//! Text output: wrapped and coloured on a terminal, unchanged elsewhere.

use std::{
    io::{IsTerminal, Write},
    sync::LazyLock,
};

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr};

use crate::{
    run::status::{JobStatus, RunStatus},
    tui::{terminal, theme::Theme},
};

/// Minimum terminal width for wrapping, in columns.
const MIN_COLUMNS: usize = 20;
/// Program names. A command line that starts a line or follows `: ` is never wrapped, so that it can be copied.
const PROGRAMS: [&str; 2] = ["azure-to-encord", "az"];

static OUT: LazyLock<Stream> = LazyLock::new(|| Stream::of(std::io::stdout().is_terminal()));
static ERR: LazyLock<Stream> = LazyLock::new(|| Stream::of(std::io::stderr().is_terminal()));

/// The style of stdout.
pub(crate) fn out() -> &'static Stream {
    &OUT
}

/// The style of stderr.
pub(crate) fn err() -> &'static Stream {
    &ERR
}

/// Width and colours of an output stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stream {
    /// `None` if it is no terminal.
    columns: Option<usize>,
    theme: Theme,
}

impl Stream {
    fn of(is_terminal: bool) -> Stream {
        let columns = if is_terminal { terminal::columns() } else { None };
        Stream { columns: columns.filter(|columns| *columns >= MIN_COLUMNS), theme: Theme::of_text(is_terminal) }
    }

    /// Prints text, wrapped to the terminal's width. Write errors are ignored: a closed pipe or full disk does not stop
    /// an import.
    pub(crate) fn print(&self, to: &mut dyn Write, text: &str) {
        let _ = writeln!(to, "{}", self.fit(text));
    }

    /// Wraps text to the terminal's width.
    pub(crate) fn fit(&self, text: &str) -> String {
        match self.columns {
            Some(columns) => text.split('\n').map(|line| fold(line, columns)).collect::<Vec<_>>().join("\n"),
            None => text.to_owned(),
        }
    }

    pub(crate) fn columns(&self) -> Option<usize> {
        self.columns
    }

    /// Cuts a line that will be overwritten, so that it does not wrap.
    pub(crate) fn cut(&self, line: &str) -> String {
        let Some(columns) = self.columns.filter(|columns| line.width() >= *columns) else { return line.to_owned() };
        let mut used = 0;
        let fitting = line.chars().take_while(|c| {
            used += c.width().unwrap_or_default();
            used + 3 < columns
        });
        fitting.chain("..".chars()).collect()
    }

    pub(crate) fn ok(&self, text: &str) -> String {
        self.theme.paint(self.theme.ok(), text)
    }

    pub(crate) fn warn(&self, text: &str) -> String {
        self.theme.paint(self.theme.warn(), text)
    }

    pub(crate) fn bad(&self, text: &str) -> String {
        self.theme.paint(self.theme.bad(), text)
    }

    /// Colours a text by the status of a run.
    pub(crate) fn run(&self, status: RunStatus, text: &str) -> String {
        self.theme.paint(self.theme.run(status).1, text)
    }

    /// Colours a text by the status of a job.
    pub(crate) fn job(&self, status: JobStatus, text: &str) -> String {
        self.theme.paint(self.theme.job(status).1, text)
    }
}

/// Prints a formatted result to stdout, wrapped to the terminal.
macro_rules! tell {
    ($($text:tt)*) => {
        $crate::cli::text::out().print(&mut std::io::stdout(), &format!($($text)*))
    };
}

/// Prints a formatted message to stderr, wrapped to the terminal.
macro_rules! mention {
    ($($text:tt)*) => {
        $crate::cli::text::err().print(&mut std::io::stderr(), &format!($($text)*))
    };
}

pub(in crate::cli) use {mention, tell};

/// Replaces control characters: text from servers and other people could drive the terminal.
pub(in crate::cli) fn printable(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

/// As [`printable`], but keeps tabs, which are common in files.
pub(in crate::cli) fn printable_with_tabs(text: &str) -> String {
    text.replace(|c: char| c.is_control() && c != '\t', "\u{fffd}")
}

/// Width in columns, without escape sequences.
fn width(text: &str) -> usize {
    if !text.contains('\x1b') {
        return text.width();
    }
    let mut parts = text.split("\x1b[");
    let first = parts.next().map_or(0, UnicodeWidthStr::width);
    first + parts.map(|part| part.split_once('m').map_or(part, |(_, rest)| rest).width()).sum::<usize>()
}

/// Wraps a line to `columns`. Continuation lines are indented below the text that follows the last label or column of
/// the first line, where that leaves room. Words longer than a line are not split, so that the terminal copies them
/// whole.
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

/// Whether a line quotes a file with its line number: `12 | key = 1`.
fn is_quoted(line: &str) -> bool {
    line.trim_start_matches([' ', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']).starts_with('|')
}

/// Splits a line before its text: after the last gap of several spaces within three fifths of `columns`, or after the
/// indent. Spaces between backticks are no gap.
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

/// The byte at which the first gap of several spaces begins.
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

/// Whether code follows the backtick at the start of `rest`. A backtick without a second one starts no code.
fn is_code_after(is_code: bool, rest: &str) -> bool {
    !is_code && rest.get(1..).is_some_and(|rest| rest.contains('`'))
}

/// The words of a text. Text between backticks and a command line count as one word.
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
    fn wrapped_lines_are_indented_below_their_text() {
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
            // The first word does not fit after the label.
            ("ok    azure.cors                The rules let Encord in", 40, "ok    azure.cors The rules let Encord in"),
            // A word longer than a line is left to the terminal.
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
    fn colours_follow_the_theme_and_keep_columns() {
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
        fn wrapping_loses_no_words_and_only_long_words_are_too_wide(line in "[a-z` :é街]{0,120}", columns in 20_usize..80) {
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
