//! Every screen in its states, as text; and what must hold of all of them.

mod checks;
pub(super) mod fixtures;
mod folder;
mod home;
mod inferred;
mod integration;
mod manifest;
mod mirrored;
mod panels;
mod schema;

use fixtures::{
    Stage, UTF8, built, config, finished, frame, item, one, refused, running, silent, snapshot, summary, unwell, well,
};
use proptest::prelude::*;

use crate::{
    manifest::Kind,
    schema::{KeyType, Scalar},
    store::{BatchState, RunState, Summary, config::Config},
    tui::Theme,
    wizard::{
        Action, Destination, EncordReply, List, Problem, Reply, Request, Row, RunReply, Step, UploadOption, Wizard,
    },
};

fn shows(name: &str, wizard: &Wizard) {
    for (width, height) in [(80, 24), (120, 40)] {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), frame(wizard, UTF8, width, height));
    }
}

fn shows_as(name: &str, wizard: &Wizard, theme: Theme, width: u16, height: u16) {
    insta::assert_snapshot!(name, frame(wizard, theme, width, height));
}

const PLAIN: Theme = Theme::new(false, false);

#[test]
fn schema_screens() {
    shows(
        "schema_reading",
        &Stage::at(Step::Schema, |r| if matches!(r, Request::ReadSchema) { Vec::new() } else { well(r) }).wizard,
    );
    shows("schema_changes", &Stage::at(Step::Schema, well).wizard);
    shows_as("schema_changes_ascii", &Stage::at(Step::Schema, well).wizard, PLAIN, 60, 20);
    let nothing = |request: &Request| match request {
        Request::ReadSchema => one(Reply::Schema(Ok(serde_json::Map::new()))),
        other => well(other),
    };
    let mut keyless = config();
    keyless.schema.keys.clear();
    shows("schema_empty", &Stage::new(keyless, nothing).press(Action::Next).wizard);
    let mut clashing = config();
    clashing.schema.keys.insert("captured_at".into(), KeyType::Scalar(Scalar::Number));
    let clash = Stage::new(clashing, well).press(Action::Next);
    shows("schema_conflict", &clash.wizard);
    shows("schema_conflict_kept", &clash.press(Action::KeepTheirs).wizard);
    let failing = |request: &Request| match request {
        Request::ReadSchema => one(Reply::Schema(Err(refused()))),
        other => well(other),
    };
    shows("schema_failed", &Stage::at(Step::Schema, failing).wizard);
    let long = |request: &Request| match request {
        Request::ReadSchema => {
            let mut keys = fixtures::schema();
            keys.extend((0..3000).map(|n| (format!("key-{n:04}"), serde_json::json!({"ty": "geospatial"}))));
            one(Reply::Schema(Ok(keys)))
        }
        other => well(other),
    };
    shows("schema_long", &Stage::at(Step::Schema, long).press(Action::Bottom).wizard);
}

fn unlisted(request: &Request) -> Vec<Reply> {
    if matches!(request, Request::BuildManifest { .. }) { Vec::new() } else { well(request) }
}

#[test]
fn upload_screens() {
    let ready = Stage::at(Step::Upload, well);
    shows("upload_ready", &ready.wizard);
    shows_as("upload_ready_60x20", &ready.wizard, UTF8, 60, 20);
    shows_as("upload_ready_ascii", &ready.wizard, PLAIN, 80, 24);
    shows("upload_changed", &ready.press(Action::Down).press(Action::Toggle).wizard);
    shows_as("upload_unseen", &Stage::attended(Step::Upload).wizard, UTF8, 80, 24);
    let everything = |request: &Request| match request {
        Request::BuildManifest { .. } => {
            let items = Kind::ALL.into_iter().zip(100_000..).collect();
            one(Reply::Manifest(Ok(built(Summary { items, ..summary() }))))
        }
        Request::ResolveFolder { .. } => one(Reply::FolderResolved(Box::new(Ok(Destination {
            existing: None,
            create: vec!["New".into()],
            ..Destination::default()
        })))),
        other => well(other),
    };
    let all = Stage::at(Step::Upload, everything).times(UploadOption::ALL.len(), Action::Down);
    shows("upload_everything", &all.wizard);
    shows_as("upload_everything_60x20", &all.wizard, UTF8, 60, 20);
    let failing = |request: &Request| match request {
        Request::CheckAzure { .. } => checks::replies(checks::three_failures()),
        other => well(other),
    };
    let mut despite = Stage::new(config(), failing).press(Action::Overrule).press(Action::Yes);
    despite = despite.times(4, Action::Next);
    shows("upload_despite", &despite.wizard);
    shows_as("upload_despite_60x20", &despite.wizard, UTF8, 60, 20);
}

