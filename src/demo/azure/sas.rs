//! Shared access signatures: those of the account are signed for the demo's own use, those of containers for the tests; both
//! are verified on every request.
//!
//! The rules are those of "Create an account SAS" and "Create a service SAS" in Azure's REST reference.

use std::collections::HashMap;
use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::Sha256;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};
use url::form_urlencoded;

use crate::demo::azure::fault::AzureFault;

/// The version of the signatures made here; verifying works for any since 2015-04-05.
const VERSION: &str = "2026-04-06";
/// The first version whose signature covers the encryption scope.
const SCOPE_VERSION: &str = "2020-12-06";

/// The 64 random bytes that an account's signatures are made with.
pub(super) struct AccountKey(SecretBox<[u8; 64]>);

/// What a request needs to be allowed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    /// The letter of `srt`: s, c or o.
    pub(super) resource_type: char,
    /// The letter of `sp`: r, l or w.
    pub(super) permission: char,
}

impl AccountKey {
    pub(super) fn random() -> io::Result<AccountKey> {
        let mut key = Box::new([0; 64]);
        getrandom::fill(key.as_mut()).map_err(io::Error::other)?;
        Ok(AccountKey(SecretBox::new(key)))
    }

    pub(super) fn account_sas(
        &self,
        account: &str,
        permissions: &str,
        resource_types: &str,
        expires: OffsetDateTime,
    ) -> SecretString {
        let seconds = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
        let expires = expires.to_offset(time::UtcOffset::UTC).format(seconds).unwrap_or_default();
        let mut fields = HashMap::new();
        for (key, value) in [
            ("sv", VERSION),
            ("ss", "b"),
            ("srt", resource_types),
            ("sp", permissions),
            ("se", expires.as_str()),
            ("spr", "https,http"),
        ] {
            fields.insert(key.to_owned(), value.to_owned());
        }
        let signature = STANDARD.encode(self.mac(&string_to_sign(account, &fields)).finalize().into_bytes());
        let mut query = form_urlencoded::Serializer::new(String::new());
        for key in ["sv", "ss", "srt", "sp", "se", "spr"] {
            query.append_pair(key, &fields[key]);
        }
        query.append_pair("sig", &signature);
        SecretString::from(query.finish())
    }

    /// The key as Azure shows it, in base64.
    pub(super) fn text(&self) -> SecretString {
        SecretString::from(STANDARD.encode(self.0.expose_secret()))
    }

