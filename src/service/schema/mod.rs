//! The metadata schema in Encord: read, and saved only as a merge.
//!
//! Encord takes and gives the schema whole and knows no versions, so of two programs that read and save at the same time the
//! later one undoes what the earlier one did. A merge therefore reads just before it saves, and a moment later reads again: where
//! something is missing by then, it is merged anew into what the other one left.

pub mod infer;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::{Map, Value};

use crate::{
    encord::client::Client,
    error::UserError,
    schema::{
        edit::Edit,
        key_type::KeyType,
        merge::{ChangeKind, Diff, diff_with},
    },
    service::{problems::encord_problem, session::Session, tasks::Tasks},
    wizard::{
        effect::RequestId,
        plan::Plan,
        schema::messages::{SchemaReply, SchemaRequest},
    },
};

/// How long after a save the schema is read again. Another program that read before our save has had this long to save: longer
/// than a program takes from reading to saving that has nobody to ask in between.
const SETTLE: Duration = Duration::from_secs(1);

/// How often a merge is made anew before it is called a problem.
const ROUNDS: usize = 5;

/// Begins a request of step 2.
pub(super) fn carry_out(tasks: &mut Tasks, id: RequestId, request: SchemaRequest) {
    let session = Arc::clone(&tasks.session);
    match request {
        SchemaRequest::Read => tasks.read(id, async move {
            let reply = read(&session).await;
            session.reply(id, SchemaReply::Read(reply));
        }),
        SchemaRequest::Infer { access, manifest, file } => tasks.read(id, async move {
            let reply = infer::infer(&access, &manifest, file.as_deref()).await;
            session.reply(id, SchemaReply::Inferred(reply));
        }),
    }
}

/// Reads the organisation's schema.
pub(super) async fn read(session: &Session) -> Result<Map<String, Value>, UserError> {
    read_by(&session.client()?).await
}

async fn read_by(client: &Client) -> Result<Map<String, Value>, UserError> {
    client.schema().await.map_err(|error| encord_problem(&error))
}

/// What became of a merge.
#[derive(Debug)]
pub(super) enum Saved {
    /// It is in Encord, read back; these keys changed, none if nothing had to be saved.
    Done(Vec<String>),
    /// The schema is now this one, to which the merge would do something that nobody has agreed to. Nothing more was written.
    Changed(Map<String, Value>),
}

/// Saves what the user has reviewed, provided it still is all that there is to change.
pub(super) async fn save_reviewed(client: &Client, plan: &Plan) -> Result<Saved, UserError> {
    if plan.schema.is_empty() {
        return Ok(Saved::Done(Vec::new()));
    }
    // What was reviewed and is already so, because an earlier attempt or another program did it, is not written again.
    let is_agreed = |fresh: &Diff| fresh.changes.iter().all(|change| plan.schema.changes.contains(change));
    merge(client, &plan.config.schema.keys, &plan.schema_edits, is_agreed).await
}

/// Adds the keys that a config asks for; returns the keys that changed.
///
/// # Errors
/// The schema cannot be read or saved, or a key has another type in Encord; then nothing is changed.
pub async fn apply(client: &Client, wanted: &BTreeMap<String, KeyType>) -> Result<Vec<String>, UserError> {
    match merge(client, wanted, &[], |fresh| fresh.conflicts().next().is_none()).await? {
        Saved::Done(keys) => Ok(keys),
        Saved::Changed(now) => {
            let difference = diff_with(&now, wanted, &[]);
            let keys: Vec<String> = difference.conflicts().map(|change| format!("'{}'", change.key)).collect();
            let (keys, verb) = match keys.as_slice() {
                [key] => (format!("key {key}"), "has"),
                keys => (format!("keys {}", keys.join(", ")), "have"),
            };
            Err(UserError::config(format!("The metadata {keys} {verb} another type in Encord."))
                .hint("Use another key or Encord's type under [schema.keys]. Nothing was changed."))
        }
    }
}

async fn merge(
    client: &Client,
    wanted: &BTreeMap<String, KeyType>,
    edits: &[Edit],
    is_agreed: impl Fn(&Diff) -> bool,
) -> Result<Saved, UserError> {
    let mut changed: Vec<String> = Vec::new();
    // Keys that were there when we saved and are gone since: another program saved what it had read before.
    let mut lost: Map<String, Value> = Map::new();
    for round in 0..=ROUNDS {
        let mut now = read_by(client).await?;
        lost.retain(|key, _| !now.contains_key(key));
        let has_lost = !lost.is_empty();
        now.extend(std::mem::take(&mut lost));
        let difference = diff_with(&now, wanted, edits);
        if !is_agreed(&difference) {
            return Ok(Saved::Changed(now));
        }
        if difference.is_empty() && !has_lost {
            return Ok(Saved::Done(changed));
        }
        if round == ROUNDS {
            break;
        }
        let merged = difference.apply(&now);
        client.save_schema(&merged).await.map_err(|error| encord_problem(&error))?;
        for change in difference.changes {
            if change.kind != ChangeKind::Conflict && !changed.contains(&change.key) {
                changed.push(change.key);
            }
        }
        lost = merged;
        tokio::time::sleep(SETTLE).await;
    }
    Err(UserError::other(format!(
        "The metadata schema was saved {ROUNDS} times with {}, and each time Encord had another one a moment later.",
        changed.iter().map(|key| format!("'{key}'")).collect::<Vec<_>>().join(", ")
    ))
    .hint("Another program may be writing the schema at the same time. Wait until it has ended, then try again."))
}
