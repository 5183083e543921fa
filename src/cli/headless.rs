//! Drives the wizard's machine without a terminal UI.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use secrecy::SecretString;
use serde_json::json;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::{
    cli::{
        output::{Output, listed_line, listing_line},
        progress, signals, text,
    },
    config::Config,
    endpoints::cors,
    error::UserError,
    manifest::{skipped::SkipReason, summary::Summary},
    run::status::JobStatus,
    service::driver::Driver,
    store::paths::Home,
    wizard::{
        Wizard,
        action::Action,
        check::{Check, CheckState},
        connections::CorsRepair,
        destination::Destination,
        effect::{Effect, Event, Reply, Request, RequestId},
        folder::{
            messages::{FolderReply, FolderRequest},
            mirror,
        },
        integration::messages::{IntegrationReply, IntegrationRequest},
        manifest::{Listing, messages::ManifestReply},
        progress::{
            messages::{RunEvent, RunReply},
            snapshot::JobRow,
        },
        step::{Status, Step},
    },
};

/// The machine, its services and where it reports.
#[derive(Debug)]
pub(crate) struct Headless {
    pub(crate) wizard: Wizard,
    pub(crate) output: Output,
    driver: Driver,
    events: UnboundedReceiver<Event>,
    passphrase: Option<SecretString>,
    /// Where what is found in the manifest is kept.
    findings: PathBuf,
    jobs: Vec<JobRow>,
    /// The checks as they were told last.
    told: Vec<Check>,
    repaired: Option<Result<CorsRepair, UserError>>,
    resolved: Option<Result<Destination, UserError>>,
    /// The id of the next request that is not the machine's, which counts its own upwards from 1.
    own: RequestId,
}

/// Why driving stopped.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// A step cannot be passed.
    Blocked(UserError),
    /// The user or the system asked the program to end.
    Interrupted,
}

impl Headless {
    pub(crate) fn new(
        home: Home,
        config: Config,
        label: &str,
        output: Output,
        passphrase: Option<SecretString>,
    ) -> Headless {
        let findings = home.findings(label);
        let (driver, events) = Driver::new(home, label);
        Headless {
            wizard: Wizard::new(config),
            output,
            driver,
            events,
            passphrase,
            findings,
            jobs: Vec::new(),
            told: Vec::new(),
            repaired: None,
            resolved: None,
            own: RequestId::MAX,
        }
    }

    /// Opens the machine, or makes step 1's requests anew, and waits for step 1 to come to rest. Each check is told as it ends.
    pub(crate) async fn open(&mut self) -> Result<(), Stopped> {
        self.handle(Event::Open);
        self.settle(Step::Integration).await
    }

    /// Goes on until a step is entered and at rest. Every step on the way must be ready.
    pub(crate) async fn reach(&mut self, target: Step) -> Result<(), Stopped> {
        while self.wizard.step() < target {
            self.ready()?;
            self.handle(Event::Action(Action::Next));
            let step = self.wizard.step();
            self.settle(step).await?;
            // A schema that changed meanwhile leads back; what is new there has not been agreed to.
            if let (true, Status::Blocked(problem)) = (self.wizard.step() < step, self.wizard.status(step)) {
                return Err(Stopped::Blocked(problem));
            }
        }
        Ok(())
    }

    /// Whether the present step lets the machine on.
    pub(crate) fn ready(&self) -> Result<(), Stopped> {
        match self.wizard.status(self.wizard.step()) {
            Status::Ready => Ok(()),
            Status::Blocked(problem) => Err(Stopped::Blocked(problem)),
            Status::Idle | Status::Working => Err(Stopped::Blocked(UserError::config(
                "The config does not say enough to go on; config.example.toml shows every key.",
            ))),
        }
    }

    /// Waits while a step is working.
    pub(crate) async fn settle(&mut self, step: Step) -> Result<(), Stopped> {
        self.wait_while(|headless| headless.wizard.status(step) == Status::Working).await
    }

    /// Waits for what past runs tell of the plan's duration.
    pub(crate) async fn estimate(&mut self) -> Result<(), Stopped> {
        self.wait_while(|headless| headless.wizard.upload().is_estimating()).await
    }

    /// Has a reviewed change of the CORS rules carried out.
    pub(crate) async fn repair_cors(
        &mut self,
        plan: Box<cors::Plan>,
    ) -> Result<Result<CorsRepair, UserError>, Stopped> {
        let config = self.wizard.config();
        let request = Request::Integration(IntegrationRequest::RepairCors {
            access: config.azure.clone().into(),
            plan,
            origins: config.encord.origins(),
        });
        self.ask(request);
        self.wait_while(|headless| headless.repaired.is_none()).await?;
        self.repaired.take().ok_or(Stopped::Interrupted)
    }

