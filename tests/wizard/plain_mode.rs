//! The wizard in plain lines: the built program with piped answers and at a pseudo-terminal, and what it offers at every step.

use std::{fs, io::Write as _, path::Path, process::Stdio, time::Duration};

use azure_to_encord::{
    demo::{DemoEnvironment, encord::Pace},
    plain::{Command, Kind, describe},
    service::Driver,
    store::Home,
    tls,
    wizard::{Action, Event, RuleField, Step, UploadOption, Wizard},
};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::support::{config::ConfigText, program::program, terminal::Terminal};

const PATIENCE: Duration = Duration::from_secs(120);

/// The program's exit code and what it printed, with these lines to read.
fn answered(home: &Path, arguments: &[&str], answers: &str) -> (Option<i32>, String) {
    let mut command = program(home, arguments);
    command.env("TMPDIR", home).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text}");
    (output.status.code(), text)
}

#[test]
fn the_whole_demo_goes_by_piped_answers() {
    let home = tempfile::tempdir().unwrap();
    let arguments = ["demo", "--accessible", "--units-per-second", "0"];
    let (code, text) = answered(home.path(), &arguments, "1\n1\n1\n1\n1\nno\n1\nyes\n1\n");
    assert_eq!(code, Some(3), "{text}");
    let mut rest = text.as_str();
    for step in Step::ALL {
        let heading = format!("\nStep {} of 6: {}", step.number(), step.title());
        let at = rest.find(&heading).unwrap_or_else(|| panic!("no {heading} in {rest}"));
        rest = &rest[at + 1..];
    }
    assert!(text.contains("Not done: the answer was not yes."), "{text}");
    assert!(rest.contains("Done with errors: ") && rest.contains("Report: "), "{rest}");
    let causes: Vec<&str> = rest.lines().filter(|line| line.starts_with("Failure: ")).collect();
    assert!(causes.iter().all(|cause| causes.iter().filter(|other| other == &cause).count() == 1), "{causes:?}");
}

#[test]
fn home_offers_configs_and_runs_and_wrong_answers_are_told() {
    let home = tempfile::tempdir().unwrap();
    let configs = home.path().join("configs");
    fs::create_dir_all(&configs).unwrap();
    let text =
        ConfigText::default().text("azure", "endpoint", "http://127.0.0.1:9/acme").text("azure", "container", "media");
    text.write(&configs, "berlin.toml");
    let (code, text) = answered(home.path(), &["--accessible"], "? all\n999\n\nq\n");
    assert_eq!(code, Some(0), "{text}");
    for wanted in
        ["Home: saved configs and past runs", "Saved configs: 1. Past runs: 0.", "Config 1: berlin", "End of the help."]
    {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    assert!(text.contains("There is no choice 999 here."), "{text}");
    assert_eq!(text.matches("Saved configs: 1.").count(), 2, "Enter alone repeats: {text}");
}

#[test]
fn a_secret_is_not_shown_while_it_is_typed_and_the_terminal_is_given_back() {
    const SECRET: &str = "sv=2024-11-04&ss=b&srt=co&sp=rl&se=2099-01-01&sig=c2VjcmV0LXNpZ25hdHVyZQ%3D%3D";
    let home = tempfile::tempdir().unwrap();
    let mut terminal =
        Terminal::start_with(home.path(), &["demo"], (200, 60), &[("ACCESSIBLE", "1"), ("TERM", "dumb")]);
    terminal.wait_until("the choices", PATIENCE, |screen| {
        screen.contains("Step 1 is ready.") && screen.contains("Your answer (") && screen.contains(": Secret from")
    });
    let number = |screen: &str| {
        let line = screen.lines().rfind(|line| line.contains(": Secret from: ")).unwrap().to_owned();
        line.split(':').next().unwrap().to_owned()
    };
    let chosen = number(&terminal.screen());
    terminal.send(&format!("{chosen}\r"));
    terminal.wait_for("What you type is not shown.", PATIENCE);
    terminal.send(&format!("{SECRET}\r"));
    terminal.wait_for("a secret, kept in memory only", PATIENCE);
    terminal.send("q\r");
    terminal.wait_for("Leave?", PATIENCE);
    let screen = terminal.screen();
    let yes = screen.lines().rfind(|line| line.ends_with(": Quit") && line.starts_with(char::is_numeric)).unwrap();
    terminal.send(&format!("{}\r", yes.split(':').next().unwrap()));
    let left = terminal.end(PATIENCE);
    left.assert_modes_restored();
    let raw = String::from_utf8_lossy(&left.raw).into_owned();
    assert!(!raw.contains("c2VjcmV0") && !raw.contains('\u{1b}'), "{raw}");
}

/// Types an answer once the program asks for it: after so many prompts.
struct Talk {
    terminal: Terminal,
}

impl Talk {
    fn start(home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Talk {
        let all: Vec<(&str, &str)> = [("ACCESSIBLE", "1")].iter().chain(variables).copied().collect();
        Talk { terminal: Terminal::start_with(home, arguments, (80, 24), &all) }
    }

    /// Everything so far, as it was printed.
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.terminal.raw()).replace('\r', "")
    }

    /// Types this and waits for a text, and for a prompt after it. Gives what came since.
    fn say(&mut self, keys: &str, wanted: &str) -> String {
        let before = self.text().len();
        self.terminal.send(keys);
        self.hear(before, wanted)
    }

    fn hear(&mut self, before: usize, wanted: &str) -> String {
        let raw = || String::from_utf8_lossy(&self.terminal.raw()).replace('\r', "");
        let began = std::time::Instant::now();
        loop {
            let text = raw()[before..].to_owned();
            let is_asked = text.find(wanted).is_some_and(|at| {
                let last = text[at..].trim_end_matches('\n').lines().next_back().unwrap_or_default();
                let is_prompt = last.starts_with("Your answer") || last.starts_with("Working. Your answer");
                text.ends_with('\n') && (is_prompt || last.contains(wanted))
            });
            if is_asked {
                return text;
            }
            assert!(began.elapsed() < PATIENCE, "{wanted:?} is not heard:\n{text}");
            std::thread::sleep(Duration::from_millis(15));
        }
    }

    fn end(self, code: u32) -> String {
        let left = self.terminal.end(PATIENCE);
        left.assert_modes_restored();
        let text = String::from_utf8(left.raw).unwrap().replace('\r', "");
        assert_eq!(left.code, code, "{text}");
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        text
    }
}

