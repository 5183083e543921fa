//! Home, saving and the ways between them and the steps.

mod open;
mod save;

use proptest::prelude::*;

use crate::wizard::tests::{properties::answer_to, *};

fn past(run: &str, state: RunState) -> PastRun {
    PastRun {
        run: run.into(),
        config: "nightly".into(),
        folder: "Raw/2026".into(),
        state,
        is_live: false,
        is_open: false,
        cancelled: 0,
        registered: 7,
        failed: 1,
        items: 10,
        started: "2026-03-01T10:00:00Z".into(),
        retry_of: None,
    }
}

fn saved(name: &str) -> SavedConfig {
    SavedConfig {
        name: name.into(),
        path: PathBuf::from(format!("/configs/{name}.toml")),
        account: Some("acme".into()),
        container: Some("raw".into()),
        folder: Some("Raw/2026".into()),
        problem: None,
        last_run: None,
    }
}

fn page() -> HomePage {
    HomePage {
        configs: vec![
            saved("berlin"),
            SavedConfig { problem: Some("line 3, column 1: no".into()), ..saved("broken") },
            saved("nightly"),
        ],
        runs: vec![
            past("r-ended", RunState::Done),
            PastRun { is_open: true, ..past("r-open", RunState::Running) },
            PastRun { is_live: true, is_open: true, ..past("r-live", RunState::Running) },
        ],
        problem: None,
    }
}

fn opened(name: &str, stamp: &str) -> OpenedConfig {
    OpenedConfig {
        label: name.into(),
        path: PathBuf::from(format!("/configs/{name}.toml")),
        config: Box::new(config()),
        stamp: Stamp(stamp.into()),
    }
}

fn preview(overwrites: bool) -> SavePreview {
    SavePreview {
        path: PathBuf::from("/configs/nightly.toml"),
        stamp: Some(Stamp("a".into())),
        overwrites,
        lines: vec![DiffLine::Added("x = 1".into())],
        text: "x = 1".into(),
    }
}

fn is_open(request: &Request) -> bool {
    matches!(request, Request::Home(HomeRequest::OpenConfig { .. }))
}

fn is_preview(request: &Request) -> bool {
    matches!(request, Request::Home(HomeRequest::PreviewSave { .. }))
}

fn is_save(request: &Request) -> bool {
    matches!(request, Request::Home(HomeRequest::SaveConfig { .. }))
}

impl Harness {
    fn at_home() -> Harness {
        let mut harness = Harness::of(Wizard::new(Config::default()).at_home());
        harness.read_home(page());
        harness
    }

    fn read_home(&mut self, page: HomePage) {
        self.answer(
            |request| matches!(request, Request::Home(HomeRequest::Read)),
            Reply::Home(HomeReply::Read(Box::new(page))),
        );
    }

    fn opens(&mut self, name: &str, stamp: &str) {
        self.answer(is_open, Reply::Home(HomeReply::ConfigOpened(Ok(opened(name, stamp)))));
    }

    /// On the config `nightly`, opened from Home.
    fn on_nightly() -> Harness {
        let mut harness = Harness::at_home();
        harness.act(Action::Bottom);
        harness.act(Action::Next);
        harness.opens("nightly", "a");
        harness
    }

    /// The same with something changed.
    fn on_nightly_changed() -> Harness {
        let mut harness = Harness::on_nightly().at_the_review();
        assert_eq!(harness.wizard.step(), Step::Upload);
        harness.act(Action::Toggle);
        assert!(harness.wizard.is_unsaved());
        harness
    }

    fn saves(&self) -> usize {
        self.open.iter().filter(|(_, request)| is_save(request)).count()
    }

    fn has(&self, pick: impl Fn(&Request) -> bool) -> bool {
        self.open.iter().any(|(_, request)| pick(request))
    }
}

