use proptest::prelude::*;

use crate::manifest::{
    groups::*,
    rules::{
        RuleTexts,
        grouping::{BlobUse, GroupText},
    },
    sink::tests::Collected,
};

const NAMING: Naming<'_> = Naming { account_url: "https://a.blob.core.windows.net", container: "c" };

fn rules(groups: &[(Kind, &str, &str)]) -> Rules {
    let groups = groups.iter().map(|(kind, pattern, by)| GroupText::new(*kind, *pattern, *by)).collect();
    Rules::new(&RuleTexts { groups, ..RuleTexts::default() }).unwrap()
}

fn add(groups: &mut Groups, rules: &Rules, name: &str) {
    let kind = Kind::from_extension(name);
    match rules.place(name, kind) {
        BlobUse::Group(member) => groups.add(name, "", 1, kind, &member),
        BlobUse::Unread(rule) => groups.add_unread(name, "0x1", 1, kind, rule),
        BlobUse::Own => {}
    }
}

fn finish(groups: Groups, rules: &Rules) -> Collected {
    let mut collected = Collected::default();
    groups.finish(rules, NAMING, None, |_, _| Map::new(), &mut collected).unwrap();
    collected
}

fn group(rules: &Rules, names: &[&str]) -> Collected {
    let mut groups = Groups::default();
    names.iter().for_each(|name| add(&mut groups, rules, name));
    finish(groups, rules)
}

fn files(item: &Item) -> Vec<&str> {
    item.urls.iter().map(|url| url.strip_prefix("https://a.blob.core.windows.net/c/").unwrap()).collect()
}

#[test]
fn the_frame_orders_by_number_before_the_name() {
    let rules = rules(&[(Kind::ImageSequence, "**", r"(?<take>take\d)/.*_f(?<frame>\d+)\.jpg")]);
    let collected = group(&rules, &["take1/b_f10.jpg", "take1/z_f9.jpg", "take1/a_f10.jpg", "x/take1/a_f2.jpg"]);
    assert_eq!(collected.items.len(), 1);
    assert_eq!(collected.items[0].title, "take1");
    assert_eq!(
        files(&collected.items[0]),
        ["x/take1/a_f2.jpg", "take1/z_f9.jpg", "take1/a_f10.jpg", "take1/b_f10.jpg"]
    );
    assert_eq!(collected.findings, []);
}

#[test]
fn the_odd_file_is_named_from_the_side_of_the_fewer() {
    let rules = rules(&[(Kind::ImageGroup, "**", "directory")]);
    let told = |names: &[&str]| {
        let collected = group(&rules, names);
        assert_eq!(collected.items.len(), 1);
        let codes: Vec<Code> = collected.findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [Code::GroupMixed]);
        collected.findings[0].message.clone()
    };
    assert_eq!(told(&["a/1.jpg", "a/2.jpg", "a/Thumbs.db", "a/clip.mp4"]), "among 2 images it has a/clip.mp4 (video)");
    assert!(told(&["a/1.jpg", "a/2.mp4", "a/3.mp4"]).starts_with("only 1 of its 3 files are images (a/1.jpg)"));
    assert!(told(&["a/2.mp4", "a/3.mp4"]).starts_with("none of its 2 files"));
    let many: Vec<String> = (0..9).map(|n| format!("a/{n}.{}", if n < 4 { "txt" } else { "jpg" })).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert!(told(&many).ends_with("a/2.txt (text) and 1 more"), "{}", told(&many));
}

#[test]
fn a_single_image_is_worth_a_look_and_a_single_slice_is_not() {
    let rules = rules(&[(Kind::ImageGroup, "rig/**", "directory")]);
    let collected = group(&rules, &["rig/1/a.jpg", "ct/1.dcm"]);
    let told: Vec<_> = collected.findings.iter().map(|finding| (finding.code, finding.item.as_str())).collect();
    assert_eq!(told, [(Code::GroupSingle, "rig/1")]);
}

