//! Finds the lists of Encord's JSON and the items in them without understanding the items: as fast as brackets and quotes can be
//! seen, holding no more than one slice of the file.

mod buffer;
mod nesting;
mod sections;

use std::io::{self, BufRead};

use crate::manifest::{
    finding::{Code, Finding, Position},
    kind::Kind,
    read::{FileFacts, ReadError},
};

/// Bytes of a slice, unless an item is longer.
const SLICE: usize = 192 * 1024;

/// Some items of one list, one behind the other in the file.
#[derive(Debug)]
pub(super) struct Slice {
    /// What the list holds.
    pub(super) kind: Kind,
    /// The place of the first byte.
    pub(super) start: Position,
    /// The items and what stands between them.
    pub(super) bytes: Vec<u8>,
    /// Where each item begins and ends in the bytes.
    pub(super) items: Vec<(usize, usize)>,
}

/// What is found in the file.
#[derive(Debug)]
pub(super) enum Part {
    Slice(Slice),
    Finding(Box<Finding>),
}

/// Why the end of the file is not reached.
enum Stop<E> {
    /// It was told what is wrong; what follows cannot be understood.
    Lost,
    Error(ReadError<E>),
}

impl<E> From<io::Error> for Stop<E> {
    fn from(error: io::Error) -> Stop<E> {
        Stop::Error(ReadError::File(error))
    }
}

/// Hands the parts of the file on, one behind the other.
pub(super) fn scan<E>(
    input: impl BufRead,
    emit: &mut impl FnMut(Part) -> Result<(), E>,
) -> Result<FileFacts, ReadError<E>> {
    let scanner = Scanner {
        input,
        emit,
        window: Vec::new(),
        base: 0,
        at: 0,
        ended: false,
        place: Position { line: 1, column: 1 },
        items: Vec::new(),
        facts: FileFacts::default(),
        faults: 0,
    };
    scanner.file()
}

struct Scanner<'a, R, F> {
    input: R,
    emit: &'a mut F,
    /// The part of the file that is held.
    window: Vec<u8>,
    /// Where the next slice begins in the window.
    base: usize,
    /// The next byte that was not looked at.
    at: usize,
    ended: bool,
    /// The place of `base`.
    place: Position,
    /// From `base`.
    items: Vec<(usize, usize)>,
    facts: FileFacts,
    faults: u64,
}
impl<E, R: BufRead, F: FnMut(Part) -> Result<(), E>> Scanner<'_, R, F> {
    fn file(mut self) -> Result<FileFacts, ReadError<E>> {
        match self.outline() {
            Err(Stop::Error(error)) => return Err(error),
            Ok(()) | Err(Stop::Lost) => {}
        }
        if self.facts.items == 0 && self.faults == 0 {
            let start = Position { line: 1, column: 1 };
            let told = self.tell_at(Code::ManifestEmpty, start, "there is not one item in the file".to_owned());
            if let Err(Stop::Error(error)) = told {
                return Err(error);
            }
        }
        Ok(self.facts)
    }
}
