use serde_json::json;

use crate::manifest::{finding::Severity, sink::tests::Collected, values::*};

fn values(coerce: bool) -> Values {
    let schema = json!({
        "lux": {"ty": "variant", "hint": "number"},
        "indoor": {"ty": "variant", "hint": "boolean"},
        "at": {"ty": "variant", "hint": "datetime"},
        "weather": {"ty": "enum", "values": ["rain", "sun"]},
        "wide": {"ty": "enum", "values": (0..200).map(|n| format!("option {n}")).collect::<Vec<_>>()},
        "vector": {"ty": "embedding", "size": 2},
        "gone": {"ty": "tombstone", "deleted_ty": {"ty": "variant", "hint": "number"}},
        "strange": {"ty": "hologram"},
    });
    Values { schema: schema.as_object().unwrap().clone(), whole: true, coerce }
}

fn check(values: Values, items: &[Value]) -> (Vec<Finding>, Vec<Value>) {
    let (mut check, mut found) = (ValueCheck::new(values), Collected::default());
    let items = items.iter().enumerate().map(|(number, item)| {
        let mut metadata = item.as_object().unwrap().clone();
        let Ok(()) = check.item(&Origin::blob(&format!("item {number}")), &mut metadata, &mut found);
        Value::Object(metadata)
    });
    let items = items.collect();
    let Ok(()) = check.finish(&mut found);
    (found.findings, items)
}

#[test]
fn each_fault_names_its_key_type_and_value() {
    for (key, value, code, message) in [
        ("lux", json!("high"), Code::MetadataType, "lux (number): \"high\" is not a number"),
        (
            "lux",
            json!("12"),
            Code::MetadataType,
            "lux (number): \"12\" is not a number (coerce = true would make it 12)",
        ),
        (
            "indoor",
            json!("yes"),
            Code::MetadataType,
            "indoor (boolean): \"yes\" is not true or false (coerce = true would make it true)",
        ),
        ("at", json!("05/03/2024"), Code::MetadataType, "at (datetime): \"05/03/2024\" is not a date and time"),
        ("weather", json!("rian"), Code::MetadataType, "weather (enum: rain, sun): \"rian\" is not an option"),
        ("weather", json!("x".repeat(500)), Code::MetadataType, "xxx…\" is not an option of the enum"),
        ("wide", json!("nothing"), Code::MetadataType, "wide (enum: option 0, option 1,"),
        ("vector", json!([1]), Code::MetadataType, "vector (embedding of 2): the embedding is 1 long instead of 2"),
        ("$own", json!(1), Code::MetadataReserved, "the key \"$own\": keys that begin with '$' are reserved"),
        ("key-frames", json!([1]), Code::MetadataReserved, "the key \"key-frames\": 'keyframes' is reserved"),
        ("a/b", json!(1), Code::MetadataKey, "the key \"a/b\": '/' is not allowed"),
    ] {
        let (found, items) = check(values(false), &[json!({ key: value.clone() })]);
        let [finding] = &found[..] else { panic!("{key}: {found:?}") };
        assert_eq!((finding.code, finding.severity, finding.items), (code, Severity::Error, 1));
        assert_eq!((finding.item.as_str(), finding.key.as_deref()), ("item 0", Some(key)));
        assert!(finding.message.starts_with(message) || finding.message.contains(message), "{}", finding.message);
        assert!(finding.message.chars().count() < 300, "{}", finding.message);
        assert_eq!(items[0][key], value);
    }
}

#[test]
fn what_fits_is_not_found_nor_changed() {
    let item = json!({
        "lux": 1.5, "indoor": true, "at": "2024-03-05T10:15:00Z", "weather": "rain", "vector": [1, 2], "strange": {"a": 1},
        "$encord": {"frames": {}},
    });
    for coerce in [false, true] {
        let (found, items) = check(values(coerce), std::slice::from_ref(&item));
        assert_eq!((found, &items[0]), (vec![], &item));
    }
}

#[test]
fn with_coercion_what_is_certain_is_changed_and_told_and_the_rest_is_an_error() {
    let item = json!({"lux": "12", "indoor": "yes", "at": "05/03/2024", "weather": "RAIN"});
    let (found, items) = check(values(true), &[item]);
    assert_eq!(items[0], json!({"lux": 12, "indoor": true, "at": "05/03/2024", "weather": "rain"}));
    let told: Vec<_> = found.iter().map(|finding| (finding.code, finding.message.as_str())).collect();
    use Code::{MetadataCoerced, MetadataType};
    assert_eq!(
        told,
        [
            (MetadataCoerced, "lux (number): \"12\" becomes 12"),
            (MetadataCoerced, "indoor (boolean): \"yes\" becomes true"),
            (
                MetadataType,
                "at (datetime): \"05/03/2024\" may begin with the day or the month; write dates as 2024-12-31"
            ),
            (MetadataCoerced, "weather (enum: rain, sun): \"RAIN\" becomes \"rain\""),
        ]
    );
}

#[test]
fn keys_that_the_schema_does_not_have_are_told_once_with_a_count() {
    let items = [json!({"wether": 1, "lux": 1}), json!({"wether": 2, "gone": 1}), json!({"wether": 3})];
    for coerce in [false, true] {
        let (found, _) = check(values(coerce), &items);
        let told: Vec<_> =
            found.iter().map(|finding| (finding.key.as_deref().unwrap(), finding.items, &*finding.item)).collect();
        assert_eq!(told, [("gone", 1, "item 1"), ("wether", 3, "item 0")]);
        assert!(found.iter().all(|finding| finding.code == Code::MetadataUnknownKey));
        assert!(found[0].message.contains("'gone' is deleted from the metadata schema"), "{}", found[0].message);
        assert!(found[1].message.ends_with("did you mean 'weather'?"), "{}", found[1].message);
    }
    let (found, _) = check(Values { whole: false, ..values(false) }, &items[..1]);
    assert!(found[0].message.contains("is not under [schema.keys]"), "{}", found[0].message);
}

#[test]
fn ever_so_many_unknown_keys_take_no_more_memory() {
    let items: Vec<Value> = (0..1500).map(|n| json!({ format!("key {n:04}"): n })).collect();
    let (found, _) = check(values(false), &items);
    assert_eq!(found.len(), MOST_UNKNOWN + 1);
    let last = found.last().unwrap();
    assert_eq!((last.key.as_deref(), last.items, last.item.as_str()), (None, 500, "item 1000"));
}
