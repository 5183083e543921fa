//! What is asked at the end of a run or in its midst: cancelling in Encord, going on, sending what failed once more.

use crate::{
    config,
    run::state::BatchState,
    wizard::progress::{
        messages::{Doubts, RetryChange},
        snapshot::{JobRow, Snapshot},
    },
};

/// A question that lies over the screen. Nothing of it is done without a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Whether the jobs that Encord works on are to be cancelled.
    Cancel,
    /// Whether a run that stopped goes on, and what becomes of jobs in doubt: which of [`ProgressStep::doubts`] is chosen.
    ///
    /// [`ProgressStep::doubts`]: crate::wizard::progress::ProgressStep::doubts
    Resume(usize),
    /// Whether what failed is sent as a new run, and which of [`ProgressStep::changes`] is chosen.
    ///
    /// [`ProgressStep::changes`]: crate::wizard::progress::ProgressStep::changes
    Retry(usize),
}

/// In what a retry can differ from the run before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryOption {
    /// In nothing.
    Unchanged,
    /// `ignore_individual_file_errors` is switched on.
    IgnoreErrors,
    /// `skip_duplicate_urls` is switched on.
    SkipDuplicates,
    /// `upsert_metadata` is switched on, and `skip_duplicate_urls` with it.
    UpsertMetadata,
}

/// What can become of jobs that may or may not have reached Encord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoubtOption {
    /// Nothing is decided; the run stops at them again.
    Leave,
    /// They are sent again.
    Resend,
    /// They count as cancelled.
    GiveUp,
}

impl RetryOption {
    /// What it is called.
    pub fn label(self) -> &'static str {
        match self {
            RetryOption::Unchanged => "Nothing changed",
            RetryOption::IgnoreErrors => "Go on when a file fails",
            RetryOption::SkipDuplicates => "Skip URLs already there",
            RetryOption::UpsertMetadata => "Update their metadata",
        }
    }

    /// What it means.
    pub fn meaning(self) -> &'static str {
        match self {
            RetryOption::Unchanged => "For failures whose cause is gone, as in the storage or the integration.",
            RetryOption::IgnoreErrors => {
                "Files that fail are reported and the others are registered, instead of the whole job failing."
            }
            RetryOption::SkipDuplicates => "What the folder already holds under the same URL is left alone.",
            RetryOption::UpsertMetadata => {
                "What the folder already holds under the same URL gets this import's metadata; nothing is registered twice."
            }
        }
    }

    fn change(self) -> RetryChange {
        let unchanged = RetryChange::default();
        match self {
            RetryOption::Unchanged => unchanged,
            RetryOption::IgnoreErrors => RetryChange { ignore_errors: Some(true), ..unchanged },
            RetryOption::SkipDuplicates => RetryChange { skip_duplicate_urls: Some(true), ..unchanged },
            // Encord ignores the one without the other.
            RetryOption::UpsertMetadata => {
                RetryChange { skip_duplicate_urls: Some(true), upsert_metadata: Some(true), ..unchanged }
            }
        }
    }
}

impl DoubtOption {
    /// What it is called.
    pub fn label(self) -> &'static str {
        match self {
            DoubtOption::Leave => "Decide later",
            DoubtOption::Resend => "Send again",
            DoubtOption::GiveUp => "Give up",
        }
    }

    /// What it means.
    pub fn meaning(self) -> &'static str {
        match self {
            DoubtOption::Leave => "Everything else goes on; the run stops at these jobs again.",
            DoubtOption::Resend => {
                "Right where the folder in Encord lacks their items. Items that are there are registered twice."
            }
            DoubtOption::GiveUp => {
                "Right where the folder in Encord holds their items. They count as cancelled here, and nothing is sent."
            }
        }
    }
}

/// The options of a run as far as they decide what can be changed for a retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Options {
    ignore_errors: bool,
    skip_duplicates: bool,
    upsert_metadata: bool,
}

impl Options {
    pub(super) fn of(upload: &config::upload::Upload) -> Options {
        Options {
            ignore_errors: upload.ignore_individual_file_errors,
            skip_duplicates: upload.skip_duplicate_urls,
            upsert_metadata: upload.upsert_metadata,
        }
    }

    fn with(self, change: RetryChange) -> Options {
        Options {
            ignore_errors: change.ignore_errors.unwrap_or(self.ignore_errors),
            skip_duplicates: change.skip_duplicate_urls.unwrap_or(self.skip_duplicates),
            upsert_metadata: change.upsert_metadata.unwrap_or(self.upsert_metadata),
        }
    }
}

/// The changes that are not in force already; of a run whose options are not known, all.
pub(super) fn changes(options: Option<Options>) -> Vec<RetryOption> {
    let is_off = |on: fn(Options) -> bool| options.is_none_or(|options| !on(options));
    let offered = [
        (RetryOption::Unchanged, true),
        (RetryOption::IgnoreErrors, is_off(|options| options.ignore_errors)),
        (RetryOption::SkipDuplicates, is_off(|options| options.skip_duplicates)),
        (RetryOption::UpsertMetadata, is_off(|options| options.upsert_metadata)),
    ];
    offered.into_iter().filter_map(|(option, is_offered)| is_offered.then_some(option)).collect()
}

/// The change that is chosen, and the options that a run with it has.
pub(super) fn chosen(options: Option<Options>, place: usize) -> (RetryChange, Option<Options>) {
    let change = changes(options).get(place).copied().unwrap_or(RetryOption::Unchanged).change();
    (change, options.map(|options| options.with(change)))
}

/// The jobs of which nobody knows whether they reached Encord. Where duplicates are skipped they are sent again without a question.
pub(super) fn in_doubt(snapshot: &Snapshot, options: Option<Options>) -> impl Iterator<Item = &JobRow> {
    let is_safe = options.is_some_and(|options| options.skip_duplicates);
    snapshot.jobs.iter().filter(move |job| !is_safe && job.state == BatchState::Sending)
}

/// What can be decided about jobs in doubt; empty where there are none.
pub(super) fn doubt_options(has_doubts: bool) -> &'static [DoubtOption] {
    if has_doubts { &[DoubtOption::Leave, DoubtOption::Resend, DoubtOption::GiveUp] } else { &[] }
}

/// The decision for the jobs with these numbers.
pub(super) fn decided(option: Option<DoubtOption>, batches: Vec<u32>) -> Doubts {
    match option {
        None | Some(DoubtOption::Leave) => Doubts::default(),
        Some(DoubtOption::Resend) => Doubts { resend: true, give_up: Vec::new() },
        Some(DoubtOption::GiveUp) => Doubts { resend: false, give_up: batches },
    }
}
