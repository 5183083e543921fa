//! What a shared access signature says, and how it is kept out of sight.

use std::sync::LazyLock;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use regex::Regex;
use secrecy::{ExposeSecret, SecretString};
use time::{Date, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339, macros::format_description};

/// Everything that RFC 3986 does not call unreserved.
pub(super) const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A token that is ready to be appended to a URL's query, with the parts of it that are no secret.
#[derive(Debug, Clone)]
pub(super) struct Sas {
    query: SecretString,
    pub(super) facts: SasFacts,
}

/// What a shared access signature says of itself; absent where it does not say. Holds no secret.
///
/// Source: Microsoft, "Create an account SAS", "Create a service SAS" and "Create a user delegation SAS".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SasFacts {
    /// `sp`: a letter for each thing that is allowed.
    pub permissions: Option<String>,
    /// `srt`: s, c and o for service, container and object. Account tokens only.
    pub resource_types: Option<String>,
    /// `ss`: b, f, q and t for the services. Account tokens only.
    pub services: Option<String>,
    /// `sr`: what a service token is for; `b` is one blob, `c` a container, `d` a directory.
    pub resource: Option<String>,
    /// `spr`: `https` or `https,http`.
    pub protocols: Option<String>,
    /// `sip`: the addresses that may use it.
    pub addresses: Option<String>,
    /// `si`: the name of a stored access policy which may hold the other statements.
    pub policy: Option<String>,
    /// `st`: from when on it is valid.
    pub starts: Option<OffsetDateTime>,
    /// `se`: when its validity ends. It may stand in the stored access policy instead.
    pub expires: Option<OffsetDateTime>,
    /// Whether it is signed with a key that Entra ID gave out (`skoid`). Such a token lives for 7 days at most.
    pub is_user_delegation: bool,
}

impl Sas {
    /// Reads a token as people paste it: with or without a leading `?`, as part of a whole URL, its values encoded or not.
    /// Nothing if it carries no signature.
    pub(super) fn read(token: &SecretString) -> Option<Sas> {
        let token = token.expose_secret().trim();
        let token = token.split_once('?').map_or(token, |(_, query)| query);
        let mut facts = SasFacts::default();
        let mut query = String::with_capacity(token.len());
        let mut signed = false;
        for pair in token.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=')?;
            // A plus sign is one: no value of a token holds a space, and unencoded base64 does hold plus signs.
            let value = percent_decode_str(value).decode_utf8().ok()?;
            signed |= key == "sig" && !value.is_empty();
            facts.note(key, &value);
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(key);
            query.push('=');
            query.extend(utf8_percent_encode(&value, QUERY));
        }
        let query = SecretString::from(query);
        signed.then_some(Sas { query, facts })
    }

    /// Whether it is for one account's container, directory or blob rather than for the account.
    pub(super) fn is_of_a_service(&self) -> bool {
        self.facts.resource.is_some()
    }

    /// The encoded query, without a leading `?`.
    pub(super) fn query(&self) -> &str {
        self.query.expose_secret()
    }
}

impl SasFacts {
    fn note(&mut self, key: &str, value: &str) {
        let text = match key {
            "sp" => &mut self.permissions,
            "srt" => &mut self.resource_types,
            "ss" => &mut self.services,
            "sr" => &mut self.resource,
            "spr" => &mut self.protocols,
            "sip" => &mut self.addresses,
            "si" => &mut self.policy,
            "skoid" => return self.is_user_delegation = true,
            "st" => return self.starts = moment(value),
            "se" => return self.expires = moment(value),
            _ => return,
        };
        *text = Some(value.to_owned());
    }
}

/// The forms of ISO 8601 that Azure accepts in a token: a date, or a date with minutes or seconds, with a zone.
fn moment(text: &str) -> Option<OffsetDateTime> {
    let minutes = format_description!("[year]-[month]-[day]T[hour]:[minute]Z");
    let day = format_description!("[year]-[month]-[day]");
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| time::PrimitiveDateTime::parse(text, minutes).map(|at| at.assume_offset(UtcOffset::UTC)))
        .or_else(|_| Date::parse(text, day).map(|day| day.midnight().assume_utc()))
        .ok()
}

