//! Azure's blob inventory: the reports about an account that Azure writes every day or week, as CSV or Parquet.
//!
//! Columns come in any order and under either spelling that Microsoft's documentation has (`Content-Length`, `ContentLength`).

pub mod csv;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod report;

use std::{borrow::Cow, io};

use thiserror::Error;

use crate::manifest::blob_facts::BlobFacts;

pub use report::{DataFile, Report, ReportError};

/// A column that something is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    Size,
    ContentType,
    Tier,
    ArchiveStatus,
    IsFolder,
    Snapshot,
    VersionId,
    IsCurrent,
    Deleted,
    LastModified,
    Etag,
    Metadata,
    Tags,
}

impl Column {
    const ALL: [Column; 14] = [
        Column::Name,
        Column::Size,
        Column::ContentType,
        Column::Tier,
        Column::ArchiveStatus,
        Column::IsFolder,
        Column::Snapshot,
        Column::VersionId,
        Column::IsCurrent,
        Column::Deleted,
        Column::LastModified,
        Column::Etag,
        Column::Metadata,
        Column::Tags,
    ];

    /// As the schema fields of an inventory rule are called.
    fn name(self) -> &'static str {
        match self {
            Column::Name => "Name",
            Column::Size => "Content-Length",
            Column::ContentType => "Content-Type",
            Column::Tier => "AccessTier",
            Column::ArchiveStatus => "ArchiveStatus",
            Column::IsFolder => "hdi_isfolder",
            Column::Snapshot => "Snapshot",
            Column::VersionId => "VersionId",
            Column::IsCurrent => "IsCurrentVersion",
            Column::Deleted => "Deleted",
            Column::LastModified => "Last-Modified",
            Column::Etag => "ETag",
            Column::Metadata => "Metadata",
            Column::Tags => "Tags",
        }
    }

    fn of_header(header: &str) -> Option<Column> {
        let plain = |text: &str| {
            text.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect::<String>()
        };
        let header = plain(header);
        Column::ALL.into_iter().find(|column| plain(column.name()) == header)
    }
}

/// What has to be in an inventory besides names and sizes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InventoryColumns {
    /// The time of the last change.
    pub last_modified: bool,
    /// The access tier.
    pub tier: bool,
    /// The ETag.
    pub etag: bool,
    /// The blobs' own metadata.
    pub metadata: bool,
    /// The index tags.
    pub tags: bool,
}

impl InventoryColumns {
    /// Whether this column is needed.
    fn needs(self, column: Column) -> bool {
        match column {
            Column::Name | Column::Size => true,
            Column::LastModified => self.last_modified,
            Column::Tier => self.tier,
            Column::Etag => self.etag,
            Column::Metadata => self.metadata,
            Column::Tags => self.tags,
            _ => false,
        }
    }

    /// Whether it is read where it is there.
    fn reads(self, column: Column) -> bool {
        match column {
            Column::LastModified | Column::Etag | Column::Metadata | Column::Tags => self.needs(column),
            _ => true,
        }
    }

    /// The columns among these headers, each with its place.
    fn columns<'a>(self, headers: impl Iterator<Item = &'a str>) -> Result<Vec<(Column, usize)>, InventoryError> {
        let mut found: Vec<(Column, usize)> = Vec::new();
        for (place, header) in headers.enumerate() {
            if let Some(column) = Column::of_header(header).filter(|column| self.reads(*column)) {
                if found.iter().any(|(known, _)| *known == column) {
                    return Err(InventoryError::Header(format!("the column {} is there twice", column.name())));
                }
                found.push((column, place));
            }
        }
        let is_missing = |column: &Column| self.needs(*column) && !found.iter().any(|(known, _)| known == column);
        let missing: Vec<&str> = Column::ALL.into_iter().filter(is_missing).map(Column::name).collect();
        match missing.is_empty() {
            true => Ok(found),
            false => Err(InventoryError::Missing(missing.join(", "))),
        }
    }
}

/// Why a data file of an inventory cannot be read.
#[derive(Debug, Error)]
pub enum InventoryError {
    /// The file system's or the network's own words.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It begins as no inventory does.
    #[error("{0}")]
    Header(String),
    /// Columns that it lacks.
    #[error("it lacks the column {0}")]
    Missing(String),
    /// A row that cannot be read; the rows are counted from 1, without the header.
    #[error("row {row}: {what}")]
    Row {
        /// Which.
        row: u64,
        /// What is wrong with it.
        what: String,
    },
}

/// One row of an inventory of blobs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row<'a> {
    /// `container/path`.
    pub name: &'a str,
    /// Bytes; 0 where the row does not say.
    pub size: u64,
    /// The stored content type.
    pub content_type: Option<&'a str>,
    /// The access tier.
    pub tier: Option<&'a str>,
    /// Whether it is on its way back from the archive tier.
    pub rehydrating: bool,
    /// A directory of an account with a hierarchical namespace, or what stands for one.
    pub is_folder: bool,
    /// A snapshot, or a version that is not the current one.
    pub is_old: bool,
    /// Deleted, and kept only for some days.
    pub is_deleted: bool,
    /// ISO 8601.
    pub last_modified: Option<Cow<'a, str>>,
    /// Without quotation marks.
    pub etag: Option<&'a str>,
    /// The blob's own metadata, a JSON object.
    pub metadata: Option<&'a str>,
    /// The index tags, a JSON object.
    pub tags: Option<&'a str>,
}

