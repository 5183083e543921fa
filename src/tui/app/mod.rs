//! The loop: draws, waits until something happens, hands it to the wizard. It never wakes up by itself.

mod input;
mod signals;

#[cfg(test)]
mod tests;

use std::{
    io,
    path::{Path, PathBuf},
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use crossterm::event::{Event as Input, EventStream};
use futures_util::{Stream, StreamExt, future};
use secrecy::SecretString;
use tokio::sync::mpsc::{UnboundedReceiver, error::TryRecvError};

use crate::{
    editor::Editor,
    error::UserError,
    tui::{
        app::{
            input::{Taken, on_input},
            signals::{Signals, suspend},
        },
        screens::{self, Drawn, Labels, click_targets::Hits},
        terminal::{self, Canvas, Guard},
        theme::Theme,
    },
    wizard::{
        Wizard,
        effect::{Effect, Event},
        step::Step,
    },
};

/// What carries out the wizard's effects. Its answers come back over the channel that [`run`] listens to.
pub trait Services {
    /// Begins an effect and returns at once. The front end's own effects do not come here.
    fn carry_out(&mut self, effect: Effect);
}

/// How the screens look and what they say of the program's surroundings.
#[derive(Debug, Clone)]
pub struct Options {
    /// Colours and signs.
    pub theme: Theme,
    /// Names for the screens, and the keys.
    pub labels: Labels,
    /// Whether the mouse is switched on to begin with.
    pub mouse: bool,
}

/// Why the screens were left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The user left, or the wizard was at its end.
    Quit,
    /// A signal of this number asked for it; an exit code of 128 plus it is customary.
    Signal(i32),
}

/// Why [`drive`] came to an end.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pause {
    Exit(Exit),
    Suspend,
    /// The user's editor has the terminal for a while.
    Editor(PathBuf),
}

/// At most so much is taken in between two frames, so that a flood of input cannot keep the screen from being painted.
const MOST_AT_ONCE: usize = 1000;

/// So long the plan has to be on the screen without a key before a key can send it. Keyboards wait about half a second before
/// they repeat a key that is held down.
const LOOK: Duration = Duration::from_millis(700);

/// Shows the wizard on the terminal until it is left. The terminal is given back on every way out.
///
/// # Errors
/// The terminal cannot be used, or another part of the program panicked meanwhile.
pub async fn run(
    wizard: &mut Wizard,
    first: Vec<Effect>,
    services: &mut impl Services,
    events: &mut UnboundedReceiver<Event>,
    options: &Options,
) -> io::Result<Exit> {
    let mut signals = Signals::new()?;
    let mut effects = first;
    terminal::set_mouse(options.mouse);
    loop {
        let guard = Guard::enter()?;
        // A new one each time: it takes the screen for empty, as the alternate screen is now, and asks the terminal nothing.
        let mut screen = Held { terminal: terminal::stdout()?, guard: &guard };
        let pause = {
            // Its thread reads the standard input as long as it lives, so it must not outlive this round.
            let keys = EventStream::new();
            let stop = signals.next();
            let still = || tokio::time::sleep(LOOK);
            let first = std::mem::take(&mut effects);
            drive(wizard, first, services, events, keys, stop, still, &mut screen, options).await?
        };
        drop(guard);
        match pause {
            Pause::Exit(exit) => return Ok(exit),
            Pause::Suspend => suspend().await?,
            Pause::Editor(path) => match edit(&path, &mut signals).await {
                Ok(result) => effects = wizard.handle(Event::EditorClosed(result)),
                Err(number) => return Ok(Exit::Signal(number)),
            },
        }
    }
}

/// Hands the terminal to the user's editor until that is left.
///
/// # Errors
/// A signal of this number asked the program to end. An interrupt does not: whoever presses Ctrl-C there means the editor, and
/// the terminal sends it to both.
async fn edit(path: &Path, signals: &mut Signals) -> Result<Result<(), UserError>, i32> {
    const INTERRUPT: i32 = 2;
    let mut editor = match Editor::from_environment().and_then(|editor| editor.start(path)) {
        Ok(editor) => editor,
        Err(problem) => return Ok(Err(problem)),
    };
    loop {
        tokio::select! {
            result = editor.left() => return Ok(result),
            number = signals.next() => {
                if number != INTERRUPT {
                    editor.stop();
                    return Err(number);
                }
            }
        }
    }
}

/// The terminal, as long as it is ours.
struct Held<'a, C> {
    terminal: C,
    guard: &'a Guard,
}

impl<C: Canvas> Canvas for Held<'_, C> {
    fn paint(&mut self, draw: &mut dyn FnMut(&mut ratatui::Frame<'_>)) -> io::Result<()> {
        if !self.guard.is_held() {
            return Err(io::Error::other("another part of the program failed, so the screens were closed"));
        }
        self.terminal.paint(draw)
    }

    fn copy(&mut self, text: &SecretString) -> io::Result<()> {
        self.terminal.copy(text)
    }

    fn ring(&mut self) -> io::Result<()> {
        self.terminal.ring()
    }

    fn switch_mouse(&mut self) -> io::Result<()> {
        self.terminal.switch_mouse()
    }
}

