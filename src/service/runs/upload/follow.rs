//! Following one job to its end, which is only what Encord says it is.

use std::{sync::atomic::Ordering, time::Duration};

use tokio::{sync::watch, time::Instant};
use uuid::Uuid;

use crate::{
    encord::{
        error::{Error, Kind},
        jobs::{JobState, JobStatus},
    },
    error::UserError,
    run::{failed_unit::FailedUnit, state::BatchState},
    service::{
        problems::encord_problem,
        runs::upload::{Shared, Stop, lock, pause, send::in_seconds, stopped},
    },
    store::runs::record::BatchRow,
};

/// Polls that may fail one after the other: at the longest pause, about ten minutes.
const LOST_POLLS: u32 = 25;
/// Between two polls at the least, should the service not wait.
const BETWEEN_POLLS: Duration = Duration::from_millis(400);

/// Whether Encord was told to cancel a job.
struct Cancelling {
    told: bool,
    failures: u32,
    next: Instant,
}

impl Shared {
    /// Follows a job that Encord has.
    pub(super) async fn follow(
        &self,
        row: &mut BatchRow,
        job: Uuid,
        stop: &mut watch::Receiver<Stop>,
    ) -> Result<(), UserError> {
        let began = Instant::now();
        let mut lost = 0;
        let mut cancelling = Cancelling { told: false, failures: 0, next: began };
        loop {
            self.gate(stop, Stop::Leave).await;
            let stopping = *stop.borrow();
            if stopping == Stop::Leave {
                return Ok(());
            }
            if stopping == Stop::Abort && !cancelling.told && Instant::now() >= cancelling.next {
                self.cancel(row.number, job, &mut cancelling).await?;
                continue;
            }
            let seconds = if stopping == Stop::Abort { 1 } else { poll_seconds(began.elapsed()) };
            // A poll only reads, so it may be cut off.
            let level = if stopping == Stop::Abort { Stop::Leave } else { Stop::Abort };
            let mut watching = stop.clone();
            let asked = Instant::now();
            let answer = tokio::select! {
                answer = self.client.poll_job(self.run.folder, job, seconds) => answer,
                () = stopped(&mut watching, level) => continue,
            };
            match answer {
                Ok(status) => {
                    lock(&self.pace).succeeded(asked);
                    self.accepted.store(true, Ordering::Relaxed);
                    lost = 0;
                    let is_last = self.take(row, &status, stopping)?;
                    self.note(row.number, linking(row.number, &status));
                    if is_last {
                        return Ok(());
                    }
                    pause(BETWEEN_POLLS.saturating_sub(asked.elapsed()), stop, Stop::Leave).await;
                }
                Err(Error { kind: Kind::RateLimited { retry_after }, .. }) => self.refused(asked, retry_after),
                Err(error) => {
                    lost += 1;
                    match error.kind {
                        Kind::Unauthenticated | Kind::Forbidden => return Err(self.access_revoked(&error)),
                        Kind::NotFound => return Err(self.job_missing(row, &error)),
                        _ if is_passing(&error) && lost < LOST_POLLS => {}
                        _ => return Err(self.resumable(encord_problem(&error))),
                    }
                    let wait = self.client.policy().backoff(lost);
                    let said = error.message.trim_end_matches('.');
                    self.note(
                        row.number,
                        Some(format!("Job {}: {said}. Asking again in {}.", row.number, in_seconds(wait))),
                    );
                    pause(wait, stop, level).await;
                    self.note(row.number, None);
                }
            }
        }
    }

