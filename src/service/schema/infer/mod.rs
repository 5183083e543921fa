//! What the data at hand suggest for the metadata schema: columns of a table, sidecars, blob metadata, index tags, paths.

mod container;
mod file;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::{
    config,
    error::UserError,
    manifest::metadata::columns::media_field,
    schema::infer::Inference,
    wizard::{connections::AzureAccess, schema::messages::Inferred},
};

/// Looks at a file, CSV, JSON Lines or a schema; or, without one, at everything that the config names as a source of client
/// metadata, in a part of the container that is large enough to tell.
///
/// # Errors
/// The file or the container cannot be read, or nothing in it holds metadata.
pub async fn infer(
    access: &AzureAccess,
    manifest: &config::manifest::Manifest,
    file: Option<&str>,
) -> Result<Inferred, UserError> {
    match file {
        Some(path) => {
            let own = manifest.metadata.table.as_deref() == Some(path);
            let join = own.then_some(manifest.metadata.join);
            let path = path.to_owned();
            off_the_runtime(move || file::look(&path, join)).await
        }
        None => container::look(access, manifest).await,
    }
}

/// Runs what waits for the disk where it keeps nothing else waiting.
async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, UserError> + Send + 'static,
) -> Result<T, UserError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| UserError::other(format!("Reading the metadata broke off: {error}.")))?
}

/// What was found so far.
#[derive(Debug, Default)]
struct Looking {
    inference: Inference,
    sources: Vec<String>,
    is_part: bool,
    table: Option<(String, config::manifest::Join)>,
}

impl Looking {
    /// Looks at the metadata of one item. What Encord keeps apart from client metadata, and the column that names the item,
    /// suggest nothing.
    fn add(&mut self, cells: &Map<String, Value>, naming: Option<&str>) {
        for (key, value) in cells {
            if Some(key.as_str()) != naming && key != "$encord" && media_field(key, value).is_none() {
                self.inference.add(key, value);
            }
        }
    }

    fn add_texts(&mut self, pairs: &[(String, String)]) {
        for (key, value) in pairs {
            self.inference.add(key, &Value::from(value.as_str()));
        }
    }

    fn finish(self) -> Inferred {
        Inferred {
            // Of a column that is empty there is nothing to say.
            suggestions: self.inference.finish().into_iter().filter(|one| one.values > 0).collect(),
            sources: self.sources,
            is_part: self.is_part,
            table: self.table,
        }
    }
}
