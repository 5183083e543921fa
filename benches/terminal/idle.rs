//! Whether a program that waits for a key sleeps: how often its threads are put on a processor, and for how long.

use std::{collections::HashMap, fs, path::Path, time::Duration};

use azure_to_encord::store::Home;

use super::{
    Sheet, history,
    program::{Program, Services},
};

const WATCHED: Duration = Duration::from_secs(10);
/// What the last work set off is over by then: threads that are no longer needed end after 10 seconds.
const SETTLED: Duration = Duration::from_secs(12);

pub(crate) fn measure(sheet: &mut Sheet) {
    let home = tempfile::tempdir().unwrap();
    history::write(&Home::below(home.path()));
    let mut at_home = Program::start(home.path(), &[]);
    at_home.until("Home", |screen| screen.contains("site0"));

    let dirs = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let _services = dirs.each_ref().map(|dir| Services::start(dir.path(), "0"));
    let on_demo = |dir: &Path, step: usize| {
        let mut program = Program::start(dir, &["demo.toml"]);
        program.go_to(step);
        program
    };
    let checks = on_demo(dirs[0].path(), 1);
    let mut list = on_demo(dirs[1].path(), 3);
    list.send("\x1b[B");
    let mut ended = on_demo(dirs[2].path(), 5);
    ended.send("\r");
    ended.until("the end of the run", |screen| screen.contains("[6 ") && screen.contains("Enter finishes"));

    let mut all =
        [("Home", at_home), ("step 1", checks), ("step 3 with its list", list), ("step 6, the run ended", ended)];
    for (_, program) in &mut all {
        program.quiet(Duration::from_secs(1));
    }
    std::thread::sleep(SETTLED);
    let before = all.each_ref().map(|(_, program)| Work::of(program.id()));
    std::thread::sleep(WATCHED);
    for ((what, program), before) in all.iter_mut().zip(before) {
        let now = Work::of(program.id());
        let (woken, ticks) = (now.switches_since(&before), now.ticks - before.ticks);
        let frames = std::iter::from_fn(|| program.frame(Duration::ZERO)).count();
        let number = format!("{woken} switches, {ticks} ticks, {frames} frames in 10 s");
        sheet.goal(&format!("no wake-ups on {what}"), &number, "0", woken == 0 && ticks == 0 && frames == 0);
        if woken > 0 {
            for (thread, count) in now.woken_since(&before) {
                sheet.note(&format!("  thread {thread}"), &count.to_string());
            }
        }
    }
}

/// What a process has done so far.
struct Work {
    /// Of each thread that there is: its name, and how often it was put on a processor.
    threads: HashMap<String, (String, u64)>,
    /// Of processor time, 10 ms each.
    ticks: u64,
}

impl Work {
    fn of(process: u32) -> Work {
        let threads = fs::read_dir(format!("/proc/{process}/task")).unwrap();
        let threads = threads.filter_map(|thread| {
            let path = thread.ok()?.path();
            let status = fs::read_to_string(path.join("status")).ok()?;
            let value = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let count = |name: &str| value(name)?.parse::<u64>().ok();
            let switches = count("voluntary_ctxt_switches:")? + count("nonvoluntary_ctxt_switches:")?;
            Some((path.file_name()?.to_str()?.to_owned(), (value("Name:")?.to_owned(), switches)))
        });
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
        // What follows the name, which is in brackets and may hold blanks.
        let fields = stat.rsplit_once(')').unwrap().1.split_whitespace();
        let ticks = fields.skip(11).take(2).map(|field| field.parse::<u64>().unwrap()).sum();
        Work { threads: threads.collect(), ticks }
    }

    /// How often each thread was woken since; one that has ended meanwhile, once.
    fn woken_since(&self, before: &Work) -> Vec<(String, u64)> {
        let mut woken = Vec::new();
        for (id, (name, switches)) in &self.threads {
            let earlier = before.threads.get(id).map_or(0, |(_, switches)| *switches);
            woken.push((name.clone(), switches - earlier));
        }
        let ended = before.threads.iter().filter(|(id, _)| !self.threads.contains_key(*id));
        woken.extend(ended.map(|(_, (name, _))| (format!("{name}, ended"), 1)));
        woken.retain(|(_, count)| *count > 0);
        woken
    }

    fn switches_since(&self, before: &Work) -> u64 {
        self.woken_since(before).iter().map(|(_, count)| count).sum()
    }
}
