//! Scenes of several streams, put together by rule from point clouds, images and time series.
//!
//! The shape is that of the official SDK's model `InputScene` (`encord` 0.1.211, `beta/scene/internal/upload.py`): streams by
//! name, each event with its timestamp, and a camera for every stream of images.

mod cameras;

#[cfg(test)]
mod tests;

use globset::GlobMatcher;
use regex::Regex;
use serde_json::{Map, Number, Value, json};

use crate::manifest::{
    data_items::scene_format,
    finding::{Code, Finding, Origin},
    kind::Kind,
    rules::RuleError,
    scenes::cameras::Cameras,
    sink::Sink,
};

/// The formats that hold a whole recording, which Encord takes as a scene of its own only.
const RECORDINGS: [&str; 3] = ["mcap", "bag", "db3"];

/// What a rule says of scenes.
#[derive(Debug, Clone, Copy)]
pub(super) struct SceneText<'a> {
    /// Names and globs.
    pub(super) streams: &'a [(String, String)],
    /// `index` or a regular expression.
    pub(super) timestamps: Option<&'a str>,
    /// What else goes into the streams.
    pub(super) cameras: &'a Map<String, Value>,
}

/// A rule of scenes made ready.
#[derive(Debug)]
pub(super) struct SceneRule {
    streams: Vec<Stream>,
    timestamps: Option<Regex>,
    cameras: Cameras,
}

#[derive(Debug)]
struct Stream {
    name: String,
    matcher: GlobMatcher,
    levels: usize,
}

/// Which stream a file is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StreamPlace {
    /// Its number in the rule.
    pub(super) number: u16,
    /// How many of the name's last segments its glob stands for; what comes before is the scene's directory.
    pub(super) levels: usize,
}

/// A file of a scene.
#[derive(Debug, Clone, Copy)]
pub(super) struct SceneFile<'a> {
    /// The stream's number in the rule.
    pub(super) stream: u16,
    /// What the file itself is.
    pub(super) kind: Option<Kind>,
    /// Its name.
    pub(super) name: &'a str,
    /// Its URL.
    pub(super) url: &'a str,
}

impl SceneRule {
    pub(super) fn new(text: &SceneText<'_>, by_directory: bool) -> Result<SceneRule, RuleError> {
        if text.streams.is_empty() {
            return Err(RuleError(
                "a group of type = \"scene\" needs its streams, such as streams = { lidar = \"lidar/*.pcd\" }; a single \
                 point cloud is a scene without any rule"
                    .to_owned(),
            ));
        }
        let streams = text
            .streams
            .iter()
            .map(|(name, pattern)| {
                if by_directory && pattern.contains("**") {
                    return Err(RuleError(format!(
                        "with by = \"directory\" the glob of the stream \"{name}\" must not hold **, for else nobody knows \
                         where the scene's directory ends: name the stream's folder, as in \"lidar/*.pcd\", or group by a \
                         regular expression"
                    )));
                }
                let levels = pattern.trim_start_matches('/').matches('/').count() + 1;
                let matcher = crate::manifest::rules::glob(&anchored(pattern))?.compile_matcher();
                Ok(Stream { name: name.clone(), matcher, levels })
            })
            .collect::<Result<_, _>>()?;
        let timestamps = match text.timestamps {
            None | Some("index") => None,
            Some(expression) => Some(
                Regex::new(expression)
                    .ok()
                    .filter(|expression| expression.capture_names().flatten().any(|name| name == "time"))
                    .ok_or_else(|| {
                        RuleError(format!(
                            "timestamps = \"{expression}\" is neither \"index\" nor a regular expression that catches (?<time>…)"
                        ))
                    })?,
            ),
        };
        Ok(SceneRule { streams, timestamps, cameras: Cameras::new(text.cameras)? })
    }

    /// The stream that this file is part of, if any; the first whose glob matches.
    pub(super) fn stream(&self, name: &str) -> Option<StreamPlace> {
        let found = (0..).zip(&self.streams).find(|(_, stream)| stream.matcher.is_match(name));
        found.map(|(number, stream)| StreamPlace { number, levels: stream.levels })
    }
}

/// A stream's glob matches the end of a name, from any folder on; one that begins with `/` the whole name.
fn anchored(pattern: &str) -> String {
    match pattern.strip_prefix('/') {
        Some(whole) => whole.to_owned(),
        None if pattern.starts_with("**") => pattern.to_owned(),
        None => format!("**/{pattern}"),
    }
}

