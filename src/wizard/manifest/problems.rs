//! What a manifest's findings and an empty manifest mean for the user.

use crate::{
    error::UserError,
    manifest::{
        finding::{Code, Severity},
        summary::Summary,
    },
    wizard::manifest::messages::ManifestFacts,
};

/// As many kinds of error are told in one sentence each.
const TOLD: usize = 4;

/// The errors of a manifest in short; `None` if it has none.
pub fn findings_problem(summary: &Summary) -> Option<UserError> {
    if summary.errors == 0 {
        return None;
    }
    let errors: Vec<_> = summary.tallies().filter(|(code, _)| code.severity() == Severity::Error).collect();
    let (items, all, count) = (summary.items_with_errors, summary.total_items(), counted(summary.errors));
    let mut what = match items {
        // The faults of a file need not be those of an item that could be read.
        0 => format!("The manifest cannot be registered as it is: it has {count}."),
        _ => format!("{items} of {all} items cannot be registered as they are; {count} in all."),
    };
    for (_, tally) in errors.iter().take(TOLD) {
        if let Some(first) = tally.first.first() {
            // Names and values may hold anything.
            let (item, message) = (first.item.escape_debug(), &first.message);
            let end = if message.ends_with('?') { "" } else { "." };
            let of = if item.to_string().is_empty() { String::new() } else { format!(" for '{item}'") };
            let first = if tally.items == 1 { "" } else { ", the first" };
            what.push_str(&format!(" {}{first}{of}: {message}{end}", counted(tally.items)));
        }
    }
    if errors.len() > TOLD {
        what.push_str(&format!(" The list of findings tells {} further kinds of error.", errors.len() - TOLD));
    }
    let mut codes: Vec<Code> = errors.iter().map(|(code, _)| *code).collect();
    codes.dedup();
    let advice: Vec<&str> = codes.into_iter().map(Code::advice).collect();
    Some(UserError::other(what).hint(advice.join(" ")))
}

fn counted(errors: u64) -> String {
    format!("{errors} error{}", if errors == 1 { "" } else { "s" })
}

pub(super) fn nothing_to_register(facts: &ManifestFacts) -> UserError {
    if facts.blobs == 0 {
        return UserError::config(
            "The container holds no blobs, or none whose names begin as Folders says, so there is nothing to register.",
        )
        .hint("Check the container's name and Folders ([manifest] prefixes in the config); names are case-sensitive.");
    }
    let reasons: Vec<String> =
        facts.summary.skipped.iter().map(|(reason, count)| format!("{count} {}", reason.label())).collect();
    UserError::config(format!("None of the {} blobs can be registered.", facts.blobs)).hint(format!(
        "Left out: {}. The rules Include and Exclude decide, and [[manifest.types]] in the config.",
        reasons.join(", ")
    ))
}
