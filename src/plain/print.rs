//! Prints what is new, and nothing twice.

use std::{
    collections::HashMap,
    io::Write,
    time::{Duration, Instant},
};

use crate::plain::describe::screen::{ChoiceTarget, Kind, PART, Question, ROWS_FROM, SELECTED, Screen};

/// How far something is, is told at every tenth part of it, and otherwise this often at most.
const BETWEEN: Duration = Duration::from_secs(30);

/// What was printed.
#[derive(Debug)]
pub(super) struct Printer<W> {
    out: W,
    heading: String,
    lines: Vec<String>,
    body: Vec<String>,
    /// So many lines of the body were told.
    read: usize,
    progress: Option<Progress>,
    /// The names of the choices of each heading in the order of their numbers, so that none ever gets another number.
    numbers: HashMap<String, Vec<String>>,
    /// What the numbers stand for.
    told: Vec<(u64, Question)>,
    /// The list is told, although it is folded.
    is_open: bool,
    prompt: String,
}

#[derive(Debug)]
struct Progress {
    text: String,
    tens: Option<u64>,
    at: Instant,
}

impl<W: Write> Printer<W> {
    pub(super) fn new(out: W) -> Printer<W> {
        Printer {
            out,
            heading: String::new(),
            lines: Vec::new(),
            body: Vec::new(),
            read: 0,
            progress: None,
            numbers: HashMap::new(),
            told: Vec::new(),
            is_open: false,
            prompt: String::new(),
        }
    }

    /// Prints a text of one line or several. A reader that went away stops nothing.
    pub(super) fn say(&mut self, text: &str) {
        for line in text.split('\n') {
            let _ = writeln!(self.out, "{}", printable(line));
        }
        let _ = self.out.flush();
    }

    /// What is on the screen is printed again as a whole.
    pub(super) fn forget(&mut self) {
        self.heading.clear();
        self.lines.clear();
        self.body.clear();
        self.told.clear();
        self.prompt.clear();
        self.progress = None;
    }

    /// What is selected is told anew, also where it is what it was.
    pub(super) fn forget_selection(&mut self) {
        self.lines.retain(|line| !line.starts_with(SELECTED));
    }

