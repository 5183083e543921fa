//! Which types the values at hand suggest, found in bounded memory and the same for the same values in the same order.

use std::collections::HashMap;

use serde_json::Value;

mod column;

#[cfg(test)]
mod tests;

use crate::schema::{
    infer::column::Column,
    key::{KeyError, check_key},
    key_type::KeyType,
};

/// The most keys that are looked at; a schema of Encord's should not have more.
const MOST_KEYS: usize = 10_000;

/// The memory for telling values apart, all keys together, in bytes.
const MEMORY: usize = 32 << 20;

/// What the values of one key suggest.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// The key.
    pub key: String,
    /// Why the key cannot be used, if it cannot.
    pub key_error: Option<KeyError>,
    /// The type that fits; where none fits well, varchar, or text if there are long values.
    pub key_type: KeyType,
    /// The options of an enum, sorted, where the suggested type is varchar and the values clearly repeat.
    pub options: Option<Vec<String>>,
    /// How many values there are; nulls and empty texts do not count.
    pub values: u64,
    /// How many of them fit the suggested type, as they are or safely coerced.
    pub fits: u64,
    /// The first different ones that do not fit, at most five, in short.
    pub misfits: Vec<String>,
    /// How many values can be read as each of the other types, as they are or safely coerced: what the check of the items takes.
    pub readable: Vec<(KeyType, u64)>,
    /// How many different values there are. `None` when there are more than 255, or when they are long or lists.
    pub distinct: Option<usize>,
}

impl Suggestion {
    /// The share of values that fit, 0 to 1; 1 where there are none.
    #[expect(clippy::cast_precision_loss, reason = "a share is shown with two digits")]
    pub fn share(&self) -> f64 {
        if self.values == 0 { 1.0 } else { self.fits as f64 / self.values as f64 }
    }

    /// How many of the values the check of the items would take if the key were of this type; all where the type is an enum of the
    /// options that were found, none where it was not looked at.
    pub fn taken_as(&self, key_type: &KeyType) -> u64 {
        if matches!((key_type, &self.options), (KeyType::Enum(chosen), Some(found)) if chosen == found) {
            return self.values;
        }
        let readable = self.readable.iter().find(|(other, _)| other == key_type).map(|(_, count)| *count);
        readable.unwrap_or(if *key_type == self.key_type { self.fits } else { 0 })
    }
}

/// Looks at keys with their values, one after the other.
///
/// A type is suggested when at least nine of ten values fit it. Texts are read as [`coerce`](fn@crate::schema::coerce::coerce) does, more
/// strictly where a value could be something else: 0 and 1 are numbers, not booleans; 32 hexadecimal digits are no UUID; with
/// one `00123` among them, no digits are numbers.
/// Eight digits that are a date in every value, as in DICOM, are a date.
#[derive(Debug)]
pub struct Inference {
    places: HashMap<String, usize>,
    columns: Vec<Column>,
    memory: usize,
    beyond: u64,
}

impl Default for Inference {
    fn default() -> Self {
        Inference { places: HashMap::new(), columns: Vec::new(), memory: MEMORY, beyond: 0 }
    }
}

impl Inference {
    /// Looks at one value.
    pub fn add(&mut self, key: &str, value: &Value) {
        let place = match self.places.get(key) {
            Some(place) => *place,
            None if self.columns.len() < MOST_KEYS => {
                self.places.insert(key.to_owned(), self.columns.len());
                self.columns.push(Column::default());
                self.columns.len() - 1
            }
            None => {
                self.beyond += 1;
                return;
            }
        };
        if let Some(column) = self.columns.get_mut(place) {
            column.add(value, &mut self.memory);
        }
    }

    /// How many values were not looked at because there are more than 10,000 keys.
    pub fn beyond(&self) -> u64 {
        self.beyond
    }

    /// What the values suggest, in the order in which the keys came.
    pub fn finish(self) -> Vec<Suggestion> {
        let mut keys: Vec<(String, usize)> = self.places.into_iter().collect();
        keys.sort_unstable_by_key(|(_, place)| *place);
        let columns = keys.into_iter().zip(self.columns);
        columns.map(|((key, _), column)| column.suggest(check_key(&key).err(), key)).collect()
    }
}
