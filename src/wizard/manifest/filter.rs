//! What of a list is shown, and how far the search for it is.

use crate::{
    manifest::{finding::Code, kind::Kind},
    wizard::effect::RequestId,
};

/// What the rows of a list have to have to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// A text that must be in the row, in any case: in an item's title, file names or metadata values, in a name that was left out,
    /// in a finding's item, key or message.
    pub text: String,
    /// Only items of this kind.
    pub kind: Option<Kind>,
    /// Only items about which something was found.
    pub marked: bool,
    /// Only findings of this code.
    pub code: Option<Code>,
}

impl Filter {
    /// Whether every row passes.
    pub fn is_empty(&self) -> bool {
        *self == Filter::default()
    }
}

/// A search that goes through a list for the rows that pass a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scan {
    pub(super) id: Option<RequestId>,
    pub(super) seen: u64,
}

impl Scan {
    /// Whether it goes on.
    pub fn is_running(&self) -> bool {
        self.id.is_some()
    }

    /// How many rows were looked at.
    pub fn seen(&self) -> u64 {
        self.seen
    }
}
