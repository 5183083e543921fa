//! Where the reports of a run lie.

use std::path::{Path, PathBuf};

/// Where a run's reports lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportPaths {
    /// Everything about the run, its jobs and its failed units.
    pub json: PathBuf,
    /// One row for each URL of each failed unit.
    pub csv: PathBuf,
    /// A page for people that needs nothing else.
    pub html: PathBuf,
    /// A manifest of what failed, where something did.
    pub failed: Option<PathBuf>,
}

impl ReportPaths {
    /// What each is, as a name for programs, with its path.
    pub fn named(&self) -> Vec<(&'static str, &Path)> {
        let three = [("report", &self.json), ("csv", &self.csv), ("html", &self.html)];
        let all = three.into_iter().chain(self.failed.as_ref().map(|path| ("failed_manifest", path)));
        all.map(|(name, path)| (name, path.as_path())).collect()
    }
}
