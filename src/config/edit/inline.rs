//! Values as TOML writes them, and values that are changed in place: in an array or an inline table what stays keeps its text, and
//! no comment is lost.

use std::ops::Range;

use serde_json::{Map, Value};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use toml_edit::{Array, InlineTable, Key};

/// A value on one line.
///
/// # Errors
/// TOML has no null.
pub(super) fn value_text(value: &Value) -> Result<String, String> {
    Ok(match value {
        Value::Null => return Err("null, which TOML does not have".into()),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => integer.to_string(),
            (None, Some(float)) if number.is_f64() => toml_edit::Value::from(float).to_string(),
            _ => return Err(format!("{number}, which is too large for TOML")),
        },
        Value::String(text) => toml_edit::Value::from(text.as_str()).to_string(),
        Value::Array(values) => {
            let texts: Result<Vec<String>, String> = values.iter().map(value_text).collect();
            format!("[{}]", texts?.join(", "))
        }
        Value::Object(map) if map.is_empty() => "{}".into(),
        Value::Object(map) => {
            let texts: Result<Vec<String>, String> = map.iter().map(|(key, value)| pair_text(key, value)).collect();
            format!("{{ {} }}", texts?.join(", "))
        }
    })
}

/// A key as TOML writes it, in quotes where it must be.
pub(super) fn key_text(key: &str) -> String {
    Key::new(key).display_repr().into_owned()
}

/// A key and its value.
pub(super) fn pair_text(key: &str, value: &Value) -> Result<String, String> {
    Ok(format!("{} = {}", key_text(key), value_text(value)?))
}

/// What has to be written of a setting that is not there yet, where `usual` is what is read without it.
pub(super) fn unusual(usual: &Value, wanted: &Value) -> Value {
    match (usual, wanted) {
        (Value::Object(usual), Value::Object(wanted)) => {
            let differs = |key: &String, value: &Value| usual.get(key) != Some(value);
            let entries = wanted.iter().filter(|(key, value)| differs(key, value));
            let entry =
                |(key, value): (&String, &Value)| (key.clone(), unusual(usual.get(key).unwrap_or(&Value::Null), value));
            Value::Object(entries.map(entry).collect())
        }
        _ => wanted.clone(),
    }
}

/// What a value says.
fn said(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => text.value().as_str().into(),
        toml_edit::Value::Integer(integer) => (*integer.value()).into(),
        toml_edit::Value::Float(float) => (*float.value()).into(),
        toml_edit::Value::Boolean(boolean) => (*boolean.value()).into(),
        toml_edit::Value::Datetime(time) => time.value().to_string().into(),
        toml_edit::Value::Array(array) => array.iter().map(said).collect(),
        toml_edit::Value::InlineTable(table) => {
            Value::Object(table.iter().map(|(key, value)| (key.to_owned(), said(value))).collect())
        }
    }
}

/// The text that a value gets which is to say something else. Comments for which it has no place any more go to `lost`.
pub(super) fn changed(
    text: &str,
    old: &toml_edit::Value,
    was: &Value,
    wanted: &Value,
    lost: &mut Vec<String>,
) -> Result<String, String> {
    let span = old.span().unwrap_or_default();
    if was == wanted {
        return Ok(text[span].to_owned());
    }
    match (old, was, wanted) {
        (toml_edit::Value::Array(array), Value::Array(was), Value::Array(wanted)) => {
            changed_array(text, array, was, wanted, lost)
        }
        (toml_edit::Value::InlineTable(table), Value::Object(was), Value::Object(wanted)) if !has_dots(table) => {
            changed_table(text, table, was, wanted, lost)
        }
        _ => {
            lost.extend(comments(&text[span]));
            value_text(wanted)
        }
    }
}

fn has_dots(table: &InlineTable) -> bool {
    table.iter().any(|(_, value)| value.as_inline_table().is_some_and(InlineTable::is_dotted))
}

