//! Step 6: following a run to its end.

mod sync;

use uuid::Uuid;

use super::rows::moved_in;
use super::{
    Action, CauseRow, Doubts, Hint, List, Mirror, Move, Outbox, Plan, Problem, Request, RequestId, Row, RowWindow,
    RunReply, Status,
};
use crate::{
    manifest::Kind,
    store::{BatchState, ReportPaths, RunState, SyncCounts},
};

pub use sync::{SyncStage, sync_outcome};

/// A job on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// The batch's number, from 1.
    pub batch: u32,
    /// Encord's id.
    pub job: Option<Uuid>,
    /// What it holds.
    pub kind: Kind,
    /// How it stands.
    pub state: BatchState,
    /// Units in it.
    pub count: u64,
    /// Units registered.
    pub done: u64,
    /// Units failed.
    pub errors: u64,
    /// Units cancelled.
    pub cancelled: u64,
    /// Why the whole job failed.
    pub message: Option<String>,
    /// Seconds since it was sent, up to its end; `None` before, and where an earlier version did not put that on record.
    pub age: Option<u64>,
}

/// At most so many values make the history of a run's rate.
pub const HISTORY: usize = 120;

/// A run's numbers at one moment, computed from its batches, so that they never exceed the whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// The jobs in order.
    pub jobs: Vec<JobRow>,
    /// Units of all jobs.
    pub total: u64,
    /// Units registered.
    pub done: u64,
    /// Units failed.
    pub errors: u64,
    /// Units cancelled.
    pub cancelled: u64,
    /// Units registered that were in the folder before the run, as far as that is known.
    pub already: u64,
    /// Failed units on record.
    pub failed_rows: u64,
    /// Units finished in a second, over the last moments.
    pub per_second: f64,
    /// Seconds since the run began or was resumed.
    pub elapsed: u64,
    /// What the run waits for, where it is not plain progress.
    pub note: Option<String>,
    /// Why units failed, the most frequent cause first.
    pub causes: Vec<CauseRow>,
    /// Units finished a second, in equal spans of time, the latest last; for a sparkline. At most [`HISTORY`] of them.
    pub history: Vec<u32>,
    /// Seconds that each of [`Self::history`] spans; it grows with the run.
    pub span: u32,
    /// New jobs are held back because the user said so.
    pub paused: bool,
    /// All units are finished, but Encord has not ended the jobs: it still links data.
    pub linking: bool,
    /// Another process works on the run; this one only looks on.
    pub watched: bool,
    /// Where the run has no jobs of its own but follows a cloud-synced folder.
    pub sync: Option<SyncCounts>,
}

impl Snapshot {
    /// Units that are finished, one way or the other.
    pub fn finished(&self) -> u64 {
        self.done + self.errors + self.cancelled
    }

    /// Seconds that the rest will take at the present rate; `None` until that means something.
    pub fn eta(&self) -> Option<u64> {
        let rest = self.total.saturating_sub(self.finished());
        // As long as Encord lists, nobody knows how much is to come.
        let grows = self.sync.is_some_and(|counts| SyncStage::of(&counts) == SyncStage::Listing);
        if self.elapsed < 3 || self.per_second <= 0.0 || rest == 0 || grows {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an estimate in whole seconds"
        )]
        let seconds = (rest as f64 / self.per_second).ceil() as u64;
        Some(seconds)
    }
}

/// What the run is doing.
#[derive(Debug, Default)]
enum Phase {
    #[default]
    Unstarted,
    Preparing,
    Running,
    Stopping,
    Finished(RunState),
    Refused(Problem),
}

/// The state of step 6.
#[derive(Debug, Default)]
pub struct ProgressStep {
    phase: Phase,
    request: Option<RequestId>,
    run: Option<String>,
    destination: Option<(String, bool)>,
    mirror: Option<Mirror>,
    schema_saved: Vec<String>,
    snapshot: Snapshot,
    reports: Option<ReportPaths>,
    problem: Option<Problem>,
    show_failed: bool,
    /// The failed item under the cursor is shown whole, so many of its lines scrolled away.
    whole: Option<usize>,
    job_cursor: usize,
    /// The user moved the cursor; until then it stays with the work.
    moved: bool,
    failed: RowWindow,
    /// Another process works on the run, or nobody any more.
    is_watched: bool,
}

