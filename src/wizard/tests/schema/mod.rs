//! Step 2: edits by table, and what holds for all of them.

mod drafts;

use proptest::prelude::*;

use crate::{
    schema::{
        edit::Edit as KeyEdit,
        key_type::{KeyType, Scalar},
        merge::{ChangeKind, describe},
    },
    wizard::tests::*,
};

fn encords() -> Value {
    json!({
        "n": {"ty": "variant", "hint": "number"},
        "e": {"ty": "enum", "values": ["x", "y"]},
        "emb": {"ty": "embedding", "size": 256, "api": null},
        "soft": {"ty": "tombstone", "deleted_ty": {"ty": "variant", "hint": "uuid"}},
        "hard": {"ty": "tombstone", "deleted_ty": null},
        "strange": {"ty": "hologram", "depth": 3},
    })
}

fn at_schema(config: Config, schema: Value) -> Harness {
    let mut harness = Harness::new(config);
    harness.connect(Ok(vec![integration(1, "Azure")]));
    harness.container(Ok(false));
    harness.act(Action::Next);
    harness.schema(schema);
    harness
}

fn with_keys(keys: &str) -> Config {
    let text = format!("version = 1\n[schema.keys]\n{keys}");
    Config { schema: config::parse(&text).unwrap().schema, ..config() }
}

/// Goes to a key as a user does.
fn go(harness: &mut Harness, key: &str) {
    harness.act(Action::Top);
    for _ in 0..harness.wizard.schema().found() {
        let schema = harness.wizard.schema();
        if schema.row(schema.cursor()).is_some_and(|row| row.key == key) {
            return;
        }
        harness.act(Action::Down);
    }
    panic!("no row {key}");
}

fn add(harness: &mut Harness, name: &str, kind: KeyKind, detail: &str) {
    harness.act(Action::New);
    harness.type_text(name);
    harness.act(Action::FocusNext);
    for _ in 0..KeyKind::ALL.len() {
        if matches!(harness.wizard.schema().panel(), Some(SchemaPanel::Key(form)) if form.kind() == kind) {
            break;
        }
        harness.event(Event::Edit(Edit::Right));
    }
    if !detail.is_empty() {
        harness.act(Action::FocusNext);
        harness.event(Event::Edit(Edit::Clear));
        harness.type_text(detail);
    }
    harness.act(Action::Next);
    // What was typed of options is taken first.
    if kind == KeyKind::Enum && !detail.is_empty() {
        harness.act(Action::Next);
    }
}

fn problem(harness: &Harness) -> String {
    match harness.wizard.schema().panel() {
        Some(SchemaPanel::Key(form)) => form.problem().unwrap_or_default().to_owned(),
        Some(SchemaPanel::Options(form)) => form.problem.clone().unwrap_or_default(),
        Some(SchemaPanel::Rename(form) | SchemaPanel::DeleteForEver(form)) => form.problem.clone().unwrap_or_default(),
        Some(SchemaPanel::Infer(form)) => form.notice().unwrap_or_default().to_owned(),
        None => harness.wizard.schema().notice().unwrap_or_default().to_owned(),
    }
}

fn changes(harness: &Harness) -> Vec<String> {
    let diff = harness.wizard.schema().diff(harness.wizard.config()).unwrap();
    diff.changes.iter().map(|change| format!("{:?} {} {}", change.kind, change.key, describe(&change.then))).collect()
}

