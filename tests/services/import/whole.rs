//! Everything in a container that holds all there is: every type, every kind of name, all that must be left out.

use std::collections::BTreeMap;

use azure_to_encord::demo::encord::Pace;
use serde_json::{Value, json};

use crate::{
    import::scene::{FOLDER, JPEG, MP4, PNG, Scene, images},
    support::{
        azurite::Blob,
        events::{events, only},
        program::{Ended, run},
    },
};

/// Names that break what encodes a URL too little, too much, or twice.
pub(crate) fn hard_names() -> Vec<String> {
    let mut names: Vec<String> = [
        "with space.png",
        " leading and trailing .png",
        "dir with space /  two  spaces.png",
        "hash#fragment.png",
        "percent%.png",
        "100%25 sure%20.png",
        "%41%2F%00.png",
        "question?mark=1&x=2.png",
        "plus+plus ++.png",
        "and&amp;&lt;.png",
        "single'quote.png",
        "double\"quote.png",
        "less<more>.png",
        "pipe|pipe.png",
        "caret^tilde~grave`.png",
        "curly{}[]square().png",
        "semi;colon:comma,equals=at@bang!dollar$star*.png",
        "double//slash.png",
        "triple///slash.png",
        "~tilde.png",
        "-rf.png",
        "...dots.png",
        "dots/...three/a.png",
        "UPPER.PNG",
        "upper.png",
        "数据/图像 №1.png",
        "日本語/テスト.png",
        "emoji 🎉👩‍👩‍👧‍👦🏳️‍🌈.png",
        "עברית/תמונה.png",
        "عربي/صورة ١.png",
        "rtl\u{202e}gnp.exe.png",
        "combining e\u{301} and \u{e9}.png",
        "nfd \u{1112}\u{1161}\u{11ab} nfc \u{d55c}.png",
        "no-break\u{a0}space\u{2028}separator.png",
        "zero\u{200b}width\u{feff}.png",
        "ﬁ ligature ß ſ İ ı.png",
        "\u{10fffd}last.png",
        "https://elsewhere.example/a.png",
        "a.png?sv=1&sig=x",
        "Δ/δ/Ω.png",
    ]
    .map(str::to_owned)
    .into();
    names.push(format!("long/{}.png", "x".repeat(1000)));
    names.push(format!("long/{}.png", "数".repeat(300)));
    names.push(format!("{}deep.png", "d/".repeat(200)));
    names
}

struct Expected {
    blobs: Vec<Blob>,
    /// The names that become items or parts of items.
    taken: Vec<String>,
    left_out: usize,
    kinds: BTreeMap<String, usize>,
}

