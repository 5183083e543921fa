//! Which files a scene refers to (encord.md §2.11).

use serde_json::{Map, Value};

use crate::demo::encord::{sniff::Class, units::FileRef};

const FORMATS: [&str; 8] = ["pcd", "ply", "las", "laz", "e57", "mcap", "bag", "db3"];

/// The files of a scene in any of its forms: a URL, `{url, format}`, one stream, named streams, or these under `content`.
///
/// # Errors
/// A sentence that says what a scene needs and this one has not.
pub(super) fn files(scene: &Value) -> Result<Vec<FileRef>, String> {
    match scene {
        Value::String(url) => {
            let path = url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
            let known = !url.contains('?') && FORMATS.iter().any(|format| path.ends_with(&format!(".{format}")));
            if known { Ok(vec![point_cloud(url)]) } else { Err(unknown_format("its URL's extension")) }
        }
        Value::Object(map) => match (map.get("content"), map.get("url").and_then(Value::as_str)) {
            (Some(content), _) => files(content),
            (None, Some(url)) => match map.get("format").and_then(Value::as_str) {
                Some(format) if FORMATS.contains(&format) => Ok(vec![point_cloud(url)]),
                _ => Err(unknown_format("its format")),
            },
            (None, None) if map.get("type").is_some_and(Value::is_string) => streams([map]),
            (None, None) => streams(map.values().filter_map(Value::as_object)),
        },
        _ => Err("A scene must be a URL or an object".to_owned()),
    }
}

fn streams<'a>(streams: impl IntoIterator<Item = &'a Map<String, Value>>) -> Result<Vec<FileRef>, String> {
    let mut files = Vec::new();
    for stream in streams {
        let class = match stream.get("type").and_then(Value::as_str) {
            Some("point_cloud") => Class::PointCloud,
            Some("image") => Class::Image,
            Some("time_series") => Class::Text,
            Some("camera_parameters" | "camera" | "frame_of_reference") => continue,
            other => {
                return Err(format!("A scene has no stream type {}", other.unwrap_or("(none given)")));
            }
        };
        let events = stream.get("events").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let uris = events.iter().map(|event| event.get("uri")).chain([stream.get("uri")]);
        files.extend(uris.flatten().filter_map(Value::as_str).map(|url| FileRef {
            url: url.to_owned(),
            title: None,
            class,
            tags: None,
        }));
    }
    if files.iter().any(|file| matches!(file.class, Class::PointCloud | Class::Image)) {
        Ok(files)
    } else {
        Err("A scene needs at least one point cloud or image stream".to_owned())
    }
}

fn point_cloud(url: &str) -> FileRef {
    FileRef { url: url.to_owned(), title: None, class: Class::PointCloud, tags: None }
}

fn unknown_format(what: &str) -> String {
    format!("Cannot tell the scene's format from {what}; supported are {}", FORMATS.join(", "))
}
