//! `check`: runs step 1's checks, repairs CORS rules with `--fix`, and resolves the config's folder.

use clap::ValueHint;
use serde_json::json;

use crate::{
    cli::{
        exit::{Exit, refuse},
        headless::{Headless, Stopped},
        open,
        output::Output,
        passphrase, usage,
    },
    endpoints::cors,
    error::{ErrorKind, UserError},
    wizard::{
        check::{Check, CheckState, Repair},
        connections::CorsRepair,
        step::{Status, Step},
    },
};

/// How often a repair is retried after a concurrent change of the rules.
const MAX_ATTEMPTS: u32 = 3;

#[derive(Debug, clap::Args)]
#[command(after_help = usage::CHECK)]
pub(crate) struct Args {
    /// A saved config's name or a config file's path.
    #[arg(value_hint = ValueHint::FilePath)]
    config: String,
    /// Repair what can be repaired from here: adds Encord's origins to the account's CORS rules and touches no other rule.
    #[arg(long)]
    fix: bool,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn check(args: Args) -> Exit {
    let (home, config) = match open::home_and_config(&args.config) {
        Ok(opened) => opened,
        Err(problem) => return refuse(&problem),
    };
    let passphrase = passphrase::ask(&config.encord);
    let mut headless = Headless::new(home, config, &args.config, Output::of_checks(args.json), passphrase);
    let mut problems = Vec::new();
    match examine(&mut headless, args.fix).await {
        Ok(()) => {}
        Err(Stopped::Blocked(problem)) => problems.push(problem),
        Err(Stopped::Interrupted) => return Exit::Interrupted,
    }
    let checks = headless.end_checks();
    let mut is_folder_refused = false;
    match resolve_folder(&mut headless, &checks).await {
        Ok(()) => {}
        Err(Stopped::Blocked(problem)) => {
            is_folder_refused = true;
            problems.push(problem);
        }
        Err(Stopped::Interrupted) => return Exit::Interrupted,
    }
    problems.iter().for_each(|problem| headless.output.problem(problem));
    headless.output.tally(&checks);
    if is_folder_refused {
        headless.output.message("The folder under [folder] cannot be used; see above.");
    }
    let step = match headless.wizard.status(Step::Integration) {
        Status::Ready | Status::Working => None,
        Status::Blocked(problem) => Some(problem.kind),
        Status::Idle => Some(ErrorKind::Config),
    };
    worst_exit(&checks, step.into_iter().chain(problems.iter().map(|problem| problem.kind)))
}

async fn examine(headless: &mut Headless, fix: bool) -> Result<(), Stopped> {
    headless.open().await?;
    if fix {
        repair(headless).await?;
    }
    Ok(())
}

/// Resolves the config's folder, if Encord accepted the login; an ambiguous path is reported before a container is
/// listed.
async fn resolve_folder(headless: &mut Headless, checks: &[Check]) -> Result<(), Stopped> {
    let is_signed_in = checks.iter().any(|check| check.id == "encord.login" && check.state == CheckState::Pass);
    let folder = &headless.wizard.config().folder;
    if !is_signed_in || folder.path.is_none() && folder.uuid.is_none() {
        return Ok(());
    }
    let destination = headless.resolve_folder().await?.map_err(Stopped::Blocked)?;
    headless.output.destination(&destination);
    Ok(())
}

/// Repairs the CORS rules if they need it and can be repaired from here, then repeats the checks.
async fn repair(headless: &mut Headless) -> Result<(), Stopped> {
    let checks = headless.checks();
    let Some(check) = checks.into_iter().find(|check| check.id == "azure.cors") else { return Ok(()) };
    let mut plan = match check {
        Check { repair: Some(Repair::Cors(plan)), .. } => plan,
        Check { state: CheckState::Pass, .. } => {
            report_fix(headless, None);
            return Ok(());
        }
        _ => return Ok(()),
    };
    for _ in 0..MAX_ATTEMPTS {
        if plan.is_done() {
            // Another client made the same change meanwhile.
            report_fix(headless, None);
            return headless.open().await;
        }
        match headless.repair_cors(plan.clone()).await? {
            Ok(CorsRepair::Done(_)) => {
                report_fix(headless, Some(&plan));
                return headless.open().await;
            }
            Ok(CorsRepair::Changed(now)) => {
                headless.output.message("Somebody changed the account's CORS rules in between; beginning again.");
                plan = now;
            }
            Err(problem) => return Err(Stopped::Blocked(problem)),
        }
    }
    Err(Stopped::Blocked(
        UserError::other("The account's CORS rules were not changed: somebody else changes them again and again.")
            .hint("Find out who or what else manages them (Terraform, another azure-to-encord), then try again."),
    ))
}

/// Reports the changed rules.
fn report_fix(headless: &mut Headless, plan: Option<&cors::Plan>) {
    let lines = plan.map(cors::describe).unwrap_or_default();
    let text = |line: &cors::Line| format!("{} {}", line.sign, line.text);
    let changed: Vec<String> = lines.iter().filter(|line| line.sign != ' ').map(text).collect();
    headless.output.event(&json!({ "event": "fix", "id": "azure.cors", "changed": changed }));
    match plan {
        None => headless.output.result("Nothing to repair: the account's CORS rules serve Encord already."),
        Some(_) => {
            headless.output.result("Changed the account's CORS rules:");
            for line in &lines {
                headless.output.result(&format!("  {}", text(line)));
            }
        }
    }
}

/// The exit code of the worst failure: access first, then config, then others.
fn worst_exit(checks: &[Check], others: impl Iterator<Item = ErrorKind>) -> Exit {
    let failed = checks.iter().filter(|check| check.state == CheckState::Fail).map(|check| check.class);
    let classes: Vec<ErrorKind> = failed.chain(others).collect();
    match [ErrorKind::Access, ErrorKind::Config, ErrorKind::Other].into_iter().find(|class| classes.contains(class)) {
        Some(ErrorKind::Access) => Exit::Access,
        Some(ErrorKind::Config) => Exit::Usage,
        Some(ErrorKind::Other) => Exit::Failed,
        None => Exit::Done,
    }
}
