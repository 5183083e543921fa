//! The user's own editor at the program's terminal.

use std::fs;

use crate::manners::{PATH, PATIENCE, home, quit, signal, start, wait_for_file, wait_for_home};

/// An editor of these commands; `$1` is the file.
fn editor(home: &std::path::Path, commands: &str) -> String {
    let path = home.join("editor.sh");
    fs::write(&path, commands).unwrap();
    format!("sh {}", path.display())
}

#[test]
fn an_editor_has_the_terminal_as_it_was_and_what_it_wrote_is_read() {
    let home = home();
    let commands = "stty -a < /dev/tty > modes\nsed -i s/raw-2026/changed-here/ \"$1\"\n";
    let editor = editor(home.path(), commands);
    let mut terminal = start(home.path(), &[("EDITOR", &editor), PATH]);
    terminal.send("E");
    let modes = wait_for_file(&home.path().join("modes"));
    let has = |mode: &str| modes.split([' ', '\n', ';']).any(|word| word == mode);
    assert!(has("icanon") && has("echo") && has("isig") && has("opost"), "{modes}");
    wait_for_home(&mut terminal);
    terminal.wait_for("changed-here", PATIENCE);
    quit(terminal);
    let text = fs::read_to_string(home.path().join("configs/berlin.toml")).unwrap();
    assert!(text.contains("changed-here"), "{text}");
}

#[test]
fn an_editor_that_fails_or_is_missing_is_told_and_the_screen_is_back() {
    for (commands, says) in [(Some("exit 3\n"), "exit status: 3"), (None, "cannot be started")] {
        let home = home();
        let editor = commands.map_or("/nowhere/editor".to_owned(), |commands| editor(home.path(), commands));
        let mut terminal = start(home.path(), &[("VISUAL", &editor), PATH]);
        terminal.send("E");
        terminal.wait_for("The editor", PATIENCE);
        // A narrow column breaks lines between words.
        let last = says.split(' ').next_back().unwrap();
        terminal.wait_for(last, PATIENCE);
        wait_for_home(&mut terminal);
        quit(terminal);
    }
}

#[test]
fn whoever_is_asked_to_end_while_the_editor_is_open_ends_both() {
    let home = home();
    // When the program has ended, the system hangs up on whoever is left at the terminal; that is not what is looked for.
    let commands =
        "trap '' HUP\ntrap 'echo ended > ended; exit 0' TERM\necho open > open\nwhile :; do sleep 0.1; done\n";
    let editor = editor(home.path(), commands);
    let mut terminal = start(home.path(), &[("EDITOR", &editor), PATH]);
    terminal.send("E");
    wait_for_file(&home.path().join("open"));
    signal("TERM", terminal.process_id());
    wait_for_file(&home.path().join("ended"));
    let left = terminal.end(PATIENCE);
    left.assert_restored();
    assert_eq!(left.code, 130, "{}", left.screen);
}
