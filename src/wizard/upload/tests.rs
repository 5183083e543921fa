//! The step by tables.

use secrecy::ExposeSecret;

use crate::{
    config,
    manifest::batch::Batch,
    wizard::{
        connections::Integration,
        destination::{Destination, Mirror},
        effect::Request,
        progress::messages::RunRequest,
        upload::*,
    },
};

fn plan(items: u64, jobs: u64, in_flight: usize) -> Plan {
    let mut config = Config::default();
    config.upload.jobs_in_flight = in_flight;
    Plan {
        domain: config.encord.domain.clone(),
        integration: Integration { uuid: uuid::Uuid::nil(), title: "Azure".into() },
        schema: crate::schema::merge::Diff::default(),
        schema_edits: Vec::new(),
        destination: Destination { create: vec!["Raw".into()], ..Destination::default() },
        items: vec![(Kind::Image, items)],
        bytes: 9,
        batches: (0..jobs).map(|first| Batch { kind: Kind::Image, first, count: 1 }).collect(),
        kinds: Vec::new(),
        upload: config.upload.clone(),
        despite: Vec::new(),
        config: Box::new(config),
    }
}

/// The last estimate that was asked for since the last time, and what was cancelled.
fn asked(outbox: &mut Outbox) -> (Option<(RequestId, u64, usize)>, Vec<RequestId>) {
    let (mut found, mut cancelled) = (None, Vec::new());
    for effect in std::mem::take(&mut outbox.effects) {
        match effect {
            Effect::Start { id, request: Request::Run(RunRequest::Estimate { items, jobs_in_flight, .. }) } => {
                found = Some((id, items.iter().map(|(_, count)| count).sum(), jobs_in_flight));
            }
            Effect::Cancel { id } => cancelled.push(id),
            other => panic!("{other:?}"),
        }
    }
    (found, cancelled)
}

#[test]
fn an_estimate_is_asked_for_when_it_changes_and_stale_ones_are_dropped() {
    let (mut step, mut outbox) = (UploadStep::default(), Outbox::default());
    let estimate = |seconds| Some(Estimate { seconds, runs: 1 });
    step.on_screen(None, &mut outbox);
    assert_eq!(asked(&mut outbox), (None, vec![]));
    step.on_screen(Some(&plan(10, 5, 2)), &mut outbox);
    assert_eq!(asked(&mut outbox), (Some((1, 10, 2)), vec![]));
    step.on_screen(Some(&plan(10, 5, 2)), &mut outbox);
    assert_eq!(asked(&mut outbox), (None, vec![]), "nothing changed");
    step.on_screen(Some(&plan(10, 5, 3)), &mut outbox);
    assert_eq!((asked(&mut outbox), step.is_estimating()), ((Some((2, 10, 3)), vec![1]), true));
    step.estimated(1, estimate(1));
    assert_eq!((step.estimate(), step.is_estimating()), (None, true), "stale");
    step.estimated(2, estimate(60));
    assert_eq!((step.estimate(), step.is_estimating()), (estimate(60), false));
    // More jobs at a time than there are make nothing faster.
    step.on_screen(Some(&plan(10, 5, 5)), &mut outbox);
    assert_eq!(asked(&mut outbox).0, Some((3, 10, 5)));
    assert_eq!(step.estimate(), estimate(60), "until the new one comes, the old one tells more than none");
    step.estimated(3, estimate(50));
    step.on_screen(Some(&plan(10, 5, 9)), &mut outbox);
    assert_eq!((asked(&mut outbox), step.estimate()), ((None, vec![]), estimate(50)));
    // Away and back again it is still true; of other items it is not.
    step.on_screen(None, &mut outbox);
    step.on_screen(Some(&plan(10, 5, 9)), &mut outbox);
    assert_eq!((asked(&mut outbox).0, step.estimate()), (None, estimate(50)));
    step.on_screen(Some(&plan(11, 5, 9)), &mut outbox);
    assert_eq!((asked(&mut outbox).0, step.estimate()), (Some((4, 11, 5)), None));
    // Nobody knows how much is mirrored.
    let mut mirrored = plan(0, 0, 2);
    mirrored.destination.mirror = Some(Mirror { remote_url: "https://a/b/".into(), sidecar: None });
    step.on_screen(Some(&mirrored), &mut outbox);
    assert_eq!((asked(&mut outbox), step.is_estimating()), ((None, vec![4]), false));
}

