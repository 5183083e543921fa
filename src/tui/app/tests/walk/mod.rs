//! Random keys, clicks, pastes, sizes and answers, on every screen: what holds whatever comes in whatever order.
//!
//! `ENCORD_TEST_KEYS` says how many steps are taken on each screen, `ENCORD_TEST_SEED` begins with the walk of a failure. Ordinary
//! runs take the same walks every time; `ENCORD_TEST_RANDOM=1` takes others, more of them, and longer ones.

mod confirmed;
mod push;
mod typed;

use std::{cell::RefCell, fmt::Write as _, rc::Rc, sync::LazyLock};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::{
    prelude::Strategy,
    strategy::ValueTree,
    test_runner::{Config as Settings, RngAlgorithm, TestRng, TestRunner},
};
use ratatui::{Terminal, backend::TestBackend};

use crate::{
    run::state::RunState,
    seeds,
    tui::{
        app::{
            tests::walk::{
                confirmed::Confirmed,
                push::{Push, push},
                typed::form,
            },
            *,
        },
        keymap::Keymap,
        tests::{
            fixtures::{self, Build, Stage, well},
            home,
            places::Screen,
            stages,
        },
    },
    wizard::{
        effect::{Reply, Request, RequestId},
        progress::messages::{RunEvent, RunReply, RunRequest},
        save::SaveStage,
        tests::properties::answer_to,
    },
};

/// So many steps are taken on each screen, with whatever is open on it.
const STEPS: u64 = 10_000;
/// A walk is so long; the next one begins from the next of the screen's stages.
const STRETCH: usize = 100;
/// How long walks with a seed of their own are.
const LONG_STRETCH: usize = 500;
/// After so many inputs there is a frame.
const FRAME: usize = 6;
/// More requests are not kept open.
const MOST_OPEN: usize = 40;

struct Walk {
    wizard: Wizard,
    open: Vec<(RequestId, Request)>,
    /// A panic leaves what was done up to then in here.
    trail: Rc<RefCell<Vec<Push>>>,
    terminal: Terminal<TestBackend>,
    hits: Hits,
    is_shown: bool,
    keys: Keymap,
    /// So many inputs came since the last frame.
    undrawn: usize,
    /// What opened the form that has the keyboard.
    opener: Option<KeyEvent>,
}

impl Walk {
    fn from(stage: Stage) -> Walk {
        let mut walk = Walk {
            wizard: stage.wizard.attended(),
            open: stage.open,
            trail: Rc::default(),
            terminal: Terminal::new(TestBackend::new(80, 24)).unwrap(),
            hits: Hits::default(),
            is_shown: true,
            keys: Keymap::default(),
            undrawn: 0,
            opener: None,
        };
        walk.draw();
        walk
    }