impl Row<'_> {
    /// The container and the blob's name in it; `None` for a name that is no such path.
    pub fn place(&self) -> Option<(&str, &str)> {
        self.name.split_once('/').filter(|(container, blob)| !container.is_empty() && !blob.is_empty())
    }

    /// The blob's own metadata, as pairs; what is no JSON object of texts says nothing.
    pub fn headers(&self) -> Vec<(String, String)> {
        pairs(self.metadata)
    }

    /// The index tags, likewise.
    pub fn index_tags(&self) -> Vec<(String, String)> {
        pairs(self.tags)
    }

    /// What the builder has to know of the blob, which has this name in its container, but its metadata and tags.
    pub fn facts<'a>(&'a self, name: &'a str) -> BlobFacts<'a> {
        BlobFacts {
            name,
            size: self.size,
            content_type: self.content_type,
            tier: self.tier,
            is_folder: self.is_folder,
            rehydrating: self.rehydrating,
            last_modified: self.last_modified.as_deref(),
            etag: self.etag,
            ..BlobFacts::default()
        }
    }
}

fn pairs(json: Option<&str>) -> Vec<(String, String)> {
    let object = json.and_then(|json| serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(json).ok());
    let texts = object.into_iter().flatten().filter_map(|(key, value)| Some((key, value.as_str()?.to_owned())));
    // What tools leave on the empty blobs that stand for folders.
    texts.filter(|(key, _)| !key.eq_ignore_ascii_case("hdi_isfolder")).collect()
}

/// The cells of a row, in texts, on their way to become a [`Row`].
#[derive(Debug, Default)]
struct Cells<'a> {
    row: Row<'a>,
    has_version: bool,
    is_current: bool,
    is_snapshot: bool,
}

impl<'a> Cells<'a> {
    /// An empty text says nothing.
    fn text(&mut self, column: Column, text: &'a str) -> Result<(), String> {
        let row = &mut self.row;
        match column {
            Column::Name => row.name = text,
            _ if text.is_empty() => {}
            Column::Size => {
                let start: String = text.chars().take(40).collect();
                row.size =
                    text.parse().map_err(|_| format!("Content-Length is not a size: {}", start.escape_debug()))?;
            }
            Column::ContentType => row.content_type = Some(text),
            Column::Tier => row.tier = Some(text),
            Column::ArchiveStatus => row.rehydrating = true,
            Column::IsFolder | Column::IsCurrent | Column::Deleted => self.flag(column, is_true(text)),
            Column::Snapshot => self.is_snapshot = true,
            Column::VersionId => self.has_version = true,
            Column::LastModified => row.last_modified = Some(Cow::Borrowed(text)),
            Column::Etag => row.etag = Some(text.trim_matches('"')),
            Column::Metadata => row.metadata = Some(text),
            Column::Tags => row.tags = Some(text),
        }
        Ok(())
    }

    fn flag(&mut self, column: Column, is_set: bool) {
        match column {
            Column::IsFolder => self.row.is_folder = is_set,
            Column::IsCurrent => self.is_current = is_set,
            Column::Deleted => self.row.is_deleted = is_set,
            _ => {}
        }
    }

    /// `tells_current` is whether the inventory says which version is the current one.
    fn row(mut self, tells_current: bool) -> Result<Row<'a>, String> {
        if self.row.name.is_empty() {
            return Err("it has no Name".into());
        }
        self.row.is_old = self.is_snapshot || (tells_current && self.has_version && !self.is_current);
        Ok(self.row)
    }
}

fn is_true(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text == "1"
}

/// Reads rows, so many at a time.
pub trait InventoryRows: Send {
    /// Hands over up to `most` rows; whether there may be more.
    ///
    /// # Errors
    /// The file cannot be read, or a row is malformed; nothing after that can be read.
    fn read_some(&mut self, most: usize, each: &mut dyn FnMut(&Row<'_>)) -> Result<bool, InventoryError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_known_in_both_spellings_and_what_is_missing_is_named() {
        for header in ["Content-Length", "ContentLength", "content_length", "contentlength"] {
            assert_eq!(Column::of_header(header), Some(Column::Size));
        }
        assert_eq!(Column::of_header("hdi_isfolder"), Some(Column::IsFolder));
        assert_eq!(Column::of_header("Content-MD5"), None);
        let wanted = InventoryColumns { last_modified: true, etag: true, ..InventoryColumns::default() };
        let fault = wanted.columns(["ETag", "Name", "BlobType"].into_iter()).unwrap_err();
        assert_eq!(fault.to_string(), "it lacks the column Content-Length, Last-Modified");
        let columns = InventoryColumns::default().columns(["ETag", "ContentLength", "x", "name"].into_iter()).unwrap();
        assert_eq!(columns, [(Column::Size, 1), (Column::Name, 3)]);
        let fault =
            InventoryColumns::default().columns(["Name", "Content-Length", "ContentLength"].into_iter()).unwrap_err();
        assert!(fault.to_string().contains("twice"));
    }
}