#[test]
fn the_options_depend_on_each_other() {
    use UploadOption::{IgnoreErrors, JobsInFlight, SkipDuplicates, UpsertMetadata};
    let values = |config: &Config| UploadOption::ALL.map(|option| option.value(config)).join(" ");
    let mut config = Config::default();
    assert_eq!(values(&config), "yes yes no 2");
    for (option, downwards, expected) in [
        (IgnoreErrors, false, "no yes no 2"),
        (UpsertMetadata, false, "no yes yes 2"),
        (SkipDuplicates, false, "no no no 2"),
        (UpsertMetadata, true, "no yes yes 2"),
        (JobsInFlight, true, "no yes yes 1"),
        (JobsInFlight, true, "no yes yes 1"),
        (JobsInFlight, false, "no yes yes 2"),
    ] {
        option.change(&mut config, downwards);
        assert_eq!(values(&config), expected, "{option:?}");
    }
    (0..20).for_each(|_| JobsInFlight.change(&mut config, false));
    assert_eq!(JobsInFlight.value(&config), "16");
    config.upload.jobs_in_flight = 40;
    JobsInFlight.change(&mut config, false);
    assert_eq!(JobsInFlight.value(&config), "40", "no key takes away what the config asks for");
    // Each state of each option says something else.
    let default = Config::default();
    for option in UploadOption::ALL {
        assert!(option.meaning(&default).ends_with('.'), "{option:?}");
        let flipped = {
            let mut config = default.clone();
            option.change(&mut config, true);
            config
        };
        assert_ne!(option.meaning(&default), option.meaning(&flipped), "{option:?}");
    }
}

#[test]
fn the_equivalent_is_scrolled_copied_and_closed_and_nothing_is_sent_from_it() {
    let (mut step, mut outbox, mut config) = (UploadStep::default(), Outbox::default(), Config::default());
    config.azure.account = Some("acme".into());
    config.azure.container = "raw".into();
    let plan = plan(10, 5, 2);
    let mut act = |step: &mut UploadStep, action| step.action(action, &mut config, Some(&plan), true, &mut outbox);
    assert_eq!(act(&mut step, Action::SwitchList), Move::Stay);
    assert_eq!(step.equivalent(), Some(Equivalent::default()));
    assert_eq!(act(&mut step, Action::Next), Move::Stay, "the plan is not on the screen");
    for (action, scroll) in [
        (Action::Down, 1),
        (Action::Up, 0),
        (Action::Up, 0),
        (Action::Skip(3), 3),
        (Action::Skip(-9), 0),
        (Action::PageDown, 4),
        (Action::Bottom, 4),
        (Action::Top, 0),
        (Action::Toggle, 0),
    ] {
        act(&mut step, action);
        assert_eq!(step.equivalent().unwrap().scroll, scroll, "{action:?}");
    }
    assert_eq!(act(&mut step, Action::Copy), Move::Stay);
    assert!(step.equivalent().unwrap().is_copied);
    assert_eq!(act(&mut step, Action::Back), Move::Stay);
    assert_eq!((step.equivalent(), act(&mut step, Action::Back)), (None, Move::Back));
    let [Effect::Copy(copied)] = outbox.effects.as_slice() else { panic!("{:?}", outbox.effects) };
    let read = config::parse::parse(copied.expose_secret()).unwrap();
    assert_eq!((read.azure.account.as_deref(), read.azure.container.as_str()), (Some("acme"), "raw"));
    assert_eq!(config.upload, Config::default().upload, "no key went to an option");
    // Without a plan there is nothing that it would be the same as.
    step.action(Action::SwitchList, &mut config, None, false, &mut outbox);
    assert_eq!(step.equivalent(), None);
}

#[test]
fn a_mirror_has_no_options_to_change() {
    let (mut step, mut outbox, mut config) = (UploadStep::default(), Outbox::default(), Config::default());
    config.folder.cloud_synced = true;
    let mut mirrored = plan(0, 0, 2);
    mirrored.destination.mirror = Some(Mirror { remote_url: "https://a/b/".into(), sidecar: None });
    let before = config.clone();
    for action in [Action::Down, Action::Toggle, Action::Left] {
        assert_eq!(step.action(action, &mut config, Some(&mirrored), true, &mut outbox), Move::Stay);
    }
    assert_eq!((&config, step.cursor(), step.scroll()), (&before, 0, 1));
    let labels = |step: &UploadStep| -> Vec<&str> {
        step.hints(Some(&mirrored), true).into_iter().map(|hint| hint.label).collect()
    };
    assert_eq!(labels(&step), ["sync it", "back", "as config", "save as config", "scroll"]);
    assert_eq!(step.action(Action::Next, &mut config, Some(&mirrored), true, &mut outbox), Move::Next);
}
