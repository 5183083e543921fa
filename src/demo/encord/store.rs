//! What the service remembers: folders and items, in memory, indexed so that no call walks over everything.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::demo::encord::{FolderAccess, kind::ItemKind, listing::Listing};

/// The user that every accepted key or token stands for.
pub(super) const USER: &str = "demo@example.com";

pub(super) struct Folder {
    pub(super) uuid: Uuid,
    pub(super) parent: Option<Uuid>,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) client_metadata: Option<Map<String, Value>>,
    pub(super) created: String,
    pub(super) edited: String,
    pub(super) sequence: u64,
    pub(super) subfolders: Listing,
    pub(super) items: Listing,
    /// Items by what makes two of them duplicates.
    by_urls: HashMap<String, Vec<Uuid>>,
    pub(super) link: Option<CloudLink>,
    pub(super) config: Value,
    pub(super) job_count: usize,
    /// What the user may do here and below, where it is not what they may do in the folder above.
    pub(super) access: Option<FolderAccess>,
}

/// Where a cloud-synced folder gets its items from.
#[derive(Clone)]
pub(super) struct CloudLink {
    pub(super) integration: Uuid,
    pub(super) remote_url: String,
}

#[derive(Clone)]
pub(super) struct Item {
    pub(super) uuid: Uuid,
    pub(super) parent: Uuid,
    pub(super) kind: ItemKind,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) urls: Vec<String>,
    pub(super) client_metadata: Map<String, Value>,
    pub(super) integration: Option<Uuid>,
    pub(super) file_size: Option<u64>,
    pub(super) mime_type: Option<String>,
    /// Media metadata in the spelling of the upload formats.
    pub(super) media: Map<String, Value>,
    pub(super) study: Option<String>,
    pub(super) series: Option<String>,
    /// Frames of a group or files of a series. Those made with it are not listed in the folder.
    pub(super) children: Vec<Uuid>,
    pub(super) settings: Option<Value>,
    pub(super) layout: Option<Value>,
    pub(super) tombstone: bool,
    /// The blob's entity tag, for synced items.
    pub(super) etag: Option<String>,
    pub(super) created: String,
    pub(super) edited: String,
    pub(super) sequence: u64,
    pub(super) listed: bool,
}

#[derive(Default)]
pub(super) struct Store {
    folders: HashMap<Uuid, Folder>,
    items: HashMap<Uuid, Item>,
    pub(super) roots: Listing,
    pub(super) schema: Option<Value>,
    sequence: u64,
}

/// Now, as the API writes times.
pub(super) fn now() -> String {
    OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default()
}

/// What makes two items of a folder duplicates: the URL of a single file whatever its type, or all URLs of a group in
/// order. Items without files have none.
pub(super) fn duplicate_key(kind: ItemKind, urls: &[String]) -> Option<String> {
    match (kind, urls) {
        (_, []) | (ItemKind::Group, _) => None,
        (ItemKind::ImageGroup | ItemKind::ImageSequence | ItemKind::DicomSeries | ItemKind::Scene, urls) => {
            Some(format!("{kind:?}\n{}", urls.join("\n")))
        }
        (_, [url, ..]) => Some(url.clone()),
    }
}

impl Item {
    pub(super) fn new(parent: Uuid, kind: ItemKind, name: String) -> Self {
        let created = now();
        Self {
            uuid: Uuid::new_v4(),
            parent,
            kind,
            name,
            description: String::new(),
            urls: Vec::new(),
            client_metadata: Map::new(),
            integration: None,
            file_size: None,
            mime_type: None,
            media: Map::new(),
            study: None,
            series: None,
            children: Vec::new(),
            settings: None,
            layout: None,
            tombstone: false,
            etag: None,
            edited: created.clone(),
            created,
            sequence: 0,
            listed: true,
        }
    }

