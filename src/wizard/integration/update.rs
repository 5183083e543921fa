//! What keys do in step 1's form and list of checks, and where the user is needed next.

use url::Url;

use crate::{
    config::Config,
    wizard::{
        action::{Action, Edit, Hint},
        integration::{
            Focus, IntegrationStep, Side, exposed,
            fields::{FieldKind, FieldName},
            messages::IntegrationRequest,
            panel::Panel,
            same_login,
            sas_maker::SasMaker,
        },
        outbox::Outbox,
        rows::moved_in,
        step::{Move, Status},
    },
};

impl IntegrationStep {
    pub(crate) fn takes_text(&self) -> bool {
        match (&self.panel, self.focus) {
            (Some(panel), _) => panel.takes_text(),
            (None, Focus::Field(name)) => name.kind() == FieldKind::Text,
            (None, Focus::Checks) => false,
        }
    }

    pub(crate) fn asks(&self) -> bool {
        self.panel.as_ref().is_some_and(Panel::asks)
    }

    pub(crate) fn hints(&self, config: &Config) -> Vec<Hint> {
        if let Some(panel) = &self.panel {
            return self.panel_hints(panel, config);
        }
        let Focus::Field(name) = self.focus else {
            let mut hints = vec![Hint::new(Action::Next, "continue")];
            let checks = self.checks(config);
            if let Some(check) = checks.get(self.check_cursor) {
                if check.repair.is_some() {
                    hints.push(Hint::new(Action::Fix, "fix"));
                }
                hints.push(Hint::new(Action::Toggle, "details"));
            }
            if !self.may_overrule(config).is_empty() {
                hints.push(Hint::new(Action::Overrule, "go on anyway"));
            }
            hints.extend([
                Hint::new(Action::Down, "move"),
                Hint::new(Action::FocusNext, "edit"),
                Hint::new(Action::Refresh, "check again"),
                Hint::new(Action::New, "new integration"),
                Hint::new(Action::MakeSas, "SAS for Encord"),
            ]);
            return hints;
        };
        let mut hints = vec![Hint::new(Action::Next, "next")];
        if name.kind() == FieldKind::Choice {
            hints.push(Hint::new(Action::Toggle, "switch"));
        }
        if name.has_list() {
            hints.push(Hint::new(Action::Browse, "list"));
        }
        hints.extend([Hint::new(Action::FocusNext, "next field"), Hint::new(Action::Back, "to the checks")]);
        hints
    }

    pub(crate) fn edit(&mut self, edit: &Edit) {
        self.is_touched = true;
        match (&mut self.panel, self.focus) {
            (Some(Panel::Picker(picker)), _) => picker.edit(edit),
            (None, Focus::Field(name)) if name.kind() == FieldKind::Text => {
                self.has_input = true;
                self.form.edit(name, edit);
            }
            _ => {}
        }
    }

    pub(crate) fn action(&mut self, action: Action, config: &mut Config, outbox: &mut Outbox) -> Move {
        self.is_touched = true;
        if self.panel.is_some() {
            self.panel_action(action, config, outbox);
            return Move::Stay;
        }
        match (action, self.focus) {
            (Action::Save, _) => self.commit(config, outbox),
            (Action::Back, _) => {
                self.commit(config, outbox);
                self.focus = Focus::Checks;
            }
            (Action::Refresh, _) => {
                self.commit(config, outbox);
                self.connect(config, outbox);
                self.check_azure(config, outbox);
            }
            (Action::FocusNext | Action::FocusPrevious, _) => {
                self.commit(config, outbox);
                match (self.focus, self.form.problem.as_ref()) {
                    // What is to be corrected comes first.
                    (Focus::Checks, Some((name, _))) if action == Action::FocusNext => {
                        self.focus = Focus::Field(*name);
                    }
                    _ => self.move_focus(action == Action::FocusNext),
                }
            }
            (Action::Browse, Focus::Field(name)) => {
                self.commit(config, outbox);
                self.browse(name, config, outbox);
            }
            (Action::Up | Action::Down, Focus::Field(_)) => {
                self.commit(config, outbox);
                self.move_focus(action == Action::Down);
            }
            (Action::Toggle | Action::Left | Action::Right, Focus::Field(name)) => match name.kind() {
                FieldKind::Choice => {
                    self.has_input = true;
                    self.form.switch(name, action != Action::Left);
                }
                FieldKind::Pick if action == Action::Toggle => self.browse(name, config, outbox),
                _ => {}
            },
            (Action::Next, Focus::Field(name)) => {
                self.commit(config, outbox);
                let is_open = name == FieldName::Integration && self.chosen(config).is_none();
                match is_open && !self.integrations().is_empty() {
                    true => self.browse(name, config, outbox),
                    false => self.focus = self.next_needed(Some(name), config),
                }
            }
            (Action::Next, Focus::Checks) => {
                self.commit(config, outbox);
                if self.is_guided && self.status(config) == Status::Ready {
                    self.has_input = false;
                    outbox.start(IntegrationRequest::Remember {
                        encord: Box::new(config.encord.clone()),
                        azure: Box::new(config.azure.clone()),
                    });
                }
                return Move::Next;
            }
            (Action::Toggle, Focus::Checks) => self.show_details(config),
            (Action::Fix, Focus::Checks) => self.fix(config, outbox),
            (Action::New, Focus::Checks) => self.open_guide(outbox),
            (Action::MakeSas, Focus::Checks) => self.panel = Some(Panel::Sas(SasMaker::default())),
            (Action::Overrule, Focus::Checks) => {
                let failed = self.may_overrule(config);
                if !failed.is_empty() {
                    self.panel = Some(Panel::Overrule(failed));
                }
            }
            (action, Focus::Checks) => {
                let place = moved_in(self.check_cursor, action, self.checks(config).len());
                self.is_cursor_held |= place != self.check_cursor;
                self.check_cursor = place;
            }
            _ => {}
        }
        Move::Stay
    }

