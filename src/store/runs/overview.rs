//! All runs at a glance, for lists.

use super::{BatchState, RunState, RunStore, StoreError, sync, unsigned};

/// What a list tells of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunGlance {
    /// Its id.
    pub id: String,
    /// What its config was called.
    pub config: String,
    /// The destination's path.
    pub folder: String,
    /// How it stands on record.
    pub state: RunState,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// Units registered.
    pub registered: u64,
    /// Units failed.
    pub failed: u64,
    /// Units cancelled.
    pub cancelled: u64,
    /// Items in all.
    pub items: u64,
    /// Something of it is not at its end.
    pub is_open: bool,
    /// The run whose failures it registers again.
    pub retry_of: Option<String>,
}

/// One pass over the batches, whatever the number of runs.
const QUERY: &str = "
with sums as (
  select run, sum(done) as done, sum(errors) as failed, sum(cancelled) as cancelled, sum(count) as items,
    sum(state not in ('done', 'error', 'cancelled')) as open
  from batch group by run
)
select run.id, run.config, run.folder_path, run.state, run.started, run.retry_of,
  coalesce(sums.done, 0), coalesce(sums.failed, 0), coalesce(sums.items, 0), coalesce(sums.open, 0),
  remote_url, sidecar, sync_state, sync_job, sync_counts, sync_message, coalesce(sums.cancelled, 0)
from run left join sums on sums.run = run.id order by run.rowid desc";

impl RunStore {
    /// All runs, newest first, in one query: configs, batches and failed units are not read.
    ///
    /// # Errors
    /// The database's.
    pub fn glance(&self) -> Result<Vec<RunGlance>, StoreError> {
        let read = || -> rusqlite::Result<Vec<_>> {
            let mut statement = self.connection.prepare(QUERY)?;
            let rows = statement.query_map([], |row| {
                let counts = sync::read(row)?.map(|sync| sync.counts);
                let number = |place| row.get(place).map(unsigned);
                Ok(RunGlance {
                    id: row.get(0)?,
                    config: row.get(1)?,
                    folder: row.get(2)?,
                    state: RunState::from_name(&row.get::<_, String>(3)?),
                    started: row.get(4)?,
                    retry_of: row.get(5)?,
                    registered: counts.map_or_else(|| number(6), |counts| Ok(counts.registered()))?,
                    failed: counts.map_or_else(|| number(7), |counts| Ok(counts.failed()))?,
                    cancelled: counts.map_or_else(|| number(16), |counts| Ok(counts.cancelled()))?,
                    items: counts.map_or_else(|| number(8), |counts| Ok(counts.files()))?,
                    is_open: counts
                        .map(|counts| counts.state)
                        .map_or_else(|| number(9).map(|open| open > 0), |state: BatchState| Ok(!state.is_final()))?,
                })
            })?;
            rows.collect()
        };
        read().map_err(|source| self.fault(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        manifest::{Kind, batch::Batch},
        store::{Home, NewSync, SyncCounts, runs::tests::new_run},
    };

    #[test]
    fn a_glance_tells_what_the_rows_tell() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = RunStore::open(&Home::below(dir.path())).unwrap();
        assert_eq!(store.glance().unwrap(), []);
        let batches = [0, 10].map(|first| Batch { kind: Kind::Image, first, count: 10 });
        store.create(&new_run("a"), &batches).unwrap();
        store.create(&new_run("b"), &batches).unwrap();
        let mirror = NewSync { remote_url: "https://a/b/".into(), sidecar: None };
        store.create(&super::super::NewRun { sync: Some(mirror), ..new_run("c") }, &[]).unwrap();
        store.set_retry_of("b", "a").unwrap();
        for mut row in store.batches("b").unwrap() {
            (row.state, row.done, row.errors) = (BatchState::Done, 7, 3);
            store.save_batch("b", &row, None).unwrap();
        }
        store.set_state("b", RunState::DoneWithErrors).unwrap();
        let counts = SyncCounts { state: BatchState::Pending, units: [1, 20, 3, 0], ..SyncCounts::default() };
        store.save_sync("c", &counts, None).unwrap();
        let found = store.glance().unwrap();
        assert_eq!(found.iter().map(|run| run.id.as_str()).collect::<Vec<_>>(), ["c", "b", "a"]);
        for (run, row) in found.iter().rev().zip(store.runs().unwrap()) {
            let told = (&run.config, &run.folder, run.state, &run.started, run.registered, run.failed, run.items);
            let wanted =
                (&row.run.config, &row.run.folder_path, row.state, &row.started, row.registered, row.failed, row.items);
            assert_eq!(told, wanted);
        }
        assert_eq!(found.iter().map(|run| run.is_open).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!(found[1].retry_of.as_deref(), Some("a"));
        store.save_sync("c", &SyncCounts { state: BatchState::Done, ..counts }, None).unwrap();
        assert!(!store.glance().unwrap()[0].is_open);
    }
}
