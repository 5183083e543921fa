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
