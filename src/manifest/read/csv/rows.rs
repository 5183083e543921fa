//! The rows and fields of a CSV (RFC 4180) with their places. Crates for CSV tell where a row begins, but not where its fields do.

use std::io::{self, BufRead};

use crate::manifest::{finding::Position, read::text::columns};

/// No field of a manifest is longer: one that is has lost its closing quotation mark, and would take in the rest of the file.
const LONGEST_FIELD: usize = 1024 * 1024;

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) text: String,
    /// Where it begins, a quotation mark included.
    pub(super) place: Position,
}

/// What is wrong with how a row is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowFault {
    /// A field that is not UTF-8.
    Encoding,
    /// Text behind a closing quotation mark.
    AfterQuote,
    /// A quotation mark that is not closed.
    OpenQuote,
}

/// One row.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) fields: Vec<Field>,
    pub(super) faults: Vec<(RowFault, Position)>,
}

impl Row {
    /// Whether nothing stands in it.
    pub(super) fn is_blank(&self) -> bool {
        self.fields.iter().all(|field| field.text.trim().is_empty())
    }

    /// The text of a field, empty where the row is too short.
    pub(super) fn text(&self, column: usize) -> &str {
        self.fields.get(column).map_or("", |field| &field.text)
    }

    /// Where a field begins; where the row is too short, where the row begins.
    pub(super) fn place(&self, column: usize) -> Position {
        let field = self.fields.get(column).or(self.fields.first());
        field.map_or(Position { line: 1, column: 1 }, |field| field.place)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// Behind a quotation mark within quotes: the end, or the first of two.
    Quote,
}

/// Reads rows one after another. Lines end with LF, CRLF or CR.
#[derive(Debug)]
pub(super) struct CsvRows<R> {
    input: R,
    now: Position,
    after_cr: bool,
    is_over: bool,
}

impl<R: BufRead> CsvRows<R> {
    pub(super) fn new(input: R) -> CsvRows<R> {
        CsvRows { input, now: Position { line: 1, column: 1 }, after_cr: false, is_over: false }
    }

    /// The next row, an empty line included.
    pub(super) fn next(&mut self) -> io::Result<Option<Row>> {
        if self.is_over {
            return Ok(None);
        }
        let mut reading = Reading { row: Row::default(), state: State::Start, bytes: Vec::new(), began: self.now };
        let mut has_any = false;
        loop {
            let buffer = match self.input.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                self.is_over = true;
                if reading.state == State::Quoted {
                    reading.row.faults.push((RowFault::OpenQuote, reading.began));
                }
                reading.end_field();
                return Ok(has_any.then_some(reading.row));
            }
            let mut used = 0;
            let mut is_whole = false;
            for byte in buffer {
                used += 1;
                if std::mem::take(&mut self.after_cr) && *byte == b'\n' {
                    // The second half of a line's end. Only within quotes does it belong to a field.
                    if reading.state == State::Quoted {
                        reading.bytes.push(b'\n');
                    } else {
                        reading.began = self.now;
                    }
                    continue;
                }
                has_any = true;
                is_whole = reading.take(*byte, self.now);
                match byte {
                    b'\n' | b'\r' => {
                        self.now = Position { line: self.now.line + 1, column: 1 };
                        self.after_cr = *byte == b'\r';
                    }
                    byte => self.now.column += u64::from(byte & 0xC0 != 0x80),
                }
                if !is_whole && reading.state == State::Start {
                    reading.began = self.now;
                }
                if is_whole || reading.bytes.len() > LONGEST_FIELD {
                    break;
                }
            }
            self.input.consume(used);
            if is_whole {
                return Ok(Some(reading.row));
            }
            if reading.bytes.len() > LONGEST_FIELD {
                self.is_over = true;
                reading.row.faults.push((RowFault::OpenQuote, reading.began));
                return Ok(Some(reading.row));
            }
        }
    }
}

/// A row that is being read.
struct Reading {
    row: Row,
    state: State,
    bytes: Vec<u8>,
    /// Where the present field begins.
    began: Position,
}

impl Reading {
    /// Takes the byte at a place; whether the row ends with it.
    fn take(&mut self, byte: u8, now: Position) -> bool {
        match (self.state, byte) {
            (State::Quoted, b'"') => self.state = State::Quote,
            (State::Quote, b'"') => {
                self.bytes.push(b'"');
                self.state = State::Quoted;
            }
            (State::Start, b'"') => {
                self.bytes.clear();
                self.state = State::Quoted;
                // Told apart from a plain field by the mark itself, which is taken off in the end.
                self.bytes.push(b'"');
            }
            (State::Start | State::Plain | State::Quote, b',') => {
                self.end_field();
                self.state = State::Start;
            }
            (State::Start | State::Plain | State::Quote, b'\n' | b'\r') => {
                self.end_field();
                return true;
            }
            (State::Quote, _) => {
                self.row.faults.push((RowFault::AfterQuote, now));
                self.bytes.push(byte);
                self.state = State::Plain;
            }
            (State::Start, _) => {
                self.bytes.push(byte);
                self.state = State::Plain;
            }
            (State::Plain | State::Quoted, _) => self.bytes.push(byte),
        }
        false
    }

