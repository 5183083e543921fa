//! `explain`: prints the wizard's help outside the wizard.

use serde_json::json;

use crate::{
    cli::{
        exit::{Exit, refuse},
        open,
        text::{self, tell},
        usage,
    },
    wizard::help::{
        self, EntryKind, Page, Topic,
        explain::{Answer, all, is_about, unknown},
    },
};

/// Maximum width of text, in columns.
const COLUMNS: usize = 100;

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

pub(crate) fn explain(args: &Args) -> Exit {
    let topic = args.topic.join(" ");
    let topic = topic.trim();
    let mut all = all();
    all.push(keys_file_entry());
    let page = Topic::ALL.into_iter().find(|known| known.name() == topic && !args.json).and_then(help::page);
    let answers: Vec<&Answer> = all.iter().filter(|answer| topic.is_empty() || is_about(answer, topic)).collect();
    if answers.is_empty() && page.is_none() {
        return refuse(&unknown(topic, &all));
    }
    if let Some(page) = page {
        print_page(page);
    }
    for (place, answer) in answers.iter().enumerate() {
        match (args.json, topic.is_empty()) {
            (true, _) => say!("{}", object(answer)),
            (false, true) => {
                let is_first = place == 0 || answers.get(place - 1).is_some_and(|before| before.kind != answer.kind);
                if is_first {
                    tell!("{}{}", if place == 0 { "" } else { "\n" }, heading(answer.kind));
                }
                tell!("  {:<40} {}", answer.name, without_backticks(&answer.what));
            }
            (false, false) => {
                if place > 0 || page.is_some() {
                    tell!("");
                }
                print_answer(answer);
            }
        }
    }
    if topic.is_empty() && !args.json {
        let pages: Vec<&str> = Topic::ALL.iter().map(|topic| topic.name()).collect();
        tell!("\nPages\n  {}", pages.join(", "));
    }
    Exit::Done
}

/// The entry for `keys.toml`; its path depends on this machine.
fn keys_file_entry() -> Answer {
    let lies = match open::home().map(|home| home.keys()) {
        Ok(path) if path.exists() => format!("It lies in {}.", path.display()),
        Ok(path) => format!("It belongs in {} and is not there yet.", path.display()),
        Err(_) => "It lies beside the saved configs.".to_owned(),
    };
    Answer {
        name: "keys.toml".to_owned(),
        kind: "file",
        title: "Keys of your own".to_owned(),
        what: format!("Which keys do what in the wizard, and whether the mouse is on. {lies}"),
        advice: "`azure-to-encord config keys` prints all actions with their keys; keep the lines that you change."
            .to_owned(),
        more: Vec::new(),
    }
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
        "file" => "Files",
        _ => "Reasons to leave a blob out",
    }
}

fn object(answer: &Answer) -> serde_json::Value {
    let Answer { name, kind, title, what, advice, more } = answer;
    let more: Vec<String> = more.iter().map(|line| without_backticks(line)).collect();
    json!({
        "name": name, "kind": kind, "title": title, "what": without_backticks(what), "advice": without_backticks(advice), "more": more,
    })
}

/// Removes the backticks around literal text.
fn without_backticks(text: &str) -> String {
    text.replace('`', "")
}

fn print_answer(answer: &Answer) {
    let title = match answer.title.as_str() {
        "" => answer.kind.to_owned(),
        title => format!("{title}, {}", answer.kind),
    };
    tell!("{} ({title})", answer.name);
    for text in [&answer.what, &answer.advice].into_iter().chain(&answer.more) {
        paragraph("  ", text);
    }
}

fn print_page(page: &Page) {
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

/// Prints wrapped text with a mark before the first line.
fn paragraph(mark: &str, content: &str) {
    let columns = text::out().columns().map_or(COLUMNS, |columns| columns.min(COLUMNS));
    tell!("{}", without_backticks(&text::fold(&format!("{mark}{content}"), columns)));
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
    fn entries_are_found_by_their_spelling_in_messages_and_on_screens() {
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
    fn every_entry_has_a_name_a_text_and_advice() {
        for answer in all() {
            assert!(!answer.name.is_empty() && answer.what.ends_with(['.', '?', '`', ')']), "{answer:?}");
            assert!(answer.advice.ends_with('.'), "{answer:?}");
            assert_ne!((heading(answer.kind), answer.kind), ("Reasons to leave a blob out", "finding"));
        }
    }

    #[test]
    fn a_misspelt_name_suggests_similar_names() {
        let hint = |topic: &str| unknown(topic, &all()).hint.unwrap_or_default();
        assert!(hint("cors").contains("azure.cors, azure.cors.preflight"), "{}", hint("cors"));
        assert!(hint("url.whitspace").contains("url.whitespace"), "{}", hint("url.whitspace"));
        assert!(hint("xyzzy-plugh").contains("lists everything"), "{}", hint("xyzzy-plugh"));
    }
}
