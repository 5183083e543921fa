//! Step 3: the manifest, built from a listing, looked through, and its rules changed.

pub(crate) mod filter;
pub(crate) mod messages;
pub(crate) mod problems;
pub(crate) mod rule_form;
mod update;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    config::{self, Config, manifest::Source},
    error::UserError,
    manifest::{finding::Code, summary::KindCounts, values::ValidationRules},
    wizard::{
        connections::AzureAccess,
        effect::RequestId,
        field::Field,
        list::{List, Row},
        manifest::messages::{ListingFrom, ListingProgress, ManifestFacts, ManifestRequest},
        outbox::Outbox,
        rows::RowWindow,
        step::Status,
    },
};

pub(crate) use filter::{Filter, Scan};
pub(crate) use problems::findings_problem;
pub(crate) use rule_form::RuleForm;

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
    Failed(UserError),
}

/// What an edit of the rules, or of an earlier step, led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reapplied {
    /// The rules were applied to what was listed before.
    Kept,
    /// What was listed before was judged anew, because another schema or another setting of an earlier step asks for it.
    Judged,
    /// It was listed anew: the rules name blobs that were not listed before.
    Listed,
}

/// All findings of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingGroup {
    /// What they have in common.
    pub code: Code,
    /// How many items they are about.
    pub items: u64,
    /// The metadata keys that they are about, the first few.
    pub keys: Vec<String>,
}

/// As many keys of a group are named.
const KEYS_NAMED: usize = 20;

/// The list of findings: the groups, or the findings of one.
#[derive(Debug, Default)]
struct Findings {
    cursor: usize,
    /// What the groups are searched for.
    text: String,
    open: Option<Code>,
    /// The item of this finding is looked for.
    jump: Option<RequestId>,
    /// There is no such item.
    is_lost: bool,
    /// The place of the finding from which an item was jumped to, and its group.
    from: Option<(Code, u64)>,
}

/// The state of step 3.
#[derive(Debug)]
pub struct ManifestStep {
    listing: Listing,
    pending: Option<RequestId>,
    /// What was asked of the items, as far as they were listed.
    demands: Arc<ValidationRules>,
    /// The rules that were applied to them.
    applied: Option<config::manifest::Manifest>,
    list: List,
    window: RowWindow,
    /// The filters of the items and of what was left out; that of the findings.
    filters: [Filter; 3],
    scan: Option<Scan>,
    search: Option<Field>,
    findings: Findings,
    /// The item under the cursor is shown in full, from this line on.
    whole: Option<usize>,
    rules: RuleForm,
    /// By which rules was listed what is kept, or will be once the listing is whole.
    kept: Option<config::manifest::Manifest>,
    edited: Option<Reapplied>,
}

impl Default for ManifestStep {
    fn default() -> Self {
        ManifestStep {
            listing: Listing::Idle,
            pending: None,
            demands: Arc::default(),
            applied: None,
            list: List::Items,
            window: RowWindow::default(),
            filters: Default::default(),
            scan: None,
            search: None,
            findings: Findings::default(),
            whole: None,
            rules: RuleForm::default(),
            kept: None,
            edited: None,
        }
    }
}

impl ManifestStep {
    /// Forgets the manifest and what was listed for it.
    pub(super) fn reset(&mut self, outbox: &mut Outbox) {
        outbox.cancel(self.pending.take());
        outbox.cancel(self.scan.take().and_then(|scan| scan.id));
        outbox.cancel(self.findings.jump.take());
        self.window.reset(self.list, 0, outbox);
        let rules = std::mem::take(&mut self.rules);
        *self = ManifestStep { rules, ..ManifestStep::default() };
        self.rules.has_keyboard = false;
    }

    /// Forgets the manifest, but not what was listed.
    pub(super) fn outdate(&mut self, outbox: &mut Outbox) {
        // While it is being listed, it is not whole yet.
        let is_from_kept = matches!(self.edited, Some(Reapplied::Kept | Reapplied::Judged));
        let kept = self.kept.take().filter(|_| is_from_kept || self.built().is_some());
        self.reset(outbox);
        self.kept = kept;
    }

