//! The one shape of a page that Azure writes, stepped through from `<` to `<`.

use std::{borrow::Cow, ops::Range};

use memchr::memchr;
use percent_encoding::percent_decode;

use crate::azure::{listed::Listed, page::is_users, xml::unescape};

const END: &[u8] = b"</EnumerationResults>";

/// Steps through a page; `None` means that it has another shape than Azure writes.
pub(super) struct Scanner<'p> {
    page: &'p [u8],
    at: usize,
    metadata: bool,
    /// What differs from blob to blob in the one that was read last, if the template can hold it.
    holes: Vec<(Range<usize>, Hole)>,
}

/// What differs from blob to blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hole {
    Name,
    Size,
    ContentType,
    Etag,
    LastModified,
    Unread,
}

/// A blob like which the next ones are expected to be: the bytes between what differs, and what is said.
///
/// Where a blob has just these bytes, with a text without `<` in each hole, it has the same elements, and need not be taken apart.
struct Template<'p> {
    steps: Vec<(&'p [u8], Hole)>,
    end: &'p [u8],
    /// The last one of them.
    blob: Listed<'p>,
}

/// An element without children.
struct Leaf<'p> {
    name: &'p [u8],
    text: &'p [u8],
}

impl<'p> Scanner<'p> {
    pub(super) fn new(page: &'p [u8], at: usize, metadata: bool) -> Scanner<'p> {
        Scanner { page, at, metadata, holes: Vec::new() }
    }

    fn rest(&self) -> &'p [u8] {
        self.page.get(self.at..).unwrap_or_default()
    }

    fn eat(&mut self, literal: &[u8]) -> bool {
        let found = self.rest().starts_with(literal);
        if found {
            self.at += literal.len();
        }
        found
    }

    fn expect(&mut self, literal: &[u8]) -> Option<()> {
        self.eat(literal).then_some(())
    }

