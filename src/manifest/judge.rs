//! What every item is checked for, wherever it comes from.

use super::{Demands, Finding, Item, Origin, Provenance, Severity, Sink, Skipped, strict, values::ValueCheck};

/// Checks items one after another and remembers what is told once of all of them.
///
/// Parts of a manifest may be judged side by side: each by a [`Judge::part`] of its own, which are merged in the order of the parts.
#[derive(Debug)]
pub struct Judge {
    strict: bool,
    values: Option<ValueCheck>,
    /// Of a judge who leaves the checks to a second pass: the errors about the item that comes next.
    deferred: Option<Vec<Finding>>,
}

impl Judge {
    /// A judge who asks this of every item.
    pub fn new(demands: &Demands) -> Judge {
        Judge { strict: demands.strict, values: demands.values.clone().map(ValueCheck::new), deferred: None }
    }

    /// One who checks nothing yet: every item takes where it comes from, and the errors that were found about it, along to a
    /// second pass.
    pub fn deferring() -> Judge {
        Judge { strict: false, values: None, deferred: Some(Vec::new()) }
    }

    /// A judge who asks the same of every item and has seen none yet.
    #[must_use]
    pub fn part(&self) -> Judge {
        Judge {
            strict: self.strict,
            values: self.values.as_ref().map(ValueCheck::part),
            deferred: self.deferred.as_ref().map(|_| Vec::new()),
        }
    }

    /// Takes over what a part remembers, whose items come after those seen so far.
    pub fn merge(&mut self, later: Judge) {
        if let (Some(values), Some(later)) = (&mut self.values, later.values) {
            values.merge(later);
        }
        if let (Some(deferred), Some(later)) = (&mut self.deferred, later.deferred) {
            deferred.extend(later);
        }
    }

    /// Checks an item and hands it on; what is found goes before it. Values may be changed to fit.
    ///
    /// # Errors
    /// The sink's.
    pub fn item<S: Sink>(&mut self, origin: &Origin<'_>, mut item: Item, sink: &mut S) -> Result<(), S::Error> {
        if let Some(findings) = &mut self.deferred {
            let known = item.provenance.take().unwrap_or_default();
            let (name, place, findings) = (origin.name.to_owned(), origin.place, std::mem::take(findings));
            item.provenance = Some(Box::new(Provenance { name, place, findings, ..*known }));
            return sink.item(origin, item);
        }
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
        for finding in self.deferred.into_iter().flatten() {
            sink.finding(finding)?;
        }
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
        if let (Some(deferred), Severity::Error) = (&mut self.judge.deferred, finding.severity) {
            deferred.push(finding);
            return Ok(());
        }
        self.sink.finding(finding)
    }
}
