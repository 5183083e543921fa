//! Step 3's screens as text, and what names from outside may do to them.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::{
    manifest::{
        finding::{Code, Finding},
        kind::Kind,
        skipped::{SkipReason, Skipped},
        summary::{KindCounts, Summary},
    },
    tui::{
        tests::{
            fixtures::{Stage, built, frame, item, one, row, summary, well},
            shown::shows,
            unlisted,
        },
        theme::Theme,
    },
    wizard::{
        action::Action,
        effect::{Reply, Request},
        list::{List, Row},
        manifest::messages::{ListingProgress, ManifestReply, ManifestRequest},
        step::Step,
    },
};
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
    shows("manifest_listing", &listing.reply(Reply::Manifest(ManifestReply::Progress(progress))).wizard);
    let built = Stage::at(Step::Manifest, well);
    shows("manifest_built", &built.wizard);
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
        Request::Manifest(ManifestRequest::Build { .. }) => {
            let lux = KindCounts { items: 2, first: findings()[..2].to_vec() };
            let wether = KindCounts { items: 11_270, first: findings()[2..].to_vec() };
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
            one(Reply::Manifest(ManifestReply::Built(Ok(built(summary)))))
        }
        Request::Manifest(ManifestRequest::ReadRows { list: List::Findings, first, .. }) => {
            let rows = findings().into_iter().map(Row::Finding).collect();
            one(Reply::Manifest(ManifestReply::Rows { list: List::Findings, first: *first, rows }))
        }
        other => well(other),
    }
}

#[test]
fn findings_are_shown_with_what_to_do_and_errors_first() {
    let stage = Stage::at(Step::Manifest, faulty);
    shows("manifest_errors", &stage.wizard);
    shows("manifest_errors_last", &stage.press(Action::Bottom).wizard);
    let progress = ListingProgress { blobs: 9_000, errors: 12, per_second: 900.0, ..ListingProgress::default() };
    let listing = Stage::at(Step::Manifest, unlisted).reply(Reply::Manifest(ManifestReply::Progress(progress)));
    shows("manifest_listing_errors", &listing.wizard);
}

#[test]
fn manifests_of_nothing_and_of_a_million() {
    let none = Stage::at(Step::Manifest, unlisted);
    let empty = Summary { items: [].into(), bytes: 0, urls: 0, warnings: 0, findings: [].into(), ..summary() };
    shows("manifest_nothing", &none.reply(Reply::Manifest(ManifestReply::Built(Ok(built(empty))))).wizard);
    let million = Summary { items: [(Kind::Image, 1_000_000)].into(), urls: 1_000_000, ..summary() };
    let rows = |request: &Request| match request {
        Request::Manifest(ManifestRequest::ReadRows { list, first, count, .. }) if *first < 400 => {
            let rows = (*first..first + count).map(|place| row(*list, place)).collect();
            one(Reply::Manifest(ManifestReply::Rows { list: *list, first: *first, rows }))
        }
        // What lies further on is still being read.
        Request::Manifest(ManifestRequest::Build { .. }) | Request::Manifest(ManifestRequest::ReadRows { .. }) => {
            Vec::new()
        }
        other => well(other),
    };
    let stage = Stage::at(Step::Manifest, rows).reply(Reply::Manifest(ManifestReply::Built(Ok(built(million)))));
    shows("manifest_million", &stage.wizard);
    shows("manifest_million_end_unread", &stage.press(Action::Bottom).wizard);
}

#[test]
fn the_items_are_searched_and_filtered_and_read_in_full() {
    let stage = Stage::at(Step::Manifest, well);
    let typing = stage.press(Action::Search).type_in("cam-03");
    shows("manifest_search", &typing.wizard);
    let kept = typing.press(Action::Next).press(Action::FilterKind).press(Action::FilterMarked);
    shows("manifest_filtered", &kept.wizard);
    let whole = kept.press(Action::Toggle);
    shows("manifest_item_in_full", &whole.wizard);
    let unanswered = |request: &Request| match request {
        Request::Manifest(ManifestRequest::Search { .. }) => {
            vec![Reply::Manifest(ManifestReply::Found { places: vec![], seen: 2000, is_done: false })]
        }
        other => well(other),
    };
    let searching = Stage::at(Step::Manifest, unanswered).press(Action::Search).type_in("zz");
    shows("manifest_searching", &searching.wizard);
    let none = |request: &Request| match request {
        Request::Manifest(ManifestRequest::Search { .. }) => {
            vec![Reply::Manifest(ManifestReply::Found { places: vec![], seen: 11_395, is_done: true })]
        }
        other => well(other),
    };
    let none = Stage::at(Step::Manifest, none).press(Action::Search).type_in("zz");
    shows("manifest_search_none", &none.wizard);
}

