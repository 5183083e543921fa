//! Where a value ends, seen by its quotes and brackets alone.

/// Goes through one value, however often it is interrupted.
#[derive(Debug, Default)]
pub(super) struct Balance {
    /// The brackets that are open.
    open: Vec<u8>,
    in_text: bool,
    escaped: bool,
    /// Whether it is a number or a word.
    bare: bool,
}

impl Balance {
    pub(super) fn is_bare(&self) -> bool {
        self.bare
    }

    /// Looks at more bytes; returns how many of them belong to the value, and whether it is whole.
    pub(super) fn go(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut at = 0;
        if self.in_text {
            at = self.text(bytes, 0);
            if !self.in_text && self.open.is_empty() {
                return (at, true);
            }
        }
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' if !self.bare => {
                    self.in_text = true;
                    at = self.text(bytes, at + 1);
                    if !self.in_text && self.open.is_empty() {
                        return (at, true);
                    }
                    continue;
                }
                b'{' | b'[' if !self.bare => self.open.push(*byte),
                b'}' | b']' => {
                    let opening = if *byte == b'}' { b'{' } else { b'[' };
                    match self.open.iter().rposition(|open| *open == opening) {
                        // What lies within was not closed: the one who reads the value finds out.
                        Some(place) => self.open.truncate(place),
                        None if self.open.is_empty() || *byte == b']' => return (at, true),
                        None => {}
                    }
                    if self.open.is_empty() {
                        return (at + 1, true);
                    }
                }
                b',' | b' ' | b'\n' | b'\r' | b'\t' if self.open.is_empty() => return (at, true),
                _ => self.bare |= self.open.is_empty(),
            }
            at += 1;
        }
        (at, false)
    }

    /// Goes behind the text's closing quote; a text never goes beyond its line.
    fn text(&mut self, bytes: &[u8], mut at: usize) -> usize {
        if std::mem::take(&mut self.escaped) {
            at += 1;
        }
        while let Some(found) = memchr::memchr3(b'"', b'\\', b'\n', bytes.get(at..).unwrap_or_default()) {
            at += found;
            match bytes.get(at) {
                Some(b'\\') if at + 1 == bytes.len() => {
                    self.escaped = true;
                    return at + 1;
                }
                Some(b'\\') => at += 2,
                _ => {
                    self.in_text = false;
                    return at + 1;
                }
            }
        }
        bytes.len()
    }
}
