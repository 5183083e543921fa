//! A wizard that is driven by events and answered as the services would.

use std::{collections::BTreeMap, path::PathBuf};

use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use time::{OffsetDateTime, macros::datetime};
use unicode_width::UnicodeWidthStr;
use uuid::Uuid;

use crate::{
    config::Config,
    error::UserError,
    manifest::{
        batch::{Limits, tests::cut_evenly},
        finding::{Code, Finding, Severity},
        item::Item,
        kind::Kind,
        skipped::{SkipReason, Skipped},
        summary::{KindCounts, Summary},
    },
    run::{failed_unit::FailedUnit, state::RunState},
    schema::key_type::{KeyType, Scalar},
    tui::{screens, tests::checks, theme::Theme},
    wizard::{
        Wizard,
        action::{Action, Edit},
        check::{Check, CheckState},
        connections::{CorsRepair, EncordReply, Integration, KeyFacts, PrefixPage},
        destination::{Destination, FolderCounts, FolderDetails, FolderRef, FolderRole, Present},
        effect::{Effect, Event, Reply, Request, RequestId},
        folder::messages::{FolderPage, FolderReply, FolderRequest, FolderRow},
        home::messages::HomeRequest,
        integration::messages::{IntegrationReply, IntegrationRequest},
        list::{List, Row},
        manifest::messages::{ManifestFacts, ManifestReply, ManifestRequest},
        progress::{
            messages::{RunEvent, RunReply, RunRequest},
            snapshot::Snapshot,
        },
        saved::Estimate,
        schema::messages::{SchemaReply, SchemaRequest},
        step::Step,
    },
};

pub(crate) use crate::tui::tests::run_fixtures::{reports, snapshot};

pub(crate) const UTF8: Theme = Theme::new(true, true);

/// How a request is answered, in order; where the last answer is none, or one of several, the request stays open.
type Answers = fn(&Request) -> Vec<Reply>;

/// One answer.
pub(crate) fn one(reply: Reply) -> Vec<Reply> {
    vec![reply]
}

/// Makes a stage, the same each time.
pub(crate) type Build = Box<dyn Fn() -> Stage + Send + Sync>;

pub(crate) struct Stage {
    pub(crate) wizard: Wizard,
    pub(crate) open: Vec<(RequestId, Request)>,
    pub(crate) copied: Vec<SecretString>,
    answers: Answers,
}

impl Stage {
    pub(crate) fn new(config: Config, answers: Answers) -> Stage {
        Stage::of(Wizard::new(config), answers)
    }

    /// With any wizard.
    pub(crate) fn of(wizard: Wizard, answers: Answers) -> Stage {
        Stage { wizard, open: Vec::new(), copied: Vec::new(), answers }.event(Event::Open)
    }

    /// As a user at a screen has it.
    pub(crate) fn guided(config: Config, answers: Answers) -> Stage {
        let wizard = Wizard::new(config).guided();
        Stage { wizard, open: Vec::new(), copied: Vec::new(), answers }.event(Event::Open)
    }

    /// At a step, everything before it well.
    pub(crate) fn at(step: Step, answers: Answers) -> Stage {
        Stage::new(config(), answers).go_to(step)
    }

    /// The same with a front end that tells what was seen.
    pub(crate) fn attended(step: Step) -> Stage {
        let wizard = Wizard::new(config()).attended();
        let stage = Stage { wizard, open: Vec::new(), copied: Vec::new(), answers: well };
        stage.event(Event::Open).go_to(step)
    }

    pub(crate) fn go_to(self, step: Step) -> Stage {
        let mut stage = self;
        while stage.wizard.step() < step {
            let before = stage.wizard.step();
            stage = stage.press(Action::Next);
            assert!(stage.wizard.step() > before, "stuck at {before:?}: {:?}", stage.wizard.status(before));
        }
        stage
    }

    pub(crate) fn event(mut self, event: Event) -> Stage {
        let mut effects = self.wizard.handle(event);
        while let Some(effect) = (!effects.is_empty()).then(|| effects.remove(0)) {
            match effect {
                Effect::Start { id, request } => {
                    let replies = (self.answers)(&request);
                    let is_open =
                        matches!(replies.last(), None | Some(Reply::Integration(IntegrationReply::AzureCheck(_))));
                    for reply in replies {
                        effects.extend(self.wizard.handle(Event::Reply { id, reply }));
                    }
                    if is_open {
                        self.open.push((id, request));
                    }
                }
                Effect::Copy(text) => self.copied.push(text),
                Effect::Cancel { .. } | Effect::Editor(_) | Effect::Bell | Effect::Mouse | Effect::Exit => {}
            }
        }
        crate::plain::tests::speaks(&self.wizard);
        self
    }