#[test]
fn keys_of_every_type_are_added_and_written_into_the_config() {
    use KeyKind::{Boolean, Datetime, Embedding, Enum, Geospatial, Number, Text, Uuid, Varchar};
    for (name, kind, detail, added) in [
        ("flag", Boolean, "", "boolean"),
        ("when", Datetime, "", "datetime"),
        ("lux", Number, "", "number"),
        ("id", Uuid, "", "uuid"),
        ("地点", Varchar, "", "varchar"),
        ("note", Text, "", "text"),
        ("sky", Enum, "sun, rain,sun", "enum: rain, sun"),
        ("vector", Embedding, "512", "embedding of 512"),
        ("where", Geospatial, "", "geospatial"),
    ] {
        let mut harness = at_schema(with_keys(""), encords());
        add(&mut harness, name, kind, detail);
        assert_eq!(changes(&harness), [format!("Add {name} {added}")]);
        let wanted = &harness.wizard.config().schema.keys[name];
        assert_eq!(describe(&wanted.wire()), added);
        assert!(harness.wizard.schema().panel().is_none() && harness.wizard.is_edited());
        let text = toml::to_string(harness.wizard.config()).unwrap();
        assert_eq!(config::parse(&text).unwrap().schema, harness.wizard.config().schema);
        let schema = harness.wizard.schema();
        assert_eq!(schema.row(schema.cursor()).unwrap().key, name, "the cursor is on the new key");
        harness.act(Action::Next);
        assert_eq!((harness.wizard.step(), harness.writes()), (Step::Manifest, 0));
    }
}

#[test]
fn refusals_are_told_in_place_and_nothing_typed_is_lost() {
    use KeyKind::{Embedding, Enum, Geospatial, Number, Varchar};
    for (name, kind, detail, part) in [
        ("", Varchar, "", "needs a name"),
        ("a/b", Varchar, "", "'/' is not allowed"),
        ("$x", Varchar, "", "reserved"),
        ("key-frames", Varchar, "", "reserved"),
        ("n", Varchar, "", "already exists (number)"),
        ("e", Number, "", "already exists (enum: x, y)"),
        ("emb", Embedding, "512", "already exists (embedding of 256)"),
        ("soft", Geospatial, "", "deleted"),
        ("hard", Varchar, "", "deleted for ever"),
        ("site", Number, "", "already asks for 'site' (varchar)"),
        ("new", Enum, "", "at least one option"),
        ("new", Embedding, "0", "from 1 to 4096"),
        ("new", Embedding, "4097", "from 1 to 4096"),
        ("new", Embedding, "many", "from 1 to 4096"),
    ] {
        let mut harness = at_schema(config(), encords());
        add(&mut harness, name, kind, detail);
        assert!(problem(&harness).contains(part), "{name} {kind:?} {detail}: {}", problem(&harness));
        assert_eq!(changes(&harness), ["Add site varchar"]);
        harness.act(Action::Back);
        harness.act(Action::New);
        let Some(SchemaPanel::Key(form)) = harness.wizard.schema().panel() else { panic!("no form") };
        assert_eq!(form.name().text(), name);
        assert!(name.is_empty() || form.kind() == kind, "what was typed is still there");
    }
}

#[test]
fn a_key_that_encord_has_like_this_or_had_before_can_be_asked_for() {
    for (name, kind, detail, expected) in [
        ("n", KeyKind::Number, "", vec![]),
        ("e", KeyKind::Enum, "z", vec!["Widen e enum: x, y, z"]),
        ("soft", KeyKind::Number, "", vec!["Restore soft number"]),
    ] {
        let mut harness = at_schema(with_keys(""), encords());
        add(&mut harness, name, kind, detail);
        assert_eq!(changes(&harness), expected, "{}", problem(&harness));
        assert!(harness.wizard.config().schema.keys.contains_key(name));
    }
}

#[test]
fn enter_goes_on_until_the_user_went_to_an_enum() {
    let mut harness = at_schema(with_keys("sky = { enum = [\"sun\"] }"), json!({}));
    harness.act(Action::Next);
    assert_eq!(harness.wizard.step(), Step::Manifest);
    let mut harness = at_schema(with_keys("a = \"text\"\nsky = { enum = [\"sun\"] }"), encords());
    go(&mut harness, "e");
    harness.act(Action::Next);
    assert_eq!(harness.wizard.step(), Step::Schema);
    harness.type_text("rain, x");
    harness.act(Action::Next);
    harness.type_text("fog");
    harness.act(Action::Next);
    harness.act(Action::Next);
    assert_eq!(changes(&harness), ["Add a text", "Widen e enum: fog, rain, x, y", "Add sky enum: sun"]);
    // What is not in Encord yet is edited as a whole, its options too.
    go(&mut harness, "sky");
    harness.act(Action::Toggle);
    assert!(matches!(harness.wizard.schema().panel(), Some(SchemaPanel::Key(_))));
    harness.act(Action::Back);
    go(&mut harness, "e");
    harness.act(Action::Toggle);
    harness.act(Action::Next);
    assert!(problem(&harness).contains("at least one"));
    harness.type_text("x");
    harness.act(Action::Next);
    harness.act(Action::Next);
    assert!(problem(&harness).contains("these options already"));
    harness.event(Event::Edit(Edit::Paste((0..254).map(|n| format!("o{n}\n")).collect())));
    harness.act(Action::Next);
    assert!(problem(&harness).contains("255"), "{}", problem(&harness));
    harness.act(Action::Back);
    harness.act(Action::Next);
    assert_eq!(harness.wizard.step(), Step::Manifest);
}

