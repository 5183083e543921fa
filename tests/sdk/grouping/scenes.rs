//! Scenes and time series by rule, judged by Encord's own SDK.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use azure_to_encord::{demo::azure, manifest::time_series::check_settings};
use serde_json::{Value, json};
use time::Duration;

use crate::{grouping::build, support::installed};

/// Hands a request to `judge.py`.
fn judge(request: &Value) -> Value {
    let mut child = Command::new(installed("ENCORD_TEST_PYTHON"))
        .args(["-X", "utf8", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk/grouping/judge.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(request.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn server(names: &[&str]) -> azure::Server {
    let server = azure::Server::start(azure::Options::default()).await.unwrap();
    for name in names {
        server.put_blob("drives", azure::StoredBlob::new(*name, "content", "application/octet-stream"));
    }
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn scenes_made_by_rule_are_such_as_the_sdk_takes() {
    let mut names = vec!["d1/imu.csv".to_owned(), "d1/readme.md".to_owned()];
    for drive in ["d1", "d2"] {
        for frame in 0..12 {
            names.push(format!("{drive}/lidar/{frame}.pcd"));
            names.push(format!("{drive}/cam_front/{frame}.jpg"));
            names.push(format!("{drive}/cam_rear/t{}.{frame}.jpg", 1_712_000_000 + frame));
        }
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let server = server(&names).await;
    let sas = server.account_sas("rl", "sco", Duration::HOUR);
    let home = tempfile::tempdir().unwrap();
    let camera =
        json!({"widthPx": 1920, "heightPx": 1080, "intrinsics": {"fx": 1000, "fy": 1000, "ox": 960, "oy": 540}});
    let identity = json!({"rotation": {"x": 0, "y": 0, "z": 0, "w": 1}, "position": {"x": 0, "y": 0, "z": 0}});
    let mut placed = camera.clone();
    placed["frame_of_reference"] = "ego".into();
    placed["pose"] = identity.clone();
    let cameras = json!({
        "front": placed, "rear": camera, "lidar": {"frame_of_reference": "ego"},
        "ego": {"type": "frame_of_reference", "id": "ego", "parent_FoR_id": "root", "events": [{"timestamp": 0, "pose": identity}]},
    });
    let file = home.path().join("calibration.json");
    std::fs::write(&file, cameras.to_string()).unwrap();
    let streams = r#"{ lidar = "lidar/*.pcd", front = "cam_front/*.jpg", rear = "cam_rear/*.jpg", imu = "imu.csv" }"#;
    let by_folder = format!(
        r#"[{{ type = "scene", match = "**", by = "directory", streams = {streams}, cameras = "{}" }}]"#,
        file.display()
    );
    let by_time = r#"[{ type = "scene", match = "**", by = '^(d\d)/', streams = { lidar = "**/*.pcd" }, timestamps = '/(?<time>\d+)\.pcd$' },
        { type = "image-group", match = "**/cam_front/*.jpg", by = "directory" }]"#
        .replace('\n', " ");
    let mut scenes = Vec::new();
    for rules in [by_folder.as_str(), &by_time] {
        let built = build(home.path(), server.account_url().as_str(), "drives", &sas, &[("groups", rules)]);
        assert_eq!(built.code, Some(0), "{:?}", built.findings);
        let made = built.manifest["scenes"].as_array().unwrap().clone();
        assert_eq!(made.iter().map(|item| item["title"].as_str().unwrap()).collect::<Vec<_>>(), ["d1", "d2"]);
        scenes.extend(made.into_iter().map(|item| item["scene"].clone()));
    }
    assert_eq!(scenes[0].as_object().unwrap().len(), 7);
    assert_eq!(scenes[0]["lidar"]["events"][11]["timestamp"], 11);
    assert!(scenes[0]["lidar"]["events"][11]["uri"].as_str().unwrap().ends_with("/d1/lidar/11.pcd"));
    assert_eq!(scenes[1].get("imu"), None);
    assert_eq!(scenes[2]["lidar"]["events"][9]["timestamp"], 9);
    // What is known to be wrong must be refused, for else the judge judges nothing.
    let mut wrong = scenes[0].clone();
    wrong["front"]["camera"] = "nobody".into();
    scenes.push(wrong);
    let items = json!({"scenes": [{"title": "d1", "scene": scenes[0]}]});
    let verdict = judge(&json!({"scenes": scenes, "settings": [], "items": items}));
    let faults = verdict["scenes"].as_array().unwrap();
    assert!(faults[..4].iter().all(Value::is_null), "{faults:#?}");
    assert!(faults[4].as_str().unwrap().contains("nobody"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scene_without_camera_is_an_error_that_the_sdk_would_have_too() {
    let server = server(&["d1/lidar/1.pcd", "d1/front/1.jpg"]).await;
    let sas = server.account_sas("rl", "sco", Duration::HOUR);
    let home = tempfile::tempdir().unwrap();
    let rules = r#"[{ type = "scene", match = "**", by = "directory", streams = { lidar = "lidar/*.pcd", front = "front/*.jpg" } }]"#;
    let built = build(home.path(), server.account_url().as_str(), "drives", &sas, &[("groups", rules)]);
    assert_eq!(built.findings, [("scene.incomplete".to_owned(), "d1".to_owned())]);
    assert_ne!(built.code, Some(0));
    let verdict = judge(&json!({"scenes": [built.manifest["scenes"][0]["scene"]], "settings": []}));
    assert!(verdict["scenes"][0].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_series_is_shown_as_its_rule_says() {
    let server = server(&["imu/a.csv", "labels.csv"]).await;
    let sas = server.account_sas("rl", "sco", Duration::HOUR);
    let home = tempfile::tempdir().unwrap();
    let types = r##"[{ match = "imu/*.csv", type = "time-series", settings = { channels = { speed = { style = "points", pointRadius = 2.5, color = "#1af" } } } }]"##;
    let built = build(home.path(), server.account_url().as_str(), "drives", &sas, &[("types", types)]);
    assert_eq!((built.code, built.findings.len()), (Some(0), 0));
    let settings = json!({"channels": {"speed": {"style": "points", "pointRadius": 2.5, "color": "#1af"}}});
    assert_eq!(built.manifest["time_series"][0]["settings"], settings);
    assert_eq!(built.manifest["text"].as_array().unwrap().len(), 1);
}

/// The same verdict on whatever has only keys that are known and values of the right JSON type; where the SDK drops a key or
/// bends a value without a word, this program says so.
#[test]
fn settings_are_judged_as_by_the_sdk() {
    let mut asked = Vec::new();
    let mut put = |channel: Value| asked.push(json!({"channels": {"v": channel}}));
    for width in [0.4, 0.5, 1.0, 6.0, 6.1] {
        put(json!({"style": "line", "lineWidth": width}));
        put(json!({"style": "line", "line_width": width}));
    }
    // Without a style the SDK makes points of what cannot be a line, so only good values are compared.
    put(json!({"lineWidth": 2}));
    for radius in [0.9, 1.0, 8.0, 8.5] {
        put(json!({"style": "points", "pointRadius": radius}));
        put(json!({"style": "points", "point_radius": radius}));
    }
    for color in ["#1af", "#11aaff", "#11AAFF80", "#1aff", "11aaff", "#11aafg", "red", "", "#1af\n"] {
        put(json!({"color": color}));
    }
    for label in ["", "Speed", &"é".repeat(1024), &"é".repeat(1025)] {
        put(json!({"label": label}));
    }
    put(json!({"label": null, "color": null, "hidden": true}));
    put(json!({"style": "bars"}));
    for count in [0, 100, 101] {
        asked.push(
            json!({"channels": (0..count).map(|n| (n.to_string(), json!({}))).collect::<serde_json::Map<_, _>>()}),
        );
    }
    asked.push(json!({}));
    asked.push(json!({"channels": []}));
    let verdict = judge(&json!({"scenes": [], "settings": asked}));
    let (mut taken, mut refused) = (0, 0);
    for (settings, theirs) in asked.iter().zip(verdict["settings"].as_array().unwrap()) {
        let ours = check_settings(settings);
        assert_eq!(ours.is_ok(), theirs.as_bool().unwrap(), "{settings}: {ours:?}");
        if ours.is_ok() { taken += 1 } else { refused += 1 }
    }
    assert!(taken > 10 && refused > 10, "{taken} taken, {refused} refused");
}
