//! What people paste as their right to a storage account: a SAS token or SAS URL, an account key, a connection string.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::{
    azure::{
        connection_string::ConnectionString,
        error::{Error, ErrorKind},
        sas::Sas,
    },
    endpoints::endpoint,
};

/// Azure's account keys are 64 random bytes.
const KEY_BYTES: usize = 64;
/// What that makes in base64.
const KEY_LETTERS: usize = 88;

/// The secret itself.
#[derive(Debug, Clone)]
pub(crate) enum Secret {
    /// An account key, in base64.
    Key(SecretString),
    /// A SAS token.
    Sas(SecretString),
}

/// A secret and what came with it.
#[derive(Debug, Clone)]
pub(crate) struct Pasted {
    /// What it is, for sentences: `SAS URL`.
    pub(crate) what: &'static str,
    pub(crate) secret: Secret,
    /// The account that it is for.
    pub(crate) account: Option<String>,
    /// That account's address.
    pub(crate) account_url: Option<Url>,
    /// The container that it is for, from a SAS URL.
    pub(crate) container: Option<String>,
    /// Whether it does not work for any other container.
    pub(crate) is_for_container_only: bool,
}

impl Pasted {
    /// Finds out what a text is.
    ///
    /// # Errors
    /// [`ErrorKind::BadKey`] or [`ErrorKind::BadSas`], with what it seems to be instead. The text is never repeated.
    pub(crate) fn read(text: &SecretString) -> Result<Pasted, Error> {
        let text = unquoted(text.expose_secret());
        if ConnectionString::is_meant(text) {
            return Pasted::from_connection_string(text);
        }
        if text.starts_with("https://") || text.starts_with("http://") {
            return Pasted::from_url(text);
        }
        let bare = |what, secret| Pasted {
            what,
            secret,
            account: None,
            account_url: None,
            container: None,
            is_for_container_only: false,
        };
        let whole = SecretString::from(text.to_owned());
        if Sas::read(&whole).is_some() {
            return Ok(bare("SAS token", Secret::Sas(whole)));
        }
        if STANDARD.decode(text).is_ok_and(|bytes| bytes.len() == KEY_BYTES) {
            return Ok(bare("account key", Secret::Key(whole)));
        }
        Err(not_understood(text))
    }

    fn from_connection_string(text: &str) -> Result<Pasted, Error> {
        let found = ConnectionString::read(text)?;
        let account = found.account.or_else(|| found.account_url.as_ref().and_then(endpoint::account_name));
        let secret = match (found.key, found.sas) {
            (Some(key), _) if STANDARD.decode(key.expose_secret()).is_ok() => Secret::Key(key),
            (Some(_), _) => return Err(Error::new(ErrorKind::BadKey, "its AccountKey is not base64", Some(COPY_KEY))),
            (None, Some(sas)) if Sas::read(&sas).is_some() => Secret::Sas(sas),
            (None, _) => {
                return Err(Error::new(
                    ErrorKind::BadSas,
                    "its SharedAccessSignature has no signature (sig=…)",
                    Some(COPY_SAS),
                ));
            }
        };
        Ok(Pasted {
            what: "connection string",
            secret,
            account,
            account_url: found.account_url.map(|url| endpoint::as_blob(&url)),
            container: None,
            is_for_container_only: false,
        })
    }

    fn from_url(text: &str) -> Result<Pasted, Error> {
        let url = Url::parse(text).map_err(|error| {
            Error::new(ErrorKind::BadSas, format!("it begins like a URL but is none: {error}"), Some(COPY_SAS))
        })?;
        let token = SecretString::from(text.to_owned());
        let Some(sas) = Sas::read(&token).filter(|_| url.query().is_some()) else {
            return Err(Error::new(
                ErrorKind::BadSas,
                "it is an address without a token (?sv=…&sig=…)",
                Some("Copy the whole \"Blob SAS URL\"; an address alone belongs into endpoint under [azure]."),
            ));
        };
        let (account_url, container) = endpoint::split(&url);
        Ok(Pasted {
            what: "SAS URL",
            account: endpoint::account_name(&account_url),
            account_url: Some(account_url),
            is_for_container_only: container.is_some() && sas.is_of_a_service(),
            container,
            secret: Secret::Sas(token),
        })
    }
}

