//! Saving a config so that what its file says besides stays.

use super::session::Session;
use crate::{
    store::{Home, config::Config},
    wizard::{OpenedConfig, Problem, SavePreview, SaveTo, Stamp},
};

/// What saving would change. Writes nothing.
pub(super) fn preview(
    _home: &Home,
    _to: &SaveTo,
    _config: &Config,
    _opened: Option<&Stamp>,
) -> Result<SavePreview, Problem> {
    Err(Problem::other("Configs cannot be saved from here yet."))
}

/// Saves, unless the file is another than the one that was seen; from now on runs are recorded under its name.
pub(super) fn save(
    _session: &Session,
    _to: &SaveTo,
    _config: &Config,
    _seen: Option<&Stamp>,
) -> Result<OpenedConfig, Problem> {
    Err(Problem::other("Configs cannot be saved from here yet."))
}
