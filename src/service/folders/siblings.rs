//! The folders below a parent that go by a name.

use uuid::Uuid;

use crate::encord::{
    client::Client,
    error::Error,
    folders::{Folder, FolderQuery},
};

/// Folders of a page; as many as Encord gives at once.
const PAGE: u32 = 1000;

/// What there is below a parent by a name.
pub(super) struct Named {
    /// The folders of exactly this name.
    pub(super) exact: Vec<Folder>,
    /// Names that a reader may take for it: they differ only in capitals, or in blanks at their ends.
    pub(super) alike: Vec<String>,
}

/// Finds the folders right below a parent, or at the root, that go by a name.
///
/// Encord's search finds parts of names. How it treats other characters than letters and digits is not documented, and a folder
/// that it misses would be made a second time, so that without a find all siblings are read where the name has such characters.
pub(super) async fn named(client: &Client, parent: Option<Uuid>, name: &str) -> Result<Named, Error> {
    let found = look(client, parent, name, true).await?;
    let is_plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    if found.exact.is_empty() && !is_plain {
        return look(client, parent, name, false).await;
    }
    Ok(found)
}

async fn look(client: &Client, parent: Option<Uuid>, name: &str, searching: bool) -> Result<Named, Error> {
    let search = searching.then(|| name.to_owned());
    let mut query = FolderQuery { search, page_token: None, page_size: PAGE, recursive: false };
    let mut found = Named { exact: Vec::new(), alike: Vec::new() };
    loop {
        let page = match parent {
            Some(parent) => client.child_folders(parent, &query).await?,
            None => client.root_folders(&query).await?,
        };
        for folder in page.results.into_iter().filter(|folder| folder.parent == parent) {
            if folder.name == name {
                found.exact.push(folder);
            } else if likeness(&folder.name) == likeness(name) {
                found.alike.push(folder.name);
            }
        }
        // A token that repeats itself would go round for ever.
        match page.next_page_token {
            Some(token) if query.page_token.as_ref() != Some(&token) => query.page_token = Some(token),
            _ => return Ok(found),
        }
    }
}

fn likeness(name: &str) -> String {
    name.trim().to_lowercase()
}
