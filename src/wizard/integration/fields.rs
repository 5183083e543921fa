//! The form's fields.

use crate::wizard::help;

/// The fields of the form, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldName {
    /// `[encord] domain`
    Domain,
    /// `[encord] ssh_key_file`
    KeyFile,
    /// The key's passphrase, only while it is wanted.
    Passphrase,
    /// `[encord] integration`
    Integration,
    /// `[encord] strict_client_only`
    Strict,
    /// `[azure] account` or `endpoint`
    Account,
    /// `[azure] auth`
    SignIn,
    /// `[azure] sas_token_env`, `sas_token_file`, `account_key_env` or `account_key_file`, or the secret itself
    Credential,
    /// `[azure] container`
    Container,
    /// `[manifest] prefixes`
    Folders,
}

/// How a field is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// By typing.
    Text,
    /// By switching through a few values.
    Choice,
    /// From a list only.
    Pick,
}

impl FieldName {
    /// In order.
    pub const ALL: [FieldName; 10] = [
        FieldName::Domain,
        FieldName::KeyFile,
        FieldName::Passphrase,
        FieldName::Integration,
        FieldName::Strict,
        FieldName::Account,
        FieldName::SignIn,
        FieldName::Credential,
        FieldName::Container,
        FieldName::Folders,
    ];

    /// How it is changed.
    pub fn kind(self) -> FieldKind {
        match self {
            FieldName::Strict | FieldName::SignIn => FieldKind::Choice,
            FieldName::Integration | FieldName::Folders => FieldKind::Pick,
            _ => FieldKind::Text,
        }
    }

    /// Whether it is about Encord; about Azure otherwise.
    pub fn is_of_encord(self) -> bool {
        matches!(
            self,
            FieldName::Domain | FieldName::KeyFile | FieldName::Passphrase | FieldName::Integration | FieldName::Strict
        )
    }

    /// Whether there is a list to choose from.
    pub fn has_list(self) -> bool {
        !matches!(self, FieldName::Passphrase | FieldName::Strict | FieldName::Account | FieldName::Credential)
    }

    /// What the field is called; at most 14 columns.
    pub fn label(self) -> &'static str {
        match self {
            FieldName::Domain => "Encord API",
            FieldName::KeyFile => "SSH key file",
            FieldName::Passphrase => "Passphrase",
            FieldName::Integration => "Integration",
            FieldName::Strict => "Strict client",
            FieldName::Account => "Account or URL",
            FieldName::SignIn => "Sign in with",
            FieldName::Credential => "Secret from",
            FieldName::Container => "Container",
            FieldName::Folders => "Folders",
        }
    }

    /// By what name the help knows it: its key in a config, if it has just one there.
    pub fn key(self) -> &'static str {
        match self {
            FieldName::Domain => "encord.domain",
            FieldName::KeyFile => "encord.ssh_key_file",
            FieldName::Passphrase => "field passphrase",
            FieldName::Integration => "encord.integration",
            FieldName::Strict => "encord.strict_client_only",
            FieldName::Account => "azure.account",
            FieldName::SignIn => "azure.auth",
            FieldName::Credential => "field secret",
            FieldName::Container => "azure.container",
            FieldName::Folders => "manifest.prefixes",
        }
    }

    /// What it is, and what to choose.
    pub fn help(self) -> &'static str {
        &help::field(self.key()).both
    }
}
