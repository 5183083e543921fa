//! Keys of one's own, the palette and the mouse, with the built program at a pseudo-terminal.

use std::{path::Path, time::Duration};

use crate::support::{program, terminal::Terminal};

const SOON: Duration = Duration::from_secs(120);
const SIZE: (u16, u16) = (80, 24);
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

fn write_keys(home: &Path, text: &str) {
    std::fs::create_dir_all(home.join("configs")).unwrap();
    std::fs::write(home.join("configs/keys.toml"), text).unwrap();
}

/// The demo's wizard at step 3.
fn at_manifest(home: &Path) -> Terminal {
    let mut terminal = Terminal::start(home, &["demo"], SIZE);
    for step in ["[1 ", "[2 ", "[3 "] {
        terminal.wait_until(step, SOON, |screen| {
            screen.contains(step) && screen.lines().any(|line| line.contains('→') && line.contains("Enter"))
        });
        if step != "[3 " {
            terminal.send("\r");
        }
    }
    terminal
}

fn raw(terminal: &Terminal) -> String {
    String::from_utf8_lossy(&terminal.raw()).into_owned()
}

/// A press and a release of the left button on a text, as terminals report them (xterm, mode 1006).
fn click(terminal: &mut Terminal, text: &str) {
    let screen = terminal.screen();
    let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains(text)).unwrap();
    let column = line.split(text).next().unwrap().chars().count();
    terminal.send(&format!("\x1b[<0;{0};{1}M\x1b[<0;{0};{1}m", column + 1, row + 1));
}

#[test]
fn remapped_keys_work_and_are_named_in_footer_and_help() {
    let home = tempfile::tempdir().unwrap();
    write_keys(home.path(), "[keys]\nswitch-list = [\"V\", \"ctrl-l\"]\nhelp = [\"H\"]\nquit = []\n");
    let mut terminal = at_manifest(home.path());
    terminal.wait_for("V other list", SOON);
    terminal.wait_for("H help  Ctrl-C quit", SOON);
    terminal.send("v?qV");
    terminal.wait_for("[Left out 7]", SOON);
    terminal.send("H");
    terminal.wait_for("V Ctrl-L", SOON);
    terminal.send("\x1b");
    terminal.wait_until("no help", SOON, |screen| !screen.contains("V Ctrl-L"));
    terminal.send("\x0c");
    terminal.wait_until("another list", SOON, |screen| !screen.contains("[Left out 7]"));
    terminal.send("\x03");
    let left = terminal.end(SOON);
    left.assert_restored();
    assert_eq!(left.code, 0, "{}", left.screen);
    assert!(!String::from_utf8_lossy(&left.raw).contains(MOUSE_ON));
}

#[test]
fn what_is_wrong_in_keys_toml_is_told_before_the_screen_opens() {
    for (text, says) in [
        (
            "[keys]\nswich-list = [\"V\"]\n",
            "line 2, column 1: There is no action 'swich-list'. Did you mean 'switch-list'?",
        ),
        (
            "[keys]\nsearch = [\"v\"]\n",
            "'v' is bound to search here, and to switch-list by default; both do something on Home",
        ),
        ("[keys]\nsearch = [\"esc\"]\n", "'esc' always is back."),
        ("[keys\n", "line 1, column"),
    ] {
        let home = tempfile::tempdir().unwrap();
        write_keys(home.path(), text);
        let terminal = Terminal::start(home.path(), &["demo"], (160, 24));
        let left = terminal.end(SOON);
        assert_eq!(left.code, 2, "{}", left.screen);
        assert!(left.screen.contains(says) && left.screen.contains("keys.toml"), "{}", left.screen);
        assert!(!String::from_utf8_lossy(&left.raw).contains("\x1b[?1049h"), "the screen was opened");
        left.assert_modes_restored();
    }
}

#[test]
fn what_is_wrong_in_keys_toml_is_broken_between_words() {
    let home = tempfile::tempdir().unwrap();
    write_keys(home.path(), "[keys]\nnew = [\"w\"]\n");
    let left = Terminal::start(home.path(), &["demo"], (60, 20)).end(SOON);
    assert_eq!(left.code, 2, "{}", left.screen);
    let told = left.screen.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let says = "'w' is bound to new here, and to skip-schema by default; both do something on step 2, Schema.";
    assert!(told.contains(says), "{}", left.screen);
}

