//! The readers of manifests against files that nobody would write: a stored corpus and thousands of changes of it. Nothing may panic,
//! and what is found lies within the file.

use std::{
    convert::Infallible,
    io::BufReader,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use crate::support::seeds;
#[cfg(feature = "parquet")]
use azure_to_encord::manifest::inventory::{InventoryError, InventoryRows as _, parquet::ParquetRows};
use azure_to_encord::manifest::{
    Finding, Item, Origin, Sink, Skipped, ValidatingSink, ValidationRules, Validator,
    inventory::{self, InventoryColumns},
    read::{self, Format, kind_by_extension},
};

/// So many files are read in each form.
const FILES: u64 = 4000;
/// What readers look for.
const TOKENS: [&[u8]; 22] = [
    b"\"",
    b"\"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\\",
    b"\\u12",
    b"\r",
    b"\n",
    b"\r\n",
    b"#",
    b"NaN",
    b"-1e999",
    b"null",
    b"objectUrl_7",
    b"\xEF\xBB\xBF",
    b"\xFF",
    "é🎉".as_bytes(),
    b"ObjectURL",
];

/// What changes files.
struct Changes(seeds::Chance);

impl Changes {
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.0.below(end as u64)).unwrap()
    }

    fn change(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = corpus[self.below(corpus.len())].clone();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            let to = (at + self.below(40)).min(bytes.len());
            match self.below(6) {
                0 if at < bytes.len() => bytes[at] = u8::try_from(self.below(256)).unwrap(),
                1 => drop(bytes.drain(at..to)),
                2 => bytes.truncate(at),
                3 => {
                    let part = bytes[at..to].to_vec();
                    let place = self.below(bytes.len() + 1);
                    bytes.splice(place..place, part);
                }
                4 => {
                    let other = &corpus[self.below(corpus.len())];
                    let from = self.below(other.len());
                    let part = other[from..(from + self.below(60)).min(other.len())].to_vec();
                    bytes.splice(at..at, part);
                }
                _ => {
                    let token = TOKENS[self.below(TOKENS.len())];
                    bytes.splice(at..at, token.iter().copied());
                }
            }
        }
        bytes
    }
}

/// Holds every place against the file.
struct Within {
    /// The characters of each line, bytes that are none counted too.
    lines: Vec<u64>,
    told: u64,
}

impl Within {
    fn new(format: Format, bytes: &[u8]) -> Within {
        let mut lines = vec![0];
        let mut before = 0;
        for byte in bytes {
            match byte {
                // Of all forms only a CSV ends lines with a lone CR.
                b'\n' if format == Format::Csv && before == b'\r' => {}
                b'\n' => lines.push(0),
                b'\r' if format == Format::Csv => lines.push(0),
                _ => *lines.last_mut().unwrap() += 1,
            }
            before = *byte;
        }
        Within { lines, told: 0 }
    }

    fn holds(&mut self, line: u64, column: u64) {
        self.told += 1;
        let characters = self.lines.get(usize::try_from(line).unwrap().wrapping_sub(1));
        assert!(characters.is_some_and(|count| (1..=count + 1).contains(&column)), "line {line}, column {column}");
    }
}

impl Sink for Within {
    type Error = Infallible;
    fn item(&mut self, origin: &Origin<'_>, item: Item) -> Result<(), Infallible> {
        let place = origin.place.expect("what comes from a file has a place");
        self.holds(place.line, place.column);
        assert!(!item.urls.is_empty());
        Ok(())
    }
    fn skipped(&mut self, skipped: Skipped) -> Result<(), Infallible> {
        panic!("a reader leaves nothing out: {skipped:?}")
    }
    fn finding(&mut self, finding: Finding) -> Result<(), Infallible> {
        if let (Some(line), Some(column)) = (finding.line, finding.column) {
            self.holds(line, column);
        }
        Ok(())
    }
}

fn read_all(format: Format, bytes: &[u8], buffer: usize) -> u64 {
    let mut within = Within::new(format, bytes);
    let mut judge = Validator::new(&ValidationRules::default());
    let mut sink = ValidatingSink { judge: &mut judge, sink: &mut within };
    read::read(format, BufReader::with_capacity(buffer, bytes), &kind_by_extension, &mut sink).unwrap();
    judge.finish(&mut within).unwrap();
    within.told
}

