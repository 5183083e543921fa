//! The containers and blobs in memory.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

/// A block blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBlob {
    /// The name, any text of 1 to 1024 characters.
    pub name: String,
    /// The content.
    pub content: Bytes,
    /// The media type that is told to clients, whatever the content is.
    pub content_type: String,
    /// `Hot`, `Cool`, `Cold` or `Archive`; archived blobs cannot be read.
    pub tier: String,
    /// Present while a blob comes back from the archive, such as `rehydrate-pending-to-hot`.
    pub archive_status: Option<String>,
    /// Custom metadata; keys are valid names of HTTP headers and of C# identifiers, values ASCII.
    pub metadata: Vec<(String, String)>,
    /// The time of the last change, told to the second.
    pub last_modified: OffsetDateTime,
}

impl StoredBlob {
    /// A blob in the Hot tier, changed just now, without metadata.
    pub fn new(name: impl Into<String>, content: impl Into<Bytes>, content_type: impl Into<String>) -> StoredBlob {
        StoredBlob {
            name: name.into(),
            content: content.into(),
            content_type: content_type.into(),
            tier: "Hot".to_owned(),
            archive_status: None,
            metadata: Vec::new(),
            last_modified: OffsetDateTime::now_utc(),
        }
    }
}

/// A blob with what follows from it.
pub(super) struct Kept {
    pub(super) blob: StoredBlob,
    /// Without quotation marks.
    pub(super) etag: String,
}

/// Blobs by name, in the order of their bytes.
pub(super) type Blobs = BTreeMap<String, Arc<Kept>>;

#[derive(Default)]
pub(super) struct Store {
    containers: RwLock<BTreeMap<String, Blobs>>,
}

impl Store {
    pub(super) fn create(&self, container: &str) {
        let mut containers = self.containers.write().unwrap_or_else(PoisonError::into_inner);
        containers.entry(container.to_owned()).or_default();
    }

    pub(super) fn put(&self, container: &str, blob: StoredBlob) {
        let mut digest = Sha256::new();
        digest.update(blob.last_modified.unix_timestamp().to_be_bytes());
        digest.update(&blob.content);
        let etag = digest.finalize().iter().take(7).fold("0x8".to_owned(), |text, byte| format!("{text}{byte:02X}"));
        let mut containers = self.containers.write().unwrap_or_else(PoisonError::into_inner);
        containers.entry(container.to_owned()).or_default().insert(blob.name.clone(), Arc::new(Kept { blob, etag }));
    }

    /// The containers' names, in order, from this one on.
    pub(super) fn names_from(&self, first: &str) -> Vec<String> {
        let containers = self.containers.read().unwrap_or_else(PoisonError::into_inner);
        containers.range::<str, _>((Bound::Included(first), Bound::Unbounded)).map(|(name, _)| name.clone()).collect()
    }

    /// Runs `read` on a container's blobs; nothing if there is no such container.
    pub(super) fn with<T>(&self, container: &str, read: impl FnOnce(&Blobs) -> T) -> Option<T> {
        let containers = self.containers.read().unwrap_or_else(PoisonError::into_inner);
        containers.get(container).map(read)
    }
}
