//! The screens of a cloud-synced folder.

use crate::{
    config::Config,
    error::UserError,
    run::{
        state::{BatchState, RunState},
        sync_counts::{Held, SyncCounts},
    },
    tui::tests::{
        fixtures::{Build, Stage, config, one, reports, uuid, well},
        shown::shows,
    },
    wizard::{
        action::Action,
        destination::{Destination, FolderRef, Mirror},
        effect::{Reply, Request},
        folder::messages::{FolderReply, FolderRequest},
        progress::{messages::RunEvent, snapshot::Snapshot},
        step::Step,
    },
};

const URL: &str = "https://acmevision.blob.core.windows.net/street-scenes/berlin/%E5%9B%BE/";

fn mirrored() -> Config {
    let mut config = config();
    config.folder.cloud_synced = true;
    config.manifest.prefixes = vec!["berlin/图/".into()];
    config.manifest.metadata.sidecar = Some(".metadata.json".into());
    config
}

fn at(config: Config, step: Step, answers: fn(&Request) -> Vec<Reply>) -> Stage {
    let mut stage = Stage::new(config, answers);
    while stage.wizard.step() < step {
        let before = stage.wizard.step();
        stage = stage.press(Action::Next);
        assert!(stage.wizard.step() > before, "stuck at {before:?}: {:?}", stage.wizard.status(before));
    }
    stage
}

fn again(request: &Request) -> Vec<Reply> {
    match request {
        Request::Folder(FolderRequest::Resolve { .. }) => {
            one(Reply::Folder(FolderReply::Resolved(Box::new(Ok(Destination {
                existing: Some(FolderRef { uuid: uuid(12), path: "Mirror".into() }),
                mirror: Some(Mirror { remote_url: URL.into(), sidecar: None }),
                items: Some(12_345),
                ..Destination::default()
            })))))
        }
        other => well(other),
    }
}

fn counts() -> SyncCounts {
    SyncCounts {
        state: BatchState::Pending,
        job: Some(uuid(77)),
        pages: [12, 340, 1, 0],
        jobs: [3, 31, 0],
        units: [41_200, 1_210_345, 17, 0],
        held: None,
    }
}

fn snapshot(counts: SyncCounts, note: Option<&str>) -> Box<Snapshot> {
    Box::new(Snapshot {
        total: counts.files(),
        done: counts.registered(),
        errors: counts.failed(),
        per_second: 412.7,
        elapsed: 3_725,
        note: note.map(str::to_owned),
        sync: Some(counts),
        ..Snapshot::default()
    })
}

fn syncing(counts: SyncCounts, note: Option<&str>) -> Stage {
    at(mirrored(), Step::Progress, well)
        .run(RunEvent::SchemaSaved(Vec::new()))
        .run(RunEvent::Folder { uuid: uuid(20), path: "Raw/2026/Berlin".into(), created: true })
        .run(RunEvent::Started { run: "20260401-031500-a1b2c3".into(), folder: "Raw/2026/Berlin".into() })
        .run(RunEvent::Progress(snapshot(counts, note)))
}

fn ended(state: RunState, counts: SyncCounts, problem: Option<UserError>) -> Stage {
    syncing(counts, None).run(RunEvent::Finished {
        state,
        snapshot: snapshot(counts, None),
        reports: Some(reports("20260401-031500-a1b2c3")),
        problem,
    })
}

fn failed() -> Stage {
    let mut problem = UserError::other(
        "Encord gave up the sync of the folder 'Raw/2026/Berlin'. 1 page of the container's listing failed.",
    );
    problem.source_message = Some("AuthorizationPermissionMismatch".into());
    let problem = problem.hint("Most likely the integration may not list the container.");
    let counts = SyncCounts { state: BatchState::Error, pages: [0, 0, 1, 0], jobs: [0; 3], units: [0; 4], ..counts() };
    ended(RunState::Failed, counts, Some(problem))
}

/// With a rule that such a folder cannot follow.
fn refused() -> Config {
    let mut refused = mirrored();
    refused.manifest.include = vec!["*.jpg".into()];
    refused
}

fn unhonoured() -> Config {
    let mut config = mirrored();
    config.manifest.metadata.sidecar = None;
    config.manifest.metadata.path = Some("{site}/{rest}".into());
    config.encord.strict_client_only = true;
    config
}

pub(super) fn stages() -> Vec<Build> {
    stages![
        at(mirrored(), Step::Manifest, well),
        at(refused(), Step::Manifest, well),
        at(unhonoured(), Step::Upload, well),
        at(mirrored(), Step::Upload, again),
        syncing(counts(), Some("Encord asked for a pause of 30 s.")),
        syncing(counts(), None).press(Action::Quit),
        failed(),
    ]
}

#[test]
fn mirror_screens() {
    shows("mirror_manifest", &at(mirrored(), Step::Manifest, well).wizard);
    shows("mirror_manifest_refused", &at(refused(), Step::Manifest, well).wizard);
    shows("mirror_review", &at(mirrored(), Step::Upload, well).wizard);
    shows("mirror_review_unhonoured", &at(unhonoured(), Step::Upload, well).wizard);
    shows("mirror_review_again", &at(mirrored(), Step::Upload, again).wizard);
}

#[test]
fn sync_screens() {
    shows("sync_prepares", &at(mirrored(), Step::Progress, well).wizard);
    let begins = SyncCounts { state: BatchState::Sending, ..SyncCounts::default() };
    shows("sync_begins", &syncing(begins, None).wizard);
    let note = "Encord does not answer (502: Bad gateway). Asking again in 4 s.";
    shows("sync_lists", &syncing(counts(), Some(note)).wizard);
    let listed = SyncCounts { pages: [0, 352, 1, 0], ..counts() };
    shows("sync_registers", &syncing(listed, None).wizard);
    shows("sync_quits", &syncing(counts(), None).press(Action::Quit).wizard);
    let held = Some(Held { items: 1_251_600, tombstones: 38 });
    let done = SyncCounts {
        state: BatchState::Done,
        pages: [0, 353, 0, 0],
        jobs: [0, 34, 0],
        units: [0, 1_251_562, 0, 0],
        held,
        ..counts()
    };
    shows("sync_done", &ended(RunState::Done, done, None).wizard);
    let partly = SyncCounts { pages: [0, 352, 1, 0], units: [0, 1_251_545, 17, 0], ..done };
    shows("sync_partly", &ended(RunState::DoneWithErrors, partly, None).wizard);
    shows("sync_failed", &failed().wizard);
    shows("sync_left", &ended(RunState::Running, counts(), None).wizard);
}