    /// What stands before the next such byte, which is passed.
    fn until(&mut self, byte: u8) -> Option<&'p [u8]> {
        let rest = self.rest();
        let end = memchr(byte, rest)?;
        self.at += end + 1;
        Some(&rest[..end])
    }

    pub(super) fn page(&mut self, sink: &mut dyn FnMut(&Listed<'_>)) -> Option<Option<String>> {
        self.eat(b"\xef\xbb\xbf");
        if self.eat(b"<?xml ") {
            self.until(b'>')?.ends_with(b"?").then_some(())?;
        }
        self.expect(b"<EnumerationResults")?;
        let attributes = self.until(b'>')?;
        if attributes.ends_with(b"/") || !memchr::memchr_iter(b'"', attributes).count().is_multiple_of(2) {
            return None;
        }
        while !self.eat(b"<Blobs>") {
            if self.rest().starts_with(b"<NextMarker") {
                return None;
            }
            self.leaf()?;
        }
        let mut template: Option<Template<'p>> = None;
        loop {
            if let Some(template) = &mut template
                && self.like(template).is_some()
            {
                sink(&template.blob);
                continue;
            }
            if self.eat(b"</Blobs>") {
                return self.tail();
            }
            let start = self.at;
            self.expect(b"<Blob>")?;
            let blob = self.blob()?;
            sink(&blob);
            template = self.template(start, blob);
        }
    }

    /// Passes the next blob and reads it into the template, if it is like that. Otherwise the template has had its day.
    fn like(&mut self, template: &mut Template<'p>) -> Option<()> {
        let mut at = self.at;
        let blob = &mut template.blob;
        for (literal, hole) in &template.steps {
            let rest = self.page.get(at..)?.strip_prefix(*literal)?;
            let raw = &rest[..memchr(b'<', rest)?];
            at += literal.len() + raw.len();
            // An element without text says nothing.
            let said = || if raw.is_empty() { Some(None) } else { text(raw).map(Some) };
            match hole {
                Hole::Name => blob.name = text(raw)?,
                Hole::Size if raw.is_empty() => blob.size = 0,
                Hole::Size => blob.size = number(raw)?,
                Hole::ContentType => blob.content_type = said()?,
                Hole::Etag => blob.etag = said()?,
                Hole::LastModified => blob.last_modified = said()?,
                Hole::Unread => {}
            }
        }
        self.page.get(at..)?.starts_with(template.end).then_some(())?;
        self.at = at + template.end.len();
        Some(())
    }

    /// What the blob that begins at `start` and was just read has in common with others like it.
    fn template(&self, start: usize, blob: Listed<'p>) -> Option<Template<'p>> {
        let mut at = start;
        let mut steps: Vec<(&'p [u8], Hole)> = Vec::with_capacity(self.holes.len());
        for (range, hole) in &self.holes {
            // Of two elements with the same name the last one with a text counts, which is for the full reading.
            if *hole != Hole::Unread && steps.iter().any(|(_, other)| other == hole) {
                return None;
            }
            steps.push((self.page.get(at..range.start)?, *hole));
            at = range.end;
        }
        (!steps.is_empty()).then_some(Template { steps, end: self.page.get(at..self.at)?, blob })
    }

    /// What stands behind the blobs.
    pub(super) fn tail(&mut self) -> Option<Option<String>> {
        let mut marker = None;
        while !self.eat(END) {
            // A tag as Azure writes it without text has no attribute; `Encoded` is the reader's.
            let leaf = self.leaf()?;
            if leaf.name == b"NextMarker" {
                marker = Some(text(leaf.text)?.into_owned()).filter(|marker| !marker.is_empty());
            }
        }
        self.rest().trim_ascii().is_empty().then_some(marker)
    }

    pub(super) fn name(&mut self) -> Option<Cow<'p, str>> {
        let name = if self.eat(b"<Name>") {
            text(self.until(b'<')?)?
        } else {
            self.expect(b"<Name Encoded=\"true\">")?;
            match text(self.until(b'<')?)? {
                Cow::Borrowed(name) => percent_decode(name.as_bytes()).decode_utf8().ok()?,
                Cow::Owned(name) => percent_decode(name.as_bytes()).decode_utf8().ok()?.into_owned().into(),
            }
        };
        self.expect(b"/Name>")?;
        Some(name)
    }

    fn blob(&mut self) -> Option<Listed<'p>> {
        self.holes.clear();
        let from = self.at + b"<Name>".len();
        let is_verbatim = self.rest().starts_with(b"<Name>");
        let mut blob = Listed { name: self.name()?, ..Listed::default() };
        self.holes.push((from..self.at - b"</Name>".len(), Hole::Name));
        let mut is_template = is_verbatim;
        loop {
            if self.eat(b"<Properties>") {
                while !self.eat(b"</Properties>") {
                    let leaf = self.leaf()?;
                    if !leaf.text.is_empty() {
                        property(&mut blob, &leaf)?;
                        if let Some(hole) = hole(leaf.name) {
                            let end = self.at - leaf.name.len() - b"</>".len();
                            self.holes.push((end - leaf.text.len()..end, hole));
                        }
                    }
                }
            } else if self.eat(b"<Metadata>") {
                while !self.eat(b"</Metadata>") {
                    let leaf = self.leaf()?;
                    is_template = false;
                    if leaf.name.eq_ignore_ascii_case(b"hdi_isfolder") {
                        blob.is_folder |= leaf.text.eq_ignore_ascii_case(b"true");
                    } else if self.metadata {
                        let key = std::str::from_utf8(leaf.name).ok()?;
                        if is_users(key) {
                            blob.metadata.push((Cow::Borrowed(key), text(leaf.text)?));
                        }
                    }
                }
            } else if self.eat(b"<Tags><TagSet>") {
                is_template = false;
                while !self.eat(b"</TagSet></Tags>") {
                    self.expect(b"<Tag>")?;
                    let (key, value) = (self.leaf()?, self.leaf()?);
                    (key.name == b"Key" && value.name == b"Value").then_some(())?;
                    blob.tags.push((text(key.text)?, text(value.text)?));
                    self.expect(b"</Tag>")?;
                }
            } else if self.eat(b"</Blob>") {
                if !is_template {
                    self.holes.clear();
                }
                return Some(blob);
            } else {
                let leaf = self.leaf()?;
                // A second name would count.
                (leaf.name != b"Name").then_some(())?;
            }
        }
    }

    fn leaf(&mut self) -> Option<Leaf<'p>> {
        self.expect(b"<")?;
        let tag = self.until(b'>')?;
        let plain = |name: &[u8]| {
            !name.is_empty()
                && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        };
        if let Some(name) = tag.strip_suffix(b"/") {
            let name = name.trim_ascii_end();
            return plain(name).then_some(Leaf { name, text: &[] });
        }
        plain(tag).then_some(())?;
        let text = self.until(b'<')?;
        let rest = self.rest();
        let end = rest.get(..tag.len() + 2)?;
        if end[0] != b'/' || end[tag.len() + 1] != b'>' || &end[1..=tag.len()] != tag {
            return None;
        }
        self.at += tag.len() + 2;
        Some(Leaf { name: tag, text })
    }
}

fn text(raw: &[u8]) -> Option<Cow<'_, str>> {
    let text = std::str::from_utf8(raw).ok()?;
    if memchr(b'&', raw).is_none() { Some(Cow::Borrowed(text)) } else { unescape(text).ok() }
}

fn number(raw: &[u8]) -> Option<u64> {
    std::str::from_utf8(raw).ok()?.parse().ok()
}

/// What differs from blob to blob among the properties; the others are much the same in all of them.
fn hole(property: &[u8]) -> Option<Hole> {
    Some(match property {
        b"Content-Length" => Hole::Size,
        b"Content-Type" => Hole::ContentType,
        b"Etag" => Hole::Etag,
        b"Last-Modified" => Hole::LastModified,
        b"Creation-Time" | b"Content-MD5" | b"Content-CRC64" | b"LastAccessTime" | b"AccessTierChangeTime" => {
            Hole::Unread
        }
        _ => return None,
    })
}

fn property<'p>(blob: &mut Listed<'p>, leaf: &Leaf<'p>) -> Option<()> {
    match leaf.name {
        b"Content-Length" => blob.size = number(leaf.text)?,
        b"Content-Type" => blob.content_type = Some(text(leaf.text)?),
        b"AccessTier" => blob.tier = Some(text(leaf.text)?),
        b"ArchiveStatus" => blob.archive_status = Some(text(leaf.text)?),
        b"ResourceType" => blob.is_folder |= leaf.text == b"directory",
        b"Etag" => blob.etag = Some(text(leaf.text)?),
        b"Last-Modified" => blob.last_modified = Some(text(leaf.text)?),
        _ => {}
    }
    Some(())
}
