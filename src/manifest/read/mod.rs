//! Reads items from files: Encord's JSON in both dialects, CSV, JSON Lines, lists of URLs. Every fault is a finding with its place;
//! what can be read is read all the same.

pub mod csv;
mod text;
pub mod urls;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Kind;

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
    File(std::io::Error),
    /// What was read cannot be handed on.
    #[error("{0}")]
    Sink(E),
}

#[cfg(test)]
pub(crate) mod tests {
    use std::convert::Infallible;

    use crate::manifest::{Code, Finding, Item, Origin, Place, Sink, Skipped};

    /// Keeps everything.
    #[derive(Debug, Default)]
    pub(crate) struct Collected {
        /// Each item with the findings that came right before it.
        pub(crate) items: Vec<(Vec<Code>, Item)>,
        pub(crate) origins: Vec<(String, Place)>,
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
