//! A cloud-synced folder through the six steps.

use crate::{run::sync_counts::SyncCounts, wizard::tests::*};

const URL: &str = "https://acme.blob.core.windows.net/raw/a/";

fn mirrored() -> Config {
    let mut config = config();
    config.folder.cloud_synced = true;
    config.manifest.prefixes = vec!["a/".into()];
    config.manifest.metadata.sidecar = Some(".m.json".into());
    config
}

/// At step 3.
fn at_manifest(config: Config) -> Harness {
    let mut harness = Harness::new(config);
    harness.connect(Ok(vec![integration(1, "Azure")]));
    harness.container(Ok(false));
    harness.act(Action::Next);
    harness.schema(json!({}));
    harness.act(Action::Next);
    harness
}

fn resolved(harness: &mut Harness, destination: Destination) {
    let reply = Reply::Folder(FolderReply::Resolved(Box::new(Ok(destination))));
    harness.answer(|request| matches!(request, Request::Folder(FolderRequest::Resolve { .. })), reply);
}

fn new() -> Destination {
    let existing = Some(FolderRef { uuid: Uuid::from_u128(5), path: "Raw".into() });
    Destination { existing, create: vec!["2026".into()], ..Destination::default() }
}

fn existing(mirror: Option<&str>) -> Destination {
    Destination {
        existing: Some(FolderRef { uuid: Uuid::from_u128(6), path: "Raw/2026".into() }),
        mirror: mirror.map(|url| Mirror { remote_url: url.into(), sidecar: None }),
        ..Destination::default()
    }
}

fn ready_to_sync() -> Harness {
    let mut harness = at_manifest(mirrored());
    harness.act(Action::Next);
    resolved(&mut harness, new());
    harness.act(Action::Next);
    harness
}

#[test]
fn nothing_is_listed_and_the_plan_has_no_jobs() {
    let mut harness = at_manifest(mirrored());
    assert_eq!((harness.wizard.step(), harness.wizard.status(Step::Manifest)), (Step::Manifest, Status::Ready));
    for action in [Action::Refresh, Action::EditRules, Action::SwitchList, Action::Search, Action::Cancel] {
        harness.act(action);
    }
    assert!(
        !harness.open.iter().any(|(_, request)| matches!(request, Request::Manifest(ManifestRequest::Build { .. })))
    );
    let labels: Vec<&str> = harness.wizard.hints().into_iter().map(|hint| hint.label).collect();
    assert_eq!(labels, ["continue", "back", "help", "quit"]);
    harness.act(Action::Next);
    assert_eq!(harness.wizard.step(), Step::Folder);
    resolved(&mut harness, new());
    harness.act(Action::Next);
    assert_eq!((harness.wizard.step(), harness.wizard.status(Step::Upload)), (Step::Upload, Status::Ready));
    let plan = harness.wizard.plan().unwrap();
    assert!(plan.batches.is_empty() && plan.items.is_empty() && plan.bytes == 0);
    let wanted = Mirror { remote_url: URL.into(), sidecar: Some(".m.json".into()) };
    assert_eq!((plan.destination.mirror, plan.destination.create), (Some(wanted), vec!["2026".to_owned()]));
    // The options of jobs mean nothing here.
    let before = harness.wizard.config().clone();
    harness.act(Action::Toggle);
    assert_eq!(harness.wizard.config(), &before);
    harness.act(Action::Next);
    assert_eq!((harness.wizard.step(), harness.writes()), (Step::Progress, 1));
}

#[test]
fn only_a_folder_that_fits_leads_on() {
    for (destination, mirrors, said) in [
        (new(), Some(URL), None),
        (existing(Some(&URL[..URL.len() - 1])), Some(&URL[..URL.len() - 1]), None),
        (existing(None), None, Some("ordinary")),
        (existing(Some("https://acme.blob.core.windows.net/raw/b/")), None, Some("raw/b/, not")),
    ] {
        let mut harness = at_manifest(mirrored());
        harness.act(Action::Next);
        resolved(&mut harness, destination);
        let found = harness.wizard.plan().and_then(|plan| plan.destination.mirror).map(|mirror| mirror.remote_url);
        assert_eq!(found.as_deref(), mirrors);
        if let Some(said) = said {
            assert!(harness.wizard.folder().problem().unwrap().summary.contains(said));
            harness.act(Action::Next);
            assert_eq!(harness.wizard.step(), Step::Folder);
        }
    }
    // Without the key, a folder that mirrors takes nothing.
    let mut harness = Harness::ready_to_send();
    harness.act(Action::Back);
    harness.act(Action::Refresh);
    resolved(&mut harness, existing(Some(URL)));
    assert!(harness.wizard.plan().is_none());
}

