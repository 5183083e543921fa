//! Home and the save dialog.

use time::format_description::well_known::Rfc3339;

use crate::{
    config::Config,
    error::UserError,
    run::state::RunState,
    tui::tests::{
        fixtures::{self, Build},
        shown::shows,
    },
    wizard::{
        Wizard,
        action::{Action, Edit},
        effect::{Event, Reply, Request},
        home::messages::{HomeReply, HomeRequest},
        saved::{DiffLine, HomePage, OpenedConfig, PastRun, SavePreview, SavedConfig, Stamp},
        step::Step,
    },
};
use fixtures::{Stage, UTF8, frame, one, refused, well};

fn run(number: usize, state: RunState) -> PastRun {
    PastRun {
        run: format!("20260301-{number:06}-7f3a"),
        config: ["nightly", "berlin", "夜间采集-二〇二六"][number % 3].into(),
        folder: ["Raw/2026/Berlin", "街景/东京/夜间", "Raw"][number % 3].into(),
        state,
        is_live: false,
        is_open: false,
        cancelled: 0,
        registered: 11_395 - number as u64 % 1000,
        failed: if state == RunState::DoneWithErrors { 12 } else { 0 },
        items: 11_395,
        started: (fixtures::NOW - time::Duration::hours(number as i64 + 1)).format(&Rfc3339).unwrap(),
        retry_of: (number == 3).then(|| "20260228-000001-1c2d".into()),
    }
}

fn saved(name: &str) -> SavedConfig {
    SavedConfig {
        name: name.into(),
        path: format!("/home/ada/.config/azure-to-encord/configs/{name}.toml").into(),
        account: Some("acmevision".into()),
        container: Some("street-scenes".into()),
        folder: Some("Raw/2026/Berlin".into()),
        problem: None,
        last_run: None,
    }
}

fn page() -> HomePage {
    let states = [RunState::Done, RunState::DoneWithErrors, RunState::Failed, RunState::Cancelled];
    let mut runs: Vec<PastRun> = (0..8).map(|number| run(number, states[number % 4])).collect();
    (runs[2].is_open, runs[2].state) = (true, RunState::Running);
    (runs[5].is_live, runs[5].is_open, runs[5].state) = (true, true, RunState::Running);
    HomePage {
        configs: vec![
            SavedConfig { last_run: Some(runs[1].clone()), ..saved("berlin") },
            SavedConfig {
                problem: Some(
                    "line 7, column 1: unknown field `acount`, expected one of `account`, `endpoint`\nDid you mean \
                     'account'?"
                        .into(),
                ),
                ..saved("broken")
            },
            SavedConfig { last_run: Some(runs[0].clone()), ..saved("nightly") },
            SavedConfig { container: None, folder: None, ..saved("not-finished") },
            SavedConfig {
                container: Some("街景-二〇二六".into()),
                folder: Some("街景/东京/夜间/第三组".into()),
                last_run: Some(runs[5].clone()),
                ..saved("夜间采集-二〇二六")
            },
        ],
        runs,
        problem: None,
    }
}

fn preview() -> SavePreview {
    let mut lines = vec![DiffLine::Skipped(12), DiffLine::Same("[upload]".into())];
    lines.push(DiffLine::Removed("jobs_in_flight = 4   # as agreed with Ada".into()));
    lines.push(DiffLine::Added("jobs_in_flight = 8   # as agreed with Ada".into()));
    lines.push(DiffLine::Same("skip_duplicate_urls = true".into()));
    let path = "/home/ada/.config/azure-to-encord/configs/nightly.toml".into();
    SavePreview { path, stamp: Some(Stamp("a".into())), overwrites: false, lines, text: String::new() }
}

pub(crate) fn answers(request: &Request) -> Vec<Reply> {
    one(match request {
        Request::Home(HomeRequest::Read) => Reply::Home(HomeReply::Read(Box::new(page()))),
        Request::Home(HomeRequest::OpenConfig { label }) => Reply::Home(HomeReply::ConfigOpened(Ok(opened(label)))),
        Request::Home(HomeRequest::PreviewSave { .. }) => Reply::Home(HomeReply::SavePreview(Ok(preview()))),
        Request::Home(HomeRequest::SaveConfig { .. }) => Reply::Home(HomeReply::ConfigSaved(Ok(opened("nightly")))),
        other => return well(other),
    })
}

fn opened(label: &str) -> OpenedConfig {
    OpenedConfig {
        label: label.into(),
        path: "/home/ada/.config/azure-to-encord/configs/nightly.toml".into(),
        config: Box::new(fixtures::config()),
        stamp: Stamp("a".into()),
    }
}

