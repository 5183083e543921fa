//! What a process uses, as Linux counts it.

use std::{
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

/// Of processor time, a second.
const TICKS: f64 = 100.0;

pub(crate) struct Used {
    pub(crate) wall: Duration,
    pub(crate) processor: Duration,
    pub(crate) peak_mb: u64,
    /// It ended with success, or with what failed.
    pub(crate) well: bool,
}

impl Used {
    /// Runs a command to its end. Its last moments of 10 ms are not counted.
    pub(crate) fn by(command: &mut Command) -> Used {
        let begun = Instant::now();
        let mut child = command.spawn().unwrap();
        let mut used = (Duration::ZERO, 0);
        loop {
            used = read(child.id()).unwrap_or(used);
            if let Some(status) = child.try_wait().unwrap() {
                let (processor, peak_mb) = used;
                let well = matches!(status.code(), Some(0 | 3));
                return Used { wall: begun.elapsed(), processor, peak_mb, well };
            }
            assert!(begun.elapsed() < super::PATIENCE);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Up to now.
    pub(crate) fn so_far(process: u32) -> Used {
        let (processor, peak_mb) = read(process).unwrap();
        Used { wall: Duration::ZERO, processor, peak_mb, well: true }
    }
}

/// Processor time, and the most memory in MB; nothing once it has ended.
fn read(process: u32) -> Option<(Duration, u64)> {
    let of = |name: &str| std::fs::read_to_string(PathBuf::from(format!("/proc/{process}/{name}"))).ok();
    let stat = of("stat")?;
    // What follows the name, which is in brackets and may hold blanks.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: f64 = fields.get(11..13)?.iter().map(|field| field.parse::<f64>().unwrap()).sum();
    let status = of("status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    Some((Duration::from_secs_f64(ticks / TICKS), kib * 1024 / 1_000_000))
}