#[test]
fn deletions_are_edits_and_can_be_undone() {
    let mut harness = at_schema(with_keys("n = \"number\""), encords());
    go(&mut harness, "n");
    harness.act(Action::Delete);
    assert_eq!(changes(&harness), ["Delete n deleted number"]);
    assert!(harness.wizard.config().schema.keys.is_empty(), "the import no longer asks for it");
    harness.act(Action::Delete);
    assert!(matches!(harness.wizard.schema().panel(), Some(SchemaPanel::DeleteForEver(_))));
    harness.type_text("m");
    harness.act(Action::Next);
    assert!(problem(&harness).contains("exactly: n"));
    harness.event(Event::Edit(Edit::Backspace));
    harness.type_text("n");
    harness.act(Action::Next);
    assert_eq!(changes(&harness), ["DeleteForEver n deleted for ever"]);
    harness.act(Action::Undo);
    assert_eq!(changes(&harness), ["Delete n deleted number"]);
    harness.act(Action::Undo);
    assert!(changes(&harness).is_empty());
    assert_eq!(harness.wizard.config().schema.keys["n"], KeyType::Scalar(Scalar::Number));

    go(&mut harness, "soft");
    harness.act(Action::Undo);
    assert_eq!(changes(&harness), ["Restore soft uuid"]);
    harness.act(Action::Delete);
    assert!(changes(&harness).is_empty(), "what was restored here stays deleted");
    harness.act(Action::Delete);
    harness.type_text("soft");
    harness.act(Action::Next);
    assert_eq!(changes(&harness), ["DeleteForEver soft deleted for ever"]);
    go(&mut harness, "hard");
    harness.act(Action::Delete);
    assert!(problem(&harness).contains("already deleted for ever"));
    harness.act(Action::Undo);
    assert!(problem(&harness).contains("deleted for ever"), "{}", problem(&harness));
    go(&mut harness, "strange");
    harness.act(Action::DeleteForEver);
    harness.act(Action::Back);
    harness.act(Action::DeleteForEver);
    let Some(SchemaPanel::DeleteForEver(form)) = harness.wizard.schema().panel() else { panic!("no question") };
    assert!(form.field.text().is_empty(), "a confirmation is typed anew");
    assert_eq!(changes(&harness), ["DeleteForEver soft deleted for ever"]);
}

#[test]
fn a_key_that_is_not_added_stays_in_sight_and_comes_back() {
    let mut harness = at_schema(config(), json!({}));
    harness.act(Action::Delete);
    assert!(changes(&harness).is_empty() && harness.wizard.config().schema.keys.is_empty());
    assert_eq!(harness.wizard.schema().row(0).unwrap().dropped.as_deref(), Some("varchar"));
    harness.act(Action::Undo);
    assert_eq!(changes(&harness), ["Add site varchar"]);
    add(&mut harness, "mine", KeyKind::Text, "");
    for expected in [1, 2, 1, 2] {
        harness.act(Action::Undo);
        assert_eq!((changes(&harness).len(), harness.wizard.schema().total()), (expected, 2));
    }
}

