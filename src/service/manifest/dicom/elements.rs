//! The few elements at the beginning of a DICOM file that tell its series (DICOM PS3.5, section 7; PS3.10, section 7).
//!
//! Values are slices of what was read. Sequences are skipped without recursion and to a fixed depth; a length that goes beyond what
//! was read means that more has to be read, and nothing is allocated for it.

/// How deep sequences and their items may stand in each other; both count.
const DEEPEST: usize = 64;
const UNDEFINED: u32 = u32::MAX;
const TRANSFER_SYNTAX: (u16, u16) = (0x0002, 0x0010);
const ITEM: (u16, u16) = (0xFFFE, 0xE000);
const ITEM_END: (u16, u16) = (0xFFFE, 0xE00D);
const SEQUENCE_END: (u16, u16) = (0xFFFE, 0xE0DD);

/// Why elements cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ElementError {
    /// More bytes are needed.
    EndsEarly,
    /// Something else, in words.
    Damaged(&'static str),
}

/// How elements are written.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Syntax {
    is_explicit: bool,
    is_big_endian: bool,
}

const EXPLICIT: Syntax = Syntax { is_explicit: true, is_big_endian: false };
const IMPLICIT: Syntax = Syntax { is_explicit: false, is_big_endian: false };
const BIG_ENDIAN: Syntax = Syntax { is_explicit: true, is_big_endian: true };

struct Header {
    tag: (u16, u16),
    /// Nothing where it is not written.
    vr: Option<[u8; 2]>,
    length: u32,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    syntax: Syntax,
}

/// The values of the elements of these tags, as far as they come before `end`; `bytes` begin behind the letters DICM. Without `is_whole`
/// it is an error if the bytes end before `end` is reached.
pub(super) fn values<const N: usize>(
    bytes: &[u8],
    tags: [(u16, u16); N],
    end: (u16, u16),
    is_whole: bool,
) -> Result<[Option<&[u8]>; N], ElementError> {
    let mut reader = Reader { bytes, at: 0, syntax: EXPLICIT };
    let mut syntax = None;
    while reader.next_group() == Some(TRANSFER_SYNTAX.0) {
        let header = reader.header()?;
        let value = reader.take(header.length)?;
        if header.tag == TRANSFER_SYNTAX {
            syntax = Some(value);
        }
    }
    let missing =
        if reader.is_at_end() { ElementError::EndsEarly } else { ElementError::Damaged("it names no transfer syntax") };
    let syntax = syntax.ok_or(missing)?;
    // Filled up to an even length.
    reader.syntax = match syntax.strip_suffix(&[0]).unwrap_or(syntax).trim_ascii() {
        b"1.2.840.10008.1.2" => IMPLICIT,
        b"1.2.840.10008.1.2.2" => BIG_ENDIAN,
        b"1.2.840.10008.1.2.1.99" | b"1.2.840.10008.1.2.4.95" | b"1.2.840.10008.1.2.4.205" => {
            return Err(ElementError::Damaged("its transfer syntax compresses the tags as well (deflated)"));
        }
        // Compressed pictures stand behind tags that are not.
        _ => EXPLICIT,
    };
    let mut values = [None; N];
    loop {
        if reader.is_at_end() {
            return if is_whole { Ok(values) } else { Err(ElementError::EndsEarly) };
        }
        let header = reader.header()?;
        if header.tag >= end {
            return Ok(values);
        }
        if header.length == UNDEFINED {
            reader.skip_undefined(header.vr)?;
            continue;
        }
        let value = reader.take(header.length)?;
        if let Some(place) = tags.iter().position(|tag| *tag == header.tag) {
            values[place] = Some(value);
        }
    }
}

impl<'a> Reader<'a> {
    fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    fn take(&mut self, length: u32) -> Result<&'a [u8], ElementError> {
        let end = usize::try_from(length).ok().and_then(|length| self.at.checked_add(length));
        let value = end.and_then(|end| self.bytes.get(self.at..end)).ok_or(ElementError::EndsEarly)?;
        self.at += value.len();
        Ok(value)
    }

    fn short(&mut self) -> Result<u16, ElementError> {
        let bytes = self.take(2)?.try_into().map_err(|_| ElementError::EndsEarly)?;
        Ok(if self.syntax.is_big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn long(&mut self) -> Result<u32, ElementError> {
        let bytes = self.take(4)?.try_into().map_err(|_| ElementError::EndsEarly)?;
        Ok(if self.syntax.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn next_group(&self) -> Option<u16> {
        self.bytes.get(self.at..)?.first_chunk::<2>().map(|group| u16::from_le_bytes(*group))
    }

    fn header(&mut self) -> Result<Header, ElementError> {
        let tag = (self.short()?, self.short()?);
        // The parts of sequences have no type.
        if !self.syntax.is_explicit || tag.0 == ITEM.0 {
            return Ok(Header { tag, vr: None, length: self.long()? });
        }
        let [first, second] = self.take(2)? else { return Err(ElementError::EndsEarly) };
        let vr = [*first, *second];
        let length = match &vr {
            b"OB" | b"OD" | b"OF" | b"OL" | b"OV" | b"OW" | b"SQ" | b"SV" | b"UC" | b"UN" | b"UR" | b"UT" | b"UV" => {
                self.take(2)?;
                self.long()?
            }
            [b'A'..=b'Z', b'A'..=b'Z'] => self.short()?.into(),
            _ => return Err(ElementError::Damaged("an element has no known type")),
        };
        Ok(Header { tag, vr: Some(vr), length })
    }

    /// Skips the value of an element whose length is not written, up to the mark at its end. What it holds are items; what they hold
    /// is elements, which may be such again.
    fn skip_undefined(&mut self, vr: Option<[u8; 2]>) -> Result<(), ElementError> {
        let outside = self.syntax;
        // The items that are open, with how their elements are written; what is of an unknown type is always written as implicit.
        let inside = |vr, syntax| if vr == Some(*b"UN") { IMPLICIT } else { syntax };
        let mut sequences = vec![inside(vr, outside)];
        let mut is_in_item = false;
        while let Some(syntax) = sequences.last().copied() {
            self.syntax = syntax;
            let header = self.header()?;
            if is_in_item {
                match (header.tag, header.length) {
                    (ITEM_END, _) => is_in_item = false,
                    (_, UNDEFINED) => {
                        sequences.push(inside(header.vr, syntax));
                        if sequences.len() * 2 > DEEPEST {
                            return Err(ElementError::Damaged("its sequences are nested too deeply"));
                        }
                        is_in_item = false;
                    }
                    (_, length) => _ = self.take(length)?,
                }
                continue;
            }
            match (header.tag, header.length) {
                (SEQUENCE_END, _) => {
                    sequences.pop();
                    // What is around it is an item, unless it was the outermost.
                    is_in_item = true;
                }
                (ITEM, UNDEFINED) => is_in_item = true,
                (ITEM, length) => _ = self.take(length)?,
                _ => return Err(ElementError::Damaged("a sequence holds something else than items")),
            }
        }
        self.syntax = outside;
        Ok(())
    }
}
