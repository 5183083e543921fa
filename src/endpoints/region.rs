//! Encord's regions: where each has its API, and from which origins its pages read the blobs.
//!
//! Source: Encord's guide to its Azure integration (the table of CORS rules) and the official SDK's `configs.py`.

use url::{Host, Url};

/// A region that Encord runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// What the region is called.
    pub name: &'static str,
    /// Its API.
    pub api: &'static str,
    /// The origins whose pages read blobs.
    pub origins: [&'static str; 2],
}

/// The regions whose API is known.
pub const REGIONS: [Region; 2] = [
    Region { name: "EU", api: "https://api.encord.com", origins: ["https://app.encord.com", "https://api.encord.com"] },
    Region {
        name: "US",
        api: "https://api.us.encord.com",
        origins: ["https://app.us.encord.com", "https://api.us.encord.com"],
    },
];

/// The region whose API an address is; `None` for a domain of one's own.
pub fn of(domain: &str) -> Option<Region> {
    let domain = domain.trim().trim_end_matches('/');
    REGIONS.into_iter().find(|region| region.api.eq_ignore_ascii_case(domain))
}

/// The region that a key may belong to when this one refuses it; `None` where there is no other to ask.
pub fn other(domain: &str) -> Option<Region> {
    let own = of(domain)?;
    REGIONS.into_iter().find(|region| *region != own)
}

/// The origins from which browsers read blobs for an API at this address.
///
/// A domain of one's own called `api.…` is taken to have its pages at `app.…`; another one to serve its pages itself. An
/// API on this machine stands in for the EU.
pub fn origins(domain: &str) -> Vec<String> {
    if let Some(region) = of(domain) {
        return region.origins.map(str::to_owned).to_vec();
    }
    let Ok(url) = Url::parse(domain.trim()) else { return Vec::new() };
    if is_here(domain) {
        return REGIONS[0].origins.map(str::to_owned).to_vec();
    }
    let own = url.origin().ascii_serialization();
    match own.strip_prefix("https://api.") {
        Some(rest) => vec![format!("https://app.{rest}"), own],
        None => vec![own],
    }
}

/// Whether an API is on this machine.
pub fn is_here(domain: &str) -> bool {
    let Ok(url) = Url::parse(domain.trim()) else { return false };
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_follow_the_address_of_the_api() {
        for (domain, expected) in [
            ("https://api.encord.com", vec!["https://app.encord.com", "https://api.encord.com"]),
            ("https://API.us.encord.com/", vec!["https://app.us.encord.com", "https://api.us.encord.com"]),
            ("https://api.in.encord.com", vec!["https://app.in.encord.com", "https://api.in.encord.com"]),
            ("https://encord.acme.example:8443/x", vec!["https://encord.acme.example:8443"]),
            ("http://127.0.0.1:4000", vec!["https://app.encord.com", "https://api.encord.com"]),
            ("gibberish", vec![]),
        ] {
            assert_eq!(origins(domain), expected, "{domain}");
        }
    }

    #[test]
    fn only_a_known_region_has_another_to_ask() {
        assert_eq!(other("https://api.encord.com").map(|region| region.name), Some("US"));
        assert_eq!(other("https://api.us.encord.com/").map(|region| region.name), Some("EU"));
        assert_eq!(other("http://127.0.0.1:1"), None);
    }
}
