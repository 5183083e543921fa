use proptest::prelude::*;

use crate::manifest::read::json::spanned::*;

const START: Position = Position { line: 1, column: 1 };

fn parse(text: &str) -> Result<SpannedValue<'_>, SyntaxError> {
    SpannedStr::new(text, START).parse()
}

#[test]
fn faults_are_named_where_they_are() {
    for (text, at, part) in [
        ("{\"a\": 1,}", 8, "a comma before '}'"),
        ("[1, 2,]", 6, "a comma before ']'"),
        ("{'a': 1}", 1, "found ''': JSON writes texts in double quotes"),
        ("{\"a\" 1}", 5, "':' behind the key"),
        ("{\"a\": True}", 6, "that is Python"),
        ("{\"a\": 1 \"b\": 2}", 8, "',' or '}'"),
        ("{\"a\": 01}", 6, "leading zeros"),
        ("{\"a\": .5}", 6, "a value, found '.'"),
        ("{\"a\": 1.}", 8, "a digit behind the point"),
        ("{\"a\": \"x\ny\"}", 6, "closing quote"),
        ("{\"a\": \"x\ty\"}", 8, "U+0009"),
        ("{\"a\": \"\\x\"}", 7, "backslash"),
        ("{\"a\": \"\\ud800\"}", 7, "half of a character"),
        ("{\"a\": \"\\u12\"}", 7, "four hexadecimal"),
        ("{\"a\": 1} x", 9, "the end of the value"),
        ("{ // no\n}", 2, "comments"),
    ] {
        let broken = parse(text).unwrap_err();
        assert_eq!((broken.at, broken.truncated), (at, false), "{text}: {broken:?}");
        assert!(broken.message.contains(part), "{text}: {broken:?}");
    }
    for text in ["{\"a\": ", "{\"a", "[1", "", "{\"a\": 1"] {
        assert!(parse(text).unwrap_err().truncated, "{text}");
    }
    let deep = "[".repeat(129) + &"]".repeat(129);
    assert!(parse(&deep).unwrap_err().message.contains("128"));
    assert!(parse(&deep[1..258 - 1]).is_ok());
}

#[test]
fn what_python_writes_for_what_is_not_finite_is_read() {
    let node = parse("[NaN, Infinity, -Infinity, 1e999, 1e9]").unwrap();
    let Json::List(items) = &node.value else { unreachable!() };
    let finite: Vec<bool> = items.iter().map(|item| !matches!(item.value, Json::NotFinite(_))).collect();
    assert_eq!(finite, [false, false, false, false, true]);
    assert!(parse("NaNny").is_err());
}

#[test]
fn places_count_lines_and_characters() {
    let text = SpannedStr::new("{\"é\": \"🎉\",\n  \"ü\": 1}", Position { line: 7, column: 3 });
    assert_eq!(text.place(0), Position { line: 7, column: 3 });
    assert_eq!(text.place(text.text.find("🎉").unwrap()), Position { line: 7, column: 10 });
    assert_eq!(text.place(text.text.find('1').unwrap()), Position { line: 8, column: 8 });
    assert_eq!(text.place(1000), Position { line: 8, column: 10 });
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", |float| Number::from_f64(float).map(Value::Number)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..5).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(crate::seeds::cases(256))]

    #[test]
    fn what_serde_json_writes_is_read_alike(value in values()) {
        let text = value.to_string();
        prop_assert_eq!(&parse(&text).unwrap().value.to_value(), &value);
        let text = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(&parse(&text).unwrap().value.to_value(), &value);
    }

    #[test]
    fn what_serde_json_refuses_is_refused(text in r#"[\[\]{}",:0-9.eE+\-tn \\ua-f]{0,24}"#) {
        let theirs = serde_json::from_str::<Value>(&text);
        let ours = parse(&text);
        let finite = !matches!(&ours, Ok(node) if format!("{node:?}").contains("NotFinite"));
        if finite {
            prop_assert_eq!(ours.map(|node| node.value.to_value()).ok(), theirs.ok());
        }
    }
}
