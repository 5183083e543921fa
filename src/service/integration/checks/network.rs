//! Whether others than this machine are likely to reach the account: Encord's servers and the annotators' browsers.
//!
//! Only what shows from here can be told: a public address says nothing of the firewall behind it, and a name that leads to
//! a private address here may lead to a public one elsewhere.

use std::net::{IpAddr, Ipv6Addr};

use crate::{
    service::integration::checks::fault::{Cause, CheckFailure, skipped},
    wizard::check::{Check, CheckState},
};

const ID: &str = "azure.network";

/// What is known of the way to the account.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    /// The host in the files' URLs as Encord gets them.
    pub(super) host: String,
    /// Its addresses as this machine sees them; nothing where the name is not known here.
    pub(super) addresses: Vec<IpAddr>,
    /// Whether Encord's API is on this machine.
    pub(super) encord_is_here: bool,
    /// Whether Encord's servers never read the files.
    pub(super) strict: bool,
    /// Whether `host` is the very host that this program lists.
    pub(super) is_listed_host: bool,
}

/// `listing` is how listing the container went, as far as it was tried.
pub(super) fn judge(facts: &Facts, listing: Option<&CheckFailure>) -> Check {
    let host = &facts.host;
    let addresses = || facts.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if facts.addresses.is_empty() {
        return skipped(ID, format!("no address of {host} is known here"));
    }
    if facts.addresses.iter().all(IpAddr::is_loopback) {
        return match facts.encord_is_here {
            true => Check::new(ID, CheckState::Pass, "the account and Encord are both on this machine"),
            false => Check::new(ID, CheckState::Warn, format!("{host} is this machine; Encord cannot reach it"))
                .fix("Set [azure] object_url_base to the address at which Encord can read the files."),
        };
    }
    if host.contains(".privatelink.") || facts.addresses.iter().all(is_private) {
        let seen = format!("{host} leads to a private address here ({}): a private endpoint is in play", addresses());
        return match facts.strict {
            true => Check::new(
                ID,
                CheckState::Pass,
                format!("{seen}; with strict client-only access it is enough that the annotators' browsers are in its network"),
            ),
            false => Check::new(ID, CheckState::Warn, seen).fix(
                "Encord's servers are outside that network and can read the files only if the account also allows public access \
                 (portal: Networking). If it does not, set strict client-only access in the integration and strict_client_only \
                 under [encord].",
            ),
        };
    }
    if facts.is_listed_host
        && let Some(CheckFailure { cause: Cause::Refused(code), .. }) = listing
        && code == "AuthorizationFailure"
    {
        return Check::new(
            ID,
            CheckState::Warn,
            format!("{host} has a public address ({}), but its firewall probably refuses this machine", addresses()),
        )
        .fix(
            "See Networking in the Azure portal: this machine, the annotators' and Encord's addresses must be allowed.",
        );
    }
    Check::new(
        ID,
        CheckState::Pass,
        format!(
            "{host} has a public address ({}); whether a firewall keeps others out cannot be seen from here",
            addresses()
        ),
    )
}

/// RFC 1918, RFC 6598, RFC 4193 and link-local addresses, and this machine's own.
fn is_private(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            v4.is_private() || v4.is_link_local() || v4.is_loopback() || (first == 100 && (64..128).contains(&second))
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_private(&IpAddr::V4(v4)),
            None => v6.is_unique_local() || v6.is_unicast_link_local() || *v6 == Ipv6Addr::LOCALHOST,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::UserError;
    use CheckState::{Pass, Skipped, Warn};

    fn facts(host: &str, addresses: &[&str]) -> Facts {
        Facts {
            host: host.to_owned(),
            addresses: addresses.iter().map(|text| text.parse().expect("an address")).collect(),
            encord_is_here: false,
            strict: false,
            is_listed_host: true,
        }
    }

    #[test]
    fn no_more_is_claimed_than_is_known() {
        let public = facts("acme.blob.core.windows.net", &["20.60.1.2"]);
        let private = facts("acme.blob.core.windows.net", &["10.1.2.3", "fd00::4"]);
        let mixed = facts("acme.blob.core.windows.net", &["10.1.2.3", "20.60.1.2"]);
        let here = facts("127.0.0.1", &["127.0.0.1"]);
        let link = facts("acme.privatelink.blob.core.windows.net", &["20.60.1.2"]);
        for (facts, state, words) in [
            (facts("acme.blob.core.windows.net", &[]), Skipped, "no address"),
            (public, Pass, "cannot be seen from here"),
            (mixed, Pass, "public"),
            (Facts { strict: true, ..private.clone() }, Pass, "strict client-only"),
            (private, Warn, "private endpoint"),
            (facts("acme.example", &["::ffff:192.168.0.9"]), Warn, "private endpoint"),
            (facts("acme.example", &["100.64.0.1"]), Warn, "private endpoint"),
            (link, Warn, "private endpoint"),
            (Facts { encord_is_here: true, ..here.clone() }, Pass, "both on this machine"),
            (here, Warn, "cannot reach"),
        ] {
            let check = judge(&facts, None);
            assert_eq!(check.state, state, "{check:?}");
            assert!(check.detail.contains(words), "{check:?}");
            assert!(state != Warn || check.fix.is_some());
        }
    }

    #[test]
    fn a_refusal_without_another_reason_looks_like_a_firewall() {
        let public = facts("acme.blob.core.windows.net", &["20.60.1.2"]);
        let refused =
            |code: &str| CheckFailure { cause: Cause::Refused(code.into()), problem: UserError::other("Refused.") };
        assert_eq!(judge(&public, Some(&refused("AuthorizationFailure"))).state, Warn);
        assert_eq!(judge(&public, Some(&refused("AuthenticationFailed"))).state, Pass);
        let elsewhere = Facts { is_listed_host: false, ..public };
        assert_eq!(judge(&elsewhere, Some(&refused("AuthorizationFailure"))).state, Pass);
    }
}
