//! `completions`: a completion script for a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, Exit, usage};

#[derive(Debug, clap::Args)]
#[command(after_help = usage::COMPLETIONS)]
pub(crate) struct Args {
    /// The shell.
    shell: Shell,
}

pub(crate) fn completions(args: &Args) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "azure-to-encord", &mut script);
    say!("{}", String::from_utf8_lossy(&script));
    Exit::Done
}
