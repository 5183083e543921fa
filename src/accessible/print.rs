//! Prints what is new, and nothing twice.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use super::describe::{Question, Screen};

/// How far something is, is told this often at most.
const BETWEEN: Duration = Duration::from_secs(5);

/// What was printed.
#[derive(Debug)]
pub(super) struct Printer<W> {
    out: W,
    heading: String,
    lines: Vec<String>,
    progress: Option<(String, Instant)>,
    /// What the numbers stand for.
    pub(super) asked: Vec<Question>,
}

impl<W: Write> Printer<W> {
    pub(super) fn new(out: W) -> Printer<W> {
        Printer { out, heading: String::new(), lines: Vec::new(), progress: None, asked: Vec::new() }
    }

    /// Prints a text of one line or several. A reader that went away stops nothing.
    pub(super) fn say(&mut self, text: &str) {
        for line in text.split('\n') {
            let _ = writeln!(self.out, "{}", printable(line));
        }
        let _ = self.out.flush();
    }

    /// The next screen is printed whole.
    pub(super) fn forget(&mut self) {
        self.heading.clear();
        self.lines.clear();
        self.asked.clear();
        self.progress = None;
    }

    /// Prints what the screen says that was not there before.
    pub(super) fn show(&mut self, screen: &Screen) {
        if screen.heading != self.heading {
            self.forget();
            self.say("");
            self.say(&screen.heading);
            self.heading.clone_from(&screen.heading);
        }
        let before = std::mem::take(&mut self.lines);
        for line in screen.lines.iter().filter(|line| !before.contains(line)) {
            self.say(line);
        }
        self.lines.clone_from(&screen.lines);
        let is_due = |(told, at): &(String, Instant)| Some(told) != screen.progress.as_ref() && at.elapsed() >= BETWEEN;
        if let Some(progress) = &screen.progress
            && self.progress.as_ref().is_none_or(is_due)
        {
            self.say(progress);
            self.progress = Some((progress.clone(), Instant::now()));
        }
    }

    /// Whether the choices are others than those that were printed.
    pub(super) fn has_other_choices(&self, screen: &Screen) -> bool {
        self.asked.len() != screen.questions.len()
            || self.asked.iter().zip(&screen.questions).any(|(one, other)| one.text() != other.text())
    }

    /// Prints the choices with their numbers.
    pub(super) fn choices(&mut self, screen: &Screen) {
        if self.has_other_choices(screen) {
            let mut number = 0;
            for question in &screen.questions {
                match question.key {
                    Some(key) => self.say(&format!("{key}: {}", question.text())),
                    None => {
                        number += 1;
                        self.say(&format!("{number}: {}", question.text()));
                    }
                }
            }
            self.asked.clone_from(&screen.questions);
        }
        let rest = if screen.waits { "Working. Your answer:" } else { "Your answer:" };
        self.say(rest);
    }

    /// The question that an answer names by its number or letter.
    pub(super) fn named(&self, answer: &str) -> Option<&Question> {
        let number: Option<usize> = answer.parse().ok();
        match number {
            Some(number) => self.asked.iter().filter(|asked| asked.key.is_none()).nth(number.checked_sub(1)?),
            None => self.asked.iter().find(|asked| asked.key.is_some_and(|key| answer == key.to_string())),
        }
    }
}

/// Others choose the names of files, keys and folders, and a terminal obeys what they may hold; what cannot be seen is replaced too.
fn printable(line: &str) -> String {
    let is_odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
                | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}')
    };
    line.replace(is_odd, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(screens: &[Screen]) -> String {
        let mut printer = Printer::new(Vec::new());
        screens.iter().for_each(|screen| printer.show(screen));
        String::from_utf8(printer.out).unwrap()
    }

    #[test]
    fn only_what_is_new_is_printed_and_nothing_that_a_terminal_obeys() {
        let screen = |lines: &[&str]| Screen {
            heading: "Step".into(),
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
            progress: Some("1 of 2".into()),
            ..Screen::default()
        };
        let first = screen(&["one", "two \u{1b}[2J\u{202e}"]);
        let second = Screen { progress: Some("2 of 2".into()), ..screen(&["one", "three"]) };
        let text = printed(&[first.clone(), first, second]);
        assert_eq!(text, "\nStep\none\ntwo \u{fffd}[2J\u{fffd}\n1 of 2\nthree\n", "numbers come seldom");
    }
}
