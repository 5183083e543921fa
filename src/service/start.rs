//! Carries out a confirmed plan: the schema, the folder, the record of the run, then the jobs.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use time::{OffsetDateTime, macros::format_description};
use tokio::sync::watch;

use super::{
    encord::Client,
    folders,
    problems::{disk_problem, encord_problem, store_problem},
    session::{CurrentRun, Session},
    uploader::{Stop, Uploader},
};
use crate::{
    schema::{KeyType, diff},
    store::{NewRun, RunLock, RunStore},
    wizard::{Plan, Problem, Reply, RequestId, RunReply},
};

/// Reads the organisation's metadata schema.
pub(super) async fn read_schema(session: &Session) -> Result<Map<String, Value>, Problem> {
    session.client()?.schema().await.map_err(|error| encord_problem(&error))
}

/// Carries out a plan to its end and tells the machine of it.
pub(super) async fn run(session: &Session, id: RequestId, plan: &Plan, stop: watch::Receiver<Stop>) {
    let tell = |reply| session.reply(id, Reply::Run(reply));
    match prepare(session, plan, &tell).await {
        Ok(uploader) => uploader.work(stop, &tell).await,
        Err(problem) => tell(RunReply::Refused(problem)),
    }
}

async fn prepare(session: &Session, plan: &Plan, tell: &(impl Fn(RunReply) + Sync)) -> Result<Uploader, Problem> {
    let client = session.client()?;
    let saved = save_schema(&client, plan).await?;
    tell(RunReply::SchemaSaved(saved));
    let (folder, created) = folders::create(&client, &plan.destination).await?;
    tell(RunReply::Folder { uuid: folder, path: plan.destination.path(), created });
    let run = NewRun {
        id: new_id(),
        config: session.config_label.clone(),
        domain: plan.domain.clone(),
        config_text: toml::to_string(&session.config())
            .map_err(|error| Problem::other(format!("The config cannot be recorded: {error}.")))?,
        folder,
        folder_path: plan.destination.path(),
        integration: plan.integration.uuid,
        options: plan.upload.options(),
        jobs_in_flight: plan.upload.jobs_in_flight,
    };
    let mut store = RunStore::open(&session.home).map_err(|error| store_problem(&error))?;
    let manifest = session
        .promote_draft(&run.id)
        .map_err(|error| disk_problem("move the manifest to the run's directory", &error))?;
    let lock = RunLock::take(&session.home, &run.id).map_err(|error| store_problem(&error))?;
    store.create(&run, &plan.batches).map_err(|error| store_problem(&error))?;
    session.set_run(CurrentRun { id: run.id.clone() });
    tell(RunReply::Started { run: run.id.clone() });
    Uploader::new(client, store, session.home.clone(), lock, manifest, run).map_err(|error| store_problem(&error))
}

/// Saves the schema if the plan changes it, provided it still is as the user saw it; returns the keys that changed.
async fn save_schema(client: &Client, plan: &Plan) -> Result<Vec<String>, Problem> {
    if plan.schema.is_empty() {
        return Ok(Vec::new());
    }
    let now = client.schema().await.map_err(|error| encord_problem(&error))?;
    let seen: BTreeMap<&str, _> = plan.schema.changes.iter().map(|change| (change.key.as_str(), &change.now)).collect();
    if seen.iter().any(|(key, before)| now.get(*key) != before.as_ref()) {
        return Err(Problem::other("Somebody changed the metadata schema since you reviewed the plan. Nothing was changed.")
            .hint("Go back to the schema step and read it again (r)."));
    }
    let merged = plan.schema.apply(&now);
    client.save_schema(&merged).await.map_err(|error| encord_problem(&error))?;
    let after = client.schema().await.map_err(|error| encord_problem(&error))?;
    let changed: Vec<String> = plan
        .schema
        .changes
        .iter()
        .filter(|change| change.kind != crate::schema::ChangeKind::Conflict)
        .map(|change| change.key.clone())
        .collect();
    if let Some(lost) = changed.iter().find(|key| after.get(*key).is_none()) {
        return Err(Problem::other(format!("Encord did not keep the metadata key '{lost}' after the schema was saved."))
            .hint("Another program may be writing the schema at the same time. Read it again and retry."));
    }
    Ok(changed)
}

/// Adds the keys that a config asks for to the organisation's schema, for the `schema apply` command.
///
/// # Errors
/// The schema cannot be read or saved, or a key has another type in Encord.
pub async fn apply_schema(client: &Client, wanted: &BTreeMap<String, KeyType>) -> Result<Vec<String>, Problem> {
    let now = client.schema().await.map_err(|error| encord_problem(&error))?;
    let difference = diff(&now, wanted);
    if let Some(conflict) = difference.conflicts().next() {
        return Err(Problem::config(format!("The metadata key '{}' has another type in Encord.", conflict.key))
            .hint("Use another key or Encord's type under [schema.keys]. Nothing was changed."));
    }
    if difference.is_empty() {
        return Ok(Vec::new());
    }
    client.save_schema(&difference.apply(&now)).await.map_err(|error| encord_problem(&error))?;
    Ok(difference.changes.into_iter().map(|change| change.key).collect())
}

/// A run's id: when it began, and enough chance to tell two of the same second apart.
fn new_id() -> String {
    let format = format_description!("[year][month][day]-[hour][minute][second]");
    let time = OffsetDateTime::now_utc().format(format).unwrap_or_else(|_| "run".to_owned());
    let chance = uuid::Uuid::new_v4().simple().to_string();
    format!("{time}-{}", &chance[..6])
}