    /// Signs a token for one container.
    pub(super) fn container_sas(
        &self,
        account: &str,
        container: &str,
        permissions: &str,
        expires: OffsetDateTime,
    ) -> SecretString {
        let seconds = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
        let expires = expires.to_offset(time::UtcOffset::UTC).format(seconds).unwrap_or_default();
        let pairs =
            [("sv", VERSION), ("sr", "c"), ("sp", permissions), ("se", expires.as_str()), ("spr", "https,http")];
        let fields = pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let text = service_string_to_sign(account, container, &fields);
        let signature = STANDARD.encode(self.mac(&text).finalize().into_bytes());
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs).append_pair("sig", &signature);
        SecretString::from(query.finish())
    }

    /// Checks a token for one container, of the versions since 2020-12-06. Tokens for blobs, directories and of delegated keys
    /// are not known here.
    pub(super) fn verify_service(
        &self,
        account: &str,
        container: Option<&str>,
        query: &HashMap<String, String>,
        need: Need,
        now: OffsetDateTime,
    ) -> Result<(), AzureFault> {
        let field = |key: &str| query.get(key).map(String::as_str).unwrap_or_default();
        let text = service_string_to_sign(account, container.unwrap_or_default(), query);
        let is_known = field("sr") == "c" && field("sv") >= SCOPE_VERSION && need.resource_type != 's';
        let signature = STANDARD.decode(field("sig")).unwrap_or_default();
        if !is_known || self.mac(&text).verify_slice(&signature).is_err() {
            let detail = format!("Signature did not match. String to sign used was {text}");
            return Err(AzureFault::unauthenticated().because(detail));
        }
        check_time(query, now)?;
        if field("spr") == "https" {
            return Err(AzureFault::protocol());
        }
        if !field("sp").contains(need.permission) {
            return Err(AzureFault::permission());
        }
        Ok(())
    }

    /// Checks the token among a request's query parameters. The connection is always plain http.
    pub(super) fn verify(
        &self,
        account: &str,
        query: &HashMap<String, String>,
        need: Need,
        now: OffsetDateTime,
    ) -> Result<(), AzureFault> {
        let Some(signature) = query.get("sig") else {
            return Err(AzureFault::anonymous());
        };
        let text = string_to_sign(account, query);
        let fits = STANDARD.decode(signature).is_ok_and(|signature| self.mac(&text).verify_slice(&signature).is_ok());
        if !fits {
            let detail = format!("Signature did not match. String to sign used was {text}");
            return Err(AzureFault::unauthenticated().because(detail));
        }
        check_time(query, now)?;
        let field = |key: &str| query.get(key).map(String::as_str).unwrap_or_default();
        if field("spr") == "https" {
            return Err(AzureFault::protocol());
        }
        if !field("ss").contains('b') {
            return Err(AzureFault::service());
        }
        if !field("srt").contains(need.resource_type) {
            return Err(AzureFault::resource_type());
        }
        if !field("sp").contains(need.permission) {
            return Err(AzureFault::permission());
        }
        Ok(())
    }

    pub(super) fn mac(&self, text: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new(self.0.expose_secret().into());
        mac.update(text.as_bytes());
        mac
    }
}

fn check_time(query: &HashMap<String, String>, now: OffsetDateTime) -> Result<(), AzureFault> {
    let field = |key: &str| query.get(key).map(String::as_str).unwrap_or_default();
    let (start, expiry) = (field("st"), field("se"));
    let started = start.is_empty() || moment(start).is_some_and(|at| at <= now);
    if started && moment(expiry).is_some_and(|at| now < at) {
        return Ok(());
    }
    let current = now.format(&Rfc3339).unwrap_or_default();
    let detail = format!(
        "Signature not valid in the specified time frame: Start [{start}] - Expiry [{expiry}] - Current [{current}]"
    );
    Err(AzureFault::unauthenticated().because(detail))
}

fn service_string_to_sign(account: &str, container: &str, query: &HashMap<String, String>) -> String {
    let field = |key: &str| query.get(key).cloned().unwrap_or_default();
    let resource = format!("/blob/{account}/{container}");
    let mut lines = vec![field("sp"), field("st"), field("se"), resource];
    // The snapshot, which only tokens for one have, stands between sr and ses.
    let rest = ["si", "sip", "spr", "sv", "sr", "", "ses", "rscc", "rscd", "rsce", "rscl", "rsct"];
    lines.extend(rest.map(field));
    lines.join("\n")
}

fn string_to_sign(account: &str, query: &HashMap<String, String>) -> String {
    let mut text = format!("{account}\n");
    let fields: &[&str] = match query.get("sv") {
        Some(version) if version.as_str() < SCOPE_VERSION => &["sp", "ss", "srt", "st", "se", "sip", "spr", "sv"],
        _ => &["sp", "ss", "srt", "st", "se", "sip", "spr", "sv", "ses"],
    };
    for field in fields {
        text.push_str(query.get(*field).map(String::as_str).unwrap_or_default());
        text.push('\n');
    }
    text
}

