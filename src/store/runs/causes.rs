//! The failures of a run by their cause.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde::Serialize;

use crate::{
    run::{error_grouping, failed_unit::FailedUnit, state::BatchState},
    store::runs::{RunStore, record::StoreError, signed, unsigned},
};

/// Units that failed for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// Encord's words, without what names single files.
    pub cause: String,
    /// How many units.
    pub units: u64,
    /// What to do about it, where that is known.
    pub hint: Option<&'static str>,
    /// Encord's advice with the first of them.
    pub advice: Option<String>,
    /// A URL of the first of them, where Encord named one.
    pub example: Option<String>,
    /// The first one's id to quote to Encord's support.
    pub subtask_uuid: Option<String>,
}

/// Gives what failed under earlier versions its cause.
pub(super) fn fill(connection: &Connection) -> rusqlite::Result<()> {
    let mut rows = connection.prepare("select rowid, error, urls from failed_unit")?;
    let mut update = connection.prepare("update failed_unit set cause = ?2 where rowid = ?1")?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let (error, urls): (String, String) = (row.get(1)?, row.get(2)?);
        let urls: Vec<String> = serde_json::from_str(&urls).unwrap_or_default();
        update.execute(params![row.get::<_, i64>(0)?, error_grouping::normalize(&error, &urls)])?;
    }
    Ok(())
}

impl RunStore {
    /// Why units of a run failed, the most frequent cause first. Units of which Encord only says that their job failed count
    /// with the job's cause.
    ///
    /// # Errors
    /// The database's.
    pub fn causes(&self, run: &str) -> Result<Vec<Cause>, StoreError> {
        let mut causes = self.named_causes(run).map_err(|source| self.fault(source))?;
        let named = self.failed_counts(run)?;
        let mut others: BTreeMap<String, u64> = BTreeMap::new();
        for row in self.batches(run)? {
            let unnamed = row.errors.saturating_sub(named.get(&row.number).copied().unwrap_or_default());
            if unnamed > 0 && row.state.is_final() && row.state != BatchState::Cancelled {
                *others.entry(row.cause()).or_default() += unnamed;
            }
        }
        for (cause, units) in others {
            match causes.iter_mut().find(|known| known.cause == cause) {
                Some(known) => known.units += units,
                None => causes.push(Cause {
                    hint: error_grouping::hint(&cause),
                    cause,
                    units,
                    advice: None,
                    example: None,
                    subtask_uuid: None,
                }),
            }
        }
        causes.sort_by(|one, other| other.units.cmp(&one.units).then_with(|| one.cause.cmp(&other.cause)));
        Ok(causes)
    }

    fn named_causes(&self, run: &str) -> rusqlite::Result<Vec<Cause>> {
        // The index alone answers the inner query.
        let mut statement = self.connection.prepare(
            "select found.cause, found.units, unit.urls, unit.subtask, unit.action
             from (select cause, count(*) as units, min(rowid) as first from failed_unit where run = ?1 group by cause) found
             join failed_unit unit on unit.rowid = found.first",
        )?;
        let rows = statement.query_map([run], |row| {
            let cause: String = row.get(0)?;
            let urls: Vec<String> = serde_json::from_str(&row.get::<_, String>(2)?).unwrap_or_default();
            Ok(Cause {
                hint: error_grouping::hint(&cause),
                cause,
                units: unsigned(row.get(1)?),
                advice: row.get::<_, Option<String>>(4)?.filter(|text| !text.is_empty()),
                example: urls.into_iter().next(),
                subtask_uuid: row.get(3)?,
            })
        })?;
        rows.collect()
    }