    /// What can have the keyboard, in the order in which it goes around.
    fn stops(&self) -> Vec<Focus> {
        self.form.shown().into_iter().map(Focus::Field).chain([Focus::Checks]).collect()
    }

    /// How many fields on from where the keyboard is something lies; negative if it lies before, nothing if it is not shown.
    pub fn distance_to(&self, focus: Focus) -> i32 {
        let stops = self.stops();
        let place = |focus| stops.iter().position(|stop| *stop == focus).and_then(|place| i32::try_from(place).ok());
        place(focus).zip(place(self.focus)).map_or(0, |(to, from)| to - from)
    }

    pub(super) fn move_focus(&mut self, forward: bool) {
        let stops = self.stops();
        let at = stops.iter().position(|stop| *stop == self.focus).unwrap_or_default();
        let step = if forward { 1 } else { stops.len() - 1 };
        self.focus = stops.get((at + step) % stops.len()).copied().unwrap_or(Focus::Checks);
    }

    /// Where the user is needed next: the first field after this one that lacks something, else the checks.
    pub(super) fn next_needed(&self, after: Option<FieldName>, config: &Config) -> Focus {
        if let Some((name, _)) = self.form.problem {
            return Focus::Field(name);
        }
        let shown = self.form.shown();
        let at = after.and_then(|after| shown.iter().position(|name| *name == after)).map_or(0, |at| at + 1);
        let mut in_turn = shown.iter().cycle().skip(at).take(shown.len()).filter(|name| Some(**name) != after);
        in_turn.find(|name| self.is_needed(**name, config)).map_or(Focus::Checks, |name| Focus::Field(*name))
    }

    pub(super) fn is_needed(&self, name: FieldName, config: &Config) -> bool {
        match name {
            FieldName::KeyFile => {
                let is_unnamed = self.key.is_none() && self.encord == Side::Unset && self.form.text(name).is_empty();
                let is_bad = matches!(self.key, Some(Err(_))) && !self.form.wants_passphrase;
                self.is_guided && (is_unnamed || is_bad)
            }
            FieldName::Integration => !self.integrations().is_empty() && self.chosen(config).is_none(),
            FieldName::Passphrase | FieldName::Account | FieldName::Credential | FieldName::Container => {
                self.form.text(name).is_empty()
            }
            FieldName::Domain => Url::parse(self.form.text(name)).is_err(),
            FieldName::Strict | FieldName::SignIn | FieldName::Folders => false,
        }
    }

    /// Takes the form into the config and checks anew what changed.
    pub(super) fn commit(&mut self, config: &mut Config, outbox: &mut Outbox) {
        let had_passphrase_problem = self.form.wants_passphrase && matches!(self.key, Some(Err(_)));
        self.form.commit(config);
        if self.form.problem.is_some() {
            return;
        }
        let wants_login = !same_login(&self.checked.encord, &config.encord)
            || (had_passphrase_problem && !self.form.text(FieldName::Passphrase).is_empty());
        let is_elsewhere = self.checked.encord.domain != config.encord.domain
            || self.checked.encord.strict_client_only != config.encord.strict_client_only;
        let is_other_secret = exposed(&self.checked.typed) != exposed(&self.form.typed());
        if self.checked.azure != config.azure || is_elsewhere || is_other_secret {
            self.overruled.clear();
            self.check_azure(config, outbox);
        }
        if wants_login {
            self.connect(config, outbox);
        }
    }
}
