//! What is typed into a form of step 2 is there again when the form is opened again.

use super::*;

/// What is filled in of the form that is open.
fn filled(harness: &Harness) -> String {
    match harness.wizard.schema().panel() {
        Some(SchemaPanel::Key(form)) => {
            let options = form.options();
            let texts = [form.name(), form.size(), options.field()].map(Field::text);
            format!("{texts:?} {:?} {:?}", form.kind(), options.taken())
        }
        Some(SchemaPanel::Options(form)) => format!("{:?} {:?}", form.options.field().text(), form.options.taken()),
        Some(SchemaPanel::Rename(form)) => format!("{:?}", form.field.text()),
        other => panic!("{other:?} has no fields"),
    }
}

fn closed_and_opened(harness: &mut Harness, opener: Action) -> String {
    harness.act(Action::Back);
    assert!(harness.wizard.schema().panel().is_none());
    harness.act(opener);
    filled(harness)
}

#[test]
fn back_keeps_what_was_typed_into_a_new_key() {
    // The name, then the type, then what the type needs.
    for fields in [
        &[" "][..],
        &["lux "],
        &["", "number"],
        &["", "enum", " "],
        &["", "enum", "sun, "],
        &["", "embedding", "8"],
        &["", "embedding", " "],
    ] {
        let mut harness = at_schema(config(), json!({}));
        harness.act(Action::New);
        let fresh = filled(&harness);
        assert_eq!(closed_and_opened(&mut harness, Action::New), fresh);
        for (place, text) in fields.iter().enumerate() {
            if place > 0 {
                harness.act(Action::FocusNext);
            }
            harness.type_text(text);
        }
        let typed = filled(&harness);
        assert_ne!(typed, fresh, "{fields:?}");
        assert_eq!(closed_and_opened(&mut harness, Action::New), typed, "{fields:?}");
    }
}

#[test]
fn back_keeps_blanks_in_options_and_names() {
    for (key, opener) in [("e", Action::Toggle), ("ours", Action::Rename)] {
        let mut harness = at_schema(with_keys("ours = \"text\""), encords());
        go(&mut harness, key);
        harness.act(opener);
        harness.type_text(" ");
        let typed = filled(&harness);
        assert_eq!(closed_and_opened(&mut harness, opener), typed);
    }
}

#[test]
fn blanks_are_no_options() {
    let mut harness = at_schema(config(), encords());
    go(&mut harness, "e");
    harness.act(Action::Toggle);
    harness.type_text("  ");
    harness.act(Action::Next);
    assert!(problem(&harness).contains("at least one"), "{}", problem(&harness));
}
