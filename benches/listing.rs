//! How fast a container becomes a manifest, beside a carefully written Python script that makes the same file, in the same run.
//!
//!     cargo bench --bench listing                     1,000,000 blobs, with and without latency, and memory at ten times as many
//!     cargo bench --bench listing -- throughput 200000
//!
//! The script needs Python with orjson: `target/venv`, where orjson is installed if it is missing, or `LISTING_PYTHON`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "a measurement may stop at the first surprise"
)]

#[path = "../tests/support/blob_pages.rs"]
mod blob_pages;

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use azure_to_encord::{
    config::{self, Upload},
    manifest::ValidationRules,
    service::{Runs, build_manifest},
    store::Home,
};
use blob_pages::{Manners, Names, Service};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve", count, latency, ignores] => serve(count, latency, ignores),
        ["list", account, target] => list(account, Path::new(target)),
        ["throughput", count] => throughput(count.parse().unwrap()),
        ["latency", count] => latency(count.parse().unwrap()),
        ["memory", count] => memory(count.parse().unwrap()),
        ["ours", count, milliseconds] => {
            let run = ours(count.parse().unwrap(), milliseconds.parse().unwrap(), false);
            println!("{run:?}: {:.0} items/s", run.rate());
        }
        _ => {
            throughput(1_000_000);
            memory(10_000_000);
            latency(1_000_000);
        }
    }
}

fn throughput(count: usize) {
    println!("{count} blobs, no latency, path metadata, to finished JSON");
    let dir = tempfile::tempdir().unwrap();
    let python = python();
    let mut best: Option<Run> = None;
    for round in 0..3 {
        let run = ours(count, 0, false);
        println!("  this program ({round}): {run:?}: {:.0} items/s", run.rate());
        if best.as_ref().is_none_or(|best| run.seconds < best.seconds) {
            best = Some(run);
        }
    }
    let server = Server::start(count, 0, false);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/tuned_listing.py");
    let output = Command::new(python)
        .arg(script)
        .arg(format!("{}/media", server.account))
        .arg(dir.path().join("tuned.json"))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let tuned = Run::read(&String::from_utf8_lossy(&output.stdout));
    println!("  tuned Python:     {tuned:?}: {:.0} items/s", tuned.rate());
    let best = best.unwrap();
    assert_eq!((best.items, tuned.items), (count, count));
    println!("  ratio {:.1} by the clock, {:.1} by processor time", best.rate() / tuned.rate(), tuned.cpu / best.cpu);
}

fn latency(count: usize) {
    println!("{count} blobs, 200 ms for every page, names unknown");
    let split = ours(count, 200, false);
    println!("  several requests at once: {split:?}");
    let serial = ours(count, 200, true);
    println!("  one at a time (a service without startFrom): {serial:?}");
    println!("  ratio {:.1}", serial.seconds / split.seconds);
}

fn memory(count: usize) {
    let run = ours(count, 0, false);
    println!("{count} blobs: {run:?}: peak {} MB", run.peak_kilobytes / 1024);
}

/// What a child measured of itself.
#[derive(Debug)]
struct Run {
    items: usize,
    seconds: f64,
    cpu: f64,
    peak_kilobytes: u64,
}

impl Run {
    fn read(line: &str) -> Run {
        let words: Vec<&str> = line.split_whitespace().collect();
        Run {
            items: words[0].parse().unwrap(),
            seconds: words[1].parse().unwrap(),
            cpu: words[2].parse().unwrap(),
            peak_kilobytes: words[3].parse().unwrap(),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    fn rate(&self) -> f64 {
        self.items as f64 / self.seconds
    }
}

fn ours(count: usize, latency: u64, ignores_start: bool) -> Run {
    let server = Server::start(count, latency, ignores_start);
    let dir = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["list", &server.account])
        .arg(dir.path())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    Run::read(&String::from_utf8_lossy(&output.stdout))
}

/// The service in a process of its own.
struct Server {
    child: Child,
    account: String,
}

impl Server {
    fn start(count: usize, latency: u64, ignores_start: bool) -> Server {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["serve", &count.to_string(), &latency.to_string(), &ignores_start.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut account = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut account).unwrap();
        Server { child, account: account.trim().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(count: &str, latency: &str, ignores_start: &str) {
    let manners = Manners {
        latency: Duration::from_millis(latency.parse().unwrap()),
        ignores_start: ignores_start.parse().unwrap(),
        ..Manners::default()
    };
    let service = Service::start(Names::MadeUp(count.parse().unwrap()), manners);
    println!("{}", service.account_url());
    std::io::stdout().flush().unwrap();
    // Ends with the process that started it.
    let _ = std::io::stdin().read_line(&mut String::new());
}

fn list(account: &str, dir: &Path) {
    azure_to_encord::tls::install();
    let azure = config::Azure {
        endpoint: Some(account.parse().unwrap()),
        container: "media".into(),
        auth: Some(config::AuthKind::Anonymous),
        ..config::Azure::default()
    };
    let metadata = config::Metadata {
        path: Some("{site}/{camera}/{date}/{run}/{rest}".into()),
        constants: [("project".to_owned(), "bench".into())].into_iter().collect(),
        ..config::Metadata::default()
    };
    let manifest = config::Manifest { metadata, ..config::Manifest::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let started = Instant::now();
    let (built, blobs) = runtime
        .block_on(build_manifest(
            &azure.into(),
            &manifest,
            Upload::default().options(),
            &ValidationRules::default(),
            dir,
            Runs { home: &Home::below(dir), config: "bench" },
            &mut |_| {},
        ))
        .unwrap();
    let seconds = started.elapsed().as_secs_f64();
    assert_eq!(built.summary().total_items(), blobs);
    println!("{} {seconds} {} {}", built.summary().total_items(), processor_seconds(), peak_kilobytes());
}

/// User and system time of this process, at the usual 100 ticks a second.
#[expect(clippy::cast_precision_loss, reason = "a measurement for people")]
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()) as f64 / 100.0
}

fn peak_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Python that has orjson.
fn python() -> PathBuf {
    let venv = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv/bin/python");
    let python = std::env::var_os("LISTING_PYTHON").map_or(venv, PathBuf::from);
    let has_orjson = || Command::new(&python).args(["-c", "import orjson"]).stderr(Stdio::null()).status();
    if !has_orjson().is_ok_and(|status| status.success()) {
        println!("  installing orjson for {}", python.display());
        let status = Command::new(&python).args(["-m", "pip", "install", "--quiet", "orjson"]).status();
        assert!(status.is_ok_and(|status| status.success()), "the script needs orjson");
    }
    python
}
