use std::{cell::RefCell, io, rc::Rc};

use proptest::prelude::*;
use serde_json::json;

use crate::manifest::{
    data_items::JobOptions,
    item::tests::item,
    kind::Kind,
    read::{csv, kind_by_extension, tests::Collected},
    write::*,
};

const OPTIONS: JobOptions = JobOptions { ignore_errors: true, skip_duplicate_urls: true, upsert_metadata: false };
const NO_LIMITS: Limits = Limits { items: u64::MAX, urls: u64::MAX, bytes: u64::MAX, rows: u64::MAX };

/// The files that items become.
fn files(form: OutputFormat, items: &[Item], limits: Limits, splits: bool) -> (Vec<Vec<u8>>, Written) {
    #[derive(Clone)]
    struct Shared(Rc<RefCell<Vec<Vec<u8>>>>, usize);
    impl io::Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut()[self.1].extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let all = Rc::new(RefCell::new(Vec::new()));
    let has_groups = items.iter().any(|item| matches!(item.kind, Kind::ImageGroup | Kind::ImageSequence));
    let open = |number: u64| {
        all.borrow_mut().push(Vec::new());
        Ok(Shared(Rc::clone(&all), usize::try_from(number - 1).unwrap()))
    };
    let mut parts = Parts::new(form, OPTIONS, has_groups, limits, splits, open).unwrap();
    items.iter().for_each(|item| parts.item(item).unwrap());
    let written = parts.finish().unwrap();
    let all = all.borrow().clone();
    assert_eq!(all.len(), written.parts.len());
    (all, written)
}

fn text(form: OutputFormat, items: &[Item]) -> (String, Losses) {
    let (mut files, written) = files(form, items, Limits::default(), false);
    (String::from_utf8(files.remove(0)).unwrap(), written.losses)
}

#[test]
fn a_csv_repeats_its_header_where_the_type_changes() {
    let video = Item { title: "run \"1\", cut".into(), ..item(Kind::Video, &["https://u/a.mp4"]) };
    let image = Item { title: String::new(), ..item(Kind::Image, &["https://u/a,b.png"]) };
    let (csv, losses) = text(OutputFormat::Csv, &[video.clone(), image.clone()]);
    assert_eq!(
        csv,
        "ObjectURL,Video title\nhttps://u/a.mp4,\"run \"\"1\"\", cut\"\nObjectURL,Image title\n\"https://u/a,b.png\",\n"
    );
    assert!(losses.is_empty());
    let groups = [
        video,
        image,
        Item { title: "g".into(), ..item(Kind::ImageGroup, &["https://u/1", "https://u/2"]) },
        Item { title: "s".into(), ..item(Kind::ImageSequence, &["https://u/3"]) },
        Item { title: "g".into(), ..item(Kind::DicomSeries, &["https://u/4"]) },
    ];
    let (csv, losses) = text(OutputFormat::Csv, &groups);
    assert_eq!(
        csv.lines().skip(3).collect::<Vec<_>>(),
        [
            "\"https://u/a,b.png\",,false",
            "ObjectURL,Image group title,Create video",
            "https://u/1,g,false",
            "https://u/2,g,false",
            "https://u/3,s,true",
            "ObjectURL,Series title,Create video",
            "https://u/4,g,false",
        ]
    );
    assert!(losses.is_empty());
}

#[test]
fn what_a_form_cannot_hold_is_counted_and_named() {
    let mut with = Item { title: "v".into(), ..item(Kind::Video, &["https://u/a.mp4?sig=SECRET"]) };
    with.client_metadata.insert("site".into(), "leeds".into());
    let mut framed = item(Kind::ImageGroup, &["https://u/1"]);
    framed.frames = vec![crate::manifest::item::Frame { title: Some("left".into()), media: None }];
    let untitled = Item { title: String::new(), ..item(Kind::ImageGroup, &["https://u/2?sig=SECRET"]) };
    let items = [
        with,
        framed.clone(),
        untitled,
        item(Kind::ImageSequence, &["https://u/3"]),
        item(Kind::Audio, &["https://u/4"]),
    ];
    let (csv, losses) = text(OutputFormat::Csv, &items);
    assert_eq!(csv.lines().count(), 4);
    let told: Vec<_> = losses.iter().map(|(loss, (count, first))| (*loss, *count, first.as_str())).collect();
    assert_eq!(
        told,
        [
            (Loss::Kind, 1, "t"),
            (Loss::NoTitle, 1, "https://u/2"),
            (Loss::SameTitle, 1, "t"),
            (Loss::ClientMetadata, 1, "v"),
            (Loss::Frames, 1, "t"),
        ]
    );
    assert_eq!(text(OutputFormat::Json(Dialect::File), &items).1.into_keys().collect::<Vec<_>>(), [Loss::Frames]);
    assert!(text(OutputFormat::Json(Dialect::DataItems), &items).1.is_empty());
    let (lines, losses) = text(OutputFormat::Lines, &items);
    assert!(losses.is_empty());
    let second: Value = serde_json::from_str(lines.lines().nth(1).unwrap()).unwrap();
    assert_eq!(
        second,
        json!({"type": "image-group", "images": [{"url": "https://u/1", "title": "left"}], "createVideo": false, "title": "t"})
    );
}

