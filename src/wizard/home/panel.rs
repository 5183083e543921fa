//! What lies over Home's lists: questions, and the name of a copy.

use std::path::PathBuf;

use crate::wizard::{effect::RequestId, field::Field, saved::PastRun};

/// What has the keyboard instead of the list.
#[derive(Debug)]
pub enum HomePanel {
    /// What the copy of a config is to be called.
    Duplicate(CopyForm),
    /// Whether to delete a config.
    Delete {
        /// Its name.
        name: String,
        /// Its file.
        path: PathBuf,
    },
    /// Whether to take a run off the record.
    Forget(Box<PastRun>),
    /// Whether to resume a run.
    Resume(Box<PastRun>),
}

/// The name of a copy.
#[derive(Debug)]
pub struct CopyForm {
    pub(super) of: String,
    pub(super) name: Field,
    pub(super) problem: Option<String>,
    pub(super) making: Option<RequestId>,
}

impl CopyForm {
    /// The config that is copied.
    pub fn of(&self) -> &str {
        &self.of
    }

    /// What the copy is to be called.
    pub fn name(&self) -> &Field {
        &self.name
    }

    /// Why it cannot be called so.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }
}

impl HomePanel {
    pub(super) fn takes_text(&self) -> bool {
        matches!(self, HomePanel::Duplicate(_))
    }

    /// Whether it asks for a yes or a no.
    pub fn asks(&self) -> bool {
        !self.takes_text()
    }
}
