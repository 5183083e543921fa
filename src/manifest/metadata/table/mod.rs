//! Tables of metadata, a row for each item: CSV, JSON Lines, or a JSON array of objects. Read row by row, from the beginning or
//! from any row's position; what is wrong with one row does not keep the others from being read.

use std::io::{self, BufRead as _, BufReader, Read, Seek, SeekFrom};

use serde_json::{Map, Value};
use thiserror::Error;

use crate::manifest::{
    finding::{Code, Finding},
    metadata::json_rows::JsonRows,
};

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// With a header; fields are separated by the byte that occurs most in it: a comma, a semicolon or a tab.
    Csv,
    /// One JSON object a line.
    JsonLines,
    /// One JSON array of objects.
    JsonArray,
}

impl Format {
    /// The format that a file's name stands for. A `.json` may also be a schema or a manifest; as a table it is an array.
    pub fn from_name(name: &str) -> Option<Format> {
        let (_, extension) = name.rsplit_once('.')?;
        Some(match extension.to_ascii_lowercase().as_str() {
            "csv" | "tsv" => Format::Csv,
            "jsonl" | "ndjson" => Format::JsonLines,
            "json" => Format::JsonArray,
            _ => return None,
        })
    }
}

/// Why a table cannot be read at all.
#[derive(Debug, Error)]
pub enum TableError {
    /// The file system's words.
    #[error("{0}")]
    File(#[from] io::Error),
    /// The first line is no header.
    #[error("{0}")]
    Header(String),
    /// The file ends where a table should begin.
    #[error("there are no rows in it")]
    Empty,
    /// Not the JSON that was expected.
    #[error("{0}")]
    Json(String),
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Where it begins, in bytes: what [`TableReader::read_at`] takes.
    pub offset: u64,
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its cells by column. Of CSV they are texts, and empty ones are left out; of JSON they are as they stand there.
    pub cells: Map<String, Value>,
}

/// What is wrong with a row. Its cells are not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// Which mistake it is.
    pub code: Code,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1, where it can be told.
    pub column: Option<u64>,
    /// What was seen.
    pub message: String,
}

impl RowFault {
    /// As a finding about the table of this name.
    pub fn finding(self, table: &str) -> Finding {
        Finding { line: Some(self.line), column: self.column, ..Finding::new(self.code, table, self.message) }
    }
}

/// Reads the rows of a table.
#[derive(Debug)]
pub struct TableReader<R> {
    rows: TableRows<R>,
}

#[derive(Debug)]
enum TableRows<R> {
    Csv { reader: csv::Reader<R>, headers: Vec<String>, record: csv::ByteRecord, end: End },
    Json(JsonRows<R>),
}

/// How a CSV file ends: what is needed to tell on which line a record begins.
#[derive(Debug, Clone, Copy)]
struct End {
    bytes: u64,
    has_newline: bool,
}

impl<R: Read + Seek> TableReader<R> {
    /// Begins with a table: reads its header.
    ///
    /// # Errors
    /// The file system's; a header that is missing, not UTF-8, or has a column twice; JSON that does not begin as it should.
    pub fn new(format: Format, mut source: R) -> Result<TableReader<R>, TableError> {
        source.seek(SeekFrom::Start(0))?;
        let rows = match format {
            Format::Csv => csv_rows(source)?,
            Format::JsonLines => TableRows::Json(JsonRows::lines(source)?),
            Format::JsonArray => TableRows::Json(JsonRows::array(source)?),
        };
        Ok(TableReader { rows })
    }

    /// The columns, where they are known before the first row: of CSV.
    pub fn headers(&self) -> Option<&[String]> {
        match &self.rows {
            TableRows::Csv { headers, .. } => Some(headers),
            TableRows::Json(_) => None,
        }
    }

    /// The next row; `None` at the end. TableRows without any value are passed over.
    ///
    /// # Errors
    /// The file system's.
    pub fn next_row(&mut self) -> io::Result<Option<Result<Row, RowFault>>> {
        loop {
            let row = match &mut self.rows {
                TableRows::Csv { reader, headers, record, end } => {
                    if !reader.read_byte_record(record)? {
                        return Ok(None);
                    }
                    let after = reader.position();
                    let newlines = record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
                    let terminated = after.byte() < end.bytes || end.has_newline;
                    csv_row(record, after.line().saturating_sub(newlines + u64::from(terminated)), headers)
                }
                TableRows::Json(rows) => match rows.next_row()? {
                    Some(row) => row,
                    None => return Ok(None),
                },
            };
            if !row.as_ref().is_ok_and(|row| row.cells.is_empty()) {
                return Ok(Some(row));
            }
        }
    }

