//! One frame drawn, without a terminal: each step as the demo fills it, and what can lie over a step.

use std::time::{Duration, Instant};

use azure_to_encord::{
    config,
    demo::{DemoEnvironment, encord::Pace},
    service::Driver,
    store::Home,
    tui::{Labels, Theme, screens},
    wizard::{Action, Effect, Event, Status, Step, Wizard},
};
use ratatui::{Terminal, backend::TestBackend};
use tokio::sync::mpsc::UnboundedReceiver;

use super::{PATIENCE, SIZE, Sheet, Times, history};

const GOAL: Duration = Duration::from_millis(1);
const DRAWS: usize = 1000;

pub(crate) fn measure(sheet: &mut Sheet) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        history::write(&home);
        let mut at_home = Play::new(Wizard::new(config::Config::default()).at_home(), home);
        at_home.until("Home", |wizard| wizard.home().is_read()).await;
        at_home.draw("Home", sheet);

        let dir = tempfile::tempdir().unwrap();
        let environment = DemoEnvironment::start(dir.path(), Pace::Unlimited).await.unwrap();
        let demo = Wizard::new(azure_to_encord::store::configs::load(environment.config()).unwrap()).guided();
        let mut play = Play::new(demo, Home::below(dir.path()));
        for step in [Step::Integration, Step::Schema, Step::Manifest, Step::Folder, Step::Upload] {
            let what = format!("step {}", step.number());
            play.until(&what, |wizard| wizard.step() == step && wizard.status(step) == Status::Ready).await;
            play.draw(&what, sheet);
            for (name, over) in [("help", Action::Help), ("palette", Action::Palette)] {
                if step == Step::Manifest {
                    play.act(over);
                    play.draw(&format!("{what} under the {name}"), sheet);
                    play.act(Action::Back);
                }
            }
            play.act(Action::Next);
        }
        play.until("step 6", |wizard| wizard.progress().outcome().is_some()).await;
        play.draw("step 6", sheet);
        environment.stop().await;
    });
}

/// A wizard with its driver; only the terminal is none.
struct Play {
    wizard: Wizard,
    driver: Driver,
    events: UnboundedReceiver<Event>,
}

impl Play {
    fn new(wizard: Wizard, home: Home) -> Play {
        let (driver, events) = Driver::new(home, "bench");
        let mut play = Play { wizard, driver, events };
        play.handle(Event::Open);
        play
    }

    fn handle(&mut self, event: Event) {
        for effect in self.wizard.handle(event) {
            match effect {
                Effect::Exit | Effect::Bell | Effect::Copy(_) | Effect::Editor(_) | Effect::Mouse => {}
                effect => self.driver.carry_out(effect),
            }
        }
    }

    fn act(&mut self, action: Action) {
        self.handle(Event::Action(action));
    }

    async fn until(&mut self, what: &str, is_so: impl Fn(&Wizard) -> bool) {
        while !is_so(&self.wizard) {
            let Ok(event) = tokio::time::timeout(PATIENCE, self.events.recv()).await else {
                panic!("{what} does not come")
            };
            self.handle(event.unwrap());
        }
        // What a list asks for once its height is known.
        self.frame(&mut Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap());
        while let Ok(Some(event)) = tokio::time::timeout(Duration::from_millis(300), self.events.recv()).await {
            self.handle(event);
        }
    }

    fn frame(&mut self, terminal: &mut Terminal<TestBackend>) -> Duration {
        let (wizard, labels, theme) = (&self.wizard, Labels::default(), Theme::new(true, true));
        let mut rows = None;
        let begun = Instant::now();
        terminal.draw(|frame| rows = screens::draw(frame, wizard, &theme, &labels).rows).unwrap();
        let took = begun.elapsed();
        if let Some(rows) = rows {
            self.handle(Event::Rows(rows));
        }
        took
    }

    fn draw(&mut self, what: &str, sheet: &mut Sheet) {
        let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap();
        let used = processor();
        let times = Times::new((0..DRAWS).map(|_| self.frame(&mut terminal)).collect());
        let used = (processor() - used) / u32::try_from(DRAWS).unwrap();
        let (cols, rows) = SIZE;
        let number = format!("{:.2} ms of processor time", used.as_secs_f64() * 1000.0);
        sheet.goal(&format!("{what} drawn at {cols}x{rows}"), &number, "under 1 ms", used < GOAL);
        sheet.note("  by the clock", &times.to_string());
    }
}

/// The processor time of this thread so far: other work on the machine does not count.
fn processor() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(told.split_whitespace().next().unwrap().parse().unwrap())
}
