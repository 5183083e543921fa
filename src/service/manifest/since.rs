//! What earlier runs have registered, where only what is new or changed is wanted.

use std::{path::Path, sync::Arc};

use crate::{
    config::{self, manifest::Since},
    error::UserError,
    manifest::incremental::RegisteredItems,
    service::{integration::account::resolve, problems::disk_problem},
    store::{
        paths::Home,
        registered::{self, RegisteredFile},
    },
    wizard::connections::AzureAccess,
};

/// Whose runs count: those of one config, which is known by what the user called it.
#[derive(Debug, Clone, Copy)]
pub struct Runs<'a> {
    /// Where runs are kept.
    pub home: &'a Home,
    /// What the user called the config.
    pub config: &'a str,
}

/// What earlier runs have registered from the container.
#[derive(Debug)]
pub(super) struct Earlier {
    pub(super) known: Arc<dyn RegisteredItems>,
    /// A sentence about it.
    pub(super) note: String,
}

/// What earlier runs have registered; `None` where nobody asks. The run of the manifest in `dir` will record what it registers.
pub(super) fn known(
    runs: Runs<'_>,
    access: &AzureAccess,
    manifest: &config::manifest::Manifest,
    dir: &Path,
) -> Result<Option<Earlier>, UserError> {
    let Some(Since::LastRun) = manifest.since else { return Ok(None) };
    let container = resolve(access)?.open()?;
    let path = registered::seen_path(runs.home, runs.config, container.url().as_str());
    let seen = RegisteredFile::open(&path).map_err(|error| {
        let mut problem = UserError::other("Could not read what the last run registered.");
        problem.source_message = Some(error.to_string());
        problem.hint("Remove the file, or take since out from under [manifest]: then everything is taken.")
    })?;
    registered::record_in(dir, &path).map_err(|error| disk_problem("write the manifest", &error))?;
    let note = match &seen {
        None => format!(
            "Since the last run: no run of this config has registered anything from {} yet, so everything is taken.",
            container.name()
        ),
        Some(_) => format!(
            "Since the last run: only what is new or changed in {}. A changed file that Encord has under the same URL is left alone \
             there while skip_duplicate_urls = true.",
            container.name()
        ),
    };
    Ok(Some(Earlier { known: Arc::new(seen), note }))
}
