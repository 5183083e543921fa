//! Checks the client metadata of items against a schema, and makes values fit where that is asked for and safe.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value};

use crate::{
    manifest::{
        finding::{Code, Finding, Origin, Position},
        read::json::{self, fast_path::Plain},
        sink::Sink,
    },
    schema::{
        checker::{Checker, ValueError},
        coerce::Coerced,
        key::KeyError,
        key_type::KeyType,
        merge::{describe, diff},
        value::excerpt,
    },
};

/// What is asked of every item of a manifest.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ValidationRules {
    /// Whether Encord's servers never read the files.
    pub strict: bool,
    /// What the client metadata has to fit; without it, it is not checked.
    pub values: Option<Values>,
    /// The container's URL as Encord sees it, such as `https://ACCOUNT.blob.core.windows.net/CONTAINER`; without it the URLs of a file
    /// may be of any.
    pub base: Option<String>,
    /// Whether the credential at hand may write into the container, if that is known. Encord's own may be another one.
    pub writable: Option<bool>,
}

/// What client metadata has to fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// The types of the keys, as Encord writes a schema.
    pub schema: Map<String, Value>,
    /// Whether that is all of the organisation's schema, and not only what the import needs of it.
    pub whole: bool,
    /// Whether a value is changed to fit, where it can only be meant one way.
    pub coerce: bool,
}

impl Values {
    /// What the import itself says of its keys, where the organisation's schema is not known; `None` if it says nothing.
    pub fn of_keys(keys: &BTreeMap<String, KeyType>, coerce: bool) -> Option<Values> {
        let schema = diff(&Map::new(), keys).apply(&Map::new());
        (!schema.is_empty()).then_some(Values { schema, whole: false, coerce })
    }
}

/// As many unknown keys are told apart; a key that holds an item's own name would otherwise fill the memory.
const MOST_UNKNOWN: usize = 1000;
/// As many of them are compared with all keys of the schema.
const MOST_COMPARED: usize = 20;
/// The characters of a type's description in a message.
const LONGEST_TYPE: usize = 60;

/// Checks items one after another.
#[derive(Debug)]
pub(super) struct ValueCheck {
    asked: Arc<Asked>,
    unknown: BTreeMap<String, Unknown>,
    /// Those beyond the most that are told apart.
    others: Option<Unknown>,
    /// How many are told apart. In a part, which is short, all: which of them are the first is known only once it is merged.
    most: usize,
    /// Memory for the value at hand.
    scratch: Value,
}

/// What is asked; all parts have it in common.
#[derive(Debug)]
struct Asked {
    checker: Checker,
    values: Values,
}

#[derive(Debug)]
struct Unknown {
    deleted: bool,
    first: String,
    /// Where the key stands in the first item, in a file.
    at: Option<Position>,
    items: u64,
    /// How many keys were known before it.
    place: usize,
}

impl ValueCheck {
    pub(super) fn new(values: Values) -> ValueCheck {
        let asked = Asked { checker: Checker::new(&values.schema), values };
        ValueCheck {
            asked: Arc::new(asked),
            unknown: BTreeMap::new(),
            others: None,
            most: MOST_UNKNOWN,
            scratch: Value::Null,
        }
    }

    pub(super) fn part(&self) -> ValueCheck {
        ValueCheck {
            asked: Arc::clone(&self.asked),
            unknown: BTreeMap::new(),
            others: None,
            most: usize::MAX,
            scratch: Value::Null,
        }
    }

    pub(super) fn merge(&mut self, later: ValueCheck) {
        let mut unknown: Vec<_> = later.unknown.into_iter().collect();
        unknown.sort_unstable_by_key(|(_, unknown)| unknown.place);
        for (key, Unknown { deleted, first, at, items, .. }) in unknown {
            self.note(&key, &first, || at, deleted, items);
        }
    }

