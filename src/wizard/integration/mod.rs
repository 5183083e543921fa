//! Step 1: sign in on both sides, choose the integration, and prove that both sides can read the data.

mod checks;
mod fields;
mod folder_browser;
mod form;
mod guide;
mod panel;
mod panels;
mod pasted;
mod picker;
mod sas_maker;

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{
    Action, AzureAccess, Check, CheckState, ContainerFacts, Discovery, Edit, EncordReply, Field, Hint, Integration,
    KeyFacts, Move, Outbox, Problem, Request, RequestId, Status, about, rows::moved_in,
};
use crate::store::config::{self, AuthKind, Config};
use form::Form;

pub use fields::{FieldKind, FieldName};
pub use folder_browser::FolderBrowser;
pub use guide::{Guide, GuideMethod, GuideRow};
pub use panel::{CorsReview, CorsState, Details, Panel};
pub use picker::{Loading, Picker, PickerKind, PickerRow};
pub use sas_maker::{LIFETIMES, SasMaker, SasState};

/// What has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// A field.
    Field(FieldName),
    /// The list of checks.
    Checks,
}

/// One of the two sides' connections.
#[derive(Debug, Clone, PartialEq)]
enum Side<T> {
    Unset,
    Running(RequestId),
    Up(T),
    Down(Problem),
}

/// What the latest checks were made with.
#[derive(Debug, Clone)]
struct Checked {
    encord: config::Encord,
    azure: config::Azure,
    typed: Option<SecretString>,
}

/// The state of step 1.
#[derive(Debug)]
pub struct IntegrationStep {
    form: Form,
    focus: Focus,
    panel: Option<Panel>,
    /// A user is at the screen: what is on this machine is offered, and nothing is called a fault before it was typed.
    is_guided: bool,
    /// Whether the user has typed or pressed anything yet; until then the focus may move to where something is missing.
    is_touched: bool,
    discovering: Option<RequestId>,
    discovery: Discovery,
    key: Option<Result<KeyFacts, Problem>>,
    other_region: Option<String>,
    encord: Side<Vec<Integration>>,
    container: Side<ContainerFacts>,
    azure_checks: Vec<Check>,
    check_cursor: usize,
    /// Whether the user moved the cursor; until then it shows what needs a look.
    is_cursor_held: bool,
    overruled: Vec<&'static str>,
    checked: Checked,
}

impl IntegrationStep {
    pub(in crate::wizard) fn new(config: &Config) -> IntegrationStep {
        let form = Form::new(config);
        let first_empty =
            [FieldName::Account, FieldName::Container].into_iter().find(|name| form.text(*name).is_empty());
        IntegrationStep {
            form,
            focus: first_empty.map_or(Focus::Checks, Focus::Field),
            panel: None,
            is_guided: false,
            is_touched: false,
            discovering: None,
            discovery: Discovery::default(),
            key: None,
            other_region: None,
            encord: Side::Unset,
            container: Side::Unset,
            azure_checks: Vec::new(),
            check_cursor: 0,
            is_cursor_held: false,
            overruled: Vec::new(),
            checked: Checked { encord: config.encord.clone(), azure: config.azure.clone(), typed: None },
        }
    }

    pub(in crate::wizard) fn guide(&mut self) {
        self.is_guided = true;
    }

    pub(in crate::wizard) fn open(&mut self, config: &Config, outbox: &mut Outbox) {
        if self.is_guided {
            self.discovering = Some(outbox.start(Request::Discover));
        }
        if !self.is_guided || names_a_key(config) {
            self.connect(config, outbox);
        }
        self.check_azure(config, outbox);
    }

    /// The fields on the screen.
    pub fn fields(&self) -> Vec<FieldName> {
        self.form.shown()
    }

    /// The text of a field that takes text.
    pub fn field(&self, name: FieldName) -> Option<&Field> {
        self.form.field(name)
    }

    /// Whether a field's text is a secret.
    pub fn is_masked(&self, name: FieldName) -> bool {
        self.form.is_masked(name)
    }

