//! Making what is missing of a destination, when the plan was confirmed.

use std::time::Duration;

use uuid::Uuid;

use crate::{
    encord::{
        client::Client,
        error::{Error, Kind},
        folders::{Folder, NewFolder},
    },
    error::UserError,
    service::{
        folders::{path_of, refuse_synced, siblings, unreadable},
        problems::encord_problem,
    },
    wizard::destination::{Destination, FolderRef},
};

/// Encord's listings may lag behind by some seconds: after a call whose outcome is not known, a folder is looked for so often
const LOOKS: u32 = 5;
/// with such a pause before each look but the first.
const PAUSE: Duration = Duration::from_secs(2);

/// Makes what is missing of a destination; returns the folder and whether this call made it.
///
/// What the user confirmed is looked at again first: a folder that was renamed, moved or deleted since is an error that says so,
/// and nothing is made. Nor is a name made twice: what somebody else, or an earlier try, has made meanwhile is taken.
pub(crate) async fn create(client: &Client, destination: &Destination) -> Result<(Uuid, bool), UserError> {
    let mut parent = None;
    if let Some(expected) = &destination.existing {
        confirm(client, expected).await?;
        parent = Some(expected.uuid);
    }
    let mut created = false;
    let last = destination.create.len().saturating_sub(1);
    for (depth, name) in destination.create.iter().enumerate() {
        let made = match only(client, parent, name).await? {
            Some(folder) => {
                refuse_synced(&folder)?;
                created = false;
                folder
            }
            None => {
                created = true;
                let new = NewFolder {
                    name: name.clone(),
                    description: destination.description.clone().filter(|_| depth == last),
                    parent,
                    client_metadata: Some(destination.metadata.clone()).filter(|map| depth == last && !map.is_empty()),
                    cloud_synced: None,
                };
                make(client, &new).await?
            }
        };
        parent = Some(made.uuid);
    }
    let uuid = parent
        .ok_or_else(|| UserError::config("The root of Encord's storage takes no items. Choose or name a folder."))?;
    Ok((uuid, created))
}

/// Sees to it that a folder is still there and still what it was when it was chosen.
async fn confirm(client: &Client, expected: &FolderRef) -> Result<(), UserError> {
    let found = client.folder(expected.uuid).await.map_err(|error| {
        let what = format!("The folder '{}' was there when it was chosen and cannot be read now.", expected.path);
        let mut problem = unreadable(&error, expected.uuid, what);
        if error.kind == Kind::Forbidden {
            problem = problem.hint(
                "It was deleted meanwhile, or this login lost its access to it: Encord answers both alike. No items were sent. \
                 Choose a folder again.",
            );
        }
        problem
    })?;
    refuse_synced(&found)?;
    let now = path_of(&found);
    if is_same_place(&expected.path, &now, found.parent.is_none()) {
        return Ok(());
    }
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let change = if name(&expected.path) == name(&now) { "moved" } else { "renamed" };
    let what = format!("The folder '{}' was {change} meanwhile: it is now '{now}'. No items were sent.", expected.path);
    Err(UserError::config(what).hint("Choose it again if it is still the right one, or another."))
}

/// Whether two paths lead to the same place. A login that may not see a folder's ancestors is told a part of its path at one time
/// and more of it at another, so that unless the folder lies at the root the end of the longer path counts.
fn is_same_place(before: &str, now: &str, is_at_root: bool) -> bool {
    let ends = |long: &str, short: &str| long.strip_suffix(short).is_some_and(|rest| rest.ends_with('/'));
    before == now || !is_at_root && (ends(before, now) || ends(now, before))
}

/// The folder of this name, if there is one.
pub(crate) async fn only(client: &Client, parent: Option<Uuid>, name: &str) -> Result<Option<Folder>, UserError> {
    let mut found = siblings::named(client, parent, name).await.map_err(|error| encord_problem(&error))?.exact;
    if found.len() > 1 {
        let what = format!("Meanwhile there are {} folders called '{name}'. No items were sent.", found.len());
        return Err(UserError::config(what).hint("Choose one of them in the folder step, or set [folder] uuid to it."));
    }
    Ok(found.pop())
}

/// Asks for a folder once. Where it is not known whether Encord made it, looking is safer than asking again.
pub(crate) async fn make(client: &Client, new: &NewFolder) -> Result<Folder, UserError> {
    let error = match client.create_folder(new).await {
        Ok(folder) => return Ok(folder),
        Err(error) if error.outcome_unknown || error.kind == Kind::Conflict => error,
        Err(error) => return Err(refused(&error, new)),
    };
    for look in 0..LOOKS {
        if look > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        // A look that fails says nothing of the folder; the next one may succeed.
        let Ok(found) = siblings::named(client, new.parent, &new.name).await else { continue };
        if let Some(folder) = found.exact.into_iter().next() {
            return Ok(folder);
        }
    }
    let mut problem = encord_problem(&error);
    problem.summary = format!("Encord was asked to create the folder '{}', and it cannot be found.", new.name);
    Err(problem
        .hint("Start again in a minute: if the folder is there by then it is taken, and not made a second time."))
}

fn refused(error: &Error, new: &NewFolder) -> UserError {
    let mut problem = encord_problem(error);
    problem.summary = format!("Encord: could not create the folder '{}'.", new.name);
    if let (Kind::Invalid, Some(mirror)) = (&error.kind, &new.cloud_synced) {
        problem = problem.hint(format!(
            "Encord did not take {} as a place to mirror. Check that the integration '{}' is one for Azure and for this storage account.",
            mirror.remote_url, mirror.integration
        ));
    }
    if error.kind == Kind::Forbidden {
        problem = problem.hint(
            "Your role in the folder above it may not allow this, or that folder was deleted meanwhile: Encord answers both alike. \
             Ask one of its admins for the role Admin, or choose another folder.",
        );
    }
    problem
}

#[cfg(test)]
mod tests {
    use super::is_same_place;

    #[test]
    fn a_path_whose_beginning_is_not_told_is_the_same_place() {
        assert!(is_same_place("a/b", "a/b", true) && is_same_place("a/b", "a/b", false));
        // Shared by somebody whose folders above it cannot be seen.
        assert!(is_same_place("b", "a/b", false) && is_same_place("a/b", "b", false));
        assert!(!is_same_place("a/b", "a/c", false) && !is_same_place("a/b", "c/b", false));
        // Moved to the root.
        assert!(!is_same_place("a/b", "b", true));
        // Only whole names count.
        assert!(!is_same_place("ab", "b", false) && !is_same_place("b", "ab", false));
    }
}
