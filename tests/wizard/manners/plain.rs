//! Terminals that can do little, and no terminal at all.

use std::{fs, process::Stdio};

use crate::{
    manners::{PATIENCE, PROGRAM, SIZE, home, quit, start},
    support::{program::program, terminal::Terminal},
};

#[test]
fn a_dumb_terminal_gets_a_sentence_and_no_sequence() {
    let home = home();
    for arguments in [&[][..], &["nightly"], &["demo"]] {
        let left = Terminal::start_with(home.path(), arguments, SIZE, &[("TERM", "dumb")]).end(PATIENCE);
        assert_eq!(left.code, 2, "{}", left.screen);
        left.assert_modes_restored();
        assert!(!left.raw.contains(&0x1b), "{}", String::from_utf8_lossy(&left.raw));
        assert!(left.screen.contains("TERM=dumb"), "{}", left.screen);
    }
}

#[test]
fn a_terminal_of_the_c_locale_gets_ascii_on_home_too() {
    let home = home();
    let configs = home.path().join("configs");
    fs::copy(configs.join("nightly.toml"), configs.join("z-last.toml")).unwrap();
    let text = fs::read_to_string(configs.join("z-last.toml")).unwrap().replace("Raw/2026", "街景/é\u{301}");
    fs::write(configs.join("z-last.toml"), text).unwrap();
    let mut terminal = Terminal::start_with(home.path(), &[], SIZE, &[("LANG", "C"), ("NO_COLOR", "1")]);
    terminal.wait_for("[Configs 3]", PATIENCE);
    terminal.send("G?");
    terminal.wait_for("Help -", PATIENCE);
    assert!(terminal.raw().is_ascii(), "{}", terminal.screen());
    crate::manners::quit_from_help(terminal);
}

/// Whether foreground or background colours are set; 39 and 49 only go back to the default.
fn is_coloured(raw: &[u8]) -> bool {
    let colour = regex::Regex::new("\x1b\\[([0-9]+;)*(3[0-8]|4[0-8]|9[0-7]|10[0-7])[0-9;]*m").unwrap();
    colour.is_match(&String::from_utf8_lossy(raw))
}

#[test]
fn the_screens_are_coloured_as_the_environment_asks() {
    for (variables, coloured) in [
        (&[][..], true),
        (&[("NO_COLOR", "1")], false),
        (&[("CLICOLOR", "0")], false),
        (&[("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")], true),
        (&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false),
        (&[("NO_COLOR", ""), ("CLICOLOR_FORCE", "0")], true),
    ] {
        let home = home();
        let left = quit(start(home.path(), variables));
        assert_eq!(is_coloured(&left.raw), coloured, "{variables:?}");
    }
}

#[test]
fn a_terminal_that_is_only_half_there_gets_a_sentence_and_stays_as_it_is() {
    for (redirected, arguments) in [("< /dev/null", ""), ("> out", ""), ("< /dev/null", "nightly"), ("> out", "demo")] {
        let home = home();
        let script = format!("{PROGRAM} {arguments} {redirected}");
        let left =
            Terminal::start_program(home.path(), "/bin/sh", &["-c", &script], SIZE, &[("NO_COLOR", "1")]).end(PATIENCE);
        assert_eq!(left.code, 2, "{script}: {}", left.screen);
        left.assert_modes_restored();
        assert!(!left.raw.contains(&0x1b), "{script}: {}", String::from_utf8_lossy(&left.raw));
        assert!(left.screen.contains("terminal"), "{script}: {}", left.screen);
        assert_eq!(fs::read_to_string(home.path().join("out")).unwrap_or_default(), "", "{script}");
    }
}

/// What a command says where neither its input nor its outputs are a terminal.
fn piped(home: &std::path::Path, arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let output = program(home, arguments).envs(variables.iter().copied()).stdin(Stdio::null()).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn colour_can_be_forced_and_refused_and_files_get_none() {
    let home = home();
    let (_, help) = piped(home.path(), &["--help"], &[]);
    assert!(!help.contains('\x1b'), "{help}");
    for arguments in [&["config", "list"][..], &["config", "path"], &["runs", "list"], &["run", "nightly"], &["--help"]]
    {
        let (_, text) = piped(home.path(), arguments, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]);
        assert!(!text.contains('\x1b'), "{arguments:?}: {text}");
    }
    let left = Terminal::start_with(home.path(), &["--help"], SIZE, &[("NO_COLOR", "1")]).end(PATIENCE);
    assert!(left.code == 0 && !left.raw.windows(3).any(|bytes| bytes.starts_with(b"\x1b[3")), "{}", left.screen);
    left.assert_modes_restored();
}

#[test]
fn what_would_ask_says_without_a_terminal_how_it_is_told() {
    let home = home();
    for (arguments, says) in
        [(&["run", "nightly"][..], "--yes"), (&["nightly"], "run nightly --yes"), (&["demo"], "terminal")]
    {
        let (code, text) = piped(home.path(), arguments, &[]);
        assert_eq!(code, Some(2), "{arguments:?}: {text}");
        assert!(text.contains(says), "{arguments:?}: {text}");
    }
}
