use crate::{
    config::upload::Upload,
    manifest::{batch::Batch, finding::Origin, item::Item, kind::Kind, sink::Sink},
    store::{manifest_dir::writer::ManifestWriter, registered::*},
};

fn add(path: &Path, items: impl IntoIterator<Item = Fingerprint>, chunk: usize) {
    let mut adding = RegisteredWriter::new(path).unwrap();
    items.into_iter().for_each(|item| adding.add(item, chunk).unwrap());
    adding.finish().unwrap();
}

fn number(number: u64) -> Fingerprint {
    fingerprint(&[number.to_string()], "")
}

#[test]
fn what_is_added_is_found_again_whatever_the_order_and_the_chunks() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("seen").join("a.bin");
    assert!(RegisteredFile::open(&path).unwrap().is_none());
    add(&path, [], 10);
    assert_eq!(RegisteredFile::open(&path).unwrap().unwrap().count(), 0);
    add(&path, (0..5000).rev().map(number), 700);
    add(&path, (4000..9000).chain(0..10).map(number), 100_000);
    let seen = RegisteredFile::open(&path).unwrap();
    assert_eq!(seen.as_ref().unwrap().count(), 9000);
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 16 * 9001);
    assert!((0..9000).all(|item| seen.holds(&number(item))));
    assert!((9000..30_000).all(|item| !seen.holds(&number(item))));
    let left = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(left, 1, "only the record stays");
}

#[test]
fn a_damaged_record_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.bin");
    add(&path, (0..100).map(number), 1000);
    let whole = std::fs::read(&path).unwrap();
    let mut swapped = whole.clone();
    swapped[16..48].rotate_left(16);
    for bytes in [&whole[..whole.len() - 1], &whole[16..], &swapped[..], b"", b"short"] {
        std::fs::write(&path, bytes).unwrap();
        let message = RegisteredFile::open(&path).unwrap_err().to_string();
        assert!(message.contains("remove it"), "{message}");
    }
}

#[test]
fn each_config_and_container_has_a_record_of_its_own() {
    let home = Home::below(Path::new("/h"));
    let path = |config, container| seen_path(&home, config, container);
    assert_eq!(path("site", "https://a/c"), path("/h/configs/site.toml", "https://a/c"));
    assert_ne!(path("site", "https://a/c"), path("/etc/site.toml", "https://a/c"));
    assert_ne!(path("/etc/site.toml", "https://a/c"), path("/tmp/site.toml", "https://a/c"));
    assert_ne!(path("site", "https://a/c"), path("site", "https://a/d"));
    assert_ne!(path("site", "https://a/c"), path("other", "https://a/c"));
}

#[test]
fn only_what_encord_surely_has_is_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = ManifestWriter::create(dir.path()).unwrap();
    let item = |number: u64| Item {
        etag: (number != 7).then(|| "0x1".to_owned()),
        ..Item::new(Kind::Image, "", vec![format!("https://a/{number}"), format!("https://b/{number}")])
    };
    for number in 0..60 {
        writer.item(&Origin::blob(""), item(number)).unwrap();
    }
    let manifest = writer.finish(Upload::default().options()).unwrap();
    let target = dir.path().join("seen.bin");
    let row = |number: u32, state, errors, cancelled| BatchRow {
        state,
        done: 10 - errors - cancelled,
        errors,
        cancelled,
        ..BatchRow::waiting(number, Batch { kind: Kind::Image, first: u64::from(number - 1) * 10, count: 10 })
    };
    let rows = [
        // All but the seventh, which has no ETag.
        row(1, BatchState::Done, 0, 0),
        // One failed, and Encord says which; it names one URL of it only.
        row(2, BatchState::Done, 1, 0),
        // Two failed, and Encord names one.
        row(3, BatchState::Done, 2, 0),
        row(4, BatchState::Error, 5, 0),
        row(5, BatchState::Cancelled, 0, 5),
        row(6, BatchState::Done, 0, 1),
    ];
    let failed = |row: &BatchRow| {
        let url = if row.number == 2 { "https://b/13" } else { "https://a/25" };
        Ok(vec![FailedUnit {
            batch: row.number,
            object_urls: vec![url.to_owned()],
            error: String::new(),
            subtask_uuid: None,
            action_description: None,
        }])
    };
    record(&manifest, &rows, failed).unwrap();
    assert!(!target.exists(), "a run that was not asked to records nothing");
    record_in(dir.path(), &target).unwrap();
    record(&manifest, &rows, failed).unwrap();
    let seen = RegisteredFile::open(&target).unwrap();
    let found: Vec<u64> = (0..60).filter(|number| seen.holds(&fingerprint(&item(*number).urls, "0x1"))).collect();
    let wanted: Vec<u64> = (0..20).filter(|number| ![7, 13].contains(number)).collect();
    assert_eq!(found, wanted);
}
