use serde_json::json;

use crate::manifest::{
    blob_facts::BlobFacts,
    builder::Builder,
    rules::{RuleTexts, Rules, grouping::GroupText},
    scenes::*,
    sink::tests::Collected,
};

fn rule(streams: &[(&str, &str)]) -> GroupText {
    let streams = streams.iter().map(|(name, glob)| ((*name).to_owned(), (*glob).to_owned())).collect();
    GroupText { streams, ..GroupText::new(Kind::Scene, "drives/**", "directory") }
}

fn build(rule: GroupText, names: &[&str]) -> Collected {
    let rules = Rules::new(&RuleTexts { groups: vec![rule], ..RuleTexts::default() }).unwrap();
    let mut builder = Builder::new(rules, "https://a", "c");
    let mut collected = Collected::default();
    for name in names {
        let facts = BlobFacts {
            name,
            size: 1,
            content_type: None,
            tier: None,
            is_folder: false,
            etag: None,
            rehydrating: false,
            last_modified: None,
            ..BlobFacts::default()
        };
        builder.blob(&facts, &mut collected).unwrap();
    }
    builder.finish(&mut collected).unwrap();
    collected
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn pinhole() -> Value {
    json!({"widthPx": 1920, "heightPx": 1080, "intrinsics": {"fx": 1000, "fy": 1000, "ox": 960, "oy": 540}})
}

const DRIVE: [&str; 5] = [
    "drives/d1/lidar/10.pcd",
    "drives/d1/lidar/9.pcd",
    "drives/d1/front/9.jpg",
    "drives/d1/front/10.jpg",
    "drives/d1/imu.csv",
];

#[test]
fn streams_form_by_folder_and_other_files_stay_alone() {
    let rule = GroupText {
        cameras: object(&json!({"front": pinhole()})),
        ..rule(&[("front", "front/*.jpg"), ("imu", "imu.csv"), ("lidar", "lidar/*.pcd")])
    };
    let names = [&DRIVE[..], &["drives/d2/lidar/1.pcd", "drives/d1/notes.txt"]].concat();
    let collected = build(rule, &names);
    let titles: Vec<_> = collected.items.iter().map(|item| (item.kind, item.title.as_str(), item.urls.len())).collect();
    assert_eq!(
        titles,
        [(Kind::Text, "drives/d1/notes.txt", 1), (Kind::Scene, "drives/d1", 5), (Kind::Scene, "drives/d2", 1)]
    );
    let event = |name: &str, time: u64| json!({"uri": format!("https://a/c/drives/d1/{name}"), "timestamp": time});
    assert_eq!(
        collected.items[1].scene,
        Some(json!({
            "front": {"type": "image", "events": [event("front/9.jpg", 0), event("front/10.jpg", 1)], "camera": "front_camera"},
            "imu": {"type": "time_series", "uri": "https://a/c/drives/d1/imu.csv"},
            "lidar": {"type": "point_cloud", "events": [event("lidar/9.pcd", 0), event("lidar/10.pcd", 1)]},
            "front_camera": {"type": "camera_parameters", "events": [{
                "widthPx": 1920, "heightPx": 1080, "intrinsics": {"fx": 1000, "fy": 1000, "ox": 960, "oy": 540}, "timestamp": 0,
            }]},
        }))
    );
    // The second drive has neither camera nor IMU, which is told and no fault.
    let told: Vec<_> = collected.findings.iter().map(|finding| (finding.code, finding.item.as_str())).collect();
    assert_eq!(told, [(Code::SceneUneven, "drives/d2"), (Code::SceneUneven, "drives/d2")]);
}

#[test]
fn timestamps_are_read_from_names_and_put_the_files_in_order() {
    let rule = GroupText { timestamps: Some(r"/t(?<time>[\d.]+)\.\w+$".into()), ..rule(&[("lidar", "lidar/*.pcd")]) };
    let names = ["drives/d/lidar/t0.5.pcd", "drives/d/lidar/t1712.pcd", "drives/d/lidar/t0.25.pcd"];
    let collected = build(rule.clone(), &names);
    let times: Vec<_> = collected.items[0].scene.as_ref().unwrap()["lidar"]["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["timestamp"].clone())
        .collect();
    assert_eq!(times, [json!(0.25), json!(0.5), json!(1712)]);
    let collected = build(rule, &["drives/d/lidar/t1.pcd", "drives/d/lidar/tx.pcd"]);
    assert_eq!(collected.findings[0].code, Code::SceneIncomplete);
    assert!(collected.findings[0].message.contains("tx.pcd"));
}

#[test]
fn what_a_scene_lacks_is_said() {
    let told = |rule: GroupText, names: &[&str]| {
        let findings = build(rule, names).findings;
        findings.into_iter().map(|finding| (finding.code, finding.message)).collect::<Vec<_>>()
    };
    let both = || rule(&[("front", "front/*.jpg"), ("lidar", "lidar/*.pcd")]);
    let case = |rule, names: &[&str], code, part: &str| {
        let told = told(rule, names);
        assert!(told.iter().any(|(found, message)| *found == code && message.contains(part)), "{part}: {told:?}");
    };
    case(both(), &DRIVE, Code::SceneIncomplete, "cameras = ");
    case(both(), &DRIVE[..3], Code::SceneUneven, "front 1, lidar 2");
    case(rule(&[("imu", "imu.csv")]), &DRIVE, Code::SceneIncomplete, "neither a point cloud nor an image");
    let mixed = GroupText { by: "(d1)".into(), ..rule(&[("all", "**/*")]) };
    case(mixed, &DRIVE, Code::GroupMixed, "different types");
    case(rule(&[("log", "log.mcap")]), &["drives/d/log.mcap"], Code::SceneIncomplete, "cannot be part of a scene");
    case(rule(&[("imu", "*.csv")]), &["drives/d/a.csv", "drives/d/b.csv"], Code::SceneIncomplete, "one CSV file");
    let cameras = object(&json!({"lidar": {"frame_of_reference": "ego"}}));
    case(GroupText { cameras, ..both() }, &DRIVE[..2], Code::SceneIncomplete, "frame of reference ego");
    let cameras = object(&json!({"front": {"camera": "cam"}}));
    case(GroupText { cameras, ..both() }, &DRIVE, Code::SceneIncomplete, "camera cam");
}

#[test]
fn cameras_may_be_named_in_several_ways() {
    let both = rule(&[("front", "front/*.jpg"), ("lidar", "lidar/*.pcd")]);
    let event = {
        let mut event = object(&pinhole());
        event.insert("timestamp".into(), json!(0));
        Value::Object(event)
    };
    let ego = json!({"type": "frame_of_reference", "id": "ego", "parent_FoR_id": null, "events": []});
    for cameras in [
        json!({"front": pinhole()}),
        json!({"front_camera": {"type": "camera", "events": [event]}}),
        json!({"front": {"type": "camera_parameters", "events": [event], "frame_of_reference": "ego"}, "ego": ego}),
        json!({"only": pinhole()}),
        json!({"front": {"camera": "cam"}, "cam": pinhole(), "other": pinhole()}),
    ] {
        let collected = build(GroupText { cameras: object(&cameras), ..both.clone() }, &DRIVE[..4]);
        assert_eq!(collected.findings, [], "{cameras}");
        let scene = collected.items[0].scene.clone().unwrap();
        let camera = scene["front"]["camera"].as_str().unwrap();
        assert_eq!(scene[camera]["type"], "camera_parameters", "{cameras}");
        assert_eq!(scene[camera]["events"][0]["widthPx"], 1920, "{cameras}");
    }
}

#[test]
fn malformed_rules_are_named() {
    let error = |rule: GroupText| Rules::new(&RuleTexts { groups: vec![rule], ..RuleTexts::default() }).unwrap_err().0;
    assert!(error(rule(&[])).contains("streams"));
    assert!(error(rule(&[("lidar", "**/*.pcd")])).contains("directory ends"));
    assert!(error(GroupText { timestamps: Some("(t)".into()), ..rule(&[("a", "*.pcd")]) }).contains("(?<time>…)"));
    assert!(error(GroupText { cameras: object(&json!({"a": 1})), ..rule(&[("a", "*.pcd")]) }).contains("\"a\""));
}
