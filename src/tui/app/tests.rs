//! The loop with scripted keys, on canvases that tests can read.

mod nasty;
mod walk;

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

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use futures_util::stream;
use proptest::prelude::*;
use ratatui::{
    Terminal, TerminalOptions, Viewport,
    backend::{CrosstermBackend, TestBackend},
    layout::Rect,
};
use secrecy::ExposeSecret;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::*;
use crate::{
    tui::tests::fixtures::{self, well},
    wizard::{Reply, Request, RunReply, Step},
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
            if matches!(request, Request::StartRun { .. }) {
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

#[test]
fn from_the_first_key_to_the_end_of_a_run() {
    let mut run = Loop::new(future::pending());
    assert_eq!(run.settle(), None);
    assert!(run.screen().contains("[1 Integration ✓]"), "{}", run.screen());
    for step in ["[2 Schema ✓]", "[3 Manifest ✓]", "[4 Folder ✓]", "[5 Upload]", "[6 Progress …]"] {
        assert_eq!(run.press(KeyCode::Enter), None);
        assert!(run.screen().contains(step), "{step} in {}", run.screen());
    }
    let id = run.started.borrow().first().copied().unwrap();
    let reply = |reply| Event::Reply { id, reply: Reply::Run(reply) };
    run.events.send(reply(RunReply::Started { run: "r-1".into(), folder: "Raw/2026/Berlin".into() })).unwrap();
    run.events.send(reply(RunReply::Progress(Box::new(fixtures::snapshot(5000))))).unwrap();
    run.settle();
    assert!(run.screen().contains("5,000 of 11,395 registered"), "{}", run.screen());
    assert_eq!(run.press(KeyCode::Char('q')), None);
    assert!(run.screen().contains("runs resume r-1"), "{}", run.screen());
    assert_eq!(run.press(KeyCode::Char('n')), None);
    assert_eq!(run.press(KeyCode::Char('q')), None);
    assert_eq!(run.press(KeyCode::Char('y')), Some(Pause::Exit(Exit::Quit)));
}

#[test]
fn keys_that_were_pressed_before_the_plan_was_seen_do_not_send_it() {
    let enter = || Ok(Input::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    let mut run = Loop::of(Wizard::new(fixtures::config()).attended(), future::pending());
    run.settle();
    // All at once, and then one by one as a key that is held down.
    (0..20).for_each(|_| run.send(enter()));
    run.settle();
    (0..20).for_each(|_| assert_eq!(run.press(KeyCode::Enter), None));
    assert!(run.screen().contains("[5 Upload]") && run.screen().contains("look it over"), "{}", run.screen());
    assert!(!run.screen().contains("send it") && run.started.borrow().is_empty());
    // Stillness that is over when the next key comes does not count.
    run.is_still.set(true);
    run.press(KeyCode::Esc);
    assert!(run.screen().contains("[4 Folder"), "{}", run.screen());
    run.is_still.set(false);
    run.press(KeyCode::Enter);
    run.press(KeyCode::Enter);
    assert!(run.screen().contains("[5 Upload]") && run.started.borrow().is_empty(), "{}", run.screen());
    run.is_still.set(true);
    // It wakes the loop up.
    run.send(Ok(Input::FocusGained));
    run.settle();
    assert!(run.screen().contains("send it"), "{}", run.screen());
    assert!(run.started.borrow().is_empty());
    // What a key changes is painted before the next key counts.
    let frames = run.frames();
    run.send(Ok(Input::Key(KeyEvent::new(KeyCode::Char(' '), KeyModifiers::NONE))));
    run.send(enter());
    run.settle();
    assert!(run.frames() > frames + 1 && run.started.borrow().len() == 1, "{}", run.screen());
}

#[test]
fn page_keys_move_by_what_is_in_view() {
    let mut run = Loop::new(future::pending());
    run.settle();
    run.press(KeyCode::Enter);
    run.press(KeyCode::Enter);
    let rows = |screen: &str| screen.lines().filter(|line| line.contains(" image ") && line.contains("frame-")).count();
    let (before, in_view) = (run.screen(), rows(&run.screen()));
    assert!(before.contains("1 of 11,395") && in_view > 3, "{before}");
    run.press(KeyCode::PageDown);
    run.press(KeyCode::PageDown);
    let place = |rows: usize| format!("{} of 11,395", rows + 1);
    assert!(run.screen().contains(&place(2 * in_view)), "{in_view} rows: {}", run.screen());
    run.press(KeyCode::PageUp);
    assert!(run.screen().contains(&place(in_view)), "{in_view} rows: {}", run.screen());
}

#[test]
fn nothing_is_drawn_and_nothing_wakes_up_while_nothing_happens() {
    let mut run = Loop::new(future::pending());
    run.settle();
    let (frames, wakes) = (run.frames(), run.wakes.0.load(Ordering::SeqCst));
    std::thread::sleep(std::time::Duration::from_millis(300));
    run.settle();
    assert_eq!((run.frames(), run.wakes.0.load(Ordering::SeqCst)), (frames, wakes));
    // A key without a meaning here wakes the loop, but nothing is drawn.
    run.press(KeyCode::F(7));
    run.send(Ok(Input::FocusGained));
    run.settle();
    assert_eq!(run.frames(), frames);
}

#[test]
fn the_first_frame_does_not_wait_and_bursts_become_one_frame() {
    let mut run = Loop::new(future::pending());
    run.settle();
    let frames = run.frames();
    for _ in 0..100 {
        run.send(Ok(Input::Key(KeyEvent::new(KeyCode::Down, KeyModifiers::NONE))));
    }
    run.settle();
    assert_eq!(run.frames(), frames + 1);
    run.send(Ok(Input::Resize(80, 24)));
    run.settle();
    assert_eq!(run.frames(), frames + 2);
}

#[test]
fn pasted_text_goes_to_the_field_in_one_piece() {
    let mut run = Loop::new(future::pending());
    run.settle();
    run.press(KeyCode::Tab);
    run.send(Ok(Input::Paste(".example\n/q?".into())));
    run.settle();
    assert!(run.screen().contains("https://api.encord.com.example/q?"), "{}", run.screen());
}

#[test]
fn signals_and_suspending_end_the_round() {
    let mut run = Loop::new(future::ready(15));
    assert_eq!(run.settle(), Some(Pause::Exit(Exit::Signal(15))));
    let mut run = Loop::new(future::pending());
    run.settle();
    run.send(Ok(Input::Key(KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL))));
    assert_eq!(run.settle(), if cfg!(unix) { Some(Pause::Suspend) } else { None });
}

#[test]
fn an_input_that_fails_ends_the_loop_with_its_error() {
    let mut run = Loop::new(future::pending());
    run.send(Err(io::Error::other("gone")));
    let waker = Waker::from(run.wakes.clone());
    let polled = run.future.as_mut().poll(&mut Context::from_waker(&waker));
    assert!(matches!(polled, Poll::Ready(Err(error)) if error.to_string() == "gone"));
}

const ROWS: NonZeroU16 = NonZeroU16::new(24).unwrap();
const COLUMNS: NonZeroU16 = NonZeroU16::new(80).unwrap();

/// What a real backend writes.
#[derive(Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn painted(theme: Theme, wizard: &Wizard) -> Vec<u8> {
    let written = Written::default();
    let viewport = Viewport::Fixed(Rect::new(0, 0, 80, 24));
    let backend = CrosstermBackend::new(written.clone());
    let mut terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
    terminal.paint(&mut |frame| _ = screens::draw(frame, wizard, &theme, &Labels::default())).unwrap();
    written.0.take()
}

/// The parameters of all SGR sequences in a stream.
fn sgr(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let sequences = text.split("\u{1b}[").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        rest.get(..end).filter(|_| rest.as_bytes().get(end) == Some(&b'm'))
    });
    sequences.flat_map(|parameters| parameters.split(';').map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn without_colour_the_selection_stays_visible_and_no_colour_is_written() {
    let wizard = fixtures::Stage::at(Step::Manifest, well).wizard;
    crossterm::style::force_color_output(true);
    let coloured = painted(Theme::new(true, true), &wizard);
    assert!(
        sgr(&coloured).iter().any(|code| code.starts_with('3') && code.len() == 2),
        "colours are told apart at all"
    );
    // As crossterm itself does under NO_COLOR.
    crossterm::style::force_color_output(false);
    let plain = painted(Theme::new(false, true), &wizard);
    crossterm::style::force_color_output(true);
    let colours: Vec<String> = sgr(&plain)
        .into_iter()
        .filter(|code| code.parse::<u8>().is_ok_and(|code| matches!(code, 30..=38 | 40..=48 | 90..=107)))
        .collect();
    assert_eq!(colours, Vec::<String>::new());
    let mut parser = vt100::Parser::new(ROWS, COLUMNS, 0);
    parser.process(&plain);
    let screen = parser.screen();
    let row = (0..24).find(|row| screen.cell(*row, 1).is_some_and(|cell| cell.contents() == ">")).unwrap();
    for column in 1..79 {
        assert!(screen.cell(row, column).unwrap().inverse(), "column {column} of the selected row");
        assert!(!screen.cell(row + 1, column).unwrap().inverse(), "column {column} of the next row");
    }
}

#[test]
fn what_is_copied_goes_to_the_terminal_and_to_no_service() {
    let mut run = Loop::new(future::pending());
    run.settle();
    run.press(KeyCode::Char('n'));
    assert!(run.screen().contains("y copies"), "{}", run.screen());
    run.press(KeyCode::Char('y'));
    assert_eq!(run.painted.borrow().copied, ["https://app.encord.com"]);
    assert!(run.screen().contains("✓ copied"), "{}", run.screen());
}

#[test]
fn copying_is_one_sequence_that_no_text_can_leave() {
    let written = Written::default();
    let viewport = Viewport::Fixed(Rect::new(0, 0, 80, 24));
    let options = TerminalOptions { viewport };
    let mut terminal = Terminal::with_options(CrosstermBackend::new(written.clone()), options).unwrap();
    terminal.copy(&SecretString::from("sig=a\u{7}\u{1b}]0;中")).unwrap();
    assert_eq!(String::from_utf8(written.0.take()).unwrap(), "\u{1b}]52;c;c2lnPWEHG10wO+S4rQ==\u{7}");
}

#[test]
fn a_frame_is_one_synchronized_update() {
    let wizard = fixtures::Stage::at(Step::Folder, well).wizard;
    let bytes = painted(Theme::new(true, true), &wizard);
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.starts_with("\u{1b}[?2026h") && text.ends_with("\u{1b}[?2026l"), "{text:?}");
    assert_eq!((text.matches("\u{1b}[?2026h").count(), text.matches("\u{1b}[?2026l").count()), (1, 1));
    let mut parser = vt100::Parser::new(ROWS, COLUMNS, 0);
    parser.process(&bytes);
    assert!(parser.screen().contents().contains("Raw/2026/Berlin (2 folders will be created)"));
}