    /// The item as the API shows it; `signed_url` only when asked for.
    pub(super) fn to_json(&self, signed_url: Option<&str>, with_metadata: bool) -> Value {
        let metadata =
            if with_metadata { Value::Object(self.client_metadata.clone()).to_string() } else { "{}".into() };
        let media = |key: &str| self.media.get(key).cloned().unwrap_or(Value::Null);
        let has_own_url = !matches!(
            self.kind,
            ItemKind::ImageGroup | ItemKind::ImageSequence | ItemKind::DicomSeries | ItemKind::Group
        );
        json!({
            "uuid": self.uuid,
            "parent": self.parent,
            "itemType": self.kind,
            "name": self.name,
            "description": self.description,
            "clientMetadata": metadata,
            "owner": USER,
            "createdAt": self.created,
            "lastEditedAt": self.edited,
            "isTombstone": self.tombstone,
            "isPlaceholder": false,
            "backedDataUnitsCount": 0,
            "storageLocation": if self.integration.is_some() { "azure" } else { "encord" },
            "integrationHash": self.integration,
            "url": self.urls.first().filter(|_| has_own_url),
            "signedUrl": signed_url,
            "fileSize": self.file_size,
            "mimeType": self.mime_type,
            "duration": media("duration"),
            "fps": media("fps"),
            "height": media("height"),
            "width": media("width"),
            "dicomInstanceUid": null,
            "dicomStudyUid": self.study,
            "dicomSeriesUid": self.series,
            "frameCount": (!self.children.is_empty()).then_some(self.children.len()),
            "audioSampleRate": media("sampleRate"),
            "audioBitDepth": media("bitDepth"),
            "audioCodec": media("codec"),
            "audioNumChannels": media("numChannels"),
            "timeseriesSettings": self.settings,
        })
    }
}

impl Store {
    pub(super) fn folder(&self, uuid: Uuid) -> Option<&Folder> {
        self.folders.get(&uuid)
    }

    /// What the user may do in a folder: what was set for it, or for the nearest folder above it. An admin of everything else.
    pub(super) fn access(&self, uuid: Uuid) -> FolderAccess {
        self.path_to_root(uuid).into_iter().find_map(|folder| folder.access).unwrap_or(FolderAccess::Admin)
    }

    pub(super) fn folder_mut(&mut self, uuid: Uuid) -> Option<&mut Folder> {
        self.folders.get_mut(&uuid)
    }

    pub(super) fn folders(&self) -> impl Iterator<Item = &Folder> {
        self.folders.values()
    }

    pub(super) fn item(&self, uuid: Uuid) -> Option<&Item> {
        self.items.get(&uuid)
    }

    fn listing_mut(&mut self, parent: Option<Uuid>) -> Option<&mut Listing> {
        match parent {
            None => Some(&mut self.roots),
            Some(parent) => self.folders.get_mut(&parent).map(|folder| &mut folder.subfolders),
        }
    }

    pub(super) fn subfolders(&self, parent: Option<Uuid>) -> Option<&Listing> {
        match parent {
            None => Some(&self.roots),
            Some(parent) => self.folders.get(&parent).map(|folder| &folder.subfolders),
        }
    }

    pub(super) fn add_folder(
        &mut self,
        name: String,
        parent: Option<Uuid>,
        description: String,
        client_metadata: Option<Map<String, Value>>,
        link: Option<CloudLink>,
    ) -> Uuid {
        self.sequence += 1;
        let (uuid, sequence, created) = (Uuid::new_v4(), self.sequence, now());
        if let Some(listing) = self.listing_mut(parent) {
            listing.insert(&name, sequence, uuid);
        }
        let folder = Folder {
            uuid,
            parent,
            name,
            description,
            client_metadata,
            edited: created.clone(),
            created,
            sequence,
            subfolders: Listing::default(),
            items: Listing::default(),
            by_urls: HashMap::new(),
            link,
            config: json!({ "metadataIngestion": null, "indexFolderConfig": { "embeddingConfig": {} } }),
            job_count: 0,
            access: None,
        };
        self.folders.insert(uuid, folder);
        uuid
    }

    /// Renames a folder and moves it below another parent.
    pub(super) fn place_folder(&mut self, uuid: Uuid, name: &str, parent: Option<Uuid>) {
        let Some(folder) = self.folders.get_mut(&uuid) else {
            return;
        };
        let (old_name, old_parent, sequence) = (folder.name.clone(), folder.parent, folder.sequence);
        name.clone_into(&mut folder.name);
        folder.parent = parent;
        folder.edited = now();
        if let Some(listing) = self.listing_mut(old_parent) {
            listing.remove(&old_name, sequence);
        }
        if let Some(listing) = self.listing_mut(parent) {
            listing.insert(name, sequence, uuid);
        }
    }

    /// The folder and everything below it, parents before their children.
    pub(super) fn subtree(&self, root: Uuid) -> Vec<Uuid> {
        let mut found = vec![root];
        let mut next = 0;
        while let Some(folder) = found.get(next).and_then(|uuid| self.folders.get(uuid)) {
            found.extend(folder.subfolders.iter());
            next += 1;
        }
        found
    }

