//! Which addresses the client agrees to send a login to.

use url::{Host, Url};

use crate::encord::{
    body,
    error::{Error, Kind},
};

/// What is being done, for errors before the first call.
pub(super) const OPENING: &str = "set up the connection to Encord";

/// The parsed domain, and whether it is this machine.
pub(super) fn checked(domain: &str) -> Result<(Url, bool), Error> {
    let domain = domain.trim();
    let bad = |message: String| Error::unsent(Kind::BadUrl, OPENING, body::tidy(&message));
    let url = match Url::parse(domain) {
        Ok(url) if url.has_host() => url,
        _ if !domain.contains("://") && !domain.is_empty() => {
            return Err(bad(format!("{domain} is not a full address: write https://{domain}")));
        }
        _ => return Err(bad(format!("\"{domain}\" is not an address"))),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("the address holds a user name or password: leave it out".to_owned()));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad(format!("{domain} has more than a host and a path: cut it off before ? or #")));
    }
    let (loopback, name) = match url.host() {
        Some(Host::Domain(name)) => (name == "localhost", name),
        Some(Host::Ipv4(address)) => (address.is_loopback(), ""),
        Some(Host::Ipv6(address)) => (address.is_loopback(), ""),
        None => (false, ""),
    };
    if let Some(region) = name.strip_prefix("app.").filter(|rest| rest.ends_with("encord.com")) {
        return Err(bad(format!("{domain} is Encord's web app: its API is https://api.{region}")));
    }
    match url.scheme() {
        "https" => Ok((url, loopback)),
        "http" if loopback => Ok((url, true)),
        "http" => Err(Error::unsent(
            Kind::InsecureUrl,
            OPENING,
            body::tidy(&format!("{domain} is not encrypted: http:// is accepted for this machine only")),
        )),
        other => Err(bad(format!("{other}:// is not a way to reach Encord"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_only_addresses_that_keep_the_login_safe() {
        for good in
            ["https://api.encord.com", "https://api.us.encord.com///", "http://127.0.0.1:8080/", "http://[::1]:1"]
        {
            assert!(checked(good).is_ok(), "{good}");
        }
        for (text, kind, words) in [
            ("http://api.encord.com", Kind::InsecureUrl, "not encrypted"),
            ("http://127.0.0.1.example.com", Kind::InsecureUrl, "not encrypted"),
            ("http://localhost.example.com", Kind::InsecureUrl, "not encrypted"),
            ("api.encord.com", Kind::BadUrl, "write https://api.encord.com"),
            ("", Kind::BadUrl, "not an address"),
            ("https://ann:pw@api.encord.com", Kind::BadUrl, "user name"),
            ("https://api.encord.com/?x=1", Kind::BadUrl, "more than a host"),
            ("ftp://api.encord.com", Kind::BadUrl, "ftp://"),
            ("https://app.us.encord.com/projects", Kind::BadUrl, "https://api.us.encord.com"),
        ] {
            let error = checked(text).unwrap_err();
            assert_eq!(error.kind, kind, "{text}");
            assert!(error.message.contains(words) && !error.message.contains("pw"), "{text}: {}", error.message);
        }
    }
}