fn changed_array(
    text: &str,
    array: &Array,
    was: &[Value],
    wanted: &[Value],
    lost: &mut Vec<String>,
) -> Result<String, String> {
    let own: Vec<Value> = array.iter().map(said).collect();
    let mut sorted: Vec<String> = own.iter().map(Value::to_string).collect();
    sorted.sort();
    sorted.dedup();
    let is_sorted_copy = own != was && sorted.iter().eq(&was.iter().map(Value::to_string).collect::<Vec<_>>());
    // What is read as a set keeps the order in which it was written.
    let wanted: Vec<Value> = match is_sorted_copy {
        true => {
            let kept = own.iter().filter(|value| wanted.contains(value));
            kept.chain(wanted.iter().filter(|value| !own.contains(value))).cloned().collect()
        }
        false => wanted.to_vec(),
    };
    let was = if !is_sorted_copy && was.len() == own.len() { was } else { &own[..] };
    let spans: Vec<Range<usize>> = array.iter().map(|value| value.span().unwrap_or_default()).collect();
    let mut list = Pieces::read(text, array.span().unwrap_or_default(), &spans);
    let texts = |values: &[Value]| values.iter().map(Value::to_string).collect::<Vec<_>>();
    let mut slots = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &texts(was), &texts(&wanted)) {
        let (old, new) = (op.old_range(), op.new_range());
        let shared = if let DiffOp::Insert { .. } | DiffOp::Delete { .. } = op { 0 } else { old.len().min(new.len()) };
        for (at, to) in old.clone().zip(new.clone()).take(shared) {
            let Some(element) = array.get(at) else { continue };
            list.pieces[at].raw = changed(text, element, &was[at], &wanted[to], lost)?;
            slots.push(Slot::Kept(at));
        }
        slots.extend(old.skip(shared).map(Slot::Gone));
        for to in new.skip(shared) {
            slots.push(Slot::New(value_text(&wanted[to])?));
        }
    }
    Ok(list.write('[', &slots, ']'))
}

fn changed_table(
    text: &str,
    table: &InlineTable,
    was: &Map<String, Value>,
    wanted: &Map<String, Value>,
    lost: &mut Vec<String>,
) -> Result<String, String> {
    let mut entries: Vec<(&str, Range<usize>, &toml_edit::Value)> = table
        .iter()
        .filter_map(|(name, value)| Some((name, table.key(name)?.span()?.start..value.span()?.end, value)))
        .collect();
    entries.sort_by_key(|(_, span, _)| span.start);
    let spans: Vec<Range<usize>> = entries.iter().map(|(_, span, _)| span.clone()).collect();
    let mut list = Pieces::read(text, table.span().unwrap_or_default(), &spans);
    let mut slots = Vec::new();
    for (at, (name, span, value)) in entries.iter().enumerate() {
        match wanted.get(*name).filter(|value| !value.is_null()) {
            Some(wanted) => {
                let key = &text[span.start..value.span().unwrap_or_default().start];
                let value = changed(text, value, was.get(*name).unwrap_or(&Value::Null), wanted, lost)?;
                list.pieces[at].raw = format!("{key}{value}");
                slots.push(Slot::Kept(at));
            }
            // What only the program's defaults say is not there to be taken out.
            None if was.get(*name).is_some_and(|value| !value.is_null()) => slots.push(Slot::Gone(at)),
            None => slots.push(Slot::Kept(at)),
        }
    }
    for (name, value) in wanted {
        if !table.contains_key(name) && was.get(name) != Some(value) && !value.is_null() {
            slots.push(Slot::New(pair_text(name, &unusual(was.get(name).unwrap_or(&Value::Null), value))?));
        }
    }
    Ok(list.write('{', &slots, '}'))
}

/// What becomes of an element.
enum Slot {
    Kept(usize),
    Gone(usize),
    New(String),
}

/// An element with what stands around it.
struct Piece {
    /// From the end of the line before it, or from the comma before it.
    before: String,
    raw: String,
    /// Up to its comma.
    tail: String,
    /// What else stands on the line behind its comma: a comment, perhaps.
    after: String,
}

/// An array or an inline table, taken apart.
struct Pieces {
    opening: String,
    pieces: Vec<Piece>,
    closing: String,
    has_final_comma: bool,
    is_tall: bool,
    newline: &'static str,
}

impl Pieces {
    fn read(text: &str, outer: Range<usize>, spans: &[Range<usize>]) -> Pieces {
        let inner = outer.start + 1..outer.end.saturating_sub(1).max(outer.start + 1);
        let first = spans.first().map_or(inner.end, |span| span.start);
        let (opening, mut before) = split_line(&text[inner.start..first]);
        let mut has_final_comma = false;
        let mut pieces = Vec::new();
        for (at, span) in spans.iter().enumerate() {
            let end = spans.get(at + 1).map_or(inner.end, |next| next.start);
            let gap = &text[span.end..end];
            let comma = outside_comments(gap).find(|place| gap.as_bytes()[*place] == b',');
            has_final_comma = comma.is_some();
            let (tail, rest) = comma.map_or(("", gap), |comma| (&gap[..comma], &gap[comma + 1..]));
            let (after, next) = split_line(rest);
            pieces.push(Piece {
                before: before.to_owned(),
                raw: text[span.clone()].to_owned(),
                tail: tail.to_owned(),
                after: after.to_owned(),
            });
            before = next;
        }
        let is_tall = text[outer].contains('\n');
        Pieces {
            opening: opening.to_owned(),
            pieces,
            closing: before.to_owned(),
            has_final_comma,
            is_tall,
            newline: newline_of(text),
        }
    }

