//! Client metadata in a line of text: `key=value, key=value`, or a JSON object.

use serde_json::{Map, Value};

/// Reads the line. Numbers, `true`, `false` and what stands in quotes are as in JSON; every other value is a string.
///
/// # Errors
/// What cannot be read of it, in a sentence.
pub(super) fn parse(text: &str) -> Result<Map<String, Value>, String> {
    let text = text.trim();
    if text.starts_with('{') {
        return serde_json::from_str(text).map_err(|error| format!("This is not a JSON object: {error}."));
    }
    let mut map = Map::new();
    for part in text.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        let Some((key, value)) = part.split_once('=').map(|(key, value)| (key.trim(), value.trim())) else {
            return Err(format!(
                "'{part}' is not of the form key=value. Values with a comma need JSON: {{\"key\": \"a, b\"}}."
            ));
        };
        if key.is_empty() {
            return Err(format!("'{part}' has no key before its = sign."));
        }
        if map.insert(key.to_owned(), self::value(value)).is_some() {
            return Err(format!("The key '{key}' is there twice."));
        }
    }
    Ok(map)
}

fn value(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_) | Value::String(_))) => value,
        _ => Value::String(text.to_owned()),
    }
}

/// The metadata as a line that is read as the same.
pub(super) fn line(metadata: &Map<String, Value>) -> String {
    let pairs: Vec<String> = metadata
        .iter()
        .map(|(key, value)| match value {
            Value::String(text) => format!("{key}={text}"),
            other => format!("{key}={other}"),
        })
        .collect();
    let pairs = pairs.join(", ");
    match parse(&pairs) {
        Ok(read) if read == *metadata => pairs,
        _ => Value::Object(metadata.clone()).to_string(),
    }
}

/// What is pasted into such a line: lines become parts of it.
pub(super) fn pasted(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let is_json = lines.first().is_some_and(|line| line.starts_with('{'));
    lines.join(if is_json { " " } else { ", " })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_are_read_as_people_write_them() {
        for (text, expected) in [
            ("", json!({})),
            ("site=berlin", json!({"site": "berlin"})),
            (" site = berlin , lux=310.5;ok=true", json!({"site": "berlin", "lux": 310.5, "ok": true})),
            ("zip=\"01067\", note=a=b", json!({"zip": "01067", "note": "a=b"})),
            ("name=中文", json!({"name": "中文"})),
            ("empty=", json!({"empty": ""})),
            ("{\"a\": [1, {\"b\": null}]}", json!({"a": [1, {"b": null}]})),
        ] {
            assert_eq!(Value::Object(parse(text).unwrap()), expected, "{text}");
        }
        for (text, word) in
            [("berlin", "key=value"), ("=x", "no key"), ("a=1,a=2", "twice"), ("{\"a\"", "JSON"), ("{} x", "JSON")]
        {
            assert!(parse(text).unwrap_err().contains(word), "{text}: {:?}", parse(text));
        }
        assert_eq!(pasted("a=1\r\nb=2\n\n"), "a=1, b=2");
        assert_eq!(pasted("{\n  \"a\": 1\n}"), "{ \"a\": 1 }");
    }

    proptest! {
        #![proptest_config(crate::seeds::cases(256))]

        #[test]
        fn what_is_written_is_read_as_the_same(pairs in prop::collection::vec((".{1,8}", ".{0,8}"), 0..4), number: i64) {
            let mut map: Map<String, Value> = pairs.into_iter().map(|(key, value)| (key, Value::String(value))).collect();
            map.insert("n".into(), number.into());
            prop_assert_eq!(parse(&line(&map)).unwrap(), map);
        }
    }
}
