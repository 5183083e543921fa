//! Step 1: sign in on both sides and choose the integration.

mod checks;
mod fields;

use secrecy::SecretString;
use url::Url;

use super::{
    Action, Check, CheckState, ContainerFacts, Edit, EncordReply, Field, Hint, Integration, KeyFacts, Move, Outbox,
    Problem, Request, RequestId, Status,
};
use crate::store::config::{self, AuthKind, Config};

pub use fields::FieldName;

/// What has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// A field.
    Field(FieldName),
    /// The list of integrations.
    Integrations,
}

/// One of the two sides' connections.
#[derive(Debug, Clone, PartialEq)]
enum Side<T> {
    Unset,
    Running(RequestId),
    Up(T),
    Down(Problem),
}

/// The state of step 1.
#[derive(Debug)]
pub struct IntegrationStep {
    fields: Vec<(FieldName, Field)>,
    wants_passphrase: bool,
    focus: Focus,
    key: Option<Result<KeyFacts, Problem>>,
    encord: Side<Vec<Integration>>,
    container: Side<ContainerFacts>,
    azure_checks: Vec<Check>,
    cursor: usize,
    input_problem: Option<(FieldName, &'static str)>,
    /// What the latest checks were made with.
    checked: (config::Encord, config::Azure),
    /// Checks that may fail.
    overruled: Vec<&'static str>,
}

impl IntegrationStep {
    pub(in crate::wizard) fn new(config: &Config) -> IntegrationStep {
        let account = match (&config.azure.endpoint, &config.azure.account) {
            (Some(endpoint), _) => endpoint.as_str().trim_end_matches('/').to_owned(),
            (None, account) => account.clone().unwrap_or_default(),
        };
        let sas = match config.azure.auth_kind() {
            AuthKind::Anonymous | AuthKind::Entra | AuthKind::AccountKey => String::new(),
            AuthKind::Sas => {
                config.azure.sas_token_env.clone().or(config.azure.sas_token_file.clone()).unwrap_or_default()
            }
        };
        let text = |name| match name {
            FieldName::Domain => config.encord.domain.clone(),
            FieldName::KeyFile => config.encord.ssh_key_file.clone().unwrap_or_default(),
            FieldName::Passphrase => String::new(),
            FieldName::Account => account.clone(),
            FieldName::Container => config.azure.container.clone(),
            FieldName::Sas => sas.clone(),
        };
        let fields: Vec<_> = FieldName::ALL.into_iter().map(|name| (name, Field::new(&text(name)))).collect();
        let first_empty = [FieldName::Account, FieldName::Container].into_iter().find(|name| text(*name).is_empty());
        IntegrationStep {
            fields,
            wants_passphrase: false,
            focus: first_empty.map_or(Focus::Integrations, Focus::Field),
            key: None,
            encord: Side::Unset,
            container: Side::Unset,
            azure_checks: Vec::new(),
            cursor: 0,
            input_problem: None,
            checked: (config.encord.clone(), config.azure.clone()),
            overruled: Vec::new(),
        }
    }

    pub(in crate::wizard) fn open(&mut self, config: &Config, outbox: &mut Outbox) {
        self.connect(config, outbox);
        self.open_container(config, outbox);
    }

    /// The fields on the screen.
    pub fn fields(&self) -> impl Iterator<Item = (FieldName, &Field)> {
        self.fields
            .iter()
            .filter(|(name, _)| *name != FieldName::Passphrase || self.wants_passphrase)
            .map(|(name, field)| (*name, field))
    }

    /// What has the keyboard.
    pub fn focus(&self) -> Focus {
        self.focus
    }

    /// The integrations that Encord listed.
    pub fn integrations(&self) -> &[Integration] {
        match &self.encord {
            Side::Up(list) => list,
            _ => &[],
        }
    }

    /// The place of the cursor in their list.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// A field whose text cannot be used, and why.
    pub fn input_problem(&self) -> Option<(FieldName, &'static str)> {
        self.input_problem
    }

    /// The integration that the config names, if Encord has it and it is the only one of that title.
    pub fn chosen(&self, config: &Config) -> Option<&Integration> {
        let wanted = config.encord.integration.as_deref()?;
        let by_id =
            self.integrations().iter().find(|integration| integration.uuid.to_string() == wanted.to_lowercase());
        by_id.or_else(|| {
            let mut found = self.integrations().iter().filter(|integration| integration.title == wanted);
            found.next().filter(|_| found.next().is_none())
        })
    }

    pub(in crate::wizard) fn takes_text(&self) -> bool {
        matches!(self.focus, Focus::Field(_))
    }

    pub(in crate::wizard) fn hints(&self) -> Vec<Hint> {
        match self.focus {
            Focus::Field(_) => vec![
                Hint::new(Action::Next, "next"),
                Hint::new(Action::FocusNext, "next field"),
                Hint::new(Action::FocusPrevious, "field before"),
            ],
            Focus::Integrations => vec![
                Hint::new(Action::Next, "continue"),
                Hint::new(Action::Up, "choose"),
                Hint::new(Action::FocusNext, "edit"),
                Hint::new(Action::Refresh, "check again"),
            ],
        }
    }

