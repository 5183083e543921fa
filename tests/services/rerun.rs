//! Runs that are held, taken up, looked on and sent again through the driver, as the wizard does it.

use std::{collections::BTreeMap, path::Path, time::Duration};

use azure_to_encord::{
    config,
    demo::encord::Pace,
    error::UserError,
    manifest::{Item, Kind},
    run::{
        failed_unit::FailedUnit,
        report_paths::ReportPaths,
        state::{BatchState, RunState},
    },
    service::Driver,
    store::RunLock,
    wizard::{
        CauseId, Doubts, Effect, Event, IntegrationReply, IntegrationRequest, Reply, Request, RequestId, RetryChange,
        RunEvent, RunReply, RunRequest, Snapshot,
    },
};
use tokio::sync::mpsc::UnboundedReceiver;

#[cfg(unix)]
use crate::support::program::{Running, program};
use crate::support::{
    encord::write_private,
    upload::{RUN, Upload, plain, url},
};

const PATIENCE: Duration = Duration::from_secs(120);

/// A driver as the wizard has one.
struct Wizard {
    driver: Driver,
    events: UnboundedReceiver<Event>,
    last: RequestId,
}

/// The end of a run.
#[derive(Debug)]
struct End {
    state: RunState,
    snapshot: Snapshot,
    reports: Option<ReportPaths>,
    problem: Option<UserError>,
}

impl Wizard {
    fn new(upload: &Upload) -> Wizard {
        let (driver, events) = Driver::new(upload.home.clone(), "test");
        Wizard { driver, events, last: 0 }
    }

    fn ask(&mut self, request: Request) -> RequestId {
        self.last += 1;
        self.driver.carry_out(Effect::Start { id: self.last, request });
        self.last
    }

    async fn reply(&mut self, wanted: RequestId) -> Reply {
        loop {
            let event = tokio::time::timeout(PATIENCE, self.events.recv()).await.expect("an answer in time").unwrap();
            match event {
                Event::Reply { id, reply } if id == wanted => return reply,
                _ => {}
            }
        }
    }

    async fn told(&mut self, id: RequestId) -> RunEvent {
        match self.reply(id).await {
            Reply::Run(RunReply::Event(reply)) => reply,
            other => panic!("{other:?}"),
        }
    }

    async fn started(&mut self, id: RequestId) -> String {
        match self.told(id).await {
            RunEvent::Started { run, folder } => {
                assert_eq!(folder, "Raw");
                run
            }
            other => panic!("{other:?}"),
        }
    }

    async fn refused(&mut self, request: Request) -> String {
        let id = self.ask(request);
        match self.told(id).await {
            RunEvent::Refused(problem) => problem.to_string(),
            other => panic!("{other:?}"),
        }
    }

