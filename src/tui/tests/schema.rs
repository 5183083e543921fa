//! Step 2 in its states, as text.

use std::time::Instant;

use serde_json::{Map, Value, json};

use crate::{
    schema::key_type::{KeyType, Scalar},
    tui::tests::{
        fixtures::{Build, Stage, UTF8, config, frame, one, schema, well},
        shown::shows,
    },
    wizard::{
        action::{Action, Edit},
        effect::{Event, Reply, Request},
        progress::messages::RunEvent,
        schema::{
            messages::{SchemaReply, SchemaRequest},
            panels::SchemaPanel,
        },
        step::Step,
    },
};

fn all_kinds(request: &Request) -> Vec<Reply> {
    let Request::Schema(SchemaRequest::Read) = request else { return well(request) };
    let mut keys = schema();
    let more = json!({
        "embedding": {"ty": "embedding", "size": 512, "api": null},
        "old_site": {"ty": "tombstone", "deleted_ty": {"ty": "variant", "hint": "varchar"}},
        "older": {"ty": "tombstone", "deleted_ty": null},
        "position": {"ty": "geospatial"},
        "depth map": {"ty": "hologram", "depth": 3},
        "摄像头位置说明文字很长的键名用来看列宽": {"ty": "enum", "values": ["北京朝阳区", "上海浦东新区", "深圳南山区"]},
        "evil\u{1b}[31m\u{202e}": {"ty": "variant", "hint": "text"},
    });
    keys.extend(serde_json::from_value::<Map<String, Value>>(more).unwrap());
    one(Reply::Schema(SchemaReply::Read(Ok(keys))))
}

fn very_many(request: &Request) -> Vec<Reply> {
    let Request::Schema(SchemaRequest::Read) = request else { return well(request) };
    let entry = |n: u32| (format!("键-{n:05}"), json!({"ty": "enum", "values": ["北京", "上海"]}));
    one(Reply::Schema(SchemaReply::Read(Ok((0..10_000).map(entry).collect()))))
}

fn none(request: &Request) -> Vec<Reply> {
    match request {
        Request::Schema(SchemaRequest::Read) => one(Reply::Schema(SchemaReply::Read(Ok(Map::new())))),
        other => well(other),
    }
}

fn to(mut stage: Stage, key: &str) -> Stage {
    stage = stage.press(Action::Top);
    while stage.wizard.schema().row(stage.wizard.schema().cursor()).unwrap().key != key {
        let before = stage.wizard.schema().cursor();
        stage = stage.press(Action::Down);
        assert!(stage.wizard.schema().cursor() > before, "no row {key}");
    }
    stage
}

fn confirmed(stage: Stage, name: &str) -> Stage {
    stage.press(Action::DeleteForEver).type_in(name).press(Action::Next)
}

fn edited() -> Stage {
    let stage = to(Stage::at(Step::Schema, all_kinds), "site").press(Action::Delete);
    let stage = confirmed(to(stage, "position"), "position");
    let stage = to(stage, "old_site").press(Action::Undo);
    let stage = to(stage, "camera").press(Action::Delete);
    to(stage, "weather").press(Action::Toggle).type_in("storm").press(Action::Next).press(Action::Next)
}

fn clash() -> Stage {
    let mut clashing = config();
    clashing.schema.keys.insert("captured_at".into(), KeyType::Scalar(Scalar::Number));
    Stage::new(clashing, all_kinds).press(Action::Next)
}

fn form(kind: char, name: &str) -> Stage {
    let stage = Stage::at(Step::Schema, all_kinds).press(Action::New).type_in(name).press(Action::FocusNext);
    stage.event(Event::Edit(Edit::Insert(kind)))
}

fn asked_to_skip() -> Stage {
    Stage::at(Step::Schema, all_kinds).press(Action::SkipSchema)
}

/// A schema that somebody changed between the review and the run.
fn changed() -> Stage {
    let schema = json!({"weather": {"ty": "variant", "hint": "text"}, "lux": {"ty": "variant", "hint": "number"}});
    let schema = serde_json::from_value(schema).unwrap();
    Stage::at(Step::Progress, well).run(RunEvent::SchemaChanged(schema))
}

pub(super) fn stages() -> Vec<Build> {
    let mut stages = stages![
        Stage::at(Step::Schema, all_kinds),
        Stage::at(Step::Schema, very_many).press(Action::Search).type_in("北京 9"),
        edited(),
        edited().times(3, Action::Next),
        clash(),
        clash().press(Action::Rename),
        to(edited(), "position").press(Action::Undo),
        to(Stage::at(Step::Schema, all_kinds), "weather").press(Action::Toggle).type_in("a, b"),
        Stage::at(Step::Schema, all_kinds).press(Action::Bottom).press(Action::DeleteForEver).type_in("x"),
        asked_to_skip(),
        changed(),
    ];
    stages.extend("bdnuvteg".chars().map(|kind| Box::new(move || form(kind, "键 name")) as Build));
    stages
}

