//! Every screen in its states, as text; and what must hold of all of them.

mod checks;
pub(super) mod fixtures;
mod inferred;
mod integration;
mod mirrored;
mod panels;
mod schema;

use std::collections::BTreeMap;

use fixtures::{
    Stage, UTF8, built, config, finished, frame, item, one, refused, row, running, silent, snapshot, summary, unwell,
    uuid, well,
};
use proptest::prelude::*;

use crate::{
    manifest::{Code, Finding, Kind},
    schema::{KeyType, Scalar},
    store::{BatchState, RunState, Summary, Tally, config::Config},
    tui::Theme,
    wizard::{
        Action, Destination, EncordReply, FolderPage, FolderRole, FolderRow, List, ListingProgress, Problem, Reply,
        Request, Row, RunReply, Step, UploadOption, Wizard,
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
fn manifest_screens() {
    let listing = Stage::at(Step::Manifest, unlisted);
    shows("manifest_begins", &listing.wizard);
    let progress = ListingProgress {
        blobs: 123_456,
        items: summary().items,
        skipped: 1_203,
        errors: 0,
        warnings: 3,
        per_second: 8_204.6,
        bytes: None,
    };
    shows("manifest_listing", &listing.reply(Reply::Listing(progress)).wizard);
    let built = Stage::at(Step::Manifest, well);
    shows("manifest_built", &built.wizard);
    shows_as("manifest_built_60x20", &built.wizard, UTF8, 60, 20);
    shows_as("manifest_built_ascii", &built.wizard, PLAIN, 80, 24);
    let skipped = built.press(Action::SwitchList).times(6, Action::Down);
    shows("manifest_left_out", &skipped.wizard);
    shows("manifest_warnings", &skipped.press(Action::SwitchList).wizard);
    let stopped = Stage::at(Step::Manifest, unlisted).press(Action::Cancel);
    shows("manifest_stopped", &stopped.wizard);
}

/// Two errors and a warning.
fn findings() -> Vec<Finding> {
    let errors = ["bright", "dusk"].map(|value| {
        let message = format!("lux (number): \"{value}\" is not a number");
        Finding::new(Code::MetadataType, format!("berlin/cam-02/{value}.jpg"), message).key("lux")
    });
    let message = "the key 'wether' is not in the metadata schema: Encord keeps its values, but nothing can filter by them; \
                   did you mean 'weather'?";
    let unknown = Finding::new(Code::MetadataUnknownKey, "berlin/cam-01/1.jpg", message).key("wether");
    errors.into_iter().chain([Finding { items: 11_270, ..unknown }]).collect()
}

fn faulty(request: &Request) -> Vec<Reply> {
    match request {
        Request::BuildManifest { .. } => {
            let lux = Tally { items: 2, first: findings()[..2].to_vec() };
            let wether = Tally { items: 11_270, first: findings()[2..].to_vec() };
            let summary = Summary {
                errors: 2,
                items_with_errors: 2,
                warnings: 1,
                findings: BTreeMap::from([
                    (Code::MetadataType, BTreeMap::from([("lux".to_owned(), lux)])),
                    (Code::MetadataUnknownKey, BTreeMap::from([("wether".to_owned(), wether)])),
                ]),
                ..summary()
            };
            one(Reply::Manifest(Ok(built(summary))))
        }
        Request::ReadRows { list: List::Findings, first, .. } => {
            let rows = findings().into_iter().map(Row::Finding).collect();
            one(Reply::Rows { list: List::Findings, first: *first, rows })
        }
        other => well(other),
    }
}

#[test]
fn findings_are_shown_with_what_to_do_and_errors_first() {
    let stage = Stage::at(Step::Manifest, faulty);
    shows("manifest_errors", &stage.wizard);
    shows_as("manifest_errors_60x20", &stage.wizard, UTF8, 60, 20);
    shows_as("manifest_errors_ascii", &stage.wizard, PLAIN, 80, 24);
    shows("manifest_errors_last", &stage.press(Action::Bottom).wizard);
    let progress = ListingProgress { blobs: 9_000, errors: 12, per_second: 900.0, ..ListingProgress::default() };
    let listing = Stage::at(Step::Manifest, unlisted).reply(Reply::Listing(progress));
    shows("manifest_listing_errors", &listing.wizard);
}

#[test]
fn manifests_of_nothing_and_of_a_million() {
    let none = Stage::at(Step::Manifest, unlisted);
    let empty = Summary { items: [].into(), bytes: 0, urls: 0, warnings: 0, findings: [].into(), ..summary() };
    shows("manifest_nothing", &none.reply(Reply::Manifest(Ok(built(empty)))).wizard);
    let million = Summary { items: [(Kind::Image, 1_000_000)].into(), urls: 1_000_000, ..summary() };
    let rows = |request: &Request| match request {
        Request::ReadRows { list, first, count, .. } if *first < 400 => {
            let rows = (*first..first + count).map(|place| row(*list, place)).collect();
            one(Reply::Rows { list: *list, first: *first, rows })
        }
        // What lies further on is still being read.
        Request::BuildManifest { .. } | Request::ReadRows { .. } => Vec::new(),
        other => well(other),
    };
    let stage = Stage::at(Step::Manifest, rows).reply(Reply::Manifest(Ok(built(million))));
    shows("manifest_million", &stage.wizard);
    shows("manifest_million_end_unread", &stage.press(Action::Bottom).wizard);
}

#[test]
fn the_items_are_searched_and_filtered_and_read_in_full() {
    let stage = Stage::at(Step::Manifest, well);
    let typing = stage.press(Action::Search).type_in("cam-03");
    shows("manifest_search", &typing.wizard);
    shows_as("manifest_search_60x20", &typing.wizard, UTF8, 60, 20);
    let kept = typing.press(Action::Next).press(Action::FilterKind).press(Action::FilterMarked);
    shows_as("manifest_filtered", &kept.wizard, UTF8, 80, 24);
    let whole = kept.press(Action::Toggle);
    shows_as("manifest_item_in_full_60x20", &whole.wizard, UTF8, 60, 20);
    let unanswered = |request: &Request| match request {
        Request::Search { .. } => {
            vec![Reply::Found { places: vec![], seen: 2000, is_done: false }]
        }
        other => well(other),
    };
    let searching = Stage::at(Step::Manifest, unanswered).press(Action::Search).type_in("zz");
    shows_as("manifest_searching", &searching.wizard, UTF8, 80, 24);
    let none = |request: &Request| match request {
        Request::Search { .. } => vec![Reply::Found { places: vec![], seen: 11_395, is_done: true }],
        other => well(other),
    };
    let none = Stage::at(Step::Manifest, none).press(Action::Search).type_in("zz");
    shows_as("manifest_search_none", &none.wizard, UTF8, 80, 24);
}

#[test]
fn findings_open_by_code_and_lead_to_their_items() {
    let groups = Stage::at(Step::Manifest, well).press(Action::Left);
    shows("manifest_finding_groups", &groups.wizard);
    let opened = groups.press(Action::Next);
    shows("manifest_findings_open", &opened.wizard);
    shows_as("manifest_findings_open_60x20", &opened.wizard, UTF8, 60, 20);
    shows_as("manifest_finding_jumped", &opened.press(Action::Next).wizard, UTF8, 80, 24);
    let lost = |request: &Request| match request {
        Request::FindItem { .. } => one(Reply::ItemFound(None)),
        other => well(other),
    };
    let lost = Stage::at(Step::Manifest, lost).press(Action::Left).press(Action::Next).press(Action::Next);
    shows_as("manifest_finding_lost", &lost.wizard, UTF8, 80, 24);
}

#[test]
fn rules_are_edited_in_place() {
    let form = Stage::at(Step::Manifest, well).press(Action::EditRules).times(2, Action::Down);
    shows("manifest_rules", &form.wizard);
    shows_as("manifest_rules_60x20", &form.wizard, UTF8, 60, 20);
    shows_as("manifest_rules_ascii", &form.wizard, PLAIN, 80, 24);
    let malformed = form.type_in("**/[a").press(Action::Next);
    shows("manifest_rules_malformed", &malformed.wizard);
    let left = malformed.press(Action::Back);
    shows_as("manifest_rules_left", &left.wizard, UTF8, 120, 40);
    let applied = left.press(Action::EditRules).type_in("]*").press(Action::Next);
    shows("manifest_rules_applied", &applied.wizard);
}

#[test]
fn names_of_all_scripts() {
    let names = |request: &Request| match request {
        Request::BuildManifest { .. } => {
            one(Reply::Manifest(Ok(built(Summary { items: [(Kind::Image, 6)].into(), urls: 6, ..summary() }))))
        }
        Request::ReadRows { list: List::Items, first, .. } => {
            let names = [
                "图像/北京/摄像头一号/二〇二六年三月/照片-很长的文件名-0001.jpg",
                "emoji/👩🏽\u{200d}🔬/🇩🇪 🎉/x.png",
                "combining/e\u{301}a\u{308}o\u{302}/z\u{335}\u{336}.png",
                "rtl/שלום/مرحبا/تقرير.pdf",
                "evil/\u{1b}[2J\u{1b}]0;owned\u{7}/\u{202e}gpj.exe\r\nx",
                "zero\u{200b}width/\u{feff}tab\there.png",
            ];
            let items = names.iter().zip(*first..).map(|(name, place)| {
                let mut item = item(place);
                item.title = (*name).to_owned();
                item.urls = vec![format!("https://acmevision.blob.core.windows.net/street-scenes/{name}")];
                item.client_metadata.insert("note".into(), (*name).into());
                Row::Item(Box::new(item), None)
            });
            one(Reply::Rows { list: List::Items, first: *first, rows: items.collect() })
        }
        other => well(other),
    };
    let mut stage = Stage::at(Step::Manifest, names);
    shows("names_wide", &stage.wizard);
    stage = stage.times(4, Action::Down);
    shows("names_evil", &stage.wizard);
    shows_as("names_ascii", &stage.wizard, PLAIN, 80, 24);
}

#[test]
fn folder_screens() {
    let unanswered = |request: &Request| match request {
        Request::ResolveFolder { .. } | Request::ListFolders { .. } => Vec::new(),
        other => well(other),
    };
    shows("folder_reading", &Stage::at(Step::Folder, unanswered).wizard);
    let ready = Stage::at(Step::Folder, well);
    shows("folder_ready", &ready.wizard);
    shows_as("folder_ready_60x20", &ready.wizard, UTF8, 60, 20);
    shows_as("folder_ready_ascii", &ready.wizard, PLAIN, 80, 24);
    let inside = ready.press(Action::Down).press(Action::Right).press(Action::Down).press(Action::Toggle);
    shows("folder_inside_chosen", &inside.wizard);
    shows("folder_naming", &inside.press(Action::New).type_in("März/中文").wizard);
    let search = Stage::at(Step::Folder, well).press(Action::Search).type_in("r");
    shows("folder_search", &search.wizard);
    shows("folder_search_none", &search.type_in("zz").wizard);
    let synced = Stage::at(Step::Folder, well).press(Action::Bottom).press(Action::Toggle);
    shows("folder_synced", &synced.wizard);
    let broken = |request: &Request| match request {
        Request::ResolveFolder { .. } => one(Reply::FolderResolved(Box::new(Err(Problem::config(
            "The folder 7d1c… does not exist.",
        )
        .hint("Choose another one."))))),
        Request::ListFolders { .. } => one(Reply::Folders(Err(refused()))),
        other => well(other),
    };
    shows("folder_failed", &Stage::at(Step::Folder, broken).wizard);
    let empty = |request: &Request| match request {
        Request::ListFolders { .. } => one(Reply::Folders(Ok(FolderPage::default()))),
        other => well(other),
    };
    let mut unset = config();
    unset.folder.path = None;
    shows("folder_empty", &Stage::new(unset, empty).times(3, Action::Next).wizard);
    let many = |request: &Request| match request {
        Request::ListFolders { .. } => {
            let row = |n: u128| FolderRow {
                uuid: uuid(n),
                name: format!("Folder {n:03}"),
                path: None,
                description: "  spaces\u{1b}[1m and control characters".into(),
                synced: false,
                role: FolderRole::Admin,
            };
            one(Reply::Folders(Ok(FolderPage { rows: (0..100).map(row).collect(), next: Some("2".into()) })))
        }
        other => well(other),
    };
    shows("folder_many", &Stage::at(Step::Folder, many).times(50, Action::Down).wizard);
}

#[test]
fn upload_screens() {
    let ready = Stage::at(Step::Upload, well);
    shows("upload_ready", &ready.wizard);
    shows_as("upload_ready_60x20", &ready.wizard, UTF8, 60, 20);
    shows_as("upload_ready_ascii", &ready.wizard, PLAIN, 80, 24);
    shows("upload_changed", &ready.press(Action::Down).press(Action::Toggle).wizard);
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
    for stage in panels::stages().into_iter().chain(schema::stages()).chain(inferred::stages()) {
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
    stages.extend(mirrored::stages());
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