#[test]
fn enter_leads_on_from_what_is_under_the_cursor() {
    let harness = Harness::on_nightly();
    assert_eq!((harness.wizard.label(), harness.wizard.is_at_home()), (Some("nightly"), false));
    assert_eq!(harness.wizard.headless_command().as_deref(), Some("azure-to-encord run nightly --yes"));
    assert!(harness.has(|request| matches!(request, Request::Integration(IntegrationRequest::CheckAzure { .. }))));

    let mut harness = Harness::at_home();
    harness.act(Action::Down);
    harness.act(Action::Next);
    assert!(!harness.has(is_open) && harness.wizard.home().notice().is_some(), "a broken config is not opened");

    let mut harness = Harness::at_home();
    harness.act(Action::SwitchList);
    let runs: Vec<&str> = (0..3).filter_map(|place| Some(harness.wizard.home().run(place)?.run.as_str())).collect();
    assert_eq!(runs, ["r-live", "r-open", "r-ended"]);
    harness.act(Action::Next);
    assert!(harness.has(|request| matches!(request, Request::Run(RunRequest::Watch { run }) if run == "r-live")));
    assert_eq!((harness.wizard.step(), harness.wizard.is_busy()), (Step::Progress, false));
    harness.act(Action::GoHome);
    assert!(harness.wizard.is_at_home() && !harness.cancelled.is_empty(), "nobody looks on any longer");

    harness.act(Action::Down);
    harness.act(Action::Next);
    assert!(harness.wizard.asks(), "a run is resumed only after a question");
    harness.act(Action::No);
    assert!(!harness.has(|request| matches!(request, Request::Run(RunRequest::Resume { .. }))));
    harness.act(Action::Next);
    harness.act(Action::Yes);
    assert!(harness.has(|request| matches!(request, Request::Run(RunRequest::Resume { run, .. }) if run == "r-open")));
    assert!(harness.wizard.is_busy());
    // While it works, Home is one key away, and nothing else is begun.
    harness.act(Action::GoHome);
    harness.act(Action::New);
    assert!(harness.wizard.is_at_home() && harness.wizard.home().notice().is_some());
    harness.act(Action::Back);
    assert_eq!((harness.wizard.is_at_home(), harness.wizard.step()), (false, Step::Progress));

    let mut harness = Harness::at_home();
    harness.act(Action::SwitchList);
    harness.act(Action::Bottom);
    harness.act(Action::Next);
    assert!(harness.has(|request| matches!(request, Request::Run(RunRequest::Watch { run }) if run == "r-ended")));
}

#[test]
fn a_config_goes_on_over_what_is_ready_and_stops_at_the_review() {
    let mut ready = config();
    ready.schema.keys.clear();
    let begin = || {
        let mut harness = Harness::at_home();
        harness.act(Action::Next);
        let opened = OpenedConfig { config: Box::new(ready.clone()), ..opened("berlin", "a") };
        harness.answer(is_open, Reply::Home(HomeReply::ConfigOpened(Ok(opened))));
        harness.connect(Ok(vec![integration(1, "Azure"), integration(2, "Other")]));
        harness.container(Ok(false));
        harness
    };
    let mut harness = begin();
    assert_eq!(harness.wizard.step(), Step::Schema);
    harness.schema(json!({}));
    assert_eq!(harness.wizard.step(), Step::Manifest);
    harness.manifest(summary(10, 0));
    assert_eq!(harness.wizard.step(), Step::Folder);
    harness.folder(&[]);
    assert_eq!((harness.wizard.step(), harness.writes()), (Step::Upload, 0));
    assert!(
        !harness.has(|request| matches!(request, Request::Integration(IntegrationRequest::Remember { .. }))),
        "nothing is kept by going on"
    );

    // A key stops it.
    let mut harness = begin();
    harness.act(Action::Down);
    harness.schema(json!({}));
    assert_eq!(harness.wizard.step(), Step::Schema);

    // A folder that would be made is for the user to see.
    let mut harness = begin();
    harness.schema(json!({}));
    harness.manifest(summary(10, 0));
    harness.folder(&["2026"]);
    assert_eq!(harness.wizard.step(), Step::Folder);

    // So is a change of the schema.
    let mut harness = Harness::on_nightly();
    harness.connect(Ok(vec![integration(1, "Azure")]));
    harness.container(Ok(false));
    harness.schema(json!({}));
    assert_eq!(harness.wizard.step(), Step::Schema);
}

#[test]
fn home_and_back_loses_nothing() {
    let mut harness = Harness::on_nightly_changed();
    harness.act(Action::GoHome);
    assert!(harness.wizard.is_at_home() && harness.wizard.is_unsaved());
    // By Esc, and by opening the same config again.
    harness.act(Action::Back);
    assert_eq!((harness.wizard.is_at_home(), harness.wizard.step()), (false, Step::Upload));
    harness.act(Action::GoHome);
    harness.read_home(page());
    harness.act(Action::Next);
    harness.opens("nightly", "a");
    assert_eq!((harness.wizard.is_at_home(), harness.wizard.step()), (false, Step::Upload));
    assert!(harness.wizard.is_unsaved());
    // Somebody changed the file meanwhile: nothing is dropped unasked.
    harness.act(Action::GoHome);
    harness.act(Action::Next);
    harness.opens("nightly", "b");
    assert_eq!(harness.wizard.overlay(), Some(Overlay::Unsaved));
    harness.act(Action::Back);
    assert!(harness.wizard.is_unsaved() && harness.wizard.is_at_home());
    harness.act(Action::Next);
    harness.opens("nightly", "b");
    harness.act(Action::No);
    assert_eq!((harness.wizard.is_unsaved(), harness.wizard.step()), (false, Step::Integration));
}

