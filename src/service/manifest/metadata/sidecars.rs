//! Fetches the files beside blobs that hold their metadata.

use serde_json::{Map, Value};

use crate::{
    azure::{container::Container, error::Error, whole::Whole},
    manifest::metadata::sidecar,
};

/// As many are fetched at the same time.
pub(crate) const AT_ONCE: usize = 16;

/// Fetches and reads one.
///
/// # Errors
/// The outer one ends everything: the service refuses or cannot be reached. The inner one is about this file, in words.
pub(crate) async fn fetch(container: &Container, name: &str) -> Result<Result<Map<String, Value>, String>, Error> {
    Ok(match container.read_whole(name, sidecar::LARGEST).await? {
        Whole::Content(content) => sidecar::read(&content),
        Whole::TooLarge => Err("it is larger than 10 MB".to_owned()),
    })
}
