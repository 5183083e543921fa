//! What an answer means.

use std::io::Write;

use crate::{
    plain::{
        describe::{
            describe,
            hints::unnamed,
            screen::{ChoiceTarget, Command, Kind, Question, Screen},
        },
        help,
        input::InputMode,
        print::{Printer, only_text},
    },
    wizard::{
        Wizard,
        action::{Action, Edit},
        effect::{Effect, Event},
        integration::Focus,
        overlay::Overlay,
        step::Step,
    },
};

/// What the next line is the answer to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum PendingPrompt {
    /// The choices.
    Choice,
    /// The text of a field.
    Text(Question),
    /// Whether it is meant.
    Sure(Question),
    /// The user's editor was left.
    Editor,
}

/// What is asked instead of the choices: how it is read, what it answers, and what is said before.
pub(super) type Next = (InputMode, PendingPrompt, String);

/// What an answer begins, and what is asked next instead of the choices.
pub(super) fn taken(
    answer: &str,
    due: PendingPrompt,
    wizard: &mut Wizard,
    printer: &mut Printer<impl Write>,
) -> (Vec<Effect>, Option<Next>) {
    match due {
        PendingPrompt::Choice => choice(answer.trim(), wizard, printer),
        PendingPrompt::Text(question) if answer.trim() == "?" => {
            help::of_question(&question).iter().for_each(|line| printer.say(line));
            chosen(&question, wizard, printer)
        }
        PendingPrompt::Text(question) => (text(answer, &question, wizard, printer), None),
        PendingPrompt::Sure(question) => {
            let is_yes = answer.trim().eq_ignore_ascii_case("yes");
            if !is_yes {
                printer.say("Not done: the answer was not yes.");
                return (Vec::new(), None);
            }
            match current(&question, wizard) {
                Some(Question { kind: Kind::Sure(does), .. }) => (perform(wizard, does), None),
                _ => (gone(printer), None),
            }
        }
        PendingPrompt::Editor => (wizard.handle(Event::EditorClosed(Ok(()))), None),
    }
}

fn choice(answer: &str, wizard: &mut Wizard, printer: &mut Printer<impl Write>) -> (Vec<Effect>, Option<Next>) {
    let screen = describe(wizard);
    match answer {
        "" => {
            printer.forget();
            printer.show(&screen);
            printer.list(&screen);
            return (Vec::new(), None);
        }
        "?" => {
            help::brief(wizard).iter().for_each(|line| printer.say(line));
            return (Vec::new(), None);
        }
        "q" => {
            let is_over_step = wizard.overlay() == Some(Overlay::Save);
            let mut effects = wizard.handle(Event::Action(Action::Quit));
            if is_over_step && wizard.overlay().is_none() {
                effects.extend(wizard.handle(Event::Action(Action::Quit)));
            }
            return (effects, None);
        }
        _ => {}
    }
    if let ("b", Some(question)) = (answer, back(&screen)) {
        return chosen(&question, wizard, printer);
    }
    let typed = only_text(&screen).cloned();
    if let (Some(word), None) = (answer.strip_prefix('?'), typed.as_ref().filter(|_| !answer.starts_with("? "))) {
        let word = word.trim();
        let lines = match named(word, &screen, printer) {
            Some(question) => help::of_question(&question),
            None => help::of_word(word, wizard),
        };
        lines.iter().for_each(|line| printer.say(line));
        return (Vec::new(), None);
    }
    let is_number = answer.parse::<u64>().is_ok();
    let lettered = screen.questions.iter().find(|asked| asked.key.is_some_and(|key| answer == key.to_string()));
    let question = match (lettered, &typed) {
        (Some(question), _) => Some(question.clone()),
        (None, Some(_)) if !is_number => None,
        (None, _) => named(answer, &screen, printer),
    };
    match (question, typed) {
        (Some(question), _) => chosen(&question, wizard, printer),
        (None, Some(question)) if !is_number => (text(answer, &question, wizard, printer), None),
        (None, _) => match straight(answer, wizard) {
            Some(action) => (wizard.handle(Event::Action(action)), None),
            None => {
                let working = if screen.waits { " Something is still on its way." } else { "" };
                printer.say(&format!(
                    "There is no choice {answer} here.{working} Enter alone tells the choices, ? is help."
                ));
                (Vec::new(), None)
            }
        },
    }
}

/// The question that a number or words mean: a whole name, the name of its action, or how only one of them begins.
fn named(answer: &str, screen: &Screen, printer: &Printer<impl Write>) -> Option<Question> {
    if let Ok(number) = answer.replace(',', "").parse() {
        return printer.numbered(number, screen);
    }
    let wanted = answer.to_lowercase();
    let is_called =
        |question: &&Question| question.name.to_lowercase() == wanted || action_of(question) == Some(&wanted);
    let whole = screen.questions.iter().find(is_called);
    let mut begun = screen.questions.iter().filter(|question| question.name.to_lowercase().starts_with(&wanted));
    let only = begun.next().filter(|_| begun.next().is_none() && !wanted.is_empty());
    whole.or(only).cloned()
}