    pub(crate) fn press(self, action: Action) -> Stage {
        self.event(Event::Action(action))
    }

    pub(crate) fn times(mut self, times: usize, action: Action) -> Stage {
        for _ in 0..times {
            self = self.press(action);
        }
        self
    }

    pub(crate) fn type_in(self, text: &str) -> Stage {
        self.event(Event::Edit(Edit::Paste(text.to_owned())))
    }

    /// A reply to the first request that was left open.
    pub(crate) fn reply(self, reply: Reply) -> Stage {
        let id = self.open.first().expect("an open request").0;
        self.event(Event::Reply { id, reply })
    }

    pub(crate) fn run(self, reply: RunEvent) -> Stage {
        self.reply(Reply::Run(RunReply::Event(reply)))
    }
}

/// What time it is on the screens of the tests.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

/// What the screens say of the program's surroundings.
pub(crate) fn labels() -> screens::Labels {
    screens::Labels {
        headless_command: Some("azure-to-encord run nightly --yes".into()),
        clock: || NOW,
        ..screens::Labels::default()
    }
}

/// The frame as text, and where the cursor stands in it.
pub(crate) fn frame(wizard: &Wizard, theme: Theme, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| _ = screens::draw(frame, wizard, &theme, &labels())).unwrap();
    let mut text = lines(terminal.backend().buffer());
    if terminal.backend().cursor_visible() {
        let at = terminal.backend().cursor_position();
        text.push_str(&format!("cursor at column {}, row {}\n", at.x, at.y));
    }
    text
}

