//! The metadata schema in Encord: read, and saved only as a merge.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{encord::Client, problems::encord_problem, session::Session};
use crate::{
    schema::{ChangeKind, Diff, KeyType, diff},
    wizard::Problem,
};

/// Reads the organisation's schema.
pub(super) async fn read(session: &Session) -> Result<Map<String, Value>, Problem> {
    session.client()?.schema().await.map_err(|error| encord_problem(&error))
}

/// Saves what the user has reviewed, provided the keys in question still are as they were then; returns the keys that
/// changed.
pub(super) async fn save_reviewed(client: &Client, reviewed: &Diff) -> Result<Vec<String>, Problem> {
    if reviewed.is_empty() {
        return Ok(Vec::new());
    }
    let now = client.schema().await.map_err(|error| encord_problem(&error))?;
    if reviewed.changes.iter().any(|change| now.get(&change.key) != change.now.as_ref()) {
        return Err(Problem::other(
            "Somebody changed the metadata schema since you reviewed the plan. Nothing was changed.",
        )
        .hint("Go back to the schema step and read it again (r)."));
    }
    save(client, reviewed, &now).await
}

/// Adds the keys that a config asks for; returns the keys that changed.
///
/// # Errors
/// The schema cannot be read or saved, or a key has another type in Encord; then nothing is changed.
pub async fn apply(client: &Client, wanted: &BTreeMap<String, KeyType>) -> Result<Vec<String>, Problem> {
    let now = client.schema().await.map_err(|error| encord_problem(&error))?;
    let difference = diff(&now, wanted);
    if let Some(conflict) = difference.conflicts().next() {
        return Err(Problem::config(format!("The metadata key '{}' has another type in Encord.", conflict.key))
            .hint("Use another key or Encord's type under [schema.keys]. Nothing was changed."));
    }
    if difference.is_empty() {
        return Ok(Vec::new());
    }
    save(client, &difference, &now).await
}

async fn save(client: &Client, difference: &Diff, now: &Map<String, Value>) -> Result<Vec<String>, Problem> {
    client.save_schema(&difference.apply(now)).await.map_err(|error| encord_problem(&error))?;
    let after = client.schema().await.map_err(|error| encord_problem(&error))?;
    let saved = difference.changes.iter().filter(|change| change.kind != ChangeKind::Conflict);
    let changed: Vec<String> = saved.map(|change| change.key.clone()).collect();
    if let Some(lost) = changed.iter().find(|key| after.get(*key).is_none()) {
        return Err(Problem::other(format!(
            "Encord did not keep the metadata key '{lost}' after the schema was saved."
        ))
        .hint("Another program may be writing the schema at the same time. Read it again and retry."));
    }
    Ok(changed)
}
