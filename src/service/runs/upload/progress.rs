//! Where all batches of a run stand, and how fast it goes.

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use crate::{
    run::state::BatchState,
    service::runs::upload::{
        failure_counts::{CauseIds, Counts, FailureCounts, counted},
        pause::PauseFlag,
        throughput::Throughput,
    },
    store::runs::{
        RunStore,
        causes::Cause,
        record::{BatchRow, StoreError},
        times::JobTimes,
    },
    wizard::progress::snapshot::{JobRow, Snapshot},
};

/// What is said while the user holds new jobs back.
const PAUSED: &str = "Paused: no new jobs are sent. Those that Encord has go on.";

/// What is on record of the batches of a run.
#[derive(Debug, Default)]
pub(crate) struct StoredBatches {
    rows: Vec<BatchRow>,
    /// How many failed units are on record, by batch.
    failed_rows: BTreeMap<u32, u64>,
    times: BTreeMap<u32, JobTimes>,
    causes: Vec<Cause>,
    /// Why units of batches that are not at their end failed.
    open: BTreeMap<u32, Counts>,
}

impl StoredBatches {
    /// Reads the record of a run.
    pub(crate) fn read(store: &RunStore, run: &str) -> Result<StoredBatches, StoreError> {
        let rows = store.batches(run)?;
        let failed_rows = store.failed_counts(run)?;
        let mut open = BTreeMap::new();
        for row in rows.iter().filter(|row| !row.state.is_final() && failed_rows.contains_key(&row.number)) {
            open.insert(row.number, counted(&store.failed_units_of(run, row.number)?));
        }
        let causes = if failed_rows.is_empty() && rows.iter().all(|row| row.errors == 0) {
            Vec::new()
        } else {
            store.causes(run)?
        };
        Ok(StoredBatches { failed_rows, times: store.job_times(run)?, causes, open, rows })
    }
}

/// What a front end and the work on runs share.
#[derive(Debug, Clone, Default)]
pub(crate) struct Leads {
    /// Holds new jobs back.
    pub(crate) hold: PauseFlag,
    /// Names the causes of failures.
    pub(crate) names: CauseIds,
}

/// The batches of a run as they are on disk.
#[derive(Debug)]
pub(crate) struct BatchProgress {
    rows: Vec<BatchRow>,
    failed_rows: BTreeMap<u32, u64>,
    times: BTreeMap<u32, JobTimes>,
    tally: FailureCounts,
    /// Whether what is not new was skipped, not registered a second time.
    skips: bool,
    notes: BTreeMap<u32, String>,
    tempo: Throughput,
}

impl BatchProgress {
    /// `skips` is whether duplicate URLs are skipped.
    pub(crate) fn new(record: StoredBatches, skips: bool) -> BatchProgress {
        let finished = record.rows.iter().map(|row| row.batch.count - row.open()).sum();
        let mut board = BatchProgress {
            rows: Vec::new(),
            failed_rows: BTreeMap::new(),
            times: BTreeMap::new(),
            tally: FailureCounts::default(),
            skips,
            notes: BTreeMap::new(),
            tempo: Throughput::new(finished),
        };
        board.refresh(record);
        board
    }

