//! Step 1: sign in on both sides, choose the integration, and prove that both sides can read the data.

mod checks;
pub(crate) mod fields;
pub(crate) mod folder_browser;
mod form;
pub(crate) mod guide;
pub(crate) mod messages;
pub(crate) mod panel;
mod panel_update;
mod pasted;
pub(crate) mod picker;
mod replies;
pub(crate) mod sas_maker;
mod status;
mod update;

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::{
    config::{self, Config, azure::AuthKind},
    error::UserError,
    wizard::{
        check::Check,
        connections::{AzureAccess, ContainerFacts, Discovery, Integration, KeyFacts},
        effect::RequestId,
        field::Field,
        integration::{form::ConnectionForm, messages::IntegrationRequest},
        outbox::Outbox,
    },
};

pub(crate) use fields::FieldName;
pub(crate) use panel::Panel;

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
    Down(UserError),
}

impl<T> Side<T> {
    fn running(&self) -> Option<RequestId> {
        if let Side::Running(id) = self { Some(*id) } else { None }
    }
}

/// What the latest checks were made with.
#[derive(Debug, Clone)]
struct Checked {
    encord: config::encord::Encord,
    azure: config::azure::Azure,
    typed: Option<SecretString>,
}

/// The state of step 1.
#[derive(Debug)]
pub struct IntegrationStep {
    form: ConnectionForm,
    focus: Focus,
    panel: Option<Panel>,
    /// A user is at the screen: what is on this machine is offered, and nothing is called a fault before it was typed.
    is_guided: bool,
    /// Whether the user has typed or pressed anything yet; until then the focus may move to where something is missing.
    is_touched: bool,
    /// Whether something was typed or chosen that is not kept anywhere yet.
    has_input: bool,
    discovering: Option<RequestId>,
    discovery: Discovery,
    key: Option<Result<KeyFacts, UserError>>,
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
    pub(crate) fn new(config: &Config) -> IntegrationStep {
        let form = ConnectionForm::new(config);
        let first_empty =
            [FieldName::Account, FieldName::Container].into_iter().find(|name| form.text(*name).is_empty());
        IntegrationStep {
            form,
            focus: first_empty.map_or(Focus::Checks, Focus::Field),
            panel: None,
            is_guided: false,
            is_touched: false,
            has_input: false,
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

    pub(crate) fn guide(&mut self) {
        self.is_guided = true;
    }

    pub(crate) fn open(&mut self, config: &Config, outbox: &mut Outbox) {
        if self.is_guided {
            self.discovering = Some(outbox.start(IntegrationRequest::Discover));
        }
        if !self.is_guided || names_a_key(config) {
            self.connect(config, outbox);
        }
        self.check_azure(config, outbox);
    }

    /// Nothing that was asked for is wanted any more.
    pub(crate) fn close(&mut self, outbox: &mut Outbox) {
        outbox.cancel(self.discovering.take());
        for id in [self.encord.running(), self.container.running()] {
            outbox.cancel(id);
        }
        self.close_panel(outbox);
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

    /// Whether leaving now would lose what the user typed or chose.
    pub fn has_input(&self) -> bool {
        self.is_guided && self.has_input
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
    pub(crate) fn access(&self, config: &Config) -> AzureAccess {
        AzureAccess { azure: config.azure.clone(), typed: self.form.typed() }
    }

    fn connect(&mut self, config: &Config, outbox: &mut Outbox) {
        if let Side::Running(id) = self.encord {
            outbox.cancel(Some(id));
        }
        self.key = None;
        self.other_region = None;
        if self.checked.encord.ssh_key_file != config.encord.ssh_key_file {
            self.form.set(FieldName::Passphrase, "");
        }
        self.checked.encord = config.encord.clone();
        // Whom nobody has named yet cannot be at fault.
        let is_named = names_a_key(config) || self.discovery.keys.iter().any(|key| key.named_by.is_some());
        if self.is_guided && !is_named {
            self.encord = Side::Unset;
            self.form.wants_passphrase = false;
            return;
        }
        let passphrase = self.form.text(FieldName::Passphrase);
        let passphrase = (!passphrase.is_empty()).then(|| SecretString::from(passphrase.to_owned()));
        self.encord = Side::Running(
            outbox.start(IntegrationRequest::ConnectEncord { encord: config.encord.clone(), passphrase }),
        );
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
        let lacks_secret = self.is_guided && self.form.lacks_secret();
        let complete = config.azure.account_url().is_some() && !config.azure.container.is_empty() && !lacks_secret;
        self.container = match complete || self.has_secret(config) {
            true => Side::Running(
                outbox.start(IntegrationRequest::CheckAzure { access, encord: Box::new(config.encord.clone()) }),
            ),
            false => Side::Unset,
        };
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
pub(super) fn same_login(one: &config::encord::Encord, other: &config::encord::Encord) -> bool {
    (&one.domain, &one.ssh_key_file, &one.bearer_token_env)
        == (&other.domain, &other.ssh_key_file, &other.bearer_token_env)
}
