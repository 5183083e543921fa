//! One batch: sent as a job, followed to its end.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::sync::watch;
use uuid::Uuid;

use super::{Shared, Stop, pause, stopped};
use crate::{
    manifest::data_items,
    service::{
        encord::{Error, JobState, JobStatus, Kind},
        problems::{disk_problem, encord_problem},
    },
    store::{BatchRow, BatchState, FailedUnit},
    wizard::{Class, Problem},
};

/// How often a request that surely was not carried out is sent again, beyond what the client does by itself.
const TRIES: u32 = 5;
/// Polls that may fail one after the other: at the longest pause, about ten minutes.
const LOST_POLLS: u32 = 25;
/// The longest pause between polls that fail.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Between two polls at the least, should the service not wait.
const BETWEEN_POLLS: Duration = Duration::from_millis(400);
/// The pause where Encord asks for one without saying how long.
const UNSPECIFIED_PAUSE: Duration = Duration::from_secs(30);

impl Shared {
    /// Brings one batch to its end, or to where the run was told to stop.
    pub(super) async fn job(self: Arc<Shared>, mut row: BatchRow, mut stop: watch::Receiver<Stop>) {
        let result = match row.job {
            Some(job) => self.follow(&mut row, job, &mut stop).await,
            None => match self.send(&mut row, &mut stop).await {
                Ok(Some(job)) => self.follow(&mut row, job, &mut stop).await,
                Ok(None) => Ok(()),
                Err(problem) => Err(problem),
            },
        };
        if let Err(problem) = result {
            self.fail(problem);
        }
    }

    /// Starts the job; `None` if the batch failed for good or the run was stopped before.
    async fn send(&self, row: &mut BatchRow, stop: &mut watch::Receiver<Stop>) -> Result<Option<Uuid>, Problem> {
        let resendable = self.run.options.skip_duplicate_urls;
        if row.state == BatchState::Sending && !resendable {
            return Err(self.doubtful(row, None));
        }
        let body = self.body(row).await?;
        let mut tries = 0;
        while *stop.borrow() == Stop::No && !self.has_failed() {
            row.state = BatchState::Sending;
            self.save(row, None)?;
            // Not cut off by a stop: what was sent is finished and put on record.
            let error = match self.client.create_job(self.run.folder, body.clone()).await {
                Ok(job) => {
                    row.job = Some(job);
                    row.state = BatchState::Pending;
                    row.message = None;
                    self.save(row, None)?;
                    return Ok(Some(job));
                }
                Err(error) => error,
            };
            tries += 1;
            if error.outcome_unknown && !resendable {
                return Err(self.doubtful(row, Some(&error)));
            }
            if !error.outcome_unknown {
                row.state = BatchState::Waiting;
                self.save(row, None)?;
            }
            match error.kind {
                Kind::RateLimited { retry_after } => {
                    let wait = retry_after.unwrap_or(UNSPECIFIED_PAUSE);
                    self.note(Some(format!("Encord asked for a pause of {} s.", wait.as_secs())));
                    pause(wait, stop, Stop::Drain).await;
                    self.note(None);
                }
                Kind::Invalid | Kind::TooLarge => {
                    // This batch is refused as it is; others may still do.
                    row.state = BatchState::Error;
                    row.errors = row.batch.count;
                    row.message = Some(format!("{}{}", error.message, hint(&error)));
                    self.save(row, None)?;
                    return Ok(None);
                }
                Kind::Server | Kind::Unreachable | Kind::Timeout | Kind::BadResponse if tries < TRIES => {
                    let wait = Duration::from_secs(3 * u64::from(tries));
                    self.note(Some(format!("{}: trying again in {} s.", error.message, wait.as_secs())));
                    pause(wait, stop, Stop::Drain).await;
                    self.note(None);
                }
                _ => return Err(encord_problem(&error)),
            }
        }
        Ok(None)
    }

    /// The request's body. It is built when the job's turn comes, so that only jobs in flight are held in memory.
    async fn body(&self, row: &BatchRow) -> Result<Bytes, Problem> {
        let (manifest, batch, integration, options) =
            (self.manifest.clone(), row.batch, self.run.integration, self.run.options);
        let building = tokio::task::spawn_blocking(move || -> std::io::Result<Vec<u8>> {
            let items = manifest.items()?.read(batch.first, batch.count)?;
            if items.len() as u64 != batch.count {
                return Err(std::io::Error::other("the manifest is shorter than the run expects"));
            }
            Ok(data_items::job_body(&items, integration, options)?)
        });
        let built = building.await.map_err(|error| Problem::other(format!("Building a job broke off: {error}.")))?;
        built.map(Bytes::from).map_err(|error| disk_problem("read the manifest of the run", &error))
    }

