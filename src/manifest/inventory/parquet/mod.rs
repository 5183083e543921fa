//! A data file of an inventory in the Parquet format.

use std::{borrow::Cow, io};

use parquet::{
    basic::{ConvertedType, LogicalType, TimeUnit, Type},
    column::reader::{ColumnReader, ColumnReaderImpl},
    data_type::{BoolType, ByteArrayType, DataType, Int32Type, Int64Type, Int96Type},
    errors::ParquetError,
    file::reader::{ChunkReader, FileReader as _, SerializedFileReader},
    schema::types::ColumnDescPtr,
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::manifest::{
    inventory::{Cells, Column, InventoryColumns, InventoryError, InventoryRows, Row},
    probe::guard,
};

/// As many rows of the wanted columns are held in memory.
const PART: usize = 4096;

/// Reads the rows of a Parquet file, group by group.
pub struct ParquetRows<R: ChunkReader + 'static> {
    file: SerializedFileReader<R>,
    /// The columns that are read, each with its place among the file's.
    columns: Vec<(Column, usize)>,
    tells_current: bool,
    /// The next row group.
    group: usize,
    /// The columns of the group at hand.
    open: Vec<Chunk>,
    /// InventoryRows of the group at hand that were not decoded yet.
    left_in_group: usize,
    /// InventoryRows that were decoded and not handed over yet.
    decoded: usize,
    row: u64,
}

impl<R: ChunkReader + 'static> ParquetRows<R> {
    /// Reads the file's description, which is at its end.
    ///
    /// # Errors
    /// It is no Parquet file, or a column that is wanted is missing.
    pub fn new(input: R, wanted: InventoryColumns) -> Result<ParquetRows<R>, InventoryError> {
        let file = guarded(|| SerializedFileReader::new(input).map_err(|error| InventoryError::Header(words(error))))
            .unwrap_or_else(|()| Err(InventoryError::Header("it is damaged".into())))?;
        let schema = file.metadata().file_metadata().schema_descr();
        // The key and the value of a nested column have names of their own; only what stands at the top is one of ours.
        let names: Vec<&str> = schema
            .columns()
            .iter()
            .map(
                |column| {
                    if column.max_rep_level() == 0 && column.path().parts().len() == 1 { column.name() } else { "" }
                },
            )
            .collect();
        let columns = wanted.columns(names.into_iter())?;
        let tells_current = columns.iter().any(|(column, _)| *column == Column::IsCurrent);
        Ok(ParquetRows {
            file,
            columns,
            tells_current,
            group: 0,
            open: Vec::new(),
            left_in_group: 0,
            decoded: 0,
            row: 0,
        })
    }

    fn malformed(&self, what: impl Into<String>) -> InventoryError {
        InventoryError::Row { row: self.row + 1, what: what.into() }
    }

    /// Decodes the next rows; whether there are any.
    fn decode(&mut self) -> Result<bool, InventoryError> {
        while self.left_in_group == 0 {
            if self.group == self.file.num_row_groups() {
                return Ok(false);
            }
            let group = self.file.get_row_group(self.group).map_err(|error| self.malformed(words(error)))?;
            self.group += 1;
            // The library takes it for granted.
            let is_sound = |place: &usize| {
                let chunk = group.metadata().column(*place);
                let start = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
                start >= 0 && chunk.compressed_size() >= 0
            };
            if !self.columns.iter().all(|(_, place)| is_sound(place)) {
                return Err(self.malformed("it is damaged: a column begins nowhere"));
            }
            self.left_in_group = usize::try_from(group.metadata().num_rows()).unwrap_or_default();
            let open = self.columns.iter().map(|(column, place)| {
                let reader = group.get_column_reader(*place).map_err(words)?;
                Chunk::new(*column, &group.metadata().schema_descr().column(*place), reader)
            });
            let open = open.collect::<Result<_, String>>();
            drop(group);
            self.open = open.map_err(|what| self.malformed(what))?;
        }
        let most = PART.min(self.left_in_group);
        for chunk in &mut self.open {
            let read =
                chunk.decode(most).map_err(|error| InventoryError::Row { row: self.row + 1, what: words(error) })?;
            if read != most {
                let what = format!("the column {} ends here, and the file has more rows", chunk.column.name());
                return Err(InventoryError::Row { row: self.row + read as u64 + 1, what });
            }
        }
        self.left_in_group -= most;
        self.decoded = most;
        Ok(true)
    }
}

