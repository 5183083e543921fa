//! Connection strings of storage accounts.
//!
//! Source: Microsoft, "Configure Azure Storage connection strings".

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::azure::error::{Error, ErrorKind};

/// The account that `UseDevelopmentStorage=true` means, as documented for everybody ("Use the Azurite emulator").
const DEVELOPMENT: (&str, &str, &str) = (
    "devstoreaccount1",
    "http://127.0.0.1:10000/devstoreaccount1",
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
);

/// What a connection string says of the Blob service.
#[derive(Debug, Clone, Default)]
pub(super) struct ConnectionString {
    pub(super) account: Option<String>,
    pub(super) key: Option<SecretString>,
    pub(super) sas: Option<SecretString>,
    pub(super) account_url: Option<Url>,
}

impl ConnectionString {
    /// Whether a text is meant as a connection string at all.
    pub(super) fn is_meant(text: &str) -> bool {
        text.split(';').filter_map(|pair| pair.split_once('=')).any(|(name, _)| {
            ["AccountName", "AccountKey", "SharedAccessSignature", "BlobEndpoint", "UseDevelopmentStorage"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name.trim()))
        })
    }

    /// Reads it. Names are read in any case and order; unknown ones, such as the other services' endpoints, are passed over.
    pub(super) fn read(text: &str) -> Result<ConnectionString, Error> {
        let bad = |message: String| Err(Error::new(ErrorKind::BadKey, message, Some(COPY_IT)));
        let mut found = ConnectionString::default();
        let (mut protocol, mut suffix, mut endpoint) = (None, None, None);
        for pair in text.split(';').map(str::trim).filter(|pair| !pair.is_empty()) {
            let Some((name, value)) = pair.split_once('=') else {
                return bad("a part of the connection string has no '='".into());
            };
            let value = value.trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "accountname" => found.account = Some(value.to_owned()),
                "accountkey" => found.key = Some(value.to_owned().into()),
                "sharedaccesssignature" => found.sas = Some(value.to_owned().into()),
                "defaultendpointsprotocol" => protocol = Some(value),
                "endpointsuffix" => suffix = Some(value),
                "blobendpoint" => endpoint = Some(value.to_owned()),
                "usedevelopmentstorage" if value.eq_ignore_ascii_case("true") => {
                    let (account, url, key) = DEVELOPMENT;
                    endpoint = Some(url.to_owned());
                    found.account = Some(account.to_owned());
                    found.key = Some(key.to_owned().into());
                }
                _ => {}
            }
        }
        if endpoint.is_none()
            && let Some(account) = &found.account
        {
            let (protocol, suffix) = (protocol.unwrap_or("https"), suffix.unwrap_or("core.windows.net"));
            endpoint = Some(format!("{protocol}://{account}.blob.{suffix}"));
        }
        found.account_url = match endpoint.map(|text| Url::parse(&text)).transpose() {
            Ok(url) => url,
            Err(error) => return bad(format!("the connection string's Blob endpoint is not a URL: {error}")),
        };
        let is_empty =
            |secret: &Option<SecretString>| secret.as_ref().is_none_or(|text| text.expose_secret().is_empty());
        if is_empty(&found.key) && is_empty(&found.sas) {
            return bad("the connection string holds neither AccountKey nor SharedAccessSignature".into());
        }
        Ok(found)
    }
}

const COPY_IT: &str = "Copy the whole connection string from the Azure portal: the storage account, Access keys, Show.";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<String>, Option<String>, bool, bool) {
        assert!(ConnectionString::is_meant(text), "{text}");
        let found = ConnectionString::read(text).unwrap();
        (found.account, found.account_url.map(String::from), found.key.is_some(), found.sas.is_some())
    }

    #[test]
    fn the_documented_forms_are_understood() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            read("DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=YQ==;EndpointSuffix=core.windows.net"),
            (some("acme"), some("https://acme.blob.core.windows.net/"), true, false)
        );
        assert_eq!(
            read("AccountName=acme; AccountKey=YQ==; EndpointSuffix=core.chinacloudapi.cn;"),
            (some("acme"), some("https://acme.blob.core.chinacloudapi.cn/"), true, false)
        );
        assert_eq!(
            read(
                "BlobEndpoint=https://media.example.com/;QueueEndpoint=https://q/;SharedAccessSignature=sv=1&sig=x%3D"
            ),
            (None, some("https://media.example.com/"), false, true)
        );
        assert_eq!(
            read("UseDevelopmentStorage=true"),
            (some("devstoreaccount1"), some("http://127.0.0.1:10000/devstoreaccount1"), true, false)
        );
    }

    #[test]
    fn what_is_missing_is_said_without_the_key() {
        for (text, part) in [
            ("AccountName=acme;EndpointSuffix=core.windows.net", "neither AccountKey"),
            ("AccountName=acme;AccountKey=", "neither AccountKey"),
            ("AccountName=acme;AccountKey=SECRET==;rubbish", "no '='"),
            ("BlobEndpoint=acme;AccountKey=SECRET==", "not a URL"),
        ] {
            let error = ConnectionString::read(text).unwrap_err();
            assert!(error.to_string().contains(part), "{error}");
            assert!(!format!("{error:?} {error}").contains("SECRET"));
        }
        assert!(!ConnectionString::is_meant("sv=1&sig=x;y"));
        let whole = ConnectionString::read("AccountName=a;AccountKey=SECRET==").unwrap();
        assert!(!format!("{whole:?}").contains("SECRET"));
    }
}
