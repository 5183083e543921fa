//! Step 3 checks metadata against what step 2 shows.

use std::sync::Arc;

use crate::{manifest::values::ValidationRules, wizard::tests::*};

/// What the newest listing was asked to check.
fn demands(harness: &Harness) -> Arc<ValidationRules> {
    let asked = harness.open.iter().rev().find_map(|(_, request)| match request {
        Request::Manifest(ManifestRequest::Build { demands, .. }) => Some(Arc::clone(demands)),
        _ => None,
    });
    asked.expect("no listing was asked for")
}

fn at_the_schema(config: Config) -> Harness {
    let mut harness = Harness::new(config);
    harness.connect(Ok(vec![integration(1, "Azure"), integration(2, "Other")]));
    harness.container(Ok(false));
    harness.act(Action::Next);
    harness
}

#[test]
fn the_schema_is_that_of_the_organisation_with_the_changes_of_the_import() {
    let mut config = config();
    config.schema.coerce = true;
    let own = config.schema.keys.keys().next().expect("the config has a key").clone();
    let mut harness = at_the_schema(config);
    harness.schema(json!({"theirs": {"ty": "variant", "hint": "number"}}));
    harness.act(Action::Next);
    let first = demands(&harness);
    let values = first.values.as_ref().expect("values are checked");
    assert!(values.whole && values.coerce && !first.strict);
    let keys: Vec<&str> = values.schema.keys().map(String::as_str).collect();
    assert_eq!(keys, ["theirs", own.as_str()]);
    harness.manifest(summary(10, 0));

    // The same schema asks for nothing new; another one does.
    harness.act(Action::Back);
    harness.act(Action::Next);
    assert!(harness.wizard.manifest().built().is_some());
    harness.act(Action::Back);
    harness.act(Action::Refresh);
    harness.schema(json!({"theirs": {"ty": "variant", "hint": "boolean"}}));
    harness.act(Action::Next);
    assert_eq!(harness.wizard.status(Step::Manifest), Status::Working);
    assert_ne!(demands(&harness), first);
    // Listing again asks for the same as before.
    let second = demands(&harness);
    harness.manifest(summary(10, 0));
    harness.act(Action::Refresh);
    assert_eq!(demands(&harness), second);
}

#[test]
fn a_schema_that_is_not_in_use_is_not_checked_against() {
    let mut config = config();
    config.schema.skip = true;
    let mut harness = at_the_schema(config);
    harness.act(Action::Next);
    assert_eq!(*demands(&harness), ValidationRules::default());
}
