//! `manifest`: builds, checks and converts manifests; needs no Encord login.

mod build;
mod check;
mod convert;
mod printer;
mod rules;
mod target;

use std::path::PathBuf;

use clap::ValueHint;

use crate::cli::{
    exit::{Exit, refuse},
    manifest::target::{JsonForm, Writing, output_format},
    usage,
};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List the container and write the manifest that Encord takes.
    ///
    /// What is found in it goes into OUT.findings.jsonl beside it: for
    /// manifest.json into manifest.json.findings.jsonl. The manifest is written also where items have errors; the exit code is 1 then.
    #[command(after_help = usage::MANIFEST_BUILD)]
    Build {
        /// A saved config's name or a config file's path.
        #[arg(value_hint = ValueHint::FilePath)]
        config: String,
        /// The file to write; its name ends in .json, .csv or .jsonl.
        #[arg(short, long, value_name = "OUT")]
        output: PathBuf,
        /// Write OUT-001, OUT-002 and so on, each below Encord's limits: 500,000 items, 1,000,000 URLs and 100 MB, or 10,000 rows of a CSV.
        #[arg(long)]
        split: bool,
        /// Which of Encord's JSON: the file that the web interface takes, or the dataItems of the Python SDK, which alone can hold the
        /// media metadata of a group's frames.
        #[arg(long, value_enum, default_value_t)]
        form: JsonForm,
        /// Replace OUT if it is there already; without this nothing is overwritten.
        #[arg(long)]
        force: bool,
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Find the mistakes of a manifest before Encord does; needs no network.
    #[command(after_help = usage::MANIFEST_CHECK)]
    Check(check::Args),
    /// Write a manifest in another form; needs no config and no login.
    #[command(after_help = usage::MANIFEST_CONVERT)]
    Convert(convert::Args),
}

pub(crate) async fn manifest(command: Command) -> Exit {
    match command {
        Command::Build { config, output, split, form, force, json } => match output_format(&output, form) {
            Ok(form) => build::command(&config, output, Writing { form, splits: split, replaces: force }, json).await,
            Err(problem) => refuse(&problem),
        },
        Command::Check(args) => check::command(args).await,
        Command::Convert(args) => convert::command(args).await,
    }
}
