//! The step by tables.

use crate::{
    error::ErrorKind,
    manifest::{
        batch::BatchPlan,
        finding::Finding,
        kind::Kind,
        summary::{KindCounts, Summary},
    },
    wizard::{
        action::{Action, Edit},
        effect::{Effect, Request},
        manifest::{
            messages::{ListingFrom, ManifestFacts, ManifestRequest},
            rule_form::RuleField,
            *,
        },
        step::Move,
    },
};

fn facts(errors: &[(Code, u64, &str)]) -> ManifestFacts {
    let tally = |code: Code, items: u64, item: &str| {
        let first = vec![Finding::new(code, item, "the reason")];
        (code, [(String::new(), KindCounts { items, first })].into())
    };
    let errors_in_all = errors.iter().map(|(_, items, _)| items).sum();
    let summary = Summary {
        items: [(Kind::Image, 9)].into(),
        errors: errors_in_all,
        items_with_errors: errors_in_all,
        findings: errors.iter().map(|(code, items, item)| tally(*code, *items, item)).collect(),
        ..Summary::default()
    };
    ManifestFacts {
        summary,
        blobs: 9,
        cut: BatchPlan::default().into(),
        file: "/m.json".into(),
        findings: "/f.jsonl".into(),
    }
}

fn access() -> AzureAccess {
    crate::config::azure::Azure::default().into()
}

/// What was started since the last time, and whether strictly.
fn started(outbox: &mut Outbox) -> Vec<(RequestId, bool)> {
    let effects = std::mem::take(&mut outbox.effects).into_iter();
    let builds = effects.filter_map(|effect| match effect {
        Effect::Start { id, request: Request::Manifest(ManifestRequest::Build { demands, .. }) } => {
            Some((id, demands.strict))
        }
        _ => None,
    });
    builds.collect()
}

/// A key that comes before the rows do counts all the same.
#[test]
fn an_item_is_opened_in_full_although_its_row_is_still_on_its_way() {
    let (mut step, mut outbox, mut config) = (ManifestStep::default(), Outbox::default(), Config::default());
    step.open(access(), &config, Arc::default(), &mut outbox);
    let [(id, _)] = started(&mut outbox)[..] else { panic!("not built") };
    step.built_reply(id, Ok(facts(&[])), &mut outbox);
    assert!(step.window().current().is_none(), "no row has come");
    step.action(Action::Toggle, access(), &mut config, &mut outbox);
    assert_eq!(step.whole(), Some(0));
    step.action(Action::Back, access(), &mut config, &mut outbox);
    step.action(Action::FilterKind, access(), &mut config, &mut outbox);
    step.action(Action::Toggle, access(), &mut config, &mut outbox);
    assert_eq!(step.whole(), Some(0), "what passes is still looked for");
    let Some(Scan { id: Some(scan), .. }) = step.scan() else { panic!("nothing is looked for") };
    step.found(scan, &[], 9, true, &mut outbox);
    assert_eq!(step.whole(), None, "nothing passes, so there is nothing to show");
}

