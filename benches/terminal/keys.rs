//! From a key to the frame that shows what it did, while an upload runs.

use std::time::{Duration, Instant};

use super::{
    Sheet, Times,
    program::{Program, Services},
};

/// What a frame may take at 60 frames a second.
const GOAL: Duration = Duration::from_millis(16);
const BETWEEN: Duration = Duration::from_millis(50);
/// Down and up again over some of the demo's 14 jobs.
const KEYS: [&str; 20] = {
    let mut keys = ["\x1b[B"; 20];
    let mut place = 10;
    while place < keys.len() {
        keys[place] = "\x1b[A";
        place += 1;
    }
    keys
};

pub(crate) fn measure(sheet: &mut Sheet) {
    let dir = tempfile::tempdir().unwrap();
    let _services = Services::start(dir.path(), "4");
    let mut program = Program::start(dir.path(), &["demo.toml"]);
    program.go_to(5);
    program.send("\r");
    program.until("some items registered", |screen| {
        screen.contains("[6 ") && screen.contains("of 278 registered") && !screen.contains(" 0 of 278")
    });
    // To the first job, wherever the cursor was.
    program.send("g");
    program.quiet(BETWEEN);
    let (mut times, mut bytes, mut others) = (Vec::new(), Vec::new(), 0);
    for key in KEYS.iter().cycle() {
        if program.screen().contains("Enter finishes") {
            break;
        }
        let before = cursor(&program);
        let sent = program.send(key);
        let until = sent + BETWEEN.max(Duration::from_secs(1));
        // Frames of the run's own progress may come in between: the key's is the one in which the cursor has moved.
        while let Some(frame) = program.frame(until.saturating_duration_since(Instant::now())) {
            if cursor(&program) != before {
                times.push(frame.at.saturating_duration_since(sent));
                bytes.push(frame.bytes);
                break;
            }
            others += 1;
        }
        while program.frame((sent + BETWEEN).saturating_duration_since(Instant::now())).is_some() {
            others += 1;
        }
    }
    assert!(times.len() > 100, "only {} keys moved the cursor:\n{}", times.len(), program.screen());
    bytes.sort_unstable();
    let times = Times::new(times);
    let what = format!("from a key to its frame, {} keys", times.0.len());
    sheet.goal(&what, &times.to_string(), "p99 under 16 ms", times.percent(99) < GOAL);
    let (median, most) = (bytes[bytes.len() / 2], bytes[bytes.len() - 1]);
    sheet.note("bytes of such a frame", &format!("median {median}, most {most}"));
    sheet.note("frames of the run's own progress meanwhile", &others.to_string());
}

/// The line with the cursor.
fn cursor(program: &Program) -> Option<usize> {
    program.screen().lines().position(|line| line.trim_start().starts_with('>'))
}
