//! `completions`: prints a shell completion script.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::{Cli, exit::Exit, usage};

#[derive(Debug, clap::Args)]
#[command(after_help = usage::COMPLETIONS)]
pub(crate) struct Args {
    /// The shell.
    shell: Shell,
}

pub(crate) fn completions(args: &Args) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "azure-to-encord", &mut script);
    // clap_complete 4.6 uses two spellings for one command if the program's name contains "-"; without this, bash
    // completes no options of subcommands.
    let script = String::from_utf8_lossy(&script).replace("azure__subcmd__to__subcmd__encord", "azure__to__encord");
    say!("{script}");
    Exit::Done
}
