//! The folder step's screen at a pseudo-terminal, on the embedded demo: a path is named and made by the run; later it is opened in
//! the tree, found by a search, counted and taken; and a folder that mirrors the container is named.

use std::time::Duration;

use crate::support::terminal::Terminal;

const SOON: Duration = Duration::from_secs(120);

/// From the first step to the fourth.
fn go_to_folders(terminal: &mut Terminal) {
    for step in ["[1 Integration ✓", "[2 Schema ✓", "[3 Manifest ✓"] {
        terminal.wait_for(step, SOON);
        terminal.send("\r");
    }
    terminal.wait_for("[4 Folder ✓", SOON);
}

#[test]
fn a_path_is_made_and_later_found_counted_and_taken() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(home.path(), &["demo", "--units-per-second", "2000"], (80, 24));
    go_to_folders(&mut terminal);
    terminal.send("n");
    terminal.wait_for("New folder", SOON);
    terminal.send("/Raw/2026/April");
    terminal.wait_for("makes Raw/2026/April the destination", SOON);
    terminal.send("\r");
    terminal.wait_for("Raw/2026/April (3 folders will be created)", SOON);
    terminal.send("\r");
    terminal.wait_for("[5 Upload", SOON);
    terminal.wait_until("the plan, which may be sent", SOON, |screen| {
        screen.contains("Raw/2026/April (3 folders will be created)") && screen.contains("Enter sends")
    });
    terminal.send("\r");
    terminal.wait_for("Enter finishes", SOON);

    terminal.send("n");
    go_to_folders(&mut terminal);
    terminal.wait_until("the config's folder, which is there now", SOON, |screen| {
        screen.contains("Raw/2026/April (exists") && screen.contains("▸ Raw")
    });
    // Its parents are opened in the tree, one after the other.
    terminal.send("\x1b[C");
    terminal.wait_for("  ▸ 2026", SOON);
    terminal.send("\x1b[C");
    terminal.wait_for("All folders / Raw / 2026", SOON);
    terminal.send("\x1b[C");
    terminal.wait_for("    ▸ April", SOON);
    terminal.send(" ");
    terminal.wait_for("Raw/2026 (exists", SOON);
    // The destination again, by a search.
    terminal.send("/");
    terminal.wait_for("Type part of a folder's name", SOON);
    terminal.send("apr");
    terminal.wait_until("what was found", SOON, |screen| {
        screen.contains("> Search     apr") && screen.contains("Raw/2026/April") && screen.contains("1 of 1")
    });
    terminal.send("\r");
    terminal.wait_for("Raw/2026/April (exists", SOON);
    terminal.send("c");
    terminal.wait_for("already there", SOON);
    // The same name again is offered for use.
    terminal.send("n");
    terminal.wait_for("New folder", SOON);
    terminal.send("/raw");
    terminal.wait_for("makes raw the destination", SOON);
    terminal.send("\r");
    terminal.wait_for("a folder with nearly the same name", SOON);
    terminal.send("\x1b");
    terminal.wait_for("makes raw the destination", SOON);
    terminal.send("\x1b");
    terminal.wait_for("Enter goes on to the review", SOON);
    terminal.send("\r");
    terminal.wait_until("the review with what was counted", SOON, |screen| {
        screen.contains("[5 Upload") && screen.contains("Compared") && screen.contains("already there")
    });
    terminal.send("q");
    terminal.end(SOON).assert_restored();
}

#[test]
fn a_folder_that_mirrors_the_container_is_named() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(home.path(), &["demo", "--units-per-second", "60"], (120, 40));
    go_to_folders(&mut terminal);
    terminal.send("m");
    terminal.wait_until("what it cannot do", SOON, |screen| {
        screen.contains("New cloud-synced folder")
            && screen.contains("/traffic-study/")
            && screen.contains("It makes no groups")
    });
    terminal.send("/Everything");
    terminal.wait_for("/Everything", SOON);
    terminal.send("\r");
    terminal.wait_until("the destination", SOON, |screen| {
        screen.contains("Everything (1 folder will be created, cloud-synced with") && screen.contains("Sidecars")
    });
    terminal.send("q");
    terminal.end(SOON).assert_restored();
}
