//! Where all batches of a run stand, and how fast it goes.

use std::{collections::VecDeque, time::Instant};

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
    failed_rows: Vec<u64>,
    failed_before: u64,
    note: Option<String>,
    started: Instant,
    samples: VecDeque<(Instant, u64)>,
}

impl Board {
    /// `failed` is how many failed units are on record already.
    pub(super) fn new(rows: Vec<BatchRow>, failed: u64) -> Board {
        let failed_rows = vec![0; rows.len()];
        Board {
            rows,
            failed_rows,
            failed_before: failed,
            note: None,
            started: Instant::now(),
            samples: VecDeque::new(),
        }
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

    pub(super) fn all_final(&self) -> bool {
        self.rows.iter().all(|row| row.state.is_final())
    }

    pub(super) fn put(&mut self, row: BatchRow, failed: Option<u64>) {
        let Some(index) = self.rows.iter().position(|known| known.number == row.number) else { return };
        if let (Some(failed), Some(known)) = (failed, self.failed_rows.get_mut(index)) {
            *known = failed;
        }
        if let Some(known) = self.rows.get_mut(index) {
            *known = row;
        }
    }

    pub(super) fn note(&mut self, note: Option<String>) {
        self.note = note;
    }

    /// The numbers now.
    pub(super) fn snapshot(&mut self) -> Snapshot {
        let mut snapshot = Snapshot {
            failed_rows: self.failed_before + self.failed_rows.iter().sum::<u64>(),
            elapsed: self.started.elapsed().as_secs(),
            note: self.note.clone(),
            ..Snapshot::default()
        };
        for row in &self.rows {
            snapshot.total += row.batch.count;
            snapshot.done += row.done;
            snapshot.errors += row.errors;
            snapshot.cancelled += row.cancelled;
            snapshot.jobs.push(JobRow {
                batch: row.number,
                job: row.job,
                kind: row.batch.kind,
                state: row.state,
                count: row.batch.count,
                done: row.done,
                errors: row.errors,
                cancelled: row.cancelled,
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
