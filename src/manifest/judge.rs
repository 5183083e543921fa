//! What every item is checked for, wherever it comes from.

use super::{Demands, Finding, Item, Origin, Sink, Skipped, strict, values::ValueCheck};

/// Checks items one after another and remembers what is told once of all of them.
///
/// Parts of a manifest may be judged side by side: each by a [`Judge::part`] of its own, which are merged in the order of the parts.
#[derive(Debug)]
pub struct Judge {
    strict: bool,
    values: Option<ValueCheck>,
}

impl Judge {
    /// A judge who asks this of every item.
    pub fn new(demands: &Demands) -> Judge {
        Judge { strict: demands.strict, values: demands.values.clone().map(ValueCheck::new) }
    }

    /// A judge who asks the same of every item and has seen none yet.
    #[must_use]
    pub fn part(&self) -> Judge {
        Judge { strict: self.strict, values: self.values.as_ref().map(ValueCheck::part) }
    }

    /// Takes over what a part remembers, whose items come after those seen so far.
    pub fn merge(&mut self, later: Judge) {
        if let (Some(values), Some(later)) = (&mut self.values, later.values) {
            values.merge(later);
        }
    }

    /// Checks an item and hands it on; what is found goes before it. Values may be changed to fit.
    ///
    /// # Errors
    /// The sink's.
    pub fn item<S: Sink>(&mut self, origin: &Origin<'_>, mut item: Item, sink: &mut S) -> Result<(), S::Error> {
        if let Some(fault) = strict::fault(&item, origin).filter(|_| self.strict) {
            sink.finding(fault)?;
        }
        if let Some(values) = &mut self.values {
            values.item(origin, &mut item.client_metadata, sink)?;
        }
        sink.item(origin, item)
    }

    /// Tells what is told once of all items. Call it after the last one.
    ///
    /// # Errors
    /// The sink's.
    pub fn finish<S: Sink>(self, sink: &mut S) -> Result<(), S::Error> {
        match self.values {
            Some(values) => values.finish(sink),
            None => Ok(()),
        }
    }
}

/// A sink whose items pass the judge on their way to another one.
#[derive(Debug)]
pub struct Judged<'a, S> {
    /// Who checks.
    pub judge: &'a mut Judge,
    /// Where they go.
    pub sink: &'a mut S,
}

impl<S: Sink> Sink for Judged<'_, S> {
    type Error = S::Error;

    fn item(&mut self, origin: &Origin<'_>, item: Item) -> Result<(), S::Error> {
        self.judge.item(origin, item, self.sink)
    }

    fn skipped(&mut self, skipped: Skipped) -> Result<(), S::Error> {
        self.sink.skipped(skipped)
    }

    fn finding(&mut self, finding: Finding) -> Result<(), S::Error> {
        self.sink.finding(finding)
    }
}