    /// Tells Encord to cancel a job. Whether that was in time, the next poll tells; if it failed, it is told again.
    async fn cancel(&self, number: u32, job: Uuid, cancelling: &mut Cancelling) -> Result<(), UserError> {
        let asked = Instant::now();
        let Err(error) = self.client.cancel_job(self.run.folder, job).await else {
            lock(&self.pace).succeeded(asked);
            cancelling.told = true;
            self.note(number, None);
            return Ok(());
        };
        match error.kind {
            Kind::RateLimited { retry_after } => self.refused(asked, retry_after),
            Kind::Unauthenticated | Kind::Forbidden => return Err(self.access_revoked(&error)),
            _ if is_passing(&error) => {
                cancelling.failures += 1;
                let wait = self.client.policy().backoff(cancelling.failures);
                cancelling.next = Instant::now() + wait;
                let (said, wait) = (error.message.trim_end_matches('.'), in_seconds(wait));
                self.note(number, Some(format!("Encord did not cancel job {number}: {said}. Trying again in {wait}.")));
            }
            // There is nothing to cancel any more.
            _ => cancelling.told = true,
        }
        Ok(())
    }

    /// Puts an answer on record; whether it was the last.
    fn take(&self, row: &mut BatchRow, status: &JobStatus, stopping: Stop) -> Result<bool, UserError> {
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
                if stopping != Stop::Abort {
                    row.message = Some("Cancelled in Encord, not from here.".to_owned());
                }
            }
            JobState::Pending | JobState::Unknown(_) => row.state = BatchState::Pending,
        }
        let is_last = row.state.is_final();
        if is_last {
            row.created = Some(status.items_created.min(row.done));
        }
        if is_last || row.errors != known_failures {
            let failed: Vec<FailedUnit> = status
                .unit_errors
                .iter()
                .map(|unit| FailedUnit {
                    batch: row.number,
                    object_urls: unit.object_urls.clone(),
                    error: unit.error.clone(),
                    subtask_uuid: unit.subtask_uuid.clone(),
                    action_description: unit.action_description.clone(),
                })
                .collect();
            self.save(row, Some(&failed))?;
            if is_last {
                self.abort_if_first_job_failed(row, &failed);
            }
        } else if *row != before {
            self.save(row, None)?;
        }
        Ok(is_last)
    }
}

/// Whether a failure may pass by itself. A certificate that is not accepted is not accepted the next time either.
pub(super) fn is_passing(error: &Error) -> bool {
    match error.kind {
        Kind::Server | Kind::Timeout | Kind::BadResponse => true,
        Kind::Unreachable => !error.message.contains("certificate"),
        _ => false,
    }
}

/// What is to be said while Encord has looked at everything and is not at the end yet.
fn linking(number: u32, status: &JobStatus) -> Option<String> {
    let finished = status.done + status.failed + status.cancelled;
    (!status.state.is_final() && status.pending == 0 && finished > 0)
        .then(|| format!("Job {number}: all items are processed; Encord is still linking them to the folder."))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn status(state: JobState, counts: [u64; 4]) -> JobStatus {
        let [pending, done, failed, cancelled] = counts;
        let (errors, unit_errors) = (Vec::new(), Vec::new());
        JobStatus { state, pending, done, failed, cancelled, errors, unit_errors, items_created: 0 }
    }

    #[test]
    fn only_a_job_that_has_looked_at_everything_and_is_not_at_its_end_is_said_to_be_linking() {
        for (state, counts, said) in [
            (JobState::Pending, [0, 9, 1, 0], true),
            (JobState::Unknown("LINKING".into()), [0, 10, 0, 0], true),
            (JobState::Pending, [1, 9, 0, 0], false),
            // Encord has not counted them yet.
            (JobState::Pending, [0, 0, 0, 0], false),
            (JobState::Done, [0, 10, 0, 0], false),
            (JobState::Cancelled, [0, 3, 0, 7], false),
        ] {
            assert_eq!(linking(4, &status(state.clone(), counts)).is_some(), said, "{state:?} {counts:?}");
        }
    }

    #[test]
    fn polls_are_held_no_longer_than_a_minute_and_ask_less_often_later() {
        let seconds = [0, 59, 60, 600, 86_400].map(|age| poll_seconds(Duration::from_secs(age)));
        assert_eq!(seconds, [1, 1, 5, 15, 15]);
    }
}
