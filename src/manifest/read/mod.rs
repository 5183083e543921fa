//! Reads items from files: Encord's JSON in both dialects, CSV, JSON Lines, lists of URLs. Every fault is a finding with its place;
//! what can be read is read all the same.

pub mod csv;
pub mod element;
pub mod json;
pub mod lines;
pub(crate) mod ruled;
mod text;
pub mod urls;

use std::{
    io::{self, BufRead},
    path::Path,
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::manifest::{kind::Kind, sink::Sink};

pub use ruled::{Names, Ruled, kind_by_rule};

/// Tells the type of a file by its URL, where the manifest does not.
pub type KindOf<'a> = &'a dyn Fn(&str) -> Option<Kind>;

/// The type that a URL's extension stands for.
pub fn kind_by_extension(url: &str) -> Option<Kind> {
    Kind::from_extension(url.split('?').next().unwrap_or_default())
}

/// What a file says besides its items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Items, also those that could not be read.
    pub items: u64,
    /// `skip_duplicate_urls`, if it says.
    pub skip_duplicate_urls: Option<bool>,
    /// `upsert_metadata`, if it says.
    pub upsert_metadata: Option<bool>,
}

/// Why reading came to an end before the end of the file.
#[derive(Debug, Error)]
pub enum ReadError<E> {
    /// The file cannot be read.
    #[error("{0}")]
    File(io::Error),
    /// What was read cannot be handed on.
    #[error("{0}")]
    Sink(E),
}

/// The forms in which a manifest can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Encord's JSON, in either dialect.
    Json,
    /// JSON Lines, one item a line.
    Lines,
    /// The CSV of Encord's web form.
    Csv,
    /// One URL a line.
    Urls,
}

impl Format {
    /// Tells the form of a file by its name's extension, or else by its first bytes.
    pub fn of(path: &Path, beginning: &[u8]) -> Format {
        let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
        match extension.as_deref() {
            Some("json") => return Format::Json,
            Some("jsonl" | "ndjson") => return Format::Lines,
            Some("csv") => return Format::Csv,
            Some("urls") => return Format::Urls,
            _ => {}
        }
        let text = beginning.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(beginning).trim_ascii_start();
        let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        match text.first() {
            // The object of a line ends on that line; that of Encord's JSON is as long as the file.
            Some(b'{') if line.trim_ascii_end().ends_with(b"}") && text.len() > line.len() => Format::Lines,
            Some(b'{' | b'[') => Format::Json,
            _ if line.contains(&b',') || line.to_ascii_lowercase().starts_with(b"objecturl") => Format::Csv,
            _ => Format::Urls,
        }
    }
}

/// Reads all items of a file. `kind_of` tells the type of an item that only has a URL.
///
/// # Errors
/// The file cannot be read, or the sink's. What is wrong with the content is a finding.
pub fn read<S: Sink>(
    format: Format,
    input: impl BufRead,
    kind_of: KindOf<'_>,
    sink: &mut S,
) -> Result<FileFacts, ReadError<S::Error>> {
    match format {
        Format::Json => json::read(input, sink),
        Format::Csv => csv::read(input, kind_of, sink),
        Format::Urls => urls::read(input, kind_of, sink),
        Format::Lines => lines::read(input, kind_of, sink),
    }
}

/// The known word that is spelt most like another one, if one is.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    known
        .map(|candidate| (strsim::jaro_winkler(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::convert::Infallible;

    use crate::manifest::{
        finding::{Code, Finding, Origin, Position},
        item::Item,
        sink::Sink,
        skipped::Skipped,
    };

    /// Keeps everything.
    #[derive(Debug, Default)]
    pub(crate) struct Collected {
        /// Each item with the findings that came right before it.
        pub(crate) items: Vec<(Vec<Code>, Item)>,
        pub(crate) origins: Vec<(String, Position)>,
        pub(crate) findings: Vec<Finding>,
        new: Vec<Code>,
    }

    impl Collected {
        /// The findings: code, line, column, item.
        pub(crate) fn told(&self) -> Vec<(Code, u64, u64, &str)> {
            let findings = self.findings.iter();
            findings
                .map(|finding| (finding.code, finding.line.unwrap(), finding.column.unwrap(), finding.item.as_str()))
                .collect()
        }
    }

    impl Sink for Collected {
        type Error = Infallible;
        fn item(&mut self, origin: &Origin<'_>, item: Item) -> Result<(), Infallible> {
            self.origins.push((origin.name.to_owned(), origin.place.unwrap()));
            self.items.push((std::mem::take(&mut self.new), item));
            Ok(())
        }
        fn skipped(&mut self, skipped: Skipped) -> Result<(), Infallible> {
            unreachable!("{skipped:?}")
        }
        fn finding(&mut self, finding: Finding) -> Result<(), Infallible> {
            self.new.push(finding.code);
            self.findings.push(finding);
            Ok(())
        }
    }
}
