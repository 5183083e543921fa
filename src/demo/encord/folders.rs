//! Folders: create, read, change, delete, list, search (encord.md §6).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use url::Url;
use uuid::Uuid;

use crate::demo::encord::{
    FolderAccess,
    body::{self, Object, Reader},
    error::ApiError,
    kind::ItemKind,
    listing::page,
    query::{Query, page_body, path_uuid},
    shared::{Shared, folder, item, locked, writable},
    store::{CloudLink, Store},
    sync,
};

type Reply = Result<Json<Value>, ApiError>;

pub(super) async fn create(State(shared): State<Arc<Shared>>, bytes: Bytes) -> Reply {
    let body = body::parse(&bytes)?;
    let mut reader = Reader::new(false);
    let Some(top) = reader.object(&body, vec![json!("body")]) else {
        return reader.finish(Json(Value::Null));
    };
    let name = reader.string(&top, "name");
    let parent = reader.opt_uuid(&top, "parent");
    let description = reader.opt_string(&top, "description").unwrap_or_default();
    let metadata = metadata_text(&mut reader, &top);
    let link = reader.opt_object(&top, "cloudSyncedFolderParams").map(|params| CloudLink {
        integration: reader.uuid(&params, "integrationUuid"),
        remote_url: reader.string(&params, "remoteUrl"),
    });
    reader.finish(())?;
    if name.trim().is_empty() {
        return Err(ApiError::bad_request("The folder needs a name"));
    }
    if let Some(link) = &link {
        check_link(&shared, link)?;
    }

    let mut store = locked(&shared.store);
    if let Some(parent) = parent {
        writable(&store, parent)?;
    }
    let uuid = store.add_folder(name, parent, description, metadata, link);
    Ok(Json(store.folder_json(folder(&store, uuid)?)))
}

/// The metadata of a new folder is a JSON object in a string.
fn metadata_text(reader: &mut Reader, top: &Object<'_>) -> Option<Map<String, Value>> {
    let text = reader.opt_string(top, "clientMetadata")?;
    let parsed = serde_json::from_str(&text).ok();
    if parsed.is_none() {
        reader.complain(top.at("clientMetadata"), "json_invalid", "Input should be a JSON object in a string");
    }
    parsed
}

fn check_link(shared: &Shared, link: &CloudLink) -> Result<(), ApiError> {
    if !shared.has_integration(link.integration) {
        return Err(ApiError::forbidden("integration"));
    }
    let url = Url::parse(&link.remote_url).map_err(|_| {
        ApiError::bad_request("remoteUrl is not a URL; use https://account.blob.core.windows.net/container/path/")
    })?;
    if sync::split(&url).is_none() || url.query().is_some() {
        return Err(ApiError::bad_request("remoteUrl must name a container and may name a path in it, nothing more"));
    }
    if shared.storage(Some(link.integration)).is_some_and(|access| !access.covers(&url)) {
        return Err(ApiError::bad_request("remoteUrl is not in the storage of this integration"));
    }
    Ok(())
}

