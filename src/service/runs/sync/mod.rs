//! Cloud-synced folders: Encord lists the container by itself; this program makes the folder, starts the sync and follows it.

pub(crate) mod folder;
mod follow;

use tokio::sync::watch;

use crate::{
    encord::client::Client,
    error::UserError,
    run::{
        new_run::NewRun,
        state::{BatchState, RunState},
        sync_counts::SyncCounts,
    },
    service::{
        problems::store_problem,
        runs::upload::{Stop, throughput::Throughput},
    },
    store::{
        paths::Home,
        report::write_report,
        runs::{RunStore, lock::RunLock, record::RunRow},
    },
    wizard::progress::{messages::RunEvent, snapshot::Snapshot},
};

/// One sync at work.
#[derive(Debug)]
pub(crate) struct Syncer {
    client: Client,
    /// The same, but every failure of a poll is told at once.
    poller: Client,
    store: RunStore,
    home: Home,
    run: NewRun,
    counts: SyncCounts,
    /// Encord's words.
    message: Option<String>,
    note: Option<String>,
    tempo: Throughput,
    _lock: RunLock,
}

impl Syncer {
    /// Takes up a run as it lies in the store.
    pub(crate) fn new(client: Client, store: RunStore, home: Home, lock: RunLock, row: RunRow) -> Syncer {
        let (counts, message) = row.sync.map(|sync| (sync.counts, sync.message)).unwrap_or_default();
        Syncer {
            poller: client.without_retries(),
            client,
            store,
            home,
            run: row.run,
            tempo: Throughput::new(numbers(&counts).finished()),
            counts,
            message,
            note: None,
            _lock: lock,
        }
    }

    /// Works until the sync is at its end, or the run is told to stop; then the sync goes on in Encord.
    pub(crate) async fn work(mut self, mut stop: watch::Receiver<Stop>, tell: &(impl Fn(RunEvent) + Sync)) {
        let problem = self.bring_to_end(&mut stop, tell).await.err();
        self.note = None;
        let state = final_state(&self.counts, problem.is_some());
        let recorded = self.store.set_state(&self.run.id, state);
        let reports = recorded.and_then(|()| write_report(&self.store, &self.home, &self.run.id));
        let (reports, trouble) = match reports {
            Ok(paths) => (Some(paths), None),
            Err(error) => (None, Some(store_problem(&error))),
        };
        let snapshot = Box::new(self.snapshot());
        tell(RunEvent::Finished { state, snapshot, reports, problem: problem.or(trouble) });
    }

    fn save(&mut self, counts: SyncCounts, message: Option<String>) -> Result<(), UserError> {
        self.store.save_sync(&self.run.id, &counts, message.as_deref()).map_err(|error| store_problem(&error))?;
        (self.counts, self.message) = (counts, message);
        Ok(())
    }

    /// The run.
    pub(crate) fn run(&self) -> &NewRun {
        &self.run
    }

    fn told(&mut self, tell: &(impl Fn(RunEvent) + Sync)) {
        let snapshot = Box::new(self.snapshot());
        tell(RunEvent::Progress(snapshot));
    }

    fn snapshot(&mut self) -> Snapshot {
        let mut snapshot = Snapshot { note: self.note.clone(), ..numbers(&self.counts) };
        self.tempo.take(&mut snapshot);
        snapshot
    }
}

/// Encord's numbers of a sync as those of a run.
pub(crate) fn numbers(counts: &SyncCounts) -> Snapshot {
    Snapshot {
        total: counts.files(),
        done: counts.registered(),
        errors: counts.failed(),
        cancelled: counts.cancelled(),
        sync: Some(*counts),
        ..Snapshot::default()
    }
}

/// How the run stands after this process has let go of it.
fn final_state(counts: &SyncCounts, has_problem: bool) -> RunState {
    match counts.state {
        BatchState::Done if !counts.has_failures() => RunState::Done,
        BatchState::Done if counts.registered() == 0 => RunState::Failed,
        BatchState::Done => RunState::DoneWithErrors,
        // Encord's documentation has such a sync count as failed whatever it did before.
        BatchState::Error => RunState::Failed,
        BatchState::Cancelled => RunState::Cancelled,
        _ if has_problem => RunState::Failed,
        // It goes on in Encord.
        _ => RunState::Running,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_ends_as_its_sync_did() {
        let counts = |state, units: [u64; 4]| SyncCounts { state, units, ..SyncCounts::default() };
        for (state, units, problem, wanted) in [
            (BatchState::Done, [0, 5, 0, 0], false, RunState::Done),
            (BatchState::Done, [0, 0, 0, 0], false, RunState::Done),
            (BatchState::Done, [0, 5, 1, 0], false, RunState::DoneWithErrors),
            (BatchState::Done, [0, 0, 1, 0], false, RunState::Failed),
            (BatchState::Error, [0, 5, 0, 0], true, RunState::Failed),
            (BatchState::Cancelled, [0, 5, 0, 2], true, RunState::Cancelled),
            (BatchState::Pending, [3, 5, 0, 0], false, RunState::Running),
            (BatchState::Pending, [3, 5, 0, 0], true, RunState::Failed),
            (BatchState::Sending, [0; 4], true, RunState::Failed),
            (BatchState::Waiting, [0; 4], false, RunState::Running),
        ] {
            assert_eq!(final_state(&counts(state, units), problem), wanted, "{state:?} {units:?}");
        }
        let lost =
            SyncCounts { state: BatchState::Done, pages: [0, 1, 1, 0], units: [0, 5, 0, 0], ..SyncCounts::default() };
        assert_eq!(final_state(&lost, false), RunState::DoneWithErrors);
    }
}
