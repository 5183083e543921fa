//! Random keys, clicks, pastes, sizes and answers, on every screen: what holds whatever comes in whatever order.
//!
//! `ENCORD_TEST_KEYS` says how many steps are taken from each screen, `ENCORD_TEST_SEED` repeats the ones of a failure.

use std::{cell::RefCell, fmt::Write as _, rc::Rc};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::{
    prelude::{Just, Strategy, any},
    prop_oneof,
    strategy::ValueTree,
    test_runner::{Config as Settings, RngAlgorithm, TestRng, TestRunner},
};
use ratatui::{Terminal, backend::TestBackend};

use super::super::*;
use crate::{
    store::RunState,
    tui::tests::{
        fixtures::{self, Stage, well},
        home, stages,
    },
    wizard::{
        Ask, CorsState, FieldName, FolderField, HomePanel, Overlay, Panel, Reply, Request, RequestId, RuleField,
        RunReply, SaveStage, SchemaPanel, Stamp, tests::properties::answer_to,
    },
};

/// From each screen so many steps, before another one is taken.
const STRETCH: usize = 50;
/// After so many inputs there is a frame.
const FRAME: usize = 6;
/// More requests are not kept open.
const MOST_OPEN: usize = 40;

#[derive(Debug, Clone)]
enum Push {
    Key(KeyCode, KeyModifiers),
    Paste(String),
    Click(u16, u16),
    Wheel(bool),
    Resize(u16, u16),
    /// The keys were still for long enough.
    Still,
    Answer(usize, u8),
}

fn push() -> impl Strategy<Value = Push> {
    use KeyCode::{
        BackTab, Backspace, Char, Delete, Down, End, Enter, Esc, F, Home, Left, PageDown, PageUp, Right, Tab, Up,
    };
    let letters: Vec<char> = "nvbmertcfisyxXuRwdaoMSEDp0123456/ kjhlgG?qyn".chars().collect();
    let plain = KeyModifiers::NONE;
    prop_oneof![
        30 => proptest::sample::select(letters).prop_map(move |c| Push::Key(Char(c), plain)),
        20 => proptest::sample::select(vec![
            Enter, Enter, Enter, Esc, Esc, Tab, BackTab, Down, Down, Up, Left, Right, PageUp, PageDown, Home, End, Backspace,
            Delete, F(1), F(2), Char(' '), Char('y'),
        ])
        .prop_map(move |code| Push::Key(code, plain)),
        4 => proptest::sample::select("pscuwh".chars().collect::<Vec<_>>())
            .prop_map(|c| Push::Key(Char(c), KeyModifiers::CONTROL)),
        3 => any::<char>().prop_map(move |c| Push::Key(Char(c), plain)),
        2 => "\\PC{0,12}".prop_map(Push::Paste),
        1 => proptest::collection::vec(any::<char>(), 0..6).prop_map(|text| Push::Paste(text.into_iter().collect())),
        1 => Just(Push::Paste("two\nlines\r\n\u{1b}[31m\u{7}\0\u{9b}2J".to_owned())),
        4 => (0_u16..120, 0_u16..40).prop_map(|(column, row)| Push::Click(column, row)),
        2 => any::<bool>().prop_map(Push::Wheel),
        1 => proptest::sample::select(vec![(80, 24), (60, 20), (120, 40), (59, 20), (1, 1)])
            .prop_map(|(columns, rows)| Push::Resize(columns, rows)),
        4 => Just(Push::Still),
        14 => (0_usize..6, any::<u8>()).prop_map(|(at, how)| Push::Answer(at, how)),
    ]
}

/// What the screen shows and a key may therefore do for good.
struct Confirmed {
    cors: Option<String>,
    plan: Option<String>,
    retry: Option<String>,
    resume: Option<String>,
    save: Option<Option<Stamp>>,
    delete: Option<String>,
    forget: Option<String>,
    copy: Option<(String, String)>,
    abort: bool,
    asked: bool,
}

