//! What a manifest holds, in numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::manifest::{
    finding::{Code, Finding, Severity},
    kind::Kind,
    skipped::SkipReason,
};

/// What a manifest holds, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Items of each kind, in the order in which they lie in the manifest.
    pub items: BTreeMap<Kind, u64>,
    /// Bytes of all items' files.
    pub bytes: u64,
    /// URLs of all items.
    pub urls: u64,
    /// Blobs left out, by reason.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// Findings that are warnings.
    pub warnings: u64,
    /// Findings that are errors.
    #[serde(default)]
    pub errors: u64,
    /// Items with at least one error.
    #[serde(default)]
    pub items_with_errors: u64,
    /// The findings of each code by the metadata key that they are about; under the empty key those about none, and those about
    /// further keys where there are too many.
    #[serde(default)]
    pub findings: BTreeMap<Code, BTreeMap<String, KindCounts>>,
    /// What people should know of where the items come from, a sentence or two each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Findings of one code about one key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindCounts {
    /// How many items they are about.
    pub items: u64,
    /// The first few.
    pub first: Vec<Finding>,
}

/// As many findings of a code and key are held in memory.
pub(crate) const FIRST: usize = 3;
/// As many keys of a code are told apart in memory.
pub(crate) const MOST_KEYS: usize = 200;

impl Summary {
    /// All items.
    pub fn total_items(&self) -> u64 {
        self.items.values().sum()
    }

    /// Errors and warnings.
    pub fn total_findings(&self) -> u64 {
        self.errors + self.warnings
    }

    /// The findings by code and key, errors first.
    pub fn tallies(&self) -> impl Iterator<Item = (Code, &KindCounts)> {
        self.findings.iter().flat_map(|(code, keys)| keys.values().map(|tally| (*code, tally)))
    }

    pub(crate) fn add(&mut self, finding: Finding) {
        match finding.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
        let keys = self.findings.entry(finding.code).or_default();
        let key = finding.key.as_deref().unwrap_or_default();
        let key = if keys.len() < MOST_KEYS || keys.contains_key(key) { key } else { "" };
        let tally = match keys.get_mut(key) {
            Some(tally) => tally,
            None => keys.entry(key.to_owned()).or_default(),
        };
        tally.items += finding.items;
        if tally.first.len() < FIRST {
            tally.first.push(finding);
        }
    }

    /// All blobs that were left out.
    pub fn total_skipped(&self) -> u64 {
        self.skipped.values().sum()
    }
}
