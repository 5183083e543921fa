//! Signing requests with one of an account's two keys.
//!
//! Source: Microsoft, "Authorize with Shared Key", for the Blob service from version 2015-02-21 on.

use std::{collections::BTreeMap, sync::Arc};

use azure_core::{
    Error,
    error::ErrorKind,
    http::{
        Context, Request,
        policies::{Policy, PolicyResult},
    },
    time::{OffsetDateTime, to_rfc7231},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// The headers that have a line of their own in what is signed, after the length and before `x-ms-…`. `Date` stays empty, since
/// `x-ms-date` is sent.
const BEFORE_LENGTH: [&str; 2] = ["content-encoding", "content-language"];
const AFTER_LENGTH: [&str; 8] = [
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
];

/// Signs every attempt of a request anew, since the date is part of what is signed.
#[derive(Debug)]
pub(super) struct SharedKey {
    account: String,
    key: SecretString,
}

impl SharedKey {
    pub(super) fn new(account: &str, key: &SecretString) -> SharedKey {
        SharedKey { account: account.to_owned(), key: key.clone() }
    }

    fn string_to_sign(&self, request: &Request) -> String {
        let headers: BTreeMap<&str, &str> =
            request.headers().iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let header = |name: &str| headers.get(name).copied().unwrap_or_default();
        let length = match request.body().len().unwrap_or_default() {
            0 => String::new(),
            length => length.to_string(),
        };
        let mut text = format!("{}\n", request.method());
        for name in BEFORE_LENGTH {
            text.push_str(header(name));
            text.push('\n');
        }
        text.push_str(&length);
        text.push('\n');
        for name in AFTER_LENGTH {
            text.push_str(header(name));
            text.push('\n');
        }
        for (name, value) in headers.iter().filter(|(name, _)| name.starts_with("x-ms-")) {
            text.push_str(&format!("{name}:{}\n", value.trim()));
        }
        text.push_str(&format!("/{}{}", self.account, request.url().path()));
        let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in request.url().query_pairs() {
            parameters.entry(name.to_lowercase()).or_default().push(value.into_owned());
        }
        for (name, mut values) in parameters {
            values.sort();
            text.push_str(&format!("\n{name}:{}", values.join(",")));
        }
        text
    }
}

#[async_trait::async_trait]
impl Policy for SharedKey {
    async fn send(&self, context: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        request.insert_header("x-ms-date", to_rfc7231(&OffsetDateTime::now_utc()));
        let Some(signature) = sign(&self.key, &self.string_to_sign(request)) else {
            return Err(Error::with_message(ErrorKind::Credential, "the account key is not base64"));
        };
        request.insert_header("authorization", format!("SharedKey {}:{signature}", self.account));
        match next {
            [first, rest @ ..] => first.send(context, request, rest).await,
            [] => Err(Error::with_message(ErrorKind::Other, "the pipeline has no transport")),
        }
    }
}

/// The signature of a text in base64; nothing if the key is not base64 itself.
pub(super) fn sign(key: &SecretString, text: &str) -> Option<String> {
    let key = STANDARD.decode(key.expose_secret()).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(text.as_bytes());
    Some(STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use azure_core::http::{Method, Url};

    use super::*;

    fn text(method: Method, url: &str, headers: &[(&'static str, &'static str)], body: &'static str) -> String {
        let mut request = Request::new(Url::parse(url).expect("a URL"), method);
        for (name, value) in headers {
            request.insert_header(*name, *value);
        }
        request.set_body(body);
        SharedKey::new("acme", &SecretString::from("a2V5")).string_to_sign(&request)
    }

    /// The first example of Microsoft's page, with a version from 2015-02-21 on.
    #[test]
    fn a_listing_is_signed_as_documented() {
        assert_eq!(
            text(
                Method::Get,
                "https://acme.blob.core.windows.net/media?restype=container&comp=list&prefix=a%2Fb%20c%2B&maxresults=1",
                &[("x-ms-version", "2026-04-06"), ("x-ms-date", "Fri, 26 Jun 2026 23:39:12 GMT"), ("accept", "x")],
                "",
            ),
            "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2026 23:39:12 GMT\nx-ms-version:2026-04-06\n\
             /acme/media\ncomp:list\nmaxresults:1\nprefix:a/b c+\nrestype:container"
        );
    }

    #[test]
    fn path_style_bodies_and_ranges_are_signed_too() {
        assert_eq!(
            text(
                Method::Put,
                "http://127.0.0.1:10000/acme/media/a%20b.jpg?b=2&a=1&B=1",
                &[("content-type", "application/xml"), ("content-md5", "abc="), ("range", "bytes=0-0")],
                "12345",
            ),
            "PUT\n\n\n5\nabc=\napplication/xml\n\n\n\n\n\nbytes=0-0\n/acme/acme/media/a%20b.jpg\na:1\nb:1,2"
        );
    }
}
