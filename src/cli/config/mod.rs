//! `config`: lists, shows, edits and checks saved configs.

mod check;
mod edit;
mod keys;

use clap::ValueHint;
use serde_json::{Value, json};

use crate::{
    cli::{
        exit::{Exit, refuse},
        open,
        text::{self, mention, printable_with_tabs, tell},
        usage,
    },
    error::UserError,
    format::counted,
    run::state::RunState,
    service::home,
    store::{configs::saved, paths::Home},
    wizard::saved::{PastRun, SavedConfig},
};

#[derive(Debug, clap::Args)]
#[command(after_help = usage::CONFIG)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Print one JSON object a line.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// The saved configs: where their files come from and go, and how the last run of each ended.
    #[command(after_help = usage::CONFIG_LIST)]
    List,
    /// The directory in which configs are saved.
    #[command(after_help = usage::CONFIG_PATH)]
    Path,
    /// All actions of the wizard with their keys, as a keys.toml, and where that file lies.
    #[command(after_help = usage::CONFIG_KEYS)]
    Keys,
    /// Read a config and say what is wrong with it; asks no service.
    #[command(after_help = usage::CONFIG_CHECK)]
    Check {
        /// A saved config's name or a config file's path; without it all saved configs are read.
        #[arg(value_hint = ValueHint::FilePath)]
        config: Option<String>,
    },
    /// Print a config's file; with --json everything that it says, the defaults too.
    #[command(after_help = usage::CONFIG_SHOW)]
    Show {
        /// A saved config's name or a config file's path.
        #[arg(value_hint = ValueHint::FilePath)]
        config: String,
    },
    /// Open a config in your editor ($VISUAL or $EDITOR), and check it when the editor is left.
    #[command(after_help = usage::CONFIG_EDIT)]
    Edit {
        /// A saved config's name or a config file's path.
        #[arg(value_hint = ValueHint::FilePath)]
        config: String,
    },
}

pub(crate) fn config(args: &Args) -> Exit {
    let home = match open::home() {
        Ok(home) => home,
        Err(problem) => return refuse(&problem),
    };
    let done = match args.command.as_ref().unwrap_or(&Command::List) {
        Command::List => {
            list(&home, args.json);
            Ok(())
        }
        Command::Path => {
            path(&home, args.json);
            Ok(())
        }
        Command::Keys => {
            keys::keys(&home, args.json);
            Ok(())
        }
        Command::Check { config: Some(config) } => check::one(&home, config, args.json),
        Command::Check { config: None } => check::all(&home, args.json),
        Command::Show { config } => show(&home, config, args.json),
        Command::Edit { config } => edit::edit(&home, config),
    };
    done.map_or_else(|problem| refuse(&problem), |()| Exit::Done)
}

fn path(home: &Home, json: bool) {
    match json {
        true => say!("{}", json!({ "configs": home.configs() })),
        false => say!("{}", home.configs().display()),
    }
}

fn list(home: &Home, json: bool) {
    let page = home::page(home);
    if page.configs.is_empty() && !json {
        mention!("No config is saved in {} yet.", home.configs().display());
    }
    let widest = |text: fn(&SavedConfig) -> usize| page.configs.iter().map(text).max().unwrap_or(0);
    let name = widest(|config| config.name.chars().count());
    let from = widest(|config| source(config).chars().count());
    for config in &page.configs {
        match json {
            true => say!("{}", as_json(config)),
            false => {
                let line = format!(
                    "{:<name$}  {:<from$} -> {}  ({})",
                    printable_with_tabs(&config.name),
                    printable_with_tabs(&source(config)),
                    printable_with_tabs(config.folder.as_deref().unwrap_or("no folder yet")),
                    config.last_run.as_ref().map_or_else(|| "never run".to_owned(), outcome)
                );
                tell!("{line}");
                if let Some(problem) = &config.problem {
                    tell!("{:name$}  cannot be used: {}", "", printable_with_tabs(problem));
                }
            }
        }
    }
    if let Some(problem) = &page.problem {
        mention!("{problem}");
    }
}

/// Account and container of a config.
fn source(config: &SavedConfig) -> String {
    format!("{}/{}", config.account.as_deref().unwrap_or("?"), config.container.as_deref().unwrap_or("?"))
}

/// Status, failures and age of a run.
fn outcome(run: &PastRun) -> String {
    let state = text::out().run(run.standing(), run.standing().word());
    let failed = match run.failed {
        0 => String::new(),
        failed => format!(", {} failed", counted(failed, "item", "items")),
    };
    format!("{state}{failed}, {}", run.ago(time::OffsetDateTime::now_utc()))
}

fn as_json(config: &SavedConfig) -> Value {
    let run = |run: &PastRun| {
        // The same names as in `runs list --json`.
        let state = if run.state == RunState::Running && !run.is_live { "interrupted" } else { run.state.name() };
        json!({
            "run": run.run, "state": state, "registered": run.registered, "failed": run.failed, "items": run.items,
            "started": run.started,
        })
    };
    json!({
        "config": config.name, "path": config.path, "account": config.account, "container": config.container,
        "folder": config.folder, "problem": config.problem, "last_run": config.last_run.as_ref().map(run),
    })
}

fn show(home: &Home, label: &str, json: bool) -> Result<(), UserError> {
    if json {
        let config = open::config(home, label)?;
        let value = serde_json::to_value(&config)
            .map_err(|error| UserError::other(format!("The config cannot be shown: {error}.")))?;
        say!("{value}");
        return Ok(());
    }
    let path = crate::store::configs::find::find(home, label).map_err(|error| UserError::config(error.0))?;
    let text = saved::text_of(&path).map_err(|error| UserError::config(error.0))?;
    let lines: Vec<String> = text.lines().map(printable_with_tabs).collect();
    say!("{}", lines.join("\n"));
    Ok(())
}
