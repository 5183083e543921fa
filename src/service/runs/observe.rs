//! Looking on while another process works on a run, by reading its record.

use std::time::Duration;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::task::spawn_blocking;

use crate::{
    error::UserError,
    run::{report_paths::ReportPaths, state::RunState},
    service::{
        problems::store_problem,
        runs::{
            sync,
            upload::{
                failure_counts::CauseIds,
                progress::{BatchProgress, StoredBatches, seconds_now},
                throughput::Throughput,
            },
        },
        session::Session,
    },
    store::{
        paths::Home,
        runs::{
            RunStore,
            lock::RunLock,
            record::{RunRow, StoreError},
        },
    },
    wizard::{
        effect::RequestId,
        progress::{
            messages::{RunEvent, RunReply},
            snapshot::Snapshot,
        },
    },
};

/// Between two looks. Where nothing was written since the last one, a look costs next to nothing.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// The record cannot be read so often in a row until that is told: another process may be just about to put it in order.
const PATIENCE: u32 = 20;

const LEFT: &str = "The run is interrupted: it is not at its end, and nobody works on it any more. Resume it to go on.";
const LEFT_SYNC: &str =
    "Nobody follows this sync any more; Encord goes on with it by itself. Resume the run to follow it.";

/// Tells how a run stands from its record: at once, then whenever another process has written, until the run is at its end or
/// nobody works on it any more. Writes nothing, neither on disk nor in Encord.
pub(crate) async fn watch(session: &Session, id: RequestId, run: &str) {
    let tell = |reply| session.reply(id, RunReply::Event(reply));
    let (home, name, names) = (session.home.clone(), run.to_owned(), session.runs.leads.names.clone());
    let mut onlooker = match spawn_blocking(move || RunObserver::begin(home, &name, names)).await {
        Ok(Ok(onlooker)) => onlooker,
        Ok(Err(problem)) => return tell(RunEvent::Refused(problem)),
        Err(error) => return tell(RunEvent::Refused(broken(&error))),
    };
    session.set_run(run.to_owned());
    tell(RunEvent::Started { run: run.to_owned(), folder: onlooker.row.run.folder_path.clone() });
    let mut failures = 0;
    loop {
        let looking = spawn_blocking(move || {
            let seen = onlooker.look();
            (onlooker, seen)
        });
        let seen = match looking.await {
            Ok((back, seen)) => {
                onlooker = back;
                seen
            }
            Err(error) => {
                let (state, snapshot) = (RunState::Running, Box::default());
                let problem = Some(broken(&error));
                return tell(RunEvent::Finished { state, snapshot, reports: None, problem });
            }
        };
        match seen {
            Ok(Observation::Nothing) => failures = 0,
            Ok(Observation::Progress(snapshot)) => {
                failures = 0;
                tell(RunEvent::Progress(snapshot));
            }
            Ok(Observation::End { state, snapshot, reports }) => {
                return tell(RunEvent::Finished { state, snapshot, reports, problem: None });
            }
            Err(error) => {
                failures += 1;
                if failures >= PATIENCE || matches!(error, StoreError::Unknown(_)) {
                    let (state, problem) = (onlooker.row.state, Some(store_problem(&error)));
                    let snapshot = Box::new(onlooker.numbers(true));
                    return tell(RunEvent::Finished { state, snapshot, reports: None, problem });
                }
            }
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

fn broken(error: &tokio::task::JoinError) -> UserError {
    UserError::other(format!("Reading the record of runs broke off: {error}."))
}

/// What a look found.
enum Observation {
    /// Nobody has written since the last one.
    Nothing,
    Progress(Box<Snapshot>),
    /// Nothing more comes.
    End {
        state: RunState,
        snapshot: Box<Snapshot>,
        reports: Option<ReportPaths>,
    },
}

/// Somebody who reads the record of a run.
struct RunObserver {
    home: Home,
    store: RunStore,
    row: RunRow,
    board: BatchProgress,
    /// Of a sync, which has no jobs.
    tempo: Throughput,
    names: CauseIds,
    /// How the record and the run's lock were found last.
    found: Option<(i64, bool)>,
}

impl RunObserver {
    fn begin(home: Home, run: &str, names: CauseIds) -> Result<RunObserver, UserError> {
        let store = RunStore::open_to_read(&home).map_err(|error| store_problem(&error))?;
        let row = store.run(run).map_err(|error| match error {
            StoreError::Unknown(_) => UserError::config(error.to_string()),
            error => store_problem(&error),
        })?;
        let record = StoredBatches::read(&store, run).map_err(|error| store_problem(&error))?;
        let tempo = Throughput::new(row.registered + row.failed);
        let board = BatchProgress::new(record, row.run.options.skip_duplicate_urls);
        Ok(RunObserver { home, store, row, board, tempo, names, found: None })
    }

    fn look(&mut self) -> Result<Observation, StoreError> {
        let id = self.row.run.id.clone();
        // Before the record: who works on a run lets go of it after the last thing is written.
        let is_held = RunLock::is_held(&self.home, &id);
        let found = Some((self.store.changes()?, is_held));
        if found == self.found {
            return Ok(Observation::Nothing);
        }
        self.row = self.store.run(&id)?;
        self.board.refresh(StoredBatches::read(&self.store, &id)?);
        self.found = found;
        // Somebody may have taken the run up between the two.
        if !is_held && !RunLock::is_held(&self.home, &id) {
            let state = self.row.state;
            let reports = crate::store::report::report_paths(&self.home, &id);
            let reports = Some(reports).filter(|paths| state != RunState::Running && paths.json.exists());
            return Ok(Observation::End { state, snapshot: Box::new(self.numbers(true)), reports });
        }
        let snapshot = Box::new(self.numbers(false));
        Ok(Observation::Progress(snapshot))
    }

    /// The numbers as they are on record. `is_over` says that nobody works on the run.
    fn numbers(&mut self, is_over: bool) -> Snapshot {
        let mut snapshot = match &self.row.sync {
            Some(sync) => {
                let mut snapshot = sync::numbers(&sync.counts);
                self.tempo.take(&mut snapshot);
                snapshot
            }
            None => self.board.snapshot(&self.names, false),
        };
        snapshot.elapsed = elapsed(&self.row);
        snapshot.watched = !is_over;
        if is_over {
            snapshot.linking = false;
        }
        if is_over && self.row.state == RunState::Running {
            snapshot.note = Some(if self.row.sync.is_some() { LEFT_SYNC } else { LEFT }.to_owned());
        }
        snapshot
    }
}

/// Seconds from the run's beginning to its end, or to now.
fn elapsed(row: &RunRow) -> u64 {
    let parse = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp);
    #[expect(clippy::cast_possible_truncation, reason = "whole seconds")]
    let now = seconds_now() as i64;
    let end = row.finished.as_deref().and_then(parse).unwrap_or(now);
    u64::try_from(end - parse(&row.started).unwrap_or(end)).unwrap_or_default()
}
