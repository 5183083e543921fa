//! How long a frame of the manifest's screen takes while a million rows are scrolled, jumped through and searched.
//!
//!     cargo bench --bench manifest_rows              1,000,000 rows
//!     cargo bench --bench manifest_rows -- 100000
//!
//! A frame is what the program's loop does between two waits: an event is handled, what it asks for is begun, and the screen is drawn.
//! The bench fails where more than one frame in a hundred takes longer than 16 ms.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "a measurement may stop at the first surprise"
)]

#[path = "../tests/support/blob_pages.rs"]
mod blob_pages;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use azure_to_encord::{
    config::{self, Config},
    service::Driver,
    store::Home,
    tui::{Labels, Theme, screens},
    wizard::{
        Action, ContainerFacts, Edit, Effect, EncordReply, Event, Integration, IntegrationReply, IntegrationRequest,
        KeyFacts, Reply, Request, Row, Status, Step, Wizard,
    },
};
use blob_pages::{Manners, Names, Service};
use ratatui::{Terminal, backend::TestBackend};
use tokio::sync::mpsc::UnboundedReceiver;

/// What a frame may take at 60 frames a second.
const FRAME: Duration = Duration::from_millis(16);

struct Stage {
    wizard: Wizard,
    driver: Driver,
    events: UnboundedReceiver<Event>,
    terminal: Terminal<TestBackend>,
    frames: Vec<Duration>,
    /// Whether one frame in a hundred was late so far.
    is_late: bool,
}

