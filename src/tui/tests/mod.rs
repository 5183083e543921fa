//! Every screen in its states, as text; and what must hold of all of them.

/// Stages, each made anew as often as it is asked for.
macro_rules! stages {
    ($($stage:expr),+ $(,)?) => { vec![$(Box::new(move || $stage) as $crate::tui::tests::fixtures::Build),+] };
}

mod bars;
mod checks;
pub(crate) mod fixtures;
mod folder;
mod help;
pub(crate) mod home;
mod inferred;
mod integration;
mod manifest;
mod mirrored;
mod palette;
mod panels;
mod pictures;
pub(crate) mod places;
mod progress;
pub(crate) mod readable;
mod run_fixtures;
mod schema;
mod shown;

use proptest::prelude::*;

use crate::{
    config::Config,
    error::UserError,
    manifest::{kind::Kind, summary::Summary},
    schema::key_type::{KeyType, Scalar},
    tui::{
        tests::{
            fixtures::{
                Build, Stage, UTF8, built, config, frame, item, one, refused, running, silent, summary, unwell, well,
            },
            shown::{PLAIN, shows},
        },
        theme::Theme,
    },
    wizard::{
        action::Action,
        connections::EncordReply,
        destination::Destination,
        effect::{Reply, Request},
        folder::messages::{FolderReply, FolderRequest},
        integration::messages::{IntegrationReply, IntegrationRequest},
        list::{List, Row},
        manifest::messages::{ManifestReply, ManifestRequest},
        progress::messages::{RunEvent, RunReply, RunRequest},
        schema::messages::{SchemaReply, SchemaRequest},
        step::Step,
        upload::option::UploadOption,
    },
};

#[test]
fn schema_screens() {
    shows(
        "schema_reading",
        &Stage::at(
            Step::Schema,
            |r| if matches!(r, Request::Schema(SchemaRequest::Read)) { Vec::new() } else { well(r) },
        )
        .wizard,
    );
    shows("schema_changes", &Stage::at(Step::Schema, well).wizard);
    let nothing = |request: &Request| match request {
        Request::Schema(SchemaRequest::Read) => one(Reply::Schema(SchemaReply::Read(Ok(serde_json::Map::new())))),
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
        Request::Schema(SchemaRequest::Read) => one(Reply::Schema(SchemaReply::Read(Err(refused())))),
        other => well(other),
    };
    shows("schema_failed", &Stage::at(Step::Schema, failing).wizard);
    let long = |request: &Request| match request {
        Request::Schema(SchemaRequest::Read) => {
            let mut keys = fixtures::schema();
            keys.extend((0..3000).map(|n| (format!("key-{n:04}"), serde_json::json!({"ty": "geospatial"}))));
            one(Reply::Schema(SchemaReply::Read(Ok(keys))))
        }
        other => well(other),
    };
    shows("schema_long", &Stage::at(Step::Schema, long).press(Action::Bottom).wizard);
}

fn unlisted(request: &Request) -> Vec<Reply> {
    if matches!(request, Request::Manifest(ManifestRequest::Build { .. })) { Vec::new() } else { well(request) }
}

