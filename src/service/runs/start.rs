//! Carries out a confirmed plan: the schema, the folder, the record of the run, then the jobs, or the sync of the folder.

use serde_json::{Map, Value};
use tokio::sync::watch;

use crate::{
    error::UserError,
    run::new_run::{NewRun, NewSync},
    service::{
        folders, manifest,
        problems::{disk_problem, store_problem},
        runs::{
            sync::{self, Syncer},
            task::RunTask,
            upload::{Stop, Uploader},
        },
        schema::{self, Saved},
        session::Session,
    },
    store::{
        manifest_dir::ManifestDir,
        runs::{RunStore, lock::RunLock},
    },
    wizard::{
        effect::RequestId,
        plan::Plan,
        progress::messages::{RunEvent, RunReply},
    },
};

/// Carries out a plan to its end and tells the machine of it.
pub(crate) async fn run(session: &Session, id: RequestId, plan: &Plan, stop: watch::Receiver<Stop>) {
    let tell = |reply| session.reply(id, RunReply::Event(reply));
    match prepare(session, plan, &tell).await {
        Ok(work) => {
            let work = work.led_by(&session.runs.leads);
            session.set_run(work.run().id.clone());
            tell(work.started());
            work.carry_out(stop, &tell).await;
        }
        Err(Refused::SchemaChanged(schema)) => tell(RunEvent::SchemaChanged(schema)),
        Err(Refused::Problem(problem)) => tell(RunEvent::Refused(problem)),
    }
}

/// Why a run does not begin.
enum Refused {
    SchemaChanged(Map<String, Value>),
    Problem(UserError),
}

impl From<UserError> for Refused {
    fn from(problem: UserError) -> Refused {
        Refused::Problem(problem)
    }
}

async fn prepare(session: &Session, plan: &Plan, tell: &(impl Fn(RunEvent) + Sync)) -> Result<RunTask, Refused> {
    let client = session.client()?;
    // Where nothing can be put on record, nothing is changed.
    let mut store = RunStore::open(&session.home).map_err(|error| store_problem(&error))?;
    let saved = match schema::save_reviewed(&client, plan).await? {
        Saved::Changed(schema) => return Err(Refused::SchemaChanged(schema)),
        Saved::Done(keys) => keys,
    };
    tell(RunEvent::SchemaSaved(saved));
    let mirror = plan.destination.mirror.as_ref();
    let (folder, created) = match mirror {
        Some(mirror) => sync::folder::prepare(&client, &plan.destination, mirror, plan.integration.uuid).await?,
        None => folders::create::create(&client, &plan.destination).await?,
    };
    tell(RunEvent::Folder { uuid: folder, path: plan.destination.path(), created });
    let (id, manifest) = match mirror {
        Some(_) => (new_directory(session)?, None),
        None => {
            let (id, manifest) = keep_manifest(session).await?;
            (id, Some(manifest))
        }
    };
    let run = NewRun {
        id,
        config: session.config_label(),
        domain: plan.domain.clone(),
        config_text: toml::to_string(&*plan.config)
            .map_err(|error| UserError::other(format!("The config cannot be recorded: {error}.")))?,
        folder,
        folder_path: plan.destination.path(),
        integration: plan.integration.uuid,
        options: plan.upload.options(),
        jobs_in_flight: plan.upload.jobs_in_flight,
        despite: plan.despite.iter().map(|id| (*id).to_owned()).collect(),
        sync: mirror.map(|mirror| NewSync { remote_url: mirror.remote_url.clone(), sidecar: mirror.sidecar.clone() }),
    };
    let lock = RunLock::take(&session.home, &run.id).map_err(|error| store_problem(&error))?;
    store.create(&run, &plan.batches).map_err(|error| store_problem(&error))?;
    let home = session.home.clone();
    let Some(manifest) = manifest else {
        let row = store.run(&run.id).map_err(|error| store_problem(&error))?;
        return Ok(RunTask::Sync(Syncer::new(client, store, home, lock, row)));
    };
    let uploader = Uploader::new(&client, store, home, lock, manifest, run).map_err(|error| store_problem(&error))?;
    Ok(RunTask::Jobs(uploader))
}

/// Makes the draft the run's own, safe on disk.
async fn keep_manifest(session: &Session) -> Result<(String, ManifestDir), UserError> {
    let (id, manifest) = session
        .promote_draft()
        .ok_or_else(|| UserError::other("There is no manifest to send. List the container again."))?;
    let whole = manifest.clone();
    tokio::task::spawn_blocking(move || whole.sync())
        .await
        .map_err(|error| UserError::other(format!("Keeping the manifest broke off: {error}.")))?
        .map_err(|error| disk_problem("keep the manifest", &error))?;
    Ok((id, manifest))
}

/// The id and the directory of a run without a manifest.
fn new_directory(session: &Session) -> Result<String, UserError> {
    let id = manifest::new_id();
    std::fs::create_dir_all(session.home.run(&id))
        .map_err(|error| disk_problem("make a directory for the run", &error))?;
    Ok(id)
}
