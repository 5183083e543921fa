//! Step 6: following a run to its end.

pub(crate) mod dialogs;
pub(crate) mod failures;
mod hints;
pub(crate) mod messages;
pub(crate) mod outcome;
pub(crate) mod snapshot;
pub(crate) mod sync;
mod update;

pub(crate) use dialogs::{Ask, DoubtOption, RetryOption};
pub(crate) use failures::{Copied, RunView};
pub(crate) use snapshot::Snapshot;

use crate::{
    error::UserError,
    run::{
        report_paths::ReportPaths,
        state::{BatchState, RunState},
        status::RunStatus,
    },
    wizard::{
        destination::Mirror,
        effect::{Effect, Request, RequestId},
        outbox::Outbox,
        plan::Plan,
        progress::{
            dialogs::Options,
            failures::Items,
            messages::{Doubts, RunEvent, RunRequest},
        },
        saved::CauseId,
        step::Status,
    },
};

/// What the run is doing.
#[derive(Debug, Default)]
enum Phase {
    #[default]
    Unstarted,
    Preparing,
    Running,
    /// No further job is sent.
    Stopping,
    /// Those in Encord are cancelled, too.
    Aborting,
    Finished(RunState),
    Refused(UserError),
}

/// The state of step 6.
#[derive(Debug, Default)]
pub struct ProgressStep {
    phase: Phase,
    request: Option<RequestId>,
    run: Option<String>,
    /// The run whose failures this one sends again.
    retry_of: Option<String>,
    /// It was on record before this wizard came to it.
    is_recorded: bool,
    /// Only its record is read.
    is_watched: bool,
    destination: Option<(String, bool)>,
    mirror: Option<Mirror>,
    /// `None` for a run of the record.
    options: Option<Options>,
    schema_saved: Vec<String>,
    snapshot: Snapshot,
    /// What was asked for and no snapshot tells yet.
    pause_wish: Option<bool>,
    reports: Option<ReportPaths>,
    problem: Option<UserError>,
    ask: Option<Ask>,
    view: RunView,
    job_cursor: usize,
    /// The user moved the cursor; until then it stays with the work.
    moved: bool,
    /// The cause under the cursor, once the user moved it: causes change their places while the run goes on.
    cause: Option<CauseId>,
    items: Items,
    /// The failed item under the cursor is shown whole, so many of its lines scrolled away.
    whole: Option<usize>,
    copied: Option<(Copied, String)>,
    /// The run that ended, until the one that was asked for after it begins.
    earlier: Option<Box<ProgressStep>>,
}

impl ProgressStep {
    pub(super) fn start(&mut self, plan: Plan, outbox: &mut Outbox) {
        if !self.is_running() {
            self.leave(outbox);
            *self = ProgressStep {
                phase: Phase::Preparing,
                mirror: plan.destination.mirror.clone(),
                options: Some(Options::of(&plan.upload)),
                ..ProgressStep::default()
            };
            self.request = Some(outbox.start(RunRequest::Start { plan: Box::new(plan) }));
        }
    }

    /// Takes up a run of the record that was broken off.
    pub fn resume(run: String, outbox: &mut Outbox) -> ProgressStep {
        let request = Request::Run(RunRequest::Resume { run: run.clone(), doubts: Doubts::default() });
        ProgressStep { request: Some(outbox.start(request)), ..ProgressStep::recorded(run) }
    }

    /// Looks on a run of the record: one that another process works on, or one that is at its end.
    pub fn watch(run: String, outbox: &mut Outbox) -> ProgressStep {
        let request = Request::Run(RunRequest::Watch { run: run.clone() });
        ProgressStep { request: Some(outbox.start(request)), is_watched: true, ..ProgressStep::recorded(run) }
    }

    fn recorded(run: String) -> ProgressStep {
        ProgressStep { phase: Phase::Preparing, run: Some(run), is_recorded: true, ..ProgressStep::default() }
    }

    /// The run's id, once it is on disk.
    pub fn run(&self) -> Option<&str> {
        self.run.as_deref()
    }

    /// The run whose failures this one sends again.
    pub fn retry_of(&self) -> Option<&str> {
        self.retry_of.as_deref()
    }

