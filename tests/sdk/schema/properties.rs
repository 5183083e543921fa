//! What holds for any sequence of edits, also on schemas that the SDK could not read.

use azure_to_encord::schema::{KeyType, Scalar, diff};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::schema::edits::{asked, start};

fn with_unknown() -> Map<String, Value> {
    let mut schema = start();
    for (key, entry) in [
        ("hologram", json!({"ty": "hologram", "depth": 3, "inner": {"b": 1, "a": [null]}})),
        ("newer enum", json!({"ty": "enum", "values": ["x"], "colours": {"x": "red"}})),
        ("newer hint", json!({"ty": "variant", "hint": "decimal", "digits": 9})),
        ("deleted hologram", json!({"ty": "tombstone", "deleted_ty": {"ty": "hologram"}, "by": "someone"})),
        ("no entry", json!(null)),
        ("no object", json!(["text", 1])),
    ] {
        schema.insert(key.to_owned(), entry);
    }
    schema
}

/// Whatever schema a service might return.
fn any_schema() -> impl Strategy<Value = Map<String, Value>> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z]{0,3}".prop_map(Value::from),
        proptest::sample::select(vec!["variant", "enum", "embedding", "tombstone", "varchar"]).prop_map(Value::from),
    ];
    let entry = leaf.prop_recursive(3, 12, 4, |inner| {
        let names = proptest::sample::select(vec!["ty", "hint", "values", "size", "deleted_ty", "max_length"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((names, inner), 0..4).prop_map(|fields| Value::Object(
                fields.into_iter().map(|(name, value)| (name.into(), value)).collect()
            )),
        ]
    });
    let key = proptest::sample::select(vec!["n", "t", "e", "emb", "geo", "soft", "hard", "strict", "new"]);
    prop::collection::vec((key, entry), 0..9)
        .prop_map(|entries| entries.into_iter().map(|(key, entry)| (key.to_owned(), entry)).collect())
}

proptest! {
    #![proptest_config(crate::support::seeds::cases(256))]

    #[test]
    fn no_edit_loses_or_moves_a_key_or_touches_another(
        start in prop_oneof![Just(with_unknown()), any_schema()],
        edits in prop::collection::vec(asked(), 0..30),
    ) {
        let mut schema = start;
        for edit in edits.iter().filter_map(super::edits::Asked::edit) {
            let before = schema.clone();
            let result = edit.apply(&mut schema);
            let kept = schema.iter().take(before.len()).map(|(key, _)| key);
            prop_assert!(kept.eq(before.keys()), "the keys stay where they are");
            prop_assert!(schema.len() <= before.len() + 1);
            for (key, entry) in &before {
                if result.is_err() || key != edit.key() {
                    prop_assert_eq!(entry.to_string(), schema[key].to_string());
                }
            }
            prop_assert!(result.is_err() || schema.contains_key(edit.key()));
        }
    }

    #[test]
    fn a_merge_keeps_every_key_and_needs_no_second(
        schema in prop_oneof![Just(with_unknown()), any_schema()],
        size in 1..4097_u32,
    ) {
        let wanted = [
            ("n", KeyType::Scalar(Scalar::Number)),
            ("e", KeyType::Enum(vec!["b".into(), "z".into()])),
            ("emb", KeyType::Embedding(size)),
            ("soft", KeyType::Scalar(Scalar::Varchar)),
            ("hard", KeyType::Geospatial),
            ("new", KeyType::Geospatial),
        ];
        let wanted = wanted.into_iter().map(|(key, key_type)| (key.to_owned(), key_type)).collect();
        let difference = diff(&schema, &wanted);
        let merged = difference.apply(&schema);
        prop_assert!(schema.keys().all(|key| merged.contains_key(key)));
        let again = diff(&merged, &wanted);
        prop_assert!(again.is_empty(), "{:?}", again);
        prop_assert_eq!(again.conflicts().count(), difference.conflicts().count());
    }
}

#[test]
fn what_is_not_understood_goes_there_and_back_unchanged() {
    let before = with_unknown();
    let text = Value::Object(before.clone()).to_string();
    let read: Map<String, Value> = serde_json::from_str(&text).unwrap();
    let wanted = [("fresh".to_owned(), KeyType::Geospatial)].into();
    let after = diff(&read, &wanted).apply(&read);
    let mut expected = before;
    expected.insert("fresh".into(), json!({"ty": "geospatial"}));
    assert_eq!(Value::Object(after).to_string(), Value::Object(expected).to_string());
}
