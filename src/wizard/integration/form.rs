//! What is typed and chosen in the form, and how it becomes the config.

use secrecy::SecretString;
use url::Url;

use crate::{
    config::{Config, azure::AuthKind},
    endpoints::endpoint,
    wizard::{
        action::Edit,
        connections::AzureSignIn,
        field::Field,
        integration::{
            fields::FieldName,
            pasted::{account_of, is_secret, recognise},
        },
    },
};

/// The ways to sign in to Azure, in the order in which they are switched through.
pub(super) const WAYS: [AuthKind; 4] = [AuthKind::Entra, AuthKind::Sas, AuthKind::AccountKey, AuthKind::Anonymous];

/// The form's texts and choices. The config has what was committed last.
#[derive(Debug)]
pub(super) struct ConnectionForm {
    fields: Vec<(FieldName, Field)>,
    sas: Field,
    account_key: Field,
    pub(super) sign_in: AuthKind,
    pub(super) strict: bool,
    pub(super) wants_passphrase: bool,
    /// A field whose text cannot be used, and why.
    pub(super) problem: Option<(FieldName, String)>,
}

impl ConnectionForm {
    pub(super) fn new(config: &Config) -> ConnectionForm {
        let azure = &config.azure;
        let account = match (&azure.endpoint, &azure.account) {
            (Some(endpoint), _) => endpoint.as_str().trim_end_matches('/').to_owned(),
            (None, account) => account.clone().unwrap_or_default(),
        };
        let place = |variable: &Option<String>, file: &Option<String>| {
            Field::new(variable.as_deref().or(file.as_deref()).unwrap_or_default())
        };
        let texts = [
            (FieldName::Domain, config.encord.domain.as_str()),
            (FieldName::KeyFile, config.encord.ssh_key_file.as_deref().unwrap_or_default()),
            (FieldName::Passphrase, ""),
            (FieldName::Account, &account),
            (FieldName::Container, &azure.container),
        ];
        ConnectionForm {
            fields: texts.into_iter().map(|(name, text)| (name, Field::new(text))).collect(),
            sas: place(&azure.sas_token_env, &azure.sas_token_file),
            account_key: place(&azure.account_key_env, &azure.account_key_file),
            sign_in: azure.auth_kind(),
            strict: config.encord.strict_client_only,
            wants_passphrase: false,
            problem: None,
        }
    }

    /// The fields that are wanted as things are.
    pub(super) fn shown(&self) -> Vec<FieldName> {
        let has_secret = matches!(self.sign_in, AuthKind::Sas | AuthKind::AccountKey);
        let shown = |name: &FieldName| match name {
            FieldName::Passphrase => self.wants_passphrase,
            FieldName::Credential => has_secret,
            _ => true,
        };
        FieldName::ALL.into_iter().filter(shown).collect()
    }

    pub(super) fn field(&self, wanted: FieldName) -> Option<&Field> {
        match (wanted, self.sign_in) {
            (FieldName::Credential, AuthKind::AccountKey) => Some(&self.account_key),
            (FieldName::Credential, _) => Some(&self.sas),
            _ => self.fields.iter().find(|(name, _)| *name == wanted).map(|(_, field)| field),
        }
    }

    pub(super) fn text(&self, wanted: FieldName) -> &str {
        self.field(wanted).map_or("", Field::text).trim()
    }

    pub(super) fn set(&mut self, wanted: FieldName, text: &str) {
        match (wanted, self.sign_in) {
            (FieldName::Credential, AuthKind::AccountKey) => self.account_key = Field::new(text),
            (FieldName::Credential, _) => self.sas = Field::new(text),
            _ => {
                if let Some((_, field)) = self.fields.iter_mut().find(|(name, _)| *name == wanted) {
                    *field = Field::new(text);
                }
            }
        }
    }

    pub(super) fn edit(&mut self, wanted: FieldName, edit: &Edit) {
        match (wanted, self.sign_in) {
            (FieldName::Credential, AuthKind::AccountKey) => self.account_key.edit(edit),
            (FieldName::Credential, _) => self.sas.edit(edit),
            _ => {
                if let Some((_, field)) = self.fields.iter_mut().find(|(name, _)| *name == wanted) {
                    field.edit(edit);
                }
            }
        }
    }

    /// Whether the text of a field must not be shown.
    pub(super) fn is_masked(&self, name: FieldName) -> bool {
        match name {
            FieldName::Passphrase => true,
            _ => is_secret(self.text(name)),
        }
    }

    /// Switches a choice.
    pub(super) fn switch(&mut self, name: FieldName, forward: bool) {
        match name {
            FieldName::Strict => self.strict = !self.strict,
            FieldName::SignIn => {
                let at = WAYS.iter().position(|way| *way == self.sign_in).unwrap_or_default();
                let step = if forward { 1 } else { WAYS.len() - 1 };
                self.sign_in = WAYS.get((at + step) % WAYS.len()).copied().unwrap_or_default();
            }
            _ => {}
        }
    }

    /// Takes over a way to sign in that was found on this machine.
    pub(super) fn take_way(&mut self, way: &AzureSignIn) {
        self.sign_in = way.kind;
        if let Some(variable) = &way.variable {
            self.set(FieldName::Credential, variable);
        }
        if self.text(FieldName::Account).is_empty() {
            let endpoint = way.endpoint.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
            if let Some(account) = endpoint.or(way.account.clone()) {
                self.set(FieldName::Account, &account);
            }
        }
    }

