//! A unit that was not registered.

use serde::{Deserialize, Serialize};

use crate::run::error_grouping;

/// A unit that Encord did not register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedUnit {
    /// The batch it was in.
    pub batch: u32,
    /// Its URLs.
    pub object_urls: Vec<String>,
    /// Encord's own words.
    pub error: String,
    /// The id to quote to Encord's support.
    pub subtask_uuid: Option<String>,
    /// What Encord was doing.
    pub action_description: Option<String>,
}

impl FailedUnit {
    /// Why it failed, without what names single files.
    pub fn cause(&self) -> String {
        error_grouping::normalize(&self.error, &self.object_urls)
    }
}
