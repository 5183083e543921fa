//! Saving the config.

use crate::{
    plain::describe::screen::{Question, Screen},
    wizard::{
        Wizard,
        save::SaveStage,
        saved::{DiffLine, SavePreview},
    },
};

pub(super) fn dialog(wizard: &Wizard, screen: &mut Screen) {
    let Some(dialog) = wizard.save_dialog() else { return };
    if let Some(problem) = dialog.refused() {
        screen.problem(problem);
    }
    match dialog.stage() {
        SaveStage::Naming { problem } => {
            screen.line("The config has no name yet.");
            screen.lines.extend(problem.as_ref().map(|problem| format!("Problem: {problem}")));
            screen.questions.push(Question::text_field("Name", dialog.name().text(), Vec::new(), Vec::new()));
        }
        SaveStage::Looking(_) | SaveStage::Saving(_) => screen.waits = true,
        SaveStage::Preview(preview) => self::preview(preview, screen),
        SaveStage::Confirm(preview) => {
            screen.line(format!("The file {} is there already and would be overwritten.", preview.path.display()));
        }
        SaveStage::Nothing(preview) => {
            screen.line(format!("The file {} says all this already.", preview.path.display()));
        }
        SaveStage::Saved => screen.line("Saved."),
        SaveStage::Failed(problem) => screen.problem(problem),
    }
}

fn preview(preview: &SavePreview, screen: &mut Screen) {
    let path = preview.path.display();
    screen.line(match preview.stamp {
        None => format!("The file {path} would be new. It would hold:"),
        Some(_) => format!("The file {path} would be changed:"),
    });
    for line in &preview.lines {
        match (line, &preview.stamp) {
            (DiffLine::Added(text), None) => screen.body.push(text.clone()),
            (DiffLine::Added(text), Some(_)) => screen.body.push(format!("Added: {text}")),
            (DiffLine::Removed(text), _) => screen.body.push(format!("Removed: {text}")),
            (DiffLine::Same(_) | DiffLine::Skipped(_), _) => {}
        }
    }
}
