//! From the program's start to its first frame, with a busy user's configs and runs at home.

use std::time::Duration;

use azure_to_encord::store::Home;

use super::{
    PATIENCE, Sheet, Times,
    history::{self, CONFIGS, RUNS},
    program::Program,
};

const GOAL: Duration = Duration::from_millis(30);
const STARTS: usize = 20;

pub(crate) fn measure(sheet: &mut Sheet) {
    let dir = tempfile::tempdir().unwrap();
    history::write(&Home::below(dir.path()));
    let (mut first, mut full, mut bytes) = (Vec::new(), Vec::new(), 0);
    // The first start only warms the system's caches.
    for number in 0..=STARTS {
        let mut program = Program::start(dir.path(), &[]);
        let began = program.began();
        let frame = program.frame(PATIENCE).expect("a frame");
        let shown =
            program.until("Home", |screen| screen.contains(&format!("Configs {CONFIGS}")) && screen.contains("site0"));
        if number > 0 {
            first.push(frame.at - began);
            full.push(shown.max(frame.at) - began);
            bytes = frame.bytes;
        }
        program.leave();
    }
    let (first, full) = (Times::new(first), Times::new(full));
    let what = format!("first frame, {CONFIGS} configs and {RUNS} runs");
    sheet.goal(&what, &first.to_string(), "median under 30 ms", first.percent(50) < GOAL);
    sheet.goal("the slowest of those starts", &format!("{:.1?}", first.worst()), "under 30 ms", first.worst() < GOAL);
    sheet.note("the same until the configs are to be seen", &full.to_string());
    sheet.note("bytes of the first frame", &bytes.to_string());
}