/// What leads back: where nothing is called so, saying no, or closing.
fn back(screen: &Screen) -> Option<Question> {
    let is_back = |question: &&Question| question.key == Some('b');
    let is_no = |question: &&Question| action_of(question) == Action::No.info().map(|info| info.name);
    let is_close = |question: &&Question| question.name == "Close";
    let find = |is: &dyn Fn(&&Question) -> bool| screen.questions.iter().find(|question| is(question)).cloned();
    find(&is_back).or_else(|| find(&is_no)).or_else(|| find(&is_close))
}

/// By what name the action of a choice is known to `keys.toml`.
fn action_of(question: &Question) -> Option<&'static str> {
    match &question.kind {
        Kind::Choice(does) | Kind::Sure(does) => match does.as_slice() {
            [Command::Act(action)] => action.info().map(|info| info.name),
            _ => None,
        },
        _ => None,
    }
}

/// An action that is possible now without being offered on the screen.
fn straight(answer: &str, wizard: &Wizard) -> Option<Action> {
    let wanted = answer.to_lowercase().replace(' ', "-");
    unnamed(wizard).into_iter().find(|(name, _)| *name == wanted).map(|(_, action)| action)
}

/// What choosing a question begins or asks.
fn chosen(question: &Question, wizard: &mut Wizard, printer: &mut Printer<impl Write>) -> (Vec<Effect>, Option<Next>) {
    let Some(question) = current(question, wizard).or_else(|| row(question, wizard)) else {
        return (gone(printer), None);
    };
    match question.kind {
        Kind::Choice(does) => {
            if matches!(question.place, ChoiceTarget::Row(_)) {
                printer.forget_selection();
            }
            (perform(wizard, does), None)
        }
        Kind::List => {
            printer.open_list();
            (Vec::new(), None)
        }
        Kind::Read => {
            printer.read_on();
            (Vec::new(), None)
        }
        Kind::Sure(_) => {
            let prompt = format!(
                "{}: this changes what is in Encord. Type yes to do it, anything else to leave it.",
                question.name
            );
            (Vec::new(), Some((InputMode::Line, PendingPrompt::Sure(question), prompt)))
        }
        Kind::Text { is_secret, .. } => {
            let now = question.value.as_ref().map(|value| format!(", now {value}")).unwrap_or_default();
            let hidden = if is_secret { " What you type is not shown." } else { "" };
            let prompt = format!(
                "New text for {}{now}. Enter alone leaves it as it is, a minus sign alone empties it, ? explains it.{hidden}",
                question.name
            );
            let wish = if is_secret { InputMode::Secret } else { InputMode::Line };
            (Vec::new(), Some((wish, PendingPrompt::Text(question), prompt)))
        }
    }
}

fn text(answer: &str, question: &Question, wizard: &mut Wizard, printer: &mut Printer<impl Write>) -> Vec<Effect> {
    let answer = answer.trim();
    match (answer, current(question, wizard)) {
        ("", _) => {
            printer.say("Left as it was.");
            Vec::new()
        }
        (answer, Some(Question { kind: Kind::Text { before, after, .. }, .. })) => {
            let typed = if answer == "-" { "" } else { answer };
            let edits =
                [Command::Edit(Edit::End), Command::Edit(Edit::Clear), Command::Edit(Edit::Paste(typed.to_owned()))];
            perform(wizard, before.into_iter().chain(edits).chain(after).collect())
        }
        (_, _) => gone(printer),
    }
}

fn gone(printer: &mut Printer<impl Write>) -> Vec<Effect> {
    printer.say("That is no longer offered; something has changed meanwhile.");
    Vec::new()
}

/// The question as it stands now: what was printed may be out of date.
fn current(question: &Question, wizard: &Wizard) -> Option<Question> {
    let Screen { questions, .. } = describe(wizard);
    questions.into_iter().find(|other| other.key == question.key && other.name == question.name)
}

/// A row that is on another page.
fn row(question: &Question, wizard: &Wizard) -> Option<Question> {
    let ChoiceTarget::Row(place) = question.place else { return None };
    let rows = describe(wizard).rows.filter(|rows| place < rows.total)?;
    let row = Question::row(&rows, place);
    (row.name == question.name).then_some(row)
}

fn perform(wizard: &mut Wizard, does: Vec<Command>) -> Vec<Effect> {
    let mut effects: Vec<Effect> = Vec::new();
    for one in does {
        effects.extend(wizard.handle(match one {
            Command::Act(action) => Event::Action(action),
            Command::Edit(edit) => Event::Edit(edit),
        }));
    }
    effects.extend(leave_field(wizard));
    effects
}

/// All fields are offered at once, so that no field keeps the keyboard; leaving it takes over what was typed.
pub(super) fn leave_field(wizard: &mut Wizard) -> Vec<Effect> {
    let in_form = wizard.step() == Step::Integration && !wizard.is_at_home() && wizard.overlay().is_none();
    let step = wizard.integration();
    if in_form && step.panel().is_none() && matches!(step.focus(), Focus::Field(_)) {
        return wizard.handle(Event::Action(Action::Back));
    }
    Vec::new()
}
