//! `completions`: a completion script for a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, Exit};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  azure-to-encord completions bash > /etc/bash_completion.d/azure-to-encord")]
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
