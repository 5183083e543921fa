//! The file that a manifest is written to: its format, and whether it can be written.

use std::{io, path::Path};

use crate::{
    error::UserError,
    manifest::{media::Dialect, write::OutputFormat},
    store::export::Export,
};

#[derive(Debug, Clone, Copy)]
pub(super) struct Writing {
    pub(super) form: OutputFormat,
    pub(super) splits: bool,
    pub(super) replaces: bool,
}

/// Encord's two JSON dialects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum JsonForm {
    #[default]
    File,
    DataItems,
}

/// The output format for a file name and `--form`.
pub(super) fn output_format(output: &Path, json: JsonForm) -> Result<OutputFormat, UserError> {
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

/// Checks that the target can be written, before an input is read that may take long.
pub(super) fn check_writable(target: &Path, how: &Export) -> Result<(), UserError> {
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
        Some(there) => Err(exists_problem(&there)),
        None => Ok(()),
    }
}

fn exists_problem(there: &Path) -> UserError {
    UserError::config(format!("{} is there already, and nothing was overwritten.", there.display()))
        .hint("Write to another place, or add --force to replace it.")
}

/// The error for a manifest that could not be written.
pub(super) fn write_problem(target: &Path, error: &io::Error) -> UserError {
    let what = match error.kind() {
        io::ErrorKind::AlreadyExists => format!("{error}, and nothing was overwritten."),
        // The error may name a temporary file that no longer exists.
        io::ErrorKind::PermissionDenied => format!("{} could not be written: permission denied.", target.display()),
        _ => return UserError::other(format!("{} could not be written: {error}.", target.display())),
    };
    UserError::config(what).hint("Write to another place, or add --force to replace what is there.")
}
