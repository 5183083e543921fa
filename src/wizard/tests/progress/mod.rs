//! Step 6: what each key does in each state, and what holds whatever comes in whatever order.

mod questions;

use proptest::prelude::*;

use crate::{
    run::failed_unit::FailedUnit,
    wizard::{step::Move, tests::*},
};

/// The step alone, with what it asked for.
struct Follow {
    step: ProgressStep,
    outbox: Outbox,
    sent: Vec<(RequestId, Request)>,
    cancelled: Vec<RequestId>,
    copied: Vec<String>,
    bells: usize,
}

impl Follow {
    fn new(begin: impl FnOnce(&mut Outbox) -> ProgressStep) -> Follow {
        let mut outbox = Outbox::default();
        let step = begin(&mut outbox);
        let mut follow = Follow { step, outbox, sent: Vec::new(), cancelled: Vec::new(), copied: Vec::new(), bells: 0 };
        follow.collect();
        follow
    }

    /// A run that was planned here with these options, at work.
    fn planned(ignore_errors: bool, skip_duplicate_urls: bool) -> Follow {
        let mut plan = Harness::ready_to_send().wizard.plan().unwrap();
        plan.upload.ignore_individual_file_errors = ignore_errors;
        plan.upload.skip_duplicate_urls = skip_duplicate_urls;
        let mut follow = Follow::new(|outbox| {
            let mut step = ProgressStep::default();
            step.start(plan, outbox);
            step
        });
        follow.started();
        follow
    }

    fn watched() -> Follow {
        Follow::new(|outbox| ProgressStep::watch("old".into(), outbox))
    }

    fn resumed() -> Follow {
        Follow::new(|outbox| ProgressStep::resume("old".into(), outbox))
    }

    fn started(&mut self) {
        self.tell(RunEvent::Started { run: "r1".into(), folder: "Raw/2026".into() });
    }

    fn collect(&mut self) {
        for effect in self.outbox.effects.drain(..) {
            match effect {
                Effect::Start { id, request } => self.sent.push((id, request)),
                Effect::Cancel { id } => self.cancelled.push(id),
                Effect::Copy(text) => self.copied.push(text.expose_secret().to_owned()),
                Effect::Bell => self.bells += 1,
                Effect::Editor(_) | Effect::Mouse | Effect::Exit => {}
            }
        }
    }

    fn act(&mut self, action: Action) -> Move {
        let movement = self.step.action(action, &mut self.outbox);
        self.collect();
        movement
    }

    fn all(&mut self, actions: &[Action]) {
        actions.iter().for_each(|action| _ = self.act(*action));
    }

    /// The newest request that a run answers.
    fn run(&self) -> RequestId {
        let is_run = |request: &Request| {
            matches!(
                request,
                Request::Run(RunRequest::Start { .. })
                    | Request::Run(RunRequest::Resume { .. })
                    | Request::Run(RunRequest::Watch { .. })
                    | Request::Run(RunRequest::Retry { .. })
            )
        };
        self.sent.iter().rfind(|(_, request)| is_run(request)).unwrap().0
    }

    fn tell(&mut self, reply: RunEvent) {
        let id = self.run();
        self.step.reply(id, reply, &mut self.outbox);
        self.collect();
    }

    fn progress(&mut self, snapshot: Snapshot) {
        self.tell(RunEvent::Progress(Box::new(snapshot)));
    }

    fn finish(&mut self, state: RunState, snapshot: Snapshot) {
        let snapshot = Box::new(snapshot);
        self.tell(RunEvent::Finished { state, snapshot, reports: None, problem: None });
    }

    /// The rows that were asked for last, as many as there are to be had.
    fn rows(&mut self, available: u64) {
        let found = self.sent.iter().rev().find_map(|(id, request)| match request {
            Request::Run(RunRequest::ReadFailed { first, count, .. }) => Some((*id, *first, *count)),
            _ => None,
        });
        let (id, first, count) = found.unwrap();
        let rows = (first..available.min(first + count)).map(|place| Row::Failed(unit(place))).collect();
        self.step.rows(id, first, rows, &mut self.outbox);
        self.collect();
    }

