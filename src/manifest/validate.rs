//! What every item is checked for, wherever it comes from.

use std::{borrow::Cow, sync::Arc};

use crate::manifest::{
    checks::{
        Checks,
        duplicate_urls::{DuplicateUrls, ItemUrls},
        redact::shown as shown_url,
    },
    finding::{Code, Finding, Origin, Position, Severity},
    item::{Item, Provenance},
    read::json::fast_path::SimpleItemRef,
    simple_item::SimpleItem,
    sink::Sink,
    skipped::Skipped,
    values::{ValidationRules, ValueCheck},
};

/// The most items of one JSON (docs.encord.com, "Register cloud data").
pub const MOST_ITEMS: u64 = 500_000;
/// The most URLs of one JSON (docs.encord.com, "Register cloud data").
pub const MOST_URLS: u64 = 1_000_000;
/// As many entries Encord advises for one JSON (docs.encord.com, "Best practices").
pub const ADVISED_ITEMS: u64 = 10_000;

/// Checks items one after another and remembers what is told once of all of them.
///
/// Parts of a manifest may be judged side by side: each by a [`Validator::part`] of its own, which are merged in the order of the parts.
#[derive(Debug)]
pub struct Validator {
    checks: Arc<Checks>,
    values: Option<ValueCheck>,
    /// Of a judge who leaves the checks to a second pass: the errors about the item that comes next.
    deferred: Option<Vec<Finding>>,
    twins: Option<DuplicateUrls>,
    /// Of a part: what its twins are found by when it is merged.
    seen: Option<ItemUrls>,
    items: u64,
    urls: u64,
}

impl Validator {
    /// A judge who asks this of every item of a listing: its URLs are right by construction and stand once.
    pub fn new(demands: &ValidationRules) -> Validator {
        Validator::with(demands, false)
    }

    /// One who checks nothing yet: every item takes where it comes from, and the errors that were found about it, along to a
    /// second pass.
    pub fn deferring() -> Validator {
        Validator { deferred: Some(Vec::new()), ..Validator::with(&ValidationRules::default(), false) }
    }

    /// A judge of a file that somebody wrote: its URLs, titles and groups are checked, and no URL may stand twice. Memory grows by
    /// some 20 bytes with each URL.
    pub fn of_file(demands: &ValidationRules) -> Validator {
        Validator::with(demands, true)
    }

    fn with(demands: &ValidationRules, written: bool) -> Validator {
        Validator {
            checks: Arc::new(Checks::new(demands, written)),
            deferred: None,
            values: demands.values.clone().map(ValueCheck::new),
            twins: written.then(DuplicateUrls::new),
            seen: None,
            items: 0,
            urls: 0,
        }
    }

    /// A judge who asks the same of every item and has seen none yet.
    #[must_use]
    pub fn part(&self) -> Validator {
        Validator {
            deferred: self.deferred.as_ref().map(|_| Vec::new()),
            checks: Arc::clone(&self.checks),
            values: self.values.as_ref().map(ValueCheck::part),
            twins: None,
            seen: self.twins.as_ref().map(DuplicateUrls::seen).or_else(|| self.seen.as_ref().map(ItemUrls::part)),
            items: 0,
            urls: 0,
        }
    }

    /// Takes over what a part remembers, whose items come after those seen so far. What stood before is told by
    /// [`Validator::merge_telling`]; of a listing nothing is.
    pub fn merge(&mut self, later: Validator) {
        let told: Result<(), std::convert::Infallible> = self.merge_telling(later, |_| Ok(()));
        match told {
            Ok(()) => {}
            Err(never) => match never {},
        }
    }

