//! Step 3: the manifest, built from a listing.

use super::{
    Action, AzureAccess, Hint, List, ListingProgress, ManifestFacts, Move, Outbox, Problem, Request, RequestId, Row,
    RowWindow, Status,
};
use crate::store::{Summary, config::Config};

/// How the manifest stands.
#[derive(Debug, Default)]
pub enum Listing {
    /// Not begun.
    #[default]
    Idle,
    /// The container is being listed.
    Running(ListingProgress),
    /// Finished.
    Built(ManifestFacts),
    /// It could not be built.
    Failed(Problem),
}

/// The state of step 3.
#[derive(Debug)]
pub struct ManifestStep {
    listing: Listing,
    pending: Option<RequestId>,
    list: List,
    window: RowWindow,
}

impl Default for ManifestStep {
    fn default() -> Self {
        ManifestStep { listing: Listing::Idle, pending: None, list: List::Items, window: RowWindow::default() }
    }
}

impl ManifestStep {
    pub(super) fn reset(&mut self, outbox: &mut Outbox) {
        outbox.cancel(self.pending.take());
        *self = ManifestStep::default();
    }

    pub(super) fn open(&mut self, access: AzureAccess, config: &Config, outbox: &mut Outbox) {
        if matches!(self.listing, Listing::Idle | Listing::Failed(_)) {
            self.listing = Listing::Running(ListingProgress::default());
            self.pending = Some(outbox.start(Request::BuildManifest {
                access,
                manifest: config.manifest.clone(),
                options: config.upload.options(),
                strict: config.encord.strict_client_only,
            }));
        }
    }

    /// How it stands.
    pub fn state(&self) -> &Listing {
        &self.listing
    }

    /// The finished manifest.
    pub fn built(&self) -> Option<&ManifestFacts> {
        match &self.listing {
            Listing::Built(facts) => Some(facts),
            _ => None,
        }
    }

    /// The list on the screen.
    pub fn list(&self) -> List {
        self.list
    }

    /// Its rows.
    pub fn window(&self) -> &RowWindow {
        &self.window
    }

    pub(super) fn is_listing(&self) -> bool {
        matches!(self.listing, Listing::Running(_))
    }

    pub(super) fn status(&self) -> Status {
        match &self.listing {
            Listing::Idle => Status::Idle,
            Listing::Running(_) => Status::Working,
            Listing::Failed(problem) => Status::Blocked(problem.clone()),
            Listing::Built(facts) if facts.summary.total_items() == 0 => Status::Blocked(nothing_to_register(facts)),
            Listing::Built(facts) => strict_problem(&facts.summary).map_or(Status::Ready, Status::Blocked),
        }
    }

    pub(super) fn hints(&self) -> Vec<Hint> {
        match &self.listing {
            Listing::Built(_) => vec![
                Hint::new(Action::Next, "continue"),
                Hint::new(Action::Back, "back"),
                Hint::new(Action::Down, "scroll"),
                Hint::new(Action::SwitchList, "other list"),
                Hint::new(Action::Refresh, "list again"),
            ],
            Listing::Running(_) => vec![Hint::new(Action::Cancel, "stop listing"), Hint::new(Action::Back, "back")],
            _ => vec![Hint::new(Action::Refresh, "list again"), Hint::new(Action::Back, "back")],
        }
    }

    pub(super) fn action(&mut self, action: Action, access: AzureAccess, config: &Config, outbox: &mut Outbox) -> Move {
        match action {
            Action::Next => return Move::Next,
            Action::Back => return Move::Back,
            Action::Refresh => {
                self.reset(outbox);
                self.open(access, config, outbox);
            }
            Action::Cancel if self.is_listing() => {
                self.reset(outbox);
                self.listing = Listing::Failed(
                    Problem::other("The listing was stopped before it was complete.").hint("Press r to list again."),
                );
            }
            Action::SwitchList | Action::Left | Action::Right => {
                self.list = match (self.list, action) {
                    (List::Items, Action::Left) | (List::Skipped, Action::SwitchList | Action::Right) => List::Warnings,
                    (List::Warnings, Action::Left) | (List::Items, _) => List::Skipped,
                    _ => List::Items,
                };
                self.show_list(outbox);
            }
            action => self.window.action(action, self.list, outbox),
        }
        Move::Stay
    }

    fn show_list(&mut self, outbox: &mut Outbox) {
        let total = self.built().map_or(0, |facts| match self.list {
            List::Skipped => facts.summary.total_skipped(),
            List::Warnings => facts.summary.warnings,
            List::Items | List::Failed => facts.summary.total_items(),
        });
        self.window.reset(self.list, total, outbox);
    }

    pub(super) fn listing(&mut self, id: RequestId, progress: ListingProgress) {
        if self.pending == Some(id) && self.is_listing() {
            self.listing = Listing::Running(progress);
        }
    }

    pub(super) fn built_reply(&mut self, id: RequestId, result: Result<ManifestFacts, Problem>, outbox: &mut Outbox) {
        if self.pending == Some(id) {
            self.pending = None;
            self.listing = match result {
                Ok(facts) => Listing::Built(facts),
                Err(problem) => Listing::Failed(problem),
            };
            self.show_list(outbox);
        }
    }

    pub(super) fn rows(&mut self, id: RequestId, list: List, first: u64, rows: Vec<Row>, outbox: &mut Outbox) {
        self.window.reply(id, list, first, rows, outbox);
    }
}

/// What strict client-only access forbids of a manifest; `None` if nothing.
pub fn strict_problem(summary: &Summary) -> Option<Problem> {
    if summary.faults.is_empty() {
        return None;
    }
    let told: Vec<String> = summary
        .faults
        .iter()
        .map(|(fault, faults)| {
            format!("{} (the first: {}): {}.", faults.items, faults.first.escape_debug(), fault.reason())
        })
        .collect();
    let advice: Vec<&str> = summary.faults.keys().map(|fault| fault.advice()).collect();
    let what = format!(
        "{} of {} items cannot be registered under strict client-only access.",
        summary.total_faults(),
        summary.total_items()
    );
    Some(Problem::other(format!("{what} {}", told.join(" "))).hint(advice.join(" ")))
}

fn nothing_to_register(facts: &ManifestFacts) -> Problem {
    if facts.blobs == 0 {
        return Problem::config("The container holds no blobs under these prefixes, so there is nothing to register.")
            .hint("Check the container's name and [manifest] prefixes; names are case-sensitive.");
    }
    let reasons: Vec<String> =
        facts.summary.skipped.iter().map(|(reason, count)| format!("{count} {}", reason.label())).collect();
    Problem::config(format!("None of the {} blobs can be registered.", facts.blobs))
        .hint(format!("Left out: {}. [manifest] include, exclude and [[manifest.types]] decide.", reasons.join(", ")))
}