impl Confirmed {
    fn by(wizard: &Wizard, is_shown: bool) -> Confirmed {
        let is_bare = wizard.overlay().is_none() && is_shown;
        let at = |step| is_bare && !wizard.is_at_home() && wizard.step() == step;
        let cors = match wizard.integration().panel().filter(|_| at(Step::Integration)) {
            Some(Panel::Cors(review)) if matches!(review.state, CorsState::Review | CorsState::ReviewAgain) => {
                Some(format!("{:?}", review.plan))
            }
            _ => None,
        };
        let ask = wizard.progress().ask().filter(|_| at(Step::Progress));
        let run = || wizard.progress().run().map(str::to_owned);
        let mut confirmed = Confirmed {
            cors,
            plan: (at(Step::Upload) && !wizard.awaits_look())
                .then(|| wizard.plan())
                .flatten()
                .map(|p| format!("{p:?}")),
            retry: matches!(ask, Some(Ask::Retry(_))).then(run).flatten(),
            resume: matches!(ask, Some(Ask::Resume(_))).then(run).flatten(),
            save: match wizard.save_dialog().filter(|_| is_shown).map(|dialog| (dialog, dialog.stage())) {
                Some((dialog, SaveStage::Preview(preview))) if !preview.overwrites && !dialog.awaits_look() => {
                    Some(preview.stamp.clone())
                }
                Some((_, SaveStage::Confirm(preview))) => Some(preview.stamp.clone()),
                _ => None,
            },
            delete: None,
            forget: None,
            copy: None,
            abort: matches!(ask, Some(Ask::Cancel)),
            asked: matches!(wizard.overlay(), Some(Overlay::Quit | Overlay::Unsaved | Overlay::Save)),
        };
        match wizard.home().panel().filter(|_| is_bare && wizard.is_at_home()) {
            Some(HomePanel::Delete { name, .. }) => confirmed.delete = Some(name.clone()),
            Some(HomePanel::Forget(run)) => confirmed.forget = Some(run.run.clone()),
            Some(HomePanel::Resume(run)) => confirmed.resume = Some(run.run.clone()),
            Some(HomePanel::Duplicate(form)) => {
                confirmed.copy = Some((form.of().to_owned(), form.name().text().trim().to_owned()));
            }
            None => {}
        }
        confirmed
    }

    /// Whether a request does no more than what was confirmed.
    fn covers(&self, request: &Request) -> bool {
        match request {
            Request::RepairCors { plan, .. } => self.cors == Some(format!("{plan:?}")),
            Request::StartRun { plan } => self.plan == Some(format!("{plan:?}")),
            Request::RetryRun { run, .. } => self.retry.as_ref() == Some(run),
            Request::ResumeRun { run, .. } => self.resume.as_ref() == Some(run),
            Request::SaveConfig { seen, .. } => self.save.as_ref() == Some(seen),
            Request::DeleteConfig { name } => self.delete.as_ref() == Some(name),
            Request::ForgetRun { run } => self.forget.as_ref() == Some(run),
            Request::DuplicateConfig { name, copy } => self.copy.as_ref() == Some(&(name.clone(), copy.clone())),
            Request::StopRun { abort } => !abort || self.abort,
            _ => true,
        }
    }

    /// Nobody pressed a key.
    fn nothing() -> Confirmed {
        Confirmed {
            cors: None,
            plan: None,
            retry: None,
            resume: None,
            save: None,
            delete: None,
            forget: None,
            copy: None,
            abort: false,
            asked: false,
        }
    }
}

/// The form that has the keyboard: which one, and what is typed into it.
fn form(wizard: &Wizard) -> Option<(String, Vec<String>)> {
    let own = |text: &str| text.to_owned();
    match wizard.overlay() {
        Some(Overlay::Save) => {
            let dialog = wizard.save_dialog()?;
            return matches!(dialog.stage(), SaveStage::Naming { .. })
                .then(|| (own("save"), vec![own(dialog.name().text())]));
        }
        Some(_) => return None,
        None => {}
    }
    if wizard.is_at_home() {
        let Some(HomePanel::Duplicate(form)) = wizard.home().panel() else { return None };
        return Some((format!("copy of {}", form.of()), vec![own(form.name().text())]));
    }
    match wizard.step() {
        Step::Integration if wizard.integration().panel().is_none() => {
            const ALL: [FieldName; 6] = [
                FieldName::Domain,
                FieldName::KeyFile,
                FieldName::Integration,
                FieldName::Account,
                FieldName::Credential,
                FieldName::Container,
            ];
            let text = |name| wizard.integration().field(name).map(|field| own(field.text()));
            Some((own("step 1"), ALL.into_iter().filter_map(text).collect()))
        }
        Step::Schema => match wizard.schema().panel()? {
            SchemaPanel::Key(form) => Some((
                format!("key {:?}", form.original()),
                vec![
                    own(form.name().text()),
                    own(form.size().text()),
                    own(form.options().field().text()),
                    form.options().taken().join("\n"),
                ],
            )),
            SchemaPanel::Options(form) => Some((
                format!("options of {}", form.key),
                vec![own(form.options.field().text()), form.options.taken().join("\n")],
            )),
            SchemaPanel::Rename(form) => Some((format!("rename {}", form.key), vec![own(form.field.text())])),
            SchemaPanel::DeleteForEver(_) | SchemaPanel::Infer(_) => None,
        },
        Step::Manifest if wizard.manifest().rules().has_keyboard() => {
            let rules = wizard.manifest().rules();
            let text = |rule| rules.field(rule).map(|field| own(field.text()));
            Some((own("rules"), RuleField::ALL.into_iter().filter_map(text).collect()))
        }
        Step::Folder => {
            let form = wizard.folder().form()?;
            let fields = [FolderField::Name, FolderField::Description, FolderField::Metadata, FolderField::Sidecar];
            let text = |field| form.field(field).map(|field| own(field.text()));
            let which = if form.mirror_part().is_some() { "mirror" } else { "folder" };
            Some((own(which), fields.into_iter().filter_map(text).collect()))
        }
        _ => None,
    }
}

