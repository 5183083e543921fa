//! Where configs and runs live.

use std::path::{Path, PathBuf};

use etcetera::{AppStrategy, AppStrategyArgs};
use thiserror::Error;

use super::keys;

/// No place for the program's files is known.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "This system names no home directory. Set AZURE_TO_ENCORD_HOME to a directory where configs and runs may be kept."
)]
pub struct HomeError;

/// The directories of configs and of runs: the platform's own, or both below `AZURE_TO_ENCORD_HOME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    configs: PathBuf,
    data: PathBuf,
}

impl Home {
    /// Reads `AZURE_TO_ENCORD_HOME`, else asks the platform.
    ///
    /// # Errors
    /// Neither names a directory.
    pub fn from_environment() -> Result<Home, HomeError> {
        if let Some(root) = std::env::var_os("AZURE_TO_ENCORD_HOME").filter(|root| !root.is_empty()) {
            return Ok(Home::below(Path::new(&root)));
        }
        let dirs = etcetera::choose_app_strategy(AppStrategyArgs {
            top_level_domain: String::new(),
            author: String::new(),
            app_name: "azure-to-encord".to_owned(),
        })
        .map_err(|_| HomeError)?;
        Ok(Home { configs: dirs.config_dir(), data: dirs.data_dir() })
    }

    /// Both directories below one.
    pub fn below(root: &Path) -> Home {
        Home { configs: root.join("configs"), data: root.join("data") }
    }

    /// Saved configs, one `NAME.toml` each.
    pub fn configs(&self) -> &Path {
        &self.configs
    }

    /// The user's own keys.
    pub fn keys(&self) -> PathBuf {
        self.configs.join(keys::FILE_NAME)
    }

    /// Holds `runs.db` and a directory for each run.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// What was found in the manifest of a config's last headless import, which may have become no run; one JSON object a line.
    /// `config` is what the user called the config: of a path, the name of the file counts.
    pub fn findings(&self, config: &str) -> PathBuf {
        let name = Path::new(config).file_stem().unwrap_or_default().to_string_lossy();
        self.data.join("findings").join(format!("{name}.jsonl"))
    }

    /// The directory of one run.
    pub fn run(&self, id: &str) -> PathBuf {
        self.runs().join(id)
    }

    /// The directories of all runs, and of manifests that may become runs.
    pub fn runs(&self) -> PathBuf {
        self.data.join("runs")
    }
}

/// Replaces a leading `~/` by the user's home directory.
pub(crate) fn expand_home(path: &str) -> String {
    match (path.strip_prefix("~/"), etcetera::home_dir()) {
        (Some(rest), Ok(home)) => home.join(rest).to_string_lossy().into_owned(),
        _ => path.to_owned(),
    }
}
