//! Items: list, read, change, delete, move, and data groups made of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::demo::encord::{
    body::{self, Reader},
    error::ApiError,
    kind::ItemKind,
    listing::page,
    query::{Query, page_body, path_uuid},
    shared::{Shared, folder, item, locked, writable},
    store::{Item, Store},
};

type Reply = Result<Json<Value>, ApiError>;

/// A grid shows at most so many data units (encord.md §2.13).
const GRID_UNITS: usize = 12;

pub(super) async fn list(State(shared): State<Arc<Shared>>, Path(id): Path<String>, query: Query) -> Reply {
    let uuid = path_uuid("folderUuid", &id)?;
    let recursive = query.flag("isRecursive")?.unwrap_or(false);
    let store = locked(&shared.store);
    folder(&store, uuid)?;
    let folders = if recursive { store.subtree(uuid) } else { vec![uuid] };
    answer(&shared, &store, &folders, &query)
}

pub(super) async fn search(State(shared): State<Arc<Shared>>, query: Query) -> Reply {
    let store = locked(&shared.store);
    let folders: Vec<Uuid> = store.folders().map(|folder| folder.uuid).collect();
    answer(&shared, &store, &folders, &query)
}

fn answer(shared: &Shared, store: &Store, folders: &[Uuid], query: &Query) -> Reply {
    let request = query.page()?;
    let search = query.get("search").map(str::to_lowercase);
    let mut kinds = Vec::new();
    for name in query.all("itemTypes") {
        let kind: ItemKind = serde_json::from_value(json!(name))
            .map_err(|_| ApiError::parameter("query", "itemTypes", "Input should be a known item type", "enum"))?;
        kinds.push(kind);
    }
    // Nothing is linked to a dataset here.
    let none_match = query.flag("isInDataset")? == Some(true);
    let keep = |uuid: Uuid| {
        let Some(item) = store.item(uuid).filter(|_| !none_match) else {
            return false;
        };
        (kinds.is_empty() || kinds.contains(&item.kind))
            && search.as_ref().is_none_or(|search| item.name.to_lowercase().contains(search))
    };
    let listings = folders.iter().filter_map(|uuid| store.folder(*uuid)).map(|folder| &folder.items);
    let (uuids, next) = page(listings, &request, keep);
    let sign = query.flag("signUrls")?.unwrap_or(false);
    let with_metadata = query.flag("includeClientMetadata")?.unwrap_or(true);
    let found = uuids.iter().filter_map(|uuid| store.item(*uuid));
    let results = found.map(|item| shared.item_json(item, sign, with_metadata)).collect();
    Ok(Json(page_body(results, next.as_ref())))
}

pub(super) async fn get(State(shared): State<Arc<Shared>>, Path(id): Path<String>, query: Query) -> Reply {
    let uuid = path_uuid("itemUuid", &id)?;
    let sign = query.flag("signUrl")?.unwrap_or(false);
    let store = locked(&shared.store);
    Ok(Json(shared.item_json(item(&store, uuid)?, sign, true)))
}

/// In the order asked for. One unknown item refuses the call unless `requireAll` is false.
pub(super) async fn get_bulk(State(shared): State<Arc<Shared>>, bytes: Bytes) -> Reply {
    let body = body::parse(&bytes)?;
    let mut reader = Reader::new(false);
    let (mut uuids, mut sign, mut all) = (Vec::new(), false, true);
    if let Some(top) = reader.object(&body, vec![json!("body")]) {
        if reader.find(&top, "itemUuids").is_none() {
            reader.missing(&top, "itemUuids");
        }
        for value in reader.list(&top, "itemUuids") {
            uuids.extend(reader.as_uuid(value, top.at("itemUuids")));
        }
        sign = reader.boolean(&top, "signUrls", false);
        all = reader.boolean(&top, "requireAll", true);
    }
    reader.finish(())?;
    let store = locked(&shared.store);
    let mut results = Vec::with_capacity(uuids.len());
    for uuid in uuids {
        match item(&store, uuid) {
            Ok(found) => results.push(shared.item_json(found, sign, true)),
            Err(refusal) if all => return Err(refusal),
            Err(_) => {}
        }
    }
    Ok(Json(page_body(results, None)))
}

/// Changes to one item; metadata is replaced.
struct Patch {
    name: Option<String>,
    description: Option<String>,
    client_metadata: Option<Map<String, Value>>,
    /// Outer `None`: not mentioned; inner `None`: back to the defaults.
    settings: Option<Option<Value>>,
}

