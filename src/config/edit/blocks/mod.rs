//! Changes of a config's text, table by table. Only what has to be different is touched: every change replaces or inserts a piece
//! of the text, and no change takes a comment out.

mod places;

use std::ops::Range;

use serde_json::{Map, Value};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use toml_edit::{ArrayOfTables, Document, Item, Table};

use crate::config::edit::{
    blocks::places::{Marks, header_of, indent_at, line_end, line_start},
    inline::{changed, comments, key_text, newline_of, pair_text, unusual},
};

/// What has a header of its own where it is new; everything else is a line of its table.
const SECTIONS: [&[&str]; 8] = [
    &["encord"],
    &["azure"],
    &["schema"],
    &["schema", "keys"],
    &["manifest"],
    &["manifest", "metadata"],
    &["folder"],
    &["upload"],
];
const ENTRIES: [&[&str]; 2] = [&["manifest", "types"], &["manifest", "groups"]];

/// What is said above the sections of a new file.
fn comment_of(path: &[String]) -> Option<&'static str> {
    Some(match path.first()?.as_str() {
        "encord" => "# Encord, and who signs in there.",
        "azure" => "# The container, and how this program signs in to list it.",
        "schema" => "# The metadata keys that this import needs.",
        "manifest" => "# What becomes an item.",
        "folder" => "# Where the items go in Encord.",
        "upload" => "# How they are sent.",
        _ => return None,
    })
}

/// The text with what is wanted in the place of what it said. `was` is how it is read, with all defaults.
pub(super) fn merged(text: &str, was: &Value, wanted: &Value, explains: bool) -> Result<String, String> {
    let (Value::Object(was), Value::Object(wanted)) = (was, wanted) else { return Err("no table".into()) };
    let newline = newline_of(text);
    let mut whole = text.to_owned();
    if !whole.is_empty() && !whole.ends_with('\n') {
        whole.push_str(newline);
    }
    let document = Document::parse(whole.as_str()).map_err(|error| error.to_string())?;
    let mut editor = Editor { text: &whole, newline, explains, marks: Marks::default(), edits: Vec::new() };
    editor.marks.read(document.as_table(), &whole);
    editor.marks.headers.sort_unstable();
    editor.marks.ends.sort_unstable();
    editor.table(document.as_table(), &[], &[], was, wanted)?;
    match editor.edits.is_empty() {
        true => Ok(text.to_owned()),
        false => Ok(editor.applied()),
    }
}

struct Edit {
    place: Range<usize>,
    /// Whether it begins a table: what else comes to the same place goes before it.
    is_table: bool,
    text: String,
}

struct Editor<'a> {
    text: &'a str,
    newline: &'static str,
    explains: bool,
    marks: Marks,
    edits: Vec<Edit>,
}

