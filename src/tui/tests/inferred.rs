//! What the data suggest, in step 2, as text.

use std::time::Instant;

use serde_json::{Map, Value, json};

use crate::{
    config::manifest::Join,
    error::UserError,
    schema::infer::{Inference, Suggestion},
    tui::tests::{
        fixtures::{Build, Stage, UTF8, config, frame, one, schema, well},
        shown::shows,
    },
    wizard::{
        action::Action,
        effect::{Reply, Request},
        schema::messages::{Inferred, SchemaReply, SchemaRequest},
        step::Step,
    },
};

fn labels() -> Vec<Suggestion> {
    let mut inference = Inference::default();
    for n in 0..40 {
        let lux = if n % 20 == 7 { json!("too dark") } else { json!(n * 11) };
        let sky = ["clear", "fog", "rain"][n % 3];
        let when = format!("2026-03-{:02}T09:00:00Z", 1 + n % 28);
        for (key, value) in [
            ("captured_at", json!(when)),
            ("lux_at_noon", lux),
            ("sky", json!(sky)),
            ("site", json!(format!("site {n}"))),
            ("weather", json!(["rain", "sun", "hail"][n % 3])),
            ("摄像头位置说明", json!(["北京朝阳区", "上海浦东新区"][n % 2])),
            ("Größe/m", json!(n)),
            ("lux", json!(format!("L{n}"))),
            ("old_site", json!(format!("s{n}"))),
            ("older", json!(n % 2 == 0)),
            ("evil\u{1b}[31m\u{202e}", json!("\u{1b}[2J")),
            ("remark", json!("x".repeat(60))),
        ] {
            inference.add(key, &value);
        }
    }
    inference.finish()
}

fn inferred(table: bool) -> Inferred {
    Inferred {
        suggestions: labels(),
        sources: vec!["labels.csv (40 rows)".into()],
        is_part: !table,
        table: table.then(|| ("/home/ada/datasets/street/2026/labels.csv".to_owned(), Join::Name)),
    }
}

fn answers(request: &Request) -> Vec<Reply> {
    match request {
        Request::Schema(SchemaRequest::Read) => {
            let mut keys = schema();
            let more = json!({
                "old_site": {"ty": "tombstone", "deleted_ty": {"ty": "variant", "hint": "varchar"}},
                "older": {"ty": "tombstone", "deleted_ty": null},
            });
            keys.extend(serde_json::from_value::<Map<String, Value>>(more).unwrap());
            one(Reply::Schema(SchemaReply::Read(Ok(keys))))
        }
        Request::Schema(SchemaRequest::Infer { file, .. }) => {
            one(Reply::Schema(SchemaReply::Inferred(Ok(inferred(file.is_some())))))
        }
        other => well(other),
    }
}

fn failing(request: &Request) -> Vec<Reply> {
    let Request::Schema(SchemaRequest::Infer { .. }) = request else { return answers(request) };
    let problem = UserError::config("The file labels.csv cannot be read: there is no such file.");
    one(Reply::Schema(SchemaReply::Inferred(Err(
        problem.hint("Check the path. A path that begins with ~/ is below your home directory.")
    ))))
}

fn unanswered(request: &Request) -> Vec<Reply> {
    if matches!(request, Request::Schema(SchemaRequest::Infer { .. })) { Vec::new() } else { answers(request) }
}

fn file(request: &Request) -> Vec<Reply> {
    let Request::Schema(SchemaRequest::Infer { .. }) = request else { return answers(request) };
    let stated = |one: Suggestion| Suggestion { values: 0, fits: 0, distinct: None, misfits: Vec::new(), ..one };
    let suggestions = labels().into_iter().map(stated).collect();
    one(Reply::Schema(SchemaReply::Inferred(Ok(Inferred {
        suggestions,
        sources: vec!["schema.toml".into()],
        is_part: false,
        table: None,
    }))))
}

fn very_many(request: &Request) -> Vec<Reply> {
    let Request::Schema(SchemaRequest::Infer { .. }) = request else { return answers(request) };
    let mut inference = Inference::default();
    (0..10_000).for_each(|n| inference.add(&format!("键-{n:05}"), &json!("北京")));
    let sources = vec!["blob index tags of 5,000 blobs".into()];
    one(Reply::Schema(SchemaReply::Inferred(Ok(Inferred {
        suggestions: inference.finish(),
        sources,
        is_part: true,
        table: None,
    }))))
}