    fn draw(&mut self) {
        let (wizard, mut drawn, mut is_shown) = (&self.wizard, Drawn::default(), false);
        self.terminal
            .draw(|frame| {
                is_shown = screens::fits(frame.area());
                drawn = screens::draw(frame, wizard, &fixtures::UTF8, &Labels::default());
            })
            .unwrap();
        for cell in &self.terminal.backend().buffer().content {
            assert!(!cell.symbol().contains(char::is_control), "{:?} is on the screen", cell.symbol());
        }
        let events = drawn.events();
        (self.hits, self.is_shown) = (drawn.hits, is_shown);
        for known in events {
            let effects = self.wizard.handle(known);
            self.carry_out(effects, &Confirmed::nothing());
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>, confirmed: &Confirmed) {
        for effect in effects {
            match effect {
                Effect::Start { id, request } => {
                    assert!(confirmed.covers(&request), "not confirmed: {request:?}");
                    self.open.push((id, request));
                }
                Effect::Editor(path) => {
                    let problem = || UserError::other(format!("{} was not edited.", path.display()));
                    let result = if self.open.len().is_multiple_of(2) { Ok(()) } else { Err(problem()) };
                    let effects = self.wizard.handle(Event::EditorClosed(result));
                    self.carry_out(effects, &Confirmed::nothing());
                }
                Effect::Exit => {
                    assert!(
                        confirmed.asked || !self.wizard.is_unsaved() || self.wizard.label().is_none(),
                        "left unasked"
                    );
                }
                Effect::Cancel { .. } | Effect::Copy(_) | Effect::Bell | Effect::Mouse => {}
            }
        }
        let surplus = self.open.len().saturating_sub(MOST_OPEN);
        self.open.drain(..surplus);
    }

    fn input(&mut self, input: Input) {
        let confirmed = Confirmed::by(&self.wizard, self.is_shown);
        let hits = self.is_shown.then_some(&self.hits);
        match on_input(input, &mut self.wizard, hits, &self.keys) {
            Taken::Changed(effects) | Taken::Clicked(effects) => self.carry_out(effects, &confirmed),
            Taken::Nothing | Taken::Suspend => {}
        }
    }

    fn key(&mut self, key: KeyEvent) {
        let before = form(&self.wizard).filter(|_| self.is_shown);
        self.input(Input::Key(key));
        let after = form(&self.wizard);
        match (before, after) {
            (Some((which, texts)), Some((now, held))) if key.code == KeyCode::Esc && which == now => {
                assert_eq!(texts, held, "Esc changed what is typed into {which}");
            }
            (Some((which, texts)), None) if key.code == KeyCode::Esc => {
                // The same key opens the same form, as it was left.
                if let Some(opener) = self.opener.take() {
                    self.draw();
                    self.input(Input::Key(opener));
                    match form(&self.wizard) {
                        Some((now, held)) if now == which => {
                            assert_eq!(texts, held, "Esc lost what was typed into {which}");
                            self.draw();
                            self.input(Input::Key(key));
                        }
                        _ => {}
                    }
                }
            }
            (None, Some(_)) => self.opener = Some(key),
            (_, None) => self.opener = None,
            _ => {}
        }
    }

    fn step(&mut self, push: Push) {
        // As in the loop, several inputs come between two frames, but not on the review; and a click is on what is seen.
        let is_click = matches!(push, Push::Click(..) | Push::Wheel(_));
        if is_click {
            self.draw();
        }
        let is_due = matches!(push, Push::Resize(..) | Push::Still) || self.wizard.step() == Step::Upload;
        match push {
            Push::Key(code, modifiers) => self.key(KeyEvent::new(code, modifiers)),
            Push::Paste(text) => self.input(Input::Paste(text)),
            Push::Click(column, row) => self.mouse(MouseEventKind::Down(MouseButton::Left), column, row),
            Push::Wheel(true) => self.mouse(MouseEventKind::ScrollDown, 10, 10),
            Push::Wheel(false) => self.mouse(MouseEventKind::ScrollUp, 10, 10),
            Push::Resize(columns, rows) => {
                self.terminal.backend_mut().resize(columns, rows);
                self.input(Input::Resize(columns, rows));
            }
            Push::Still if self.is_shown && self.wizard.awaits_look() => {
                let effects = self.wizard.handle(Event::Seen);
                self.carry_out(effects, &Confirmed::nothing());
            }
            Push::Answer(at, how) if at < self.open.len() => self.answer(at, how),
            Push::Still | Push::Answer(..) => {}
        }
        let is_saving = self.wizard.save_dialog().is_some_and(|dialog| matches!(dialog.stage(), SaveStage::Saving(_)));
        assert!(is_saving || !self.wizard.hints().is_empty(), "no way on");
        self.undrawn += 1;
        if is_due || self.undrawn >= FRAME {
            self.undrawn = 0;
            self.draw();
        }
    }

    fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) {
        self.input(Input::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
    }

    /// Answers one of the open requests, and in one case of four as a failure.
    fn answer(&mut self, at: usize, how: u8) {
        let (id, request) = self.open.remove(at);
        let is_run = matches!(
            request,
            Request::Run(RunRequest::Start { .. })
                | Request::Run(RunRequest::Resume { .. })
                | Request::Run(RunRequest::Retry { .. })
                | Request::Run(RunRequest::Watch { .. })
        );
        let replies = match how % 4 {
            0 => answer_to(&request, true).into_iter().collect(),
            _ if is_run => {
                let (reply, is_over) = run_reply(how);
                if !is_over {
                    self.open.push((id, request));
                }
                vec![Reply::Run(RunReply::Event(reply))]
            }
            _ => match home::answers(&request) {
                replies if replies.is_empty() => well(&request),
                replies => replies,
            },
        };
        for reply in replies {
            let effects = self.wizard.handle(Event::Reply { id, reply });
            self.carry_out(effects, &Confirmed::nothing());
        }
    }
}

/// What a run tells, and whether it is its last word.
fn run_reply(how: u8) -> (RunEvent, bool) {
    let finished = |state, done| RunEvent::Finished {
        state,
        snapshot: Box::new(fixtures::snapshot(done)),
        reports: Some(fixtures::reports("20260301")),
        problem: (state == RunState::Failed).then(fixtures::refused),
    };
    match how / 4 {
        0..20 => (RunEvent::Started { run: "20260301".into(), folder: "Raw/2026/Berlin".into() }, false),
        20..45 => (RunEvent::Progress(Box::new(fixtures::snapshot(u64::from(how) * 50))), false),
        45..52 => (finished(RunState::DoneWithErrors, 20_000), true),
        52..58 => (finished(RunState::Failed, 3000), true),
        _ => (finished(RunState::Done, 20_000), true),
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// The stages of each screen; where one begins is known when it was made once.
static STAGES: LazyLock<Vec<(Screen, Build)>> =
    LazyLock::new(|| stages().into_iter().map(|build| (Screen::of(&build().wizard), build)).collect());

/// A walk from the stage and with the keys that a seed stands for; how many of its steps were taken on the screen.
fn walk(seed: u64, screen: Screen, stages: &[&Build], pushes: &impl Strategy<Value = Push>) -> u64 {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(Settings::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let place = usize::try_from(seed % stages.len() as u64).unwrap();
    let mut walk = Walk::from(stages[place]());
    let trail = walk.trail.clone();
    let stretch = if seeds::factor() == 1 { STRETCH } else { LONG_STRETCH };
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut taken = 0;
        for _ in 0..stretch {
            let push = pushes.new_tree(&mut runner).unwrap().current();
            trail.borrow_mut().push(push.clone());
            taken += u64::from(Screen::of(&walk.wizard) == screen);
            walk.step(push);
        }
        taken
    }));
    result.unwrap_or_else(|panic| {
        let why = panic.downcast_ref::<String>().map_or("a panic, see above", String::as_str);
        let mut last = String::new();
        for push in walk.trail.borrow().iter() {
            let _ = writeln!(last, "  {push:?}");
        }
        let screen = fixtures::lines(walk.terminal.backend().buffer());
        panic!("{why}\nENCORD_TEST_SEED={seed}, stage {place}, after\n{last}\nbefore which was seen\n{screen}");
    })
}

/// Whatever comes on a screen, nothing panics, is lost or done unasked.
fn walk_on(screen: Screen) {
    let steps = number("ENCORD_TEST_KEYS").unwrap_or(STEPS * u64::from(seeds::factor()));
    let stages: Vec<&Build> = STAGES.iter().filter(|(begins, _)| *begins == screen).map(|(_, build)| build).collect();
    assert!(!stages.is_empty(), "no stage on {screen:?}");
    let pushes = push();
    // Each stage at least once, however long the walks stay on the screen.
    let (mut walks, mut taken) = (0, 0);
    while walks < stages.len() as u64 || taken < steps {
        taken += walk(seeds::seed() + walks, screen, &stages, &pushes);
        walks += 1;
    }
}

#[test]
fn whatever_comes_on_home() {
    walk_on(Screen::Home);
}

#[test]
fn whatever_comes_on_step_1() {
    walk_on(Screen::Step(Step::Integration));
}

#[test]
fn whatever_comes_on_step_2() {
    walk_on(Screen::Step(Step::Schema));
}

#[test]
fn whatever_comes_on_step_3() {
    walk_on(Screen::Step(Step::Manifest));
}

#[test]
fn whatever_comes_on_step_4() {
    walk_on(Screen::Step(Step::Folder));
}

#[test]
fn whatever_comes_on_step_5() {
    walk_on(Screen::Step(Step::Upload));
}

#[test]
fn whatever_comes_on_step_6() {
    walk_on(Screen::Step(Step::Progress));
}
