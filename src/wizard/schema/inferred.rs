//! What the data at hand suggest: accepted, changed or dropped, key by key.

use super::{Proposal, SchemaPanel, SchemaStep, Standing, WordForm, proposal::is_named};
use crate::{
    schema::KeyType,
    store::config::{Config, Join},
    wizard::{Action, AzureAccess, Edit, Field, Hint, Inferred, Outbox, Problem, Request, RequestId, rows::moved_in},
};

/// Which data to look at, and what they suggest.
#[derive(Debug, Clone)]
pub struct InferForm {
    /// A file's path; empty for what the config names.
    pub(super) field: Field,
    /// With what the field was filled in before the user came.
    filled: String,
    pub(super) pending: Option<RequestId>,
    problem: Option<Problem>,
    found: Option<Found>,
    /// Whether the field has the keyboard although something was found.
    is_on_field: bool,
    notice: Option<String>,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Found {
    proposals: Vec<Proposal>,
    sources: Vec<String>,
    is_part: bool,
    table: Option<(String, Join)>,
    takes_table: bool,
    cursor: usize,
    renaming: Option<WordForm>,
}

/// How many of the suggested keys stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FoundCounts {
    /// All of them.
    pub all: usize,
    /// Those that go into the import.
    pub accepted: usize,
    /// Those that Encord or the import has already.
    pub settled: usize,
    /// Those that cannot be accepted as they are.
    pub refused: usize,
}

impl Found {
    /// The suggestions, in the order in which the keys came.
    pub fn proposals(&self) -> &[Proposal] {
        &self.proposals
    }

    /// The place of the one under the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The one under the cursor.
    pub fn current(&self) -> Option<&Proposal> {
        self.proposals.get(self.cursor)
    }

    /// Where they were found, in words.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// Whether there is more than was looked at.
    pub fn is_part(&self) -> bool {
        self.is_part
    }

    /// The table that can become the items' metadata table, by what it is joined, and whether it does. `None` where it is none,
    /// or where the import has another one.
    pub fn table(&self) -> Option<(&str, Join, bool)> {
        self.table.as_ref().map(|(path, join)| (path.as_str(), *join, self.takes_table))
    }

    /// The form in which the key under the cursor gets another name.
    pub fn renaming(&self) -> Option<&WordForm> {
        self.renaming.as_ref()
    }

    /// How many of them stand how.
    pub fn counts(&self) -> FoundCounts {
        let mut counts = FoundCounts { all: self.proposals.len(), ..FoundCounts::default() };
        for proposal in &self.proposals {
            counts.accepted += usize::from(proposal.is_accepted);
            counts.settled += usize::from(proposal.standing.is_settled());
            counts.refused += usize::from(!proposal.standing.is_settled() && !proposal.standing.is_open());
        }
        counts
    }
}

impl InferForm {
    pub(super) fn new(config: &Config) -> InferForm {
        let filled = config.manifest.metadata.table.clone().unwrap_or_default();
        InferForm {
            field: Field::new(&filled),
            filled,
            pending: None,
            problem: None,
            found: None,
            is_on_field: false,
            notice: None,
        }
    }

    /// The path of a file, or nothing.
    pub fn field(&self) -> &Field {
        &self.field
    }

    /// Whether the data are being read.
    pub fn is_reading(&self) -> bool {
        self.pending.is_some()
    }

    /// Why they could not be read.
    pub fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }

    /// What was found, also while the field has the keyboard.
    pub fn found(&self) -> Option<&Found> {
        self.found.as_ref()
    }

    /// What was found, if the list of it has the keyboard.
    pub fn list(&self) -> Option<&Found> {
        self.found.as_ref().filter(|_| !self.is_on_field)
    }

    /// What came of the latest key.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    pub(super) fn takes_text(&self) -> bool {
        self.list().is_none_or(|found| found.renaming.is_some())
    }

    pub(super) fn is_worth_keeping(&self) -> bool {
        self.found.is_some() || self.field.text() != self.filled
    }

    fn list_mut(&mut self) -> Option<&mut Found> {
        self.found.as_mut().filter(|_| !self.is_on_field)
    }

    pub(super) fn edit(&mut self, edit: &Edit) {
        self.notice = None;
        match self.list_mut().map(|found| found.renaming.as_mut()) {
            Some(Some(form)) => {
                form.problem = None;
                form.field.edit(edit);
            }
            Some(None) => {}
            None => {
                self.problem = None;
                self.field.edit(edit);
            }
        }
    }

    pub(super) fn hints(&self) -> Vec<Hint> {
        let close = Hint::new(Action::Back, "close");
        let Some(found) = self.list() else {
            let mut hints = vec![Hint::new(Action::Next, "look at it")];
            if self.is_reading() {
                hints = vec![Hint::new(Action::Back, "stop reading")];
            }
            hints.extend(self.found.as_ref().map(|_| Hint::new(Action::FocusNext, "to the keys")));
            hints.extend((!self.is_reading()).then_some(close));
            return hints;
        };
        if found.renaming.is_some() {
            return vec![Hint::new(Action::Next, "rename"), close];
        }
        let mut hints = vec![
            Hint::new(Action::Next, "take the keys"),
            Hint::new(Action::Toggle, "accept or drop"),
            Hint::new(Action::Right, "type"),
        ];
        hints.push(close);
        let has_options = found.current().is_some_and(|current| current.suggestion().options.is_some());
        hints.extend(has_options.then(|| Hint::new(Action::SwitchEnum, "enum or not")));
        hints.push(Hint::new(Action::Rename, "rename"));
        hints.push(Hint::new(Action::ToggleAll, "all or none"));
        hints.extend(found.table.is_some().then(|| Hint::new(Action::TakeTable, "metadata table")));
        hints.extend([Hint::new(Action::FocusNext, "other data"), Hint::new(Action::Down, "scroll")]);
        hints
    }
}