/// Blanks out what is secret in a text that may quote a URL, a connection string or a tool's output: the value of every `sig=`,
/// percent-encoded as a whole or not, of every `AccountKey=`, and every bearer token.
pub fn redact(text: &str) -> String {
    static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?i)(\bsig(?:=|&#61;)|sig%3D|AccountKey=)[^&;\s"'<>)]*|\beyJ[\w-]{8,}(?:\.[\w-]*)*"#).ok()
    });
    match SECRET.as_ref() {
        Some(secret) => secret.replace_all(text, "${1}REDACTED").into_owned(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn read(token: &str) -> Option<Sas> {
        Sas::read(&SecretString::from(token.to_owned()))
    }

    #[test]
    fn every_way_of_pasting_a_token_gives_the_same() {
        let expected = "sv=2026-04-06&se=2027-01-01T00%3A00%3A00Z&sp=rl&sig=a%2Bb%2Fc%3D%3D";
        for token in [
            "sv=2026-04-06&se=2027-01-01T00%3A00%3A00Z&sp=rl&sig=a%2Bb%2Fc%3D%3D",
            "?sv=2026-04-06&se=2027-01-01T00:00:00Z&sp=rl&sig=a+b/c==",
            "  https://a.blob.core.windows.net/c?sv=2026-04-06&se=2027-01-01T00%3a00%3a00Z&sp=rl&sig=a%2bb%2fc%3d%3d\n",
            "&sv=2026-04-06&&se=2027-01-01T00:00:00Z&sp=rl&sig=a+b/c==&",
        ] {
            assert_eq!(read(token).expect("a token").query(), expected, "{token}");
        }
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for token in ["", "?", "sv=2026-04-06&sp=rl", "sig=", "gibberish", "AccountKey=abc==", "sig=%ff"] {
            assert!(read(token).is_none(), "{token}");
        }
    }

    #[test]
    fn its_statements_are_read() {
        let facts = read("ss=b&srt=sco&sp=rl&spr=https&sip=1.2.3.4&st=2026-01-02&se=2026-11-22T10:00Z&sig=x")
            .expect("a token")
            .facts;
        assert_eq!(facts.permissions.as_deref(), Some("rl"));
        assert_eq!(facts.resource_types.as_deref(), Some("sco"));
        assert_eq!(facts.services.as_deref(), Some("b"));
        assert_eq!(facts.protocols.as_deref(), Some("https"));
        assert_eq!(facts.addresses.as_deref(), Some("1.2.3.4"));
        assert_eq!(facts.starts, Some(datetime!(2026-01-02 00:00 UTC)));
        assert_eq!(facts.expires, Some(datetime!(2026-11-22 10:00 UTC)));
        assert!(!facts.is_user_delegation);
        assert!(read("skoid=1&sp=rl&sig=x").expect("a token").facts.is_user_delegation);
        let offset = read("se=2026-11-22T10:00:00+02:00&sig=x").expect("a token").facts;
        assert_eq!(offset.expires, Some(datetime!(2026-11-22 08:00 UTC)));
    }

    #[test]
    fn signatures_do_not_show() {
        let sas = read("sp=rl&sig=abc%2Bdef").expect("a token");
        assert!(!format!("{sas:?}").contains("abc"));
        for text in ["url (http://h/c?sp=rl&sig=abc%2Bdef&x=1)", "sig=abc", "http%3A%2F%2Fh%3Fsig%3Dabc%2526"] {
            let shown = redact(text);
            assert!(!shown.contains("abc") && shown.contains("REDACTED"), "{shown}");
        }
        assert_eq!(redact("design=abc"), "design=abc");
        assert_eq!(redact("AccountKey=abc+/==;X=1"), "AccountKey=REDACTED;X=1");
        assert_eq!(redact("got \"eyJhbGciOiJub25lIn0.eyJ1IjoxfQ.\", wanted"), "got \"REDACTED\", wanted");
    }
}
