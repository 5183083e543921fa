//! What becomes of suggestions: shown, answered, changed, taken.

use crate::{
    config::{Config, manifest::Join},
    error::UserError,
    schema::key_type::KeyType,
    wizard::{
        action::Action,
        connections::AzureAccess,
        effect::RequestId,
        field::Field,
        outbox::Outbox,
        rows::moved_in,
        schema::{
            SchemaStep,
            inferred::{Found, InferForm},
            messages::{Inferred, SchemaRequest},
            panels::{SchemaPanel, WordForm},
            proposal::{KeyPresence, Proposal, is_named},
        },
    },
};

impl SchemaStep {
    /// Shows the form, as it was left, against what Encord and the import have by now.
    pub(crate) fn open_infer(&mut self, config: &Config) {
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
    pub(crate) fn inferred(&mut self, id: RequestId, result: Result<Inferred, UserError>, config: &Config) {
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
    pub(crate) fn stop_inferring(&mut self, outbox: &mut Outbox) {
        if let Some(SchemaPanel::Infer(form)) = &mut self.panel {
            outbox.cancel(form.pending.take());
        }
    }

    /// Does what a key asks for; false when the form is to be closed.
    pub(crate) fn infer_action(
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
                form.pending = Some(outbox.start(SchemaRequest::Infer { access, manifest, file }));
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
            0 => proposal.is_accepted || proposal.standing == KeyPresence::New,
            _ => proposal.is_accepted && !is_retyped,
        };
        proposal.is_accepted = is_wanted && proposal.standing.is_open();
    }

    fn rename_action(&self, found: &mut Found, action: Action, config: &Config) {
        let Some(mut form) = found.renaming.take() else { return };
        let typed = form.field.text().to_owned();
        let name = typed.trim().to_owned();
        let is_twice = found.proposals.iter().enumerate().any(|(at, one)| at != found.cursor && one.name == name);
        let Some(proposal) = found.proposals.get_mut(found.cursor) else { return };
        match action {
            // What was typed is there again when the form is.
            Action::Back => proposal.draft = (typed != proposal.name).then_some(typed),
            Action::Next => {
                let mut renamed = Proposal { name, draft: None, ..proposal.clone() };
                self.judge(&mut renamed, false, config);
                form.problem = match &renamed.standing {
                    KeyPresence::BadName(rule) => Some(format!("'{}' will not do: {rule}.", renamed.name)),
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
