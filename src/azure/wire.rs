//! How requests get to a storage account: the pipeline, its transport, and which addresses are fit for it.

use std::sync::Arc;
use std::time::Duration;

use azure_core::error::ErrorKind as CoreKind;
use azure_core::http::policies::Policy;
use azure_core::http::policies::auth::BearerTokenAuthorizationPolicy;
use azure_core::http::{AsyncRawResponse, ClientOptions, ExponentialRetryOptions, Pipeline, RetryOptions, Transport};
use futures_util::StreamExt;
use percent_encoding::utf8_percent_encode;
use url::{Host, Url};

use crate::azure::{
    Auth,
    entra::{SCOPE, SignInFailure},
    error::{Credential, Error, ErrorKind, Situation},
    sas::{QUERY, Sas},
    shared_key::SharedKey,
};

/// The newest version that Azurite 3.37 knows too; 2026-02-06 is needed for `startFrom`.
pub(super) const SERVICE_VERSION: &str = "2026-04-06";
/// Azure's error answers are some hundred bytes; a proxy's page may be long and is not wanted.
const LONGEST_ERROR_BODY: usize = 64 * 1024;

/// The policies that sign a request, run anew for every attempt. A SAS needs none: it is part of the URL.
fn signing(auth: &Auth) -> Vec<Arc<dyn Policy>> {
    match auth {
        Auth::Anonymous | Auth::Sas(_) => Vec::new(),
        Auth::AccountKey { account, key } => vec![Arc::new(SharedKey::new(account, key))],
        Auth::Token(credential) => vec![Arc::new(BearerTokenAuthorizationPolicy::new(Arc::clone(credential), [SCOPE]))],
    }
}

pub(super) fn pipeline(auth: &Auth, transport: &Transport, max_retries: u32) -> Pipeline {
    let options = ClientOptions {
        transport: Some(transport.clone()),
        retry: RetryOptions::exponential(ExponentialRetryOptions { max_retries, ..ExponentialRetryOptions::default() }),
        ..ClientOptions::default()
    };
    Pipeline::new(
        Some(env!("CARGO_PKG_NAME")),
        Some(env!("CARGO_PKG_VERSION")),
        options,
        Vec::new(),
        signing(auth),
        None,
    )
}

/// `azure_core`'s own client cannot be told to leave out a proxy, and panics where no TLS provider is installed.
pub(super) fn transport(loopback: bool) -> Result<Transport, Error> {
    Ok(Transport::new(Arc::new(http_client(loopback)?)))
}

/// A client without credential; goes around the proxy for services on this machine.
pub(super) fn http_client(loopback: bool) -> Result<reqwest::Client, Error> {
    crate::tls::install();
    let mut builder = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(15))
        .read_timeout(Duration::from_secs(60))
        .redirect(reqwest::redirect::Policy::none());
    if loopback {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| Error::new(ErrorKind::BadUrl, format!("no HTTP client: {error}"), None))
}

/// Why a request came to no answer.
pub(super) fn failure(situation: &Situation<'_>, error: &azure_core::Error) -> Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(failure) = inner.downcast_ref::<SignInFailure>() {
            return failure.into();
        }
        cause = inner.source();
    }
    match (error.kind(), situation.credential) {
        (CoreKind::Credential, Credential::Token) => Error::new(ErrorKind::SignIn, network_cause(error), None),
        (CoreKind::Credential, _) => Error::new(ErrorKind::BadKey, network_cause(error), None),
        // The bearer policy refuses before anything is sent.
        (CoreKind::Other, Credential::Token) if !situation.secure => Error::token_over_http(),
        _ => Error::unreachable(situation, &network_cause(error)),
    }
}

/// A URL with a query, to which encoded values and the SAS are added.
pub(super) fn with_query<'a>(
    url: &Url,
    query: &str,
    more: impl IntoIterator<Item = (&'a str, &'a str)>,
    sas: Option<&Sas>,
) -> Url {
    let mut text = query.to_owned();
    for (key, value) in more {
        text.push('&');
        text.push_str(key);
        text.push('=');
        text.extend(utf8_percent_encode(value, QUERY));
    }
    if let Some(sas) = sas {
        text.push('&');
        text.push_str(sas.query());
    }
    let mut url = url.clone();
    url.set_query(Some(&text));
    url
}

