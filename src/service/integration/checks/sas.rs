//! What a SAS token says of itself, against what listing and reading a container takes.
//!
//! Source: Microsoft, "Create an account SAS", "Create a service SAS", "Create a user delegation SAS".

use time::{Duration, OffsetDateTime, UtcOffset};

use crate::{
    azure::sas::SasFacts,
    error::ErrorKind,
    service::integration::checks::fault::skipped,
    wizard::check::{Check, CheckState},
};

/// A token that ends sooner may end during the import: millions of blobs take hours to list.
const SHORT: Duration = Duration::hours(24);

/// Where and when a token is used.
#[derive(Debug, Clone, Copy)]
pub(super) struct Use {
    pub(super) now: OffsetDateTime,
    /// Whether the account's address is https.
    pub(super) secure: bool,
}

/// The checks of a token.
pub(super) const IDS: [&str; 5] = [PERMISSIONS, SCOPE, PROTOCOL, EXPIRY, ADDRESSES];
const PERMISSIONS: &str = "azure.sas.permissions";
const SCOPE: &str = "azure.sas.resource-types";
const PROTOCOL: &str = "azure.sas.protocol";
const EXPIRY: &str = "azure.sas.expiry";
const ADDRESSES: &str = "azure.sas.ip";

/// The five checks of a token; all skipped where there is none.
pub(super) fn judge(facts: Option<&SasFacts>, at: Use) -> [Check; 5] {
    let Some(facts) = facts else {
        return IDS.map(|id| skipped(id, "no SAS token is used"));
    };
    [permissions(facts), scope(facts), protocol(facts, at), expiry(facts, at), addresses(facts)]
}

fn permissions(facts: &SasFacts) -> Check {
    let id = PERMISSIONS;
    let Some(letters) = &facts.permissions else {
        return unsaid(id, facts, "rights (sp)", "Make one with Read and List (sp=rl).");
    };
    let lacks: Vec<&str> = [('r', "Read"), ('l', "List")]
        .into_iter()
        .filter(|(c, _)| !letters.contains(*c))
        .map(|(_, word)| word)
        .collect();
    if !lacks.is_empty() {
        return Check::new(id, CheckState::Fail, format!("sp={letters}: it lacks {}", lacks.join(" and ")))
            .class(ErrorKind::Access)
            .fix("Make a SAS with Read and List (sp=rl).");
    }
    let more: Vec<&str> = [
        ('w', "write"),
        ('a', "append"),
        ('c', "create"),
        ('d', "delete"),
        ('x', "delete versions"),
        ('y', "delete for good"),
    ]
    .into_iter()
    .filter(|(c, _)| letters.contains(*c))
    .map(|(_, word)| word)
    .collect();
    let rest = match more.is_empty() {
        true => String::new(),
        false => format!("; it also allows to {}, which is not needed here", more.join(", ")),
    };
    Check::new(id, CheckState::Pass, format!("Read and List (sp={letters}){rest}"))
}

fn scope(facts: &SasFacts) -> Check {
    let id = SCOPE;
    let fail = |detail: String, fix: &str| Check::new(id, CheckState::Fail, detail).class(ErrorKind::Access).fix(fix);
    if let Some(services) = facts.services.as_ref().filter(|services| !services.contains('b')) {
        return fail(
            format!("ss={services}: it is not for the Blob service"),
            "Make a SAS with the service Blob (ss=b).",
        );
    }
    if let Some(types) = &facts.resource_types {
        let lacks: Vec<&str> =
            [('c', "containers, so nothing can be listed"), ('o', "objects, so no file can be read")]
                .into_iter()
                .filter(|(c, _)| !types.contains(*c))
                .map(|(_, word)| word)
                .collect();
        return match lacks.is_empty() {
            true => Check::new(id, CheckState::Pass, format!("account SAS for containers and objects (srt={types})")),
            false => fail(
                format!("srt={types}: it does not cover {}", lacks.join(", nor ")),
                "Tick the resource types Container and Object when you make the SAS (srt=co).",
            ),
        };
    }
    let kind = if facts.is_user_delegation { "user-delegation SAS" } else { "service SAS" };
    match facts.resource.as_deref() {
        Some("c") => Check::new(id, CheckState::Pass, format!("{kind} for the container (sr=c)")),
        Some("d") => Check::new(id, CheckState::Warn, format!("{kind} for one directory (sr=d)"))
            .fix("Only what lies in that directory can be listed: name it as Folders ([manifest] prefixes in the config), or make a SAS for the container."),
        Some(resource @ ("b" | "bs" | "bv")) => fail(
            format!("{kind} for a single blob (sr={resource}): it cannot list"),
            "Make a SAS for the container or for the account.",
        ),
        Some(resource) => {
            fail(format!("{kind} for something else than blobs (sr={resource})"), "Make a SAS for the container.")
        }
        None => Check::new(id, CheckState::Warn, "the token does not say what it covers (neither srt nor sr)")
            .fix("It may be cut off: copy the whole token."),
    }
}

