//! Saved configs on the command line of the built program: listed, shown, checked, edited.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use azure_to_encord::{
    manifest::{Kind, batch::Batch, data_items::JobOptions},
    run::{
        new_run::NewRun,
        state::{BatchState, RunState},
    },
    store::{Home, RunLock, RunStore},
};
use serde_json::Value;

use crate::support::{
    program::{program, run},
    terminal::Terminal,
};

const PATIENCE: Duration = Duration::from_secs(120);
const SITE: &str =
    "# Mine.\nversion = 1\n[azure]\naccount = \"acme\"\ncontainer = \"media\"\n[folder]\npath = \"Raw/2026\"\n";

fn save(home: &Path, name: &str, text: &str) -> PathBuf {
    let configs = Home::below(home).configs().to_owned();
    fs::create_dir_all(&configs).unwrap();
    let path = configs.join(format!("{name}.toml"));
    fs::write(&path, text).unwrap();
    path
}

/// A run of a config on record with one batch, which failed in part where it is finished.
fn record(home: &Home, id: &str, config: &str, is_finished: bool) {
    let mut store = RunStore::open(home).unwrap();
    let new = NewRun {
        id: id.into(),
        config: config.into(),
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
    store.create(&new, &[Batch { kind: Kind::Image, first: 0, count: 1200 }]).unwrap();
    fs::create_dir_all(home.run(id)).unwrap();
    if is_finished {
        let mut row = store.batches(id).unwrap().remove(0);
        (row.state, row.done, row.errors) = (BatchState::Done, 1000, 200);
        store.save_batch(id, &row, None).unwrap();
        store.set_state(id, RunState::DoneWithErrors).unwrap();
    }
}

#[test]
fn the_list_tells_where_each_config_leads_and_how_it_went() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::below(dir.path());
    let ended = run(&mut program(dir.path(), &["config"])).expect(0);
    assert!(ended.stdout.is_empty() && ended.stderr.contains("No config is saved in"), "{}", ended.stderr);
    assert!(!home.data().exists(), "a look makes no record of runs");

    save(dir.path(), "site", SITE);
    save(dir.path(), "new", "version = 1\n");
    save(dir.path(), "broken", "version = 1\n[azure]\naccount = \"acme\"\ncontainr = \"\\u001b[31m\"\n");
    record(&home, "1", "site", true);
    let lines = |arguments: &[&str]| {
        let ended = run(&mut program(dir.path(), arguments)).expect(0);
        assert_eq!(ended.stderr, "");
        ended.stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let told = lines(&["config"]);
    assert_eq!(told, lines(&["config", "list"]));
    assert_eq!(told.len(), 4);
    assert_eq!(told[0], "broken  acme/?     -> no folder yet  (never run)");
    assert!(told[1].contains("cannot be used: At line 4, column 1: unknown field `containr`"), "{}", told[1]);
    assert_eq!(told[2], "new     ?/?        -> no folder yet  (never run)");
    assert_eq!(told[3], "site    acme/media -> Raw/2026  (done with errors, 200 items failed, just now)");

    record(&home, "2", "site", false);
    let last = |arguments: &[&str]| serde_json::from_str::<Value>(lines(arguments).last().unwrap()).unwrap();
    let site = last(&["config", "--json"]);
    assert_eq!(
        (&site["config"], &site["folder"], &site["problem"]),
        (&"site".into(), &"Raw/2026".into(), &Value::Null)
    );
    assert_eq!((&site["last_run"]["run"], &site["last_run"]["state"]), (&"2".into(), &"interrupted".into()));
    let lock = RunLock::take(&home, "2").unwrap();
    assert_eq!(last(&["config", "list", "--json"])["last_run"]["state"], "running");
    assert!(lines(&["config"])[3].contains("(under way, just now)"));
    drop(lock);

    // Whatever is with the record of runs, the configs are there.
    fs::write(home.data().join("runs.db"), "nothing that a database would be. ".repeat(200)).unwrap();
    for ending in ["-wal", "-shm"] {
        let _ = fs::remove_file(home.data().join(format!("runs.db{ending}")));
    }
    let ended = run(&mut program(dir.path(), &["config"])).expect(0);
    assert_eq!(ended.stdout.lines().count(), 4);
    assert!(ended.stderr.contains("was damaged"), "{}", ended.stderr);
}

#[test]
fn a_config_is_shown_as_it_is_and_checked_with_the_place_of_a_fault() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), "site", SITE);
    assert_eq!(run(&mut program(dir.path(), &["config", "show", "site"])).expect(0).stdout, SITE);
    let whole = run(&mut program(dir.path(), &["config", "show", "site", "--json"])).expect(0).stdout;
    let whole: Value = serde_json::from_str(&whole).unwrap();
    assert_eq!((&whole["azure"]["account"], &whole["upload"]["jobs_in_flight"]), (&"acme".into(), &2.into()));
    let told = run(&mut program(dir.path(), &["config", "show", "sitte"])).expect(2).stderr;
    assert!(told.contains("Did you mean 'site'?"), "{told}");

    assert!(run(&mut program(dir.path(), &["config", "check", "site"])).expect(0).stdout.contains("sound"));
    save(dir.path(), "site", &format!("{SITE}[upload]\n  jobs_in_flight = 0 # as fast as it goes\n"));
    let told = run(&mut program(dir.path(), &["config", "check", "site"])).expect(2).stderr;
    let wanted = "At line 9, column 3:\n  |\n9 |   jobs_in_flight = 0 # as fast as it goes\n  |   ^^^^^^^^^^^^^^^^^^\n[upload] jobs_in_flight = 0 would send nothing";
    assert!(told.contains("site.toml:") && told.contains(wanted), "{told}");
}