#[test]
fn conflicts_are_kept_renamed_or_stop() {
    let mut config = with_keys("n = \"text\"\nother = \"text\"");
    config.manifest.metadata.path = Some("{n}/{rest}".into());
    config.manifest.metadata.constants = serde_json::from_value(json!({"n": 1, "z": 2})).unwrap();
    let mut harness = at_schema(config.clone(), encords());
    assert_eq!(harness.wizard.schema().row(0).unwrap().key, "n", "what has to be settled comes first");
    assert!(matches!(harness.wizard.status(Step::Schema), Status::Blocked(_)));
    harness.act(Action::Next);
    assert_eq!(harness.wizard.step(), Step::Schema);
    harness.act(Action::KeepTheirs);
    assert!(harness.wizard.schema().row(0).unwrap().is_kept);
    assert_eq!(harness.wizard.status(Step::Schema), Status::Ready);
    // Not what the user agreed to any more.
    harness.act(Action::Refresh);
    harness.schema(json!({"n": {"ty": "geospatial"}}));
    assert!(matches!(harness.wizard.status(Step::Schema), Status::Blocked(_)));

    harness.act(Action::Rename);
    for (name, part) in
        [("", "another name"), ("/", "not allowed"), ("other", "already asks"), ("z", "already uses"), ("rest", "rest")]
    {
        harness.event(Event::Edit(Edit::Clear));
        harness.type_text(if name.is_empty() { "n" } else { name });
        harness.act(Action::Next);
        assert!(problem(&harness).contains(part), "{name}: {}", problem(&harness));
    }
    harness.event(Event::Edit(Edit::Clear));
    harness.type_text("n 2");
    harness.act(Action::Next);
    assert_eq!(changes(&harness), ["Add n 2 text", "Add other text"]);
    let metadata = &harness.wizard.config().manifest.metadata;
    assert_eq!(metadata.path.as_deref(), Some("{n 2}/{rest}"));
    assert_eq!(metadata.constants.keys().collect::<Vec<_>>(), ["n 2", "z"]);
    harness.act(Action::Undo);
    assert_eq!(harness.wizard.config(), &config);
}

#[test]
fn a_renamed_key_has_the_manifest_built_anew() {
    let mut harness = Harness::ready_to_send();
    harness.act(Action::Goto(Step::Schema));
    harness.act(Action::Rename);
    harness.type_text("2");
    harness.act(Action::Next);
    assert!(harness.wizard.plan().is_some(), "the metadata does not speak of it");
    let mut config = config();
    config.manifest.metadata.constants = serde_json::from_value(json!({"site": "a"})).unwrap();
    let mut harness = at_schema(config, json!({}));
    harness.act(Action::Next);
    harness.manifest(summary(5, 0));
    harness.act(Action::Back);
    harness.act(Action::Rename);
    harness.type_text("2");
    harness.act(Action::Next);
    assert_eq!(harness.wizard.status(Step::Manifest), Status::Idle);
}

#[test]
fn the_step_can_be_left_out() {
    let mut harness = Harness::new(config());
    harness.connect(Ok(vec![integration(1, "Azure")]));
    harness.container(Ok(false));
    harness.act(Action::Next);
    harness.act(Action::SkipSchema);
    assert!(harness.wizard.config().schema.skip);
    assert_eq!(harness.cancelled.len(), 1, "nothing is read");
    assert_eq!(harness.wizard.schema().diff(harness.wizard.config()), Some(crate::schema::merge::Diff::default()));
    harness.act(Action::New);
    assert!(harness.wizard.schema().panel().is_none());
    harness.act(Action::Next);
    harness.manifest(summary(5, 0));
    harness.act(Action::Next);
    harness.folder(&[]);
    let plan = harness.wizard.plan().unwrap();
    assert!(plan.schema.changes.is_empty() && plan.schema_edits.is_empty() && plan.config.schema.skip);
    harness.act(Action::Goto(Step::Schema));
    harness.act(Action::SkipSchema);
    assert_eq!(harness.wizard.status(Step::Schema), Status::Working);
    harness.schema(encords());
    assert_eq!(changes(&harness), ["Add site varchar"]);
}

/// Another schema asks other things of the items, so the manifest is made anew on the way.
fn to_upload(harness: &mut Harness) {
    harness.act(Action::Goto(Step::Upload));
    harness.manifest(summary(1000, 3));
    harness.act(Action::Goto(Step::Upload));
}

