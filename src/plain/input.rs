//! Answers, read one at a time and only when one is asked for, so that nobody reads along while a secret is typed.

use std::{
    io::{BufRead as _, IsTerminal as _},
    sync::mpsc::{Sender, channel},
};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// How an answer is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InputMode {
    /// A line.
    Line,
    /// A line that is not shown while it is typed.
    Secret,
}

/// The standard input.
pub(super) struct Input {
    wishes: Sender<InputMode>,
    answers: UnboundedReceiver<Option<String>>,
    /// Whether somebody types; otherwise the answers come from a file or a program.
    pub(super) is_terminal: bool,
    /// An answer is being read; what it answers may have changed since.
    is_reading: bool,
    modes: Modes,
}

impl Input {
    pub(super) fn new() -> Input {
        let is_terminal = std::io::stdin().is_terminal();
        let (wishes, asked) = channel();
        let (told, answers) = unbounded_channel();
        // It ends with the program: a read from a terminal cannot be called off.
        std::thread::spawn(move || {
            for wish in asked {
                let answer = if wish == InputMode::Secret && is_terminal { hidden() } else { line() };
                if told.send(answer).is_err() {
                    return;
                }
            }
        });
        Input { wishes, answers, is_terminal, is_reading: false, modes: Modes::read() }
    }

    /// Asks for an answer, which [`Self::answer`] waits for. From now on nothing of a secret is shown.
    pub(super) fn ask(&mut self, wish: InputMode) {
        if wish == InputMode::Secret {
            self.modes.hide();
        }
        if !std::mem::replace(&mut self.is_reading, true) {
            // Where nobody reads any more, no answer comes either.
            let _ = self.wishes.send(wish);
        }
    }

    /// What is typed from now on is shown again. The answer that is being read will be to something else.
    pub(super) fn give_up(&self) {
        self.modes.restore();
    }

    /// The answer; nothing at the end of the input.
    pub(super) async fn answer(&mut self) -> Option<String> {
        let answer = self.answers.recv().await.flatten();
        self.is_reading = false;
        self.modes.restore();
        answer
    }
}

fn line() -> Option<String> {
    let mut bytes = Vec::new();
    match std::io::stdin().lock().read_until(b'\n', &mut bytes) {
        Ok(1..) => Some(String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned()),
        Ok(0) | Err(_) => None,
    }
}

#[cfg(unix)]
fn hidden() -> Option<String> {
    line()
}

#[cfg(not(unix))]
fn hidden() -> Option<String> {
    rpassword::read_password().ok()
}

/// The terminal's settings as they were. The program may have to end while a secret is typed and nothing is shown.
struct Modes {
    #[cfg(unix)]
    before: Option<rustix::termios::Termios>,
}

#[cfg(unix)]
impl Modes {
    fn read() -> Modes {
        Modes { before: rustix::termios::tcgetattr(std::io::stdin()).ok() }
    }

    fn hide(&self) {
        if let Some(mut modes) = self.before.clone() {
            modes.local_modes.remove(rustix::termios::LocalModes::ECHO);
            Modes::set(&modes);
        }
    }

    fn restore(&self) {
        if let Some(before) = &self.before {
            Modes::set(before);
        }
    }

    fn set(modes: &rustix::termios::Termios) {
        // A terminal that has gone away shows nothing any more.
        let _ = rustix::termios::tcsetattr(std::io::stdin(), rustix::termios::OptionalActions::Now, modes);
    }
}

/// Reading a secret sees to it by itself here.
#[cfg(not(unix))]
impl Modes {
    fn read() -> Modes {
        Modes {}
    }

    fn hide(&self) {}

    fn restore(&self) {}
}

impl Drop for Modes {
    fn drop(&mut self) {
        self.restore();
    }
}