    fn write(&self, open: char, slots: &[Slot], close: char) -> String {
        let indent =
            self.pieces.first().and_then(|piece| piece.before.rsplit_once('\n')).map_or("    ", |(_, rest)| rest);
        let own_line = format!("{}{indent}", self.newline);
        let first_gap = self.pieces.first().map_or(if open == '{' { " " } else { "" }, |piece| &piece.before);
        let mut written = format!("{open}{}", self.opening);
        let mut is_first = true;
        let count = slots.iter().filter(|slot| !matches!(slot, Slot::Gone(_))).count();
        let mut done = 0;
        for slot in slots {
            let (before, raw, tail, after) = match slot {
                Slot::Gone(at) => {
                    let piece = &self.pieces[*at];
                    for comment in
                        [&piece.before, &piece.tail, &piece.after].into_iter().flat_map(|part| comments(part))
                    {
                        written.push_str(&own_line);
                        written.push_str(&comment);
                    }
                    continue;
                }
                Slot::Kept(at) => {
                    let piece = &self.pieces[*at];
                    let before = match (self.is_tall, is_first, *at == 0) {
                        (true, ..) | (false, true, true) | (false, false, false) => piece.before.as_str(),
                        (false, true, false) => first_gap,
                        (false, false, true) => " ",
                    };
                    (before, piece.raw.as_str(), piece.tail.as_str(), piece.after.as_str())
                }
                Slot::New(raw) => {
                    let before = match (self.is_tall, is_first) {
                        (true, _) => own_line.as_str(),
                        (false, true) => first_gap,
                        (false, false) => " ",
                    };
                    (before, raw.as_str(), "", "")
                }
            };
            if ends_in_comment(&written) && !starts_line(before) {
                written.push_str(&own_line);
                written.push_str(before.trim_start());
            } else {
                written.push_str(before);
            }
            written.push_str(raw);
            written.push_str(tail);
            done += 1;
            if done < count || self.has_final_comma {
                written.push(',');
            }
            written.push_str(after);
            is_first = false;
        }
        if ends_in_comment(&written) && !starts_line(&self.closing) {
            written.push_str(self.newline);
        }
        let closing = match open {
            '{' if self.pieces.is_empty() && !is_first && self.closing.is_empty() => " ",
            _ => &self.closing,
        };
        written.push_str(closing);
        written.push(close);
        written
    }
}

fn starts_line(text: &str) -> bool {
    text.starts_with('\n') || text.starts_with("\r\n")
}

/// The ends of lines as a text has them.
pub(super) fn newline_of(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// What is on the first line, where there is more than one, and what follows from its end on.
fn split_line(text: &str) -> (&str, &str) {
    match text.find('\n') {
        Some(end) => text.split_at(if text[..end].ends_with('\r') { end - 1 } else { end }),
        None => ("", text),
    }
}

fn ends_in_comment(text: &str) -> bool {
    let mut last = None;
    scan(text, |place, is_comment| {
        if is_comment {
            last = Some(place.end);
        }
    });
    last == Some(text.len())
}

/// The comments in a piece of TOML that begins outside of any string.
pub(super) fn comments(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    scan(text, |place, is_comment| {
        if is_comment {
            found.push(text[place].trim_end().to_owned());
        }
    });
    found
}

/// The places of single bytes that belong to neither a comment nor a string.
fn outside_comments(text: &str) -> impl Iterator<Item = usize> {
    let mut places = Vec::new();
    scan(text, |place, is_comment| {
        if !is_comment {
            places.push(place.start);
        }
    });
    places.into_iter()
}

/// Tells of each comment (without the end of its line), and of each single byte outside of comments and strings.
fn scan(text: &str, mut tell: impl FnMut(Range<usize>, bool)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'#' => {
                let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
                let end = if text[at..end].ends_with('\r') { end - 1 } else { end };
                tell(at..end, true);
                at = end;
            }
            quote @ (b'"' | b'\'') => {
                let triple = [quote; 3];
                let is_long = bytes[at..].starts_with(&triple);
                at += if is_long { 3 } else { 1 };
                while at < bytes.len() {
                    if quote == b'"' && bytes[at] == b'\\' {
                        at += 2;
                    } else if is_long && bytes[at..].starts_with(&triple) {
                        at += 3;
                        // Up to two more quotes belong to the string.
                        while at < bytes.len() && bytes[at] == quote {
                            at += 1;
                        }
                        break;
                    } else if !is_long && bytes[at] == quote {
                        at += 1;
                        break;
                    } else {
                        at += 1;
                    }
                }
            }
            _ => {
                tell(at..at + 1, false);
                at += 1;
            }
        }
    }
}