#[test]
fn another_config_or_a_new_one_asks_about_unsaved_changes_first() {
    for (keys, then) in [(&[Action::Top, Action::Next][..], Some("berlin")), (&[Action::New], None)] {
        let mut harness = Harness::on_nightly_changed();
        harness.act(Action::GoHome);
        harness.read_home(page());
        keys.iter().for_each(|key| harness.act(*key));
        assert_eq!(harness.wizard.overlay(), Some(Overlay::Unsaved));
        assert!(!harness.has(is_open));
        harness.act(Action::Back);
        assert!(harness.wizard.overlay().is_none() && harness.wizard.is_unsaved());
        keys.iter().for_each(|key| harness.act(*key));
        harness.act(Action::No);
        if let Some(name) = then {
            harness.opens(name, "z");
        }
        assert_eq!((harness.wizard.label(), harness.wizard.is_at_home()), (then, false));
        let is_unnamed = harness.has(|request| matches!(request, Request::Home(HomeRequest::NameRuns { label: None })));
        assert_eq!(is_unnamed, then.is_none(), "runs of a new config are no longer recorded under the other's name");
        assert!(!harness.wizard.is_unsaved());
    }
}

#[test]
fn a_run_that_was_looked_at_leaves_the_config_as_it_was() {
    let mut harness = Harness::on_nightly_changed();
    harness.act(Action::GoHome);
    harness.read_home(page());
    harness.act(Action::SwitchList);
    harness.act(Action::Bottom);
    harness.act(Action::Next);
    assert_eq!(harness.wizard.step(), Step::Progress);
    // No step of the config is reached from a run that is not its own.
    harness.act(Action::Goto(Step::Upload));
    assert_eq!(harness.wizard.step(), Step::Progress);
    harness.act(Action::GoHome);
    harness.act(Action::Back);
    assert_eq!((harness.wizard.step(), harness.wizard.is_unsaved()), (Step::Upload, true));
    assert!(harness.wizard.plan().is_some());
}

#[test]
fn a_copy_is_asked_for_by_a_free_name_and_refusals_keep_what_was_typed() {
    let is_copy = |request: &Request| matches!(request, Request::Home(HomeRequest::DuplicateConfig { .. }));
    let mut harness = Harness::at_home();
    harness.act(Action::Duplicate);
    let name = |harness: &Harness| match harness.wizard.home().panel() {
        Some(HomePanel::Duplicate(form)) => (form.name().text().to_owned(), form.problem().map(str::to_owned)),
        other => panic!("{other:?}"),
    };
    assert_eq!(name(&harness), ("berlin-copy".into(), None));
    for (bad, says) in [("", "needs a name"), ("a/b", "has '/'"), (".x", "cannot begin"), ("nightly", "already")] {
        harness.event(Event::Edit(Edit::Clear));
        harness.type_text(bad);
        harness.act(Action::Next);
        assert!(name(&harness).1.is_some_and(|problem| problem.contains(says)), "{bad}");
        assert!(!harness.has(is_copy));
    }
    harness.event(Event::Edit(Edit::Clear));
    harness.type_text("paris");
    harness.act(Action::Next);
    harness.act(Action::Next);
    assert_eq!(harness.open.iter().filter(|(_, request)| is_copy(request)).count(), 1);
    harness.answer(is_copy, Reply::Home(HomeReply::Changed(Err(UserError::other("The disk is full.")))));
    assert_eq!(name(&harness), ("paris".into(), Some("The disk is full.".into())));
    // Closed and opened again, it is still there.
    harness.act(Action::Back);
    harness.act(Action::Duplicate);
    assert_eq!(name(&harness).0, "paris");
    harness.act(Action::Next);
    let mut after = page();
    after.configs.push(saved("paris"));
    harness.answer(is_copy, Reply::Home(HomeReply::Changed(Ok(Box::new(after)))));
    let home = harness.wizard.home();
    assert!(home.panel().is_none());
    assert_eq!(home.config(home.cursor()).map(|config| config.name.as_str()), Some("paris"));
}

