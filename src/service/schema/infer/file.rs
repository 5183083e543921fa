//! A file as what suggests keys: a table, or a schema.

use std::{fs::File, io::Read as _, path::Path};

use serde_json::Value;

use crate::{
    config,
    error::UserError,
    format::counted,
    manifest::metadata::{
        columns::{Names, media_field},
        table::{Format, Row, TableError, TableReader},
    },
    schema::infer::Suggestion,
    service::schema::infer::Looking,
    store::paths::expand_home,
    wizard::schema::messages::Inferred,
};

/// As many rows are looked at.
const MOST_ROWS: u64 = 200_000;

/// Looks at a table or reads a schema. `join` is what a row names, where the config says so.
pub(super) fn look(path: &str, join: Option<config::manifest::Join>) -> Result<Inferred, UserError> {
    let extension = Path::new(path).extension().map(|end| end.to_string_lossy().to_ascii_lowercase());
    match (extension.as_deref(), Format::from_name(path)) {
        (Some("toml"), _) => schema(path),
        (_, Some(Format::JsonArray)) if first_byte(path)? == Some(b'{') => {
            schema(path).or_else(|problem| {
                // Some programs write JSON Lines under this name; what is wrong with a schema is said of everything else.
                let mut looking = Looking::default();
                let lines = table(path, Format::JsonLines, join, &mut looking);
                if lines.is_ok_and(|(rows, faulty)| rows > 1 && faulty == 0) {
                    Ok(looking.finish())
                } else {
                    Err(problem)
                }
            })
        }
        (_, Some(format)) => {
            let mut looking = Looking::default();
            table(path, format, join, &mut looking)?;
            Ok(looking.finish())
        }
        _ => Err(UserError::config(format!("{path} is no file that keys can be found in.")).hint(
            "Name a table (.csv, .jsonl, or a .json that holds an array of objects) or a schema (.json, .toml).",
        )),
    }
}

/// Looks at a table; returns the number of its rows, and of those that could not be read.
pub(super) fn table(
    path: &str,
    format: Format,
    join: Option<config::manifest::Join>,
    looking: &mut Looking,
) -> Result<(u64, u64), UserError> {
    let mut reader = TableReader::new(format, open(path)?).map_err(|error| table_problem(path, &error))?;
    let mut naming = reader.headers().and_then(|headers| naming(&headers.iter().map(String::as_str), join));
    for header in reader.headers().into_iter().flatten().filter(|header| !header.is_empty()) {
        if naming.as_ref().is_none_or(|(column, _)| column != header) && media_field(header, &Value::Null).is_none() {
            // So that the keys come in the order of the columns, whichever cells are empty.
            looking.inference.add(header, &Value::Null);
        }
    }
    let (mut rows, mut faulty, mut first_fault) = (0, 0, None);
    while rows + faulty < MOST_ROWS {
        match reader.next_row().map_err(|error| table_problem(path, &error.into()))? {
            None => break,
            Some(Ok(Row { cells, .. })) => {
                rows += 1;
                if format != Format::Csv && naming.is_none() {
                    naming = self::naming(&cells.keys().map(String::as_str), join);
                }
                looking.add(&cells, naming.as_ref().map(|(column, _)| column.as_str()));
            }
            Some(Err(fault)) => {
                faulty += 1;
                first_fault.get_or_insert(fault);
            }
        }
    }
    if rows == 0 {
        let problem = UserError::config(format!("No row of {path} can be read."));
        return Err(match first_fault {
            Some(fault) => {
                UserError { source_message: Some(format!("Line {}: {}.", fault.line, fault.message)), ..problem }
            }
            None => problem.hint("It has no rows besides its header."),
        });
    }
    let more = reader.next_row().map_err(|error| table_problem(path, &error.into()))?.is_some();
    let file = Path::new(path).file_name().map_or_else(|| path.into(), |name| name.to_string_lossy());
    let mut source = match more {
        false => format!("{file} ({}", counted(rows, "row", "rows")),
        true => format!("{file} (the first {}", counted(rows, "row", "rows")),
    };
    if faulty > 0 {
        source.push_str(&format!(", besides {faulty} that cannot be read"));
    }
    source.push(')');
    looking.sources.push(source);
    looking.is_part |= more;
    looking.table = naming.map(|(_, join)| (path.to_owned(), join));
    Ok((rows, faulty))
}

/// The column that names the item, and what it names.
fn naming<'a>(
    headers: &(impl Iterator<Item = &'a str> + Clone),
    join: Option<config::manifest::Join>,
) -> Option<(String, config::manifest::Join)> {
    let tried = match join {
        Some(join) => vec![join.into()],
        None => Names::ALL.to_vec(),
    };
    tried.into_iter().find_map(|names: Names| Some((names.column(headers)?.to_owned(), names.into())))
}

fn open(path: &str) -> Result<File, UserError> {
    File::open(expand_home(path)).map_err(|error| unreadable(path, &error.to_string()))
}

fn unreadable(path: &str, said: &str) -> UserError {
    let problem = UserError::config(format!("Could not read {path}."));
    UserError { source_message: Some(format!("{said}.")), ..problem }
        .hint("Check the path; it begins where the program was started.")
}

fn table_problem(path: &str, error: &TableError) -> UserError {
    match error {
        TableError::File(error) => unreadable(path, &error.to_string()),
        other => UserError::config(format!("{path} is no table: {other}.")),
    }
}

fn first_byte(path: &str) -> Result<Option<u8>, UserError> {
    let mut start = Vec::new();
    open(path)?.take(4096).read_to_end(&mut start).map_err(|error| unreadable(path, &error.to_string()))?;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    Ok(start.trim_ascii_start().first().copied())
}

/// The keys of a schema, JSON as Encord writes it or TOML as under `[schema.keys]`. They have no values.
fn schema(path: &str) -> Result<Inferred, UserError> {
    let read = crate::store::configs::named_files::read_schema_file(Path::new(&expand_home(path))).map_err(|error| {
        UserError::config(error.0).hint(
            "A table is an array of objects or one object a line; of a schema every key has an object with \"ty\", or a type \
             in TOML.",
        )
    })?;
    let file = Path::new(path).file_name().map_or_else(|| path.into(), |name| name.to_string_lossy());
    let mut source = format!("{file} ({}", counted(read.keys.len() as u64, "key", "keys"));
    if !read.left.is_empty() {
        source.push_str(&format!(", besides {} that are deleted or of an unknown type", read.left.len()));
    }
    source.push(')');
    let suggestions = read.keys.into_iter().map(|(key, key_type)| Suggestion {
        key_error: None,
        key,
        key_type,
        options: None,
        values: 0,
        fits: 0,
        misfits: Vec::new(),
        readable: Vec::new(),
        distinct: None,
    });
    Ok(Inferred { suggestions: suggestions.collect(), sources: vec![source], is_part: false, table: None })
}
