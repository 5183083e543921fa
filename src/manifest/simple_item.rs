//! An item that is a file and texts about it, as nearly all items of a listing are. It is made whole only where somebody has to look
//! at it; otherwise it goes straight to where it is written.

use serde_json::{Map, Value};

use crate::manifest::{
    encoded::{put_text, put_value},
    item::Item,
    kind::Kind,
    path_metadata::PathPattern,
    rules::Rules,
};

/// As many captures are kept at hand; with more, items are made whole.
const MOST_CAPTURES: usize = 16;
/// As many bytes of JSON the same in all items are far from being too much metadata; of more, items are made whole.
const MOST_CONSTANTS: usize = 1024 * 1024;

/// What a plain item is made of.
#[derive(Debug, Clone, Copy)]
pub struct SimpleItem<'a> {
    /// The blob's name.
    pub name: &'a str,
    /// What it is: of one file, and neither a scene nor a time series.
    pub kind: Kind,
    /// Its name in Encord.
    pub title: &'a str,
    /// The URL of its file.
    pub url: &'a str,
    /// The size of its file in bytes.
    pub bytes: u64,
    pub(super) rules: &'a Rules,
    pub(super) captured: &'a PathCaptures<'a>,
}

impl SimpleItem<'_> {
    /// The whole item.
    pub fn item(&self) -> Item {
        Item {
            client_metadata: self.rules.metadata(self.name),
            bytes: self.bytes,
            ..Item::new(self.kind, self.title, vec![self.url.to_owned()])
        }
    }

    /// Adds its metadata as a JSON object; nothing if there is none.
    pub(super) fn put_metadata(&self, out: &mut Vec<u8>) {
        self.rules.put_metadata(self.captured, out);
    }
}

/// What a path pattern reads in a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct PathCaptures<'n> {
    /// Whether the name has the pattern's shape; without a pattern every name has.
    pub(super) fits: bool,
    /// Whether it begins as the pattern does but then has another shape.
    pub(super) misses: bool,
    texts: [&'n str; MOST_CAPTURES],
}

impl<'n> PathCaptures<'n> {
    pub(super) fn new(name: &'n str, path: Option<&PathPattern>) -> PathCaptures<'n> {
        let mut captured = PathCaptures { fits: true, misses: false, texts: [""; MOST_CAPTURES] };
        if let Some(path) = path {
            let mut places = captured.texts.iter_mut();
            captured.fits = path.capture(name, |text| {
                if let Some(place) = places.next() {
                    *place = text;
                }
            });
            captured.misses = !captured.fits && path.is_meant_for(name);
        }
        captured
    }
}

/// The metadata of plain items, as JSON except for what is captured.
#[derive(Debug)]
pub(super) struct PlainMetadata {
    keys: Vec<Key>,
}

#[derive(Debug)]
struct Key {
    /// With its colon.
    json: Vec<u8>,
    constant: Option<Vec<u8>>,
    /// Its place among the captures.
    capture: Option<usize>,
}

impl PlainMetadata {
    /// Of these constants and captures, which go before constants of the same key; `None` if items have to be looked at for it.
    pub(super) fn new(constants: &Map<String, Value>, path: Option<&PathPattern>) -> Option<PlainMetadata> {
        let captured: Vec<&str> = path.map(|path| path.captured().collect()).unwrap_or_default();
        let is_plain = |value: &Value| !matches!(value, Value::Array(_) | Value::Object(_));
        let is_looked_at = |key: &str| key.starts_with('$');
        if captured.len() > MOST_CAPTURES
            || captured.iter().copied().any(is_looked_at)
            || constants.iter().any(|(key, value)| is_looked_at(key) || !is_plain(value))
        {
            return None;
        }
        let json = |key: &str| {
            let mut json = Vec::new();
            put_text(&mut json, key);
            json.push(b':');
            json
        };
        let mut keys: Vec<Key> = constants
            .iter()
            .map(|(key, value)| {
                let mut constant = Vec::new();
                put_value(&mut constant, value);
                let capture = captured.iter().position(|captured| captured == key);
                Key { json: json(key), constant: Some(constant), capture }
            })
            .collect();
        let others = captured.iter().enumerate().filter(|(_, key)| !constants.contains_key(**key));
        keys.extend(others.map(|(place, key)| Key { json: json(key), constant: None, capture: Some(place) }));
        let length: usize = keys.iter().map(|key| key.json.len() + key.constant.as_ref().map_or(0, Vec::len)).sum();
        (length <= MOST_CONSTANTS).then_some(PlainMetadata { keys })
    }

    /// Adds it as a JSON object; nothing if there is none.
    pub(super) fn put(&self, captured: &PathCaptures<'_>, out: &mut Vec<u8>) {
        let mut before = b'{';
        for Key { json, constant, capture } in &self.keys {
            let text = capture.filter(|_| captured.fits).and_then(|place| captured.texts.get(place));
            if text.is_none() && constant.is_none() {
                continue;
            }
            out.push(before);
            before = b',';
            out.extend_from_slice(json);
            match (text, constant) {
                (Some(text), _) => put_text(out, text),
                (None, Some(constant)) => out.extend_from_slice(constant),
                (None, None) => {}
            }
        }
        if before == b',' {
            out.push(b'}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::rules::RuleTexts;
    use serde_json::json;

    #[test]
    fn metadata_is_written_as_the_whole_item_has_it() {
        let constants = json!({"project": "p\"", "site": "default", "n": 1.5, "none": null});
        for (path, constants) in [
            (None, json!({})),
            (None, constants.clone()),
            (Some("{site}/{rest}"), json!({})),
            (Some("{site}/{rest}"), constants.clone()),
            (Some("{rest}/{x}/{site}"), constants.clone()),
            (Some("{a}-{b}.jpg"), constants.clone()),
        ] {
            let texts = RuleTexts {
                path: path.map(str::to_owned),
                constants: constants.as_object().unwrap().clone(),
                ..RuleTexts::default()
            };
            let rules = Rules::new(&texts).unwrap();
            assert!(rules.is_plain());
            for name in ["leeds/a.jpg", "b.jpg", "a-b-c.jpg", "x/y/z", "\"\u{1}é/日本", "a//"] {
                let mut out = Vec::new();
                rules.put_metadata(&rules.captured(name), &mut out);
                let whole = rules.metadata(name);
                let expected = if whole.is_empty() { String::new() } else { Value::Object(whole).to_string() };
                assert_eq!(String::from_utf8(out).unwrap(), expected, "{path:?} {name}");
            }
        }
    }

    #[test]
    fn what_somebody_has_to_look_at_is_not_plain() {
        let long = "x".repeat(MOST_CONSTANTS);
        for constants in [json!({"$encord": {}}), json!({"a": []}), json!({"a": {"b": 1}}), json!({"a": long})] {
            let texts = RuleTexts { constants: constants.as_object().unwrap().clone(), ..RuleTexts::default() };
            assert!(!Rules::new(&texts).unwrap().is_plain(), "{constants}");
        }
    }
}