#[test]
fn deleting_and_forgetting_take_a_yes() {
    let is_change = |request: &Request| {
        matches!(
            request,
            Request::Home(HomeRequest::DeleteConfig { .. }) | Request::Home(HomeRequest::ForgetRun { .. })
        )
    };
    for (to, asks) in [(&[][..], true), (&[Action::SwitchList, Action::Bottom], true), (&[Action::SwitchList], false)] {
        let mut harness = Harness::at_home();
        to.iter().for_each(|action| harness.act(*action));
        harness.act(Action::Delete);
        assert_eq!(harness.wizard.asks(), asks, "{to:?}");
        harness.act(Action::Next);
        harness.act(Action::No);
        assert!(!harness.has(is_change));
        harness.act(Action::Delete);
        harness.act(Action::Yes);
        assert_eq!(harness.has(is_change), asks);
        if asks {
            let mut after = page();
            after.configs.remove(0);
            after.runs.remove(0);
            harness.answer(is_change, Reply::Home(HomeReply::Changed(Ok(Box::new(after)))));
            assert!(harness.wizard.home().cursor() < harness.wizard.home().found());
        }
    }
}

#[test]
fn the_search_has_the_keys_and_enter_opens_what_it_found() {
    let mut harness = Harness::at_home();
    harness.act(Action::Search);
    assert!(harness.wizard.takes_text());
    harness.type_text("ngt");
    assert_eq!(harness.wizard.home().found(), 1);
    harness.act(Action::FocusNext);
    assert!(!harness.wizard.takes_text());
    assert_eq!(harness.wizard.home().found(), 1, "the list stays narrowed");
    harness.act(Action::Next);
    assert!(
        harness
            .has(|request| matches!(request, Request::Home(HomeRequest::OpenConfig { label }) if label == "nightly"))
    );
    harness.act(Action::Back);
    assert_eq!(harness.wizard.home().found(), 3);
}

#[test]
fn the_editor_is_followed_by_a_fresh_look() {
    let mut harness = Harness::at_home();
    let effects = harness.wizard.handle(Event::Action(Action::OpenEditor));
    assert!(matches!(&effects[..], [Effect::Editor(path)] if path.ends_with("berlin.toml")));
    harness.event(Event::EditorClosed(Ok(())));
    let mut after = page();
    after.configs[0].problem = Some("line 2, column 7: unknown key".into());
    harness.read_home(after);
    assert!(harness.wizard.home().config(0).is_some_and(|config| config.problem.is_some()));
    harness.event(Event::Action(Action::OpenEditor));
    harness.event(Event::EditorClosed(Err(UserError::other("no editor"))));
    assert!(harness.wizard.home().problem().is_some_and(|problem| problem.summary == "no editor"));

    // From a step: what was changed there first has to be saved; a file that cannot be read changes nothing.
    let mut harness = Harness::on_nightly_changed();
    harness.act(Action::OpenEditor);
    assert_eq!(harness.wizard.overlay(), Some(Overlay::Editor));
    let mut harness = Harness::on_nightly();
    harness.act(Action::OpenEditor);
    harness.event(Event::EditorClosed(Ok(())));
    harness.answer(is_open, Reply::Home(HomeReply::ConfigOpened(Err(UserError::config("line 1")))));
    assert_eq!(harness.wizard.editor_problem(), Some(&UserError::config("line 1")));
    harness.act(Action::OpenEditor);
    harness.event(Event::EditorClosed(Ok(())));
    let mut changed = opened("nightly", "b");
    changed.config.upload.jobs_in_flight = 9;
    harness.answer(is_open, Reply::Home(HomeReply::ConfigOpened(Ok(changed))));
    assert_eq!((harness.wizard.overlay(), harness.wizard.config().upload.jobs_in_flight), (None, 9));
}

#[test]
fn without_a_home_there_is_none() {
    let mut harness = Harness::ready_to_send();
    for action in [Action::GoHome, Action::Save, Action::OpenEditor] {
        harness.act(action);
        assert_eq!((harness.wizard.is_at_home(), harness.wizard.overlay()), (false, None));
    }
    harness.act(Action::Toggle);
    harness.act(Action::Quit);
    assert!(harness.exited);
}

fn action() -> impl Strategy<Value = Action> {
    use Action::*;
    proptest::sample::select(vec![
        Next,
        Next,
        Next,
        Back,
        Up,
        Down,
        PageDown,
        Top,
        Bottom,
        Left,
        Toggle,
        FocusNext,
        Refresh,
        New,
        Search,
        SwitchList,
        Delete,
        Duplicate,
        OpenEditor,
        Save,
        Save,
        GoHome,
        GoHome,
        Help,
        Quit,
        Yes,
        No,
        Cancel,
        Goto(Step::Integration),
        Goto(Step::Upload),
    ])
}

