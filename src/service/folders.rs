//! Folders in Encord: listing them, finding a path, making what is missing.

use uuid::Uuid;

use super::{
    encord::{Client, Error, Folder, FolderKind, FolderQuery, NewFolder, Role},
    problems::encord_problem,
    session::Session,
};
use crate::{
    store::config,
    wizard::{
        Destination, FolderDetails, FolderPage, FolderRef, FolderRole, FolderRow, Present, Problem, Reply, RequestId,
    },
};

/// How many folders one page holds.
const PAGE: u32 = 100;

/// One page of folders: below a parent, or found by a search from the root.
pub(super) async fn list(
    session: &Session,
    parent: Option<Uuid>,
    search: String,
    page: Option<String>,
) -> Result<FolderPage, Problem> {
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
        synced: matches!(folder.folder_type, FolderKind::CloudLinked),
        uuid: folder.uuid,
        name: folder.name,
        description: folder.description,
        role: role(&folder.user_role),
    });
    Ok(FolderPage { rows: rows.collect(), next: page.next_page_token })
}

fn role(role: &Role) -> FolderRole {
    match role {
        Role::Admin => FolderRole::Admin,
        Role::User => FolderRole::User,
        Role::Unknown(_) => FolderRole::Unknown,
    }
}

/// A folder's path from the root, whatever the order in which Encord tells its ancestors and whether it tells the folder itself.
fn path_of(folder: &Folder) -> String {
    let mut names = vec![folder.name.clone()];
    let mut parent = folder.parent;
    while let Some(id) = parent {
        let Some(element) = folder.path_to_root.iter().find(|element| element.uuid == id) else { break };
        // A loop in the answer must not become one here.
        if names.len() > folder.path_to_root.len() {
            break;
        }
        names.push(element.name.clone());
        parent = element.parent_uuid;
    }
    names.reverse();
    names.join("/")
}

/// Reads one folder with what is in it.
pub(super) async fn details(session: &Session, folder: Uuid) -> Result<FolderDetails, Problem> {
    let client = session.client()?;
    let found = client.folder(folder).await.map_err(|error| encord_problem(&error))?;
    let metadata = found.client_metadata.as_deref().and_then(|text| serde_json::from_str(text).ok());
    Ok(FolderDetails {
        folder: FolderRef { uuid: folder, path: path_of(&found) },
        role: role(&found.user_role),
        metadata: metadata.unwrap_or_default(),
        description: found.description,
        owner: found.owner,
        created_at: found.created_at,
        remote_url: found.remote_url,
        counts: None,
    })
}

/// Counts which items of the manifest a folder holds already.
pub(super) async fn present(session: &Session, id: RequestId, folder: Uuid) {
    let result = details(session, folder).await.map(|_| Present { is_done: true, ..Present::default() });
    session.reply(id, Reply::Present(result));
}

/// Finds what of the config's folder exists.
pub(super) async fn resolve(session: &Session, folder: &config::Folder) -> Result<Destination, Problem> {
    let client = session.client()?;
    let mut destination = match (folder.uuid, &folder.path) {
        (Some(uuid), _) => {
            let found = client.folder(uuid).await.map_err(|error| {
                let mut problem = encord_problem(&error);
                problem.what = format!("The folder {uuid} under [folder] uuid cannot be used.");
                problem
            })?;
            refuse_synced(&found)?;
            let existing = FolderRef { uuid, path: path_of(&found) };
            Destination { existing: Some(existing), ..Destination::default() }
        }
        (None, Some(path)) => resolve_path(&client, path, folder).await?,
        (None, None) => return Err(Problem::config("No destination folder is named. Set [folder] path or uuid.")),
    };
    if let (Some(existing), true) = (&destination.existing, destination.create.is_empty()) {
        // The count is a help for the eye, not a condition.
        destination.items = client.folder_summary(existing.uuid).await.ok().map(|summary| summary.files);
    }
    Ok(destination)
}

