//! `schema infer`: prints the suggested schema keys as a table, as JSON, or as TOML for a config.

use std::path::Path;

use serde_json::json;
use unicode_width::UnicodeWidthStr as _;

use crate::{
    cli::{
        exit::{Exit, refuse},
        open,
        text::{mention, tell},
    },
    config::Config,
    error::UserError,
    schema::{infer::Suggestion, key_type::KeyType, merge::describe},
    service::schema::infer,
    wizard::schema::messages::Inferred,
};

/// Options of an enum shown in the table.
const MAX_OPTIONS: usize = 8;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A config, whose sources of metadata are looked at; or a file: .csv, .jsonl, .json, or a schema as .toml.
    #[arg(value_name = "CONFIG|FILE")]
    config: String,
    /// Print one JSON object a line.
    #[arg(long, conflicts_with = "toml")]
    json: bool,
    /// Print [schema.keys], ready to be pasted into a config.
    #[arg(long)]
    toml: bool,
}

pub(crate) async fn infer(args: &Args) -> Exit {
    let inferred = match suggest(&args.config).await {
        Ok(inferred) => inferred,
        Err(problem) => return refuse(&problem),
    };
    if args.json {
        inferred.suggestions.iter().for_each(|suggestion| say!("{}", object(suggestion)));
    } else if args.toml {
        say!("{}", block(&inferred).trim_end());
    } else {
        table(&inferred).iter().for_each(|line| tell!("{line}"));
    }
    if !args.toml {
        for source in &inferred.sources {
            mention!("From {}", escape_controls(source));
        }
    }
    if inferred.is_part {
        mention!("There is more than was looked at.");
    }
    Exit::Done
}

async fn suggest(label: &str) -> Result<Inferred, UserError> {
    let (config, file) = match is_data(Path::new(label)) {
        true => (Config::default(), Some(label)),
        false => (open::home_and_config(label)?.1, None),
    };
    infer::infer(&config.azure.clone().into(), &config.manifest, file).await
}

/// Whether a path is a data file rather than a config: by extension, and for TOML by the absence of an integer
/// `version`, which every config has.
fn is_data(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "csv" | "tsv" | "jsonl" | "ndjson" | "json" => true,
        "toml" => std::fs::read_to_string(path)
            .ok()
            .and_then(|text| text.parse::<toml::Table>().ok())
            .is_some_and(|table| !table.get("version").is_some_and(toml::Value::is_integer)),
        _ => false,
    }
}

fn object(suggestion: &Suggestion) -> serde_json::Value {
    json!({
        "key": suggestion.key, "type": suggestion.key_type, "values": suggestion.values, "fits": suggestion.fits,
        "share": suggestion.share(), "misfits": suggestion.misfits, "options": suggestion.options,
        "distinct": suggestion.distinct, "error": suggestion.key_error.as_ref().map(ToString::to_string),
    })
}

/// Escapes control characters, including line breaks.
fn escape_controls(text: &str) -> String {
    let escape = |c: char| if c.is_control() { c.escape_debug().to_string() } else { c.to_string() };
    text.chars().map(escape).collect()
}

fn table(inferred: &Inferred) -> Vec<String> {
    let head = ["KEY", "TYPE", "FITS", "VALUES", "REMARKS"].map(str::to_owned);
    let rows: Vec<[String; 5]> = std::iter::once(head).chain(inferred.suggestions.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or_default();
    let widths = [0, 1, 2, 3, 4].map(width);
    let pad = |cell: &String, width: usize| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.width())));
    let line = |row: &[String; 5]| -> String {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| pad(cell, width)).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

fn row(suggestion: &Suggestion) -> [String; 5] {
    let mut remarks: Vec<String> = suggestion.key_error.iter().map(|error| format!("no key: {error}")).collect();
    if !suggestion.misfits.is_empty() {
        remarks.push(format!("not {}", suggestion.misfits.join(", ")));
    }
    if let Some(options) = &suggestion.options {
        let more = if options.len() > MAX_OPTIONS { ", …" } else { "" };
        let shown: Vec<&str> = options.iter().take(MAX_OPTIONS).map(String::as_str).collect();
        remarks.push(format!("or an enum of {}: {}{more}", options.len(), shown.join(", ")));
    }
    let (fits, values) = match suggestion.values {
        0 => ("-".to_owned(), "-".to_owned()),
        values => (share(suggestion), values.to_string()),
    };
    [suggestion.key.clone(), describe(&suggestion.key_type.wire()), fits, values, remarks.join("; ")]
        .map(|cell| escape_controls(&cell))
}

