//! What is good to know of keys that are right as they were written.

use serde_json::{Map, Value};

use crate::schema::key_type::Scalar;

/// The size of embeddings that Encord Active works with.
const USUAL_SIZE: u64 = 512;

/// As many keys are named in a sentence.
const MOST_NAMED: usize = 10;

/// What somebody should know who wrote a type, as a config, a form or Encord's JSON has it: that its name is an old one, or that
/// Encord Active works with embeddings of 512 numbers. It is never an error.
pub fn advice(written: &Value) -> Option<String> {
    let name = match written {
        Value::String(name) => Some(name.as_str()),
        entry => entry["hint"].as_str().filter(|_| entry["ty"] == "variant"),
    };
    if let Some(name) = name {
        return Scalar::advice(name).map(str::to_owned);
    }
    let size = if written["ty"] == "embedding" { &written["size"] } else { &written["embedding"] };
    let size = size.as_u64().filter(|size| *size != USUAL_SIZE)?;
    Some(format!("an embedding of {size} numbers; Encord Active works with {USUAL_SIZE}"))
}

/// The [`advice`](fn@advice) on each of these keys, where there is any.
pub fn advice_on(written: &Map<String, Value>) -> Vec<(String, String)> {
    written.iter().filter_map(|(key, written)| Some((key.clone(), advice(written)?))).collect()
}

/// Remarks on keys as sentences, one for all keys of which the same is said: `'site', 'camera': 'string' is an old name; use
/// 'varchar'.` Ten keys are named at most.
pub fn sentences(remarks: &[(String, String)]) -> Vec<String> {
    let mut said: Vec<(&str, Vec<&str>)> = Vec::new();
    for (key, remark) in remarks {
        match said.iter_mut().find(|(other, _)| other == remark) {
            Some((_, keys)) => keys.push(key),
            None => said.push((remark, vec![key])),
        }
    }
    let sentence = |(remark, keys): (&str, Vec<&str>)| {
        let named: Vec<String> = keys.iter().take(MOST_NAMED).map(|key| format!("'{}'", key.escape_debug())).collect();
        let others = match keys.len().saturating_sub(MOST_NAMED) {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        format!("{}{others}: {remark}.", named.join(", "))
    };
    said.into_iter().map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn old_names_and_unusual_sizes_come_with_advice_in_every_writing() {
        let old = Some("'string' is an old name; use 'varchar'".to_owned());
        let size = Some("an embedding of 3 numbers; Encord Active works with 512".to_owned());
        for (written, expected) in [
            (json!("string"), old.clone()),
            (json!({"ty": "variant", "hint": "string"}), old),
            (json!({"embedding": 3}), size.clone()),
            (json!({"ty": "embedding", "size": 3, "api": null}), size),
            (json!("varchar"), None),
            (json!({"ty": "variant", "hint": "number"}), None),
            (json!({"embedding": 512}), None),
            (json!({"ty": "embedding", "size": 512}), None),
            (json!({"enum": ["string"]}), None),
            (json!(null), None),
            (json!(7), None),
        ] {
            assert_eq!(advice(&written), expected, "{written}");
        }
    }

    #[test]
    fn the_same_is_said_once() {
        let written = json!({"a": "string", "b": "long_string", "c\u{1b}": "string", "d": "text"});
        assert_eq!(
            sentences(&advice_on(written.as_object().unwrap())),
            [
                "'a', 'c\\u{1b}': 'string' is an old name; use 'varchar'.",
                "'b': 'long_string' is an old name; use 'text'."
            ]
        );
        let many: Vec<(String, String)> = (0..12).map(|n| (n.to_string(), "x".to_owned())).collect();
        assert!(sentences(&many)[0].ends_with("'9' and 2 more: x."));
    }
}
