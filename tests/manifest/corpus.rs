//! The stored manifests, read by the library, on one thread and on several.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use azure_to_encord::manifest::{
    Finding, Item, Kind, Origin, Sink, Skipped, ValidatingSink, ValidationRules, Validator,
    read::{self, Format, json},
};

/// The container that the stored manifests name.
const BASE: &str = "https://acme.blob.core.windows.net/raw";

/// Keeps everything.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub(crate) items: Vec<Item>,
    pub(crate) findings: Vec<Finding>,
}

impl Sink for Collected {
    type Error = ();

    fn item(&mut self, _: &Origin<'_>, item: Item) -> Result<(), ()> {
        self.items.push(item);
        Ok(())
    }

    fn skipped(&mut self, skipped: Skipped) -> Result<(), ()> {
        panic!("{skipped:?}")
    }

    fn finding(&mut self, finding: Finding) -> Result<(), ()> {
        self.findings.push(finding);
        Ok(())
    }
}

fn demands(base: Option<&str>) -> ValidationRules {
    ValidationRules { base: base.map(str::to_owned), ..ValidationRules::default() }
}

/// Reads and judges bytes as a file would be.
pub(crate) fn checked(bytes: &[u8], base: Option<&str>) -> Collected {
    let mut judge = Validator::of_file(&demands(base));
    let mut collected = Collected::default();
    let mut sink = ValidatingSink { judge: &mut judge, sink: &mut collected };
    // A buffer that ends where nobody expects it.
    let input = std::io::BufReader::with_capacity(7, bytes);
    read::read(Format::Json, input, &read::kind_by_extension, &mut sink).unwrap();
    judge.limits("the file", &mut collected).unwrap();
    judge.finish(&mut collected).unwrap();
    collected
}

/// The same on several threads.
fn checked_by_many(bytes: &[u8], base: Option<&str>) -> (Vec<Finding>, u64) {
    let mut judge = Validator::of_file(&demands(base));
    let mut findings = Vec::new();
    let told = json::check(bytes, &mut judge, 3, &mut |finding| {
        findings.push(finding);
        Ok::<(), ()>(())
    });
    (findings, told.unwrap().items.values().sum())
}

pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/manifest")).join(name)
}

pub(crate) fn files(name: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

/// The expected findings by file: code, line, column.
pub(crate) fn table() -> BTreeMap<String, Vec<(String, u64, u64)>> {
    let mut table: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for line in std::fs::read_to_string(folder("wrong.txt")).unwrap().lines().filter(|line| !line.starts_with('#')) {
        let [file, code, place] = line.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{line}") };
        let (line, column) = place.split_once(':').unwrap();
        let expected = (code.to_owned(), line.parse().unwrap(), column.parse().unwrap());
        table.entry(file.to_owned()).or_default().push(expected);
    }
    table
}

fn told(findings: &[Finding]) -> Vec<(String, u64, u64)> {
    let mut told: Vec<_> = findings
        .iter()
        .map(|finding| (finding.code.name().to_owned(), finding.line.unwrap_or(0), finding.column.unwrap_or(0)))
        .collect();
    told.sort_by_key(|(_, line, column)| (*line, *column));
    told
}

#[test]
fn every_planted_mistake_is_found_at_its_place_and_nothing_else_is() {
    let (table, files) = (table(), files("wrong"));
    let mistakes: usize = table.values().map(Vec::len).sum();
    assert!(mistakes >= 60, "{mistakes}");
    assert_eq!(table.keys().collect::<Vec<_>>(), files.iter().map(|(name, _)| name).collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for (name, bytes) in &files {
        let collected = checked(bytes, None);
        let found = told(&collected.findings);
        if found != table[name] {
            wrong.push(format!("{name}: {found:?} instead of {:?}: {:#?}", table[name], collected.findings));
        }
        let (by_many, _) = checked_by_many(bytes, None);
        assert_eq!(told(&by_many), found, "{name}, on several threads");
        for finding in &collected.findings {
            let shown = format!("{finding:?}");
            assert!(!shown.contains("s3cret"), "{name}: {shown}");
            assert!(shown.len() < 1500, "{name}: {shown}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn with_the_container_known_other_hosts_and_containers_are_found() {
    let manifest = br#"{"images": [
        {"objectUrl": "https://acme.blob.core.windows.net/raw/1.png"},
        {"objectUrl": "https://other.blob.core.windows.net/raw/1.png"},
        {"objectUrl": "https://acme.blob.core.windows.net/other/1.png"}
    ]}"#;
    let expected = [("url.host".to_owned(), 3, 23), ("url.container".to_owned(), 4, 23)];
    assert_eq!(told(&checked(manifest, Some(BASE)).findings), expected);
}

#[test]
fn valid_manifests_of_every_type_have_no_finding() {
    let mut kinds = BTreeSet::new();
    for (name, bytes) in files("valid") {
        for base in [None, Some(BASE)] {
            let collected = checked(&bytes, base);
            assert_eq!(collected.findings, [], "{name}");
            assert!(!collected.items.is_empty(), "{name}");
            let (findings, items) = checked_by_many(&bytes, base);
            assert_eq!((findings, items), (vec![], collected.items.len() as u64), "{name}");
            kinds.extend(collected.items.iter().map(|item| item.kind));
        }
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), Kind::ALL);
}

#[test]
fn a_sequence_needs_a_container_that_can_be_written() {
    let manifest = br#"{"image_groups": [{"title": "s", "createVideo": true,
        "objectUrl_0": "https://acme.blob.core.windows.net/raw/1.png", "objectUrl_1": "https://acme.blob.core.windows.net/raw/2.png"}]}"#;
    let codes = |demands: ValidationRules| {
        let mut judge = Validator::of_file(&demands);
        let mut collected = Collected::default();
        json::read(&manifest[..], &mut ValidatingSink { judge: &mut judge, sink: &mut collected }).unwrap();
        collected.findings.iter().map(|finding| finding.code.name()).collect::<Vec<_>>()
    };
    assert_eq!(codes(ValidationRules { writable: Some(false), ..ValidationRules::default() }), ["sequence.no-write"]);
    assert_eq!(codes(ValidationRules { strict: true, ..ValidationRules::default() }), ["strict.sequence"]);
    assert!(codes(ValidationRules { writable: Some(true), ..ValidationRules::default() }).is_empty());
}

#[test]
fn more_than_encord_takes_in_one_json_is_told() {
    let count = 500_001;
    let mut text = String::from("{\"dicom_series\": [");
    for item in 0..count {
        text.push_str(if item == 0 { "\n" } else { ",\n" });
        text.push_str(&format!(
            r#"{{"title":"t","objectUrl_0":"https://a.b/c/{item}.dcm","objectUrl_1":"https://a.b/c/{item}x.dcm"}}"#
        ));
    }
    text.push_str("]}");
    let mut judge = Validator::of_file(&ValidationRules::default());
    let checked = json::check(text.as_bytes(), &mut judge, 2, &mut |finding| Err(finding)).unwrap();
    assert_eq!(checked.items[&Kind::DicomSeries], count);
    let mut collected = Collected::default();
    judge.limits("the file", &mut collected).unwrap();
    let codes: Vec<_> = collected.findings.iter().map(|finding| finding.code.name()).collect();
    assert_eq!(codes, ["manifest.too-many-items", "manifest.too-many-urls", "manifest.large"]);
}