/// The value of `scene` made of these files, which come by stream and in order. What is missing or does not go together is told
/// to the sink.
///
/// # Errors
/// The sink's.
pub(super) fn assemble<S: Sink>(
    rule: &SceneRule,
    origin: &Origin<'_>,
    files: &[SceneFile<'_>],
    sink: &mut S,
) -> Result<Value, S::Error> {
    let mut made = Made::default();
    for (number, stream) in (0..).zip(&rule.streams) {
        let files: Vec<&SceneFile<'_>> = files.iter().filter(|file| file.stream == number).collect();
        made.stream(rule, &stream.name, &files);
    }
    let Made { mut streams, mut faults, mut notes, counts } = made;
    faults.extend(rule.cameras.complete(&mut streams));
    let wanted = |stream: &Value| matches!(stream["type"].as_str(), Some("point_cloud" | "image"));
    if !streams.values().any(wanted) {
        faults.push((Code::SceneIncomplete, "it has neither a point cloud nor an image".to_owned()));
    }
    if rule.timestamps.is_none()
        && counts.iter().any(|(_, count)| Some(count) != counts.first().map(|(_, first)| first))
    {
        let told: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
        notes.push(format!(
            "its streams have different numbers of files ({}), so files of the same number may not be of the same moment",
            told.join(", ")
        ));
    }
    let notes = notes.into_iter().map(|note| (Code::SceneUneven, note));
    for (code, message) in faults.into_iter().chain(notes) {
        sink.finding(Finding::at(code, origin, message))?;
    }
    Ok(Value::Object(streams))
}

#[derive(Debug, Default)]
struct Made {
    streams: Map<String, Value>,
    faults: Vec<(Code, String)>,
    notes: Vec<String>,
    /// How many files each stream has that goes on over time.
    counts: Vec<(String, usize)>,
}

impl Made {
    fn stream(&mut self, rule: &SceneRule, stream: &str, files: &[&SceneFile<'_>]) {
        let Some(first) = files.first() else {
            self.notes.push(format!("the stream {stream} has no file here and is left out"));
            return;
        };
        if let Some(odd) = files.iter().find(|file| family(file) != family(first)) {
            let message =
                format!("the stream {stream} holds {} and {}, which are of different types", first.name, odd.name);
            self.faults.push((Code::GroupMixed, message));
        }
        let kind = match family(first) {
            Family::PointCloud => "point_cloud",
            Family::Image => "image",
            Family::TimeSeries => {
                if files.len() > 1 {
                    let message = format!(
                        "the stream {stream} has {} files, {} and {} among them; a time series is one CSV file",
                        files.len(),
                        first.name,
                        files[1].name
                    );
                    self.faults.push((Code::SceneIncomplete, message));
                }
                self.streams.insert(stream.to_owned(), json!({ "type": "time_series", "uri": first.url }));
                return;
            }
            Family::Other => {
                let message = format!(
                    "the stream {stream} holds {}, which cannot be part of a scene: streams are made of point clouds (pcd, \
                     ply, las, laz, e57), images, or one CSV file",
                    first.name
                );
                self.faults.push((Code::SceneIncomplete, message));
                return;
            }
        };
        let events = self.events(rule, stream, files);
        self.counts.push((stream.to_owned(), files.len()));
        self.streams.insert(stream.to_owned(), json!({ "type": kind, "events": events }));
    }

    fn events(&mut self, rule: &SceneRule, stream: &str, files: &[&SceneFile<'_>]) -> Vec<Value> {
        let event = |file: &SceneFile<'_>, time: Number| json!({ "uri": file.url, "timestamp": time });
        let Some(expression) = &rule.timestamps else {
            return (0u64..).zip(files).map(|(index, file)| event(file, index.into())).collect();
        };
        let mut timed = Vec::with_capacity(files.len());
        for file in files {
            match time(expression, file.name) {
                Some(time) => timed.push((time, *file)),
                None => {
                    let message = format!(
                        "no timestamp, a number that is not negative, can be read from {} of the stream {stream} by the \
                         rule's timestamps",
                        file.name
                    );
                    self.faults.push((Code::SceneIncomplete, message));
                    break;
                }
            }
        }
        timed.sort_by(|(a, _), (b, _)| a.as_f64().unwrap_or_default().total_cmp(&b.as_f64().unwrap_or_default()));
        timed.into_iter().map(|(time, file)| event(file, time)).collect()
    }
}

fn time(expression: &Regex, name: &str) -> Option<Number> {
    let captures = expression.captures(name)?;
    let text = captures.name("time")?.as_str();
    if let Ok(whole) = text.parse::<u64>() {
        return Some(whole.into());
    }
    text.parse().ok().filter(|time: &f64| *time >= 0.0).and_then(Number::from_f64)
}

/// What a file can be in a scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    PointCloud,
    Image,
    TimeSeries,
    Other,
}

fn family(file: &SceneFile<'_>) -> Family {
    match file.kind {
        Some(Kind::Scene) if !RECORDINGS.contains(&scene_format(file.name).as_str()) => Family::PointCloud,
        Some(Kind::Image) => Family::Image,
        Some(Kind::TimeSeries) => Family::TimeSeries,
        Some(Kind::Text) if scene_format(file.name) == "csv" => Family::TimeSeries,
        _ => Family::Other,
    }
}
