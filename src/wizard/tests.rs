//! The machines by tables and properties: no service, no clock, no terminal.

mod properties;

use std::{collections::BTreeMap, path::PathBuf};

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::*;
use crate::{
    manifest::{Kind, SkipReason},
    store::{BatchState, RunState, Summary, config},
};

fn config() -> Config {
    config::parse(
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
}

impl Harness {
    fn new(config: Config) -> Harness {
        let mut harness =
            Harness { wizard: Wizard::new(config), open: Vec::new(), cancelled: Vec::new(), exited: false };
        harness.event(Event::Open);
        harness
    }

    fn event(&mut self, event: Event) {
        for effect in self.wizard.handle(event) {
            match effect {
                Effect::Start { id, request } => self.open.push((id, request)),
                Effect::Cancel { id } => self.cancelled.push(id),
                Effect::Copy(_) => {}
                Effect::Exit => self.exited = true,
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

    fn connect(&mut self, login: Result<Vec<Integration>, Problem>) {
        let key = KeyFacts { warning: None, source: "ssh_key_file".into(), fingerprint: "SHA256:x".into() };
        let reply = EncordReply { other_region: None, key: Ok(key), wants_passphrase: false, login: Some(login) };
        self.answer(|request| matches!(request, Request::ConnectEncord { .. }), Reply::Encord(reply));
    }

    fn container(&mut self, result: Result<bool, Problem>) {
        let facts =
            result.map(|empty| ContainerFacts { empty, account_url: "https://acme.blob.core.windows.net".into() });
        self.answer(|request| matches!(request, Request::CheckAzure { .. }), Reply::Container(facts));
    }

    fn schema(&mut self, schema: Value) {
        let Value::Object(schema) = schema else { panic!("not an object") };
        self.answer(|request| matches!(request, Request::ReadSchema), Reply::Schema(Ok(schema)));
    }

    fn manifest(&mut self, summary: Summary) {
        let facts = ManifestFacts {
            blobs: summary.total_items() + summary.total_skipped(),
            summary,
            file: PathBuf::from("/m.json"),
        };
        self.answer(|request| matches!(request, Request::BuildManifest { .. }), Reply::Manifest(Ok(facts)));
    }

    fn folder(&mut self, create: &[&str]) {
        let destination = Destination {
            existing: Some(FolderRef { uuid: Uuid::from_u128(5), path: "Raw".into() }),
            create: create.iter().map(|name| (*name).to_owned()).collect(),
            description: None,
            items: None,
        };
        self.answer(|request| matches!(request, Request::ResolveFolder { .. }), Reply::FolderResolved(Ok(destination)));
    }

    fn ready_to_send() -> Harness {
        let mut harness = Harness::new(config());
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
        self.open.iter().filter(|(_, request)| matches!(request, Request::StartRun { .. })).count()
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
    let is_run = |request: &Request| matches!(request, Request::StartRun { .. });
    let snapshot = Snapshot { total: 1250, done: 1249, errors: 1, failed_rows: 1, ..Snapshot::default() };
    harness.answer(
        is_run,
        Reply::Run(RunReply::Finished {
            state: RunState::DoneWithErrors,
            snapshot: Box::new(snapshot),
            reports: None,
            problem: None,
        }),
    );
    assert_eq!(harness.wizard.progress().outcome(), Some(RunState::DoneWithErrors));
    harness.act(Action::Next);
    assert!(harness.exited);
}

#[test]
fn nothing_passes_a_step_that_is_not_ready() {
    let denied = || Problem { what: "denied".into(), said: None, hint: None, class: Class::Access };
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
fn the_integration_is_found_by_title_or_id_and_never_guessed() {
    let both = || vec![integration(1, "Azure"), integration(2, "Other")];
    let twins = || vec![integration(1, "Azure"), integration(2, "Azure")];
    let with = |wanted: Option<&str>| {
        let mut config = config();
        config.encord.integration = wanted.map(str::to_owned);
        config
    };
    let id = Uuid::from_u128(2).to_string();
    for (wanted, list, chosen, phrase) in [
        (Some("Azure"), both(), Some(1), ""),
        (Some(id.as_str()), both(), Some(2), ""),
        (Some(id.as_str()), twins(), Some(2), ""),
        (Some("Azure"), twins(), None, "several integrations"),
        (Some("Gone"), both(), None, "no integration 'Gone'"),
        (None, vec![integration(9, "Only")], Some(9), ""),
        (None, both(), None, "none chosen"),
        (None, vec![], None, "no cloud integration"),
    ] {
        let mut harness = Harness::new(with(wanted));
        harness.connect(Ok(list));
        harness.container(Ok(false));
        let step = harness.wizard.integration();
        let found = step.chosen(harness.wizard.config()).map(|integration| integration.uuid);
        assert_eq!(found, chosen.map(Uuid::from_u128), "{wanted:?}");
        let check = step.checks(harness.wizard.config()).remove(2);
        assert_eq!(check.state == CheckState::Pass, chosen.is_some(), "{wanted:?}");
        assert!(check.detail.contains(phrase), "{}", check.detail);
    }
}

#[test]
fn choosing_among_twins_remembers_the_id() {
    let mut harness = Harness::new(config());
    harness.connect(Ok(vec![integration(1, "Azure"), integration(2, "Azure")]));
    harness.container(Ok(false));
    harness.act(Action::Down);
    harness.act(Action::Next);
    assert_eq!(harness.wizard.config().encord.integration, Some(Uuid::from_u128(2).to_string()));
    assert_eq!(harness.wizard.step(), Step::Schema);
}

#[test]
fn a_late_answer_is_dropped() {
    let mut harness = Harness::new(config());
    let (old, _) = harness.open.iter().find(|(_, request)| matches!(request, Request::CheckAzure { .. })).unwrap();
    let old = *old;
    harness.act(Action::Refresh);
    assert!(harness.cancelled.contains(&old));
    let stale = Problem::other("stale");
    harness.event(Event::Reply { id: old, reply: Reply::Container(Err(stale)) });
    assert_eq!(harness.wizard.status(Step::Integration), Status::Working);
}

#[test]
fn editing_a_side_checks_that_side_and_throws_away_what_rests_on_it() {
    let mut harness = Harness::ready_to_send();
    harness.open.clear();
    harness.act(Action::Goto(Step::Integration));
    for _ in 0..4 {
        harness.act(Action::FocusNext);
    }
    assert_eq!(harness.wizard.integration().focus(), Focus::Field(FieldName::Container));
    harness.type_text("2");
    harness.act(Action::FocusNext);
    assert_eq!(harness.wizard.config().azure.container, "raw2");
    assert_eq!(harness.open.len(), 1);
    assert!(matches!(&harness.open[0].1, Request::CheckAzure { access, .. } if access.azure.container == "raw2"));
    assert!(harness.wizard.manifest().built().is_none());
    assert!(harness.wizard.folder().destination().is_some());
    assert!(harness.wizard.schema().diff(harness.wizard.config()).is_some());
}

#[test]
fn secrets_pasted_into_the_form_are_refused_and_stay_out_of_the_config() {
    let mut harness = Harness::new(config());
    let focus = |harness: &mut Harness, name| {
        while harness.wizard.integration().focus() != Focus::Field(name) {
            harness.act(Action::FocusNext);
        }
    };
    focus(&mut harness, FieldName::Sas);
    harness.event(Event::Edit(Edit::Clear));
    harness.event(Event::Edit(Edit::Paste("?sv=1&sig=SECRET".into())));
    harness.act(Action::FocusNext);
    assert_eq!(harness.wizard.integration().input_problem().map(|(name, _)| name), Some(FieldName::Sas));
    focus(&mut harness, FieldName::Account);
    harness.event(Event::Edit(Edit::Clear));
    harness.event(Event::Edit(Edit::Paste("https://a.blob.core.windows.net/?sig=SECRET".into())));
    harness.act(Action::FocusNext);
    assert!(harness.wizard.integration().input_problem().is_some());
    assert!(!toml::to_string(harness.wizard.config()).unwrap().contains("SECRET"));
    assert!(!format!("{:?}", harness.open).contains("SECRET"));
}

#[test]
fn a_refused_field_does_not_hide_what_another_field_changed() {
    let mut harness = Harness::new(config());
    let focus = |harness: &mut Harness, name| {
        while harness.wizard.integration().focus() != Focus::Field(name) {
            harness.act(Action::FocusNext);
        }
    };
    focus(&mut harness, FieldName::Sas);
    harness.event(Event::Edit(Edit::Paste("?sig=SECRET".into())));
    harness.act(Action::FocusNext);
    focus(&mut harness, FieldName::KeyFile);
    harness.type_text("2");
    harness.open.clear();
    focus(&mut harness, FieldName::Sas);
    harness.event(Event::Edit(Edit::Clear));
    harness.event(Event::Edit(Edit::Paste("SAS".into())));
    harness.act(Action::FocusNext);
    let asked = |harness: &Harness| {
        harness.open.iter().any(
            |(_, request)| matches!(request, Request::ConnectEncord { encord, .. } if encord.ssh_key_file.as_deref() == Some("/keys/id2")),
        )
    };
    assert!(asked(&harness), "{:?}", harness.open);
}

#[test]
fn a_token_file_named_without_a_folder_stays_a_file() {
    let mut config = config();
    config.azure.sas_token_env = None;
    config.azure.sas_token_file = Some("token".into());
    let mut harness = Harness::new(config.clone());
    for _ in 0..6 {
        harness.act(Action::FocusNext);
    }
    assert_eq!(harness.wizard.config(), &config);
    assert!(!harness.wizard.is_edited());
}

#[test]
fn a_containers_url_is_not_taken_for_an_account() {
    let mut config = config();
    config.azure.account = None;
    let mut harness = Harness::new(config);
    assert_eq!(harness.wizard.integration().focus(), Focus::Field(FieldName::Account));
    harness.type_text("https://acme.blob.core.windows.net/raw");
    harness.act(Action::Next);
    assert_eq!(harness.wizard.integration().input_problem().map(|(name, _)| name), Some(FieldName::Account));
}

#[test]
fn an_encrypted_key_asks_for_its_passphrase_and_tries_again() {
    let mut harness = Harness::new(config());
    let locked =
        EncordReply { other_region: None, key: Err(Problem::config("locked")), wants_passphrase: true, login: None };
    harness.answer(|request| matches!(request, Request::ConnectEncord { .. }), Reply::Encord(locked));
    assert_eq!(harness.wizard.integration().focus(), Focus::Field(FieldName::Passphrase));
    harness.type_text("open sesame");
    harness.act(Action::Next);
    let (_, request) = harness.open.last().unwrap();
    assert!(matches!(request, Request::ConnectEncord { passphrase: Some(_), .. }));
    assert!(!format!("{request:?}").contains("sesame"));
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
    assert!(matches!(harness.wizard.status(Step::Schema), Status::Blocked(problem) if problem.class == Class::Config));
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
            matches!(harness.wizard.status(Step::Manifest), Status::Blocked(problem) if problem.what.contains(phrase))
        );
    }
}

#[test]
fn folders_are_chosen_created_and_searched() {
    let mut harness = Harness::ready_to_send();
    harness.act(Action::Back);
    let row = |number: u128, name: &str, synced| FolderRow {
        uuid: Uuid::from_u128(number),
        name: name.into(),
        path: None,
        description: String::new(),
        synced,
    };
    let page = FolderPage { rows: vec![row(1, "Raw", false), row(2, "Mirror", true)], next: None };
    harness.answer(|request| matches!(request, Request::ListFolders { .. }), Reply::Folders(Ok(page)));

    harness.act(Action::Down);
    harness.act(Action::Toggle);
    assert!(harness.wizard.folder().problem().unwrap().what.contains("mirrors"));

    harness.act(Action::Up);
    harness.act(Action::Toggle);
    assert_eq!(harness.wizard.folder().destination().unwrap().path(), "Raw");
    assert_eq!(harness.wizard.config().folder.uuid, Some(Uuid::from_u128(1)));

    harness.act(Action::New);
    assert!(harness.wizard.takes_text());
    harness.type_text("Raw/ April /x");
    harness.act(Action::Next);
    let destination = harness.wizard.folder().destination().unwrap();
    assert_eq!(destination.existing.as_ref().unwrap().uuid, Uuid::from_u128(1));
    assert_eq!(destination.create, ["April", "x"]);
    assert_eq!(harness.wizard.config().folder.path.as_deref(), Some("Raw/April/x"));

    harness.act(Action::Search);
    harness.type_text("ra");
    let searches: Vec<_> = harness
        .open
        .iter()
        .filter_map(|(_, request)| match request {
            Request::ListFolders { search, .. } if !search.is_empty() => Some(search.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(searches, ["r", "ra"]);
}

#[test]
fn stopping_a_run_takes_two_presses_to_cancel_in_encord() {
    let mut harness = Harness::ready_to_send();
    harness.act(Action::Next);
    harness.act(Action::Quit);
    assert_eq!(harness.wizard.overlay(), Some(Overlay::Quit));
    harness.act(Action::No);
    assert!(!harness.exited);
    harness.act(Action::Cancel);
    harness.act(Action::Cancel);
    let stops: Vec<bool> = harness
        .open
        .iter()
        .filter_map(|(_, request)| match request {
            Request::StopRun { abort } => Some(*abort),
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
    };
    let mut harness = Harness::ready_to_send();
    harness.act(Action::Next);
    let (id, _) = harness.open.pop().unwrap();
    let at = |harness: &mut Harness, states: [BatchState; 3]| {
        let jobs = (1..).zip(states).map(|(number, state)| job(number, state)).collect();
        let snapshot = Box::new(Snapshot { jobs, ..Snapshot::default() });
        harness.event(Event::Reply { id, reply: Reply::Run(RunReply::Progress(snapshot)) });
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
fn a_refused_plan_can_be_reviewed_and_sent_again() {
    let mut harness = Harness::ready_to_send();
    harness.act(Action::Next);
    let refused = Reply::Run(RunReply::Refused(Problem::other("the schema changed")));
    harness.answer(|request| matches!(request, Request::StartRun { .. }), refused);
    harness.act(Action::Back);
    assert_eq!(harness.wizard.step(), Step::Upload);
    harness.act(Action::Next);
    assert_eq!((harness.wizard.step(), harness.writes()), (Step::Progress, 1));
}

#[test]
fn after_a_run_another_import_reads_everything_anew() {
    let mut harness = Harness::ready_to_send();
    harness.act(Action::Next);
    let finished = RunReply::Finished {
        state: RunState::Done,
        snapshot: Box::new(Snapshot::default()),
        reports: None,
        problem: None,
    };
    harness.answer(|request| matches!(request, Request::StartRun { .. }), Reply::Run(finished));
    harness.act(Action::Back);
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
            Request::ReadRows { first, count, .. } => Some((*first, *count)),
            _ => None,
        })
    };
    assert_eq!(asked(&harness), Some((0, 400)));
    let rows = |first: u64| -> Vec<Row> {
        (first..first + 400)
            .map(|number| {
                Row::Skipped(crate::manifest::Skipped { name: number.to_string(), reason: SkipReason::Empty })
            })
            .collect()
    };
    let is_rows = |request: &Request| matches!(request, Request::ReadRows { .. });
    harness.answer(is_rows, Reply::Rows { list: List::Items, first: 0, rows: rows(0) });
    harness.act(Action::Bottom);
    assert_eq!(harness.wizard.manifest().window().cursor(), 1249);
    assert_eq!(asked(&harness), Some((1049, 400)));
}
