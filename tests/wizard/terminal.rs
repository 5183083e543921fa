//! The built program at a pseudo-terminal: the wizard from its first screen to its end, ways of leaving it, and questions.

use std::{path::Path, process::Command, time::Duration};

use azure_to_encord::demo::{
    azure,
    encord::{Pace, StorageAccess},
};
use secrecy::ExposeSecret as _;

use crate::support::{
    config::ConfigText,
    encord::{Encord, INTEGRATION},
    terminal::Terminal,
};

const SOON: Duration = Duration::from_secs(120);
const LATER: Duration = Duration::from_secs(300);
const SIZE: (u16, u16) = (80, 24);
const STEPS: [&str; 6] = ["1 Integration", "2 Schema", "3 Manifest", "4 Folder", "5 Upload", "6 Progress"];

/// The demo's wizard, going through so many units a second.
fn demo(home: &Path, units_per_second: &str) -> Terminal {
    Terminal::start(home, &["demo", "--units-per-second", units_per_second], SIZE)
}

/// Waits until a step is the present one and can be left by Enter.
fn wait_for_step(terminal: &mut Terminal, step: usize) {
    let name = STEPS[step - 1];
    terminal.wait_until(name, SOON, |screen| {
        screen.contains(&format!("[{name}"))
            && screen.lines().any(|line| line.trim_start().starts_with('→') && line.contains("Enter"))
    });
}

fn go_to_step(terminal: &mut Terminal, step: usize) {
    for before in 1..step {
        wait_for_step(terminal, before);
        terminal.send("\r");
    }
    wait_for_step(terminal, step);
}

fn left_behind(home: &Path) -> usize {
    std::fs::read_dir(home).unwrap().count()
}

#[test]
fn enter_leads_through_all_six_screens_to_the_end() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = demo(home.path(), "60");
    for (step, shows) in [
        (1, &["Azure traffic study", "traffic-study", "16 ok"][..]),
        (2, &["camera", "cam01, cam02, cam03", "4 to add"]),
        (3, &["278 items", "299 blobs", "7 left out", "mislabelled/not-a-video.mp4"]),
        (4, &["Demo/Traffic study", "2 folders will be created"]),
        (5, &["278 items in 14 jobs", "nothing has been changed so far"]),
    ] {
        wait_for_step(&mut terminal, step);
        for text in STEPS.iter().chain(shows) {
            terminal.wait_for(text, SOON);
        }
        let screen = terminal.screen();
        assert!(screen.lines().all(|line| line.chars().count() <= 80), "{screen}");
        terminal.send("\r");
    }
    terminal.wait_for("276 of 278 registered · 2 failed", LATER);
    terminal.wait_for("Enter finishes", SOON);
    terminal.send("\r");
    let left = terminal.end(SOON);
    assert_eq!(left.code, 3, "{}", left.screen);
    left.assert_restored();
    assert!(left.screen.contains("Done with errors: 276 items are registered, 2 failed."), "{}", left.screen);
    assert!(left.screen.contains("report.html"), "{}", left.screen);
}

#[test]
fn going_back_and_forth_loses_nothing_and_changes_of_size_are_followed() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = demo(home.path(), "60");
    go_to_step(&mut terminal, 4);
    for step in [3, 2, 1] {
        terminal.send("\x1b");
        wait_for_step(&mut terminal, step);
    }
    go_to_step(&mut terminal, 3);
    for (cols, rows) in [(60, 20), (200, 60), (20, 5), (1, 1), SIZE] {
        terminal.resize(cols, rows);
        // The program is to be seen to live through each size.
        std::thread::sleep(Duration::from_millis(200));
    }
    wait_for_step(&mut terminal, 3);
    terminal.send("q");
    let left = leave(terminal);
    assert_eq!(left.code, 0, "{}", left.screen);
    assert_eq!(left_behind(home.path()), 0);
}

#[test]
fn what_cannot_be_seen_cannot_be_confirmed() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = demo(home.path(), "60");
    go_to_step(&mut terminal, 5);
    terminal.resize(40, 10);
    terminal.wait_for("needs 60×20, this is 40×10; q quits", SOON);
    terminal.send("\r\r");
    // Nothing is to be seen of keys that mean nothing; they are to be over before the next size.
    std::thread::sleep(Duration::from_secs(3));
    terminal.resize(SIZE.0, SIZE.1);
    wait_for_step(&mut terminal, 5);
    terminal.resize(40, 10);
    terminal.wait_for("needs 60×20", SOON);
    terminal.send("q");
    let left = leave(terminal);
    assert_eq!(left.code, 0, "{}", left.screen);
}

