//! `manifest`: manifests without the rest of an import, and without any Encord login.

mod build;
mod check;
mod convert;
mod printer;

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::ValueHint;
use serde_json::{Map, Value};

use crate::{
    cli::{
        exit::{Exit, refuse},
        open, usage,
    },
    config::Config,
    error::UserError,
    manifest::{
        media::Dialect,
        values::{ValidationRules, Values},
        write::OutputFormat,
    },
    service::manifest::writable::writable,
    store::export::Export,
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
        Command::Build { config, output, split, form, force, json } => match form_of(&output, form) {
            Ok(form) => build::command(&config, output, Writing { form, splits: split, replaces: force }, json).await,
            Err(problem) => refuse(&problem),
        },
        Command::Check(args) => check::command(args).await,
        Command::Convert(args) => convert::command(args).await,
    }
}

/// How files are written.
#[derive(Debug, Clone, Copy)]
struct Writing {
    form: OutputFormat,
    splits: bool,
    replaces: bool,
}

/// Which of Encord's JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum JsonForm {
    #[default]
    File,
    DataItems,
}

/// The form that a file's name and `--form` mean.
fn form_of(output: &Path, json: JsonForm) -> Result<OutputFormat, UserError> {
    let dialect = match json {
        JsonForm::File => Dialect::File,
        JsonForm::DataItems => Dialect::DataItems,
    };
    let Some(form) = OutputFormat::of(output, dialect) else {
        let what = format!("{} does not end in .json, .csv or .jsonl.", output.display());
        return Err(UserError::config(what).hint(
            ".json is the form that Encord recommends; .csv holds no client metadata, and .jsonl is for other programs.",
        ));
    };
    if json != JsonForm::File && !matches!(form, OutputFormat::Json(_)) {
        let what = format!("--form says which JSON to write, and {} is none.", output.display());
        return Err(UserError::config(what).hint("Leave --form out, or end the file's name in .json."));
    }
    Ok(form)
}

/// Refuses what cannot be written before anything is read, which may take long.
fn ready(target: &Path, how: &Export) -> Result<(), UserError> {
    let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let fault = match std::fs::metadata(directory) {
        Ok(facts) if facts.is_dir() => None,
        Ok(_) => Some("is no directory".to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some("does not exist".to_owned()),
        Err(error) => Some(format!("cannot be used: {error}")),
    };
    if let Some(fault) = fault {
        let what = format!("{} cannot be written: the directory {} {fault}.", target.display(), directory.display());
        return Err(UserError::config(what).hint("Make the directory first, or write to another place."));
    }
    if target.is_dir() {
        return Err(UserError::config(format!("{} is a directory.", target.display())).hint("Name a file to write."));
    }
    match how.in_the_way(target) {
        Some(there) => Err(in_the_way(&there)),
        None => Ok(()),
    }
}

fn in_the_way(there: &Path) -> UserError {
    UserError::config(format!("{} is there already, and nothing was overwritten.", there.display()))
        .hint("Write to another place, or add --force to replace it.")
}

/// Why a manifest could not be written.
fn unwritten(target: &Path, error: &io::Error) -> UserError {
    let what = match error.kind() {
        io::ErrorKind::AlreadyExists => format!("{error}, and nothing was overwritten."),
        // The error's own words may name a file that is gone by now.
        io::ErrorKind::PermissionDenied => format!("{} could not be written: permission denied.", target.display()),
        _ => return UserError::other(format!("{} could not be written: {error}.", target.display())),
    };
    UserError::config(what).hint("Write to another place, or add --force to replace what is there.")
}

/// What a manifest is held against: a config, a schema as Encord serves it, or neither.
fn asked(config: Option<&str>, schema: Option<&Path>) -> Result<ValidationRules, UserError> {
    if let Some(label) = config {
        let config = open::config(&open::home()?, label)?;
        return Ok(demands(&config));
    }
    let Some(path) = schema else { return Ok(ValidationRules::default()) };
    let text = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    let schema: Option<Map<String, Value>> = serde_json::from_slice(&text).map_err(|error| {
        UserError::config(format!("{} is not a metadata schema: {error}.", path.display()))
            .hint("azure-to-encord schema show CONFIG --json prints one, as Encord serves it.")
    })?;
    // An organisation without a schema is served as null.
    let schema = schema.unwrap_or_default();
    Ok(ValidationRules { values: Some(Values { schema, whole: true, coerce: false }), ..ValidationRules::default() })
}

fn unreadable(path: &Path, error: &io::Error) -> UserError {
    let said = format!("{} cannot be read: {error}.", path.display());
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::IsADirectory => {
            UserError::config(said)
        }
        _ => UserError::other(said),
    }
}

/// The organisation's schema is not known here; what the config says of it is.
fn demands(config: &Config) -> ValidationRules {
    let schema = &config.schema;
    let values = if schema.skip { None } else { Values::of_keys(&schema.keys, schema.coerce) };
    let writable = writable(&config.azure.clone().into());
    ValidationRules { strict: config.encord.strict_client_only, values, base: config.azure.container_url(), writable }
}
