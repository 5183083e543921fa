//! Step 2: the metadata schema that the organisation has, and what the import and the user change in it. Nothing is written
//! here: every change becomes part of the plan.

pub(crate) mod form;
pub(crate) mod inferred;
pub(crate) mod list;
pub(crate) mod messages;
pub(crate) mod options;
pub(crate) mod panels;
pub(crate) mod proposal;
mod update;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    config::Config,
    error::UserError,
    schema::{
        self,
        key_type::KeyType,
        merge::{Change, ChangeKind, Diff, describe, diff_with},
    },
    wizard::{
        action::{Action, Edit, Hint},
        connections::AzureAccess,
        effect::RequestId,
        field::Field,
        outbox::Outbox,
        schema::{list::KeyList, messages::SchemaRequest, update::Made},
        step::{Move, Status, Step},
    },
};

pub(crate) use panels::SchemaPanel;

/// How many differences are told in words; the list shows all.
const MOST_WORDS: usize = 4;

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
    Failed(UserError),
}

/// The state of step 2.
#[derive(Debug, Default)]
pub struct SchemaStep {
    view: SchemaView,
    pending: Option<RequestId>,
    /// What the plan changes, as of the latest view, config and edits.
    diff: Diff,
    list: KeyList,
    /// The user's edits that no config can hold, at most one for each key.
    edits: BTreeMap<String, schema::edit::Edit>,
    /// Encord's entries that the user keeps although the config asks for others.
    kept: BTreeMap<String, Option<Value>>,
    /// What the config asked for until the user took it out.
    dropped: BTreeMap<String, KeyType>,
    history: Vec<Made>,
    panel: Option<SchemaPanel>,
    /// Panels that were closed with something typed in them.
    drafts: Vec<SchemaPanel>,
    notice: Option<String>,
    changed: Option<UserError>,
}

impl SchemaStep {
    /// Forgets what was read, but nothing that the user did.
    pub(super) fn reset(&mut self, outbox: &mut Outbox) {
        outbox.cancel(self.pending.take());
        self.stop_inferring(outbox);
        self.view = SchemaView::Unread;
    }

    /// Forgets also the edits: they were carried out, or belong to another organisation.
    pub(super) fn forget(&mut self, outbox: &mut Outbox) {
        self.reset(outbox);
        *self = SchemaStep { drafts: std::mem::take(&mut self.drafts), ..SchemaStep::default() };
    }

    pub(super) fn open(&mut self, config: &Config, outbox: &mut Outbox) {
        if !config.schema.skip && matches!(self.view, SchemaView::Unread | SchemaView::Failed(_)) {
            self.read(outbox);
        }
    }

    fn read(&mut self, outbox: &mut Outbox) {
        outbox.cancel(self.pending.take());
        self.view = SchemaView::Reading;
        self.pending = Some(outbox.start(SchemaRequest::Read));
    }

    /// How the schema stands.
    pub fn view(&self) -> &SchemaView {
        &self.view
    }

    /// What has the keyboard instead of the list.
    pub fn panel(&self) -> Option<&SchemaPanel> {
        self.panel.as_ref()
    }

    /// What came of the latest key, where that is not to be seen.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// That somebody changed the schema after it was reviewed, until the user goes on.
    pub fn changed(&self) -> Option<&UserError> {
        self.changed.as_ref()
    }

    /// The edits besides what the config asks for, by key.
    pub fn edits(&self) -> impl ExactSizeIterator<Item = &schema::edit::Edit> {
        self.edits.values()
    }

    /// The edits that belong into the plan.
    pub(super) fn edits_of(&self, config: &Config) -> Vec<schema::edit::Edit> {
        if config.schema.skip { Vec::new() } else { self.edits.values().cloned().collect() }
    }

    /// What the plan changes, once the schema is read; nothing where it is left alone.
    pub fn diff(&self, config: &Config) -> Option<Diff> {
        match &self.view {
            _ if config.schema.skip => Some(Diff::default()),
            SchemaView::Read(_) => Some(self.diff.clone()),
            _ => None,
        }
    }

    /// How many keys change in such a way.
    pub fn count(&self, kind: &ChangeKind) -> usize {
        self.diff.changes.iter().filter(|change| change.kind == *kind).count()
    }

