//! What is kept of the values of one key.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::schema::{
    coerce::{embedding, reads_as, text},
    infer::Suggestion,
    key::KeyError,
    key_type::{KeyType, MOST_NUMBERS, MOST_VALUES, Scalar},
    value::{excerpt, fits},
};

/// The examples that are kept of what does not fit.
const MOST_EXAMPLES: usize = 5;

/// The longest text that is counted among the different ones, in bytes; what is longer names nothing.
const LONGEST_OPTION: usize = 200;

/// The longest value of a varchar that is suggested, in characters. What is longer is prose, which Encord calls text.
const LONGEST_NAME: usize = 1000;

/// How often the different values occur on average at least if they are options.
const REPEATED: u64 = 3;

/// The sizes of embeddings that are told apart.
const MOST_SIZES: usize = 16;

/// The types that are tried, besides embeddings, those that say more first. Text is the last resort.
const TYPES: [KeyType; 6] = [
    KeyType::Scalar(Scalar::Boolean),
    KeyType::Scalar(Scalar::Uuid),
    KeyType::Geospatial,
    KeyType::Scalar(Scalar::Datetime),
    KeyType::Scalar(Scalar::Number),
    TEXT,
];
const TEXT: KeyType = KeyType::Scalar(Scalar::Text);
const VARCHAR: KeyType = KeyType::Scalar(Scalar::Varchar);

/// How the values fit one type.
#[derive(Debug, Default)]
struct Fit {
    count: u64,
    misfits: Vec<String>,
}

impl Fit {
    fn add(&mut self, fits: bool, value: &Value) {
        if fits {
            self.count += 1;
        } else if self.misfits.len() < MOST_EXAMPLES {
            let example = excerpt(value);
            if !self.misfits.contains(&example) {
                self.misfits.push(example);
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct Column {
    values: u64,
    /// In characters.
    longest: usize,
    fits: [Fit; TYPES.len()],
    /// How many can be read as each of them, and as a varchar.
    readable: [u64; TYPES.len()],
    names: u64,
    /// A text of digits only is not a number (`00123`), so the others are codes as well.
    codes: bool,
    /// Lists of numbers by size, and what is none.
    sizes: BTreeMap<u32, u64>,
    no_lists: Fit,
    /// The different values; `None` once they are too many.
    distinct: Option<BTreeSet<String>>,
}

impl Default for Column {
    fn default() -> Self {
        Column {
            values: 0,
            longest: 0,
            fits: Default::default(),
            readable: Default::default(),
            names: 0,
            codes: false,
            sizes: BTreeMap::new(),
            no_lists: Fit::default(),
            distinct: Some(BTreeSet::new()),
        }
    }
}

impl Column {
    /// `memory` is what is left for different values, in bytes.
    pub(super) fn add(&mut self, value: &Value, memory: &mut usize) {
        if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
            return;
        }
        self.values += 1;
        for ((key_type, fit), readable) in TYPES.iter().zip(&mut self.fits).zip(&mut self.readable) {
            let reads = reads_as(key_type, value);
            *readable += u64::from(reads);
            fit.add(reads && hints_at(key_type, value), value);
        }
        self.names += u64::from(reads_as(&VARCHAR, value));
        self.codes = self.codes || value.as_str().is_some_and(is_code);
        let size = embedding(value).and_then(|list| u32::try_from(list.as_array()?.len()).ok());
        match size.filter(|size| (2..=MOST_NUMBERS).contains(size)) {
            Some(size) if self.sizes.contains_key(&size) || self.sizes.len() < MOST_SIZES => {
                *self.sizes.entry(size).or_default() += 1;
            }
            _ => self.no_lists.add(false, value),
        }
        let text = text(value);
        self.longest = self.longest.max(text.as_ref().map_or(0, |text| text.chars().count()));
        self.tell_apart(text.as_deref(), memory);
    }

    fn tell_apart(&mut self, text: Option<&str>, memory: &mut usize) {
        let Some(distinct) = &mut self.distinct else { return };
        match text {
            Some(text) if distinct.contains(text) => {}
            Some(text) if text.len() <= LONGEST_OPTION.min(*memory) && distinct.len() < MOST_VALUES => {
                *memory -= text.len();
                distinct.insert(text.to_owned());
            }
            _ => {
                *memory += distinct.iter().map(String::len).sum::<usize>();
                self.distinct = None;
            }
        }
    }

    pub(super) fn suggest(self, key_error: Option<KeyError>, key: String) -> Suggestion {
        let values = self.values;
        // Nine of ten, and of those that fit as well the first, which says most.
        let convincing = |count: u64| count > 0 && count * 10 >= values * 9;
        let list = self.sizes.iter().max_by_key(|(_, count)| **count).map(|(size, count)| (*size, *count));
        let distinct = self.distinct.as_ref().map(BTreeSet::len);
        let readable = TYPES.into_iter().zip(self.readable).chain([(VARCHAR, self.names)]);
        let mut readable: Vec<(KeyType, u64)> = readable.collect();
        readable.extend(list.map(|(size, count)| (KeyType::Embedding(size), count)));
        let [typed @ .., text] = self.fits;
        let mut best: Option<(KeyType, Fit)> = None;
        for (key_type, fit) in TYPES.into_iter().zip(typed) {
            let lossy = self.codes && key_type == KeyType::Scalar(Scalar::Number);
            if !lossy && convincing(fit.count) && best.as_ref().is_none_or(|(_, best)| fit.count > best.count) {
                best = Some((key_type, fit));
            }
        }
        if let Some((size, count)) = list.filter(|(_, count)| convincing(*count)) {
            let other = self.sizes.keys().filter(|other| **other != size).map(|other| format!("a list of {other}"));
            let misfits = self.no_lists.misfits.into_iter().chain(other).take(MOST_EXAMPLES).collect();
            best = Some((KeyType::Embedding(size), Fit { count, misfits }));
        }
        let (key_type, fit) = best.unwrap_or_else(|| {
            let prose = self.longest > LONGEST_NAME;
            (KeyType::Scalar(if prose { Scalar::Text } else { Scalar::Varchar }), text)
        });
        let options = self.distinct.filter(|distinct| {
            key_type == KeyType::Scalar(Scalar::Varchar)
                && distinct.len() >= 2
                && values >= distinct.len() as u64 * REPEATED
        });
        Suggestion {
            key,
            key_error,
            key_type,
            options: options.map(|options| options.into_iter().collect()),
            values,
            fits: fit.count,
            misfits: fit.misfits,
            readable,
            distinct,
        }
    }
}

/// Whether a value that can be read as a type hints at it, which is less once the type is not known.
fn hints_at(key_type: &KeyType, value: &Value) -> bool {
    match key_type {
        KeyType::Scalar(Scalar::Uuid) => fits(key_type, value),
        KeyType::Scalar(Scalar::Boolean) if matches!(value, Value::Number(_)) => false,
        KeyType::Scalar(Scalar::Boolean) if value.as_str().is_some_and(|text| matches!(text.trim(), "0" | "1")) => {
            false
        }
        _ => true,
    }
}

fn is_code(text: &str) -> bool {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()) && !reads_as(&KeyType::Scalar(Scalar::Number), &text.into())
}
