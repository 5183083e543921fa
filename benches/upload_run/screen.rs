//! Step 6 of the wizard while the run goes on: the real machine, screens, uploader and record; only the terminal is none.

#[path = "../../tests/support/blob_pages.rs"]
mod blob_pages;

use std::{
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use azure_to_encord::{
    config::{self, Config},
    encord::{Client, Credential, SigningKey},
    service::{
        Driver,
        runs::upload::{Stop, Uploader},
    },
    store::{Home, ManifestDir, RunLock, RunStore},
    tui::{Labels, Theme, screens},
    wizard::{
        Action, ContainerFacts, Effect, Event, IntegrationReply, IntegrationRequest, Reply, Request, RequestId, Row,
        RunReply, RunRequest, RunView, Status, Step, Wizard,
    },
};
use blob_pages::{Manners, Names};
use ratatui::{Terminal, backend::TestBackend};
use tokio::sync::{
    mpsc::{self, UnboundedReceiver, UnboundedSender},
    watch,
};

use super::stage::{self, RUN};

/// What a frame may take at 60 frames a second.
const LIMIT: Duration = Duration::from_millis(16);
/// Somebody who holds a key down.
const KEYS: Duration = Duration::from_millis(33);

struct Stage {
    home: Home,
    wizard: Wizard,
    driver: Driver,
    /// What the driver answers.
    answers: UnboundedReceiver<Event>,
    /// What is answered in its place.
    events: UnboundedReceiver<Event>,
    tell: UnboundedSender<Event>,
    terminal: Terminal<TestBackend>,
    frames: Vec<Frame>,
    is_late: bool,
}

/// What a frame took, and whether the system gave the processor to something else meanwhile.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Frame {
    took: Duration,
    was_interrupted: bool,
}

