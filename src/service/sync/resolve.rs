//! What of a cloud-synced destination exists.

use uuid::Uuid;

use super::folder::{only, siblings_named};
use crate::{
    service::{folders, problems::encord_problem, session::Session},
    store::config,
    wizard::{Destination, FolderRef, Mirror, Problem, split_path},
};

/// Finds what of the config's folder exists, where it is to be cloud-synced. A folder that mirrors a place already comes with that
/// place; whether it is the right one is for the machine to say.
pub(in crate::service) async fn resolve(session: &Session, folder: &config::Folder) -> Result<Destination, Problem> {
    let client = session.client()?;
    if let Some(uuid) = folder.uuid {
        return existing(session, uuid, None).await;
    }
    let Some(mut names) = folder.path.as_deref().map(split_path).filter(|names| !names.is_empty()) else {
        return Err(Problem::config("No folder is named. Set [folder] path or uuid."));
    };
    let last = names.pop().unwrap_or_default();
    let above = match names.is_empty() {
        true => Destination::default(),
        false => {
            let above = config::Folder { path: Some(names.join("/")), ..config::Folder::default() };
            folders::resolve(session, &above).await?
        }
    };
    if above.create.is_empty() {
        let parent = above.existing.as_ref().map(|folder| folder.uuid);
        let found = siblings_named(&client, parent, &last).await.map_err(|error| encord_problem(&error))?;
        if let Some(found) = only(found, &last)? {
            let path = above.existing.map_or_else(|| last.clone(), |above| format!("{}/{last}", above.path));
            return existing(session, found.uuid, Some(path)).await;
        }
    }
    let mut create = above.create;
    create.push(last);
    Ok(Destination {
        existing: above.existing,
        create,
        description: folder.description.clone(),
        metadata: folder.metadata.clone(),
        ..Destination::default()
    })
}

async fn existing(session: &Session, uuid: Uuid, path: Option<String>) -> Result<Destination, Problem> {
    let details = folders::details(session, uuid).await?;
    let items = match details.counts {
        Some(counts) => Some(counts.items),
        // The count is a help for the eye, not a condition.
        None => session.client()?.folder_summary(uuid).await.ok().map(|summary| summary.files),
    };
    let path = path.unwrap_or(details.folder.path);
    Ok(Destination {
        existing: Some(FolderRef { uuid, path }),
        mirror: details.remote_url.map(|remote_url| Mirror { remote_url, sidecar: None }),
        items,
        ..Destination::default()
    })
}