fn moment(text: &str) -> Option<OffsetDateTime> {
    let minutes = format_description!("[year]-[month]-[day]T[hour]:[minute]Z");
    let day = format_description!("[year]-[month]-[day]");
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| PrimitiveDateTime::parse(text, minutes).map(PrimitiveDateTime::assume_utc))
        .or_else(|_| time::Date::parse(text, day).map(|day| day.midnight().assume_utc()))
        .ok()
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;

    use super::*;

    const LIST: Need = Need { resource_type: 'c', permission: 'l' };

    fn signed(key: &AccountKey, changes: &[(&str, &str)]) -> HashMap<String, String> {
        let now = OffsetDateTime::now_utc();
        let token = key.account_sas("acc", "rl", "sco", now + Duration::HOUR);
        let mut query: HashMap<_, _> = form_urlencoded::parse(token.expose_secret().as_bytes()).into_owned().collect();
        for (name, value) in changes {
            query.insert((*name).to_owned(), (*value).to_owned());
        }
        let signature = key.mac(&string_to_sign("acc", &query)).finalize().into_bytes();
        query.insert("sig".to_owned(), STANDARD.encode(signature));
        query
    }

    fn verdict(changes: &[(&str, &str)]) -> Result<(), &'static str> {
        let key = AccountKey::random().expect("random bytes");
        let query = signed(&key, changes);
        key.verify("acc", &query, LIST, OffsetDateTime::now_utc()).map_err(|fault| fault.code)
    }

    /// What `generate_account_sas` of Microsoft's azure-storage-blob 12.31.1 for Python makes of the key 00 01 … 3F.
    #[test]
    fn a_token_of_the_official_library_is_accepted() {
        const TOKEN: &str = "st=2026-11-01T00%3A00%3A00Z&se=2026-11-22T10%3A00%3A00Z&sp=rl&sip=127.0.0.1\
            &spr=https%2Chttp&sv=2026-10-06&ss=b&srt=sco&sig=Qt67hR8iCUDGkY7ylyxToxuFo/5e3QySPwfyU3jUxq0%3D";
        let key = AccountKey(SecretBox::new(Box::new(std::array::from_fn(|at| at as u8))));
        let query = form_urlencoded::parse(TOKEN.as_bytes()).into_owned().collect();
        let verdict = |now| key.verify("trafficdemo", &query, LIST, now).map_err(|fault| fault.code);
        assert_eq!(verdict(datetime!(2026-11-22 09:59 UTC)), Ok(()));
        assert_eq!(verdict(datetime!(2026-11-22 10:00 UTC)), Err("AuthenticationFailed"));
        assert_eq!(verdict(datetime!(2026-10-31 23:59 UTC)), Err("AuthenticationFailed"));
    }

    #[test]
    fn well_signed_statements_are_judged_one_by_one() {
        assert_eq!(verdict(&[]), Ok(()));
        assert_eq!(verdict(&[("sv", "2019-12-12")]), Ok(()));
        assert_eq!(verdict(&[("st", "2020-01-01")]), Ok(()));
        for (name, value, code) in [
            ("se", "2020-01-01T00:00:00Z", "AuthenticationFailed"),
            ("se", "soon", "AuthenticationFailed"),
            ("st", "2990-01-01T00:00Z", "AuthenticationFailed"),
            ("spr", "https", "AuthorizationProtocolMismatch"),
            ("ss", "fq", "AuthorizationServiceMismatch"),
            ("srt", "o", "AuthorizationResourceTypeMismatch"),
            ("sp", "r", "AuthorizationPermissionMismatch"),
        ] {
            assert_eq!(verdict(&[(name, value)]), Err(code), "{name}={value}");
        }
    }

    #[test]
    fn a_changed_statement_voids_the_signature() {
        let key = AccountKey::random().expect("random bytes");
        for name in ["sv", "ss", "srt", "sp", "se", "spr", "st", "sip", "ses"] {
            let mut query = signed(&key, &[]);
            query.entry(name.to_owned()).or_default().push('x');
            let verdict = key.verify("acc", &query, LIST, OffsetDateTime::now_utc());
            assert_eq!(verdict.map_err(|fault| fault.code), Err("AuthenticationFailed"), "{name}");
        }
        let query = signed(&key, &[]);
        let other = AccountKey::random().expect("random bytes");
        assert!(other.verify("acc", &query, LIST, OffsetDateTime::now_utc()).is_err());
        assert!(key.verify("other", &query, LIST, OffsetDateTime::now_utc()).is_err());
    }
}