    /// Takes over what a part remembers, and tells of the URLs in it that stood before.
    ///
    /// # Errors
    /// Those of `tell`.
    pub fn merge_telling<E>(&mut self, later: Validator, tell: impl FnMut(Finding) -> Result<(), E>) -> Result<(), E> {
        if let (Some(values), Some(later)) = (&mut self.values, later.values) {
            values.merge(later);
        }
        if let (Some(deferred), Some(later)) = (&mut self.deferred, later.deferred) {
            deferred.extend(later);
        }
        self.items += later.items;
        self.urls += later.urls;
        match (&mut self.twins, &later.seen) {
            (Some(twins), Some(seen)) => twins.merge(seen, tell),
            _ => Ok(()),
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
        self.items += 1;
        self.urls += item.urls.len() as u64;
        self.checks.item(origin, &item, sink)?;
        if let Some(values) = &mut self.values {
            values.item(origin, &mut item.client_metadata, sink)?;
        }
        if let Some(seen) = &mut self.seen {
            seen.item(origin, &item);
        } else if let Some(twins) = &mut self.twins {
            let mut seen = twins.seen();
            seen.item(origin, &item);
            twins.merge(&seen, |finding| sink.finding(finding))?;
        }
        sink.item(origin, item)
    }

    /// Takes an item of a part of a file, if certainly nothing is wrong with it by itself and nothing is to be changed; otherwise
    /// returns false, and the item has yet to be judged.
    pub(super) fn passes(&mut self, glance: &SimpleItemRef<'_, '_>, of_url: Position) -> bool {
        let Some(seen) = self.seen.as_mut().filter(|_| self.deferred.is_none()) else { return false };
        if !self.checks.passes(glance) {
            return false;
        }
        let name = match glance.title {
            "" => shown_url(glance.url),
            title => Cow::Borrowed(title),
        };
        if !self.values.as_mut().is_none_or(|values| values.passes(&name, glance.metadata)) {
            return false;
        }
        self.items += 1;
        self.urls += 1;
        seen.url(glance.kind, &name, glance.url, of_url);
        true
    }

    /// Checks an item that is not made whole and hands it on, if nothing about it has to be looked at.
    fn plain<S: Sink>(&mut self, plain: &SimpleItem<'_>, sink: &mut S) -> Result<(), S::Error> {
        let looks_at_it =
            self.deferred.is_some() || self.values.is_some() || self.twins.is_some() || self.seen.is_some();
        if looks_at_it || self.checks.look_at_files() {
            return self.item(&Origin::blob(plain.name), plain.item(), sink);
        }
        self.items += 1;
        self.urls += 1;
        sink.plain(plain)
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

    /// Tells what is too much for one JSON that goes to Encord as it is. Call it after the last item.
    ///
    /// # Errors
    /// The sink's.
    pub fn limits<S: Sink>(&self, name: &str, sink: &mut S) -> Result<(), S::Error> {
        let limits = [
            (self.items > MOST_ITEMS, Code::TooManyItems, format!("{} items, {MOST_ITEMS} are allowed", self.items)),
            (self.urls > MOST_URLS, Code::TooManyUrls, format!("{} URLs, {MOST_URLS} are allowed", self.urls)),
            (
                self.items > ADVISED_ITEMS,
                Code::ManifestLarge,
                format!("{} items, Encord advises {ADVISED_ITEMS} at most", self.items),
            ),
        ];
        for (_, code, message) in limits.into_iter().filter(|(is_above, ..)| *is_above) {
            sink.finding(Finding::new(code, name, message))?;
        }
        Ok(())
    }
}

/// A sink whose items pass the judge on their way to another one.
#[derive(Debug)]
pub struct ValidatingSink<'a, S> {
    /// Who checks.
    pub judge: &'a mut Validator,
    /// Where they go.
    pub sink: &'a mut S,
}

impl<S: Sink> Sink for ValidatingSink<'_, S> {
    type Error = S::Error;

    fn item(&mut self, origin: &Origin<'_>, item: Item) -> Result<(), S::Error> {
        self.judge.item(origin, item, self.sink)
    }

    fn plain(&mut self, plain: &SimpleItem<'_>) -> Result<(), S::Error> {
        self.judge.plain(plain, self.sink)
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
