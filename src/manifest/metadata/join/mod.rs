//! A table whose rows are found by what they name, in bounded memory: 16 bytes a row, whatever the rows hold.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{self, Read, Seek},
};

use serde_json::{Map, Value};

use crate::manifest::{
    finding::{Code, Finding},
    metadata::{
        columns::{Names, naming_text},
        table::{Format, TableError, TableReader},
    },
    sink::Sink,
};

/// As many names stand in a message about many rows or items.
const FEW: usize = 3;
/// As many items without a row are compared with rows that are not used.
const MOST_COMPARED: usize = 50;

/// A table ready to be asked.
#[derive(Debug)]
pub struct Table<R> {
    reader: TableReader<R>,
    /// The file's name, for findings.
    name: String,
    naming: String,
    /// The hash of what a row names, and where the row begins; sorted.
    index: Vec<(u64, u64)>,
    /// By place in the index: whether the first row of that name was asked for.
    used: Vec<bool>,
    has_more_to_tell: bool,
    without_row: u64,
    first_without: Vec<String>,
}

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// It cannot be read.
    #[error("{0}")]
    Table(#[from] TableError),
    /// No column names the items.
    #[error("it has no column that names the items: {}; its columns are {}", .wanted.join(", "), .columns.join(", "))]
    NoColumn {
        /// The headers that would be recognised.
        wanted: &'static [&'static str],
        /// Those that are there.
        columns: Vec<String>,
    },
}

impl<R: Read + Seek> Table<R> {
    /// Reads a table once and remembers where its rows are. `name` is the file's, for findings.
    ///
    /// # Errors
    /// The table cannot be read, or no column names the items.
    pub fn open(name: &str, format: Format, names: Names, source: R) -> Result<Table<R>, JoinError> {
        let mut reader = TableReader::new(format, source)?;
        let known = reader.headers().map(<[String]>::to_vec);
        let no_column = |columns: Vec<String>| JoinError::NoColumn { wanted: names.headers(), columns };
        let mut naming = match known {
            Some(headers) => {
                let found = names.column(&headers.iter().map(String::as_str)).map(str::to_owned);
                Some(found.ok_or_else(|| no_column(headers))?)
            }
            None => None,
        };
        let (mut index, mut odd, mut columns) = (Vec::new(), false, Vec::new());
        while let Some(row) = reader.next_row().map_err(TableError::File)? {
            let Ok(row) = row else {
                odd = true;
                continue;
            };
            if naming.is_none() {
                naming = names.column(&row.cells.keys().map(String::as_str)).map(str::to_owned);
                columns = row.cells.keys().take(20).cloned().collect();
            }
            match naming.as_ref().and_then(|naming| naming_text(&row.cells, naming)) {
                Some(named) => index.push((hash(&named), row.offset)),
                None => odd = true,
            }
        }
        index.sort_unstable();
        let twins = index.windows(2).any(|pair| pair[0].0 == pair[1].0);
        Ok(Table {
            naming: naming.ok_or_else(|| no_column(columns))?,
            reader,
            name: name.to_owned(),
            used: vec![false; index.len()],
            index,
            has_more_to_tell: odd || twins,
            without_row: 0,
            first_without: Vec::new(),
        })
    }

    /// The first row that names this, without the column that does.
    ///
    /// # Errors
    /// The file system's.
    pub fn row(&mut self, named: &str) -> io::Result<Option<Map<String, Value>>> {
        let hash = hash(named);
        let first = self.index.partition_point(|(other, _)| *other < hash);
        let mut place = first;
        while let Some((_, offset)) = self.index.get(place).filter(|(other, _)| *other == hash) {
            if let Some(Ok(mut row)) = self.reader.read_at(*offset)?
                && naming_text(&row.cells, &self.naming).as_deref() == Some(named)
            {
                if let Some(used) = self.used.get_mut(first) {
                    *used = true;
                }
                row.cells.shift_remove(&self.naming);
                return Ok(Some(row.cells));
            }
            place += 1;
        }
        Ok(None)
    }

    /// Notes that an item has no row.
    pub fn missed(&mut self, item: &str) {
        self.without_row += 1;
        if self.first_without.len() < MOST_COMPARED {
            self.first_without.push(item.to_owned());
        }
    }