#[test]
fn errors_block_and_are_counted_and_named() {
    let (mut step, mut outbox, config) = (ManifestStep::default(), Outbox::default(), Config::default());
    let strict = || Arc::new(ValidationRules { strict: true, ..ValidationRules::default() });
    step.open(access(), &config, strict(), &mut outbox);
    let [(id, true)] = started(&mut outbox)[..] else { panic!("not built strictly") };
    let found = facts(&[(Code::StrictSequence, 1, "seq\u{1b}"), (Code::MetadataType, 4, "a.jpg")]);
    step.built_reply(id, Ok(found), &mut outbox);
    let Status::Blocked(problem) = step.status() else { panic!("{:?}", step.status()) };
    let text = problem.to_string();
    for words in [
        "5 of 9 items",
        "4 errors, the first for 'a.jpg': the reason",
        "1 error for 'seq\\u{1b}': the reason",
        "exclude",
        "coerce = true",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!((problem.kind, step.list()), (ErrorKind::Other, List::Findings));

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

fn built(step: &mut ManifestStep, outbox: &mut Outbox, facts: ManifestFacts) {
    step.open(access(), &Config::default(), Arc::default(), outbox);
    let [(id, _)] = started(outbox)[..] else { panic!("not built") };
    step.built_reply(id, Ok(facts), outbox);
}

fn requests(outbox: &mut Outbox) -> Vec<(RequestId, Request)> {
    let effects = std::mem::take(&mut outbox.effects).into_iter();
    effects
        .filter_map(|effect| if let Effect::Start { id, request } = effect { Some((id, request)) } else { None })
        .collect()
}

#[test]
fn a_new_search_cancels_the_one_before_and_its_answers_are_dropped() {
    let (mut step, mut outbox) = (ManifestStep::default(), Outbox::default());
    built(&mut step, &mut outbox, facts(&[]));
    outbox.effects.clear();
    let mut config = Config::default();
    step.action(Action::Search, access(), &mut config, &mut outbox);
    assert!(step.takes_text());
    step.edit(&Edit::Insert('a'), &mut outbox);
    let [(first, Request::Manifest(ManifestRequest::Search { list: List::Items, filter }))] =
        &requests(&mut outbox)[..]
    else {
        panic!("no search")
    };
    assert_eq!(filter.text, "a");
    step.found(*first, &[2, 4], 5, false, &mut outbox);
    assert_eq!((step.window().total(), step.scan().map(|scan| (scan.seen(), scan.is_running()))), (2, Some((5, true))));
    outbox.effects.clear();
    step.edit(&Edit::Insert('b'), &mut outbox);
    assert!(outbox.effects.iter().any(|effect| matches!(effect, Effect::Cancel { id } if id == first)));
    let second = requests(&mut outbox).into_iter().find_map(|(id, request)| match request {
        Request::Manifest(ManifestRequest::Search { filter, .. }) if filter.text == "ab" => Some(id),
        _ => None,
    });
    step.found(*first, &[6], 9, true, &mut outbox);
    assert_eq!(step.window().total(), 0);
    step.found(second.unwrap(), &[4], 9, true, &mut outbox);
    assert_eq!(step.window().total(), 1);
    // Its rows are asked for by their places; leaving the field keeps the search, and Back ends it.
    let asked = requests(&mut outbox);
    assert!(
        matches!(&asked[..], [(_, Request::Manifest(ManifestRequest::ReadRows { places: Some(places), .. }))] if places[..] == [4]),
        "{asked:?}"
    );
    step.action(Action::Next, access(), &mut config, &mut outbox);
    assert!(!step.takes_text() && step.filter().text == "ab");
    assert_eq!(step.action(Action::Back, access(), &mut config, &mut outbox), Move::Stay);
    assert_eq!((step.filter(), step.window().total()), (&Filter::default(), 9));
    assert_eq!(step.action(Action::Back, access(), &mut config, &mut outbox), Move::Back);
}

#[test]
fn a_finding_leads_to_its_item_and_back() {
    let (mut step, mut outbox, mut config) = (ManifestStep::default(), Outbox::default(), Config::default());
    built(&mut step, &mut outbox, facts(&[(Code::MetadataType, 4, "a.jpg")]));
    assert_eq!(step.groups().unwrap()[0].items, 4);
    outbox.effects.clear();
    step.action(Action::Next, access(), &mut config, &mut outbox);
    assert_eq!(step.open_group(), Some(Code::MetadataType));
    let (id, _) = requests(&mut outbox).pop().unwrap();
    step.found(id, &[0, 1, 2, 3], 4, true, &mut outbox);
    let (id, _) = requests(&mut outbox).pop().unwrap();
    let rows = (0..4).map(|place| Row::Finding(Finding::new(Code::MetadataType, place.to_string(), "m")));
    step.rows(id, List::Findings, 0, rows.collect(), &mut outbox);
    step.action(Action::Down, access(), &mut config, &mut outbox);
    outbox.effects.clear();
    step.action(Action::Next, access(), &mut config, &mut outbox);
    let Some((id, Request::Manifest(ManifestRequest::FindItem { name }))) = requests(&mut outbox).pop() else {
        panic!("not looked for")
    };
    assert_eq!(name, "1");
    step.item_found(id, Some(7), &mut outbox);
    assert_eq!((step.list(), step.window().cursor()), (List::Items, 7));
    outbox.effects.clear();
    step.action(Action::Back, access(), &mut config, &mut outbox);
    assert_eq!((step.list(), step.open_group()), (List::Findings, Some(Code::MetadataType)));
    let (id, _) = requests(&mut outbox).pop().unwrap();
    step.found(id, &[0, 1, 2, 3], 4, true, &mut outbox);
    assert_eq!(step.window().cursor(), 1);
    // An item that there is not leaves everything as it is.
    step.action(Action::Back, access(), &mut config, &mut outbox);
    assert_eq!(step.open_group(), None);
}

#[test]
fn the_groups_of_findings_are_searched_by_code_message_and_item() {
    let found = [(Code::MetadataType, 4, "a.jpg"), (Code::StrictSequence, 1, "Straße/seq")];
    for (typed, expected) in [
        ("", &[Code::StrictSequence, Code::MetadataType][..]),
        ("METADATA", &[Code::MetadataType]),
        ("straße", &[Code::StrictSequence]),
        ("reason", &[Code::StrictSequence, Code::MetadataType]),
        ("zzz", &[]),
    ] {
        let (mut step, mut outbox, mut config) = (ManifestStep::default(), Outbox::default(), Config::default());
        built(&mut step, &mut outbox, facts(&found));
        step.action(Action::Down, access(), &mut config, &mut outbox);
        step.action(Action::Search, access(), &mut config, &mut outbox);
        assert!(step.takes_text());
        typed.chars().for_each(|c| step.edit(&Edit::Insert(c), &mut outbox));
        let shown = |step: &ManifestStep| step.groups().unwrap().iter().map(|group| group.code).collect::<Vec<_>>();
        let mut codes = shown(&step);
        codes.sort_by_key(|code| expected.iter().position(|other| other == code));
        assert_eq!(codes, expected, "{typed}");
        // Enter leaves the field, then opens the first; Back leads to the found ones, and then to all.
        step.action(Action::Next, access(), &mut config, &mut outbox);
        assert_eq!((step.takes_text(), step.group_cursor() < 2), (false, true));
        step.action(Action::Next, access(), &mut config, &mut outbox);
        assert_eq!(step.open_group().is_some(), !expected.is_empty(), "{typed}");
        if step.open_group().is_some() {
            step.action(Action::Back, access(), &mut config, &mut outbox);
        }
        assert_eq!(shown(&step).len(), expected.len());
        if !typed.is_empty() {
            assert_eq!(step.action(Action::Back, access(), &mut config, &mut outbox), Move::Stay);
        }
        assert_eq!(shown(&step).len(), 2);
        assert_eq!(step.action(Action::Back, access(), &mut config, &mut outbox), Move::Back);
    }
}

#[test]
fn rules_are_applied_to_what_is_listed_unless_they_reach_further() {
    let (mut step, mut outbox) = (ManifestStep::default(), Outbox::default());
    let mut config = Config::default();
    config.manifest.prefixes = vec!["a/".into()];
    step.open(access(), &config, Arc::default(), &mut outbox);
    let mut rule = |step: &mut ManifestStep, config: &mut Config, down: usize, text: &str| {
        outbox.effects.clear();
        step.action(Action::EditRules, access(), config, &mut outbox);
        while step.rules().focus() != RuleField::ALL[down] {
            step.action(Action::Down, access(), config, &mut outbox);
        }
        step.edit(&Edit::Clear, &mut outbox);
        step.edit(&Edit::Paste(text.into()), &mut outbox);
        step.action(Action::Next, access(), config, &mut outbox);
        let build = requests(&mut outbox).into_iter().find_map(|(id, request)| match request {
            Request::Manifest(ManifestRequest::Build { listing, .. }) => Some((id, listing)),
            _ => None,
        });
        if let Some((id, _)) = build {
            step.built_reply(id, Ok(facts(&[])), &mut outbox);
        }
        (build.map(|(_, listing)| listing), step.edited())
    };
    use ListingFrom::{Kept, Source};
    // The first listing is not finished.
    assert_eq!(rule(&mut step, &mut config, 2, "*.tmp").0, Some(Source));
    assert_eq!(config.manifest.exclude, ["*.tmp"]);
    assert_eq!(rule(&mut step, &mut config, 2, "*.tmp").0, None);
    assert_eq!(rule(&mut step, &mut config, 1, "a["), (None, None));
    assert!(step.takes_text() && step.rules().problem().is_some());
    assert_eq!(rule(&mut step, &mut config, 1, "**/*.jpg"), (Some(Kept), Some(Reapplied::Kept)));
    assert_eq!(rule(&mut step, &mut config, 0, "a/b/, a/c/"), (Some(Kept), Some(Reapplied::Kept)));
    assert_eq!(rule(&mut step, &mut config, 0, "a/"), (Some(Kept), Some(Reapplied::Kept)));
    assert_eq!(rule(&mut step, &mut config, 0, "a/, b/"), (Some(Source), Some(Reapplied::Listed)));
    assert_eq!(rule(&mut step, &mut config, 0, ""), (Some(Source), Some(Reapplied::Listed)));
    assert_eq!(rule(&mut step, &mut config, 0, "z"), (Some(Kept), Some(Reapplied::Kept)));
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    enum Push {
        Act(Action),
        Type(char),
        Answer(usize),
    }

    fn push() -> impl Strategy<Value = Push> {
        let actions = [
            Action::Down,
            Action::PageDown,
            Action::Bottom,
            Action::Top,
            Action::Up,
            Action::Search,
            Action::FilterKind,
            Action::FilterMarked,
            Action::SwitchList,
            Action::Left,
            Action::Next,
            Action::Back,
            Action::Toggle,
        ];
        prop_oneof![
            4 => proptest::sample::select(actions.to_vec()).prop_map(Push::Act),
            1 => proptest::sample::select(vec!['a', 'b']).prop_map(Push::Type),
            4 => (0usize..5).prop_map(Push::Answer),
        ]
    }

    proptest! {
        #![proptest_config(crate::seeds::cases(200))]
        #[test]
        fn in_whatever_order_answers_come_the_cursor_and_the_counts_are_right(pushes in prop::collection::vec(push(), 1..120)) {
            let (mut step, mut outbox, mut config) = (ManifestStep::default(), Outbox::default(), Config::default());
            let mut whole = facts(&[(Code::MetadataType, 900, "a.jpg")]);
            whole.summary.items = [(Kind::Image, 5000)].into();
            built(&mut step, &mut outbox, whole);
            // A search answers in two halves; every seventh row passes.
            let mut open: Vec<(RequestId, Request, bool)> = Vec::new();
            for push in pushes {
                match push {
                    Push::Act(action) => {
                        step.action(action, access(), &mut config, &mut outbox);
                    }
                    Push::Type(c) => step.edit(&Edit::Insert(c), &mut outbox),
                    Push::Answer(at) if at < open.len() => {
                        let (id, request, is_second) = open.remove(at);
                        match request {
                            Request::Manifest(ManifestRequest::ReadRows { list, first, count, places }) => {
                                let places: Vec<u64> = match places {
                                    Some(places) => places.into_iter().map(u64::from).collect(),
                                    None => (first..(first + count).min(step.unfiltered())).collect(),
                                };
                                let row = |place: u64| Row::Finding(Finding::new(Code::MetadataType, place.to_string(), ""));
                                step.rows(id, list, first, places.into_iter().map(row).collect(), &mut outbox);
                            }
                            Request::Manifest(ManifestRequest::Search { list, filter }) => {
                                let total = if list == List::Items { 5000 } else { 900 };
                                let half = if is_second { total / 2..total } else { 0..total / 2 };
                                let places: Vec<u32> = half.filter(|place| place % 7 == 0).collect();
                                step.found(id, &places, u64::from(total), is_second, &mut outbox);
                                if !is_second {
                                    open.push((id, Request::Manifest(ManifestRequest::Search { list, filter }), true));
                                }
                            }
                            Request::Manifest(ManifestRequest::FindItem { .. }) => step.item_found(id, Some(4321), &mut outbox),
                            _ => {}
                        }
                    }
                    Push::Answer(_) => {}
                }
                open.extend(requests(&mut outbox).into_iter().map(|(id, request)| (id, request, false)));
                let window = step.window();
                prop_assert!(window.cursor() < window.total().max(1));
                prop_assert!(window.total() <= step.unfiltered());
                let is_narrowed = !step.filter().is_empty();
                if !is_narrowed && step.groups().is_none() {
                    prop_assert_eq!(window.total(), step.unfiltered());
                }
                // The row that is held for a place is the row of that place.
                if let Some(Row::Finding(finding)) = window.current() {
                    let place = if is_narrowed { window.cursor() * 7 } else { window.cursor() };
                    prop_assert_eq!(&finding.item, &place.to_string());
                }
            }
        }
    }
}
