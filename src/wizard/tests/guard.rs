//! What keys do that come too early, or where they mean nothing.

use crate::wizard::tests::*;

fn at_the_review() -> Harness {
    Harness::of(Wizard::new(config()).attended()).at_the_review()
}

fn may_send(harness: &Harness) -> bool {
    harness.wizard.hints().iter().any(|hint| hint.label == "send it")
}

#[test]
fn a_plan_is_sent_only_after_it_was_seen() {
    let mut harness = at_the_review();
    for _ in 0..5 {
        harness.act(Action::Next);
    }
    assert_eq!((harness.wizard.step(), harness.writes(), may_send(&harness)), (Step::Upload, 0, false));
    harness.event(Event::Seen);
    assert!(may_send(&harness) && !harness.wizard.awaits_look());
    // Whoever leaves has to see it again.
    harness.act(Action::Back);
    assert!(!harness.wizard.awaits_look());
    harness.act(Action::Next);
    harness.act(Action::Next);
    assert_eq!((harness.wizard.step(), harness.writes()), (Step::Upload, 0));
    // What lies over it hides it.
    harness.act(Action::Help);
    harness.event(Event::Seen);
    harness.act(Action::Back);
    harness.act(Action::Next);
    assert_eq!((harness.wizard.awaits_look(), harness.writes()), (true, 0));
    harness.event(Event::Seen);
    harness.act(Action::Toggle);
    harness.act(Action::Next);
    assert_eq!((harness.wizard.step(), harness.writes()), (Step::Progress, 1));
}

#[test]
fn seen_elsewhere_is_not_seen() {
    let mut harness = Harness::of(Wizard::new(config()).attended());
    harness.event(Event::Seen);
    assert!(!harness.wizard.awaits_look());
    let mut harness = at_the_review();
    harness.act(Action::Back);
    harness.event(Event::Seen);
    harness.act(Action::Next);
    harness.act(Action::Next);
    assert_eq!((harness.wizard.step(), harness.writes()), (Step::Upload, 0));
}

#[test]
fn where_there_is_nothing_to_search_what_is_typed_does_nothing() {
    let mut harness = Harness::ready_to_send();
    for step in [Step::Upload, Step::Integration] {
        harness.act(Action::Goto(step));
        let before = harness.wizard.config().clone();
        harness.act(Action::Search);
        assert_eq!(harness.wizard.overlay(), Some(Overlay::NothingToSearch), "{step:?}");
        assert!(harness.wizard.takes_text() && !harness.wizard.asks());
        harness.type_text("cam02 dXq");
        harness.act(Action::Back);
        assert_eq!((harness.wizard.overlay(), harness.wizard.step()), (None, step));
        assert_eq!((harness.wizard.config(), harness.exited), (&before, false));
    }
    harness.act(Action::Search);
    harness.act(Action::Quit);
    assert!(harness.exited, "Ctrl-C leaves all the same");
}

#[test]
fn where_there_is_something_to_search_it_is_searched() {
    let mut harness = Harness::ready_to_send();
    for step in [Step::Folder, Step::Manifest, Step::Schema] {
        harness.act(Action::Back);
        assert_eq!(harness.wizard.step(), step);
        harness.act(Action::Search);
        assert_eq!((harness.wizard.overlay(), harness.wizard.takes_text()), (None, true), "{step:?}");
        harness.act(Action::Back);
    }
}

#[test]
fn page_keys_move_by_what_is_in_view_and_never_beyond_the_end() {
    for (rows, pages, expected) in [(None, 1, 10), (Some(7), 2, 14), (Some(7), 1000, 1249), (Some(u16::MAX), 1, 1249)] {
        let mut harness = Harness::ready_to_send();
        harness.act(Action::Goto(Step::Manifest));
        if let Some(rows) = rows {
            harness.event(Event::Rows(rows));
        }
        (0..pages).for_each(|_| harness.act(Action::PageDown));
        assert_eq!(harness.wizard.manifest().window().cursor(), expected, "{rows:?} {pages}");
        (0..pages).for_each(|_| harness.act(Action::PageUp));
        assert_eq!(harness.wizard.manifest().window().cursor(), 0, "{rows:?} {pages}");
    }
}

/// The build that was asked for last.
fn listing(harness: &mut Harness) -> Option<(ListingFrom, Option<Reapplied>)> {
    let at = harness
        .open
        .iter()
        .rposition(|(_, request)| matches!(request, Request::Manifest(ManifestRequest::Build { .. })))?;
    let listing = match &harness.open[at].1 {
        Request::Manifest(ManifestRequest::Build { listing, .. }) => *listing,
        _ => return None,
    };
    let edited = harness.wizard.manifest().edited();
    harness.manifest(summary(1000, 3));
    Some((listing, edited))
}

#[test]
fn a_change_of_the_schema_judges_anew_what_was_listed() {
    let mut harness = Harness::ready_to_send();
    let to_the_manifest = |harness: &mut Harness| {
        harness.act(Action::Goto(Step::Manifest));
        listing(harness)
    };
    harness.act(Action::Goto(Step::Schema));
    assert_eq!(to_the_manifest(&mut harness), None, "nothing has changed");
    harness.act(Action::Goto(Step::Schema));
    harness.act(Action::New);
    harness.type_text("lux");
    harness.act(Action::Next);
    assert!(harness.wizard.config().schema.keys.contains_key("lux"));
    assert_eq!(to_the_manifest(&mut harness), Some((ListingFrom::Kept, Some(Reapplied::Judged))));
    harness.act(Action::Goto(Step::Schema));
    harness.act(Action::SkipSchema);
    assert_eq!(to_the_manifest(&mut harness), Some((ListingFrom::Kept, Some(Reapplied::Judged))));
    // Listing again on request is listing again.
    harness.act(Action::Refresh);
    assert_eq!(listing(&mut harness), Some((ListingFrom::Source, None)));
    // A listing that was broken off is not enough.
    harness.act(Action::Refresh);
    harness.act(Action::Goto(Step::Schema));
    harness.act(Action::SkipSchema);
    assert_eq!(to_the_manifest(&mut harness), Some((ListingFrom::Source, None)));
    // Neither is one of another container, nor one that was asked for anew in step 1.
    harness.act(Action::Goto(Step::Integration));
    harness.act(Action::Refresh);
    harness.connect(Ok(vec![integration(1, "Azure")]));
    harness.container(Ok(false));
    harness.act(Action::Next);
    harness.schema(json!({}));
    assert_eq!(to_the_manifest(&mut harness), Some((ListingFrom::Source, None)));
}
