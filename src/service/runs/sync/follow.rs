//! Starting a sync and following it. What Encord said is on disk before it is shown.

use std::time::{Duration, Instant};

use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    encord::{
        error::{Error, Kind},
        jobs::{JobState, SyncStatus},
        refusals::RefusalBackoff,
    },
    error::{ErrorKind, UserError},
    run::{
        state::BatchState,
        sync_counts::{Held, SyncCounts},
    },
    service::{
        problems::encord_problem,
        runs::{
            sync::{Syncer, folder},
            upload::{Stop, send::in_seconds},
        },
    },
    wizard::{destination::Mirror, progress::messages::RunEvent},
};

/// How often a request that surely was not carried out is sent again, beyond what the client does by itself.
const TRIES: u32 = 5;
/// Polls that may fail one after the other: at the longest pause, about ten minutes.
const LOST_POLLS: u32 = 25;
/// The longest pause between polls that fail.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Between two polls at the least, should the service not wait.
const BETWEEN_POLLS: Duration = Duration::from_millis(400);

/// A folder of which nothing changes for so long is taken for one that is not being synced.
const QUIET: Duration = Duration::from_secs(20);
/// Between two looks at it.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// What a run is told that cannot know whether Encord has begun already.
const MAY_HAVE_BEGUN: &str = "Whether Encord has begun to sync is not known. As soon as nothing has changed in the folder for 20 s, it is asked again. That does no harm: a sync compares the folder with the storage and leaves alone what is registered.";

impl Syncer {
    /// Brings the sync to its end, or to where the run was told to stop.
    pub(super) async fn bring_to_end(
        &mut self,
        stop: &mut watch::Receiver<Stop>,
        tell: &(impl Fn(RunEvent) + Sync),
    ) -> Result<(), UserError> {
        self.told(tell);
        let job = match self.counts.job {
            Some(job) => Some(job),
            None => self.start(stop, tell).await?,
        };
        match job {
            Some(job) => self.follow(job, stop, tell).await,
            None => Ok(()),
        }
    }

    /// Asks Encord to begin; nothing if the run was stopped before. Encord is not asked twice by one process where the outcome of
    /// the first request is unknown. A second sync after the first does no harm: it registers what is missing and marks what is
    /// gone. What two syncs of one folder at the same time do is not known, so a run that is taken up again waits before it asks.
    async fn start(
        &mut self,
        stop: &mut watch::Receiver<Stop>,
        tell: &(impl Fn(RunEvent) + Sync),
    ) -> Result<Option<Uuid>, UserError> {
        if self.counts.state == BatchState::Sending {
            self.look().await?;
            self.note = Some(MAY_HAVE_BEGUN.to_owned());
            self.told(tell);
            self.until_quiet(stop).await?;
        }
        let mut tries = 0;
        let mut refusals = RefusalBackoff::new(self.client.policy());
        while *stop.borrow() == Stop::No {
            self.save(SyncCounts { state: BatchState::Sending, ..self.counts }, None)?;
            // Not cut off by a stop: what was sent is finished and put on record.
            let error = match self.client.start_sync(self.run.folder).await {
                Ok(job) => {
                    self.save(SyncCounts { state: BatchState::Pending, job: Some(job), ..self.counts }, None)?;
                    self.note = None;
                    self.told(tell);
                    return Ok(Some(job));
                }
                Err(error) => error,
            };
            tries += 1;
            if error.outcome_unknown {
                return Err(self.doubtful(&error));
            }
            self.save(SyncCounts { state: BatchState::Waiting, ..self.counts }, None)?;
            match error.kind {
                Kind::RateLimited { retry_after } => {
                    let wait = refusals.pause(retry_after, true);
                    self.wait(format!("Encord asked for a pause of {}.", in_seconds(wait)), wait, stop, tell).await;
                }
                Kind::Server | Kind::Unreachable | Kind::Timeout | Kind::BadResponse if tries < TRIES => {
                    let wait = Duration::from_secs(3 * u64::from(tries));
                    let note = format!("{}: trying again in {} s.", error.message, wait.as_secs());
                    self.wait(note, wait, stop, tell).await;
                }
                Kind::Conflict => {
                    return Err(encord_problem(&error).hint(format!(
                        "A sync of this folder may be under way already. When it has ended: azure-to-encord runs resume {}",
                        self.run.id
                    )));
                }
                _ => return Err(encord_problem(&error)),
            }
        }
        Ok(None)
    }

