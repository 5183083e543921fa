//! Which part of the help is seen first.

use crate::{
    tui::tests::{
        fixtures::{Stage, UTF8, config, frame, well},
        home,
        integration::at_field,
        panels,
    },
    wizard::{
        action::Action, integration::fields::FieldName, manifest::rule_form::RuleField, overlay::Overlay, step::Step,
    },
};

/// The lines in the help's box.
fn in_help(stage: &Stage, width: u16, height: u16) -> Vec<String> {
    let text = frame(&stage.wizard, UTF8, width, height);
    let lines = text.lines().skip_while(|line| !line.contains("┌ Help ")).skip(1);
    let inner = |line: &str| line.split('│').nth(1).map(|inner| inner.trim().to_owned());
    lines.map_while(inner).collect()
}

fn opens_at_its_field(stage: Stage) {
    let label = stage.wizard.help_entry().expect("something is said of it").label.clone();
    let stage = stage.press(Action::Help);
    assert_eq!(stage.wizard.overlay(), Some(Overlay::Help));
    for (width, height) in [(60, 20), (80, 24), (120, 40)] {
        let lines = in_help(&stage, width, height);
        let at = lines.iter().position(|line| line.starts_with(&label));
        let text = frame(&stage.wizard, UTF8, width, height);
        // A section's first field comes with the section's title; the end of the page is not scrolled further.
        let is_at_the_end = {
            let told = text.lines().find_map(|line| line.split_once(" of ").filter(|_| line.contains(" scrolls ")));
            let number = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            told.is_none_or(|(before, after)| {
                before.rsplit(' ').next().map(number) == after.split(',').next().map(number)
            })
        };
        assert!(matches!(at, Some(0 | 1)) || (is_at_the_end && at.is_some()), "{label} at {at:?}:\n{text}");
    }
}

#[test]
fn the_page_opens_where_it_tells_of_the_field() {
    for name in [
        FieldName::Domain,
        FieldName::KeyFile,
        FieldName::Integration,
        FieldName::Account,
        FieldName::SignIn,
        FieldName::Credential,
        FieldName::Container,
        FieldName::Folders,
    ] {
        opens_at_its_field(at_field(Stage::guided(config(), well), name));
    }
    let form = || Stage::at(Step::Folder, well).press(Action::New).type_in("new");
    (0..3).for_each(|fields| opens_at_its_field(form().times(fields, Action::FocusNext)));
    let form = || Stage::at(Step::Schema, well).press(Action::New).type_in("new");
    (0..2).for_each(|fields| opens_at_its_field(form().times(fields, Action::FocusNext)));
    let rules = || Stage::at(Step::Manifest, well).press(Action::EditRules);
    (0..RuleField::ALL.len()).for_each(|fields| opens_at_its_field(rules().times(fields, Action::FocusNext)));
    (0..4).for_each(|rows| opens_at_its_field(Stage::at(Step::Upload, well).times(rows, Action::Down)));
}

/// Where no field has the keyboard, the keys are what is looked for.
#[test]
fn without_a_field_the_help_opens_at_its_top() {
    let first = |stage: Stage| in_help(&stage.press(Action::Help), 80, 24).first().cloned().unwrap_or_default();
    assert_eq!(first(home::home(home::answers)), "Home");
    assert_eq!(first(Stage::at(Step::Manifest, well)), "Step 3: Manifest");
    assert_eq!(first(Stage::at(Step::Progress, well)), "Step 6: Progress");
    assert_eq!(first(Stage::new(config(), well)), "Step 1: Integration");
    for panel in
        panels::stages().iter().map(|build| build()).filter(|stage| stage.wizard.integration().panel().is_some())
    {
        let title = first(panel);
        assert!(!title.is_empty() && !title.starts_with("Step"), "{title}");
    }
}
