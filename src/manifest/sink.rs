//! Where what is read or built goes: to a file, to a check, to a test.

use super::{Finding, Item, Origin, Skipped};

/// Takes items and what there is to know of them.
pub trait Sink {
    /// What can go wrong when writing.
    type Error;
    /// A finished item.
    ///
    /// # Errors
    /// It could not be written.
    fn item(&mut self, origin: &Origin<'_>, item: Item) -> Result<(), Self::Error>;
    /// A blob that was left out.
    ///
    /// # Errors
    /// It could not be written.
    fn skipped(&mut self, skipped: Skipped) -> Result<(), Self::Error>;
    /// A finding. An error is about the item that comes next.
    ///
    /// # Errors
    /// It could not be written.
    fn finding(&mut self, finding: Finding) -> Result<(), Self::Error>;
}
