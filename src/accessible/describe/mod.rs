//! What the wizard shows and asks, as lines and questions. Pure.
//!
//! The choices come from [`Wizard::hints`], the fields, options and rows from the steps' own lists of them, so that what a step
//! gains is offered here as well.

mod folder;
mod home;
mod integration;
mod manifest;
mod panels;
mod progress;
mod save;
mod schema;
mod upload;

use crate::{
    numbers::count,
    wizard::{Action, Edit, Hint, Overlay, Problem, Status, Step, Wizard},
};

/// A list is told in pages of so many rows.
pub const PAGE: u64 = 20;

/// Something that the wizard is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Do {
    /// To do this.
    Act(Action),
    /// That this was typed.
    Edit(Edit),
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// By choosing it; the wizard is told all of this in turn.
    Choice(Vec<Do>),
    /// The same after a typed yes.
    Sure(Vec<Do>),
    /// By a text, which replaces what the field holds.
    Text {
        /// What brings the keyboard to the field.
        before: Vec<Do>,
        /// What takes the text over.
        after: Vec<Do>,
        /// Whether the text is not to be shown while it is typed.
        is_secret: bool,
    },
}

/// Something that can be answered now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The letter that chooses it; a number otherwise.
    pub key: Option<char>,
    /// What it is called; no two questions of a screen that are answered in different ways are called alike.
    pub name: String,
    /// How it stands, of a field or a row.
    pub value: Option<String>,
    /// How it is answered.
    pub kind: Kind,
}

impl Question {
    fn choice(name: impl Into<String>, does: Vec<Do>) -> Question {
        Question { key: None, name: name.into(), value: None, kind: Kind::Choice(does) }
    }

    fn text_field(name: impl Into<String>, value: &str, before: Vec<Do>, after: Vec<Do>) -> Question {
        let value = if value.is_empty() { "empty" } else { value };
        let kind = Kind::Text { before, after, is_secret: false };
        Question { key: None, name: name.into(), value: Some(value.to_owned()), kind }
    }

    fn value(self, value: impl Into<String>) -> Question {
        Question { value: Some(value.into()), ..self }
    }

    /// The whole of it.
    pub fn text(&self) -> String {
        match &self.value {
            Some(value) => format!("{}: {value}", self.name),
            None => self.name.clone(),
        }
    }
}

/// What there is to be told and asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Screen {
    /// Which step it is, and what lies over it.
    pub heading: String,
    /// What there is.
    pub lines: Vec<String>,
    /// How far something is: numbers that change all the time.
    pub progress: Option<String>,
    /// What can be answered.
    pub questions: Vec<Question>,
    /// Whether something is on its way that changes what there is.
    pub waits: bool,
    /// Whether the choices matter also while something is on its way.
    pub is_live: bool,
    /// What the choices that act on a row act on.
    pub(super) subject: Option<String>,
}

impl Screen {
    fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    fn problem(&mut self, problem: &Problem) {
        self.line(format!("Problem: {}", problem.what));
        self.lines.extend(problem.said.as_ref().map(|said| format!("The answer was: {said}")));
        self.lines.extend(problem.hint.as_ref().map(|hint| format!("What to do: {hint}")));
    }

    /// A page of a list: the one that holds the row under the cursor.
    fn rows(&mut self, noun: &str, total: u64, cursor: u64, row: impl Fn(u64) -> Option<String>) {
        if total == 0 {
            return;
        }
        let to = |place: u64| {
            let away = i64::try_from(place).unwrap_or_default() - i64::try_from(cursor).unwrap_or_default();
            vec![Do::Act(Action::Skip(i32::try_from(away).unwrap_or(i32::MAX)))]
        };
        let first = cursor / PAGE * PAGE;
        let end = (first + PAGE).min(total);
        for place in first..end {
            let name = format!("{noun} {}", count(place + 1));
            let Some(text) = row(place) else {
                self.waits = true;
                continue;
            };
            if place == cursor {
                self.subject = Some(name.clone());
                self.line(format!("Selected: {name} of {}: {text}", count(total)));
            }
            let mark = if place == cursor { ", selected" } else { "" };
            self.questions.push(Question::choice(name, to(place)).value(format!("{text}{mark}")));
        }
        if end < total {
            self.questions.push(Question::choice(format!("More: from {noun} {}", count(end + 1)), to(end)));
        }
        if first > 0 {
            let name = format!("Before: from {noun} {}", count(first - PAGE + 1));
            self.questions.push(Question::choice(name, to(first - PAGE)));
        }
    }
}

/// What brings the focus so many fields on.
fn to_field(from: usize, to: usize) -> Vec<Do> {
    let action = if to < from { Action::FocusPrevious } else { Action::FocusNext };
    vec![Do::Act(action); from.abs_diff(to)]
}

/// Whether a hint only moves in what is offered here by name.
fn is_moved(hint: &Hint) -> bool {
    let is_field = matches!(hint.action, Action::FocusNext | Action::FocusPrevious);
    (hint.action.is_movement() && !is_field) || matches!(hint.label, "next field" | "edit" if is_field)
}

