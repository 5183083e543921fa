//! What is known of a name: of a config's key, a check, a finding, an exit code, a field, a list.

use crate::{
    error::UserError,
    manifest::{
        finding::{Code, Severity},
        skipped::SkipReason,
    },
    wizard::help::{Entry, EntryKind, entries},
};

/// So many names are suggested for one that is not known.
const SUGGESTED: usize = 8;

/// What is known of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// As it is asked for.
    pub(crate) name: String,
    /// What the name is the name of.
    pub(crate) kind: &'static str,
    /// What screens call it; may be empty.
    pub(crate) title: String,
    /// What it is.
    pub(crate) what: String,
    /// What to choose or do.
    pub(crate) advice: String,
    /// What else there is to know.
    pub(crate) more: Vec<String>,
}

impl From<&Entry> for Answer {
    fn from(entry: &Entry) -> Answer {
        Answer {
            name: entry.name().to_owned(),
            kind: entry.kind().name(),
            title: entry.label.clone(),
            what: entry.what.clone(),
            advice: entry.choose.clone(),
            more: entry.more.clone(),
        }
    }
}

/// What is known of a name.
///
/// # Errors
/// Nothing; the hint names what is like it.
pub(crate) fn found(topic: &str) -> Result<Vec<Answer>, UserError> {
    let all = all();
    let answers: Vec<Answer> = all.iter().filter(|answer| is_about(answer, topic)).cloned().collect();
    if answers.is_empty() { Err(unknown(topic, &all)) } else { Ok(answers) }
}

/// Everything that can be explained, by kind.
pub(crate) fn all() -> Vec<Answer> {
    use EntryKind::{Check, Exit, Field, Job, Key, List, Run, Type};
    let kinds = [Key, Check, Run, Job, Exit, Type, Field, List];
    let entries = entries();
    let mut all: Vec<Answer> = Vec::new();
    for kind in kinds {
        all.extend(entries.iter().filter(|entry| entry.kind() == kind).map(|entry| Answer::from(*entry)));
    }
    all.extend(Code::ALL.iter().map(|code| Answer {
        name: code.name().to_owned(),
        kind: match code.severity() {
            Severity::Error => "finding, an error",
            Severity::Warning => "finding, a warning",
        },
        title: String::new(),
        what: code.meaning().to_owned(),
        advice: code.advice().to_owned(),
        more: Vec::new(),
    }));
    all.extend(SkipReason::ALL.iter().map(|reason| Answer {
        name: serde_json::to_value(reason).ok().and_then(|name| Some(name.as_str()?.to_owned())).unwrap_or_default(),
        kind: "reason to leave a blob out",
        title: reason.label().to_owned(),
        what: format!("A blob that is left out: {}.", reason.label()),
        advice: reason.advice().to_owned(),
        more: Vec::new(),
    }));
    all
}

/// Whether this is meant: by name, by kind and name, or as screens call it.
pub(crate) fn is_about(answer: &Answer, topic: &str) -> bool {
    let is = |name: &str| name.eq_ignore_ascii_case(topic);
    let first = answer.kind.split([' ', ',']).next().unwrap_or_default();
    // `[azure] container`, as messages write it.
    let dotted = topic.trim_start_matches('[').replace("]]", ".").replace("] ", ".").replace(']', ".");
    is(&answer.name)
        // As programs read it: `done-with-errors`.
        || is(&answer.name.replace(' ', "-"))
        || is(&answer.title)
        || is(&format!("{first} {}", answer.name))
        || answer.name == dotted.trim_end_matches('.').replace(". ", ".")
}

/// That nothing is known of it, and what is like it.
pub(crate) fn unknown(topic: &str, all: &[Answer]) -> UserError {
    let lower = topic.to_lowercase();
    let mut near: Vec<(f64, &str)> = all
        .iter()
        .map(|answer| {
            let holds = answer.name.contains(&lower) || answer.title.to_lowercase().contains(&lower);
            // Of the names that hold the word, the shortest one first.
            let likeness = match holds {
                true => 1.0 + 1.0 / (1 + answer.name.len()) as f64,
                false => strsim::jaro_winkler(&lower, &answer.name),
            };
            (likeness, answer.name.as_str())
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut names: Vec<&str> = Vec::new();
    for (_, name) in near {
        if !names.contains(&name) && names.len() < SUGGESTED {
            names.push(name);
        }
    }
    let hint = match names.as_slice() {
        [] => "`azure-to-encord explain` lists everything that is known.".to_owned(),
        names => format!("Did you mean {}?", names.join(", ")),
    };
    UserError::config(format!("Nothing is known of '{topic}'.")).hint(hint)
}