/// The files of a folder of the corpus, in order of their names.
fn stored(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifest/fuzz_corpus").join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

fn fuzz(format: Format, folder: &str) {
    let (files, told) = fuzz_with(&stored(folder), |bytes, buffer| read_all(format, bytes, buffer));
    println!("{format:?}: {files} files, {told} items and findings");
    assert!(told > files);
}

/// Has the corpus, and changes of it, read with buffers of all sizes; how many files, and the sum of what `read` counts.
fn fuzz_with(corpus: &[Vec<u8>], read: impl Fn(&[u8], usize) -> u64) -> (u64, u64) {
    assert!(!corpus.is_empty());
    let mut changes = Changes(seeds::Chance::new(seeds::seed()));
    let (all, mut told) = (FILES * u64::from(seeds::factor()), 0);
    for files in 0..all {
        let bytes = if files < corpus.len() as u64 {
            corpus[usize::try_from(files).unwrap()].clone()
        } else {
            changes.change(corpus)
        };
        let buffer = 1 + changes.below(64);
        told += catch_unwind(AssertUnwindSafe(|| read(&bytes, buffer))).unwrap_or_else(|_| {
            panic!("ENCORD_TEST_SEED={}, file {files}, buffer {buffer}:\n{}", seeds::seed(), bytes.escape_ascii());
        });
    }
    (all, told)
}

/// The rows of an inventory, and why it ends where it does.
struct Read {
    rows: Vec<(String, u64)>,
    fault: Option<String>,
}

/// Holds what was read of an inventory to what anything may be; how many rows they were.
fn sound(read: &Read) -> u64 {
    assert!(read.rows.iter().all(|(name, _)| !name.is_empty()));
    assert!(read.fault.as_ref().is_none_or(|fault| !fault.trim().is_empty()));
    read.rows.len() as u64
}

fn inventory_csv(input: impl std::io::Read + Send) -> Read {
    let mut rows = Vec::new();
    let wanted = InventoryColumns { last_modified: false, tier: false, etag: true, metadata: false, tags: false };
    let outcome = inventory::csv::read(input, wanted, &mut |row| {
        // Whatever stands there, it can be asked.
        let _ = (row.place(), row.headers(), row.index_tags());
        rows.push((row.name.to_owned(), row.size));
    });
    if let Ok(count) = outcome {
        assert_eq!(count, rows.len() as u64);
    }
    Read { rows, fault: outcome.err().map(|fault| fault.to_string()) }
}

#[test]
fn fuzz_json() {
    fuzz(Format::Json, "json");
}

#[test]
fn fuzz_csv() {
    fuzz(Format::Csv, "csv");
}

#[test]
fn fuzz_lines() {
    fuzz(Format::Lines, "lines");
}

#[test]
fn fuzz_urls() {
    fuzz(Format::Urls, "urls");
}

#[test]
fn fuzz_inventory_csv() {
    let (files, rows) = fuzz_with(&stored("inventory"), |bytes, buffer| {
        let whole = inventory_csv(bytes);
        let parts = inventory_csv(BufReader::with_capacity(buffer, bytes));
        assert!(whole.rows == parts.rows && whole.fault == parts.fault, "it depends on how the file comes in");
        sound(&whole)
    });
    println!("inventory as CSV: {files} files, {rows} rows");
    assert!(rows > files);
}

#[cfg(feature = "parquet")]
#[test]
fn fuzz_inventory_parquet() {
    let corpus: Vec<Vec<u8>> = [1, 40, 3000].map(parquet_file).into();
    let (files, rows) = fuzz_with(&corpus, |bytes, buffer| {
        let mut rows = Vec::new();
        let mut read = || -> Result<(), InventoryError> {
            let mut reader = ParquetRows::new(bytes::Bytes::copy_from_slice(bytes), InventoryColumns::default())?;
            while reader.read_some(buffer, &mut |row| rows.push((row.name.to_owned(), row.size)))? {}
            Ok(())
        };
        let fault = read().err().map(|fault| fault.to_string());
        sound(&Read { rows, fault })
    });
    println!("inventory as Parquet: {files} files, {rows} rows");
    assert!(rows > files);
}

/// An inventory of so many blobs.
#[cfg(feature = "parquet")]
fn parquet_file(blobs: usize) -> Vec<u8> {
    use parquet::{
        data_type::{ByteArray, ByteArrayType, Int64Type},
        file::writer::SerializedFileWriter,
        schema::parser::parse_message_type,
    };
    let schema = "message inventory { required binary Name (UTF8); optional int64 ContentLength; }";
    let schema = std::sync::Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, std::sync::Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let names: Vec<ByteArray> =
        (0..blobs).map(|blob| ByteArray::from(format!("raw/{blob}.jpg").into_bytes())).collect();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<ByteArrayType>().write_batch(&names, None, None).unwrap();
    column.close().unwrap();
    let levels: Vec<i16> = (0..blobs).map(|blob| i16::from(blob % 3 != 1)).collect();
    let sizes: Vec<i64> = (0..i64::try_from(blobs).unwrap()).filter(|blob| blob % 3 != 1).collect();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int64Type>().write_batch(&sizes, Some(&levels), None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.into_inner().unwrap()
}
