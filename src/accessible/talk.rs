//! The loop: prints what is new, waits for an answer or for a service, hands it to the wizard.

use std::path::PathBuf;

use secrecy::ExposeSecret;
use tokio::sync::mpsc::UnboundedReceiver;

use super::{
    ask::help_lines,
    describe::{Do, Kind, Question, Screen, describe},
    input::{Input, Wish},
    print::Printer,
};
use crate::wizard::{Action, Edit, Effect, Event, Focus, Step, Wizard};

/// Why the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The user left, the wizard was at its end, or there were no more answers.
    Quit,
    /// It was stopped from outside.
    Stopped,
}

/// What the next line is the answer to.
#[derive(Debug, Clone, PartialEq)]
enum Due {
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
type Next = (Wish, Due, String);

/// What has to be said once at the beginning.
const INTRODUCTION: &str = "azure-to-encord in plain lines. Type the number or letter of a choice and press Enter. Enter alone \
                            repeats what there is, ? is help, q leaves.";

/// Puts the wizard's questions on the standard output and takes the answers from the standard input until the wizard is left.
/// `carry_out` begins an effect and returns at once; its answers come over `events`.
pub async fn run(
    wizard: &mut Wizard,
    first: Vec<Effect>,
    mut carry_out: impl FnMut(Effect),
    events: &mut UnboundedReceiver<Event>,
    stop: impl Future<Output = ()>,
) -> Exit {
    let mut stop = std::pin::pin!(stop);
    let mut input = Input::new();
    let mut printer = Printer::new(std::io::stdout());
    printer.say(INTRODUCTION);
    let mut effects = first;
    let mut due: Option<Due> = None;
    // Events may be at their end while answers are not, as in tests.
    let mut has_events = true;
    loop {
        let mut editor: Option<PathBuf> = None;
        for effect in std::mem::take(&mut effects) {
            match effect {
                Effect::Exit => return Exit::Quit,
                Effect::Editor(path) => editor = Some(path),
                Effect::Copy(text) => {
                    printer.say("The text to copy follows, without anything else on its lines.");
                    printer.say(text.expose_secret());
                }
                Effect::Bell | Effect::Mouse => {}
                effect => carry_out(effect),
            }
        }
        if let Some(path) = editor {
            printer
                .say(&format!("Edit the file {} in your editor and save it. Then press Enter here.", path.display()));
            input.ask(Wish::Line);
            due = Some(Due::Editor);
        }
        let screen = describe(wizard);
        if matches!(due, None | Some(Due::Choice)) {
            printer.show(&screen);
        }
        if wizard.awaits_look() {
            // All of it is printed now, and sending takes a typed yes.
            effects = wizard.handle(Event::Seen);
            continue;
        }
        due = match due {
            None if !screen.waits || input.is_terminal => {
                printer.choices(&screen);
                input.ask(Wish::Line);
                Some(Due::Choice)
            }
            Some(Due::Choice) if printer.has_other_choices(&screen) && (!screen.waits || screen.is_live) => {
                printer.choices(&screen);
                Some(Due::Choice)
            }
            due => due,
        };
        tokio::select! {
            biased;
            () = &mut stop => return Exit::Stopped,
            event = events.recv(), if has_events => match event {
                Some(event) => {
                    effects = wizard.handle(event);
                    // What has come meanwhile is told together.
                    while let Ok(event) = events.try_recv() {
                        effects.extend(wizard.handle(event));
                    }
                }
                None => has_events = false,
            },
            answer = input.answer(), if due.is_some() => {
                match (answer, due.take()) {
                    (_, Some(Due::Editor)) => effects = wizard.handle(Event::EditorClosed(Ok(()))),
                    (None, Some(Due::Choice)) if input.is_terminal && wizard.overlay().is_none() => {
                        effects = wizard.handle(Event::Action(Action::Quit));
                    }
                    (None, _) => return Exit::Quit,
                    (Some(answer), Some(asked)) => {
                        let (begun, next) = taken(&answer, asked, wizard, &mut printer);
                        effects = begun;
                        if let Some((wish, next, prompt)) = next {
                            input.ask(wish);
                            printer.say(&prompt);
                            due = Some(next);
                        }
                    }
                    (Some(_), None) => {}
                }
            }
        }
    }
}

/// What an answer begins, and what is asked next instead of the choices.
fn taken(
    answer: &str,
    due: Due,
    wizard: &mut Wizard,
    printer: &mut Printer<impl std::io::Write>,
) -> (Vec<Effect>, Option<Next>) {
    match due {
        Due::Choice => choice(answer.trim(), wizard, printer),
        Due::Text(question) => (text(answer, &question, wizard, printer), None),
        Due::Sure(question) => {
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
        Due::Editor => (wizard.handle(Event::EditorClosed(Ok(()))), None),
    }
}

fn choice(
    answer: &str,
    wizard: &mut Wizard,
    printer: &mut Printer<impl std::io::Write>,
) -> (Vec<Effect>, Option<Next>) {
    match answer {
        "" => {
            printer.forget();
            return (Vec::new(), None);
        }
        "?" => {
            help_lines(wizard).iter().for_each(|line| printer.say(line));
            return (Vec::new(), None);
        }
        "q" => return (wizard.handle(Event::Action(Action::Quit)), None),
        _ => {}
    }
    let named = printer.named(answer).cloned();
    // Where one field alone takes a text, the text may be typed at once.
    let mut texts = printer.asked.iter().filter(|asked| matches!(asked.kind, Kind::Text { is_secret: false, .. }));
    let only = texts.next().filter(|_| texts.next().is_none()).cloned();
    match (named, only) {
        (Some(question), _) => match current(&question, wizard) {
            Some(Question { kind: Kind::Choice(does), .. }) => (perform(wizard, does), None),
            Some(question @ Question { kind: Kind::Sure(_), .. }) => {
                let prompt =
                    "This changes something outside this program. Type yes to go on, anything else to leave it.";
                (Vec::new(), Some((Wish::Line, Due::Sure(question), prompt.to_owned())))
            }
            Some(question @ Question { kind: Kind::Text { is_secret, .. }, .. }) => {
                let hidden = if is_secret { " What you type is not shown." } else { "" };
                let name = &question.name;
                let prompt = format!(
                    "New text for {name}. Enter alone leaves it as it is, a minus sign alone empties it.{hidden}"
                );
                let wish = if is_secret { Wish::Secret } else { Wish::Line };
                (Vec::new(), Some((wish, Due::Text(question), prompt)))
            }
            None => (gone(printer), None),
        },
        (None, Some(question)) if answer.parse::<usize>().is_err() => (text(answer, &question, wizard, printer), None),
        (None, _) => {
            let last = printer.asked.iter().filter(|asked| asked.key.is_none()).count();
            printer.say(&format!(
                "This is no answer here: {answer}. Type a number from 1 to {last}, one of the letters, ? for help or q to leave."
            ));
            (Vec::new(), None)
        }
    }
}

fn text(
    answer: &str,
    question: &Question,
    wizard: &mut Wizard,
    printer: &mut Printer<impl std::io::Write>,
) -> Vec<Effect> {
    let answer = answer.trim();
    match (answer, current(question, wizard)) {
        ("", _) => Vec::new(),
        (answer, Some(Question { kind: Kind::Text { before, after, .. }, .. })) => {
            let typed = if answer == "-" { "" } else { answer };
            let edits = [Do::Edit(Edit::End), Do::Edit(Edit::Clear), Do::Edit(Edit::Paste(typed.to_owned()))];
            perform(wizard, before.into_iter().chain(edits).chain(after).collect())
        }
        (_, _) => gone(printer),
    }
}

fn gone(printer: &mut Printer<impl std::io::Write>) -> Vec<Effect> {
    printer.say("That is no longer offered; something has changed meanwhile.");
    Vec::new()
}

/// The question as it stands now: what was printed may be out of date.
fn current(question: &Question, wizard: &Wizard) -> Option<Question> {
    let Screen { questions, .. } = describe(wizard);
    questions.into_iter().find(|other| other.key == question.key && other.name == question.name)
}

fn perform(wizard: &mut Wizard, does: Vec<Do>) -> Vec<Effect> {
    let mut effects: Vec<Effect> = Vec::new();
    for one in does {
        effects.extend(wizard.handle(match one {
            Do::Act(action) => Event::Action(action),
            Do::Edit(edit) => Event::Edit(edit),
        }));
    }
    // All fields are offered at once, so that no field keeps the keyboard; leaving it takes over what was typed.
    let in_form = wizard.step() == Step::Integration && !wizard.is_at_home() && wizard.overlay().is_none();
    let step = wizard.integration();
    if in_form && step.panel().is_none() && matches!(step.focus(), Focus::Field(_)) {
        effects.extend(wizard.handle(Event::Action(Action::Back)));
    }
    effects
}
