//! The six steps and the status of each.

use crate::error::UserError;

/// The six steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Sign in on both sides.
    Integration,
    /// The metadata schema.
    Schema,
    /// What will be registered.
    Manifest,
    /// Where it goes.
    Folder,
    /// What will change, for a yes.
    Upload,
    /// Following it to the end.
    Progress,
}

impl Step {
    /// In order.
    pub const ALL: [Step; 6] =
        [Step::Integration, Step::Schema, Step::Manifest, Step::Folder, Step::Upload, Step::Progress];

    /// The step's name on screens.
    pub fn title(self) -> &'static str {
        match self {
            Step::Integration => "Integration",
            Step::Schema => "Schema",
            Step::Manifest => "Manifest",
            Step::Folder => "Folder",
            Step::Upload => "Upload",
            Step::Progress => "Progress",
        }
    }

    /// From 1.
    pub fn number(self) -> usize {
        Step::ALL.iter().position(|step| *step == self).map_or(1, |index| index + 1)
    }
}

/// How a step stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// Not entered yet, or waiting for the user.
    Idle,
    /// Waiting for a service.
    Working,
    /// Nothing stands in the way of the next step.
    Ready,
    /// Something does.
    Blocked(UserError),
}

/// What a step asks the wizard to do after an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    Stay,
    Next,
    Back,
}
