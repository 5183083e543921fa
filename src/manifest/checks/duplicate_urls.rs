//! URLs that stand twice. Of each URL a keyed hash of 64 bits and its place are kept, not the URL: some 16 bytes, in a table that is
//! between half and fully used. Among a million URLs two different ones have the same hash with a chance of one to 30 million.

use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState},
};

use crate::manifest::{
    checks::redact::shown as shown_url,
    finding::{Code, Finding, Origin, Position},
    item::Item,
    kind::Kind,
};

/// A hash that is one already.
#[derive(Debug, Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Remembers where each URL stood first.
#[derive(Debug)]
pub(crate) struct DuplicateUrls {
    key: RandomState,
    first: HashMap<u64, First, BuildHasherDefault<Same>>,
}

/// The first place of a URL in 64 bits: 4 for the type, 28 for the line, 32 for the column. What does not fit is not known.
#[derive(Debug, Clone, Copy)]
struct First(u64);

const LINES: u64 = (1 << 28) - 1;
const COLUMNS: u64 = (1 << 32) - 1;

impl First {
    fn new(kind: Kind, place: Option<Position>) -> First {
        let (line, column) = place.map_or((LINES, COLUMNS), |place| (place.line.min(LINES), place.column.min(COLUMNS)));
        let kind = Kind::ALL.iter().position(|other| *other == kind).unwrap_or_default() as u64;
        First(kind << 60 | line << 32 | column)
    }

    fn kind(self) -> Kind {
        usize::try_from(self.0 >> 60).ok().and_then(|index| Kind::ALL.get(index).copied()).unwrap_or(Kind::Video)
    }

    fn place(self) -> Option<Position> {
        let (line, column) = (self.0 >> 32 & LINES, self.0 & COLUMNS);
        (line < LINES && column < COLUMNS).then_some(Position { line, column })
    }
}

/// The URLs of some items, to be compared with all earlier ones.
#[derive(Debug)]
pub(crate) struct ItemUrls {
    key: RandomState,
    items: Vec<SeenItem>,
    urls: Vec<SeenUrl>,
    /// The names and URLs, one behind the other.
    text: String,
}

#[derive(Debug, Clone, Copy)]
struct SeenItem {
    kind: Kind,
    name_end: usize,
    urls_end: usize,
}

#[derive(Debug, Clone, Copy)]
struct SeenUrl {
    hash: u64,
    place: Option<Position>,
    end: usize,
}

impl ItemUrls {
    /// For further items.
    pub(crate) fn part(&self) -> ItemUrls {
        ItemUrls { key: self.key.clone(), items: Vec::new(), urls: Vec::new(), text: String::new() }
    }

    /// Takes note of an item.
    pub(crate) fn item(&mut self, origin: &Origin<'_>, item: &Item) {
        self.text.push_str(origin.name);
        let name_end = self.text.len();
        let mut cursor = origin.parts.map(crate::manifest::parts::Parts::cursor);
        for (index, url) in item.urls.iter().enumerate() {
            self.text.push_str(url);
            let place = cursor.as_mut().and_then(|cursor| cursor.url(index)).or(origin.place);
            self.urls.push(SeenUrl { hash: self.key.hash_one(url), place, end: self.text.len() });
        }
        self.items.push(SeenItem { kind: item.kind, name_end, urls_end: self.urls.len() });
    }
}

impl ItemUrls {
    /// Takes note of an item of one file.
    pub(crate) fn url(&mut self, kind: Kind, name: &str, url: &str, place: Position) {
        self.text.push_str(name);
        let name_end = self.text.len();
        self.text.push_str(url);
        self.urls.push(SeenUrl { hash: self.key.hash_one(url), place: Some(place), end: self.text.len() });
        self.items.push(SeenItem { kind, name_end, urls_end: self.urls.len() });
    }
}

impl DuplicateUrls {
    pub(crate) fn new() -> DuplicateUrls {
        DuplicateUrls { key: RandomState::new(), first: HashMap::default() }
    }

    /// For the URLs of the next items.
    pub(crate) fn seen(&self) -> ItemUrls {
        ItemUrls { key: self.key.clone(), items: Vec::new(), urls: Vec::new(), text: String::new() }
    }

    /// Compares items with all earlier ones; `tell` hears of each URL that was there before.
    ///
    /// # Errors
    /// Those of `tell`.
    pub(crate) fn merge<E>(
        &mut self,
        seen: &ItemUrls,
        mut tell: impl FnMut(Finding) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut text, mut url) = (0, 0);
        // The hashes of the group at hand: where a URL stood before is not enough where places are not known.
        let mut group = std::collections::HashSet::<u64, BuildHasherDefault<Same>>::default();
        for item in &seen.items {
            let name = seen.text.get(text..item.name_end).unwrap_or_default();
            text = item.name_end;
            group.clear();
            let urls = seen.urls.get(url..item.urls_end).unwrap_or_default();
            url = item.urls_end;
            for seen_url in urls {
                let shown = seen.text.get(text..seen_url.end).unwrap_or_default();
                text = seen_url.end;
                let within = urls.len() > 1 && !group.insert(seen_url.hash);
                let first = match self.first.entry(seen_url.hash) {
                    std::collections::hash_map::Entry::Vacant(entry) => {
                        entry.insert(First::new(item.kind, seen_url.place));
                        continue;
                    }
                    std::collections::hash_map::Entry::Occupied(entry) => *entry.get(),
                };
                // The empty one is wrong by itself.
                if shown.is_empty() {
                    continue;
                }
                let (code, what) = match (within, first.kind() == item.kind) {
                    (true, _) => (Code::DuplicateInGroup, format!("stands twice in this {}", item.kind)),
                    (false, true) => (Code::DuplicateUrl, "stands twice".to_owned()),
                    (false, false) => {
                        (Code::DuplicateAcrossTypes, format!("is also {}", crate::manifest::checks::noun(first.kind())))
                    }
                };
                let place = match first.place() {
                    Some(place) => format!(", first at line {}, column {}", place.line, place.column),
                    None => String::new(),
                };
                let origin = Origin { name, place: seen_url.place, parts: None };
                tell(Finding::at(code, &origin, format!("{} {what}{place}", shown_url(shown))))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_fit_or_are_not_known() {
        let place = Position { line: 1_000_000, column: 4_000_000_000 };
        for kind in Kind::ALL {
            let first = First::new(kind, Some(place));
            assert_eq!((first.kind(), first.place()), (kind, Some(place)));
        }
        assert_eq!(First::new(Kind::Image, Some(Position { line: 1 << 28, column: 1 })).place(), None);
        assert_eq!(First::new(Kind::Image, None).place(), None);
    }
}
