//! Finds the objects of JSON Lines, and of a JSON array, without reading the whole file into memory.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use serde_json::Value;

use crate::manifest::{
    finding::Code,
    metadata::table::{Row, RowFault, TableError},
};

/// A longer row is none: Encord takes 10 MB of metadata for an item.
const LONGEST: usize = 32 << 20;

#[derive(Debug)]
pub(super) struct JsonRows<R> {
    reader: BufReader<R>,
    is_array: bool,
    /// Of what is read next.
    offset: u64,
    line: u64,
    ended: bool,
    row: Vec<u8>,
    /// The offset and line at which the rows begin.
    first: (u64, u64),
}

impl<R: Read + Seek> JsonRows<R> {
    pub(super) fn lines(source: R) -> Result<JsonRows<R>, TableError> {
        let mut rows = JsonRows::begin(source, false)?;
        match rows.first_byte()? {
            None => Err(TableError::Empty),
            Some(_) => Ok(rows.at_first()),
        }
    }

    fn at_first(self) -> JsonRows<R> {
        JsonRows { first: (self.offset, self.line), ..self }
    }

    pub(super) fn array(source: R) -> Result<JsonRows<R>, TableError> {
        let mut rows = JsonRows::begin(source, true)?;
        match rows.first_byte()? {
            None => Err(TableError::Empty),
            Some(b'[') => {
                rows.pass(1);
                Ok(rows.at_first())
            }
            // Many programs write JSON Lines under this name.
            Some(b'{') => {
                rows.is_array = false;
                Ok(rows.at_first())
            }
            Some(_) => Err(TableError::Json("it is neither a JSON array of objects nor one JSON object a line".into())),
        }
    }

    fn begin(source: R, is_array: bool) -> Result<JsonRows<R>, TableError> {
        let reader = BufReader::with_capacity(64 * 1024, source);
        let mut rows = JsonRows { reader, is_array, offset: 0, line: 1, ended: false, row: Vec::new(), first: (0, 1) };
        let start = rows.reader.fill_buf()?;
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            return Err(TableError::Json("it is UTF-16; save it as UTF-8".into()));
        }
        if start.starts_with(b"\xef\xbb\xbf") {
            rows.pass(3);
        }
        Ok(rows)
    }

    /// Takes so many bytes, none of them the end of a line, off the buffer.
    fn pass(&mut self, count: usize) {
        self.reader.consume(count);
        self.offset += count as u64;
    }

    /// The first byte that is not white space; it stays where it is.
    fn first_byte(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.reader.fill_buf()?.first().copied() {
                Some(byte) if byte.is_ascii_whitespace() => {
                    self.pass(1);
                    self.line += u64::from(byte == b'\n');
                }
                other => return Ok(other),
            }
        }
    }

    pub(super) fn seek(&mut self, offset: u64) -> io::Result<()> {
        let by = i128::from(offset) - i128::from(self.offset);
        match i64::try_from(by) {
            Ok(by) => self.reader.seek_relative(by)?,
            Err(_) => _ = self.reader.seek(SeekFrom::Start(offset))?,
        }
        (self.offset, self.line, self.ended) = (offset, 0, false);
        Ok(())
    }

    pub(super) fn rewind(&mut self) -> io::Result<()> {
        self.seek(self.first.0)?;
        self.line = self.first.1;
        Ok(())
    }

    pub(super) fn next_row(&mut self) -> io::Result<Option<Result<Row, RowFault>>> {
        if self.ended {
            return Ok(None);
        }
        let next = loop {
            match self.first_byte()? {
                Some(b',') if self.is_array => self.pass(1),
                other => break other,
            }
        };
        let fault =
            |line, code, message: &str| Ok(Some(Err(RowFault { code, line, column: None, message: message.into() })));
        if next.is_none() || (self.is_array && next == Some(b']')) {
            self.ended = true;
            if self.is_array && next.is_none() {
                return fault(
                    self.line,
                    Code::JsonTruncated,
                    "the array is not closed: the end of the file is missing",
                );
            }
            return Ok(None);
        }
        let (offset, line) = (self.offset, self.line);
        self.row.clear();
        let whole = if self.is_array { self.element()? } else { self.rest_of_line()? };
        if !whole {
            self.ended = true;
            let message = "the row is not closed: the end of the file is missing, or it is longer than 32 MB";
            return fault(line, Code::JsonTruncated, message);
        }
        Ok(Some(read_row(&self.row, offset, line)))
    }

    fn rest_of_line(&mut self) -> io::Result<bool> {
        let count = (&mut self.reader).take(LONGEST as u64).read_until(b'\n', &mut self.row)?;
        self.offset += count as u64;
        self.line += u64::from(self.row.ends_with(b"\n"));
        Ok(count < LONGEST)
    }

    /// Takes one element of the array: an object up to its end, anything else up to the comma or bracket behind it.
    fn element(&mut self) -> io::Result<bool> {
        let (mut depth, mut in_text, mut escaped) = (0u64, false, false);
        loop {
            let buffer = self.reader.fill_buf()?;
            let mut taken = buffer.len();
            let mut ended = buffer.is_empty();
            let cut_off = ended;
            for (place, byte) in buffer.iter().enumerate() {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' => escaped = in_text,
                    b'"' => in_text = !in_text,
                    _ if in_text => {}
                    b'{' | b'[' => depth += 1,
                    b',' | b']' | b'}' if depth == 0 => {
                        // A closing brace that nothing opened is part of a broken element, and not to be met again.
                        (taken, ended) = (place + usize::from(*byte == b'}'), true);
                        break;
                    }
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            (taken, ended) = (place + 1, true);
                            break;
                        }
                    }
                    _ => {}
                }
            }
            let part = &buffer[..taken];
            self.row.extend_from_slice(part);
            self.line += part.iter().filter(|byte| **byte == b'\n').count() as u64;
            self.offset += taken as u64;
            self.reader.consume(taken);
            if ended || self.row.len() > LONGEST {
                return Ok(ended && !cut_off);
            }
        }
    }
}

fn read_row(row: &[u8], offset: u64, line: u64) -> Result<Row, RowFault> {
    let fault = |code, line, column, message| Err(RowFault { code, line, column, message });
    if let Err(error) = std::str::from_utf8(row) {
        let before = &row[..error.valid_up_to()];
        let lines = before.iter().filter(|byte| **byte == b'\n').count() as u64;
        return fault(Code::Encoding, line + lines, None, "the row is not UTF-8".into());
    }
    match serde_json::from_slice::<Value>(row.trim_ascii_end()) {
        Ok(Value::Object(cells)) => Ok(Row { offset, line, cells }),
        Ok(other) => {
            let message = format!("the row is not an object: {}", crate::schema::value::excerpt(&other));
            fault(Code::JsonType, line, None, message)
        }
        Err(error) => {
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default().to_owned();
            // serde_json counts bytes; exact for the ASCII that most of JSON is.
            let at = line + (error.line() as u64).saturating_sub(1);
            fault(Code::JsonSyntax, at, Some(error.column() as u64).filter(|column| *column > 0), message)
        }
    }
}