    /// Whether nothing is wrong with the metadata of an item, and nothing to be changed. Then keys that the schema does not have are
    /// taken note of; otherwise nothing is, and the item has yet to be checked. So it has where such a key comes for the first time:
    /// its place is told.
    pub(super) fn passes(&mut self, name: &str, metadata: &[(&str, Plain<'_>)]) -> bool {
        let mut unknown = [None; json::fast_path::MOST_KEYS];
        if metadata.len() > unknown.len() {
            return false;
        }
        for ((key, plain), unknown) in metadata.iter().zip(&mut unknown) {
            plain.write_to(&mut self.scratch);
            match self.judge(key, &self.scratch) {
                Ok(None) => {}
                Err(fault @ (ValueError::Unknown | ValueError::Deleted)) if self.unknown.contains_key(*key) => {
                    *unknown = Some(fault == ValueError::Deleted);
                }
                Ok(Some(_)) | Err(_) => return false,
            }
        }
        for ((key, _), unknown) in metadata.iter().zip(unknown) {
            if let Some(deleted) = unknown {
                self.note(key, name, || None, deleted, 1);
            }
        }
        true
    }

    /// Checks the metadata of an item and changes what is to be changed.
    pub(super) fn item<S: Sink>(
        &mut self,
        origin: &Origin<'_>,
        metadata: &mut Map<String, Value>,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        let mut parts = None;
        for (index, (key, value)) in metadata.iter_mut().enumerate() {
            let mut finding = match self.judge(key, value) {
                Ok(None) => continue,
                Ok(Some(changed)) => {
                    let message =
                        format!("{} ({}): {} becomes {}", key, self.type_of(key), excerpt(value), excerpt(&changed));
                    *value = changed;
                    Finding::at(Code::MetadataCoerced, origin, message)
                }
                Err(fault @ (ValueError::Unknown | ValueError::Deleted)) => {
                    let at = || {
                        let exact = origin
                            .parts
                            .and_then(|of_item| parts.get_or_insert_with(|| of_item.cursor()).metadata(index, key));
                        exact.or(origin.place)
                    };
                    self.note(key, origin.name, at, fault == ValueError::Deleted, 1);
                    continue;
                }
                Err(ValueError::Key(error)) => {
                    let code = match error {
                        KeyError::Reserved | KeyError::Keyframes => Code::MetadataReserved,
                        KeyError::Empty | KeyError::Character(_) => Code::MetadataKey,
                    };
                    Finding::at(code, origin, format!("the key \"{}\": {error}", key.escape_debug()))
                }
                Err(ValueError::Value(fault)) => {
                    let mut message = format!("{} ({}): {fault}", key, self.type_of(key));
                    if let (false, Ok(Coerced::Changed(changed))) =
                        (self.asked.values.coerce, self.asked.checker.coerce(key, value))
                    {
                        message.push_str(&format!(" (coerce = true would make it {})", excerpt(&changed)));
                    }
                    Finding::at(Code::MetadataType, origin, message)
                }
            };
            if let Some(of_item) = origin.parts
                && let Some(place) = parts.get_or_insert_with(|| of_item.cursor()).metadata(index, key)
            {
                (finding.line, finding.column) = (Some(place.line), Some(place.column));
            }
            sink.finding(finding.key(key))?;
        }
        Ok(())
    }

    fn judge(&self, key: &str, value: &Value) -> Result<Option<Value>, ValueError> {
        if !self.asked.values.coerce {
            return self.asked.checker.check(key, value).map(|()| None);
        }
        match self.asked.checker.coerce(key, value)? {
            Coerced::Kept => Ok(None),
            Coerced::Changed(changed) => Ok(Some(changed)),
            Coerced::Fault(fault) => Err(ValueError::Value(fault)),
        }
    }

    fn type_of(&self, key: &str) -> String {
        let mut text = self.asked.values.schema.get(key).map(describe).unwrap_or_default();
        if let Some((end, _)) = text.char_indices().nth(LONGEST_TYPE) {
            text.truncate(end);
            text.push('…');
        }
        text
    }

    fn note(&mut self, key: &str, item: &str, at: impl FnOnce() -> Option<Position>, deleted: bool, items: u64) {
        let place = self.unknown.len();
        let first = || Unknown { deleted, first: item.to_owned(), at: at(), items: 0, place };
        let unknown = if self.unknown.contains_key(key) || place < self.most {
            match self.unknown.get_mut(key) {
                Some(unknown) => unknown,
                None => self.unknown.entry(key.to_owned()).or_insert_with(first),
            }
        } else {
            self.others.get_or_insert_with(first)
        };
        unknown.items += items;
    }

    /// Tells of the unknown keys, each once.
    pub(super) fn finish<S: Sink>(self, sink: &mut S) -> Result<(), S::Error> {
        let ValueCheck { asked, unknown, others, .. } = self;
        let Asked { checker, values } = &*asked;
        for (place, (key, Unknown { deleted, first, at, items, .. })) in unknown.into_iter().enumerate() {
            let what = match (deleted, values.whole) {
                (true, _) => {
                    "is deleted from the metadata schema: Encord keeps its values, but nothing can filter by them"
                }
                (false, true) => {
                    "is not in the metadata schema: Encord keeps its values, but nothing can filter by them"
                }
                (false, false) => {
                    "is not under [schema.keys]: nothing can filter by its values unless the organisation's schema has it"
                }
            };
            let near = if deleted || place >= MOST_COMPARED { None } else { checker.nearest(&key) };
            let near = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            let message = format!("the key '{}' {what}{near}", key.escape_debug());
            sink.finding(unknown_key(&first, at, items, message).key(key))?;
        }
        if let Some(Unknown { first, at, items, .. }) = others {
            let message =
                format!("more than {MOST_UNKNOWN} keys are not in the schema; this stands for all further ones");
            sink.finding(unknown_key(&first, at, items, message))?;
        }
        Ok(())
    }
}

fn unknown_key(first: &str, at: Option<Position>, items: u64, message: String) -> Finding {
    let (line, column) = (at.map(|at| at.line), at.map(|at| at.column));
    Finding { items, line, column, ..Finding::new(Code::MetadataUnknownKey, first, message) }
}

#[cfg(test)]
mod tests;
