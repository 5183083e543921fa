//! The machines by tables and properties: no service, no clock, no terminal.

mod discovery;
mod folder;
mod guard;
mod home;
mod inferred;
mod integration;
mod mirrored;
mod panels;
mod progress;
pub(crate) mod properties;
mod schema;
mod values;

use std::{collections::BTreeMap, path::PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    config,
    error::ErrorKind,
    manifest::{
        batch::{Limits, tests::cut_evenly},
        kind::Kind,
        skipped::SkipReason,
        summary::Summary,
    },
    run::state::{BatchState, RunState},
    wizard::*,
};

fn config() -> Config {
    config::parse::parse(
        r#"
        version = 1
        [encord]
        ssh_key_file = "/keys/id"
        integration = "Azure"
        [azure]
        account = "acme"
        container = "raw"
        sas_token_env = "SAS"
        [schema.keys]
        site = "varchar"
        [folder]
        path = "Raw/2026"
        "#,
    )
    .unwrap()
}

fn integration(number: u128, title: &str) -> Integration {
    Integration { uuid: Uuid::from_u128(number), title: title.into() }
}

fn summary(images: u64, archived: u64) -> Summary {
    Summary {
        items: BTreeMap::from([(Kind::Video, 250), (Kind::Image, images)]),
        bytes: 10,
        urls: 250 + images,
        skipped: BTreeMap::from([(SkipReason::Archived, archived)]),
        ..Summary::default()
    }
}

/// A wizard with the requests it has open.
struct Harness {
    wizard: Wizard,
    open: Vec<(RequestId, Request)>,
    cancelled: Vec<RequestId>,
    exited: bool,
    copied: Vec<String>,
}

impl Harness {
    fn new(config: Config) -> Harness {
        Harness::of(Wizard::new(config))
    }

    /// For a user at a screen.
    fn guided(config: Config) -> Harness {
        Harness::of(Wizard::new(config).guided())
    }

    fn of(wizard: Wizard) -> Harness {
        let mut harness =
            Harness { wizard, open: Vec::new(), cancelled: Vec::new(), exited: false, copied: Vec::new() };
        harness.event(Event::Open);
        harness
    }

    fn event(&mut self, event: Event) {
        for effect in self.wizard.handle(event) {
            match effect {
                Effect::Start { id, request } => self.open.push((id, request)),
                Effect::Cancel { id } => self.cancelled.push(id),
                Effect::Copy(text) => self.copied.push(text.expose_secret().to_owned()),
                Effect::Exit => self.exited = true,
                Effect::Editor(_) | Effect::Bell | Effect::Mouse => {}
            }
        }
    }

    fn act(&mut self, action: Action) {
        self.event(Event::Action(action));
    }

    fn type_text(&mut self, text: &str) {
        text.chars().for_each(|c| self.event(Event::Edit(Edit::Insert(c))));
    }

    /// Answers the newest open request that `pick` takes.
    fn answer(&mut self, pick: impl Fn(&Request) -> bool, reply: Reply) -> RequestId {
        let at = self.open.iter().rposition(|(_, request)| pick(request)).expect("no such request is open");
        let (id, _) = self.open.remove(at);
        self.event(Event::Reply { id, reply });
        id
    }

    fn connect(&mut self, login: Result<Vec<Integration>, UserError>) {
        let key = KeyFacts { warning: None, source: "ssh_key_file".into(), fingerprint: "SHA256:x".into() };
        let reply = EncordReply { other_region: None, key: Ok(key), wants_passphrase: false, login: Some(login) };
        self.answer(
            |request| matches!(request, Request::Integration(IntegrationRequest::ConnectEncord { .. })),
            Reply::Integration(IntegrationReply::Encord(reply)),
        );
    }

    fn container(&mut self, result: Result<bool, UserError>) {
        let facts =
            result.map(|empty| ContainerFacts { empty, account_url: "https://acme.blob.core.windows.net".into() });
        self.answer(
            |request| matches!(request, Request::Integration(IntegrationRequest::CheckAzure { .. })),
            Reply::Integration(IntegrationReply::AzureChecked(facts)),
        );
    }

    /// A check that came to its end, without the end of all.
    fn check(&mut self, check: Check) {
        let id = self.running(|request| matches!(request, Request::Integration(IntegrationRequest::CheckAzure { .. })));
        self.event(Event::Reply { id, reply: Reply::Integration(IntegrationReply::AzureCheck(Box::new(check))) });
    }

    /// The newest open request that `pick` takes.
    fn running(&self, pick: impl Fn(&Request) -> bool) -> RequestId {
        self.open.iter().rfind(|(_, request)| pick(request)).expect("no such request is open").0
    }

