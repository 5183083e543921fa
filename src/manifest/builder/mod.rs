//! Turns listed blobs into items, and accounts for every blob that does not become one.

use std::sync::Arc;

use serde_json::Map;

use crate::{
    endpoints::object_url::ObjectUrls,
    manifest::{
        blob_facts::BlobFacts,
        finding::{Code, Finding, Origin},
        groups::{Groups, Naming},
        incremental::{RegisteredItems, fingerprint},
        item::Item,
        kind::Kind,
        rules::{Rules, grouping::BlobUse},
        simple_item::SimpleItem,
        sink::Sink,
        skipped::{SkipReason, Skipped},
        title,
    },
};

/// Builds items from blobs in any order. Memory grows only with the number of files in groups.
///
/// The pages of a listing may be built side by side: each by a [`Builder::part`] of its own, which are merged in the order of the
/// pages, so that the outcome is the same as if one builder had seen all blobs.
#[derive(Debug)]
pub struct Builder {
    shared: Arc<Shared>,
    known: Option<Arc<dyn RegisteredItems>>,
    held: Held,
    /// The URL of the blob that is looked at.
    url: String,
    content_type: LastContentType,
}

/// What does not change from blob to blob; all parts have it in common.
#[derive(Debug)]
struct Shared {
    rules: Rules,
    urls: ObjectUrls,
    account_url: String,
    container: String,
}

/// The content type that was seen last, which is that of the next blob too as a rule, and its kind.
#[derive(Debug, Default)]
struct LastContentType {
    text: String,
    kind: Option<Kind>,
}

impl LastContentType {
    fn kind(&mut self, text: &str) -> Option<Kind> {
        if self.text != text {
            self.text.clear();
            self.text.push_str(text);
            self.kind = Kind::from_content_type(text);
        }
        self.kind
    }
}

/// What is kept until the last blob was seen; every part has its own.
#[derive(Debug, Default)]
struct Held {
    groups: Groups,
    /// Blobs that were taken, until one of them fits the path pattern; and whether one did.
    without_path: u64,
    has_fitted: bool,
}

impl Held {
    fn merge(&mut self, later: Held) {
        self.groups.merge(later.groups);
        self.without_path += later.without_path;
        self.has_fitted |= later.has_fitted;
    }
}

impl Builder {
    /// A builder for one container. `account_url` is the storage account as Encord is to see it.
    pub fn new(rules: Rules, account_url: &str, container: &str) -> Builder {
        let shared = Shared {
            rules,
            urls: ObjectUrls::new(account_url, container),
            account_url: account_url.to_owned(),
            container: container.to_owned(),
        };
        Builder::of(Arc::new(shared), None)
    }

    fn of(shared: Arc<Shared>, known: Option<Arc<dyn RegisteredItems>>) -> Builder {
        let (held, url, content_type) = (Held::default(), String::new(), LastContentType::default());
        Builder { shared, known, held, url, content_type }
    }

    /// Leaves out what earlier runs have registered, and gives every item what the next run will know it by.
    #[must_use]
    pub fn since(self, known: Option<Arc<dyn RegisteredItems>>) -> Builder {
        Builder { known, ..self }
    }

    /// A builder by the same rules that has seen no blob yet.
    #[must_use]
    pub fn part(&self) -> Builder {
        Builder::of(Arc::clone(&self.shared), self.known.clone())
    }

    /// Takes over what a part holds, whose blobs come after those seen so far.
    pub fn merge(&mut self, later: Builder) {
        self.held.merge(later.held);
    }