impl<R: ChunkReader + 'static> InventoryRows for ParquetRows<R> {
    fn read_some(&mut self, most: usize, each: &mut dyn FnMut(&Row<'_>)) -> Result<bool, InventoryError> {
        for _ in 0..most {
            if self.decoded == 0 {
                let row = self.row + 1;
                let damaged = |()| Err(InventoryError::Row { row, what: "it is damaged".into() });
                if !guarded(|| self.decode()).unwrap_or_else(damaged)? {
                    return Ok(false);
                }
            }
            self.decoded -= 1;
            self.row += 1;
            let malformed = |what: String| InventoryError::Row { row: self.row, what };
            let mut cells = Cells::default();
            for chunk in &mut self.open {
                chunk.take(&mut cells).map_err(malformed)?;
            }
            each(&cells.row(self.tells_current).map_err(malformed)?);
        }
        Ok(true)
    }
}

/// One column of a row group, and what of it was decoded.
struct Chunk {
    column: Column,
    cells: Decoder,
    /// The level at which a cell has a value; 0 where every cell has one.
    full: i16,
    levels: Vec<i16>,
    /// The next row and the next value among what was decoded.
    row: usize,
    value: usize,
}

enum Decoder {
    Text(ColumnReaderImpl<ByteArrayType>, Vec<<ByteArrayType as DataType>::T>),
    Whole(ColumnReaderImpl<Int64Type>, Vec<i64>, Option<TimeUnit>),
    Small(ColumnReaderImpl<Int32Type>, Vec<i32>),
    /// How Spark writes a time.
    Spark(ColumnReaderImpl<Int96Type>, Vec<<Int96Type as DataType>::T>),
    Flag(ColumnReaderImpl<BoolType>, Vec<bool>),
}

impl Chunk {
    fn new(column: Column, description: &ColumnDescPtr, reader: ColumnReader) -> Result<Chunk, String> {
        let cells = match reader {
            ColumnReader::ByteArrayColumnReader(reader) => Decoder::Text(reader, Vec::new()),
            ColumnReader::Int64ColumnReader(reader) => Decoder::Whole(reader, Vec::new(), unit(description)),
            ColumnReader::Int32ColumnReader(reader) => Decoder::Small(reader, Vec::new()),
            ColumnReader::Int96ColumnReader(reader) => Decoder::Spark(reader, Vec::new()),
            ColumnReader::BoolColumnReader(reader) => Decoder::Flag(reader, Vec::new()),
            _ => return Err(misfit(column, description.physical_type())),
        };
        Ok(Chunk { column, cells, full: description.max_def_level(), levels: Vec::new(), row: 0, value: 0 })
    }

    fn decode(&mut self, most: usize) -> Result<usize, ParquetError> {
        (self.row, self.value) = (0, 0);
        let levels = &mut self.levels;
        match &mut self.cells {
            Decoder::Text(reader, values) => fill(reader, most, levels, values),
            Decoder::Whole(reader, values, _) => fill(reader, most, levels, values),
            Decoder::Small(reader, values) => fill(reader, most, levels, values),
            Decoder::Spark(reader, values) => fill(reader, most, levels, values),
            Decoder::Flag(reader, values) => fill(reader, most, levels, values),
        }
    }