    /// Whether the folder is still what it was.
    async fn look(&mut self) -> Result<(), UserError> {
        let found = self.client.folder(self.run.folder).await.map_err(|error| {
            let mut problem = encord_problem(&error);
            problem.summary = format!("The folder '{}' cannot be looked at any more.", self.run.folder_path);
            problem
        })?;
        let Some(sync) = self.run.sync.clone() else { return Ok(()) };
        let mirror = Mirror { remote_url: sync.remote_url, sidecar: sync.sidecar };
        folder::check(&found, &mirror, self.run.integration)
    }

    /// Waits until nothing changes in the folder any more. Encord tells of no sync whose id is not known, so this is all that can
    /// be seen of one; of one that has not registered anything yet, nothing can.
    async fn until_quiet(&mut self, stop: &mut watch::Receiver<Stop>) -> Result<(), UserError> {
        let mut last = None;
        let mut since = Instant::now();
        while *stop.borrow() == Stop::No && since.elapsed() < QUIET {
            let now = self.client.folder_summary(self.run.folder).await.map_err(|error| encord_problem(&error))?;
            let now = Some((now.files, now.tombstones, now.upload_jobs));
            if now != last {
                (last, since) = (now, Instant::now());
            }
            pause(BETWEEN_LOOKS, stop).await;
        }
        Ok(())
    }

    /// Follows a sync that Encord has.
    async fn follow(
        &mut self,
        job: Uuid,
        stop: &mut watch::Receiver<Stop>,
        tell: &(impl Fn(RunEvent) + Sync),
    ) -> Result<(), UserError> {
        let began = Instant::now();
        let mut lost = 0;
        let mut refusals = RefusalBackoff::new(self.client.policy());
        while *stop.borrow() == Stop::No {
            let asked = Instant::now();
            let mut watching = stop.clone();
            let (poller, folder) = (self.poller.clone(), self.run.folder);
            // A poll only reads, so it may be cut off.
            let answer = tokio::select! {
                answer = poller.poll_sync(folder, job, poll_seconds(began.elapsed())) => answer,
                () = stopped(&mut watching) => break,
            };
            match answer {
                Ok(status) => {
                    lost = 0;
                    refusals.reset();
                    self.note = None;
                    self.take(&status)?;
                    if self.counts.state.is_final() {
                        self.count_folder().await;
                        self.told(tell);
                        return self.ended();
                    }
                    self.told(tell);
                    pause(BETWEEN_POLLS.saturating_sub(asked.elapsed()), stop).await;
                }
                Err(error) => {
                    lost += 1;
                    let problem = encord_problem(&error);
                    if matches!(error.kind, Kind::NotFound | Kind::Invalid) {
                        return Err(self.forgotten(&error));
                    }
                    if problem.kind != ErrorKind::Other || lost >= LOST_POLLS {
                        return Err(problem);
                    }
                    let wait = match error.kind {
                        Kind::RateLimited { retry_after } => refusals.pause(retry_after, true),
                        _ => Duration::from_secs(2 * u64::from(lost)).min(LONGEST_PAUSE),
                    };
                    let said = problem.source_message.unwrap_or(problem.summary);
                    let note = format!("Encord does not answer ({said}). Asking again in {}.", in_seconds(wait));
                    self.wait(note, wait, stop, tell).await;
                }
            }
        }
        Ok(())
    }