    /// Whether the way to sign in needs a secret and there is no word of one.
    pub(super) fn lacks_secret(&self) -> bool {
        matches!(self.sign_in, AuthKind::Sas | AuthKind::AccountKey) && self.text(FieldName::Credential).is_empty()
    }

    /// The secret that was typed or pasted instead of the name of its place.
    pub(super) fn typed(&self) -> Option<SecretString> {
        let has_secret = matches!(self.sign_in, AuthKind::Sas | AuthKind::AccountKey);
        let text = self.text(FieldName::Credential);
        (has_secret && is_secret(text)).then(|| SecretString::from(text.to_owned()))
    }

    /// Writes the form into the config. What cannot be used leaves its part of the config as it was.
    pub(super) fn commit(&mut self, config: &mut Config) {
        self.problem = None;
        self.sort_out_pasted();
        let optional = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        config.encord.strict_client_only = self.strict;
        if self.is_plain(FieldName::Domain, "an address belongs here, no secret") {
            config.encord.domain = self.text(FieldName::Domain).trim_end_matches('/').to_owned();
        }
        if self.is_plain(FieldName::KeyFile, "give the path of the key's file, not the key itself") {
            config.encord.ssh_key_file = optional(self.text(FieldName::KeyFile));
        }
        self.commit_account(config);
        if self.is_plain(FieldName::Container, "only the container's name belongs here, no secret") {
            config.azure.container = self.text(FieldName::Container).to_owned();
        }
        self.commit_credential(config);
    }

    /// A SAS URL or connection string may be pasted into either field; both learn from it.
    fn sort_out_pasted(&mut self) {
        for name in [FieldName::Account, FieldName::Credential] {
            let Some(pasted) = recognise(self.text(name)) else { continue };
            let (was, text) = (self.sign_in, self.text(name).to_owned());
            if name == FieldName::Account {
                self.set(FieldName::Account, "");
            } else if was != pasted.kind && matches!(was, AuthKind::Sas | AuthKind::AccountKey) {
                self.set(FieldName::Credential, "");
            } else if !matches!(was, AuthKind::Sas | AuthKind::AccountKey) {
                // Left over in a field that is not shown.
                continue;
            }
            debug_assert_eq!(text, pasted.secret);
            self.sign_in = pasted.kind;
            self.set(FieldName::Credential, &pasted.secret);
            for (name, found) in [(FieldName::Account, pasted.account), (FieldName::Container, pasted.container)] {
                if let Some(found) = found.filter(|_| self.text(name).is_empty()) {
                    self.set(name, &found);
                }
            }
        }
    }

    fn commit_account(&mut self, config: &mut Config) {
        let account = self.text(FieldName::Account).to_owned();
        if !account.contains("://") {
            config.azure.endpoint = None;
            config.azure.account = (!account.is_empty()).then_some(account);
            return;
        }
        let url = match Url::parse(&account) {
            Ok(url) if url.query().is_none() && url.fragment().is_none() => url,
            Ok(_) => return self.refuse(FieldName::Account, "leave out everything from the '?' on"),
            Err(error) => return self.refuse(FieldName::Account, format!("this is not a URL ({error})")),
        };
        let Some((short, Some(container))) = account_of(&url).filter(|_| names_a_container(&url)) else {
            if config.azure.endpoint.as_ref() != Some(&url) {
                config.azure.endpoint = Some(url);
            }
            return;
        };
        // A URL copied from the portal names the container too.
        match self.text(FieldName::Container) {
            "" => self.set(FieldName::Container, &container),
            other if other == container => {}
            other => {
                let message = format!("this URL is of the container {container}, the field below says {other}");
                return self.refuse(FieldName::Account, message);
            }
        }
        self.set(FieldName::Account, &short);
        self.commit_account(config);
    }

    fn commit_credential(&mut self, config: &mut Config) {
        let text = self.text(FieldName::Credential).to_owned();
        let azure = &mut config.azure;
        let places = match self.sign_in {
            AuthKind::Sas => Some((&mut azure.sas_token_env, &mut azure.sas_token_file)),
            AuthKind::AccountKey => Some((&mut azure.account_key_env, &mut azure.account_key_file)),
            AuthKind::Entra | AuthKind::Anonymous => None,
        };
        if let Some((variable, file)) = places {
            // A file named without a folder stays the file that the config says it is.
            let is_file = text.contains(['/', '\\']) || file.as_deref() == Some(&text);
            let named = !text.is_empty() && !is_secret(&text);
            *file = (named && is_file).then(|| text.clone());
            *variable = (named && !is_file).then_some(text);
        }
        if azure.auth_kind() != self.sign_in {
            azure.auth = Some(self.sign_in);
        }
    }

    /// A secret in a field that takes none goes no further than the field.
    fn is_plain(&mut self, name: FieldName, otherwise: &str) -> bool {
        let is_plain = !is_secret(self.text(name));
        if !is_plain {
            self.refuse(name, otherwise);
        }
        is_plain
    }

    fn refuse(&mut self, name: FieldName, why: impl Into<String>) {
        self.problem = Some((name, why.into()));
    }
}

/// Whether a URL is known to name a container: in Azure's own clouds, or path-style with more than the account's name.
fn names_a_container(url: &Url) -> bool {
    let is_path_style = matches!(url.host(), Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)))
        || url.host_str().is_some_and(|host| host == "localhost");
    (is_path_style || endpoint::is_azure(url)) && endpoint::split(url).1.is_some()
}
