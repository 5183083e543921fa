//! Collects the files that belong together while a listing goes on, and makes one item of each group at its end.
//!
//! Which files belong together is known only when all have been seen, so this is what grows with a listing: some 50 bytes for
//! each file of a group, besides its directory's name and the group's key, which are kept once.

mod checks;
mod common_metadata;
mod frames;

#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::{
    endpoints::object_url,
    manifest::{
        finding::{Code, Finding, Origin},
        groups::frames::{Frame, Frames, GroupId, Title},
        incremental::{RegisteredItems, fingerprint, group_etag},
        item::Item,
        kind::Kind,
        natural,
        rules::{Rules, grouping::Membership},
        scenes::{self, SceneFile},
        sink::Sink,
        skipped::{SkipReason, Skipped},
        title,
    },
};

/// A group's key where files wait to be looked into; no group has it.
const UNREAD: u32 = u32::MAX;
/// The order of a file of which no number is known: behind the others.
const LAST: u32 = u32::MAX;

/// The files of groups. Parts collected apart can be merged; the items do not depend on how.
#[derive(Debug, Default)]
pub struct Groups {
    frames: Frames,
}

/// A file that has to be read before it is known which group it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Its place, for [`Groups::resolve`].
    pub place: usize,
    /// Its whole name.
    pub name: String,
    /// Its entity tag, empty where it is not known.
    pub etag: String,
    /// Bytes.
    pub size: u64,
    /// Whether its name or content type says that it is a DICOM file.
    pub is_certain: bool,
}

/// What was read of a file, for [`Groups::resolve`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// It belongs to this series.
    Series {
        /// What all files of the series have in common.
        key: String,
        /// The series' title.
        title: String,
        /// Where it stands in the series.
        number: Option<i32>,
    },
    /// It is not one of the files that the rule means.
    Other,
    /// It should be one but cannot be read, for this reason.
    Unreadable(String),
}

/// How the items of groups are named and addressed.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    /// The storage account as Encord is to see it.
    pub account_url: &'a str,
    /// The container; also the title of a group of files that lie in no folder.
    pub container: &'a str,
}

impl Groups {
    /// Takes a file that belongs to this group. `kind` is what the file itself is; its entity tag may be left empty where nobody
    /// asks what earlier runs registered.
    pub fn add(&mut self, name: &str, etag: &str, size: u64, kind: Option<Kind>, member: &Membership<'_>) {
        let (order, rule) = match &member.place {
            Some(place) => (pack(place.start, place.end), member.rule),
            None => (LAST, member.rule),
        };
        let key = self.frames.text(&member.key);
        let group = self.frames.group(GroupId { kind: member.kind, rule, key }, Title::Key);
        self.frames.push(Frame { size, group, order, stream: member.stream, kind, ..Frame::default() }, name, etag);
    }

    /// Takes a file whose group is not known before it has been read.
    pub fn add_unread(&mut self, name: &str, etag: &str, size: u64, kind: Option<Kind>, rule: u16) {
        self.frames.push(
            Frame { size, group: UNREAD, order: LAST, stream: rule, kind, ..Frame::default() },
            name,
            etag,
        );
    }

    /// Tells what the blob of the file that was taken last says of itself. Blobs that say the same take no further space.
    pub fn describe(&mut self, metadata: Map<String, Value>) {
        if metadata.is_empty() {
            return;
        }
        let number = self.frames.text(&Value::Object(metadata).to_string());
        if let Some(frame) = self.frames.list.last_mut() {
            frame.said = number.saturating_add(1);
        }
    }

    /// Takes over what another part has collected.
    pub fn merge(&mut self, other: Groups) {
        if self.is_empty() {
            *self = other;
        } else {
            self.frames.merge(&other.frames, UNREAD);
        }
    }

    /// Whether nothing has been collected.
    pub fn is_empty(&self) -> bool {
        self.frames.list.is_empty()
    }

    /// The bytes that the collection holds, about.
    pub fn memory(&self) -> usize {
        self.frames.memory()
    }

