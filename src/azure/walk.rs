//! Reads the short XML answers of a storage account, of which little is wanted, by the places of their elements.

use percent_encoding::percent_decode_str;

use crate::azure::xml::{Handler, Tokenizer, is_true};

/// Why an answer could not be read.
pub(super) enum WalkError {
    /// It broke off.
    Truncated,
    /// It is something else than was asked for.
    Malformed(&'static str),
}

/// Told at the end of every element: its place below the root, such as `Blobs/Blob/Name`, and its own text.
pub(super) trait Visitor {
    fn visit(&mut self, place: &str, text: &str) -> Result<(), &'static str>;
}

/// Walks through an answer as it arrives.
pub(super) struct Walk<V> {
    tokenizer: Tokenizer,
    steps: Steps<V>,
}

struct Steps<V> {
    root: &'static str,
    depth: usize,
    place: String,
    encoded: bool,
    visitor: V,
}

impl<V: Visitor> Walk<V> {
    /// A walk through an answer with this root element.
    pub(super) fn new(root: &'static str, visitor: V) -> Walk<V> {
        let steps = Steps { root, depth: 0, place: String::new(), encoded: false, visitor };
        Walk { tokenizer: Tokenizer::default(), steps }
    }

    pub(super) fn feed(&mut self, chunk: &[u8]) -> Result<(), WalkError> {
        self.tokenizer.feed(chunk, &mut self.steps).map_err(WalkError::Malformed)
    }

    pub(super) fn finish(self) -> Result<V, WalkError> {
        if self.tokenizer.finished() { Ok(self.steps.visitor) } else { Err(WalkError::Truncated) }
    }
}

impl<V: Visitor> Handler for Steps<V> {
    fn open(&mut self, name: &[u8], attributes: &[u8]) -> Result<bool, &'static str> {
        let name = std::str::from_utf8(name).map_err(|_| "a tag is not UTF-8")?;
        if self.depth == 0 && name != self.root {
            return Err("it begins with another element");
        }
        if self.depth > 0 {
            if self.depth > 1 {
                self.place.push('/');
            }
            self.place.push_str(name);
        }
        self.depth += 1;
        self.encoded = is_true(attributes, "Encoded");
        Ok(true)
    }

    fn close(&mut self, text: &str) -> Result<(), &'static str> {
        self.depth = self.depth.checked_sub(1).ok_or("it closes more elements than it opens")?;
        if self.depth == 0 {
            return Ok(());
        }
        if self.encoded {
            let decoded = percent_decode_str(text).decode_utf8().map_err(|_| "an encoded name is not UTF-8")?;
            self.visitor.visit(&self.place, &decoded)?;
            self.encoded = false;
        } else {
            self.visitor.visit(&self.place, text)?;
        }
        self.place.truncate(self.place.rfind('/').unwrap_or(0));
        Ok(())
    }
}