#[test]
fn what_cannot_be_honoured_stops_at_step_3() {
    let mut config = mirrored();
    config.manifest.exclude = vec!["*.tmp".into()];
    let mut harness = at_manifest(config);
    assert!(
        matches!(harness.wizard.status(Step::Manifest), Status::Blocked(problem) if problem.summary.contains("exclude"))
    );
    harness.act(Action::Next);
    assert_eq!(harness.wizard.step(), Step::Manifest);
    harness.act(Action::Back);
    assert_eq!(harness.wizard.step(), Step::Schema);
}

#[test]
fn leaving_a_sync_to_encord_takes_one_press_and_cancels_nothing() {
    let mut harness = ready_to_sync();
    harness.act(Action::Next);
    let id = harness.running(|request| matches!(request, Request::Run(RunRequest::Start { .. })));
    let tell =
        |harness: &mut Harness, reply| harness.event(Event::Reply { id, reply: Reply::Run(RunReply::Event(reply)) });
    tell(&mut harness, RunEvent::Started { run: "r".into(), folder: "Raw/2026/Berlin".into() });
    let counts =
        SyncCounts { state: BatchState::Pending, pages: [1, 4, 0, 0], units: [9, 5, 0, 0], ..Default::default() };
    let snapshot =
        Snapshot { total: 14, done: 5, per_second: 2.0, elapsed: 9, sync: Some(counts), ..Snapshot::default() };
    assert_eq!(snapshot.eta(), None, "the total still grows");
    let listed = Snapshot { sync: Some(SyncCounts { pages: [0, 5, 0, 0], ..counts }), ..snapshot.clone() };
    assert_eq!(listed.eta(), Some(5));
    tell(&mut harness, RunEvent::Progress(Box::new(snapshot.clone())));
    assert_eq!(harness.wizard.hints()[0], Hint::new(Action::Cancel, "leave it to Encord"));
    harness.act(Action::Cancel);
    harness.act(Action::Cancel);
    let stops =
        harness.open.iter().filter(|(_, request)| matches!(request, Request::Run(RunRequest::Stop { .. }))).count();
    assert_eq!(stops, 1);
    tell(
        &mut harness,
        RunEvent::Finished { state: RunState::Running, snapshot: Box::new(snapshot), reports: None, problem: None },
    );
    assert_eq!(harness.wizard.progress().outcome(), Some(RunState::Running));
    harness.act(Action::Next);
    assert!(harness.exited);
}

#[test]
fn the_outcome_is_told_in_sentences() {
    let held = |items, tombstones| Some(crate::run::sync_counts::Held { items, tombstones });
    let counts = |pages, units, held| SyncCounts { state: BatchState::Done, pages, units, held, ..Default::default() };
    for (state, counts, parts) in [
        (
            RunState::Done,
            counts([0, 1, 0, 0], [0, 1200, 0, 0], held(1200, 0)),
            &["1,200 files are registered", "1,200 items."][..],
        ),
        (
            RunState::Done,
            counts([0, 1, 0, 0], [0, 1, 0, 0], held(4, 3)),
            &["1 file is registered", "4 items, 3 of them without"],
        ),
        (
            RunState::Done,
            counts([0, 1, 0, 0], [0, 9, 0, 0], held(4, 0)),
            &["9 files", "4 items.", "fewer than the files counted"],
        ),
        (
            RunState::DoneWithErrors,
            counts([0, 1, 2, 0], [0, 9, 1, 0], None),
            &["1 failed", "2 pages", "does not tell which"],
        ),
        (RunState::Running, counts([1, 0, 0, 0], [0; 4], None), &["goes on syncing 'Raw/M'"]),
        (RunState::Running, SyncCounts::default(), &["'Raw/M' has not begun"]),
        (RunState::Failed, counts([0; 4], [0; 4], None), &["Failed: 0 files are registered."]),
        (RunState::Cancelled, counts([0, 0, 0, 1], [0; 4], None), &["Cancelled: 0 files", "1 page of"]),
    ] {
        let told = sync_outcome(state, &counts, "Raw/M");
        assert_eq!(told.len(), parts.len(), "{told:?}");
        for (sentence, part) in told.iter().zip(parts) {
            assert!(sentence.contains(part), "{sentence}");
        }
    }
}