#[test]
fn names_from_outside_cannot_write_escapes() {
    let wizard = fixtures::running(5000).run(RunReply::Refused(fixtures::refused())).wizard;
    let bytes = painted(Theme::new(false, true), &wizard);
    assert!(String::from_utf8_lossy(&bytes).contains("^[[31mred"));
    assert!(!sgr(&bytes).contains(&"31".to_owned()));
}

fn mouse(kind: MouseEventKind, column: u16, row: u16) -> io::Result<Input> {
    Ok(Input::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
}

#[test]
fn the_mouse_scrolls_and_a_second_click_counts_on_what_the_first_one_brought() {
    let mut run = Loop::new(future::pending());
    run.settle();
    run.press(KeyCode::Enter);
    run.press(KeyCode::Enter);
    run.send(mouse(MouseEventKind::ScrollDown, 10, 10));
    run.send(mouse(MouseEventKind::ScrollDown, 10, 10));
    run.send(mouse(MouseEventKind::ScrollUp, 10, 10));
    run.settle();
    assert!(run.screen().contains("4 of 11,395"), "{}", run.screen());
    let row = run.screen().lines().position(|line| line.contains("frame-000006")).unwrap();
    let frames = run.frames();
    for _ in 0..2 {
        run.send(mouse(MouseEventKind::Down(MouseButton::Left), 30, u16::try_from(row).unwrap()));
        run.send(mouse(MouseEventKind::Up(MouseButton::Left), 30, u16::try_from(row).unwrap()));
    }
    run.settle();
    // The list has moved under the mouse between the two.
    assert!(run.frames() >= frames + 2 && !run.screen().contains(" 4 of 11,395"), "{}", run.screen());
    run.send(mouse(MouseEventKind::Down(MouseButton::Left), 3, 0));
    run.settle();
    assert!(run.screen().contains("[1 Integration"), "{}", run.screen());
}

#[test]
fn the_palette_switches_the_mouse_and_the_bell_rings() {
    let mut run = Loop::new(future::pending());
    run.settle();
    run.send(Ok(Input::Key(KeyEvent::new(KeyCode::Char('p'), KeyModifiers::CONTROL))));
    "mouse".chars().for_each(|c| run.send(Ok(Input::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)))));
    run.settle();
    assert!(run.screen().contains("Let the mouse scroll"), "{}", run.screen());
    run.press(KeyCode::Enter);
    assert!(run.painted.borrow().mouse && !run.screen().contains("Let the mouse scroll"));
    let (events, _) = unbounded_channel();
    let mut services = FakeServices { events, started: Rc::default() };
    let painted = Rc::new(RefCell::new(Painted::default()));
    let mut canvas =
        TestCanvas { terminal: Terminal::new(TestBackend::new(80, 24)).unwrap(), painted: painted.clone() };
    let pause = carry_out(vec![Effect::Bell, Effect::Editor("a.toml".into())], &mut services, &mut canvas).unwrap();
    assert_eq!((pause, painted.borrow().rings), (Some(Pause::Editor("a.toml".into())), 1));
    let pause = carry_out(vec![Effect::Editor("a.toml".into()), Effect::Exit], &mut services, &mut canvas).unwrap();
    assert_eq!(pause, Some(Pause::Exit(Exit::Quit)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn whatever_is_pressed_on_whatever_step_nothing_panics(
        step in 0_usize..6,
        inputs in prop::collection::vec((0_u8..12, any::<char>(), 0_u16..80, 0_u16..24), 1..80),
    ) {
        let mut run = Loop::new(future::pending());
        run.settle();
        (0..step.min(4)).for_each(|_| _ = run.press(KeyCode::Enter));
        for (what, c, column, row) in inputs {
            let plain = KeyModifiers::NONE;
            let input = match what {
                0 => Ok(Input::Key(KeyEvent::new(KeyCode::Char(c), plain))),
                1 => Ok(Input::Key(KeyEvent::new(KeyCode::Char('p'), KeyModifiers::CONTROL))),
                2 => Ok(Input::Key(KeyEvent::new(KeyCode::Esc, plain))),
                3 => Ok(Input::Key(KeyEvent::new(KeyCode::Tab, plain))),
                4 => Ok(Input::Key(KeyEvent::new(KeyCode::Down, plain))),
                5 => Ok(Input::Key(KeyEvent::new(KeyCode::PageUp, plain))),
                6 => mouse(MouseEventKind::Down(MouseButton::Left), column, row),
                7 => mouse(MouseEventKind::ScrollDown, column, row),
                8 => Ok(Input::Key(KeyEvent::new(KeyCode::Enter, plain))),
                9 => Ok(Input::Paste(c.to_string().repeat(3))),
                _ => {
                    let letters: Vec<char> = "nvbmertcfisyxXuRwdaoM?p0123456/ kjhlgG".chars().collect();
                    let letter = letters[usize::from(column) % letters.len()];
                    Ok(Input::Key(KeyEvent::new(KeyCode::Char(letter), plain)))
                }
            };
            run.send(input);
            if run.settle().is_some() {
                break;
            }
        }
    }
}
