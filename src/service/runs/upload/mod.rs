//! Sends a run's batches as jobs and follows each to its end. What happened is on disk before it is shown or acted upon.

mod cause;
mod concurrency;
pub(crate) mod failure_counts;
mod follow;
mod pause;
pub(crate) mod progress;
mod run_errors;
pub(crate) mod send;
pub(crate) mod throughput;

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
    time::Instant,
};

use crate::{
    encord::client::Client,
    error::UserError,
    run::{
        failed_unit::FailedUnit,
        new_run::NewRun,
        state::{BatchState, RunState},
    },
    service::{
        problems::store_problem,
        runs::upload::{concurrency::AdaptiveLimit, send::Sent},
    },
    store::{
        manifest_dir::ManifestDir,
        paths::Home,
        registered,
        report::write_report,
        runs::{
            RunStore,
            folder_counts::FolderCount,
            lock::RunLock,
            record::{BatchRow, StoreError},
        },
    },
    wizard::progress::messages::RunEvent,
};

pub(crate) use progress::{BatchProgress, Leads, StoredBatches};
pub(crate) use send::in_seconds;

/// In place of a batch's number, which begin at 1: what all wait for.
const ALL_JOBS: u32 = 0;

/// As long is waited for Encord's count of the folder, which only serves to compare.
const COUNTING: Duration = Duration::from_secs(10);

/// Progress is told at most this often.
const SAMPLE: Duration = Duration::from_millis(100);
/// As long as Encord works on something, it is told at least this often: ages grow and rates fall by themselves.
const TICK: Duration = Duration::from_secs(1);

/// How far a run is told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// Not at all.
    No,
    /// Send no more jobs, follow those that Encord has.
    Drain,
    /// Cancel those, too.
    Abort,
    /// Put everything down where it is: the program ends, the run can be resumed.
    Leave,
}

/// One run at work, with the run's lock.
#[derive(Debug)]
pub struct Uploader {
    shared: Shared,
    _lock: RunLock,
}

/// What the jobs of a run share.
#[derive(Debug)]
struct Shared {
    /// Every failure is told at once.
    client: Client,
    store: Mutex<RunStore>,
    home: Home,
    manifest: ManifestDir,
    run: NewRun,
    board: Mutex<BatchProgress>,
    pace: Mutex<AdaptiveLimit>,
    changed: Notify,
    /// Encord has accepted something from this login since this process took up the run.
    accepted: AtomicBool,
    /// So has it brought a job to an end.
    one_has_ended: AtomicBool,
    /// Bytes of the smallest request that was too large.
    too_large: AtomicUsize,
    /// What ends the whole run.
    fatal: Mutex<Option<UserError>>,
    leads: Leads,
}

impl Uploader {
    /// Takes up a run as it lies in the store. Failed calls are repeated with the pauses of the client's policy.
    ///
    /// # Errors
    /// The database's.
    pub fn new(
        client: &Client,
        store: RunStore,
        home: Home,
        lock: RunLock,
        manifest: ManifestDir,
        run: NewRun,
    ) -> Result<Uploader, StoreError> {
        let record = StoredBatches::read(&store, &run.id)?;
        let shared = Shared {
            pace: Mutex::new(AdaptiveLimit::new(run.jobs_in_flight, client.policy(), Instant::now())),
            client: client.without_retries(),
            store: Mutex::new(store),
            home,
            manifest,
            board: Mutex::new(BatchProgress::new(record, run.options.skip_duplicate_urls)),
            run,
            changed: Notify::new(),
            accepted: AtomicBool::new(false),
            one_has_ended: AtomicBool::new(false),
            too_large: AtomicUsize::new(usize::MAX),
            fatal: Mutex::new(None),
            leads: Leads::default(),
        };
        Ok(Uploader { shared, _lock: lock })
    }

    /// Lets a front end hold it back and share its names of causes.
    pub(crate) fn led_by(mut self, leads: &Leads) -> Uploader {
        self.shared.leads = leads.clone();
        self
    }

    /// The run.
    pub(crate) fn run(&self) -> &NewRun {
        &self.shared.run
    }