impl ProgressStep {
    pub(super) fn start(&mut self, plan: Plan, outbox: &mut Outbox) {
        if !self.is_running() {
            let mirror = plan.destination.mirror.clone();
            *self = ProgressStep { phase: Phase::Preparing, mirror, ..ProgressStep::default() };
            self.request = Some(outbox.start(Request::StartRun { plan: Box::new(plan) }));
        }
    }

    /// Takes up a run of the record that was broken off.
    pub fn resume(run: String, outbox: &mut Outbox) -> ProgressStep {
        let request = Request::ResumeRun { run: run.clone(), doubts: Doubts::default() };
        ProgressStep { request: Some(outbox.start(request)), ..ProgressStep::recorded(run) }
    }

    /// Looks on a run of the record: one that another process works on, or one that is at its end.
    pub fn watch(run: String, outbox: &mut Outbox) -> ProgressStep {
        let request = Request::WatchRun { run: run.clone() };
        ProgressStep { request: Some(outbox.start(request)), is_watched: true, ..ProgressStep::recorded(run) }
    }

    fn recorded(run: String) -> ProgressStep {
        ProgressStep { phase: Phase::Preparing, run: Some(run), ..ProgressStep::default() }
    }

    /// The user goes elsewhere: nobody looks on any more.
    pub(super) fn leave(&mut self, outbox: &mut Outbox) {
        if self.is_watched {
            outbox.cancel(self.request.take());
        }
    }

    /// The run's id, once it is on disk.
    pub fn run(&self) -> Option<&str> {
        self.run.as_deref()
    }

    /// The destination's path, and whether this run made it.
    pub fn destination(&self) -> Option<(&str, bool)> {
        self.destination.as_ref().map(|(path, created)| (path.as_str(), *created))
    }