fn main() -> ExitCode {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    azure_to_encord::tls::install();
    let service = Service::start(Names::MadeUp(count), Manners::default());
    let config = Config {
        azure: config::Azure {
            endpoint: Some(service.account_url().parse().unwrap()),
            container: "media".into(),
            auth: Some(config::AuthKind::Anonymous),
            ..config::Azure::default()
        },
        encord: config::Encord {
            ssh_key_file: Some("none".into()),
            integration: Some("bench".into()),
            ..config::Encord::default()
        },
        schema: config::Schema { skip: true, ..config::Schema::default() },
        manifest: config::Manifest {
            metadata: config::Metadata {
                path: Some("{site}/{camera}/{date}/{run}/{rest}".into()),
                ..config::Metadata::default()
            },
            ..config::Manifest::default()
        },
        ..Config::default()
    };
    let home = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let is_late = runtime.block_on(async {
        let mut is_late = false;
        for (columns, rows) in [(80, 24), (120, 40)] {
            let (driver, events) = Driver::new(Home::below(home.path()), "bench");
            let terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
            let wizard = Wizard::new(config.clone());
            let stage = Stage { wizard, driver, events, terminal, frames: Vec::new(), is_late: false };
            println!("{count} rows at {columns}x{rows}");
            is_late |= Box::pin(stage.measure()).await;
        }
        is_late
    });
    if is_late {
        eprintln!("one frame in a hundred takes longer than {FRAME:?}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

impl Stage {
    /// Tells whether there were too many late frames.
    async fn measure(mut self) -> bool {
        self.handle(Event::Open);
        while self.wizard.step() < Step::Manifest {
            assert_eq!(self.wizard.status(self.wizard.step()), Status::Ready);
            self.handle(Event::Action(Action::Next));
        }
        self.until(|wizard| wizard.manifest().built().is_some() && wizard.manifest().window().current().is_some())
            .await;
        self.tell("listing");
        for (action, what) in [
            (Action::Down, "scrolling row by row"),
            (Action::PageDown, "scrolling page by page"),
            (Action::Up, "scrolling back"),
        ] {
            for _ in 0..1000 {
                self.handle(Event::Action(action));
                self.take_in();
            }
            self.tell(what);
        }
        for action in [Action::Bottom, Action::Top, Action::Bottom, Action::PageUp, Action::Top].repeat(40) {
            self.handle(Event::Action(action));
            self.until(|wizard| matches!(wizard.manifest().window().current(), Some(Row::Item(..)))).await;
        }
        self.tell("jumping to the end and back");
        self.handle(Event::Action(Action::Search));
        for c in "cam-07/2026".chars() {
            self.handle(Event::Edit(Edit::Insert(c)));
            self.until(|wizard| wizard.manifest().window().total() > 0).await;
        }
        let searched = self.scanned().await;
        self.handle(Event::Action(Action::Next));
        self.handle(Event::Action(Action::Bottom));
        self.until(|wizard| wizard.manifest().window().current().is_some()).await;
        self.tell(&format!("searching ({searched:?} to its end, {} found)", self.wizard.manifest().window().total()));
        self.handle(Event::Action(Action::Back));
        self.handle(Event::Action(Action::FilterKind));
        let kinds = self.scanned().await;
        self.browse().await;
        self.tell(&format!("filtering by type ({kinds:?} to its end)"));
        self.handle(Event::Action(Action::FilterMarked));
        let marked = self.scanned().await;
        self.browse().await;
        self.tell(&format!("filtering by findings ({marked:?} to its end)"));
        self.is_late
    }

    /// Goes through what was found.
    async fn browse(&mut self) {
        for action in [Action::Bottom, Action::PageUp, Action::Top, Action::PageDown].repeat(25) {
            self.handle(Event::Action(action));
            if self.wizard.manifest().window().total() > 0 {
                self.until(|wizard| wizard.manifest().window().current().is_some()).await;
            }
        }
    }

    /// Waits for the end of the search and tells how long that took.
    async fn scanned(&mut self) -> Duration {
        let begun = Instant::now();
        self.until(|wizard| wizard.manifest().scan().is_none_or(|scan| !scan.is_running())).await;
        begun.elapsed()
    }

    async fn until(&mut self, is_so: impl Fn(&Wizard) -> bool) {
        while !is_so(&self.wizard) {
            let event = self.events.recv().await.unwrap();
            self.handle(event);
        }
    }

    fn take_in(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            self.handle(event);
        }
    }

    fn handle(&mut self, event: Event) {
        let begun = Instant::now();
        let mut effects = self.wizard.handle(event);
        while let Some(effect) = (!effects.is_empty()).then(|| effects.remove(0)) {
            match effect {
                Effect::Start { id, request } => match canned(&request) {
                    Some(reply) => effects.extend(self.wizard.handle(Event::Reply { id, reply })),
                    None => self.driver.carry_out(Effect::Start { id, request }),
                },
                effect => self.driver.carry_out(effect),
            }
        }
        let (wizard, labels) = (&self.wizard, Labels::default());
        let draw = |frame: &mut ratatui::Frame<'_>| {
            screens::draw(frame, wizard, &Theme::new(true, true), &labels);
        };
        self.terminal.draw(draw).unwrap();
        self.frames.push(begun.elapsed());
    }

    fn tell(&mut self, what: &str) {
        self.frames.sort_unstable();
        let (count, worst) = (self.frames.len(), self.frames.last().copied().unwrap_or_default());
        let median = self.frames.get(count / 2).copied().unwrap_or_default();
        let most = self.frames.get((count * 99).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default();
        let late = self.frames.iter().filter(|took| **took > FRAME).count();
        println!("  {what}: {count} frames, worst {worst:?}, p99 {most:?}, median {median:?}, {late} over {FRAME:?}");
        self.is_late |= most > FRAME;
        self.frames.clear();
    }
}

/// What the first two steps hear.
fn canned(request: &Request) -> Option<Reply> {
    Some(match request {
        Request::Integration(IntegrationRequest::ConnectEncord { .. }) => {
            Reply::Integration(IntegrationReply::Encord(EncordReply {
                other_region: None,
                key: Ok(KeyFacts { warning: None, source: "bench".into(), fingerprint: "SHA256:none".into() }),
                wants_passphrase: false,
                login: Some(Ok(vec![Integration { uuid: uuid::Uuid::nil(), title: "bench".into() }])),
            }))
        }
        Request::Integration(IntegrationRequest::CheckAzure { .. }) => {
            Reply::Integration(IntegrationReply::AzureChecked(Ok(ContainerFacts {
                empty: false,
                account_url: "http://127.0.0.1".into(),
            })))
        }
        _ => return None,
    })
}
