//! The columns of the metadata table by which files are grouped, in little memory.

use std::{
    collections::{BTreeSet, HashMap},
    fs::File,
    hash::{BuildHasher as _, RandomState},
    path::Path,
};

use serde_json::{Map, Value};

use crate::{
    error::UserError,
    manifest::{
        metadata::{
            columns::{Names, naming_text},
            table::{Format, TableReader},
        },
        rules::grouping::Columns,
    },
    store::paths::expand_home,
};

/// What some columns of a table say of names. A name is kept as a hash of 64 bits, so that a row takes some 20 bytes for each
/// column; that two names of a million share one happens once in ten million tables.
#[derive(Debug, Default)]
struct Lookup {
    hasher: RandomState,
    columns: HashMap<String, HashMap<u64, u32>>,
    values: Vec<String>,
}

impl Lookup {
    fn value(&self, column: &str, name: &str) -> Option<String> {
        let number = self.columns.get(column)?.get(&self.hasher.hash_one(name))?;
        self.values.get(*number as usize).cloned()
    }
}

/// Reads these columns of a table.
///
/// # Errors
/// The table cannot be read, does not name blobs, or does not have a column.
pub(super) fn read(table: &str, wanted: &BTreeSet<String>) -> Result<Columns, UserError> {
    let path = expand_home(table);
    let fail = |said: String| {
        let mut problem =
            UserError::config(format!("The table {table}, by which files are to be grouped, cannot be read."));
        problem.source_message = Some(said);
        problem.hint("Check table under [manifest.metadata].")
    };
    let missing = |what: &str, headers: &[&str]| {
        UserError::config(format!(
            "The table {table}, by which files are to be grouped, {what}; its columns are {}.",
            if headers.is_empty() { "none".to_owned() } else { headers.join(", ") }
        ))
    };
    let format =
        Format::from_name(&path).ok_or_else(|| fail("its name ends in none of .csv, .jsonl and .json".to_owned()))?;
    let file = File::open(Path::new(&path)).map_err(|error| fail(error.to_string()))?;
    let mut reader = TableReader::new(format, file).map_err(|error| fail(error.to_string()))?;
    // Rows of JSON may leave out what is empty, so only the header of a CSV shows what is missing before its rows.
    if let Some(headers) = reader.headers() {
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        if Names::Name.column(&headers.iter().copied()).is_none() {
            return Err(missing("has no column that names blobs (name, blob or path)", &headers));
        }
        if let Some(column) = wanted.iter().find(|column| !headers.contains(&column.as_str())) {
            return Err(missing(&format!("has no column {column}"), &headers));
        }
    }
    let mut lookup = Lookup::default();
    lookup.columns.extend(wanted.iter().map(|column| (column.clone(), HashMap::new())));
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut last = Map::new();
    while let Some(row) = reader.next_row().map_err(|error| fail(error.to_string()))? {
        // What is wrong with a row is told where its metadata is read.
        let Ok(row) = row else { continue };
        let named = Names::Name
            .column(&row.cells.keys().map(String::as_str))
            .and_then(|column| naming_text(&row.cells, column));
        if let Some(name) = named {
            let hash = lookup.hasher.hash_one(name.as_str());
            for (column, rows) in &mut lookup.columns {
                let Some(value) = naming_text(&row.cells, column) else { continue };
                let next = u32::try_from(lookup.values.len()).unwrap_or(u32::MAX);
                let number = *numbers.entry(value).or_insert_with_key(|value| {
                    lookup.values.push(value.clone());
                    next
                });
                rows.entry(hash).or_insert(number);
            }
        }
        last = row.cells;
    }
    if let Some((column, _)) = lookup.columns.iter().find(|(_, rows)| rows.is_empty()) {
        return Err(missing(&format!("has no value with a blob's name in the column {column}"), &headers_of(&last)));
    }
    Ok(Columns::new(move |column, name| lookup.value(column, name)))
}

fn headers_of(cells: &Map<String, Value>) -> Vec<&str> {
    cells.keys().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{
        kind::Kind,
        rules::{
            RuleTexts, Rules,
            grouping::{BlobUse, GroupText},
        },
    };

    fn table(name: &str, content: &str) -> (tempfile::TempDir, String) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(name);
        std::fs::write(&file, content).unwrap();
        (dir, file.to_str().unwrap().to_owned())
    }

    #[test]
    fn files_are_grouped_by_what_a_table_says_of_them() {
        for (file, content) in [
            ("t.csv", "Path;rig id\na.jpg;7\nb.jpg;8\nc.jpg;7\nd.jpg;\n"),
            (
                "t.jsonl",
                "{\"path\": \"a.jpg\", \"rig id\": 7}\n{\"path\": \"b.jpg\", \"rig id\": \"8\"}\n{\"path\": \"c.jpg\", \"rig id\": \"7\"}\n",
            ),
        ] {
            let (_dir, file) = table(file, content);
            let columns = read(&file, &["rig id".to_owned()].into()).unwrap();
            let groups = vec![GroupText::new(Kind::ImageGroup, "**", "column:rig id")];
            let rules = Rules::new(&RuleTexts { groups, ..RuleTexts::default() }).unwrap().with_columns(columns);
            let key = |name: &str| match rules.place(name, Some(Kind::Image)) {
                BlobUse::Group(member) => Some(member.key.into_owned()),
                _ => None,
            };
            assert_eq!(
                [key("a.jpg"), key("c.jpg"), key("b.jpg")],
                [Some("7".into()), Some("7".into()), Some("8".into())]
            );
            assert_eq!([key("d.jpg"), key("e.jpg")], [None, None]);
        }
    }

    #[test]
    fn a_table_that_cannot_serve_says_why() {
        for (file, content, part) in [
            ("t.csv", "path,rig\na,1\n", "has no column rig id; its columns are path, rig"),
            ("t.csv", "what,rig id\na,1\n", "names blobs"),
            ("t.csv", "path,rig id\na,\n", "no value"),
            ("t.jsonl", "{\"path\": \"a\", \"rig\": 1}\n", "no value"),
            ("t.xlsx", "", "cannot be read"),
        ] {
            let (_dir, file) = table(file, content);
            let problem = read(&file, &["rig id".to_owned()].into()).unwrap_err();
            assert!(problem.summary.contains(part), "{}", problem.summary);
        }
    }
}
