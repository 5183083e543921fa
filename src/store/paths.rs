//! Where configs and runs live.

use std::path::{Path, PathBuf};

use etcetera::{AppStrategy, AppStrategyArgs};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

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
        self.configs.join(crate::config::keys::FILE_NAME)
    }

    /// Holds `runs.db` and a directory for each run.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// What was found in the manifest of a config's last headless import, which may have become no run; one JSON object a line.
    /// `config` is what the user called the config.
    pub fn findings(&self, config: &str) -> PathBuf {
        self.data.join("findings").join(format!("{}.jsonl", self.key(config)))
    }

    /// What files that belong to a config begin with. A saved config has its name; any other file its own name and eight digits that
    /// stand for where it lies, so that two files of one name share nothing. `@` is in no saved config's name.
    pub(super) fn key(&self, config: &str) -> String {
        let path = PathBuf::from(expand_home(config));
        let is_path = config.contains(['/', '\\']) || config.ends_with(".toml") || path.is_file();
        if !is_path {
            return config.to_owned();
        }
        let place = std::path::absolute(&path).unwrap_or(path);
        let stem = place.file_stem().unwrap_or_default().to_string_lossy();
        if place.parent() == std::path::absolute(&self.configs).ok().as_deref() {
            return stem.into_owned();
        }
        let digest = Sha256::digest(place.as_os_str().as_encoded_bytes());
        digest.iter().take(4).fold(format!("{stem}@"), |name, byte| format!("{name}{byte:02x}"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configs_of_one_name_have_findings_of_their_own() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        let name = |config: &str| home.findings(config).file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!((name("v1.2"), name("v1.3")), ("v1.2.jsonl".into(), "v1.3.jsonl".into()));
        let [one, other] = ["a/site.toml", "b/site.toml"].map(name);
        assert!(one.starts_with("site@") && one.ends_with(".jsonl") && one != other, "{one} {other}");
        let whole = std::env::current_dir().unwrap().join("a/site.toml");
        assert_eq!(name(whole.to_str().unwrap()), one);
        assert_eq!(name("site"), "site.jsonl");
        assert_eq!(name(home.configs().join("site.toml").to_str().unwrap()), "site.jsonl");
    }
}
