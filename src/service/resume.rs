//! Takes up a run that was broken off.

use secrecy::SecretString;
use tokio::sync::watch;

use super::{
    connect::KeySource,
    encord::Client,
    problems::{disk_problem, encord_problem, store_problem},
    sync::Syncer,
    uploader::{Stop, Uploader},
};
use crate::{
    store::{Home, ManifestDir, RunLock, RunState, RunStore, config},
    wizard::{Problem, RunReply},
};

/// Resumes a run and works until it ends or `interrupt` says so; what happens is told as it happens. `passphrase` is asked
/// for the passphrase of the config's key.
///
/// # Errors
/// There is no such run, it is finished, another process works on it, or Encord's key cannot be opened.
pub async fn resume(
    home: &Home,
    id: &str,
    passphrase: impl FnOnce(&config::Encord) -> Option<SecretString>,
    interrupt: impl Future<Output = ()> + Send,
    tell: &(impl Fn(RunReply) + Sync),
) -> Result<(), Problem> {
    let mut store = RunStore::open(home).map_err(|error| store_problem(&error))?;
    let row = store.run(id).map_err(|error| Problem::config(error.to_string()))?;
    let open = match &row.sync {
        Some(sync) => !sync.counts.state.is_final(),
        None => store.batches(id).map_err(|error| store_problem(&error))?.iter().any(|batch| !batch.state.is_final()),
    };
    if !open {
        return Err(Problem::config(format!(
            "Run {id} is finished ({}); there is nothing to resume.",
            row.state.name()
        )));
    }
    let lock = RunLock::take(home, id).map_err(|error| store_problem(&error))?;
    let manifest = match &row.sync {
        Some(_) => None,
        None => Some(
            ManifestDir::open(&home.run(id)).map_err(|error| disk_problem("read the manifest of the run", &error))?,
        ),
    };
    let config = config::parse(&row.run.config_text)
        .map_err(|error| Problem::config(format!("The config recorded with run {id} cannot be read: {error}")))?;
    let credential = match KeySource::open(&config.encord, passphrase(&config.encord).as_ref()) {
        KeySource::Ready(credential, _) => credential,
        KeySource::Locked(problem) | KeySource::Unusable(problem) => return Err(problem),
    };
    let client = Client::new(&row.run.domain, credential).map_err(|error| encord_problem(&error))?;
    store.set_state(id, RunState::Running).map_err(|error| store_problem(&error))?;
    tell(RunReply::Started { run: id.to_owned() });
    let (stop, receiver) = watch::channel(Stop::No);
    let home = home.clone();
    match manifest {
        Some(manifest) => {
            let uploader = Uploader::new(&client, store, home, lock, manifest, row.run);
            let uploader = uploader.map_err(|error| store_problem(&error))?;
            until(uploader.work(receiver, tell), interrupt, &stop).await;
        }
        None => until(Syncer::new(client, store, home, lock, row).work(receiver, tell), interrupt, &stop).await,
    }
    Ok(())
}

/// Works, and puts the work down where it is when it is interrupted.
async fn until(work: impl Future<Output = ()>, interrupt: impl Future<Output = ()>, stop: &watch::Sender<Stop>) {
    tokio::pin!(work);
    tokio::select! {
        () = &mut work => {}
        () = interrupt => {
            stop.send_replace(Stop::Leave);
            work.await;
        }
    }
}
