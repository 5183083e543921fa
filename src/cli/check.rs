//! `check`: the connections of both sides, and nothing else.

use super::{
    Exit,
    exit::refuse,
    headless::{Headless, Stopped},
    open,
    output::Output,
    passphrase,
};
use crate::wizard::{Status, Step};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  azure-to-encord check site.toml --json")]
pub(crate) struct Args {
    /// A saved config's name or a config file's path.
    config: String,
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
    let mut headless = Headless::new(home, config, &args.config, Output::new(args.json), passphrase);
    if let Err(Stopped::Interrupted) = headless.open().await {
        return Exit::Interrupted;
    }
    headless.report_checks();
    match headless.wizard.status(Step::Integration) {
        Status::Ready => {
            headless.output.message("Everything that was checked is as it should be.");
            Exit::Done
        }
        Status::Blocked(problem) => Exit::of(&problem),
        Status::Idle | Status::Working => Exit::Usage,
    }
}