    /// Takes over what is on record, whoever wrote it.
    pub(crate) fn refresh(&mut self, record: StoredBatches) {
        self.tally = FailureCounts::new(record.causes, record.open);
        (self.rows, self.failed_rows, self.times) = (record.rows, record.failed_rows, record.times);
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &BatchRow> {
        self.rows.iter()
    }

    /// The batches that are not at their end: first those that Encord has.
    pub(super) fn open_rows(&self) -> Vec<BatchRow> {
        let mut open: Vec<BatchRow> = self.rows.iter().filter(|row| !row.state.is_final()).cloned().collect();
        open.sort_by_key(|row| (row.state != BatchState::Pending, row.number));
        open
    }

    /// Whether nothing has been sent yet.
    pub(super) fn is_new(&self) -> bool {
        self.rows.iter().all(|row| row.state == BatchState::Waiting && !row.resent)
    }

    pub(super) fn all_final(&self) -> bool {
        self.rows.iter().all(|row| row.state.is_final())
    }

    /// A batch stands like this now; `named` counts its failed units by cause where they have changed.
    pub(super) fn put(&mut self, row: BatchRow, named: Option<Counts>) {
        if let Some(named) = &named {
            self.failed_rows.insert(row.number, named.values().sum());
        }
        // As the store has it.
        match row.job {
            Some(_) if row.state.is_final() || row.state == BatchState::Pending => {
                let times = self.times.entry(row.number).or_default();
                times.sent.get_or_insert_with(seconds_now);
                if row.state.is_final() {
                    times.ended.get_or_insert_with(seconds_now);
                }
            }
            _ => {
                self.times.remove(&row.number);
            }
        }
        self.tally.put(&row, named);
        if let Some(known) = self.rows.iter_mut().find(|known| known.number == row.number) {
            *known = row;
        }
    }

    /// A batch that was not there before; numbers only grow.
    pub(super) fn add(&mut self, row: BatchRow) {
        self.rows.push(row);
    }

    /// What a batch waits for, and whether that changed. The lowest number's is shown.
    pub(super) fn note(&mut self, number: u32, note: Option<String>) -> bool {
        match note {
            Some(note) => self.notes.insert(number, note.clone()) != Some(note),
            None => self.notes.remove(&number).is_some(),
        }
    }

    /// The numbers now. `paused` is whether new jobs are held back.
    pub(crate) fn snapshot(&mut self, names: &CauseIds, paused: bool) -> Snapshot {
        let note = if paused { Some(PAUSED.to_owned()) } else { self.notes.values().next().cloned() };
        let mut snapshot = Snapshot {
            failed_rows: self.failed_rows.values().sum(),
            causes: self.tally.rows(names),
            note,
            paused,
            ..Snapshot::default()
        };
        let now = seconds_now();
        for row in &self.rows {
            snapshot.total += row.batch.count;
            snapshot.done += row.done;
            snapshot.errors += row.errors;
            snapshot.cancelled += row.cancelled;
            snapshot.already += if self.skips { row.already_there() } else { 0 };
            snapshot.jobs.push(JobRow {
                batch: row.number,
                job: row.job,
                kind: row.batch.kind,
                state: row.state,
                count: row.batch.count,
                done: row.done,
                errors: row.errors,
                cancelled: row.cancelled,
                age: self.times.get(&row.number).and_then(|times| times.age(now)),
                message: row.message.clone(),
            });
        }
        snapshot.linking = snapshot.total > 0 && snapshot.finished() == snapshot.total && !self.all_final();
        self.tempo.take(&mut snapshot);
        snapshot
    }
}

/// Seconds since 1970.
pub(crate) fn seconds_now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{batch::Batch, kind::Kind};

    fn row(number: u32, state: BatchState) -> BatchRow {
        BatchRow { state, ..BatchRow::waiting(number, Batch { kind: Kind::Image, first: 0, count: 10 }) }
    }

    fn board_of(rows: Vec<BatchRow>, skips: bool) -> BatchProgress {
        BatchProgress::new(StoredBatches { rows, ..StoredBatches::default() }, skips)
    }

    fn snapshot(board: &mut BatchProgress) -> Snapshot {
        board.snapshot(&CauseIds::default(), false)
    }

    #[test]
    fn failures_on_record_are_not_counted_again_when_a_run_is_resumed() {
        let rows = vec![row(1, BatchState::Done), row(2, BatchState::Pending)];
        let record = StoredBatches { rows, failed_rows: BTreeMap::from([(1, 3), (2, 2)]), ..StoredBatches::default() };
        let mut board = BatchProgress::new(record, true);
        assert_eq!(snapshot(&mut board).failed_rows, 5);
        let known = BatchRow { errors: 4, done: 6, state: BatchState::Done, ..row(2, BatchState::Done) };
        board.put(known, Some(Counts::from([("Gone".to_owned(), 4)])));
        let snapshot = snapshot(&mut board);
        assert_eq!((snapshot.failed_rows, snapshot.errors, snapshot.done, snapshot.total), (7, 4, 6, 20));
    }

