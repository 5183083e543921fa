//! The screens of step 6 in all their states.

use ratatui::{Terminal, backend::TestBackend};

use crate::{
    manifest::kind::Kind,
    run::{
        failed_unit::FailedUnit,
        state::{BatchState, RunState},
    },
    tui::{
        screens,
        tests::{
            fixtures::{
                self, Build, Stage, UTF8, failed_unit, finished, frame, lines, one, refused, reports, running,
                snapshot, well,
            },
            shown::shows,
        },
    },
    wizard::{
        Wizard,
        action::Action,
        effect::{Reply, Request},
        progress::{
            failures::RunView,
            messages::{RunEvent, RunReply, RunRequest},
            snapshot::Snapshot,
        },
        saved::{CauseId, CauseRow},
        step::Step,
    },
};

fn causes() -> Vec<CauseRow> {
    let sas = "The SAS of the integration has expired: put a new one into the integration in Encord, then retry.";
    [
        (2, "403 AuthenticationFailed: Signature not valid in the specified time frame for …", 24, Some(sas)),
        (0, "Unable to read image: the file is truncated (expected … bytes, got …)", 11, None),
        (1, "对象 … 无法读取：文件已损坏", 2, None),
    ]
    .into_iter()
    .map(|(id, cause, units, hint)| CauseRow { id: CauseId(id), cause: cause.into(), units, hint })
    .collect()
}

pub(super) fn failing(done: u64) -> Snapshot {
    Snapshot { causes: causes(), already: 300, history: history(), span: 2, ..snapshot(done) }
}

fn history() -> Vec<u32> {
    (0..60_u32).map(|at| if (30..36).contains(&at) { 0 } else { 20 + (at * 37) % 50 }).collect()
}

fn told(stage: Stage, snapshot: Snapshot) -> Stage {
    stage.run(RunEvent::Progress(Box::new(snapshot)))
}

pub(super) fn at_work(snapshot: Snapshot) -> Stage {
    told(running(5000), snapshot)
}

pub(super) fn in_causes() -> Stage {
    at_work(failing(5000)).press(Action::SwitchList)
}

pub(super) fn ended_with_errors() -> Stage {
    finished(RunState::DoneWithErrors, failing(20_000), None)
}

fn broken() -> Snapshot {
    let mut broken = failing(3000);
    for job in broken.jobs.iter_mut().filter(|job| job.state == BatchState::Pending) {
        job.state = BatchState::Error;
        job.message = Some("500 Internal Server Error: job lost\u{1b}[0m".into());
    }
    broken
}

fn doubtful() -> Stage {
    finished(RunState::Failed, broken(), Some(refused()))
}

fn cancelled() -> Snapshot {
    let mut cancelled = failing(3000);
    for job in cancelled.jobs.iter_mut().filter(|job| !job.state.is_final()) {
        (job.state, job.cancelled) = (BatchState::Cancelled, job.count - job.done);
    }
    cancelled.cancelled = cancelled.jobs.iter().map(|job| job.cancelled).sum();
    cancelled
}

/// Every state of the step.
pub(super) fn stages() -> Vec<Build> {
    stages![
        running(5000).press(Action::Quit),
        at_work(Snapshot { paused: true, ..failing(5000) }),
        at_work(Snapshot { linking: true, ..failing(20_000) }),
        at_work(failing(5000)).times(2, Action::Cancel),
        in_causes(),
        in_causes().press(Action::Toggle),
        in_causes().times(2, Action::Toggle),
        in_causes().press(Action::SwitchList).press(Action::Toggle).press(Action::Copy),
        ended_with_errors().press(Action::SwitchList),
        ended_with_errors().press(Action::Refresh),
        ended_with_errors().press(Action::Refresh).press(Action::Next),
        doubtful(),
        doubtful().press(Action::Refresh).press(Action::Down),
        finished(RunState::Failed, snapshot(3000), Some(refused())),
        watched(),
    ]
}

fn watched() -> Stage {
    at_work(Snapshot { watched: true, ..failing(5000) })
}

