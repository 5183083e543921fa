//! Where in a config's text tables begin and end, and where new ones go.

use std::ops::Range;

use toml_edit::{Item, Key, Table};

use crate::config::edit::blocks::Editor;

/// Where headers begin, and where lines end that hold headers or values.
#[derive(Default)]
pub(super) struct Marks {
    pub(super) headers: Vec<usize>,
    pub(super) ends: Vec<usize>,
}

impl Marks {
    pub(super) fn read(&mut self, table: &Table, text: &str) {
        if let Some(header) = header_of(table) {
            self.headers.push(header.start);
            self.ends.push(line_end(text, header.end));
        }
        for (_, item) in table {
            match item {
                Item::Value(value) => self.ends.push(line_end(text, value.span().unwrap_or_default().end)),
                Item::Table(table) => self.read(table, text),
                Item::ArrayOfTables(tables) => tables.iter().for_each(|table| self.read(table, text)),
                Item::None => {}
            }
        }
    }
}

impl Editor<'_> {
    /// Where a new table goes that comes after the siblings of these names.
    pub(super) fn after_siblings(&self, table: &Table, names: &[&String]) -> usize {
        let siblings = names.iter().rev().filter_map(|name| table.get(name));
        let ends = siblings.filter_map(|item| match item {
            Item::Table(table) if !table.is_dotted() => Some(self.deep_end(table)),
            Item::ArrayOfTables(tables) => tables.iter().map(|table| self.deep_end(table)).max(),
            _ => None,
        });
        let first = ends.into_iter().next();
        match first.or_else(|| self.own_end(table).map(|(_, end)| end)) {
            Some(end) => self.section_end(end),
            None => self.block_start(self.first_header(table).unwrap_or(self.text.len())),
        }
    }

    /// The end of the section whose last line ends at `end`: what follows it belongs to the next header, if it stands right above it.
    pub(super) fn section_end(&self, end: usize) -> usize {
        match self.marks.headers.iter().find(|header| **header >= end) {
            Some(header) => self.block_start(*header).max(end),
            None => self.text.len(),
        }
    }

    /// Where the comment begins that stands right above a header.
    pub(super) fn block_start(&self, header: usize) -> usize {
        let floor = self.marks.ends.iter().rev().find(|end| **end <= header).copied().unwrap_or(0);
        let mut start = line_start(self.text, header);
        while start > floor {
            let above = line_start(self.text, start - 1);
            if above < floor || !self.text[above..start].trim_start().starts_with('#') {
                break;
            }
            start = above;
        }
        // What stands at the top of the file is about the file.
        if start == 0 && header > 0 { line_start(self.text, header) } else { start }
    }

    /// The indentation of a table's last own line, and where that line ends; none where it has neither lines nor a header.
    pub(super) fn own_end(&self, table: &Table) -> Option<(&str, usize)> {
        let mut last = header_of(table);
        last_value(table, &mut last);
        let last = last?;
        Some((indent_at(self.text, line_start(self.text, last.start)), line_end(self.text, last.end)))
    }

    /// Where a table ends with the tables below it.
    pub(super) fn deep_end(&self, table: &Table) -> usize {
        let own = self.own_end(table).map_or(0, |(_, end)| end);
        let below = table.iter().filter_map(|(_, item)| match item {
            Item::Table(table) => Some(self.deep_end(table)),
            Item::ArrayOfTables(tables) => tables.iter().map(|table| self.deep_end(table)).max(),
            _ => None,
        });
        below.max().unwrap_or(0).max(own)
    }

    pub(super) fn first_header(&self, table: &Table) -> Option<usize> {
        let below = table.iter().filter_map(|(_, item)| match item {
            Item::Table(table) => self.first_header(table),
            Item::ArrayOfTables(tables) => tables.iter().filter_map(|table| self.first_header(table)).min(),
            _ => None,
        });
        below.chain(header_of(table).map(|header| header.start)).min()
    }

    pub(super) fn key_start(&self, table: &Table, key: &str, otherwise: usize) -> usize {
        table.key(key).and_then(Key::span).map_or(otherwise, |span| span.start)
    }
}

/// Where a table's header stands, if it has one.
pub(super) fn header_of(table: &Table) -> Option<Range<usize>> {
    table.span().filter(|span| !table.is_dotted() && !table.is_implicit() && !span.is_empty())
}

/// The last value of a table and of the tables that dots make in it.
fn last_value(table: &Table, last: &mut Option<Range<usize>>) {
    for (_, item) in table {
        match item {
            Item::Value(value) => {
                let span = value.span().unwrap_or_default();
                if last.as_ref().is_none_or(|last| last.start < span.start) {
                    *last = Some(span);
                }
            }
            Item::Table(table) if table.is_dotted() => last_value(table, last),
            _ => {}
        }
    }
}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

pub(super) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |length| at + length + 1)
}

pub(super) fn indent_at(text: &str, line: usize) -> &str {
    let rest = &text[line..];
    &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()]
}