#[test]
fn without_a_name_all_saved_configs_are_checked() {
    let dir = tempfile::tempdir().unwrap();
    let none = run(&mut program(dir.path(), &["config", "check"])).expect(0);
    assert!(none.stdout.is_empty() && none.stderr.contains("azure-to-encord config check site.toml"), "{none:?}");
    save(dir.path(), "site", SITE);
    save(dir.path(), "nightly", SITE);
    let sound = run(&mut program(dir.path(), &["config", "check"])).expect(0);
    assert_eq!((sound.stdout.as_str(), sound.stderr.as_str()), ("nightly  sound\nsite     sound\n", ""));
    save(dir.path(), "nightly", "version = 1\n[azure]\ncontainr = \"\\u001b[31m\"\n");
    let ended = run(&mut program(dir.path(), &["config", "check"])).expect(2);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0].starts_with("nightly  cannot be used: At line 3, column 1: unknown field `containr`"),
        "{lines:?}"
    );
    assert_eq!(lines[1], "site     sound");
    assert!(ended.stderr.contains("1 of 2 configs cannot be used."), "{}", ended.stderr);
    let ended = run(&mut program(dir.path(), &["config", "check", "--json"])).expect(2);
    let told: Vec<Value> = ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&told[0]["config"], &told[1]["problem"]), (&"nightly".into(), &Value::Null));
    assert!(told[0]["problem"].as_str().unwrap().contains("containr"));
}

/// An editor that appends a line, named with a blank in its path and an argument of its own.
fn editor(dir: &Path, line: &str) -> String {
    let script = dir.join("my editor.sh");
    fs::write(&script, format!("test \"$1\" = --wait || exit 9\nprintf '{line}\\n' >> \"$2\"\n")).unwrap();
    format!("sh '{}' --wait", script.display())
}

#[test]
fn a_config_is_edited_in_the_editor_that_is_set_and_checked_afterwards() {
    let dir = tempfile::tempdir().unwrap();
    let path = save(dir.path(), "site", SITE);
    let edit = |variable: &str, command: &str| {
        let path = std::env::var("PATH").unwrap();
        run(program(dir.path(), &["config", "edit", "site"])
            .env("EDITOR", "false")
            .env("PATH", path)
            .env(variable, command))
    };
    assert!(edit("VISUAL", &editor(dir.path(), "description = \"x\"")).expect(0).stdout.contains("sound"));
    assert!(fs::read_to_string(&path).unwrap().ends_with("description = \"x\"\n"));
    // Nobody can be asked here.
    let told = edit("EDITOR", &editor(dir.path(), "colour = \"red\"")).expect(2).stderr;
    assert!(told.contains("At line 9, column 1:") && told.contains("unknown field `colour`"), "{told}");
    assert!(fs::read_to_string(&path).unwrap().ends_with("colour = \"red\"\n"), "what was written is kept");
    for (command, part) in [
        ("/no/such/editor", "/no/such/editor cannot be started"),
        ("false", "The editor false ended with"),
        ("vi 'x", "$VISUAL names no editor"),
    ] {
        let ended = edit("VISUAL", command);
        assert!(ended.code != Some(0) && ended.stderr.contains(part), "{}", ended.stderr);
    }
    let ended = run(&mut program(dir.path(), &["config", "edit", "none"])).expect(2);
    assert!(ended.stderr.contains("There is no config 'none'"), "{}", ended.stderr);
}

#[test]
fn at_a_terminal_a_fault_can_be_mended_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = save(dir.path(), "site", SITE);
    // The first time it makes a mistake, the second time it takes the line out again.
    let script = dir.path().join("editor.sh");
    let text = "if grep -q colour \"$1\"; then grep -v colour \"$1\" > \"$1.new\"; mv \"$1.new\" \"$1\"; else echo 'colour = 1' >> \"$1\"; fi\n";
    fs::write(&script, text).unwrap();
    let editor = format!("sh '{}'", script.display());
    let path_of_tools = std::env::var("PATH").unwrap();
    let variables = [("EDITOR", editor.as_str()), ("PATH", path_of_tools.as_str())];
    let mut terminal = Terminal::start_with(dir.path(), &["config", "edit", "site"], (80, 24), &variables);
    terminal.wait_for("Edit it again?", PATIENCE);
    assert!(terminal.screen().contains("At line 8, column 1:"), "{}", terminal.screen());
    terminal.send("y\r");
    terminal.wait_for("The config is sound.", PATIENCE);
    assert_eq!(terminal.end(PATIENCE).code, 0);
    assert_eq!(fs::read_to_string(&path).unwrap(), SITE);
}
