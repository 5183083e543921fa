//! The loop: prints what is new, waits for an answer or for a service, hands it to the wizard.

use std::{io::Stdout, path::PathBuf, pin::Pin};

use secrecy::ExposeSecret;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::{
    plain::{
        describe::describe,
        editing,
        input::{Input, InputMode},
        parse_answer::{PendingPrompt, leave_field, taken},
        print::Printer,
    },
    wizard::{
        Wizard,
        action::Action,
        effect::{Effect, Event},
    },
};

/// Why the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The user left, the wizard was at its end, or there were no more answers.
    Quit,
    /// It was stopped from outside.
    Stopped,
}

/// What asks the program to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The user, who may be asked back.
    Interrupt,
    /// The system.
    End,
}

/// What has to be said once at the beginning.
const INTRODUCTION: &str = "azure-to-encord in plain lines. Type the number of a choice, or how its words begin, and press Enter. \
                            Enter alone repeats what there is, ? is help, q leaves.";

/// Puts the wizard's questions on the standard output and takes the answers from the standard input until the wizard is left.
/// `carry_out` begins an effect and returns at once; its answers come over `events`. `asked` waits for what asks the program to
/// end, each time anew.
pub async fn run<F: Future<Output = Stop>>(
    wizard: &mut Wizard,
    first: Vec<Effect>,
    carry_out: impl FnMut(Effect),
    events: &mut UnboundedReceiver<Event>,
    mut asked: impl FnMut() -> F,
) -> Exit {
    let mut stop = std::pin::pin!(asked());
    let mut printer = Printer::new(std::io::stdout());
    printer.say(INTRODUCTION);
    let mut talk =
        Repl { wizard, printer, input: Input::new(), carry_out, due: None, effects: first, ends: 0, has_events: true };
    loop {
        if let Some(exit) = talk.turn(events, stop.as_mut(), &mut asked).await {
            return exit;
        }
    }
}

struct Repl<'a, C> {
    wizard: &'a mut Wizard,
    printer: Printer<Stdout>,
    input: Input,
    carry_out: C,
    /// What the line that is being typed answers.
    due: Option<PendingPrompt>,
    effects: Vec<Effect>,
    /// How often in a row the input was at its end, or was interrupted.
    ends: u8,
    /// Events may be at their end while answers are not, as in tests.
    has_events: bool,
}