#[test]
fn lists_of_keys() {
    shows("schema_kinds", &Stage::at(Step::Schema, all_kinds).wizard);
    shows("schema_none", &Stage::at(Step::Schema, none).times(3, Action::Delete).wizard);
    shows("schema_edited", &edited().wizard);
    shows("schema_chinese", &Stage::at(Step::Schema, all_kinds).press(Action::Bottom).press(Action::Up).wizard);
    shows("schema_very_many", &Stage::at(Step::Schema, very_many).press(Action::Bottom).wizard);
    let search = Stage::at(Step::Schema, all_kinds).press(Action::Search).type_in("SU");
    shows("schema_search", &search.wizard);
    shows("schema_search_none", &search.type_in("zz").wizard);
    let on_enum = to(Stage::at(Step::Schema, all_kinds), "weather");
    shows("schema_on_enum", &on_enum.wizard);
    let refused = to(Stage::at(Step::Schema, all_kinds), "older").press(Action::Delete);
    shows("schema_refused_delete", &refused.wizard);
}

#[test]
fn a_name_that_was_emptied_is_still_empty_when_its_form_is_opened_again() {
    let stage = to(Stage::at(Step::Schema, well), "camera").press(Action::Toggle);
    let stage = stage.event(Event::Edit(Edit::Clear)).press(Action::Back).press(Action::Toggle);
    let Some(SchemaPanel::Key(form)) = stage.wizard.schema().panel() else { panic!("no form is open") };
    assert_eq!((form.original(), form.name().text()), (Some("camera"), ""));
}

#[test]
fn the_form_of_a_new_key_for_each_type() {
    for (kind, name) in [
        ('b', "boolean"),
        ('d', "datetime"),
        ('n', "number"),
        ('u', "uuid"),
        ('t', "text"),
        ('e', "enum"),
        ('g', "geospatial"),
    ] {
        shows(&format!("schema_form_{name}"), &form(kind, "fahrzeug").wizard);
    }
    let begun = Stage::at(Step::Schema, all_kinds).press(Action::New);
    shows("schema_form", &begun.wizard);
    let enumeration = form('e', "Fahrzeug").press(Action::FocusNext).type_in("Auto, Bus, 自行车").press(Action::Next);
    shows("schema_form_options", &enumeration.type_in("Tram").wizard);
    let many = (0..200).map(|n| format!("option {n}\n")).collect::<String>();
    let many = form('e', "Fahrzeug").press(Action::FocusNext).type_in(&many);
    shows("schema_form_many_options", &many.wizard);
    let embedding = form('e', "clip").event(Event::Edit(Edit::Insert('e'))).press(Action::FocusNext);
    let embedding = embedding.event(Event::Edit(Edit::Clear)).type_in("9000").press(Action::Next);
    shows("schema_form_embedding", &embedding.wizard);
    shows("schema_form_refused", &form('n', "site").press(Action::Next).wizard);
}

#[test]
fn other_forms() {
    let options = to(Stage::at(Step::Schema, all_kinds), "weather").press(Action::Toggle);
    shows("schema_options", &options.type_in("hail, snow").wizard);
    let for_ever = to(Stage::at(Step::Schema, all_kinds), "position").press(Action::DeleteForEver);
    shows("schema_for_ever", &for_ever.type_in("positon").press(Action::Next).wizard);
    shows("schema_rename", &clash().press(Action::Rename).wizard);
    shows("schema_rename_refused", &clash().press(Action::Rename).type_in("/").press(Action::Next).wizard);
}

#[test]
fn conflicts_changes_and_leaving_it_alone() {
    shows("schema_clash", &clash().wizard);
    shows("schema_skipped", &asked_to_skip().wizard);
    shows("schema_changed", &changed().wizard);
    let help = clash().press(Action::Help);
    shows("help_schema_conflict", &help.wizard);
}

#[test]
fn the_review_tells_what_changes_in_the_schema() {
    shows("upload_schema", &edited().times(3, Action::Next).wizard);
    shows("upload_schema_skipped", &asked_to_skip().times(3, Action::Next).wizard);
}

#[test]
fn ten_thousand_keys_are_drawn_in_no_time() {
    let stage = Stage::at(Step::Schema, very_many).press(Action::Bottom);
    let took = |_| {
        let begun = Instant::now();
        frame(&stage.wizard, UTF8, 120, 40);
        begun.elapsed()
    };
    // Whatever else the machine does slows some of the frames, not the fastest of 20.
    let fastest = (0..20).map(took).min().unwrap();
    assert!(fastest.as_millis() < 500, "{fastest:?}");
}
