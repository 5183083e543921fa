//! The CORS rules of a storage account's Blob service: what Encord's pages need, and how to add it without touching what
//! others put there.
//!
//! Sources: Microsoft, "Cross-Origin Resource Sharing (CORS) support for Azure Storage"; Encord's guide to its Azure
//! integration (origins, methods, headers, age).
//!
//! Azure goes through the rules in order. The first one that has the request's origin and its method answers, and no other is
//! looked at; if that one does not allow the request's headers, the request fails. A rule that gives too little can so stand
//! in the way of a later one that would give enough.

use crate::endpoints::region::REGIONS;

/// The most rules that a service holds.
pub const MOST_RULES: usize = 5;
/// The most origins that a rule holds.
pub const MOST_ORIGINS: usize = 64;
/// The most that all rules together may be long, in bytes, counted without XML tags.
pub const MOST_BYTES: usize = 2048;
/// What Encord's pages ask with.
pub const METHODS: [&str; 4] = ["GET", "POST", "OPTIONS", "PUT"];
/// How long a browser may remember an answer, in seconds.
pub const MAX_AGE: u32 = 3600;

/// One rule, as the service keeps it: the parts of each list are exactly what stands between the commas, spaces included,
/// so that a rule that is written back is the same byte for byte. `*` stands for everything in origins and headers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// Origins such as `https://app.encord.com`.
    pub origins: Vec<String>,
    /// Methods in capitals.
    pub methods: Vec<String>,
    /// Request headers; a trailing `*` makes a prefix.
    pub allowed_headers: Vec<String>,
    /// Response headers that a page may read.
    pub exposed_headers: Vec<String>,
    /// In seconds.
    pub max_age: u32,
}

/// What a repair would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The rules as they were read.
    pub before: Vec<Rule>,
    /// The rules as they would be; all of `before` that is not Encord's own is in it unchanged.
    pub after: Vec<Rule>,
    /// The origins that the present rules do not serve as needed.
    pub missing: Vec<String>,
}

impl Plan {
    /// Whether everything needed is there already.
    pub fn is_done(&self) -> bool {
        self.missing.is_empty()
    }
}

/// Why no rule can be added or extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// All places are taken by rules of others.
    #[error(
        "the account has {MOST_RULES} CORS rules already, which is all that Azure keeps, and none of them is for Encord's \
         origins alone, so that it could be extended. One has to go, or two to be joined, before there is room"
    )]
    Rules,
    /// The rules would become longer than Azure keeps.
    #[error(
        "with Encord's origins the account's CORS rules would be longer than the 2 KiB that Azure keeps. Shorten or remove \
         one of them, then try again"
    )]
    Size,
    /// The only rule that could be extended has as many origins as a rule can have.
    #[error(
        "the CORS rule for Encord's origins has {MOST_ORIGINS} origins already, which is all that Azure keeps in a rule. \
         Remove origins that are not in use, then try again"
    )]
    Origins,
}

/// Whether the rules let a page of this origin do all that Encord's guide asks for: [`METHODS`] with any request header, all
/// response headers exposed.
///
/// Azure's documentation compares origins exactly, other services (Azurite) regardless of case, and both may know patterns
/// such as `https://*.example.com`. An origin counts as served only if it is by either reading.
pub fn serves(rules: &[Rule], origin: &str) -> bool {
    let origin = as_sent(origin);
    METHODS.iter().all(|method| answers(rules, &origin, method))
}

/// Whether the rules let a page of this origin read a blob: a GET with any request header, all response headers exposed.
/// Without it no file opens in Encord; the other methods are for uploads from the browser.
pub fn serves_reading(rules: &[Rule], origin: &str) -> bool {
    answers(rules, &as_sent(origin), "GET")
}

/// Plans what is missing so that pages of these origins are served. An origin is taken as browsers send it, in small letters
/// and without a final `/`.
///
/// Extends the first rule that is for Encord's origins alone, else adds one; puts it before rules that would answer first
/// with too little. Rules of others stay as they are and in their order.
///
/// # Errors
/// There is no room.
pub fn plan(before: &[Rule], origins: &[String]) -> Result<Plan, Full> {
    let mut wanted: Vec<String> = Vec::new();
    for origin in origins.iter().map(|origin| as_sent(origin)).filter(|origin| !origin.is_empty()) {
        if !wanted.contains(&origin) {
            wanted.push(origin);
        }
    }
    let missing: Vec<String> = wanted.iter().filter(|origin| !serves(before, origin)).cloned().collect();
    let mut after = before.to_vec();
    if missing.is_empty() {
        return Ok(Plan { before: before.to_vec(), after, missing });
    }
    let own = before.iter().position(|rule| is_encords(rule, &wanted));
    let (rule, last) = match own {
        Some(at) => (extended(&after.remove(at), &missing), at),
        None => (extended(&Rule::default(), &missing), before.len()),
    };
    if after.len() == MOST_RULES {
        return Err(Full::Rules);
    }
    if rule.origins.len() > MOST_ORIGINS {
        return Err(Full::Origins);
    }
    // As far down as it still answers; on top it always does.
    let all_served = |rules: &[Rule]| wanted.iter().all(|origin| serves(rules, origin));
    for at in (0..=last).rev() {
        after.insert(at, rule.clone());
        if all_served(&after) {
            break;
        }
        if at > 0 {
            after.remove(at);
        }
    }
    if after.iter().map(length).sum::<usize>() > MOST_BYTES {
        return Err(Full::Size);
    }
    Ok(Plan { before: before.to_vec(), after, missing })
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `+` added, `~` changed or moved, a space for what stays.
    pub sign: char,
    /// The rule in words.
    pub text: String,
}