    /// What the folder mirrors, where the run has no jobs but follows a sync.
    pub fn mirror(&self) -> Option<&Mirror> {
        self.mirror.as_ref()
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

    /// Why it could not begin, or what went wrong outside single items.
    pub fn problem(&self) -> Option<&Problem> {
        match &self.phase {
            Phase::Refused(problem) => Some(problem),
            _ => self.problem.as_ref(),
        }
    }

    /// The reports.
    pub fn reports(&self) -> Option<&ReportPaths> {
        self.reports.as_ref()
    }

    /// Whether the list of failed items is shown instead of the jobs.
    pub fn shows_failed(&self) -> bool {
        self.show_failed
    }

    /// How many lines are scrolled away of the failed item that is shown whole, if one is.
    pub fn whole(&self) -> Option<usize> {
        self.whole
    }

    /// The job under the cursor.
    pub fn job_cursor(&self) -> usize {
        self.job_cursor
    }

    /// The failed items.
    pub fn failed(&self) -> &RowWindow {
        &self.failed
    }

    /// Whether it was told to stop.
    pub fn is_stopping(&self) -> bool {
        matches!(self.phase, Phase::Stopping)
    }

    /// Whether jobs are still to be sent or followed.
    pub fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Preparing | Phase::Running | Phase::Stopping)
    }

    pub(super) fn status(&self) -> Status {
        match &self.phase {
            Phase::Unstarted => Status::Idle,
            Phase::Preparing | Phase::Running | Phase::Stopping => Status::Working,
            Phase::Finished(_) => Status::Ready,
            Phase::Refused(problem) => Status::Blocked(problem.clone()),
        }
    }

    pub(super) fn hints(&self) -> Vec<Hint> {
        if self.whole.is_some() {
            return vec![Hint::new(Action::Back, "close"), Hint::new(Action::Down, "scroll")];
        }
        if self.mirror.is_some() {
            return sync::hints(&self.phase);
        }
        let mut hints = match &self.phase {
            Phase::Finished(_) => vec![Hint::new(Action::Next, "finish"), Hint::new(Action::Back, "another import")],
            Phase::Refused(_) => vec![Hint::new(Action::Back, "back to the review")],
            Phase::Stopping => vec![Hint::new(Action::Cancel, "cancel jobs in Encord")],
            Phase::Preparing | Phase::Running => vec![Hint::new(Action::Cancel, "stop sending")],
            Phase::Unstarted => Vec::new(),
        };
        if self.snapshot.failed_rows > 0 || self.show_failed {
            let label = if self.show_failed { "jobs" } else { "failed items" };
            hints.push(Hint::new(Action::SwitchList, label));
        }
        if self.show_failed {
            hints.push(Hint::new(Action::Toggle, "details"));
        }
        hints.push(Hint::new(Action::Down, "scroll"));
        hints
    }

    pub(super) fn action(&mut self, action: Action, outbox: &mut Outbox) -> Move {
        if let Some(scroll) = self.whole {
            let longest = self.failed.current().map_or(0, lines_of);
            self.whole = match action {
                Action::Back | Action::Toggle | Action::Next => None,
                action => Some(moved_in(scroll, action, longest + 1)),
            };
            return Move::Stay;
        }
        match (action, &self.phase) {
            (Action::Toggle, _) if self.show_failed && self.failed.current().is_some() => self.whole = Some(0),
            (Action::Next, Phase::Finished(_)) => return Move::Next,
            (Action::Back, Phase::Refused(_) | Phase::Unstarted | Phase::Finished(_)) => return Move::Back,
            (Action::Cancel, Phase::Preparing | Phase::Running) => {
                self.phase = Phase::Stopping;
                outbox.start(Request::StopRun { abort: false });
            }
            (Action::Cancel, Phase::Stopping) if self.mirror.is_none() => {
                outbox.start(Request::StopRun { abort: true });
            }
            (Action::SwitchList | Action::Left | Action::Right, _) => {
                self.show_failed = !self.show_failed && self.snapshot.failed_rows > 0;
                if self.show_failed {
                    self.failed.reset(List::Failed, self.snapshot.failed_rows, outbox);
                }
            }
            (action, _) if self.show_failed => self.failed.action(action, List::Failed, outbox),
            (action, _) => {
                let before = self.job_cursor;
                self.job_cursor = moved_in(before, action, self.snapshot.jobs.len());
                self.moved |= self.job_cursor != before;
            }
        }
        Move::Stay
    }

    fn take(&mut self, snapshot: Snapshot, outbox: &mut Outbox) {
        self.snapshot = snapshot;
        if !self.moved {
            let at_work = self.snapshot.jobs.iter().position(|job| !job.state.is_final());
            self.job_cursor = at_work.unwrap_or_default();
        }
        if self.show_failed {
            self.failed.grow(List::Failed, self.snapshot.failed_rows, outbox);
        }
    }

    pub(super) fn waits_for(&self, id: RequestId) -> bool {
        self.request == Some(id)
    }

    pub(super) fn reply(&mut self, id: RequestId, reply: RunReply, outbox: &mut Outbox) {
        if self.request != Some(id) {
            return;
        }
        match reply {
            RunReply::SchemaSaved(keys) => self.schema_saved = keys,
            RunReply::Folder { path, created, .. } => self.destination = Some((path, created)),
            RunReply::Started { run, .. } => {
                self.run = Some(run);
                if matches!(self.phase, Phase::Preparing) {
                    self.phase = Phase::Running;
                }
            }
            RunReply::Progress(snapshot) => self.take(*snapshot, outbox),
            RunReply::Finished { state, snapshot, reports, problem } => {
                self.take(*snapshot, outbox);
                self.phase = Phase::Finished(state);
                self.reports = reports;
                self.problem = problem;
            }
            // The wizard turns the one into the other.
            RunReply::SchemaChanged(_) => {}
            RunReply::Refused(problem) => self.phase = Phase::Refused(problem),
        }
    }

    pub(super) fn rows(&mut self, id: RequestId, first: u64, rows: Vec<Row>, outbox: &mut Outbox) {
        self.failed.reply(id, List::Failed, first, rows, outbox);
    }
}

/// About how many lines a failed item takes on the smallest screen; there is nothing to scroll to beyond them.
fn lines_of(row: &Row) -> usize {
    const COLUMNS: usize = 40;
    let Row::Failed(unit) = row else { return 0 };
    let texts = [unit.error.as_str(), unit.action_description.as_deref().unwrap_or_default()];
    let texts = texts.into_iter().chain(unit.object_urls.iter().map(String::as_str));
    texts.flat_map(str::lines).map(|line| line.chars().count() / COLUMNS + 2).sum()
}
