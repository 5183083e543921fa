//! Every command line in help texts, README and help pages parses.

use clap::{Command, CommandFactory, Parser, error::ErrorKind};

use crate::cli::Cli;

/// Every command with its full name, the program itself first.
fn commands() -> Vec<(String, Command)> {
    fn below(name: &str, command: &Command, all: &mut Vec<(String, Command)>) {
        all.push((name.to_owned(), command.clone()));
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            below(&format!("{name} {}", sub.get_name()), sub, all);
        }
    }
    let mut program = Cli::command();
    program.build();
    let mut all = Vec::new();
    below("azure-to-encord", &program, &mut all);
    all
}

/// The command lines of this program in a shell line.
fn command_lines(line: &str) -> Vec<Vec<String>> {
    // Comments follow three spaces or ` #`.
    let line = [" #", "   "].into_iter().fold(line, |line, mark| line.split(mark).next().unwrap_or(line));
    let line = line.replace("\"$(", " ; ").replace(")\"", " ; ");
    let words = shell_words::split(&line).unwrap_or_else(|error| panic!("{line}: {error}"));
    words
        .split(|word| [";", "|", ">", "&&"].contains(&word.as_str()))
        .filter(|words| words.first().is_some_and(|word| word == "azure-to-encord"))
        .map(<[String]>::to_vec)
        .collect()
}

/// Asserts that a command line parses; upper-case placeholders stand for values.
fn parses(words: &[String], source: &str) {
    let words: Vec<String> = words.iter().map(|word| if word == "JOB" { "4".into() } else { word.clone() }).collect();
    let words: Vec<&str> = words.iter().map(|word| if *word == "CHECK_ID" { "azure.cors" } else { word }).collect();
    if let Err(error) = Cli::try_parse_from(&words) {
        let is_asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
        // Texts also name command groups: `azure-to-encord runs`.
        let is_group = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
        assert!(is_asked || is_group, "{source}: {words:?}\n{error}");
    }
}

#[test]
fn every_command_has_a_summary_and_an_example_that_parses() {
    Cli::command().debug_assert();
    for (name, command) in commands() {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        assert!(!about.is_empty() && !about.contains('\n'), "{name}: {about:?}");
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(after.starts_with("Example"), "{name} shows no example: {after:?}");
        let examples: Vec<_> = after.lines().flat_map(|line| command_lines(line.trim())).collect();
        let starts = name.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(examples.iter().any(|words| words.starts_with(&starts)), "{name}: none of its examples is its own");
        examples.iter().for_each(|words| parses(words, &name));
        for argument in command.get_arguments().filter(|argument| argument.get_id() != "help") {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(!help.is_empty(), "{name}: {} is not explained", argument.get_id());
        }
    }
}

#[test]
fn command_lines_in_texts_parse() {
    let readme = include_str!("../../README.md");
    let mut is_code = false;
    let mut tried = 0;
    for line in readme.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        } else if is_code && line.starts_with("azure-to-encord") {
            for words in command_lines(line) {
                parses(&words, "README.md");
                tried += 1;
            }
        }
    }
    let pages = crate::wizard::help::Topic::ALL
        .map(|topic| std::fs::read_to_string(format!("assets/help/{}.md", topic.name())));
    let texts = pages.into_iter().map(Result::unwrap).chain([readme.to_owned()]);
    for text in texts {
        // Text between backticks is literal.
        for typed in text.split('`').skip(1).step_by(2).filter(|typed| typed.starts_with("azure-to-encord ")) {
            for words in command_lines(typed) {
                parses(&words, typed);
                tried += 1;
            }
        }
    }
    for (name, command) in commands() {
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for typed in after.split('`').skip(1).step_by(2).filter(|typed| typed.starts_with("azure-to-encord ")) {
            command_lines(typed).iter().for_each(|words| parses(words, &name));
            tried += 1;
        }
    }
    assert!(tried > 30, "only {tried}");
}
