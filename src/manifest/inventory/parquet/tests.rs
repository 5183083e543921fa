use std::sync::Arc;

use bytes::Bytes;
use parquet::{
    basic::Compression,
    data_type::ByteArray,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};

use crate::manifest::inventory::parquet::*;

const ROWS: usize = 10_000;
const WANTED: InventoryColumns =
    InventoryColumns { last_modified: true, tier: false, etag: true, metadata: false, tags: false };

fn optional<T>(rows: usize, make: impl Fn(usize) -> Option<T>) -> (Vec<T>, Vec<i16>) {
    let cells: Vec<Option<T>> = (0..rows / 2).map(make).collect();
    let levels = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    (cells.into_iter().flatten().collect(), levels)
}

/// Two groups of rows in the shape that Azure's documentation describes, with columns that nobody asks for in between.
fn sample(compression: Compression, rows: usize) -> Vec<u8> {
    let schema = "message inventory {
        required binary Name (UTF8); optional int64 Creation_Time (TIMESTAMP_MILLIS); optional int64 LastModified (TIMESTAMP_MILLIS);
        optional binary ETag (UTF8); optional int64 ContentLength; optional boolean hdi_isfolder; optional binary Snapshot (UTF8);
        optional group Metadata (MAP) { repeated group key_value { required binary key (UTF8); optional binary Name (UTF8); } }
    }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().set_compression(compression).build());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
    let text = |text: String| ByteArray::from(text.into_bytes());
    for part in 0..2 {
        let number = |row: usize| part * rows / 2 + row;
        let mut group = writer.next_row_group().unwrap();
        let mut place = 0;
        while let Some(mut column) = group.next_column().unwrap() {
            match place {
                0 => {
                    let names: Vec<_> = (0..rows / 2).map(|row| text(format!("c/图 {}", number(row)))).collect();
                    column.typed::<ByteArrayType>().write_batch(&names, None, None).unwrap();
                }
                1 | 2 => {
                    let (values, levels) = optional(rows, |row| {
                        (!row.is_multiple_of(3)).then_some(1_775_001_600_000 + number(row) as i64)
                    });
                    column.typed::<Int64Type>().write_batch(&values, Some(&levels), None).unwrap();
                }
                3 => {
                    let (values, levels) = optional(rows, |row| Some(text(format!("0x{}", number(row)))));
                    column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None).unwrap();
                }
                4 => {
                    let (values, levels) = optional(rows, |row| (!row.is_multiple_of(7)).then_some(number(row) as i64));
                    column.typed::<Int64Type>().write_batch(&values, Some(&levels), None).unwrap();
                }
                5 => {
                    let (values, levels) = optional(rows, |row| (row.is_multiple_of(7)).then_some(true));
                    column.typed::<BoolType>().write_batch(&values, Some(&levels), None).unwrap();
                }
                6 => {
                    let (values, levels) = optional(rows, |row| (row.is_multiple_of(5)).then(|| text("2026".into())));
                    column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None).unwrap();
                }
                _ => {
                    let (levels, zeros) = (vec![0; rows / 2], vec![0; rows / 2]);
                    column.typed::<ByteArrayType>().write_batch(&[], Some(&levels), Some(&zeros)).unwrap();
                }
            }
            column.close().unwrap();
            place += 1;
        }
        group.close().unwrap();
    }
    writer.into_inner().unwrap()
}

fn read(bytes: Vec<u8>, each: &mut dyn FnMut(&Row<'_>)) -> Result<(), InventoryError> {
    let mut rows = ParquetRows::new(Bytes::from(bytes), WANTED)?;
    while rows.read_some(999, each)? {}
    Ok(())
}

#[test]
fn every_row_of_every_group_is_read_with_its_own_cells() {
    for compression in [Compression::SNAPPY, Compression::GZIP(Default::default()), Compression::UNCOMPRESSED] {
        let mut seen = 0;
        let mut each = |row: &Row<'_>| {
            let at = seen % (ROWS / 2);
            assert_eq!(row.name, format!("c/图 {seen}"));
            assert_eq!(row.etag, Some(&*format!("0x{seen}")));
            assert_eq!(row.size, if !at.is_multiple_of(7) { seen as u64 } else { 0 });
            assert_eq!((row.is_folder, row.is_old), (at.is_multiple_of(7), at.is_multiple_of(5)));
            assert_eq!(row.last_modified.is_some(), !at.is_multiple_of(3));
            if seen == 1 {
                assert_eq!(row.last_modified.as_deref(), Some("2026-04-01T00:00:00.001Z"));
            }
            seen += 1;
        };
        read(sample(compression, ROWS), &mut each).unwrap();
        assert_eq!(seen, ROWS);
    }
}

#[test]
fn a_damaged_file_is_a_fault_and_never_a_panic() {
    let whole = sample(Compression::SNAPPY, 400);
    for length in [0, 3, 8, whole.len() / 2, whole.len() - 1] {
        assert!(read(whole[..length].to_vec(), &mut |_| {}).is_err(), "{length}");
    }
    let mut faults = 0;
    for step in (0..whole.len()).step_by(1 + whole.len() / 500) {
        let mut bytes = whole.clone();
        bytes[step] ^= 1 << (step % 8);
        faults += usize::from(read(bytes, &mut |_| {}).is_err());
    }
    assert!(faults > 50, "{faults} of {}", whole.len());
}

#[test]
fn a_column_of_a_foreign_type_is_told() {
    let schema = Arc::new(
        parse_message_type("message inventory { required double Name; required int64 Content_Length; }").unwrap(),
    );
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<parquet::data_type::DoubleType>().write_batch(&[1.0], None, None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int64Type>().write_batch(&[1], None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    let bytes = Bytes::from(writer.into_inner().unwrap());
    let mut rows = ParquetRows::new(bytes, InventoryColumns::default()).unwrap();
    let message = rows.read_some(1, &mut |_| {}).unwrap_err().to_string();
    assert_eq!(message, "row 1: Name is of the type DOUBLE, which it is not in an inventory");
}