    /// Follows a job that Encord has.
    async fn follow(&self, row: &mut BatchRow, job: Uuid, stop: &mut watch::Receiver<Stop>) -> Result<(), Problem> {
        let began = Instant::now();
        let mut lost = 0;
        let mut cancelled = false;
        loop {
            if *stop.borrow() == Stop::Abort && !cancelled {
                cancelled = true;
                // Whether it was in time, the next poll tells.
                if let Err(error) = self.client.cancel_job(self.run.folder, job).await {
                    self.note(Some(format!("Encord did not cancel job {}: {}.", row.number, error.message)));
                }
            }
            let asked = Instant::now();
            let seconds = if cancelled { 1 } else { poll_seconds(began.elapsed()) };
            // A poll only reads, so it may be cut off.
            let level = if cancelled { Stop::Leave } else { Stop::Abort };
            let mut watching = stop.clone();
            let answer = tokio::select! {
                answer = self.poller.poll_job(self.run.folder, job, seconds) => answer,
                () = stopped(&mut watching, level) => {
                    if *stop.borrow() == Stop::Leave { return Ok(()) }
                    continue;
                }
            };
            match answer {
                Ok(status) => {
                    lost = 0;
                    if self.take(row, &status)? {
                        return Ok(());
                    }
                    pause(BETWEEN_POLLS.saturating_sub(asked.elapsed()), stop, Stop::Leave).await;
                }
                Err(error) => {
                    let problem = encord_problem(&error);
                    lost += 1;
                    if problem.class != Class::Other || lost >= LOST_POLLS || error.kind == Kind::NotFound {
                        return Err(problem);
                    }
                    let wait = match error.kind {
                        Kind::RateLimited { retry_after } => retry_after.unwrap_or(UNSPECIFIED_PAUSE),
                        _ => Duration::from_secs(2 * u64::from(lost)).min(LONGEST_PAUSE),
                    };
                    let said = problem.said.unwrap_or(problem.what);
                    self.note(Some(format!("Encord does not answer ({said}). Asking again in {} s.", wait.as_secs())));
                    pause(wait, stop, Stop::Leave).await;
                    self.note(None);
                }
            }
            if *stop.borrow() == Stop::Leave {
                return Ok(());
            }
        }
    }

    /// Puts an answer on record; whether it was the last.
    fn take(&self, row: &mut BatchRow, status: &JobStatus) -> Result<bool, Problem> {
        let before = row.clone();
        let known_failures = before.errors;
        // Groups may count as several units in Encord; here a batch never counts more than it holds.
        row.errors = status.failed.min(row.batch.count);
        row.done = status.done.min(row.batch.count - row.errors);
        row.cancelled = status.cancelled.min(row.batch.count - row.errors - row.done);
        match &status.state {
            JobState::Done => {
                row.state = BatchState::Done;
                row.done = row.batch.count - row.errors - row.cancelled;
            }
            JobState::Error => {
                row.state = BatchState::Error;
                row.errors = row.batch.count - row.done;
                row.cancelled = 0;
                row.message = Some(status.errors.join("; ")).filter(|text| !text.is_empty());
            }
            JobState::Cancelled => {
                row.state = BatchState::Cancelled;
                row.cancelled = row.batch.count - row.done - row.errors;
            }
            JobState::Pending | JobState::Unknown(_) => row.state = BatchState::Pending,
        }
        let is_last = row.state.is_final();
        if is_last || row.errors != known_failures {
            let failed = status.unit_errors.iter().map(|unit| FailedUnit {
                batch: row.number,
                object_urls: unit.object_urls.clone(),
                error: unit.error.clone(),
                subtask_uuid: unit.subtask_uuid.clone(),
                action_description: unit.action_description.clone(),
            });
            self.save(row, Some(failed.collect()))?;
        } else if *row != before {
            self.save(row, None)?;
        }
        Ok(is_last)
    }

    /// A batch of which nobody knows whether Encord has it.
    fn doubtful(&self, row: &BatchRow, error: Option<&Error>) -> Problem {
        let mut problem = Problem::other(format!(
            "Nobody knows whether job {} ({} items) reached Encord, and sending it again could register its items twice.",
            row.number, row.batch.count
        ));
        problem.said = error.map(ToString::to_string);
        problem.hint(format!(
            "Look into the folder '{}' in Encord. With skip_duplicate_urls = true a new run is safe: it leaves alone what is there.",
            self.run.folder_path
        ))
    }
}

fn hint(error: &Error) -> String {
    error.hint().map(|hint| format!(" {hint}")).unwrap_or_default()
}

/// How long a poll may wait. Encord answers early only when the job ends, so short polls show progress; a job that takes
/// long is asked about less often.
fn poll_seconds(age: Duration) -> u32 {
    match age.as_secs() {
        0..60 => 1,
        60..600 => 5,
        _ => 15,
    }
}
