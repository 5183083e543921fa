//! Secrets that people paste into the form, taken apart into settings and secret.

use url::Url;

use crate::{config::azure::AuthKind, endpoints::endpoint};

/// What was recognised in a pasted text.
#[derive(Debug, PartialEq)]
pub(super) struct Pasted {
    pub(super) kind: AuthKind,
    /// The account's name, or its whole URL where that is not the usual one.
    pub(super) account: Option<String>,
    pub(super) container: Option<String>,
    /// What goes into the field of the credential.
    pub(super) secret: String,
}

/// Whether a text is a secret rather than the name of a place where one is.
pub(super) fn is_secret(text: &str) -> bool {
    let text = text.trim();
    let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    text.contains("sig=")
        || text.contains("AccountKey=")
        || text.contains("SharedAccessSignature=")
        || text.contains("PRIVATE KEY")
        // An account key is 64 bytes, thus 88 characters of base64; one that was cut off is a secret as well.
        || (text.len() >= 60 && text.ends_with('=') && text.chars().all(base64))
}

/// Recognises a SAS URL, a SAS token, a connection string and an account key; `None` for everything else.
pub(super) fn recognise(text: &str) -> Option<Pasted> {
    let text = text.trim();
    if !is_secret(text) {
        return None;
    }
    let secret = text.to_owned();
    if text.contains("AccountName=") || text.contains("BlobEndpoint=") {
        let part = |name: &str| {
            text.split(';')
                .find_map(|pair| pair.trim().split_once('=').filter(|(key, _)| *key == name))
                .map(|pair| pair.1)
        };
        let endpoint = part("BlobEndpoint").and_then(|url| Url::parse(url).ok());
        let account = match &endpoint {
            Some(url) => account_of(url).map(|(account, _)| account),
            None => part("AccountName").map(|name| match part("EndpointSuffix") {
                Some(suffix) if suffix != "core.windows.net" => format!("https://{name}.blob.{suffix}"),
                _ => name.to_owned(),
            }),
        };
        let kind = if text.contains("AccountKey=") { AuthKind::AccountKey } else { AuthKind::Sas };
        return Some(Pasted { kind, account, container: None, secret });
    }
    if text.contains("://") {
        let url = Url::parse(text).ok()?;
        let (account, container) = account_of(&url)?;
        return Some(Pasted { kind: AuthKind::Sas, account: Some(account), container, secret });
    }
    let kind = if text.contains("sig=") { AuthKind::Sas } else { AuthKind::AccountKey };
    Some(Pasted { kind, account: None, container: None, secret })
}

/// The account that a URL is of, as the form takes it, and the container, if the path names one.
pub(super) fn account_of(url: &Url) -> Option<(String, Option<String>)> {
    let (account, container) = endpoint::split(url);
    let host = account.host_str()?;
    let short =
        host.strip_suffix(".blob.core.windows.net").filter(|name| !name.contains('.') && url.scheme() == "https");
    Some((short.map_or_else(|| account.as_str().trim_end_matches('/').to_owned(), str::to_owned), container))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_is_taken_apart() {
        let key = "x".repeat(86) + "==";
        let pasted = |text: &str| {
            let found = recognise(text)?;
            Some((found.kind, found.account.unwrap_or_default(), found.container.unwrap_or_default()))
        };
        let some = |kind, account: &str, container: &str| Some((kind, account.to_owned(), container.to_owned()));
        for (text, expected) in [
            ("AZURE_STORAGE_SAS_TOKEN".to_owned(), None),
            ("~/sas".to_owned(), None),
            ("sv=1&sp=rl&sig=abc".to_owned(), some(AuthKind::Sas, "", "")),
            ("https://acme.blob.core.windows.net/raw?sv=1&sig=abc".to_owned(), some(AuthKind::Sas, "acme", "raw")),
            ("https://acme.dfs.core.windows.net/?sv=1&sig=abc".to_owned(), some(AuthKind::Sas, "acme", "")),
            (
                "https://acme.blob.core.usgovcloudapi.net/raw/a/b.jpg?sig=x".to_owned(),
                some(AuthKind::Sas, "https://acme.blob.core.usgovcloudapi.net", "raw"),
            ),
            (
                "http://127.0.0.1:10000/devstoreaccount1/raw?sig=x".to_owned(),
                some(AuthKind::Sas, "http://127.0.0.1:10000/devstoreaccount1", "raw"),
            ),
            (key.clone(), some(AuthKind::AccountKey, "", "")),
            (
                format!(
                    "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={key};EndpointSuffix=core.windows.net"
                ),
                some(AuthKind::AccountKey, "acme", ""),
            ),
            (
                format!("AccountName=acme;AccountKey={key};EndpointSuffix=core.chinacloudapi.cn"),
                some(AuthKind::AccountKey, "https://acme.blob.core.chinacloudapi.cn", ""),
            ),
            (
                "BlobEndpoint=http://127.0.0.1:10000/dev;SharedAccessSignature=sv=1&sig=x".to_owned(),
                some(AuthKind::Sas, "http://127.0.0.1:10000/dev", ""),
            ),
        ] {
            assert_eq!(pasted(&text), expected, "{text}");
        }
    }
}
