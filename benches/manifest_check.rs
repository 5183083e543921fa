//! `manifest check` of a JSON with a million items beside `json.load` and `DataUploadItems.from_dict` of Encord's SDK, on the same file in
//! the same run. Needs `ENCORD_TEST_PYTHON`, a Python that has the SDK; `ITEMS` changes the number of items.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a bench may stop at the first surprise")]

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How often each side runs; the best of them counts.
const RUNS: usize = 3;

fn main() {
    let count: u64 = std::env::var("ITEMS").map_or(1_000_000, |items| items.parse().expect("ITEMS is a number"));
    let python = std::env::var("ENCORD_TEST_PYTHON").expect("ENCORD_TEST_PYTHON names a Python that has the SDK");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("manifest.json");
    write(&path, count);
    let bytes = std::fs::metadata(&path).unwrap().len();
    println!("{count} items, {} MB", bytes / 1_000_000);
    let (mut ours, mut theirs, mut memory) = (Duration::MAX, f64::MAX, 0);
    for _ in 0..RUNS {
        let (took, peak) = check(&path, dir.path());
        ours = ours.min(took);
        memory = memory.max(peak);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/manifest_check.py");
        let output = Command::new(&python).arg(script).arg(&path).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        theirs = theirs.min(text.split_whitespace().next().unwrap().parse().unwrap());
        println!("  manifest check {:.2} s, the SDK {}", took.as_secs_f64(), text.trim());
    }
    let seconds = ours.as_secs_f64();
    println!("best: {seconds:.2} s ({:.0} MB/s) and {theirs:.2} s", bytes as f64 / 1e6 / seconds);
    println!("{:.1} times as fast, {} MB at most", theirs / seconds, memory / 1000);
}

/// Items as a script makes them from the paths of a container.
fn write(path: &Path, count: u64) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    write!(file, "{{\"images\": [").unwrap();
    for item in 0..count {
        let comma = if item == 0 { "" } else { ", " };
        let (site, camera, day) = (item % 40, item % 12, 1 + item / 1000 % 28);
        let name = format!("site-{site:02}/cam-{camera:02}/2026-03-{day:02}/frame_{item:07}.jpg");
        write!(
            file,
            "{comma}{{\"objectUrl\": \"https://acmemedia.blob.core.windows.net/raw/{name}\", \"title\": \"{name}\", \"clientMetadata\": \
             {{\"site\": \"site-{site:02}\", \"camera\": \"cam-{camera:02}\", \"date\": \"2026-03-{day:02}\", \"frame\": \
             \"{item:07}\", \"batch\": \"import-2026-03\"}}}}"
        )
        .unwrap();
    }
    write!(file, "], \"skip_duplicate_urls\": true}}").unwrap();
    file.flush().unwrap();
}

/// Runs the built program; returns how long it took and its peak memory in kB.
fn check(path: &Path, home: &Path) -> (Duration, u64) {
    let started = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_azure-to-encord"));
    command.args(["manifest", "check"]).arg(path).env("AZURE_TO_ENCORD_HOME", home);
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let mut peak = 0;
    loop {
        peak = peak.max(memory(&child).unwrap_or_default());
        if let Some(status) = child.try_wait().unwrap() {
            // More items than Encord takes in one JSON are an error.
            assert!(matches!(status.code(), Some(0 | 1)), "{status}");
            return (started.elapsed(), peak);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn memory(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
