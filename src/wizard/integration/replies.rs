//! What services answer in step 1.

use crate::{
    config::{self, Config, azure::AuthKind},
    error::UserError,
    wizard::{
        check::{Check, CheckState},
        connections::{ContainerFacts, Discovery, EncordReply},
        effect::RequestId,
        integration::{Focus, IntegrationStep, Side, fields::FieldName, names_a_key},
        outbox::Outbox,
    },
};

impl IntegrationStep {
    pub(crate) fn discovered(&mut self, id: RequestId, found: Discovery, config: &mut Config, outbox: &mut Outbox) {
        if self.discovering != Some(id) {
            return;
        }
        self.discovering = None;
        let is_untouched = config.azure == config::azure::Azure::default() && self.form.sign_in == AuthKind::default();
        if is_untouched && let Some(way) = found.ways.first() {
            self.form.take_way(way);
        }
        let has_key = names_a_key(config) || !self.form.text(FieldName::KeyFile).is_empty();
        let from_environment = found.keys.iter().any(|key| key.named_by.is_some());
        let mut usable = found.keys.iter().filter(|key| key.is_usable);
        if let (Some(only), None, false) = (usable.next(), usable.next(), has_key || from_environment) {
            self.form.set(FieldName::KeyFile, &only.path);
        }
        self.discovery = found;
        self.commit(config, outbox);
        if from_environment && self.encord == Side::Unset {
            self.connect(config, outbox);
        }
        if !self.is_touched {
            self.focus = self.next_needed(None, config);
        }
    }

    pub(crate) fn encord_reply(&mut self, id: RequestId, reply: EncordReply, config: &mut Config) {
        if self.encord != Side::Running(id) {
            return;
        }
        let had_field = self.form.wants_passphrase;
        self.form.wants_passphrase = reply.wants_passphrase || !self.form.text(FieldName::Passphrase).is_empty();
        if !self.form.wants_passphrase && self.focus == Focus::Field(FieldName::Passphrase) {
            self.focus = Focus::Field(FieldName::KeyFile);
        }
        if reply.wants_passphrase && !had_field && self.panel.is_none() {
            self.focus = Focus::Field(FieldName::Passphrase);
        }
        self.encord = match (&reply.key, reply.login) {
            (_, Some(Ok(list))) => Side::Up(list),
            (_, Some(Err(problem))) => Side::Down(problem),
            (Err(problem), None) => Side::Down(problem.clone()),
            (Ok(_), None) => Side::Unset,
        };
        self.key = Some(reply.key);
        self.other_region = reply.other_region;
        if config.encord.integration.is_none()
            && let [only] = self.integrations()
        {
            config.encord.integration = Some(only.title.clone());
        }
        self.look(config);
    }

    pub(crate) fn azure_check(&mut self, id: RequestId, check: Check, config: &Config) {
        if self.container == Side::Running(id) {
            self.azure_checks.retain(|other| other.id != check.id);
            self.azure_checks.push(check);
            self.look(config);
        }
    }

    pub(crate) fn container_reply(
        &mut self,
        id: RequestId,
        result: Result<ContainerFacts, UserError>,
        config: &Config,
    ) {
        if self.container == Side::Running(id) {
            self.container = match result {
                Ok(facts) => Side::Up(facts),
                Err(problem) => Side::Down(problem),
            };
            self.look(config);
        }
    }

    /// Puts the cursor on the first check that needs a look, unless the user holds it.
    pub(super) fn look(&mut self, config: &Config) {
        if self.is_cursor_held {
            return;
        }
        let checks = self.checks(config);
        let at = |state| checks.iter().position(|check| check.state == state);
        self.check_cursor = at(CheckState::Fail).or(at(CheckState::Warn)).unwrap_or_default();
    }
}
