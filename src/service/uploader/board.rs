//! Where all batches of a run stand, and how fast it goes.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Instant,
};

use crate::{
    store::{BatchRow, BatchState},
    wizard::{JobRow, Snapshot},
};

/// The rate is taken over this many seconds.
const WINDOW: f64 = 10.0;

/// The batches of a run as they are on disk.
#[derive(Debug)]
pub(super) struct Board {
    rows: Vec<BatchRow>,
    failed_rows: BTreeMap<u32, u64>,
    /// Whether what is not new was skipped, not registered a second time.
    skips: bool,
    notes: BTreeMap<u32, String>,
    started: Instant,
    samples: VecDeque<(Instant, u64)>,
}

impl Board {
    /// `failed_rows` is how many failed units are on record already, by batch; `skips` whether duplicate URLs are skipped.
    pub(super) fn new(rows: Vec<BatchRow>, failed_rows: BTreeMap<u32, u64>, skips: bool) -> Board {
        let notes = BTreeMap::new();
        Board { rows, failed_rows, skips, notes, started: Instant::now(), samples: VecDeque::new() }
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

    pub(super) fn put(&mut self, row: BatchRow, failed: Option<u64>) {
        if let Some(failed) = failed {
            self.failed_rows.insert(row.number, failed);
        }
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

    /// The numbers now.
    pub(super) fn snapshot(&mut self) -> Snapshot {
        let mut snapshot = Snapshot {
            failed_rows: self.failed_rows.values().sum(),
            elapsed: self.started.elapsed().as_secs(),
            note: self.notes.values().next().cloned(),
            ..Snapshot::default()
        };
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
                age: None,
                message: row.message.clone(),
            });
        }
        snapshot.per_second = self.rate(snapshot.finished());
        snapshot
    }

    fn rate(&mut self, finished: u64) -> f64 {
        let now = Instant::now();
        if self.samples.is_empty() {
            self.samples.push_back((now, finished));
        }
        self.samples.push_back((now, finished));
        while self.samples.len() > 2
            && self.samples.get(1).is_some_and(|(at, _)| now.duration_since(*at).as_secs_f64() > WINDOW)
        {
            self.samples.pop_front();
        }
        let Some((at, before)) = self.samples.front() else { return 0.0 };
        let seconds = now.duration_since(*at).as_secs_f64();
        if seconds < 0.5 {
            return 0.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let units = finished.saturating_sub(*before) as f64;
        units / seconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Kind, batch::Batch};

    fn row(number: u32, state: BatchState) -> BatchRow {
        BatchRow { state, ..BatchRow::waiting(number, Batch { kind: Kind::Image, first: 0, count: 10 }) }
    }

    #[test]
    fn failures_on_record_are_not_counted_again_when_a_run_is_resumed() {
        let rows = vec![row(1, BatchState::Done), row(2, BatchState::Pending)];
        let mut board = Board::new(rows, BTreeMap::from([(1, 3), (2, 2)]), true);
        assert_eq!(board.snapshot().failed_rows, 5);
        let known = BatchRow { errors: 4, done: 6, state: BatchState::Done, ..row(2, BatchState::Done) };
        board.put(known, Some(4));
        let snapshot = board.snapshot();
        assert_eq!((snapshot.failed_rows, snapshot.errors, snapshot.done, snapshot.total), (7, 4, 6, 20));
    }

    #[test]
    fn what_was_there_already_is_known_of_jobs_that_were_sent_once() {
        let ended = |number, resent| BatchRow { done: 8, created: Some(5), resent, ..row(number, BatchState::Done) };
        let rows = vec![ended(1, false), ended(2, true), BatchRow { done: 3, ..row(3, BatchState::Pending) }];
        assert_eq!(Board::new(rows.clone(), BTreeMap::new(), true).snapshot().already, 3);
        assert_eq!(Board::new(rows, BTreeMap::new(), false).snapshot().already, 0);
    }

    #[test]
    fn the_pause_of_all_is_shown_before_what_single_jobs_wait_for() {
        let mut board = Board::new(vec![row(1, BatchState::Pending)], BTreeMap::new(), true);
        assert!(board.note(7, Some("seven".into())) && board.note(0, Some("all".into())));
        assert!(!board.note(7, Some("seven".into())));
        assert_eq!(board.snapshot().note.as_deref(), Some("all"));
        assert!(board.note(0, None) && !board.note(0, None));
        assert_eq!(board.snapshot().note.as_deref(), Some("seven"));
    }

    #[test]
    fn what_encord_has_is_taken_up_before_anything_new_is_sent() {
        let states =
            [BatchState::Waiting, BatchState::Done, BatchState::Sending, BatchState::Pending, BatchState::Error];
        let rows = (1..).zip(states).map(|(number, state)| row(number, state)).collect();
        let board = Board::new(rows, BTreeMap::new(), true);
        let order: Vec<u32> = board.open_rows().iter().map(|row| row.number).collect();
        assert_eq!(order, [4, 1, 3]);
        assert!(!board.all_final());
    }
}