    /// What a field that takes no text is set to; empty where nothing is.
    pub fn value(&self, name: FieldName, config: &Config) -> String {
        match name {
            FieldName::Strict if self.form.strict => "on: Encord only signs URLs".to_owned(),
            FieldName::Strict => "off".to_owned(),
            FieldName::SignIn => way_label(self.form.sign_in).to_owned(),
            FieldName::Integration => match (self.chosen(config), config.encord.integration.as_deref()) {
                (Some(chosen), _) => chosen.title.clone(),
                (None, wanted) => wanted.unwrap_or_default().to_owned(),
            },
            FieldName::Folders if config.manifest.prefixes.is_empty() => "the whole container".to_owned(),
            FieldName::Folders => config.manifest.prefixes.join("  "),
            _ => String::new(),
        }
    }

    /// What has the keyboard, if no panel has it.
    pub fn focus(&self) -> Focus {
        self.focus
    }

    /// What lies over the form.
    pub fn panel(&self) -> Option<&Panel> {
        self.panel.as_ref()
    }

    /// The way to sign in to Azure that the form shows.
    pub fn sign_in(&self) -> AuthKind {
        self.form.sign_in
    }

    /// Whether this machine is still being looked through.
    pub fn is_discovering(&self) -> bool {
        self.discovering.is_some()
    }

    /// What was found on this machine.
    pub fn discovery(&self) -> &Discovery {
        &self.discovery
    }

    /// The integrations that Encord listed.
    pub fn integrations(&self) -> &[Integration] {
        match &self.encord {
            Side::Up(list) => list,
            _ => &[],
        }
    }

    /// The place of the cursor in the list of checks.
    pub fn check_cursor(&self) -> usize {
        self.check_cursor
    }

    /// A field whose text cannot be used, and why.
    pub fn input_problem(&self) -> Option<(FieldName, &str)> {
        self.form.problem.as_ref().map(|(name, why)| (*name, why.as_str()))
    }

    /// The integration that the config names, if Encord has it and it is the only one of that title.
    pub fn chosen(&self, config: &Config) -> Option<&Integration> {
        let wanted = config.encord.integration.as_deref()?;
        let id = Uuid::parse_str(wanted).ok();
        let by_id = id.and_then(|id| self.integrations().iter().find(|integration| integration.uuid == id));
        by_id.or_else(|| {
            let mut found = self.integrations().iter().filter(|integration| integration.title == wanted);
            found.next().filter(|_| found.next().is_none())
        })
    }

    /// The storage account as it is signed in to, with a secret that was typed.
    pub(in crate::wizard) fn access(&self, config: &Config) -> AzureAccess {
        AzureAccess { azure: config.azure.clone(), typed: self.form.typed() }
    }

