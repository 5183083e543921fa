//! A whole schema made ready for checking the metadata of many items.

use std::collections::HashMap;

use serde_json::{Map, Value};
use thiserror::Error;

use crate::schema::{
    coerce::{Coerced, change, coerce, option},
    key::{KeyError, check_key},
    key_type::{KeyType, Scalar},
    value::{LONGEST_VARCHAR, ValueFault, fault, fits, nearest, not_an_option, too_long},
};

/// Where Encord keeps the key frames and their metadata in a video's metadata (encord.md §2.14); not a key of the schema.
const FRAMES: &str = "$encord";

/// What is wrong with one key of an item's metadata.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ValueError {
    /// A key that Encord does not take or keeps for itself.
    #[error("{0}")]
    Key(KeyError),
    /// Not in the schema: Encord keeps the value but does not filter by it.
    #[error("the key is not in the schema")]
    Unknown,
    /// Deleted from the schema.
    #[error("the key is deleted from the schema")]
    Deleted,
    /// The value does not fit.
    #[error("{0}")]
    Value(ValueFault),
}

const TEXT: KeyType = KeyType::Scalar(Scalar::Text);

/// How the value of a key is checked.
#[derive(Debug)]
enum Rule {
    Type(KeyType),
    /// An enum, the options sorted.
    Options(Vec<String>),
    /// A strict varchar with a limit of its own, in characters.
    Varchar(u64),
    Deleted,
    /// A user, or a type that is newer than this version.
    Anything,
}

/// Checks metadata against a schema. Making one takes as long as the schema is big; checking does not, and allocates
/// nothing unless something is wrong.
#[derive(Debug)]
pub struct Checker {
    rules: HashMap<String, Rule>,
}

impl Checker {
    /// Reads a schema as Encord serves it.
    pub fn new(schema: &Map<String, Value>) -> Checker {
        let valid = schema.iter().filter(|(key, _)| check_key(key).is_ok());
        Checker { rules: valid.map(|(key, entry)| (key.clone(), Rule::read(entry))).collect() }
    }

    /// Checks one key and its value.
    ///
    /// # Errors
    /// What is wrong with the key, or else with the value.
    pub fn check(&self, key: &str, value: &Value) -> Result<(), ValueError> {
        if is_frames(key, value) {
            return Ok(());
        }
        let rule = self.rule(key)?;
        if rule.fits(value) { Ok(()) } else { Err(ValueError::Value(rule.fault(value))) }
    }

    fn rule(&self, key: &str) -> Result<&Rule, ValueError> {
        match self.rules.get(key) {
            Some(Rule::Deleted) => Err(ValueError::Deleted),
            Some(rule) => Ok(rule),
            None => Err(check_key(key).map_or_else(ValueError::Key, |()| ValueError::Unknown)),
        }
    }

    /// Checks all of an item's metadata; yields the keys with a fault.
    pub fn check_all<'a>(&'a self, metadata: &'a Map<String, Value>) -> impl Iterator<Item = (&'a str, ValueError)> {
        metadata.iter().filter_map(|(key, value)| Some((key.as_str(), self.check(key, value).err()?)))
    }

    /// Makes a value fit where that is safe, by the rules of [`coerce`](fn@coerce).
    ///
    /// # Errors
    /// What is wrong with the key, which no change of the value can mend.
    pub fn coerce(&self, key: &str, value: &Value) -> Result<Coerced, ValueError> {
        if is_frames(key, value) {
            return Ok(Coerced::Kept);
        }
        Ok(self.rule(key)?.coerce(value))
    }

    /// The key of the schema that is spelt most like an unknown one. As slow as the schema is big: for reports.
    pub fn nearest(&self, key: &str) -> Option<&str> {
        let mut keys: Vec<&str> = self.rules.keys().map(String::as_str).collect();
        keys.sort_unstable();
        nearest(keys.into_iter(), key)
    }
}

impl Rule {
    fn read(entry: &Value) -> Rule {
        match (entry["ty"].as_str(), KeyType::read(entry)) {
            (Some("tombstone"), _) => Rule::Deleted,
            (Some("varchar"), _) => Rule::Varchar(entry["max_length"].as_u64().unwrap_or(LONGEST_VARCHAR)),
            (_, Some(KeyType::Enum(mut options))) => {
                options.sort_unstable();
                Rule::Options(options)
            }
            (_, Some(key_type)) => Rule::Type(key_type),
            (_, None) => Rule::Anything,
        }
    }

    fn fits(&self, value: &Value) -> bool {
        match (self, value) {
            (Rule::Anything | Rule::Deleted, _) | (_, Value::Null) => true,
            (Rule::Type(key_type), value) => fits(key_type, value),
            (Rule::Varchar(most), Value::String(text)) => too_long(text, *most).is_none(),
            (Rule::Options(options), Value::String(text)) => options.binary_search(text).is_ok(),
            (Rule::Varchar(_) | Rule::Options(_), _) => false,
        }
    }