    /// Whether it was on record before the wizard came to it, so that no review lies behind it.
    pub fn is_recorded(&self) -> bool {
        self.is_recorded
    }

    /// The destination's path, and whether this run made it.
    pub fn destination(&self) -> Option<(&str, bool)> {
        self.destination.as_ref().map(|(path, created)| (path.as_str(), *created))
    }

    /// What the folder mirrors, where the run has no jobs but follows a sync and that was planned here.
    pub fn mirror(&self) -> Option<&Mirror> {
        self.mirror.as_ref()
    }

    /// Whether the run has no jobs but follows a sync.
    pub fn is_sync(&self) -> bool {
        self.mirror.is_some() || self.snapshot.sync.is_some()
    }

    /// The schema keys that this run added or changed.
    pub fn schema_saved(&self) -> &[String] {
        &self.schema_saved
    }

    /// The latest numbers.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// How it ended.
    pub fn outcome(&self) -> Option<RunState> {
        match self.phase {
            Phase::Finished(state) => Some(state),
            _ => None,
        }
    }

    /// How it stands, once nobody works on it any more.
    pub fn standing(&self) -> Option<RunStatus> {
        self.outcome().map(|state| self.snapshot.standing(state))
    }

    /// Why it could not begin, or what went wrong outside single items.
    pub fn problem(&self) -> Option<&UserError> {
        match &self.phase {
            Phase::Refused(problem) => Some(problem),
            _ => self.problem.as_ref(),
        }
    }

    /// Whether it could not begin.
    pub fn is_refused(&self) -> bool {
        matches!(self.phase, Phase::Refused(_))
    }

    /// The reports.
    pub fn reports(&self) -> Option<&ReportPaths> {
        self.reports.as_ref()
    }

    /// The question that lies over the screen.
    pub fn ask(&self) -> Option<Ask> {
        self.ask
    }

    /// In what a retry can differ; empty where the run holds nothing that can be sent again now.
    pub fn changes(&self) -> Vec<RetryOption> {
        if self.may_retry() { dialogs::changes(self.options) } else { Vec::new() }
    }

