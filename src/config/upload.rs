//! How items are sent.

use serde::{Deserialize, Serialize};

use crate::manifest::{
    batch::{GIGABYTE, Limits},
    data_items::JobOptions,
};

/// `[upload]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Upload {
    /// Go on when single files fail.
    pub ignore_individual_file_errors: bool,
    /// Leave alone what the folder already holds under the same URL.
    pub skip_duplicate_urls: bool,
    /// Update the metadata of what is already there.
    pub upsert_metadata: bool,
    /// Most videos in a job.
    pub videos_per_job: u64,
    /// Most other items in a job.
    pub images_per_job: u64,
    /// Most gigabytes of files in a job, as far as their sizes are known.
    pub gigabytes_per_job: u64,
    /// Jobs that Encord works on at the same time.
    pub jobs_in_flight: usize,
}

impl Default for Upload {
    fn default() -> Self {
        let limits = Limits::default();
        Upload {
            ignore_individual_file_errors: true,
            skip_duplicate_urls: true,
            upsert_metadata: false,
            videos_per_job: limits.videos_per_job,
            images_per_job: limits.images_per_job,
            gigabytes_per_job: limits.bytes_per_job / GIGABYTE,
            jobs_in_flight: 2,
        }
    }
}

impl Upload {
    /// How the manifest is cut.
    pub fn limits(&self) -> Limits {
        Limits {
            videos_per_job: self.videos_per_job,
            images_per_job: self.images_per_job,
            bytes_per_job: self.gigabytes_per_job.saturating_mul(GIGABYTE),
        }
    }

    /// The options of every job.
    pub fn options(&self) -> JobOptions {
        JobOptions {
            ignore_errors: self.ignore_individual_file_errors,
            skip_duplicate_urls: self.skip_duplicate_urls,
            upsert_metadata: self.upsert_metadata,
        }
    }
}
