//! A manifest as a file: everything in it is registered, and each URL is fetched as it was written.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use azure_to_encord::demo::encord::Pace;
use serde_json::{Value, json};

use crate::{
    import::{
        scene::{FOLDER, JPEG, MP4, PNG, Scene, TOKEN},
        whole::hard_names,
    },
    support::{
        azurite::Blob,
        events::{events, only},
        program::run,
    },
};

const WAV: &[u8] = b"RIFF\x24\0\0\0WAVEfmt ";

/// One of each type that is not a single image: name and content of its files.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let dicom: Vec<u8> = [&[0; 128][..], b"DICM", &[2, 0]].concat();
    vec![
        ("clips/run 1.mp4", MP4.to_vec()),
        ("rig/left #1.jpg", JPEG.to_vec()),
        ("rig/right.jpg", JPEG.to_vec()),
        ("seq/1.jpg", JPEG.to_vec()),
        ("seq/2.jpg", JPEG.to_vec()),
        ("ct/1.dcm", dicom.clone()),
        ("ct/2.dcm", dicom),
        ("sound.wav", WAV.to_vec()),
        ("page.html", b"<!doctype html><p>\xC3\xA9</p>".to_vec()),
        ("report.pdf", b"%PDF-1.7\n".to_vec()),
        ("brain.nii.gz", b"\x1f\x8b\x08\0\0\0\0\0".to_vec()),
        ("scan.pcd", b"# .PCD v0.7\n".to_vec()),
        ("drive/0.pcd", b"# .PCD v0.7\n".to_vec()),
        ("drive/0.png", PNG.to_vec()),
        ("imu.csv", b"time,speed\n0,1\n".to_vec()),
    ]
}

/// Names that use up what a name may have: every printable character of ASCII, and 1,024 bytes.
fn names() -> Vec<String> {
    let printable: String = (' '..='~').filter(|c| *c != '\\').collect();
    let mut names = hard_names();
    names.push(format!("ascii/{printable}.png"));
    for filling in ["x", "数", "e\u{301}"] {
        let room = 1024 - "long24/.png".len();
        let filled = filling.repeat(room / filling.len());
        names.push(format!("long24/{filled}{}.png", "y".repeat(room - filled.len())));
    }
    assert!(names.iter().rev().take(3).all(|name| name.len() == 1024));
    names
}

/// Written here anew: what the program would make of a name is what is in question.
fn url(scene: &Scene, name: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    format!("{}/{}", scene.container_url, name.bytes().map(encode).collect::<String>())
}

fn manifest(scene: &Scene, images: &[String]) -> Value {
    let url = |name: &str| url(scene, name);
    let pose = json!({"rotation": {"x": 0, "y": 0, "z": 0, "w": 1}, "position": {"x": 0, "y": 0, "z": 0}});
    let camera = json!({"type": "simple", "fx": 1000, "fy": 1000, "ox": 960, "oy": 540});
    json!({
        "videos": [{
            "objectUrl": url("clips/run 1.mp4"), "title": "run 1", "clientMetadata": {"site": "leeds", "n": [1, {"a": null}]},
            "videoMetadata": {"fps": 25.0, "duration": 1.5, "width": 640, "height": 480, "file_size": 24, "mime_type": "video/mp4"},
        }],
        "images": images.iter().map(|name| json!({"objectUrl": url(name)})).collect::<Vec<_>>(),
        "image_groups": [
            {"title": "rig", "objectUrl_0": url("rig/left #1.jpg"), "objectUrl_1": url("rig/right.jpg"), "createVideo": false},
            {"title": "seq", "objectUrl_0": url("seq/1.jpg"), "objectUrl_1": url("seq/2.jpg"), "createVideo": true},
        ],
        "dicom_series": [{"title": "ct", "objectUrl_0": url("ct/1.dcm"), "objectUrl_1": url("ct/2.dcm")}],
        "audio": [{"objectUrl": url("sound.wav"), "title": "sound"}],
        "text": [{"objectUrl": url("page.html"), "textMetadata": {"file_size": 26, "mime_type": "text/html"}}],
        "pdfs": [{"objectUrl": url("report.pdf"), "title": "report"}],
        "nifti": [{"objectUrl": url("brain.nii.gz"), "title": "brain.nii.gz"}],
        "scenes": [
            {"title": "scan", "scene": {"url": url("scan.pcd"), "format": "pcd"}},
            {"title": "drive", "scene": {
                "lidar": {"type": "point_cloud", "events": [{"uri": url("drive/0.pcd"), "timestamp": 0}], "frame_of_reference": "ego"},
                "ego": {"type": "frame_of_reference", "id": "ego", "parent_FoR_id": "root", "events": [{"timestamp": 0, "pose": pose}]},
                "cam": {"type": "camera_parameters",
                    "events": [{"timestamp": 0, "widthPx": 1920, "heightPx": 1080, "intrinsics": camera}]},
                "front": {"type": "image", "camera": "cam", "events": [{"uri": url("drive/0.png"), "timestamp": 0}]},
            }},
        ],
        "time_series": [{"objectUrl": url("imu.csv"), "title": "imu",
            "settings": {"channels": {"speed": {"style": "line", "lineWidth": 1.5, "hidden": false}}}}],
        "skip_duplicate_urls": true,
    })
}

