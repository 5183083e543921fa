//! What all text files have in common: a mark at their beginning, lines, an encoding.

use std::io::{self, BufRead, Chain, Cursor, Read};

/// A text file behind its byte order mark, if it has one.
pub(super) type Opened<R> = Chain<Cursor<Vec<u8>>, R>;

/// Takes the byte order mark off. The second value tells whether the file is UTF-16, which no manifest is.
pub(super) fn open<R: BufRead>(mut input: R) -> io::Result<(Opened<R>, bool)> {
    let mut start = Vec::new();
    input.by_ref().take(3).read_to_end(&mut start)?;
    let is_utf16 = start.starts_with(&[0xFF, 0xFE]) || start.starts_with(&[0xFE, 0xFF]);
    if start == [0xEF, 0xBB, 0xBF] {
        start.clear();
    }
    Ok((Cursor::new(start).chain(input), is_utf16))
}

/// Why a line is not handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineFault {
    /// Not UTF-8, from this column on.
    Encoding(u64),
    /// Longer than was asked for.
    TooLong,
}

/// Hands over a file line by line. Lines end with LF or CRLF; memory is bounded by the longest line that is asked for.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: R,
    longest: usize,
    number: u64,
    bytes: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R, longest: usize) -> Lines<R> {
        Lines { input, longest, number: 0, bytes: Vec::new() }
    }

    /// The next line with its number, from 1.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Result<&str, LineFault>)>> {
        self.bytes.clear();
        let mut is_too_long = false;
        let mut has_any = false;
        loop {
            let buffer = match self.input.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                break;
            }
            has_any = true;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let part = &buffer[..end.unwrap_or(buffer.len())];
            is_too_long |= self.bytes.len() + part.len() > self.longest;
            if !is_too_long {
                self.bytes.extend_from_slice(part);
            }
            let used = end.map_or(buffer.len(), |end| end + 1);
            self.input.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !has_any {
            return Ok(None);
        }
        self.number += 1;
        if is_too_long {
            return Ok(Some((self.number, Err(LineFault::TooLong))));
        }
        let line = self.bytes.strip_suffix(b"\r").unwrap_or(&self.bytes);
        let line = std::str::from_utf8(line).map_err(|error| {
            let before = String::from_utf8_lossy(&line[..error.valid_up_to()]);
            LineFault::Encoding(columns(&before) + 1)
        });
        Ok(Some((self.number, line)))
    }
}

/// How many columns a text takes: one for each character.
pub(super) fn columns(text: &str) -> u64 {
    text.chars().count() as u64
}

/// What an item is called in findings: its title, else its URL without a query, which may hold a secret.
pub(super) fn name<'a>(title: &'a str, url: &'a str) -> &'a str {
    if title.is_empty() { url.split('?').next().unwrap_or_default() } else { title }
}

/// A text as messages quote it: what it may be, but not a secret and not a page.
pub(super) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 40;
    let text = text.split('?').next().unwrap_or_default();
    let mut short: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if text.chars().count() > LONGEST {
        short.push('…');
    }
    format!("'{short}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8], longest: usize) -> Vec<(u64, Result<String, LineFault>)> {
        // A buffer of three bytes: no line may depend on how the file comes in.
        let (input, _) = open(io::BufReader::with_capacity(3, bytes)).unwrap();
        let mut lines = Lines::new(input, longest);
        std::iter::from_fn(|| lines.next().unwrap().map(|(number, line)| (number, line.map(str::to_owned)))).collect()
    }

    #[test]
    fn lines_end_as_they_do_on_any_system() {
        let all = lines(b"\xEF\xBB\xBFone\r\ntw\xC3\xB6\n\nlast", 100);
        let texts: Vec<_> = all.into_iter().map(|(number, line)| (number, line.unwrap())).collect();
        assert_eq!(texts, [(1, "one".into()), (2, "twö".into()), (3, String::new()), (4, "last".into())]);
    }

    #[test]
    fn what_cannot_be_a_line_does_not_hide_the_next() {
        let all = lines(b"123456789\n\xC3\xB6\xFFx\nok\n", 5);
        assert_eq!(all[0], (1, Err(LineFault::TooLong)));
        assert_eq!(all[1], (2, Err(LineFault::Encoding(2))));
        assert_eq!(all[2], (3, Ok("ok".into())));
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn utf_16_is_told_by_its_mark() {
        assert!(open(&b"\xFF\xFEa\0"[..]).unwrap().1);
        assert!(!open(&b"\xEF\xBB\xBFa"[..]).unwrap().1);
        assert!(!open(&b""[..]).unwrap().1);
    }
}
