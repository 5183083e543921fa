//! The part of the file that is held: reading on, going through values, handing on, and telling what is wrong where.

use std::io::{self, BufRead};

use crate::manifest::{
    finding::{Code, Finding, Origin, Position},
    kind::Kind,
    read::{
        ReadError,
        json::{
            spanned::{parse::found, place::after},
            split::{Part, SLICE, Scanner, Slice, Stop, nesting::Balance},
        },
    },
};

/// An item that is longer than this is taken for one whose end is missing. Encord takes 10 MB of metadata; a group of 200,000 frames
/// has some 30 MB.
const LONGEST_ITEM: usize = 64 * 1024 * 1024;

impl<E, R: BufRead, F: FnMut(Part) -> Result<(), E>> Scanner<'_, R, F> {
    /// Goes behind the value that begins here. Returns false where the file ends before the value does.
    pub(super) fn value(&mut self, keep: bool) -> Result<bool, Stop<E>> {
        let from = self.relative();
        let mut balance = Balance::default();
        loop {
            let bytes = self.window.get(self.at..).unwrap_or_default();
            let (read, whole) = balance.go(bytes);
            self.at += read;
            if whole {
                return Ok(true);
            }
            if !keep {
                self.discard();
            } else if self.relative() - from > LONGEST_ITEM {
                let message = format!(
                    "a value of more than {} MB: a closing quote or bracket is probably missing",
                    LONGEST_ITEM / 1024 / 1024
                );
                self.tell_from(Code::JsonSyntax, from, message)?;
                return Err(Stop::Lost);
            }
            if !self.fill()? {
                // A number or a word ends with the file as well.
                return Ok(balance.is_bare());
            }
        }
    }

    pub(super) fn blank(&mut self) -> Result<(), Stop<E>> {
        loop {
            let bytes = self.window.get(self.at..).unwrap_or_default();
            match bytes.iter().position(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t')) {
                Some(first) => {
                    self.at += first;
                    return Ok(());
                }
                None => self.at = self.window.len(),
            }
            if self.items.is_empty() && self.relative() > SLICE {
                self.discard();
            }
            if !self.fill()? {
                return Ok(());
            }
        }
    }

    pub(super) fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.at == self.window.len() {
            self.fill()?;
        }
        Ok(self.window.get(self.at).copied())
    }

    /// Reads on; returns false at the end of the file.
    pub(super) fn fill(&mut self) -> io::Result<bool> {
        if self.base > 0 {
            self.window.drain(..self.base);
            self.at -= self.base;
            self.base = 0;
        }
        let more = loop {
            match self.input.fill_buf() {
                Ok(_) => break self.input.fill_buf()?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        let count = more.len();
        self.window.extend_from_slice(more);
        self.input.consume(count);
        self.ended = count == 0;
        Ok(count > 0)
    }

    pub(super) fn relative(&self) -> usize {
        self.at - self.base
    }

    /// Forgets what was looked at.
    pub(super) fn discard(&mut self) {
        self.place = after(self.place, self.window.get(self.base..self.at).unwrap_or_default());
        self.base = self.at;
    }

    /// Hands on the items that were found.
    pub(super) fn cut(&mut self, kind: Kind) -> Result<(), Stop<E>> {
        let start = self.place;
        let items = std::mem::take(&mut self.items);
        if !items.is_empty() {
            let bytes = self.window.get(self.base..self.at).unwrap_or_default().to_vec();
            self.emit(Part::Slice(Slice { kind, start, bytes, items }))?;
        }
        self.discard();
        Ok(())
    }

    fn emit(&mut self, part: Part) -> Result<(), Stop<E>> {
        (self.emit)(part).map_err(|error| Stop::Error(ReadError::Sink(error)))
    }

    pub(super) fn tell_at(&mut self, code: Code, place: Position, message: String) -> Result<(), Stop<E>> {
        self.faults += 1;
        self.emit(Part::Finding(Box::new(Finding::at(code, &Origin::file("the file", place), message))))
    }

    /// Tells of a place between `base` and the end of the window.
    pub(super) fn tell_from(&mut self, code: Code, from: usize, message: String) -> Result<(), Stop<E>> {
        let place = after(self.place, self.window.get(self.base..self.base + from).unwrap_or_default());
        self.tell_at(code, place, message)
    }

    pub(super) fn tell(&mut self, code: Code, message: String) -> Result<(), Stop<E>> {
        self.tell_from(code, self.relative(), message)
    }

    pub(super) fn lost(&mut self, code: Code, message: String) -> Result<(), Stop<E>> {
        self.tell(code, message)?;
        Err(Stop::Lost)
    }

    pub(super) fn unexpected(&mut self, wanted: &str) -> Result<(), Stop<E>> {
        self.peek()?;
        let rest = self.window.get(self.at..).unwrap_or_default();
        let rest = rest.get(..80).unwrap_or(rest);
        let code = if rest.is_empty() { Code::JsonTruncated } else { Code::JsonSyntax };
        let message = format!("expected {wanted}, found {}", found(&String::from_utf8_lossy(rest)));
        self.lost(code, message)
    }
}