#[test]
fn a_schema_that_changed_meanwhile_is_shown_and_asked_about_again() {
    let mut harness = Harness::ready_to_send();
    harness.act(Action::Goto(Step::Schema));
    add(&mut harness, "sky", KeyKind::Enum, "sun");
    to_upload(&mut harness);
    harness.act(Action::Next);
    let changed = json!({"site": {"ty": "variant", "hint": "number"}, "sky": {"ty": "enum", "values": ["rain"]}});
    let Value::Object(changed) = changed else { panic!() };
    let is_run = |request: &Request| matches!(request, Request::Run(RunRequest::Start { .. }));
    harness.answer(is_run, Reply::Run(RunReply::Event(RunEvent::SchemaChanged(changed))));
    assert_eq!(harness.wizard.step(), Step::Schema);
    let told = harness.wizard.schema().changed().unwrap().hint.clone().unwrap();
    assert!(told.contains("'site' is now number") && told.contains("'sky' is now enum: rain"), "{told}");
    assert_eq!(changes(&harness), ["Conflict site varchar", "Widen sky enum: rain, sun"]);
    harness.act(Action::Next);
    assert_eq!(harness.wizard.step(), Step::Schema, "the conflict has to be settled");
    harness.act(Action::KeepTheirs);
    harness.act(Action::Next);
    assert!(harness.wizard.schema().changed().is_none());
    to_upload(&mut harness);
    assert_eq!((harness.wizard.step(), harness.writes()), (Step::Upload, 0), "it is asked again");
    harness.act(Action::Next);
    assert_eq!((harness.wizard.step(), harness.writes()), (Step::Progress, 1));
}

#[test]
fn edits_survive_reading_again_and_end_with_the_run() {
    let mut harness = Harness::ready_to_send();
    harness.act(Action::Goto(Step::Schema));
    harness.act(Action::Refresh);
    harness.schema(encords());
    go(&mut harness, "n");
    harness.act(Action::Delete);
    harness.act(Action::Refresh);
    harness.schema(encords());
    assert_eq!(changes(&harness), ["Delete n deleted number", "Add site varchar"]);
    to_upload(&mut harness);
    let plan = harness.wizard.plan().unwrap();
    assert_eq!(plan.schema_edits, [KeyEdit::Delete { key: "n".into(), for_ever: false }]);
    harness.act(Action::Next);
    let finished = RunEvent::Finished {
        state: RunState::Done,
        snapshot: Box::new(Snapshot::default()),
        reports: None,
        problem: None,
    };
    harness.answer(
        |request| matches!(request, Request::Run(RunRequest::Start { .. })),
        Reply::Run(RunReply::Event(finished)),
    );
    harness.act(Action::New);
    assert_eq!(harness.wizard.schema().edits().len(), 0);
}

