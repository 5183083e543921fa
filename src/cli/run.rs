//! `run`: the six steps without a terminal UI.

use std::io::{BufRead, IsTerminal, Write};

use clap::ValueHint;
use serde_json::json;

use crate::{
    cli::{
        exit::{Exit, refuse},
        headless::{Headless, Stopped},
        open,
        output::{Output, harmless},
        passphrase, plan,
        runs::{finished, name_reports},
        text, usage,
    },
    config,
    error::UserError,
    run::{failed_unit::FailedUnit, state::RunState},
    store::{paths::Home, runs::RunStore},
    wizard::{
        check::CHECKS,
        home::open_config::headless_command,
        progress::{
            outcome::{already_words, outcome_words},
            snapshot::Snapshot,
            sync::sync_outcome,
        },
        step::{Status, Step},
    },
};

/// How many failed items are named on the screen; the report names all.
const NAMED: u64 = 20;

#[derive(Debug, clap::Args)]
#[command(after_help = usage::RUN)]
pub(crate) struct Args {
    /// A saved config's name or a config file's path.
    #[arg(value_hint = ValueHint::FilePath)]
    config: String,
    /// Send without asking.
    #[arg(long, help_heading = "Consent")]
    yes: bool,
    /// Show what would be sent and changed, then stop.
    #[arg(long, help_heading = "Consent")]
    dry_run: bool,
    /// Go on although this check fails (any azure.… but azure.login and azure.container); recorded with the run. May be repeated.
    #[arg(long, value_name = "CHECK_ID", value_parser = overrulable, help_heading = "Consent")]
    despite: Vec<&'static str>,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

/// A check that may be overruled, by its id.
fn overrulable(id: &str) -> Result<&'static str, String> {
    let may: Vec<&'static str> = CHECKS.iter().filter(|about| about.may_be_overruled).map(|about| about.id).collect();
    may.iter().find(|known| **known == id).copied().ok_or_else(|| {
        let reason = match CHECKS.iter().any(|about| about.id == id) {
            true => "the import cannot do without this check",
            false => "there is no such check",
        };
        format!("{reason}; these may be overruled: {}", may.join(", "))
    })
}

pub(crate) async fn run(args: Args) -> Exit {
    let (home, config) = match open::home_and_config(&args.config) {
        Ok(opened) => opened,
        Err(problem) => return refuse(&problem),
    };
    let consent = if args.yes { Consent::Given } else { Consent::Ask };
    let consent = if args.dry_run { Consent::DryRun } else { consent };
    import(home, config, &args.config, RunOptions { consent, despite: args.despite }, args.json).await
}

/// Whether the plan may be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// `--yes`
    Given,
    /// Ask on the terminal.
    Ask,
    /// `--dry-run`: no.
    DryRun,
}

/// What the user agreed to on the command line.
#[derive(Debug, Clone)]
pub(crate) struct RunOptions {
    pub(crate) consent: Consent,
    /// Checks that may fail.
    pub(crate) despite: Vec<&'static str>,
}

/// The whole import.
pub(crate) async fn import(home: Home, config: config::Config, label: &str, terms: RunOptions, json: bool) -> Exit {
    let RunOptions { consent, despite } = terms;
    if consent == Consent::Ask && !can_ask() {
        return refuse(
            &UserError::config("There is no terminal to ask on before anything is sent.")
                .hint("Add --yes to send without asking, or --dry-run to see the plan only."),
        );
    }
    let passphrase = passphrase::ask(&config.encord);
    let mut headless = Headless::new(home.clone(), config, label, Output::new(json), passphrase);
    headless.wizard.overrule(despite);
    match steps(&mut headless, &home, label, consent).await {
        Ok(exit) => exit,
        Err(Stopped::Blocked(problem)) => {
            headless.output.problem(&problem);
            let overrulable = headless.wizard.integration().may_overrule(headless.wizard.config());
            if headless.wizard.step() == Step::Integration && !overrulable.is_empty() {
                let flags: String = overrulable.iter().map(|id| format!(" --despite {id}")).collect();
                headless.output.message(&format!("To go on in spite of it, which is kept on record, add:{flags}"));
            }
            Exit::of(&problem)
        }
        Err(Stopped::Interrupted) => {
            if let Some(run) = headless.wizard.progress().run().map(str::to_owned) {
                headless.output.event(&json!({ "event": "interrupted", "run": run }));
                if label != crate::cli::wizard::DEMO {
                    headless.output.message(&format!("Interrupted. Go on with: azure-to-encord runs resume {run}"));
                }
            }
            Exit::Interrupted
        }
    }
}