    /// What was asked of the run, in short.
    fn asked(&self) -> Vec<String> {
        self.sent
            .iter()
            .filter_map(|(_, request)| match request {
                Request::Run(RunRequest::Stop { abort }) => Some(format!("stop {abort}")),
                Request::Run(RunRequest::Pause { paused }) => Some(format!("pause {paused}")),
                Request::Run(RunRequest::Resume { run, doubts }) => {
                    Some(format!("resume {run} {} {:?}", doubts.resend, doubts.give_up))
                }
                Request::Run(RunRequest::Watch { run }) => Some(format!("watch {run}")),
                Request::Run(RunRequest::Retry { run, change }) => {
                    let RetryChange { ignore_errors, skip_duplicate_urls, upsert_metadata, .. } = change;
                    let on = |option: &Option<bool>| option.map_or('-', |on| if on { '1' } else { '0' });
                    let [one, two, three] = [ignore_errors, skip_duplicate_urls, upsert_metadata].map(on);
                    Some(format!("retry {run} {one}{two}{three}"))
                }
                _ => None,
            })
            .collect()
    }

    fn reads(&self) -> usize {
        self.sent.iter().filter(|(_, request)| matches!(request, Request::Run(RunRequest::ReadFailed { .. }))).count()
    }

    fn labels(&self) -> Vec<&'static str> {
        self.step.hints().into_iter().map(|hint| hint.label).collect()
    }
}

fn unit(place: u64) -> FailedUnit {
    FailedUnit {
        batch: 1,
        object_urls: vec![format!("https://a/{place}")],
        error: "no".into(),
        subtask_uuid: Some(format!("subtask-{place}")),
        action_description: None,
    }
}

fn job(batch: u32, state: BatchState, errors: u64) -> JobRow {
    JobRow {
        batch,
        job: Some(Uuid::from_u128(batch.into())),
        kind: Kind::Image,
        state,
        count: 10,
        done: if state.is_final() { 10 - errors } else { 0 },
        errors,
        cancelled: 0,
        message: None,
        age: None,
    }
}

fn cause(id: u32, units: u64) -> CauseRow {
    CauseRow { id: CauseId(id), cause: format!("cause {id}"), units, hint: None }
}

fn snapshot(jobs: Vec<JobRow>, causes: Vec<CauseRow>) -> Snapshot {
    Snapshot {
        total: jobs.iter().map(|job| job.count).sum(),
        done: jobs.iter().map(|job| job.done).sum(),
        errors: jobs.iter().map(|job| job.errors).sum(),
        failed_rows: jobs.iter().map(|job| job.errors).sum(),
        jobs,
        causes,
        ..Snapshot::default()
    }
}

fn at_work() -> Snapshot {
    let jobs = vec![job(1, BatchState::Done, 3), job(2, BatchState::Pending, 0), job(3, BatchState::Waiting, 0)];
    snapshot(jobs, vec![cause(0, 2), cause(1, 1)])
}

fn with_errors() -> Snapshot {
    snapshot(vec![job(1, BatchState::Done, 3), job(2, BatchState::Done, 0)], vec![cause(0, 2), cause(1, 1)])
}

fn broken_off() -> Snapshot {
    let jobs = vec![job(1, BatchState::Done, 3), job(2, BatchState::Sending, 0), job(3, BatchState::Waiting, 0)];
    snapshot(jobs, vec![cause(0, 3)])
}

#[test]
fn keys_ask_for_this_while_a_run_is_at_work() {
    use Action::{Back, Cancel, Next, No, Pause, Refresh, Yes};
    for (actions, asked) in [
        (&[Refresh, Next, Yes, Back][..], &[][..]),
        (&[Pause], &["pause true"]),
        (&[Pause, Pause, Pause], &["pause true", "pause false", "pause true"]),
        (&[Cancel], &["stop false"]),
        (&[Cancel, Pause], &["stop false"]),
        // A key that is held down never cancels in Encord.
        (&[Cancel, Cancel, Cancel, Cancel], &["stop false"]),
        (&[Cancel, Cancel, No, Cancel, Back], &["stop false"]),
        (&[Cancel, Cancel, Yes], &["stop false", "stop true"]),
        (&[Cancel, Cancel, Next, Cancel, Cancel, Yes], &["stop false", "stop true"]),
        (&[Pause, Cancel], &["pause true", "stop false"]),
    ] {
        let mut follow = Follow::planned(true, true);
        follow.progress(at_work());
        follow.all(actions);
        assert_eq!(follow.asked(), asked, "{actions:?}");
        assert!(follow.step.is_running());
    }
}