    /// The files that have to be read, in the order in which they came, from this place on.
    pub fn unread(&self, from: usize) -> impl Iterator<Item = Unread> + '_ {
        let waiting = self.frames.list.iter().enumerate().skip(from).filter(|(_, frame)| frame.group == UNREAD);
        waiting.map(|(place, frame)| Unread {
            place,
            name: self.frames.name(frame),
            etag: self.frames.etag(frame).to_owned(),
            size: frame.size,
            is_certain: frame.kind.is_some(),
        })
    }

    /// Tells what was read of one of [`Groups::unread`]. A file that is left out, or cannot be read, is told to the sink.
    ///
    /// # Errors
    /// The sink's.
    pub fn resolve<S: Sink>(&mut self, place: usize, found: Resolution, sink: &mut S) -> Result<(), S::Error> {
        let Some(frame) = self.frames.list.get(place).copied() else { return Ok(()) };
        let name = || self.frames.name(&frame);
        match found {
            Resolution::Other => sink.skipped(Skipped { name: name(), reason: SkipReason::UnknownType })?,
            Resolution::Unreadable(why) => sink.finding(Finding::new(Code::DicomUnreadable, name(), why))?,
            Resolution::Series { key, title, number } => {
                let key = self.frames.text(&key);
                let title = self.frames.text(&title);
                let id = GroupId { kind: Kind::DicomSeries, rule: frame.stream, key };
                let group = self.frames.group(id, Title::Text(title));
                let frame = &mut self.frames.list[place];
                frame.group = group;
                frame.stream = 0;
                // Signed numbers in the order of unsigned ones; the last is kept for those that have none.
                frame.order = number.map_or(LAST, |number| (number.cast_unsigned() ^ (1 << 31)).min(LAST - 1));
            }
        }
        Ok(())
    }

    /// Makes the items, by kind and key, and hands them over. `metadata` is asked for the client metadata of a group, by its key
    /// and the name of its first file; what all its blobs say of themselves goes before that. Files that were never resolved are left out, and so are groups that are `known` in just
    /// this state: a group is one item, so with one new file in it all of it comes again.
    ///
    /// # Errors
    /// The sink's.
    pub fn finish<S: Sink>(
        self,
        rules: &Rules,
        naming: Naming<'_>,
        known: Option<&dyn RegisteredItems>,
        mut metadata: impl FnMut(&str, &str) -> Map<String, Value>,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        let mut frames = self.frames;
        let mut list = std::mem::take(&mut frames.list);
        list.retain(|frame| frame.group != UNREAD);
        let ranks = frames.ranks();
        list.sort_unstable_by(|a, b| {
            let rank = |frame: &Frame| ranks.get(frame.group as usize);
            rank(a).cmp(&rank(b)).then_with(|| within(&frames, rules, a, b))
        });
        for members in list.chunk_by(|a, b| a.group == b.group) {
            let Some((id, title)) = members.first().and_then(|first| frames.known_group(first.group)) else { continue };
            let key = frames.known_text(id.key);
            let name = if key.is_empty() { naming.container } else { key };
            let title = match title {
                Title::Key => title::from_path(name),
                Title::Text(title) => title::from_path(frames.known_text(title)),
            };
            let names: Vec<String> = members.iter().map(|frame| frames.name(frame)).collect();
            let urls: Vec<String> = names
                .iter()
                .filter_map(|name| object_url::object_url(naming.account_url, naming.container, name).ok())
                .collect();
            let etag = known.and_then(|_| {
                let etags: Vec<&str> = members.iter().map(|frame| frames.etag(frame)).collect();
                etags.iter().all(|etag| !etag.is_empty()).then(|| group_etag(etags))
            });
            if let (Some(known), Some(etag)) = (known, &etag)
                && known.holds(&fingerprint(&urls, etag))
            {
                for name in names {
                    sink.skipped(Skipped { name, reason: SkipReason::Unchanged })?;
                }
                continue;
            }
            let mut client_metadata = names.first().map(|first| metadata(name, first)).unwrap_or_default();
            let bytes = members.iter().map(|frame| frame.size).sum();
            let origin = Origin::blob(name);
            client_metadata.extend(common_metadata::in_common(&frames, members, &names, &origin, sink)?);
            let mut item = Item { client_metadata, bytes, etag, ..Item::new(id.kind, title, urls) };
            if let (Kind::Scene, Some(rule)) = (id.kind, rules.scene(id.rule)) {
                let files = members.iter().zip(&names).zip(&item.urls);
                let files =
                    files.map(|((frame, name), url)| SceneFile { stream: frame.stream, kind: frame.kind, name, url });
                item.scene = Some(scenes::assemble(rule, &origin, &files.collect::<Vec<_>>(), sink)?);
            } else {
                checks::group(id.kind, &origin, members, &names, sink)?;
            }
            sink.item(&origin, item)?;
        }
        Ok(())
    }
}

/// The order of two files of one group: by stream, by number or by what `frame` caught, then naturally by name.
fn within(frames: &Frames, rules: &Rules, a: &Frame, b: &Frame) -> Ordering {
    let by_name = || {
        if a.prefix == b.prefix {
            natural::compare(frames.suffix(a), frames.suffix(b))
        } else {
            natural::compare(&frames.name(a), &frames.name(b))
        }
    };
    let by_order = || match (a.order, b.order) {
        (LAST, LAST) => Ordering::Equal,
        (a, b) if a == LAST || b == LAST => a.cmp(&b),
        (left, right) => {
            let rule = frames.known_group(a.group).map_or(u16::MAX, |(id, _)| id.rule);
            if rules.is_series_rule(rule) {
                return left.cmp(&right);
            }
            let (left_name, right_name) = (frames.name(a), frames.name(b));
            natural::compare(caught(&left_name, left), caught(&right_name, right))
        }
    };
    a.stream.cmp(&b.stream).then_with(by_order).then_with(by_name)
}

/// A place in a name, in the four bytes that a file has for its order. Names have at most 1,024 characters.
fn pack(start: usize, end: usize) -> u32 {
    let part = |at: usize| u32::from(u16::try_from(at).unwrap_or(u16::MAX - 1));
    part(start) << 16 | part(end)
}

fn caught(name: &str, place: u32) -> &str {
    name.get((place >> 16) as usize..(place & 0xffff) as usize).unwrap_or_default()
}