#[test]
fn the_whole_demo_goes_at_a_terminal_and_its_failures_are_looked_at() {
    let home = tempfile::tempdir().unwrap();
    let mut talk = Talk::start(home.path(), &["demo", "--units-per-second", "0"], &[]);
    let first = talk.hear(0, "Check by check: a list of ");
    assert!(first.contains("checks pass") && !first.contains("\n101: "), "{first}");
    // The page of the check that is worth a look.
    talk.say("check by\r", "\n114: Check 14: ");
    talk.say("103\r", "Selected: Check 3 of ");
    talk.say("details\r", "Why it matters: ");
    talk.say("b\r", "Step 1 is ready.");
    talk.say("? azure.cors\r", "CORS rules, check: ");
    talk.say("1\r", "\n1: Continue to step 3, Manifest");
    talk.say("1\r", "Item by item: a list of ");
    talk.say("137\r", "Selected: Item 37 of ");
    talk.say("in full\r", "clientMetadata");
    talk.say("b\r", "\n1: Continue to step 4, Folder");
    talk.say("step 2\r", "\n1: Continue to step 3, Manifest");
    talk.say("1\r", "\n1: Continue to step 4, Folder");
    talk.say("1\r", "\n1: Continue to step 5, Upload");
    talk.say("1\r", "\n1: Send it");
    talk.say("1\r", "Type yes to do it");
    talk.say("yes\r", "\n1: Finish");
    talk.say("why\r", "What to do about it: ");
    talk.say("its items\r", "\n101: Item 1: ");
    talk.say("details\r", "In full: ");
    talk.say("b\r", "Selected: Item 1 of ");
    talk.terminal.send("q\r");
    let text = talk.end(3);
    assert!(text.contains("Done with errors: 276 items are registered, 2 failed."), "{text}");
    assert_eq!(text.matches("In full: ").count(), 1, "{text}");
}

#[test]
fn an_interrupt_leaves_what_is_being_typed_and_then_asks_before_it_ends() {
    let home = tempfile::tempdir().unwrap();
    let mut talk = Talk::start(home.path(), &["demo"], &[]);
    talk.hear(0, "Check by check: a list of ");
    talk.say("container\r", "New text for Container, now traffic-study.");
    talk.say("half a na\u{3}", "Left as it was.");
    talk.say("secret from\r", "What you type is not shown.");
    talk.say("hidden\u{3}", "Left as it was.");
    talk.say("container\r", "New text for Container, now traffic-study.");
    talk.say("\u{4}", "Left as it was.");
    talk.say("strict\r", "Strict client: on");
    talk.say("\u{3}", "Leave?");
    talk.say("2\r", "Strict client: on");
    talk.say("\u{4}", "Leave?");
    talk.terminal.send("\u{4}");
    let text = talk.end(0);
    assert!(!text.contains("hidden"), "{text}");
}

#[test]
fn the_editor_opens_the_config_at_the_same_terminal() {
    let home = tempfile::tempdir().unwrap();
    let configs = home.path().join("configs");
    fs::create_dir_all(&configs).unwrap();
    let text =
        ConfigText::default().text("azure", "endpoint", "http://127.0.0.1:9/acme").text("azure", "container", "media");
    text.write(&configs, "berlin.toml");
    let editor = home.path().join("editor.sh");
    fs::write(&editor, "sed -i.bak s/media/pictures/ \"$1\"\n").unwrap();
    let command = format!("sh {}", editor.display());
    let path = std::env::var("PATH").unwrap_or_default();
    let mut talk = Talk::start(home.path(), &[], &[("EDITOR", &command), ("PATH", &path)]);
    talk.hear(0, "container media");
    talk.say("edit\r", "container pictures");
    talk.say("duplicate\r", "Name of the copy: berlin-copy");
    talk.say("hamburg\r", "Name of the copy: hamburg");
    talk.say("1\r", "Saved configs: 2.");
    talk.say("101\r", "Selected: Config 1 of 2: berlin");
    talk.say("delete\r", "is deleted with its file");
    talk.say("1\r", "Saved configs: 1.");
    talk.terminal.send("q\r");
    let text = talk.end(0);
    assert!(text.contains("Your editor was left."), "{text}");
}