    /// Builds the manifest unless that was done already by the same rules with the same demands: from what was listed, if that is
    /// enough.
    pub(super) fn open(
        &mut self,
        access: AzureAccess,
        config: &Config,
        demands: Arc<ValidationRules>,
        outbox: &mut Outbox,
    ) {
        let is_other =
            self.demands != demands || self.applied.as_ref().is_some_and(|applied| *applied != config.manifest);
        if is_other {
            self.outdate(outbox);
            self.demands = demands;
        }
        self.rules.fill(&config.manifest);
        if matches!(self.listing, Listing::Idle | Listing::Failed(_)) {
            // After a failure it may not be whole.
            let is_whole = matches!(self.listing, Listing::Idle);
            let is_enough = is_whole && self.kept.as_ref().is_some_and(|kept| covers(kept, &config.manifest));
            let listing = if is_enough { ListingFrom::Kept } else { ListingFrom::Source };
            self.edited = is_enough.then_some(Reapplied::Judged);
            self.build(access, config, listing, outbox);
        }
    }

    fn build(&mut self, access: AzureAccess, config: &Config, listing: ListingFrom, outbox: &mut Outbox) {
        self.listing = Listing::Running(ListingProgress::default());
        self.pending = Some(outbox.start(ManifestRequest::Build {
            access,
            manifest: config.manifest.clone(),
            options: config.upload.options(),
            limits: config.upload.limits(),
            demands: Arc::clone(&self.demands),
            listing,
        }));
        self.applied = Some(config.manifest.clone());
        if listing == ListingFrom::Source {
            self.kept = keeps(&config.manifest).then(|| config.manifest.clone());
        }
    }

    /// Builds the manifest by the rules as they are in the config now: from what was listed, if that is enough.
    fn rebuild(&mut self, access: AzureAccess, config: &Config, outbox: &mut Outbox) {
        let is_whole = self.built().is_some();
        let demands = Arc::clone(&self.demands);
        self.outdate(outbox);
        self.demands = demands;
        let is_enough = self.kept.as_ref().is_some_and(|kept| covers(kept, &config.manifest));
        self.edited = is_whole.then_some(if is_enough { Reapplied::Kept } else { Reapplied::Listed });
        self.build(access, config, if is_enough { ListingFrom::Kept } else { ListingFrom::Source }, outbox);
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

    /// Its rows, as far as they pass the filter.
    pub fn window(&self) -> &RowWindow {
        &self.window
    }

    /// How many rows the list has without the filter.
    pub fn unfiltered(&self) -> u64 {
        self.built().map_or(0, |facts| match self.list {
            List::Skipped => facts.summary.total_skipped(),
            List::Findings => facts.summary.total_findings(),
            List::Items | List::Failed | List::FailedBy(_) => facts.summary.total_items(),
        })
    }

    /// What the list's rows have to have.
    pub fn filter(&self) -> &Filter {
        &self.filters[self.filter_place()]
    }

    fn filter_place(&self) -> usize {
        match self.list {
            List::Items | List::Failed | List::FailedBy(_) => 0,
            List::Skipped => 1,
            List::Findings => 2,
        }
    }

    fn filter_mut(&mut self) -> &mut Filter {
        let place = self.filter_place();
        &mut self.filters[place]
    }

    /// The search for the rows that pass the filter.
    pub fn scan(&self) -> Option<Scan> {
        self.scan
    }

    fn is_searching(&self) -> bool {
        self.scan.is_some_and(|scan| scan.is_running())
    }

    /// The search's text while it is typed.
    pub fn search(&self) -> Option<&Field> {
        self.search.as_ref()
    }

    fn in_groups(&self) -> bool {
        self.list == List::Findings && self.findings.open.is_none()
    }

    /// What the groups of findings are searched for.
    pub fn group_search(&self) -> &str {
        &self.findings.text
    }

    /// The findings by code, errors first, as far as they hold what is searched for; `None` where another list or one of the groups
    /// is shown.
    pub fn groups(&self) -> Option<Vec<FindingGroup>> {
        let facts = self.built().filter(|_| self.in_groups())?;
        let wanted = self.findings.text.to_lowercase();
        let holds = |text: &str| text.to_lowercase().contains(&wanted);
        let is_wanted = |(code, keys): &(&Code, &BTreeMap<String, KindCounts>)| {
            let told = |(key, tally): (&String, &KindCounts)| {
                holds(key) || tally.first.iter().any(|finding| holds(&finding.message) || holds(&finding.item))
            };
            wanted.is_empty() || holds(code.name()) || keys.iter().any(told)
        };
        let group = |(code, keys): (&Code, &BTreeMap<String, KindCounts>)| FindingGroup {
            code: *code,
            items: keys.values().map(|tally| tally.items).sum(),
            keys: keys.keys().filter(|key| !key.is_empty()).take(KEYS_NAMED).cloned().collect(),
        };
        Some(facts.summary.findings.iter().filter(is_wanted).map(group).collect())
    }

    /// The cursor's place among the groups.
    pub fn group_cursor(&self) -> usize {
        self.findings.cursor
    }

    /// The group of findings that is open.
    pub fn open_group(&self) -> Option<Code> {
        self.findings.open.filter(|_| self.list == List::Findings)
    }

    /// Whether the item of the finding under the cursor is looked for; and whether it was not found.
    pub fn jump(&self) -> (bool, bool) {
        (self.findings.jump.is_some(), self.findings.is_lost)
    }

    /// Whether Back leads to the finding that is about the item under the cursor.
    pub fn came_from_finding(&self) -> bool {
        self.findings.from.is_some()
    }

    /// From which line on the item under the cursor is shown in full, if it is.
    pub fn whole(&self) -> Option<usize> {
        self.whole
    }

    /// The rules that can be edited.
    pub fn rules(&self) -> &RuleForm {
        &self.rules
    }

    /// What the last edit of the rules led to.
    pub fn edited(&self) -> Option<Reapplied> {
        self.edited
    }

    pub(super) fn is_listing(&self) -> bool {
        matches!(self.listing, Listing::Running(_))
    }

    pub(super) fn takes_text(&self) -> bool {
        self.rules.has_keyboard || self.search.is_some()
    }

    pub(super) fn status(&self) -> Status {
        match &self.listing {
            Listing::Idle => Status::Idle,
            Listing::Running(_) => Status::Working,
            Listing::Failed(problem) => Status::Blocked(problem.clone()),
            Listing::Built(facts) if facts.summary.total_items() == 0 => {
                Status::Blocked(problems::nothing_to_register(facts))
            }
            Listing::Built(facts) => findings_problem(&facts.summary).map_or(Status::Ready, Status::Blocked),
        }
    }

    pub(super) fn listing(&mut self, id: RequestId, progress: ListingProgress) {
        if self.pending == Some(id) && self.is_listing() {
            self.listing = Listing::Running(progress);
        }
    }

    pub(super) fn built_reply(&mut self, id: RequestId, result: Result<ManifestFacts, UserError>, outbox: &mut Outbox) {
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
            self.show(outbox);
        }
    }