    /// Works until every batch is at its end, the run is told to stop, or something ends it as a whole; the last thing told is
    /// [`RunEvent::Finished`].
    pub async fn work(self, stop: watch::Receiver<Stop>, tell: &(impl Fn(RunEvent) + Sync)) {
        let Uploader { shared, _lock } = self;
        let shared = &Arc::new(shared);
        if lock(&shared.board).is_new() {
            shared.count_folder(|items| FolderCount { before: Some(items), after: None }).await;
        }
        let sending = shared.send_all(stop.clone());
        tokio::pin!(sending);
        let mut reporting = Box::pin(shared.report(tell, stop.clone()));
        tokio::select! {
            () = &mut sending => {}
            () = &mut reporting => {}
        }
        drop(reporting);
        let stopped = *stop.borrow();
        let fatal = lock(&shared.fatal).take();
        let state = shared.final_state(stopped, fatal.as_ref());
        let at_end = lock(&shared.board).all_final();
        if at_end && stopped != Stop::Leave {
            shared.count_folder(|items| FolderCount { before: None, after: Some(items) }).await;
        }
        let (reports, trouble) = shared.close(state);
        let snapshot = Box::new(lock(&shared.board).snapshot(&shared.leads.names, false));
        tell(RunEvent::Finished { state, snapshot, reports, problem: fatal.or(trouble) });
    }
}

impl Shared {
    async fn send_all(self: &Arc<Shared>, mut stop: watch::Receiver<Stop>) {
        let mut rows: VecDeque<BatchRow> = lock(&self.board).open_rows().into();
        let mut jobs: JoinSet<Vec<BatchRow>> = JoinSet::new();
        let mut hold = self.leads.hold.subscribe();
        loop {
            let may_send = *stop.borrow() == Stop::No && !self.has_failed();
            let is_held = may_send && *hold.borrow_and_update();
            let limit = lock(&self.pace).limit(Instant::now());
            while jobs.len() < limit
                && let Some(row) = rows.pop_front_if(|row| row.state == BatchState::Pending || !is_held)
            {
                // What Encord has already is followed whatever happens; new jobs go out only while nobody said stop.
                if row.state == BatchState::Pending || may_send {
                    let (shared, stop) = (Arc::clone(self), stop.clone());
                    jobs.spawn(async move { shared.job(row, stop).await });
                }
            }
            if jobs.is_empty() && rows.is_empty() {
                return;
            }
            let raised = lock(&self.pace).raised_at().filter(|_| !rows.is_empty());
            tokio::select! {
                ended = jobs.join_next(), if !jobs.is_empty() => {
                    if let Some(Ok(later)) = ended {
                        later.into_iter().rev().for_each(|row| rows.push_front(row));
                    }
                }
                () = until(raised) => {}
                // The sender lives as long as this.
                _ = hold.changed() => {}
                changed = stop.changed() => {
                    if changed.is_err() || *stop.borrow() == Stop::Leave {
                        // The jobs see it too: polls end, a request that starts a job is let finish and put on record.
                        while jobs.join_next().await.is_some() {}
                        return;
                    }
                }
            }
        }
    }

    /// Brings one batch to its end, or to where the run was told to stop. Answers what is to be sent later in its place.
    async fn job(self: Arc<Shared>, mut row: BatchRow, mut stop: watch::Receiver<Stop>) -> Vec<BatchRow> {
        let sent = match row.job {
            Some(job) => Ok(Sent::Job(job)),
            None => self.send(&mut row, &mut stop).await,
        };
        let result = match sent {
            Ok(Sent::Job(job)) => self.follow(&mut row, job, &mut stop).await,
            Ok(Sent::Later(rows)) => return rows,
            Ok(Sent::Nothing) => Ok(()),
            Err(problem) => Err(problem),
        };
        if let Err(problem) = result {
            self.fail(problem);
        }
        self.note(row.number, None);
        Vec::new()
    }

    /// Lets nothing through during a pause that Encord asked for, or until the run is told to stop at least that far.
    async fn gate(&self, stop: &mut watch::Receiver<Stop>, level: Stop) {
        loop {
            let paused = lock(&self.pace).paused(Instant::now());
            let Some(resumes) = paused else { return };
            tokio::select! {
                () = tokio::time::sleep_until(resumes) => {}
                () = stopped(stop, level) => return,
            }
            // Another job may have been refused again since.
            if lock(&self.pace).paused(Instant::now()).is_none() {
                self.note(ALL_JOBS, None);
            }
        }
    }

    /// Encord refused something with 429 that was asked at `asked`.
    fn refused(&self, asked: Instant, retry_after: Option<Duration>) {
        let (wait, limit) = {
            let mut pace = lock(&self.pace);
            let now = Instant::now();
            (pace.refused(asked, retry_after, now), pace.limit(now))
        };
        let jobs = if limit == 1 { "1 job".to_owned() } else { format!("{limit} jobs") };
        self.note(
            ALL_JOBS,
            Some(format!(
                "Encord asked for a pause of {}. After it, {jobs} at a time at most for now.",
                in_seconds(wait)
            )),
        );
    }