fn protocol(facts: &SasFacts, at: Use) -> Check {
    let id = PROTOCOL;
    match facts.protocols.as_deref() {
        Some("https") if at.secure => Check::new(id, CheckState::Pass, "https only"),
        Some("https") => {
            Check::new(id, CheckState::Fail, "the token allows https only (spr=https), and this endpoint is http")
                .class(ErrorKind::Config)
                .fix("Write the endpoint with https://, or make a SAS that allows http for this test service.")
        }
        _ if !at.secure => {
            Check::new(id, CheckState::Pass, "http is allowed, as this endpoint on this machine needs it")
        }
        _ => Check::new(id, CheckState::Warn, "the token works over plain http too")
            .fix("This program uses https in any case. Make the next SAS with https only (spr=https)."),
    }
}

fn expiry(facts: &SasFacts, at: Use) -> Check {
    let id = EXPIRY;
    if let Some(starts) = facts.starts.filter(|starts| *starts > at.now) {
        return Check::new(id, CheckState::Fail, format!("it is valid only from {} on", moment(starts)))
            .class(ErrorKind::Access)
            .fix("Check this machine's clock (azure.clock), or make a SAS that starts earlier.");
    }
    let Some(expires) = facts.expires else {
        return unsaid(id, facts, "end (se)", "Make one with an expiry.");
    };
    let left = expires - at.now;
    if left <= Duration::ZERO {
        return Check::new(id, CheckState::Fail, format!("it expired on {}", moment(expires)))
            .class(ErrorKind::Access)
            .fix("Make a new SAS.");
    }
    if left < SHORT {
        return Check::new(id, CheckState::Warn, format!("it ends on {}, in {}", moment(expires), span(left)))
            .fix("Enough for a small import. Listing millions of blobs takes hours: make a SAS that lives some days.");
    }
    if facts.is_user_delegation {
        return Check::new(
            id,
            CheckState::Warn,
            format!("it ends on {}; a user-delegation SAS lives seven days at most", moment(expires)),
        )
        .fix(
            "It will do for this import. In Encord's integration it would end within the week, and then no file opens.",
        );
    }
    Check::new(id, CheckState::Pass, format!("it ends on {}, in {}", moment(expires), span(left)))
}

fn addresses(facts: &SasFacts) -> Check {
    let id = ADDRESSES;
    match &facts.addresses {
        None => Check::new(id, CheckState::Pass, "not limited to addresses"),
        Some(addresses) => Check::new(id, CheckState::Warn, format!("it works from {addresses} only (sip)")).fix(
            "This machine's own address must be one of them as Azure sees it. Encord's servers and the annotators' browsers are \
             others: the integration needs a credential without this limit.",
        ),
    }
}

/// A statement that the token does not make: its stored access policy may.
fn unsaid(id: &'static str, facts: &SasFacts, what: &str, fix: &str) -> Check {
    match &facts.policy {
        Some(policy) => Check::new(
            id,
            CheckState::Pass,
            format!("the stored access policy '{policy}' says; what it says cannot be seen from here"),
        ),
        None => Check::new(id, CheckState::Fail, format!("the token does not name its {what}"))
            .class(ErrorKind::Access)
            .fix(format!("It may be cut off: copy the whole token. {fix}")),
    }
}

