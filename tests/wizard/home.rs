//! Home in the built program at a pseudo-terminal. No service is asked: the configs name none that could answer.

use std::{fs, path::Path, time::Duration};

use crate::support::{config::ConfigText, terminal::Terminal};

const PATIENCE: Duration = Duration::from_secs(120);

/// A home with two configs, each with a comment of its own.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let configs = home.path().join("configs");
    fs::create_dir_all(&configs).unwrap();
    for (name, container) in [("berlin", "street-scenes"), ("nightly", "raw-2026")] {
        let text = ConfigText::default()
            .text("encord", "domain", "http://127.0.0.1:9")
            .text("azure", "endpoint", "http://127.0.0.1:9/acme")
            .text("azure", "container", container)
            .text("folder", "path", "Raw/2026");
        let path = text.write(&configs, &format!("{name}.toml"));
        let written = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("# {name}: ask Ada first\n{written}")).unwrap();
    }
    home
}

fn start(home: &Path) -> Terminal {
    let mut terminal = Terminal::start(home, &[], (100, 30));
    terminal.wait_until("both configs", PATIENCE, |screen| {
        screen.contains("[Configs 2]") && screen.contains("berlin") && screen.contains("nightly")
    });
    terminal
}

#[test]
fn a_config_is_opened_left_searched_for_copied_and_the_program_left() {
    let home = home();
    let mut terminal = start(home.path());
    terminal.send("\r");
    terminal.wait_until("step 1 of berlin", PATIENCE, |screen| {
        screen.contains("[1 Integration") && screen.contains("street-scenes")
    });
    // From a field, too, where a digit would be text.
    terminal.send("\x10");
    terminal.wait_for("type to search", PATIENCE);
    terminal.send("saved configs");
    terminal.wait_for("Enter do it", PATIENCE);
    terminal.send("\r");
    terminal.wait_for("[Configs 2]", PATIENCE);
    terminal.send("/ngt");
    terminal.wait_until("only nightly", PATIENCE, |screen| screen.contains("1 of 2") && !screen.contains("berlin "));
    terminal.send("\t");
    terminal.wait_until("the list", PATIENCE, |screen| screen.contains("D duplicate"));
    terminal.send("D");
    terminal.wait_for("A copy of nightly", PATIENCE);
    terminal.wait_for("nightly-copy", PATIENCE);
    terminal.send("\r");
    terminal.wait_until("the copy", PATIENCE, |screen| screen.contains("Configs 3") && !screen.contains("A copy of"));
    terminal.send("q");
    let left = terminal.end(PATIENCE);
    left.assert_restored();
    assert_eq!(left.code, 0, "{}", left.screen);
    let text = |name: &str| fs::read_to_string(home.path().join("configs").join(name)).unwrap();
    assert_eq!(text("nightly.toml"), text("nightly-copy.toml"), "comments and all");
    assert!(text("berlin.toml").starts_with("# berlin: ask Ada first\n"), "opening writes nothing");
}

#[test]
fn a_broken_config_says_where_and_the_editor_mends_it() {
    let home = home();
    let configs = home.path().join("configs");
    let sound = fs::read_to_string(configs.join("nightly.toml")).unwrap();
    fs::write(configs.join("nightly.toml"), sound.replace("container", "contianer")).unwrap();
    let editor = home.path().join("mend.sh");
    fs::write(&editor, "#!/bin/sh\nsed -i s/contianer/container/ \"$1\"\n").unwrap();
    let editor = format!("sh {}", editor.display());
    let mut terminal = Terminal::start_with(
        home.path(),
        &[],
        (100, 30),
        &[("EDITOR", &editor), ("PATH", "/usr/local/bin:/usr/bin:/bin")],
    );
    terminal.wait_for("unreadable", PATIENCE);
    terminal.send("G");
    terminal.wait_until("line and column", PATIENCE, |screen| screen.contains("line") && screen.contains("contianer"));
    terminal.send("E");
    terminal.wait_until("the mended config", PATIENCE, |screen| {
        screen.contains("[Configs 2]") && !screen.contains("unreadable")
    });
    terminal.send("q");
    terminal.end(PATIENCE).assert_restored();
    assert_eq!(fs::read_to_string(configs.join("nightly.toml")).unwrap(), sound);
}

#[test]
fn where_there_is_nothing_to_choose_from_step_1_comes_first() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(home.path(), &[], (100, 30));
    terminal.wait_for("[1 Integration", PATIENCE);
    terminal.send("\x03");
    terminal.end(PATIENCE).assert_restored();
}