/// Reads the error that a service answered with.
pub(super) async fn refusal(situation: &Situation<'_>, response: AsyncRawResponse) -> Error {
    let (status, headers, mut body) = response.deconstruct();
    let mut text = Vec::new();
    while let Some(Ok(chunk)) = body.next().await {
        text.extend_from_slice(&chunk);
        if text.len() > LONGEST_ERROR_BODY {
            break;
        }
    }
    let header = |name: &'static str| headers.get_optional_str(&name.into());
    let error =
        Error::answered(situation, u16::from(status), header("x-ms-error-code"), header("x-ms-request-id"), &text);
    match (u16::from(status), header("www-authenticate").and_then(tenant)) {
        (401, Some(tenant)) => error.of_tenant(situation, &tenant),
        _ => error,
    }
}

/// The tenant that an account belongs to, from the challenge that a foreign token is answered with:
/// `Bearer authorization_uri=https://login.microsoftonline.com/TENANT/oauth2/authorize …`.
fn tenant(challenge: &str) -> Option<String> {
    let (_, uri) = challenge.split_once("authorization_uri=")?;
    let uri = uri.trim_start_matches('"').split(['"', ' ', ',']).next()?;
    let segment = Url::parse(uri).ok()?.path_segments()?.next()?.to_owned();
    uuid::Uuid::try_parse(&segment).is_ok().then_some(segment)
}

/// Whether requests may be sent to an account at this address: https, or http on the loopback interface, and no secret in it.
pub(super) fn check_account_url(account_url: &Url) -> Result<(), Error> {
    let bad = |message: &str, hint: &str| Err(Error::new(ErrorKind::BadUrl, message, Some(hint)));
    let secret =
        account_url.query().is_some() || account_url.password().is_some() || !account_url.username().is_empty();
    if secret || account_url.fragment().is_some() {
        return bad(
            "the account URL carries more than scheme, host and path",
            "Leave out everything from the question mark on; a SAS token is given separately.",
        );
    }
    match account_url.scheme() {
        "https" => {}
        "http" if is_loopback(account_url) => {}
        "http" => {
            return bad(
                "the account URL is http, and anybody on the way could read what is sent",
                "Write https://. Plain http is for Azurite and the like on this machine (127.0.0.1 or localhost).",
            );
        }
        _ => {
            return bad("the account URL is neither https nor http", "Write https://ACCOUNT.blob.core.windows.net.");
        }
    }
    if account_url.host().is_none() {
        return bad("the account URL names no host", "Write https://ACCOUNT.blob.core.windows.net.");
    }
    Ok(())
}

/// Whether a credential may be sent to an account at this address.
pub(super) fn check_auth(account_url: &Url, auth: &Auth) -> Result<(), Error> {
    match auth {
        Auth::Token(_) if account_url.scheme() != "https" => Err(Error::token_over_http()),
        _ => Ok(()),
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

pub(super) fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The innermost cause, which names the trouble; the outer ones quote the URL and with it the token.
pub(super) fn network_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(|error| error.source()) {
        cause = Some(inner);
    }
    cause.map_or_else(|| error.to_string(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::tenant;

    #[test]
    fn a_challenge_names_the_tenant() {
        let id = "72f988bf-86f1-41af-91ab-2d7cd011db47";
        for challenge in [
            format!(
                "Bearer authorization_uri=https://login.microsoftonline.com/{id}/oauth2/authorize resource_id=https://storage.azure.com"
            ),
            format!("Bearer authorization_uri=\"https://login.microsoftonline.com/{id}/oauth2/authorize\", x=1"),
        ] {
            assert_eq!(tenant(&challenge).as_deref(), Some(id));
        }
        assert_eq!(tenant("Bearer realm=\"x\""), None);
        assert_eq!(tenant("Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize"), None);
    }
}