/// The wizard with its services, and what is checked of every screen of it.
struct Walk {
    wizard: Wizard,
    driver: Driver,
    events: UnboundedReceiver<Event>,
}

impl Walk {
    async fn tell(&mut self, event: Event) {
        for effect in self.wizard.handle(event) {
            self.driver.carry_out(effect);
        }
        while describe(&self.wizard).waits {
            let event = tokio::time::timeout(PATIENCE, self.events.recv()).await.expect("an answer").unwrap();
            for effect in self.wizard.handle(event) {
                self.driver.carry_out(effect);
            }
        }
        self.everything_is_offered();
    }

    async fn act(&mut self, actions: &[Action]) {
        for action in actions {
            self.tell(Event::Action(*action)).await;
        }
    }

    fn everything_is_offered(&self) {
        let screen = describe(&self.wizard);
        let does = |kind: &Kind| match kind {
            Kind::Choice(does) | Kind::Sure(does) => does.last().cloned(),
            Kind::Text { .. } | Kind::List | Kind::Read => None,
        };
        for hint in self.wizard.hints().iter().filter(|hint| !hint.action.is_movement()) {
            let is_offered = screen.questions.iter().any(|asked| does(&asked.kind) == Some(Command::Act(hint.action)));
            assert!(is_offered, "{hint:?} in {screen:#?}");
        }
        for (place, asked) in screen.questions.iter().enumerate() {
            let twin = screen
                .questions
                .iter()
                .skip(place + 1)
                .find(|other| (other.key, &other.name) == (asked.key, &asked.name));
            assert!(twin.is_none(), "{twin:?} is there twice in {}", screen.heading);
        }
        assert!(screen.lines.iter().all(|line| !line.trim().is_empty()), "{:?}", screen.lines);
    }

    fn offers(&self, label: &str) {
        let screen = describe(&self.wizard);
        assert!(screen.questions.iter().any(|asked| asked.name.starts_with(label)), "{label} in {screen:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_hint_and_field_of_every_step_and_panel_is_offered() {
    use Action::{
        Back, Browse, EditRules, FilterMarked, FocusNext, Infer, MakeSas, New, Next, Right, Search, SwitchList, Toggle,
    };
    tls::install();
    let dir = tempfile::tempdir().unwrap();
    let environment = DemoEnvironment::start(dir.path(), Pace::Unlimited).await.unwrap();
    let wizard = Wizard::new(azure_to_encord::store::configs::load(environment.config()).unwrap()).guided();
    let (driver, events) = Driver::new(Home::below(dir.path()), "demo");
    let mut walk = Walk { wizard, driver, events };
    walk.tell(Event::Open).await;
    let fields = walk.wizard.integration().fields();
    for field in &fields {
        walk.offers(field.label());
        walk.act(&[FocusNext]).await;
        if field.has_list() {
            walk.act(&[Browse, Back]).await;
        }
    }
    walk.act(&[Back, Toggle, Back, New, Right, Back, MakeSas, Back, Next]).await;
    assert_eq!(walk.wizard.step(), Step::Schema);
    walk.act(&[New, FocusNext, Back, Infer, Next, Back, Search, Back, Toggle, Back, Next]).await;
    assert_eq!(walk.wizard.step(), Step::Manifest);
    walk.act(&[EditRules]).await;
    RuleField::ALL.iter().for_each(|rule| walk.offers(rule.label()));
    walk.act(&[Back, Toggle, Back, Search, Back, SwitchList, SwitchList, Next, Back, SwitchList, Next]).await;
    assert_eq!(walk.wizard.step(), Step::Folder);
    walk.act(&[New]).await;
    let questions = describe(&walk.wizard).questions.len();
    assert!(questions >= walk.wizard.folder().form().unwrap().fields().len(), "{questions}");
    walk.act(&[Back, Search, Back, FilterMarked, Back, Next]).await;
    assert_eq!(walk.wizard.step(), Step::Upload);
    UploadOption::ALL.iter().for_each(|option| walk.offers(option.label()));
    walk.act(&[SwitchList, Back, Next]).await;
    assert_eq!(walk.wizard.step(), Step::Progress);
    assert!(walk.wizard.progress().outcome().is_some());
    walk.act(&[SwitchList, Next, Toggle, Back, Back, SwitchList, SwitchList]).await;
    environment.stop().await;
}