async fn steps(headless: &mut Headless, home: &Home, label: &str, consent: Consent) -> Result<Exit, Stopped> {
    let opened = headless.open().await;
    headless.end_checks();
    opened?;
    // A folder that is not there is better known before a container is listed.
    let folder = &headless.wizard.config().folder;
    let is_named = folder.path.is_some() || folder.uuid.is_some();
    if is_named && headless.wizard.status(Step::Integration) == Status::Ready {
        headless.resolve_folder().await?.map_err(Stopped::Blocked)?;
    }
    headless.reach(Step::Manifest).await?;
    headless.report_manifest();
    if let Some(unchanged) = headless.nothing_new() {
        headless.output.event(&json!({ "event": "unchanged", "blobs": unchanged }));
        headless.output.result(&format!(
            "Nothing to do: no blob is new or changed ({unchanged} were registered by earlier runs)."
        ));
        return Ok(Exit::Done);
    }
    headless.reach(Step::Upload).await?;
    let Some(plan) = headless.wizard.plan() else {
        return Err(Stopped::Blocked(UserError::other("The plan could not be made.")));
    };
    headless.estimate().await?;
    let command = (label != crate::cli::wizard::DEMO).then(|| format!("{}{}", headless_command(label), plan.flags()));
    let present = headless.wizard.folder().present().and_then(|present| present.as_ref().ok()).copied();
    let estimate = headless.wizard.upload().estimate();
    let shown =
        plan::Shown { plan: &plan, again: None, present: present.as_ref(), estimate, command: command.as_deref() };
    plan::show(&mut headless.output, &shown);
    match consent {
        Consent::DryRun => return Ok(Exit::Done),
        Consent::Ask if !ask() => {
            headless.output.message("Nothing was sent or changed.");
            return Ok(Exit::Interrupted);
        }
        Consent::Ask | Consent::Given => {}
    }
    headless.reach(Step::Progress).await?;
    headless.ready()?;
    Ok(finish(headless, home))
}

fn finish(headless: &mut Headless, home: &Home) -> Exit {
    let progress = headless.wizard.progress();
    let state = progress.outcome().unwrap_or(RunState::Failed);
    let run = progress.run().unwrap_or_default().to_owned();
    let reports = progress.reports().cloned();
    let problem = progress.problem().cloned();
    let snapshot = progress.snapshot().clone();
    let path = progress.destination().map_or_else(String::new, |(path, _)| path.to_owned());
    if let Some(problem) = &problem {
        headless.output.problem(problem);
    }
    headless.output.event(&finished(home, &run, state, &snapshot, reports.is_some()));
    if let Some(counts) = &snapshot.sync {
        headless.output.result(&sync_outcome(state, counts, &path).join("\n"));
        if reports.is_some() {
            name_reports(&mut headless.output, home, &run);
        }
        if !counts.state.is_final() {
            headless.output.message(&format!("Go on with: azure-to-encord runs resume {run}"));
        }
        return Exit::of_run(state, problem.as_ref());
    }
    headless.output.result(&text::out().run(snapshot.standing(state), &summary(state, &snapshot)));
    if reports.is_some() {
        name_failures(&mut headless.output, home, &run);
        name_reports(&mut headless.output, home, &run);
    }
    if snapshot.errors > 0 && headless.wizard.config().manifest.since.is_some() {
        headless.output.message(
            "What failed counts as new and is tried again by every run, which ends with exit code 3, or 1 where nothing else was new. \
             Mend the files, or leave them out with [manifest] exclude.",
        );
    }
    if snapshot.is_open() {
        headless.output.message(&format!("Go on with: azure-to-encord runs resume {run}"));
    }
    Exit::of_run(state, problem.as_ref())
}

/// How a run ended.
pub(crate) fn summary(state: RunState, snapshot: &Snapshot) -> String {
    let told = outcome_words(state, snapshot);
    already_words(snapshot).map_or(told.clone(), |already| format!("{told} {already}"))
}

/// Names the first failed items with Encord's own words.
pub(crate) fn name_failures(output: &mut Output, home: &Home, run: &str) {
    let Ok(failed) = RunStore::open(home).and_then(|store| store.failed_units(run, 0, NAMED + 1)) else { return };
    for FailedUnit { object_urls, error, action_description, .. } in
        failed.iter().take(usize::try_from(NAMED).unwrap_or(20))
    {
        let more = if object_urls.len() > 1 { format!(" and {} more", object_urls.len() - 1) } else { String::new() };
        let url = harmless(object_urls.first().map_or("", String::as_str));
        output.result(&format!("  {}  {url}{more}", text::out().bad("failed")));
        for words in std::iter::once(error).chain(action_description) {
            output.result(&format!("          {}", harmless(words)));
        }
    }
    if failed.len() as u64 > NAMED {
        output.result("  … the report names the others.");
    }
}

pub(crate) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

pub(crate) fn ask() -> bool {
    let _ = write!(std::io::stderr(), "Send it? [y/N] ");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}
