//! Saved configs and past runs, as Home lists them, and what saving a config would change.

use std::path::PathBuf;

use crate::{
    config::Config,
    error::UserError,
    run::{state::RunState, status::RunStatus},
};

/// What Home shows. Everything in it is on this machine; reading it asks no service.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HomePage {
    /// The saved configs, by name.
    pub configs: Vec<SavedConfig>,
    /// The runs on record, newest first.
    pub runs: Vec<PastRun>,
    /// Why some of it could not be read.
    pub problem: Option<UserError>,
}

/// A config in the directory of saved configs.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedConfig {
    /// What it is called on the command line: its file's name without `.toml`.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// The storage account or the address of its service.
    pub account: Option<String>,
    /// The container.
    pub container: Option<String>,
    /// The folder in Encord: its path or UUID.
    pub folder: Option<String>,
    /// Why it cannot be read, with line and column.
    pub problem: Option<String>,
    /// The last run that was begun with it.
    pub last_run: Option<PastRun>,
}

/// A run on record.
#[derive(Debug, Clone, PartialEq)]
pub struct PastRun {
    /// Its id.
    pub run: String,
    /// What its config was called: a saved one's name, a path, `demo`, or `(not saved)`.
    pub config: String,
    /// The destination's path.
    pub folder: String,
    /// How it stands.
    pub state: RunState,
    /// A process works on it at this moment.
    pub is_live: bool,
    /// Something of it is not at its end, so it can be resumed.
    pub is_open: bool,
    /// Units registered.
    pub registered: u64,
    /// Units failed.
    pub failed: u64,
    /// Units cancelled.
    pub cancelled: u64,
    /// Items in all.
    pub items: u64,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// The run whose failures it registers again.
    pub retry_of: Option<String>,
}

impl PastRun {
    /// How it stands, for people.
    pub fn standing(&self) -> RunStatus {
        RunStatus::of(self.state, self.is_live, self.is_open)
    }
}

/// A config that was opened.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenedConfig {
    /// What the user calls it: a saved config's name, or a path.
    pub label: String,
    /// Its file.
    pub path: PathBuf,
    /// What it says.
    pub config: Box<Config>,
    /// The file as it was read, to find out later whether somebody else changed it.
    pub stamp: Stamp,
}

/// Tells one content of a file from another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Stamp(pub String);

/// Where a config is to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveTo {
    /// Under a name in the directory of saved configs; letters, digits, `-`, `_` and `.`.
    Name(String),
    /// Into this file.
    File(PathBuf),
}

/// A line of the difference between a file and what is to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffLine {
    /// Stays.
    Same(String),
    /// Goes.
    Removed(String),
    /// Comes.
    Added(String),
    /// So many lines that stay are not shown.
    Skipped(usize),
}

/// What saving would do. Nothing has been written.
#[derive(Debug, Clone, PartialEq)]
pub struct SavePreview {
    /// The file.
    pub path: PathBuf,
    /// The file's content as the difference was taken against it; `None` where there is no file yet.
    pub stamp: Option<Stamp>,
    /// The file is there and is not the one that was opened, or somebody changed it since: saving needs a second yes.
    pub overwrites: bool,
    /// The difference; empty where nothing would change.
    pub lines: Vec<DiffLine>,
    /// The whole text as it would be saved. Holds no secret: a config never does.
    pub text: String,
}

/// Units that failed for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseRow {
    /// Names the cause as long as this program follows the run; handed out in the order of their first appearance.
    pub id: CauseId,
    /// Encord's words, without what names single files.
    pub cause: String,
    /// How many units.
    pub units: u64,
    /// What to do about it, where that is known.
    pub hint: Option<&'static str>,
}

/// Names a cause of failures of the run at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CauseId(pub u32);

/// How long runs of this account took before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Seconds that the jobs of the plan are likely to take.
    pub seconds: u64,
    /// From how many past runs that follows.
    pub runs: usize,
}