#[test]
fn findings_open_by_code_and_lead_to_their_items() {
    let groups = Stage::at(Step::Manifest, well).press(Action::Left);
    shows("manifest_finding_groups", &groups.wizard);
    let opened = groups.press(Action::Next);
    shows("manifest_findings_open", &opened.wizard);
    shows("manifest_finding_jumped", &opened.press(Action::Next).wizard);
    let lost = |request: &Request| match request {
        Request::Manifest(ManifestRequest::FindItem { .. }) => one(Reply::Manifest(ManifestReply::ItemFound(None))),
        other => well(other),
    };
    let lost = Stage::at(Step::Manifest, lost).press(Action::Left).press(Action::Next).press(Action::Next);
    shows("manifest_finding_lost", &lost.wizard);
}

#[test]
fn rules_are_edited_in_place() {
    let form = Stage::at(Step::Manifest, well).press(Action::EditRules).times(2, Action::Down);
    shows("manifest_rules", &form.wizard);
    let malformed = form.type_in("**/[a").press(Action::Next);
    shows("manifest_rules_malformed", &malformed.wizard);
    let left = malformed.press(Action::Back);
    shows("manifest_rules_left", &left.wizard);
    let applied = left.press(Action::EditRules).type_in("]*").press(Action::Next);
    shows("manifest_rules_applied", &applied.wizard);
}

#[test]
fn names_of_all_scripts() {
    let names = |request: &Request| match request {
        Request::Manifest(ManifestRequest::Build { .. }) => {
            one(Reply::Manifest(ManifestReply::Built(Ok(built(Summary {
                items: [(Kind::Image, 6)].into(),
                urls: 6,
                ..summary()
            })))))
        }
        Request::Manifest(ManifestRequest::ReadRows { list: List::Items, first, .. }) => {
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
            one(Reply::Manifest(ManifestReply::Rows { list: List::Items, first: *first, rows: items.collect() }))
        }
        other => well(other),
    };
    let mut stage = Stage::at(Step::Manifest, names);
    shows("names_wide", &stage.wizard);
    stage = stage.times(4, Action::Down);
    shows("names_evil", &stage.wizard);
}

/// Names as they may lie in a container: as long as they can be, from right to left, of marks without end, and hostile.
const NAMES: [&str; 6] = [
    LONGEST,
    "rtl/שלום/مرحبا بالعالم/تقرير.jpg",
    "marks/Z\u{335}\u{321}\u{327}\u{322}a\u{334}\u{31b}\u{301}l\u{336}g\u{338}o\u{337}/👩🏽\u{200d}🚀🇩🇪/😀\u{fe0f}.jpg",
    "control/\u{1b}[2J\u{7}\t\r\n\u{9b}31m/\u{202e}gpj.exe",
    " /  / blank .jpg ",
    "مـ\u{200f}\u{2066}a\u{2069}\u{200b}.jpg",
];
/// 1,024 bytes.
const LONGEST: &str = longest();

const fn longest() -> &'static str {
    const BYTES: [u8; 1024] = {
        let mut bytes = [b'n'; 1024];
        let mut at = 15;
        while at < 1020 {
            bytes[at] = b'/';
            at += 16;
        }
        (bytes[1020], bytes[1021], bytes[1022], bytes[1023]) = (b'.', b'j', b'p', b'g');
        bytes
    };
    match std::str::from_utf8(&BYTES) {
        Ok(text) => text,
        Err(_) => "",
    }
}

fn named(list: List, place: u64) -> Row {
    let name = NAMES[usize::try_from(place).unwrap() % NAMES.len()];
    match list {
        List::Skipped => Row::Skipped(Skipped { name: name.into(), reason: SkipReason::Empty }),
        List::Findings => Row::Finding(Finding::new(Code::TypeDisagreement, name, format!("stored as {name}"))),
        List::Items | List::Failed | List::FailedBy(_) => {
            let mut item = item(place);
            item.title = name.to_owned();
            item.urls = vec![format!("https://acmevision.blob.core.windows.net/street-scenes/{name}")];
            item.client_metadata.insert(name.into(), name.into());
            Row::Item(Box::new(item), None)
        }
    }
}