    /// Removes a folder with all it holds.
    pub(super) fn remove_folder(&mut self, uuid: Uuid) {
        for below in self.subtree(uuid) {
            let items: Vec<Uuid> =
                self.folders.get(&below).map(|folder| folder.items.iter().collect()).unwrap_or_default();
            for item in items {
                self.remove_item(item, true);
            }
        }
        for below in self.subtree(uuid) {
            if let Some(folder) = self.folders.remove(&below)
                && below == uuid
                && let Some(listing) = self.listing_mut(folder.parent)
            {
                listing.remove(&folder.name, folder.sequence);
            }
        }
    }

    /// From the folder itself up to its topmost ancestor.
    pub(super) fn path_to_root(&self, uuid: Uuid) -> Vec<&Folder> {
        let mut path = Vec::new();
        let mut next = Some(uuid);
        while let Some(folder) = next.and_then(|uuid| self.folders.get(&uuid)) {
            path.push(folder);
            next = folder.parent;
        }
        path
    }

    pub(super) fn folder_json(&self, folder: &Folder) -> Value {
        let path: Vec<Value> = self
            .path_to_root(folder.uuid)
            .into_iter()
            .map(|f| json!({ "uuid": f.uuid, "parentUuid": f.parent, "name": f.name, "syncedDatasetHash": null }))
            .collect();
        json!({
            "uuid": folder.uuid,
            "parent": folder.parent,
            "name": folder.name,
            "description": folder.description,
            "clientMetadata": folder.client_metadata.as_ref().map(|map| Value::Object(map.clone()).to_string()),
            "owner": USER,
            "createdAt": folder.created,
            "lastEditedAt": folder.edited,
            "userRole": if self.access(folder.uuid) == FolderAccess::Admin { "admin" } else { "user" },
            "syncedDatasetHash": null,
            "pathToRoot": path,
            "folderType": if folder.link.is_some() { "cloudLinked" } else { "generic" },
            "integrationHash": folder.link.as_ref().map(|link| link.integration),
            "remoteUrl": folder.link.as_ref().map(|link| link.remote_url.clone()),
        })
    }

    /// Adds an item to its parent folder. A folder that was deleted meanwhile takes nothing.
    pub(super) fn add_item(&mut self, mut item: Item) -> Option<Uuid> {
        self.sequence += 1;
        item.sequence = self.sequence;
        let folder = self.folders.get_mut(&item.parent)?;
        if item.listed {
            folder.items.insert(&item.name, item.sequence, item.uuid);
            if let Some(key) = duplicate_key(item.kind, &item.urls) {
                folder.by_urls.entry(key).or_default().push(item.uuid);
            }
        }
        let uuid = item.uuid;
        self.items.insert(uuid, item);
        Some(uuid)
    }

    /// The oldest item of the folder that the given one would duplicate.
    pub(super) fn duplicate(&self, folder: Uuid, kind: ItemKind, urls: &[String]) -> Option<Uuid> {
        let key = duplicate_key(kind, urls)?;
        self.folders.get(&folder)?.by_urls.get(&key)?.first().copied()
    }

    /// Changes an item and keeps the indexes right.
    pub(super) fn change_item(&mut self, uuid: Uuid, change: impl FnOnce(&mut Item)) {
        let Some(mut item) = self.items.get(&uuid).cloned() else {
            return;
        };
        self.unlist(&item);
        change(&mut item);
        item.edited = now();
        if item.listed
            && let Some(folder) = self.folders.get_mut(&item.parent)
        {
            folder.items.insert(&item.name, item.sequence, uuid);
            if let Some(key) = duplicate_key(item.kind, &item.urls) {
                folder.by_urls.entry(key).or_default().push(uuid);
            }
        }
        self.items.insert(uuid, item);
    }

    fn unlist(&mut self, item: &Item) {
        let Some(folder) = self.folders.get_mut(&item.parent).filter(|_| item.listed) else {
            return;
        };
        folder.items.remove(&item.name, item.sequence);
        if let Some(key) = duplicate_key(item.kind, &item.urls)
            && let Some(uuids) = folder.by_urls.get_mut(&key)
        {
            uuids.retain(|uuid| *uuid != item.uuid);
            if uuids.is_empty() {
                folder.by_urls.remove(&key);
            }
        }
    }

    /// Removes an item and, if asked, the frames that exist only for it. Returns how many items went.
    pub(super) fn remove_item(&mut self, uuid: Uuid, frames_too: bool) -> usize {
        let Some(item) = self.items.remove(&uuid) else {
            return 0;
        };
        self.unlist(&item);
        let mut removed = 1;
        if frames_too {
            for child in item.children {
                if self.items.get(&child).is_some_and(|child| !child.listed) {
                    self.items.remove(&child);
                    removed += 1;
                }
            }
        }
        removed
    }
}
