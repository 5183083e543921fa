//! Step 2: keys that the data suggest, from the question to the import.

use proptest::prelude::*;

use crate::{
    schema::{
        infer::{Inference, Suggestion},
        key::check_key,
        key_type::{KeyType, Scalar},
        merge::ChangeKind,
    },
    wizard::tests::*,
};

fn encords() -> Value {
    json!({
        "n": {"ty": "variant", "hint": "number"},
        "e": {"ty": "enum", "values": ["x", "y"]},
        "soft": {"ty": "tombstone", "deleted_ty": {"ty": "variant", "hint": "uuid"}},
        "gone": {"ty": "tombstone", "deleted_ty": null},
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

fn is_infer(request: &Request) -> bool {
    matches!(request, Request::Schema(SchemaRequest::Infer { .. }))
}

fn suggestions(columns: &[(&str, &[&str])]) -> Vec<Suggestion> {
    let mut inference = Inference::default();
    for (key, values) in columns {
        values.iter().for_each(|value| inference.add(key, &json!(value)));
    }
    inference.finish()
}

fn found(suggestions: Vec<Suggestion>, table: Option<&str>) -> Inferred {
    Inferred {
        suggestions,
        sources: vec!["labels.csv (6 rows)".into()],
        is_part: false,
        table: table.map(|table| (table.to_owned(), config::Join::Title)),
    }
}

/// One column of each kind that matters.
fn labels() -> Vec<Suggestion> {
    suggestions(&[
        ("lux", &["1", "2.5", "3", "4", "5", "6"]),
        ("weather", &["rain", "sun", "rain", "sun", "rain", "sun", "rain", "sun", "rain", "sun", "rain", "sun"]),
        ("Größe/m", &["1", "2"]),
        ("n", &["1", "2"]),
        ("e", &["hail", "fog", "dew"]),
        ("soft", &["yes", "no", "yes"]),
        ("gone", &["a", "b"]),
        ("地点", &["北京", "上海"]),
    ])
}

fn form(harness: &Harness) -> &InferForm {
    match harness.wizard.schema().panel() {
        Some(SchemaPanel::Infer(form)) => form,
        other => panic!("{other:?}"),
    }
}

fn list(harness: &Harness) -> &Found {
    form(harness).list().expect("a list")
}

fn standings(harness: &Harness) -> Vec<(String, bool, KeyPresence)> {
    let of = |one: &Proposal| (one.name().to_owned(), one.is_accepted(), one.standing().clone());
    list(harness).proposals().iter().map(of).collect()
}

/// Opens the panel and gets an answer for a path.
fn infer(harness: &mut Harness, path: &str, answer: Result<Inferred, UserError>) {
    harness.act(Action::Infer);
    harness.type_text(path);
    harness.act(Action::Next);
    harness.answer(is_infer, Reply::Schema(SchemaReply::Inferred(answer)));
}

fn go(harness: &mut Harness, name: &str) {
    harness.act(Action::Top);
    while list(harness).current().unwrap().name() != name {
        let before = list(harness).cursor();
        harness.act(Action::Down);
        assert!(list(harness).cursor() > before, "no row {name}");
    }
}

fn number(harness: &Harness, kind: &ChangeKind) -> usize {
    harness.wizard.schema().count(kind)
}

#[test]
fn keys_of_a_table_are_taken_and_the_table_with_them() {
    let mut harness = at_schema(config(), encords());
    harness.act(Action::Infer);
    assert!(harness.wizard.takes_text());
    harness.event(Event::Edit(Edit::Paste("~/my labels.csv \n".into())));
    harness.act(Action::Next);
    assert!(form(&harness).is_reading());
    let Some((_, Request::Schema(SchemaRequest::Infer { access, file, .. }))) =
        harness.open.iter().find(|(_, request)| is_infer(request))
    else {
        panic!("nothing is read")
    };
    assert_eq!((file.as_deref(), access.azure.container.as_str()), (Some("~/my labels.csv"), "raw"));
    let columns: Vec<String> = (1..=5).map(|n| format!("c{n}")).collect();
    let columns: Vec<(&str, &[&str])> = columns.iter().map(|name| (name.as_str(), &["1", "2"][..])).collect();
    let answer = found(suggestions(&columns), Some("/home/me/labels.csv"));
    harness.answer(is_infer, Reply::Schema(SchemaReply::Inferred(Ok(answer))));
    assert!(!harness.wizard.takes_text(), "letters are keys now");
    assert_eq!(list(&harness).counts().accepted, 5);
    harness.act(Action::Next);
    assert!(harness.wizard.schema().panel().is_none());
    let config = harness.wizard.config();
    assert_eq!(config.schema.keys["c5"], KeyType::Scalar(Scalar::Number));
    assert_eq!(number(&harness, &ChangeKind::Add), 6);
    let metadata = &config.manifest.metadata;
    assert_eq!((metadata.table.as_deref(), metadata.join), (Some("/home/me/labels.csv"), config::Join::Title));
    let notice = harness.wizard.schema().notice().unwrap().to_owned();
    assert!(notice.contains("5 keys") && notice.contains("labels.csv, joined by the titles"), "{notice}");
    let schema = harness.wizard.schema();
    assert_eq!(schema.row(schema.cursor()).unwrap().key, "c1");

    // Each key is undone by itself and stays in sight.
    harness.act(Action::Undo);
    assert_eq!(number(&harness, &ChangeKind::Add), 5);
    assert_eq!(
        harness.wizard.schema().row(harness.wizard.schema().cursor()).unwrap().dropped.as_deref(),
        Some("number")
    );
    harness.act(Action::Undo);
    assert_eq!((number(&harness, &ChangeKind::Add), harness.writes()), (6, 0));

    // The path is there again, and the table can be given back.
    harness.act(Action::Infer);
    assert_eq!(form(&harness).field().text(), "~/my labels.csv ");
    harness.act(Action::Next);
    harness.answer(is_infer, Reply::Schema(SchemaReply::Inferred(Ok(found(labels(), Some("/home/me/labels.csv"))))));
    harness.act(Action::TakeTable);
    harness.act(Action::ToggleAll);
    harness.act(Action::ToggleAll);
    assert_eq!(list(&harness).counts().accepted, 0);
    harness.act(Action::Next);
    assert_eq!(harness.wizard.config().manifest.metadata, config::Metadata::default());
}

#[test]
fn what_is_accepted_by_itself_and_what_is_told_of_the_rest() {
    let mut wanted = config();
    wanted.schema.keys.insert("lux".into(), KeyType::Scalar(Scalar::Varchar));
    let mut harness = at_schema(wanted, encords());
    infer(&mut harness, "labels.csv", Ok(found(labels(), None)));
    let standings = standings(&harness);
    let of = |name: &str| standings.iter().find(|one| one.0 == name).map(|one| (one.1, one.2.clone())).unwrap();
    assert_eq!(of("lux"), (false, KeyPresence::Replaces("varchar".into())));
    assert_eq!(of("weather"), (true, KeyPresence::New));
    assert!(matches!(of("Größe/m"), (false, KeyPresence::BadName(_))));
    assert_eq!(of("n"), (false, KeyPresence::There));
    assert_eq!(of("e"), (false, KeyPresence::Conflict("enum: x, y".into())));
    assert_eq!(of("soft"), (false, KeyPresence::Returns("boolean".into())));
    assert_eq!(of("gone"), (false, KeyPresence::DeletedForEver));
    assert_eq!(of("地点"), (true, KeyPresence::New));
    let counts = list(&harness).counts();
    assert_eq!((counts.all, counts.accepted, counts.settled, counts.refused), (8, 2, 1, 3));
    for (name, words) in [
        ("n", "already; nothing"),
        ("e", "'e' is enum: x, y in Encord"),
        ("gone", "deleted for ever"),
        ("Größe/m", "'/' is not allowed"),
    ] {
        go(&mut harness, name);
        harness.act(Action::Toggle);
        let notice = form(&harness).notice().unwrap_or_default();
        assert!(notice.contains(words), "{name}: {notice}");
        assert!(!list(&harness).current().unwrap().is_accepted());
    }
    harness.act(Action::ToggleAll);
    assert_eq!(list(&harness).counts().accepted, 4, "what can be accepted");
    harness.act(Action::ToggleAll);
    assert_eq!(list(&harness).counts().accepted, 0);
}

#[test]
fn types_are_gone_through_and_enums_switched() {
    let mut harness = at_schema(config(), encords());
    infer(&mut harness, "", Ok(found(labels(), None)));
    go(&mut harness, "weather");
    let chosen = |harness: &Harness| list(harness).current().unwrap().key_type().clone();
    let options = KeyType::Enum(vec!["rain".into(), "sun".into()]);
    assert_eq!(chosen(&harness), KeyType::Scalar(Scalar::Varchar));
    harness.act(Action::SwitchEnum);
    assert_eq!((chosen(&harness), list(&harness).current().unwrap().fit()), (options.clone(), Fit::Share(1.0)));
    harness.act(Action::SwitchEnum);
    let mut seen = vec![chosen(&harness)];
    for _ in 0..6 {
        harness.act(Action::Right);
        seen.push(chosen(&harness));
    }
    assert!(seen.contains(&options) && seen.contains(&KeyType::Scalar(Scalar::Uuid)), "{seen:?}");
    harness.act(Action::Right);
    assert_eq!(chosen(&harness), KeyType::Scalar(Scalar::Varchar), "once around");
    assert_eq!(list(&harness).current().unwrap().fit(), Fit::Share(1.0), "any text is a text");
    for _ in 0..7 {
        harness.act(Action::Right);
        if chosen(&harness) == KeyType::Scalar(Scalar::Uuid) {
            break;
        }
    }
    assert_eq!(list(&harness).current().unwrap().fit(), Fit::Share(0.0));
    assert!(!list(&harness).current().unwrap().is_accepted(), "nothing of it fits");

    go(&mut harness, "e");
    harness.act(Action::SwitchEnum);
    assert!(form(&harness).notice().unwrap().contains("do not repeat"));
    // Another type settles a conflict, or makes one.
    go(&mut harness, "n");
    harness.act(Action::Right);
    assert!(matches!(list(&harness).current().unwrap().standing(), KeyPresence::Conflict(_)));
    harness.act(Action::Left);
    assert_eq!(list(&harness).current().unwrap().standing(), &KeyPresence::There);
}

#[test]
fn an_enum_of_encords_is_widened_rather_than_in_conflict() {
    let weather = json!({"weather": {"ty": "enum", "values": ["snow", "sun"]}});
    let mut harness = at_schema(config(), weather);
    infer(&mut harness, "", Ok(found(labels(), None)));
    go(&mut harness, "weather");
    assert_eq!(list(&harness).current().unwrap().standing(), &KeyPresence::Widens("enum: rain, snow, sun".into()));
    assert!(!list(&harness).current().unwrap().is_accepted(), "options cannot be taken away again");
    harness.act(Action::Toggle);
    harness.act(Action::Next);
    assert_eq!(number(&harness, &ChangeKind::Widen), 1);
}

#[test]
fn bad_names_are_mended_here_and_conflicts_get_another_name() {
    let mut wanted = config();
    wanted.manifest.metadata.path = Some("{e}/{rest}".into());
    let mut harness = at_schema(wanted, encords());
    infer(&mut harness, "", Ok(found(labels(), None)));
    go(&mut harness, "Größe/m");
    harness.act(Action::Rename);
    assert!(harness.wizard.takes_text());
    harness.act(Action::Next);
    let problem = |harness: &Harness| list(harness).renaming().unwrap().problem.clone().unwrap_or_default();
    assert!(problem(&harness).contains("'/' is not allowed"));
    harness.event(Event::Edit(Edit::Clear));
    harness.type_text("lux");
    harness.act(Action::Next);
    assert!(problem(&harness).contains("Another of these keys"));
    harness.type_text(" 2 ");
    // Closed and opened again, it is still there.
    harness.act(Action::Back);
    harness.act(Action::Rename);
    assert_eq!(list(&harness).renaming().unwrap().field.text(), "lux 2 ");
    harness.act(Action::Next);
    let current = list(&harness).current().unwrap();
    assert_eq!((current.name(), current.is_accepted(), current.standing()), ("lux 2", true, &KeyPresence::New));
    go(&mut harness, "e");
    harness.act(Action::Rename);
    harness.type_text("2");
    harness.act(Action::Next);
    harness.act(Action::Next);
    let config = harness.wizard.config();
    assert!(config.schema.keys.contains_key("lux 2") && config.schema.keys.contains_key("e2"));
    assert_eq!(config.manifest.metadata.path.as_deref(), Some("{e2}/{rest}"), "where its values come from");
    let notice = harness.wizard.schema().notice().unwrap();
    assert!(notice.contains("call 'Größe/m' 'lux 2'") && !notice.contains("'e2'"), "{notice}");
}

#[test]
fn reading_can_be_stopped_and_failures_leave_the_field() {
    let mut harness = at_schema(config(), encords());
    harness.act(Action::Infer);
    harness.type_text("a.csv");
    harness.act(Action::Next);
    let id = harness.running(is_infer);
    harness.act(Action::Back);
    assert!(harness.cancelled.contains(&id) && !form(&harness).is_reading());
    harness.event(Event::Reply { id, reply: Reply::Schema(SchemaReply::Inferred(Ok(found(labels(), None)))) });
    assert!(form(&harness).found().is_none(), "it is no longer wanted");
    harness.act(Action::Next);
    harness.answer(
        is_infer,
        Reply::Schema(SchemaReply::Inferred(Err(UserError::config("The file a.csv cannot be read.")))),
    );
    assert!(form(&harness).problem().unwrap().summary.contains("a.csv"));
    assert_eq!(form(&harness).field().text(), "a.csv");
    harness.act(Action::Back);
    assert!(harness.wizard.schema().panel().is_none());
    harness.act(Action::Infer);
    assert_eq!(form(&harness).field().text(), "a.csv");
    harness.act(Action::Next);
    harness.answer(is_infer, Reply::Schema(SchemaReply::Inferred(Ok(found(labels(), None)))));
    go(&mut harness, "地点");
    harness.act(Action::Toggle);
    harness.act(Action::FocusNext);
    assert!(harness.wizard.takes_text(), "other data");
    harness.act(Action::FocusNext);
    harness.act(Action::Goto(Step::Integration));
    assert_eq!(harness.wizard.step(), Step::Schema, "the panel is closed first");
    harness.act(Action::Back);
    harness.act(Action::Infer);
    assert!(!list(&harness).current().unwrap().is_accepted(), "as it was left");
    harness.act(Action::Quit);
    assert_eq!((harness.wizard.overlay(), harness.exited), (Some(Overlay::Quit), false));
}

#[test]
fn a_new_table_or_key_has_the_manifest_built_anew() {
    for (columns, table) in [(labels(), None), (Vec::new(), Some("labels.csv"))] {
        let mut harness = at_schema(config(), encords());
        harness.act(Action::Next);
        harness.manifest(summary(5, 0));
        harness.act(Action::Back);
        infer(&mut harness, "", Ok(found(columns, table)));
        harness.act(Action::Next);
        harness.act(Action::Goto(Step::Manifest));
        let is_build =
            |request: &&(RequestId, Request)| matches!(request.1, Request::Manifest(ManifestRequest::Build { .. }));
        let Some((_, Request::Manifest(ManifestRequest::Build { manifest, .. }))) = harness.open.iter().find(is_build)
        else {
            panic!("not built anew for {table:?}")
        };
        assert_eq!(manifest.metadata.table.as_deref(), table);
    }
}

#[test]
fn another_table_of_the_import_stays() {
    let mut wanted = config();
    wanted.manifest.metadata.table = Some("own.csv".into());
    let mut harness = at_schema(wanted.clone(), encords());
    harness.act(Action::Infer);
    assert_eq!(form(&harness).field().text(), "own.csv");
    harness.event(Event::Edit(Edit::Clear));
    harness.type_text("labels.csv");
    harness.act(Action::Next);
    harness.answer(is_infer, Reply::Schema(SchemaReply::Inferred(Ok(found(labels(), Some("labels.csv"))))));
    assert_eq!(list(&harness).table(), None);
    harness.act(Action::TakeTable);
    assert!(form(&harness).notice().unwrap().contains("another one"));
    harness.act(Action::Next);
    assert_eq!(harness.wizard.config().manifest, wanted.manifest);
}

#[test]
fn a_schema_file_has_no_values_but_types() {
    let mut stated = suggestions(&[("lux", &["1"]), ("sky", &["a"])]);
    for one in &mut stated {
        (one.values, one.fits, one.distinct) = (0, 0, None);
    }
    stated[1].key_type = KeyType::Embedding(512);
    let mut harness = at_schema(config(), encords());
    infer(&mut harness, "schema.toml", Ok(found(stated, None)));
    assert!(list(&harness).proposals().iter().all(|one| one.fit() == Fit::Stated && one.is_accepted()));
    harness.act(Action::Next);
    assert_eq!(harness.wizard.config().schema.keys["sky"], KeyType::Embedding(512));
}

#[test]
fn old_type_names_are_understood_and_advised_against() {
    for (name, kind, advice) in [
        ("string", KeyKind::Varchar, Some("use 'varchar'")),
        ("long_string", KeyKind::Text, Some("use 'text'")),
        ("te", KeyKind::Text, None),
        ("embedding", KeyKind::Embedding, None),
        ("ee", KeyKind::Embedding, None),
        ("xs", KeyKind::Varchar, Some("use 'varchar'")),
    ] {
        let mut harness = at_schema(config(), json!({}));
        harness.act(Action::New);
        harness.type_text("key");
        harness.act(Action::FocusNext);
        harness.type_text(name);
        let Some(SchemaPanel::Key(form)) = harness.wizard.schema().panel() else { panic!("no form") };
        assert_eq!(form.kind(), kind, "{name}");
        assert_eq!(form.advice().is_some(), advice.is_some(), "{name}");
        harness.act(Action::Next);
        let notice = harness.wizard.schema().notice().unwrap_or_default().to_owned();
        assert!(advice.is_none_or(|advice| notice.contains(advice)), "{name}: {notice}");
    }
}

#[test]
fn ten_thousand_suggestions_are_fluid() {
    let keys: Vec<String> = (0..10_000).map(|n| format!("键 {n}")).collect();
    let columns: Vec<(&str, &[&str])> = keys.iter().map(|key| (key.as_str(), &["1"][..])).collect();
    let suggestions = suggestions(&columns);
    let mut harness = at_schema(config(), encords());
    let begun = std::time::Instant::now();
    infer(&mut harness, "", Ok(found(suggestions, None)));
    for action in
        [Action::Bottom, Action::ToggleAll, Action::ToggleAll, Action::Up, Action::Right, Action::Left, Action::Next]
    {
        harness.act(action);
    }
    assert_eq!(harness.wizard.config().schema.keys.len(), 10_001);
    // A guard against work that grows with the square.
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

#[derive(Debug, Clone)]
enum Push {
    Act(Action),
    Edit(Edit),
    Answer(bool),
}

fn push() -> impl Strategy<Value = Push> {
    let actions = vec![
        Action::Next,
        Action::Back,
        Action::Up,
        Action::Down,
        Action::Bottom,
        Action::Left,
        Action::Right,
        Action::Toggle,
        Action::ToggleAll,
        Action::SwitchEnum,
        Action::TakeTable,
        Action::FocusNext,
        Action::Rename,
        Action::Infer,
        Action::Undo,
        Action::Delete,
        Action::New,
        Action::Refresh,
        Action::Goto(Step::Schema),
    ];
    prop_oneof![
        6 => proptest::sample::select(actions).prop_map(Push::Act),
        2 => Just(Push::Act(Action::Infer)),
        3 => "[a-z中/ .]".prop_map(|text| Push::Edit(Edit::Insert(text.chars().next().unwrap()))),
        3 => any::<bool>().prop_map(Push::Answer),
    ]
}

proptest! {
    #![proptest_config(crate::seeds::cases(150))]

    #[test]
    fn whatever_is_pressed_only_reads_are_sent_and_nothing_typed_is_lost(pushes in prop::collection::vec(push(), 1..100)) {
        let mut harness = at_schema(config(), encords());
        let mut typed = String::new();
        for push in pushes {
            match push {
                Push::Act(action) => harness.act(action),
                Push::Edit(edit) => {
                    let is_path = matches!(harness.wizard.schema().panel(), Some(SchemaPanel::Infer(form)) if form.list().is_none());
                    if let (true, Edit::Insert(c)) = (is_path && harness.wizard.step() == Step::Schema, &edit) {
                        typed.push(*c);
                    }
                    harness.event(Event::Edit(edit));
                }
                Push::Answer(fails) => {
                    let problem = || UserError::other("no");
                    if harness.open.iter().any(|(_, request)| is_infer(request)) {
                        let answer = if fails { Err(problem()) } else { Ok(found(labels(), Some("labels.csv"))) };
                        harness.answer(is_infer, Reply::Schema(SchemaReply::Inferred(answer)));
                    } else if harness.open.iter().any(|(_, request)| matches!(request, Request::Schema(SchemaRequest::Read))) {
                        harness.schema(encords());
                    }
                }
            }
            if harness.wizard.step() == Step::Integration {
                harness.act(Action::Next);
            }
            let is_write = |request: &Request| {
                matches!(request, Request::Run(RunRequest::Start { .. }) | Request::Integration(IntegrationRequest::RepairCors { .. }) | Request::Run(RunRequest::Stop { .. }))
            };
            prop_assert!(!harness.open.iter().any(|(_, request)| is_write(request)));
            if let Some(SchemaPanel::Infer(form)) = harness.wizard.schema().panel() {
                // The table that was taken is offered again.
                let text = form.field().text();
                prop_assert!(text.ends_with(&typed) && (text == typed || text.starts_with("labels.csv")), "{text} {typed}");
                if let Some(found) = form.found() {
                    prop_assert!(found.proposals().iter().all(|one| !one.is_accepted() || one.standing().is_open()));
                }
            }
            prop_assert!(!harness.wizard.hints().is_empty());
            prop_assert!(harness.wizard.config().schema.keys.keys().all(|key| check_key(key).is_ok()));
            prop_assert!(config::parse(&toml::to_string(harness.wizard.config()).unwrap()).is_ok());
        }
    }
}
