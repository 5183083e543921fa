//! `demo --serve`: the official Python SDK drives the services that the built program serves.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use crate::support::{
    installed,
    program::{Running, program, run},
};

const SOON: Duration = Duration::from_secs(120);

fn serving(home: &Path) -> (Running, toml::Table) {
    let mut command = program(home, &["demo", "--serve", "--units-per-second", "0"]);
    let mut running = Running::start(command.env("TMPDIR", home));
    // The message on stderr comes after the whole config.
    running.wait_until("the services", SOON, |running| running.stderr().contains("services are running"));
    let config = running.stdout().parse().unwrap();
    (running, config)
}

fn left_behind(home: &Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(home).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn the_sdk_drives_the_demo_which_then_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let (running, config) = serving(home.path());
    let text = |section: &str, key: &str| config[section][key].as_str().unwrap().to_owned();
    let output = Command::new(installed("ENCORD_TEST_PYTHON"))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk/test_sdk.py"))
        .env("ENCORD_TEST_DOMAIN", text("encord", "domain"))
        .env("ENCORD_TEST_KEY_FILE", text("encord", "ssh_key_file"))
        .env("ENCORD_TEST_INTEGRATION", text("encord", "integration"))
        .env("ENCORD_TEST_OBJECT_BASE", format!("{}/{}/", text("azure", "endpoint"), text("azure", "container")))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("the SDK is content"), "{said}");

    // The config serves the program itself just as well; it fails some items on purpose.
    let file = home.path().join("demo.toml");
    std::fs::write(&file, running.stdout()).unwrap();
    let own = tempfile::tempdir().unwrap();
    let imported = run(&mut program(own.path(), &["run", file.to_str().unwrap(), "--yes"])).expect(3);
    assert!(imported.stdout.contains("Done with errors"), "{}", imported.stdout);
    std::fs::remove_file(&file).unwrap();

    assert_eq!(left_behind(home.path()).len(), 1);
    running.signal("TERM");
    running.end(SOON).expect(0);
    assert_eq!(left_behind(home.path()), Vec::<std::path::PathBuf>::new());
}

#[test]
fn any_way_of_asking_ends_the_demo() {
    for signal in ["INT", "HUP"] {
        let home = tempfile::tempdir().unwrap();
        let (running, _) = serving(home.path());
        running.signal(signal);
        running.end(SOON).expect(0);
        assert_eq!(left_behind(home.path()), Vec::<std::path::PathBuf>::new(), "{signal}");
    }
}
