//! `config`: the saved configs.

use serde_json::json;

use super::{Exit, exit::refuse};
use crate::{
    store::{Home, config},
    wizard::Problem,
};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// The names of the saved configs.
    #[command(after_help = "Example:\n  azure-to-encord config list")]
    List {
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// The directory in which configs are saved.
    #[command(after_help = "Example:\n  cp site.toml \"$(azure-to-encord config path)\"")]
    Path,
    /// Read a config and say what is wrong with it; asks no service.
    #[command(after_help = "Example:\n  azure-to-encord config check site.toml")]
    Check {
        /// A saved config's name or a config file's path.
        config: String,
    },
}

pub(crate) fn config(command: &Command) -> Exit {
    let home = match Home::from_environment() {
        Ok(home) => home,
        Err(error) => return refuse(&Problem::config(error.to_string())),
    };
    match command {
        Command::List { json } => {
            for name in config::saved(&home) {
                let path = home.configs().join(format!("{name}.toml"));
                match json {
                    true => println!("{}", json!({ "config": name, "path": path })),
                    false => println!("{name}"),
                }
            }
        }
        Command::Path => println!("{}", home.configs().display()),
        Command::Check { config } => match config::find(&home, config).and_then(|path| config::load(&path)) {
            Ok(_) => println!("The config is sound."),
            Err(error) => return refuse(&Problem::config(error.0)),
        },
    }
    Exit::Done
}
