use std::io::Cursor;

use serde_json::json;

use crate::manifest::metadata::table::*;

type Read = Vec<Result<(u64, Value), (Code, u64)>>;

fn read(format: Format, text: &[u8]) -> (Read, Vec<Row>) {
    let mut reader = TableReader::new(format, Cursor::new(text)).unwrap();
    let (mut all, mut rows) = (Vec::new(), Vec::new());
    while let Some(row) = reader.next_row().unwrap() {
        all.push(match row {
            Ok(row) => {
                rows.push(row.clone());
                Ok((row.line, Value::Object(row.cells)))
            }
            Err(fault) => Err((fault.code, fault.line)),
        });
    }
    // Each is found again by its position, in any order.
    for row in rows.iter().rev().chain(&rows) {
        assert_eq!(reader.read_at(row.offset).unwrap().unwrap().unwrap().cells, row.cells);
    }
    (all, rows)
}

#[test]
fn csv_rows_have_their_lines_and_what_is_wrong_with_one_leaves_the_others() {
    let text = b"\xef\xbb\xbfname, Site ,note,\r\na.jpg,leeds,\"two\r\nlines, \"\"quoted\"\"\",7\r\n\r\nb.jpg,,  ,\r\n,,,\r\nshort,1\r\n\
        d.jpg,x,y,,,\r\ne.jpg,x,y,,5\r\nf.jpg,\xff,y,\r\ng.jpg,last,,";
    let (rows, _) = read(Format::Csv, text);
    assert_eq!(
        rows,
        [
            Ok((2, json!({"name": "a.jpg", "Site": "leeds", "note": "two\r\nlines, \"quoted\""}))),
            Ok((5, json!({"name": "b.jpg"}))),
            Err((Code::CsvRagged, 7)),
            Ok((8, json!({"name": "d.jpg", "Site": "x", "note": "y"}))),
            Err((Code::CsvRagged, 9)),
            Err((Code::Encoding, 10)),
            Ok((11, json!({"name": "g.jpg", "Site": "last"}))),
        ]
    );
}

#[test]
fn semicolons_and_tabs_separate_as_well() {
    for text in ["name;site;size, in mm\na;;1,5\n", "name\tsite\tsize, in mm\na\t\t1,5\n"] {
        assert_eq!(read(Format::Csv, text.as_bytes()).0, [Ok((2, json!({"name": "a", "size, in mm": "1,5"})))]);
    }
}

#[test]
fn json_lines_keep_their_types() {
    let text =
        b"{\"name\": \"a\", \"n\": 1.50, \"l\": [1, 2], \"none\": null}\n\n  {\"name\": \"b\"}\r\n[1]\n{\"name\": \n\
        {\"name\": \"\xff\"}\n{\"name\": \"c\"}";
    let (rows, _) = read(Format::JsonLines, text);
    assert_eq!(
        rows,
        [
            Ok((1, json!({"name": "a", "n": 1.5, "l": [1, 2], "none": null}))),
            Ok((3, json!({"name": "b"}))),
            Err((Code::JsonType, 4)),
            Err((Code::JsonSyntax, 5)),
            Err((Code::Encoding, 6)),
            Ok((7, json!({"name": "c"}))),
        ]
    );
}

#[test]
fn the_objects_of_an_array_are_rows() {
    let text = b"\xef\xbb\xbf [\n {\"name\": \"a]},\\\"\",\n  \"o\": {\"deep\": [1]}},\n {\"name\": \"b\"}, 7,\n {\"name\" 1},{\"name\": \"c\"}\n]\n";
    let (rows, _) = read(Format::JsonArray, text);
    assert_eq!(
        rows,
        [
            Ok((2, json!({"name": "a]},\"", "o": {"deep": [1]}}))),
            Ok((4, json!({"name": "b"}))),
            Err((Code::JsonType, 4)),
            Err((Code::JsonSyntax, 5)),
            Ok((5, json!({"name": "c"}))),
        ]
    );
    assert_eq!(read(Format::JsonArray, b"[]").0, []);
    assert_eq!(read(Format::JsonArray, b"[{\"a\": 1}, {\"a\": [").0[1], Err((Code::JsonTruncated, 1)));
    assert_eq!(read(Format::JsonArray, b"[{\"a\": 1}").0[1], Err((Code::JsonTruncated, 1)));
    assert_eq!(read(Format::JsonArray, b"{\"a\": 1}\n{\"a\": 2}").0.len(), 2, "lines under another name");
}

#[test]
fn what_is_no_table_says_why() {
    let error = |format, text: &[u8]| TableReader::new(format, Cursor::new(text.to_vec())).unwrap_err().to_string();
    assert!(error(Format::Csv, b"").contains("no rows"));
    assert!(error(Format::Csv, b"a,b,a\n").contains("'a' stands twice"));
    assert!(error(Format::Csv, b"\xff\xfea\0").contains("UTF-8"));
    assert!(error(Format::JsonArray, b"\"x\"").contains("neither"));
    assert!(error(Format::JsonLines, b" \n").contains("no rows"));
    assert!(error(Format::JsonLines, b"\xff\xfe{\0").contains("UTF-16"));
}

proptest::proptest! {
    #![proptest_config(crate::seeds::cases(256))]

    #[test]
    fn no_bytes_are_too_odd(bytes in proptest::collection::vec(proptest::sample::select(b"{}[]\",:\\ \n\rab1;\t\xff".to_vec()), 0..60)) {
        for format in [Format::Csv, Format::JsonLines, Format::JsonArray] {
            let Ok(mut reader) = TableReader::new(format, Cursor::new(&bytes)) else { continue };
            let mut last = 0;
            while let Some(row) = reader.next_row().unwrap() {
                let line = row.map_or_else(|fault| fault.line, |row| row.line);
                proptest::prop_assert!(line >= last && line <= bytes.iter().filter(|byte| **byte == b'\n').count() as u64 + 1);
                last = line;
            }
        }
    }
}
