//! Reads a whole page of the List Blobs answer at the speed at which it arrives.
//!
//! The scanner knows the one shape that Azure writes and steps from `<` to `<`. At the first byte that has another shape it
//! leaves the page to [`XmlReader`], which understands any XML and knows what to say of what is none.

mod scanner;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::azure::{
    listed::Listed,
    page::{PageError, XmlReader},
    scan::scanner::Scanner,
};

/// Reads one page of a listing.
///
/// A second answer format is on its way to List Blobs (Arrow, service version 2026-10-06); it will be a second implementation.
pub trait PageParser: Send + Sync {
    /// Hands over every blob of a whole page in order, and answers the marker of the next page, or nothing on the last one.
    ///
    /// # Errors
    /// What is wrong with the page; the blobs before that place were handed over.
    fn read(&self, page: &[u8], sink: &mut dyn FnMut(&Listed<'_>)) -> Result<Option<String>, PageError>;

    /// The marker alone, and the names of the first and the last blob.
    ///
    /// # Errors
    /// As [`PageParser::read`].
    fn edges(&self, page: &[u8]) -> Result<Edges, PageError>;
}

/// Where a page begins, ends and goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edges {
    /// The first name; nothing on a page without blobs.
    pub first: Option<String>,
    /// The last name.
    pub last: Option<String>,
    /// The marker of the next page.
    pub marker: Option<String>,
}

/// The XML form of a page.
#[derive(Debug, Clone, Copy, Default)]
pub struct XmlPage {
    /// Whether the blobs' metadata headers are read too.
    pub metadata: bool,
}

impl PageParser for XmlPage {
    fn read(&self, page: &[u8], sink: &mut dyn FnMut(&Listed<'_>)) -> Result<Option<String>, PageError> {
        let mut told = 0usize;
        let mut counting = |listed: &Listed<'_>| {
            told += 1;
            sink(listed);
        };
        let mut scanner = Scanner::new(page, 0, self.metadata);
        if let Some(marker) = scanner.page(&mut counting) {
            return Ok(marker);
        }
        let mut reader = if self.metadata { XmlReader::with_metadata() } else { XmlReader::default() };
        let mut place = 0usize;
        reader.feed(page, &mut |blob| {
            place += 1;
            if place > told {
                sink(&Listed::from(&blob));
            }
        })?;
        reader.finish()
    }

    fn edges(&self, page: &[u8]) -> Result<Edges, PageError> {
        if let Some(edges) = quick_edges(page) {
            return Ok(edges);
        }
        let mut edges = Edges::default();
        edges.marker = self.read(page, &mut |listed| {
            if edges.first.is_none() {
                edges.first = Some(listed.name.clone().into_owned());
            }
            let last = edges.last.get_or_insert_default();
            last.clear();
            last.push_str(&listed.name);
        })?;
        Ok(edges)
    }
}

/// A blob's beginning. Nothing else can look like it: within a blob the only elements with children are those of its metadata
/// and tags, and none of these begins with a name.
const BLOB: &[u8] = b"<Blob><Name";
/// Longer than what stands behind the last blob.
const TAIL: usize = 16 * 1024;

/// The edges, read at both ends of a page only.
fn quick_edges(page: &[u8]) -> Option<Edges> {
    let page = page.trim_ascii_end();
    let tail_from = page.len().saturating_sub(TAIL);
    let blobs_end = tail_from + memchr::memmem::rfind(&page[tail_from..], b"</Blobs>")?;
    let mut tail = Scanner::new(page, blobs_end + b"</Blobs>".len(), false);
    let marker = tail.tail()?;
    let name_at = |at: usize| {
        let mut scanner = Scanner::new(page, at + b"<Blob>".len(), false);
        scanner.name().map(Cow::into_owned)
    };
    let first = memchr::memmem::find(&page[..blobs_end], BLOB)?;
    // Behind the blobs is where Azure writes it; elsewhere it would be missed.
    if memchr::memmem::find(&page[..first], b"<NextMarker").is_some() {
        return None;
    }
    let last = memchr::memmem::rfind(&page[..blobs_end], BLOB)?;
    Some(Edges { first: Some(name_at(first)?), last: Some(name_at(last)?), marker })
}