    /// What can be decided about jobs in doubt, where there are some.
    pub fn doubts(&self) -> &'static [DoubtOption] {
        dialogs::doubt_options(dialogs::in_doubt(&self.snapshot, self.options).next().is_some())
    }

    /// The numbers of the jobs of which nobody knows whether they reached Encord.
    pub fn in_doubt(&self) -> Vec<u32> {
        dialogs::in_doubt(&self.snapshot, self.options).map(|job| job.batch).collect()
    }

    /// The list on the screen.
    pub fn view(&self) -> RunView {
        self.view
    }

    /// The lists that there are: a run in which nothing failed has only its jobs.
    pub fn views(&self) -> Vec<RunView> {
        let (has_causes, has_items) = (!self.snapshot.causes.is_empty(), self.snapshot.failed_rows > 0);
        let views = [(RunView::Jobs, true), (RunView::Causes, has_causes), (RunView::Items, has_items)];
        views.into_iter().filter_map(|(view, is_there)| is_there.then_some(view)).collect()
    }

    /// How many lines are scrolled away of the failed item that is shown whole, if one is.
    pub fn whole(&self) -> Option<usize> {
        self.whole
    }

    /// The job under the cursor.
    pub fn job_cursor(&self) -> usize {
        self.job_cursor
    }

    /// What was given to the terminal for the clipboard with the last key, and the text. Terminals that do not take it say nothing.
    pub fn copied(&self) -> Option<(Copied, &str)> {
        self.copied.as_ref().map(|(what, text)| (*what, text.as_str()))
    }

    /// Whether there are jobs in Encord that could be cancelled there; they may end while the question is on the screen.
    pub fn may_cancel(&self) -> bool {
        matches!(self.phase, Phase::Stopping) && !self.is_watched() && self.snapshot.in_encord() > 0
    }

    /// Whether it was told to stop sending; what Encord has may still be under way.
    pub fn is_stopping(&self) -> bool {
        matches!(self.phase, Phase::Stopping | Phase::Aborting)
    }

    /// Whether the jobs in Encord are being cancelled.
    pub fn is_cancelling(&self) -> bool {
        matches!(self.phase, Phase::Aborting)
    }

    /// Whether new jobs are held back, or will be in a moment.
    pub fn is_paused(&self) -> bool {
        self.is_running() && !self.is_stopping() && self.pause_wish.unwrap_or(self.snapshot.paused)
    }

    /// Whether there are jobs that were not sent yet.
    pub fn has_waiting(&self) -> bool {
        self.snapshot.jobs.iter().any(|job| job.state == BatchState::Waiting)
    }

    /// Whether this program has jobs still to be sent or followed.
    pub fn is_running(&self) -> bool {
        self.is_under_way() && !self.is_watched()
    }

    /// Whether it only looks on, as another process works on the run.
    pub fn is_watching(&self) -> bool {
        self.is_under_way() && self.is_watched()
    }

    /// Whether the run is another process's or was only looked at, be it at work or at its end.
    pub fn is_watched(&self) -> bool {
        self.is_watched || self.snapshot.watched
    }

    fn is_preparing(&self) -> bool {
        matches!(self.phase, Phase::Preparing)
    }

    fn is_under_way(&self) -> bool {
        matches!(self.phase, Phase::Preparing | Phase::Running | Phase::Stopping | Phase::Aborting)
    }

    /// Whether the run ended with jobs that are not at their end, so that it can be taken up at once.
    pub fn may_resume(&self) -> bool {
        self.outcome().is_some() && self.run.is_some() && !self.is_sync() && self.snapshot.is_open()
    }

    /// Whether something failed or was cancelled in a run at its end, so that it can be sent again.
    pub fn may_retry(&self) -> bool {
        let is_over = self.outcome().is_some() && !self.snapshot.is_open();
        is_over && self.run.is_some() && !self.is_sync() && self.snapshot.lost() > 0
    }

    pub(super) fn status(&self) -> Status {
        match &self.phase {
            Phase::Unstarted => Status::Idle,
            Phase::Preparing | Phase::Running | Phase::Stopping | Phase::Aborting => Status::Working,
            Phase::Finished(_) => Status::Ready,
            Phase::Refused(problem) => Status::Blocked(problem.clone()),
        }
    }

    fn take(&mut self, snapshot: Snapshot, outbox: &mut Outbox) {
        self.snapshot = snapshot;
        if self.pause_wish == Some(self.snapshot.paused) {
            self.pause_wish = None;
        }
        if !self.moved {
            let at_work = self.snapshot.jobs.iter().position(|job| !job.state.is_final());
            self.job_cursor = at_work.unwrap_or_default();
        }
        self.job_cursor = self.job_cursor.min(self.snapshot.jobs.len().saturating_sub(1));
        self.grow_items(outbox);
    }

    pub(super) fn waits_for(&self, id: RequestId) -> bool {
        self.request == Some(id)
    }

    pub(super) fn reply(&mut self, id: RequestId, reply: RunEvent, outbox: &mut Outbox) {
        if self.request != Some(id) || !self.is_under_way() {
            return;
        }
        match reply {
            RunEvent::SchemaSaved(keys) => self.schema_saved = keys,
            RunEvent::Folder { path, created, .. } => self.destination = Some((path, created)),
            RunEvent::Started { run, folder } => {
                self.run = Some(run);
                self.destination.get_or_insert((folder, false));
                self.earlier = None;
                if matches!(self.phase, Phase::Preparing) {
                    self.phase = Phase::Running;
                }
            }
            RunEvent::Progress(snapshot) => self.take(*snapshot, outbox),
            RunEvent::Finished { state, snapshot, reports, problem } => {
                if !self.is_watched() {
                    outbox.effects.push(Effect::Bell);
                }
                self.take(*snapshot, outbox);
                self.phase = Phase::Finished(state);
                self.reports = reports;
                self.problem = problem;
            }
            // The wizard turns the one into the other.
            RunEvent::SchemaChanged(_) => {}
            RunEvent::Refused(problem) => self.phase = Phase::Refused(problem),
        }
    }

    /// Looks on no longer. What this program works on itself goes on.
    pub(super) fn leave(&mut self, outbox: &mut Outbox) {
        if self.is_watching() {
            outbox.cancel(self.request.take());
        }
    }
}