    /// Finds out what of the config's folder exists, without the machine, which would list the container before.
    pub(crate) async fn resolve_folder(&mut self) -> Result<Result<Destination, UserError>, Stopped> {
        self.ask(Request::Folder(FolderRequest::Resolve { folder: self.wizard.config().folder.clone() }));
        self.wait_while(|headless| headless.resolved.is_none()).await?;
        self.resolved.take().ok_or(Stopped::Interrupted)
    }

    fn ask(&mut self, request: Request) {
        self.driver.carry_out(Effect::Start { id: self.own, request });
        self.own -= 1;
    }

    async fn wait_while(&mut self, goes_on: impl Fn(&Headless) -> bool) -> Result<(), Stopped> {
        let interrupted = signals::interrupted();
        tokio::pin!(interrupted);
        while goes_on(self) {
            tokio::select! {
                event = self.events.recv() => match event {
                    Some(event) => self.take(event),
                    None => return Err(Stopped::Interrupted),
                },
                () = &mut interrupted => {
                    self.output.message("Stopping; what was sent is being put on record...");
                    self.driver.wind_down(std::time::Duration::from_secs(20)).await;
                    while let Ok(event) = self.events.try_recv() {
                        self.take(event);
                    }
                    return Err(Stopped::Interrupted);
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Reply { reply: Reply::Integration(IntegrationReply::CorsRepaired(result)), .. } => {
                self.repaired = Some(result);
            }
            Event::Reply { id, reply: Reply::Folder(FolderReply::Resolved(result)) } if id > self.own => {
                self.resolved = Some(*result);
            }
            event => {
                if let Event::Reply { reply, .. } = &event {
                    self.report(reply);
                }
                self.handle(event);
                if self.wizard.step() == Step::Integration {
                    self.tell_checks();
                }
            }
        }
    }

    fn handle(&mut self, event: Event) {
        let effects = self.wizard.handle(event);
        for effect in effects {
            self.driver.carry_out(self.with_passphrase(effect));
        }
    }

    /// The machine knows no passphrase that was not typed into its form.
    fn with_passphrase(&self, effect: Effect) -> Effect {
        match effect {
            Effect::Start {
                id,
                request: Request::Integration(IntegrationRequest::ConnectEncord { encord, passphrase: None }),
            } => Effect::Start {
                id,
                request: Request::Integration(IntegrationRequest::ConnectEncord {
                    encord,
                    passphrase: self.passphrase.clone(),
                }),
            },
            other => other,
        }
    }

    fn report(&mut self, reply: &Reply) {
        match reply {
            Reply::Manifest(ManifestReply::Progress(progress)) => {
                self.output.progress(&listing_line(progress));
            }
            Reply::Run(RunReply::Event(reply)) => report_run(&mut self.output, &mut self.jobs, reply),
            _ => {}
        }
    }

    /// The checks of step 1 as they stand.
    pub(crate) fn checks(&self) -> Vec<Check> {
        self.wizard.integration().checks(self.wizard.config())
    }

    /// Tells the checks that have come to their end since the last time, or to another one.
    fn tell_checks(&mut self) {
        for check in self.checks() {
            if !check.state.is_final() || self.told.contains(&check) {
                continue;
            }
            self.output.check(&check);
            self.told.retain(|told| told.id != check.id);
            self.told.push(check);
        }
    }

    /// Tells the checks that could not be made, so that none is missing, and answers all as they came out.
    pub(crate) fn end_checks(&mut self) -> Vec<Check> {
        self.tell_checks();
        let checks: Vec<Check> = self
            .checks()
            .into_iter()
            .map(|check| match check.state.is_final() {
                true => check,
                false => Check::new(check.id, CheckState::Skipped, "not made: something that it needs is missing"),
            })
            .collect();
        for check in &checks {
            if !self.told.contains(check) {
                self.output.check(check);
                self.told.push(check.clone());
            }
        }
        checks
    }

    /// Where only what is new or changed is wanted and nothing is: how many blobs earlier runs registered.
    pub(crate) fn nothing_new(&self) -> Option<u64> {
        let Listing::Built(facts) = self.wizard.manifest().state() else { return None };
        let unchanged = facts.summary.skipped.get(&SkipReason::Unchanged).copied()?;
        (facts.summary.total_items() == 0 && facts.summary.errors == 0).then_some(unchanged)
    }

    /// Reports the finished manifest with its findings, or that there will be none.
    pub(crate) fn report_manifest(&mut self) {
        if let (true, Ok(url)) = (self.wizard.config().folder.cloud_synced, mirror::remote_url(self.wizard.config())) {
            self.output.message(&format!("Encord lists {url} itself; there is no manifest."));
            return;
        }
        let Listing::Built(facts) = self.wizard.manifest().state() else { return };
        let (facts, summary) = (facts.clone(), facts.summary.clone());
        self.output.event(&json!({
            "event": "listing", "blobs": facts.blobs, "items": summary.total_items(), "skipped": summary.total_skipped(),
            "notes": summary.notes,
        }));
        summary.notes.iter().for_each(|note| self.output.message(note));
        let mut left_out: Vec<String> =
            summary.skipped.iter().map(|(reason, count)| format!("{count} {}", reason.label())).collect();
        if left_out.is_empty() {
            left_out.push("none".into());
        }
        let listed = listed_line(&self.wizard.config().manifest, facts.blobs, &summary);
        self.output.message(&format!("{listed}; left out: {}", left_out.join(", ")));
        let findings = match keep_findings(&summary, &facts.findings, &self.findings) {
            Ok(kept) => kept.then_some(self.findings.as_path()),
            Err(error) => {
                // The import does not depend on it, and the issues are told in short all the same.
                let path = self.findings.display();
                self.output.message(&format!("The findings could not be written to {path}: {error}."));
                None
            }
        };
        self.output.findings(&summary, findings);
        self.output.manifest(&summary, &facts.file, findings);
    }
}

/// Puts the findings of a manifest where they stay; without any, none of an earlier manifest are left there. Whether there are any.
pub(crate) fn keep_findings(summary: &Summary, from: &Path, to: &Path) -> std::io::Result<bool> {
    if summary.total_findings() == 0 {
        return match std::fs::remove_file(to) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(false),
        };
    }
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::copy(from, to)?;
    Ok(true)
}

/// Reports what a run tells of itself; `jobs` is what was reported before.
pub(crate) fn report_run(output: &mut Output, jobs: &mut Vec<JobRow>, reply: &RunEvent) {
    match reply {
        RunEvent::SchemaSaved(keys) if keys.is_empty() => {}
        RunEvent::SchemaSaved(keys) => {
            output.event(&json!({ "event": "schema", "saved": keys }));
            output.message(&format!("Metadata schema: saved {}", keys.join(", ")));
        }
        RunEvent::Folder { uuid, path, created } => {
            output.event(&json!({ "event": "folder", "uuid": uuid, "path": path, "created": created }));
            output.message(&format!("Folder: {path} ({})", if *created { "created" } else { "exists" }));
        }
        RunEvent::Started { run, .. } => {
            output.event(&json!({ "event": "run", "run": run }));
            output.message(&format!("Run {run}"));
        }
        RunEvent::Progress(snapshot) => {
            report_jobs(output, jobs, &snapshot.jobs);
            output.already(snapshot);
            output.note(snapshot.note.as_deref());
            output.progress(&progress::line(snapshot));
            output.sync(snapshot.sync.as_ref());
        }
        RunEvent::Finished { snapshot, .. } => {
            report_jobs(output, jobs, &snapshot.jobs);
            output.already(snapshot);
            output.sync(snapshot.sync.as_ref());
        }
        RunEvent::SchemaChanged(_) | RunEvent::Refused(_) => {}
    }
}

fn report_jobs(output: &mut Output, before: &mut Vec<JobRow>, now: &[JobRow]) {
    for (place, job) in now.iter().enumerate() {
        // Jobs keep their places; new ones come at the end.
        let known = before.get(place).filter(|known| known.batch == job.batch);
        // Only its age may be another one.
        let is_same = known.is_some_and(|known| JobRow { age: job.age, ..known.clone() } == *job);
        if is_same || (job.job.is_none() && !job.state.is_final()) {
            continue;
        }
        let state = if job.state.is_final() { job.state.name() } else { "pending" };
        output.event(&json!({
            "event": "job", "batch": job.batch, "job": job.job, "state": state, "done": job.done, "errors": job.errors,
            "pending": job.count.saturating_sub(job.done + job.errors + job.cancelled), "message": job.message,
        }));
        if job.state.is_final() {
            let message = job.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
            let standing = JobStatus::of(job.state, job.errors, true);
            let word = text::err().job(standing, standing.word());
            output.message(&format!(
                "Job {:>4} {:<15} {word}: {} registered, {} failed{message}",
                job.batch, job.kind, job.done, job.errors
            ));
        }
    }
    *before = now.to_vec();
}
