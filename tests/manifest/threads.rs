//! However many threads read a file, the same is found in the same order, and it is what a reader finds that looks at every item closely.

use azure_to_encord::manifest::{
    Finding, ValidatingSink, ValidationRules, Validator, Values,
    read::{self, Format, json},
};
use proptest::prelude::*;
use serde_json::json;

use crate::corpus::Collected;

const BASE: &str = "https://acme.blob.core.windows.net/raw";

fn demands(which: usize) -> ValidationRules {
    let schema = json!({
        "site": {"ty": "text"},
        "frame": {"ty": "number"},
        "night": {"ty": "boolean"},
        "weather": {"ty": "enum", "values": ["rain", "sun"]},
        "gone": {"ty": "tombstone"},
    });
    let values = |coerce| Some(Values { schema: schema.as_object().unwrap().clone(), whole: true, coerce });
    let base = Some(BASE.to_owned());
    match which {
        0 => ValidationRules::default(),
        1 => ValidationRules { base, ..ValidationRules::default() },
        2 => ValidationRules { values: values(false), ..ValidationRules::default() },
        3 => ValidationRules { values: values(true), base, ..ValidationRules::default() },
        _ => ValidationRules { strict: true, writable: Some(false), ..ValidationRules::default() },
    }
}

/// What stands under `objectUrl`; `#` becomes the item's number.
const URLS: [&str; 14] = [
    r#""https://acme.blob.core.windows.net/raw/site=a/#.jpg""#,
    r#""https://acme.blob.core.windows.net/raw/b%20c/#.JPG""#,
    r#""https://acme.blob.core.windows.net/raw/twin.jpg""#,
    r#""https://acme.blob.core.windows.net/raw/b%2520c/#.jpg""#,
    r#""https://acme.blob.core.windows.net/raw/%2e%2e/#.jpg""#,
    r#""https://acme.blob.core.windows.net/raw/b c/#.jpg""#,
    r#""https://acme.blob.core.windows.net/raw/#.mp4""#,
    r#""https://acme.blob.core.windows.net/raw/#.nii.gz""#,
    r#""https://other.blob.core.windows.net/raw/#.jpg?sv=1&sig=x""#,
    r#""https:\/\/acme.blob.core.windows.net/raw/#.jpg""#,
    r#""http://acme.blob.core.windows.net/raw/é#.jpg""#,
    r#""""#,
    "null",
    "7",
];

/// What stands behind it.
const RESTS: [&str; 34] = [
    "",
    r#","title":null"#,
    r#", "title": "b c/#.jpg""#,
    r#", "title": "Köln #""#,
    r#", "title": "bell \u0007""#,
    ", \"title\": \"\u{85}\"",
    r#", "title": 3"#,
    r#", "title": "a", "title": "b""#,
    r#", "clientMetadata": {}"#,
    r#", "clientMetadata": {"site": "a", "frame": -0.5, "night": true, "weather": "rain"}"#,
    r#", "clientMetadata": {"site":"a","frame":12,"night":false,"weather":null}"#,
    r#", "clientMetadata": {"site": "a", "new": "x", "gone": 1}"#,
    r#", "clientMetadata": {"frame": "12", "night": "yes", "weather": "Rain"}"#,
    r#", "clientMetadata": {"frame": "twelve", "site": 5}"#,
    r#", "clientMetadata": {"site": "a", "site": "b"}"#,
    r#", "clientMetadata": {"a": NaN}"#,
    r#", "clientMetadata": {"a": 1e5, "b": 1e999}"#,
    r#", "clientMetadata": {"a": [1, {"b": -Infinity}]}"#,
    r#", "clientMetadata": {"$encord": {"config": 1}}"#,
    r#", "clientMetadata": {"$encord": 1}"#,
    r#", "clientMetadata": {"keyframes": 1, "a\nb": 1}"#,
    r#", "clientMetadata": {"": 1, "bad/key": 2}"#,
    r#", "clientMetadata": {"a": 01}"#,
    r#", "clientMetadata": {"a": -}"#,
    r#", "clientMetadata": {"a": truely}"#,
    r#", "clientMetadata": {"a": 12345678901234567890123}"#,
    r#", "clientMetadata": "none""#,
    r#", "clientMetadata": {"a": 1}, "clientMetadata": {"b": 2}"#,
    r#", "externalFileType": "IMAGE", "imageMetadata": null"#,
    r#", "externalFileType": "VIDEO""#,
    r#", "imageMetadata": {"mime_type": "image/png", "file_size": 0, "height": 1, "width": 1}"#,
    r#", "Title": "a", "colour": 1"#,
    r#", "objectUrl": "https://acme.blob.core.windows.net/raw/#b.jpg""#,
    ",",
];

const LISTS: [&str; 6] = ["images", "videos", "nifti", "text", "audio", "dicom_series"];

/// All that is found: as it is told, and the number of items.
fn by_threads(bytes: &[u8], demands: &ValidationRules, threads: usize) -> (Vec<Finding>, u64) {
    let mut judge = Validator::of_file(demands);
    let mut collected = Collected::default();
    let told = json::check(bytes, &mut judge, threads, &mut |finding| {
        collected.findings.push(finding);
        Ok::<(), ()>(())
    });
    judge.limits("the file", &mut collected).unwrap();
    judge.finish(&mut collected).unwrap();
    (collected.findings, told.unwrap().items.values().sum())
}

/// The same by a reader to whom every item is equal.
fn closely(bytes: &[u8], demands: &ValidationRules) -> (Vec<Finding>, u64) {
    let mut judge = Validator::of_file(demands);
    let mut collected = Collected::default();
    read::read(
        Format::Json,
        bytes,
        &read::kind_by_extension,
        &mut ValidatingSink { judge: &mut judge, sink: &mut collected },
    )
    .unwrap();
    let items = collected.items.len() as u64;
    collected.findings.sort_by_key(|finding| (finding.line, finding.column));
    judge.limits("the file", &mut collected).unwrap();
    judge.finish(&mut collected).unwrap();
    (collected.findings, items)
}

proptest! {
    #![proptest_config(crate::support::seeds::cases(40))]
    #[test]
    fn any_number_of_threads_finds_the_same(
        picks in prop::collection::vec((0..6_usize, 0..URLS.len() + 30, 0..RESTS.len() + 20), 1..60),
        which in 0..5_usize,
        repeat in prop_oneof![Just(1_usize), Just(1), 20..120_usize],
        pretty in any::<bool>(),
    ) {
        let end = if pretty { "\n" } else { "" };
        let mut number = 0;
        let lists = LISTS.iter().enumerate().map(|(list, key)| {
            let picked: Vec<_> = picks.iter().filter(|(of, ..)| *of == list).collect();
            let items = (0..repeat).flat_map(|_| &picked).map(|(_, url, rest)| {
                number += 1;
                // Most items are right.
                let (url, rest) = (URLS.get(*url).unwrap_or(&URLS[0]), RESTS.get(*rest).unwrap_or(&RESTS[10]));
                format!("{{\"objectUrl\": {url}{rest}{end}}}").replace('#', &number.to_string())
            });
            format!("\"{key}\": [{end}{}]", items.collect::<Vec<_>>().join(&format!(",{end}")))
        });
        let text = format!("{{{}}}", lists.collect::<Vec<_>>().join(", "));
        let demands = demands(which);
        let expected = closely(text.as_bytes(), &demands);
        for threads in 1..=3 {
            let found = by_threads(text.as_bytes(), &demands, threads);
            prop_assert_eq!(&found, &expected, "{} threads", threads);
        }
    }
}