    /// Tells of changes as they come, at most ten times a second. Never ends by itself.
    async fn report(&self, tell: &(impl Fn(RunEvent) + Sync), stop: watch::Receiver<Stop>) {
        let mut hold = self.leads.hold.subscribe();
        loop {
            let is_paused = *hold.borrow_and_update() && *stop.borrow() == Stop::No;
            let snapshot = Box::new(lock(&self.board).snapshot(&self.leads.names, is_paused));
            let is_at_work = snapshot.jobs.iter().any(|job| job.state == BatchState::Pending);
            tell(RunEvent::Progress(snapshot));
            tokio::time::sleep(SAMPLE).await;
            tokio::select! {
                () = self.changed.notified() => {}
                _ = hold.changed() => {}
                () = tokio::time::sleep(TICK), if is_at_work => {}
            }
        }
    }

    /// Puts a batch on record, then on the board.
    fn save(&self, row: &BatchRow, failed: Option<&[FailedUnit]>) -> Result<(), UserError> {
        let saved = lock(&self.store).save_batch(&self.run.id, row, failed);
        saved.map_err(|error| self.resumable(store_problem(&error)))?;
        let named = failed.map(failure_counts::counted);
        lock(&self.board).put(row.clone(), named);
        self.changed.notify_one();
        Ok(())
    }

    /// Shows what a batch waits for, or [`ALL_JOBS`].
    fn note(&self, number: u32, note: Option<String>) {
        if lock(&self.board).note(number, note) {
            self.changed.notify_one();
        }
    }

    /// Ends the whole run after what is under way.
    fn fail(&self, problem: UserError) {
        lock(&self.fatal).get_or_insert(problem);
    }

    fn has_failed(&self) -> bool {
        lock(&self.fatal).is_some()
    }

    fn final_state(&self, stopped: Stop, fatal: Option<&UserError>) -> RunState {
        let board = lock(&self.board);
        if board.all_final() {
            let cancelled = board.rows().any(|row| row.cancelled > 0 || row.state == BatchState::Cancelled);
            let failed = board.rows().any(|row| row.errors > 0 || row.state == BatchState::Error);
            let done: u64 = board.rows().map(|row| row.done).sum();
            return match (cancelled, failed) {
                (true, _) => RunState::Cancelled,
                (false, true) if done == 0 => RunState::Failed,
                (false, true) => RunState::DoneWithErrors,
                (false, false) => RunState::Done,
            };
        }
        match (stopped, fatal) {
            (Stop::Leave, _) => RunState::Running,
            (_, Some(_)) | (Stop::No, None) => RunState::Failed,
            (Stop::Drain | Stop::Abort, None) => RunState::Cancelled,
        }
    }

    /// Notes for the next run what this one registered, where its config wants only what is new or changed.
    fn remember(&self, store: &RunStore) -> Result<(), UserError> {
        let batches: Vec<BatchRow> = lock(&self.board).rows().cloned().collect();
        let failed = |row: &BatchRow| store.failed_units_of(&self.run.id, row.number).map_err(std::io::Error::other);
        registered::record(&self.manifest, &batches, failed).map_err(|error| {
            let mut problem = UserError::other(
                "Everything else of the run is on record, but not for since = \"last-run\" what it registered: the next run takes it again.",
            );
            problem.source_message = Some(error.to_string());
            problem.hint("Check the disk's free space and the permissions of the data directory.")
        })
    }

    /// Puts on record how many items Encord counts in the folder. Where it does not tell, the run goes on without.
    async fn count_folder(&self, found: impl FnOnce(u64) -> FolderCount) {
        if let Ok(Ok(summary)) = tokio::time::timeout(COUNTING, self.client.folder_summary(self.run.folder)).await {
            // A disk that cannot take it is told of by what the run cannot do without.
            let _ = lock(&self.store).set_folder_count(&self.run.id, found(summary.files));
        }
    }

    /// Records the end and writes the reports.
    fn close(&self, state: RunState) -> (Option<crate::run::report_paths::ReportPaths>, Option<UserError>) {
        let mut store = lock(&self.store);
        let recorded =
            store.set_state(&self.run.id, state).and_then(|()| write_report(&store, &self.home, &self.run.id));
        match recorded {
            Ok(paths) if state != RunState::Running => (Some(paths), self.remember(&store).err()),
            Ok(paths) => (Some(paths), None),
            Err(error) => (None, Some(store_problem(&error))),
        }
    }
}

/// Until then; for ever where there is no such moment.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// Waits, but no longer than until the run is told to stop at least as far as `level`.
async fn pause(duration: Duration, stop: &mut watch::Receiver<Stop>, level: Stop) {
    tokio::select! {
        () = tokio::time::sleep(duration) => {}
        () = stopped(stop, level) => {}
    }
}

/// Until the run is told to stop at least as far as `level`.
async fn stopped(stop: &mut watch::Receiver<Stop>, level: Stop) {
    // A closed channel means that the program ends.
    let _ = stop.wait_for(|now| *now >= level).await;
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
