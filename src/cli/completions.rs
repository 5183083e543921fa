//! `completions`: a completion script for a shell.

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
    // clap_complete 4.6 calls a command one thing where it enters it and another where it completes it, if the program's name has
    // a "-" in it; bash would complete no command's options then.
    let script = String::from_utf8_lossy(&script).replace("azure__subcmd__to__subcmd__encord", "azure__to__encord");
    say!("{script}");
    Exit::Done
}