fn odd_names(request: &Request) -> Vec<Reply> {
    let number = NAMES.len() as u64;
    match request {
        Request::Manifest(ManifestRequest::Build { .. }) => {
            let first = (0..number).map(|place| named(List::Findings, place));
            let first = first.filter_map(|row| if let Row::Finding(finding) = row { Some(finding) } else { None });
            let tally = KindCounts { items: number, first: first.collect() };
            let findings = BTreeMap::from([(Code::TypeDisagreement, BTreeMap::from([(NAMES[3].to_owned(), tally)]))]);
            let (items, skipped) = ([(Kind::Image, number)].into(), [(SkipReason::Empty, number)].into());
            let summary = Summary { items, skipped, urls: number, warnings: number, findings, ..Summary::default() };
            one(Reply::Manifest(ManifestReply::Built(Ok(built(summary)))))
        }
        Request::Manifest(ManifestRequest::ReadRows { list, first, .. }) => {
            let rows = (*first..number).map(|place| named(*list, place)).collect();
            one(Reply::Manifest(ManifestReply::Rows { list: *list, first: *first, rows }))
        }
        Request::Manifest(ManifestRequest::Search { .. }) => {
            one(Reply::Manifest(ManifestReply::Found { places: (0..6).collect(), seen: number, is_done: true }))
        }
        other => well(other),
    }
}

/// The names in every list, and each of them in full.
fn odd_stages() -> Vec<Stage> {
    let mut stages = Vec::new();
    for down in 0..NAMES.len() {
        stages.push(Stage::at(Step::Manifest, odd_names).times(down, Action::Down));
        stages.push(Stage::at(Step::Manifest, odd_names).times(down, Action::Down).press(Action::Toggle));
        stages.push(Stage::at(Step::Manifest, odd_names).press(Action::SwitchList).times(down, Action::Down));
        let groups = Stage::at(Step::Manifest, odd_names).press(Action::Left);
        stages.push(groups.press(Action::Next).times(down, Action::Down));
    }
    stages.push(Stage::at(Step::Manifest, odd_names).press(Action::Left));
    stages.push(Stage::at(Step::Manifest, odd_names).press(Action::Search).type_in(NAMES[3]));
    stages.push(Stage::at(Step::Manifest, odd_names).press(Action::EditRules).type_in(NAMES[0]));
    stages
}

#[test]
fn odd_names_in_the_smallest_and_in_the_usual_screen() {
    let stage = |down: usize| Stage::at(Step::Manifest, odd_names).times(down, Action::Down);
    for (name, down) in [("longest", 0), ("rtl", 1), ("marks", 2), ("control", 3)] {
        shows(&format!("name_{name}"), &stage(down).wizard);
    }
    let longest = stage(0).press(Action::Toggle);
    shows("name_longest_in_full", &longest.wizard);
    shows("name_longest_in_full_end", &longest.press(Action::Bottom).wizard);
    shows("names_left_out", &stage(0).press(Action::SwitchList).wizard);
    shows("names_found", &stage(0).press(Action::Left).press(Action::Next).wizard);
}

#[test]
fn a_container_of_nothing_and_one_of_a_hundred_thousand() {
    let empty = |request: &Request| match request {
        Request::Manifest(ManifestRequest::Build { .. }) => {
            one(Reply::Manifest(ManifestReply::Built(Ok(built(Summary::default())))))
        }
        other => well(other),
    };
    shows("manifest_no_blobs", &Stage::at(Step::Manifest, empty).wizard);
    let many = |request: &Request| match request {
        Request::Manifest(ManifestRequest::Build { .. }) => {
            one(Reply::Manifest(ManifestReply::Built(Ok(built(Summary {
                items: [(Kind::Image, 100_000)].into(),
                ..summary()
            })))))
        }
        Request::Manifest(ManifestRequest::ReadRows { list, first, count, .. }) => {
            let rows = (*first..(first + count).min(100_000)).map(|place| row(*list, place)).collect();
            one(Reply::Manifest(ManifestReply::Rows { list: *list, first: *first, rows }))
        }
        other => well(other),
    };
    let many = Stage::at(Step::Manifest, many);
    shows("manifest_100000", &many.wizard);
    shows("manifest_100000_end", &many.press(Action::Bottom).wizard);
}

#[test]
fn groups_of_findings_are_searched() {
    let searched = Stage::at(Step::Manifest, faulty).press(Action::Search).type_in("wether");
    shows("manifest_groups_search", &searched.wizard);
    let none = Stage::at(Step::Manifest, faulty).press(Action::Search).type_in("zz");
    shows("manifest_groups_search_none", &none.wizard);
    shows("manifest_groups_searched", &searched.press(Action::Next).wizard);
}

proptest! {
    #![proptest_config(crate::seeds::cases(12))]
    #[test]
    fn no_name_drives_the_terminal_or_leaves_its_line(width in 60_u16..160, height in 20_u16..50, utf8: bool) {
        for stage in odd_stages() {
            let text = frame(&stage.wizard, Theme::new(true, utf8), width, height);
            for c in text.chars() {
                prop_assert!(c == '\n' || !c.is_control(), "{text}");
                prop_assert!(!matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200f}'), "{text}");
            }
            let rows = text.lines().filter(|line| !line.starts_with("cursor at")).count();
            prop_assert_eq!(rows, usize::from(height));
        }
    }
}
