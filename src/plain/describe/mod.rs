//! What the wizard shows and asks, as lines and questions. Pure.
//!
//! The choices come from [`Wizard::hints`], the fields, options and rows from the steps' own lists of them, so that what a step
//! gains is offered here as well.

mod folder;
pub(crate) mod hints;
mod home;
mod integration;
mod manifest;
mod panels;
mod progress;
mod save;
mod schema;
pub(crate) mod screen;
mod upload;

pub use hints::unnamed;
pub use screen::{ChoiceTarget, Command, Kind, PAGE, PART, Question, ROWS_FROM, RowList, SELECTED, Screen};

use crate::{
    error::UserError,
    wizard::{
        Wizard,
        overlay::Overlay,
        step::{Status, Step},
    },
};

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
    screen.body.retain(|line| !line.trim().is_empty());
    if screen.body.len() > PART {
        let value = format!("{} lines in all", screen.body.len());
        screen.questions.push(Question::new("Read on", Kind::Read).value(value));
    }
    let hinted = hints::questions(wizard, &screen);
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
        Status::Blocked(problem) if wizard.step() != Step::Progress && !is_told(&problem, screen) => {
            screen.problem(&problem);
        }
        Status::Ready
            if !matches!(wizard.step(), Step::Upload | Step::Progress) && wizard.integration().panel().is_none() =>
        {
            screen.line(format!("Step {} is ready.", wizard.step().number()));
        }
        Status::Idle | Status::Ready | Status::Blocked(_) => {}
    }
}

/// Whether a failed check says what is in the way.
fn is_told(problem: &UserError, screen: &Screen) -> bool {
    let what = problem.summary.to_lowercase();
    let failed = screen.lines.iter().filter_map(|line| line.strip_prefix("Failed: "));
    let details = failed.filter_map(|line| line.split_once(". ")).map(|(_, detail)| detail.to_lowercase());
    details.into_iter().any(|detail| what.ends_with(&detail))
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