impl Patch {
    fn read(body: &Value, loc: Vec<Value>) -> Result<Self, ApiError> {
        let mut reader = Reader::new(false);
        let mut patch = Self { name: None, description: None, client_metadata: None, settings: None };
        if let Some(top) = reader.object(body, loc) {
            patch.name = reader.opt_string(&top, "name");
            patch.description = reader.opt_string(&top, "description");
            patch.client_metadata = reader.opt_object(&top, "clientMetadata").map(|found| found.map.clone());
            patch.settings =
                top.map.get("timeseriesSettings").map(|value| Some(value.clone()).filter(|value| !value.is_null()));
        }
        reader.finish(patch)
    }

    fn apply(self, shared: &Shared, store: &mut Store, uuid: Uuid) -> Result<Value, ApiError> {
        item(store, uuid)?;
        store.change_item(uuid, |item| {
            if let Some(name) = self.name {
                item.name = name;
            }
            if let Some(description) = self.description {
                item.description = description;
            }
            if let Some(metadata) = self.client_metadata {
                item.client_metadata = metadata;
            }
            if let Some(settings) = self.settings {
                item.settings = settings;
            }
        });
        Ok(shared.item_json(item(store, uuid)?, false, true))
    }
}

pub(super) async fn patch(
    State(shared): State<Arc<Shared>>,
    Path((parent, id)): Path<(String, String)>,
    bytes: Bytes,
) -> Reply {
    let uuid = member(&shared, &parent, &id)?;
    let body = body::parse(&bytes)?;
    let change = Patch::read(&body, vec![json!("body")])?;
    let mut store = locked(&shared.store);
    Ok(Json(change.apply(&shared, &mut store, uuid)?))
}

pub(super) async fn patch_bulk(State(shared): State<Arc<Shared>>, bytes: Bytes) -> Reply {
    let body = body::parse(&bytes)?;
    let mut reader = Reader::new(false);
    let mut changes = Vec::new();
    if let Some(top) = reader.object(&body, vec![json!("body")]) {
        match reader.opt_object(&top, "itemPatches") {
            None => reader.missing(&top, "itemPatches"),
            Some(patches) => {
                for (id, patch) in patches.map {
                    let loc = patches.at(id.as_str());
                    if let Some(uuid) = reader.as_uuid(&json!(id), loc.clone()) {
                        changes.push((uuid, Patch::read(patch, loc)?));
                    }
                }
            }
        }
    }
    reader.finish(())?;
    let mut store = locked(&shared.store);
    // All or nothing.
    for (uuid, _) in &changes {
        item(&store, *uuid)?;
    }
    let results =
        changes.into_iter().map(|(uuid, patch)| patch.apply(&shared, &mut store, uuid)).collect::<Result<_, _>>()?;
    Ok(Json(page_body(results, None)))
}

/// The item, which must lie in the folder named.
fn member(shared: &Shared, parent: &str, id: &str) -> Result<Uuid, ApiError> {
    let (parent, uuid) = (path_uuid("folderUuid", parent)?, path_uuid("itemUuid", id)?);
    let store = locked(&shared.store);
    folder(&store, parent)?;
    let found = item(&store, uuid)?;
    if found.parent == parent { Ok(uuid) } else { Err(ApiError::forbidden("item")) }
}

pub(super) async fn children(
    State(shared): State<Arc<Shared>>,
    Path((parent, id)): Path<(String, String)>,
    query: Query,
) -> Reply {
    let uuid = member(&shared, &parent, &id)?;
    let sign = query.flag("signUrls")?.unwrap_or(false);
    let store = locked(&shared.store);
    let children = item(&store, uuid)?.children.iter().filter_map(|child| store.item(*child));
    let results = children.map(|child| shared.item_json(child, sign, true)).collect();
    Ok(Json(page_body(results, None)))
}

pub(super) async fn summary(State(shared): State<Arc<Shared>>, Path((parent, id)): Path<(String, String)>) -> Reply {
    let uuid = member(&shared, &parent, &id)?;
    let store = locked(&shared.store);
    let found = item(&store, uuid)?;
    let siblings = folder(&store, found.parent)?.items.iter().filter_map(|uuid| store.item(uuid));
    let groups: Vec<Value> = siblings
        .filter(|group| group.children.contains(&uuid))
        .map(|group| {
            let parent_name = store.folder(group.parent).map(|folder| folder.name.clone());
            json!({
                "uuid": group.uuid,
                "name": group.name,
                "parentUuid": group.parent,
                "parentName": parent_name,
                "itemType": group.kind,
            })
        })
        .collect();
    Ok(Json(json!({
        "frameInGroups": groups.len(),
        "accessibleGroupItems": groups,
        "usedInDatasets": 0,
        "accessibleDatasets": [],
        "groupLayout": null,
    })))
}

