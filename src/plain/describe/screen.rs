//! Lines, questions and lists, as they are told.

use crate::{
    error::UserError,
    format::count,
    wizard::{
        action::{Action, Edit},
        help,
    },
};

/// A list is told in pages of so many rows.
pub const PAGE: u64 = 10;
/// So many lines of a long text are told at a time.
pub const PART: usize = 30;
/// How the line begins that tells which row is selected.
pub const SELECTED: &str = "Selected: ";
/// What is added to a row's place, from 1, for the number that chooses it: 101 is the first one on every screen.
pub const ROWS_FROM: u64 = 100;

/// Something that the wizard is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// To do this.
    Act(Action),
    /// That this was typed.
    Edit(Edit),
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// By choosing it; the wizard is told all of this in turn.
    Choice(Vec<Command>),
    /// The same after a typed yes.
    Sure(Vec<Command>),
    /// By a text, which replaces what the field holds.
    Text {
        /// What brings the keyboard to the field.
        before: Vec<Command>,
        /// What takes the text over.
        after: Vec<Command>,
        /// Whether the text is not to be shown while it is typed.
        is_secret: bool,
    },
    /// By telling the rows of the list, which are not told unasked.
    List,
    /// By telling the next part of the long text.
    Read,
}

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChoiceTarget {
    /// What leads on: number 1.
    On,
    /// An action or a field.
    Choice,
    /// The row at this place of the list, from 0.
    Row(u64),
    /// Another page of the list.
    Page,
}

/// Something that can be answered now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The letter that chooses it; a number otherwise.
    pub key: Option<char>,
    /// What it is called; no two questions of a screen that are answered in different ways are called alike.
    pub name: String,
    /// What it is done to.
    pub of: Option<String>,
    /// How it stands, of a field or a row.
    pub value: Option<String>,
    /// How it is answered.
    pub kind: Kind,
    /// What it is about.
    pub place: ChoiceTarget,
    /// What it is for, as help.
    pub help: Option<&'static str>,
}

impl Question {
    pub(super) fn choice(name: impl Into<String>, does: Vec<Command>) -> Question {
        Question::new(name, Kind::Choice(does))
    }

    pub(crate) fn new(name: impl Into<String>, kind: Kind) -> Question {
        Question { key: None, name: name.into(), of: None, value: None, kind, place: ChoiceTarget::Choice, help: None }
    }

    pub(super) fn text_field(
        name: impl Into<String>,
        value: &str,
        before: Vec<Command>,
        after: Vec<Command>,
    ) -> Question {
        let value = if value.is_empty() { "empty" } else { value };
        Question::new(name, Kind::Text { before, after, is_secret: false }).value(value)
    }

    /// A row of a list, whether it is held or not.
    pub(crate) fn row(rows: &RowList, place: u64) -> Question {
        let name = format!("{} {}", rows.noun, count(place + 1));
        Question { place: ChoiceTarget::Row(place), ..Question::choice(name, rows.to(place)) }
    }

    /// The field that a list is searched with.
    pub(super) fn search(value: &str) -> Question {
        Question::text_field("Search", value, Vec::new(), Vec::new())
    }

    pub(super) fn value(self, value: impl Into<String>) -> Question {
        Question { value: Some(value.into()), ..self }
    }

    /// With what the help says of this entry.
    pub(super) fn helped(self, key: &str) -> Question {
        Question { help: help::find(key).map(|entry| entry.both.as_str()), ..self }
    }

    /// The whole of it.
    pub fn text(&self) -> String {
        let of = self.of.as_ref().map(|of| format!(", {of}")).unwrap_or_default();
        let value = self.value.as_ref().map(|value| format!(": {value}")).unwrap_or_default();
        format!("{}{of}{value}", self.name)
    }
}

/// A list on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowList {
    /// What one row is called.
    pub noun: &'static str,
    /// How many there are.
    pub total: u64,
    /// The selected one, from 0.
    pub cursor: u64,
    /// Whether they are told only when they are asked for.
    pub is_folded: bool,
}

impl RowList {
    /// What brings the cursor to a place.
    pub fn to(&self, place: u64) -> Vec<Command> {
        let away = i64::try_from(place).unwrap_or_default() - i64::try_from(self.cursor).unwrap_or_default();
        vec![Command::Act(Action::Skip(i32::try_from(away).unwrap_or(i32::MAX)))]
    }
}

/// What there is to be told and asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Screen {
    /// Which step it is, and what lies over it.
    pub heading: String,
    /// What there is.
    pub lines: Vec<String>,
    /// A long text, which is told in parts.
    pub body: Vec<String>,
    /// How far something is: numbers that change all the time.
    pub progress: Option<String>,
    /// The same in percent, where it is known how much there is.
    pub percent: Option<u64>,
    /// The list.
    pub rows: Option<RowList>,
    /// What can be answered.
    pub questions: Vec<Question>,
    /// Whether something is on its way that changes what there is.
    pub waits: bool,
    /// Whether the choices matter also while something is on its way.
    pub is_live: bool,
    /// What the choices that act on a row act on.
    pub(crate) subject: Option<String>,
}

impl Screen {
    pub(super) fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    pub(super) fn problem(&mut self, problem: &UserError) {
        self.line(format!("Problem: {}", problem.summary));
        self.lines.extend(problem.source_message.as_ref().map(|said| format!("The answer was: {said}")));
        self.lines.extend(problem.hint.as_ref().map(|hint| format!("What to do: {hint}")));
    }

    /// A list, of which the page is told that holds the row under the cursor.
    pub(super) fn rows(&mut self, noun: &'static str, total: u64, cursor: u64, row: impl Fn(u64) -> Option<String>) {
        self.list(RowList { noun, total, cursor, is_folded: false }, row);
    }

    /// The same for a list that is long or seldom of interest: it is told when it is asked for.
    pub(super) fn folded(&mut self, noun: &'static str, total: u64, cursor: u64, row: impl Fn(u64) -> Option<String>) {
        self.list(RowList { noun, total, cursor, is_folded: true }, row);
    }

    fn list(&mut self, rows: RowList, row: impl Fn(u64) -> Option<String>) {
        let RowList { noun, total, cursor, is_folded } = rows;
        if total == 0 {
            return;
        }
        let first = cursor / PAGE * PAGE;
        let end = (first + PAGE).min(total);
        if is_folded {
            let name = format!("{noun} by {}", noun.to_lowercase());
            self.questions.push(Question::new(name, Kind::List).value(format!("a list of {}", count(total))));
        }
        let paged = |name: &str, first: u64| {
            let value = format!("{noun} {} to {}", count(first + 1), count((first + PAGE).min(total)));
            Question { place: ChoiceTarget::Page, ..Question::choice(name, rows.to(first)).value(value) }
        };
        self.questions.extend((end < total).then(|| paged("Next page", end)));
        self.questions.extend((first > 0).then(|| paged("Page before", first.saturating_sub(PAGE))));
        for place in first..end {
            let Some(text) = row(place) else {
                self.waits = true;
                continue;
            };
            let asked = Question::row(&rows, place);
            if place == cursor {
                self.subject = Some(format!("the selected {}", noun.to_lowercase()));
                self.line(format!("{SELECTED}{} of {}: {text}", asked.name, count(total)));
            }
            self.questions.push(asked.value(text));
        }
        self.rows = Some(rows);
    }
}

/// What brings the focus so many fields on.
pub(super) fn to_field(from: usize, to: usize) -> Vec<Command> {
    let action = if to < from { Action::FocusPrevious } else { Action::FocusNext };
    vec![Command::Act(action); from.abs_diff(to)]
}