    pub(in crate::wizard) fn status(&self, config: &Config) -> Status {
        if matches!(self.encord, Side::Running(_)) || matches!(self.container, Side::Running(_)) {
            return Status::Working;
        }
        match (&self.key, &self.encord, &self.container) {
            (Some(Err(problem)), _, _) | (_, Side::Down(problem), _) | (_, _, Side::Down(problem)) => {
                return Status::Blocked(problem.clone());
            }
            (_, Side::Up(_), Side::Up(_)) => {}
            _ if config.azure.account_url().is_none() => {
                return Status::Blocked(Problem::config(
                    "No storage account is named. Set account (or endpoint) under [azure].",
                ));
            }
            _ if config.azure.container.is_empty() => {
                return Status::Blocked(Problem::config("No container is named. Set container under [azure]."));
            }
            _ => return Status::Idle,
        }
        if let Some(problem) = self.azure_failure() {
            return Status::Blocked(problem);
        }
        let integration = self.integration_check(config);
        if integration.state == CheckState::Pass {
            return Status::Ready;
        }
        let mut problem = Problem::config(capitalised(&integration.detail));
        problem.hint = integration.fix;
        Status::Blocked(problem)
    }

    fn connect(&mut self, config: &Config, outbox: &mut Outbox) {
        if let Side::Running(id) = self.encord {
            outbox.cancel(Some(id));
        }
        self.key = None;
        self.checked.0 = config.encord.clone();
        let passphrase = self.text(FieldName::Passphrase);
        let passphrase = (!passphrase.is_empty()).then(|| SecretString::from(passphrase.to_owned()));
        self.encord = Side::Running(outbox.start(Request::ConnectEncord { encord: config.encord.clone(), passphrase }));
    }

    fn open_container(&mut self, config: &Config, outbox: &mut Outbox) {
        if let Side::Running(id) = self.container {
            outbox.cancel(Some(id));
        }
        self.azure_checks.clear();
        self.checked.1 = config.azure.clone();
        let complete = config.azure.account_url().is_some() && !config.azure.container.is_empty();
        self.container = match complete {
            true => Side::Running(outbox.start(Request::CheckAzure {
                access: config.azure.clone().into(),
                origins: config.encord.origins(),
                strict: config.encord.strict_client_only,
            })),
            false => Side::Unset,
        };
    }

    fn text(&self, wanted: FieldName) -> &str {
        self.fields.iter().find(|(name, _)| *name == wanted).map_or("", |(_, field)| field.text()).trim()
    }

    pub(in crate::wizard) fn edit(&mut self, edit: &Edit) {
        if let Focus::Field(focused) = self.focus
            && let Some((_, field)) = self.fields.iter_mut().find(|(name, _)| *name == focused)
        {
            field.edit(edit);
        }
    }

    pub(in crate::wizard) fn action(&mut self, action: Action, config: &mut Config, outbox: &mut Outbox) -> Move {
        match action {
            Action::Back => {
                self.commit(config, outbox);
                self.focus = Focus::Integrations;
            }
            Action::Refresh => {
                self.commit(config, outbox);
                self.open(config, outbox);
            }
            Action::FocusNext | Action::FocusPrevious => {
                self.commit(config, outbox);
                self.move_focus(action == Action::FocusNext);
            }
            Action::Up | Action::Down => match self.focus {
                Focus::Field(_) => {
                    self.commit(config, outbox);
                    self.move_focus(action == Action::Down);
                }
                Focus::Integrations => {
                    let last = self.integrations().len().saturating_sub(1);
                    self.cursor =
                        if action == Action::Up { self.cursor.saturating_sub(1) } else { (self.cursor + 1).min(last) };
                }
            },
            Action::Toggle => self.choose(config),
            Action::Next => {
                self.commit(config, outbox);
                match self.focus {
                    Focus::Field(_) => self.move_focus(true),
                    Focus::Integrations => {
                        self.choose(config);
                        return Move::Next;
                    }
                }
            }
            _ => {}
        }
        Move::Stay
    }

    /// Writes the integration under the cursor into the config; its UUID where its title is not unique.
    fn choose(&mut self, config: &mut Config) {
        let Some(under_cursor) = self.integrations().get(self.cursor) else { return };
        if self.chosen(config).is_none_or(|chosen| chosen.uuid != under_cursor.uuid) {
            let twins = self.integrations().iter().filter(|other| other.title == under_cursor.title).count() > 1;
            config.encord.integration =
                Some(if twins { under_cursor.uuid.to_string() } else { under_cursor.title.clone() });
        }
    }

