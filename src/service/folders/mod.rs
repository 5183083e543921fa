//! Folders in Encord: listing them, finding a path, looking at one closely, making what is missing.
//!
//! A path names folders from the root, with a `/` between them. Encord's names may hold anything, a `/` or blanks at their ends too,
//! and siblings may share a name: what a path cannot say is said with the folder's UUID instead.

pub(crate) mod create;
pub(crate) mod details;
pub(crate) mod list;
pub(crate) mod present;
pub(crate) mod resolve;
mod siblings;

use std::sync::Arc;

use uuid::Uuid;

use crate::{
    encord::{
        error::{Error, Kind},
        folders::{Folder, FolderKind, Role},
    },
    error::UserError,
    service::{problems::encord_problem, tasks::Tasks},
    wizard::{
        destination::FolderRole,
        effect::RequestId,
        folder::messages::{FolderReply, FolderRequest},
    },
};

/// Begins a request of step 4.
pub(super) fn carry_out(tasks: &mut Tasks, id: RequestId, request: FolderRequest) {
    let session = Arc::clone(&tasks.session);
    match request {
        FolderRequest::List { parent, search, page } => tasks.read(id, async move {
            let reply = list::list(&session, parent, search, page).await;
            session.reply(id, FolderReply::Listed(reply));
        }),
        FolderRequest::Resolve { folder } => tasks.read(id, async move {
            let reply = resolve::resolve(&session, &folder).await;
            session.reply(id, FolderReply::Resolved(Box::new(reply)));
        }),
        FolderRequest::ReadDetails { folder } => tasks.read(id, async move {
            let reply = details::details(&session, folder).await;
            session.reply(id, FolderReply::Details(Box::new(reply)));
        }),
        FolderRequest::CountPresent { folder } => {
            tasks.read(id, async move { present::present(&session, id, folder).await });
        }
    }
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
    let mut names = vec![folder.name.as_str()];
    let mut parent = folder.parent;
    while let Some(id) = parent {
        let Some(element) = folder.path_to_root.iter().find(|element| element.uuid == id) else { break };
        // A loop in the answer must not become one here.
        if names.len() > folder.path_to_root.len() {
            break;
        }
        names.push(&element.name);
        parent = element.parent_uuid;
    }
    names.reverse();
    names.join("/")
}

/// Why a folder cannot be read, told with what it was wanted for.
fn unreadable(error: &Error, folder: Uuid, what: String) -> UserError {
    let mut problem = encord_problem(error);
    problem.summary = what;
    if error.kind == Kind::Forbidden {
        // Encord's answer to both is the same, and the general advice on 403 is about integrations.
        problem = problem.hint(format!(
            "There is no folder {folder}, or this login has no access to it: Encord answers both alike. Check the UUID (Encord shows \
             it in the folder's address) and the region, or ask one of the folder's admins for access."
        ));
    }
    problem
}

/// A mirror gets its items from the storage alone.
fn refuse_synced(folder: &Folder) -> Result<(), UserError> {
    if folder.folder_type != FolderKind::CloudLinked {
        return Ok(());
    }
    let what = format!("The folder '{}' mirrors a cloud location and takes no uploads.", path_of(folder));
    Err(UserError::config(what).hint(
        "Name another folder, or set [folder] cloud_synced = true to have Encord bring the mirror up to date instead of sending \
         a manifest.",
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn folder(parent: u128, elements: &[(u128, u128, &str)]) -> Folder {
        let id = |number: u128| (number > 0).then(|| Uuid::from_u128(number));
        let elements: Vec<_> = elements
            .iter()
            .map(|(uuid, parent, name)| json!({"uuid": id(*uuid), "parentUuid": id(*parent), "name": name}))
            .collect();
        let folder = json!({"uuid": id(9), "parent": id(parent), "name": "here", "pathToRoot": elements});
        serde_json::from_value(folder).unwrap()
    }

    #[test]
    fn a_path_is_read_from_ancestors_in_any_order_and_a_loop_in_them_ends() {
        let up = [(9, 2, "here"), (2, 1, "mid"), (1, 0, "top")];
        let down = [(1, 0, "top"), (2, 1, "mid")];
        assert_eq!(path_of(&folder(2, &up)), "top/mid/here");
        assert_eq!(path_of(&folder(2, &down)), "top/mid/here");
        assert_eq!(path_of(&folder(0, &[])), "here");
        // Ancestors that this login may not see are left out.
        assert_eq!(path_of(&folder(2, &[(2, 1, "mid")])), "mid/here");
        assert!(path_of(&folder(2, &[(2, 1, "a"), (1, 2, "b")])).ends_with("here"));
    }
}
