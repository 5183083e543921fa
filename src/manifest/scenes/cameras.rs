//! What a scene has besides files: cameras, poses, frames of reference, from a JSON object that the user supplies.

use serde_json::{Map, Value, json};

use crate::manifest::{finding::Code, rules::RuleError};

const CAMERA: &str = "camera_parameters";

/// Entries by the name of a stream. An entry under the name of one of the rule's streams completes that stream; for a stream of
/// images it may be the camera itself. Other entries are streams of their own and go into every scene.
#[derive(Debug)]
pub(super) struct Cameras {
    entries: Map<String, Value>,
}

impl Cameras {
    /// # Errors
    /// An entry that is not an object.
    pub(super) fn new(entries: &Map<String, Value>) -> Result<Cameras, RuleError> {
        if let Some((name, value)) = entries.iter().find(|(_, value)| !value.is_object()) {
            let excerpt = crate::schema::value::excerpt(value);
            return Err(RuleError(format!(
                "\"{name}\" among the cameras of a scene is {excerpt} and not an object; write cameras by name, as Encord's \
                 scene format has them: {{\"front\": {{\"widthPx\": 1920, \"heightPx\": 1080, \"intrinsics\": {{…}}}}}}"
            )));
        }
        Ok(Cameras { entries: entries.clone() })
    }

    /// Completes the streams of a scene; answers what is missing then.
    pub(super) fn complete(&self, streams: &mut Map<String, Value>) -> Vec<(Code, String)> {
        let files: Vec<String> = streams.keys().cloned().collect();
        for (name, entry) in &self.entries {
            let Some(entry) = entry.as_object() else { continue };
            let is_image = streams.get(name).is_some_and(|stream| stream["type"] == "image");
            if !files.contains(name) {
                streams.insert(name.clone(), stream(entry));
            } else if is_image && is_camera(entry) {
                let camera = format!("{name}_camera");
                streams[name]["camera"] = camera.clone().into();
                streams.insert(camera, stream(entry));
            } else if let Some(Value::Object(made)) = streams.get_mut(name) {
                let given = entry.iter().filter(|(key, _)| !matches!(key.as_str(), "type" | "events" | "uri"));
                made.extend(given.map(|(key, value)| (key.clone(), value.clone())));
            }
        }
        let mut faults = Vec::new();
        for name in &files {
            if streams[name]["type"] == "image" {
                faults.extend(camera_of(name, streams));
            }
        }
        faults.extend(frames_of_reference(streams));
        faults.into_iter().map(|message| (Code::SceneIncomplete, message)).collect()
    }
}

/// Whether an entry is a camera: it says so, or it holds what only cameras have.
fn is_camera(entry: &Map<String, Value>) -> bool {
    match entry.get("type").and_then(Value::as_str) {
        Some(kind) => matches!(kind, CAMERA | "camera"),
        None => entry.contains_key("intrinsics") || has_camera_events(entry),
    }
}

fn has_camera_events(entry: &Map<String, Value>) -> bool {
    entry
        .get("events")
        .and_then(Value::as_array)
        .is_some_and(|events| events.iter().any(|event| event.get("intrinsics").is_some()))
}

/// An entry as a stream: the parameters of a camera that never change may stand in it without an event around them.
fn stream(entry: &Map<String, Value>) -> Value {
    if !is_camera(entry) {
        return Value::Object(entry.clone());
    }
    let mut stream = Map::from_iter([("type".to_owned(), CAMERA.into())]);
    let mut fixed = Map::new();
    for (key, value) in entry {
        let of_event = matches!(
            key.as_str(),
            "timestamp"
                | "time"
                | "widthPx"
                | "width_px"
                | "width"
                | "heightPx"
                | "height_px"
                | "height"
                | "intrinsics"
                | "extrinsics"
        );
        match key.as_str() {
            "type" => {}
            _ if of_event && !entry.contains_key("events") => {
                fixed.insert(key.clone(), value.clone());
            }
            _ => {
                stream.insert(key.clone(), value.clone());
            }
        }
    }
    if !fixed.is_empty() {
        if !fixed.contains_key("time") {
            fixed.entry("timestamp").or_insert(json!(0));
        }
        stream.insert("events".to_owned(), json!([fixed]));
    }
    Value::Object(stream)
}

/// Sees to it that a stream of images has its camera; answers why it has none.
fn camera_of(name: &str, streams: &mut Map<String, Value>) -> Option<String> {
    let is_camera = |stream: &Value| stream["type"] == CAMERA;
    if let Some(camera) = streams[name]["camera"].as_str() {
        let known = streams.get(camera).is_some_and(is_camera);
        return (!known).then(|| format!("the camera {camera} of the stream {name} is not among its streams"));
    }
    let by_name = format!("{name}_camera");
    let cameras: Vec<&String> = streams.iter().filter(|(_, stream)| is_camera(stream)).map(|(name, _)| name).collect();
    let images = streams.values().filter(|stream| stream["type"] == "image").count();
    let found = match cameras.as_slice() {
        _ if streams.get(&by_name).is_some_and(is_camera) => by_name,
        [only] if images == 1 => (*only).clone(),
        _ => {
            return Some(format!(
                "the images of the stream {name} have no camera, which Encord asks for: name a JSON file with its parameters \
                 as cameras = \"…\" in the rule, under \"{name}\""
            ));
        }
    };
    streams[name]["camera"] = found.into();
    None
}

/// Which frames of reference are named and nowhere defined.
fn frames_of_reference(streams: &Map<String, Value>) -> Vec<String> {
    let field =
        |stream: &Value, keys: &[&str]| keys.iter().find_map(|key| stream.get(*key)?.as_str()).map(str::to_owned);
    let is_frame = |stream: &&Value| stream["type"] == "frame_of_reference";
    let known: Vec<String> = streams.values().filter(is_frame).filter_map(|stream| field(stream, &["id"])).collect();
    let named = streams.iter().filter_map(|(name, stream)| {
        let frame = field(stream, &["frame_of_reference", "frameOfReference", "referenceFrame"])
            .or_else(|| field(stream, &["parent_FoR_id", "parentForId", "parent_for_id", "parent", "parentId"]))?;
        Some((name, frame))
    });
    named
        .filter(|(_, frame)| frame != "root" && !known.contains(frame))
        .map(|(name, frame)| format!("the frame of reference {frame} of the stream {name} is not among its streams"))
        .collect()
}