/// Without the quotation marks that come along from shells and `.env` files.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote)).map_or(text, str::trim)
}

fn not_understood(text: &str) -> Error {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    if text.starts_with("eyJ") {
        return Error::new(
            ErrorKind::BadSas,
            "it looks like a bearer token",
            Some("To sign in as yourself set auth = \"entra\" and run az login; no token has to be pasted."),
        );
    }
    if text.contains("sv=") || text.contains("se=") || text.contains("sp=") {
        return Error::new(ErrorKind::BadSas, "it has no signature (sig=…)", Some(COPY_SAS));
    }
    if text.len() > 40 && text.chars().all(is_base64) {
        let message = format!(
            "it looks like an account key, but those have {KEY_LETTERS} characters and this has {}",
            text.len()
        );
        return Error::new(ErrorKind::BadKey, message, Some(COPY_KEY));
    }
    Error::new(
        ErrorKind::BadSas,
        "it is neither a SAS token or SAS URL, nor an account key or connection string",
        Some(COPY_SAS),
    )
}

const COPY_KEY: &str = "Copy it anew from the Azure portal: the storage account, Access keys, Show.";
const COPY_SAS: &str =
    "Copy the whole token, which looks like sv=…&se=…&sp=rl&sig=…; part of it may have been lost on the way.";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Pasted, Error> {
        Pasted::read(&SecretString::from(text.to_owned()))
    }

    fn key() -> String {
        STANDARD.encode([7; KEY_BYTES])
    }

    #[test]
    fn whatever_is_pasted_is_recognised() {
        for (text, what) in [
            ("sv=1&sp=rl&sig=x".to_owned(), "SAS token"),
            ("\"?sv=1&sp=rl&sig=x\"\n".to_owned(), "SAS token"),
            ("https://a.blob.core.windows.net/?sv=1&sig=x".to_owned(), "SAS URL"),
            (key(), "account key"),
            (format!(" '{}' ", key()), "account key"),
            (format!("AccountName=a;AccountKey={}", key()), "connection string"),
            (
                "BlobEndpoint=https://a.blob.core.windows.net;SharedAccessSignature=sig=x".to_owned(),
                "connection string",
            ),
        ] {
            assert_eq!(read(&text).unwrap().what, what, "{text}");
        }
    }

    #[test]
    fn a_sas_url_tells_account_and_container() {
        let blob = read("https://a.dfs.core.windows.net/media/x/y.jpg?sr=b&sig=x").unwrap();
        assert_eq!(blob.account_url.unwrap().as_str(), "https://a.blob.core.windows.net/");
        assert_eq!(blob.account.as_deref(), Some("a"));
        assert_eq!(blob.container.as_deref(), Some("media"));
        assert!(blob.is_for_container_only);
        let account = read("http://127.0.0.1:1/dev/media?srt=co&sig=x").unwrap();
        assert_eq!(account.account.as_deref(), Some("dev"));
        assert!(!account.is_for_container_only);
    }

    #[test]
    fn what_is_none_of_them_is_named_for_what_it_seems_to_be() {
        let short = &key()[..80];
        for (text, part) in [
            ("", "neither"),
            ("hello", "neither"),
            ("sv=1&se=2027-01-01&sp=rl", "no signature"),
            (short, "88 characters and this has 80"),
            ("https://a.blob.core.windows.net/media", "without a token"),
            ("https://[x?sig=SECRET", "none"),
            ("AccountName=a;AccountKey=SECRET!", "not base64"),
            ("AccountName=a;SharedAccessSignature=SECRET", "no signature"),
            ("eyJhbGciOiJub25lIn0.e30.", "bearer token"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.to_string().contains(part), "{text}: {error}");
            assert!(error.hint().is_some());
            assert!(
                !format!("{error:?}").contains("SECRET") && (text.is_empty() || !format!("{error:?}").contains(short))
            );
        }
        assert!(!format!("{:?}", read(&key()).unwrap()).contains(short));
    }
}