    pub(super) fn rows(&mut self, id: RequestId, list: List, first: u64, rows: Vec<Row>, outbox: &mut Outbox) {
        self.window.reply(id, list, first, rows, outbox);
    }

    pub(super) fn found(&mut self, id: RequestId, places: &[u32], seen: u64, is_done: bool, outbox: &mut Outbox) {
        let Some(scan) = self.scan.as_mut().filter(|scan| scan.id == Some(id)) else { return };
        scan.seen = seen;
        if is_done {
            scan.id = None;
        }
        self.window.widen(self.list, places, outbox);
        if is_done && self.window.total() == 0 {
            self.whole = None;
        }
    }

    pub(super) fn item_found(&mut self, id: RequestId, place: Option<u64>, outbox: &mut Outbox) {
        if self.findings.jump != Some(id) {
            return;
        }
        self.findings.jump = None;
        match (place, self.findings.open) {
            (Some(place), Some(code)) => {
                let from = (code, self.window.cursor());
                self.list = List::Items;
                self.search = None;
                self.filters[0] = Filter::default();
                self.show(outbox);
                self.window.go_to(place, self.list, outbox);
                self.findings.from = Some(from);
            }
            _ => self.findings.is_lost = true,
        }
    }
}

/// Whether what is listed for this manifest is kept, so that other rules can be applied to it.
pub(crate) fn keeps(manifest: &config::manifest::Manifest) -> bool {
    manifest.source == Source::Container
}

/// Whether everything that is to be listed was listed: the names, and what comes with them only where it is asked for.
fn covers(kept: &config::manifest::Manifest, wanted: &config::manifest::Manifest) -> bool {
    let within = |prefix: &String| kept.prefixes.iter().any(|listed| prefix.starts_with(listed.as_str()));
    let all = kept.prefixes.is_empty() || (!wanted.prefixes.is_empty() && wanted.prefixes.iter().all(within));
    let has_headers = kept.metadata.blob_metadata || !wanted.metadata.blob_metadata;
    let has_tags = kept.metadata.index_tags || !wanted.metadata.index_tags;
    all && has_headers && has_tags && keeps(wanted)
}