fn asked(answers: fn(&Request) -> Vec<Reply>) -> Stage {
    Stage::at(Step::Schema, answers).press(Action::Infer)
}

fn listed() -> Stage {
    asked(answers).type_in("~/datasets/street/2026/labels.csv").press(Action::Next)
}

pub(super) fn stages() -> Vec<Build> {
    let mut stages = stages![
        asked(answers),
        asked(failing).type_in("labels.csv").press(Action::Next),
        asked(unanswered).press(Action::Next),
        asked(file).press(Action::Next),
        asked(very_many).press(Action::Next).press(Action::Bottom),
        listed().times(5, Action::Down).press(Action::Rename).type_in("/"),
        listed().press(Action::FocusNext),
        listed().press(Action::Quit),
    ];
    stages.extend(
        [0, 5, 7].map(|down| Box::new(move || listed().times(down, Action::Down).press(Action::Toggle)) as Build),
    );
    stages
}

#[test]
fn asking_for_the_data() {
    shows("infer_asked", &asked(answers).type_in("~/数据/labels.csv").wizard);
    shows("infer_reading", &asked(unanswered).type_in("labels.csv").press(Action::Next).wizard);
    shows("infer_failed", &asked(failing).type_in("labels.csv").press(Action::Next).wizard);
    shows("infer_again", &listed().press(Action::FocusNext).wizard);
    shows("infer_quit", &listed().press(Action::Quit).wizard);
}

#[test]
fn the_suggested_keys() {
    shows("infer_list", &listed().wizard);
    shows("infer_misfits", &listed().press(Action::Down).wizard);
    shows("infer_sixth", &listed().times(5, Action::Down).wizard);
    let sky = listed().times(2, Action::Down);
    shows("infer_varchar", &sky.wizard);
    shows("infer_enum", &sky.press(Action::SwitchEnum).wizard);
    shows("infer_conflict", &listed().times(7, Action::Down).press(Action::Toggle).wizard);
    shows("infer_bad_name", &listed().times(6, Action::Down).wizard);
    let renaming = listed().times(6, Action::Down).press(Action::Rename);
    shows("infer_rename", &renaming.type_in("/").press(Action::Next).wizard);
    let renaming = listed().times(2, Action::Down).press(Action::Rename).type_in("_above");
    shows("infer_rename_column", &renaming.wizard);
    shows("infer_renamed", &renaming.press(Action::Next).wizard);
    shows("infer_dropped", &listed().press(Action::TakeTable).press(Action::ToggleAll).wizard);
    shows("infer_unknown_fit", &listed().press(Action::Right).wizard);
    shows("infer_file", &asked(file).press(Action::Next).wizard);
    shows("infer_very_many", &asked(very_many).press(Action::Next).press(Action::Bottom).wizard);
    shows("help_infer", &listed().press(Action::Help).wizard);
    shows("infer_taken", &listed().press(Action::Next).wizard);
}

#[test]
fn every_width_of_the_footer_names_the_new_key() {
    for stage in [Stage::at(Step::Schema, answers), listed().press(Action::Next), {
        let mut keyless = config();
        keyless.schema.keys.clear();
        Stage::new(keyless, answers).press(Action::Next)
    }] {
        let footer = frame(&stage.wizard, UTF8, 80, 24).lines().nth(23).unwrap().to_owned();
        assert!(footer.contains("n new key") && footer.contains("d from data"), "{footer}");
    }
}

#[test]
fn control_characters_of_keys_and_values_never_reach_the_screen() {
    for down in 0..12 {
        let text = frame(&listed().times(down, Action::Down).wizard, UTF8, 120, 40);
        assert!(!text.chars().any(|c| c == '\u{1b}' || c == '\u{202e}'), "{text:?}");
    }
}

#[test]
fn ten_thousand_suggestions_are_drawn_in_no_time() {
    let stage = asked(very_many).press(Action::Next).press(Action::Bottom);
    let took = |_| {
        let begun = Instant::now();
        frame(&stage.wizard, UTF8, 120, 40);
        begun.elapsed()
    };
    // Whatever else the machine does slows some of the frames, not the fastest of 20.
    let fastest = (0..20).map(took).min().unwrap();
    assert!(fastest.as_millis() < 500, "{fastest:?}");
}