async fn scene(container: &str) -> (Scene, Vec<String>) {
    let images = names();
    let mut blobs: Vec<Blob> = files().into_iter().map(|(name, content)| Blob::new(name, &content)).collect();
    blobs.extend(images.iter().map(|name| Blob { content_type: Some("image/png"), ..Blob::new(name.clone(), PNG) }));
    let scene = Scene::set(container, false, &blobs, Pace::Unlimited).await;
    assert_eq!(scene.listed.len(), blobs.len());
    (scene, images)
}

fn write(dir: &Path, name: &str, content: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn file_of_every_type_is_registered_and_each_url_fetched() {
    let (mut scene, images) = scene("from-file").await;
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "items.json", &manifest(&scene, &images).to_string());
    scene.config = scene
        .config
        .text("manifest", "source", "file")
        .text("manifest", "file", file.to_str().unwrap())
        .raw("manifest.metadata", "constants", "{ project = \"p\", site = \"none\" }");
    // The service in Encord's place reads every file; one that it cannot fetch is an error of its item.
    let ended = run(&mut scene.run(&["--yes", "--json"])).expect(0);
    let items = scene.encord.items(FOLDER);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    items.iter().for_each(|item| *kinds.entry(format!("{:?}", item.kind)).or_default() += 1);
    let mut wanted: BTreeMap<String, usize> =
        ["Video", "ImageGroup", "ImageSequence", "DicomSeries", "Audio", "PlainText", "Pdf", "Nifti", "Timeseries"]
            .map(|kind| (kind.to_owned(), 1))
            .into();
    wanted.extend([("Image".to_owned(), images.len()), ("Scene".to_owned(), 2)]);
    assert_eq!(kinds, wanted);
    let registered = scene.encord.names(FOLDER, &scene.container_url);
    let all: BTreeSet<&str> =
        files().into_iter().map(|(name, _)| name).chain(images.iter().map(String::as_str)).collect();
    assert_eq!(registered.keys().map(String::as_str).collect::<BTreeSet<_>>(), all);
    assert!(registered.values().all(|count| *count == 1));

    let video = items.iter().find(|item| item.name == "run 1").unwrap();
    assert_eq!(json!(video.client_metadata), json!({"site": "leeds", "n": [1, {"a": null}], "project": "p"}));
    let jobs = scene.encord.recorder.jobs();
    let sent = |list: &str| jobs.iter().find_map(|job| job["dataItems"][list].get(0)).unwrap().clone();
    assert_eq!(sent("videos")["videoMetadata"]["fileSize"], 24);
    assert_eq!(sent("text")["textMetadata"]["mimeType"], "text/html");
    assert_eq!(sent("timeSeries")["settings"]["channels"]["speed"]["lineWidth"], 1.5);
    assert!(jobs.iter().any(|job| job["dataItems"]["scenes"][1]["scene"]["front"]["camera"] == "cam"));
    let events = events(&ended);
    assert_eq!(only(&events, "listing")["items"], json!(items.len()));
    assert_eq!(only(&events, "finished")["failed"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn file_needs_no_credential_to_be_read_and_every_form_means_the_same() {
    let (mut scene, images) = scene("forms").await;
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    write(dir.path(), "items.json", &manifest(&scene, &images).to_string());
    let convert = |arguments: &[&str], code| {
        run(&mut scene.program(&[&["manifest", "convert"], arguments].concat())).expect(code)
    };
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();

    // Through every form and back.
    convert(&[&path("items.json"), &path("plain.json")], 0);
    convert(&[&path("plain.json"), &path("sdk.json"), "--form", "data-items"], 0);
    convert(&[&path("sdk.json"), &path("items.jsonl")], 0);
    let ended = convert(&[&path("items.jsonl"), &path("again.json"), "--json"], 0);
    let told = events(&ended);
    assert_eq!(only(&told, "manifest")["items"], json!(images.len() + 11));
    let flags = |text: &str| text.replace("\"skip_duplicate_urls\": true", "\"skip_duplicate_urls\": false");
    assert_eq!(flags(&read("again.json")), flags(&read("plain.json")));
    assert!(read("sdk.json").contains("\"dicomFiles\"") && !read("sdk.json").contains("file_size"));

    // A CSV holds some of it, and says what it cannot.
    let refused = convert(&[&path("items.json"), &path("items.csv")], 1);
    for part in ["7 items", "type that a CSV cannot hold", "client metadata", "--lenient"] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    assert!(!dir.path().join("items.csv").exists());
    convert(&[&path("items.json"), &path("items.csv"), "--lenient"], 0);
    convert(&[&path("items.csv"), &path("csv.json")], 0);
    let of_csv: Value = serde_json::from_str(&read("csv.json")).unwrap();
    let whole: Value = serde_json::from_str(&read("plain.json")).unwrap();
    for list in ["images", "image_groups", "dicom_series"] {
        assert_eq!(of_csv[list], whole[list], "{list}");
    }

    // What cannot be read stops it, and nothing is left behind.
    let before = read("plain.json");
    write(dir.path(), "bad.csv", "ObjectURL,Vido title\nhttps://u/a.mp4,a\n");
    let refused = convert(&[&path("bad.csv"), &path("plain.json"), "--force"], 1);
    assert!(refused.stderr.contains("Video title"), "{}", refused.stderr);
    assert_eq!(read("plain.json"), before);
    let refused = convert(&[&path("items.json"), &path("items.txt")], 2);
    assert!(refused.stderr.contains(".jsonl"), "{}", refused.stderr);
    convert(&[&path("missing.json"), &path("x.json")], 2);

    // A list of URLs is built into a manifest without any credential, by the rules of the config.
    let listed: Vec<&String> = images.iter().filter(|name| name.to_lowercase().ends_with(".png")).collect();
    let list: String = listed.iter().map(|name| url(&scene, name) + "\n").collect();
    let list = write(dir.path(), "list.txt", &format!("# images\n{list}{}\n", url(&scene, "raw.bin")));
    scene.config = scene
        .config
        .clone()
        .text("manifest", "source", "file")
        .text("manifest", "file", list.to_str().unwrap())
        .raw("manifest", "exclude", "[\"long24/**\"]")
        .raw("manifest", "types", "[{ match = \"*.bin\", type = \"video\" }]");
    let config = scene.config_file();
    let out = path("split.json");
    let arguments = ["manifest", "build", config.to_str().unwrap(), "-o", &out, "--split", "--json"];
    let ended = run(scene.program(&arguments).env_remove(TOKEN)).expect(0);
    let told = events(&ended);
    assert_eq!(
        (&only(&told, "listing")["items"], &only(&told, "listing")["skipped"]),
        (&json!(listed.len() - 2), &json!(3))
    );
    let built: Value = serde_json::from_str(&read("split-001.json")).unwrap();
    assert_eq!(built["images"].as_array().unwrap().len(), listed.len() - 3);
    assert_eq!(built["videos"][0]["objectUrl"], url(&scene, "raw.bin"));
}
