use proptest::prelude::*;
use serde_json::json;

use crate::schema::{file::*, key_type::Scalar, merge::diff};

fn read(text: &str) -> SchemaFile {
    SchemaFile::read(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn told(text: &str) -> String {
    SchemaFile::read(text.as_bytes()).unwrap_err().to_string()
}

fn scalar(scalar: Scalar) -> KeyType {
    KeyType::Scalar(scalar)
}

#[test]
fn json_is_read_as_encord_serves_it() {
    let served = json!({
        "n": {"ty": "variant", "hint": "number"},
        "plain": {"ty": "variant"},
        "strict": {"ty": "varchar", "max_length": 100},
        "weather": {"ty": "enum", "values": ["sun", "rain"]},
        "emb": {"ty": "embedding", "size": 7, "api": null},
        "place": {"ty": "geospatial", "new": 1},
        "old": {"ty": "variant", "hint": "string"},
        "gone": {"ty": "tombstone", "deleted_ty": {"ty": "variant", "hint": "number"}},
        "for ever": {"ty": "tombstone", "deleted_ty": null},
        "who": {"ty": "user"},
        "odd": {"ty": "variant", "hint": "numbr"},
        "mixed": {"ty": "enum", "values": ["a", 1]},
        "none": {"ty": "enum", "values": []},
        "$own": {"ty": "variant", "hint": "text"},
    });
    let file = read(&served.to_string());
    let keys: Vec<(&str, KeyType)> = file.keys.iter().map(|(key, key_type)| (key.as_str(), key_type.clone())).collect();
    assert_eq!(
        keys,
        [
            ("emb", KeyType::Embedding(7)),
            ("n", scalar(Scalar::Number)),
            ("old", scalar(Scalar::Varchar)),
            ("place", KeyType::Geospatial),
            ("plain", scalar(Scalar::Text)),
            ("strict", scalar(Scalar::Varchar)),
            ("weather", KeyType::Enum(vec!["rain".into(), "sun".into()])),
        ]
    );
    let left: Vec<String> = file.left.iter().map(|(key, left)| format!("{key}: {left}")).collect();
    assert_eq!(
        left,
        [
            "gone: deleted in the schema file, so left alone",
            "for ever: deleted in the schema file, so left alone",
            "who: of the type 'user', which this version does not know, so left alone",
            "odd: of the type 'numbr', which this version does not know, so left alone (did you mean 'number'?)",
            "mixed: of the type 'enum', which this version does not know, so left alone",
            "none: of the type 'enum without values', which this version does not know, so left alone",
            "$own: reserved for Encord, so left alone",
        ]
    );
    assert_eq!(Value::Object(file.whole.clone()), served);
    let advised: Vec<&str> = file.advice.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(advised, ["emb", "old"]);
    assert!(diff(&file.whole, &file.keys).changes.is_empty(), "what Encord served asks nothing of Encord");
}

#[test]
fn an_empty_schema_is_one() {
    for text in ["null", "{}", "", " \n", "# nothing yet", "\u{feff}{}", "[keys]", "[schema.keys]", "version = 1"] {
        assert_eq!(read(text), SchemaFile::default(), "{text:?}");
    }
}

#[test]
fn toml_has_its_keys_in_three_places() {
    let keys =
        "site = \"varchar\"\n\"a.b\" = { enum = [\"b\", \"a\"] }\nold = \"long_string\"\nemb = { embedding = 3 }\n";
    let plain = read(keys);
    assert_eq!(plain.keys["a.b"], KeyType::Enum(vec!["a".into(), "b".into()]));
    assert_eq!(plain.keys["old"], scalar(Scalar::Text));
    assert_eq!(plain.whole["site"], json!({"ty": "variant", "hint": "varchar"}));
    assert_eq!(plain.advice.len(), 2);
    for head in
        ["[keys]", "[schema.keys]", "version = 1\n[azure]\ncontainer = \"x\"\n[schema]\nskip = false\n[schema.keys]"]
    {
        assert_eq!(read(&format!("{head}\n{keys}")), plain, "{head}");
    }
    let keys: Vec<String> =
        read("keys = { enum = [\"a\"] }\nschema = \"text\"\nversion = \"number\"").keys.into_keys().collect();
    assert_eq!(keys, ["keys", "schema", "version"]);
}

#[test]
fn mistakes_are_placed_and_say_what_would_be_right() {
    for (text, expected) in [
        (
            "{\"a\": {\"ty\": \"variant\"},\n  \"ä/b\": {\"ty\": \"variant\"}}",
            "line 2, column 3: the key 'ä/b': '/' is not allowed",
        ),
        (
            "{\"a\": \"bool\"}",
            "line 1, column 2: the key 'a': an entry is an object with \"ty\", as Encord writes it: {\"ty\": \"variant\", \"hint\": \"boolean\"}",
        ),
        ("{\"a\": {\"hint\": \"x\"}}", "column 2: the key 'a': an entry is an object"),
        ("{\"a\": {\"ty\": 5}}", "\"ty\" is a text such as \"variant\", not 5"),
        ("{\"a\": {\"ty\": \"embedding\", \"size\": 5000}}", "1 to 4096 numbers, not 5000"),
        (
            "{\"a\": {\"ty\": \"geospatial\"},\n\"\\u0061\": {\"ty\": \"user\"}}",
            "line 2, column 1: the key 'a' is there twice",
        ),
        ("{\"a\": {\"ty\": \"geospatial\"}", "line 1, column 26: EOF"),
        ("{\"a\"\n:,}", "line 2, column 2: expected value (JSON)"),
        ("a = \"varchar\"\nb = \"numbr\"", "line 2, column 5: the key 'b': 'numbr' is not a metadata type"),
        ("b = \"integer\"", "Did you mean 'number'?"),
        ("[keys]\n\"$x\" = \"text\"", "line 2, column 1: the key '$x': keys that begin with '$'"),
        ("[keys]\na = \"text\"\na = \"text\"", "line 3, column 1: duplicate key"),
        ("a = 5", "line 1, column 5: the key 'a': 5 is not a metadata type"),
        ("a = { enum = [] }", "at least one value"),
        (
            "x = \"text\"\n[schema.keys]\na = \"text\"",
            "line 1, column 1: 'x' is not among the keys of this file, which are below [schema.keys]",
        ),
        ("x = \"text\"\n[keys]\na = \"text\"", "below [keys]"),
        ("[1, 2]", "line 1"),
        ("site varchar", "line 1"),
    ] {
        let told = told(text);
        assert!(told.contains(expected), "{text}\n{told}");
    }
    let many: Vec<String> = (0..257).map(|n| n.to_string()).collect();
    assert!(told(&json!({"a": {"ty": "enum", "values": many}}).to_string()).contains("this one has 257"));
    let error = SchemaFile::read(b"a = \"text\"\nb = \"\xff\"").unwrap_err();
    assert_eq!((error.line, error.column), (2, 6));
    assert!(error.message.contains("UTF-8"));
}

#[test]
fn depth_and_length_are_no_danger() {
    for (open, close) in [("{\"a\":", "}"), ("[", "]")] {
        let deep = format!("{{\"k\": {}1{}}}", open.repeat(100_000), close.repeat(100_000));
        assert!(SchemaFile::read(deep.as_bytes()).is_err());
    }
    assert!(SchemaFile::read(format!("a = {}", "[".repeat(100_000)).as_bytes()).is_err());
    assert!(SchemaFile::read(format!("a = {}", "{ a = ".repeat(100_000)).as_bytes()).is_err());
}

fn any_type() -> impl Strategy<Value = KeyType> {
    prop_oneof![
        proptest::sample::select(vec![
            Scalar::Number,
            Scalar::Varchar,
            Scalar::Text,
            Scalar::Boolean,
            Scalar::Datetime,
            Scalar::Uuid
        ])
        .prop_map(KeyType::Scalar),
        prop::collection::btree_set("\\PC{0,8}", 1..6).prop_map(|options| KeyType::Enum(options.into_iter().collect())),
        (1..=4096_u32).prop_map(KeyType::Embedding),
        Just(KeyType::Geospatial),
    ]
}

proptest! {
    #![proptest_config(crate::seeds::cases(256))]

    #[test]
    fn no_bytes_are_a_danger(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = SchemaFile::read(&bytes);
        let _ = SchemaFile::read(&[b"{\"a\": {\"ty\":", bytes.as_slice()].concat());
    }

    #[test]
    fn nothing_like_a_schema_is_a_danger(text in "[{}\\[\\]\":,= \n\\\\a$é#.]{0,60}(ty|enum|keys|schema|null)?[{}\\[\\]\":,= \na]{0,20}") {
        if let Err(error) = SchemaFile::read(text.as_bytes()) {
            prop_assert!(error.line >= 1 && error.column >= 1 && error.line <= text.lines().count() + 1);
        }
    }

    #[test]
    fn what_was_asked_for_is_read_back_from_either_form(
        keys in prop::collection::btree_map("[a-zA-Z0-9é._ -]{0,6}[a-z]", any_type(), 0..6)
    ) {
        let wire: Map<String, Value> = keys.iter().map(|(key, key_type)| (key.clone(), key_type.wire())).collect();
        let from_json = read(&serde_json::to_string_pretty(&wire).unwrap());
        prop_assert_eq!(&from_json.keys, &keys);
        let from_toml = read(&toml::to_string(&json!({"schema": {"keys": &keys}})).unwrap());
        prop_assert_eq!(&from_toml.keys, &keys);
        prop_assert_eq!(from_toml.whole, wire);
        prop_assert_eq!(from_toml.advice.len(), from_json.advice.len());
    }
}