    /// Prints what the screen says that was not there before.
    pub(super) fn show(&mut self, screen: &Screen) {
        if screen.heading != self.heading {
            self.is_open &= self.heading.is_empty();
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
        if self.body != screen.body {
            self.body.clone_from(&screen.body);
            self.read = 0;
            self.read_on();
        }
        self.progress(screen);
    }

    fn progress(&mut self, screen: &Screen) {
        let Some(text) = &screen.progress else {
            self.progress = None;
            return;
        };
        let tens = screen.percent.map(|percent| percent / 10);
        let is_due = self
            .progress
            .as_ref()
            .is_none_or(|told| told.text != *text && (tens != told.tens || told.at.elapsed() >= BETWEEN));
        if is_due {
            self.say(text);
            self.progress = Some(Progress { text: text.clone(), tens, at: Instant::now() });
        }
    }

    /// Prints the next part of the long text.
    pub(super) fn read_on(&mut self) {
        let from = if self.read < self.body.len() { self.read } else { 0 };
        let to = (from + PART).min(self.body.len());
        for line in self.body.get(from..to).unwrap_or_default().to_vec() {
            self.say(&line);
        }
        self.read = to;
        if self.body.len() > PART {
            self.say(&match to == self.body.len() {
                true => "That was all of it. Reading on begins again.".to_owned(),
                false => format!("That was line {to} of {}.", self.body.len()),
            });
        }
    }

    /// From now on the rows of the list are told.
    pub(super) fn open_list(&mut self) {
        self.is_open = true;
        self.told.retain(|(_, question)| !matches!(question.place, ChoiceTarget::Row(_) | ChoiceTarget::Page));
    }

    /// What can be chosen by a number, with the number.
    fn offered(&mut self, screen: &Screen) -> Vec<(u64, Question)> {
        let is_told = !screen.rows.as_ref().is_some_and(|rows| rows.is_folded) || self.is_open;
        let names = self.numbers.entry(screen.heading.clone()).or_default();
        let mut offered: Vec<(u64, Question)> = Vec::new();
        for question in screen.questions.iter().filter(|question| question.key.is_none()) {
            let is_in_list = matches!(question.place, ChoiceTarget::Row(_) | ChoiceTarget::Page);
            if is_in_list && !is_told || matches!(question.kind, Kind::List) && is_told {
                continue;
            }
            let number = match question.place {
                ChoiceTarget::On => 1,
                ChoiceTarget::Row(place) => ROWS_FROM + 1 + place,
                ChoiceTarget::Choice | ChoiceTarget::Page => {
                    let at = names.iter().position(|name| *name == question.name).unwrap_or_else(|| {
                        names.push(question.name.clone());
                        names.len() - 1
                    });
                    2 + at as u64
                }
            };
            offered.push((number, question.clone()));
        }
        offered.sort_by_key(|(number, _)| *number);
        offered
    }

    /// Whether the choices are others than those that were printed.
    pub(super) fn has_other_choices(&mut self, screen: &Screen) -> bool {
        // What becomes of the rows while they are worked on is not told unasked.
        let counts = |(_, question): &&(u64, Question)| {
            !screen.waits
                || question.of.is_none() && !matches!(question.place, ChoiceTarget::Row(_) | ChoiceTarget::Page)
        };
        let offered = self.offered(screen);
        let (offered, told): (Vec<_>, Vec<_>) =
            (offered.iter().filter(counts).collect(), self.told.iter().filter(counts).collect());
        offered.len() != told.len()
            || offered.iter().zip(&told).any(|((_, one), (_, other))| one.text() != other.text())
            || prompt(screen) != self.prompt
    }

    /// Prints the choices that are new or stand otherwise than before, and what is asked.
    pub(super) fn choices(&mut self, screen: &Screen) {
        self.list(screen);
        self.ask(screen);
    }

    /// Prints the choices that are new or stand otherwise than before, with their numbers.
    pub(super) fn list(&mut self, screen: &Screen) {
        let before = std::mem::take(&mut self.told);
        self.told = self.offered(screen);
        for (number, question) in self.told.clone() {
            let text = question.text();
            if !before.iter().any(|(other, told)| *other == number && told.text() == text) {
                self.say(&format!("{number}: {text}"));
            }
        }
    }

    /// Prints what is asked, without the choices.
    pub(super) fn ask(&mut self, screen: &Screen) {
        self.prompt = prompt(screen);
        self.say(&self.prompt.clone());
    }

    /// The question that a number names: one that was printed, or a row of the list.
    pub(super) fn numbered(&self, number: u64, screen: &Screen) -> Option<Question> {
        let told = self.told.iter().find(|(told, _)| *told == number).map(|(_, question)| question.clone());
        told.or_else(|| {
            let rows = screen.rows.as_ref().filter(|_| self.heading == screen.heading && !self.told.is_empty())?;
            let place = number.checked_sub(ROWS_FROM + 1).filter(|place| *place < rows.total)?;
            Some(Question::row(rows, place))
        })
    }
}

#[cfg(test)]
impl Printer<Vec<u8>> {
    pub(super) fn printed(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }
}

/// What is asked: what leads on, and the letters that mean the same everywhere.
fn prompt(screen: &Screen) -> String {
    let is_on = |question: &&Question| question.place == ChoiceTarget::On && question.key.is_none();
    let mut answers: Vec<String> = screen
        .questions
        .iter()
        .find(is_on)
        .map(|question| format!("1 {}", uncapitalised(&question.name)))
        .into_iter()
        .collect();
    for question in &screen.questions {
        answers.extend(question.key.map(|key| format!("{key} {}", uncapitalised(&question.name))));
    }
    for always in ["? help", "q quit"] {
        if !answers.iter().any(|answer| answer.starts_with(always.get(..1).unwrap_or_default())) {
            answers.push(always.to_owned());
        }
    }
    let working = if screen.waits { "Working. " } else { "" };
    let text = only_text(screen).map(|question| format!(", or a text for {}", question.name)).unwrap_or_default();
    format!("{working}Your answer{text} ({}):", answers.join("; "))
}

fn uncapitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// Where one field alone takes a text, the text may be typed at once.
pub(super) fn only_text(screen: &Screen) -> Option<&Question> {
    let mut texts = screen.questions.iter().filter(|asked| matches!(asked.kind, Kind::Text { .. }));
    let only = texts.next().filter(|_| texts.next().is_none())?;
    matches!(only.kind, Kind::Text { is_secret: false, .. }).then_some(only)
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