    #[test]
    fn a_run_links_when_all_units_are_finished_and_a_job_is_not() {
        let pending = BatchRow { done: 9, errors: 1, ..row(2, BatchState::Pending) };
        let ended = BatchRow { done: 10, ..row(1, BatchState::Done) };
        assert!(snapshot(&mut board_of(vec![ended.clone(), pending.clone()], true)).linking);
        let working = BatchRow { done: 8, ..pending.clone() };
        assert!(!snapshot(&mut board_of(vec![ended.clone(), working], true)).linking);
        assert!(!snapshot(&mut board_of(vec![ended, BatchRow { state: BatchState::Done, ..pending }], true)).linking);
        assert!(!snapshot(&mut board_of(Vec::new(), true)).linking);
    }

    #[test]
    fn a_job_has_an_age_from_the_moment_that_encord_takes_it_to_its_end() {
        let job = |state| BatchRow { job: Some(uuid::Uuid::from_u128(1)), ..row(1, state) };
        let times = BTreeMap::from([(1, JobTimes { sent: Some(seconds_now() - 100.0), ended: None })]);
        let mut board = BatchProgress::new(
            StoredBatches { rows: vec![job(BatchState::Pending)], times, ..StoredBatches::default() },
            true,
        );
        let age = |board: &mut BatchProgress| snapshot(board).jobs[0].age;
        assert!(age(&mut board).is_some_and(|age| age >= 100));
        board.put(job(BatchState::Done), None);
        let ended = age(&mut board);
        assert!(ended.is_some_and(|age| age >= 100));
        // As if all of it had been an hour ago.
        let times = board.times.get_mut(&1).unwrap();
        (times.sent, times.ended) = (times.sent.map(|at| at - 3600.0), times.ended.map(|at| at - 3600.0));
        assert_eq!(age(&mut board), ended);
        let mut board = board_of(vec![row(1, BatchState::Waiting)], true);
        assert_eq!(age(&mut board), None);
        board.put(row(1, BatchState::Sending), None);
        assert_eq!(age(&mut board), None);
        board.put(job(BatchState::Pending), None);
        assert!(age(&mut board).is_some());
    }

    #[test]
    fn a_pause_is_said_before_all_else() {
        let mut board = board_of(vec![row(1, BatchState::Pending)], true);
        board.note(1, Some("one".into()));
        let paused = board.snapshot(&CauseIds::default(), true);
        assert!(paused.paused && paused.note.is_some_and(|note| note.starts_with("Paused")));
        assert_eq!(snapshot(&mut board).note.as_deref(), Some("one"));
    }

    #[test]
    fn what_was_there_already_is_known_of_jobs_that_were_sent_once() {
        let ended = |number, resent| BatchRow { done: 8, created: Some(5), resent, ..row(number, BatchState::Done) };
        let rows = vec![ended(1, false), ended(2, true), BatchRow { done: 3, ..row(3, BatchState::Pending) }];
        assert_eq!(snapshot(&mut board_of(rows.clone(), true)).already, 3);
        assert_eq!(snapshot(&mut board_of(rows, false)).already, 0);
    }

    #[test]
    fn the_pause_of_all_is_shown_before_what_single_jobs_wait_for() {
        let mut board = board_of(vec![row(1, BatchState::Pending)], true);
        assert!(board.note(7, Some("seven".into())) && board.note(0, Some("all".into())));
        assert!(!board.note(7, Some("seven".into())));
        assert_eq!(snapshot(&mut board).note.as_deref(), Some("all"));
        assert!(board.note(0, None) && !board.note(0, None));
        assert_eq!(snapshot(&mut board).note.as_deref(), Some("seven"));
    }

    #[test]
    fn what_encord_has_is_taken_up_before_anything_new_is_sent() {
        let states =
            [BatchState::Waiting, BatchState::Done, BatchState::Sending, BatchState::Pending, BatchState::Error];
        let rows = (1..).zip(states).map(|(number, state)| row(number, state)).collect();
        let board = board_of(rows, true);
        let order: Vec<u32> = board.open_rows().iter().map(|row| row.number).collect();
        assert_eq!(order, [4, 1, 3]);
        assert!(!board.all_final());
    }
}