    fn focus(&mut self, name: FieldName) {
        for _ in 0..20 {
            if self.wizard.integration().focus() == Focus::Field(name) {
                return;
            }
            // The other way leads through all fields even where one of them has to be corrected.
            self.act(Action::FocusPrevious);
        }
        panic!("{name:?} is not on the screen");
    }

    fn schema(&mut self, schema: Value) {
        let Value::Object(schema) = schema else { panic!("not an object") };
        self.answer(
            |request| matches!(request, Request::Schema(SchemaRequest::Read)),
            Reply::Schema(SchemaReply::Read(Ok(schema))),
        );
    }

    fn manifest(&mut self, summary: Summary) {
        let facts = ManifestFacts {
            blobs: summary.total_items() + summary.total_skipped(),
            cut: cut_evenly(&summary.items, summary.bytes, Limits::default()).into(),
            summary,
            file: PathBuf::from("/m.json"),
            findings: PathBuf::from("/findings.jsonl"),
        };
        self.answer(
            |request| matches!(request, Request::Manifest(ManifestRequest::Build { .. })),
            Reply::Manifest(ManifestReply::Built(Ok(facts))),
        );
    }

    fn folder(&mut self, create: &[&str]) {
        let destination = Destination {
            existing: Some(FolderRef { uuid: Uuid::from_u128(5), path: "Raw".into() }),
            create: create.iter().map(|name| (*name).to_owned()).collect(),
            ..Destination::default()
        };
        self.answer(
            |request| matches!(request, Request::Folder(FolderRequest::Resolve { .. })),
            Reply::Folder(FolderReply::Resolved(Box::new(Ok(destination)))),
        );
    }

    fn ready_to_send() -> Harness {
        Harness::new(config()).at_the_review()
    }

    /// Step by step, with plausible answers.
    fn at_the_review(self) -> Harness {
        let mut harness = self;
        harness.connect(Ok(vec![integration(1, "Azure"), integration(2, "Other")]));
        harness.container(Ok(false));
        harness.act(Action::Next);
        harness.schema(json!({}));
        harness.act(Action::Next);
        harness.manifest(summary(1000, 3));
        harness.act(Action::Next);
        harness.folder(&["2026"]);
        harness.act(Action::Next);
        harness
    }

    fn writes(&self) -> usize {
        self.open.iter().filter(|(_, request)| matches!(request, Request::Run(RunRequest::Start { .. }))).count()
    }
}

#[test]
fn six_enters_lead_from_a_ready_config_to_the_end() {
    let mut harness = Harness::ready_to_send();
    assert_eq!((harness.wizard.step(), harness.writes()), (Step::Upload, 0));
    let plan = harness.wizard.plan().unwrap();
    assert_eq!((plan.total_items(), plan.jobs(Kind::Video), plan.jobs(Kind::Image)), (1250, 3, 1));
    assert_eq!((plan.destination.path().as_str(), plan.schema.changes.len()), ("Raw/2026", 1));
    harness.act(Action::Next);
    assert_eq!((harness.wizard.step(), harness.writes()), (Step::Progress, 1));
    let is_run = |request: &Request| matches!(request, Request::Run(RunRequest::Start { .. }));
    let snapshot = Snapshot { total: 1250, done: 1249, errors: 1, failed_rows: 1, ..Snapshot::default() };
    harness.answer(
        is_run,
        Reply::Run(RunReply::Event(RunEvent::Finished {
            state: RunState::DoneWithErrors,
            snapshot: Box::new(snapshot),
            reports: None,
            problem: None,
        })),
    );
    assert_eq!(harness.wizard.progress().outcome(), Some(RunState::DoneWithErrors));
    harness.act(Action::Next);
    assert!(harness.exited);
}

#[test]
fn nothing_passes_a_step_that_is_not_ready() {
    let denied = || UserError { summary: "denied".into(), source_message: None, hint: None, kind: ErrorKind::Access };
    let mut harness = Harness::new(config());
    harness.act(Action::Next);
    assert_eq!(harness.wizard.step(), Step::Integration, "while the checks run");
    harness.connect(Err(denied()));
    harness.container(Ok(false));
    harness.act(Action::Next);
    harness.act(Action::Goto(Step::Upload));
    assert_eq!(harness.wizard.step(), Step::Integration);
    assert_eq!(harness.wizard.status(Step::Integration), Status::Blocked(denied()));
}