    /// For a value that does not fit.
    fn fault(&self, value: &Value) -> ValueFault {
        let special = match (self, value) {
            (Rule::Type(key_type), value) => return fault(key_type, value),
            (Rule::Varchar(most), Value::String(text)) => too_long(text, *most),
            (Rule::Options(options), value) => Some(not_an_option(options, value)),
            (Rule::Varchar(_) | Rule::Anything | Rule::Deleted, _) => None,
        };
        special.unwrap_or_else(|| fault(&TEXT, value))
    }

    fn coerce(&self, value: &Value) -> Coerced {
        if self.fits(value) {
            return Coerced::Kept;
        }
        let changed = match self {
            Rule::Type(key_type) => return coerce(key_type, value),
            Rule::Varchar(_) => change(&TEXT, value),
            Rule::Options(options) => option(options, value),
            Rule::Deleted | Rule::Anything => None,
        };
        match changed {
            Some(changed) if self.fits(&changed) => Coerced::Changed(changed),
            Some(changed) => Coerced::Fault(self.fault(&changed)),
            None => Coerced::Fault(self.fault(value)),
        }
    }
}

fn is_frames(key: &str, value: &Value) -> bool {
    key == FRAMES && value.is_object()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checker() -> Checker {
        let schema = json!({
            "n": {"ty": "variant", "hint": "number"},
            "strict": {"ty": "varchar", "max_length": 3},
            "wide": {"ty": "varchar"},
            "weather": {"ty": "enum", "values": ["rain", "fog"]},
            "emb": {"ty": "embedding", "size": 2, "api": null},
            "gone": {"ty": "tombstone", "deleted_ty": {"ty": "variant", "hint": "number"}},
            "who": {"ty": "user"},
            "strange": {"ty": "hologram"},
            "newer": {"ty": "enum", "values": ["a", 1]},
            "$own": {"ty": "variant", "hint": "number"},
        });
        Checker::new(schema.as_object().unwrap())
    }

    #[test]
    fn every_key_is_checked_by_its_entry() {
        let fault = |key: &str, value: Value| checker().check(key, &value).map_err(|fault| fault.to_string());
        for (key, value) in [
            ("n", json!(1.5)),
            ("n", json!(null)),
            ("strict", json!("äöü")),
            ("wide", json!("x".repeat(8192))),
            ("weather", json!("fog")),
            ("emb", json!([1, 2])),
            ("who", json!("a@b.example")),
            ("strange", json!({"depth": 3})),
            ("newer", json!("b")),
            ("$encord", json!({"frames": {}})),
        ] {
            assert_eq!(fault(key, value), Ok(()), "{key}");
        }
        for (key, value, expected) in [
            ("n", json!("1"), "\"1\" is not a number"),
            ("strict", json!("four"), "4 characters, 3 are allowed"),
            ("strict", json!(4), "4 is not a text"),
            ("wide", json!("x".repeat(8193)), "8193 characters"),
            ("weather", json!("rian"), "did you mean \"rain\"?"),
            ("emb", json!([1]), "1 long instead of 2"),
            ("gone", json!(1), "deleted from the schema"),
            ("other", json!(1), "not in the schema"),
            ("N", json!(1), "not in the schema"),
            ("$own", json!(1), "reserved for Encord"),
            ("$encord", json!(1), "reserved for Encord"),
            ("keyframes", json!([1]), "'keyframes' is reserved"),
            ("a/b", json!(1), "'/' is not allowed"),
            ("", json!(1), "at least one letter"),
        ] {
            let told = fault(key, value).unwrap_err();
            assert!(told.contains(expected), "{key}: {told}");
        }
    }

    #[test]
    fn an_item_yields_its_faulty_keys_in_order() {
        let item = json!({"n": "x", "weather": "rain", "gone": 1, "emb": [1, 2], "extra": null});
        let checker = checker();
        let faulty: Vec<&str> = checker.check_all(item.as_object().unwrap()).map(|(key, _)| key).collect();
        assert_eq!(faulty, ["n", "gone", "extra"]);
    }

    #[test]
    fn values_are_coerced_by_their_entry_and_keys_are_not_mended() {
        let checker = checker();
        let changed = |value: Value| Ok(Coerced::Changed(value));
        assert_eq!(checker.coerce("n", &json!("12")), changed(json!(12)));
        assert_eq!(checker.coerce("n", &json!(12)), Ok(Coerced::Kept));
        assert_eq!(checker.coerce("strict", &json!(123)), changed(json!("123")));
        assert_eq!(checker.coerce("weather", &json!("Rain ")), changed(json!("rain")));
        let long = ValueFault::TooLong { found: 4, most: 3 };
        assert_eq!(checker.coerce("strict", &json!(1234)), Ok(Coerced::Fault(long)));
        assert_eq!(checker.coerce("gone", &json!(1)), Err(ValueError::Deleted));
        assert_eq!(checker.coerce("other", &json!(1)), Err(ValueError::Unknown));
    }

    #[test]
    fn an_unknown_key_has_a_neighbour() {
        assert_eq!(checker().nearest("Wether"), Some("weather"));
        assert_eq!(checker().nearest("colour"), None);
    }
}