pub(super) async fn delete(State(shared): State<Arc<Shared>>, Path(id): Path<String>, bytes: Bytes) -> Reply {
    let parent = path_uuid("folderUuid", &id)?;
    let body = body::parse(&bytes)?;
    let mut reader = Reader::new(false);
    let (mut uuids, mut frames) = (Vec::new(), true);
    if let Some(top) = reader.object(&body, vec![json!("body")]) {
        if reader.find(&top, "childUuids").is_none() {
            reader.missing(&top, "childUuids");
        }
        for value in reader.list(&top, "childUuids") {
            uuids.extend(reader.as_uuid(value, top.at("childUuids")));
        }
        frames = reader.boolean(&top, "removeUnusedFrames", true);
    }
    reader.finish(())?;
    let mut store = locked(&shared.store);
    writable(&store, parent)?;
    for uuid in &uuids {
        if item(&store, *uuid)?.parent != parent {
            return Err(ApiError::forbidden("item"));
        }
    }
    let removed: usize = uuids.into_iter().map(|uuid| store.remove_item(uuid, frames)).sum();
    Ok(Json(json!({ "removedItemsCount": removed, "removedFoldersCount": 0 })))
}

pub(super) async fn move_to(State(shared): State<Arc<Shared>>, Path(id): Path<String>, bytes: Bytes) -> Reply {
    let parent = path_uuid("folderUuid", &id)?;
    let body = body::parse(&bytes)?;
    let mut reader = Reader::new(false);
    let (mut uuids, mut target) = (Vec::new(), Uuid::nil());
    if let Some(top) = reader.object(&body, vec![json!("body")]) {
        target = reader.uuid(&top, "newParentUuid");
        for value in reader.list(&top, "itemUuids") {
            uuids.extend(reader.as_uuid(value, top.at("itemUuids")));
        }
    }
    reader.finish(())?;
    let mut store = locked(&shared.store);
    writable(&store, parent)?;
    writable(&store, target)?;
    for uuid in &uuids {
        if item(&store, *uuid)?.parent != parent {
            return Err(ApiError::forbidden("item"));
        }
    }
    for uuid in uuids {
        store.change_item(uuid, |item| item.parent = target);
    }
    Ok(Json(Value::Null))
}

/// Makes data groups; the answer is their UUIDs in the order of the request.
pub(super) async fn create_groups(State(shared): State<Arc<Shared>>, Path(id): Path<String>, bytes: Bytes) -> Reply {
    let parent = path_uuid("folderUuid", &id)?;
    let body = body::parse(&bytes)?;
    let mut reader = Reader::new(false);
    let mut groups = Vec::new();
    match &body {
        Value::Array(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                groups.extend(read_group(&mut reader, parent, entry, index));
            }
        }
        _ => reader.complain(vec![json!("body")], "list_type", "Input should be a valid list"),
    }
    reader.finish(())?;
    let mut store = locked(&shared.store);
    writable(&store, parent)?;
    for group in &groups {
        for child in &group.children {
            item(&store, *child)?;
        }
    }
    let uuids: Vec<Uuid> = groups.into_iter().filter_map(|group| store.add_item(group)).collect();
    Ok(Json(json!(uuids)))
}

fn read_group(reader: &mut Reader, parent: Uuid, entry: &Value, index: usize) -> Option<Item> {
    let object = reader.object(entry, vec![json!("body"), json!(index)])?;
    let layout = reader.string(&object, "layoutType");
    let name = reader.opt_string(&object, "name").unwrap_or_else(|| format!("Data group {}", index + 1));
    let mut group = Item::new(parent, ItemKind::Group, name);
    group.client_metadata = reader.map(&object, "clientMetadata");
    let at = object.at("layoutContents");
    if reader.find(&object, "layoutContents").is_none() {
        reader.missing(&object, "layoutContents");
    }
    match layout.as_str() {
        "default-grid" | "default-list" => {
            for value in reader.list(&object, "layoutContents") {
                group.children.extend(reader.as_uuid(value, at.clone()));
            }
            if layout == "default-grid" && group.children.len() > GRID_UNITS {
                reader.complain(at, "too_long", format!("A grid holds at most {GRID_UNITS} data units"));
            }
        }
        "custom" => {
            for (key, value) in reader.map(&object, "layoutContents") {
                let mut loc = at.clone();
                loc.push(json!(key));
                group.children.extend(reader.as_uuid(&value, loc));
            }
            group.layout = reader.opt_object(&object, "layout").map(|layout| Value::Object(layout.map.clone()));
        }
        _ => reader.complain(
            object.at("layoutType"),
            "union_tag_invalid",
            "Input should be 'default-grid', 'default-list' or 'custom'",
        ),
    }
    Some(group)
}