fn container() -> Expected {
    let dicom: Vec<u8> = [&[0; 128][..], b"DICM", &[2, 0]].concat();
    let mut taken = images(1_800);
    let mut many = |count: usize, name: &dyn Fn(usize) -> String, content: &[u8]| {
        taken.extend((0..count).map(|number| Blob::new(name(number), content)));
    };
    many(250, &|number| format!("clips/run {number}.mp4"), MP4);
    many(120, &|number| format!("sound/{number}.WAV"), b"RIFF\x24\0\0\0WAVEfmt ");
    many(90, &|number| format!("notes/{number}.txt"), "Text – 数据\n".as_bytes());
    many(60, &|number| format!("papers/{number}.pdf"), b"%PDF-1.7\n");
    many(60, &|number| format!("ct/series {}/{}.dcm", number % 10, number / 10), &dicom);
    many(40, &|number| format!("mri/{number}.nii.gz"), b"\x1f\x8b\x08\0\0\0\0\0");
    many(30, &|number| format!("lidar/{number}.pcd"), b"# .PCD v0.7\n");
    // The content type tells where the name does not.
    taken.push(Blob { content_type: Some("image/png"), ..Blob::new("no extension", PNG) });
    taken.push(Blob { content_type: Some("image/png"), ..Blob::new("ends in a space.png ", PNG) });
    taken.push(Blob { content_type: Some("image/png"), ..Blob::new("back\\slash\\name.png", PNG) });
    let hard = hard_names();
    for name in &hard {
        taken.push(Blob { content_type: Some("image/png"), ..Blob::new(name.clone(), PNG) });
    }
    let left_out = vec![
        Blob { is_folder: true, ..Blob::new("cam1", b"") },
        Blob { is_folder: true, ..Blob::new("数据", b"") },
        Blob::new("marker/", b""),
        Blob { tier: Some("Archive"), ..Blob::new("old/1.jpg", JPEG) },
        Blob { tier: Some("Archive"), ..Blob::new("old/2.mp4", MP4) },
        Blob::new("empty.png", b""),
        Blob::new("table.parquet", b"PAR1"),
        Blob { content_type: Some("application/octet-stream"), ..Blob::new("README", b"hello") },
    ];
    let kinds = [
        ("Image", 1_800 + 3 + hard.len()),
        ("Video", 250),
        ("Audio", 120),
        ("PlainText", 90),
        ("Pdf", 60),
        ("DicomSeries", 10),
        ("Nifti", 40),
        ("Scene", 30),
    ]
    .into_iter()
    .map(|(kind, count)| (kind.to_owned(), count))
    .collect();
    Expected {
        // Azure takes a backslash for a slash.
        taken: taken.iter().map(|blob| blob.name.replace('\\', "/")).collect(),
        left_out: left_out.len(),
        blobs: taken.into_iter().chain(left_out).collect(),
        kinds,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_blob_is_registered_once_under_a_url_that_leads_back_to_it() {
    let expected = container();
    let scene = Scene::set("whole", false, &expected.blobs, Pace::Unlimited).await;
    assert!(expected.blobs.len() >= 2_500 && scene.listed.len() == expected.blobs.len());

    let ended = run(&mut scene.run(&["--yes", "--json"])).expect(0);
    let items = scene.encord.items(FOLDER);
    let mut kinds = BTreeMap::new();
    for item in &items {
        *kinds.entry(format!("{:?}", item.kind)).or_insert(0) += 1;
        assert!(item.name.chars().count() <= 300, "{}", item.name);
    }
    assert_eq!(kinds, expected.kinds);
    assert_names(&scene, &expected);
    assert_jobs(&scene.encord.recorder.jobs(), items.len());
    assert_events(&ended, &expected, items.len());

    // Once more: nothing is added, nothing fails.
    let ended = run(&mut scene.run(&["--yes", "--json"])).expect(0);
    assert_eq!(scene.encord.items(FOLDER).len(), items.len());
    assert_names(&scene, &expected);
    assert_no_secret_on_disk(&scene);
    let events = events(&ended);
    assert_eq!(only(&events, "folder")["created"], false);
    assert_eq!(only(&events, "finished")["state"], "done");

    let listed = run(&mut scene.program(&["runs", "list", "--json"])).expect(0);
    let runs: Vec<Value> = listed.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(runs.len(), 2);
    for run in &runs {
        let keys: Vec<_> = run.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["run", "config", "state", "registered", "failed", "started"]);
        assert_eq!((&run["state"], &run["failed"]), (&json!("done"), &json!(0)));
        assert_eq!(run["registered"], json!(items.len()));
    }
}

/// A run's directory, the record of runs and the reports are kept for long and handed on.
fn assert_no_secret_on_disk(scene: &Scene) {
    let files = scene.files_left();
    assert!(files.iter().any(|(path, _)| path.ends_with("runs.db")), "{files:?}");
    let signature = scene.signature();
    let decoded = percent_decode(&signature);
    for (path, content) in &files {
        let text = String::from_utf8_lossy(content);
        for secret in [signature.as_str(), decoded.as_str(), "PRIVATE KEY"] {
            assert!(!text.contains(secret), "{} holds a secret", path.display());
        }
    }
}

fn percent_decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

fn assert_names(scene: &Scene, expected: &Expected) {
    let registered = scene.encord.names(FOLDER, &scene.container_url);
    let wanted: BTreeMap<String, usize> = expected.taken.iter().map(|name| (name.clone(), 1)).collect();
    let missing: Vec<_> = wanted.keys().filter(|name| !registered.contains_key(*name)).collect();
    let extra: Vec<_> = registered.iter().filter(|(name, count)| wanted.get(*name) != Some(count)).collect();
    assert!(missing.is_empty() && extra.is_empty(), "missing {missing:?}, not wanted {extra:?}");
}

fn assert_jobs(jobs: &[Value], items: usize) {
    let mut sent = 0;
    for job in jobs {
        assert_eq!(job["ignoreErrors"], true);
        let lists = job["dataItems"].as_object().unwrap();
        assert_eq!(lists["skipDuplicateUrls"], true);
        for (kind, list) in lists.iter().filter_map(|(kind, list)| Some((kind, list.as_array()?))) {
            // The limit of 100 is for videos; the other types share that of images.
            assert!(list.len() <= if kind == "videos" { 100 } else { 1_000 }, "{kind}");
            sent += list.len();
        }
    }
    assert_eq!(sent, items);
    let sizes = |kind: &str| -> Vec<usize> {
        jobs.iter().filter_map(|job| job["dataItems"][kind].as_array()).map(Vec::len).filter(|size| *size > 0).collect()
    };
    // No more jobs than the limits make necessary.
    assert_eq!((sizes("videos").len(), sizes("images").len()), (3, 2));
}

fn assert_events(ended: &Ended, expected: &Expected, items: usize) {
    let events = events(ended);
    let listing = only(&events, "listing");
    assert_eq!(listing["blobs"], json!(expected.blobs.len()));
    assert_eq!(listing["items"], json!(items));
    assert_eq!(listing["skipped"], json!(expected.left_out));
    assert_eq!(only(&events, "manifest")["items"], json!(items));
    assert_eq!(only(&events, "folder")["created"], true);
    let checks: Vec<_> = events.iter().filter(|event| event["event"] == "check").collect();
    // An archived blob is worth a look, and left out.
    let is_well = |check: &&Value| {
        ["pass", "skipped"].iter().any(|state| check["state"] == *state)
            || (check["id"] == "azure.tier" && check["state"] == "warn")
    };
    assert!(!checks.is_empty() && checks.iter().all(is_well), "{checks:#?}");
    let done: u64 = events
        .iter()
        .filter(|event| event["event"] == "job" && event["state"] == "done")
        .map(|event| event["done"].as_u64().unwrap())
        .sum();
    assert_eq!(done, items as u64);
    let finished = only(&events, "finished");
    assert_eq!(events.last(), Some(finished));
    assert_eq!((&finished["state"], &finished["failed"]), (&json!("done"), &json!(0)));
    assert_eq!(finished["registered"], json!(items));
    let report: Value = serde_json::from_slice(&std::fs::read(finished["report"].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(report["registered"], json!(items));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_container_needs_no_token() {
    let mut scene = Scene::set("public", true, &images(12), Pace::Unlimited).await;
    scene.config = scene.config.text("azure", "auth", "anonymous").raw("azure", "sas_token_env", "");
    run(&mut scene.run(&["--yes", "--json"])).expect(0);
    assert_eq!(scene.encord.items(FOLDER).len(), 12);
}