#[test]
fn a_pause_is_shown_at_once_and_ends_as_the_run_says() {
    let mut follow = Follow::planned(true, true);
    follow.progress(at_work());
    follow.act(Action::Pause);
    assert!(follow.step.is_paused());
    follow.progress(at_work());
    assert!(follow.step.is_paused(), "a snapshot from before the key");
    follow.progress(Snapshot { paused: true, ..at_work() });
    follow.progress(at_work());
    assert!(!follow.step.is_paused());
    let paused = Snapshot { paused: true, per_second: 5.0, elapsed: 60, ..at_work() };
    assert_eq!(paused.eta(), None);
    // Nothing waits, so there is nothing to hold back.
    follow.progress(snapshot(vec![job(1, BatchState::Pending, 0)], Vec::new()));
    follow.act(Action::Pause);
    assert_eq!(follow.asked(), ["pause true"]);
}

#[test]
fn looking_on_changes_nothing_and_ends_with_leaving() {
    let mut follow = Follow::watched();
    follow.tell(RunEvent::Started { run: "old".into(), folder: "F".into() });
    follow.progress(Snapshot { watched: true, ..at_work() });
    assert!(follow.step.is_watching() && !follow.step.is_running() && follow.step.is_recorded());
    assert_eq!((follow.step.run(), follow.step.destination()), (Some("old"), Some(("F", false))));
    follow.all(&[Action::Pause, Action::Cancel, Action::Cancel, Action::Yes, Action::Refresh, Action::Next]);
    assert_eq!(follow.asked(), ["watch old"]);
    assert!(!follow.labels().iter().any(|label| ["pause", "stop sending"].contains(label)));
    assert_eq!(follow.act(Action::Back), Move::Back);
    assert_eq!(follow.cancelled, [follow.run()]);
    // Its end rings no bell: the one who works on it hears it.
    let mut follow = Follow::watched();
    follow.finish(RunState::DoneWithErrors, with_errors());
    assert_eq!((follow.bells, follow.step.outcome()), (0, Some(RunState::DoneWithErrors)));
    assert!(follow.step.may_retry());
}

#[test]
fn the_bell_rings_once_for_a_run_of_our_own_and_not_for_a_refusal() {
    for (mut follow, bells) in [(Follow::planned(true, true), 1), (Follow::resumed(), 1), (Follow::watched(), 0)] {
        follow.finish(RunState::Done, with_errors());
        follow.finish(RunState::Done, with_errors());
        assert_eq!(follow.bells, bells);
    }
    let mut follow = Follow::resumed();
    follow.tell(RunEvent::Refused(UserError::other("no")));
    assert_eq!((follow.bells, follow.act(Action::Back)), (0, Move::Back));
}

#[test]
fn the_lists_that_there_are_come_round_with_one_key() {
    let mut follow = Follow::planned(true, true);
    let clean = snapshot(vec![job(1, BatchState::Pending, 0)], Vec::new());
    for (snapshot, views) in [
        (clean, &[RunView::Jobs, RunView::Jobs][..]),
        (Snapshot { causes: Vec::new(), ..at_work() }, &[RunView::Items, RunView::Jobs]),
        (Snapshot { failed_rows: 0, ..at_work() }, &[RunView::Causes, RunView::Jobs]),
        (at_work(), &[RunView::Causes, RunView::Items, RunView::Jobs]),
    ] {
        follow.progress(snapshot);
        for view in views {
            follow.act(Action::SwitchList);
            assert_eq!(follow.step.view(), *view);
        }
    }
}

