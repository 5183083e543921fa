//! The commands, one file each.

/// As `println!`; but when the reader has gone away or the disk behind it is full, the program does not end with a panic.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}

mod check;
mod completions;
mod config;
mod demo;
mod exit;
mod headless;
mod manifest;
mod open;
mod output;
mod passphrase;
mod run;
mod runs;
mod schema;
mod signals;
mod wizard;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use exit::Exit;

/// Registers the files of an Azure Blob Storage container in Encord: checked before they are sent, followed to the end.
#[derive(Debug, Parser)]
#[command(
    name = "azure-to-encord",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:\n  azure-to-encord demo            try it: needs no account\n  azure-to-encord                 the wizard, from scratch\n  azure-to-encord site.toml       the wizard, on a config\n  azure-to-encord run site.toml --yes --json\n\nExit codes: 0 everything registered, 1 failed, 2 usage or config, 3 some items failed, 4 not signed in or not allowed,\n130 interrupted (resumable)."
)]
struct Cli {
    /// A saved config's name or a config file's path; without it the wizard begins with what is found on this machine and what was chosen the last time.
    config: Option<String>,
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
    /// Build a manifest, or write one in another form; needs no Encord login.
    #[command(subcommand)]
    Manifest(manifest::Command),
    /// Show, compare or extend the organisation's metadata schema.
    #[command(subcommand)]
    Schema(schema::Command),
    /// List, show, resume, retry, cancel, report or forget past runs; lists them when nothing else is said.
    Runs(runs::Args),
    /// List, show, edit or check saved configs, or say where they are; lists them when nothing else is said.
    Config(config::Args),
    /// Print a completion script for a shell.
    Completions(completions::Args),
}

/// Runs the program and returns its exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    crate::service::tls::install();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("azure-to-encord: the system refuses to start threads: {error}");
            return Exit::Failed.into();
        }
    };
    let exit = runtime.block_on(async {
        match cli.command {
            None => wizard::wizard(cli.config.as_deref()).await,
            Some(Command::Demo(args)) => demo::demo(args).await,
            Some(Command::Run(args)) => run::run(args).await,
            Some(Command::Check(args)) => check::check(args).await,
            Some(Command::Manifest(command)) => manifest::manifest(command).await,
            Some(Command::Schema(command)) => schema::schema(command).await,
            Some(Command::Runs(args)) => runs::runs(args).await,
            Some(Command::Config(args)) => config::config(&args),
            Some(Command::Completions(args)) => completions::completions(&args),
        }
    });
    // Reads that nobody waits for any more must not hold up the end.
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    exit.into()
}
