//! Step 5.

use crate::{
    plain::describe::screen::{Command, Question, Screen},
    wizard::{
        Wizard,
        action::Action,
        plan::{equivalent::config_text, words::Tone},
        upload::option::UploadOption,
    },
};

pub(super) fn step(wizard: &Wizard, screen: &mut Screen) {
    let step = wizard.upload();
    if step.equivalent().is_some() {
        let headless = wizard.headless_command();
        screen.lines.extend(headless.map(|command| format!("The command that does the same: {command}")));
        screen.line("The config follows.");
        return screen.body.extend(config_text(wizard.config()).lines().map(str::to_owned));
    }
    screen.waits = step.is_estimating();
    let Some(plan) = wizard.plan() else { return };
    let present = wizard.folder().present().and_then(|present| present.as_ref().ok());
    screen.line("Nothing has been sent. This is what would be done.");
    let mut label = "";
    for told in plan.told(present, step.estimate()) {
        label = if told.label.is_empty() { label } else { told.label };
        let tone = if told.tone == Tone::Warning { "Warning. " } else { "" };
        let label = if label.is_empty() { String::new() } else { format!("{label}: ") };
        let head = columns(&told.head);
        screen.line(format!("{tone}{label}{head}{}", in_words(&told.text)));
    }
    if plan.destination.mirror.is_some() {
        return;
    }
    for (place, option) in UploadOption::ALL.into_iter().enumerate() {
        let value = option.value(wizard.config());
        let action = if place < step.cursor() { Action::Up } else { Action::Down };
        let there = || vec![Command::Act(action); place.abs_diff(step.cursor())];
        let then = |action| there().into_iter().chain([Command::Act(action)]).collect();
        if option == UploadOption::JobsInFlight {
            let more = Question::choice(format!("{}, one more", option.label()), then(Action::Right));
            let fewer = Question::choice(format!("{}, one fewer", option.label()), then(Action::Left));
            let told = |question: Question| question.value(format!("now {value}")).helped(option.key());
            screen.questions.extend([more, fewer].map(told));
        } else {
            let change = Question::choice(option.label(), then(Action::Toggle));
            screen.questions.push(change.value(format!("{value}; choose to change")).helped(option.key()));
        }
    }
}

/// The signs before changes of the schema are for eyes.
fn in_words(text: &str) -> String {
    let signs = [("+ ", "add "), ("~ ", "change "), ("- ", "delete "), ("! ", "conflict, ")];
    let sign = signs.into_iter().find_map(|(sign, word)| Some((word, text.strip_prefix(sign)?)));
    sign.map_or_else(|| text.to_owned(), |(word, rest)| format!("{word}{rest}"))
}

/// What stands in columns: the kind, how many items, their size.
fn columns(head: &str) -> String {
    let parts: Vec<&str> = head.split("  ").map(str::trim).filter(|part| !part.is_empty()).collect();
    let words = parts.iter().enumerate().map(|(place, part)| match place {
        1 if *part == "1" => "1 item, ".to_owned(),
        1 => format!("{part} items, "),
        _ => format!("{part}, "),
    });
    words.collect()
}
