//! A large run against the embedded Encord service: memory, processor time for each job, and how long the frames of step 6 take.
//!
//!     cargo bench --bench upload_run                           1,000,000 items in 1,000 jobs
//!     cargo bench --bench upload_run -- 100000                 fewer
//!     cargo bench --bench upload_run -- 1000000 failed 100000  of which so many fail
//!     cargo bench --bench upload_run -- record                 opening a record of 1,000 runs with 100,000 failed units
//!
//! The service runs in a process of its own, so that only our side is measured: first the program headless (`runs resume`), then
//! the wizard's step 6 at 120x40 with somebody at the keys. A frame is what the program's loop does between two waits: an event is
//! handled, what it asks for is begun, and the screen is drawn. Where other work takes the processor away in the middle of a frame,
//! that frame is told of but does not count.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "a measurement may stop at the first surprise"
)]

#[path = "../../tests/support/keys.rs"]
mod keys;
mod process;
mod record;
mod screen;
mod stage;

use std::{
    path::Path,
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use azure_to_encord::{
    run::state::RunState,
    store::{
        Home, RunStore,
        failed::{failed_path, write_failed},
        write_report,
    },
};
use process::Used;
use stage::{RUN, Service};

/// What our side may hold, in MB.
const MEMORY: u64 = 100;

/// What is sent.
#[derive(Clone, Copy)]
struct Load {
    items: u64,
    failed: u64,
}

fn main() -> ExitCode {
    azure_to_encord::tls::install();
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse().expect("a number");
    let load = match words[..] {
        ["serve", dir] => return stage::serve(Path::new(dir)),
        ["record"] => return record::measure(),
        ["screen", dir] => return screen::play(Path::new(dir)),
        [] => Load { items: 1_000_000, failed: 0 },
        [items] => Load { items: number(items), failed: 0 },
        ["failed", failed] => Load { items: 1_000_000, failed: number(failed) },
        [items, "failed", failed] => Load { items: number(items), failed: number(failed) },
        _ => panic!("usage: [ITEMS] [failed UNITS]"),
    };
    let headless = measure("headless", load, |dir| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_azure-to-encord"));
        command.args(["runs", "resume", RUN, "--json"]).env("AZURE_TO_ENCORD_HOME", dir);
        command.stdout(std::fs::File::create(dir.join("stdout")).unwrap());
        command
    });
    let screen = measure("step 6 at 120x40", load, |dir| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([Path::new("screen"), dir]).stdout(Stdio::inherit());
        command
    });
    if headless && screen { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Sends everything once by a process of ours; whether it kept within its limits.
fn measure(what: &str, load: Load, command: impl FnOnce(&Path) -> Command) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(dir.path());
    let jobs = stage::record(dir.path(), &service, load);
    println!("{what}: {} items in {jobs} jobs, {} of them to fail", load.items, load.failed);
    let used = Used::by(&mut command(dir.path()));
    let is_small = used.peak_mb < MEMORY;
    println!(
        "  {:.1} s, {:.1} s of processor time, {:.1} ms a job, {} MB at most{}",
        used.wall.as_secs_f64(),
        used.processor.as_secs_f64(),
        used.processor.as_secs_f64() * 1000.0 / jobs as f64,
        used.peak_mb,
        if is_small { "" } else { ": TOO MUCH" }
    );
    let served = service.used();
    println!("  the service: {:.1} s of processor time, {} MB", served.processor.as_secs_f64(), served.peak_mb);
    check(dir.path(), load);
    is_small && used.well
}

/// The run is at its end and counts what it should; then what a user asks of it afterwards.
fn check(dir: &Path, load: Load) {
    let home = Home::below(dir);
    let timed = |what: &str, work: &mut dyn FnMut()| {
        let begun = Instant::now();
        work();
        println!("  {what}: {:.1} ms", begun.elapsed().as_secs_f64() * 1000.0);
    };
    let store = RunStore::open(&home).unwrap();
    timed("opening the record", &mut || drop(RunStore::open(&home).unwrap()));
    let row = store.run(RUN).unwrap();
    assert_eq!((row.registered, row.failed), (load.items - load.failed, load.failed));
    assert_eq!(row.state, if load.failed > 0 { RunState::DoneWithErrors } else { RunState::Done });
    timed("all runs, as Home shows them", &mut || assert_eq!(store.runs().unwrap().len(), 1));
    if load.failed == 0 {
        return;
    }
    let causes = store.causes(RUN).unwrap();
    assert!(causes.len() < 10 && causes.iter().map(|cause| cause.units).sum::<u64>() == load.failed, "{causes:?}");
    timed("grouping by cause", &mut || drop(store.causes(RUN).unwrap()));
    let most = &causes[0];
    timed("the last page of all failures", &mut || {
        assert_eq!(store.failed_units(RUN, load.failed - 50, 100).unwrap().len(), 50);
    });
    timed("the last page of the most frequent cause", &mut || {
        assert_eq!(store.failed_units_by(RUN, &most.cause, most.units - 50, 100).unwrap().len(), 50);
    });
    timed("failed.json", &mut || {
        let (_, written) = write_failed(&store, &home, RUN).unwrap().unwrap();
        assert_eq!((written.items, written.uncertain), (load.failed, 0));
    });
    timed("all reports", &mut || {
        let reports = write_report(&store, &home, RUN).unwrap();
        for (name, path) in reports.named() {
            print!("  {name} {:.1} MB,", std::fs::metadata(path).unwrap().len() as f64 / 1e6);
        }
    });
    println!("  failed.json {:.1} MB", std::fs::metadata(failed_path(&home, RUN)).unwrap().len() as f64 / 1e6);
}

/// The longest that anything may take.
const PATIENCE: Duration = Duration::from_secs(3600);