#[derive(Debug, Clone)]
enum Push {
    Act(Action),
    Type(char),
    Answer(usize, bool),
    Seen,
}

fn push() -> impl Strategy<Value = Push> {
    prop_oneof![
        5 => action().prop_map(Push::Act),
        1 => any::<char>().prop_map(Push::Type),
        4 => (0usize..4, any::<bool>()).prop_map(|(at, fails)| Push::Answer(at, fails)),
        1 => Just(Push::Seen),
    ]
}

fn home_answer(request: &Request, fails: bool) -> Option<Reply> {
    Some(match request {
        Request::Home(HomeRequest::Read) => Reply::Home(HomeReply::Read(Box::new(page()))),
        Request::Home(HomeRequest::DuplicateConfig { .. })
        | Request::Home(HomeRequest::DeleteConfig { .. })
        | Request::Home(HomeRequest::ForgetRun { .. })
            if !fails =>
        {
            Reply::Home(HomeReply::Changed(Ok(Box::new(page()))))
        }
        Request::Home(HomeRequest::OpenConfig { label }) if !fails => {
            Reply::Home(HomeReply::ConfigOpened(Ok(opened(label, "a"))))
        }
        Request::Home(HomeRequest::PreviewSave { .. }) => Reply::Home(HomeReply::SavePreview(Ok(preview(fails)))),
        Request::Home(HomeRequest::SaveConfig { .. }) if !fails => {
            Reply::Home(HomeReply::ConfigSaved(Ok(opened("nightly", "b"))))
        }
        request => return answer_to(request, fails),
    })
}

proptest! {
    #![proptest_config(crate::seeds::cases(200))]

    #[test]
    fn whatever_is_pressed_no_file_is_written_without_a_preview_that_was_seen(pushes in prop::collection::vec(push(), 1..150)) {
        let mut harness = Harness::of(Wizard::new(config()).at_home().guided().attended());
        for push in pushes {
            let changes = |harness: &Harness| harness.open.iter().filter(|(_, request)| {
                matches!(request, Request::Home(HomeRequest::DeleteConfig { .. }) | Request::Home(HomeRequest::ForgetRun { .. }) | Request::Run(RunRequest::Resume { .. }))
            }).count();
            let (saves, writes, before) = (harness.saves(), harness.writes(), changes(&harness));
            let is_shown = harness.wizard.save_dialog().is_some_and(|dialog| match dialog.stage() {
                SaveStage::Preview(preview) => !preview.overwrites && !harness.wizard.awaits_look(),
                SaveStage::Confirm(_) => true,
                _ => false,
            });
            let asks = harness.wizard.asks();
            let (step, is_home) = (harness.wizard.step(), harness.wizard.is_at_home());
            let name = harness.wizard.save_dialog().filter(|_| harness.wizard.takes_text()).map(|dialog| dialog.name().text().to_owned());
            let is_back = matches!(push, Push::Act(Action::Back));
            match push {
                Push::Act(action) => harness.act(action),
                Push::Type(c) => harness.event(Event::Edit(Edit::Insert(c))),
                Push::Seen => harness.event(Event::Seen),
                Push::Answer(at, fails) if at < harness.open.len() => {
                    let (id, request) = harness.open.remove(at);
                    let (saves, writes) = (harness.saves(), harness.writes());
                    if let Some(reply) = home_answer(&request, fails) {
                        harness.event(Event::Reply { id, reply });
                    }
                    prop_assert!(harness.saves() == saves && harness.writes() == writes, "an answer writes nothing");
                    continue;
                }
                Push::Answer(..) => {}
            }
            prop_assert!(harness.saves() <= saves || is_shown, "a file is written that was not seen");
            prop_assert!(changes(&harness) <= before || asks, "something is done without a question");
            prop_assert!(harness.writes() <= writes || (step == Step::Upload && !is_home));
            let is_saving = harness.wizard.save_dialog().is_some_and(|dialog| matches!(dialog.stage(), SaveStage::Saving(_)));
            prop_assert!(is_saving || !harness.wizard.hints().is_empty());
            if let (Some(name), true) = (name, is_back) {
                harness.act(Action::Save);
                if let Some(dialog) = harness.wizard.save_dialog() {
                    prop_assert_eq!(dialog.name().text(), name.as_str(), "back lost a name");
                }
            }
        }
    }
}