pub(crate) fn lines(buffer: &Buffer) -> String {
    let mut text = String::new();
    for row in buffer.content.chunks(usize::from(buffer.area.width)) {
        let mut line = String::new();
        let mut column = 0;
        while let Some(cell) = row.get(column) {
            line.push_str(cell.symbol());
            column += cell.symbol().width().max(1);
        }
        assert_eq!(column, row.len(), "a wide character hangs over the edge: {line}");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

pub(crate) fn config() -> Config {
    let mut config = Config::default();
    config.encord.ssh_key_file = Some("~/.ssh/encord_ed25519".into());
    config.encord.integration = Some("Azure production".into());
    config.azure.account = Some("acmevision".into());
    config.azure.container = "street-scenes".into();
    config.azure.sas_token_env = Some("AZURE_SAS".into());
    config.folder.path = Some("Raw/2026/Berlin".into());
    config.schema.keys = BTreeMap::from([
        ("camera".into(), KeyType::Scalar(Scalar::Varchar)),
        ("weather".into(), KeyType::Enum(vec!["fog".into(), "rain".into(), "sun".into()])),
        ("lux".into(), KeyType::Scalar(Scalar::Number)),
    ]);
    config
}

pub(crate) fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(0x1b4e_28ba_2fa1_4d3b_8a5c_0000_0000_0000 + number)
}

pub(crate) fn refused() -> UserError {
    let mut problem = UserError::other("Encord refused to sign in with the key SHA256:4RkSk0Q….");
    problem.source_message = Some("401 Unauthorized: public key not registered\nsecond line \u{1b}[31mred".into());
    problem.hint(
        "Register the key's public half in Encord under Settings, Public keys; or point ssh_key_file at another one.",
    )
}

pub(crate) fn schema() -> Map<String, Value> {
    let value = json!({
        "site": {"ty": "variant", "hint": "varchar"},
        "lux": {"ty": "variant", "hint": "number"},
        "weather": {"ty": "enum", "values": ["rain", "sun"]},
        "captured_at": {"ty": "variant", "hint": "datetime"},
    });
    serde_json::from_value(value).unwrap()
}

pub(crate) fn summary() -> Summary {
    Summary {
        items: BTreeMap::from([(Kind::Video, 120), (Kind::Image, 11_270), (Kind::DicomSeries, 5)]),
        bytes: 48_213_456_789,
        urls: 12_390,
        skipped: BTreeMap::from([(SkipReason::FolderMarker, 4), (SkipReason::UnknownType, 9)]),
        warnings: 2,
        findings: BTreeMap::from([(Code::TypeDisagreement, BTreeMap::from([(String::new(), disagreements())]))]),
        ..Summary::default()
    }
}

fn disagreements() -> KindCounts {
    let rows = (0..2).map(|place| row(List::Findings, place));
    let first = rows.filter_map(|row| if let Row::Finding(finding) = row { Some(finding) } else { None }).collect();
    KindCounts { items: 2, first }
}

pub(crate) fn built(summary: Summary) -> ManifestFacts {
    ManifestFacts {
        blobs: summary.urls + summary.total_skipped(),
        cut: cut_evenly(&summary.items, summary.bytes, Limits::default()).into(),
        summary,
        file: PathBuf::from("/home/ada/.local/share/azure-to-encord/drafts/7f3a/manifest.json"),
        findings: PathBuf::from("/home/ada/.local/share/azure-to-encord/drafts/7f3a/findings.jsonl"),
    }
}

pub(crate) fn item(place: u64) -> Item {
    let title = format!("berlin/cam-{:02}/2026-03-{:02}/frame-{place:06}.jpg", place % 7, 1 + place % 28);
    let metadata = json!({"camera": format!("cam-{:02}", place % 7), "lux": 310.5, "weather": "rain"});
    let url = format!("https://acmevision.blob.core.windows.net/street-scenes/{title}");
    Item {
        client_metadata: serde_json::from_value(metadata).unwrap(),
        bytes: 1_200_000 + place * 1_733,
        ..Item::new(Kind::Image, title, vec![url])
    }
}

pub(crate) fn failed_unit(place: u64) -> FailedUnit {
    FailedUnit {
        batch: 4,
        object_urls: item(place).urls,
        error: "Unable to read image: the file is truncated (expected 1203456 bytes, got 8192)".into(),
        subtask_uuid: Some(uuid(900 + u128::from(place)).to_string()),
        action_description: Some("Reading image metadata".into()),
    }
}

pub(crate) fn row(list: List, place: u64) -> Row {
    match list {
        List::Items => Row::Item(Box::new(item(place)), (place == 3).then_some(Severity::Warning)),
        List::Skipped => Row::Skipped(Skipped {
            name: format!("berlin/cam-03/calibration/intrinsics-{place}.bin"),
            reason: if place < 4 { SkipReason::FolderMarker } else { SkipReason::UnknownType },
        }),
        List::Findings => Row::Finding(Finding::new(
            Code::TypeDisagreement,
            format!("berlin/cam-01/clip-{place}.mp4"),
            "taken as video by its extension, but stored with the content type image/jpeg",
        )),
        List::Failed | List::FailedBy(_) => Row::Failed(failed_unit(place)),
    }
}

pub(crate) fn total(list: List) -> u64 {
    match list {
        List::Items => summary().total_items(),
        List::Skipped => summary().total_skipped(),
        List::Findings => 2,
        List::Failed | List::FailedBy(_) => 37,
    }
}

fn folder(number: u128, name: &str, description: &str, synced: bool) -> FolderRow {
    FolderRow {
        uuid: uuid(number),
        name: name.into(),
        path: None,
        description: description.into(),
        synced,
        role: FolderRole::Admin,
    }
}

/// Everything is well.
pub(crate) fn well(request: &Request) -> Vec<Reply> {
    one(match request {
        Request::Integration(IntegrationRequest::CheckAzure { .. }) => return checks::replies(checks::well()),
        Request::Integration(IntegrationRequest::Discover) => {
            Reply::Integration(IntegrationReply::Discovered(checks::discovery()))
        }
        Request::Integration(IntegrationRequest::ListContainers { .. }) => {
            let names = ["$web", "raw-2025", "street-scenes", "街景-二〇二六"];
            Reply::Integration(IntegrationReply::Containers(Ok(names.map(str::to_owned).to_vec())))
        }
        Request::Integration(IntegrationRequest::ListPrefixes { prefix, .. }) => {
            let names =
                if prefix.is_empty() { ["berlin/", "köln/", "東京/"] } else { ["cam-00/", "cam-01/", "cam-02/"] };
            let folders = names.iter().map(|name| format!("{prefix}{name}")).collect();
            let result = Ok(PrefixPage { folders, blobs: 3, more: prefix.is_empty() });
            Reply::Integration(IntegrationReply::Prefixes { prefix: prefix.clone(), result })
        }
        Request::Integration(IntegrationRequest::RepairCors { plan, .. }) => {
            Reply::Integration(IntegrationReply::CorsRepaired(Ok(CorsRepair::Done(plan.after.clone()))))
        }
        Request::Integration(IntegrationRequest::MakeSas { .. }) => {
            Reply::Integration(IntegrationReply::SasMade(Ok(SecretString::from(checks::SAS.to_owned()))))
        }
        Request::Integration(IntegrationRequest::ConnectEncord { .. }) => {
            Reply::Integration(IntegrationReply::Encord(EncordReply {
                other_region: None,
                key: Ok(KeyFacts {
                    warning: None,
                    source: "ssh_key_file".into(),
                    fingerprint: "SHA256:4RkSk0QpB7nXy1Zl8m3VtWcJdEoHuGfAaS2iK9bLrTs".into(),
                }),
                wants_passphrase: false,
                login: Some(Ok(vec![
                    Integration { uuid: uuid(1), title: "AWS archive".into() },
                    Integration { uuid: uuid(2), title: "Azure production".into() },
                    Integration { uuid: uuid(3), title: "Azure 試験".into() },
                ])),
            }))
        }
        Request::Schema(SchemaRequest::Read) => Reply::Schema(SchemaReply::Read(Ok(schema()))),
        Request::Schema(SchemaRequest::Infer { .. }) => {
            Reply::Schema(SchemaReply::Inferred(Err(UserError::other("Nothing here holds metadata."))))
        }
        Request::Manifest(ManifestRequest::Build { .. }) => Reply::Manifest(ManifestReply::Built(Ok(built(summary())))),
        Request::Manifest(ManifestRequest::ReadRows { list, first, count, places }) => {
            let rows = match places {
                Some(places) => places.iter().map(|place| row(*list, u64::from(*place))).collect(),
                None => (*first..total(*list).min(first + count)).map(|place| row(*list, place)).collect(),
            };
            Reply::Manifest(ManifestReply::Rows { list: *list, first: *first, rows })
        }
        Request::Run(RunRequest::ReadFailed { cause, first, count }) => {
            let last = total(cause.map_or(List::Failed, List::FailedBy)).min(first + count);
            Reply::Run(RunReply::Failed { first: *first, units: (*first..last).map(failed_unit).collect() })
        }
        // Every third row of a list passes every filter.
        Request::Manifest(ManifestRequest::Search { list, .. }) => {
            let last = u32::try_from(total(*list)).unwrap();
            return vec![
                Reply::Manifest(ManifestReply::Found {
                    places: (0..last / 2).step_by(3).collect(),
                    seen: total(*list) / 2,
                    is_done: false,
                }),
                Reply::Manifest(ManifestReply::Found {
                    places: (last / 2..last).step_by(3).collect(),
                    seen: total(*list),
                    is_done: true,
                }),
            ];
        }
        Request::Manifest(ManifestRequest::FindItem { .. }) => Reply::Manifest(ManifestReply::ItemFound(Some(3))),
        Request::Folder(FolderRequest::List { parent, search, .. }) => {
            let mut rows = vec![
                folder(10, "Archive", "What was labelled before 2025", false),
                folder(11, "Raw", "Untouched recordings, one folder a year", false),
                folder(12, "Mirror", "", true),
            ];
            if !search.is_empty() {
                rows.retain(|row| row.name.to_lowercase().contains(&search.to_lowercase()));
                rows.iter_mut().for_each(|row| row.path = Some(format!("Projects/Street/{}", row.name)));
            }
            if parent.is_some() {
                rows = vec![folder(13, "2025", "", false), folder(14, "2026", "This year's", false)];
            }
            Reply::Folder(FolderReply::Listed(Ok(FolderPage { rows, next: None })))
        }
        Request::Folder(FolderRequest::Resolve { .. }) => {
            Reply::Folder(FolderReply::Resolved(Box::new(Ok(Destination {
                existing: Some(FolderRef { uuid: uuid(11), path: "Raw".into() }),
                create: vec!["2026".into(), "Berlin".into()],
                ..Destination::default()
            }))))
        }
        Request::Folder(FolderRequest::ReadDetails { folder }) => {
            Reply::Folder(FolderReply::Details(Box::new(Ok(FolderDetails {
                folder: FolderRef { uuid: *folder, path: "Raw/2026".into() },
                description: "This year's".into(),
                metadata: Map::new(),
                role: FolderRole::Admin,
                owner: "ada@example.com".into(),
                created_at: "2026-01-05T08:00:00Z".into(),
                remote_url: None,
                counts: Some(FolderCounts { items: 1200, folders: 2, ..FolderCounts::default() }),
            }))))
        }
        Request::Folder(FolderRequest::CountPresent { .. }) => Reply::Folder(FolderReply::Present(Ok(Present {
            looked_at: 1200,
            present: 300,
            of: 1500,
            is_done: true,
            is_cut: false,
        }))),
        Request::Run(RunRequest::Estimate { .. }) => {
            Reply::Run(RunReply::Estimate(Some(Estimate { seconds: 722, runs: 3 })))
        }
        // What these say, a test says itself.
        Request::Integration(IntegrationRequest::WatchIntegrations)
        | Request::Integration(IntegrationRequest::Remember { .. })
        | Request::Run(RunRequest::Start { .. })
        | Request::Run(RunRequest::Stop { .. })
        | Request::Run(RunRequest::Pause { .. })
        | Request::Home(HomeRequest::NameRuns { .. })
        | Request::Run(RunRequest::Resume { .. })
        | Request::Run(RunRequest::Watch { .. })
        | Request::Run(RunRequest::Retry { .. })
        | Request::Home(HomeRequest::Read)
        | Request::Home(HomeRequest::OpenConfig { .. })
        | Request::Home(HomeRequest::DuplicateConfig { .. })
        | Request::Home(HomeRequest::DeleteConfig { .. })
        | Request::Home(HomeRequest::ForgetRun { .. })
        | Request::Home(HomeRequest::PreviewSave { .. })
        | Request::Home(HomeRequest::SaveConfig { .. }) => {
            return Vec::new();
        }
    })
}

/// Nothing is answered.
pub(crate) fn silent(_: &Request) -> Vec<Reply> {
    Vec::new()
}

/// As [`well`], but without any integration to read through and a container that cannot be listed.
pub(crate) fn unwell(request: &Request) -> Vec<Reply> {
    match request {
        Request::Integration(IntegrationRequest::ConnectEncord { .. }) => {
            one(Reply::Integration(IntegrationReply::Encord(EncordReply {
                other_region: None,
                key: Ok(KeyFacts {
                    warning: None,
                    source: "ENCORD_SSH_KEY_FILE".into(),
                    fingerprint: "SHA256:4RkSk0Q".into(),
                }),
                wants_passphrase: false,
                login: Some(Err(refused())),
            })))
        }
        Request::Integration(IntegrationRequest::CheckAzure { .. }) => {
            let mut problem = UserError::other("The container 'street-scenes' cannot be listed.");
            problem.source_message = Some(
                "403 AuthorizationPermissionMismatch: This request is not authorized to perform this operation using this permission."
                    .into(),
            );
            let hint = "The SAS token needs the permissions Read and List (sp=rl) on the container.";
            let check = Check::new("azure.container", CheckState::Fail, problem.to_string()).fix(hint);
            vec![
                Reply::Integration(IntegrationReply::AzureCheck(Box::new(check))),
                Reply::Integration(IntegrationReply::AzureChecked(Err(problem.hint(hint)))),
            ]
        }
        other => well(other),
    }
}

pub(crate) fn running(done: u64) -> Stage {
    Stage::at(Step::Progress, well)
        .run(RunEvent::SchemaSaved(vec!["camera".into(), "weather".into()]))
        .run(RunEvent::Folder { uuid: uuid(20), path: "Raw/2026/Berlin".into(), created: true })
        .run(RunEvent::Started { run: "2026-03-14-7f3a".into(), folder: "Raw/2026/Berlin".into() })
        .run(RunEvent::Progress(Box::new(snapshot(done))))
}

pub(crate) fn finished(state: RunState, snapshot: Snapshot, problem: Option<UserError>) -> Stage {
    let reports = Some(reports("2026-03-14-7f3a"));
    running(5000).run(RunEvent::Finished { state, snapshot: Box::new(snapshot), reports, problem })
}
