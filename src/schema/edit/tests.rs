use crate::schema::{edit::*, key_type::Scalar};

fn schema() -> Map<String, Value> {
    serde_json::from_value(json!({
        "n": {"ty": "variant", "hint": "number", "future": 1},
        "strict": {"ty": "varchar", "max_length": 100},
        "e": {"ty": "enum", "values": ["x", "y"], "future": {"a": [1]}},
        "odd enum": {"ty": "enum", "values": ["x", 7]},
        "emb": {"ty": "embedding", "size": 512, "api": null},
        "soft": {"ty": "tombstone", "deleted_ty": {"ty": "variant", "hint": "uuid", "future": 2}},
        "soft enum": {"ty": "tombstone", "deleted_ty": {"ty": "enum", "values": ["a"]}},
        "hard": {"ty": "tombstone", "deleted_ty": null},
        "strange": {"ty": "hologram", "depth": 3},
        "broken": null,
        "$hidden": {"ty": "variant", "hint": "text"},
    }))
    .unwrap()
}

fn options(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn add(key: &str, key_type: KeyType) -> Edit {
    Edit::Add { key: key.into(), key_type }
}

fn widen(key: &str, values: &[&str]) -> Edit {
    Edit::AddOptions { key: key.into(), options: options(values) }
}

fn delete(key: &str, for_ever: bool) -> Edit {
    Edit::Delete { key: key.into(), for_ever }
}

fn restore(key: &str) -> Edit {
    Edit::Restore { key: key.into() }
}

fn number() -> KeyType {
    KeyType::Scalar(Scalar::Number)
}

fn many(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{number:03}")).collect()
}

#[test]
fn what_is_allowed_changes_one_entry_and_nothing_else() {
    for (edit, expected) in [
        (add("new", number()), json!({"ty": "variant", "hint": "number"})),
        (add("new", KeyType::Enum(options(&["b", "a", "b"]))), json!({"ty": "enum", "values": ["a", "b"]})),
        (add("new", KeyType::Enum(many(255))), json!({"ty": "enum", "values": many(255)})),
        (add("new", KeyType::Embedding(1)), json!({"ty": "embedding", "size": 1, "api": null})),
        (add("new", KeyType::Embedding(4096)), json!({"ty": "embedding", "size": 4096, "api": null})),
        (add("new", KeyType::Geospatial), json!({"ty": "geospatial"})),
        (add("n", KeyType::Scalar(Scalar::Text)), json!({"ty": "variant", "hint": "text", "future": 1})),
        (add("soft", number()), json!({"ty": "variant", "hint": "number", "future": 2})),
        (widen("e", &["z", "a", "x"]), json!({"ty": "enum", "values": ["a", "x", "y", "z"], "future": {"a": [1]}})),
        (delete("e", false), json!({"ty": "tombstone", "deleted_ty": schema()["e"]})),
        (delete("strange", false), json!({"ty": "tombstone", "deleted_ty": schema()["strange"]})),
        (delete("strict", true), json!({"ty": "tombstone", "deleted_ty": null})),
        (delete("broken", true), json!({"ty": "tombstone", "deleted_ty": null})),
        (restore("soft enum"), json!({"ty": "enum", "values": ["a"]})),
    ] {
        let mut after = schema();
        assert_eq!(edit.apply(&mut after), Ok(()), "{edit:?}");
        assert_eq!(after[edit.key()], expected, "{edit:?}");
        let mut before = schema();
        before.insert(edit.key().to_owned(), expected);
        assert_eq!(
            Value::Object(after).to_string(),
            Value::Object(before).to_string(),
            "{edit:?}: also the order stays"
        );
    }
}

#[test]
fn what_is_refused_says_why_and_changes_nothing() {
    use Refusal::*;
    let exists = |what: &str| Exists(what.to_owned());
    for (edit, why) in [
        (add("$x", number()), Key(KeyError::Reserved)),
        (add("key.frames", KeyType::Geospatial), Key(KeyError::Keyframes)),
        (add("a/b", KeyType::Embedding(9)), Key(KeyError::Character('/'))),
        (add("", KeyType::Enum(options(&["a"]))), Key(KeyError::Empty)),
        (add("$hidden", number()), Key(KeyError::Reserved)),
        (add("new", KeyType::Enum(Vec::new())), NoOptions),
        (add("new", KeyType::Enum(many(256))), TooManyOptions(256)),
        (add("new", KeyType::Embedding(0)), EmbeddingSize(0)),
        (add("new", KeyType::Embedding(4097)), EmbeddingSize(4097)),
        (add("n", KeyType::Geospatial), exists("number")),
        (add("strict", number()), exists("varchar")),
        (add("e", number()), exists("enum: x, y")),
        (add("e", KeyType::Enum(options(&["x"]))), exists("enum: x, y")),
        (add("emb", KeyType::Embedding(512)), exists("embedding of 512")),
        (add("strange", number()), exists("hologram")),
        (add("soft", KeyType::Geospatial), Deleted("uuid".into())),
        (add("soft enum", number()), Deleted("enum: a".into())),
        (add("hard", number()), DeletedForEver),
        (widen("nowhere", &["a"]), Missing),
        (widen("n", &["a"]), NotAnEnum("number".into())),
        (widen("soft enum", &["b"]), NotAnEnum("deleted enum: a".into())),
        (widen("odd enum", &["b"]), NotUnderstood),
        (widen("e", &[]), NoOptions),
        (Edit::AddOptions { key: "e".into(), options: many(254) }, TooManyOptions(256)),
        (delete("nowhere", false), Missing),
        (delete("soft", true), AlreadyDeleted),
        (delete("broken", false), NotUnderstood),
        (delete("$hidden", true), Key(KeyError::Reserved)),
        (restore("nowhere"), Missing),
        (restore("n"), NotDeleted),
        (restore("hard"), DeletedForEver),
    ] {
        let mut after = schema();
        let error = edit.apply(&mut after).unwrap_err();
        assert_eq!(error.why, why, "{edit:?}");
        assert_eq!(after, schema(), "{edit:?}");
        let text = error.to_string();
        assert!(text.starts_with(&format!("The metadata key '{}' ", edit.key())), "{text}");
        assert!(text.ends_with('.') && !text.contains(".."), "{text}");
    }
}

#[test]
fn a_soft_deletion_and_its_restoration_bring_everything_back() {
    for key in ["n", "strict", "e", "emb", "strange", "odd enum"] {
        let mut schema = schema();
        let before = schema.clone();
        assert_eq!(delete(key, false).apply(&mut schema), Ok(()));
        assert_ne!(schema, before);
        assert_eq!(restore(key).apply(&mut schema), Ok(()));
        assert_eq!(Value::Object(schema).to_string(), Value::Object(before).to_string());
    }
}

#[test]
fn embeddings_come_with_advice() {
    assert_eq!(add("clip_emb-1", KeyType::Embedding(512)).advice(), None);
    assert!(add("clip", KeyType::Embedding(768)).advice().unwrap().contains("512"));
    assert!(add("clip emb", KeyType::Embedding(512)).advice().unwrap().contains("'-' and '_'"));
    assert_eq!(add("a b", number()).advice(), None);
}