    /// Tells, after the last item, of rows that cannot be read, of twins, of rows that no item asked for, and of items without one.
    ///
    /// # Errors
    /// The outer one is the file system's, the inner one the sink's.
    pub fn finish<S: Sink>(mut self, sink: &mut S) -> io::Result<Result<(), S::Error>> {
        if let Some(first) = self.first_without.first() {
            let names = few(&self.first_without, self.without_row);
            let message = format!("{} has no row for {names}", self.name);
            let finding = Finding { items: self.without_row, ..Finding::new(Code::MetadataNoRow, first, message) };
            if let Err(error) = sink.finding(finding) {
                return Ok(Err(error));
            }
        }
        let told = self.has_more_to_tell || self.is_any_unused();
        if told { self.tell_of_rows(sink) } else { Ok(Ok(())) }
    }

    fn is_any_unused(&self) -> bool {
        let mut before = None;
        self.index.iter().zip(&self.used).any(|((hash, _), used)| before.replace(hash) != Some(hash) && !used)
    }

    /// Reads all rows once more: only now is it known which ones there is something to say of.
    fn tell_of_rows<S: Sink>(&mut self, sink: &mut S) -> io::Result<Result<(), S::Error>> {
        let mut lines: HashMap<String, u64> = HashMap::new();
        let (mut unused, mut first_unused) = (0u64, Vec::new());
        self.reader.rewind()?;
        while let Some(row) = self.reader.next_row()? {
            let told = match row {
                Err(fault) => sink.finding(fault.finding(&self.name)),
                Ok(row) => match naming_text(&row.cells, &self.naming) {
                    None => {
                        unused += 1;
                        if first_unused.len() < FEW {
                            first_unused.push(format!("the one on line {}, which names nothing", row.line));
                        }
                        Ok(())
                    }
                    Some(named) => {
                        let hash = hash(&named);
                        let first = self.index.partition_point(|(other, _)| *other < hash);
                        let has_twin = self.index.get(first + 1).is_some_and(|(other, _)| *other == hash);
                        let twin = if has_twin { lines.get(&named).copied() } else { None };
                        if twin.is_none() && !self.used.get(first).is_some_and(|used| *used) {
                            unused += 1;
                            if first_unused.len() < FEW {
                                first_unused.push(self.described(&named));
                            }
                        }
                        match twin {
                            Some(line) => {
                                let message = format!(
                                    "the rows on lines {line} and {} both name '{}'; the first one is used",
                                    row.line,
                                    named.escape_debug()
                                );
                                let finding = Finding::new(Code::MetadataTableTwins, &self.name, message);
                                sink.finding(Finding { line: Some(row.line), ..finding })
                            }
                            None => {
                                if has_twin {
                                    lines.insert(named, row.line);
                                }
                                Ok(())
                            }
                        }
                    }
                },
            };
            if told.is_err() {
                return Ok(told);
            }
        }
        if unused == 0 {
            return Ok(Ok(()));
        }
        let rows = few(&first_unused, unused);
        let message = match unused {
            1 => format!("one row is about no item: {rows}"),
            _ => format!("{unused} rows are about no item: {rows}"),
        };
        Ok(sink.finding(Finding { items: unused, ..Finding::new(Code::MetadataUnusedRow, &self.name, message) }))
    }

    /// A row that is not used, with the item that it may have been meant for.
    fn described(&self, named: &str) -> String {
        const LIKE: f64 = 0.8;
        let lower = named.to_lowercase();
        let likeness = |item: &str| strsim::normalized_damerau_levenshtein(&item.to_lowercase(), &lower);
        let items = self.first_without.iter().map(|item| (likeness(item), item));
        let near = items.max_by(|a, b| a.0.total_cmp(&b.0));
        match near.filter(|(likeness, _)| *likeness > LIKE) {
            Some((_, item)) => format!("'{}' (did you mean '{}'?)", named.escape_debug(), item.escape_debug()),
            None => format!("'{}'", named.escape_debug()),
        }
    }
}

fn hash(named: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    named.hash(&mut hasher);
    hasher.finish()
}

fn few(names: &[String], all: u64) -> String {
    let shown = names.len().min(FEW);
    let more = all.saturating_sub(shown as u64);
    let text = names.iter().take(FEW).cloned().collect::<Vec<_>>().join(", ");
    if more == 0 { text } else { format!("{text} and {more} more") }
}

#[cfg(test)]
mod tests;
