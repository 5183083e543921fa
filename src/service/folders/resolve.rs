//! What of the config's folder exists.

use uuid::Uuid;

use crate::{
    config,
    encord::{
        client::Client,
        folders::{Folder, FolderKind},
    },
    error::UserError,
    format::counted,
    service::{
        folders::{path_of, refuse_synced, role, siblings, unreadable},
        problems::encord_problem,
        session::Session,
    },
    wizard::{
        destination::{Destination, FolderRef, Mirror},
        folder::lookup::split_path,
    },
};

/// So many folders of the same name are told of.
const CANDIDATES: usize = 10;

/// Finds what of the config's folder exists. Reads only.
pub(crate) async fn resolve(session: &Session, folder: &config::folder::Folder) -> Result<Destination, UserError> {
    let client = session.client()?;
    let mut destination = match (folder.uuid, &folder.path) {
        (Some(uuid), _) => resolve_uuid(&client, uuid, folder).await?,
        (None, Some(path)) => resolve_path(&client, path, folder).await?,
        (None, None) => return Err(UserError::config("No destination folder is named. Set [folder] path or uuid.")),
    };
    if let (Some(existing), true) = (&destination.existing, destination.create.is_empty()) {
        // The count is a help for the eye, not a condition.
        destination.items = client.folder_summary(existing.uuid).await.ok().map(|summary| summary.files);
    }
    Ok(destination)
}

async fn resolve_uuid(client: &Client, uuid: Uuid, of: &config::folder::Folder) -> Result<Destination, UserError> {
    let found = client.folder(uuid).await;
    let found = found
        .map_err(|error| unreadable(&error, uuid, format!("The folder {uuid} under [folder] uuid cannot be used.")))?;
    let path = path_of(&found);
    end(&found, path, of)
}

async fn resolve_path(client: &Client, path: &str, of: &config::folder::Folder) -> Result<Destination, UserError> {
    let names = split_path(path);
    let mut deepest: Option<(Folder, String)> = None;
    for (depth, name) in names.iter().enumerate() {
        let parent = deepest.as_ref().map(|(folder, _)| folder.uuid);
        let mut found = siblings::named(client, parent, name).await.map_err(|error| encord_problem(&error))?;
        if found.exact.len() > 1 {
            return Err(ambiguous(client, &found.exact, &names, depth).await);
        }
        let Some(folder) = found.exact.pop() else {
            return Ok(missing(deepest.as_ref(), &names[depth..], &found.alike, of));
        };
        if depth + 1 < names.len() {
            refuse_synced(&folder)?;
        }
        deepest = Some((folder, names[..=depth].join("/")));
    }
    match deepest {
        Some((folder, path)) => end(&folder, path, of),
        None => Err(UserError::config("[folder] path is empty; name a folder such as \"Raw/2026\".")),
    }
}

/// The folder that the items go to exists.
fn end(folder: &Folder, path: String, of: &config::folder::Folder) -> Result<Destination, UserError> {
    let mirror = match (of.cloud_synced, folder.folder_type == FolderKind::CloudLinked) {
        (false, _) => {
            refuse_synced(folder)?;
            None
        }
        (true, true) => Some(Mirror { remote_url: folder.remote_url.clone().unwrap_or_default(), sidecar: None }),
        (true, false) => {
            let what =
                format!("The folder '{path}' exists already and is no cloud-synced folder; Encord cannot make it one.");
            return Err(UserError::config(what).hint(
                "Name a folder under [folder] path that does not exist yet, or remove cloud_synced = true to register the items in \
                 this one.",
            ));
        }
    };
    let existing = FolderRef { uuid: folder.uuid, path };
    let mut destination = Destination::onto(existing, &role(&folder.user_role), of);
    if folder.folder_type == FolderKind::Synthetic {
        destination
            .notes
            .push(format!("Encord made the folder '{}' for itself and may refuse new items in it.", folder.name));
    }
    destination.mirror = mirror;
    Ok(destination)
}

/// The path goes on below what exists.
fn missing(
    deepest: Option<&(Folder, String)>,
    create: &[String],
    alike: &[String],
    of: &config::folder::Folder,
) -> Destination {
    let mut destination = Destination {
        existing: deepest.map(|(folder, path)| FolderRef { uuid: folder.uuid, path: path.clone() }),
        create: create.to_vec(),
        description: of.description.clone(),
        metadata: of.metadata.clone(),
        ..Destination::default()
    };
    if let Some((folder, _)) = deepest {
        destination.note_existing(&role(&folder.user_role), of);
    }
    if let ([first, ..], [like, ..]) = (create, alike) {
        destination.notes.push(format!(
            "'{first}' will be created although there is a folder '{like}', whose name differs only in capitals or in blanks at its \
             ends. If that one is meant, write its name as it is."
        ));
    }
    destination
}

/// Encord lets siblings share a name.
async fn ambiguous(client: &Client, twins: &[Folder], names: &[String], depth: usize) -> UserError {
    let what = format!(
        "There are {} folders at '{}', and a path cannot say which of them is meant.",
        twins.len(),
        names[..=depth].join("/")
    );
    let counts = twins.iter().take(CANDIDATES).map(|folder| client.folder_summary(folder.uuid));
    let counts = futures_util::future::join_all(counts).await;
    let mut hint = match names[depth + 1..].join("/") {
        below if below.is_empty() => "Set [folder] uuid instead of path, to the one that is meant:".to_owned(),
        below => {
            format!("Rename one of them in Encord, or set [folder] uuid to the folder '{below}' below the right one:")
        }
    };
    for (folder, summary) in twins.iter().zip(counts) {
        let mut facts = Vec::new();
        if !folder.owner.is_empty() {
            facts.push(format!("owner {}", folder.owner));
        }
        if !folder.created_at.is_empty() {
            facts.push(format!("created {}", minutes(&folder.created_at)));
        }
        if let Ok(summary) = summary {
            facts.push(counted(summary.files, "item", "items"));
            facts.push(counted(summary.folders, "folder", "folders"));
        }
        hint.push_str(&format!("\n  {}  {}", folder.uuid, facts.join(", ")));
    }
    if twins.len() > CANDIDATES {
        hint.push_str(&format!("\n  and {} more", twins.len() - CANDIDATES));
    }
    UserError::config(what).hint(hint)
}

/// `2026-04-01 12:30` of a moment in ISO 8601; anything else as it is.
fn minutes(moment: &str) -> String {
    match (moment.get(..10), moment.get(10..11), moment.get(11..16)) {
        (Some(day), Some("T"), Some(time)) => format!("{day} {time}"),
        _ => moment.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::minutes;

    #[test]
    fn moments_are_cut_to_minutes() {
        assert_eq!(minutes("2026-04-01T12:30:59.123Z"), "2026-04-01 12:30");
        assert_eq!(["", "yesterday", "2026-04-01"].map(minutes), ["", "yesterday", "2026-04-01"]);
    }
}