#[test]
fn the_way_into_a_cause_and_back_is_the_same_at_the_end_and_before() {
    use Action::{Back, Left, Next, Right, SwitchList, Toggle};
    let behind = RunView::Behind(CauseId(1));
    for into in [Next, Right, Toggle] {
        for out in [Back, Left] {
            for is_over in [false, true] {
                let mut follow = Follow::planned(true, true);
                follow.progress(at_work());
                if is_over {
                    follow.finish(RunState::DoneWithErrors, with_errors());
                }
                follow.all(&[SwitchList, Action::Down]);
                for (action, view) in [
                    (into, behind),
                    (out, RunView::Causes),
                    (into, behind),
                    (out, RunView::Causes),
                    (out, RunView::Jobs),
                ] {
                    assert_eq!(follow.act(action), Move::Stay);
                    assert_eq!(follow.step.view(), view, "{action:?}");
                }
            }
        }
    }
}

#[test]
fn the_cursor_stays_with_its_cause_while_others_overtake_it() {
    let mut follow = Follow::planned(true, true);
    follow.progress(at_work());
    follow.all(&[Action::SwitchList, Action::Down]);
    follow.progress(Snapshot { causes: vec![cause(2, 9), cause(0, 8), cause(1, 7)], ..at_work() });
    assert_eq!(follow.step.cause_cursor(), 2);
    follow.act(Action::Next);
    assert_eq!(follow.step.opened().map(|cause| cause.units), Some(7));
}

#[test]
fn units_without_a_record_of_their_own_are_told_apart() {
    let mut follow = Follow::planned(true, true);
    let many = |units| Snapshot { causes: vec![cause(0, units)], failed_rows: 30, ..at_work() };
    follow.progress(many(50));
    follow.all(&[Action::SwitchList, Action::Next]);
    follow.rows(30);
    assert_eq!((follow.step.failed().total(), follow.step.unnamed()), (30, 20));
    follow.progress(many(50));
    assert_eq!((follow.step.failed().total(), follow.reads()), (30, 1), "nothing is asked for over and over");
    follow.act(Action::Bottom);
    assert_eq!(follow.step.current_unit().map(|unit| unit.object_urls[0].as_str()), Some("https://a/29"));
}

#[test]
fn copying_takes_the_id_and_the_urls_in_turn() {
    let mut follow = Follow::planned(true, true);
    follow.progress(at_work());
    follow.act(Action::Copy);
    assert_eq!(follow.copied, [Uuid::from_u128(2).to_string()], "the job under the cursor");
    follow.all(&[Action::SwitchList, Action::SwitchList]);
    follow.rows(3);
    follow.copied.clear();
    follow.all(&[Action::Copy, Action::Copy, Action::Copy, Action::Down, Action::Copy, Action::Toggle, Action::Copy]);
    assert_eq!(follow.copied, ["subtask-0", "https://a/0", "subtask-0", "subtask-1", "subtask-1"]);
}

#[test]
fn of_long_lists_only_what_is_near_the_cursor_is_read() {
    let mut follow = Follow::planned(true, true);
    let causes = (0..2000).map(|id| cause(id, 50)).collect();
    let many = Snapshot { causes, failed_rows: 100_000, errors: 100_000, total: 200_000, ..at_work() };
    for _ in 0..50 {
        follow.progress(many.clone());
    }
    follow.act(Action::SwitchList);
    for _ in 0..1500 {
        follow.act(Action::Down);
    }
    assert_eq!((follow.step.cause_cursor(), follow.reads()), (1500, 0), "causes need no reading");
    follow.act(Action::SwitchList);
    follow.rows(100_000);
    for _ in 0..1000 {
        let before = follow.reads();
        follow.act(Action::Down);
        if follow.reads() > before {
            follow.rows(100_000);
        }
        follow.progress(many.clone());
    }
    follow.act(Action::Bottom);
    follow.rows(100_000);
    assert!(follow.step.current_unit().is_some());
    assert!(follow.reads() < 20, "{} reads", follow.reads());
}

#[derive(Debug, Clone)]
enum Happens {
    Act(Action),
    Started,
    Progress(u64, u64, u64),
    Finished(u64, u64, u64),
    Refused,
    Rows(u64),
}