/// Confirms a question if there is one, and waits for the end.
fn leave(mut terminal: Terminal) -> crate::support::terminal::Left {
    let asks = |screen: &str| screen.contains("[y") || screen.contains("y yes");
    let began = std::time::Instant::now();
    while !terminal.has_ended() && !asks(&terminal.screen()) {
        assert!(began.elapsed() < SOON, "neither asks nor ends:\n{}", terminal.screen());
        std::thread::sleep(Duration::from_millis(15));
    }
    if !terminal.has_ended() {
        terminal.send("y");
    }
    let left = terminal.end(SOON);
    left.assert_restored();
    left
}

#[test]
fn the_terminal_is_given_back_whatever_ends_the_program() {
    for (what, code) in [("q", 0), ("\x03", 0), ("TERM", 130), ("HUP", 130)] {
        let home = tempfile::tempdir().unwrap();
        let mut terminal = demo(home.path(), "60");
        wait_for_step(&mut terminal, 1);
        let left = match what {
            "TERM" | "HUP" => {
                signal(what, terminal.process_id());
                let left = terminal.end(SOON);
                left.assert_restored();
                left
            }
            keys => {
                terminal.send(keys);
                leave(terminal)
            }
        };
        assert_eq!(left.code, code, "{what:?}: {}", left.screen);
        assert_eq!(left_behind(home.path()), 0, "{what:?}");
    }
}

#[test]
fn a_run_that_is_broken_off_names_the_way_to_go_on() {
    let home = tempfile::tempdir().unwrap();
    let _services = Services::start(home.path(), "3");
    let mut terminal = Terminal::start(home.path(), &["demo.toml"], SIZE);
    go_to_step(&mut terminal, 5);
    terminal.send("\r");
    terminal.wait_until("some items registered", SOON, |screen| {
        screen.contains("[6 Progress") && screen.contains("of 278 registered") && !screen.contains(" 0 of 278")
    });
    signal("TERM", terminal.process_id());
    let left = terminal.end(SOON);
    left.assert_restored();
    assert_eq!(left.code, 130, "{}", left.screen);
    assert!(left.screen.contains("runs resume 20"), "{}", left.screen);
}

#[test]
#[cfg(target_os = "linux")]
fn waiting_for_a_key_costs_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = demo(home.path(), "60");
    go_to_step(&mut terminal, 3);
    // A tick of even one a second, in any thread, shows in every 3 s; what the last key set off is over after some.
    let mut seen = Vec::new();
    while seen.len() < 20 {
        let (written, switches) = (terminal.raw().len(), context_switches(terminal.process_id()));
        std::thread::sleep(Duration::from_secs(3));
        let woken = context_switches(terminal.process_id()) - switches;
        seen.push((terminal.raw().len() - written, woken));
        if matches!(seen.last(), Some((0, 0..3))) {
            return;
        }
    }
    panic!("bytes written and times woken in each 3 s without a key: {seen:?}");
}

/// How often any thread of a process was put on a processor so far.
#[cfg(target_os = "linux")]
fn context_switches(process: u32) -> u64 {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let status =
        |entry: std::io::Result<std::fs::DirEntry>| std::fs::read_to_string(entry.unwrap().path().join("status"));
    threads
        .map(|entry| {
            let text = status(entry).unwrap_or_default();
            let counts = text.lines().filter(|line| line.contains("ctxt_switches"));
            counts.filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok()).sum::<u64>()
        })
        .sum()
}

/// The demo's services in a process of their own, so that they outlive the wizard. `demo.toml` points at them.
struct Services(std::process::Child);