async fn resolve_path(client: &Client, path: &str, of: &config::Folder) -> Result<Destination, Problem> {
    let names = crate::wizard::split_path(path);
    if names.is_empty() {
        return Err(Problem::config("[folder] path is empty; name a folder such as \"Raw/2026\"."));
    }
    let mut existing: Option<FolderRef> = None;
    for (depth, name) in names.iter().enumerate() {
        let mut found = siblings_named(client, existing.as_ref().map(|folder| folder.uuid), name)
            .await
            .map_err(|error| encord_problem(&error))?;
        if found.len() > 1 {
            let candidates: Vec<String> = found.iter().map(|folder| folder.uuid.to_string()).collect();
            return Err(Problem::config(format!(
                "There are {} folders at '{}', and the config does not say which.",
                found.len(),
                names[..=depth].join("/")
            ))
            .hint(format!("Use [folder] uuid with one of: {}.", candidates.join(", "))));
        }
        let Some(folder) = found.pop() else {
            let create = names[depth..].to_vec();
            return Ok(Destination {
                existing,
                create,
                description: of.description.clone(),
                metadata: of.metadata.clone(),
                ..Destination::default()
            });
        };
        refuse_synced(&folder)?;
        existing = Some(FolderRef { uuid: folder.uuid, path: names[..=depth].join("/") });
    }
    Ok(Destination { existing, ..Destination::default() })
}

fn refuse_synced(folder: &Folder) -> Result<(), Problem> {
    if matches!(folder.folder_type, FolderKind::CloudLinked) {
        return Err(Problem::config(format!(
            "The folder '{}' mirrors a cloud location and takes no uploads.",
            folder.name
        ))
        .hint("Choose another folder."));
    }
    Ok(())
}

/// All folders of exactly this name below a parent. Encord's search also finds longer names, and several pages of them.
async fn siblings_named(client: &Client, parent: Option<Uuid>, name: &str) -> Result<Vec<Folder>, Error> {
    let mut query = FolderQuery { search: Some(name.to_owned()), page_token: None, page_size: 1000, recursive: false };
    let mut found = Vec::new();
    loop {
        let page = match parent {
            Some(parent) => client.child_folders(parent, &query).await?,
            None => client.root_folders(&query).await?,
        };
        found.extend(page.results.into_iter().filter(|folder| folder.name == name && folder.parent == parent));
        match page.next_page_token {
            Some(token) => query.page_token = Some(token),
            None => return Ok(found),
        }
    }
}

/// Makes what is missing of a destination; returns the folder and whether this call made it.
pub(super) async fn create(client: &Client, destination: &Destination) -> Result<(Uuid, bool), Problem> {
    let mut parent = destination.existing.as_ref().map(|folder| folder.uuid);
    let mut created = false;
    let last = destination.create.len().saturating_sub(1);
    for (depth, name) in destination.create.iter().enumerate() {
        // Somebody else, or an earlier try, may have made it meanwhile.
        let mut found = siblings_named(client, parent, name).await.map_err(|error| encord_problem(&error))?;
        if found.len() > 1 {
            return Err(Problem::config(format!("Meanwhile there are {} folders called '{name}'.", found.len()))
                .hint("Choose one of them in the folder step."));
        }
        if let Some(folder) = found.pop() {
            parent = Some(folder.uuid);
            continue;
        }
        let new = NewFolder {
            name: name.clone(),
            description: destination.description.clone().filter(|_| depth == last),
            parent,
            client_metadata: Some(destination.metadata.clone()).filter(|map| depth == last && !map.is_empty()),
            cloud_synced: None,
        };
        let folder = match client.create_folder(&new).await {
            Ok(folder) => folder,
            Err(error) if error.outcome_unknown => {
                // It is there or it is not: looking is safer than asking again.
                let found = siblings_named(client, parent, name).await.map_err(|_| encord_problem(&error))?;
                found.into_iter().next().ok_or_else(|| encord_problem(&error))?
            }
            Err(error) => return Err(encord_problem(&error)),
        };
        parent = Some(folder.uuid);
        created = true;
    }
    let uuid = parent
        .ok_or_else(|| Problem::config("The root of Encord's storage takes no items. Choose or name a folder."))?;
    Ok((uuid, created))
}
