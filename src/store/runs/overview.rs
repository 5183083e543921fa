//! All runs at a glance, for lists.

use crate::{
    run::state::{BatchState, RunState},
    store::runs::{RunStore, record::StoreError, sync, unsigned},
};

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

/// What the index and the sums hold is all that is read: a run's config fills pages, and its jobs may be thousands.
const QUERY: &str = "
select run.id, run.config, run.folder_path, run.state, run.started, run.retry_of,
  coalesce(done, 0), coalesce(errors, 0), coalesce(count, 0), coalesce(open, 0), run.sync_state, run.sync_counts,
  coalesce(cancelled, 0)
from run left join run_sums on run_sums.run = run.id order by +run.rowid desc";

impl RunStore {
    /// All runs, newest first, in one query: configs, batches and failed units are not read.
    ///
    /// # Errors
    /// The database's.
    pub fn glance(&self) -> Result<Vec<RunGlance>, StoreError> {
        let read = || -> rusqlite::Result<Vec<_>> {
            let mut statement = self.connection.prepare(QUERY)?;
            let rows = statement.query_map([], |row| {
                let counts = sync::read_counts(row)?;
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
                    cancelled: counts.map_or_else(|| number(12), |counts| Ok(counts.cancelled()))?,
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
        manifest::{batch::Batch, kind::Kind},
        run::{new_run::NewSync, sync_counts::SyncCounts},
        store::{paths::Home, runs::tests::new_run},
    };

    fn sums(store: &RunStore, table: &str) -> Vec<(String, [i64; 5])> {
        let mut statement = store.connection.prepare(table).unwrap();
        let rows = statement
            .query_map([], |row| Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?])));
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }

    const KEPT: &str = "select run, done, errors, cancelled, count, open from run_sums order by run";
    const SUMMED: &str = "select run, sum(done), sum(errors), sum(cancelled), sum(count),
        sum(state not in ('done', 'error', 'cancelled')) from batch group by run order by run";

    #[test]
    fn what_is_kept_of_the_batches_is_what_they_sum_up_to() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        let mut store = RunStore::open(&home).unwrap();
        let batches: Vec<Batch> = (0..4).map(|n| Batch { kind: Kind::Image, first: n * 10, count: 10 }).collect();
        for id in ["a", "b"] {
            store.create(&new_run(id), &batches).unwrap();
        }
        let states = [
            BatchState::Sending,
            BatchState::Pending,
            BatchState::Error,
            BatchState::Waiting,
            BatchState::Cancelled,
            BatchState::Done,
        ];
        for (turn, state) in states.into_iter().cycle().take(40).enumerate() {
            let mut row = store.batches("a").unwrap().swap_remove(turn * 7 % 4);
            (row.state, row.done, row.errors) = (state, turn as u64 % 8, turn as u64 % 3);
            row.cancelled = turn as u64 % 5;
            store.save_batch("a", &row, None).unwrap();
            if turn % 13 == 0 {
                store.halve_batch("b", &store.batches("b").unwrap()[turn % 4]).unwrap();
            }
            assert_eq!(sums(&store, KEPT), sums(&store, SUMMED), "after {turn}");
        }
        store.connection.execute("delete from batch where run = 'b' and number = 2", []).unwrap();
        assert_eq!(sums(&store, KEPT), sums(&store, SUMMED));
        std::fs::create_dir_all(home.run("a")).unwrap();
        store.forget(&home, "a").unwrap();
        assert_eq!(sums(&store, KEPT), sums(&store, SUMMED));
        assert_eq!(sums(&store, KEPT).len(), 1);
    }

    #[test]
    fn neither_configs_nor_batches_are_read_for_a_glance() {
        let dir = tempfile::tempdir().unwrap();
        let store = RunStore::open(&Home::below(dir.path())).unwrap();
        let mut plan = store.connection.prepare(&format!("explain query plan {QUERY}")).unwrap();
        let plan: Vec<String> = plan.query_map([], |row| row.get(3)).unwrap().collect::<Result<_, _>>().unwrap();
        assert!(plan.iter().any(|line| line == "SCAN run USING COVERING INDEX run_glance"), "{plan:?}");
        assert!(plan.iter().any(|line| line.starts_with("SEARCH run_sums USING PRIMARY KEY")), "{plan:?}");
        assert!(plan.iter().all(|line| !line.contains("batch")), "{plan:?}");
    }

    #[test]
    fn a_glance_tells_what_the_rows_tell() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = RunStore::open(&Home::below(dir.path())).unwrap();
        assert_eq!(store.glance().unwrap(), []);
        let batches = [0, 10].map(|first| Batch { kind: Kind::Image, first, count: 10 });
        store.create(&new_run("a"), &batches).unwrap();
        store.create(&new_run("b"), &batches).unwrap();
        let mirror = NewSync { remote_url: "https://a/b/".into(), sidecar: None };
        store.create(&crate::run::new_run::NewRun { sync: Some(mirror), ..new_run("c") }, &[]).unwrap();
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