#[test]
fn upload_screens() {
    let ready = Stage::at(Step::Upload, well);
    shows("upload_ready", &ready.wizard);
    shows("upload_changed", &ready.press(Action::Down).press(Action::Toggle).wizard);
    shows("upload_unseen", &Stage::attended(Step::Upload).wizard);
    shows("upload_scrolled", &Stage::at(Step::Upload, well).press(Action::Bottom).wizard);
    let equivalent = Stage::at(Step::Upload, well).press(Action::SwitchList);
    shows("upload_equivalent", &equivalent.wizard);
    let copied = equivalent.press(Action::Copy).press(Action::Bottom);
    assert_eq!(copied.copied.len(), 1);
    shows("upload_equivalent_copied", &copied.wizard);
    // Names of wide characters, a long value, a change that the command line does not know of.
    let mut odd = config();
    odd.folder.path = Some("原始数据/二〇二六年/柏林街景".into());
    odd.manifest.include = vec![format!("**/{}  two  spaces/*.jpg", "目录/".repeat(30))];
    let foreign = |request: &Request| match request {
        Request::Folder(FolderRequest::Resolve { .. }) => {
            one(Reply::Folder(FolderReply::Resolved(Box::new(Ok(Destination {
                create: vec!["原始数据".into(), "二〇二六年".into(), "柏林街景".repeat(12)],
                notes: vec!["Your role in the folder '原始数据' is User, not Admin.".into()],
                ..Destination::default()
            })))))
        }
        Request::Run(RunRequest::Estimate { .. }) => one(Reply::Run(RunReply::Estimate(None))),
        other => well(other),
    };
    let mut odd = Stage::new(odd, foreign).times(4, Action::Next).press(Action::Down).press(Action::Toggle);
    assert_eq!(odd.wizard.step(), Step::Upload);
    shows("upload_chinese", &odd.wizard);
    odd = odd.press(Action::SwitchList);
    shows("upload_equivalent_chinese", &odd.wizard);
    let everything = |request: &Request| match request {
        Request::Manifest(ManifestRequest::Build { .. }) => {
            let items = Kind::ALL.into_iter().zip(100_000..).collect();
            one(Reply::Manifest(ManifestReply::Built(Ok(built(Summary { items, ..summary() })))))
        }
        Request::Folder(FolderRequest::Resolve { .. }) => {
            one(Reply::Folder(FolderReply::Resolved(Box::new(Ok(Destination {
                existing: None,
                create: vec!["New".into()],
                ..Destination::default()
            })))))
        }
        other => well(other),
    };
    let all = Stage::at(Step::Upload, everything).times(UploadOption::ALL.len(), Action::Down);
    shows("upload_everything", &all.wizard);
    let failing = |request: &Request| match request {
        Request::Integration(IntegrationRequest::CheckAzure { .. }) => checks::replies(checks::three_failures()),
        other => well(other),
    };
    let mut despite = Stage::new(config(), failing).press(Action::Overrule).press(Action::Yes);
    despite = despite.times(4, Action::Next);
    shows("upload_despite", &despite.wizard);
}

#[test]
fn overlays() {
    for step in Step::ALL {
        let help = Stage::at(step, well).press(Action::Help);
        shows(&format!("help_{}", step.title().to_lowercase()), &help.wizard);
    }
    let search = Stage::at(Step::Upload, well).press(Action::Search);
    shows("nothing_to_search", &search.type_in("dXq").wizard);
    shows("quit_while_running", &running(5000).press(Action::Quit).wizard);
    shows("quit_while_listing", &Stage::at(Step::Manifest, unlisted).press(Action::Quit).wizard);
}

#[test]
fn too_small_a_terminal_is_told() {
    let stage = Stage::new(config(), well);
    assert!(frame(&stage.wizard, UTF8, 59, 20).contains("needs 60×20, this is 59×20"));
    assert!(frame(&stage.wizard, PLAIN, 60, 19).contains("needs 60x20, this is 60x19"));
    assert_eq!(frame(&stage.wizard, UTF8, 10, 1), "needs 60×…\n");
}

#[test]
fn every_stage_is_readable_at_every_size_without_colour_and_in_ascii() {
    for (place, build) in stages().iter().enumerate() {
        readable::holds_in_every_mode(&format!("stage {place}"), &build().wizard);
    }
}

#[test]
fn secrets_and_control_characters_never_reach_the_screen() {
    let wanted = |request: &Request| match request {
        Request::Integration(IntegrationRequest::ConnectEncord { .. }) => {
            one(Reply::Integration(IntegrationReply::Encord(EncordReply {
                other_region: None,
                key: Err(UserError::config("encrypted")),
                wants_passphrase: true,
                login: None,
            })))
        }
        other => well(other),
    };
    let stage = Stage::new(config(), wanted).type_in("hunter2");
    let text = frame(&stage.wizard, UTF8, 120, 40);
    assert!(text.contains("•••••••") && !text.contains("hunter2"), "{text}");
    for stage in [Stage::new(config(), unwell), running(5000).run(RunEvent::Refused(refused()))] {
        let text = frame(&stage.wizard, UTF8, 120, 40);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        assert!(text.contains("^[[31mred"), "{text}");
    }
}