    /// Waits for numbers that are as wanted.
    async fn until(&mut self, id: RequestId, wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
        loop {
            match self.told(id).await {
                RunEvent::Progress(snapshot) if wanted(&snapshot) => return *snapshot,
                RunEvent::Progress(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Waits for the end; `each` sees all numbers before it.
    async fn end(&mut self, id: RequestId, mut each: impl FnMut(&Snapshot)) -> End {
        loop {
            match self.told(id).await {
                RunEvent::Progress(snapshot) => each(&snapshot),
                RunEvent::Finished { state, snapshot, reports, problem } => {
                    return End { state, snapshot: *snapshot, reports, problem };
                }
                other => panic!("{other:?}"),
            }
        }
    }

    async fn rows(&mut self, cause: Option<CauseId>) -> Vec<FailedUnit> {
        let id = self.ask(Request::Run(RunRequest::ReadFailed { cause, first: 0, count: 1000 }));
        let Reply::Run(RunReply::Failed { units, .. }) = self.reply(id).await else { panic!("no rows") };
        units
    }
}

fn resume() -> Request {
    Request::Run(RunRequest::Resume { run: RUN.into(), doubts: Doubts::default() })
}

fn watch() -> Request {
    Request::Run(RunRequest::Watch { run: RUN.into() })
}

fn is_at_rest(snapshot: &Snapshot) -> bool {
    snapshot.jobs.iter().all(|job| job.state.is_final() || job.state == BatchState::Waiting)
}

/// Every fourth item is one that Encord does not take.
fn with_failures(items: u64) -> Vec<Item> {
    let title = |number: u64| if number % 4 == 1 { "x".repeat(301) } else { number.to_string() };
    (0..items).map(|number| Item::new(Kind::Image, title(number), vec![url(number)])).collect()
}

/// Every file below a directory with what is in it.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => {
                let name = path.display().to_string();
                // What readers of SQLite share; it holds nothing.
                if !name.ends_with("-shm") {
                    found.insert(name, std::fs::read(&path).unwrap());
                }
            }
        }
    }
    // An empty log is none.
    found.retain(|name, bytes| !name.ends_with("-wal") || !bytes.is_empty());
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn new_jobs_are_held_back_and_go_on_at_once() {
    let upload = Upload::prepare(&plain(80), 10, 1, true, Pace::PerSecond(10.0)).await;
    let mut wizard = Wizard::new(&upload);
    let id = wizard.ask(resume());
    assert_eq!(wizard.started(id).await, RUN);
    wizard.until(id, |snapshot| snapshot.jobs.iter().any(|job| job.state == BatchState::Pending)).await;
    wizard.ask(Request::Run(RunRequest::Pause { paused: true }));
    let paused = wizard.until(id, |snapshot| snapshot.paused && is_at_rest(snapshot)).await;
    assert!(paused.note.unwrap().starts_with("Paused"));
    assert!(paused.done > 0 && paused.done < 80, "what Encord had was followed to its end: {}", paused.done);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(upload.registered().len() as u64, paused.done);
    wizard.ask(Request::Run(RunRequest::Pause { paused: false }));
    let mut seen_paused = false;
    let end = wizard
        .end(id, |snapshot| {
            seen_paused |= snapshot.paused;
            assert!(snapshot.jobs.iter().all(|job| job.age.is_some() == job.job.is_some()), "{snapshot:?}");
        })
        .await;
    assert_eq!((end.state, end.snapshot.done, end.snapshot.paused, seen_paused), (RunState::Done, 80, false, false));
    assert!(end.snapshot.note.is_none() && end.snapshot.span >= 1);
    upload.assert_each_once("paused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_run_can_be_stopped_and_taken_up_and_is_paused_no_more() {
    let upload = Upload::prepare(&plain(40), 10, 2, true, Pace::PerSecond(10.0)).await;
    let mut wizard = Wizard::new(&upload);
    let id = wizard.ask(resume());
    // Before anything is sent.
    wizard.ask(Request::Run(RunRequest::Pause { paused: true }));
    wizard.started(id).await;
    wizard.until(id, |snapshot| snapshot.paused && is_at_rest(snapshot)).await;
    wizard.ask(Request::Run(RunRequest::Stop { abort: false }));
    let end = wizard.end(id, |_| {}).await;
    assert_eq!((end.state, end.snapshot.paused), (RunState::Cancelled, false));
    assert_eq!(upload.registered().len() as u64, end.snapshot.done);
    let id = wizard.ask(resume());
    wizard.started(id).await;
    let end = wizard.end(id, |snapshot| assert!(!snapshot.paused)).await;
    assert_eq!((end.state, end.snapshot.done), (RunState::Done, 40));
    upload.assert_each_once("stopped while paused");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_sees_the_same_and_writes_nothing() {
    let upload = Upload::prepare(&with_failures(40), 10, 2, true, Pace::PerSecond(8.0)).await;
    let (mut worker, mut onlooker) = (Wizard::new(&upload), Wizard::new(&upload));
    let working = worker.ask(resume());
    worker.started(working).await;
    let watching = onlooker.ask(watch());
    assert_eq!(onlooker.started(watching).await, RUN);
    // A run that somebody works on is not taken up a second time, and looking on is not working.
    let refused = onlooker.refused(resume()).await;
    assert!(refused.contains("working on run"), "{refused}");
    let watching = onlooker.ask(watch());
    onlooker.started(watching).await;
    let (worked, seen) = tokio::join!(
        worker.end(working, |snapshot| assert!(!snapshot.watched)),
        onlooker.end(watching, |snapshot| {
            assert!(snapshot.watched && snapshot.finished() <= snapshot.total, "{snapshot:?}");
        })
    );
    assert_eq!((worked.state, seen.state), (RunState::DoneWithErrors, RunState::DoneWithErrors));
    assert_eq!((&seen.reports, seen.problem), (&worked.reports, None));
    let counts = |snapshot: &Snapshot| {
        let Snapshot { total, done, errors, cancelled, already, failed_rows, .. } = *snapshot;
        let causes: Vec<_> = snapshot.causes.iter().map(|row| (row.cause.clone(), row.units)).collect();
        let jobs: Vec<_> =
            snapshot.jobs.iter().map(|job| (job.batch, job.job, job.state, job.done, job.errors)).collect();
        ([total, done, errors, cancelled, already, failed_rows], causes, jobs)
    };
    assert_eq!(counts(&seen.snapshot), counts(&worked.snapshot));
    assert_eq!((seen.snapshot.done, seen.snapshot.errors, seen.snapshot.causes[0].units), (30, 10, 10));

    let before = files(upload.root());
    let mut late = Wizard::new(&upload);
    let id = late.ask(watch());
    late.started(id).await;
    let end = late.end(id, |_| {}).await;
    assert_eq!((end.state, counts(&end.snapshot)), (RunState::DoneWithErrors, counts(&worked.snapshot)));
    assert!(end.reports.unwrap().html.exists());
    let cause = &end.snapshot.causes[0];
    let [mut units, mut all] = [late.rows(Some(cause.id)).await, late.rows(None).await];
    // The one comes as they failed, the other by their jobs.
    [&mut units, &mut all].into_iter().for_each(|units| units.sort_by(|a, b| a.object_urls.cmp(&b.object_urls)));
    assert_eq!(units, all);
    assert_eq!(units.len() as u64, cause.units);
    assert!(units.iter().all(|unit| unit.cause() == cause.cause));
    drop(late);
    let after = files(upload.root());
    assert!(before == after, "{:?} {:?}", before.keys(), after.keys());
    assert!(upload.registered().len() == 30);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_process_was_killed_is_told_and_can_be_taken_up() {
    let upload = Upload::prepare(&plain(60), 10, 2, true, Pace::PerSecond(5.0)).await;
    let mut process = Running::start(&mut program(upload.root(), &["runs", "resume", RUN, "--json"]));
    process.wait_until("a job", PATIENCE, |process| process.stdout().contains("\"job\""));
    let mut wizard = Wizard::new(&upload);
    let id = wizard.ask(watch());
    wizard.started(id).await;
    wizard.until(id, |snapshot| snapshot.watched && snapshot.jobs.iter().any(|job| job.job.is_some())).await;
    process.signal("KILL");
    let end = wizard.end(id, |_| {}).await;
    assert_eq!((end.state, end.reports.is_none(), end.problem), (RunState::Running, true, None));
    assert!(end.snapshot.note.unwrap().contains("Resume it"));
    drop(process);
    let id = wizard.ask(resume());
    wizard.started(id).await;
    let end = wizard.end(id, |snapshot| assert!(!snapshot.watched)).await;
    assert_eq!((end.state, end.snapshot.done), (RunState::Done, 60));
    upload.assert_each_once("killed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_sent_again_as_a_run_of_its_own() {
    let upload = Upload::prepare(&with_failures(40), 10, 2, true, Pace::Unlimited).await;
    let mut wizard = Wizard::new(&upload);
    let id = wizard.ask(resume());
    wizard.started(id).await;
    let first = wizard.end(id, |_| {}).await;
    assert_eq!((first.state, first.snapshot.errors), (RunState::DoneWithErrors, 10));
    let change = RetryChange { upsert_metadata: Some(true), ..RetryChange::default() };
    let id = wizard.ask(Request::Run(RunRequest::Retry { run: RUN.into(), change }));
    let again = wizard.started(id).await;
    assert_ne!(again, RUN);
    let second = wizard.end(id, |_| {}).await;
    assert_eq!((second.snapshot.total, second.snapshot.errors, second.snapshot.done), (10, 10, 0));
    assert_eq!(upload.store().retries(&again).unwrap().0.as_deref(), Some(RUN));
    assert!(upload.store().run(&again).unwrap().run.options.upsert_metadata);
    // The same cause has the same id, and its rows are those of the new run.
    let (one, other) = (&first.snapshot.causes[0], &second.snapshot.causes[0]);
    assert_eq!((one.id, &one.cause), (other.id, &other.cause));
    let urls: Vec<String> = wizard.rows(Some(other.id)).await.into_iter().flat_map(|unit| unit.object_urls).collect();
    assert_eq!(urls, (0..40).filter(|number| number % 4 == 1).map(url).collect::<Vec<_>>());
    assert!(wizard.rows(None).await.iter().all(|unit| unit.batch == 1));

    let finished = wizard.refused(resume()).await;
    assert!(finished.contains("nothing to resume"), "{finished}");
    let unknown = wizard.refused(Request::Run(RunRequest::Watch { run: "none".into() })).await;
    assert!(unknown.contains("There is no run 'none'"), "{unknown}");
    let lock = RunLock::take(&upload.home, RUN).unwrap();
    let busy =
        wizard.refused(Request::Run(RunRequest::Retry { run: RUN.into(), change: RetryChange::default() })).await;
    assert!(busy.contains("working on run"), "{busy}");
    drop(lock);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_opened_with_the_passphrase_that_was_typed_in_or_the_command_is_named_that_asks() {
    let upload = Upload::prepare(&plain(10), 10, 1, true, Pace::Unlimited).await;
    let file = upload.root().join("key");
    write_private(&file, &upload.key.encrypted_pem("open sesame"));
    let mut wizard = Wizard::new(&upload);
    let refused = wizard.refused(resume()).await;
    assert!(refused.contains("passphrase") && refused.contains(&format!("runs resume {RUN}")), "{refused}");
    let encord = config::parse(&upload.store().run(RUN).unwrap().run.config_text).unwrap().encord;
    let id = wizard.ask(Request::Integration(IntegrationRequest::ConnectEncord {
        encord,
        passphrase: Some("open sesame".into()),
    }));
    let Reply::Integration(IntegrationReply::Encord(reply)) = wizard.reply(id).await else { panic!("no answer") };
    reply.login.unwrap().unwrap();
    let id = wizard.ask(resume());
    wizard.started(id).await;
    assert_eq!(wizard.end(id, |_| {}).await.state, RunState::Done);
    upload.assert_each_once("a locked key");
}