    fn end_field(&mut self) {
        let is_quoted = self.bytes.first() == Some(&b'"');
        let bytes = std::mem::take(&mut self.bytes);
        let content = if is_quoted { &bytes[1..] } else { &bytes[..] };
        let text = match std::str::from_utf8(content) {
            Ok(text) => text.to_owned(),
            Err(error) => {
                let before = String::from_utf8_lossy(&content[..error.valid_up_to()]);
                self.row.faults.push((RowFault::Encoding, behind(self.began, &before, is_quoted)));
                String::from_utf8_lossy(content).into_owned()
            }
        };
        self.row.fields.push(Field { text, place: self.began });
    }
}

/// The place behind the first characters of a field.
fn behind(began: Position, content: &str, is_quoted: bool) -> Position {
    let written = if is_quoted { format!("\"{}", content.replace('"', "\"\"")) } else { content.to_owned() };
    let written = written.replace("\r\n", "\n").replace('\r', "\n");
    match written.rsplit_once('\n') {
        None => Position { line: began.line, column: began.column + columns(&written) },
        Some((before, last)) => {
            Position { line: began.line + 1 + before.matches('\n').count() as u64, column: columns(last) + 1 }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<Row> {
        let mut rows = CsvRows::new(io::BufReader::with_capacity(2, bytes));
        std::iter::from_fn(|| rows.next().unwrap()).collect()
    }

    fn fields(row: &Row) -> Vec<(&str, u64, u64)> {
        row.fields.iter().map(|field| (field.text.as_str(), field.place.line, field.place.column)).collect()
    }

    #[test]
    fn fields_have_their_true_places() {
        let all = rows("a,bö,c\r\n\"x, \"\"y\"\"\r\nz\",,\"é\"\n\n,last".as_bytes());
        assert_eq!(fields(&all[0]), [("a", 1, 1), ("bö", 1, 3), ("c", 1, 6)]);
        assert_eq!(fields(&all[1]), [("x, \"y\"\r\nz", 2, 1), ("", 3, 4), ("é", 3, 5)]);
        assert_eq!(fields(&all[2]), [("", 4, 1)]);
        assert_eq!(fields(&all[3]), [("", 5, 1), ("last", 5, 2)]);
        assert_eq!(all.len(), 4);
        assert!(all.iter().all(|row| row.faults.is_empty()));
        assert!(rows(b"").is_empty());
        assert_eq!(rows(b"a\rb\r\nc").iter().map(|row| row.place(0).line).collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn faults_of_writing_have_their_places() {
        let place = |line, column| Position { line, column };
        assert_eq!(rows(b"a,\"b\"c\n")[0].faults, [(RowFault::AfterQuote, place(1, 6))]);
        assert_eq!(rows(b"a\n\"b,\nc")[1].faults, [(RowFault::OpenQuote, place(2, 1))]);
        assert_eq!(rows(b"ab,c\xFFd\n")[0].faults, [(RowFault::Encoding, place(1, 5))]);
        assert_eq!(rows(b"a,\"x\"\"\n\xC3\xA9\xFF\"\n")[0].faults, [(RowFault::Encoding, place(2, 2))]);
        let endless = [b"a,\"".to_vec(), vec![b'x'; LONGEST_FIELD + 9]].concat();
        let all = rows(&endless);
        assert_eq!((all.len(), &all[0].faults[..]), (1, &[(RowFault::OpenQuote, place(1, 3))][..]));
    }

    /// The `csv` crate is what reads most CSV files in this language.
    #[test]
    fn the_csv_crate_reads_the_same_fields() {
        proptest::proptest!(crate::seeds::cases(256), |(text in "([a\"é,\r\n ]|\"[a,\n\r é]{0,4}\"){0,40}")| {
            let mine = rows(text.as_bytes());
            if mine.iter().any(|row| !row.faults.is_empty()) {
                return Ok(());
            }
            let mut other = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let other: Vec<Vec<String>> =
                other.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
            let mine: Vec<Vec<String>> =
                mine.into_iter().map(|row| row.fields.into_iter().map(|field| field.text).collect()).collect();
            // That crate leaves out empty lines.
            let is_filled = |row: &Vec<String>| row.len() > 1 || !row[0].is_empty();
            let filled = |rows: Vec<Vec<String>>| rows.into_iter().filter(is_filled).collect::<Vec<_>>();
            proptest::prop_assert_eq!(filled(mine), filled(other));
        });
    }
}