fn happens() -> impl Strategy<Value = Happens> {
    use Action::{
        Back, Bottom, Cancel, Copy, Down, Left, Next, No, PageDown, Pause, Refresh, Right, SwitchList, Toggle, Top, Up,
        Yes,
    };
    let keys = vec![
        Next, Back, Up, Down, Top, Bottom, PageDown, Left, Right, Toggle, SwitchList, Copy, Cancel, Pause, Refresh,
        Yes, No,
    ];
    let numbers = || (0..40_u64, 0..40_u64, 0..40_u64);
    prop_oneof![
        8 => proptest::sample::select(keys).prop_map(Happens::Act),
        1 => Just(Happens::Started),
        4 => numbers().prop_map(|(done, errors, cancelled)| Happens::Progress(done, errors, cancelled)),
        1 => numbers().prop_map(|(done, errors, cancelled)| Happens::Finished(done, errors, cancelled)),
        1 => Just(Happens::Refused),
        3 => (0..40_u64).prop_map(Happens::Rows),
    ]
}

/// Numbers as an engine could tell them, and some that none should.
fn told(done: u64, errors: u64, cancelled: u64) -> Snapshot {
    let state = if done.is_multiple_of(2) { BatchState::Done } else { BatchState::Waiting };
    Snapshot {
        jobs: vec![job(1, state, 0), job(2, BatchState::Done, 0)],
        total: 100,
        done,
        errors,
        cancelled,
        failed_rows: errors,
        causes: (0..u32::try_from(errors % 4).unwrap()).map(|id| cause(id, errors)).collect(),
        ..Snapshot::default()
    }
}

proptest! {
    #![proptest_config(crate::seeds::cases(300))]

    #[test]
    fn counts_are_right_and_nothing_is_asked_without_its_key(
        kind in 0..3,
        events in prop::collection::vec(happens(), 1..120),
    ) {
        let mut follow = match kind {
            0 => Follow::planned(true, false),
            1 => Follow::resumed(),
            _ => Follow::watched(),
        };
        for event in events {
            let before = follow.asked().len();
            let (ask, over) = (follow.step.ask(), follow.step.outcome().is_some() || follow.step.is_refused());
            let numbers = follow.step.snapshot().clone();
            match event.clone() {
                Happens::Act(action) => _ = follow.act(action),
                Happens::Started => follow.started(),
                Happens::Progress(done, errors, cancelled) => follow.progress(told(done, errors, cancelled)),
                Happens::Finished(done, errors, cancelled) => follow.finish(RunState::DoneWithErrors, told(done, errors, cancelled)),
                Happens::Refused => follow.tell(RunEvent::Refused(UserError::other("no"))),
                Happens::Rows(available) if follow.reads() > 0 => follow.rows(available),
                Happens::Rows(_) => {}
            }
            let now = follow.step.snapshot();
            match event {
                // After its end a run has no other numbers.
                Happens::Progress(done, ..) | Happens::Finished(done, ..) if !over && !follow.cancelled.contains(&follow.run()) => {
                    prop_assert_eq!(now.done, done);
                }
                Happens::Act(Action::Next | Action::Yes | Action::Back) => {}
                _ => prop_assert_eq!(now, &numbers),
            }
            prop_assert!(now.percent() <= 100 && now.finished() + now.open() >= now.total);
            let asked = follow.asked();
            let new = asked.get(before..).unwrap_or_default();
            prop_assert!(new.len() <= 1);
            if let Some(new) = new.first() {
                let is_yes = matches!(event, Happens::Act(Action::Next | Action::Yes));
                let fits = match new.as_str() {
                    "stop false" => matches!(event, Happens::Act(Action::Cancel)),
                    "stop true" => is_yes && ask == Some(Ask::Cancel),
                    new if new.starts_with("pause") => matches!(event, Happens::Act(Action::Pause)),
                    new if new.starts_with("retry") => is_yes && matches!(ask, Some(Ask::Retry(_))),
                    new if new.starts_with("resume") => is_yes && matches!(ask, Some(Ask::Resume(_))),
                    _ => false,
                };
                prop_assert!(fits, "{} after {:?}", new, event);
            }
            prop_assert!(follow.step.job_cursor() <= now.jobs.len());
            prop_assert!(follow.step.failed().cursor() <= follow.step.failed().total());
        }
    }
}
