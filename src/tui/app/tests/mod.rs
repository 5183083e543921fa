//! The loop with scripted keys, on canvases that tests can read.

mod mouse;
mod nasty;
mod round;
mod walk;
mod written;

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    io::Write,
    num::NonZeroU16,
    pin::Pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Wake, Waker},
};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use futures_util::stream;
use proptest::prelude::*;
use ratatui::{
    Terminal, TerminalOptions, Viewport,
    backend::{CrosstermBackend, TestBackend},
    layout::Rect,
};
use secrecy::ExposeSecret;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::{
    tui::{
        app::*,
        tests::fixtures::{self, well},
    },
    wizard::{
        action::Action,
        effect::{Reply, Request},
        progress::messages::{RunEvent, RunRequest},
        step::Step,
    },
};

/// What was painted last, and how often.
#[derive(Default)]
struct Painted {
    text: String,
    frames: usize,
    /// What was handed to the clipboard.
    copied: Vec<String>,
    rings: usize,
    mouse: bool,
}

struct TestCanvas {
    terminal: Terminal<TestBackend>,
    painted: Rc<RefCell<Painted>>,
}

impl Canvas for TestCanvas {
    fn paint(&mut self, draw: &mut dyn FnMut(&mut ratatui::Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(|frame| draw(frame)).map_err(io::Error::other)?;
        let mut painted = self.painted.borrow_mut();
        painted.text = fixtures::lines(self.terminal.backend().buffer());
        painted.frames += 1;
        Ok(())
    }

    fn copy(&mut self, text: &SecretString) -> io::Result<()> {
        self.painted.borrow_mut().copied.push(text.expose_secret().to_owned());
        Ok(())
    }

    fn ring(&mut self) -> io::Result<()> {
        self.painted.borrow_mut().rings += 1;
        Ok(())
    }

    fn switch_mouse(&mut self) -> io::Result<()> {
        self.painted.borrow_mut().mouse ^= true;
        Ok(())
    }
}

/// Answers at once, as the fixtures do; runs are reported as the test wants.
struct FakeServices {
    events: UnboundedSender<Event>,
    started: Rc<RefCell<Vec<u64>>>,
}

impl Services for FakeServices {
    fn carry_out(&mut self, effect: Effect) {
        if let Effect::Start { id, request } = effect {
            if matches!(request, Request::Run(RunRequest::Start { .. })) {
                self.started.borrow_mut().push(id);
            }
            for reply in well(&request) {
                self.events.send(Event::Reply { id, reply }).unwrap();
            }
        }
    }
}

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Scripted input that wakes as crossterm's stream does: whoever asked first since the last key, nobody else.
#[derive(Default)]
struct Keys {
    typed: VecDeque<io::Result<Input>>,
    asleep: Option<Waker>,
}

impl Keys {
    fn poll(&mut self, context: &Context<'_>) -> Poll<Option<io::Result<Input>>> {
        if let Some(input) = self.typed.pop_front() {
            return Poll::Ready(Some(input));
        }
        self.asleep.get_or_insert_with(|| context.waker().clone());
        Poll::Pending
    }
}

/// A loop that is polled by hand, so that every wake-up counts.
struct Loop {
    future: Pin<Box<dyn Future<Output = io::Result<Pause>>>>,
    wakes: Arc<Wakes>,
    /// How many wake-ups were answered with a poll.
    answered: Option<usize>,
    keys: Rc<RefCell<Keys>>,
    events: UnboundedSender<Event>,
    painted: Rc<RefCell<Painted>>,
    started: Rc<RefCell<Vec<u64>>>,
    /// The keys were still for long enough.
    is_still: Rc<Cell<bool>>,
}

impl Loop {
    fn new(signal: impl Future<Output = i32> + 'static) -> Loop {
        Loop::of(Wizard::new(fixtures::config()), signal)
    }

    fn of(mut wizard: Wizard, signal: impl Future<Output = i32> + 'static) -> Loop {
        let painted = Rc::new(RefCell::new(Painted::default()));
        let mut canvas =
            TestCanvas { terminal: Terminal::new(TestBackend::new(80, 24)).unwrap(), painted: painted.clone() };
        let keys = Rc::new(RefCell::new(Keys::default()));
        let typed = keys.clone();
        let (events, mut replies) = unbounded_channel();
        let started = Rc::new(RefCell::new(Vec::new()));
        let mut services = FakeServices { events: events.clone(), started: started.clone() };
        let is_still = Rc::new(Cell::new(false));
        let stillness = is_still.clone();
        let options = Options { theme: fixtures::UTF8, labels: Labels::default(), mouse: false };
        let future = Box::pin(async move {
            let first = wizard.handle(Event::Open);
            let input = stream::poll_fn(move |context| typed.borrow_mut().poll(context));
            let still = || {
                let stillness = stillness.clone();
                future::poll_fn(move |_| if stillness.get() { Poll::Ready(()) } else { Poll::Pending })
            };
            drive(&mut wizard, first, &mut services, &mut replies, input, signal, still, &mut canvas, &options).await
        });
        Loop { future, wakes: Arc::default(), answered: None, keys, events, painted, started, is_still }
    }

    fn send(&self, input: io::Result<Input>) {
        self.keys.borrow_mut().typed.push_back(input);
        let asleep = self.keys.borrow_mut().asleep.take();
        if let Some(waker) = asleep {
            waker.wake();
        }
    }

    /// Polls as often as the loop is woken up, and once to begin with.
    fn settle(&mut self) -> Option<Pause> {
        let waker = Waker::from(self.wakes.clone());
        loop {
            let woken = self.wakes.0.load(Ordering::SeqCst);
            if self.answered.replace(woken) == Some(woken) {
                return None;
            }
            if let Poll::Ready(result) = self.future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return Some(result.unwrap());
            }
        }
    }

    fn press(&mut self, code: KeyCode) -> Option<Pause> {
        self.send(Ok(Input::Key(KeyEvent::new(code, KeyModifiers::NONE))));
        self.settle()
    }

    fn screen(&self) -> String {
        self.painted.borrow().text.clone()
    }

    fn frames(&self) -> usize {
        self.painted.borrow().frames
    }
}