/// Plays the run of a record to its end.
pub(crate) fn play(dir: &Path) -> ExitCode {
    let home = Home::below(dir);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let is_late = runtime.block_on(async {
        let blobs = blob_pages::Service::start(Names::MadeUp(10), Manners::default());
        let (driver, answers) = Driver::new(home.clone(), "bench");
        let (tell, events) = mpsc::unbounded_channel();
        let mut stage = Stage {
            wizard: Wizard::new(config_of(&home, blobs.account_url().parse().unwrap())),
            home,
            driver,
            answers,
            events,
            tell,
            terminal: Terminal::new(TestBackend::new(120, 40)).unwrap(),
            frames: Vec::new(),
            is_late: false,
        };
        Box::pin(stage.measure()).await;
        stage.is_late
    });
    if is_late {
        eprintln!("a frame takes longer than {LIMIT:?}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// A small import to the same folder: it is there to get to step 6.
fn config_of(home: &Home, endpoint: url::Url) -> Config {
    let run = stage::the_run(home);
    let recorded = config::parse(&run.config_text).unwrap();
    Config {
        encord: recorded.encord,
        azure: config::Azure {
            endpoint: Some(endpoint),
            container: "media".into(),
            auth: Some(config::AuthKind::Anonymous),
            ..config::Azure::default()
        },
        schema: config::Schema { skip: true, ..config::Schema::default() },
        folder: config::Folder { uuid: Some(run.folder), ..config::Folder::default() },
        ..Config::default()
    }
}

impl Stage {
    async fn measure(&mut self) {
        self.handle(Event::Open);
        while self.wizard.step() < Step::Progress {
            self.until(|wizard| wizard.status(wizard.step()) == Status::Ready).await;
            self.handle(Event::Action(Action::Next));
        }
        self.frames.clear();
        let keys = [
            [Action::Down; 8].as_slice(),
            &[Action::PageDown; 8],
            &[Action::Bottom, Action::PageUp, Action::Top, Action::SwitchList],
        ]
        .concat();
        for key in keys.iter().cycle() {
            let pressed = tokio::time::Instant::now() + KEYS;
            while let Ok(event) = tokio::time::timeout_at(pressed, self.next()).await {
                self.handle(event);
            }
            if self.wizard.progress().outcome().is_some() {
                break;
            }
            self.handle(Event::Action(*key));
        }
        self.tell("while it runs");
        if self.wizard.progress().snapshot().failed_rows > 0 {
            self.browse().await;
            self.tell("paging through what failed");
        }
    }

    async fn browse(&mut self) {
        while self.wizard.progress().view() != RunView::Items {
            self.handle(Event::Action(Action::SwitchList));
        }
        for action in [Action::Bottom, Action::PageUp, Action::Top, Action::PageDown].repeat(50) {
            self.handle(Event::Action(action));
            self.until(|wizard| matches!(wizard.progress().failed().current(), Some(Row::Failed(_)))).await;
        }
    }

    async fn next(&mut self) -> Event {
        tokio::select! {
            answer = self.answers.recv() => answer.unwrap(),
            event = self.events.recv() => event.unwrap(),
        }
    }

    async fn until(&mut self, is_so: impl Fn(&Wizard) -> bool) {
        while !is_so(&self.wizard) {
            let event = tokio::time::timeout(super::PATIENCE, self.next()).await.unwrap();
            self.handle(event);
        }
    }

    fn handle(&mut self, event: Event) {
        let (before, begun) = (interruptions(), Instant::now());
        let mut effects = self.wizard.handle(event);
        while let Some(effect) = (!effects.is_empty()).then(|| effects.remove(0)) {
            match effect {
                Effect::Start { id, request: Request::Integration(IntegrationRequest::CheckAzure { .. }) } => {
                    let facts = ContainerFacts { empty: false, account_url: "http://127.0.0.1".into() };
                    let reply = Reply::Integration(IntegrationReply::AzureChecked(Ok(facts)));
                    effects.extend(self.wizard.handle(Event::Reply { id, reply }));
                }
                Effect::Start { id, request: Request::Run(RunRequest::Start { .. }) } => self.upload(id),
                Effect::Start { id, request: Request::Run(RunRequest::ReadFailed { cause: None, first, count }) } => {
                    self.read(id, first, count);
                }
                effect => self.driver.carry_out(effect),
            }
        }
        let (wizard, labels) = (&self.wizard, Labels::default());
        let draw = |frame: &mut ratatui::Frame<'_>| {
            screens::draw(frame, wizard, &Theme::new(true, true), &labels);
        };
        self.terminal.draw(draw).unwrap();
        let took = begun.elapsed();
        self.frames.push(Frame { took, was_interrupted: interruptions() != before });
    }

    /// Sends what is on record in place of the small plan, by the same uploader.
    fn upload(&self, id: RequestId) {
        let (home, tell) = (self.home.clone(), self.tell.clone());
        tokio::spawn(async move {
            let run = stage::the_run(&home);
            let recorded = config::parse(&run.config_text).unwrap();
            let pem = std::fs::read_to_string(recorded.encord.ssh_key_file.unwrap()).unwrap();
            let key = SigningKey::from_openssh(&pem.into(), None).unwrap();
            let client = Client::new(&run.domain, Credential::Key(key)).unwrap();
            let manifest = ManifestDir::open(&home.run(RUN)).unwrap();
            let lock = RunLock::take(&home, RUN).unwrap();
            let store = RunStore::open(&home).unwrap();
            let uploader = Uploader::new(&client, store, home, lock, manifest, run).unwrap();
            let (_stop, stopped) = watch::channel(Stop::No);
            uploader
                .work(stopped, &|reply| drop(tell.send(Event::Reply { id, reply: Reply::Run(RunReply::Event(reply)) })))
                .await;
        });
    }

    fn read(&self, id: RequestId, first: u64, count: u64) {
        let (home, tell) = (self.home.clone(), self.tell.clone());
        tokio::task::spawn_blocking(move || {
            let units = RunStore::open(&home).unwrap().failed_units(RUN, first, count).unwrap();
            let _ = tell.send(Event::Reply { id, reply: Reply::Run(RunReply::Failed { first, units }) });
        });
    }

    fn tell(&mut self, what: &str) {
        self.frames.sort_unstable();
        let count = self.frames.len();
        let at = |part: usize| self.frames[(count * part).div_ceil(1000) - 1].took;
        let alone = self.frames.iter().rfind(|frame| !frame.was_interrupted).copied().unwrap_or_default();
        println!(
            "  {what}: {count} frames, worst {:?}, worst of those that nothing interrupted {:?}, p99 {:?}, median {:?}",
            at(1000),
            alone.took,
            at(990),
            at(500)
        );
        self.is_late |= alone.took > LIMIT;
        self.frames.clear();
    }
}

/// How often the system took the processor from this thread.
fn interruptions() -> u64 {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("nonvoluntary_ctxt_switches:"));
    line.unwrap().trim().parse().unwrap()
}
