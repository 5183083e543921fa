//! Requests that are signed with the account's key.
//!
//! The rules are those of "Authorize with Shared Key" in Azure's REST reference, for the Blob service since 2009-09-19.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderName, request::Parts};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac;
use percent_encoding::percent_decode_str;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::demo::azure::{fault::AzureFault, sas::AccountKey};

/// A request that is older is refused, in minutes.
const OLDEST: i64 = 15;

/// Checks a request's `Authorization: SharedKey ACCOUNT:SIGNATURE`.
pub(super) fn verify(
    key: &AccountKey,
    account: &str,
    request: &Parts,
    authorization: &str,
    now: OffsetDateTime,
) -> Result<(), AzureFault> {
    let signature =
        authorization.strip_prefix("SharedKey ").and_then(|rest| rest.strip_prefix(account)?.strip_prefix(':'));
    let Some(signature) = signature else {
        return Err(AzureFault::unauthenticated());
    };
    let date = field(&request.headers, "x-ms-date").or_else(|| field(&request.headers, "date"));
    let sent = date.and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok());
    if sent.is_none_or(|sent| (now - sent).whole_minutes().abs() >= OLDEST) {
        return Err(AzureFault::unauthenticated().because("Request date header not specified or too old".to_owned()));
    }
    let text = string_to_sign(account, request);
    let mac = key.mac(&text);
    if STANDARD.decode(signature).is_ok_and(|signature| mac.verify_slice(&signature).is_ok()) {
        return Ok(());
    }
    let detail = format!("The MAC signature found in the HTTP request is not the same. Server used: '{text}'");
    Err(AzureFault::unauthenticated().because(detail))
}

fn string_to_sign(account: &str, request: &Parts) -> String {
    let headers = &request.headers;
    let mut lines = vec![request.method.to_string()];
    for name in [
        "content-encoding",
        "content-language",
        "content-length",
        "content-md5",
        "content-type",
        "date",
        "if-modified-since",
        "if-match",
        "if-none-match",
        "if-unmodified-since",
        "range",
    ] {
        let value = field(headers, name).unwrap_or_default();
        let is_void =
            (name == "content-length" && value == "0") || (name == "date" && headers.contains_key("x-ms-date"));
        lines.push(if is_void { String::new() } else { value.to_owned() });
    }
    let mut own: Vec<&str> = headers.keys().map(HeaderName::as_str).filter(|name| name.starts_with("x-ms-")).collect();
    own.sort_unstable();
    lines.extend(own.into_iter().map(|name| format!("{name}:{}", field(headers, name).unwrap_or_default())));
    lines.push(format!("/{account}{}", request.uri.path()));
    let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in request.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        parameters.entry(decode(key).to_lowercase()).or_default().push(decode(value));
    }
    for (key, mut values) in parameters {
        values.sort_unstable();
        lines.push(format!("{key}:{}", values.join(",")));
    }
    lines.join("\n")
}

fn field<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}