#[test]
fn a_schema_conflict_stops_until_the_user_decides() {
    let mut harness = Harness::new(config());
    harness.connect(Ok(vec![integration(1, "Azure")]));
    harness.container(Ok(false));
    harness.act(Action::Next);
    harness.schema(json!({"site": {"ty": "variant", "hint": "number"}, "other": {"ty": "geospatial"}}));
    harness.act(Action::Next);
    assert_eq!(harness.wizard.step(), Step::Schema);
    assert!(
        matches!(harness.wizard.status(Step::Schema), Status::Blocked(problem) if problem.kind == ErrorKind::Config)
    );
    harness.act(Action::KeepTheirs);
    harness.act(Action::Next);
    assert_eq!(harness.wizard.step(), Step::Manifest);
}

#[test]
fn an_empty_manifest_is_no_way_on_and_says_what_was_left_out() {
    for (summary, phrase) in [
        (Summary::default(), "holds no blobs"),
        (Summary { skipped: BTreeMap::from([(SkipReason::UnknownType, 7)]), ..Summary::default() }, "None of the 7"),
    ] {
        let mut harness = Harness::new(config());
        harness.connect(Ok(vec![integration(1, "Azure")]));
        harness.container(Ok(true));
        harness.act(Action::Next);
        harness.schema(json!({}));
        harness.act(Action::Next);
        harness.manifest(summary);
        harness.act(Action::Next);
        assert_eq!(harness.wizard.step(), Step::Manifest);
        assert!(
            matches!(harness.wizard.status(Step::Manifest), Status::Blocked(problem) if problem.summary.contains(phrase))
        );
    }
}

#[test]
fn stopping_a_run_takes_two_presses_to_cancel_in_encord() {
    let mut harness = Harness::ready_to_send();
    harness.act(Action::Next);
    let (id, _) = *harness.open.last().unwrap();
    let job = JobRow {
        batch: 1,
        job: None,
        kind: Kind::Image,
        state: BatchState::Pending,
        count: 1,
        done: 0,
        errors: 0,
        cancelled: 0,
        message: None,
        age: None,
    };
    let snapshot = Box::new(Snapshot { jobs: vec![job], total: 1, ..Snapshot::default() });
    harness.event(Event::Reply { id, reply: Reply::Run(RunReply::Event(RunEvent::Progress(snapshot))) });
    harness.act(Action::Quit);
    assert_eq!(harness.wizard.overlay(), Some(Overlay::Quit));
    harness.act(Action::No);
    assert!(!harness.exited);
    harness.act(Action::Cancel);
    harness.act(Action::Cancel);
    assert!(harness.wizard.asks());
    harness.act(Action::Yes);
    let stops: Vec<bool> = harness
        .open
        .iter()
        .filter_map(|(_, request)| match request {
            Request::Run(RunRequest::Stop { abort }) => Some(*abort),
            _ => None,
        })
        .collect();
    assert_eq!(stops, [false, true]);
}

#[test]
fn the_cursor_stays_with_the_work_until_the_user_moves_it() {
    let job = |batch: u32, state| JobRow {
        batch,
        job: None,
        kind: Kind::Image,
        state,
        count: 1,
        done: 0,
        errors: 0,
        cancelled: 0,
        message: None,
        age: None,
    };
    let mut harness = Harness::ready_to_send();
    harness.act(Action::Next);
    let (id, _) = harness.open.pop().unwrap();
    let at = |harness: &mut Harness, states: [BatchState; 3]| {
        let jobs = (1..).zip(states).map(|(number, state)| job(number, state)).collect();
        let snapshot = Box::new(Snapshot { jobs, ..Snapshot::default() });
        harness.event(Event::Reply { id, reply: Reply::Run(RunReply::Event(RunEvent::Progress(snapshot))) });
        harness.wizard.progress().job_cursor()
    };
    use BatchState::{Done, Pending, Waiting};
    assert_eq!(at(&mut harness, [Pending, Waiting, Waiting]), 0);
    assert_eq!(at(&mut harness, [Done, Pending, Waiting]), 1);
    harness.act(Action::Down);
    assert_eq!(at(&mut harness, [Done, Done, Pending]), 2);
    harness.act(Action::Top);
    assert_eq!(at(&mut harness, [Done, Done, Pending]), 0);
}

