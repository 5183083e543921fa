//! The requests of step 4 and their replies.

use uuid::Uuid;

use crate::{
    config::folder::Folder,
    error::UserError,
    wizard::destination::{Destination, FolderDetails, FolderRole, Present},
};

/// A request of step 4. None changes anything.
#[derive(Debug)]
pub enum FolderRequest {
    /// Read one page of folders.
    List {
        /// The parent folder; `None` is the root.
        parent: Option<Uuid>,
        /// Only folders whose name contains this.
        search: String,
        /// The page token of the previous page.
        page: Option<String>,
    },
    /// Read one folder and its contents.
    ReadDetails {
        /// The folder.
        folder: Uuid,
    },
    /// Count the items of the manifest that a folder already contains.
    CountPresent {
        /// The folder.
        folder: Uuid,
    },
    /// Find how much of the config's folder path exists.
    Resolve {
        /// The folder of the config.
        folder: Folder,
    },
}

/// A reply of step 4.
#[derive(Debug)]
pub enum FolderReply {
    /// To [`FolderRequest::List`].
    Listed(Result<FolderPage, UserError>),
    /// To [`FolderRequest::ReadDetails`].
    Details(Box<Result<FolderDetails, UserError>>),
    /// To [`FolderRequest::CountPresent`], at most ten times a second and at its end.
    Present(Result<Present, UserError>),
    /// To [`FolderRequest::Resolve`].
    Resolved(Box<Result<Destination, UserError>>),
}

/// A folder in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderRow {
    /// Its id.
    pub uuid: Uuid,
    /// Its name.
    pub name: String,
    /// Its path from the root, where it was found by a search.
    pub path: Option<String>,
    /// Its description.
    pub description: String,
    /// A cloud-synced folder, which accepts no uploads.
    pub synced: bool,
    /// The role of this login in the folder.
    pub role: FolderRole,
}

/// A page of folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderPage {
    /// The folders.
    pub rows: Vec<FolderRow>,
    /// The token of the next page.
    pub next: Option<String>,
}