impl Editor<'_> {
    /// Changes one table. `path` is from the root, `dots` from the last header on.
    fn table(
        &mut self,
        table: &Table,
        path: &[String],
        dots: &[String],
        was: &Map<String, Value>,
        wanted: &Map<String, Value>,
    ) -> Result<(), String> {
        let mut lines = Vec::new();
        let gone = was.keys().filter(|key| !wanted.contains_key(*key));
        let keys: Vec<&String> = wanted.keys().chain(gone).collect();
        for (place, key) in keys.iter().enumerate() {
            let before = was.get(*key).unwrap_or(&Value::Null);
            let after = wanted.get(*key).unwrap_or(&Value::Null);
            if before == after {
                continue;
            }
            let below: Vec<String> = path.iter().chain([*key]).cloned().collect();
            let within = |message: String| format!("{}: {message}", below.join("."));
            match (table.get(key), after) {
                (None, Value::Null) => {}
                (None, _) if dots.is_empty() && is_in(&SECTIONS, &below) => {
                    let at = self.after_siblings(table, &keys[..place]);
                    let text = self.section(&below, before, after).map_err(within)?;
                    self.insert_table(at, &text);
                }
                (None, Value::Array(entries)) if dots.is_empty() && is_in(&ENTRIES, &below) => {
                    let at = self.after_siblings(table, &keys[..place]);
                    for entry in entries {
                        let text = self.entry(&below, entry).map_err(within)?;
                        self.insert_table(at, &text);
                    }
                }
                (None, _) => lines.push((*key, unusual(before, after))),
                (Some(Item::Table(inner)), Value::Object(after)) => {
                    let dots: Vec<String> = match inner.is_dotted() {
                        true => dots.iter().chain([*key]).cloned().collect(),
                        false => Vec::new(),
                    };
                    let empty = Map::new();
                    self.table(inner, &below, &dots, before.as_object().unwrap_or(&empty), after)?;
                }
                (Some(Item::ArrayOfTables(tables)), Value::Array(after)) if after.iter().all(Value::is_object) => {
                    let before = before.as_array().map(Vec::as_slice).unwrap_or_default();
                    self.entries(tables, &below, before, after).map_err(within)?;
                }
                (Some(Item::Value(value)), Value::Null) => self.remove_value(value),
                (Some(Item::Value(value)), _) => {
                    let span = value.span().unwrap_or_default();
                    let mut lost = Vec::new();
                    let text = changed(self.text, value, before, after, &mut lost).map_err(within)?;
                    let line = line_start(self.text, self.key_start(table, key, span.start));
                    let indent = indent_at(self.text, line).to_owned();
                    self.comment_lines(line, &indent, &lost);
                    self.edits.push(Edit { place: span, is_table: false, text });
                }
                (Some(item), _) => {
                    self.remove_item(item);
                    if !after.is_null() {
                        lines.push((*key, after.clone()));
                    }
                }
            }
        }
        self.insert_lines(table, path, dots, &lines)
    }

    /// Changes the tables of an array, one by one.
    fn entries(
        &mut self,
        tables: &ArrayOfTables,
        path: &[String],
        was: &[Value],
        wanted: &[Value],
    ) -> Result<(), String> {
        if tables.len() != was.len() {
            return Err("it is not read as it is written".into());
        }
        let texts = |values: &[Value]| values.iter().map(Value::to_string).collect::<Vec<_>>();
        let first = tables.get(0).and_then(header_of).unwrap_or_default().start;
        let mut at = self.block_start(first);
        for op in capture_diff_slices(Algorithm::Myers, &texts(was), &texts(wanted)) {
            let (old, new) = (op.old_range(), op.new_range());
            let shared =
                if let DiffOp::Insert { .. } | DiffOp::Delete { .. } = op { 0 } else { old.len().min(new.len()) };
            for (from, to) in old.clone().zip(new.clone()).take(shared) {
                if let (Some(table), Value::Object(was), Value::Object(wanted)) =
                    (tables.get(from), &was[from], &wanted[to])
                {
                    self.table(table, path, &[], was, wanted)?;
                    at = self.section_end(self.deep_end(table));
                }
            }
            for table in old.skip(shared).filter_map(|from| tables.get(from)) {
                self.remove_table(table);
            }
            for to in new.skip(shared) {
                let text = self.entry(path, &wanted[to])?;
                self.insert_table(at, &text);
            }
        }
        Ok(())
    }

    /// The text of a section that is not there yet: what is not at its default, and the sections below it.
    fn section(&self, path: &[String], usual: &Value, wanted: &Value) -> Result<String, String> {
        let (Value::Object(usual), Value::Object(wanted)) = (usual, wanted) else { return Err("no table".into()) };
        let mut lines = String::new();
        let mut below = Vec::new();
        for (key, value) in wanted {
            let before = usual.get(key).unwrap_or(&Value::Null);
            if before == value || value.is_null() {
                continue;
            }
            let inner: Vec<String> = path.iter().chain([key]).cloned().collect();
            match value {
                Value::Object(_) if is_in(&SECTIONS, &inner) => below.push(self.section(&inner, before, value)?),
                Value::Array(entries) if is_in(&ENTRIES, &inner) => {
                    for entry in entries {
                        below.push(self.entry(&inner, entry)?);
                    }
                }
                _ => lines.push_str(&format!("{}{}", pair_text(key, value)?, self.newline)),
            }
        }
        let header = format!("[{}]{}", path_text(path), self.newline);
        let mut parts = Vec::new();
        if !lines.is_empty() || below.is_empty() {
            parts.push(header + &lines);
        }
        parts.extend(below);
        let comment = comment_of(path).filter(|_| self.explains && path.len() == 1);
        let comment = comment.map(|comment| format!("{comment}{}", self.newline)).unwrap_or_default();
        Ok(comment + &parts.join(self.newline))
    }

    fn entry(&self, path: &[String], entry: &Value) -> Result<String, String> {
        let mut text = format!("[[{}]]{}", path_text(path), self.newline);
        for (key, value) in entry.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            text.push_str(&pair_text(key, value)?);
            text.push_str(self.newline);
        }
        Ok(text)
    }

    /// New lines at the end of a table's own ones.
    fn insert_lines(
        &mut self,
        table: &Table,
        path: &[String],
        dots: &[String],
        lines: &[(&String, Value)],
    ) -> Result<(), String> {
        if lines.is_empty() {
            return Ok(());
        }
        let prefix: String = dots.iter().map(|key| key_text(key) + ".").collect();
        let end = self.own_end(table);
        let indent = end.map(|(indent, _)| indent.to_owned()).unwrap_or_default();
        let mut text = String::new();
        for (key, value) in lines {
            let pair = pair_text(key, value).map_err(|message| format!("{}.{key}: {message}", path.join(".")))?;
            text.push_str(&format!("{indent}{prefix}{pair}{}", self.newline));
        }
        match end {
            Some((_, place)) => self.edits.push(Edit { place: place..place, is_table: false, text }),
            // It is there only by tables below it.
            None => {
                let at = self.block_start(self.first_header(table).unwrap_or(self.text.len()));
                self.insert_table(at, &format!("[{}]{}{text}", path_text(path), self.newline));
            }
        }
        Ok(())
    }

    /// A whole table, set apart by blank lines.
    fn insert_table(&mut self, at: usize, text: &str) {
        let last = self.edits.iter().rev().find(|edit| edit.is_table && edit.place == (at..at));
        let is_last = at == self.text.len();
        let is_set_apart = match last {
            Some(_) => !is_last,
            None => at == 0 || self.text[..at].ends_with("\n\n") || self.text[..at].ends_with("\n\r\n"),
        };
        let before = if is_set_apart { "" } else { self.newline };
        let after = if is_last { "" } else { self.newline };
        self.edits.push(Edit { place: at..at, is_table: true, text: format!("{before}{text}{after}") });
    }

    fn remove_item(&mut self, item: &Item) {
        match item {
            Item::Value(value) => self.remove_value(value),
            Item::Table(table) => self.remove_table(table),
            Item::ArrayOfTables(tables) => tables.iter().for_each(|table| self.remove_table(table)),
            Item::None => {}
        }
    }

    fn remove_table(&mut self, table: &Table) {
        if let Some(header) = header_of(table) {
            self.remove_line(header, &[]);
        }
        table.iter().for_each(|(_, item)| self.remove_item(item));
    }

    fn remove_value(&mut self, value: &toml_edit::Value) {
        let span = value.span().unwrap_or_default();
        let lost = comments(&self.text[span.clone()]);
        self.remove_line(span, &lost);
    }

    /// Takes out what stands on a line up to the end of `span`; a comment behind it stays.
    fn remove_line(&mut self, span: Range<usize>, lost: &[String]) {
        let (start, end) = (line_start(self.text, span.start), line_end(self.text, span.end));
        let indent = indent_at(self.text, start).to_owned();
        let rest = &self.text[span.end..end];
        let place = match rest.trim().is_empty() {
            true => start..end,
            false => start + indent.len()..span.end + (rest.len() - rest.trim_start().len()),
        };
        self.comment_lines(start, &indent, lost);
        self.edits.push(Edit { place, is_table: false, text: String::new() });
    }

    fn comment_lines(&mut self, at: usize, indent: &str, lost: &[String]) {
        if !lost.is_empty() {
            let text = lost.iter().map(|comment| format!("{indent}{comment}{}", self.newline)).collect();
            self.edits.push(Edit { place: at..at, is_table: false, text });
        }
    }

    fn applied(mut self) -> String {
        self.edits.sort_by_key(|edit| (edit.place.start, edit.place.end, edit.is_table));
        let mut written = String::with_capacity(self.text.len() + 256);
        let mut at = 0;
        for edit in &self.edits {
            written.push_str(&self.text[at..edit.place.start.max(at)]);
            written.push_str(&edit.text);
            at = edit.place.end.max(at);
        }
        written.push_str(&self.text[at..]);
        written
    }
}

fn is_in(list: &[&[&str]], path: &[String]) -> bool {
    list.iter().any(|known| path.iter().eq(known.iter()))
}

fn path_text(path: &[String]) -> String {
    path.iter().map(|key| key_text(key)).collect::<Vec<_>>().join(".")
}
