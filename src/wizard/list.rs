//! The long lists and their rows.

use crate::{
    manifest::{
        finding::{Finding, Severity},
        item::Item,
        skipped::Skipped,
    },
    run::failed_unit::FailedUnit,
    wizard::saved::CauseId,
};

/// A list that can be long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// The manifest's items.
    Items,
    /// The blobs that are not imported.
    Skipped,
    /// The findings, errors first.
    Findings,
    /// The failed units of a run.
    Failed,
    /// The failed units of one cause.
    FailedBy(CauseId),
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// Of [`List::Items`], with the most severe finding about it.
    Item(Box<Item>, Option<Severity>),
    /// Of [`List::Skipped`].
    Skipped(Skipped),
    /// Of [`List::Findings`].
    Finding(Finding),
    /// Of [`List::Failed`] and [`List::FailedBy`].
    Failed(FailedUnit),
}
