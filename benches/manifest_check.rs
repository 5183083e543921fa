//! `manifest check` of a JSON with a million items, all checks on, beside `json.load` and `DataUploadItems.from_dict` of Encord's SDK, on
//! the same file in the same run: by the clock, and by processor time, which tells more on a machine that has other things to do.
//! Needs `ENCORD_TEST_PYTHON`, a Python that has the SDK; `ITEMS` changes the number of items.
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
    let schema = dir.path().join("schema.json");
    std::fs::write(&schema, SCHEMA).unwrap();
    let bytes = std::fs::metadata(&path).unwrap().len();
    println!("{count} items, {} MB", bytes / 1_000_000);
    let (mut ours, mut theirs, mut memory) = ([f64::MAX; 2], [f64::MAX; 2], 0);
    for _ in 0..RUNS {
        let (took, used, peak) = check(&path, &schema, dir.path());
        ours = [ours[0].min(took), ours[1].min(used)];
        memory = memory.max(peak);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/manifest_check.py");
        let output = Command::new(&python).arg(script).arg(&path).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let numbers: Vec<f64> = text.split_whitespace().map(|number| number.parse().unwrap()).collect();
        theirs = [theirs[0].min(numbers[0]), theirs[1].min(numbers[1])];
        println!(
            "  manifest check {took:.2} s ({used:.2} s of processor time), the SDK {:.2} s ({:.2} s)",
            numbers[0], numbers[1]
        );
    }
    println!("best: {:.2} s ({:.0} MB/s) and {:.2} s", ours[0], bytes as f64 / 1e6 / ours[0], theirs[0]);
    let (faster, less) = (theirs[0] / ours[0], theirs[1] / ours[1]);
    println!("{faster:.1} times as fast, {less:.1} times less processor time, {} MB at most", memory / 1000);
}

/// What the client metadata is checked against.
const SCHEMA: &str = r#"{"site": {"ty": "varchar"}, "camera": {"ty": "enum", "values": ["cam-00", "cam-01", "cam-02", "cam-03", "cam-04",
    "cam-05", "cam-06", "cam-07", "cam-08", "cam-09", "cam-10", "cam-11"]}, "date": {"ty": "text"}, "frame": {"ty": "varchar"},
    "batch": {"ty": "variant", "hint": "varchar"}}"#;

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

/// Runs the built program; returns the seconds it took, those of processor time, and its peak memory in kB.
fn check(path: &Path, schema: &Path, home: &Path) -> (f64, f64, u64) {
    let started = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_azure-to-encord"));
    command.args(["manifest", "check"]).arg(path).arg("--schema").arg(schema).env("AZURE_TO_ENCORD_HOME", home);
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let (mut peak, mut used) = (0, 0.0);
    loop {
        peak = peak.max(memory(&child).unwrap_or_default());
        used = processor(&child).unwrap_or(used);
        if let Some(status) = child.try_wait().unwrap() {
            // More items than Encord takes in one JSON are an error.
            assert!(matches!(status.code(), Some(0 | 1)), "{status}");
            return (started.elapsed().as_secs_f64(), used, peak);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The processor time of a process so far, in steps of 10 ms; of one that has ended none is told.
fn processor(child: &Child) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    // The fields behind the program's name: user and system time are the 12th and 13th (proc_pid_stat(5)).
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: f64 = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    (ticks > 0.0).then_some(ticks / 100.0)
}

fn memory(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
