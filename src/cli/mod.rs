//! The commands, one file each, and the program's entry point.

/// As `println!`, but ignores write errors such as a closed pipe or a full disk instead of panicking.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}

mod check;
mod completions;
mod config;
mod confirm;
mod demo;
mod exit;
mod explain;
mod headless;
mod man;
mod manifest;
mod open;
mod output;
mod passphrase;
mod plan;
mod progress;
mod run;
mod run_summary;
mod runs;
mod schema;
mod signals;
mod terminal;
mod text;
mod usage;
mod wizard;

#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueHint};

pub use exit::Exit;

/// Registers the files of an Azure Blob Storage container in Encord: checked before they are sent, followed to the end.
#[derive(Debug, Parser)]
#[command(
    name = "azure-to-encord",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = usage::PROGRAM
)]
struct Cli {
    /// A saved config's name or a config file's path; without it the wizard begins with what is found on this machine and what was chosen the last time.
    #[arg(value_hint = ValueHint::FilePath)]
    config: Option<String>,
    /// Ask in plain numbered lines instead of screens, for screen readers; so does ACCESSIBLE=1 in the environment.
    #[arg(long)]
    accessible: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Try the whole import on embedded Azure and Encord services with sample data; needs no account.
    Demo(demo::Args),
    /// Import without a terminal UI, for pipelines.
    Run(run::Args),
    /// Check the connections of a config on both sides; changes nothing unless told to.
    Check(check::Args),
    /// Build a manifest, check one, or write one in another form; needs no Encord login.
    #[command(subcommand, after_help = usage::MANIFEST)]
    Manifest(manifest::Command),
    /// Show, compare or extend the organisation's metadata schema, or have one suggested.
    #[command(subcommand, after_help = usage::SCHEMA)]
    Schema(schema::Command),
    /// List, show, resume, retry, cancel, report or forget past runs; lists them when nothing else is said.
    Runs(runs::Args),
    /// List, show, edit or check saved configs, or say where they are; lists them when nothing else is said.
    Config(config::Args),
    /// Say what a finding, a check, a config's key, an exit code or a step is about, and what to do or choose.
    Explain(explain::Args),
    /// Print a completion script for a shell.
    Completions(completions::Args),
    /// Print the manual page, or write one page for each command.
    Man(man::Args),
}

/// Runs the program and returns its exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    crate::tls::install();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            text::mention!("azure-to-encord: the system refuses to start threads: {error}");
            return Exit::Failed.into();
        }
    };
    let exit = runtime.block_on(async {
        match cli.command {
            None => wizard::wizard(cli.config.as_deref(), cli.accessible).await,
            Some(Command::Demo(args)) => demo::demo(args).await,
            Some(Command::Run(args)) => run::run(args).await,
            Some(Command::Check(args)) => check::check(args).await,
            Some(Command::Manifest(command)) => manifest::manifest(command).await,
            Some(Command::Schema(command)) => schema::schema(command).await,
            Some(Command::Runs(args)) => runs::runs(args).await,
            Some(Command::Config(args)) => config::config(&args),
            Some(Command::Explain(args)) => explain::explain(&args),
            Some(Command::Completions(args)) => completions::completions(&args),
            Some(Command::Man(args)) => man::man(&args),
        }
    });
    // Pending blocking reads must not delay the exit.
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    exit.into()
}