#[test]
fn progress_screens() {
    shows("progress_preparing", &Stage::at(Step::Progress, well).wizard);
    let mut noted = snapshot(5000);
    noted.note = Some("Encord asked to slow down; the next request goes out in 20 s.".into());
    let run = running(5000);
    shows("progress_running", &run.wizard);
    shows_as("progress_running_60x20", &run.wizard, UTF8, 60, 20);
    shows_as("progress_running_ascii", &run.wizard, PLAIN, 80, 24);
    let run = run.run(RunReply::Progress(Box::new(noted)));
    let failures = run.press(Action::SwitchList).times(3, Action::Down);
    shows("progress_failed_items", &failures.wizard);
    let whole = failures.press(Action::Toggle);
    shows_as("progress_failed_item_whole_60x20", &whole.wizard, UTF8, 60, 20);
    shows_as("progress_failed_item_whole_end_60x20", &whole.times(500, Action::Down).wizard, UTF8, 60, 20);
    shows("progress_stopping", &running(5000).press(Action::Cancel).wizard);
    shows("progress_cancelling", &running(5000).press(Action::Cancel).press(Action::Cancel).wizard);
    shows("progress_refused", &Stage::at(Step::Progress, well).run(RunReply::Refused(refused())).wizard);
}

#[test]
fn progress_ends() {
    let mut clean = snapshot(20_000);
    clean.jobs.iter_mut().for_each(|job| (job.done, job.errors, job.state) = (job.count, 0, BatchState::Done));
    (clean.done, clean.errors, clean.failed_rows) = (clean.total, 0, 0);
    shows("progress_done", &finished(RunState::Done, clean, None).wizard);
    let with_errors = finished(RunState::DoneWithErrors, snapshot(20_000), None);
    shows("progress_done_with_errors", &with_errors.wizard);
    shows_as("progress_done_with_errors_60x20", &with_errors.wizard, UTF8, 60, 20);
    let mut broken = snapshot(3000);
    for job in broken.jobs.iter_mut().filter(|job| job.state == BatchState::Pending) {
        job.state = BatchState::Error;
        job.message = Some("500 Internal Server Error: job lost\u{1b}[0m".into());
    }
    let failed = finished(RunState::Failed, broken, Some(refused()));
    shows("progress_failed", &failed.times(5, Action::Down).wizard);
    let mut cancelled = snapshot(3000);
    for job in cancelled.jobs.iter_mut().filter(|job| !job.state.is_final()) {
        (job.state, job.cancelled) = (BatchState::Cancelled, job.count - job.done);
    }
    cancelled.cancelled = cancelled.jobs.iter().map(|job| job.cancelled).sum();
    shows("progress_cancelled", &finished(RunState::Cancelled, cancelled, None).wizard);
}

#[test]
fn overlays() {
    for step in Step::ALL {
        let help = Stage::at(step, well).press(Action::Help);
        shows_as(&format!("help_{}", step.title().to_lowercase()), &help.wizard, UTF8, 80, 24);
    }
    shows_as("help_ascii", &Stage::at(Step::Folder, well).press(Action::Help).wizard, PLAIN, 60, 20);
    let search = Stage::at(Step::Upload, well).press(Action::Search);
    shows_as("nothing_to_search_60x20", &search.wizard, PLAIN, 60, 20);
    shows_as("nothing_to_search", &search.type_in("dXq").wizard, UTF8, 80, 24);
    shows_as("quit_while_running", &running(5000).press(Action::Quit).wizard, UTF8, 80, 24);
    shows_as("quit_while_listing", &Stage::at(Step::Manifest, unlisted).press(Action::Quit).wizard, UTF8, 60, 20);
}

#[test]
fn too_small_a_terminal_is_told() {
    let stage = Stage::new(config(), well);
    assert!(frame(&stage.wizard, UTF8, 59, 20).contains("needs 60×20, this is 59×20"));
    assert!(frame(&stage.wizard, PLAIN, 60, 19).contains("needs 60x20, this is 60x19"));
    assert_eq!(frame(&stage.wizard, UTF8, 10, 1), "needs 60×…\n");
}

