//! The choices that the wizard itself names, by the words of its footer.

use crate::{
    plain::describe::screen::{ChoiceTarget, Command, Kind, Question, Screen},
    wizard::{
        Wizard,
        action::{Action, Hint},
        overlay::Overlay,
        step::Step,
    },
};

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

/// The letters that mean the same on every screen.
fn letter(action: Action) -> Option<char> {
    match action {
        Action::Back => Some('b'),
        Action::Help => Some('?'),
        Action::Quit => Some('q'),
        Action::Cancel => Some('c'),
        Action::Pause => Some('p'),
        _ => None,
    }
}

/// The action that number 1 is: what goes on, or says yes.
fn way_on(hints: &[Hint]) -> Option<Action> {
    let continues = hints.iter().find(|hint| hint.label == "continue");
    let others = || hints.iter().find(|hint| matches!(hint.action, Action::Next | Action::Yes));
    continues.or_else(others).map(|hint| hint.action)
}

/// All of them but those that only move, or do what a field or option on the screen does by name.
pub(super) fn questions(wizard: &Wizard, screen: &Screen) -> Vec<Question> {
    let hints = wizard.hints();
    let way_on = way_on(&hints);
    let is_named = |action| {
        screen.questions.iter().any(|own| match (&own.kind, own.place) {
            (Kind::Choice(does), ChoiceTarget::Choice) => {
                let is_elsewhere =
                    does.iter().any(|one| matches!(one, Command::Act(Action::FocusNext | Action::FocusPrevious)));
                !is_elsewhere && does.last() == Some(&Command::Act(action))
            }
            _ => false,
        })
    };
    let mut questions: Vec<Question> = Vec::new();
    for hint in hints.into_iter().filter(|hint| !is_moved(hint) && !is_named(hint.action)) {
        let mut name = capitalised(hint.label);
        if hint.label == "continue"
            && let Some(step) = Step::ALL.get(wizard.step().number())
        {
            name = format!("Continue to step {}, {}", step.number(), step.title());
        }
        let does = vec![Command::Act(hint.action)];
        let is_sent = (wizard.step(), hint.action, wizard.overlay()) == (Step::Upload, Action::Next, None);
        let kind = match is_sent && !wizard.is_at_home() {
            true => Kind::Sure(does),
            false => Kind::Choice(does),
        };
        let info = hint.action.info();
        let of = screen.subject.clone().filter(|_| is_of_row(wizard, hint.action));
        let place = if way_on == Some(hint.action) { ChoiceTarget::On } else { ChoiceTarget::Choice };
        let help = info.map(|info| info.about);
        questions.push(Question { key: letter(hint.action), of, place, help, ..Question::new(name, kind) });
    }
    questions
}

/// The actions that do something now without being on the screen, such as going straight to a step: by their names.
pub fn unnamed(wizard: &Wizard) -> Vec<(&'static str, Action)> {
    if wizard.overlay().is_some_and(|overlay| overlay != Overlay::Help) {
        return Vec::new();
    }
    let hints = wizard.hints();
    let rows = wizard.palette_rows().into_iter();
    let rows = rows.filter(|row| row.is_possible && row.action != Action::Mouse);
    let rows = rows.filter(|row| hints.iter().all(|hint| hint.action != row.action));
    rows.filter_map(|row| Some((row.action.info()?.name, row.action))).collect()
}
