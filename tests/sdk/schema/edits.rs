//! Edits as someone may ask for them, over few keys, so that they meet.

use azure_to_encord::schema::{Edit, KeyType, Scalar};
use proptest::{prelude::*, sample::select};
use serde_json::{Map, Value, json};

/// An edit with the name of a scalar type as it was typed.
#[derive(Debug, Clone)]
pub(crate) enum Asked {
    Scalar { key: String, name: &'static str },
    Other(Edit),
}

impl Asked {
    /// `None` where there is no such scalar type.
    pub(crate) fn edit(&self) -> Option<Edit> {
        match self {
            Asked::Scalar { key, name } => {
                Scalar::from_name(name).map(|scalar| Edit::Add { key: key.clone(), key_type: KeyType::Scalar(scalar) })
            }
            Asked::Other(edit) => Some(edit.clone()),
        }
    }

    /// The SDK's method and arguments.
    pub(crate) fn call(&self) -> Value {
        match self {
            Asked::Scalar { key, name } => json!({"edit": "add_scalar", "key": key, "data_type": name}),
            Asked::Other(Edit::Add { key, key_type }) => match key_type {
                KeyType::Scalar(scalar) => json!({"edit": "add_scalar", "key": key, "data_type": scalar.hint()}),
                KeyType::Enum(values) => json!({"edit": "add_enum", "key": key, "values": values}),
                KeyType::Embedding(size) => json!({"edit": "add_embedding", "key": key, "size": size}),
                KeyType::Geospatial => json!({"edit": "add_geospatial", "key": key}),
            },
            Asked::Other(Edit::AddOptions { key, options }) => {
                json!({"edit": "add_enum_options", "key": key, "values": options})
            }
            Asked::Other(Edit::Delete { key, for_ever }) => json!({"edit": "delete_key", "key": key, "hard": for_ever}),
            Asked::Other(Edit::Restore { key }) => json!({"edit": "restore_key", "key": key}),
        }
    }
}

const KEYS: [&str; 18] = [
    "n",
    "t",
    "e",
    "emb",
    "geo",
    "soft",
    "hard",
    "strict",
    "new",
    "new 2",
    "new 3",
    "new 4",
    "new 5",
    "Ä.b-c_d 1",
    "$x",
    "key-frames",
    "a/b",
    "ชื่อ",
];

/// A schema with at least one key of every type that the SDK knows.
pub(crate) fn start() -> Map<String, Value> {
    serde_json::from_value(json!({
        "n": {"ty": "variant", "hint": "number"},
        "t": {"ty": "variant"},
        "e": {"ty": "enum", "values": ["b", "a"]},
        "emb": {"ty": "embedding", "size": 512, "api": {"client_only": true}},
        "geo": {"ty": "geospatial"},
        "soft": {"ty": "tombstone", "deleted_ty": {"ty": "variant", "hint": "uuid"}},
        "soft enum": {"ty": "tombstone", "deleted_ty": {"ty": "enum", "values": ["x"]}},
        "hard": {"ty": "tombstone", "deleted_ty": null},
        "strict": {"ty": "varchar", "max_length": 100},
        "strict n": {"ty": "number", "format": "F32"},
        "strict t": {"ty": "datetime", "timezone": "UTC"},
        "strict b": {"ty": "boolean"},
        "strict u": {"ty": "uuid"},
        "strict x": {"ty": "text"},
        "who": {"ty": "user"},
        "$x": {"ty": "variant", "hint": "text"},
    }))
    .unwrap()
}

fn key() -> impl Strategy<Value = String> {
    let every: Vec<String> = KEYS.into_iter().map(str::to_owned).chain(start().keys().cloned()).collect();
    prop_oneof![9 => select(every), 1 => "[ -~à-ÿ一-三]{0,4}"]
}

fn options() -> impl Strategy<Value = Vec<String>> {
    let numbered = |count: usize| (0..count).map(|number| format!("o{number}")).collect::<Vec<_>>();
    prop_oneof![
        6 => prop::collection::vec("[a-cé😀]{0,2}", 0..5),
        2 => select(vec![100, 120, 254, 255, 256, 300]).prop_map(numbered),
    ]
}

/// Any edit, sensible or not.
pub(crate) fn asked() -> impl Strategy<Value = Asked> {
    let names = ["number", "varchar", "text", "boolean", "datetime", "uuid", "string", "long_string"];
    let wrong = ["enum", "embedding", "geospatial", "integer", ""];
    let size = prop_oneof![select(vec![0, 1, 512, 4096, 4097, u32::MAX]), 1..5000_u32];
    let typed =
        prop_oneof![options().prop_map(KeyType::Enum), size.prop_map(KeyType::Embedding), Just(KeyType::Geospatial),];
    prop_oneof![
        3 => (key(), select(names.to_vec())).prop_map(|(key, name)| Asked::Scalar { key, name }),
        1 => (key(), select(wrong.to_vec())).prop_map(|(key, name)| Asked::Scalar { key, name }),
        3 => (key(), typed).prop_map(|(key, key_type)| Asked::Other(Edit::Add { key, key_type })),
        3 => (prop_oneof![2 => Just("e".to_owned()), 1 => key()], options())
            .prop_map(|(key, options)| Asked::Other(Edit::AddOptions { key, options })),
        2 => (key(), any::<bool>()).prop_map(|(key, for_ever)| Asked::Other(Edit::Delete { key, for_ever })),
        2 => key().prop_map(|key| Asked::Other(Edit::Restore { key })),
    ]
}
