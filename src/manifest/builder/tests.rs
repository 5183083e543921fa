use serde_json::Value;

use crate::manifest::{
    builder::*,
    rules::{RuleTexts, grouping::GroupText},
    sink::tests::Collected,
    validate::{ValidatingSink, Validator},
    values::ValidationRules,
};

fn blob(name: &str) -> BlobFacts<'_> {
    BlobFacts { name, size: 9, tier: Some("Hot"), ..BlobFacts::default() }
}

fn build(texts: &RuleTexts, blobs: &[BlobFacts<'_>]) -> Collected {
    build_strictly(texts, blobs, false)
}

fn build_strictly(texts: &RuleTexts, blobs: &[BlobFacts<'_>], strict: bool) -> Collected {
    let mut collected = Collected::default();
    let rules = Rules::new(texts).unwrap();
    let mut judge = Validator::new(&ValidationRules { strict, ..ValidationRules::default() });
    let mut builder = Builder::new(rules, "https://a.blob.core.windows.net", "c");
    let mut sink = ValidatingSink { judge: &mut judge, sink: &mut collected };
    for blob in blobs {
        builder.blob(blob, &mut sink).unwrap();
    }
    builder.finish(&mut sink).unwrap();
    collected
}

#[test]
fn every_blob_is_an_item_a_frame_or_a_named_omission() {
    let texts = RuleTexts { exclude: vec!["tmp/**".into()], ..RuleTexts::default() };
    let collected = build(
        &texts,
        &[
            blob("a.jpg"),
            BlobFacts { is_folder: true, size: 0, ..blob("folder") },
            BlobFacts { size: 0, ..blob("folder2/") },
            blob("tmp/a.jpg"),
            BlobFacts { tier: Some("Archive"), ..blob("old.mp4") },
            BlobFacts { rehydrating: true, ..blob("back.mp4") },
            BlobFacts { size: 0, ..blob("empty.png") },
            blob("data.parquet"),
            blob("a/../b.png"),
            BlobFacts { content_type: Some("audio/mpeg"), ..blob("recording") },
        ],
    );
    let items: Vec<_> = collected.items.iter().map(|item| (item.kind, item.title.as_str())).collect();
    assert_eq!(items, [(Kind::Image, "a.jpg"), (Kind::Audio, "recording")]);
    let reasons: Vec<_> = collected.skipped.iter().map(|skipped| skipped.reason).collect();
    use SkipReason::{Archived, Empty, Excluded, FolderMarker, UnknownType, Unreachable};
    assert_eq!(reasons, [FolderMarker, FolderMarker, Excluded, Archived, Archived, Empty, UnknownType, Unreachable]);
}

#[test]
fn a_contradiction_is_a_warning_until_a_rule_decides() {
    let odd = BlobFacts { content_type: Some("image/jpeg"), ..blob("clip.mp4") };
    let collected = build(&RuleTexts::default(), &[odd]);
    assert_eq!(collected.items[0].kind, Kind::Video);
    assert_eq!(collected.findings[0].code, Code::TypeDisagreement);
    assert!(collected.findings[0].message.contains("image/jpeg"));
    let typed = |name, content_type| BlobFacts { content_type: Some(content_type), ..blob(name) };
    for (blob, kinds) in [
        (typed("a.mp4", "application/octet-stream"), &[Kind::Video][..]),
        (typed("a.mp4", ""), &[Kind::Video]),
        (typed("a.pcd", "text/plain"), &[Kind::Scene]),
        (typed("a.csv", "text/csv"), &[Kind::Text]),
        (typed("a.xyz", "image/png"), &[Kind::Image]),
        (typed("a.gif", "image/gif"), &[]),
    ] {
        let collected = build(&RuleTexts::default(), &[blob]);
        assert_eq!(collected.items.iter().map(|item| item.kind).collect::<Vec<_>>(), kinds, "{blob:?}");
        assert_eq!(collected.findings, [], "{blob:?}");
    }
    let texts = RuleTexts { types: vec![("*.mp4".into(), Kind::Image)], ..RuleTexts::default() };
    let collected = build(&texts, &[odd]);
    assert_eq!((collected.items[0].kind, collected.findings.len()), (Kind::Image, 0));
}

#[test]
fn dicom_files_of_a_directory_are_one_series_in_natural_order() {
    let collected =
        build(&RuleTexts::default(), &[blob("ct/10.dcm"), blob("ct/9.dcm"), blob("mr/1.dcm"), blob("2.dcm")]);
    let groups: Vec<_> =
        collected.items.iter().map(|item| (item.title.as_str(), item.urls.len(), item.bytes)).collect();
    assert_eq!(groups, [("c", 1, 9), ("ct", 2, 18), ("mr", 1, 9)]);
    assert!(collected.items[1].urls[0].ends_with("/ct/9.dcm"));
}

#[test]
fn parts_that_are_merged_in_order_give_what_one_builder_gives() {
    let texts =
        RuleTexts { groups: vec![GroupText::new(Kind::ImageGroup, "rig/**", "directory")], ..RuleTexts::default() };
    let names: Vec<String> = (0..40)
        .flat_map(|n| [format!("ct/{}/{n}.dcm", n % 3), format!("rig/{}/{}.jpg", n % 4, n % 2), format!("{n}.png")])
        .collect();
    let blobs: Vec<_> = names.iter().map(|name| blob(name)).collect();
    let mut whole = Collected::default();
    let mut builder = Builder::new(Rules::new(&texts).unwrap(), "https://a.blob.core.windows.net", "c");
    for page in blobs.chunks(7) {
        let mut part = builder.part();
        for blob in page {
            part.blob(blob, &mut whole).unwrap();
        }
        builder.merge(part);
    }
    builder.finish(&mut whole).unwrap();
    assert_eq!(whole.items, build(&texts, &blobs).items);
}

/// Knows what it is told; the items of a first build are its memory of them.
#[derive(Debug, Default)]
struct Memory(Vec<crate::manifest::incremental::Fingerprint>);

impl RegisteredItems for Memory {
    fn holds(&self, item: &crate::manifest::incremental::Fingerprint) -> bool {
        self.0.contains(item)
    }
}

fn build_since(memory: &Arc<Memory>, blobs: &[BlobFacts<'_>]) -> Collected {
    let mut collected = Collected::default();
    let mut builder = Builder::new(Rules::new(&RuleTexts::default()).unwrap(), "https://a.example", "c")
        .since(Some(Arc::clone(memory) as _));
    for blob in blobs {
        builder.blob(blob, &mut collected).unwrap();
    }
    builder.finish(&mut collected).unwrap();
    collected
}

#[test]
fn since_the_last_run_only_what_is_new_or_changed_is_taken_and_groups_are_whole() {
    let at = |name: &'static str, etag: &'static str| BlobFacts { etag: Some(etag), ..blob(name) };
    let blobs = [at("a.jpg", "1"), at("b.jpg", "2"), at("ct/1.dcm", "3"), at("ct/2.dcm", "4"), at("mr/1.dcm", "5")];
    let first = build_since(&Arc::default(), &blobs);
    assert_eq!((first.items.len(), first.skipped.len()), (4, 0));
    let known = |item: &Item| fingerprint(&item.urls, item.etag.as_deref().unwrap());
    let memory = Arc::new(Memory(first.items.iter().map(known).collect()));
    for (changed, items, unchanged) in [
        (blobs.to_vec(), vec![], 5),
        (vec![at("a.jpg", "1"), at("b.jpg", "9"), at("new.jpg", "8")], vec!["b.jpg", "new.jpg"], 1),
        // A frame changed, added, gone.
        (vec![at("ct/1.dcm", "3"), at("ct/2.dcm", "7"), at("mr/1.dcm", "5")], vec!["ct"], 1),
        (vec![at("ct/1.dcm", "3"), at("ct/2.dcm", "4"), at("ct/3.dcm", "6")], vec!["ct"], 0),
        (vec![at("ct/1.dcm", "3")], vec!["ct"], 0),
        // Without an ETag nothing can be told.
        (vec![blob("a.jpg")], vec!["a.jpg"], 0),
    ] {
        let built = build_since(&memory, &changed);
        let titles: Vec<_> = built.items.iter().map(|item| item.title.as_str()).collect();
        assert_eq!(titles, items, "{changed:?}");
        assert_eq!(built.skipped.len(), unchanged, "{changed:?}");
        assert!(built.skipped.iter().all(|skipped| skipped.reason == SkipReason::Unchanged));
    }
}

#[test]
fn a_csv_is_a_time_series_where_a_rule_says_so_and_is_shown_as_it_says() {
    let settings = serde_json::json!({"channels": {"speed": {"style": "points", "pointRadius": 2}}});
    let texts = RuleTexts {
        types: vec![("imu/*.csv".into(), Kind::TimeSeries)],
        settings: vec![("imu/a*".into(), settings.clone())],
        ..RuleTexts::default()
    };
    let collected = build(&texts, &[blob("imu/a.csv"), blob("imu/b.csv"), blob("labels/a.csv")]);
    let shown: Vec<_> = collected.items.iter().map(|item| (item.kind, item.settings.clone())).collect();
    assert_eq!(shown, [(Kind::TimeSeries, Some(settings)), (Kind::TimeSeries, None), (Kind::Text, None)]);
}

#[test]
fn constants_and_path_captures_become_client_metadata() {
    let texts = RuleTexts {
        path: Some("{site}/{rest}".into()),
        constants: serde_json::from_str(r#"{"project": "p", "site": "default"}"#).unwrap(),
        ..RuleTexts::default()
    };
    let collected = build(&texts, &[blob("leeds/a.jpg"), blob("b.jpg")]);
    assert_eq!(collected.items[0].client_metadata["site"], "leeds");
    assert_eq!(collected.items[1].client_metadata["site"], "default");
    assert_eq!(collected.findings.len(), 1);
    assert_eq!(collected.findings[0].code, Code::MetadataPath);
}

#[test]
fn a_blob_s_own_headers_and_tags_go_before_path_and_constants_and_sidecars_are_no_items() {
    let texts = RuleTexts {
        path: Some("{site}/{rest}".into()),
        constants: serde_json::from_str(r#"{"project": "p", "site": "x", "by": "x"}"#).unwrap(),
        sidecar: Some(".metadata.json".into()),
        include: vec!["**/*.jpg".into()],
        ..RuleTexts::default()
    };
    let texts_of = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<Vec<_>>()
    };
    let (headers, tags) = (texts_of(&[("by", "ann"), ("split", "old")]), texts_of(&[("split", "train")]));
    let own = BlobFacts { headers: &headers, tags: &tags, ..blob("leeds/a.jpg") };
    let collected = build(&texts, &[own, blob("leeds/a.jpg.metadata.json"), blob("leeds/b.txt")]);
    let expected = serde_json::json!({"project": "p", "site": "leeds", "by": "ann", "split": "train"});
    assert_eq!(Value::Object(collected.items[0].client_metadata.clone()), expected);
    assert_eq!(collected.items[0].provenance, None);
    let reasons: Vec<_> = collected.skipped.iter().map(|skipped| skipped.reason).collect();
    assert_eq!(reasons, [SkipReason::Sidecar, SkipReason::Excluded]);
}

#[test]
fn strict_client_only_access_finds_fault_with_sequences_and_with_what_lacks_media_metadata() {
    let texts = RuleTexts {
        groups: vec![
            GroupText::new(Kind::ImageSequence, "seq/**", "directory"),
            GroupText::new(Kind::ImageGroup, "rig/**", "directory"),
        ],
        ..RuleTexts::default()
    };
    let names = [
        "a.mp4",
        "b.jpg",
        "c.mp3",
        "d.pdf",
        "e.txt",
        "f.nii",
        "g.pcd",
        "ct/1.dcm",
        "seq/1.jpg",
        "seq/2.jpg",
        "rig/1.jpg",
        "rig/2.jpg",
    ];
    let blobs = names.map(blob);
    let strict = build_strictly(&texts, &blobs, true);
    let faults: Vec<_> = strict.findings.iter().map(|fault| (fault.code, fault.item.as_str())).collect();
    use Code::{StrictMediaMetadata, StrictSequence};
    assert_eq!(
        faults,
        [
            (StrictMediaMetadata, "a.mp4"),
            (StrictMediaMetadata, "b.jpg"),
            (StrictMediaMetadata, "c.mp3"),
            (StrictMediaMetadata, "rig"),
            (StrictSequence, "seq"),
        ]
    );
    let lenient = build(&texts, &blobs);
    assert_eq!((lenient.findings.len(), lenient.items), (0, strict.items));
}