impl Services {
    fn start(home: &Path, units_per_second: &str) -> Services {
        let config = home.join("demo.toml");
        let mut command =
            crate::support::program::program(home, &["demo", "--serve", "--units-per-second", units_per_second]);
        command.stdout(std::fs::File::create(&config).unwrap()).stderr(std::process::Stdio::null());
        let services = Services(command.spawn().unwrap());
        let began = std::time::Instant::now();
        while !std::fs::read_to_string(&config).unwrap().contains("images_per_job") {
            assert!(began.elapsed() < SOON, "the services do not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        services
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn signal(name: &str, process: u32) {
    let status = Command::new("sh").args(["-c", &format!("kill -{name} {process}")]).status().unwrap();
    assert!(status.success());
}

#[test]
fn no_color_means_no_colour() {
    // Foreground and background colours, among whatever else one sequence sets; 39 and 49 only go back to the default.
    let colour = regex::Regex::new("\x1b\\[([0-9]+;)*(3[0-8]|4[0-8]|9[0-7]|10[0-7])[0-9;]*m").unwrap();
    let coloured = |variables: &[(&str, &str)]| {
        let home = tempfile::tempdir().unwrap();
        let mut terminal = Terminal::start_with(home.path(), &["demo"], SIZE, variables);
        wait_for_step(&mut terminal, 1);
        colour.is_match(&String::from_utf8_lossy(&terminal.raw()))
    };
    assert!(coloured(&[]));
    assert!(!coloured(&[("NO_COLOR", "1")]));
}

#[test]
fn terminals_without_utf_8_get_ascii() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start_with(home.path(), &["demo"], SIZE, &[("LANG", "C")]);
    terminal.wait_until("the first screen", SOON, |screen| screen.contains("goes on to the schema"));
    assert!(terminal.raw().is_ascii(), "{}", terminal.screen());
}

/// Services and a config for commands that ask at the terminal; the key has a passphrase.
struct Questions {
    encord: Encord,
    sas: String,
    home: tempfile::TempDir,
    _azure: azure::Server,
}

const PASSPHRASE: &str = "open sesame 日本";

impl Questions {
    async fn set() -> Questions {
        let azure = azure::Server::start(azure::Options::default()).await.unwrap();
        azure.put_blob("media", azure::StoredBlob::new("a.txt", "text", "text/plain"));
        let sas = azure.account_sas("rl", "sco", time::Duration::HOUR);
        let storage = StorageAccess { base_url: azure.account_url().clone(), sas: Some(sas.clone()) };
        let encord = Encord::start(Some(storage), Pace::Unlimited).await;
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("key"), encord.key.encrypted_pem(PASSPHRASE)).unwrap();
        ConfigText::default()
            .text("encord", "domain", encord.recorder.url())
            .text("encord", "ssh_key_file", home.path().join("key").to_str().unwrap())
            .text("encord", "integration", INTEGRATION)
            .text("azure", "endpoint", azure.account_url())
            .text("azure", "container", "media")
            .text("azure", "sas_token_env", "SAS")
            .text("folder", "path", "Raw")
            .write(home.path(), "site.toml");
        Questions { encord, sas: sas.expose_secret().to_owned(), home, _azure: azure }
    }

    fn ask(&self, arguments: &[&str]) -> Terminal {
        Terminal::start_with(self.home.path(), arguments, (120, 40), &[("SAS", &self.sas)])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passphrase_is_asked_for_and_not_shown() {
    let questions = Questions::set().await;
    let mut terminal = questions.ask(&["check", "site.toml"]);
    terminal.wait_for("Passphrase of", SOON);
    terminal.send(&format!("{PASSPHRASE}\r"));
    let left = terminal.end(SOON);
    assert_eq!(left.code, 0, "{}", left.screen);
    left.assert_modes_restored();
    assert!(!String::from_utf8_lossy(&left.raw).contains("sesame"));

    let mut terminal = questions.ask(&["check", "site.toml"]);
    terminal.wait_for("Passphrase of", SOON);
    terminal.send("wrong\r");
    let left = terminal.end(SOON);
    assert_eq!(left.code, 2, "{}", left.screen);
    let told: Vec<&str> = left.screen.split_whitespace().collect();
    assert!(told.join(" ").contains("does not open the SSH key"), "{}", left.screen);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_asks_before_it_sends() {
    let questions = Questions::set().await;
    for (answer, items, code) in [("n", 0, 130), ("", 0, 130), ("y", 1, 0)] {
        let mut terminal = questions.ask(&["run", "site.toml"]);
        terminal.wait_for("Passphrase of", SOON);
        terminal.send(&format!("{PASSPHRASE}\r"));
        terminal.wait_for("Send it? [y/N]", SOON);
        assert!(questions.encord.server.folders().is_empty());
        terminal.send(&format!("{answer}\r"));
        let left = terminal.end(SOON);
        assert_eq!(left.code, code, "{answer:?}: {}", left.screen);
        let found = if questions.encord.server.folders().is_empty() { 0 } else { questions.encord.items("Raw").len() };
        assert_eq!(found, items, "{answer:?}");
    }
}