fn moment(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    format!("{} at {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
}

fn span(left: Duration) -> String {
    match (left.whole_days(), left.whole_hours(), left.whole_minutes()) {
        (2.., _, _) => format!("{} days", left.whole_days()),
        (_, 2.., _) => format!("{} hours", left.whole_hours()),
        (_, _, minutes) => format!("{minutes} minutes"),
    }
}

#[cfg(test)]
mod tests {
    use time::{format_description::well_known::Rfc3339, macros::datetime};

    use super::*;
    use CheckState::{Fail, Pass, Skipped, Warn};

    const NOW: OffsetDateTime = datetime!(2026-11-22 12:00 UTC);

    fn token(text: &str) -> SasFacts {
        let value = |key: &str| {
            text.split('&')
                .find_map(|pair| pair.split_once('=').filter(|(name, _)| *name == key))
                .map(|(_, value)| value)
        };
        let text = |key| value(key).map(str::to_owned);
        let time = |key| value(key).map(|value| OffsetDateTime::parse(value, &Rfc3339).expect("a time"));
        SasFacts {
            permissions: text("sp"),
            resource_types: text("srt"),
            services: text("ss"),
            resource: text("sr"),
            protocols: text("spr"),
            addresses: text("sip"),
            policy: text("si"),
            starts: time("st"),
            expires: time("se"),
            is_user_delegation: value("skoid").is_some(),
        }
    }

    fn states(text: &str, secure: bool) -> [CheckState; 5] {
        judge(Some(&token(text)), Use { now: NOW, secure }).map(|check| check.state)
    }

    #[test]
    fn tokens_are_judged_by_their_own_words() {
        for (text, expected) in [
            ("ss=b&srt=co&sp=rl&spr=https&se=2027-11-22T12:00:00Z", [Pass, Pass, Pass, Pass, Pass]),
            ("ss=bfqt&srt=sco&sp=rwdlacup&spr=https&se=2027-11-22T00:00:00Z", [Pass, Pass, Pass, Pass, Pass]),
            ("sr=c&sp=rl&spr=https&se=2027-11-22T00:00:00Z", [Pass, Pass, Pass, Pass, Pass]),
            ("ss=b&srt=co&sp=r&se=2027-11-22T00:00:00Z", [Fail, Pass, Warn, Pass, Pass]),
            ("ss=b&srt=co&sp=l&spr=https&se=2027-11-22T00:00:00Z", [Fail, Pass, Pass, Pass, Pass]),
            ("ss=b&srt=c&sp=rl&spr=https,http&se=2027-11-22T00:00:00Z", [Pass, Fail, Warn, Pass, Pass]),
            ("ss=b&srt=o&sp=rl&spr=https&se=2027-11-22T00:00:00Z", [Pass, Fail, Pass, Pass, Pass]),
            ("ss=f&srt=co&sp=rl&spr=https&se=2027-11-22T00:00:00Z", [Pass, Fail, Pass, Pass, Pass]),
            ("sr=b&sp=rl&spr=https&se=2027-11-22T00:00:00Z", [Pass, Fail, Pass, Pass, Pass]),
            ("sr=d&sp=rl&spr=https&se=2027-11-22T00:00:00Z", [Pass, Warn, Pass, Pass, Pass]),
            ("sp=rl&spr=https&se=2027-11-22T00:00:00Z", [Pass, Warn, Pass, Pass, Pass]),
            ("sr=c&sp=rl&spr=https&se=2026-11-22T11:59:00Z", [Pass, Pass, Pass, Fail, Pass]),
            ("sr=c&sp=rl&spr=https&se=2026-11-23T11:59:00Z", [Pass, Pass, Pass, Warn, Pass]),
            ("sr=c&sp=rl&spr=https&se=2026-11-23T12:00:00Z", [Pass, Pass, Pass, Pass, Pass]),
            ("sr=c&sp=rl&spr=https&st=2026-11-22T12:01:00Z&se=2027-11-22T00:00:00Z", [Pass, Pass, Pass, Fail, Pass]),
            ("sr=c&sp=rl&spr=https&se=2026-11-28T00:00:00Z&skoid=x", [Pass, Pass, Pass, Warn, Pass]),
            ("sr=c&si=readers&spr=https", [Pass, Pass, Pass, Pass, Pass]),
            ("sr=c&spr=https", [Fail, Pass, Pass, Fail, Pass]),
            ("sr=c&sp=rl&spr=https&se=2027-11-22T00:00:00Z&sip=10.0.0.1-10.0.0.9", [Pass, Pass, Pass, Pass, Warn]),
        ] {
            assert_eq!(states(text, true), expected, "{text}");
        }
    }

    #[test]
    fn http_is_for_an_endpoint_on_this_machine() {
        assert_eq!(states("sr=c&sp=rl&spr=https&se=2027-11-22T00:00:00Z", false)[2], Fail);
        assert_eq!(states("sr=c&sp=rl&se=2027-11-22T00:00:00Z", false)[2], Pass);
    }

    #[test]
    fn without_a_token_there_is_nothing_to_judge() {
        let checks = judge(None, Use { now: NOW, secure: true });
        assert!(checks.iter().all(|check| check.state == Skipped && !check.about().name.is_empty()));
    }

    #[test]
    fn what_was_seen_and_what_to_do_is_said() {
        for (text, at, seen, remedy) in [
            ("srt=co&sp=w&se=2027-11-22T00:00:00Z", 0, "lacks Read and List", "sp=rl"),
            ("srt=s&sp=rl&se=2027-11-22T00:00:00Z", 1, "nothing can be listed, nor objects", "srt=co"),
            ("sr=c&sp=rl&se=2026-11-20T08:30:00Z", 3, "expired on 2026-11-20 at 08:30 UTC", "new SAS"),
            ("sr=c&sp=rl&se=2026-11-22T15:30:00Z", 3, "in 3 hours", "some days"),
            ("sr=c&sp=rl&sip=10.0.0.1&se=2027-11-22T00:00:00Z", 4, "10.0.0.1", "without this limit"),
        ] {
            let check = &judge(Some(&token(text)), Use { now: NOW, secure: true })[at];
            let fix = check.fix.as_deref().unwrap_or_default();
            assert!(check.detail.contains(seen) && fix.contains(remedy), "{text}: {check:?}");
        }
    }
}
