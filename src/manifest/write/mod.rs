//! Writes manifests as files for people and for Encord's web interface: JSON in both dialects, CSV, JSON Lines; in one file, or in
//! several that each stay below Encord's limits.

pub(crate) mod encode;
pub(crate) mod parts;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use crate::manifest::{data_items, file_form, item::Item, media::Dialect};

pub use parts::{Limits, Parts, Written};

/// How a manifest is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputFormat {
    /// Encord's JSON: the file that the web interface takes, or the `dataItems` of the SDK.
    Json(Dialect),
    /// The CSV that the web interface takes.
    Csv,
    /// JSON Lines: an item a line, with its `type`. Encord does not take it; this program, and most tools for data, do.
    Lines,
}

impl OutputFormat {
    /// The form that a file's extension means; for `.json` the one that is asked for.
    pub fn of(path: &Path, json: Dialect) -> Option<OutputFormat> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match extension.as_str() {
            "json" => OutputFormat::Json(json),
            "csv" => OutputFormat::Csv,
            "jsonl" | "ndjson" => OutputFormat::Lines,
            _ => return None,
        })
    }
}

/// What a form cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Loss {
    /// A type that a CSV does not know. Such items are left out.
    Kind,
    /// A group or series without a title, which is all that holds its rows together in a CSV. Such items are left out.
    NoTitle,
    /// Groups of one title, which a CSV would make one. All but the first are left out.
    SameTitle,
    /// Client metadata, in a CSV.
    ClientMetadata,
    /// Media metadata, in a CSV.
    Media,
    /// What is known of the frames of a group, in a CSV and in the file form.
    Frames,
    /// More rows than Encord takes from one CSV.
    Rows,
    /// More items than Encord takes from one JSON.
    Items,
    /// More URLs than Encord takes from one JSON.
    Urls,
}

impl Loss {
    /// What it is, to stand behind a number of items, and what to do.
    pub fn told(self) -> (&'static str, &'static str) {
        match self {
            Loss::Kind => (
                "are of a type that a CSV cannot hold: it knows videos, images, image groups, image sequences and DICOM series",
                "Write a .json instead.",
            ),
            Loss::NoTitle => (
                "are groups without a title, and in a CSV only the title holds the rows of a group together",
                "Give them titles, or write a .json instead.",
            ),
            Loss::SameTitle => (
                "are groups whose title another group has, and a CSV would make one group of them",
                "Give them titles of their own, or write a .json instead.",
            ),
            Loss::ClientMetadata => ("have client metadata, which a CSV cannot hold", "Write a .json instead."),
            Loss::Media => (
                "have media metadata, series settings or a scene's streams, which a CSV cannot hold",
                "Write a .json instead.",
            ),
            Loss::Frames => (
                "have titles or media metadata for their frames, which this form cannot hold",
                "Write a .json with --form data-items, or a .jsonl.",
            ),
            Loss::Rows => (
                "make more rows than the 10,000 that Encord takes from one CSV",
                "Use --split, or write a .json instead.",
            ),
            Loss::Items => ("are more than the 500,000 that Encord takes from one JSON", "Use --split."),
            Loss::Urls => ("have more URLs than the 1,000,000 that Encord takes from one JSON", "Use --split."),
        }
    }
}

/// What was lost, each with the number of items and the first of them.
pub type Losses = BTreeMap<Loss, (u64, String)>;

/// One item as a line of JSON Lines: its type, and what it is in Encord's file form; in the SDK's where only that holds everything.
pub fn line(item: &Item) -> Value {
    let element = if item.frames.is_empty() { file_form::element(item) } else { data_items::element(item) };
    let mut object = serde_json::Map::from_iter([("type".to_owned(), Value::from(item.kind.name()))]);
    if let Value::Object(element) = element {
        object.extend(element);
    }
    object.shift_remove("externalFileType");
    if item.client_metadata.is_empty() {
        object.shift_remove("clientMetadata");
    }
    Value::Object(object)
}
