//! Reads items from files: Encord's JSON in both dialects, CSV, JSON Lines, lists of URLs. Every fault is a finding with its place;
//! what can be read is read all the same.

use serde::{Deserialize, Serialize};
use thiserror::Error;

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