impl<C: FnMut(Effect)> Repl<'_, C> {
    /// Tells what is new and takes one event or answer. Gives why the loop ends, if it does.
    async fn turn<F: Future<Output = Stop>>(
        &mut self,
        events: &mut UnboundedReceiver<Event>,
        mut stop: Pin<&mut F>,
        asked: &mut impl FnMut() -> F,
    ) -> Option<Exit> {
        let mut editor: Option<PathBuf> = None;
        for effect in std::mem::take(&mut self.effects) {
            match effect {
                Effect::Exit => return Some(Exit::Quit),
                Effect::Editor(path) => editor = Some(path),
                Effect::Copy(text) => {
                    self.printer.say("The text to copy follows, without anything else on its lines.");
                    self.printer.say(text.expose_secret());
                }
                Effect::Bell | Effect::Mouse => {}
                effect => (self.carry_out)(effect),
            }
        }
        if let Some(path) = editor {
            if self.input.is_terminal && editing::is_named() {
                self.printer.say(&format!("Your editor opens the file {}.", path.display()));
                match editing::edit(&path, stop, asked).await {
                    Ok(result) => self.effects = self.wizard.handle(Event::EditorClosed(result)),
                    Err(_) => return Some(Exit::Stopped),
                }
                self.printer.say("Your editor was left.");
                self.printer.forget();
                return None;
            }
            self.printer
                .say(&format!("Edit the file {} in your editor and save it. Then press Enter here.", path.display()));
            self.input.ask(InputMode::Line);
            self.due = Some(PendingPrompt::Editor);
        }
        if self.tell() {
            return None;
        }
        tokio::select! {
            biased;
            stopped = &mut stop => {
                stop.set(asked());
                return self.stopped(stopped);
            }
            event = events.recv(), if self.has_events => match event {
                Some(event) => {
                    self.effects = self.wizard.handle(event);
                    // What has come meanwhile is told together.
                    while let Ok(event) = events.try_recv() {
                        self.effects.extend(self.wizard.handle(event));
                    }
                }
                None => self.has_events = false,
            },
            answer = self.input.answer(), if self.due.is_some() => return self.answered(answer),
        }
        None
    }

    /// Prints what is new, and asks if nothing is being asked. Whether the wizard has gone on by itself.
    fn tell(&mut self) -> bool {
        self.effects.extend(leave_field(self.wizard));
        if !self.effects.is_empty() {
            return true;
        }
        let screen = describe(self.wizard);
        if matches!(self.due, None | Some(PendingPrompt::Choice)) {
            self.printer.show(&screen);
        }
        if self.wizard.awaits_look() {
            // All of it is printed now, and sending takes a typed yes.
            self.effects = self.wizard.handle(Event::Seen);
            return true;
        }
        let is_told = !screen.waits || screen.is_live;
        match self.due {
            None if is_told && (!screen.waits || self.input.is_terminal) => {
                self.printer.choices(&screen);
                self.input.ask(InputMode::Line);
                self.due = Some(PendingPrompt::Choice);
            }
            // What the choices will be is not known yet.
            None if self.input.is_terminal => {
                self.printer.ask(&screen);
                self.input.ask(InputMode::Line);
                self.due = Some(PendingPrompt::Choice);
            }
            Some(PendingPrompt::Choice) if is_told && self.printer.has_other_choices(&screen) => {
                self.printer.choices(&screen);
            }
            _ => {}
        }
        false
    }

    fn answered(&mut self, answer: Option<String>) -> Option<Exit> {
        let due = self.due.take();
        match (answer, due) {
            (_, Some(PendingPrompt::Editor)) => self.effects = self.wizard.handle(Event::EditorClosed(Ok(()))),
            (None, due) => {
                return if self.input.is_terminal { self.left(due.as_ref(), Exit::Quit) } else { Some(Exit::Quit) };
            }
            (Some(answer), Some(due)) => {
                self.ends = 0;
                let (begun, next) = taken(&answer, due, self.wizard, &mut self.printer);
                self.effects = begun;
                if let Some((wish, next, prompt)) = next {
                    self.input.ask(wish);
                    self.printer.say(&prompt);
                    self.due = Some(next);
                }
            }
            (Some(_), None) => {}
        }
        None
    }

    fn stopped(&mut self, stop: Stop) -> Option<Exit> {
        if stop == Stop::End || !self.input.is_terminal {
            return Some(Exit::Stopped);
        }
        self.input.give_up();
        let due = self.due.take();
        self.printer.say("");
        self.left(due.as_ref(), Exit::Stopped)
    }

    /// Ctrl-C or Ctrl-D at a terminal: out of what is being typed, then out of the program, which asks what that would lose; a
    /// second time it ends.
    fn left(&mut self, due: Option<&PendingPrompt>, exit: Exit) -> Option<Exit> {
        if self.ends > 0 {
            return Some(exit);
        }
        self.ends += 1;
        match due {
            Some(PendingPrompt::Text(_) | PendingPrompt::Sure(_) | PendingPrompt::Editor) => {
                self.printer.say("Left as it was.");
                self.ends = 0;
            }
            _ => {
                self.effects = self.wizard.handle(Event::Action(Action::Quit));
                if !self.effects.iter().any(|effect| matches!(effect, Effect::Exit)) {
                    self.printer.say("Once more, and the program ends at once; nothing is saved.");
                }
            }
        }
        None
    }
}
