//! `demo`: the whole import against embedded services.

use tempfile::TempDir;

use crate::{
    cli::{
        exit::{Exit, refuse},
        open::DEMO,
        run::{Consent, RunOptions, import},
        signals,
        text::mention,
        usage, wizard,
    },
    demo::{encord::jobs::Pace, environment::DemoEnvironment},
    error::UserError,
    store::{paths::Home, runs::RunStore},
};

/// Default speed of the embedded Encord service per upload job: slow enough to watch, fast enough to wait for.
const UNITS_PER_SECOND: f64 = 7.0;

#[derive(Debug, clap::Args)]
#[command(after_help = usage::DEMO)]
pub(crate) struct Args {
    /// Import without a terminal UI.
    #[arg(long, conflicts_with = "serve")]
    headless: bool,
    /// Run just the two services, and print a config that points at them.
    #[arg(long)]
    serve: bool,
    /// Ask in plain numbered lines instead of screens, for screen readers; so does ACCESSIBLE=1 in the environment.
    #[arg(long, conflicts_with_all = ["headless", "serve"])]
    accessible: bool,
    /// Print one JSON object a line (with --headless).
    #[arg(long, requires = "headless")]
    json: bool,
    /// How many units a second the embedded Encord service gets through for each job; 0 is as fast as it can.
    #[arg(long, value_name = "N", default_value_t = UNITS_PER_SECOND, hide_short_help = true)]
    units_per_second: f64,
}

pub(crate) async fn demo(args: Args) -> Exit {
    let dir = match tempfile::Builder::new().prefix("azure-to-encord-demo-").tempdir() {
        Ok(dir) => dir,
        Err(error) => return refuse(&UserError::other(format!("No temporary directory can be made: {error}."))),
    };
    let pace = if args.units_per_second > 0.0 { Pace::PerSecond(args.units_per_second) } else { Pace::Unlimited };
    let environment = match DemoEnvironment::start(dir.path(), pace).await {
        Ok(environment) => environment,
        Err(error) => return refuse(&UserError::other(format!("The demo cannot start: {error}."))),
    };
    let exit = if args.serve { serve(&environment).await } else { run_demo(&environment, &dir, &args).await };
    environment.stop().await;
    keep_report(dir);
    exit
}

async fn serve(environment: &DemoEnvironment) -> Exit {
    match std::fs::read_to_string(environment.config()) {
        Ok(text) => {
            say!("{text}");
            mention!(
                "The services are running. The config is also at {}. Ctrl-C stops them.",
                environment.config().display()
            );
        }
        Err(error) => return refuse(&UserError::other(format!("The demo's config cannot be read: {error}."))),
    }
    signals::interrupted().await;
    Exit::Done
}

async fn run_demo(environment: &DemoEnvironment, dir: &TempDir, args: &Args) -> Exit {
    // The demo does not touch the user's own configs and runs.
    let home = Home::below(dir.path());
    let config = match crate::store::configs::load::load(environment.config()) {
        Ok(config) => config,
        Err(error) => return refuse(&UserError::config(error.0)),
    };
    if args.headless {
        import(home, config, DEMO, RunOptions { consent: Consent::Given, overridden_checks: Vec::new() }, args.json)
            .await
    } else {
        wizard::demo(home, config, args.accessible).await
    }
}

/// Keeps the demo's directory, without its secrets, if a run left a report in it.
fn keep_report(dir: TempDir) {
    let home = Home::below(dir.path());
    let has_runs = home.data().join("runs.db").is_file()
        && RunStore::open(&home).and_then(|store| store.runs()).is_ok_and(|runs| !runs.is_empty());
    if !has_runs {
        return;
    }
    for secret in ["demo_ed25519", "demo_sas", "demo.toml"] {
        let _ = std::fs::remove_file(dir.path().join(secret));
    }
    let path = dir.keep();
    mention!("The demo's report is kept in {}; remove it when you like.", path.display());
}