#[test]
fn progress_screens() {
    shows("progress_preparing", &Stage::at(Step::Progress, well).wizard);
    shows("progress_running", &running(5000).wizard);
    let run = at_work(failing(5000));
    shows("progress_some_failed", &run.wizard);
    let noted = Snapshot {
        note: Some("Encord asked to slow down; the next request goes out in 20 s.".into()),
        ..failing(5000)
    };
    shows("progress_noted", &at_work(noted.clone()).wizard);
    let paused = Snapshot { paused: true, ..noted };
    shows("progress_paused", &at_work(paused).wizard);
    let mut linking = failing(20_000);
    linking.linking = true;
    linking.jobs.iter_mut().skip(12).for_each(|job| job.state = BatchState::Pending);
    shows("progress_linking", &at_work(linking).wizard);
    shows("progress_stopping", &at_work(failing(5000)).press(Action::Cancel).wizard);
    shows("progress_cancel_asked", &at_work(failing(5000)).times(2, Action::Cancel).wizard);
    shows("progress_cancelling", &at_work(failing(5000)).times(2, Action::Cancel).press(Action::Yes).wizard);
    shows("progress_refused", &Stage::at(Step::Progress, well).run(RunEvent::Refused(refused())).wizard);
    shows("progress_watched", &watched().wizard);
}

#[test]
fn progress_failures() {
    let causes = in_causes();
    shows("progress_causes", &causes.wizard);
    shows("progress_cause_unknown", &in_causes().press(Action::Down).wizard);
    shows("progress_cause_opened", &causes.press(Action::Toggle).times(3, Action::Down).wizard);
    let nameless = in_causes().press(Action::Down).press(Action::Toggle);
    let failures = in_causes().press(Action::SwitchList).times(3, Action::Down);
    shows("progress_failed_items", &failures.wizard);
    let whole = failures.press(Action::Toggle);
    shows("progress_failed_item_whole", &whole.wizard);
    shows("progress_failed_item_copied", &whole.press(Action::Copy).wizard);
    let end = in_causes().press(Action::SwitchList).press(Action::Toggle).times(500, Action::Down);
    shows("progress_failed_item_whole_end", &end.wizard);
    shows("progress_copied", &nameless.press(Action::Copy).press(Action::Copy).wizard);
}

#[test]
fn progress_failures_without_items() {
    let none = |request: &Request| match request {
        Request::Run(RunRequest::ReadFailed { cause: Some(_), first, .. }) => {
            one(Reply::Run(RunReply::Failed { first: *first, units: Vec::new() }))
        }
        other => well(other),
    };
    let stage = Stage::at(Step::Progress, none)
        .run(RunEvent::Started { run: "2026-03-14-7f3a".into(), folder: "Raw/2026/Berlin".into() });
    let stage = told(stage, failing(5000)).press(Action::SwitchList).press(Action::Next);
    shows("progress_cause_nameless", &stage.wizard);
    let some = |request: &Request| match request {
        Request::Run(RunRequest::ReadFailed { cause: Some(_), first, .. }) => {
            let evil = FailedUnit {
                object_urls: vec!["https://a/\u{202e}gpj.exe\u{1b}[2J".into(), "https://a/图/二.png".into()],
                error: "403\u{7} <html>\n<body>Forbidden</body>".into(),
                ..failed_unit(0)
            };
            one(Reply::Run(RunReply::Failed { first: *first, units: vec![evil] }))
        }
        other => well(other),
    };
    let stage = Stage::at(Step::Progress, some)
        .run(RunEvent::Started { run: "2026-03-14-7f3a".into(), folder: "数据/二〇二六".into() });
    let stage = told(stage, failing(5000)).press(Action::SwitchList).press(Action::Next);
    shows("progress_cause_partly_nameless", &stage.wizard);
    shows("progress_failed_item_evil", &stage.press(Action::Next).wizard);
}

#[test]
fn progress_ends() {
    let mut clean = snapshot(20_000);
    clean.jobs.iter_mut().for_each(|job| (job.done, job.errors, job.state) = (job.count, 0, BatchState::Done));
    (clean.done, clean.errors, clean.failed_rows) = (clean.total, 0, 0);
    shows("progress_done", &finished(RunState::Done, clean.clone(), None).wizard);
    shows("progress_done_again", &finished(RunState::Done, Snapshot { already: 11_000, ..clean }, None).wizard);
    let with_errors = ended_with_errors();
    shows("progress_done_with_errors", &with_errors.wizard);
    shows("progress_done_with_errors_causes", &with_errors.press(Action::SwitchList).wizard);
    shows("progress_failed", &doubtful().times(5, Action::Down).wizard);
    shows("progress_cancelled", &finished(RunState::Cancelled, cancelled(), None).wizard);
    let drained = finished(RunState::Cancelled, snapshot(3000), None);
    shows("progress_drained", &drained.wizard);
}