    /// The failed checks that the user goes on despite.
    pub fn despite(&self, config: &Config) -> Vec<&'static str> {
        let failed = self.checks(config).into_iter().filter(|check| check.state == CheckState::Fail);
        failed.map(|check| check.id).filter(|id| self.overruled.contains(id)).collect()
    }

    /// Goes on although these checks fail, as far as they may be overruled, until the settings change.
    pub(in crate::wizard) fn overrule(&mut self, ids: impl IntoIterator<Item = &'static str>) {
        self.overruled.extend(ids.into_iter().filter(|id| about(id).may_be_overruled));
    }

    pub(in crate::wizard) fn takes_text(&self) -> bool {
        match (&self.panel, self.focus) {
            (Some(panel), _) => panel.takes_text(),
            (None, Focus::Field(name)) => name.kind() == FieldKind::Text,
            (None, Focus::Checks) => false,
        }
    }

    pub(in crate::wizard) fn asks(&self) -> bool {
        self.panel.as_ref().is_some_and(Panel::asks)
    }

    pub(in crate::wizard) fn hints(&self, config: &Config) -> Vec<Hint> {
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

    pub(in crate::wizard) fn status(&self, config: &Config) -> Status {
        let is_running = matches!(self.encord, Side::Running(_)) || matches!(self.container, Side::Running(_));
        if is_running || self.discovering.is_some() {
            return Status::Working;
        }
        match (&self.key, &self.encord, &self.container) {
            (Some(Err(problem)), _, _) | (_, Side::Down(problem), _) | (_, _, Side::Down(problem)) => {
                return Status::Blocked(problem.clone());
            }
            _ => {}
        }
        if let Some(missing) = self.missing(config) {
            return Status::Blocked(missing);
        }
        if matches!(self.encord, Side::Unset) || matches!(self.container, Side::Unset) {
            return Status::Idle;
        }
        let in_the_way = |check: &Check| check.state == CheckState::Fail && !self.overruled.contains(&check.id);
        match self.checks(config).into_iter().find(in_the_way) {
            None => Status::Ready,
            Some(check) => {
                let what = match check.id.starts_with("azure.") {
                    true => format!("{}: {}", check.about().name, check.detail),
                    false => capitalised(&check.detail),
                };
                Status::Blocked(Problem { what, said: None, hint: check.fix, class: check.class })
            }
        }
    }

    /// What has to be filled in before anything can be checked.
    fn missing(&self, config: &Config) -> Option<Problem> {
        let (plain, in_config) = match () {
            () if config.azure.account_url().is_none() && !self.has_secret(config) => {
                ("the storage account", "No storage account is named. Set account (or endpoint) under [azure].")
            }
            () if config.azure.container.is_empty() && !self.has_secret(config) => {
                ("the container", "No container is named. Set container under [azure].")
            }
            () if self.is_guided && self.key.is_none() && self.encord == Side::Unset => ("the SSH key", ""),
            () => return None,
        };
        Some(match self.is_guided {
            true => Problem::config(format!("Fill in {plain}.")),
            false => Problem::config(in_config),
        })
    }

    /// Whether a secret is named, which may itself name the account and the container. A user at the screen is asked for both.
    fn has_secret(&self, config: &Config) -> bool {
        let azure = &config.azure;
        let places = [&azure.sas_token_env, &azure.sas_token_file, &azure.account_key_env, &azure.account_key_file];
        !self.is_guided && places.into_iter().any(Option::is_some)
    }

    /// The failed checks that stand in the way and may be overruled; none if another failure stands in the way as well.
    fn may_overrule(&self, config: &Config) -> Vec<&'static str> {
        let checks = self.checks(config);
        let failed: Vec<_> =
            checks.iter().filter(|check| check.state == CheckState::Fail).map(|check| check.id).collect();
        let open = checks.iter().any(|check| check.state == CheckState::Running);
        match !open && failed.iter().all(|id| about(id).may_be_overruled) {
            true => failed.into_iter().filter(|id| !self.overruled.contains(id)).collect(),
            false => Vec::new(),
        }
    }

    fn connect(&mut self, config: &Config, outbox: &mut Outbox) {
        if let Side::Running(id) = self.encord {
            outbox.cancel(Some(id));
        }
        self.key = None;
        self.other_region = None;
        self.checked.encord = config.encord.clone();
        let passphrase = self.form.text(FieldName::Passphrase);
        let passphrase = (!passphrase.is_empty()).then(|| SecretString::from(passphrase.to_owned()));
        self.encord = Side::Running(outbox.start(Request::ConnectEncord { encord: config.encord.clone(), passphrase }));
    }

    fn check_azure(&mut self, config: &Config, outbox: &mut Outbox) {
        if let Side::Running(id) = self.container {
            outbox.cancel(Some(id));
        }
        self.azure_checks.clear();
        self.is_cursor_held = false;
        let access = self.access(config);
        (self.checked.azure, self.checked.typed) = (access.azure.clone(), access.typed.clone());
        self.checked.encord.strict_client_only = config.encord.strict_client_only;
        let complete = config.azure.account_url().is_some() && !config.azure.container.is_empty();
        self.container = match complete || self.has_secret(config) {
            true => {
                Side::Running(outbox.start(Request::CheckAzure { access, encord: Box::new(config.encord.clone()) }))
            }
            false => Side::Unset,
        };
    }

    pub(in crate::wizard) fn edit(&mut self, edit: &Edit) {
        self.is_touched = true;
        match (&mut self.panel, self.focus) {
            (Some(Panel::Picker(picker)), _) => picker.edit(edit),
            (None, Focus::Field(name)) if name.kind() == FieldKind::Text => self.form.edit(name, edit),
            _ => {}
        }
    }

    pub(in crate::wizard) fn action(&mut self, action: Action, config: &mut Config, outbox: &mut Outbox) -> Move {
        self.is_touched = true;
        if self.panel.is_some() {
            self.panel_action(action, config, outbox);
            return Move::Stay;
        }
        match (action, self.focus) {
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
                self.move_focus(action == Action::FocusNext);
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
                FieldKind::Choice => self.form.switch(name, action != Action::Left),
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
                    outbox.start(Request::Remember {
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

    fn move_focus(&mut self, forward: bool) {
        let mut stops: Vec<Focus> = self.form.shown().into_iter().map(Focus::Field).collect();
        stops.push(Focus::Checks);
        let at = stops.iter().position(|stop| *stop == self.focus).unwrap_or_default();
        let step = if forward { 1 } else { stops.len() - 1 };
        self.focus = stops.get((at + step) % stops.len()).copied().unwrap_or(Focus::Checks);
    }

    /// Where the user is needed next: the first field after this one that lacks something, else the checks.
    fn next_needed(&self, after: Option<FieldName>, config: &Config) -> Focus {
        let shown = self.form.shown();
        let at = after.and_then(|after| shown.iter().position(|name| *name == after)).map_or(0, |at| at + 1);
        let mut in_turn = shown.iter().cycle().skip(at).take(shown.len()).filter(|name| Some(**name) != after);
        in_turn.find(|name| self.is_needed(**name, config)).map_or(Focus::Checks, |name| Focus::Field(*name))
    }

    fn is_needed(&self, name: FieldName, config: &Config) -> bool {
        match name {
            FieldName::KeyFile => {
                let is_unnamed = self.key.is_none() && self.encord == Side::Unset;
                self.is_guided && is_unnamed && self.form.text(name).is_empty()
            }
            FieldName::Integration => !self.integrations().is_empty() && self.chosen(config).is_none(),
            FieldName::Passphrase | FieldName::Account | FieldName::Credential | FieldName::Container => {
                self.form.text(name).is_empty()
            }
            FieldName::Domain | FieldName::Strict | FieldName::SignIn | FieldName::Folders => false,
        }
    }

    /// Takes the form into the config and checks anew what changed.
    fn commit(&mut self, config: &mut Config, outbox: &mut Outbox) {
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

    pub(in crate::wizard) fn discovered(
        &mut self,
        id: RequestId,
        found: Discovery,
        config: &mut Config,
        outbox: &mut Outbox,
    ) {
        if self.discovering != Some(id) {
            return;
        }
        self.discovering = None;
        let is_untouched = config.azure == config::Azure::default() && self.form.sign_in == AuthKind::default();
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

    pub(in crate::wizard) fn encord_reply(&mut self, id: RequestId, reply: EncordReply, config: &mut Config) {
        if self.encord != Side::Running(id) {
            return;
        }
        if reply.wants_passphrase && !self.form.wants_passphrase {
            self.form.wants_passphrase = true;
            if self.panel.is_none() {
                self.focus = Focus::Field(FieldName::Passphrase);
            }
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

    pub(in crate::wizard) fn azure_check(&mut self, id: RequestId, check: Check, config: &Config) {
        if self.container == Side::Running(id) {
            self.azure_checks.retain(|other| other.id != check.id);
            self.azure_checks.push(check);
            self.look(config);
        }
    }

    pub(in crate::wizard) fn container_reply(
        &mut self,
        id: RequestId,
        result: Result<ContainerFacts, Problem>,
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
    fn look(&mut self, config: &Config) {
        if self.is_cursor_held {
            return;
        }
        let checks = self.checks(config);
        let at = |state| checks.iter().position(|check| check.state == state);
        self.check_cursor = at(CheckState::Fail).or(at(CheckState::Warn)).unwrap_or_default();
    }
}

/// What a way to sign in is called.
pub(super) fn way_label(kind: AuthKind) -> &'static str {
    match kind {
        AuthKind::Entra => "Entra ID (az login and the like)",
        AuthKind::Sas => "SAS token",
        AuthKind::AccountKey => "account key or connection string",
        AuthKind::Anonymous => "nothing (public container)",
    }
}

fn exposed(secret: &Option<SecretString>) -> Option<&str> {
    secret.as_ref().map(ExposeSecret::expose_secret)
}

fn names_a_key(config: &Config) -> bool {
    config.encord.ssh_key_file.is_some() || config.encord.bearer_token_env.is_some()
}

fn capitalised(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).chain(['.']).collect())
}

/// Whether two settings sign in alike; which integration is chosen does not matter for that.
fn same_login(one: &config::Encord, other: &config::Encord) -> bool {
    (&one.domain, &one.ssh_key_file, &one.bearer_token_env)
        == (&other.domain, &other.ssh_key_file, &other.bearer_token_env)
}
