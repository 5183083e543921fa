//! Ends for good what a broken-off run left.

use std::sync::Mutex;

use secrecy::SecretString;
use tokio::sync::watch;

use crate::{
    config,
    error::UserError,
    run::state::{BatchState, RunState},
    service::{
        problems::store_problem,
        runs::{
            resume::{client_of, end_as_cancelled, manifest_of},
            task::stopping,
            upload::{Stop, Uploader},
        },
    },
    store::{
        paths::Home,
        report::write_report,
        runs::{RunStore, lock::RunLock},
    },
    wizard::progress::messages::RunEvent,
};

/// Cancels in Encord the jobs of a run that are not at their end, sends none of those that wait, and records all of it. What
/// is registered stays. Works until Encord has answered for every job, or `interrupt` says so: then the rest can be cancelled
/// or resumed later. `passphrase` is asked for the passphrase of the config's key, where Encord has jobs of the run.
///
/// # Errors
/// There is no such run, it is finished or mirrors a container, another process works on it, Encord's key cannot be opened, or
/// Encord does not answer for a job.
pub async fn cancel(
    home: &Home,
    id: &str,
    passphrase: impl FnOnce(&config::encord::Encord) -> Option<SecretString>,
    interrupt: impl Future<Output = ()> + Send,
    tell: &(impl Fn(RunEvent) + Sync),
) -> Result<(), UserError> {
    let mut store = RunStore::open(home).map_err(|error| store_problem(&error))?;
    let row = store.run(id).map_err(|error| store_problem(&error))?;
    if row.sync.is_some() {
        return Err(UserError::config(format!("Run {id} mirrors a container: Encord has no way to cancel that."))
            .hint("It ends by itself in Encord."));
    }
    let lock = RunLock::take(home, id).map_err(|error| store_problem(&error))?;
    let mut batches = store.batches(id).map_err(|error| store_problem(&error))?;
    batches.retain(|batch| !batch.state.is_final());
    if batches.is_empty() {
        let state = row.state.name();
        return Err(UserError::config(format!("Run {id} is finished ({state}); there is nothing to cancel.")));
    }
    let is_known = batches.iter().any(|batch| batch.state == BatchState::Pending);
    // Before anything is recorded, so that a key that cannot be opened leaves the run as it was.
    let with_encord = match is_known {
        true => Some((client_of(&row.run, passphrase, &format!("runs cancel {id}"))?, manifest_of(home, id)?)),
        false => None,
    };
    for batch in &mut batches {
        match batch.state {
            BatchState::Waiting if !batch.resent => end_as_cancelled(&mut store, id, batch, false, "Never sent.")?,
            BatchState::Waiting | BatchState::Sending => {
                let why = "Whether its request reached Encord is not known, so nothing could be cancelled there.";
                end_as_cancelled(&mut store, id, batch, true, why)?;
            }
            _ => {}
        }
    }
    let Some((client, manifest)) = with_encord else {
        store.set_state(id, RunState::Cancelled).map_err(|error| store_problem(&error))?;
        return write_report(&store, home, id).map(drop).map_err(|error| store_problem(&error));
    };
    let uploader = Uploader::new(&client, store, home.clone(), lock, manifest, row.run);
    let uploader = uploader.map_err(|error| store_problem(&error))?;
    let (stop, receiver) = watch::channel(Stop::Abort);
    let ended = Mutex::new(None);
    let listen = |reply: RunEvent| {
        if let RunEvent::Finished { problem, .. } = &reply {
            *ended.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = problem.clone();
        }
        tell(reply);
    };
    stopping(uploader.work(receiver, &listen), interrupt, &stop).await;
    ended.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).map_or(Ok(()), Err)
}
