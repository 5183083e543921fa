//! A record of runs that is not what SQLite wrote: moved aside as it is, told where to and how to get back what can be read.

use std::path::{Path, PathBuf};

use azure_to_encord::{demo::encord::Pace, store::Home};

use crate::{
    durability::PATIENCE,
    support::{
        program::{Ended, program, run},
        terminal::Terminal,
        upload::{RUN, Upload, plain},
    },
};

const RUBBISH: &[u8] = &[0xa5; 30_000];

fn data(root: &Path) -> PathBuf {
    Home::below(root).data().to_owned()
}

/// The records that were moved aside, without their logs.
fn aside(data: &Path) -> Vec<PathBuf> {
    let names = std::fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path());
    let is_record = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.contains(".damaged-") && !name.ends_with("-wal") && !name.ends_with("-shm")
    };
    names.filter(is_record).collect()
}

/// It says where the record is now and how to get back what can be read; and there it is, as it was found.
fn assert_told(ended: &Ended, data: &Path, bytes: &[u8]) {
    let found = aside(data);
    assert_eq!(found.len(), 1, "{ended:?}");
    assert_eq!(std::fs::read(&found[0]).unwrap(), bytes, "{ended:?}");
    let words = ["damaged", ".recover", found[0].to_str().unwrap()];
    assert!(words.iter().all(|word| ended.stderr.contains(word)), "{ended:?}");
}

#[test]
fn a_list_of_runs_tells_once_and_then_begins_anew() {
    for arguments in [["runs"].as_slice(), &["runs", "resume", RUN], &["runs", "report", RUN]] {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(data(home.path())).unwrap();
        std::fs::write(data(home.path()).join("runs.db"), RUBBISH).unwrap();
        let told = run(&mut program(home.path(), arguments)).expect(1);
        assert_told(&told, &data(home.path()), RUBBISH);
        let listed = run(&mut program(home.path(), &["runs"])).expect(0);
        assert_eq!((listed.stdout.trim(), listed.stderr.trim()), ("No runs yet.", ""));
        assert_eq!(aside(&data(home.path())).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_record_is_damaged_sends_nothing() {
    let upload = Upload::prepare(&plain(2000), 1, 2, true, Pace::Unlimited).await;
    let file = data(upload.root()).join("runs.db");
    // All but the first and the last pages: it opens, and is met when the batches are read.
    let mut bytes = std::fs::read(&file).unwrap();
    let length = bytes.len();
    bytes[16_384..length - 8192].fill(0xa5);
    std::fs::write(&file, &bytes).unwrap();
    let resume = ["runs", "resume", RUN];
    let met = run(&mut program(upload.root(), &resume)).expect(1);
    assert!(met.stderr.contains("is damaged") || met.stderr.contains("was damaged"), "{met:?}");
    let told = match aside(&data(upload.root())).is_empty() {
        true => run(&mut program(upload.root(), &resume)).expect(1),
        false => met,
    };
    assert_told(&told, &data(upload.root()), &bytes);
    assert!(upload.registered().is_empty());
    // What the run was to send is still there.
    assert!(Home::below(upload.root()).run(RUN).join("items.jsonl").exists());
}

#[test]
fn the_wizard_tells_before_it_changes_anything_and_goes_on_with_a_new_record() {
    let home = tempfile::tempdir().unwrap();
    let mut wizard = Terminal::start(home.path(), &["demo", "--units-per-second", "60"], (100, 30));
    for step in ["1 Integration", "2 Schema", "3 Manifest", "4 Folder", "5 Upload"] {
        wizard.wait_until(step, PATIENCE, |screen| {
            let is_ready = |line: &str| line.trim_start().starts_with('→') && line.contains("Enter");
            screen.contains(&format!("[{step}")) && screen.lines().any(is_ready)
        });
        if step != "5 Upload" {
            wizard.send("\r");
        }
    }
    let mut stage = std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().path());
    let stage = stage.find(|path| path.join("data").is_dir()).expect("the demo's directory");
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(data(&stage).join(format!("runs.db{ending}")));
    }
    std::fs::write(data(&stage).join("runs.db"), RUBBISH).unwrap();
    wizard.send("\r");
    wizard.wait_for("damaged", PATIENCE);
    wizard.wait_for("Nothing was sent", PATIENCE);
    assert_eq!(std::fs::read(&aside(&data(&stage))[0]).unwrap(), RUBBISH);
    // Back to the review, and once more.
    wizard.send("\x1b");
    wizard.wait_for("nothing has been changed so far", PATIENCE);
    wizard.wait_until("5 Upload", PATIENCE, |screen| {
        screen.lines().any(|line| line.trim_start().starts_with('→') && line.contains("Enter"))
    });
    wizard.send("\r");
    wizard.wait_for("276 of 278 registered", PATIENCE);
}