    fn change(&self, key: &str) -> Option<&Change> {
        let found = self.diff.changes.binary_search_by(|change| change.key.as_str().cmp(key));
        found.ok().and_then(|place| self.diff.changes.get(place))
    }

    /// Encord's entry of a key.
    fn now(&self, key: &str) -> Option<&Value> {
        match &self.view {
            SchemaView::Read(schema) => schema.get(key),
            _ => None,
        }
    }

    /// Whether the user accepted Encord's type where it contradicts the config.
    fn keeps(&self, change: &Change) -> bool {
        self.kept.get(&change.key).is_some_and(|kept| *kept == change.now)
    }

    fn conflicts(&self) -> impl Iterator<Item = &Change> {
        self.diff.conflicts().filter(|change| !self.keeps(change))
    }

    /// Finds out anew what changes; with `anew`, what changes comes first in the list.
    fn compare(&mut self, config: &Config, anew: bool) {
        let SchemaView::Read(schema) = &self.view else { return };
        let edits: Vec<schema::edit::Edit> = self.edits.values().cloned().collect();
        self.diff = diff_with(schema, &config.schema.keys, &edits);
        // What has to be settled comes before everything else.
        let changes = || self.diff.changes.iter();
        let conflicts = changes().filter(|change| change.kind == ChangeKind::Conflict);
        let others = changes().filter(|change| change.kind != ChangeKind::Conflict);
        let changing = conflicts.chain(others).map(|change| &change.key);
        self.list.arrange(changing.chain(self.dropped.keys()), schema, anew);
        self.search_again();
    }

    pub(super) fn status(&self, config: &Config) -> Status {
        match &self.view {
            _ if config.schema.skip => Status::Ready,
            SchemaView::Unread => Status::Idle,
            SchemaView::Reading => Status::Working,
            SchemaView::Failed(problem) => Status::Blocked(problem.clone()),
            SchemaView::Read(_) => match self.conflicts().next() {
                Some(conflict) => Status::Blocked(
                    UserError::config(format!(
                        "The metadata key '{}' is {} in Encord, but [schema.keys] asks for {}.",
                        conflict.key,
                        conflict.now.as_ref().map(describe).unwrap_or_default(),
                        describe(&conflict.then)
                    ))
                    .hint("Use another key or Encord's type under [schema.keys]. Nothing was changed."),
                ),
                None => Status::Ready,
            },
        }
    }

    pub(super) fn takes_text(&self) -> bool {
        match &self.panel {
            Some(panel) => panel.takes_text(),
            None => self.list.is_searching,
        }
    }

    pub(super) fn hints(&self, config: &Config) -> Vec<Hint> {
        if let Some(panel) = &self.panel {
            return panel.hints();
        }
        if config.schema.skip {
            return vec![
                Hint::new(Action::Next, "continue"),
                Hint::new(Action::SkipSchema, "use the schema after all"),
                Hint::new(Action::Back, "back"),
            ];
        }
        if self.list.is_searching {
            return vec![
                Hint::new(Action::Next, "to the keys"),
                Hint::new(Action::Down, "move"),
                Hint::new(Action::Back, "end search"),
            ];
        }
        let mut hints = Vec::new();
        let is_read = matches!(self.view, SchemaView::Read(_));
        match self.opens_on_enter() {
            true => hints.extend([
                Hint::new(Action::Next, "further options"),
                Hint::new(Action::Goto(Step::Manifest), "continue"),
            ]),
            false => hints.push(Hint::new(Action::Next, "continue")),
        }
        if is_read {
            if self.conflicts().next().is_some() {
                hints.push(Hint::new(Action::KeepTheirs, "keep Encord's types"));
            }
            hints.extend([Hint::new(Action::New, "new key"), Hint::new(Action::Infer, "from data")]);
            hints.extend(self.row_hints());
        }
        hints.push(Hint::new(Action::Back, if self.list.search.text().is_empty() { "back" } else { "end search" }));
        if is_read {
            hints.extend([Hint::new(Action::Search, "search"), Hint::new(Action::Down, "scroll")]);
        }
        hints.push(Hint::new(Action::SkipSchema, "skip: no Index or Active"));
        hints.push(Hint::new(Action::Refresh, "read again"));
        hints
    }

