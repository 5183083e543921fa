//! Making a cloud-synced folder, and having it read sidecars.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    encord::{
        client::Client,
        error::Error,
        folders::{CloudSynced, Folder, FolderKind, NewFolder},
    },
    error::{ErrorKind, UserError},
    service::{folders, problems::encord_problem},
    wizard::{
        destination::{Destination, Mirror},
        folder::mirror::same_place,
    },
};

/// Makes what is missing of a destination that mirrors, or looks at it once more where it exists; has it read sidecars where that
/// is wanted. Returns the folder and whether this call made it. No folder is made twice: where it is not known whether a request
/// was carried out, the folder is looked for first.
pub(crate) async fn prepare(
    client: &Client,
    destination: &Destination,
    mirror: &Mirror,
    integration: Uuid,
) -> Result<(Uuid, bool), UserError> {
    let (folder, created) = match destination.create.split_last() {
        Some((name, above)) => make(client, destination, (name, above), mirror, integration).await?,
        None => {
            let existing = destination.existing.as_ref().map(|folder| folder.uuid);
            let uuid = existing.ok_or_else(|| UserError::config("No folder is named. Set [folder] path or uuid."))?;
            let folder = client.folder(uuid).await.map_err(|error| encord_problem(&error))?;
            check(&folder, mirror, integration)?;
            (uuid, false)
        }
    };
    if let Some(suffix) = &mirror.sidecar {
        read_sidecars(client, folder, suffix).await.map_err(|error| no_sidecars(&error))?;
    }
    Ok((folder, created))
}

async fn make(
    client: &Client,
    destination: &Destination,
    (name, above): (&String, &[String]),
    mirror: &Mirror,
    integration: Uuid,
) -> Result<(Uuid, bool), UserError> {
    let parent = match above.is_empty() {
        true => destination.existing.as_ref().map(|folder| folder.uuid),
        false => {
            let existing = destination.existing.clone();
            let above = Destination { existing, create: above.to_vec(), ..Destination::default() };
            Some(folders::create::create(client, &above).await?.0)
        }
    };
    // Somebody else, or an earlier try, may have made it meanwhile.
    if let Some(folder) = folders::create::only(client, parent, name).await? {
        check(&folder, mirror, integration)?;
        return Ok((folder.uuid, false));
    }
    let new = NewFolder {
        name: name.clone(),
        description: destination.description.clone(),
        parent,
        client_metadata: Some(destination.metadata.clone()).filter(|map| !map.is_empty()),
        cloud_synced: Some(CloudSynced { integration, remote_url: mirror.remote_url.clone() }),
    };
    let folder = folders::create::make(client, &new).await?;
    // It may be another one of the same name, found where the answer to the request was lost.
    check(&folder, mirror, integration)?;
    Ok((folder.uuid, true))
}

/// Whether a folder that exists is the one that is wanted.
pub(super) fn check(folder: &Folder, mirror: &Mirror, integration: Uuid) -> Result<(), UserError> {
    let name = &folder.name;
    if !matches!(folder.folder_type, FolderKind::CloudLinked) {
        return Err(UserError::config(format!(
            "The folder '{name}' exists and is an ordinary one; it cannot become cloud-synced."
        ))
        .hint("Name a folder that does not exist yet."));
    }
    let there = folder.remote_url.as_deref().unwrap_or_default();
    if !same_place(there, &mirror.remote_url) {
        return Err(UserError::config(format!(
            "The folder '{name}' mirrors {there}, not {}, and that cannot be changed.",
            mirror.remote_url
        ))
        .hint("Name another folder; one that does not exist yet is made."));
    }
    if folder.integration_hash.is_some_and(|through| through != integration) {
        return Err(UserError::config(format!(
            "The folder '{name}' reads through another integration than the chosen one, and that cannot be changed."
        ))
        .hint("Choose the integration that the folder was made with, or name another folder."));
    }
    Ok(())
}

/// Has a folder read files with this ending as metadata of the others. Everything else of its configuration stays as it is.
async fn read_sidecars(client: &Client, folder: Uuid, suffix: &str) -> Result<(), Error> {
    let before = client.folder_config(folder).await?;
    let after = with_sidecars(before.clone(), suffix);
    if before == after { Ok(()) } else { client.set_folder_config(folder, &after).await }
}

fn with_sidecars(mut config: Map<String, Value>, suffix: &str) -> Map<String, Value> {
    let object = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_default();
    let mut ingestion = object(config.get("metadataIngestion"));
    // Another way of matching has fields of its own, which mean nothing to this one.
    let known = ingestion.get("matcher").filter(|matcher| matcher["mode"] == "suffix");
    let mut matcher = object(known);
    matcher.insert("mode".into(), json!("suffix"));
    matcher.insert("suffix".into(), json!(suffix));
    ingestion.insert("matcher".into(), Value::Object(matcher));
    ingestion.insert("paused".into(), json!(false));
    config.insert("metadataIngestion".into(), Value::Object(ingestion));
    config
}

fn no_sidecars(error: &Error) -> UserError {
    let mut problem = encord_problem(error);
    problem.summary =
        "The folder is there, but Encord could not be told to read the sidecars; nothing was synced.".to_owned();
    match problem.kind {
        ErrorKind::Access => problem.hint(
            "Only an admin of the folder may change this. Ask one, or take [manifest.metadata] sidecar out; then import again.",
        ),
        _ => problem.hint("Import again: the folder is found and taken."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn sidecars_are_switched_on_and_all_else_is_kept() {
        let wanted = json!({ "matcher": { "mode": "suffix", "suffix": ".m" }, "paused": false });
        assert_eq!(with_sidecars(Map::new(), ".m"), map(json!({ "metadataIngestion": wanted })));
        let index = json!({ "embeddingConfig": { "a": [1, null] } });
        for (before, after) in [
            (json!({ "indexFolderConfig": index }), json!({ "indexFolderConfig": index, "metadataIngestion": wanted })),
            (json!({ "metadataIngestion": null }), json!({ "metadataIngestion": wanted })),
            (
                json!({ "metadataIngestion": {
                    "matcher": { "mode": "suffix", "suffix": ".old", "x": 1 }, "paused": true, "y": 2
                } }),
                json!({ "metadataIngestion": {
                    "matcher": { "mode": "suffix", "suffix": ".m", "x": 1 }, "paused": false, "y": 2
                } }),
            ),
            (
                json!({ "metadataIngestion": { "matcher": { "mode": "glob", "pattern": "*" }, "paused": false } }),
                json!({ "metadataIngestion": wanted }),
            ),
        ] {
            assert_eq!(with_sidecars(map(before), ".m"), map(after));
        }
    }
}
