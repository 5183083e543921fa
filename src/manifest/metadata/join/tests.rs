use std::io::Cursor;

use serde_json::json;

use crate::manifest::{metadata::join::*, sink::tests::Collected};

fn open(format: Format, names: Names, text: &str) -> Result<Table<Cursor<Vec<u8>>>, JoinError> {
    Table::open("labels.csv", format, names, Cursor::new(text.as_bytes().to_vec()))
}

fn told(table: Table<Cursor<Vec<u8>>>) -> Vec<(Code, Option<u64>, u64, String)> {
    let mut found = Collected::default();
    let Ok(()) = table.finish(&mut found).unwrap();
    found.findings.into_iter().map(|one| (one.code, one.line, one.items, one.message)).collect()
}

#[test]
fn rows_are_found_by_what_they_name_and_what_is_odd_is_told_at_the_end() {
    let text = "site,FileName,n\nleeds,b.jpg,2\nyork,a.jpg,1\ntorn\nhull,b.jpg,3\n,cam/c.jpeg,\nx,,9\n";
    let mut table = open(Format::Csv, Names::Name, text).unwrap();
    for _ in 0..2 {
        assert_eq!(table.row("a.jpg").unwrap().map(Value::Object), Some(json!({"site": "york", "n": "1"})));
        assert_eq!(table.row("b.jpg").unwrap().map(Value::Object), Some(json!({"site": "leeds", "n": "2"})));
        assert_eq!(table.row("A.jpg").unwrap(), None);
    }
    for missing in ["cam/c.jpg", "d.jpg"] {
        table.missed(missing);
    }
    let told = told(table);
    let brief: Vec<_> = told.iter().map(|(code, line, items, _)| (*code, *line, *items)).collect();
    assert_eq!(
        brief,
        [
            (Code::MetadataNoRow, None, 2),
            (Code::CsvRagged, Some(4), 1),
            (Code::MetadataTableTwins, Some(5), 1),
            (Code::MetadataUnusedRow, None, 2),
        ]
    );
    assert!(told[0].3.contains("no row for cam/c.jpg, d.jpg"), "{}", told[0].3);
    assert!(told[2].3.contains("lines 2 and 5 both name 'b.jpg'"), "{}", told[2].3);
    assert!(told[3].3.contains("'cam/c.jpeg' (did you mean 'cam/c.jpg'?), the one on line 7"), "{}", told[3].3);
}

#[test]
fn a_table_that_fits_has_nothing_to_tell() {
    let lines = "{\"URL\": \"https://a/b\", \"v\": [1]}\n{\"URL\": \"https://a/c\", \"v\": null}\n";
    let array = "[{\"URL\": \"https://a/b\", \"v\": [1]},\n {\"URL\": \"https://a/c\", \"v\": null}]";
    for (format, text) in [(Format::JsonLines, lines), (Format::JsonArray, array)] {
        let mut table = open(format, Names::Url, text).unwrap();
        assert_eq!(table.row("https://a/c").unwrap().map(Value::Object), Some(json!({"v": null})));
        assert_eq!(table.row("https://a/b").unwrap().map(Value::Object), Some(json!({"v": [1]})));
        assert_eq!(told(table), []);
    }
    assert_eq!(told(open(Format::JsonArray, Names::Url, array).unwrap())[0].2, 2, "both are unused");
}

#[test]
fn without_a_column_that_names_items_it_says_which_would() {
    let error = open(Format::Csv, Names::Title, "name,site\na,b\n").unwrap_err().to_string();
    assert!(error.contains("title; its columns are name, site"), "{error}");
    assert!(open(Format::JsonLines, Names::Url, "{\"a\": 1}").unwrap_err().to_string().contains("object_url"));
}

#[test]
fn a_hundred_thousand_rows_are_found_in_any_order() {
    use std::fmt::Write as _;
    let mut text = String::from("name,n\n");
    for number in 0..100_000 {
        let _ = writeln!(text, "dir/{number}.jpg,{number}");
    }
    let mut table = open(Format::Csv, Names::Name, &text).unwrap();
    for number in (0..100_000).map(|number| number * 7919 % 100_000).take(5000) {
        let row = table.row(&format!("dir/{number}.jpg")).unwrap().unwrap();
        assert_eq!(row["n"], number.to_string());
    }
    assert_eq!(told(table)[0].2, 95_000);
}
