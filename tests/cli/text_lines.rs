//! Lines of commands: broken between words at a terminal and left alone in a pipe; coloured where they may be.

use std::{fs, path::Path, time::Duration};

use azure_to_encord::{
    manifest::{Kind, batch::Batch, data_items::JobOptions},
    run::{
        new_run::NewRun,
        state::{BatchState, RunState},
    },
    store::{Home, RunStore},
};

use crate::support::{
    program::{program, run},
    terminal::Terminal,
};

const PATIENCE: Duration = Duration::from_secs(120);
const MESSAGE: &str =
    "The server answered that the storage could not be read for a long time and that it has given up on the job";

/// A run on record, done with errors, and one that was interrupted.
fn record(dir: &Path) {
    let home = Home::below(dir);
    let mut store = RunStore::open(&home).unwrap();
    for (id, is_over) in [("over", true), ("open", false)] {
        let new = NewRun {
            id: id.into(),
            config: "site".into(),
            domain: "http://127.0.0.1:1".into(),
            config_text: "version = 1".into(),
            folder: uuid::Uuid::from_u128(1),
            folder_path: "Raw".into(),
            integration: uuid::Uuid::from_u128(2),
            options: JobOptions { ignore_errors: true, skip_duplicate_urls: true, upsert_metadata: false },
            jobs_in_flight: 1,
            despite: Vec::new(),
            sync: None,
        };
        store.create(&new, &[Batch { kind: Kind::Image, first: 0, count: 12 }]).unwrap();
        fs::create_dir_all(home.run(id)).unwrap();
        let mut row = store.batches(id).unwrap().remove(0);
        let state = if is_over { BatchState::Done } else { BatchState::Sending };
        (row.state, row.done, row.errors) = (state, if is_over { 10 } else { 0 }, if is_over { 2 } else { 0 });
        row.message = Some(MESSAGE.into());
        store.save_batch(id, &row, None).unwrap();
        if is_over {
            store.set_state(id, RunState::DoneWithErrors).unwrap();
        }
    }
}

/// What a command writes into a pipe, stdout and stderr in one.
fn piped(dir: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let ended = run(program(dir, arguments).envs(variables.iter().copied()));
    ended.stdout + &ended.stderr
}

/// What it writes to a terminal.
fn shown(dir: &Path, arguments: &[&str], columns: u16, variables: &[(&str, &str)]) -> String {
    let left = Terminal::start_with(dir, arguments, (columns, 60), variables).end(PATIENCE);
    String::from_utf8(left.raw).unwrap()
}

#[test]
fn colours_go_to_terminals_and_where_they_are_forced_to_and_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    record(dir.path());
    let commands: [(&[&str], &str); 4] = [
        (&["runs", "list"], "\x1b[1;33mdone with errors\x1b[0m"),
        (&["runs", "show", "over"], "\x1b[1;33mdone with errors\x1b[0m"),
        (&["runs", "show", "open"], "\x1b[1;33min doubt\x1b[0m"),
        (&["runs", "show", "none"], "\x1b[1;31mazure-to-encord:\x1b[0m There is no run"),
    ];
    for (arguments, coloured) in commands {
        let plain = coloured.replace("\x1b[1;33m", "").replace("\x1b[1;31m", "").replace("\x1b[0m", "");
        for (variables, is_coloured) in [
            (&[][..], false),
            (&[("CLICOLOR_FORCE", "1")], true),
            (&[("CLICOLOR_FORCE", "0")], false),
            (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
            (&[("CLICOLOR_FORCE", "1"), ("CLICOLOR", "0")], true),
        ] {
            let told = piped(dir.path(), arguments, variables);
            assert!(told.contains(if is_coloured { coloured } else { &plain }), "{variables:?}: {told:?}");
            assert_eq!(told.contains('\x1b'), is_coloured, "{variables:?}: {told:?}");
        }
        for (variables, is_coloured) in [
            (&[][..], true),
            (&[("NO_COLOR", "1")], false),
            (&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false),
            (&[("CLICOLOR", "0")], false),
            (&[("TERM", "dumb")], false),
        ] {
            let told = shown(dir.path(), arguments, 120, variables);
            assert!(told.contains(if is_coloured { coloured } else { &plain }), "{variables:?}: {told:?}");
            assert_eq!(told.contains('\x1b'), is_coloured, "{variables:?}: {told:?}");
        }
    }
    let forced = piped(dir.path(), &["runs", "list", "--json"], &[("CLICOLOR_FORCE", "1")]);
    assert!(!forced.contains('\x1b'), "programs get no colours: {forced:?}");
}

#[test]
fn lines_are_broken_between_words_at_a_terminal_only() {
    let dir = tempfile::tempdir().unwrap();
    record(dir.path());
    for arguments in [&["runs", "show", "over"][..], &["explain", "interrupted"], &["explain", "progress"], &["runs"]] {
        let whole = piped(dir.path(), arguments, &[]);
        for columns in [80, 60] {
            let told = shown(dir.path(), arguments, columns, &[("NO_COLOR", "1")]);
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let (told_words, words) = (words(&told), words(&whole));
            let first = told_words.iter().zip(&words).find(|(told, word)| told != word);
            assert!(first.is_none() && told_words.len() == words.len(), "broken or lost: {first:?}");
            for line in told.lines() {
                let is_one_word = !line.trim().contains(' ');
                assert!(is_one_word || line.chars().count() <= usize::from(columns), "{columns}: {line:?}");
            }
        }
    }
    let piped = piped(dir.path(), &["runs", "show", "over"], &[]);
    assert!(piped.lines().any(|line| line.contains(MESSAGE)), "one line in a pipe: {piped}");
}

#[test]
fn a_config_is_never_broken() {
    let dir = tempfile::tempdir().unwrap();
    let configs = Home::below(dir.path()).configs().to_owned();
    fs::create_dir_all(&configs).unwrap();
    let long = format!("# {}", "a long remark of many words ".repeat(6).trim_end());
    fs::write(configs.join("site.toml"), format!("{long}\nversion = 1\n")).unwrap();
    let told = shown(dir.path(), &["config", "show", "site"], 60, &[]);
    assert!(told.replace("\r\n", "\n").starts_with(&format!("{long}\nversion = 1")), "{told:?}");
}
