//! The files of groups in little space: what many have in common is kept once, the rest without an allocation of its own.

use std::hash::{BuildHasher as _, Hash, RandomState};

use hashbrown::HashTable;

use crate::manifest::kind::Kind;

/// The prefix of a name without any `/`.
const NO_PREFIX: u32 = u32::MAX;

/// One file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Frame {
    pub(super) size: u64,
    /// Where its name's last segment stands among the bytes of all names.
    pub(super) at: u64,
    /// What stands in its name before the last `/`, among the texts.
    pub(super) prefix: u32,
    pub(super) group: u32,
    pub(super) order: u32,
    /// What the blob says of itself, as JSON: its place among the texts, counted from 1; 0 for nothing.
    pub(super) said: u32,
    pub(super) stream: u16,
    /// What the file itself is.
    pub(super) kind: Option<Kind>,
}

/// What tells a group from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct GroupId {
    pub(super) kind: Kind,
    /// The rule that formed it, where files of two rules never belong together.
    pub(super) rule: u16,
    /// Among the texts.
    pub(super) key: u32,
}

/// What a group is called.
#[derive(Debug, Clone, Copy)]
pub(super) enum Title {
    /// By its key.
    Key,
    /// Among the texts.
    Text(u32),
}

#[derive(Debug, Default)]
pub(super) struct Frames {
    pub(super) list: Vec<Frame>,
    /// For each file two bytes for the length of its name's last segment, one for that of its entity tag, and both.
    bytes: Vec<u8>,
    texts: Texts,
    groups: Vec<(GroupId, Title)>,
    /// The numbers of the groups.
    numbers: Numbers,
}

/// Numbers that are found by what they stand for, which lies elsewhere.
#[derive(Debug, Default)]
struct Numbers {
    table: HashTable<u32>,
    hasher: RandomState,
}

impl Numbers {
    fn find(&self, sought: impl Hash, is: impl Fn(u32) -> bool) -> Option<u32> {
        self.table.find(self.hasher.hash_one(sought), |number| is(*number)).copied()
    }

    /// Adds a number; `of` gives what any of them stands for.
    fn add<T: Hash>(&mut self, number: u32, of: impl Fn(u32) -> T) {
        let hash = |number: &u32| self.hasher.hash_one(of(*number));
        self.table.insert_unique(hash(&number), number, hash);
    }
}

/// Texts one after another, each once.
#[derive(Debug, Default)]
struct Texts {
    text: String,
    ends: Vec<u64>,
    numbers: Numbers,
}

impl Texts {
    fn get(&self, number: u32) -> &str {
        part(&self.text, &self.ends, number)
    }

    fn number(&mut self, sought: &str) -> u32 {
        let Texts { text, ends, numbers } = self;
        if let Some(number) = numbers.find(sought, |number| part(text, ends, number) == sought) {
            return number;
        }
        // As many directories as that do not fit into any memory.
        let number = u32::try_from(ends.len()).unwrap_or(NO_PREFIX);
        text.push_str(sought);
        ends.push(text.len() as u64);
        numbers.add(number, |number| part(text, ends, number));
        number
    }
}

fn part<'a>(text: &'a str, ends: &[u64], number: u32) -> &'a str {
    let end = |place: usize| ends.get(place).and_then(|end| usize::try_from(*end).ok());
    let place = number as usize;
    let start = place.checked_sub(1).map_or(Some(0), end);
    start.zip(end(place)).and_then(|(start, end)| text.get(start..end)).unwrap_or_default()
}

impl Frames {
    pub(super) fn push(&mut self, mut frame: Frame, name: &str, etag: &str) {
        let suffix = match name.rsplit_once('/') {
            Some((prefix, suffix)) => {
                frame.prefix = self.text(prefix);
                suffix
            }
            None => {
                frame.prefix = NO_PREFIX;
                name
            }
        };
        self.push_with(frame, suffix, etag);
    }

    fn push_with(&mut self, mut frame: Frame, suffix: &str, etag: &str) {
        // A tag of another length than Azure's is not worth keeping; names are far shorter than 64 KB.
        let etag_length = u8::try_from(etag.len()).unwrap_or_default();
        let length = u16::try_from(suffix.len()).unwrap_or(u16::MAX);
        frame.at = self.bytes.len() as u64;
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.push(etag_length);
        self.bytes.extend_from_slice(suffix.get(..usize::from(length)).unwrap_or_default().as_bytes());
        self.bytes.extend_from_slice(etag.get(..usize::from(etag_length)).unwrap_or_default().as_bytes());
        self.list.push(frame);
    }

    /// The number of a text, which is kept once.
    pub(super) fn text(&mut self, text: &str) -> u32 {
        self.texts.number(text)
    }

