//! Step 3: the manifest, built from a listing.

use std::sync::Arc;

use super::{
    Action, AzureAccess, Hint, List, ListingProgress, ManifestFacts, Move, Outbox, Problem, Request, RequestId, Row,
    RowWindow, Status,
};
use crate::{
    manifest::{Code, Demands, Severity},
    store::{Summary, config::Config},
};

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
    /// What was asked of the items, as far as they were listed.
    demands: Arc<Demands>,
    list: List,
    window: RowWindow,
}

impl Default for ManifestStep {
    fn default() -> Self {
        ManifestStep {
            listing: Listing::Idle,
            pending: None,
            demands: Arc::default(),
            list: List::Items,
            window: RowWindow::default(),
        }
    }
}

impl ManifestStep {
    pub(super) fn reset(&mut self, outbox: &mut Outbox) {
        outbox.cancel(self.pending.take());
        *self = ManifestStep::default();
    }

    /// Lists the container unless that was done already with the same demands.
    pub(super) fn open(&mut self, access: AzureAccess, config: &Config, demands: Arc<Demands>, outbox: &mut Outbox) {
        if self.demands != demands {
            self.reset(outbox);
            self.demands = demands;
        }
        if matches!(self.listing, Listing::Idle | Listing::Failed(_)) {
            self.listing = Listing::Running(ListingProgress::default());
            self.pending = Some(outbox.start(Request::BuildManifest {
                access,
                manifest: config.manifest.clone(),
                options: config.upload.options(),
                demands: Arc::clone(&self.demands),
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
            Listing::Built(facts) => findings_problem(&facts.summary).map_or(Status::Ready, Status::Blocked),
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
                let demands = Arc::clone(&self.demands);
                self.reset(outbox);
                self.open(access, config, demands, outbox);
            }
            Action::Cancel if self.is_listing() => {
                self.reset(outbox);
                self.listing = Listing::Failed(
                    Problem::other("The listing was stopped before it was complete.").hint("Press r to list again."),
                );
            }
            Action::SwitchList | Action::Left | Action::Right => {
                self.list = match (self.list, action) {
                    (List::Items, Action::Left) | (List::Skipped, Action::SwitchList | Action::Right) => List::Findings,
                    (List::Findings, Action::Left) | (List::Items, _) => List::Skipped,
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
            List::Findings => facts.summary.total_findings(),
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
                Ok(facts) => {
                    // What is in the way is what the user has to see first.
                    if facts.summary.errors > 0 {
                        self.list = List::Findings;
                    }
                    Listing::Built(facts)
                }
                Err(problem) => Listing::Failed(problem),
            };
            self.show_list(outbox);
        }
    }

    pub(super) fn rows(&mut self, id: RequestId, list: List, first: u64, rows: Vec<Row>, outbox: &mut Outbox) {
        self.window.reply(id, list, first, rows, outbox);
    }
}

/// As many kinds of error are told in one sentence each.
const TOLD: usize = 4;

/// The errors of a manifest in short; `None` if it has none.
pub fn findings_problem(summary: &Summary) -> Option<Problem> {
    if summary.errors == 0 {
        return None;
    }
    let errors: Vec<_> = summary.tallies().filter(|(code, _)| code.severity() == Severity::Error).collect();
    let mut what =
        format!("{} of {} items cannot be registered as they are.", summary.items_with_errors, summary.total_items());
    for (_, tally) in errors.iter().take(TOLD) {
        if let Some(first) = tally.first.first() {
            // Names and values may hold anything.
            let (item, message) = (first.item.escape_debug(), &first.message);
            let end = if message.ends_with('?') { "" } else { "." };
            what.push_str(&format!(" {} of them, the first '{item}': {message}{end}", tally.items));
        }
    }
    if errors.len() > TOLD {
        what.push_str(&format!(" The list of findings tells {} further kinds of error.", errors.len() - TOLD));
    }
    let mut codes: Vec<Code> = errors.iter().map(|(code, _)| *code).collect();
    codes.dedup();
    let advice: Vec<&str> = codes.into_iter().map(Code::advice).collect();
    Some(Problem::other(what).hint(advice.join(" ")))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        manifest::{Finding, Kind},
        store::Tally,
        wizard::{Class, Effect},
    };

    fn facts(errors: &[(Code, u64, &str)]) -> ManifestFacts {
        let tally = |code: Code, items: u64, item: &str| {
            let first = vec![Finding::new(code, item, "the reason")];
            (code, [(String::new(), Tally { items, first })].into())
        };
        let errors_in_all = errors.iter().map(|(_, items, _)| items).sum();
        let summary = Summary {
            items: [(Kind::Image, 9)].into(),
            errors: errors_in_all,
            items_with_errors: errors_in_all,
            findings: errors.iter().map(|(code, items, item)| tally(*code, *items, item)).collect(),
            ..Summary::default()
        };
        ManifestFacts { summary, blobs: 9, file: "/m.json".into(), findings: "/f.jsonl".into() }
    }

    fn access() -> AzureAccess {
        crate::store::config::Azure::default().into()
    }

    /// What was started since the last time, and whether strictly.
    fn started(outbox: &mut Outbox) -> Vec<(RequestId, bool)> {
        let effects = std::mem::take(&mut outbox.effects).into_iter();
        let builds = effects.filter_map(|effect| match effect {
            Effect::Start { id, request: Request::BuildManifest { demands, .. } } => Some((id, demands.strict)),
            _ => None,
        });
        builds.collect()
    }

    #[test]
    fn errors_block_and_are_counted_and_named() {
        let (mut step, mut outbox, config) = (ManifestStep::default(), Outbox::default(), Config::default());
        let strict = || Arc::new(Demands { strict: true, ..Demands::default() });
        step.open(access(), &config, strict(), &mut outbox);
        let [(id, true)] = started(&mut outbox)[..] else { panic!("not built strictly") };
        let found = facts(&[(Code::StrictSequence, 1, "seq\u{1b}"), (Code::MetadataType, 4, "a.jpg")]);
        step.built_reply(id, Ok(found), &mut outbox);
        let Status::Blocked(problem) = step.status() else { panic!("{:?}", step.status()) };
        let text = problem.to_string();
        for words in [
            "5 of 9 items",
            "4 of them, the first 'a.jpg': the reason",
            "1 of them, the first 'seq\\u{1b}': the reason",
            "exclude",
            "coerce = true",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert_eq!((problem.class, step.list()), (Class::Other, List::Findings));

        // Coming back to the step reads nothing again, unless something else is asked of the items now.
        outbox.effects.clear();
        step.open(access(), &config, strict(), &mut outbox);
        assert_eq!(started(&mut outbox), []);
        step.open(access(), &config, Arc::default(), &mut outbox);
        let [(id, false)] = started(&mut outbox)[..] else { panic!("not built anew") };
        assert_eq!((step.status(), step.list()), (Status::Working, List::Items));
        step.built_reply(id, Ok(facts(&[])), &mut outbox);
        assert_eq!(step.status(), Status::Ready);
    }
}
