//! Where the parts of an item stand in its file, found only when something has to be said about one.

use crate::manifest::{
    finding::Position,
    read::json::spanned::{Member, SpannedStr, place::Cursor},
};

/// Where the URLs, the title and the metadata of an item stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parts<'a> {
    text: SpannedStr<'a>,
    urls: &'a [usize],
    title: Option<usize>,
    metadata: &'a [Member<'a>],
}

impl<'a> Parts<'a> {
    pub(super) fn new(
        text: SpannedStr<'a>,
        urls: &'a [usize],
        title: Option<usize>,
        metadata: &'a [Member<'a>],
    ) -> Parts<'a> {
        Parts { text, urls, title, metadata }
    }

    /// For the places of parts, best asked for in the order in which they stand.
    pub(super) fn cursor(self) -> PartCursor<'a> {
        PartCursor { cursor: self.text.cursor(), parts: self }
    }
}

/// Tells where parts stand.
#[derive(Debug)]
pub(super) struct PartCursor<'a> {
    parts: Parts<'a>,
    cursor: Cursor<'a>,
}

impl PartCursor<'_> {
    /// Of the item's URL at this place in its list.
    pub(super) fn url(&mut self, index: usize) -> Option<Position> {
        let at = self.parts.urls.get(index)?;
        Some(self.cursor.place(*at))
    }

    /// Of its title.
    pub(super) fn title(&mut self) -> Option<Position> {
        Some(self.cursor.place(self.parts.title?))
    }

    /// Of the value of a metadata key; `index` is its place among the keys unless one is repeated.
    pub(super) fn metadata(&mut self, index: usize, key: &str) -> Option<Position> {
        let members = self.parts.metadata;
        let member = match members.get(index) {
            Some(member) if member.key == key => member,
            _ => members.iter().rfind(|member| member.key == key)?,
        };
        Some(self.cursor.place(member.node.at))
    }
}