#[test]
fn ascii_means_ascii() {
    for step in Step::ALL {
        let text = frame(&Stage::at(step, well).wizard, PLAIN, 100, 30);
        assert!(text.is_ascii(), "{text}");
    }
    for stage in panels::stages()
        .into_iter()
        .chain(schema::stages())
        .chain(inferred::stages())
        .chain(folder::stages())
        .chain(home::stages())
    {
        let text = frame(&stage.wizard, PLAIN, 100, 30);
        assert!(text.is_ascii(), "{text}");
    }
    let failures = running(5000).press(Action::SwitchList);
    assert!(frame(&failures.wizard, PLAIN, 100, 30).is_ascii());
}

#[test]
fn secrets_and_control_characters_never_reach_the_screen() {
    let wanted = |request: &Request| match request {
        Request::ConnectEncord { .. } => one(Reply::Encord(EncordReply {
            other_region: None,
            key: Err(Problem::config("encrypted")),
            wants_passphrase: true,
            login: None,
        })),
        other => well(other),
    };
    let stage = Stage::new(config(), wanted).type_in("hunter2");
    let text = frame(&stage.wizard, UTF8, 120, 40);
    assert!(text.contains("•••••••") && !text.contains("hunter2"), "{text}");
    for stage in [Stage::new(config(), unwell), running(5000).run(RunReply::Refused(refused()))] {
        let text = frame(&stage.wizard, UTF8, 120, 40);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        assert!(text.contains("^[[31mred"), "{text}");
    }
}

#[test]
fn what_has_not_been_read_is_drawn_as_such() {
    let answers =
        |request: &Request| if matches!(request, Request::ReadRows { .. }) { Vec::new() } else { well(request) };
    let stage = Stage::at(Step::Manifest, answers);
    assert!(frame(&stage.wizard, UTF8, 80, 24).contains("> …"));
    let stage =
        stage.reply(Reply::Rows { list: List::Items, first: 0, rows: vec![Row::Item(Box::new(item(0)), None)] });
    let text = frame(&stage.wizard, UTF8, 80, 24);
    assert!(text.contains(">    image") && text.contains("frame-000000.jpg"), "{text}");
}

fn stages() -> Vec<Stage> {
    let mut stages: Vec<Stage> = Step::ALL.into_iter().map(|step| Stage::at(step, well)).collect();
    stages.push(Stage::new(config(), unwell));
    stages.push(Stage::new(Config::default(), silent));
    stages.push(Stage::at(Step::Manifest, unlisted));
    stages.push(Stage::at(Step::Folder, well).press(Action::New).type_in("a/中文/b"));
    stages.push(Stage::at(Step::Folder, well).press(Action::Help));
    stages.push(running(5000).press(Action::SwitchList));
    stages.push(running(5000).press(Action::SwitchList).press(Action::Toggle));
    stages.push(running(5000).press(Action::Quit));
    stages.push(finished(RunState::Failed, snapshot(3000), Some(refused())));
    stages.extend(panels::stages());
    stages.extend(schema::stages());
    stages.extend(inferred::stages());
    stages.extend(folder::stages());
    stages.extend(mirrored::stages());
    stages.extend(home::stages());
    stages
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]
    #[test]
    fn no_size_panics(width in 1_u16..200, height in 1_u16..60, utf8: bool) {
        for stage in stages() {
            frame(&stage.wizard, Theme::new(true, utf8), width, height);
        }
    }
}

#[test]
fn the_smallest_sizes_do_not_panic() {
    for stage in stages() {
        for (width, height) in [(1, 1), (1, 60), (200, 1), (60, 20), (61, 20), (60, 21)] {
            frame(&stage.wizard, UTF8, width, height);
        }
    }
}

/// Nothing that a footer promises is cut off.
#[test]
fn footers_hold_whole_hints_and_always_the_way_out() {
    for stage in stages() {
        for width in [60, 80, 100, 120] {
            let text = frame(&stage.wizard, UTF8, width, 24);
            let footer = text.lines().nth(23).unwrap().to_owned();
            let last = stage.wizard.hints().last().unwrap().label;
            assert!(footer.ends_with(last), "{width}: {footer}");
        }
    }
}