#[test]
fn a_group_may_have_200_000_frames_and_no_more() {
    let rules = rules(&[(Kind::ImageSequence, "**", "directory")]);
    for (count, expected) in [(200_000, &[][..]), (200_001, &[Code::GroupTooLarge][..])] {
        let mut groups = Groups::default();
        for n in 0..count {
            add(&mut groups, &rules, &format!("s/{n}.jpg"));
        }
        let collected = finish(groups, &rules);
        assert_eq!(collected.items[0].urls.len(), count);
        assert_eq!(collected.findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_frame_takes_less_than_100_bytes_even_if_every_group_is_a_pair() {
    const FRAMES: usize = 1 << 17;
    let rules = rules(&[(Kind::ImageGroup, "**", "directory")]);
    for (frames_in_a_group, most) in [(2, 100), (100, 60)] {
        let mut groups = Groups::default();
        for n in 0..FRAMES {
            let (rig, camera) = (n / frames_in_a_group, n % frames_in_a_group);
            add(&mut groups, &rules, &format!("site-leeds/2026-04-01/rig-{rig:06}/camera-{camera:02}.jpg"));
        }
        println!("{frames_in_a_group} frames in a group: {} bytes a frame", groups.memory() / FRAMES);
        assert!(groups.memory() < FRAMES * most, "{}", groups.memory() / FRAMES);
    }
}

fn series(key: &str, number: Option<i32>) -> Resolution {
    Resolution::Series { key: key.into(), title: format!("Head ({key})"), number }
}

#[test]
fn series_are_ordered_by_number_and_what_cannot_be_read_is_told() {
    let rules = rules(&[(Kind::DicomSeries, "**", "series-uid")]);
    let mut groups = Groups::default();
    for name in ["x/1", "x/2", "y/3", "y/4", "x/10", "x/Thumbs.db", "x/bad.dcm", "x/9"] {
        add(&mut groups, &rules, name);
    }
    let unread: Vec<Unread> = groups.unread(0).collect();
    assert_eq!((unread[0].name.as_str(), unread[0].etag.as_str(), unread[0].is_certain), ("x/1", "0x1", false));
    assert!(unread[6].is_certain);
    let mut told = Collected::default();
    for file in unread {
        let found = match file.name.as_str() {
            "x/1" => series("s1", Some(2)),
            "x/2" => series("s1", Some(-1)),
            "y/3" => series("s1", Some(1)),
            "y/4" => series("s2", None),
            "x/10" | "x/9" => series("s1", None),
            "x/bad.dcm" => Resolution::Unreadable("it ends too early".into()),
            _ => Resolution::Other,
        };
        groups.resolve(file.place, found, &mut told).unwrap();
    }
    assert_eq!(told.skipped, [Skipped { name: "x/Thumbs.db".into(), reason: SkipReason::UnknownType }]);
    assert_eq!((told.findings[0].code, told.findings[0].item.as_str()), (Code::DicomUnreadable, "x/bad.dcm"));
    let collected = finish(groups, &rules);
    assert_eq!(collected.items.len(), 2);
    assert_eq!(collected.items[0].title, "Head (s1)");
    assert_eq!(files(&collected.items[0]), ["x/2", "y/3", "x/1", "x/9", "x/10"]);
    assert_eq!(files(&collected.items[1]), ["y/4"]);
}

proptest! {
    #![proptest_config(crate::seeds::cases(256))]

    #[test]
    fn parts_merged_in_any_cut_make_the_same_items_as_one(
        names in prop::collection::btree_set("([ab]/){0,2}[a-c]?[0-9]{1,2}\\.(jpg|dcm|mp4)", 0..40),
        cuts in prop::collection::vec(1usize..8, 1..40),
    ) {
        let rules = rules(&[
            (Kind::ImageGroup, "a/**", "directory"),
            (Kind::ImageSequence, "b/**", r"^(b/(?:[ab]/)*)[a-c]?(?<frame>\d+)"),
            (Kind::DicomSeries, "*", "series-uid"),
        ]);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let resolved = |mut groups: Groups| {
            let unread: Vec<Unread> = groups.unread(0).collect();
            for file in unread {
                groups.resolve(file.place, series(&file.name[..1], Some(7)), &mut Collected::default()).unwrap();
            }
            finish(groups, &rules)
        };
        let mut whole = Groups::default();
        names.iter().for_each(|name| add(&mut whole, &rules, name));
        let mut merged = Groups::default();
        let mut rest = names.as_slice();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (part, others) = rest.split_at((*cut).min(rest.len()));
            rest = others;
            let mut groups = Groups::default();
            part.iter().for_each(|name| add(&mut groups, &rules, name));
            merged.merge(groups);
        }
        prop_assert_eq!(resolved(merged), resolved(whole));
    }
}

#[test]
fn what_all_blobs_of_a_group_say_is_said_of_the_group() {
    let rules = rules(&[(Kind::ImageGroup, "**", "directory")]);
    let said = |pairs: &[(&str, &str)]| pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect();
    let part = |files: &[(&str, &[(&str, &str)])]| {
        let mut groups = Groups::default();
        for (name, pairs) in files {
            add(&mut groups, &rules, name);
            groups.describe(said(pairs));
        }
        groups
    };
    // Two parts whose texts are numbered differently.
    let mut groups =
        part(&[("b/1.jpg", &[("site", "york")]), ("a/1.jpg", &[("site", "leeds"), ("n", "1"), ("x", "y")])]);
    groups.merge(part(&[
        ("a/2.jpg", &[("n", "2"), ("site", "leeds")]),
        ("a/3.jpg", &[("site", "leeds"), ("n", "3")]),
        ("b/2.jpg", &[("site", "york")]),
        ("c/1.jpg", &[]),
        ("c/2.jpg", &[("site", "hull")]),
        ("d/1.jpg", &[]),
        ("d/2.jpg", &[]),
    ]));
    let collected = finish(groups, &rules);
    let items: Vec<_> =
        collected.items.iter().map(|item| Value::Object(item.client_metadata.clone()).to_string()).collect();
    assert_eq!(items, [r#"{"site":"leeds"}"#, r#"{"site":"york"}"#, "{}", "{}"]);
    let told: Vec<_> = collected.findings.iter().map(|one| (one.code, one.item.as_str(), one.key.as_deref())).collect();
    let frames = Code::MetadataFrames;
    assert_eq!(told, [(frames, "a", Some("n")), (frames, "a", Some("x")), (frames, "c", Some("site"))]);
    let message = &collected.findings[0].message;
    assert!(message.contains("'a/1.jpg'") && message.contains("'a/2.jpg'"), "{message}");
    assert!(collected.findings[2].message.contains("others have none"), "{}", collected.findings[2].message);
}
