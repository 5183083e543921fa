//! Client metadata: its size, and the `$encord` block. Its values are checked against the schema elsewhere.

use std::io;

use serde_json::{Map, Value};

use crate::manifest::{checks::Tell, finding::Code, item::Item, sink::Sink};

/// Bytes of an item's metadata as JSON (docs.encord.com, "Upload local data": 10 MB).
const LARGEST: u64 = 10 * 1000 * 1000;

pub(super) fn check<S: Sink>(item: &Item, tell: &mut Tell<'_, '_, S>) -> Result<(), S::Error> {
    let metadata = &item.client_metadata;
    // JSON is at most six times as long as what it holds.
    if weight_of(metadata) > LARGEST / 6 {
        let size = size(metadata);
        if size > LARGEST {
            let message = format!("the client metadata has {} MB", size / 1_000_000);
            tell.item(Code::MetadataTooLarge, message)?;
        }
    }
    match metadata.get("$encord").and_then(fault) {
        Some(fault) => tell.metadata("$encord", Code::MetadataEncord, format!("$encord: {fault}")),
        None => Ok(()),
    }
}

/// About how many bytes a value holds.
fn weight(value: &Value) -> u64 {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 4,
        Value::String(text) => 1 + text.len() as u64,
        Value::Array(items) => 1 + items.iter().map(weight).sum::<u64>(),
        Value::Object(map) => 1 + weight_of(map),
    }
}

fn weight_of(map: &Map<String, Value>) -> u64 {
    map.iter().map(|(key, value)| 1 + key.len() as u64 + weight(value)).sum()
}

/// Counts what is written.
struct Count(u64);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn size(metadata: &Map<String, Value>) -> u64 {
    let mut count = Count(0);
    // Counting cannot fail, and every map can be written.
    let _ = serde_json::to_writer(&mut count, metadata);
    count.0
}

/// What is certainly wrong with a `$encord` block: `config` with `sampling_rate` and `keyframe_mode` (docs.encord.com, "Custom
/// metadata"), and `frames` by their numbers. Other keys are left to Encord, whose guide is not at hand in full.
fn fault(block: &Value) -> Option<String> {
    let Some(block) = block.as_object() else { return Some("it is not an object".to_owned()) };
    if let Some(config) = block.get("config") {
        let Some(config) = config.as_object() else { return Some("config is not an object".to_owned()) };
        if let Some(rate) = config.get("sampling_rate")
            && !rate.as_f64().is_some_and(|rate| rate >= 0.0)
        {
            return Some(format!(
                "sampling_rate is {}, not a number of samples a second",
                crate::schema::value::excerpt(rate)
            ));
        }
        if let Some(mode) = config.get("keyframe_mode")
            && !matches!(mode.as_str(), Some("frame" | "seconds"))
        {
            return Some(format!(
                "keyframe_mode is {}, neither \"frame\" nor \"seconds\"",
                crate::schema::value::excerpt(mode)
            ));
        }
    }
    let frames = block.get("frames")?;
    let Some(frames) = frames.as_object() else { return Some("frames is not an object".to_owned()) };
    let is_number = |key: &str| key.parse::<f64>().is_ok_and(|number| number >= 0.0 && number.is_finite());
    if let Some(key) = frames.keys().find(|key| !is_number(key)) {
        return Some(format!("'{}' among the frames is not the number of a frame", key.escape_debug()));
    }
    let (key, _) = frames.iter().find(|(_, value)| !value.is_object())?;
    Some(format!("what stands under frame {key} is not an object"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_guide_shows_is_right_and_what_it_cannot_mean_is_not() {
        for block in [
            json!({"config": {"sampling_rate": 0, "keyframe_mode": "frame"}, "frames": {"12": {"a": 1}, "48": {}}}),
            json!({"frames": {"1.5": {}}, "newer": true}),
            json!({}),
        ] {
            assert_eq!(fault(&block), None, "{block}");
        }
        for (block, part) in [
            (json!([]), "not an object"),
            (json!({"config": {"sampling_rate": -1}}), "sampling_rate is -1"),
            (json!({"config": {"keyframe_mode": "minutes"}}), "keyframe_mode"),
            (json!({"frames": {"first": {}}}), "'first'"),
            (json!({"frames": {"1": 2}}), "frame 1"),
        ] {
            assert!(fault(&block).unwrap().contains(part), "{block}");
        }
    }

    #[test]
    fn the_size_is_that_of_the_json() {
        let map = json!({"a": "\u{1}".repeat(10), "b": [1, null]});
        assert_eq!(size(map.as_object().unwrap()), map.to_string().len() as u64);
        assert!(weight_of(map.as_object().unwrap()) * 6 >= map.to_string().len() as u64);
    }
}
