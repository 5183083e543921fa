//! How quick and how quiet the program is at a terminal of 120x40.
//!
//!     cargo bench --bench terminal                 all of it, about three minutes
//!     cargo bench --bench terminal -- check        the same; ends with 1 if a goal is missed
//!     cargo bench --bench terminal -- start keys   some of it: start, idle, keys, draw
//!
//! The built program runs in a pseudo-terminal; its services run in a process of their own, so that only our side is measured. The
//! times are those at which the bytes arrive at this end. Only the drawing alone is measured inside this process. Other work on the
//! machine shows in the worst cases first, so the load is told beside the numbers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement may stop at the first surprise"
)]

mod draw;
mod history;
mod idle;
mod keys;
mod program;
mod start;

use std::{process::ExitCode, time::Duration};

/// How long anything may take before the measurement gives up.
const PATIENCE: Duration = Duration::from_secs(60);
const SIZE: (u16, u16) = (120, 40);

/// Goals and what was measured, printed side by side.
#[derive(Default)]
struct Sheet {
    missed: usize,
}

impl Sheet {
    /// A number that has to stay below its goal.
    fn goal(&mut self, what: &str, number: &str, goal: &str, is_met: bool) {
        self.missed += usize::from(!is_met);
        println!("  {:4} {what:<44} {number:<40} goal {goal}", if is_met { "ok" } else { "MISS" });
    }

    /// A number that is good to know.
    fn note(&self, what: &str, number: &str) {
        println!("       {what:<44} {number}");
    }
}

/// Times in order.
struct Times(Vec<Duration>);

impl Times {
    fn new(mut times: Vec<Duration>) -> Times {
        times.sort_unstable();
        Times(times)
    }

    /// That which so many in a hundred do not exceed.
    fn percent(&self, percent: usize) -> Duration {
        self.0[(self.0.len() * percent).div_ceil(100).max(1) - 1]
    }

    fn worst(&self) -> Duration {
        self.percent(100)
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        let [median, p99, worst] = [50, 99, 100].map(|percent| ms(self.percent(percent)));
        write!(f, "median {median:.2}, p99 {p99:.2}, worst {worst:.2} ms")
    }
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

fn main() -> ExitCode {
    if !cfg!(target_os = "linux") {
        println!("What is measured here only Linux tells, below /proc.");
        return ExitCode::FAILURE;
    }
    azure_to_encord::tls::install();
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let parts = ["start", "idle", "keys", "draw"];
    if let Some(word) = words.iter().find(|word| *word != "check" && !parts.contains(&word.as_str())) {
        panic!("{word}: not one of check, {}", parts.join(", "));
    }
    let asked = |part: &str| words.iter().all(|word| word == "check") || words.iter().any(|word| word == part);
    let mut sheet = Sheet::default();
    for (part, measure) in parts.into_iter().zip([start::measure, idle::measure, keys::measure, draw::measure]) {
        if asked(part) {
            println!("{part} (load {})", load());
            measure(&mut sheet);
        }
    }
    if sheet.missed > 0 {
        println!("{} missed", sheet.missed);
    }
    match sheet.missed > 0 && words.iter().any(|word| word == "check") {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}
