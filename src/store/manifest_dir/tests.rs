use crate::{
    manifest::{
        data_items::JobOptions,
        file_form,
        finding::{Code, Origin, Severity},
        item::Item,
        kind::Kind,
        sink::Sink as _,
        summary::{FIRST, MOST_KEYS},
    },
    store::manifest_dir::{writer::ManifestWriter, *},
};

fn options() -> JobOptions {
    crate::config::upload::Upload::default().options()
}

fn item(number: usize) -> Item {
    Item { bytes: 1, ..Item::new(Kind::Image, number.to_string(), vec!["https://a/b".into()]) }
}

#[test]
fn findings_lie_in_a_file_errors_first_and_few_are_held() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = ManifestWriter::create(dir.path()).unwrap();
    for number in 0..1000 {
        let name = number.to_string();
        writer.finding(Finding::new(Code::MetadataPath, &*name, "no shape")).unwrap();
        if number % 2 == 0 {
            // Two keys of one item, one of them another with every item.
            for key in ["lux", &format!("key {number:04}")] {
                writer.finding(Finding::new(Code::MetadataType, &*name, "bad").key(key)).unwrap();
            }
        }
        writer.item(&Origin::blob(&name), item(number)).unwrap();
    }
    let manifest = writer.finish(options()).unwrap();
    let summary = manifest.summary();
    assert_eq!((summary.errors, summary.warnings, summary.total_findings()), (1000, 1000, 2000));
    assert_eq!((summary.items_with_errors, summary.total_items()), (500, 1000));
    let types = &summary.findings[&Code::MetadataType];
    assert_eq!((types.len(), types["lux"].items, types["lux"].first.len()), (MOST_KEYS + 1, 500, FIRST));
    assert_eq!(types.values().map(|tally| tally.items).sum::<u64>(), 1000);
    assert_eq!(summary.findings[&Code::MetadataPath][""].items, 1000);
    assert_eq!(summary.tallies().next().unwrap().0, Code::MetadataType);

    let findings = manifest.findings().unwrap();
    assert_eq!(findings.count(), 2000);
    let edge: Vec<_> = findings.read(999, 2).unwrap().iter().map(|finding| finding.severity).collect();
    assert_eq!(edge, [Severity::Error, Severity::Warning]);
    assert_eq!(ManifestDir::open(dir.path()).unwrap().summary(), summary);
    let mut form = file_form::Writer::new(Vec::new()).unwrap();
    manifest.items().unwrap().for_each(|item| form.item(&item)).unwrap();
    let form = form.finish(options()).unwrap();
    assert!(std::fs::read(manifest.file_form_path()).unwrap() == form);
    let left = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().contains("spool")));
}

#[test]
fn every_mixture_of_kinds_is_joined_into_both_forms() {
    let mixtures: [&[Kind]; 5] =
        [&[], &[Kind::Pdf], &[Kind::ImageGroup, Kind::ImageSequence], &[Kind::Scene, Kind::Video], &Kind::ALL];
    for kinds in mixtures {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = ManifestWriter::create(dir.path()).unwrap();
        let numbers = 0..3 * kinds.len();
        for number in numbers.rev() {
            let item = Item { kind: kinds[number % kinds.len()], ..item(number) };
            writer.item(&Origin::blob("x"), item).unwrap();
        }
        let manifest = writer.finish(options()).unwrap();
        assert_eq!(manifest.items().unwrap().count(), 3 * kinds.len() as u64);
        let mut form = file_form::Writer::new(Vec::new()).unwrap();
        manifest.items().unwrap().for_each(|item| form.item(&item)).unwrap();
        let form = String::from_utf8(form.finish(options()).unwrap()).unwrap();
        assert_eq!(std::fs::read_to_string(manifest.file_form_path()).unwrap(), form);
        let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| !name.to_string_lossy().contains("spool")), "{left:?}");
        manifest.sync().unwrap();
    }
}