    /// A run's failed units of one cause in order, up to `limit` from `offset` on.
    ///
    /// # Errors
    /// The database's.
    pub fn failed_units_by(
        &self,
        run: &str,
        cause: &str,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<FailedUnit>, StoreError> {
        self.select_failed(
            "where run = ?1 and cause = ?4 order by rowid limit ?3 offset ?2",
            params![run, signed(offset), signed(limit), cause],
        )
    }

    /// How many failed units of one cause a run has on record.
    ///
    /// # Errors
    /// The database's.
    pub fn failed_count_by(&self, run: &str, cause: &str) -> Result<u64, StoreError> {
        let counted = self.connection.query_row(
            "select count(*) from failed_unit where run = ?1 and cause = ?2",
            [run, cause],
            |row| row.get(0),
        );
        counted.map(unsigned).map_err(|source| self.fault(source))
    }

    /// Records which run a run is a retry of.
    ///
    /// # Errors
    /// The database's.
    pub fn set_retry_of(&mut self, run: &str, of: &str) -> Result<(), StoreError> {
        self.connection
            .execute("update run set retry_of = ?2 where id = ?1", params![run, of])
            .map_err(|source| self.fault(source))?;
        Ok(())
    }

    /// The run that this one is a retry of, and those that are retries of this one.
    ///
    /// # Errors
    /// The database's.
    pub fn retries(&self, run: &str) -> Result<(Option<String>, Vec<String>), StoreError> {
        let read = || -> rusqlite::Result<_> {
            let of = self.connection.query_row("select retry_of from run where id = ?1", [run], |row| row.get(0))?;
            let mut statement = self.connection.prepare("select id from run where retry_of = ?1 order by rowid")?;
            let by = statement.query_map([run], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            Ok((of, by))
        };
        read().map_err(|source| self.fault(source))
    }

    /// How long the jobs of a run took, in seconds, by batch; those that have ended and of which it is known.
    ///
    /// # Errors
    /// The database's.
    pub fn durations(&self, run: &str) -> Result<BTreeMap<u32, f64>, StoreError> {
        let read = || -> rusqlite::Result<BTreeMap<_, _>> {
            let mut statement = self.connection.prepare(
                "select number, ended - sent from batch where run = ?1 and ended is not null and sent is not null",
            )?;
            let rows = statement.query_map([run], |row| Ok((row.get(0)?, row.get::<_, f64>(1)?.max(0.0))))?;
            rows.collect()
        };
        read().map_err(|source| self.fault(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        manifest::{batch::Batch, kind::Kind},
        store::{paths::Home, runs::tests::new_run},
    };

    #[test]
    fn failures_are_counted_by_cause_with_those_of_whole_jobs() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = RunStore::open(&Home::below(dir.path())).unwrap();
        let batches = [0, 3000].map(|first| Batch { kind: Kind::Image, first, count: 3000 });
        store.create(&new_run("a"), &batches).unwrap();
        let [mut one, mut other] = [0, 1].map(|place| store.batches("a").unwrap().remove(place));
        let failed: Vec<FailedUnit> = (0..3000)
            .map(|n| FailedUnit {
                batch: 1,
                object_urls: vec![format!("https://u/{n}.jpg")],
                error: match n % 3 {
                    0 => format!("Object not found: https://u/{n}.jpg"),
                    _ => format!("403 for https://u/{n}.jpg"),
                },
                subtask_uuid: Some(format!("s{n}")),
                action_description: Some(String::new()),
            })
            .collect();
        (one.errors, one.state, one.job) = (3000, BatchState::Done, Some(uuid::Uuid::from_u128(1)));
        store.save_batch("a", &one, Some(&failed)).unwrap();
        (other.errors, other.state) = (3000, BatchState::Error);
        other.message = Some("403 for https://u/x".into());
        store.save_batch("a", &other, None).unwrap();
        let causes = store.causes("a").unwrap();
        let told: Vec<_> = causes.iter().map(|cause| (cause.cause.as_str(), cause.units)).collect();
        assert_eq!(told, [("403 for …", 5000), ("Object not found: …", 1000)]);
        assert!(causes.iter().all(|cause| cause.hint.is_some() && cause.advice.is_none()));
        assert_eq!(causes[1].example.as_deref(), Some("https://u/0.jpg"));
        let units = store.failed_units_by("a", "Object not found: …", 998, 10).unwrap();
        assert_eq!(units, [failed[2994].clone(), failed[2997].clone()]);
        // Of the refused job there never was one in Encord.
        assert_eq!(store.durations("a").unwrap().into_keys().collect::<Vec<_>>(), [1]);
        let plan: String = store
            .connection
            .query_row(
                "explain query plan select cause, count(*), min(rowid) from failed_unit where run = 'a' group by cause",
                [],
                |row| row.get(3),
            )
            .unwrap();
        assert!(plan.contains("COVERING INDEX failed_unit_cause"), "{plan}");
    }

    #[test]
    fn what_failed_under_an_earlier_version_gets_its_cause() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        std::fs::create_dir_all(home.data()).unwrap();
        let old = Connection::open(home.data().join("runs.db")).unwrap();
        for step in &crate::store::runs::versions::STEPS[..4] {
            old.execute_batch(step).unwrap();
        }
        old.execute_batch(
            "insert into run (id, config, domain, config_text, folder, folder_path, integration, ignore_errors, skip_duplicate_urls,
               upsert_metadata, jobs_in_flight, state, started) values ('old','c','d','version = 1','f','p','i',1,1,0,2,'done','t');
             insert into failed_unit values ('old', 1, '[\"https://u/a b.jpg\"]', 'Gone: https://u/a b.jpg', null, null);
             pragma user_version = 4;",
        )
        .unwrap();
        drop(old);
        let causes = RunStore::open(&home).unwrap().causes("old").unwrap();
        assert_eq!((causes[0].cause.as_str(), causes[0].units), ("Gone: …", 1));
    }
}