    pub(super) fn known_text(&self, number: u32) -> &str {
        self.texts.get(number)
    }

    /// What the blob of a file says of itself, as [`Frame::said`] has it.
    pub(super) fn said(&self, said: u32) -> Option<&str> {
        Some(self.known_text(said.checked_sub(1)?))
    }

    /// The number of a group; the title counts when it is new.
    pub(super) fn group(&mut self, id: GroupId, title: Title) -> u32 {
        let Frames { groups, numbers, .. } = self;
        let of = |groups: &[(GroupId, Title)], number: u32| groups.get(number as usize).map(|(id, _)| *id);
        if let Some(number) = numbers.find(Some(id), |number| of(groups, number) == Some(id)) {
            return number;
        }
        let number = u32::try_from(groups.len()).unwrap_or(u32::MAX);
        groups.push((id, title));
        numbers.add(number, |number| of(groups, number));
        number
    }

    pub(super) fn known_group(&self, number: u32) -> Option<(GroupId, Title)> {
        self.groups.get(number as usize).copied()
    }

    /// For each group its place in the order by kind, key and rule.
    pub(super) fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<(u32, &GroupId)> = (0..).zip(self.groups.iter().map(|(id, _)| id)).collect();
        order.sort_unstable_by(|(_, a), (_, b)| {
            let by_key = || self.known_text(a.key).cmp(self.known_text(b.key));
            a.kind.cmp(&b.kind).then_with(by_key).then(a.rule.cmp(&b.rule))
        });
        let mut ranks = vec![0; order.len()];
        for (rank, (number, _)) in (0..).zip(order) {
            ranks[number as usize] = rank;
        }
        ranks
    }

    /// The last segment of its name.
    pub(super) fn suffix(&self, frame: &Frame) -> &str {
        self.parts(frame).0
    }

    /// Its entity tag, empty where none was kept.
    pub(super) fn etag(&self, frame: &Frame) -> &str {
        self.parts(frame).1
    }

    fn parts(&self, frame: &Frame) -> (&str, &str) {
        let read = || {
            let rest = self.bytes.get(usize::try_from(frame.at).ok()?..)?;
            let (head, rest) = rest.split_first_chunk::<3>()?;
            let length = usize::from(u16::from_le_bytes([head[0], head[1]]));
            let (suffix, rest) = rest.split_at_checked(length)?;
            let etag = rest.get(..usize::from(head[2]))?;
            Some((std::str::from_utf8(suffix).ok()?, std::str::from_utf8(etag).ok()?))
        };
        read().unwrap_or_default()
    }

    /// Its whole name.
    pub(super) fn name(&self, frame: &Frame) -> String {
        let suffix = self.suffix(frame);
        if frame.prefix == NO_PREFIX {
            return suffix.to_owned();
        }
        let prefix = self.known_text(frame.prefix);
        let mut name = String::with_capacity(prefix.len() + 1 + suffix.len());
        name.extend([prefix, "/", suffix]);
        name
    }

    /// Takes over the files of another collection. Those of the group `unread` stay in it.
    pub(super) fn merge(&mut self, other: &Frames, unread: u32) {
        let texts: Vec<u32> =
            (0..).zip(&other.texts.ends).map(|(number, _)| self.text(other.texts.get(number))).collect();
        let text = |number: u32| texts.get(number as usize).copied().unwrap_or(NO_PREFIX);
        let groups: Vec<u32> = other
            .groups
            .iter()
            .map(|(id, title)| {
                let title = match *title {
                    Title::Key => Title::Key,
                    Title::Text(number) => Title::Text(text(number)),
                };
                self.group(GroupId { key: text(id.key), ..*id }, title)
            })
            .collect();
        for frame in &other.list {
            let (suffix, etag) = other.parts(frame);
            let group = if frame.group == unread { unread } else { groups[frame.group as usize] };
            let prefix = if frame.prefix == NO_PREFIX { NO_PREFIX } else { text(frame.prefix) };
            let said = frame.said.checked_sub(1).map_or(0, |said| text(said).saturating_add(1));
            self.push_with(Frame { group, prefix, said, ..*frame }, suffix, etag);
        }
    }

    /// Bytes held: by the files, their names, the texts and the tables over them.
    pub(super) fn memory(&self) -> usize {
        let tables = [&self.texts.numbers, &self.numbers];
        size_of_val(self.list.as_slice())
            + self.bytes.len()
            + self.texts.text.len()
            + size_of_val(self.texts.ends.as_slice())
            + size_of_val(self.groups.as_slice())
            + tables.iter().map(|numbers| numbers.table.allocation_size()).sum::<usize>()
    }
}
