//! Runs on disk: what was sent, what Encord answered, what failed. Everything is written before it is acted upon or shown.

pub(crate) mod causes;
pub(crate) mod folder_counts;
pub(crate) mod lock;
mod open;
pub(crate) mod overview;
pub(crate) mod pace;
pub(crate) mod record;
pub(crate) mod sync;
pub(crate) mod times;
mod versions;

#[cfg(test)]
pub(crate) mod tests;

use std::{collections::BTreeMap, path::Path};

use rusqlite::{Connection, params};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use crate::{
    manifest::{batch::Batch, data_items::JobOptions, kind::Kind},
    store::paths::Home,
};

pub(crate) use crate::run::{
    failed_unit::FailedUnit,
    new_run::NewRun,
    state::{BatchState, RunState},
};
pub(crate) use lock::RunLock;
pub(crate) use record::{BatchRow, RunRow, StoreError};
pub(crate) use sync::SyncRow;

/// The database of all runs, `runs.db` in the data directory.
#[derive(Debug)]
pub struct RunStore {
    connection: Connection,
    path: String,
}

impl RunStore {
    fn fault(&self, source: rusqlite::Error) -> StoreError {
        fault_at(&self.path, source)
    }

    /// Records a new run and its batches, all waiting.
    ///
    /// # Errors
    /// The database's.
    pub fn create(&mut self, run: &NewRun, batches: &[Batch]) -> Result<(), StoreError> {
        let path = self.path.clone();
        let fail = |source| fault_at(&path, source);
        let transaction = self.connection.transaction().map_err(fail)?;
        transaction
            .execute(
                "insert into run (id, config, domain, config_text, folder, folder_path, integration, ignore_errors,
                   skip_duplicate_urls, upsert_metadata, jobs_in_flight, state, started, despite, remote_url, sidecar, sync_state)
                 values (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,'running',?12,?13,?14,?15,?16)",
                params![
                    run.id,
                    run.config,
                    run.domain,
                    run.config_text,
                    run.folder.to_string(),
                    run.folder_path,
                    run.integration.to_string(),
                    run.options.ignore_errors,
                    run.options.skip_duplicate_urls,
                    run.options.upsert_metadata,
                    i64::try_from(run.jobs_in_flight).unwrap_or(i64::MAX),
                    now(),
                    serde_json::Value::from(run.despite.clone()).to_string(),
                    run.sync.as_ref().map(|sync| &sync.remote_url),
                    run.sync.as_ref().and_then(|sync| sync.sidecar.as_ref()),
                    run.sync.as_ref().map(|_| BatchState::Waiting.name()),
                ],
            )
            .map_err(fail)?;
        {
            let mut insert = transaction
                .prepare("insert into batch (run, number, kind, first, count, state) values (?1,?2,?3,?4,?5,'waiting')")
                .map_err(fail)?;
            for (batch, number) in batches.iter().zip(1u32..) {
                insert
                    .execute(params![run.id, number, batch.kind.name(), signed(batch.first), signed(batch.count)])
                    .map_err(fail)?;
            }
        }
        transaction.commit().map_err(fail)
    }

    /// All runs, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub fn runs(&self) -> Result<Vec<RunRow>, StoreError> {
        // Two runs may begin in the same second; rows are numbered as they come.
        self.select_runs("order by run.rowid", [])
    }

    /// One run.
    ///
    /// # Errors
    /// There is none of that id, or the database's.
    pub fn run(&self, id: &str) -> Result<RunRow, StoreError> {
        self.select_runs("where run.id = ?1", [id])?.pop().ok_or_else(|| StoreError::Unknown(id.to_owned()))
    }

    fn select_runs(&self, rest: &str, parameters: impl rusqlite::Params) -> Result<Vec<RunRow>, StoreError> {
        let query = format!(
            "select run.*, (select total(done) from batch where run = run.id) as done,
             (select total(errors) from batch where run = run.id) as failed,
             (select total(count) from batch where run = run.id) as items from run {rest}"
        );
        let read = || -> rusqlite::Result<Vec<_>> {
            let mut statement = self.connection.prepare(&query)?;
            let rows = statement.query_map(parameters, |row| {
                let sync = sync::read(row)?;
                let counts = sync.as_ref().map(|sync| sync.counts);
                let total = |name: &str| row.get(name).map(whole);
                Ok(RunRow {
                    run: NewRun {
                        id: row.get(0)?,
                        config: row.get(1)?,
                        domain: row.get(2)?,
                        config_text: row.get(3)?,
                        folder: parse_uuid(&row.get::<_, String>(4)?),
                        folder_path: row.get(5)?,
                        integration: parse_uuid(&row.get::<_, String>(6)?),
                        options: JobOptions {
                            ignore_errors: row.get(7)?,
                            skip_duplicate_urls: row.get(8)?,
                            upsert_metadata: row.get(9)?,
                        },
                        jobs_in_flight: usize::try_from(row.get::<_, i64>(10)?).unwrap_or(1),
                        despite: serde_json::from_str(&row.get::<_, String>(14)?).unwrap_or_default(),
                        sync: sync.as_ref().map(SyncRow::as_new),
                    },
                    state: RunState::from_name(&row.get::<_, String>(11)?),
                    started: row.get(12)?,
                    finished: row.get(13)?,
                    registered: counts.map_or_else(|| total("done"), |counts| Ok(counts.registered()))?,
                    failed: counts.map_or_else(|| total("failed"), |counts| Ok(counts.failed()))?,
                    items: counts.map_or_else(|| total("items"), |counts| Ok(counts.files()))?,
                    sync,
                })
            })?;
            rows.collect()
        };
        read().map_err(|source| self.fault(source))
    }

    /// A run's batches in order.
    ///
    /// # Errors
    /// The database's.
    pub fn batches(&self, run: &str) -> Result<Vec<BatchRow>, StoreError> {
        let read = || -> rusqlite::Result<Vec<_>> {
            let mut statement = self.connection.prepare(
                "select number, kind, first, count, state, job, done, errors, cancelled, message, created, resent
                 from batch where run = ?1 order by number",
            )?;
            let rows = statement.query_map([run], |row| {
                Ok(BatchRow {
                    number: row.get(0)?,
                    batch: Batch {
                        kind: Kind::from_name(&row.get::<_, String>(1)?).unwrap_or(Kind::Image),
                        first: unsigned(row.get(2)?),
                        count: unsigned(row.get(3)?),
                    },
                    state: BatchState::from_name(&row.get::<_, String>(4)?),
                    job: row.get::<_, Option<String>>(5)?.map(|text| parse_uuid(&text)),
                    done: unsigned(row.get(6)?),
                    errors: unsigned(row.get(7)?),
                    cancelled: unsigned(row.get(8)?),
                    message: row.get(9)?,
                    created: row.get::<_, Option<i64>>(10)?.map(unsigned),
                    resent: row.get(11)?,
                })
            })?;
            rows.collect()
        };
        read().map_err(|source| self.fault(source))
    }

    /// Records how a batch stands; `failed` replaces the failed units known so far of this batch.
    ///
    /// # Errors
    /// The database's.
    pub fn save_batch(&mut self, run: &str, row: &BatchRow, failed: Option<&[FailedUnit]>) -> Result<(), StoreError> {
        let path = self.path.clone();
        let fail = |source| fault_at(&path, source);
        let transaction = self.connection.transaction().map_err(fail)?;
        transaction
            .execute(
                "update batch set state = ?3, job = ?4, done = ?5, errors = ?6, cancelled = ?7, message = ?8, created = ?9, resent = ?10,
                   sent = case when ?3 in ('pending', 'done', 'error', 'cancelled') and ?4 is not null
                     then coalesce(sent, unixepoch('subsec')) end,
                   ended = case when ?3 in ('done', 'error', 'cancelled') and ?4 is not null
                     then coalesce(ended, unixepoch('subsec')) end
                 where run = ?1 and number = ?2",
                params![
                    run,
                    row.number,
                    row.state.name(),
                    row.job.map(|job| job.to_string()),
                    signed(row.done),
                    signed(row.errors),
                    signed(row.cancelled),
                    row.message,
                    row.created.map(signed),
                    row.resent,
                ],
            )
            .map_err(fail)?;
        if let Some(failed) = failed {
            transaction
                .execute("delete from failed_unit where run = ?1 and batch = ?2", params![run, row.number])
                .map_err(fail)?;
            let mut insert =
                transaction.prepare("insert into failed_unit values (?1,?2,?3,?4,?5,?6,?7)").map_err(fail)?;
            for unit in failed {
                insert
                    .execute(params![
                        run,
                        row.number,
                        serde_json::Value::from(unit.object_urls.clone()).to_string(),
                        unit.error,
                        unit.subtask_uuid,
                        unit.action_description,
                        unit.cause(),
                    ])
                    .map_err(fail)?;
            }
        }
        transaction.commit().map_err(fail)
    }

    /// Cuts a batch that Encord does not have in two, all at once: the batch keeps its number and the first half of its items,
    /// the rest becomes a batch with the next free number. Both wait, and both are returned; `None` where there is nothing to
    /// cut, with a batch of one item.
    ///
    /// # Errors
    /// The database's.
    pub fn halve_batch(&mut self, run: &str, row: &BatchRow) -> Result<Option<[BatchRow; 2]>, StoreError> {
        let Batch { kind, first, count } = row.batch;
        let kept = count.div_ceil(2);
        if kept == count {
            return Ok(None);
        }
        let path = self.path.clone();
        let fail = |source| fault_at(&path, source);
        let transaction = self.connection.transaction().map_err(fail)?;
        let number: u32 = transaction
            .query_row("select max(number) + 1 from batch where run = ?1", [run], |row| row.get(0))
            .map_err(fail)?;
        transaction
            .execute(
                "update batch set count = ?3, state = 'waiting', job = null, message = null where run = ?1 and number = ?2",
                params![run, row.number, signed(kept)],
            )
            .map_err(fail)?;
        transaction
            .execute(
                "insert into batch (run, number, kind, first, count, state, resent) values (?1,?2,?3,?4,?5,'waiting',?6)",
                params![run, number, kind.name(), signed(first + kept), signed(count - kept), row.resent],
            )
            .map_err(fail)?;
        transaction.commit().map_err(fail)?;
        let halves = [(row.number, first, kept), (number, first + kept, count - kept)];
        Ok(Some(halves.map(|(number, first, count)| BatchRow {
            resent: row.resent,
            ..BatchRow::waiting(number, Batch { kind, first, count })
        })))
    }

    /// A run's failed units in order, up to `limit` from `offset` on.
    ///
    /// # Errors
    /// The database's.
    pub fn failed_units(&self, run: &str, offset: u64, limit: u64) -> Result<Vec<FailedUnit>, StoreError> {
        self.select_failed(
            "where run = ?1 order by batch, rowid limit ?3 offset ?2",
            params![run, signed(offset), signed(limit)],
        )
    }

    /// All failed units of one batch.
    ///
    /// # Errors
    /// The database's.
    pub fn failed_units_of(&self, run: &str, batch: u32) -> Result<Vec<FailedUnit>, StoreError> {
        self.select_failed("where run = ?1 and batch = ?2 order by rowid", params![run, batch])
    }

    fn select_failed(&self, rest: &str, parameters: impl rusqlite::Params) -> Result<Vec<FailedUnit>, StoreError> {
        let read = || -> rusqlite::Result<Vec<_>> {
            let query = format!("select batch, urls, error, subtask, action from failed_unit {rest}");
            let mut statement = self.connection.prepare(&query)?;
            let rows = statement.query_map(parameters, |row| {
                Ok(FailedUnit {
                    batch: row.get(0)?,
                    object_urls: serde_json::from_str(&row.get::<_, String>(1)?).unwrap_or_default(),
                    error: row.get(2)?,
                    subtask_uuid: row.get(3)?,
                    action_description: row.get(4)?,
                })
            })?;
            rows.collect()
        };
        read().map_err(|source| self.fault(source))
    }

    /// How many failed units a run has on record, by batch.
    ///
    /// # Errors
    /// The database's.
    pub fn failed_counts(&self, run: &str) -> Result<BTreeMap<u32, u64>, StoreError> {
        let read = || -> rusqlite::Result<BTreeMap<_, _>> {
            let mut statement =
                self.connection.prepare("select batch, count(*) from failed_unit where run = ?1 group by batch")?;
            let rows = statement.query_map([run], |row| Ok((row.get(0)?, unsigned(row.get(1)?))))?;
            rows.collect()
        };
        read().map_err(|source| self.fault(source))
    }

    /// Records how a run stands, with the time of its end unless it is running.
    ///
    /// # Errors
    /// The database's.
    pub fn set_state(&mut self, run: &str, state: RunState) -> Result<(), StoreError> {
        let finished = (state != RunState::Running).then(now);
        self.connection
            .execute("update run set state = ?2, finished = ?3 where id = ?1", params![run, state.name(), finished])
            .map_err(|source| self.fault(source))?;
        Ok(())
    }

    /// Removes a run and its directory. The items stay in Encord.
    ///
    /// # Errors
    /// There is none of that id, or its files cannot be removed.
    pub fn forget(&mut self, home: &Home, id: &str) -> Result<(), StoreError> {
        self.run(id)?;
        let _lock = RunLock::take(home, id)?;
        self.connection.execute("delete from run where id = ?1", [id]).map_err(|source| self.fault(source))?;
        let dir = home.run(id);
        std::fs::remove_dir_all(&dir).map_err(|source| StoreError::File { path: dir.display().to_string(), source })
    }
}

fn fault_at(path: &str, source: rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    match open::note_damage(Path::new(&path), &source) {
        true => StoreError::Unreadable { path, source },
        false => StoreError::Database { path, source },
    }
}

fn now() -> String {
    let now = OffsetDateTime::now_utc();
    now.replace_nanosecond(0).unwrap_or(now).format(&Rfc3339).unwrap_or_default()
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// SQLite's `total` is a float so that it is never null; counts stay far below 2^53.
fn whole(number: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a sum of counts")]
    let whole = number as u64;
    whole
}

fn parse_uuid(text: &str) -> Uuid {
    Uuid::parse_str(text).unwrap_or_default()
}
