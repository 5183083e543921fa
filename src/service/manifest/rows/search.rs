//! Goes through a list for the rows that pass a filter, and tells of them as they are found.

use std::{
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::{
    manifest::{finding::Finding, item::Item, skipped::Skipped},
    service::{
        manifest::rows::marks::{self, Marks},
        session::Session,
    },
    store::manifest_dir::ManifestDir,
    wizard::{
        effect::RequestId,
        list::List,
        manifest::{filter::Filter, messages::ManifestReply},
    },
};

/// Rows that are looked at in one go; between two of them the search can be cancelled.
const BLOCK: u64 = 2000;
/// What was found is told at most this often, but the first of it at once.
const SAMPLE: Duration = Duration::from_millis(100);

/// Searches a list and answers until its end. A list that cannot be read is at its end there.
pub(crate) async fn search(session: &Session, id: RequestId, list: List, filter: Filter) {
    let Ok(manifest) = session.manifest() else {
        return session.reply(id, ManifestReply::Found { places: Vec::new(), seen: 0, is_done: true });
    };
    let range = span(&manifest, list, &filter);
    let looker = Arc::new(Looker { text: filter.text.to_lowercase(), list, filter, marks: session.marks(), manifest });
    let began = Instant::now();
    let (mut found, mut told, mut is_begun, mut at) = (Vec::new(), began, false, range.start);
    while at < range.end {
        let end = (at + BLOCK).min(range.end);
        let (looker, block) = (Arc::clone(&looker), at..end);
        let Ok(Ok(passing)) = tokio::task::spawn_blocking(move || looker.look(block)).await else { break };
        found.extend(passing);
        at = end;
        let is_due = match found.is_empty() && !is_begun {
            true => began.elapsed() >= SAMPLE,
            false => !is_begun || told.elapsed() >= SAMPLE,
        };
        if at < range.end && is_due {
            (is_begun, told) = (true, Instant::now());
            session.reply(id, ManifestReply::Found { places: std::mem::take(&mut found), seen: at, is_done: false });
        }
    }
    session.reply(id, ManifestReply::Found { places: found, seen: range.end, is_done: true });
}

/// The place of the first item that goes by this name.
pub(crate) async fn item(session: &Session, name: String) -> Option<u64> {
    let manifest = session.manifest().ok()?;
    let total = manifest.summary().total_items();
    let name = Arc::new(name);
    let mut at = 0;
    while at < total {
        let (manifest, name) = (manifest.clone(), Arc::clone(&name));
        let looking = tokio::task::spawn_blocking(move || -> std::io::Result<Option<usize>> {
            let items = manifest.items()?.read(at, BLOCK)?;
            Ok(items.iter().position(|item| marks::names(item).any(|known| known == name.as_str())))
        });
        if let Some(place) = looking.await.ok()?.ok()? {
            return Some(at + place as u64);
        }
        at += BLOCK;
    }
    None
}

/// The rows in question: items lie sorted by kind.
fn span(manifest: &ManifestDir, list: List, filter: &Filter) -> Range<u64> {
    let summary = manifest.summary();
    match (list, filter.kind) {
        (List::Items, Some(kind)) => {
            let before = summary.items.range(..kind).map(|(_, items)| items).sum();
            before..before + summary.items.get(&kind).copied().unwrap_or_default()
        }
        (List::Items, None) => 0..summary.total_items(),
        (List::Skipped, _) => 0..summary.total_skipped(),
        (List::Findings, _) => 0..summary.total_findings(),
        (List::Failed | List::FailedBy(_), _) => 0..0,
    }
}

struct Looker {
    manifest: ManifestDir,
    marks: Marks,
    list: List,
    filter: Filter,
    text: String,
}

impl Looker {
    /// The rows of a block that pass.
    fn look(&self, block: Range<u64>) -> std::io::Result<Vec<u32>> {
        let (first, count) = (block.start, block.end - block.start);
        // Where only the kind is asked for, and nothing of the items.
        if self.list == List::Items && self.text.is_empty() && !self.filter.marked {
            return Ok(block.filter_map(|place| u32::try_from(place).ok()).collect());
        }
        let passes: Vec<bool> = match self.list {
            List::Items => {
                let marks = self.filter.marked.then(|| self.marks.read(&self.manifest)).transpose()?;
                let is_marked = |item: &Item| marks.is_none_or(|marks| marks.of(item).is_some());
                let items = self.manifest.items()?.read(first, count)?;
                items.iter().map(|item| self.has_item(item) && is_marked(item)).collect()
            }
            List::Skipped => {
                let skipped: Vec<Skipped> = self.manifest.skipped()?.read(first, count)?;
                skipped.iter().map(|skipped| self.has(&skipped.name)).collect()
            }
            List::Findings => {
                let findings: Vec<Finding> = self.manifest.findings()?.read(first, count)?;
                findings.iter().map(|finding| self.has_finding(finding)).collect()
            }
            List::Failed | List::FailedBy(_) => Vec::new(),
        };
        let places = (first..).zip(passes).filter(|(_, passes)| *passes);
        Ok(places.filter_map(|(place, _)| u32::try_from(place).ok()).collect())
    }

    fn has(&self, text: &str) -> bool {
        self.text.is_empty() || text.to_lowercase().contains(&self.text)
    }

    fn has_item(&self, item: &Item) -> bool {
        let has_value = |value: &Value| match value {
            Value::String(text) => self.has(text),
            other => self.has(&other.to_string()),
        };
        self.has(&item.title)
            || item.urls.iter().any(|url| self.has(&percent_decode_str(url).decode_utf8_lossy()))
            || item.client_metadata.values().any(has_value)
    }

    fn has_finding(&self, finding: &Finding) -> bool {
        self.filter.code.is_none_or(|code| code == finding.code)
            && (self.has(&finding.item)
                || self.has(&finding.message)
                || finding.key.as_deref().is_some_and(|key| self.has(key)))
    }
}