/// The rules as they would be, one line each, and what becomes of them.
pub fn describe(plan: &Plan) -> Vec<Line> {
    // Whatever is added, changed or moved up is the first that differs.
    let touched = (0..plan.after.len()).find(|at| plan.before.get(*at) != plan.after.get(*at));
    let is_new = plan.after.len() > plan.before.len();
    let mut lines = Vec::with_capacity(plan.after.len());
    for (at, rule) in plan.after.iter().enumerate() {
        let mut text = in_words(rule);
        let sign = match (touched == Some(at), is_new) {
            (false, _) => ' ',
            (true, true) => '+',
            (true, false) => {
                if plan.before.iter().any(|old| old == rule) {
                    text.push_str(" (moved up, so that it answers first)");
                } else if plan.before.get(at).is_some_and(|old| plan.after.contains(old)) {
                    text.push_str(" (extended, and moved up so that it answers first)");
                } else {
                    text.push_str(" (extended)");
                }
                '~'
            }
        };
        lines.push(Line { sign, text });
    }
    lines
}

/// How a rule reads to people.
pub fn in_words(rule: &Rule) -> String {
    let list = |parts: &[String]| match parts.is_empty() {
        true => "none".to_owned(),
        false => parts.iter().map(|part| part.trim()).collect::<Vec<_>>().join(", "),
    };
    format!(
        "{} from {}; request headers {}; response headers {}; {} s",
        list(&rule.methods),
        list(&rule.origins),
        list(&rule.allowed_headers),
        list(&rule.exposed_headers),
        rule.max_age
    )
}

/// Whether a rule is for origins of Encord alone: those of the regions, of the domain `encord.com`, and those that are
/// wanted now.
fn is_encords(rule: &Rule, wanted: &[String]) -> bool {
    let known = |origin: &String| {
        let origin = as_sent(origin);
        let below = origin.strip_prefix("https://").is_some_and(|host| host.ends_with(".encord.com"));
        below || wanted.contains(&origin) || REGIONS.iter().any(|region| region.origins.contains(&origin.as_str()))
    };
    !rule.origins.is_empty() && rule.origins.iter().all(known)
}

/// The rule with more origins, and with all that Encord's guide asks for.
fn extended(rule: &Rule, missing: &[String]) -> Rule {
    let mut rule = rule.clone();
    let has = |parts: &[String], wanted: &str| parts.iter().any(|part| part.trim() == wanted);
    for origin in missing {
        if !has(&rule.origins, origin) {
            rule.origins.push(origin.clone());
        }
    }
    for method in METHODS {
        if !has(&rule.methods, method) {
            rule.methods.push(method.to_owned());
        }
    }
    for headers in [&mut rule.allowed_headers, &mut rule.exposed_headers] {
        if !has(headers, "*") {
            *headers = vec!["*".to_owned()];
        }
    }
    if rule.max_age == 0 {
        rule.max_age = MAX_AGE;
    }
    rule
}

/// Whether a request of this origin and method gets all it needs, by every reading of the rules.
fn answers(rules: &[Rule], origin: &str, method: &str) -> bool {
    for rule in rules.iter().filter(|rule| rule.methods.iter().any(|known| known.trim().eq_ignore_ascii_case(method))) {
        let any = |headers: &[String]| headers.iter().any(|header| header.trim() == "*");
        let gives_all = any(&rule.allowed_headers) && any(&rule.exposed_headers);
        let certain = rule.origins.iter().any(|known| matches!(known.trim(), known if known == "*" || known == origin));
        let possible = certain || rule.origins.iter().any(|known| may_mean(known.trim(), origin));
        if possible && !gives_all {
            return false;
        }
        if certain {
            return true;
        }
    }
    false
}

/// Whether some service may take an entry for this origin.
fn may_mean(known: &str, origin: &str) -> bool {
    let (known, origin) = (known.to_ascii_lowercase(), origin.to_ascii_lowercase());
    match known.split_once('*') {
        Some((start, _)) => origin.starts_with(start),
        None => known == origin,
    }
}

/// An origin as browsers send it: in small letters, without a final `/`.
pub fn as_sent(origin: &str) -> String {
    origin.trim().trim_end_matches('/').to_ascii_lowercase()
}

/// What a rule takes of [`MOST_BYTES`].
fn length(rule: &Rule) -> usize {
    let lists = [&rule.origins, &rule.methods, &rule.allowed_headers, &rule.exposed_headers];
    let list = |parts: &Vec<String>| parts.iter().map(String::len).sum::<usize>() + parts.len().saturating_sub(1);
    lists.into_iter().map(list).sum::<usize>() + rule.max_age.to_string().len()
}

#[cfg(test)]
mod tests;
