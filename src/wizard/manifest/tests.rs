//! The step by tables.

use super::*;
use crate::{
    manifest::{Finding, Kind},
    store::{Summary, Tally},
    wizard::{Class, Effect},
};

fn facts(errors: &[(Code, u64, &str)]) -> ManifestFacts {
    let tally = |code: Code, items: u64, item: &str| {
        let first = vec![Finding::new(code, item, "the reason")];
        (code, [(String::new(), Tally { items, first })].into())
    };
    let errors_in_all = errors.iter().map(|(_, items, _)| items).sum();
    let summary = Summary {
        items: [(Kind::Image, 9)].into(),
        errors: errors_in_all,
        items_with_errors: errors_in_all,
        findings: errors.iter().map(|(code, items, item)| tally(*code, *items, item)).collect(),
        ..Summary::default()
    };
    ManifestFacts { summary, blobs: 9, file: "/m.json".into(), findings: "/f.jsonl".into() }
}

fn access() -> AzureAccess {
    crate::store::config::Azure::default().into()
}

/// What was started since the last time, and whether strictly.
fn started(outbox: &mut Outbox) -> Vec<(RequestId, bool)> {
    let effects = std::mem::take(&mut outbox.effects).into_iter();
    let builds = effects.filter_map(|effect| match effect {
        Effect::Start { id, request: Request::BuildManifest { demands, .. } } => Some((id, demands.strict)),
        _ => None,
    });
    builds.collect()
}

#[test]
fn errors_block_and_are_counted_and_named() {
    let (mut step, mut outbox, config) = (ManifestStep::default(), Outbox::default(), Config::default());
    let strict = || Arc::new(Demands { strict: true, values: None });
    step.open(access(), &config, strict(), &mut outbox);
    let [(id, true)] = started(&mut outbox)[..] else { panic!("not built strictly") };
    let found = facts(&[(Code::StrictSequence, 1, "seq\u{1b}"), (Code::MetadataType, 4, "a.jpg")]);
    step.built_reply(id, Ok(found), &mut outbox);
    let Status::Blocked(problem) = step.status() else { panic!("{:?}", step.status()) };
    let text = problem.to_string();
    for words in [
        "5 of 9 items",
        "4 of them, the first 'a.jpg': the reason",
        "1 of them, the first 'seq\\u{1b}': the reason",
        "exclude",
        "coerce = true",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!((problem.class, step.list()), (Class::Other, List::Findings));

    // Coming back to the step reads nothing again, unless something else is asked of the items now.
    outbox.effects.clear();
    step.open(access(), &config, strict(), &mut outbox);
    assert_eq!(started(&mut outbox), []);
    step.open(access(), &config, Arc::default(), &mut outbox);
    let [(id, false)] = started(&mut outbox)[..] else { panic!("not built anew") };
    assert_eq!((step.status(), step.list()), (Status::Working, List::Items));
    step.built_reply(id, Ok(facts(&[])), &mut outbox);
    assert_eq!(step.status(), Status::Ready);
}