    /// Puts the next cell into a row.
    fn take<'a>(&'a mut self, cells: &mut Cells<'a>) -> Result<(), String> {
        let is_full = self.full == 0 || self.levels.get(self.row) == Some(&self.full);
        self.row += 1;
        if !is_full {
            return Ok(());
        }
        let at = self.value;
        self.value += 1;
        let column = self.column;
        let ended = || format!("{} has fewer values than it says", column.name());
        match &self.cells {
            Decoder::Text(_, values) => {
                let bytes = values.get(at).ok_or_else(ended)?.data();
                let text = std::str::from_utf8(bytes).map_err(|_| format!("{} is not UTF-8", column.name()))?;
                cells.text(column, text)
            }
            Decoder::Whole(_, values, unit) => whole(cells, column, *values.get(at).ok_or_else(ended)?, *unit),
            Decoder::Small(_, values) => whole(cells, column, i64::from(*values.get(at).ok_or_else(ended)?), None),
            Decoder::Spark(_, values) => {
                whole(cells, column, values.get(at).ok_or_else(ended)?.to_millis(), Some(TimeUnit::MILLIS))
            }
            Decoder::Flag(_, values) => {
                cells.flag(column, *values.get(at).ok_or_else(ended)?);
                Ok(())
            }
        }
    }
}

fn fill<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    most: usize,
    levels: &mut Vec<i16>,
    values: &mut Vec<T::T>,
) -> Result<usize, ParquetError> {
    levels.clear();
    values.clear();
    let mut rows = 0;
    while rows < most {
        let (read, _, _) = reader.read_records(most - rows, Some(levels), None, values)?;
        if read == 0 {
            break;
        }
        rows += read;
    }
    Ok(rows)
}

/// A number: a size, a time, or a flag.
fn whole(cells: &mut Cells<'_>, column: Column, value: i64, unit: Option<TimeUnit>) -> Result<(), String> {
    match column {
        Column::Size => {
            cells.row.size = u64::try_from(value).map_err(|_| format!("Content-Length is not a size: {value}"))?;
        }
        Column::LastModified => {
            let nanos = i128::from(value)
                * match unit {
                    Some(TimeUnit::NANOS) => 1,
                    Some(TimeUnit::MICROS) => 1_000,
                    Some(TimeUnit::MILLIS) | None => 1_000_000,
                };
            let time =
                OffsetDateTime::from_unix_timestamp_nanos(nanos).ok().and_then(|time| time.format(&Rfc3339).ok());
            cells.row.last_modified =
                Some(Cow::Owned(time.ok_or_else(|| format!("Last-Modified is not a time: {value}"))?));
        }
        Column::Snapshot => cells.is_snapshot = true,
        Column::VersionId => cells.has_version = true,
        Column::IsFolder | Column::IsCurrent | Column::Deleted => cells.flag(column, value != 0),
        _ => return Err(misfit(column, Type::INT64)),
    }
    Ok(())
}

/// The library stops the thread at some kinds of damage (as of version 60.1), instead of answering with an error.
fn guarded<T>(read: impl FnOnce() -> T) -> Result<T, ()> {
    guard::catch(read).ok_or(())
}

fn misfit(column: Column, found: Type) -> String {
    format!("{} is of the type {found}, which it is not in an inventory", column.name())
}

fn unit(description: &ColumnDescPtr) -> Option<TimeUnit> {
    if let Some(LogicalType::Timestamp(timestamp)) = description.logical_type_ref() {
        return Some(timestamp.unit);
    }
    match description.converted_type() {
        ConvertedType::TIMESTAMP_MILLIS => Some(TimeUnit::MILLIS),
        ConvertedType::TIMESTAMP_MICROS => Some(TimeUnit::MICROS),
        _ => None,
    }
}

/// What the library says, without its own prefixes where the words are somebody else's.
fn words(error: ParquetError) -> String {
    match error {
        ParquetError::General(text) | ParquetError::EOF(text) => format!("it is damaged: {text}"),
        ParquetError::NYI(text) => format!("it is written in a way that this program does not read: {text}"),
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => error.to_string(),
            Err(error) => format!("it is damaged: {error}"),
        },
        other => format!("it is damaged: {other}"),
    }
}

#[cfg(test)]
mod tests;
