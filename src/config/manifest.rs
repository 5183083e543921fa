//! What becomes an item.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::manifest::{
    filter::FilterTexts,
    kind::Kind,
    rules::{RuleTexts, grouping::GroupText},
};

/// `[[manifest.types]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeRule {
    /// A glob over the blob's whole name.
    #[serde(rename = "match")]
    pub pattern: String,
    /// What such blobs are.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// For time series: how they are shown, as Encord writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Map<String, Value>>,
}

/// `[[manifest.groups]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupRule {
    /// `image-group`, `image-sequence`, `dicom-series` or `scene`.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// A glob over the blob's whole name.
    #[serde(rename = "match")]
    pub pattern: String,
    /// `directory`, a regular expression whose captures make the group's key, `column:NAME` of the metadata table, or for DICOM
    /// `series-uid`.
    pub by: String,
    /// For scenes: the streams, each with a glob over the end of a blob's name, from any folder on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub streams: BTreeMap<String, String>,
    /// For scenes: `index`, or a regular expression over the blob's whole name that catches `time`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamps: Option<String>,
    /// For scenes: a JSON file with what goes into the streams besides files: cameras, poses, frames of reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cameras: Option<String>,
}

/// `[manifest.metadata]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Metadata {
    /// A pattern over the blob's whole name.
    pub path: Option<String>,
    /// A CSV or JSON Lines file with metadata, a row for each item.
    pub table: Option<String>,
    /// What of an item a row of the table names.
    pub join: Join,
    /// The end of the names of the files that lie beside the blobs and hold their metadata.
    pub sidecar: Option<String>,
    /// Whether the blobs' own metadata headers become client metadata.
    pub blob_metadata: bool,
    /// Whether the blobs' index tags become client metadata.
    pub index_tags: bool,
    /// Metadata that every item gets.
    pub constants: Map<String, Value>,
}

/// What of an item a row of the metadata table names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Join {
    /// The blob's whole name; a group's key.
    #[default]
    Name,
    /// The title in Encord.
    Title,
    /// The object URL.
    Url,
}

/// Whether media metadata is read from the blobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Probe {
    /// Where strict client-only access makes it mandatory.
    #[default]
    WhenRequired,
    /// Of every item that may have it.
    Always,
    /// Never.
    Never,
}

/// What was there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Since {
    /// Only what is new or changed since the last run of this config.
    LastRun,
}

/// Where the manifest comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A listing of the container.
    #[default]
    Container,
    /// A file: Encord's JSON in either dialect, CSV, JSON Lines, or a list of URLs.
    File,
    /// Azure's own inventory reports.
    Inventory,
}

/// `[manifest]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Manifest {
    /// Where it comes from.
    pub source: Source,
    /// The file, or the directory of the inventory reports: on this machine, or in Azure as `CONTAINER/PATH/`.
    pub file: Option<String>,
    /// The prefixes to list; none means the whole container.
    pub prefixes: Vec<String>,
    /// Globs of which one must match.
    pub include: Vec<String>,
    /// Globs of which none may match.
    pub exclude: Vec<String>,
    /// Only blobs of at least so many bytes.
    pub min_size: Option<u64>,
    /// Only blobs of at most so many bytes.
    pub max_size: Option<u64>,
    /// Only blobs that were changed at this time or later: a date or a time as ISO 8601.
    pub modified_from: Option<String>,
    /// Only blobs that were changed before this time.
    pub modified_before: Option<String>,
    /// Only blobs in these access tiers, such as `Hot`; empty for all that can be read.
    pub tiers: Vec<String>,
    /// Only what was not there before.
    pub since: Option<Since>,
    /// Whether media metadata is read from the blobs.
    pub probe_media: Probe,
    /// Types by rule.
    pub types: Vec<TypeRule>,
    /// Groups by rule.
    pub groups: Vec<GroupRule>,
    /// Client metadata.
    pub metadata: Metadata,
}

impl Manifest {
    /// Why this cannot be carried out with its source: what only a listing can tell, asked for of a file that names its items itself.
    /// A sentence or two with the remedy; `None` where nothing is wrong.
    pub fn source_fault(&self) -> Option<String> {
        if self.source != Source::File {
            return None;
        }
        if self.since.is_some() {
            return Some(
                "[manifest] since = \"last-run\" does not go with source = \"file\": a file does not say whether its blobs have \
                 changed. Take since out, or use the source \"container\" or \"inventory\"."
                    .into(),
            );
        }
        let metadata = &self.metadata;
        let cannot = [
            (!self.groups.is_empty(), "[[manifest.groups]]", "a file says itself which files are a group"),
            (metadata.sidecar.is_some(), "[manifest.metadata] sidecar", "nothing beside the blobs is looked for"),
            (metadata.blob_metadata, "[manifest.metadata] blob_metadata", "the blobs are not listed"),
            (metadata.index_tags, "[manifest.metadata] index_tags", "the blobs are not listed"),
            (self.min_size.is_some(), "[manifest] min_size", "a file does not say how large the blobs are"),
            (self.max_size.is_some(), "[manifest] max_size", "a file does not say how large the blobs are"),
            (self.modified_from.is_some(), "[manifest] modified_from", "a file does not say when the blobs changed"),
            (
                self.modified_before.is_some(),
                "[manifest] modified_before",
                "a file does not say when the blobs changed",
            ),
            (!self.tiers.is_empty(), "[manifest] tiers", "a file does not say in which access tier the blobs are"),
        ];
        let (_, key, why) = cannot.into_iter().find(|(is_asked, ..)| *is_asked)?;
        Some(format!(
            "{key} does not go with source = \"file\": {why}. Take it out, or use the source \"container\" or \"inventory\"."
        ))
    }

    /// The rules of the domain. What they say in files of their own is not in them yet.
    pub fn rules(&self) -> RuleTexts {
        RuleTexts {
            include: self.include.clone(),
            exclude: self.exclude.clone(),
            filter: FilterTexts {
                min_size: self.min_size,
                max_size: self.max_size,
                modified_from: self.modified_from.clone(),
                modified_before: self.modified_before.clone(),
                tiers: self.tiers.clone(),
            },
            types: self.types.iter().map(|rule| (rule.pattern.clone(), rule.kind)).collect(),
            settings: self
                .types
                .iter()
                .filter_map(|rule| Some((rule.pattern.clone(), Value::Object(rule.settings.clone()?))))
                .collect(),
            groups: self
                .groups
                .iter()
                .map(|rule| GroupText {
                    streams: rule.streams.clone().into_iter().collect(),
                    timestamps: rule.timestamps.clone(),
                    ..GroupText::new(rule.kind, &rule.pattern, &rule.by)
                })
                .collect(),
            path: self.metadata.path.clone(),
            constants: self.metadata.constants.clone(),
            sidecar: self.metadata.sidecar.clone(),
            second_pass: false,
        }
    }
}
