//! The manifest's screen at a pseudo-terminal, on the embedded demo: search, filters, findings with the jump to an item, and a rule
//! that is changed without a new listing.

use std::time::Duration;

use crate::support::terminal::Terminal;

const SOON: Duration = Duration::from_secs(120);

fn at_the_manifest(home: &std::path::Path, size: (u16, u16)) -> Terminal {
    let mut terminal = Terminal::start(home, &["demo", "--units-per-second", "60"], size);
    for step in ["[1 Integration ✓", "[2 Schema ✓"] {
        terminal.wait_for(step, SOON);
        terminal.send("\r");
    }
    terminal.wait_until("the items", SOON, |screen| {
        screen.contains("278 items") && screen.contains("This is exactly what will be registered")
    });
    terminal
}

#[test]
fn items_are_searched_filtered_and_looked_at() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = at_the_manifest(home.path(), (80, 24));
    terminal.send("/cam02");
    terminal.wait_until("what matches", SOON, |screen| {
        screen.contains("Search  cam02") && screen.contains(" of 278") && !screen.contains("searching")
    });
    terminal.send("\r");
    terminal.wait_until("a list without its other items", SOON, |screen| {
        screen.contains("not only those shown") && !screen.contains("This is exactly")
    });
    terminal.send("\x1b");
    terminal.wait_for("This is exactly what will be registered", SOON);
    terminal.send("b");
    terminal.wait_for("Only type video", SOON);
    terminal.send(" ");
    terminal.wait_until("its JSON", SOON, |screen| screen.contains("Lines 1 to") && screen.contains("\"objectUrl\":"));
    terminal.send("\x1b");
    terminal.wait_for("not only those shown", SOON);
    terminal.send("q");
    terminal.end(SOON).assert_restored();
}

#[test]
fn a_finding_leads_to_its_item_and_a_rule_is_applied_to_what_is_listed() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = at_the_manifest(home.path(), (120, 40));
    terminal.send("h");
    terminal.wait_for("Enter opens what is under the cursor", SOON);
    terminal.send("\r");
    terminal.wait_for("Enter goes to its item", SOON);
    terminal.wait_until("the finding", SOON, |screen| screen.contains("What to do"));
    terminal.send("\r");
    terminal.wait_until("its item", SOON, |screen| screen.contains("[Items 278]") && screen.contains("\"objectUrl\":"));
    terminal.send("\x1b");
    terminal.wait_for("Enter goes to its item", SOON);
    // Images are left out from now on.
    terminal.send("e\t\t**/*.jpg\r");
    terminal.wait_until("the rule applied", SOON, |screen| {
        screen.contains("applied to what was listed before")
            && screen.contains("from 299 blobs")
            && !screen.contains("278 items")
    });
    assert!(!terminal.screen().contains(" 7 left out"), "{}", terminal.screen());
    terminal.send("e\x15\r");
    terminal.wait_until("the rule taken back", SOON, |screen| {
        screen.contains("applied to what was listed before") && screen.contains("278 items")
    });
    terminal.send("r");
    terminal.wait_until("a new listing", SOON, |screen| {
        screen.contains("278 items") && !screen.contains("applied to what was listed before")
    });
    terminal.send("q");
    terminal.end(SOON).assert_restored();
}