#[test]
fn progress_again() {
    let cancelled = finished(RunState::Cancelled, cancelled(), None).press(Action::Refresh);
    shows("progress_retry_of_cancelled_asked", &cancelled.wizard);
    shows("progress_retry_asked", &ended_with_errors().press(Action::Refresh).press(Action::Down).wizard);
    let asked = ended_with_errors().press(Action::Refresh);
    let retried = asked.press(Action::Next);
    shows("progress_retry_prepares", &retried.wizard);
    shows("progress_resume_asked", &doubtful().press(Action::Refresh).wizard);
    // Where duplicates are not skipped, a job without an answer is the user's to decide.
    let mut config = fixtures::config();
    config.upload.skip_duplicate_urls = false;
    let mut stage = Stage::new(config, well).times(5, Action::Next);
    assert_eq!(stage.wizard.step(), Step::Progress);
    stage = stage.run(RunEvent::Started { run: "2026-03-14-7f3a".into(), folder: "Raw/2026/Berlin".into() });
    let mut stopped = snapshot(3000);
    stopped
        .jobs
        .iter_mut()
        .filter(|job| job.state == BatchState::Pending)
        .for_each(|job| job.state = BatchState::Sending);
    let reports = Some(reports("2026-03-14-7f3a"));
    stage =
        stage.run(RunEvent::Finished { state: RunState::Failed, snapshot: Box::new(stopped), reports, problem: None });
    shows("progress_doubts_asked", &stage.press(Action::Refresh).press(Action::Down).wizard);
}

/// 2,000 causes and 100,000 failed items: only what is in view is asked for.
#[test]
fn long_lists_show_their_ends() {
    let causes = (0..2000)
        .map(|number| CauseRow { id: CauseId(number), cause: format!("cause {number}"), units: 50, hint: None })
        .collect();
    let many = Snapshot { causes, failed_rows: 100_000, errors: 100_000, total: 200_000, ..snapshot(5000) };
    let stage = at_work(many).press(Action::SwitchList).press(Action::Bottom);
    let text = frame(&stage.wizard, UTF8, 80, 24);
    assert!(text.contains("cause 1999") && text.contains("2,000 of 2,000"), "{text}");
    let stage = stage.press(Action::SwitchList).press(Action::Bottom);
    assert_eq!(stage.wizard.progress().view(), RunView::Items);
    let text = frame(&stage.wizard, UTF8, 80, 24);
    assert!(text.contains("100,000 of 100,000"), "{text}");
}

fn demo_frame(wizard: &Wizard) -> String {
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let labels = screens::Labels { is_demo: true, ..screens::Labels::default() };
    terminal.draw(|frame| _ = screens::draw(frame, wizard, &UTF8, &labels)).unwrap();
    lines(terminal.backend().buffer())
}

/// The demo's services go with the program, so nothing of it can be taken up later.
#[test]
fn the_demo_never_promises_that_a_run_can_be_taken_up_later() {
    for stage in stages().iter().map(|build| build()).chain([doubtful(), running(3000)]) {
        let text = demo_frame(&stage.wizard);
        assert!(!text.contains("runs resume"), "{text}");
    }
    let text = demo_frame(&running(3000).press(Action::Quit).wizard);
    assert!(text.contains("cannot be taken"), "{text}");
}

/// The advice for the cause under the cursor is never cut, and neither is the way to the report.
#[test]
fn advice_and_the_report_are_whole_at_the_smallest_size() {
    for (width, height) in [(60, 20), (80, 24), (120, 40)] {
        let text = frame(&in_causes().wizard, UTF8, width, height);
        assert!(text.contains("retry."), "{text}");
        for stage in [ended_with_errors(), finished(RunState::Done, snapshot(20_000), None), doubtful()] {
            let text = frame(&stage.wizard, UTF8, width, height);
            assert!(text.contains("report.html"), "{text}");
        }
    }
}

#[test]
fn gauges_are_full_only_at_the_end_and_never_overflow() {
    for (done, errors, total, percent) in
        [(0, 0, 0, "0 %"), (999_999, 0, 1_000_000, "99 %"), (7, 3, 10, "100 %"), (90, 30, 100, "100 %")]
    {
        let jobs = vec![crate::wizard::progress::snapshot::JobRow { kind: Kind::Image, ..snapshot(0).jobs.remove(2) }];
        let odd = Snapshot { jobs, done, errors, total, ..Snapshot::default() };
        let text = frame(&finished(RunState::Done, odd, None).wizard, UTF8, 80, 24);
        assert!(text.contains(percent), "{percent}: {text}");
    }
}
