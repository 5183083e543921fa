//! The keys of step 2, pressed in the built program at a pseudo-terminal: keys from a CSV file, a new one, left out, undone,
//! searched for, and the schema left alone.

use std::{path::Path, time::Duration};

use crate::support::terminal::Terminal;

const SOON: Duration = Duration::from_secs(120);

/// The demo at its second step, with a table of five columns besides the blob's name.
fn at_schema(home: &Path) -> Terminal {
    let mut table = "name,operator,lens mm,recorded,daylight,地点\n".to_owned();
    for n in 1..=20 {
        let row = format!("cam01/{n}.jpg,ada-{n},{}.5,2026-03-{n:02}T08:00:00Z,{},北京 {n}\n", 20 + n, n % 2 == 0);
        table.push_str(&row);
    }
    std::fs::write(home.join("labels.csv"), table).unwrap();
    let mut terminal = Terminal::start(home, &["demo"], (80, 24));
    terminal.wait_for("goes on to the schema", SOON);
    terminal.send("\r");
    terminal.wait_for("4 to add", SOON);
    terminal
}

fn leave(mut terminal: Terminal) {
    terminal.send("q");
    terminal.end(SOON).assert_restored();
}

#[test]
fn five_keys_from_a_table() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = at_schema(home.path());
    assert!(terminal.screen().contains("n new key") && terminal.screen().contains("d from data"));
    terminal.send("d");
    terminal.wait_for("Keys from your data", SOON);
    // Bracketed paste, as a terminal sends it.
    terminal.send("\x1b[200~~/labels.csv\x1b[201~");
    terminal.wait_for("~/labels.csv", SOON);
    terminal.send("\r");
    terminal.wait_for("5 to take", SOON);
    for words in ["operator", "lens mm", "datetime", "boolean", "地点", "joined by name"] {
        terminal.wait_for(words, SOON);
    }
    terminal.send("\r");
    terminal.wait_until("the five keys", SOON, |screen| {
        screen.contains("9 to add") && screen.contains("5 keys were taken into this import")
    });
    // Undone one by one, and done again.
    terminal.send("u");
    terminal.wait_for("8 to add", SOON);
    terminal.send("u");
    terminal.wait_for("9 to add", SOON);
    terminal.send("3");
    terminal.wait_for("[3 Manifest", SOON);
    terminal.wait_for("278 items", SOON);
    leave(terminal);
}

#[test]
fn a_file_that_is_not_there_is_told_and_the_path_stays() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = at_schema(home.path());
    terminal.send("d~/lables.csv\r");
    terminal.wait_until("the failure beside the field", SOON, |screen| {
        screen.contains("Keys from your data") && screen.contains("✗") && screen.contains("~/lables.csv")
    });
    terminal.send("\x1b");
    terminal.wait_until("the list", SOON, |screen| !screen.contains("Keys from your data"));
    leave(terminal);
}

#[test]
fn the_other_keys_of_the_step() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = at_schema(home.path());
    terminal.send("n");
    terminal.wait_for("New metadata key", SOON);
    terminal.send("tide\tnumber\r");
    terminal.wait_until("the new key", SOON, |screen| screen.contains("5 to add") && screen.contains("tide: new"));
    terminal.send("x");
    terminal.wait_for("left out: number", SOON);
    terminal.send("u");
    terminal.wait_for("5 to add", SOON);
    terminal.send("/tid");
    terminal.wait_for("Search  tid", SOON);
    // First out of the field, then out of the search.
    terminal.send("\x1b");
    terminal.wait_until("all keys", SOON, |screen| !screen.contains("Search") && screen.contains("camera"));
    terminal.send("w");
    terminal.wait_for("The metadata schema is left alone", SOON);
    terminal.send("w");
    terminal.wait_for("5 to add", SOON);
    leave(terminal);
}