pub(super) async fn get(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Reply {
    let uuid = path_uuid("folderUuid", &id)?;
    let store = locked(&shared.store);
    Ok(Json(store.folder_json(folder(&store, uuid)?)))
}

pub(super) async fn patch(State(shared): State<Arc<Shared>>, Path(id): Path<String>, bytes: Bytes) -> Reply {
    let uuid = path_uuid("folderUuid", &id)?;
    let body = body::parse(&bytes)?;
    let change = Patch::read(&body, vec![json!("body")])?;
    let mut store = locked(&shared.store);
    Ok(Json(change.apply(&mut store, uuid)?))
}

pub(super) async fn patch_bulk(State(shared): State<Arc<Shared>>, bytes: Bytes) -> Reply {
    let body = body::parse(&bytes)?;
    let mut reader = Reader::new(false);
    let mut changes = Vec::new();
    if let Some(top) = reader.object(&body, vec![json!("body")])
        && let Some(patches) = reader.opt_object(&top, "folderPatches")
    {
        for (id, patch) in patches.map {
            let loc = patches.at(id.as_str());
            if let Some(uuid) = reader.as_uuid(&json!(id), loc.clone()) {
                changes.push((uuid, Patch::read(patch, loc)?));
            }
        }
    }
    reader.finish(())?;
    let mut store = locked(&shared.store);
    let results = changes.into_iter().map(|(uuid, patch)| patch.apply(&mut store, uuid)).collect::<Result<_, _>>()?;
    Ok(Json(page_body(results, None)))
}

struct Patch {
    name: Option<String>,
    description: Option<String>,
    client_metadata: Option<Map<String, Value>>,
}

impl Patch {
    fn read(body: &Value, loc: Vec<Value>) -> Result<Self, ApiError> {
        let mut reader = Reader::new(false);
        let mut patch = Self { name: None, description: None, client_metadata: None };
        if let Some(top) = reader.object(body, loc) {
            patch.name = reader.opt_string(&top, "name");
            patch.description = reader.opt_string(&top, "description");
            patch.client_metadata = reader.opt_object(&top, "clientMetadata").map(|found| found.map.clone());
        }
        reader.finish(patch)
    }

    fn apply(self, store: &mut Store, uuid: Uuid) -> Result<Value, ApiError> {
        let (parent, old) = {
            let found = writable(store, uuid)?;
            (found.parent, found.name.clone())
        };
        if let Some(name) = self.name.filter(|name| *name != old) {
            store.place_folder(uuid, &name, parent);
        }
        if let Some(found) = store.folder_mut(uuid) {
            if let Some(description) = self.description {
                found.description = description;
            }
            if self.client_metadata.is_some() {
                found.client_metadata = self.client_metadata;
            }
            found.edited = crate::demo::encord::store::now();
        }
        Ok(store.folder_json(folder(store, uuid)?))
    }
}

/// A folder goes with all it holds.
pub(super) async fn delete(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Reply {
    let uuid = path_uuid("folderUuid", &id)?;
    let mut store = locked(&shared.store);
    writable(&store, uuid)?;
    store.remove_folder(uuid);
    Ok(Json(Value::Null))
}

pub(super) async fn move_to(State(shared): State<Arc<Shared>>, bytes: Bytes) -> Reply {
    let body = body::parse(&bytes)?;
    let mut reader = Reader::new(false);
    let mut uuids = Vec::new();
    let mut parent = None;
    if let Some(top) = reader.object(&body, vec![json!("body")]) {
        parent = reader.opt_uuid(&top, "newParentUuid");
        for value in reader.list(&top, "folderUuids") {
            uuids.extend(reader.as_uuid(value, top.at("folderUuids")));
        }
    }
    reader.finish(())?;
    let mut store = locked(&shared.store);
    if let Some(parent) = parent {
        writable(&store, parent)?;
        if store.path_to_root(parent).iter().any(|above| uuids.contains(&above.uuid)) {
            return Err(ApiError::bad_request("A folder cannot be moved into itself"));
        }
    }
    for uuid in uuids {
        let found = writable(&store, uuid)?;
        let (name, old_parent) = (found.name.clone(), found.parent);
        if old_parent != parent {
            store.place_folder(uuid, &name, parent);
        }
    }
    Ok(Json(Value::Null))
}

pub(super) async fn list_root(State(shared): State<Arc<Shared>>, query: Query) -> Reply {
    let recursive = query.flag("isRecursive")?.unwrap_or(false);
    list(&locked(&shared.store), None, recursive, &query)
}

pub(super) async fn search(State(shared): State<Arc<Shared>>, query: Query) -> Reply {
    list(&locked(&shared.store), None, true, &query)
}

pub(super) async fn list_children(State(shared): State<Arc<Shared>>, Path(id): Path<String>, query: Query) -> Reply {
    let uuid = path_uuid("folderUuid", &id)?;
    let store = locked(&shared.store);
    folder(&store, uuid)?;
    let recursive = query.flag("isRecursive")?.unwrap_or(false);
    list(&store, Some(uuid), recursive, &query)
}

fn list(store: &Store, parent: Option<Uuid>, recursive: bool, query: &Query) -> Reply {
    let request = query.page()?;
    let search = query.get("search").map(str::to_lowercase);
    // No folder of this service mirrors a dataset or carries a tag.
    let none_match = query.flag("datasetSynced")? == Some(true) || query.get("organisationTagNamesAllof").is_some();
    let keep = |uuid: Uuid| {
        !none_match
            && store.access(uuid) != FolderAccess::Nothing
            && search.as_ref().is_none_or(|search| {
                store.folder(uuid).is_some_and(|folder| folder.name.to_lowercase().contains(search))
            })
    };
    let (uuids, next) = match (parent, recursive) {
        (None, true) => page(store.folders().map(|folder| &folder.subfolders).chain([&store.roots]), &request, keep),
        (Some(parent), true) => {
            let below = store.subtree(parent);
            page(below.iter().filter_map(|uuid| store.subfolders(Some(*uuid))), &request, keep)
        }
        (parent, false) => page(store.subfolders(parent), &request, keep),
    };
    let results = uuids.iter().filter_map(|uuid| store.folder(*uuid)).map(|folder| store.folder_json(folder)).collect();
    Ok(Json(page_body(results, next.as_ref())))
}

/// Counts of what lies directly in the folder.
pub(super) async fn summary(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Reply {
    let uuid = path_uuid("folderUuid", &id)?;
    let store = locked(&shared.store);
    let found = folder(&store, uuid)?;
    let mut size = 0;
    let mut tombstones = 0;
    let mut counts: std::collections::HashMap<ItemKind, usize> = std::collections::HashMap::new();
    for uuid in found.items.iter() {
        let item = item(&store, uuid)?;
        size += item.file_size.unwrap_or(0);
        tombstones += usize::from(item.tombstone);
        *counts.entry(item.kind).or_default() += 1;
        for child in item.children.iter().filter_map(|child| store.item(*child)).filter(|child| !child.listed) {
            *counts.entry(child.kind).or_default() += usize::from(child.kind == ItemKind::DicomFile);
        }
    }
    let count = |kind: ItemKind| counts.get(&kind).copied().unwrap_or(0);
    Ok(Json(json!({
        "files": found.items.len(),
        "folders": found.subfolders.len(),
        "videos": count(ItemKind::Video),
        "images": count(ItemKind::Image),
        "imageGroups": count(ItemKind::ImageGroup),
        "imageSequences": count(ItemKind::ImageSequence),
        "dicomFiles": count(ItemKind::DicomFile),
        "dicomSeries": count(ItemKind::DicomSeries),
        "niftis": count(ItemKind::Nifti),
        "audios": count(ItemKind::Audio),
        "pdfs": count(ItemKind::Pdf),
        "plainTexts": count(ItemKind::PlainText),
        "tombstones": tombstones,
        "uploadJobs": found.job_count,
        "totalSize": size,
    })))
}

pub(super) async fn get_config(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Reply {
    let uuid = path_uuid("folderUuid", &id)?;
    let store = locked(&shared.store);
    Ok(Json(folder(&store, uuid)?.config.clone()))
}

/// Replaces the configuration whole: a client echoes what it does not know.
pub(super) async fn post_config(State(shared): State<Arc<Shared>>, Path(id): Path<String>, bytes: Bytes) -> Reply {
    let uuid = path_uuid("folderUuid", &id)?;
    let config = body::parse(&bytes)?;
    let mut reader = Reader::new(false);
    let mut ingests = false;
    if let Some(top) = reader.object(&config, vec![json!("body")])
        && let Some(ingestion) = reader.opt_object(&top, "metadataIngestion")
    {
        ingests = true;
        reader.boolean(&ingestion, "paused", false);
        if let Some(matcher) = reader.opt_object(&ingestion, "matcher") {
            if reader.string(&matcher, "mode") != "suffix" {
                reader.complain(matcher.at("mode"), "literal_error", "Input should be 'suffix'");
            }
            if !(1..=128).contains(&reader.string(&matcher, "suffix").chars().count()) {
                reader.complain(matcher.at("suffix"), "value_error", "The suffix must have 1 to 128 characters");
            }
        } else {
            reader.missing(&ingestion, "matcher");
        }
    }
    reader.finish(())?;
    let mut store = locked(&shared.store);
    let synced = writable(&store, uuid)?.link.is_some();
    if ingests && !synced {
        return Err(ApiError::bad_request("Metadata ingestion needs a cloud-synced folder"));
    }
    if let Some(found) = store.folder_mut(uuid) {
        found.config = config.clone();
    }
    Ok(Json(config))
}
