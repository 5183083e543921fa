//! Where the items go: a folder that exists, one to be made, or one that mirrors a place in the storage.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::config;

/// A folder that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderRef {
    /// Its id.
    pub uuid: Uuid,
    /// Its path from the root.
    pub path: String,
}

/// Where the items go.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Destination {
    /// The deepest part of the path that exists; `None` means the root.
    pub existing: Option<FolderRef>,
    /// The names of the folders to make below it, from the top.
    pub create: Vec<String>,
    /// The description for the last folder made.
    pub description: Option<String>,
    /// Client metadata for the last folder made.
    pub metadata: Map<String, Value>,
    /// How many items the destination holds now, where it exists and this is known.
    pub items: Option<u64>,
    /// Set where the folder mirrors a place in the storage; Encord then finds the items itself and nothing is sent.
    pub mirror: Option<Mirror>,
    /// What people should know before they send, a sentence or two each: what the config says of the folder and will not happen,
    /// what the login may not be allowed to do.
    pub notes: Vec<String>,
}

impl Destination {
    /// A folder that exists, with what is to be known of it before anything is sent there. `role` is this login's in it, `of`
    /// the config's folder.
    pub fn onto(folder: FolderRef, role: &FolderRole, of: &config::folder::Folder) -> Destination {
        let mut destination = Destination { existing: Some(folder), ..Destination::default() };
        destination.note_existing(role, of);
        destination
    }

    /// Notes what is to be known of the folder that exists, at the end or on the way to it.
    pub(crate) fn note_existing(&mut self, role: &FolderRole, of: &config::folder::Folder) {
        let Some(folder) = &self.existing else { return };
        self.notes.extend(role.note(&folder.path));
        let unapplied = match (of.description.is_some(), !of.metadata.is_empty()) {
            _ if !self.create.is_empty() => return,
            (false, false) => return,
            (true, false) => "description",
            (false, true) => "metadata",
            (true, true) => "description and metadata",
        };
        self.notes.push(format!(
            "The folder '{}' exists already and stays as it is: {unapplied} under [folder] are only for a folder that is created.",
            folder.path
        ));
    }

    /// The whole path from the root.
    pub fn path(&self) -> String {
        let existing = self.existing.iter().map(|folder| folder.path.as_str());
        existing.chain(self.create.iter().map(String::as_str)).collect::<Vec<_>>().join("/")
    }
}

/// What a cloud-synced folder mirrors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mirror {
    /// The URL, with a slash at its end. Encord cannot change it later.
    pub remote_url: String,
    /// The ending of the files that hold metadata of the others, where Encord is to read them.
    pub sidecar: Option<String>,
}

/// What a login may do in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum FolderRole {
    /// Everything.
    Admin,
    /// Look and use; whether that is enough to add items is not documented, see [`FolderRole::note`].
    User,
    /// Encord did not say, or said what this program does not know.
    #[default]
    Unknown,
}

impl FolderRole {
    /// What to tell whoever is about to send items to the folder of this path; nothing to an admin. Encord documents the two roles
    /// no further than "access" and "administrative privileges", so that only its answer to the upload tells whether a user may
    /// add items.
    pub fn note(&self, path: &str) -> Option<String> {
        let role = match self {
            FolderRole::Admin => return None,
            FolderRole::User => {
                "Your role in the folder '{}' is User, not Admin, and Encord may refuse new items from you there."
            }
            FolderRole::Unknown => "Encord does not say whether you may add items to the folder '{}'.",
        };
        let advice = "If it refuses them, ask one of the folder's admins for the role Admin.";
        Some(format!("{} {advice}", role.replace("{}", path)))
    }
}

/// A folder looked at closely.
#[derive(Debug, Clone, PartialEq)]
pub struct FolderDetails {
    /// The folder.
    pub folder: FolderRef,
    /// Its description.
    pub description: String,
    /// Its client metadata.
    pub metadata: Map<String, Value>,
    /// What this login may do in it.
    pub role: FolderRole,
    /// Who owns it.
    pub owner: String,
    /// When it was made, in ISO 8601.
    pub created_at: String,
    /// What it mirrors, if it does.
    pub remote_url: Option<String>,
    /// How much is in it, where Encord told.
    pub counts: Option<FolderCounts>,
}

/// How much is in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FolderCounts {
    /// Items of every sort.
    pub items: u64,
    /// Folders right in it.
    pub folders: u64,
    /// Items by what Encord calls them, `images` or `DICOM series`; those that are not there are left out.
    pub by_kind: BTreeMap<&'static str, u64>,
    /// Items whose file is gone.
    pub tombstones: u64,
    /// The size of everything in bytes, approximate.
    pub bytes: u64,
}

/// How far it is known which of the manifest's URLs a folder holds already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Present {
    /// Items of the folder looked at.
    pub looked_at: u64,
    /// Items of the manifest that are there already: the folder has an item of exactly this URL, which is what Encord goes by when
    /// it leaves out what is registered already.
    pub present: u64,
    /// Items of the manifest that can be compared, which are those of one file. Image groups and sequences, DICOM series and scenes
    /// of several files are not among them: Encord lists them without their URLs, and asking for those of each would take a request
    /// for every group of the folder. How many there are is the difference to all items of the manifest.
    pub of: u64,
    /// Whether this is the end.
    pub is_done: bool,
    /// Whether the folder has more items than are looked at, so that `present` is the least.
    pub is_cut: bool,
}
