//! Where in a config's text a fault is.

use std::ops::Range;

use toml_edit::{Document, Item, Key, Table};

/// A fault with its line and column, the line itself and the place in it marked.
pub(super) fn at(text: &str, span: Range<usize>, message: &str) -> String {
    let start = floor(text, span.start);
    let line_start = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let number = (text[..start].matches('\n').count() + 1).to_string();
    let before = text[line_start..start].chars().count();
    let marked =
        text[start..floor(text, span.end.max(start))].lines().next().unwrap_or_default().chars().count().max(1);
    let gutter = " ".repeat(number.len());
    format!(
        "At line {number}, column {}:\n{gutter} |\n{number} | {line}\n{gutter} | {}{}\n{message}",
        before + 1,
        " ".repeat(before),
        "^".repeat(marked)
    )
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0)
}

/// The place of what a fault's message begins with: `[section] key`, or `[[section]] match = "…"`; else the section's header.
pub(super) fn of(text: &str, message: &str) -> Option<Range<usize>> {
    let document = Document::parse(text).ok()?;
    let (section, rest) = match message.strip_prefix('[') {
        Some(rest) => {
            let (section, rest) = rest.trim_start_matches('[').split_once(']')?;
            (section, rest.trim_start_matches(']').trim_start())
        }
        None => ("", message),
    };
    let mut table: &Table = document.as_table();
    let mut header = None;
    for name in section.split('.').filter(|name| !name.is_empty()) {
        header = table.key(name).and_then(Key::span);
        match table.get(name)? {
            Item::Table(inner) => {
                header = inner.span().filter(|_| !inner.is_dotted() && !inner.is_implicit()).or(header);
                table = inner;
            }
            Item::ArrayOfTables(tables) => {
                let pattern =
                    rest.strip_prefix("match = \"").and_then(|rest| rest.split_once("\":")).map(|(name, _)| name);
                let is_meant = |table: &&Table| table.get("match").and_then(Item::as_str) == pattern;
                table = tables.iter().find(is_meant).or_else(|| tables.get(0))?;
                header = table.span();
            }
            _ => return header,
        }
    }
    let word = match rest.strip_prefix('"') {
        Some(rest) => rest.split('"').next()?,
        None => rest.split([' ', ',', ':', '=']).next()?,
    };
    let key = table.key(word).and_then(Key::span);
    match (key, table.get(word).and_then(|item| item.as_value()).and_then(toml_edit::Value::span)) {
        (Some(key), Some(value)) => Some(key.start..value.end),
        (key, _) => key.or(header),
    }
}
