//! Files beside blobs that hold their metadata: `x.jpg.metadata.json` or `x.metadata.json` for `x.jpg`.

use serde_json::{Map, Value};

use crate::schema::value::excerpt;

/// The largest sidecar that is read, in bytes: Encord takes 10 MB of metadata for an item.
pub const LARGEST: usize = 10_000_000;

/// The end of a sidecar's name where nobody says another.
pub const USUAL_SUFFIX: &str = ".metadata.json";

/// The names that a blob's sidecar may have, the one that goes before first. `suffix` is the end of every sidecar's name.
pub fn names(blob: &str, suffix: &str) -> Vec<String> {
    let file = blob.rfind('/').map_or(0, |slash| slash + 1);
    let stem = blob[file..].rfind('.').filter(|dot| *dot > 0).map(|dot| &blob[..file + dot]);
    std::iter::once(blob).chain(stem).map(|name| format!("{name}{suffix}")).collect()
}

/// Reads a sidecar's content.
///
/// # Errors
/// It is not UTF-8, not JSON, or not an object, in words.
pub fn read(content: &[u8]) -> Result<Map<String, Value>, String> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let text = std::str::from_utf8(content).map_err(|_| "it is not UTF-8".to_owned())?;
    match serde_json::from_str(text) {
        Ok(Value::Object(metadata)) => Ok(metadata),
        Ok(other) => Err(format!("it is not a JSON object: {}", excerpt(&other))),
        Err(error) => Err(format!("it is not JSON: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_names_belong_to_a_blob() {
        for (blob, expected) in [
            ("a/x.jpg", &["a/x.jpg.metadata.json", "a/x.metadata.json"][..]),
            ("a.b/x", &["a.b/x.metadata.json"]),
            ("é.tar.gz", &["é.tar.gz.metadata.json", "é.tar.metadata.json"]),
            ("a/.hidden", &["a/.hidden.metadata.json"]),
        ] {
            assert_eq!(names(blob, USUAL_SUFFIX), expected);
        }
    }

    #[test]
    fn a_sidecar_is_one_object() {
        assert_eq!(read(b"\xef\xbb\xbf{\"a\": [1]}").map(Value::Object), Ok(json!({"a": [1]})));
        for (content, words) in [
            (&b"[1, 2]"[..], "not a JSON object: [1,2]"),
            (b"{\"a\": ", "not JSON: EOF"),
            (b"\"\xff\"", "not UTF-8"),
            (b"", "not JSON"),
        ] {
            assert!(read(content).unwrap_err().contains(words));
        }
    }
}
