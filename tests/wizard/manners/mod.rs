//! The built program as a guest of the terminal: stopped and continued, an editor in between, signals, pastes, sizes, terminals
//! that can do little. Each time the terminal is given back as it was.

mod editor;
mod plain;

use std::{fs, path::Path, process::Command, time::Duration};

use crate::support::{
    config::ConfigText,
    terminal::{Left, Terminal},
};

const PATIENCE: Duration = Duration::from_secs(120);
const SIZE: (u16, u16) = (100, 30);
const PROGRAM: &str = env!("CARGO_BIN_EXE_azure-to-encord");
const PATH: (&str, &str) = ("PATH", "/usr/local/bin:/usr/bin:/bin");

/// A home with two saved configs; no service that they name answers.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let configs = home.path().join("configs");
    fs::create_dir_all(&configs).unwrap();
    for name in ["berlin", "nightly"] {
        ConfigText::default()
            .text("encord", "domain", "http://127.0.0.1:9")
            .text("azure", "endpoint", "http://127.0.0.1:9/acme")
            .text("azure", "container", "raw-2026")
            .text("folder", "path", "Raw/2026")
            .write(&configs, &format!("{name}.toml"));
    }
    home
}

fn start(home: &Path, variables: &[(&str, &str)]) -> Terminal {
    let mut terminal = Terminal::start_with(home, &[], SIZE, variables);
    wait_for_home(&mut terminal);
    terminal
}

fn wait_for_home(terminal: &mut Terminal) {
    terminal.wait_until("both configs", PATIENCE, |screen| {
        screen.contains("[Configs 2]") && screen.contains("berlin") && screen.contains("nightly")
    });
}

fn quit(mut terminal: Terminal) -> Left {
    terminal.send("q");
    let left = terminal.end(PATIENCE);
    left.assert_restored();
    assert_eq!(left.code, 0, "{}", left.screen);
    left
}

fn signal(name: &str, process: u32) {
    let status = Command::new("sh").args(["-c", &format!("kill -{name} {process}")]).status().unwrap();
    assert!(status.success());
}

fn wait_for_file(path: &Path) -> String {
    let began = std::time::Instant::now();
    loop {
        match fs::read_to_string(path) {
            Ok(text) if text.ends_with('\n') => return text,
            _ => assert!(began.elapsed() < PATIENCE, "{} is not written", path.display()),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_takes_it_again() {
    let home = home();
    // A shell with job control, as the user has one; it waits for a line before it goes on with the program.
    let script = format!(
        "set -m\nstty -a < /dev/tty > before\n{PROGRAM}\necho \"stopped with $?\"\nstty -a < /dev/tty > between\n\
         read -r line\nfg > /dev/null\ncode=$?\nstty -a < /dev/tty > after\nexit $code\n"
    );
    fs::write(home.path().join("shell.sh"), script).unwrap();
    let mut terminal = Terminal::start_program(home.path(), "/bin/bash", &["shell.sh"], SIZE, &[PATH]);
    wait_for_home(&mut terminal);
    terminal.send("\x1a");
    terminal.wait_for("stopped with 148", PATIENCE);
    let between = wait_for_file(&home.path().join("between"));
    assert!(!terminal.screen().contains("[Configs 2]"), "{}", terminal.screen());
    let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
    assert!(raw.contains("\x1b[?1049l") && raw.contains("\x1b[?2004l") && raw.contains("\x1b[?25h"), "{raw:?}");
    terminal.send("\r");
    wait_for_home(&mut terminal);
    // It takes keys again.
    terminal.send("?");
    terminal.wait_for("Help ─", PATIENCE);
    quit_from_help(terminal);
    let before = fs::read_to_string(home.path().join("before")).unwrap();
    assert_eq!(before, between);
    assert_eq!(before, fs::read_to_string(home.path().join("after")).unwrap());
}

#[test]
fn a_size_that_changed_while_it_was_stopped_is_followed() {
    let home = home();
    let mut terminal = start(home.path(), &[]);
    signal("STOP", terminal.process_id());
    terminal.resize(59, 20);
    signal("CONT", terminal.process_id());
    terminal.wait_for("needs 60×20, this is 59×20", PATIENCE);
    for (columns, rows) in [(60, 20), (200, 60), SIZE] {
        terminal.resize(columns, rows);
        wait_for_home(&mut terminal);
    }
    quit(terminal);
}

#[test]
fn signals_give_the_terminal_back_with_a_list_a_question_or_a_field_open() {
    for keys in ["", "x", "D", "/", "?", "\x10"] {
        for name in ["INT", "TERM", "HUP"] {
            let home = home();
            let mut terminal = start(home.path(), &[]);
            if !keys.is_empty() {
                let before = terminal.screen();
                terminal.send(keys);
                terminal.wait_until(keys, PATIENCE, |screen| screen != before);
            }
            signal(name, terminal.process_id());
            let left = terminal.end(PATIENCE);
            left.assert_restored();
            assert_eq!(left.code, 130, "{keys:?}, {name}: {}", left.screen);
            assert_eq!(fs::read_dir(home.path().join("configs")).unwrap().count(), 2);
        }
    }
}

const PASTED: &str = "\x1b[200~night\nly\r\n\x07\x00q\x1b[31m\x1b[201~";

#[test]
fn what_is_pasted_is_text_for_a_field_and_nothing_elsewhere() {
    let home = home();
    let mut terminal = start(home.path(), &[]);
    // Into no field: neither the q nor the line breaks are keys.
    terminal.send(PASTED);
    terminal.send("/");
    terminal.send(PASTED);
    terminal.wait_until("one line", PATIENCE, |screen| screen.contains("nightlyq[31m"));
    assert!(!String::from_utf8_lossy(&terminal.raw()).contains("\x1b[31m"), "what was pasted reached the terminal");
    terminal.send("\x1b");
    terminal.wait_until("no search", PATIENCE, |screen| screen.contains("berlin") && !screen.contains("nightlyq"));
    let left = quit(terminal);
    assert!(!left.raw.contains(&7), "the bell rang");
}

#[test]
fn the_mouse_is_switched_off_where_it_was_on() {
    let home = home();
    let mut terminal = start(home.path(), &[]);
    terminal.send("\x10mouse");
    terminal.wait_for("Let the mouse scroll", PATIENCE);
    terminal.send("\r");
    wait_for_home(&mut terminal);
    let left = quit(terminal);
    let raw = String::from_utf8_lossy(&left.raw).into_owned();
    let on = raw.rfind("\x1b[?1000h").expect("the mouse is on");
    assert!(
        raw.rfind("\x1b[?1000l").is_some_and(|off| off > on) && raw.rfind("\x1b[?1006l").is_some_and(|off| off > on)
    );
}

/// Closes the help, then leaves.
fn quit_from_help(mut terminal: Terminal) {
    terminal.send("\x1b");
    terminal.wait_until("Home", PATIENCE, |screen| screen.contains("[Configs") && !screen.contains(" Help "));
    quit(terminal);
}
