//! A data file of an inventory in the CSV format.

use std::io::{self, Read};

use csv::{ByteRecord, Reader, ReaderBuilder};

use crate::manifest::inventory::{Cells, Column, InventoryColumns, InventoryError, InventoryRows, Row};

/// A row with all of Azure's columns is far shorter: a name has up to 1,024 characters and metadata up to 8 KB.
const LONGEST_ROW: u64 = 1024 * 1024;

/// Reads the rows of a CSV; holds one at a time.
#[derive(Debug)]
pub struct CsvRows<R> {
    reader: Reader<Bounded<R>>,
    columns: Vec<(Column, usize)>,
    tells_current: bool,
    record: ByteRecord,
    row: u64,
}

impl<R: Read> CsvRows<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// It cannot be read, or a column that is wanted is missing.
    pub fn new(input: R, wanted: InventoryColumns) -> Result<CsvRows<R>, InventoryError> {
        let mut reader = ReaderBuilder::new().from_reader(Bounded { input, left: LONGEST_ROW });
        let headers = reader.byte_headers().map_err(|error| fault(0, error))?;
        let texts: Vec<String> = headers.iter().map(|header| String::from_utf8_lossy(header).into_owned()).collect();
        let columns = wanted.columns(texts.iter().map(String::as_str))?;
        let tells_current = columns.iter().any(|(column, _)| *column == Column::IsCurrent);
        Ok(CsvRows { reader, columns, tells_current, record: ByteRecord::new(), row: 0 })
    }
}

impl<R: Read + Send> InventoryRows for CsvRows<R> {
    fn read_some(&mut self, most: usize, each: &mut dyn FnMut(&Row<'_>)) -> Result<bool, InventoryError> {
        for _ in 0..most {
            self.row += 1;
            self.reader.get_mut().left = LONGEST_ROW;
            if !self.reader.read_byte_record(&mut self.record).map_err(|error| fault(self.row, error))? {
                return Ok(false);
            }
            let malformed = |what: String| InventoryError::Row { row: self.row, what };
            let mut cells = Cells::default();
            for (column, place) in &self.columns {
                let bytes = self.record.get(*place).unwrap_or_default();
                let text =
                    std::str::from_utf8(bytes).map_err(|_| malformed(format!("{} is not UTF-8", column.name())))?;
                cells.text(*column, text).map_err(malformed)?;
            }
            each(&cells.row(self.tells_current).map_err(malformed)?);
        }
        Ok(true)
    }
}

/// Hands on no more than so many bytes: a quotation mark that is never closed would take the whole file for one row.
#[derive(Debug)]
struct Bounded<R> {
    input: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "it does not end; a quotation mark may not have been closed",
            ));
        }
        let read = self.input.read(buffer)?;
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}

fn fault(row: u64, error: csv::Error) -> InventoryError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            InventoryError::Row { row, what: error.to_string() }
        }
        csv::ErrorKind::Io(error) => InventoryError::Io(error),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => InventoryError::Row {
            row,
            what: format!("it has {len} fields and the header has {expected_len}; the file may be cut off"),
        },
        _ => InventoryError::Row { row, what: "it is not CSV".into() },
    }
}

/// Reads a whole file; answers the number of its rows.
///
/// # Errors
/// It cannot be read, or a row is malformed.
pub fn read(
    input: impl Read + Send,
    wanted: InventoryColumns,
    each: &mut dyn FnMut(&Row<'_>),
) -> Result<u64, InventoryError> {
    let mut rows = CsvRows::new(input, wanted)?;
    let mut count = 0;
    let mut counted = |row: &Row<'_>| {
        count += 1;
        each(row);
    };
    while rows.read_some(1000, &mut counted)? {}
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: impl AsRef<[u8]>, wanted: InventoryColumns) -> Result<Vec<String>, String> {
        let mut rows = Vec::new();
        let mut each = |row: &Row<'_>| {
            let old = if row.is_old { " old" } else { "" };
            let deleted = if row.is_deleted { " deleted" } else { "" };
            let folder = if row.is_folder { " folder" } else { "" };
            let back = if row.rehydrating { " rehydrating" } else { "" };
            let etag = row.etag.unwrap_or_default();
            rows.push(format!("{} {}{old}{deleted}{folder}{back}{etag}", row.name, row.size));
        };
        read(text.as_ref(), wanted, &mut each).map_err(|fault| fault.to_string())?;
        Ok(rows)
    }

    #[test]
    fn columns_are_found_whatever_their_order_and_spelling() {
        let dashes = "\u{feff}Name,Creation-Time,Content-Length,hdi_isfolder,ETag,Metadata\r\n\
            c/a.jpg,2026-01-01T00:00:00Z,12,,0x8D,\r\n\"c/d, \"\"e\"\"/图.jpg\",,7,false,\"\"\"0x9\"\"\",\"{\"\"a\"\":1}\"\r\nc/d,,,true,,\r\n";
        let wanted = InventoryColumns { etag: true, ..InventoryColumns::default() };
        assert_eq!(all(dashes, wanted).unwrap(), ["c/a.jpg 120x8D", "c/d, \"e\"/图.jpg 70x9", "c/d 0 folder"]);
        let plain = "ETag,Deleted,ContentLength,Snapshot,VersionId,IsCurrentVersion,ArchiveStatus,Name\n\
            1,,1,,2026,true,,c/now\n1,,2,,2025,,,c/then\n1,,3,2025-01-01T00:00:00Z,,,,c/snapshot\n1,True,4,,,,,c/gone\n\
            1,,5,,,,rehydrate-pending-to-hot,c/back\n1,,6,,,,,c/unversioned";
        assert_eq!(
            all(plain, InventoryColumns::default()).unwrap(),
            [
                "c/now 1",
                "c/then 2 old",
                "c/snapshot 3 old",
                "c/gone 4 deleted",
                "c/back 5 rehydrating",
                "c/unversioned 6"
            ]
        );
        // Without a column that says which is current, every version is taken as such.
        assert_eq!(all("Name,Content-Length,VersionId\nc/a,1,2026", InventoryColumns::default()).unwrap(), ["c/a 1"]);
    }

    #[test]
    fn damage_is_told_with_the_row() {
        let long = format!("Name,Content-Length\nc/a,1\n\"c/b,{}", "x\n".repeat(1_000_000));
        for (text, part) in [
            ("", "lacks the column Name, Content-Length"),
            ("Name;Content-Length\n", "lacks"),
            ("Name,Content-Length\nc/a,1\nc/b", "row 2: it has 1 fields"),
            ("Name,Content-Length\nc/a,1\nc/b,1,2", "row 2: it has 3 fields"),
            ("Name,Content-Length\nc/a,many", "row 1: Content-Length is not a size"),
            ("Name,Content-Length\nc/a,-1", "row 1: Content-Length is not a size"),
            ("Name,Content-Length\nc/a,1\n,1", "row 2: it has no Name"),
            (&long, "row 2: it does not end"),
        ] {
            let message = all(text, InventoryColumns::default()).unwrap_err();
            assert!(message.contains(part), "{message}");
        }
        let message = all(b"Name,Content-Length\nc/\xff,1", InventoryColumns::default()).unwrap_err();
        assert_eq!(message, "row 1: Name is not UTF-8");
    }
}
