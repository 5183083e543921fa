//! `config`: the saved configs.

use clap::ValueHint;
use serde_json::json;

use super::{Exit, exit::refuse, open, usage};
use crate::store::config;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// The names of the saved configs.
    #[command(after_help = usage::CONFIG_LIST)]
    List {
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// The directory in which configs are saved.
    #[command(after_help = usage::CONFIG_PATH)]
    Path,
    /// Read a config and say what is wrong with it; asks no service.
    #[command(after_help = usage::CONFIG_CHECK)]
    Check {
        /// A saved config's name or a config file's path.
        #[arg(value_hint = ValueHint::FilePath)]
        config: String,
    },
}

pub(crate) fn config(command: &Command) -> Exit {
    let home = match open::home() {
        Ok(home) => home,
        Err(problem) => return refuse(&problem),
    };
    match command {
        Command::List { json } => {
            let names = config::saved(&home);
            if names.is_empty() && !json {
                eprintln!("No config is saved in {} yet.", home.configs().display());
            }
            for name in names {
                let path = home.configs().join(format!("{name}.toml"));
                match json {
                    true => say!("{}", json!({ "config": name, "path": path })),
                    false => say!("{name}"),
                }
            }
        }
        Command::Path => say!("{}", home.configs().display()),
        Command::Check { config } => match open::config(&home, config) {
            Ok(config) => {
                open::advise(&config);
                say!("The config is sound.");
            }
            Err(problem) => return refuse(&problem),
        },
    }
    Exit::Done
}
