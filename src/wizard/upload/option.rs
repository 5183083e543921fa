//! The options of the jobs that can be changed on the review, and what each of them means.

use crate::config::Config;

/// An option that can be changed on the review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadOption {
    /// `ignore_individual_file_errors`
    IgnoreErrors,
    /// `skip_duplicate_urls`
    SkipDuplicates,
    /// `upsert_metadata`
    UpsertMetadata,
    /// `jobs_in_flight`
    JobsInFlight,
}

/// Encord's advice on parallel jobs is silent; more than this is asking for refusals.
const MOST_JOBS: usize = 16;

impl UploadOption {
    /// In order.
    pub const ALL: [UploadOption; 4] = [
        UploadOption::IgnoreErrors,
        UploadOption::SkipDuplicates,
        UploadOption::UpsertMetadata,
        UploadOption::JobsInFlight,
    ];

    /// What it is called.
    pub fn label(self) -> &'static str {
        match self {
            UploadOption::IgnoreErrors => "Go on when a file fails",
            UploadOption::SkipDuplicates => "Skip URLs already there",
            UploadOption::UpsertMetadata => "Update their metadata",
            UploadOption::JobsInFlight => "Jobs at a time",
        }
    }

    /// What it means as it is set, and what that risks.
    pub fn meaning(self, config: &Config) -> &'static str {
        let upload = &config.upload;
        match self {
            UploadOption::IgnoreErrors if upload.ignore_individual_file_errors => {
                "Files that fail are reported by name, and all others are registered. Turned off, one bad file ends its whole job."
            }
            UploadOption::IgnoreErrors => {
                "The first file that fails ends its whole job: nothing that follows in it is registered, however sound."
            }
            UploadOption::SkipDuplicates if upload.skip_duplicate_urls => {
                "What the folder already holds under the same URL is left alone. Sending again is safe, and an interrupted run \
                 resumes by itself."
            }
            UploadOption::SkipDuplicates => {
                "Whatever is sent again is registered twice. A run that is interrupted while a job leaves has to ask you whether to \
                 send that job again."
            }
            UploadOption::UpsertMetadata if upload.upsert_metadata => {
                "Items that are already there get this import's metadata: values that somebody set by hand under the same keys are \
                 lost."
            }
            UploadOption::UpsertMetadata => {
                "Items that are already there keep the metadata that they have, even where this import says something else."
            }
            UploadOption::JobsInFlight if upload.jobs_in_flight == 1 => {
                "One job after the other: gentle and slow. When Encord refuses work for being too much, fewer are sent by themselves."
            }
            UploadOption::JobsInFlight => {
                "So many jobs wait at Encord at the same time. More can be faster until Encord asks for pauses; then fewer are sent \
                 by themselves."
            }
        }
    }

    /// Its value, in a word.
    pub fn value(self, config: &Config) -> String {
        let yes_no = |on| if on { "yes" } else { "no" }.to_owned();
        match self {
            UploadOption::IgnoreErrors => yes_no(config.upload.ignore_individual_file_errors),
            UploadOption::SkipDuplicates => yes_no(config.upload.skip_duplicate_urls),
            UploadOption::UpsertMetadata => yes_no(config.upload.upsert_metadata),
            UploadOption::JobsInFlight => config.upload.jobs_in_flight.to_string(),
        }
    }

    /// Its next value, or where it is a number the one before.
    pub(super) fn change(self, config: &mut Config, downwards: bool) {
        let upload = &mut config.upload;
        match self {
            UploadOption::IgnoreErrors => {
                upload.ignore_individual_file_errors = !upload.ignore_individual_file_errors;
            }
            UploadOption::SkipDuplicates => {
                upload.skip_duplicate_urls = !upload.skip_duplicate_urls;
                upload.upsert_metadata &= upload.skip_duplicate_urls;
            }
            UploadOption::UpsertMetadata => {
                upload.upsert_metadata = !upload.upsert_metadata;
                // Encord ignores the one without the other.
                upload.skip_duplicate_urls |= upload.upsert_metadata;
            }
            UploadOption::JobsInFlight if downwards => {
                upload.jobs_in_flight = upload.jobs_in_flight.saturating_sub(1).max(1);
            }
            // A config may ask for more than this; no key takes that away but the one that lowers it.
            UploadOption::JobsInFlight => {
                upload.jobs_in_flight = (upload.jobs_in_flight + 1).min(MOST_JOBS.max(upload.jobs_in_flight));
            }
        }
    }
}