#[test]
fn ten_thousand_keys_are_searched_as_one_types() {
    let schema: Map<String, Value> =
        (0..10_000).map(|n| (format!("key-{n:05}"), json!({"ty": "enum", "values": ["rain", "sun"]}))).collect();
    let mut harness = at_schema(config(), Value::Object(schema));
    let begun = std::time::Instant::now();
    harness.act(Action::Search);
    harness.type_text("07 RAIN");
    let expected = (0..10_000).filter(|n| format!("{n:05}").contains("07")).count();
    assert_eq!(harness.wizard.schema().found(), expected);
    harness.act(Action::Down);
    let schema = harness.wizard.schema();
    let under_cursor = schema.row(schema.cursor()).unwrap().key;
    harness.act(Action::Back);
    let schema = harness.wizard.schema();
    assert_eq!(schema.row(schema.cursor()).unwrap().key, under_cursor, "the cursor stays on its key");
    harness.act(Action::Delete);
    harness.act(Action::Bottom);
    assert_eq!(harness.wizard.schema().row(10_000).unwrap().key, "key-09999");
    // Nine searches and an edit: a guard against work that grows with the square.
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

#[derive(Debug, Clone)]
enum Push {
    Act(Action),
    Edit(Edit),
    Add(String, KeyKind),
    Read(bool),
}

fn push() -> impl Strategy<Value = Push> {
    let actions = vec![
        Action::Next,
        Action::Back,
        Action::Up,
        Action::Down,
        Action::Top,
        Action::Bottom,
        Action::Toggle,
        Action::FocusNext,
        Action::Search,
        Action::New,
        Action::Delete,
        Action::DeleteForEver,
        Action::Undo,
        Action::Rename,
        Action::KeepTheirs,
        Action::SkipSchema,
        Action::Refresh,
        Action::Goto(Step::Schema),
    ];
    let typed = prop_oneof![
        "[a-z,é中$/ ]".prop_map(|text| Edit::Insert(text.chars().next().unwrap())),
        proptest::sample::select(vec!["n", "e", "soft", "strange", "site", "a\nb,c"])
            .prop_map(|text| Edit::Paste(text.into())),
        proptest::sample::select(vec![Edit::Left, Edit::Right, Edit::Backspace, Edit::Clear]),
    ];
    let name = proptest::sample::select(vec!["n", "e", "soft", "hard", "strange", "k1", "k2", "地点"]);
    prop_oneof![
        6 => proptest::sample::select(actions).prop_map(Push::Act),
        3 => typed.prop_map(Push::Edit),
        2 => (name, proptest::sample::select(KeyKind::ALL.to_vec())).prop_map(|(name, kind)| Push::Add(name.into(), kind)),
        1 => any::<bool>().prop_map(Push::Read),
    ]
}

proptest! {
    #![proptest_config(crate::seeds::cases(200))]

    #[test]
    fn whatever_is_pressed_no_key_is_lost_and_nothing_is_written(pushes in prop::collection::vec(push(), 1..120)) {
        let mut harness = at_schema(config(), encords());
        let Value::Object(encords) = encords() else { panic!() };
        for push in pushes {
            let is_undo = matches!(push, Push::Act(Action::Undo | Action::Rename));
            let before: Vec<String> = harness.wizard.config().schema.keys.keys().cloned().collect();
            let had_panel = harness.wizard.schema().panel().is_some();
            match push {
                Push::Act(action) => harness.act(action),
                Push::Edit(edit) => harness.event(Event::Edit(edit)),
                Push::Add(name, kind) => {
                    harness.act(Action::Back);
                    harness.act(Action::Goto(Step::Schema));
                    add(&mut harness, &name, kind, if kind == KeyKind::Enum { "p" } else { "" });
                }
                Push::Read(fails) => {
                    let asked = harness.open.iter().any(|(_, request)| matches!(request, Request::Schema(SchemaRequest::Read)));
                    if asked {
                        let result = if fails { Err(UserError::other("no")) } else { Ok(encords.clone()) };
                        harness.answer(|request| matches!(request, Request::Schema(SchemaRequest::Read)), Reply::Schema(SchemaReply::Read(result)));
                    }
                }
            }
            if harness.wizard.step() == Step::Integration {
                harness.act(Action::Next);
            }
            prop_assert_eq!(harness.writes(), 0);
            prop_assert!(!harness.wizard.hints().is_empty());
            let schema = harness.wizard.schema();
            if let (SchemaView::Read(read), false) = (schema.view(), harness.wizard.config().schema.skip) {
                let diff = schema.diff(harness.wizard.config()).unwrap();
                // What the plan makes of Encord's schema holds every key of it.
                let after = diff.apply(read);
                prop_assert!(read.keys().all(|key| after.contains_key(key)));
                let none_in_search = schema.search().text().is_empty();
                let listed: Vec<String> = (0..schema.found()).filter_map(|at| schema.row(at)).map(|row| row.key).collect();
                prop_assert!(!none_in_search || read.keys().all(|key| listed.contains(key)));
                // What was asked for is asked for still, or to be seen with a way back; a rename and a form may replace it.
                for key in before.iter().filter(|_| none_in_search && !is_undo && !had_panel) {
                    prop_assert!(listed.contains(key), "{key} is gone");
                }
                for kind in [ChangeKind::Delete, ChangeKind::DeleteForEver] {
                    let deleted = diff.changes.iter().filter(|change| change.kind == kind);
                    for change in deleted {
                        prop_assert!(!harness.wizard.config().schema.keys.contains_key(&change.key));
                    }
                }
            }
            prop_assert!(config::parse(&toml::to_string(harness.wizard.config()).unwrap()).is_ok());
        }
    }
}
