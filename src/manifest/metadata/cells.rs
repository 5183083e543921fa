//! What the cells of a CSV, which are texts, stand for.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::schema::{
    coerce::{Coerced, coerce},
    key_type::{KeyType, Scalar},
};

/// The types that the keys of a schema have, as far as this version knows them.
pub fn types(schema: &Map<String, Value>) -> HashMap<String, KeyType> {
    schema.iter().filter_map(|(key, entry)| Some((key.clone(), KeyType::read(entry)?))).collect()
}

/// Turns texts into what their key's type asks for, where that only undoes what writing them into a CSV has done: `12` is a number,
/// `TRUE` a boolean, `[0.1, 0.2]` an embedding. All else stays as it is and is checked like any value.
pub fn read_cells(cells: &mut Map<String, Value>, types: &HashMap<String, KeyType>) {
    for (key, value) in cells.iter_mut() {
        let Some(text) = value.as_str() else { continue };
        let read = match types.get(key) {
            None | Some(KeyType::Embedding(_)) => numbers(text),
            Some(KeyType::Scalar(Scalar::Boolean)) => match text.trim() {
                text if text.eq_ignore_ascii_case("true") => Some(true.into()),
                text if text.eq_ignore_ascii_case("false") => Some(false.into()),
                _ => None,
            },
            Some(key_type @ (KeyType::Scalar(Scalar::Number) | KeyType::Geospatial)) => match coerce(key_type, value) {
                Coerced::Changed(changed) => Some(changed),
                Coerced::Kept | Coerced::Fault(_) => None,
            },
            Some(_) => None,
        };
        if let Some(read) = read {
            *value = read;
        }
    }
}

/// A list of at least two numbers, which is an embedding.
fn numbers(text: &str) -> Option<Value> {
    let text = text.trim();
    if !text.starts_with('[') {
        return None;
    }
    let list = serde_json::from_str::<Vec<Value>>(text).ok()?;
    (list.len() > 1 && list.iter().all(Value::is_number)).then_some(Value::Array(list))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cell_is_what_its_key_says_if_that_is_exact() {
        let schema = json!({
            "n": {"ty": "variant", "hint": "number"}, "b": {"ty": "variant", "hint": "boolean"},
            "t": {"ty": "variant", "hint": "varchar"}, "e": {"ty": "embedding", "size": 2},
            "g": {"ty": "geospatial"}, "d": {"ty": "variant", "hint": "datetime"}, "w": {"ty": "enum", "values": ["1"]},
        });
        let types = types(schema.as_object().unwrap());
        for (key, text, expected) in [
            ("n", "12", json!(12)),
            ("n", "007", json!("007")),
            ("n", "12 mm", json!("12 mm")),
            ("b", "TRUE", json!(true)),
            ("b", "yes", json!("yes")),
            ("t", "12", json!("12")),
            ("t", "[1, 2]", json!("[1, 2]")),
            ("e", "[0.5, -1]", json!([0.5, -1])),
            ("e", "[0.5]", json!("[0.5]")),
            ("g", "{\"latitude\": 1, \"longitude\": 2}", json!({"latitude": 1, "longitude": 2})),
            ("d", "2024/01/02", json!("2024/01/02")),
            ("w", "1", json!("1")),
            ("unknown", "12", json!("12")),
            ("unknown", "[1, 2]", json!([1, 2])),
            ("unknown", "[1, \"a\"]", json!("[1, \"a\"]")),
        ] {
            let mut cells = json!({ key: text }).as_object().cloned().unwrap();
            read_cells(&mut cells, &types);
            assert_eq!(cells[key], expected, "{key} {text}");
        }
    }
}