#[test]
fn a_failed_item_is_shown_whole_and_closing_it_leaves_nothing_else() {
    let mut harness = Harness::ready_to_send();
    harness.act(Action::Next);
    let finished = RunEvent::Finished {
        state: RunState::DoneWithErrors,
        snapshot: Box::new(Snapshot { failed_rows: 1, ..Snapshot::default() }),
        reports: None,
        problem: None,
    };
    harness.answer(
        |request| matches!(request, Request::Run(RunRequest::Start { .. })),
        Reply::Run(RunReply::Event(finished)),
    );
    harness.act(Action::Toggle);
    assert_eq!(harness.wizard.progress().whole(), None, "there is no item in the list of jobs");
    harness.act(Action::SwitchList);
    let unit = crate::run::failed_unit::FailedUnit {
        batch: 1,
        object_urls: vec!["https://a/b".into()],
        error: "word ".repeat(100),
        subtask_uuid: None,
        action_description: None,
    };
    let rows = Reply::Run(RunReply::Failed { first: 0, units: vec![unit] });
    harness.answer(|request| matches!(request, Request::Run(RunRequest::ReadFailed { .. })), rows);
    harness.act(Action::Toggle);
    for _ in 0..100 {
        harness.act(Action::Down);
    }
    assert!(harness.wizard.progress().whole().is_some_and(|scroll| scroll < 30));
    harness.act(Action::Next);
    assert_eq!((harness.wizard.progress().whole(), harness.exited), (None, false));
}

#[test]
fn a_refused_plan_can_be_reviewed_and_sent_again() {
    let mut harness = Harness::ready_to_send();
    harness.act(Action::Next);
    let refused = Reply::Run(RunReply::Event(RunEvent::Refused(UserError::other("the schema changed"))));
    harness.answer(|request| matches!(request, Request::Run(RunRequest::Start { .. })), refused);
    harness.act(Action::Back);
    assert_eq!(harness.wizard.step(), Step::Upload);
    harness.act(Action::Next);
    assert_eq!((harness.wizard.step(), harness.writes()), (Step::Progress, 1));
}

#[test]
fn after_a_run_another_import_reads_everything_anew() {
    let mut harness = Harness::ready_to_send();
    harness.act(Action::Next);
    let finished = RunEvent::Finished {
        state: RunState::Done,
        snapshot: Box::new(Snapshot::default()),
        reports: None,
        problem: None,
    };
    harness.answer(
        |request| matches!(request, Request::Run(RunRequest::Start { .. })),
        Reply::Run(RunReply::Event(finished)),
    );
    harness.act(Action::Back);
    assert_eq!(harness.wizard.step(), Step::Progress, "one Esc too many loses nothing");
    harness.act(Action::New);
    assert_eq!(harness.wizard.step(), Step::Integration);
    assert!(harness.wizard.plan().is_none());
    harness.open.clear();
    harness.act(Action::Goto(Step::Upload));
    assert_eq!(harness.wizard.step(), Step::Schema);
    harness.schema(json!({}));
    harness.act(Action::Next);
    harness.manifest(summary(7, 0));
    harness.act(Action::Next);
    harness.folder(&[]);
    harness.act(Action::Next);
    harness.act(Action::Next);
    assert_eq!((harness.wizard.step(), harness.writes()), (Step::Progress, 1));
    assert!(harness.wizard.progress().is_running());
}

#[test]
fn options_stay_consistent() {
    let mut harness = Harness::ready_to_send();
    harness.act(Action::Down);
    harness.act(Action::Down);
    harness.act(Action::Toggle);
    assert!(harness.wizard.config().upload.upsert_metadata);
    harness.act(Action::Up);
    harness.act(Action::Toggle);
    let upload = &harness.wizard.config().upload;
    assert!(!upload.skip_duplicate_urls && !upload.upsert_metadata);
    harness.act(Action::Bottom);
    harness.act(Action::Down);
    harness.act(Action::Down);
    for _ in 0..40 {
        harness.act(Action::Right);
    }
    assert_eq!(harness.wizard.config().upload.jobs_in_flight, 16);
}

#[test]
fn rows_are_read_around_the_cursor_only() {
    let mut harness = Harness::ready_to_send();
    harness.act(Action::Back);
    harness.act(Action::Back);
    let asked = |harness: &Harness| {
        harness.open.iter().rev().find_map(|(_, request)| match request {
            Request::Manifest(ManifestRequest::ReadRows { first, count, .. }) => Some((*first, *count)),
            _ => None,
        })
    };
    assert_eq!(asked(&harness), Some((0, 400)));
    let rows = |first: u64| -> Vec<Row> {
        (first..first + 400)
            .map(|number| {
                Row::Skipped(crate::manifest::skipped::Skipped { name: number.to_string(), reason: SkipReason::Empty })
            })
            .collect()
    };
    let is_rows = |request: &Request| matches!(request, Request::Manifest(ManifestRequest::ReadRows { .. }));
    harness.answer(is_rows, Reply::Manifest(ManifestReply::Rows { list: List::Items, first: 0, rows: rows(0) }));
    harness.act(Action::Bottom);
    assert_eq!(harness.wizard.manifest().window().cursor(), 1249);
    assert_eq!(asked(&harness), Some((1049, 400)));
}
