//! Every screen in its states, as text; and what must hold of all of them.

mod bars;
mod checks;
pub(crate) mod fixtures;
mod folder;
pub(super) mod home;
mod inferred;
mod integration;
mod manifest;
mod mirrored;
mod palette;
mod panels;
mod pictures;
mod progress;
mod schema;

use fixtures::{Stage, UTF8, built, config, frame, item, one, refused, running, silent, summary, unwell, well};
use proptest::prelude::*;

use crate::{
    manifest::Kind,
    schema::{KeyType, Scalar},
    store::{Summary, config::Config},
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
    shows_as("upload_scrolled_60x20", &Stage::at(Step::Upload, well).press(Action::Bottom).wizard, UTF8, 60, 20);
    let equivalent = Stage::at(Step::Upload, well).press(Action::SwitchList);
    shows("upload_equivalent", &equivalent.wizard);
    shows_as("upload_equivalent_60x20", &equivalent.wizard, UTF8, 60, 20);
    let copied = equivalent.press(Action::Copy).press(Action::Bottom);
    assert_eq!(copied.copied.len(), 1);
    shows_as("upload_equivalent_copied_60x20", &copied.wizard, PLAIN, 60, 20);
    // Names of wide characters, a long value, a change that the command line does not know of.
    let mut odd = config();
    odd.folder.path = Some("原始数据/二〇二六年/柏林街景".into());
    odd.manifest.include = vec![format!("**/{}  two  spaces/*.jpg", "目录/".repeat(30))];
    let foreign = |request: &Request| match request {
        Request::ResolveFolder { .. } => one(Reply::FolderResolved(Box::new(Ok(Destination {
            create: vec!["原始数据".into(), "二〇二六年".into(), "柏林街景".repeat(12)],
            notes: vec!["Your role in the folder '原始数据' is User, not Admin.".into()],
            ..Destination::default()
        })))),
        Request::EstimateRun { .. } => one(Reply::Estimate(None)),
        other => well(other),
    };
    let mut odd = Stage::new(odd, foreign).times(4, Action::Next).press(Action::Down).press(Action::Toggle);
    assert_eq!(odd.wizard.step(), Step::Upload);
    shows_as("upload_chinese_60x20", &odd.wizard, UTF8, 60, 20);
    shows_as("upload_chinese_no_colour", &odd.wizard, Theme::new(true, false), 80, 24);
    odd = odd.press(Action::SwitchList);
    shows_as("upload_equivalent_chinese_60x20", &odd.wizard, UTF8, 60, 20);
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
fn overlays() {
    for step in Step::ALL {
        let help = Stage::at(step, well).press(Action::Help);
        shows_as(&format!("help_{}", step.title().to_lowercase()), &help.wizard, UTF8, 80, 24);
    }
    let long = Stage::at(Step::Manifest, well).press(Action::Help);
    shows_as("help_manifest_60x20", &long.wizard, UTF8, 60, 20);
    shows_as("help_manifest_120x40", &long.wizard, Theme::new(false, true), 120, 40);
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
    for stage in progress::stages() {
        let text = frame(&stage.wizard, PLAIN, 100, 30);
        assert!(text.is_ascii(), "{text}");
    }
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

pub(super) fn stages() -> Vec<Stage> {
    let mut stages: Vec<Stage> = Step::ALL.into_iter().map(|step| Stage::at(step, well)).collect();
    stages.push(Stage::new(config(), unwell));
    stages.push(Stage::new(Config::default(), silent));
    stages.push(Stage::at(Step::Manifest, unlisted));
    stages.push(Stage::at(Step::Folder, well).press(Action::New).type_in("a/中文/b"));
    stages.push(Stage::at(Step::Folder, well).press(Action::Help));
    stages.extend(panels::stages());
    stages.extend(schema::stages());
    stages.extend(inferred::stages());
    stages.extend(folder::stages());
    stages.extend(mirrored::stages());
    stages.extend(progress::stages());
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

/// Nothing that a footer promises is cut off; the way on and the help are always there, and so are the keys that begin something
/// and that search.
#[test]
fn footers_hold_whole_hints_and_always_the_way_on() {
    for stage in stages() {
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
