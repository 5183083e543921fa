//! Where things stand in a text.

/// A place as editors count it, from 1; the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Place {
    /// The place of a byte.
    pub(super) fn of(text: &str, offset: usize) -> Place {
        let before = text.get(..text.floor_char_boundary(offset)).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Place { line, column }
    }
}

/// The keys of an object, those of objects within left out, with the bytes at which they begin. The text must be JSON.
///
/// `serde_json` keeps the last of equal keys and no places.
pub(super) fn keys_of_object(text: &str) -> Vec<(String, usize)> {
    let bytes = text.as_bytes();
    let mut keys = Vec::new();
    let mut depth = 0_usize;
    // Within the outermost object every string that follows `{` or `,` is a key.
    let mut expects_key = false;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                expects_key = depth == 1;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => expects_key = depth == 1,
            b'"' => {
                let end = end_of_string(bytes, at);
                if std::mem::take(&mut expects_key)
                    && let Some(Ok(key)) = text.get(at..end).map(serde_json::from_str)
                {
                    keys.push((key, at));
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    keys
}

/// The byte after the string that begins here.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_outermost_keys_are_found_whatever_is_in_them() {
        let text = r#"{"a": {"in": ["x", {"y": 1}], "z": "q"}, "b\"{": [1, {"c": 2}], "\u00e9": "d,e" , "f":null}"#;
        let found = keys_of_object(text);
        let keys: Vec<&str> = found.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["a", "b\"{", "é", "f"]);
        assert!(found.iter().all(|(_, offset)| text[*offset..].starts_with('"')));
        assert_eq!(keys_of_object("null"), []);
    }

    #[test]
    fn places_count_characters() {
        assert_eq!(Place::of("äö\nüx", 0), Place { line: 1, column: 1 });
        assert_eq!(Place::of("äö\nüx", "äö\nü".len()), Place { line: 2, column: 2 });
        assert_eq!(Place::of("ä", 99), Place { line: 1, column: 2 });
    }
}