    fn move_focus(&mut self, forward: bool) {
        let stops: Vec<Focus> =
            self.fields().map(|(name, _)| Focus::Field(name)).chain(std::iter::once(Focus::Integrations)).collect();
        let at = stops.iter().position(|stop| *stop == self.focus).unwrap_or_default();
        let step = if forward { 1 } else { stops.len() - 1 };
        self.focus = stops.get((at + step) % stops.len()).copied().unwrap_or(Focus::Integrations);
    }

    /// Takes the form's text into the config and checks anew what changed.
    fn commit(&mut self, config: &mut Config, outbox: &mut Outbox) {
        self.input_problem = None;
        let optional = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let had_passphrase_problem = self.wants_passphrase && matches!(self.key, Some(Err(_)));
        config.encord.domain = self.text(FieldName::Domain).trim_end_matches('/').to_owned();
        config.encord.ssh_key_file = optional(self.text(FieldName::KeyFile));
        config.azure.container = self.text(FieldName::Container).to_owned();
        let account = self.text(FieldName::Account).to_owned();
        if account.contains("://") {
            match Url::parse(&account) {
                Ok(url) if names_a_container(&url) => {
                    self.input_problem = Some((
                        FieldName::Account,
                        "leave out everything behind the host: the container has a field of its own",
                    ));
                }
                Ok(url) if url.query().is_none() => {
                    if config.azure.endpoint.as_ref() != Some(&url) {
                        config.azure.endpoint = Some(url);
                    }
                }
                Ok(_) => {
                    self.input_problem = Some((
                        FieldName::Account,
                        "leave out everything from the '?' on: a SAS token goes into a variable or a file",
                    ));
                }
                Err(_) => self.input_problem = Some((FieldName::Account, "this is not a URL")),
            }
        } else {
            config.azure.endpoint = None;
            config.azure.account = optional(&account);
        }
        let sas = self.text(FieldName::Sas).to_owned();
        if sas.contains("sig=") {
            self.input_problem = Some((FieldName::Sas, "put the token into a variable or a file and name that here"));
        } else if sas.is_empty() {
            config.azure.auth = Some(AuthKind::Anonymous);
        } else {
            config.azure.auth = Some(AuthKind::Sas);
            // A file named without a folder stays the file that the config says it is.
            let is_file = sas.contains(['/', '\\']) || config.azure.sas_token_file.as_deref() == Some(&sas);
            config.azure.sas_token_file = is_file.then(|| sas.clone());
            config.azure.sas_token_env = (!is_file).then_some(sas);
        }
        if self.input_problem.is_some() {
            return;
        }
        if !same_login(&self.checked.0, &config.encord)
            || (had_passphrase_problem && !self.text(FieldName::Passphrase).is_empty())
        {
            self.connect(config, outbox);
        }
        if self.checked.1 != config.azure {
            self.open_container(config, outbox);
        }
    }

    pub(in crate::wizard) fn encord_reply(&mut self, id: RequestId, reply: EncordReply, config: &mut Config) {
        if self.encord != Side::Running(id) {
            return;
        }
        if reply.wants_passphrase && !self.wants_passphrase {
            self.wants_passphrase = true;
            self.focus = Focus::Field(FieldName::Passphrase);
        }
        self.encord = match (&reply.key, reply.login) {
            (_, Some(Ok(list))) => Side::Up(list),
            (_, Some(Err(problem))) => Side::Down(problem),
            (Err(problem), None) => Side::Down(problem.clone()),
            (Ok(_), None) => Side::Unset,
        };
        self.key = Some(reply.key);
        if config.encord.integration.is_none()
            && let [only] = self.integrations()
        {
            config.encord.integration = Some(only.title.clone());
        }
        let chosen = self.chosen(config).map(|chosen| chosen.uuid);
        self.cursor =
            self.integrations().iter().position(|integration| Some(integration.uuid) == chosen).unwrap_or_default();
    }

    pub(in crate::wizard) fn azure_check(&mut self, id: RequestId, check: Check) {
        if self.container == Side::Running(id) {
            self.azure_checks.push(check);
        }
    }

    pub(in crate::wizard) fn container_reply(&mut self, id: RequestId, result: Result<ContainerFacts, Problem>) {
        if self.container == Side::Running(id) {
            self.container = match result {
                Ok(facts) => Side::Up(facts),
                Err(problem) => Side::Down(problem),
            };
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).chain(['.']).collect())
}

/// Whether two settings sign in alike; which integration is chosen does not matter for that.
fn same_login(one: &config::Encord, other: &config::Encord) -> bool {
    (&one.domain, &one.ssh_key_file, &one.bearer_token_env)
        == (&other.domain, &other.ssh_key_file, &other.bearer_token_env)
}

/// Whether a path follows the host of an account in Azure's own clouds, where only containers and blobs have one.
fn names_a_container(url: &Url) -> bool {
    url.host_str().is_some_and(|host| host.contains(".blob.core.")) && !url.path().trim_matches('/').is_empty()
}
