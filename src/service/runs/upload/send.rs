//! Sending one batch as a job.

use std::{sync::atomic::Ordering, time::Duration};

use bytes::Bytes;
use tokio::{sync::watch, time::Instant};
use uuid::Uuid;

use crate::{
    encord::error::{Error, Kind},
    error::UserError,
    manifest::data_items,
    run::state::BatchState,
    service::{
        problems::{disk_problem, encord_problem, store_problem},
        runs::upload::{Shared, Stop, follow::is_passing, lock, pause},
    },
    store::runs::record::BatchRow,
};

/// Failures in a row until the run stops: at the longest pause, about ten minutes.
const TRIES: u32 = 25;
/// Of those, after which Encord may have the job all the same. Each leaves a job behind that finds nothing to do or whose
/// place the next one takes.
const UNKNOWN_TRIES: u32 = 8;

/// What became of a batch that was to be sent.
pub(super) enum Sent {
    /// Encord has it as this job.
    Job(Uuid),
    /// These are to be sent instead, when it is their turn.
    Later(Vec<BatchRow>),
    /// Nothing more happens to it now: it was refused for good, or the run was told to stop.
    Nothing,
}

impl Shared {
    /// Starts the job.
    pub(super) async fn send(&self, row: &mut BatchRow, stop: &mut watch::Receiver<Stop>) -> Result<Sent, UserError> {
        let resendable = self.run.options.skip_duplicate_urls;
        if row.state == BatchState::Sending && !resendable {
            return Err(self.unknown_outcome(row, None));
        }
        self.gate(stop, Stop::Drain).await;
        let body = self.body(row).await?;
        if body.len() >= self.too_large.load(Ordering::Relaxed)
            && let Some(halves) = self.halve(row)?
        {
            return Ok(Sent::Later(halves));
        }
        let (mut tries, mut unknown) = (0, 0);
        loop {
            self.gate(stop, Stop::Drain).await;
            if *stop.borrow() != Stop::No || self.has_failed() {
                return Ok(Sent::Nothing);
            }
            if self.leads.hold.is_set() {
                return Ok(Sent::Later(vec![row.clone()]));
            }
            row.resent |= row.state == BatchState::Sending;
            row.state = BatchState::Sending;
            self.save(row, None)?;
            let asked = Instant::now();
            // Not cut off by a stop: what was sent is finished and put on record.
            let error = match self.client.create_job(self.run.folder, body.clone()).await {
                Ok(job) => {
                    lock(&self.pace).succeeded(asked);
                    self.accepted.store(true, Ordering::Relaxed);
                    row.job = Some(job);
                    row.state = BatchState::Pending;
                    row.message = None;
                    self.save(row, None).map_err(|mut problem| {
                        // With it the user can find the job in Encord, which nothing else knows any more.
                        problem.summary += &format!(" Encord has job {} as {job}, which is not on record.", row.number);
                        problem
                    })?;
                    return Ok(Sent::Job(job));
                }
                Err(error) => error,
            };
            if error.outcome_unknown {
                if !resendable {
                    return Err(self.unknown_outcome(row, Some(&error)));
                }
                unknown += 1;
            } else if !row.resent {
                row.state = BatchState::Waiting;
                self.save(row, None)?;
            }
            tries += 1;
            match error.kind {
                Kind::RateLimited { retry_after } => {
                    self.refused(asked, retry_after);
                    return Ok(Sent::Later(vec![row.clone()]));
                }
                Kind::TooLarge => {
                    self.too_large.fetch_min(body.len(), Ordering::Relaxed);
                    return match self.halve(row)? {
                        Some(halves) => Ok(Sent::Later(halves)),
                        None => self.refuse(row, &error),
                    };
                }
                // This batch is refused as it is; others may still do.
                Kind::Invalid => return self.refuse(row, &error),
                Kind::Unauthenticated | Kind::Forbidden => return Err(self.access_revoked(&error)),
                _ if is_passing(&error) && tries < TRIES && unknown < UNKNOWN_TRIES => {
                    let wait = self.client.policy().backoff(tries);
                    let said = error.message.trim_end_matches('.');
                    let note = format!("Job {}: {said}. Trying again in {}.", row.number, in_seconds(wait));
                    self.note(row.number, Some(note));
                    pause(wait, stop, Stop::Drain).await;
                    self.note(row.number, None);
                }
                _ => return Err(self.resumable(encord_problem(&error))),
            }
        }
    }

    /// A batch that Encord does not take.
    fn refuse(&self, row: &mut BatchRow, error: &Error) -> Result<Sent, UserError> {
        row.state = BatchState::Error;
        row.errors = row.batch.count;
        let hint = error.hint().map(|hint| format!(" {hint}")).unwrap_or_default();
        row.message = Some(format!("{}{hint}", error.message));
        self.save(row, None)?;
        self.abort_if_first_job_failed(row, &[]);
        Ok(Sent::Nothing)
    }

    /// Puts two halves in a batch's place; `None` where it holds a single item.
    fn halve(&self, row: &BatchRow) -> Result<Option<Vec<BatchRow>>, UserError> {
        let halves = lock(&self.store).halve_batch(&self.run.id, row);
        let halves = halves.map_err(|error| self.resumable(store_problem(&error)))?;
        let Some([kept, rest]) = halves else { return Ok(None) };
        {
            let mut board = lock(&self.board);
            board.put(kept.clone(), None);
            board.add(rest.clone());
        }
        self.changed.notify_one();
        Ok(Some(vec![kept, rest]))
    }

    /// The request's body. It is built when the job's turn comes, so that only jobs in flight are held in memory.
    async fn body(&self, row: &BatchRow) -> Result<Bytes, UserError> {
        let (manifest, batch, integration, options) =
            (self.manifest.clone(), row.batch, self.run.integration, self.run.options);
        let building = tokio::task::spawn_blocking(move || -> std::io::Result<Vec<u8>> {
            let items = manifest.items()?.read(batch.first, batch.count)?;
            if items.len() as u64 != batch.count {
                return Err(std::io::Error::other("the manifest is shorter than the run expects"));
            }
            Ok(data_items::job_body(&items, integration, options)?)
        });
        let built = building.await.map_err(|error| UserError::other(format!("Building a job broke off: {error}.")))?;
        built.map(Bytes::from).map_err(|error| disk_problem("read the manifest of the run", &error))
    }
}

/// A pause in words, never "0 s".
pub(crate) fn in_seconds(wait: Duration) -> String {
    format!("{} s", wait.as_secs_f64().ceil().max(1.0))
}
