//! What a run is from its beginning.

use uuid::Uuid;

use crate::manifest::data_items::JobOptions;

/// What a new run is.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// Its id.
    pub id: String,
    /// The config's name or path, for the user to know it by.
    pub config: String,
    /// Encord's API.
    pub domain: String,
    /// The config as it was, for resuming: TOML without secrets.
    pub config_text: String,
    /// The destination.
    pub folder: Uuid,
    /// The destination's path.
    pub folder_path: String,
    /// The integration.
    pub integration: Uuid,
    /// The jobs' options.
    pub options: JobOptions,
    /// Jobs at a time.
    pub jobs_in_flight: usize,
    /// The ids of the checks that had failed and that the user went on in spite of.
    pub despite: Vec<String>,
    /// What the folder mirrors, where the run has no batches and Encord finds the files itself.
    pub sync: Option<NewSync>,
}

/// What the folder of a new run mirrors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSync {
    /// The URL of the place in the storage, with a slash at its end.
    pub remote_url: String,
    /// The ending of the files that Encord is to read as metadata of the others.
    pub sidecar: Option<String>,
}
