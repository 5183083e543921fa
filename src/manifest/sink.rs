//! Where what is read or built goes: to a file, to a check, to a test.

use crate::manifest::{
    finding::{Finding, Origin},
    item::Item,
    simple_item::SimpleItem,
    skipped::Skipped,
};

/// Takes items and what there is to know of them.
pub trait Sink {
    /// What can go wrong when writing.
    type Error;
    /// A finished item.
    ///
    /// # Errors
    /// It could not be written.
    fn item(&mut self, origin: &Origin<'_>, item: Item) -> Result<(), Self::Error>;
    /// A finished item that need not be made whole.
    ///
    /// # Errors
    /// It could not be written.
    fn plain(&mut self, plain: &SimpleItem<'_>) -> Result<(), Self::Error> {
        self.item(&Origin::blob(plain.name), plain.item())
    }
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

#[cfg(test)]
pub(super) mod tests {
    use std::convert::Infallible;

    use super::*;

    /// Keeps everything, for the tests of what writes into a sink.
    #[derive(Debug, Default, PartialEq)]
    pub(crate) struct Collected {
        pub(crate) items: Vec<Item>,
        pub(crate) skipped: Vec<Skipped>,
        pub(crate) findings: Vec<Finding>,
    }

    impl Sink for Collected {
        type Error = Infallible;

        fn item(&mut self, _: &Origin<'_>, item: Item) -> Result<(), Infallible> {
            self.items.push(item);
            Ok(())
        }

        fn skipped(&mut self, skipped: Skipped) -> Result<(), Infallible> {
            self.skipped.push(skipped);
            Ok(())
        }

        fn finding(&mut self, finding: Finding) -> Result<(), Infallible> {
            self.findings.push(finding);
            Ok(())
        }
    }
}
