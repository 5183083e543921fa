//! The saved configs and past runs, as Home lists and changes them.

use super::session::Session;
use crate::{
    store::Home,
    wizard::{HomePage, OpenedConfig, Problem},
};

/// What is there.
pub(super) fn page(_home: &Home) -> HomePage {
    HomePage::default()
}

/// Reads a saved config, or a file by its path; from now on runs are recorded under its name.
pub(super) fn open(_session: &Session, label: &str) -> Result<OpenedConfig, Problem> {
    Err(Problem::other(format!("{label} cannot be opened from here yet.")))
}

/// Copies a saved config.
pub(super) fn duplicate(_home: &Home, name: &str, _copy: &str) -> Result<Box<HomePage>, Problem> {
    Err(Problem::other(format!("{name} cannot be copied from here yet.")))
}

/// Deletes a saved config.
pub(super) fn delete(_home: &Home, name: &str) -> Result<Box<HomePage>, Problem> {
    Err(Problem::other(format!("{name} cannot be deleted from here yet.")))
}

/// Takes a run off the record.
pub(super) fn forget(_home: &Home, run: &str) -> Result<Box<HomePage>, Problem> {
    Err(Problem::other(format!("Run {run} cannot be forgotten from here yet.")))
}