#[test]
fn what_has_not_been_read_is_drawn_as_such() {
    let answers = |request: &Request| {
        if matches!(request, Request::Manifest(ManifestRequest::ReadRows { .. })) { Vec::new() } else { well(request) }
    };
    let stage = Stage::at(Step::Manifest, answers);
    assert!(frame(&stage.wizard, UTF8, 80, 24).contains("> …"));
    let stage = stage.reply(Reply::Manifest(ManifestReply::Rows {
        list: List::Items,
        first: 0,
        rows: vec![Row::Item(Box::new(item(0)), None)],
    }));
    let text = frame(&stage.wizard, UTF8, 80, 24);
    assert!(text.contains(">    image") && text.contains("frame-000000.jpg"), "{text}");
}

/// Where everything that must hold of all screens is tried.
pub(super) fn stages() -> Vec<Build> {
    let mut stages: Vec<Build> =
        Step::ALL.into_iter().map(|step| Box::new(move || Stage::at(step, well)) as Build).collect();
    stages.extend(stages![
        Stage::new(config(), unwell),
        Stage::new(Config::default(), silent),
        Stage::at(Step::Manifest, unlisted),
        Stage::at(Step::Manifest, well).press(Action::SwitchList).press(Action::SwitchList),
        Stage::at(Step::Manifest, well).press(Action::Toggle),
        Stage::at(Step::Manifest, well).press(Action::Search).type_in("fr"),
        Stage::at(Step::Manifest, well).press(Action::EditRules).type_in("**/*.jpg"),
        Stage::at(Step::Folder, well).press(Action::New).type_in("a/中文/b"),
        Stage::at(Step::Folder, well).press(Action::Help),
        Stage::at(Step::Upload, well).press(Action::SwitchList),
        Stage::at(Step::Upload, well).press(Action::Down).press(Action::Toggle),
        Stage::at(Step::Upload, well).press(Action::Palette).type_in("o"),
        Stage::at(Step::Upload, well).press(Action::Search),
    ]);
    for more in [panels::stages(), schema::stages(), inferred::stages(), folder::stages(), mirrored::stages()] {
        stages.extend(more);
    }
    stages.extend(progress::stages());
    stages.extend(home::stages());
    stages
}

proptest! {
    #![proptest_config(crate::seeds::cases(60))]
    #[test]
    fn no_size_panics(width in 1_u16..200, height in 1_u16..60, utf8: bool) {
        for stage in stages().iter().map(|build| build()) {
            frame(&stage.wizard, Theme::new(true, utf8), width, height);
        }
    }
}

#[test]
fn the_smallest_sizes_do_not_panic() {
    for stage in stages().iter().map(|build| build()) {
        for (width, height) in [(1, 1), (1, 60), (200, 1), (60, 20), (61, 20), (60, 21)] {
            for utf8 in [true, false] {
                frame(&stage.wizard, Theme::new(true, utf8), width, height);
            }
        }
    }
}

/// Nothing that a footer promises is cut off; the way on and the help are always there, and so are the keys that begin something
/// and that search.
#[test]
fn footers_hold_whole_hints_and_always_the_way_on() {
    for stage in stages().iter().map(|build| build()) {
        for width in [60, 80, 100, 120] {
            let text = frame(&stage.wizard, UTF8, width, 24);
            let footer = text.lines().nth(23).unwrap().to_owned();
            assert!(footer.chars().count() <= usize::from(width), "{footer}");
            let hints = stage.wizard.hints();
            for (place, hint) in hints.iter().enumerate() {
                let stays = matches!(hint.action, Action::Help | Action::Next | Action::New | Action::Search);
                if (stays || place == 0) && hints.iter().all(|other| other == hint || other.action != hint.action) {
                    assert!(footer.contains(&format!(" {}", hint.label)), "{width}: {} in {footer}", hint.label);
                }
            }
        }
    }
}
