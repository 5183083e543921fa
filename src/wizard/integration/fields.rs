//! The form's fields.

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

    /// What belongs into it.
    pub fn help(self) -> &'static str {
        match self {
            FieldName::Domain => {
                "https://api.encord.com (EU), https://api.us.encord.com (US), or a domain of your own."
            }
            FieldName::KeyFile => {
                "Ed25519 private key whose public half is registered in Encord. Empty: ENCORD_SSH_KEY_FILE or ENCORD_SSH_KEY."
            }
            FieldName::Passphrase => "The key is encrypted. The passphrase is kept in memory only.",
            FieldName::Integration => {
                "Encord itself reads the container through a cloud integration. Choose the one for this storage account."
            }
            FieldName::Strict => {
                "As set in the integration: with strict client-only access Encord's servers never read the files."
            }
            FieldName::Account => {
                "The storage account's name, its whole URL (Azurite, sovereign clouds, private endpoints), or a SAS URL."
            }
            FieldName::SignIn => "How this program lists the container. Encord reads it with its own credential.",
            FieldName::Credential => {
                "A variable's name, a file (with a / in it), or paste the secret: it is kept in memory only."
            }
            FieldName::Container => "The container that holds the files.",
            FieldName::Folders => "Import only what lies below these folders, or the whole container.",
        }
    }
}