    /// Goes back to the first row.
    ///
    /// # Errors
    /// The file system's.
    pub fn rewind(&mut self) -> io::Result<()> {
        match &mut self.rows {
            TableRows::Csv { reader, record, .. } => {
                reader.seek(csv::Position::new())?;
                reader.read_byte_record(record)?;
            }
            TableRows::Json(rows) => rows.rewind()?,
        }
        Ok(())
    }

    /// The row that begins there; reading goes on after it. Quick where that is where reading stopped. Its line is not known: 0.
    ///
    /// # Errors
    /// The file system's.
    pub fn read_at(&mut self, offset: u64) -> io::Result<Option<Result<Row, RowFault>>> {
        match &mut self.rows {
            TableRows::Csv { reader, .. } => {
                let mut position = csv::Position::new();
                position.set_byte(offset);
                reader.seek(position)?;
            }
            TableRows::Json(rows) => rows.seek(offset)?,
        }
        self.next_row()
    }
}

fn csv_rows<R: Read + Seek>(source: R) -> Result<TableRows<R>, TableError> {
    let mut source = source;
    let delimiter = delimiter(&mut source)?;
    let end = end(&mut source)?;
    // With the usual terminator the reader's lines are one short after a CRLF.
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(source);
    let mut record = csv::ByteRecord::new();
    if !reader.read_byte_record(&mut record).map_err(io::Error::from)? {
        return Err(TableError::Empty);
    }
    let mut headers: Vec<String> = Vec::with_capacity(record.len());
    for field in &record {
        let header = std::str::from_utf8(field).map_err(|_| {
            TableError::Header(
                "its first line, which has to name the columns, is not UTF-8; save the file as UTF-8".into(),
            )
        })?;
        let header = header.trim().to_owned();
        if !header.is_empty() && headers.contains(&header) {
            return Err(TableError::Header(format!(
                "the column '{}' stands twice in its first line; rename one of them",
                header.escape_debug()
            )));
        }
        headers.push(header);
    }
    Ok(TableRows::Csv { reader, headers, record, end })
}

fn end<R: Read + Seek>(source: &mut R) -> io::Result<End> {
    let bytes = source.seek(SeekFrom::End(0))?;
    let mut last = [0];
    if bytes > 0 {
        source.seek(SeekFrom::End(-1))?;
        source.read_exact(&mut last)?;
    }
    source.seek(SeekFrom::Start(0))?;
    Ok(End { bytes, has_newline: last == *b"\n" })
}

/// A line may end with CRLF.
fn without_return(field: &[u8]) -> &[u8] {
    field.strip_suffix(b"\r").unwrap_or(field)
}

/// Spreadsheets of many countries write semicolons.
fn delimiter<R: Read + Seek>(source: &mut R) -> io::Result<u8> {
    const LONGEST: u64 = 64 * 1024;
    let mut header = Vec::new();
    BufReader::new(source.by_ref().take(LONGEST)).read_until(b'\n', &mut header)?;
    source.seek(SeekFrom::Start(0))?;
    let count = |delimiter: u8| header.iter().filter(|byte| **byte == delimiter).count();
    Ok(*[b',', b';', b'\t'].iter().rev().max_by_key(|delimiter| count(**delimiter)).unwrap_or(&b','))
}

fn csv_row(record: &csv::ByteRecord, line: u64, headers: &[String]) -> Result<Row, RowFault> {
    let offset = record.position().map_or(0, csv::Position::byte);
    let fields = || {
        let last = record.len().saturating_sub(1);
        let cut = move |(place, field): (usize, _)| if place == last { without_return(field) } else { field };
        record.iter().enumerate().map(cut)
    };
    if fields().all(<[u8]>::is_empty) {
        return Ok(Row { offset, line, cells: Map::new() });
    }
    let surplus = fields().skip(headers.len()).any(|field| !field.is_empty());
    if surplus || record.len() < headers.len() {
        let plural = if record.len() == 1 { "" } else { "s" };
        let message = format!("the row has {} field{plural}, but the header has {}", record.len(), headers.len());
        return Err(RowFault { code: Code::CsvRagged, line, column: None, message });
    }
    let mut cells = Map::new();
    for (header, field) in headers.iter().zip(fields()) {
        let Ok(text) = std::str::from_utf8(field) else {
            let message = format!("the field '{}' is not UTF-8", header.escape_debug());
            return Err(RowFault { code: Code::Encoding, line, column: None, message });
        };
        // A column without a name is what some programs number rows in.
        if !header.is_empty() && !text.trim().is_empty() {
            cells.insert(header.clone(), text.into());
        }
    }
    Ok(Row { offset, line, cells })
}

#[cfg(test)]
mod tests;
