//! Lines and columns.

use crate::manifest::{finding::Position, read::json::spanned::SpannedStr};

/// Tells the places of offsets. Going on from one to the next takes as long as the text between them.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    pub(super) text: SpannedStr<'a>,
    pub(super) at: usize,
    pub(super) place: Position,
}

impl Cursor<'_> {
    /// The place of a byte offset; beyond the end it is the end.
    pub fn place(&mut self, at: usize) -> Position {
        let bytes = self.text.text.as_bytes();
        if at < self.at {
            (self.at, self.place) = (0, self.text.start);
        }
        let to = at.min(bytes.len());
        self.place = after(self.place, bytes.get(self.at..to).unwrap_or_default());
        self.at = to;
        self.place
    }
}

/// The place behind some bytes that begin at a place.
pub(crate) fn after(start: Position, bytes: &[u8]) -> Position {
    match memchr::memrchr(b'\n', bytes) {
        None => Position { line: start.line, column: start.column + characters(bytes) },
        Some(last) => {
            let lines = memchr::memchr_iter(b'\n', bytes).count() as u64;
            Position { line: start.line + lines, column: 1 + characters(bytes.get(last + 1..).unwrap_or_default()) }
        }
    }
}

/// The characters of UTF-8: every byte but those that continue one. Counted in bytes, as many at once as fit, which is how compilers
/// make it quick.
fn characters(bytes: &[u8]) -> u64 {
    let count = |bytes: &[u8]| bytes.iter().map(|byte| u8::from(byte & 0xC0 != 0x80)).sum::<u8>();
    bytes.chunks(usize::from(u8::MAX)).map(|chunk| u64::from(count(chunk))).sum()
}