struct Walk {
    wizard: Wizard,
    open: Vec<(RequestId, Request)>,
    /// A panic leaves what was done up to then in here.
    trail: Rc<RefCell<Vec<String>>>,
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
        (self.hits, self.is_shown) = (drawn.hits, is_shown);
        for known in [drawn.rows.map(Event::Rows), drawn.help_rest.map(Event::HelpRest)].into_iter().flatten() {
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
                    let problem = || Problem::other(format!("{} was not edited.", path.display()));
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
            Request::StartRun { .. } | Request::ResumeRun { .. } | Request::RetryRun { .. } | Request::WatchRun { .. }
        );
        let replies = match how % 4 {
            0 => answer_to(&request, true).into_iter().collect(),
            _ if is_run => {
                let (reply, is_over) = run_reply(how);
                if !is_over {
                    self.open.push((id, request));
                }
                vec![Reply::Run(reply)]
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
fn run_reply(how: u8) -> (RunReply, bool) {
    let finished = |state, done| RunReply::Finished {
        state,
        snapshot: Box::new(fixtures::snapshot(done)),
        reports: Some(fixtures::reports("20260301")),
        problem: (state == RunState::Failed).then(fixtures::refused),
    };
    match how / 4 {
        0..20 => (RunReply::Started { run: "20260301".into(), folder: "Raw/2026/Berlin".into() }, false),
        20..45 => (RunReply::Progress(Box::new(fixtures::snapshot(u64::from(how) * 50))), false),
        45..52 => (finished(RunState::DoneWithErrors, 20_000), true),
        52..58 => (finished(RunState::Failed, 3000), true),
        _ => (finished(RunState::Done, 20_000), true),
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

#[test]
fn whatever_comes_on_whatever_screen_nothing_panics_is_lost_or_done_unasked() {
    let steps = usize::try_from(number("ENCORD_TEST_KEYS").unwrap_or(50)).unwrap();
    let first = number("ENCORD_TEST_SEED").unwrap_or_else(|| u64::from(uuid::Uuid::new_v4().as_fields().0));
    for round in 0..steps.div_ceil(STRETCH) as u64 {
        let seed = first + round;
        for (place, stage) in stages().into_iter().enumerate() {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&seed.to_le_bytes());
            bytes[8] = u8::try_from(place).unwrap();
            let mut runner =
                TestRunner::new_with_rng(Settings::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
            let pushes = push();
            let mut walk = Walk::from(stage);
            let trail = walk.trail.clone();
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                for _ in 0..STRETCH {
                    let push = pushes.new_tree(&mut runner).unwrap().current();
                    trail.borrow_mut().push(format!("{push:?}"));
                    walk.step(push);
                }
            }));
            if let Err(panic) = result {
                let why = panic.downcast_ref::<String>().map_or("a panic, see above", String::as_str);
                let mut last = String::new();
                for push in walk.trail.borrow().iter() {
                    let _ = writeln!(last, "  {push}");
                }
                let screen = fixtures::lines(walk.terminal.backend().buffer());
                panic!(
                    "{why}\nENCORD_TEST_SEED={seed}, screen {place}, after\n{last}\nbefore which was seen\n{screen}"
                );
            }
        }
    }
}
