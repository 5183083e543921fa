//! `manifest`: manifests without the rest of an import, and without any Encord login.

mod build;
mod check;
mod convert;
mod printer;

use std::path::PathBuf;

use super::Exit;
use crate::{
    manifest::{Demands, Values},
    service::writable,
    store::config::Config,
};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List the container and write the manifest that Encord takes. What is found in it goes into OUT.findings.jsonl beside it.
    #[command(after_help = "Example:\n  azure-to-encord manifest build site.toml -o manifest.json")]
    Build {
        /// A saved config's name or a config file's path.
        config: String,
        /// The file to write; its name ends in .json, .csv or .jsonl.
        #[arg(short, long, value_name = "OUT")]
        output: PathBuf,
        /// Write OUT-001, OUT-002 and so on, each below Encord's limits: 500,000 items, 1,000,000 URLs and 100 MB, or 10,000 rows of a CSV.
        #[arg(long)]
        split: bool,
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Find the mistakes of a manifest before Encord does; needs no network. Exits 0 when there are no errors, 1 when there are.
    #[command(
        after_help = "Examples:\n  azure-to-encord manifest check manifest.json\n  azure-to-encord manifest check manifest.json --config site.toml --json\n  azure-to-encord schema show site.toml --json > schema.json\n  azure-to-encord manifest check manifest.json --schema schema.json"
    )]
    Check(check::Args),
    /// Write a manifest in another form; needs no config and no login.
    #[command(
        after_help = "Examples:\n  azure-to-encord manifest convert manifest.csv manifest.json\n  azure-to-encord manifest convert big.json part.json --split\n  azure-to-encord manifest convert manifest.json sdk.json --form data-items"
    )]
    Convert(convert::Args),
}

pub(crate) async fn manifest(command: Command) -> Exit {
    match command {
        Command::Build { config, output, split, json } => build::command(&config, output, split, json).await,
        Command::Check(args) => check::command(args).await,
        Command::Convert(args) => convert::command(args).await,
    }
}

/// The organisation's schema is not known here; what the config says of it is.
fn demands(config: &Config) -> Demands {
    let schema = &config.schema;
    let values = if schema.skip { None } else { Values::of_keys(&schema.keys, schema.coerce) };
    let writable = writable(&config.azure.clone().into());
    Demands { strict: config.encord.strict_client_only, values, base: config.azure.container_url(), writable }
}
