//! Step 1: sign in on both sides and choose the integration.

use secrecy::SecretString;
use url::Url;

use super::{
    Action, Check, CheckState, ContainerFacts, Edit, EncordReply, Field, Hint, Integration, KeyFacts, Move, Outbox,
    Problem, Request, RequestId, Status,
};
use crate::store::config::{AuthKind, Config};

/// The fields of the form, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldName {
    /// `[encord] domain`
    Domain,
    /// `[encord] ssh_key_file`
    KeyFile,
    /// The key's passphrase, only while it is wanted.
    Passphrase,
    /// `[azure] account` or `endpoint`
    Account,
    /// `[azure] container`
    Container,
    /// `[azure] sas_token_env` or `sas_token_file`; empty for anonymous access
    Sas,
}

impl FieldName {
    /// In order.
    pub const ALL: [FieldName; 6] = [
        FieldName::Domain,
        FieldName::KeyFile,
        FieldName::Passphrase,
        FieldName::Account,
        FieldName::Container,
        FieldName::Sas,
    ];

    /// What the field is called.
    pub fn label(self) -> &'static str {
        match self {
            FieldName::Domain => "Encord API",
            FieldName::KeyFile => "SSH key file",
            FieldName::Passphrase => "Passphrase",
            FieldName::Account => "Account or URL",
            FieldName::Container => "Container",
            FieldName::Sas => "SAS token from",
        }
    }

    /// What belongs into it.
    pub fn help(self) -> &'static str {
        match self {
            FieldName::Domain => "https://api.encord.com (EU), https://api.us.encord.com (US)",
            FieldName::KeyFile => {
                "Ed25519 private key whose public half is registered in Encord; empty: ENCORD_SSH_KEY_FILE or ENCORD_SSH_KEY"
            }
            FieldName::Passphrase => "The key is encrypted. The passphrase is kept in memory only",
            FieldName::Account => {
                "The storage account's name, or its whole URL for Azurite, sovereign clouds and private endpoints"
            }
            FieldName::Container => "The container that holds the files",
            FieldName::Sas => {
                "An environment variable's name, or a file (with a / in it), that holds the SAS token; empty: anonymous access"
            }
        }
    }
}

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
    cursor: usize,
    input_problem: Option<(FieldName, &'static str)>,
}

impl IntegrationStep {
    pub(super) fn new(config: &Config) -> IntegrationStep {
        let account = match (&config.azure.endpoint, &config.azure.account) {
            (Some(endpoint), _) => endpoint.as_str().trim_end_matches('/').to_owned(),
            (None, account) => account.clone().unwrap_or_default(),
        };
        let sas = match config.azure.auth {
            AuthKind::Anonymous => String::new(),
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
            cursor: 0,
            input_problem: None,
        }
    }

