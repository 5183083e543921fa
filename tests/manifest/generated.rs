//! What holds for any manifest: what is written is read back, what is right has no finding, and no bytes bring the reader to a halt.

use azure_to_encord::{
    endpoints::object_url::object_url,
    manifest::{
        Frame, Item, Kind, Media, ValidationRules, Validator,
        data_items::{JobOptions, job_body},
        file_form,
        read::json,
    },
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::corpus::{checked, files};

const OPTIONS: JobOptions = JobOptions { ignore_errors: true, skip_duplicate_urls: true, upsert_metadata: false };

fn extension(kind: Kind) -> &'static str {
    match kind {
        Kind::Video => "mp4",
        Kind::Image | Kind::ImageGroup | Kind::ImageSequence => "jpg",
        Kind::DicomSeries => "dcm",
        Kind::Audio => "mp3",
        Kind::Text => "txt",
        Kind::Pdf => "pdf",
        Kind::Nifti => "nii.gz",
        Kind::Scene => "pcd",
        Kind::TimeSeries => "csv",
    }
}

fn media(kind: Kind) -> Option<Media> {
    Some(match kind {
        Kind::Video => {
            Media::Video { fps: 29.97, duration: 1.5, width: 3, height: 4, file_size: 7, mime_type: "video/mp4".into() }
        }
        Kind::Image | Kind::ImageGroup | Kind::ImageSequence => {
            Media::Image { mime_type: "image/jpeg".into(), file_size: 7, height: 4, width: 3 }
        }
        Kind::Audio => Media::Audio {
            duration: 1.5,
            file_size: 7,
            mime_type: "audio/mpeg".into(),
            sample_rate: 48_000,
            bit_depth: 16,
            codec: "mp3".into(),
            num_channels: 2,
        },
        Kind::Text => Media::Text { file_size: 7, mime_type: "text/plain".into() },
        Kind::Pdf => Media::Pdf { file_size: 7, num_pages: 2 },
        Kind::DicomSeries | Kind::Nifti | Kind::Scene | Kind::TimeSeries => return None,
    })
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", |float| serde_json::Number::from_f64(float).map(Value::Number)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-zé ]{1,6}", inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// Valid items sorted by kind, each with URLs of its own.
fn items(frames: bool) -> impl Strategy<Value = Vec<Item>> {
    let one = (
        prop::sample::select(&Kind::ALL[..]),
        "[ -~éä中🎉]{1,30}",
        "[ -~éä中🎉]{0,20}",
        prop::collection::btree_map("[a-zA-Z0-9_é]{1,8}", value(), 0..4),
        2usize..5,
        any::<bool>(),
    );
    prop::collection::vec(one, 1..12).prop_map(move |parts| {
        let mut items = Vec::new();
        for (number, (kind, name, title, metadata, count, known)) in parts.into_iter().enumerate() {
            let count = if kind.is_group() { count } else { 1 };
            let name = name.replace(['.', '%'], "-");
            let urls = (0..count).map(|frame| {
                let name = format!("{number}/{name}{frame}.{}", extension(kind));
                object_url("https://acme.blob.core.windows.net", "raw", &name).unwrap()
            });
            let mut item = Item::new(kind, title, urls.collect());
            if (kind.is_group() || kind == Kind::Scene) && item.title.is_empty() {
                item.title = "t".into();
            }
            item.client_metadata = metadata.into_iter().collect::<Map<_, _>>();
            if !kind.is_group() && known {
                item.media = media(kind);
                item.bytes = if item.media.is_some() { 7 } else { 0 };
            }
            if kind.is_group() && known && frames {
                let frame = |place: usize| Frame { title: Some(format!("f{place}")), media: media(kind) };
                item.frames = (0..count).map(frame).collect();
                item.bytes = if kind == Kind::DicomSeries { 0 } else { 7 * count as u64 };
            }
            if kind == Kind::TimeSeries && known {
                item.settings = Some(json!({"channels": {"speed": {"style": "line"}}}));
            }
            items.push(item);
        }
        items.sort_by_key(|item| item.kind);
        items
    })
}

proptest! {
    #![proptest_config(crate::support::seeds::cases(256))]

    #[test]
    fn the_file_form_is_read_back_without_a_finding(items in items(false)) {
        let mut writer = file_form::Writer::new(Vec::new()).unwrap();
        for item in &items {
            writer.item(item).unwrap();
        }
        let bytes = writer.finish(OPTIONS).unwrap();
        let collected = checked(&bytes, Some("https://acme.blob.core.windows.net/raw"));
        prop_assert_eq!(&collected.findings, &[]);
        prop_assert_eq!(collected.items, items);
    }

    #[test]
    fn the_data_items_form_is_read_back_without_a_finding(items in items(true)) {
        let bytes = job_body(&items, uuid::Uuid::nil(), OPTIONS).unwrap();
        let mut collected = checked(&bytes, None);
        prop_assert_eq!(&collected.findings, &[]);
        // The lists of this form have another order.
        collected.items.sort_by_key(|item| item.kind);
        prop_assert_eq!(collected.items, items);
    }

    #[test]
    fn any_bytes_are_read_to_their_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        checked(&bytes, None);
    }

    #[test]
    fn any_change_of_a_manifest_is_survived_and_every_place_is_within_the_file(
        file in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 1..4),
    ) {
        let files = files("valid");
        let mut bytes = file.get(&files).1.clone();
        for (place, byte, how) in changes {
            if bytes.is_empty() {
                break;
            }
            let place = place.index(bytes.len());
            match how {
                0 => bytes[place] = byte,
                1 => { bytes.remove(place); }
                2 => bytes.insert(place, b"{}[]\",:\\ n1"[usize::from(byte) % 11]),
                _ => bytes.truncate(place),
            }
        }
        let collected = checked(&bytes, None);
        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        for finding in &collected.findings {
            let (Some(line), Some(column)) = (finding.line, finding.column) else { continue };
            let text = lines.get(usize::try_from(line).unwrap() - 1);
            prop_assert!(text.is_some_and(|text| column as usize <= text.len() + 1), "{finding:?}");
        }
        let mut judge = Validator::of_file(&ValidationRules::default());
        let mut count = 0;
        json::check(&bytes[..], &mut judge, 2, &mut |_| { count += 1; Ok::<(), ()>(()) }).unwrap();
        prop_assert_eq!(count, collected.findings.iter().filter(|finding| finding.line.is_some()).count());
    }
}