#[test]
fn both_dialects_of_json_are_streamed() {
    let items: Vec<Item> = Kind::ALL.into_iter().map(|kind| item(kind, &["https://u/a.pcd"])).collect();
    let body: Value =
        serde_json::from_slice(&data_items::job_body(&items, uuid::Uuid::nil(), OPTIONS).unwrap()).unwrap();
    let written: Value = serde_json::from_str(&text(OutputFormat::Json(Dialect::DataItems), &items).0).unwrap();
    for (key, value) in written.as_object().unwrap() {
        assert_eq!(value, &body["dataItems"][key], "{key}");
    }
    assert_eq!(written.as_object().unwrap().len(), 10 + 2);
    let file: Value = serde_json::from_str(&text(OutputFormat::Json(Dialect::File), &items).0).unwrap();
    assert_eq!(file["pdfs"][0]["objectUrl"], "https://u/a.pcd");
}

#[test]
fn every_part_stays_within_every_limit() {
    let mut items: Vec<Item> =
        (0..40).map(|number| Item { title: "é".repeat(number), ..item(Kind::Video, &["https://u/a.mp4"]) }).collect();
    items.extend((0..40).map(|number| {
        let urls: Vec<String> = (0..number % 5 + 1).map(|frame| format!("https://u/{number}/{frame}")).collect();
        Item::new(if number < 20 { Kind::ImageGroup } else { Kind::ImageSequence }, format!("g{number}"), urls)
    }));
    for limits in [
        Limits { items: 7, ..NO_LIMITS },
        Limits { urls: 11, ..NO_LIMITS },
        Limits { bytes: 700, ..NO_LIMITS },
        Limits { rows: 9, ..NO_LIMITS },
    ] {
        for form in [
            OutputFormat::Json(Dialect::File),
            OutputFormat::Json(Dialect::DataItems),
            OutputFormat::Csv,
            OutputFormat::Lines,
        ] {
            let (parts, written) = files(form, &items, limits, true);
            assert_eq!((&written.losses, written.parts.iter().sum::<u64>()), (&Losses::new(), 80));
            assert_eq!(files(form, &items, limits, true).0, parts);
            let mut urls = 0;
            for part in &parts {
                assert!(part.len() as u64 <= limits.bytes, "{form:?} {limits:?}");
                let part = std::str::from_utf8(part).unwrap();
                match form {
                    OutputFormat::Json(_) => assert!(serde_json::from_str::<Value>(part).unwrap().is_object()),
                    OutputFormat::Csv => {
                        assert!(part.lines().count() as u64 <= limits.rows && part.starts_with("ObjectURL,"));
                    }
                    OutputFormat::Lines => assert!(part.lines().count() as u64 <= limits.items),
                }
                urls += part.matches("https://").count();
                assert!(part.matches("https://").count() as u64 <= limits.urls);
            }
            assert_eq!(urls, items.iter().map(|item| item.urls.len()).sum::<usize>());
            assert!(form != OutputFormat::Lines || limits.items != 7 || parts.len() == 80_usize.div_ceil(7));
        }
    }
}

#[test]
fn one_file_beyond_the_limits_is_told() {
    let items = [item(Kind::Video, &["https://u/a"]), item(Kind::DicomSeries, &["https://u/b", "https://u/c"])];
    let limits = Limits { items: 1, urls: 2, bytes: 1, rows: 3 };
    let losses = |form, splits| files(form, &items, limits, splits).1.losses.into_keys().collect::<Vec<_>>();
    assert_eq!(losses(OutputFormat::Json(Dialect::File), false), [Loss::Items, Loss::Urls]);
    assert_eq!(losses(OutputFormat::Csv, false), [Loss::Rows]);
    assert_eq!(losses(OutputFormat::Lines, false), []);
    // Each part holds at least one item, whatever its size.
    assert_eq!(losses(OutputFormat::Json(Dialect::File), true), []);
}

#[test]
fn an_empty_manifest_is_a_file_all_the_same() {
    assert_eq!(text(OutputFormat::Csv, &[]).0, "");
    assert_eq!(
        serde_json::from_str::<Value>(&text(OutputFormat::Json(Dialect::DataItems), &[]).0).unwrap()["upsertMetadata"],
        false
    );
}

proptest! {
    #![proptest_config(crate::seeds::cases(256))]

    #[test]
    fn what_a_csv_can_hold_comes_back_from_it(
        mut wanted in prop::collection::vec(
            (
                prop::sample::select(vec![Kind::Video, Kind::Image, Kind::ImageGroup, Kind::ImageSequence, Kind::DicomSeries]),
                "[ -~é中🎉\r\n\"',;]{0,12}",
                prop::collection::vec("https://u/[!-~é]{1,9}", 1..4),
            ),
            0..12,
        )
    ) {
        wanted.sort_by_key(|(kind, ..)| *kind);
        let items: Vec<Item> = wanted
            .into_iter()
            .enumerate()
            .map(|(number, (kind, title, mut urls))| {
                // A group's title is what tells it from the others.
                let title = if kind.is_group() { format!("{title}{number}") } else { title };
                urls.truncate(if kind.is_group() { 4 } else { 1 });
                Item::new(kind, title, urls)
            })
            .collect();
        let (csv, losses) = text(OutputFormat::Csv, &items);
        prop_assert!(losses.is_empty());
        let mut collected = Collected::default();
        csv::read(csv.as_bytes(), &kind_by_extension, &mut collected).unwrap();
        prop_assert_eq!(&collected.findings, &[]);
        let mut read: Vec<Item> = collected.items.into_iter().map(|(_, item)| item).collect();
        read.sort_by_key(|item| item.kind);
        prop_assert_eq!(read, items);
    }
}