/// Percentage, rounded down so that 100 means all values.
fn share(suggestion: &Suggestion) -> String {
    format!("{}%", (suggestion.share() * 100.0).floor())
}

/// A `[schema.keys]` table; what cannot be a key is added as a comment.
fn block(inferred: &Inferred) -> String {
    let mut text = String::new();
    for source in &inferred.sources {
        text.push_str(&format!("# From {}\n", escape_controls(source)));
    }
    text.push_str("[schema.keys]\n");
    for suggestion in &inferred.suggestions {
        if let Some(error) = &suggestion.key_error {
            text.push_str(&format!(
                "# Left out: \"{}\": {}\n",
                escape_controls(&suggestion.key),
                escape_controls(&error.to_string())
            ));
            continue;
        }
        if !suggestion.misfits.is_empty() {
            let not = escape_controls(&suggestion.misfits.join(", "));
            text.push_str(&format!("# {} of the values fit, but not {not}\n", share(suggestion)));
        }
        text.push_str(&format!("{}\n", entry(&suggestion.key, &suggestion.key_type)));
        if let Some(options) = &suggestion.options {
            let line = entry(&suggestion.key, &KeyType::Enum(options.clone()));
            // A line break in an option would end the comment.
            if !line.chars().any(char::is_control) {
                text.push_str(&format!("#: {line}\n"));
            }
        }
    }
    text
}

fn entry(key: &str, key_type: &KeyType) -> String {
    let is_bare = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let key = if is_bare { key.to_owned() } else { toml::Value::from(key).to_string() };
    let value = toml::Value::try_from(key_type).map(|value| value.to_string()).unwrap_or_default();
    format!("{key} = {value}")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::schema::{file::SchemaFile, infer::Inference};

    fn inferred() -> Inferred {
        let mut inference = Inference::default();
        for n in 0..10 {
            inference.add("lux", &Value::from(if n == 3 { "n/\u{9b}a".to_owned() } else { n.to_string() }));
            inference.add("地点 a.b", &Value::from(["x\"y", "p\\q"][n % 2]));
            inference.add("a/b", &Value::from(n));
        }
        inference.add("empty", &Value::Null);
        Inferred {
            suggestions: inference.finish(),
            sources: vec!["labels\n.csv (10 rows)".into()],
            is_part: false,
            table: None,
        }
    }

    #[test]
    fn the_table_is_aligned_and_has_no_control_characters() {
        assert_eq!(
            table(&inferred()),
            [
                "KEY       TYPE     FITS  VALUES  REMARKS",
                "lux       number   90%   10      not \"n/\\u{9b}a\"",
                "地点 a.b  varchar  100%  10      or an enum of 2: p\\q, x\"y",
                "a/b       number   100%  10      no key: '/' is not allowed in a metadata key: use letters, digits, '-', '_', '.' and spaces",
                "empty     varchar  -     -",
            ]
        );
    }

    #[test]
    fn the_schema_block_is_valid_toml_with_and_without_its_enums() {
        let inferred = inferred();
        let text = block(&inferred);
        let read = SchemaFile::read(text.as_bytes()).unwrap();
        let keys: Vec<&str> = read.keys.keys().map(String::as_str).collect();
        assert_eq!(keys, ["empty", "lux", "地点 a.b"]);
        for suggestion in inferred.suggestions.iter().filter(|suggestion| suggestion.key_error.is_none()) {
            assert_eq!(read.keys[&suggestion.key], suggestion.key_type);
        }
        let options = text.lines().find_map(|line| line.strip_prefix("#: ")).unwrap();
        let read = SchemaFile::read(options.as_bytes()).unwrap();
        assert_eq!(read.keys["地点 a.b"], KeyType::Enum(vec!["p\\q".into(), "x\"y".into()]));
    }

    #[test]
    fn data_files_are_distinguished_from_configs() {
        let dir = tempfile::tempdir().unwrap();
        let toml = |text: &str| {
            let path = dir.path().join("x.toml");
            std::fs::write(&path, text).unwrap();
            is_data(&path)
        };
        assert!(toml("site = \"varchar\"") && toml("version = \"text\""));
        assert!(!toml("version = 1") && !toml("version = "));
        assert!(is_data(Path::new("A.CSV")) && !is_data(Path::new("site")) && !is_data(Path::new("none.toml")));
    }
}