impl SchemaStep {
    /// Shows the form, as it was left, against what Encord and the import have by now.
    pub(super) fn open_infer(&mut self, config: &Config) {
        self.show(SchemaPanel::Infer(Box::new(InferForm::new(config))));
        let Some(SchemaPanel::Infer(mut form)) = self.panel.take() else { return };
        if let Some(found) = &mut form.found {
            for proposal in &mut found.proposals {
                proposal.standing = self.standing(proposal, config);
                proposal.is_accepted &= proposal.standing.is_open();
                proposal.is_named = is_named(&proposal.suggestion.key, config);
            }
            found.table = found.table.take().filter(|(table, _)| may_take(table, config));
        }
        self.panel = Some(SchemaPanel::Infer(form));
    }

    /// The answer to what was asked last, if it still is.
    pub(in crate::wizard) fn inferred(&mut self, id: RequestId, result: Result<Inferred, Problem>, config: &Config) {
        let Some(SchemaPanel::Infer(mut form)) = self.panel.take_if(|panel| panel.waits_for(id)) else { return };
        form.pending = None;
        match result {
            Ok(inferred) => {
                let Inferred { suggestions, sources, is_part, table } = inferred;
                let proposals: Vec<Proposal> =
                    suggestions.into_iter().map(|suggestion| self.propose(suggestion, config)).collect();
                let table = table.filter(|(table, _)| may_take(table, config));
                form.is_on_field = false;
                form.problem = None;
                let (cursor, renaming) = (0, None);
                form.found = Some(Found { proposals, sources, is_part, table, takes_table: true, cursor, renaming });
            }
            Err(problem) => form.problem = Some(problem),
        }
        self.panel = Some(SchemaPanel::Infer(form));
    }

    /// The answer is no longer wanted.
    pub(super) fn stop_inferring(&mut self, outbox: &mut Outbox) {
        if let Some(SchemaPanel::Infer(form)) = &mut self.panel {
            outbox.cancel(form.pending.take());
        }
    }

    /// Does what a key asks for; false when the form is to be closed.
    pub(super) fn infer_action(
        &mut self,
        form: &mut InferForm,
        action: Action,
        config: &mut Config,
        access: AzureAccess,
        outbox: &mut Outbox,
    ) -> bool {
        form.notice = None;
        let (is_found, is_reading) = (form.found.is_some(), form.is_reading());
        match (form.list_mut(), action) {
            (Some(found), action) if found.renaming.is_some() => self.rename_action(found, action, config),
            (Some(_), Action::Next) => {
                self.take_found(form, config);
                return false;
            }
            (Some(_), Action::FocusNext | Action::FocusPrevious) => form.is_on_field = true,
            (Some(found), action) => {
                if action == Action::Back {
                    return false;
                }
                form.notice = self.list_key(found, action, config);
            }
            (None, Action::Back) if is_reading => outbox.cancel(form.pending.take()),
            (None, Action::Back) => return false,
            (None, Action::FocusNext | Action::FocusPrevious) if is_found => form.is_on_field = false,
            (None, Action::Next) => {
                outbox.cancel(form.pending.take());
                form.problem = None;
                let path = form.field.text().trim();
                let file = (!path.is_empty()).then(|| path.to_owned());
                let manifest = config.manifest.clone();
                form.pending = Some(outbox.start(Request::InferSchema { access, manifest, file }));
            }
            _ => {}
        }
        true
    }

