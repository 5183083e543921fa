//! A home that cannot be written: it is told before anything is sent or changed.

use std::path::Path;

use azure_to_encord::{
    demo::{DemoEnvironment, encord::Pace},
    run::state::BatchState,
};

use crate::{
    durability::beneath,
    support::{
        program::{program, run},
        upload::{RUN, Upload, plain},
    },
};

/// The home on a file system that is mounted read-only.
const SCRIPT: &str = r#"
    disk=$1/disk
    mkdir "$disk"
    mount -t tmpfs -o size=32m none "$disk"
    cp -a "$1/data" "$disk/"
    mount -o remount,ro "$disk"
    export AZURE_TO_ENCORD_HOME="$disk"
    for command in "resume $2" "cancel $2" list; do
        code=0
        "$program" runs $command || code=$?
        echo "exit code $code" >&2
    done
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_on_a_read_only_disk_sends_nothing() {
    if !beneath::can_mount() {
        return;
    }
    let upload = Upload::prepare(&plain(20), 10, 2, true, Pace::Unlimited).await;
    let root = upload.root().to_str().unwrap().to_owned();
    let played = tokio::task::spawn_blocking(move || beneath::script(Path::new(&root), SCRIPT, &[&root, RUN]));
    let played = played.await.unwrap().expect(0);
    let parts: Vec<&str> = played.stderr.split_inclusive("exit code ").collect();
    assert_eq!(parts.len(), 4, "{played:?}");
    // Neither works without a record that can be written.
    for part in &parts[..2] {
        assert!(part.contains("permissions"), "{played:?}");
    }
    assert!(parts[1].starts_with('1') && parts[2].starts_with('1'), "{played:?}");
    assert!(upload.registered().is_empty());
    assert!(upload.batches().iter().all(|row| row.state == BatchState::Waiting));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_whose_home_cannot_be_made_changes_nothing_in_encord() {
    let dir = tempfile::tempdir().unwrap();
    let environment = DemoEnvironment::start(dir.path(), Pace::Unlimited).await.unwrap();
    let usual = std::fs::read_to_string(environment.config()).unwrap();
    let mirrored = {
        let mut config: toml::Table = toml::from_str(&usual).unwrap();
        config.remove("manifest");
        let folder =
            toml::Table::from_iter([("path".to_owned(), "Mirror".into()), ("cloud_synced".to_owned(), true.into())]);
        config.insert("folder".to_owned(), folder.into());
        toml::to_string(&config).unwrap()
    };
    let file = dir.path().join("file");
    std::fs::write(&file, "no directory").unwrap();
    let written = [("usual.toml", usual), ("mirrored.toml", mirrored)].map(|(name, text)| {
        std::fs::write(dir.path().join(name), text).unwrap();
        dir.path().join(name)
    });
    let root = dir.path().to_owned();
    tokio::task::spawn_blocking(move || {
        for config in &written {
            let arguments = ["run", config.to_str().unwrap(), "--yes", "--json"];
            let refused = run(&mut program(&file.join("below"), &arguments)).expect(1);
            assert!(refused.stderr.contains("file/below"), "{refused:?}");
            assert!(!refused.stdout.contains("\"event\":\"folder\""), "{refused:?}");
            let sent = run(&mut program(&root, &arguments));
            assert!(matches!(sent.code, Some(0 | 3)), "{sent:?}");
            let made = sent.stdout.lines().find(|line| line.contains("\"event\":\"folder\"")).expect("a folder");
            assert!(made.contains("\"created\":true"), "{made}");
        }
    })
    .await
    .unwrap();
    environment.stop().await;
}
