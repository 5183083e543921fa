//! Pages of folders for browsing and searching.

use uuid::Uuid;

use crate::{
    encord::folders::{FolderKind, FolderQuery},
    error::UserError,
    service::{
        folders::{path_of, role},
        problems::encord_problem,
        session::Session,
    },
    wizard::folder::messages::{FolderPage, FolderRow},
};

/// How many folders one page holds.
const PAGE: u32 = 100;

/// One page of folders: below a parent, or found by a search from the root.
pub(crate) async fn list(
    session: &Session,
    parent: Option<Uuid>,
    search: String,
    page: Option<String>,
) -> Result<FolderPage, UserError> {
    let client = session.client()?;
    let searching = !search.is_empty();
    let query =
        FolderQuery { search: searching.then_some(search), page_token: page, page_size: PAGE, recursive: false };
    let page = match parent {
        Some(parent) => client.child_folders(parent, &query).await,
        None if searching => client.search_folders(&query).await,
        None => client.root_folders(&query).await,
    }
    .map_err(|error| encord_problem(&error))?;
    let rows = page.results.into_iter().map(|folder| FolderRow {
        path: searching.then(|| path_of(&folder)),
        synced: folder.folder_type == FolderKind::CloudLinked,
        role: role(&folder.user_role),
        uuid: folder.uuid,
        name: folder.name,
        description: folder.description,
    });
    Ok(FolderPage { rows: rows.collect(), next: page.next_page_token })
}
