//! Blobs that do not become items, and why.

use serde::{Deserialize, Serialize};

/// Why a blob is not in the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// The include or exclude globs keep it out.
    Excluded,
    /// Smaller than min_size.
    TooSmall,
    /// Larger than max_size.
    TooLarge,
    /// Last changed before modified_from.
    ChangedBefore,
    /// Last changed at modified_before or later.
    ChangedAfter,
    /// In none of the access tiers that are wanted.
    OtherTier,
    /// A directory, or the empty blob that stands for one.
    FolderMarker,
    /// It holds the metadata of another file.
    Sidecar,
    /// In the Archive tier, or still coming back from it: Encord cannot read it.
    Archived,
    /// No bytes: there is nothing to label, and Encord refuses it.
    Empty,
    /// Neither the extension nor the content type is one that Encord takes.
    UnknownType,
    /// No URL can name it.
    Unreachable,
    /// Registered by an earlier run, and not changed since.
    Unchanged,
    /// In an inventory: a snapshot, or a version that is not the current one.
    OldVersion,
    /// In an inventory: deleted, and kept only for some days.
    Deleted,
}

impl SkipReason {
    /// Every reason, in the order of the tests that are made.
    pub const ALL: [SkipReason; 15] = [
        SkipReason::Excluded,
        SkipReason::TooSmall,
        SkipReason::TooLarge,
        SkipReason::ChangedBefore,
        SkipReason::ChangedAfter,
        SkipReason::OtherTier,
        SkipReason::FolderMarker,
        SkipReason::Sidecar,
        SkipReason::Archived,
        SkipReason::Empty,
        SkipReason::UnknownType,
        SkipReason::Unreachable,
        SkipReason::Unchanged,
        SkipReason::OldVersion,
        SkipReason::Deleted,
    ];

    /// A short name for screens and reports.
    pub fn label(self) -> &'static str {
        match self {
            SkipReason::Excluded => "excluded by your rules",
            SkipReason::TooSmall => "smaller than min_size",
            SkipReason::TooLarge => "larger than max_size",
            SkipReason::ChangedBefore => "changed before modified_from",
            SkipReason::ChangedAfter => "changed at modified_before or later",
            SkipReason::OtherTier => "in another access tier",
            SkipReason::FolderMarker => "folder marker",
            SkipReason::Sidecar => "metadata of another file",
            SkipReason::Archived => "in the archive tier",
            SkipReason::Empty => "empty (0 bytes)",
            SkipReason::UnknownType => "unknown type",
            SkipReason::Unreachable => "no URL can name it",
            SkipReason::Unchanged => "registered by an earlier run, unchanged",
            SkipReason::OldVersion => "snapshot or older version",
            SkipReason::Deleted => "deleted",
        }
    }

    /// What the user can do about it.
    pub fn advice(self) -> &'static str {
        match self {
            SkipReason::Excluded => "Change include or exclude under [manifest] if it should be taken.",
            SkipReason::TooSmall => "Lower min_size under [manifest] if it should be taken.",
            SkipReason::TooLarge => "Raise max_size under [manifest] if it should be taken.",
            SkipReason::ChangedBefore => "Set an earlier modified_from under [manifest] if it should be taken.",
            SkipReason::ChangedAfter => "Set a later modified_before under [manifest] if it should be taken.",
            SkipReason::OtherTier => "Add its access tier to tiers under [manifest] if it should be taken.",
            SkipReason::FolderMarker => "Nothing to do: it stands for a folder and holds no data.",
            SkipReason::Sidecar => "Nothing to do: its content goes with the file that it is named after.",
            SkipReason::Archived => "Move it to the Hot tier (rehydration takes hours), then list again.",
            SkipReason::Empty => "Upload the file again; its content is missing.",
            SkipReason::UnknownType => {
                "If Encord can read it, give it a type with [[manifest.types]] match = \"…\", type = \"…\"."
            }
            SkipReason::Unreachable => {
                "Rename the blob: clients drop the path segments '.' and '..', and Encord takes URLs of 16 KB at most."
            }
            SkipReason::Unchanged => {
                "Nothing to do: Encord has it. Without since under [manifest] everything is taken again."
            }
            SkipReason::OldVersion => "Nothing to do: Encord reads the current version.",
            SkipReason::Deleted => "Restore it in Azure first if it should be taken.",
        }
    }
}

/// A blob that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The blob's name.
    pub name: String,
    /// Why.
    pub reason: SkipReason,
}