/// The loop itself, on any canvas, input and signal.
#[expect(clippy::too_many_arguments, reason = "each is one end of the loop, and tests replace them one by one")]
async fn drive<T: Future<Output = ()>>(
    wizard: &mut Wizard,
    first: Vec<Effect>,
    services: &mut impl Services,
    events: &mut UnboundedReceiver<Event>,
    mut input: impl Stream<Item = io::Result<Input>> + Unpin,
    signal: impl Future<Output = i32>,
    // Begins to wait for as long as the keys have to be still.
    still: impl Fn() -> T,
    canvas: &mut impl Canvas,
    options: &Options,
) -> io::Result<Pause> {
    let mut signal = pin!(signal);
    if let Some(pause) = carry_out(first, services, canvas)? {
        return Ok(pause);
    }
    let mut hits = Hits::default();
    let (mut has_input, mut has_events, mut changed) = (true, true, true);
    let mut is_shown = true;
    let mut waiting: Option<Pin<Box<T>>> = None;
    while has_input || has_events {
        if std::mem::take(&mut changed) {
            let mut drawn = Drawn::default();
            canvas.paint(&mut |frame| {
                is_shown = screens::fits(frame.area());
                drawn = screens::draw(frame, wizard, &options.theme, &options.labels);
            })?;
            for known in drawn.events() {
                wizard.handle(known);
            }
            hits = drawn.hits;
        }
        match is_shown && wizard.awaits_look() {
            true => _ = waiting.get_or_insert_with(|| Box::pin(still())),
            false => waiting = None,
        }
        let mut next = tokio::select! {
            biased;
            number = &mut signal => return Ok(Pause::Exit(Exit::Signal(number))),
            key = input.next(), if has_input => Next::Input(key),
            event = events.recv(), if has_events => Next::Event(event),
            () = async { match &mut waiting { Some(waiting) => waiting.await, None => future::pending().await } } => {
                Next::Event(Some(Event::Seen))
            }
        };
        // What else is there already is taken in before the next frame.
        for _ in 0..MOST_AT_ONCE {
            let taken = match next {
                Next::Input(Some(input)) => {
                    waiting = None;
                    on_input(input?, wizard, is_shown.then_some(&hits), &options.labels.keys)
                }
                Next::Event(Some(event)) => Taken::Changed(wizard.handle(event)),
                Next::Input(None) => {
                    has_input = false;
                    Taken::Nothing
                }
                Next::Event(None) => {
                    has_events = false;
                    Taken::Nothing
                }
                Next::Nothing => break,
            };
            match taken {
                Taken::Nothing => {}
                Taken::Changed(effects) => {
                    changed = true;
                    if let Some(pause) = carry_out(effects, services, canvas)? {
                        return Ok(pause);
                    }
                }
                Taken::Clicked(effects) => {
                    changed = true;
                    if let Some(pause) = carry_out(effects, services, canvas)? {
                        return Ok(pause);
                    }
                    // What the next click means is known when the next frame is drawn.
                    break;
                }
                Taken::Suspend => return Ok(Pause::Suspend),
            }
            // What a key changed on the review is to be seen before the next one counts.
            next = match wizard.step() == Step::Upload {
                true => Next::Nothing,
                false => ready(&mut input, has_input, events, has_events).await,
            };
        }
    }
    Ok(Pause::Exit(Exit::Quit))
}

#[cfg_attr(windows, expect(clippy::large_enum_variant, reason = "one at a time; paths are larger there"))]
enum Next {
    Input(Option<io::Result<Input>>),
    Event(Option<Event>),
    Nothing,
}

/// What has already arrived. The input is asked with the loop's own waker: crossterm's stream keeps the first one that it is
/// given until the next key, so one that wakes nobody would leave the loop asleep.
async fn ready(
    input: &mut (impl Stream<Item = io::Result<Input>> + Unpin),
    has_input: bool,
    events: &mut UnboundedReceiver<Event>,
    has_events: bool,
) -> Next {
    if has_input && let Poll::Ready(key) = future::poll_fn(|context| Poll::Ready(input.poll_next_unpin(context))).await
    {
        return Next::Input(key);
    }
    match has_events.then(|| events.try_recv()) {
        Some(Ok(event)) => Next::Event(Some(event)),
        Some(Err(TryRecvError::Disconnected)) => Next::Event(None),
        Some(Err(TryRecvError::Empty)) | None => Next::Nothing,
    }
}

/// Hands effects over. Where one of them takes the screens away, that is given back, leaving before all else.
fn carry_out(
    effects: Vec<Effect>,
    services: &mut impl Services,
    canvas: &mut impl Canvas,
) -> io::Result<Option<Pause>> {
    let mut pause = None;
    for effect in effects {
        match effect {
            Effect::Exit => pause = Some(Pause::Exit(Exit::Quit)),
            Effect::Editor(path) => pause = pause.or(Some(Pause::Editor(path))),
            Effect::Copy(text) => canvas.copy(&text)?,
            Effect::Bell => canvas.ring()?,
            Effect::Mouse => canvas.switch_mouse()?,
            effect => services.carry_out(effect),
        }
    }
    Ok(pause)
}