    /// Puts an answer on record.
    fn take(&mut self, status: &SyncStatus) -> Result<(), UserError> {
        let state = match status.state {
            JobState::Done => BatchState::Done,
            JobState::Error => BatchState::Error,
            JobState::Cancelled => BatchState::Cancelled,
            JobState::Pending | JobState::Unknown(_) => BatchState::Pending,
        };
        let counts = SyncCounts {
            state,
            pages: [status.pages_pending, status.pages_done, status.pages_failed, status.pages_cancelled],
            jobs: [status.jobs_pending, status.jobs_done, status.jobs_failed],
            units: [status.units_pending, status.units_done, status.units_failed, status.units_cancelled],
            ..self.counts
        };
        if counts == self.counts { Ok(()) } else { self.save(counts, status.words.clone()) }
    }

    /// Counts what the folder holds after the end; a help for the eye, which nothing depends on.
    async fn count_folder(&mut self) {
        if let Ok(summary) = self.client.folder_summary(self.run.folder).await {
            let held = Some(Held { items: summary.files, tombstones: summary.tombstones });
            let words = self.message.clone();
            // The state is on record already; without these numbers nothing is lost.
            let _ = self.save(SyncCounts { held, ..self.counts }, words);
        }
    }

    /// What the end of the sync means where it is not a good one.
    fn ended(&self) -> Result<(), UserError> {
        let path = &self.run.folder_path;
        let mut problem = match self.counts.state {
            BatchState::Error => UserError::other(format!("Encord gave up the sync of the folder '{path}'.")).hint(
                "Most likely the integration may not list the container: with Entra ID it needs the role Storage Blob Data Reader, \
                 with a SAS token the permissions Read and List (sp=rl). The container or the folder in it may also be gone. \
                 What was registered stays; import again to sync again.",
            ),
            BatchState::Cancelled => {
                UserError::other(format!("The sync of the folder '{path}' was cancelled in Encord."))
                    .hint("What was registered before stays; import again to sync again.")
            }
            _ => return Ok(()),
        };
        problem.source_message.clone_from(&self.message);
        Err(problem)
    }

    /// Nobody knows whether Encord has begun.
    fn doubtful(&self, error: &Error) -> UserError {
        let mut problem = encord_problem(error);
        problem.summary =
            format!("Nobody knows whether Encord has begun to sync the folder '{}'.", self.run.folder_path);
        problem.hint(format!(
            "Look into the folder in Encord. Asking again does no harm, as a sync leaves alone what is registered: \
             azure-to-encord runs resume {}",
            self.run.id
        ))
    }

    /// Encord does not know the sync any more.
    fn forgotten(&self, error: &Error) -> UserError {
        let mut problem = encord_problem(error);
        problem.summary = format!("Encord does not know the sync of the folder '{}' any more.", self.run.folder_path);
        problem.hint("The folder may have been deleted. Look into it in Encord; import again to sync again.")
    }

    /// Says what the run waits for, and waits.
    async fn wait(
        &mut self,
        note: String,
        duration: Duration,
        stop: &mut watch::Receiver<Stop>,
        tell: &(impl Fn(RunEvent) + Sync),
    ) {
        self.note = Some(note);
        self.told(tell);
        pause(duration, stop).await;
        self.note = None;
    }
}

/// Waits, but no longer than until the run is told to stop in any way: a sync cannot be cancelled, so all ways are the same.
async fn pause(duration: Duration, stop: &mut watch::Receiver<Stop>) {
    tokio::select! {
        () = tokio::time::sleep(duration) => {}
        () = stopped(stop) => {}
    }
}

async fn stopped(stop: &mut watch::Receiver<Stop>) {
    // A closed channel means that the program ends.
    let _ = stop.wait_for(|now| *now != Stop::No).await;
}

/// How long a poll may wait. Encord answers early only when the sync ends, so short polls show progress; a sync that takes long is
/// asked about less often.
fn poll_seconds(age: Duration) -> u32 {
    match age.as_secs() {
        0..60 => 1,
        60..600 => 5,
        _ => 15,
    }
}