    /// Takes one blob.
    ///
    /// # Errors
    /// The sink's.
    pub fn blob<S: Sink>(&mut self, blob: &BlobFacts<'_>, sink: &mut S) -> Result<(), S::Error> {
        let Shared { rules, urls, .. } = &*self.shared;
        let name = blob.name;
        let skip = |reason| Skipped { name: name.to_owned(), reason };
        if blob.is_folder || (blob.size == 0 && name.ends_with('/')) {
            return sink.skipped(skip(SkipReason::FolderMarker));
        }
        // Before the globs, which tell what becomes an item.
        if rules.is_sidecar(name) {
            return sink.skipped(skip(SkipReason::Sidecar));
        }
        if !rules.takes(name) {
            return sink.skipped(skip(SkipReason::Excluded));
        }
        if let Some(reason) = rules.filter().refuses(blob) {
            return sink.skipped(skip(reason));
        }
        let by_rule = rules.kind(name);
        let by_extension = Kind::from_extension(name);
        let by_content_type = blob.content_type.and_then(|text| self.content_type.kind(text));
        let kind = by_rule.or(by_extension).or_else(|| Kind::of_supported_content_type(blob.content_type?));
        let place = rules.place(name, kind);
        if kind.is_none() && place == BlobUse::Own {
            return sink.skipped(skip(SkipReason::UnknownType));
        }
        if blob.rehydrating || blob.tier.is_some_and(|tier| tier.eq_ignore_ascii_case("archive")) {
            return sink.skipped(skip(SkipReason::Archived));
        }
        if blob.size == 0 {
            return sink.skipped(skip(SkipReason::Empty));
        }
        if urls.put(&mut self.url, name).is_err() {
            return sink.skipped(skip(SkipReason::Unreachable));
        }
        let etag = self.known.as_ref().and(blob.etag);
        if etag.is_some() && place == BlobUse::Own && self.holds(std::slice::from_ref(&self.url), etag) {
            return sink.skipped(skip(SkipReason::Unchanged));
        }
        if by_rule.is_none()
            && let (Some(extension), Some(content_type)) = (by_extension, by_content_type)
            && extension != content_type
            // Point clouds may be plain text.
            && (extension, content_type) != (Kind::Scene, Kind::Text)
        {
            let message = format!(
                "taken as {extension} by its extension, but stored with the content type {}",
                blob.content_type.unwrap_or_default()
            );
            sink.finding(Finding::new(Code::TypeDisagreement, name, message))?;
        }
        let captured = rules.captured(name);
        if !self.held.has_fitted {
            self.held.has_fitted = captured.fits;
            self.held.without_path += 1;
        }
        if captured.misses {
            let message =
                "its path does not fit the pattern in [manifest.metadata] path, so it gets no metadata from it";
            sink.finding(Finding::new(Code::MetadataPath, name, message))?;
        }
        match place {
            BlobUse::Group(member) => {
                self.held.groups.add(name, etag.unwrap_or_default(), blob.size, kind, &member);
                self.held.groups.describe(blob.added_to(Map::new()));
                return Ok(());
            }
            BlobUse::Unread(rule) => {
                self.held.groups.add_unread(name, blob.etag.unwrap_or_default(), blob.size, kind, rule);
                self.held.groups.describe(blob.added_to(Map::new()));
                return Ok(());
            }
            BlobUse::Own => {}
        }
        match kind {
            Some(kind)
                if rules.is_plain()
                    && etag.is_none()
                    && blob.headers.is_empty()
                    && blob.tags.is_empty()
                    && !matches!(kind, Kind::Scene | Kind::TimeSeries) =>
            {
                let title = title::of_path(name);
                sink.plain(&SimpleItem {
                    name,
                    kind,
                    title: &title,
                    url: &self.url,
                    bytes: blob.size,
                    rules,
                    captured: &captured,
                })
            }
            Some(kind) => {
                let item = Item {
                    client_metadata: blob.added_to(rules.metadata(name)),
                    bytes: blob.size,
                    etag: etag.map(str::to_owned),
                    settings: if kind == Kind::TimeSeries { rules.settings(name).cloned() } else { None },
                    provenance: rules.needs_second_pass().then(|| Box::new(blob.provenance())),
                    ..Item::new(kind, title::from_path(name), vec![self.url.clone()])
                };
                sink.item(&Origin::blob(name), item)
            }
            None => sink.skipped(skip(SkipReason::UnknownType)),
        }
    }

    /// Whether an earlier run registered an item in just this state.
    fn holds(&self, urls: &[String], etag: Option<&str>) -> bool {
        match (&self.known, etag) {
            (Some(known), Some(etag)) => known.holds(&fingerprint(urls, etag)),
            _ => false,
        }
    }

    /// Hands over the groups, their files in natural order. Call it once, after the last blob.
    ///
    /// # Errors
    /// The sink's.
    pub fn finish<S: Sink>(self, sink: &mut S) -> Result<(), S::Error> {
        let Shared { rules, account_url, container, .. } = &*self.shared;
        if !self.held.has_fitted && self.held.without_path > 0 {
            let message =
                "the path pattern in [manifest.metadata] path fits none of the blobs, so no item gets metadata from it";
            let finding = Finding::new(Code::MetadataPath, container, message);
            sink.finding(Finding { items: self.held.without_path, ..finding })?;
        }
        let naming = Naming { account_url, container };
        self.held.groups.finish(rules, naming, self.known.as_deref(), |_, first| rules.metadata(first), sink)
    }

    /// The files of groups, some of which may have to be read before [`Builder::finish`].
    pub fn groups_mut(&mut self) -> &mut Groups {
        &mut self.held.groups
    }
}

#[cfg(test)]
mod tests;
