//! The list of keys: its order, the search in it, and its rows, each made when it is asked for.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::{
    schema::merge::{ChangeKind, describe},
    wizard::{
        action::Action,
        field::Field,
        rows::moved_in,
        schema::{SchemaStep, SchemaView},
    },
};

/// One key on the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaRow {
    /// The key.
    pub key: String,
    /// Its type now, in words; empty where it is new.
    pub now: String,
    /// Whether it is deleted in Encord, softly or for ever.
    pub is_deleted: bool,
    /// What changes: how, and the type afterwards; for a conflict, what the config asks for.
    pub change: Option<(ChangeKind, String)>,
    /// Whether the user keeps Encord's type in spite of the config.
    pub is_kept: bool,
    /// The type of a key that the user took out of the import.
    pub dropped: Option<String>,
}

/// The order of the keys, the search and the cursor.
#[derive(Debug, Default)]
pub(super) struct KeyList {
    keys: Vec<String>,
    /// The places of the keys that match the search; there may be very many.
    matching: Vec<usize>,
    pub(super) cursor: usize,
    /// Whether the user moved the cursor onto the row where it is.
    pub(super) is_held: bool,
    pub(super) search: Field,
    pub(super) is_searching: bool,
}

impl KeyList {
    /// Takes up new keys, at the top, and leaves out those that are no more; with `anew`, everything that is `first` goes to
    /// the top. The cursor stays on its key; [`SchemaStep::search_again`] must follow.
    pub(super) fn arrange<'a>(
        &mut self,
        first: impl Iterator<Item = &'a String>,
        schema: &'a Map<String, Value>,
        anew: bool,
    ) {
        let first: Vec<&String> = first.collect();
        let under_cursor = self.current().map(str::to_owned);
        let before: HashSet<String> = if anew { HashSet::new() } else { self.keys.iter().cloned().collect() };
        let mut keys: Vec<String> = Vec::with_capacity(schema.len() + first.len());
        let mut held: HashSet<&str> = HashSet::new();
        let mut take = |keys: &mut Vec<String>, key: &'a String| {
            if held.insert(key) {
                keys.push(key.clone());
            }
        };
        for key in first.iter().filter(|key| !before.contains(**key)) {
            take(&mut keys, key);
        }
        if !anew {
            let present: HashSet<&String> = first.iter().copied().chain(schema.keys()).collect();
            for key in std::mem::take(&mut self.keys) {
                if let Some(key) = present.get(&key) {
                    take(&mut keys, key);
                }
            }
        }
        for key in schema.keys() {
            take(&mut keys, key);
        }
        let place = under_cursor.and_then(|key| keys.iter().position(|other| *other == key));
        self.keys = keys;
        self.matching = (0..self.keys.len()).collect();
        self.cursor = place.unwrap_or(self.cursor);
    }

    pub(super) fn current(&self) -> Option<&str> {
        self.key(self.cursor)
    }

    fn key(&self, place: usize) -> Option<&str> {
        self.matching.get(place).and_then(|place| self.keys.get(*place)).map(String::as_str)
    }

    pub(super) fn moved(&mut self, action: Action) {
        let place = moved_in(self.cursor, action, self.matching.len());
        self.is_held |= place != self.cursor;
        self.cursor = place;
    }
}

impl SchemaStep {
    /// How many keys there are without the search.
    pub fn total(&self) -> usize {
        self.list.keys.len()
    }

    /// How many keys match the search.
    pub fn found(&self) -> usize {
        self.list.matching.len()
    }

    /// What is searched for: every word of it, in keys, types and options, whatever the case.
    pub fn search(&self) -> &Field {
        &self.list.search
    }

    /// Whether the search has the keyboard.
    pub fn is_searching(&self) -> bool {
        self.list.is_searching
    }

    /// The place of the cursor among the keys that match.
    pub fn cursor(&self) -> usize {
        self.list.cursor
    }

    /// The row at a place among the keys that match.
    pub fn row(&self, place: usize) -> Option<SchemaRow> {
        let key = self.list.key(place)?;
        let (now, change) = (self.now(key), self.change(key));
        Some(SchemaRow {
            key: key.to_owned(),
            now: now.map(describe).unwrap_or_default(),
            is_deleted: now.is_some_and(|now| now["ty"] == "tombstone"),
            change: change.map(|change| (change.kind.clone(), describe(&change.then))),
            is_kept: change.is_some_and(|change| change.kind == ChangeKind::Conflict && self.keeps(change)),
            dropped: self.dropped.get(key).filter(|_| change.is_none()).map(|key_type| describe(&key_type.wire())),
        })
    }

    /// Makes the list of matches anew; the cursor stays on its key, if that matches.
    pub(super) fn search_again(&mut self) {
        let under_cursor = self.list.matching.get(self.list.cursor).copied();
        let search = self.list.search.text().to_lowercase();
        let words: Vec<&str> = search.split_whitespace().collect();
        let holds = |key: &String| {
            let of = |entry: Option<&Value>| entry.map(describe).unwrap_or_default();
            let text = format!("{key} {} {}", of(self.now(key)), of(self.change(key).map(|change| &change.then)));
            let text = text.to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        let keys = self.list.keys.iter().enumerate();
        let matching: Vec<usize> =
            keys.filter(|(_, key)| words.is_empty() || holds(key)).map(|(place, _)| place).collect();
        let place = under_cursor.and_then(|place| matching.binary_search(&place).ok());
        self.list.cursor = place.unwrap_or_else(|| self.list.cursor.min(matching.len().saturating_sub(1)));
        self.list.matching = matching;
    }

    /// Shows all keys again, the cursor on the same one.
    pub(super) fn end_search(&mut self) {
        self.list.search = Field::default();
        self.search_again();
    }

    /// Puts the cursor on a key, which the search must not hide. What was done there is done: Enter goes on.
    pub(super) fn go_to_key(&mut self, key: &str) {
        if !matches!(self.view, SchemaView::Read(_)) {
            return;
        }
        if !(0..self.found()).any(|place| self.list.key(place) == Some(key)) {
            self.end_search();
        }
        let place = (0..self.found()).find(|place| self.list.key(*place) == Some(key));
        self.list.cursor = place.unwrap_or(self.list.cursor);
        self.list.is_held = false;
    }
}