pub(super) fn home(answers: fn(&Request) -> Vec<Reply>) -> Stage {
    Stage::of(Wizard::new(Config::default()).at_home(), answers)
}

fn on(step: Step, wizard: Wizard, answers: fn(&Request) -> Vec<Reply>) -> Stage {
    Stage::of(wizard, answers).go_to(step)
}

fn named(answers: fn(&Request) -> Vec<Reply>) -> Stage {
    let wizard = Wizard::new(fixtures::config()).named("nightly").with_home(Config::default());
    on(Step::Upload, wizard, answers)
}

#[test]
fn home_screens() {
    let stage = home(answers);
    shows("home_configs", &stage.wizard);
    let broken = stage.press(Action::Down).press(Action::Next);
    shows("home_broken", &broken.wizard);
    let runs = home(answers).press(Action::SwitchList);
    shows("home_runs", &runs.wizard);
    let found = home(answers).press(Action::Search).type_in("brl");
    shows("home_search", &found.wizard);
    shows("home_search_nothing", &found.type_in("xyz").wizard);
    shows("home_help", &home(answers).press(Action::Help).wizard);
    let unreadable = |request: &Request| match request {
        Request::Home(HomeRequest::Read) => {
            one(Reply::Home(HomeReply::Read(Box::new(HomePage { problem: Some(refused()), ..page() }))))
        }
        other => answers(other),
    };
    shows("home_problem", &home(unreadable).wizard);
}

/// Home over the config `nightly`, with something changed.
fn home_over_changes() -> Stage {
    named(answers).press(Action::Toggle).press(Action::GoHome).press(Action::Down).press(Action::Down)
}

#[test]
fn home_tells_which_config_is_open_and_that_it_has_changes() {
    let stage = home_over_changes();
    shows("home_unsaved", &stage.wizard);
    let open = named(answers).press(Action::GoHome).press(Action::Save);
    shows("home_nothing_to_save", &open.wizard);
    let searched = home(answers).press(Action::Search).type_in("nigh").press(Action::Next).press(Action::GoHome);
    shows("home_come_back", &searched.wizard);
}

#[test]
fn times_on_home_are_told_as_they_are_when_it_is_drawn() {
    let stage = home(answers);
    let drawn = |clock: fn() -> time::OffsetDateTime| {
        let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(80, 24)).unwrap();
        let labels = crate::tui::screens::Labels { clock, ..crate::tui::screens::Labels::default() };
        terminal.draw(|frame| _ = crate::tui::screens::draw(frame, &stage.wizard, &UTF8, &labels)).unwrap();
        fixtures::lines(terminal.backend().buffer())
    };
    assert!(drawn(|| fixtures::NOW).contains("done with errors 2 h ago"));
    assert!(drawn(|| fixtures::NOW + time::Duration::hours(1)).contains("done with errors 3 h ago"));
    assert!(drawn(|| fixtures::NOW).contains("(2026-03-01 10:00 UTC)"));
}

#[test]
fn an_empty_home_says_what_to_do() {
    let empty = |request: &Request| match request {
        Request::Home(HomeRequest::Read) => one(Reply::Home(HomeReply::Read(Box::default()))),
        other => well(other),
    };
    let stage = home(empty);
    shows("home_empty", &stage.wizard);
    shows("home_no_runs", &stage.press(Action::SwitchList).wizard);
}

#[test]
fn only_the_rows_in_view_are_drawn() {
    let many = |request: &Request| match request {
        Request::Home(HomeRequest::Read) => {
            let runs = (0..100_000).map(|number| run(number, RunState::Done)).collect();
            one(Reply::Home(HomeReply::Read(Box::new(HomePage { runs, ..HomePage::default() }))))
        }
        other => well(other),
    };
    let stage = home(many);
    let top = frame(&stage.wizard, UTF8, 80, 24);
    assert!(top.contains("[Runs 100,000]") && !top.contains("No config"), "{top}");
    let stage = stage.press(Action::Bottom);
    shows("home_many_runs_end", &stage.wizard);
}

#[test]
fn home_questions() {
    for (name, keys) in [
        ("duplicate", &[Action::Duplicate][..]),
        ("delete", &[Action::Delete]),
        ("forget", &[Action::SwitchList, Action::Bottom, Action::Delete]),
        ("resume", &[Action::SwitchList, Action::Down, Action::Next]),
    ] {
        let stage = keys.iter().fold(home(answers), |stage, key| stage.press(*key));
        shows(&format!("home_{name}"), &stage.wizard);
    }
}