    pub(super) fn edit(&mut self, edit: &Edit) {
        self.notice = None;
        if let Some(panel) = &mut self.panel {
            panel.edit(edit);
        } else if self.list.is_searching {
            let before = self.list.search.text().to_owned();
            self.list.search.edit(edit);
            if before != self.list.search.text() {
                self.search_again();
                self.list.cursor = 0;
            }
        }
    }

    pub(super) fn action(
        &mut self,
        action: Action,
        config: &mut Config,
        access: AzureAccess,
        outbox: &mut Outbox,
    ) -> Move {
        self.notice = None;
        if self.panel.is_some() {
            self.panel_action(action, config, access, outbox);
            return Move::Stay;
        }
        match action {
            Action::Next | Action::Back if self.list.is_searching => {
                self.list.is_searching = false;
                if action == Action::Back {
                    self.end_search();
                }
            }
            Action::Next if self.opens_on_enter() && !config.schema.skip => self.open_row(config),
            Action::Next => {
                if self.status(config) == Status::Ready {
                    self.changed = None;
                }
                return Move::Next;
            }
            Action::Back if !self.list.search.text().is_empty() && !config.schema.skip => self.end_search(),
            Action::Back => return Move::Back,
            Action::SkipSchema => {
                config.schema.skip = !config.schema.skip;
                outbox.cancel(self.pending.take());
                if matches!(self.view, SchemaView::Reading) {
                    self.view = SchemaView::Unread;
                }
                self.open(config, outbox);
            }
            _ if config.schema.skip => {}
            Action::Refresh => self.read(outbox),
            action if matches!(self.view, SchemaView::Read(_)) => self.list_action(action, config),
            _ => {}
        }
        Move::Stay
    }

    fn list_action(&mut self, action: Action, config: &mut Config) {
        match action {
            Action::Search => self.list.is_searching = true,
            Action::New => self.open_form(None, config),
            Action::Infer => self.open_infer(config),
            Action::Toggle => self.open_row(config),
            Action::Delete => self.delete(false, config),
            Action::DeleteForEver => self.delete(true, config),
            Action::Undo => self.undo(config),
            Action::Rename => self.open_rename(config),
            Action::KeepTheirs => {
                let kept: Vec<_> = self.conflicts().map(|change| (change.key.clone(), change.now.clone())).collect();
                self.kept.extend(kept);
            }
            action => self.list.moved(action),
        }
    }

    pub(super) fn reply(&mut self, id: RequestId, result: Result<Map<String, Value>, UserError>, config: &Config) {
        if self.pending == Some(id) {
            self.pending = None;
            match result {
                Ok(schema) => {
                    self.view = SchemaView::Read(schema);
                    self.compare(config, true);
                }
                Err(problem) => self.view = SchemaView::Failed(problem),
            }
        }
    }

    /// Takes the schema as it was found just before it was to be saved, and says what is new.
    pub(super) fn changed_meanwhile(&mut self, schema: Map<String, Value>, config: &Config) -> UserError {
        let before = std::mem::take(&mut self.diff);
        self.view = SchemaView::Read(schema);
        self.list.search = Field::default();
        self.compare(config, true);
        self.list.moved(Action::Top);
        self.list.is_held = false;
        let new = self.diff.changes.iter().filter(|change| !before.changes.contains(change));
        let mut words: Vec<String> = new
            .map(|change| match &change.now {
                Some(now) => format!("'{}' is now {}", change.key, describe(now)),
                None => format!("'{}' is no longer there", change.key),
            })
            .collect();
        let others = words.len().saturating_sub(MOST_WORDS);
        words.truncate(MOST_WORDS);
        words.extend((others > 0).then(|| format!("and {others} more")));
        let what = "Somebody changed the metadata schema after you reviewed it. Nothing was sent, and nothing is saved before \
                    you have seen what is new.";
        let problem = UserError::other(what).hint(format!("Review step 2 again: {}.", words.join("; ")));
        self.changed = Some(problem.clone());
        problem
    }
}
