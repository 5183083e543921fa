//! `run`: the whole import without a terminal UI.

use clap::ValueHint;
use serde_json::json;

use crate::{
    cli::{
        confirm::{can_ask, confirm_send},
        exit::{Exit, refuse},
        headless::{Headless, Stopped},
        open,
        output::Output,
        passphrase,
        plan::{self, PlanReport},
        run_summary::{RunEnd, report_end},
        usage,
    },
    config,
    error::UserError,
    run::state::RunState,
    store::paths::Home,
    wizard::{
        check::CHECKS,
        home::open_config::headless_command,
        step::{Status, Step},
    },
};

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

/// Parses the id of a check that may be overruled.
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
    import(home, config, &args.config, RunOptions { consent, overridden_checks: args.despite }, args.json).await
}

/// Whether the plan may be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// `--yes`
    Given,
    /// Ask on the terminal.
    Ask,
    /// `--dry-run`
    DryRun,
}

/// The user's consent from the command line.
#[derive(Debug, Clone)]
pub(crate) struct RunOptions {
    pub(crate) consent: Consent,
    /// Checks whose failure does not stop the import.
    pub(crate) overridden_checks: Vec<&'static str>,
}

/// Runs all steps of an import.
pub(crate) async fn import(home: Home, config: config::Config, label: &str, options: RunOptions, json: bool) -> Exit {
    let RunOptions { consent, overridden_checks } = options;
    if consent == Consent::Ask && !can_ask() {
        return refuse(
            &UserError::config("There is no terminal to ask on before anything is sent.")
                .hint("Add --yes to send without asking, or --dry-run to see the plan only."),
        );
    }
    let passphrase = passphrase::ask(&config.encord);
    let mut headless = Headless::new(home.clone(), config, label, Output::new(json), passphrase);
    headless.wizard.overrule(overridden_checks);
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
                if label != open::DEMO {
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
    // A missing folder is reported before the container is listed, which may take long.
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
    let command = (label != open::DEMO).then(|| format!("{}{}", headless_command(label), plan.flags()));
    let present = headless.wizard.folder().present().and_then(|present| present.as_ref().ok()).copied();
    let estimate = headless.wizard.upload().estimate();
    let report =
        PlanReport { plan: &plan, retry: None, present: present.as_ref(), estimate, command: command.as_deref() };
    plan::report(&mut headless.output, &report);
    match consent {
        Consent::DryRun => return Ok(Exit::Done),
        Consent::Ask if !confirm_send() => {
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
    let has_reports = progress.reports().is_some();
    let problem = progress.problem().cloned();
    let snapshot = progress.snapshot().clone();
    let folder = progress.destination().map_or_else(String::new, |(path, _)| path.to_owned());
    let problem = problem.as_ref();
    let end = RunEnd { run: &run, state, snapshot: &snapshot, folder: &folder, has_reports, problem };
    report_end(&mut headless.output, home, &end);
    let is_open = match &snapshot.sync {
        Some(counts) => !counts.state.is_final(),
        None => snapshot.is_open(),
    };
    if snapshot.sync.is_none() && snapshot.errors > 0 && headless.wizard.config().manifest.since.is_some() {
        headless.output.message(
            "What failed counts as new and is tried again by every run, which ends with exit code 3, or 1 where nothing else was new. \
             Mend the files, or leave them out with [manifest] exclude.",
        );
    }
    if is_open {
        headless.output.message(&format!("Go on with: azure-to-encord runs resume {run}"));
    }
    Exit::of_run(state, problem)
}
