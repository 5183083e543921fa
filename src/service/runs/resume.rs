//! Takes up an interrupted run.

use secrecy::SecretString;

use crate::{
    config,
    encord::client::Client,
    error::UserError,
    run::{
        new_run::NewRun,
        state::{BatchState, RunState},
        status::JobStatus,
    },
    service::{
        integration::connect::KeySource,
        problems::{disk_problem, encord_problem, store_problem},
        runs::{sync::Syncer, task::RunTask, upload::Uploader},
    },
    store::{
        manifest_dir::ManifestDir,
        paths::Home,
        runs::{RunStore, lock::RunLock, record::BatchRow},
    },
    wizard::progress::messages::{Doubts, RunEvent},
};

/// Puts the decisions on record.
fn settle(doubts: &Doubts, store: &mut RunStore, run: &NewRun) -> Result<(), UserError> {
    let mut rows = store.batches(&run.id).map_err(|error| store_problem(&error))?;
    for number in &doubts.give_up {
        let row = rows.iter().find(|row| row.number == *number);
        match row.map(|row| row.state) {
            Some(BatchState::Sending | BatchState::Pending) => {}
            Some(state) => {
                return Err(UserError::config(format!(
                    "Job {number} of run {} is {}: only a job that is in doubt or in Encord can be given up.",
                    run.id,
                    JobStatus::of(state, row.map_or(0, |row| row.errors), false).word()
                )));
            }
            None => return Err(UserError::config(format!("Run {} has no job {number}.", run.id))),
        }
    }
    for row in &mut rows {
        if doubts.give_up.contains(&row.number) {
            let why = "Given up by the user; Encord may have registered its items all the same.";
            end_as_cancelled(store, &run.id, row, true, why)?;
        } else if doubts.resend && row.state == BatchState::Sending && !run.options.skip_duplicate_urls {
            (row.state, row.resent) = (BatchState::Waiting, true);
            store.save_batch(&run.id, row, None).map_err(|error| store_problem(&error))?;
        }
    }
    Ok(())
}

/// Records of a batch that nothing more happens to it. `in_doubt` tells that Encord may have what counts as cancelled.
pub(crate) fn end_as_cancelled(
    store: &mut RunStore,
    run: &str,
    row: &mut BatchRow,
    in_doubt: bool,
    why: &str,
) -> Result<(), UserError> {
    row.cancelled += row.open();
    row.state = BatchState::Cancelled;
    row.resent |= in_doubt;
    row.message = Some(why.to_owned());
    store.save_batch(run, row, None).map_err(|error| store_problem(&error))
}

/// Signs in to Encord as a run of the record did. `passphrase` is asked for the passphrase of the config's key; where that is
/// missing or wrong, `command` is named as what asks for it.
pub(crate) fn client_of(
    run: &NewRun,
    passphrase: impl FnOnce(&config::encord::Encord) -> Option<SecretString>,
    command: &str,
) -> Result<Client, UserError> {
    let config = config_of(run)?;
    let credential = match KeySource::open(&config.encord, passphrase(&config.encord).as_ref()) {
        KeySource::Ready(credential, _) => credential,
        KeySource::Locked(problem) => {
            return Err(problem.hint(format!(
                "At a terminal, `azure-to-encord {command}` asks for the key's passphrase; elsewhere ENCORD_SSH_KEY_PASSPHRASE gives it."
            )));
        }
        KeySource::Unusable(problem) => return Err(problem),
    };
    Client::new(&run.domain, credential).map_err(|error| encord_problem(&error))
}

/// The config as it was when the run began.
pub(crate) fn config_of(run: &NewRun) -> Result<config::Config, UserError> {
    config::parse::parse(&run.config_text)
        .map_err(|error| UserError::config(format!("The config recorded with run {} cannot be read: {error}", run.id)))
}

/// The manifest that a run sends from.
pub(crate) fn manifest_of(home: &Home, id: &str) -> Result<ManifestDir, UserError> {
    ManifestDir::open(&home.run(id)).map_err(|error| disk_problem("read the manifest of the run", &error))
}

/// Resumes a run and works until it ends or `interrupt` says so; what happens is told as it happens. `passphrase` is asked
/// for the passphrase of the config's key.
///
/// # Errors
/// There is no such run, it is finished, another process works on it, `doubts` names a job that is in none, or Encord's key
/// cannot be opened.
pub async fn resume(
    home: &Home,
    id: &str,
    doubts: &Doubts,
    passphrase: impl FnOnce(&config::encord::Encord) -> Option<SecretString>,
    interrupt: impl Future<Output = ()> + Send,
    tell: &(impl Fn(RunEvent) + Sync),
) -> Result<(), UserError> {
    let work = take_up(home, id, doubts, passphrase)?;
    tell(work.started());
    work.until(interrupt, tell).await;
    Ok(())
}

/// Takes up a run that was broken off; nothing is asked of Encord yet.
pub(crate) fn take_up(
    home: &Home,
    id: &str,
    doubts: &Doubts,
    passphrase: impl FnOnce(&config::encord::Encord) -> Option<SecretString>,
) -> Result<RunTask, UserError> {
    let mut store = RunStore::open(home).map_err(|error| store_problem(&error))?;
    let row = store.run(id).map_err(|error| store_problem(&error))?;
    let open = match &row.sync {
        Some(sync) => !sync.counts.state.is_final(),
        None => store.batches(id).map_err(|error| store_problem(&error))?.iter().any(|batch| !batch.state.is_final()),
    };
    // A run that is on record as running although nothing is open was broken off before its end was put on record.
    if !open && row.state != RunState::Running {
        return Err(UserError::config(format!(
            "Run {id} is finished ({}); there is nothing to resume.",
            row.state.name()
        )));
    }
    let lock = RunLock::take(home, id).map_err(|error| store_problem(&error))?;
    let manifest = row.sync.is_none().then(|| manifest_of(home, id)).transpose()?;
    let client = client_of(&row.run, passphrase, &format!("runs resume {id}"))?;
    settle(doubts, &mut store, &row.run)?;
    store.set_state(id, RunState::Running).map_err(|error| store_problem(&error))?;
    let home = home.clone();
    Ok(match manifest {
        Some(manifest) => {
            let uploader = Uploader::new(&client, store, home, lock, manifest, row.run);
            RunTask::Jobs(uploader.map_err(|error| store_problem(&error))?)
        }
        None => RunTask::Sync(Syncer::new(client, store, home, lock, row)),
    })
}