/// Whether an action is about the row under the cursor.
fn is_of_row(wizard: &Wizard, action: Action) -> bool {
    use Action::{
        Copy, Delete, DeleteForEver, Duplicate, Fix, Left, Next, OpenEditor, Rename, Right, SwitchEnum, Toggle, Undo,
    };
    match action {
        Toggle | Left | Right | Delete | DeleteForEver | Undo | Rename | SwitchEnum | Duplicate | Fix | Copy => true,
        Next | OpenEditor => wizard.is_at_home(),
        _ => false,
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The choices that the wizard itself names.
fn of_hints(wizard: &Wizard, screen: &Screen) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    for hint in wizard.hints().into_iter().filter(|hint| !is_moved(hint)) {
        let mut name = capitalised(hint.label);
        if hint.label == "continue"
            && let Some(step) = Step::ALL.get(wizard.step().number())
        {
            name = format!("Continue to step {}, {}", step.number(), step.title());
        }
        if is_of_row(wizard, hint.action)
            && let Some(subject) = &screen.subject
        {
            name = format!("{name}, {subject}");
        }
        let does = vec![Do::Act(hint.action)];
        let is_sent = (wizard.step(), hint.action, wizard.overlay()) == (Step::Upload, Action::Next, None);
        let kind = match is_sent && !wizard.is_at_home() {
            true => Kind::Sure(does),
            false => Kind::Choice(does),
        };
        let key = match hint.action {
            Action::Back => Some('b'),
            Action::Help => Some('?'),
            Action::Quit => Some('q'),
            Action::Cancel => Some('c'),
            Action::Pause => Some('p'),
            _ => None,
        };
        questions.push(Question { key, name, value: None, kind });
    }
    questions
}

/// What the wizard shows and asks now.
pub fn describe(wizard: &Wizard) -> Screen {
    let mut screen = Screen { heading: heading(wizard), ..Screen::default() };
    match wizard.overlay() {
        Some(Overlay::Save) => save::dialog(wizard, &mut screen),
        Some(overlay) => over(wizard, overlay, &mut screen),
        None if wizard.is_at_home() => home::page(wizard, &mut screen),
        None => step(wizard, &mut screen),
    }
    // A line without words tells nobody anything.
    screen.lines.retain(|line| !line.trim().is_empty());
    let hinted = of_hints(wizard, &screen);
    let (lettered, numbered): (Vec<_>, Vec<_>) = hinted.into_iter().partition(|question| question.key.is_some());
    let own = std::mem::take(&mut screen.questions);
    screen.questions = numbered.into_iter().chain(own).chain(lettered).collect();
    screen
}

fn step(wizard: &Wizard, screen: &mut Screen) {
    match wizard.step() {
        Step::Integration => integration::step(wizard, screen),
        Step::Schema => schema::step(wizard, screen),
        Step::Manifest => manifest::step(wizard, screen),
        Step::Folder => folder::step(wizard, screen),
        Step::Upload => upload::step(wizard, screen),
        Step::Progress => progress::step(wizard, screen),
    }
    match wizard.status(wizard.step()) {
        Status::Working => screen.waits = true,
        // Step 6 tells of it where it happened.
        Status::Blocked(problem) if wizard.step() != Step::Progress => screen.problem(&problem),
        Status::Ready if !matches!(wizard.step(), Step::Upload | Step::Progress) => {
            screen.line(format!("Step {} is ready.", wizard.step().number()));
        }
        Status::Idle | Status::Ready | Status::Blocked(_) => {}
    }
}

fn heading(wizard: &Wizard) -> String {
    let place = match wizard.is_at_home() {
        true => "Home: saved configs and past runs".to_owned(),
        false => format!("Step {} of 6: {}", wizard.step().number(), wizard.step().title()),
    };
    let over = match wizard.overlay() {
        Some(Overlay::Quit) => Some("Leave?"),
        Some(Overlay::Unsaved) => Some("Save what you changed?"),
        Some(Overlay::Save) => Some("Save the config"),
        Some(Overlay::Editor) => Some("The config's file"),
        Some(Overlay::Help) => Some("Help"),
        Some(Overlay::Palette) => Some("All actions"),
        Some(Overlay::NothingToSearch) => Some("Nothing to search"),
        None if wizard.is_at_home() => home::over(wizard),
        None => match wizard.step() {
            Step::Integration => wizard.integration().panel().map(panels::title),
            Step::Schema => schema::over(wizard),
            Step::Manifest => manifest::over(wizard),
            Step::Folder => folder::over(wizard),
            Step::Upload => wizard.upload().equivalent().map(|_| "The same without the wizard"),
            Step::Progress => progress::over(wizard),
        },
    };
    over.map_or_else(|| place.clone(), |over| format!("{place}: {over}"))
}

fn over(wizard: &Wizard, overlay: Overlay, screen: &mut Screen) {
    match overlay {
        Overlay::Quit if wizard.is_busy() => {
            screen.line("An upload is under way. What was sent is put on record, and the run can be resumed later.");
        }
        Overlay::Quit => screen.line("Something is under way or was typed that would be lost."),
        Overlay::Unsaved => {
            screen.line(format!(
                "The config {} was changed and is not saved.",
                wizard.label().unwrap_or("without a name")
            ));
        }
        Overlay::Editor => match wizard.editor_problem() {
            Some(problem) => screen.problem(problem),
            None => screen.line("The config has to be saved before its file can be edited."),
        },
        Overlay::NothingToSearch => screen.line("There is nothing to search here."),
        Overlay::Save | Overlay::Help | Overlay::Palette => {}
    }
}