    /// A key on the list; what to tell the user of it.
    fn list_key(&self, found: &mut Found, action: Action, config: &Config) -> Option<String> {
        match action {
            Action::ToggleAll => {
                let is_open = |proposal: &&mut Proposal| proposal.standing.is_open();
                let accept = found.proposals.iter().any(|one| one.standing.is_open() && !one.is_accepted);
                found.proposals.iter_mut().filter(is_open).for_each(|one| one.is_accepted = accept);
                return None;
            }
            Action::TakeTable => {
                found.takes_table = !found.takes_table;
                let none = "These data are no table of the items, or the import has another one.";
                return found.table.is_none().then(|| none.to_owned());
            }
            _ => {}
        }
        let cursor = found.cursor;
        let proposal = found.proposals.get_mut(cursor)?;
        match action {
            Action::Toggle if proposal.standing.is_open() => proposal.is_accepted = !proposal.is_accepted,
            Action::Toggle => return Some(proposal.standing.reason(&proposal.name)),
            Action::Left | Action::Right | Action::SwitchEnum => {
                match action {
                    Action::SwitchEnum if !proposal.switch() => {
                        return Some(format!(
                            "The values of '{}' do not repeat clearly enough for an enum, or there are too many.",
                            proposal.name
                        ));
                    }
                    Action::SwitchEnum => {}
                    _ => proposal.turn(action == Action::Right),
                }
                self.judge(proposal, true, config);
            }
            Action::Rename => {
                let field = Field::new(proposal.draft.as_ref().unwrap_or(&proposal.name));
                found.renaming = Some(WordForm { key: proposal.name.clone(), field, problem: None });
            }
            action => found.cursor = moved_in(cursor, action, found.proposals.len()),
        }
        None
    }

    /// A change can make a key acceptable, or no longer so. What the user changed is wanted, unless the values do not fit the other
    /// type that it got.
    fn judge(&self, proposal: &mut Proposal, is_retyped: bool, config: &Config) {
        proposal.standing = self.standing(proposal, config);
        let is_wanted = match proposal.refused() {
            0 => proposal.is_accepted || proposal.standing == Standing::New,
            _ => proposal.is_accepted && !is_retyped,
        };
        proposal.is_accepted = is_wanted && proposal.standing.is_open();
    }

    fn rename_action(&self, found: &mut Found, action: Action, config: &Config) {
        let Some(mut form) = found.renaming.take() else { return };
        let name = form.field.text().trim().to_owned();
        let is_twice = found.proposals.iter().enumerate().any(|(at, one)| at != found.cursor && one.name == name);
        let Some(proposal) = found.proposals.get_mut(found.cursor) else { return };
        match action {
            // What was typed is there again when the form is.
            Action::Back => proposal.draft = (name != proposal.name).then_some(name),
            Action::Next => {
                let mut renamed = Proposal { name, draft: None, ..proposal.clone() };
                self.judge(&mut renamed, false, config);
                form.problem = match &renamed.standing {
                    Standing::BadName(rule) => Some(format!("'{}' will not do: {rule}.", renamed.name)),
                    _ if is_twice => Some(format!("Another of these keys is called '{}'.", renamed.name)),
                    _ => None,
                };
                match form.problem {
                    Some(_) => found.renaming = Some(form),
                    None => *proposal = renamed,
                }
            }
            _ => found.renaming = Some(form),
        }
    }

    /// Makes the import ask for the accepted keys, and the table its metadata table.
    fn take_found(&mut self, form: &mut InferForm, config: &mut Config) {
        let Some(mut found) = form.found.take() else { return };
        let mut keys: Vec<(String, String, KeyType)> = Vec::new();
        let mut refused = Vec::new();
        for proposal in found.proposals.iter().filter(|proposal| proposal.is_accepted) {
            match self.taken(proposal, config) {
                Ok(key_type) => {
                    keys.push((proposal.suggestion().key.clone(), proposal.name.clone(), key_type));
                }
                Err(problem) => refused.push(problem),
            }
        }
        let mut words = vec![match keys.len() {
            0 => "No key was taken.".to_owned(),
            1 => "1 key was taken into this import.".to_owned(),
            number => format!("{number} keys were taken into this import."),
        }];
        words.extend(refused);
        let metadata = &mut config.manifest.metadata;
        if let Some((table, join)) = found.table.take() {
            match (&metadata.table, found.takes_table) {
                (None, true) => {
                    let by = match join {
                        Join::Name => "the blobs' names",
                        Join::Title => "the titles",
                        Join::Url => "the URLs",
                    };
                    words.push(format!("The items get their metadata from {table}, joined by {by}."));
                    (metadata.table, metadata.join) = (Some(table), join);
                }
                (Some(_), false) => {
                    words.push(format!("{table} is no longer the items' metadata table."));
                    (metadata.table, metadata.join) = (None, Join::default());
                }
                _ => {}
            }
        }
        let left = self.put_all(keys, config);
        if let Some((old, new)) = left.first() {
            let others = if left.len() > 1 { " The same goes for the other renamed keys." } else { "" };
            words.push(format!(
                "Also call '{old}' '{new}' where its values are, or they are sent under '{old}'.{others}"
            ));
        }
        self.notice = Some(words.join(" "));
    }
}

impl SchemaPanel {
    fn waits_for(&self, id: RequestId) -> bool {
        matches!(self, SchemaPanel::Infer(form) if form.pending == Some(id))
    }
}

/// Whether the import has no other metadata table.
fn may_take(table: &str, config: &Config) -> bool {
    config.manifest.metadata.table.as_ref().is_none_or(|own| own == table)
}
