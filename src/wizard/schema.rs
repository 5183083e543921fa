//! Step 2: the metadata schema that the organisation has, and what the import adds to it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::rows::moved_in;
use super::{Action, Hint, Move, Outbox, Problem, Request, RequestId, Status};
use crate::{
    schema::{ChangeKind, Diff, describe, diff},
    store::config::Config,
};

/// How the schema stands.
#[derive(Debug, Default)]
pub enum SchemaView {
    /// Not asked for.
    #[default]
    Unread,
    /// Asked for.
    Reading,
    /// Read.
    Read(Map<String, Value>),
    /// It could not be read.
    Failed(Problem),
}

/// One key on the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaRow {
    /// The key.
    pub key: String,
    /// Its type now, in words; empty where it is new.
    pub now: String,
    /// What the import changes: how, and the type afterwards.
    pub change: Option<(ChangeKind, String)>,
}

/// The state of step 2.
#[derive(Debug, Default)]
pub struct SchemaStep {
    view: SchemaView,
    pending: Option<RequestId>,
    cursor: usize,
    keep_theirs: bool,
}

impl SchemaStep {
    pub(super) fn reset(&mut self, outbox: &mut Outbox) {
        outbox.cancel(self.pending.take());
        *self = SchemaStep::default();
    }

    pub(super) fn open(&mut self, outbox: &mut Outbox) {
        if matches!(self.view, SchemaView::Unread | SchemaView::Failed(_)) {
            self.view = SchemaView::Reading;
            self.pending = Some(outbox.start(Request::ReadSchema));
        }
    }

    /// How the schema stands.
    pub fn view(&self) -> &SchemaView {
        &self.view
    }

    /// The row under the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Whether the user accepted Encord's types where they contradict the config.
    pub fn keeps_theirs(&self) -> bool {
        self.keep_theirs
    }

    /// What the import changes, once the schema is read.
    pub fn diff(&self, config: &Config) -> Option<Diff> {
        match &self.view {
            SchemaView::Read(schema) => Some(diff(schema, &config.schema.keys)),
            _ => None,
        }
    }

    /// All keys, those that change first.
    pub fn rows(&self, config: &Config) -> Vec<SchemaRow> {
        let SchemaView::Read(schema) = &self.view else { return Vec::new() };
        let changes = diff(schema, &config.schema.keys).changes;
        let changing: BTreeSet<&str> = changes.iter().map(|change| change.key.as_str()).collect();
        let unchanged = schema.iter().filter(|(key, _)| !changing.contains(key.as_str()));
        changes
            .iter()
            .map(|change| SchemaRow {
                key: change.key.clone(),
                now: change.now.as_ref().map(describe).unwrap_or_default(),
                change: Some((change.kind.clone(), describe(&change.then))),
            })
            .chain(unchanged.map(|(key, entry)| SchemaRow { key: key.clone(), now: describe(entry), change: None }))
            .collect()
    }

    pub(super) fn status(&self, config: &Config) -> Status {
        match &self.view {
            SchemaView::Unread => Status::Idle,
            SchemaView::Reading => Status::Working,
            SchemaView::Failed(problem) => Status::Blocked(problem.clone()),
            SchemaView::Read(schema) => {
                let diff = diff(schema, &config.schema.keys);
                match diff.conflicts().next() {
                    Some(conflict) if !self.keep_theirs => Status::Blocked(
                        Problem::config(format!(
                            "The metadata key '{}' is {} in Encord, but [schema.keys] asks for {}.",
                            conflict.key,
                            conflict.now.as_ref().map(describe).unwrap_or_default(),
                            describe(&conflict.then)
                        ))
                        .hint("Use another key or Encord's type under [schema.keys]. Nothing was changed."),
                    ),
                    _ => Status::Ready,
                }
            }
        }
    }

    pub(super) fn hints(&self, config: &Config) -> Vec<Hint> {
        let mut hints = Vec::new();
        match self.status(config) {
            Status::Ready => hints.push(Hint::new(Action::Next, "continue")),
            Status::Blocked(_) if matches!(self.view, SchemaView::Read(_)) => {
                hints.push(Hint::new(Action::KeepTheirs, "keep Encord's types"));
            }
            _ => {}
        }
        hints.extend([
            Hint::new(Action::Back, "back"),
            Hint::new(Action::Down, "scroll"),
            Hint::new(Action::Refresh, "read again"),
        ]);
        hints
    }

    pub(super) fn action(&mut self, action: Action, config: &Config, outbox: &mut Outbox) -> Move {
        match action {
            Action::Next => return Move::Next,
            Action::Back => return Move::Back,
            Action::Refresh => {
                self.reset(outbox);
                self.open(outbox);
            }
            Action::KeepTheirs => self.keep_theirs = true,
            action => self.cursor = moved_in(self.cursor, action, self.rows(config).len()),
        }
        Move::Stay
    }

    pub(super) fn reply(&mut self, id: RequestId, result: Result<Map<String, Value>, Problem>) {
        if self.pending == Some(id) {
            self.pending = None;
            self.view = match result {
                Ok(schema) => SchemaView::Read(schema),
                Err(problem) => SchemaView::Failed(problem),
            };
        }
    }
}
