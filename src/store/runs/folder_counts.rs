//! How many items a run's folder held before and after it, as Encord counts, and whether that agrees with what the jobs say.

use rusqlite::params;
use serde::Serialize;

use crate::{
    format::{count, counted},
    store::runs::{RunStore, record::StoreError, signed, unsigned},
};

/// How many items a run's folder held, where Encord told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FolderCount {
    /// Before the first job was sent.
    pub before: Option<u64>,
    /// When all jobs were at their end.
    pub after: Option<u64>,
}

impl RunStore {
    /// Records how many items a run's folder held; what is not known leaves what is on record.
    ///
    /// # Errors
    /// The database's.
    pub fn set_folder_count(&mut self, run: &str, found: FolderCount) -> Result<(), StoreError> {
        self.connection
            .execute(
                "update run set held_before = coalesce(?2, held_before), held_after = coalesce(?3, held_after) where id = ?1",
                params![run, found.before.map(signed), found.after.map(signed)],
            )
            .map_err(|source| self.fault(source))?;
        Ok(())
    }

    /// How many items a run's folder held.
    ///
    /// # Errors
    /// The database's.
    pub fn folder_count(&self, run: &str) -> Result<FolderCount, StoreError> {
        let read = self.connection.query_row("select held_before, held_after from run where id = ?1", [run], |row| {
            let known = |place| row.get::<_, Option<i64>>(place).map(|number| number.map(unsigned));
            Ok(FolderCount { before: known(0)?, after: known(1)? })
        });
        read.map_err(|source| self.fault(source))
    }

    /// What is to be said where Encord's count of the folder does not agree with what the jobs of an ended run registered; none
    /// where it does, or where it is not known what should be.
    ///
    /// # Errors
    /// The database's.
    pub fn disagreement(&self, run: &str) -> Result<Option<String>, StoreError> {
        let FolderCount { before: Some(before), after: Some(after) } = self.folder_count(run)? else { return Ok(None) };
        let batches = self.batches(run)?;
        // What a job registered of which nothing came back is in the folder, but in no count.
        if batches.iter().any(|row| row.resent || !row.state.is_final()) {
            return Ok(None);
        }
        let created: u64 = batches.iter().filter_map(|row| row.created).sum();
        if before.checked_add(created) == Some(after) {
            return Ok(None);
        }
        Ok(Some(format!(
            "By Encord's own count the folder held {} before the run and {} after it, but the jobs say that they added {}. The \
             count may lag by some seconds, or others have added or removed items meanwhile; otherwise compare the folder with \
             the manifest.",
            counted(before, "item", "items"),
            count(after),
            count(created)
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        manifest::{batch::Batch, kind::Kind},
        run::state::BatchState,
        store::{paths::Home, runs::tests::new_run},
    };

    #[test]
    fn only_a_count_that_should_be_another_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = RunStore::open(&Home::below(dir.path())).unwrap();
        store.create(&new_run("a"), &[Batch { kind: Kind::Image, first: 0, count: 10 }]).unwrap();
        assert_eq!(store.folder_count("a").unwrap(), FolderCount::default());
        store.set_folder_count("a", FolderCount { before: Some(1000), after: None }).unwrap();
        assert_eq!(store.disagreement("a").unwrap(), None);
        let mut row = store.batches("a").unwrap().remove(0);
        (row.state, row.done, row.created) = (BatchState::Done, 10, Some(7));
        store.save_batch("a", &row, None).unwrap();
        for (after, resent, told) in
            [(1007, false, false), (1006, false, true), (1010, false, true), (1010, true, false)]
        {
            store.set_folder_count("a", FolderCount { before: None, after: Some(after) }).unwrap();
            store.save_batch("a", &crate::store::runs::record::BatchRow { resent, ..row.clone() }, None).unwrap();
            let said = store.disagreement("a").unwrap();
            assert_eq!(said.is_some(), told, "{said:?}");
            assert!(said.is_none_or(|said| said.contains("1,000 items before") && said.contains("added 7")));
        }
    }
}
