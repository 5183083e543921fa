//! The requests of step 3 and their replies.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use crate::{
    config::manifest::Manifest,
    error::UserError,
    manifest::{batch, data_items::JobOptions, kind::Kind, summary::Summary, values::ValidationRules},
    wizard::{
        connections::AzureAccess,
        list::{List, Row},
        manifest::filter::Filter,
    },
};

/// A request of step 3. None changes anything in Azure or Encord.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "few exist at a time")]
pub enum ManifestRequest {
    /// List the container and build the manifest.
    Build {
        /// Container and credential.
        access: AzureAccess,
        /// The rules.
        manifest: Manifest,
        /// The options of the upload jobs.
        options: JobOptions,
        /// The limits of a job.
        limits: batch::Limits,
        /// The rules that every item must satisfy.
        demands: Arc<ValidationRules>,
        /// Whether to list, or to apply the rules to the cached listing.
        listing: ListingFrom,
    },
    /// Read rows of a list.
    ReadRows {
        /// [`List::Items`], [`List::Skipped`] or [`List::Findings`].
        list: List,
        /// The first row.
        first: u64,
        /// The number of rows.
        count: u64,
        /// The indices of the rows in the whole list, where they are not contiguous.
        places: Option<Vec<u32>>,
    },
    /// Find the rows of a list that match a filter.
    Search {
        /// The list.
        list: List,
        /// The filter.
        filter: Filter,
    },
    /// Find the item of a finding.
    FindItem {
        /// The name of the item in the finding.
        name: String,
    },
}

/// A reply of step 3.
#[derive(Debug)]
pub enum ManifestReply {
    /// To [`ManifestRequest::Build`], at most ten times a second.
    Progress(ListingProgress),
    /// To [`ManifestRequest::Build`], at its end.
    Built(Result<ManifestFacts, UserError>),
    /// To [`ManifestRequest::ReadRows`].
    Rows {
        /// The list.
        list: List,
        /// The index of the first row.
        first: u64,
        /// The rows.
        rows: Vec<Row>,
    },
    /// To [`ManifestRequest::Search`], at most ten times a second and at its end.
    Found {
        /// The indices of further matching rows, ascending.
        places: Vec<u32>,
        /// The number of rows searched so far.
        seen: u64,
        /// No further matches follow.
        is_done: bool,
    },
    /// To [`ManifestRequest::FindItem`]: the index of the item, if it exists.
    ItemFound(Option<u64>),
}

/// Where the blobs of a manifest come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ListingFrom {
    /// The container is listed.
    #[default]
    Source,
    /// The cached listing; the container is listed where there is none.
    Kept,
}

/// The progress of a listing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListingProgress {
    /// Blobs listed.
    pub blobs: u64,
    /// Items so far, without groups, which are formed at the end.
    pub items: BTreeMap<Kind, u64>,
    /// Blobs skipped so far.
    pub skipped: u64,
    /// Errors found so far.
    pub errors: u64,
    /// Warnings found so far.
    pub warnings: u64,
    /// Average blobs per second.
    pub per_second: f64,
    /// Bytes read and total bytes, where the source is a file.
    pub bytes: Option<(u64, u64)>,
}

/// A finished manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct ManifestFacts {
    /// Counts by kind, skipped blobs and findings.
    pub summary: Summary,
    /// Blobs listed.
    pub blobs: u64,
    /// The upload jobs.
    pub cut: Arc<batch::BatchPlan>,
    /// The manifest in Encord's JSON format.
    pub file: PathBuf,
    /// The findings, one JSON object a line.
    pub findings: PathBuf,
}
