//! Step 5: the review of everything that will change, and the options of the jobs.

use super::{Action, Hint, Move};
use crate::store::config::Config;

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

    /// What it means as it is set.
    pub fn meaning(self, config: &Config) -> &'static str {
        let upload = &config.upload;
        match self {
            UploadOption::IgnoreErrors if upload.ignore_individual_file_errors => {
                "Files that fail are reported, the others are registered."
            }
            UploadOption::IgnoreErrors => "The first file that fails ends its whole job.",
            UploadOption::SkipDuplicates if upload.skip_duplicate_urls => {
                "Sending again is safe: what the folder already holds is left alone."
            }
            UploadOption::SkipDuplicates => {
                "Sending again makes duplicates, and a broken-off run cannot resume by itself."
            }
            UploadOption::UpsertMetadata if upload.upsert_metadata => {
                "What is already there gets this import's metadata."
            }
            UploadOption::UpsertMetadata => "What is already there keeps its metadata.",
            UploadOption::JobsInFlight => "How many jobs Encord works on at the same time.",
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
}

/// The state of step 5; the plan itself follows from the steps before it.
#[derive(Debug, Default)]
pub struct UploadStep {
    cursor: usize,
}

impl UploadStep {
    /// The option under the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    pub(super) fn hints(&self, ready: bool) -> Vec<Hint> {
        let mut hints = Vec::new();
        if ready {
            hints.push(Hint::new(Action::Next, "send it"));
        }
        hints.extend([
            Hint::new(Action::Back, "back"),
            Hint::new(Action::Down, "option"),
            Hint::new(Action::Toggle, "change"),
        ]);
        hints
    }

    pub(super) fn action(&mut self, action: Action, config: &mut Config, ready: bool) -> Move {
        match action {
            Action::Next if ready => return Move::Next,
            Action::Back => return Move::Back,
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::Down => self.cursor = (self.cursor + 1).min(UploadOption::ALL.len() - 1),
            Action::Toggle | Action::Left | Action::Right => self.change(action, config),
            _ => {}
        }
        Move::Stay
    }

    fn change(&self, action: Action, config: &mut Config) {
        let upload = &mut config.upload;
        match UploadOption::ALL.get(self.cursor) {
            Some(UploadOption::IgnoreErrors) => {
                upload.ignore_individual_file_errors = !upload.ignore_individual_file_errors;
            }
            Some(UploadOption::SkipDuplicates) => {
                upload.skip_duplicate_urls = !upload.skip_duplicate_urls;
                upload.upsert_metadata &= upload.skip_duplicate_urls;
            }
            Some(UploadOption::UpsertMetadata) => {
                upload.upsert_metadata = !upload.upsert_metadata;
                // Encord ignores the one without the other.
                upload.skip_duplicate_urls |= upload.upsert_metadata;
            }
            Some(UploadOption::JobsInFlight) => {
                upload.jobs_in_flight = match action {
                    Action::Left => upload.jobs_in_flight.saturating_sub(1).max(1),
                    _ => (upload.jobs_in_flight + 1).min(MOST_JOBS),
                };
            }
            None => {}
        }
    }
}
