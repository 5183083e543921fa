//! Help that is printed on demand: of the step, of one choice, or of a word.

use crate::{
    plain::describe::screen::Question,
    wizard::{
        Wizard,
        help::{self, Page, Topic},
    },
};

fn page(wizard: &Wizard) -> Option<&'static Page> {
    if wizard.is_at_home() { help::page(Topic::Home) } else { help::page(wizard.step()) }
}

fn plain(lines: impl IntoIterator<Item = String>) -> Vec<String> {
    lines.into_iter().map(|line| line.replace('`', "")).filter(|line| !line.trim().is_empty()).collect()
}

/// What is on the screen in a few lines, and how to ask for more.
pub(super) fn brief(wizard: &Wizard) -> Vec<String> {
    let Some(page) = page(wizard) else { return Vec::new() };
    let mut lines = vec![format!("Help: {}", page.title), page.purpose.clone(), page.ready.clone()];
    lines.push(
        "Enter alone repeats what there is. A choice is a number or the beginning of its words; a row of a list has the numbers \
         from 101, whether it was told or not. b goes back, q leaves; step 3 goes straight to a step."
            .to_owned(),
    );
    lines.push(
        "A question mark and a number explains that choice; with a word, such as ? CORS rules, it explains the field, check or \
         finding of that name; ? all tells the whole page."
            .to_owned(),
    );
    plain(lines)
}

/// The whole page, a line for each thing.
fn whole(page: &Page) -> Vec<String> {
    let mut lines = vec![format!("Help: {}", page.title), page.purpose.clone(), page.ready.clone()];
    for section in &page.sections {
        lines.push(format!("{}:", section.title));
        for entry in &section.entries {
            lines.push(format!("{}: {} {}", entry.label, entry.what, entry.choose));
            lines.extend(entry.more.iter().cloned());
        }
        lines.extend(section.points.iter().cloned());
    }
    lines.push("End of the help.".to_owned());
    plain(lines)
}

/// What is known of one choice.
pub(super) fn of_question(question: &Question) -> Vec<String> {
    let name = &question.name;
    let told = question
        .help
        .map_or_else(|| format!("{name}: nothing more is known of it than it says."), |help| format!("{name}: {help}"));
    plain([told])
}

/// What is known of a word: everything on the step's page, or what the command `explain` knows.
pub(super) fn of_word(word: &str, wizard: &Wizard) -> Vec<String> {
    if word.eq_ignore_ascii_case("all") {
        return page(wizard).map(whole).unwrap_or_default();
    }
    match help::explain::found(word) {
        Ok(answers) => {
            let lines = answers.into_iter().flat_map(|answer| {
                let title = if answer.title.is_empty() { answer.name } else { answer.title };
                let kind = answer.kind;
                [format!("{title}, {kind}: {} {}", answer.what, answer.advice)].into_iter().chain(answer.more)
            });
            plain(lines)
        }
        Err(problem) => plain([problem.summary].into_iter().chain(problem.hint)),
    }
}