/// Much would change, what is there would be lost, and then it cannot be saved.
fn long(request: &Request) -> Vec<Reply> {
    match request {
        Request::Home(HomeRequest::PreviewSave { .. }) => {
            let lines = (1..=60).map(|number| DiffLine::Added(format!("\"街景-{number}\" = \"varchar\""))).collect();
            one(Reply::Home(HomeReply::SavePreview(Ok(SavePreview { lines, overwrites: true, ..preview() }))))
        }
        Request::Home(HomeRequest::SaveConfig { .. }) => one(Reply::Home(HomeReply::ConfigSaved(Err(
            UserError::other("nightly.toml was changed by somebody else meanwhile. Nothing was saved."),
        )))),
        other => answers(other),
    }
}

/// The file says the same already.
fn nothing(request: &Request) -> Vec<Reply> {
    let Request::Home(HomeRequest::PreviewSave { .. }) = request else { return answers(request) };
    one(Reply::Home(HomeReply::SavePreview(Ok(SavePreview { lines: Vec::new(), ..preview() }))))
}

fn failing(request: &Request) -> Vec<Reply> {
    let Request::Home(HomeRequest::PreviewSave { .. }) = request else { return answers(request) };
    one(Reply::Home(HomeReply::SavePreview(Err(refused()))))
}

/// What saving would change is still being found out.
fn looking(request: &Request) -> Vec<Reply> {
    if matches!(request, Request::Home(HomeRequest::PreviewSave { .. })) { Vec::new() } else { answers(request) }
}

/// The file is being written.
fn saving(request: &Request) -> Vec<Reply> {
    if matches!(request, Request::Home(HomeRequest::SaveConfig { .. })) { Vec::new() } else { answers(request) }
}

#[test]
fn save_screens() {
    shows("save_looking", &named(looking).press(Action::Toggle).press(Action::Save).wizard);
    shows("save_saving", &named(saving).press(Action::Toggle).press(Action::Save).press(Action::Next).wizard);
    let changed = || named(answers).press(Action::Toggle);
    shows("save_step_bar", &changed().wizard);
    shows("save_preview", &changed().press(Action::Save).wizard);
    shows("save_saved", &changed().press(Action::Save).press(Action::Next).wizard);
    shows("save_unsaved", &changed().press(Action::Quit).wizard);
    let new = on(Step::Upload, Wizard::new(fixtures::config()).with_home(Config::default()), answers);
    shows("save_name", &new.press(Action::Save).wizard);
    let bad = on(Step::Upload, Wizard::new(fixtures::config()).with_home(Config::default()), answers);
    let bad = bad.press(Action::Save).event(Event::Edit(Edit::Clear)).type_in("a/b").press(Action::Next);
    shows("save_name_bad", &bad.wizard);
    let over = named(long).press(Action::Toggle).press(Action::Save);
    let over = over.times(30, Action::Down);
    shows("save_scrolled", &over.wizard);
    let over = over.press(Action::Next);
    shows("save_overwrite", &over.wizard);
    shows("save_refused", &over.press(Action::Yes).wizard);
    shows("save_nothing", &named(nothing).press(Action::Save).wizard);
    shows("save_failed", &named(failing).press(Action::Save).wizard);
    let no_file = on(Step::Upload, Wizard::new(fixtures::config()).with_home(Config::default()), answers);
    shows("save_editor", &no_file.press(Action::OpenEditor).wizard);
}

/// For what must hold of all screens.
pub(super) fn stages() -> Vec<Build> {
    let runs = || home(answers).press(Action::SwitchList);
    stages![
        home(answers),
        home(answers).press(Action::Search).type_in("ni"),
        home(answers).press(Action::Duplicate),
        home(answers).press(Action::Delete),
        home(|request| match request {
            Request::Home(HomeRequest::Read) => Vec::new(),
            other => well(other),
        }),
        runs(),
        runs().press(Action::Down).press(Action::Next),
        runs().press(Action::Bottom).press(Action::Delete),
        named(answers).press(Action::Toggle).press(Action::Save),
        named(answers).press(Action::Toggle).press(Action::Save).press(Action::Next),
        named(answers).press(Action::Toggle).press(Action::Quit),
        on(Step::Upload, Wizard::new(fixtures::config()).with_home(Config::default()), answers).press(Action::Save),
        named(answers).press(Action::OpenEditor),
        on(Step::Upload, Wizard::new(fixtures::config()).with_home(Config::default()), answers)
            .press(Action::OpenEditor),
        named(looking).press(Action::Toggle).press(Action::Save),
        named(saving).press(Action::Toggle).press(Action::Save).press(Action::Next),
        named(long).press(Action::Toggle).press(Action::Save).press(Action::Next),
        named(nothing).press(Action::Save),
        named(failing).press(Action::Save),
    ]
}