    pub(super) fn open(&mut self, config: &Config, outbox: &mut Outbox) {
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

    pub(super) fn takes_text(&self) -> bool {
        matches!(self.focus, Focus::Field(_))
    }

    pub(super) fn hints(&self) -> Vec<Hint> {
        match self.focus {
            Focus::Field(_) => vec![
                Hint::new(Action::Next, "check"),
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

    /// The checks of this step, in order, whatever their state.
    pub fn checks(&self, config: &Config) -> Vec<Check> {
        let key = match &self.key {
            None => check("encord.key", side_state(&self.encord), "the key for signing in", None),
            Some(Ok(key)) => {
                check("encord.key", CheckState::Pass, format!("{} from {}", key.fingerprint, key.source), None)
            }
            Some(Err(problem)) => failed("encord.key", problem),
        };
        let login = match &self.encord {
            Side::Up(list) => check(
                "encord.login",
                CheckState::Pass,
                format!("signed in to {}, integrations: {}", config.encord.domain, list.len()),
                None,
            ),
            Side::Down(problem) if matches!(self.key, Some(Ok(_))) => failed("encord.login", problem),
            other => check("encord.login", side_state(other), format!("sign in to {}", config.encord.domain), None),
        };
        let container = match &self.container {
            Side::Up(facts) if facts.empty => check(
                "azure.container",
                CheckState::Warn,
                format!("{} can be listed but is empty", config.azure.container),
                Some("Check the container's name, or the prefixes under [manifest].".to_owned()),
            ),
            Side::Up(facts) => check(
                "azure.container",
                CheckState::Pass,
                format!("{} can be listed at {}", config.azure.container, facts.account_url),
                None,
            ),
            Side::Down(problem) => failed("azure.container", problem),
            other => check("azure.container", side_state(other), "list the container", None),
        };
        vec![key, login, self.integration_check(config), container, self.read_check()]
    }

    /// Reading is Encord's part; that this program can do it too is a good sign, no condition.
    fn read_check(&self) -> Check {
        const ID: &str = "azure.read";
        match &self.container {
            Side::Up(ContainerFacts { read: Some(Ok(())), .. }) => {
                check(ID, CheckState::Pass, "its first blob can be read", None)
            }
            Side::Up(ContainerFacts { read: Some(Err(problem)), .. }) => {
                Check { state: CheckState::Warn, ..failed(ID, problem) }
            }
            Side::Up(_) => check(ID, CheckState::Waiting, "there is no blob to read", None),
            other => check(ID, side_state(other), "read a blob", None),
        }
    }

    fn integration_check(&self, config: &Config) -> Check {
        const ID: &str = "encord.integration";
        let Side::Up(list) = &self.encord else {
            return check(ID, side_state(&self.encord), "the integration through which Encord reads the files", None);
        };
        match (self.chosen(config), config.encord.integration.as_deref()) {
            (Some(chosen), _) => check(ID, CheckState::Pass, format!("{} ({})", chosen.title, chosen.uuid), None),
            (None, _) if list.is_empty() => check(
                ID,
                CheckState::Fail,
                "Encord shows no cloud integration to this user",
                Some(
                    "Create one in Encord (Integrations, Add integration, Azure), or ask its admin to add you."
                        .to_owned(),
                ),
            ),
            (None, Some(wanted)) => {
                let titles: Vec<_> = list.iter().map(|integration| format!("'{}'", integration.title)).collect();
                let twins = list.iter().filter(|integration| integration.title == wanted).count() > 1;
                let seen = if twins {
                    format!("several integrations are called '{wanted}'")
                } else {
                    format!("Encord shows no integration '{wanted}' to this user")
                };
                let fix = if twins {
                    "Name it by its UUID under [encord] integration.".to_owned()
                } else {
                    format!("There are {}. Set [encord] integration to one of them.", titles.join(", "))
                };
                check(ID, CheckState::Fail, seen, Some(fix))
            }
            (None, None) => check(
                ID,
                CheckState::Fail,
                "none chosen yet",
                Some("Choose one, or set [encord] integration to its title.".to_owned()),
            ),
        }
    }

    pub(super) fn status(&self, config: &Config) -> Status {
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
        let passphrase = self.text(FieldName::Passphrase);
        let passphrase = (!passphrase.is_empty()).then(|| SecretString::from(passphrase.to_owned()));
        self.encord = Side::Running(outbox.start(Request::ConnectEncord { encord: config.encord.clone(), passphrase }));
    }

    fn open_container(&mut self, config: &Config, outbox: &mut Outbox) {
        if let Side::Running(id) = self.container {
            outbox.cancel(Some(id));
        }
        let complete = config.azure.account_url().is_some() && !config.azure.container.is_empty();
        self.container = match complete {
            true => Side::Running(outbox.start(Request::OpenContainer { azure: config.azure.clone() })),
            false => Side::Unset,
        };
    }

    fn text(&self, wanted: FieldName) -> &str {
        self.fields.iter().find(|(name, _)| *name == wanted).map_or("", |(_, field)| field.text()).trim()
    }

    pub(super) fn edit(&mut self, edit: &Edit) {
        if let Focus::Field(focused) = self.focus
            && let Some((_, field)) = self.fields.iter_mut().find(|(name, _)| *name == focused)
        {
            field.edit(edit);
        }
    }

    pub(super) fn action(&mut self, action: Action, config: &mut Config, outbox: &mut Outbox) -> Move {
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
        let (before, had_passphrase_problem) =
            (config.clone(), self.wants_passphrase && matches!(self.key, Some(Err(_))));
        config.encord.domain = self.text(FieldName::Domain).trim_end_matches('/').to_owned();
        config.encord.ssh_key_file = optional(self.text(FieldName::KeyFile));
        config.azure.container = self.text(FieldName::Container).to_owned();
        let account = self.text(FieldName::Account).to_owned();
        if account.contains("://") {
            match Url::parse(&account) {
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
            config.azure.auth = AuthKind::Anonymous;
        } else {
            config.azure.auth = AuthKind::Sas;
            let is_file = sas.contains(['/', '\\']);
            config.azure.sas_token_file = is_file.then(|| sas.clone());
            config.azure.sas_token_env = (!is_file).then_some(sas);
        }
        if self.input_problem.is_some() {
            return;
        }
        if before.encord != config.encord || (had_passphrase_problem && !self.text(FieldName::Passphrase).is_empty()) {
            self.connect(config, outbox);
        }
        if before.azure != config.azure {
            self.open_container(config, outbox);
        }
    }

    pub(super) fn encord_reply(&mut self, id: RequestId, reply: EncordReply, config: &mut Config) {
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

    pub(super) fn container_reply(&mut self, id: RequestId, result: Result<ContainerFacts, Problem>) {
        if self.container == Side::Running(id) {
            self.container = match result {
                Ok(facts) => Side::Up(facts),
                Err(problem) => Side::Down(problem),
            };
        }
    }
}

fn side_state<T>(side: &Side<T>) -> CheckState {
    match side {
        Side::Running(_) => CheckState::Running,
        _ => CheckState::Waiting,
    }
}

fn check(id: &'static str, state: CheckState, detail: impl Into<String>, fix: Option<String>) -> Check {
    Check { id, state, detail: detail.into(), fix }
}

fn failed(id: &'static str, problem: &Problem) -> Check {
    let detail = match &problem.said {
        Some(said) => format!("{} {said}", problem.what),
        None => problem.what.clone(),
    };
    check(id, CheckState::Fail, detail, problem.hint.clone())
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).chain(['.']).collect())
}
