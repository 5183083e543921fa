//! The requests of Home and of the open config, and their replies.

use crate::{
    config::Config,
    error::UserError,
    wizard::saved::{HomePage, OpenedConfig, SavePreview, SaveTo, Stamp},
};

/// A request about saved configs and past runs. All of them stay on this machine.
#[derive(Debug)]
pub enum HomeRequest {
    /// List the saved configs and past runs.
    Read,
    /// Read a saved config, or a file by its path.
    OpenConfig {
        /// Its name or path.
        label: String,
    },
    /// Record future runs under this label.
    NameRuns {
        /// The label of the config; `None` for a config that is not saved.
        label: Option<String>,
    },
    /// Copy a saved config, including its comments.
    DuplicateConfig {
        /// Its name.
        name: String,
        /// The name of the copy; must be free.
        copy: String,
    },
    /// Delete a saved config. Its runs stay on record.
    DeleteConfig {
        /// Its name.
        name: String,
    },
    /// Delete a run with its manifest and reports; refused while a process works on it.
    ForgetRun {
        /// The run's id.
        run: String,
    },
    /// Compute the difference that saving would make. Writes nothing.
    PreviewSave {
        /// The destination.
        to: SaveTo,
        /// The config to save.
        config: Box<Config>,
        /// The version of the file that was opened, where it is the destination.
        opened: Option<Stamp>,
    },
    /// Save the config. Comments, order and unknown keys of the file are kept.
    SaveConfig {
        /// The destination.
        to: SaveTo,
        /// The config to save.
        config: Box<Config>,
        /// The version of the file in the preview; any other version is not overwritten.
        seen: Option<Stamp>,
    },
}

/// A reply about saved configs and past runs.
#[derive(Debug)]
pub enum HomeReply {
    /// To [`HomeRequest::Read`].
    Read(Box<HomePage>),
    /// To [`HomeRequest::OpenConfig`].
    ConfigOpened(Result<OpenedConfig, UserError>),
    /// To [`HomeRequest::DuplicateConfig`], [`HomeRequest::DeleteConfig`] and [`HomeRequest::ForgetRun`]: the page after it.
    Changed(Result<Box<HomePage>, UserError>),
    /// To [`HomeRequest::PreviewSave`].
    SavePreview(Result<SavePreview, UserError>),
    /// To [`HomeRequest::SaveConfig`]: the config as it was read back.
    ConfigSaved(Result<OpenedConfig, UserError>),
}