#[test]
fn the_table_that_is_printed_can_be_used_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let printed = program::run(&mut program::program(home.path(), &["config", "keys"])).expect(0).stdout;
    assert!(printed.contains("switch-list = [\"v\"]"), "{printed}");
    let told = |arguments: &[&str]| program::run(&mut program::program(home.path(), arguments)).expect(0).stdout;
    let file = home.path().join("configs/keys.toml");
    let lies = |printed: &str| printed.contains(file.to_str().unwrap());
    let explained = told(&["explain", "keys.toml"]).replace('\n', " ");
    assert!(
        lies(&printed) && printed.contains("is not there yet") && explained.contains("is not there yet"),
        "{explained}"
    );
    write_keys(home.path(), &printed);
    assert!(lies(&told(&["config", "keys"])) && told(&["config", "keys"]).contains("# which is there"));
    assert!(told(&["explain", "keys.toml"]).contains("It lies in"));
    let objects: Vec<serde_json::Value> =
        told(&["config", "keys", "--json"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&objects[0]["file"], &objects[0]["exists"]), (&file.to_str().unwrap().into(), &true.into()));
    assert!(objects.iter().any(|object| object["action"] == "switch-list" && object["keys"][0] == "v"));
    let mut terminal = at_manifest(home.path());
    terminal.wait_for("v other list", SOON);
    // It is no config.
    let listed = program::run(&mut program::program(home.path(), &["config", "list"])).expect(0).stdout;
    assert_eq!(listed, "");
    terminal.send("q");
    terminal.end(SOON).assert_restored();
}

#[test]
fn the_palette_finds_an_action_and_does_it() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = at_manifest(home.path());
    terminal.send("\x10");
    terminal.wait_for("type to search", SOON);
    terminal.send("othr lst");
    terminal.wait_for("Enter do it", SOON);
    terminal.send("\r");
    terminal.wait_for("[Left out 7]", SOON);
    terminal.send("\x10");
    terminal.wait_for("type to search", SOON);
    terminal.send("\x1b");
    terminal.wait_until("no palette", SOON, |screen| !screen.contains("type to search"));
    assert!(terminal.screen().contains("[Left out 7]"), "{}", terminal.screen());
    terminal.send("q");
    let left = terminal.end(SOON);
    left.assert_restored();
    assert_eq!(left.code, 0);
}

#[test]
fn the_mouse_scrolls_and_chooses_once_it_is_switched_on() {
    let home = tempfile::tempdir().unwrap();
    write_keys(home.path(), "mouse = true\n");
    let mut terminal = at_manifest(home.path());
    assert!(raw(&terminal).contains(MOUSE_ON));
    terminal.wait_for("1 of 278", SOON);
    terminal.send("\x1b[<65;10;10M\x1b[<65;10;10M\x1b[<64;10;10M");
    terminal.wait_for(" 4 of 278", SOON);
    click(&mut terminal, "other list");
    terminal.wait_for("[Left out 7]", SOON);
    click(&mut terminal, "1 Integration");
    terminal.wait_for("[1 Integration", SOON);
    // The palette switches it off, and leaving does once more what is to be done.
    terminal.send("\x10");
    terminal.wait_for("type to search", SOON);
    terminal.send("mouse\r");
    let began = std::time::Instant::now();
    while !raw(&terminal).contains(MOUSE_OFF) {
        assert!(began.elapsed() < SOON, "the mouse is not switched off");
        std::thread::sleep(Duration::from_millis(20));
    }
    terminal.send("\x10");
    terminal.wait_for("type to search", SOON);
    terminal.send("mouse\r");
    terminal.wait_until("no palette", SOON, |screen| !screen.contains("Let the mouse"));
    terminal.send("\x03");
    let left = terminal.end(SOON);
    left.assert_restored();
    let written = String::from_utf8_lossy(&left.raw).into_owned();
    assert!(written.rfind(MOUSE_OFF) > written.rfind(MOUSE_ON), "the mouse is not given back");
}
