//! `explain`: what the help of the wizard says, without the wizard.

use serde_json::json;

use super::{
    Exit,
    exit::refuse,
    text::{self, tell},
    usage,
};
use crate::{
    help::{self, Entry, EntryKind, Page, Topic},
    manifest::{Code, Severity, SkipReason},
    wizard::Problem,
};

/// Text is broken into lines of so many columns.
const COLUMNS: usize = 100;
/// So many names are suggested for one that is not known.
const SUGGESTED: usize = 8;

#[derive(Debug, clap::Args)]
#[command(after_help = usage::EXPLAIN)]
pub(crate) struct Args {
    /// A finding's code, a check's id, a config's key, a run's or job's state, an exit code, a step of the wizard; without it
    /// everything is listed.
    topic: Vec<String>,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

/// What is known of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    name: String,
    /// What the name is the name of.
    kind: &'static str,
    title: String,
    what: String,
    advice: String,
    more: Vec<String>,
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

pub(crate) fn explain(args: &Args) -> Exit {
    let topic = args.topic.join(" ");
    let topic = topic.trim();
    let all = all();
    let page = Topic::ALL.into_iter().find(|known| known.name() == topic && !args.json).and_then(help::page);
    let answers: Vec<&Answer> = all.iter().filter(|answer| topic.is_empty() || is_about(answer, topic)).collect();
    if answers.is_empty() && page.is_none() {
        return refuse(&unknown(topic, &all));
    }
    if let Some(page) = page {
        tell_page(page);
    }
    for (place, answer) in answers.iter().enumerate() {
        match (args.json, topic.is_empty()) {
            (true, _) => say!("{}", object(answer)),
            (false, true) => {
                let is_first = place == 0 || answers.get(place - 1).is_some_and(|before| before.kind != answer.kind);
                if is_first {
                    tell!("{}{}", if place == 0 { "" } else { "\n" }, heading(answer.kind));
                }
                tell!("  {:<40} {}", answer.name, plain(&answer.what));
            }
            (false, false) => {
                if place > 0 || page.is_some() {
                    tell!("");
                }
                tell(answer);
            }
        }
    }
    if topic.is_empty() && !args.json {
        let pages: Vec<&str> = Topic::ALL.iter().map(|topic| topic.name()).collect();
        tell!("\nPages\n  {}", pages.join(", "));
    }
    Exit::Done
}

/// Everything that can be explained, by kind.
fn all() -> Vec<Answer> {
    use EntryKind::{Check, Exit, Field, Job, Key, List, Run, Type};
    let kinds = [Key, Check, Run, Job, Exit, Type, Field, List];
    let entries = help::entries();
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

fn heading(kind: &str) -> &'static str {
    match kind {
        "config key" => "Keys of a config",
        "check" => "Checks",
        "run state" => "States of a run",
        "job state" => "States of a job",
        "exit code" => "Exit codes",
        "type of keys" => "Types of metadata keys",
        "field" => "Fields that no config has",
        "list" => "Lists",
        "finding, an error" => "Findings that stop an import",
        "finding, a warning" => "Findings that are worth a look",
        _ => "Reasons to leave a blob out",
    }
}

/// Whether this is meant: by name, by kind and name, or as screens call it.
fn is_about(answer: &Answer, topic: &str) -> bool {
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

fn unknown(topic: &str, all: &[Answer]) -> Problem {
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
    Problem::config(format!("Nothing is known of '{topic}'.")).hint(hint)
}

fn object(answer: &Answer) -> serde_json::Value {
    let Answer { name, kind, title, what, advice, more } = answer;
    let more: Vec<String> = more.iter().map(|line| plain(line)).collect();
    json!({
        "name": name, "kind": kind, "title": title, "what": plain(what), "advice": plain(advice), "more": more,
    })
}

/// Without the marks around what is typed word for word.
fn plain(text: &str) -> String {
    text.replace('`', "")
}

fn tell(answer: &Answer) {
    let title = match answer.title.as_str() {
        "" => answer.kind.to_owned(),
        title => format!("{title}, {}", answer.kind),
    };
    tell!("{} ({title})", answer.name);
    for text in [&answer.what, &answer.advice].into_iter().chain(&answer.more) {
        paragraph("  ", text);
    }
}

fn tell_page(page: &Page) {
    tell!("{}\n", page.title);
    paragraph("", &page.purpose);
    paragraph("", &page.ready);
    for section in &page.sections {
        tell!("\n{}", section.title);
        for entry in &section.entries {
            let key = if entry.kind() == EntryKind::Key { format!(" ({})", entry.key) } else { String::new() };
            tell!("  {}{key}", entry.label);
            for text in [&entry.what, &entry.choose].into_iter().chain(&entry.more) {
                paragraph("    ", text);
            }
        }
        section.points.iter().for_each(|point| paragraph("  - ", point));
    }
}

/// A text in lines below each other, with a mark before the first.
fn paragraph(mark: &str, content: &str) {
    let columns = text::out().columns().map_or(COLUMNS, |columns| columns.min(COLUMNS));
    tell!("{}", plain(&text::fold(&format!("{mark}{content}"), columns)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(topic: &str) -> Vec<String> {
        let all = all();
        all.iter()
            .filter(|answer| is_about(answer, topic))
            .map(|answer| format!("{}: {}", answer.kind, answer.name))
            .collect()
    }

    #[test]
    fn names_are_found_as_they_are_written_in_messages_and_on_screens() {
        for (topic, expected) in [
            ("url.whitespace", &["finding, an error: url.whitespace"][..]),
            ("azure.cors", &["check: azure.cors"]),
            // A key and a check may share a name.
            ("azure.container", &["config key: azure.container", "check: azure.container"]),
            ("check azure.container", &["check: azure.container"]),
            ("[azure] container", &["config key: azure.container", "check: azure.container"]),
            ("[[manifest.types]] match", &["config key: manifest.types.match"]),
            ("upload.skip_duplicate_urls", &["config key: upload.skip_duplicate_urls"]),
            ("3", &["exit code: 3"]),
            ("exit 130", &["exit code: 130"]),
            ("number", &["type of keys: number"]),
            ("Folder Marker", &["reason to leave a blob out: folder-marker"]),
            ("nonsense", &[]),
        ] {
            assert_eq!(found(topic), expected, "{topic}");
        }
    }

    #[test]
    fn everything_has_a_name_and_says_something() {
        for answer in all() {
            assert!(!answer.name.is_empty() && answer.what.ends_with(['.', '?', '`', ')']), "{answer:?}");
            assert!(answer.advice.ends_with('.'), "{answer:?}");
            assert_ne!((heading(answer.kind), answer.kind), ("Reasons to leave a blob out", "finding"));
        }
    }

    #[test]
    fn a_misspelt_name_is_answered_with_those_like_it() {
        let hint = |topic: &str| unknown(topic, &all()).hint.unwrap_or_default();
        assert!(hint("cors").contains("azure.cors, azure.cors.preflight"), "{}", hint("cors"));
        assert!(hint("url.whitspace").contains("url.whitespace"), "{}", hint("url.whitspace"));
        assert!(hint("xyzzy-plugh").contains("lists everything"), "{}", hint("xyzzy-plugh"));
    }
}
