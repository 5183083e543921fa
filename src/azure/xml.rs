//! The small part of XML that Azure Storage speaks, read as it arrives.
//!
//! Holds one tag or one wanted text at a time, so memory does not depend on the length of a document. Tags are told apart
//! by their place in the tree, never by name alone: anybody may name a metadata key `Name`.

use std::borrow::Cow;

/// A longer tag or text is no answer of Azure Storage: the longest legal one, a blob's metadata, is 8 KiB before escaping.
const LONGEST_TOKEN: usize = 256 * 1024;

/// Receives what a [`Tokenizer`] finds, in document order.
pub(super) trait Handler {
    /// An element begins. Answers whether the text directly inside it is wanted.
    fn open(&mut self, name: &[u8], attributes: &[u8]) -> Result<bool, &'static str>;
    /// The innermost open element ends; `text` is its own text, decoded, empty if it was not wanted.
    fn close(&mut self, text: &str) -> Result<(), &'static str>;
}

/// A resumable reader: feed it chunks of any length.
#[derive(Default)]
pub(super) struct Tokenizer {
    in_tag: bool,
    /// The quotation mark that must come before a `>` can end the tag, or 0.
    quote: u8,
    tag: Vec<u8>,
    raw: Vec<u8>,
    text: String,
    wanted: bool,
    depth: usize,
    finished: bool,
}

impl Tokenizer {
    /// Whether the root element has been closed, so that nothing is missing.
    pub(super) fn finished(&self) -> bool {
        self.finished
    }

    /// Reads one chunk. An error is final.
    pub(super) fn feed(&mut self, mut chunk: &[u8], handler: &mut impl Handler) -> Result<(), &'static str> {
        while !chunk.is_empty() {
            chunk = if self.in_tag { self.tag_bytes(chunk, handler)? } else { self.text_bytes(chunk)? };
        }
        Ok(())
    }

    fn text_bytes<'c>(&mut self, chunk: &'c [u8]) -> Result<&'c [u8], &'static str> {
        let end = chunk.iter().position(|&b| b == b'<');
        let run = &chunk[..end.unwrap_or(chunk.len())];
        if self.wanted {
            self.raw.extend_from_slice(run);
            if self.raw.len() > LONGEST_TOKEN {
                return Err("a text is too long");
            }
        }
        let Some(end) = end else { return Ok(&[]) };
        if self.wanted {
            let run = std::str::from_utf8(&self.raw).map_err(|_| "a text is not UTF-8")?;
            self.text.push_str(&unescape(run)?);
            self.raw.clear();
        }
        self.in_tag = true;
        Ok(&chunk[end + 1..])
    }

    fn tag_bytes<'c>(&mut self, mut chunk: &'c [u8], handler: &mut impl Handler) -> Result<&'c [u8], &'static str> {
        while let Some(first) = chunk.first() {
            let unquoted = matches!(self.tag.first().unwrap_or(first), b'!' | b'?');
            let quote = self.quote;
            let end = chunk.iter().position(|&byte| match byte {
                b'>' => quote == 0,
                b'"' | b'\'' => !unquoted && (quote == 0 || quote == byte),
                _ => false,
            });
            self.tag.extend_from_slice(&chunk[..end.unwrap_or(chunk.len())]);
            if self.tag.len() > LONGEST_TOKEN {
                return Err("a tag is too long");
            }
            let Some(end) = end else { return Ok(&[]) };
            let byte = chunk[end];
            chunk = &chunk[end + 1..];
            if byte != b'>' {
                self.quote = if quote == 0 { byte } else { 0 };
            } else if self.tag_is_whole() {
                self.in_tag = false;
                let tag = std::mem::take(&mut self.tag);
                self.end_tag(&tag, handler)?;
                self.tag = tag;
                self.tag.clear();
                return Ok(chunk);
            }
            self.tag.push(byte);
        }
        Ok(&[])
    }

    /// Comments, CDATA sections and processing instructions may contain `>`.
    fn tag_is_whole(&self) -> bool {
        match self.tag.as_slice() {
            [b'?', rest @ ..] => rest.ends_with(b"?"),
            [b'!', b'-', b'-', rest @ ..] => rest.ends_with(b"--"),
            [b'!', b'[', rest @ ..] => rest.ends_with(b"]]"),
            _ => true,
        }
    }

    fn end_tag(&mut self, tag: &[u8], handler: &mut impl Handler) -> Result<(), &'static str> {
        match tag {
            [b'?', ..] | [b'!', b'-', ..] => Ok(()),
            [b'!', rest @ ..] => {
                let Some(section) = rest.strip_prefix(b"[CDATA[") else {
                    return Err("it declares a document type, which Azure Storage never does");
                };
                if self.wanted {
                    let section = section.strip_suffix(b"]]").unwrap_or(section);
                    self.text.push_str(std::str::from_utf8(section).map_err(|_| "a text is not UTF-8")?);
                }
                Ok(())
            }
            [b'/', ..] => self.close(handler),
            [rest @ .., b'/'] => {
                self.open(rest, handler)?;
                self.close(handler)
            }
            _ => self.open(tag, handler),
        }
    }

    fn open(&mut self, tag: &[u8], handler: &mut impl Handler) -> Result<(), &'static str> {
        if self.finished {
            return Err("it goes on after its end");
        }
        let name_end = tag.iter().position(u8::is_ascii_whitespace).unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(name_end);
        if name.is_empty() {
            return Err("a tag has no name");
        }
        self.depth += 1;
        self.text.clear();
        self.wanted = handler.open(name, attributes)?;
        Ok(())
    }

    fn close(&mut self, handler: &mut impl Handler) -> Result<(), &'static str> {
        if self.depth == 0 {
            return Err("it closes more elements than it opens");
        }
        self.depth -= 1;
        self.finished = self.depth == 0;
        self.wanted = false;
        handler.close(&self.text)?;
        self.text.clear();
        Ok(())
    }
}

/// Whether an element's attributes contain `name="true"`.
pub(super) fn is_true(attributes: &[u8], name: &str) -> bool {
    let Ok(mut rest) = std::str::from_utf8(attributes) else {
        return false;
    };
    while let Some((key, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return false;
        };
        let Some((value, tail)) = after[1..].split_once(quote) else {
            return false;
        };
        if key.trim() == name {
            return value.eq_ignore_ascii_case("true");
        }
        rest = tail;
    }
    false
}

/// Replaces the five named entities and numeric character references.
pub(super) fn unescape(text: &str) -> Result<Cow<'_, str>, &'static str> {
    let Some((before, mut rest)) = text.split_once('&') else {
        return Ok(Cow::Borrowed(text));
    };
    let mut out = String::with_capacity(text.len());
    out.push_str(before);
    loop {
        let (entity, after) = rest.split_once(';').ok_or("an entity has no end")?;
        out.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => numeric(entity).ok_or("it contains an unknown entity")?,
        });
        match after.split_once('&') {
            Some((plain, next)) => {
                out.push_str(plain);
                rest = next;
            }
            None => {
                out.push_str(after);
                return Ok(Cow::Owned(out));
            }
        }
    }
}

fn numeric(entity: &str) -> Option<char> {
    let digits = entity.strip_prefix('#')?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code)
}
