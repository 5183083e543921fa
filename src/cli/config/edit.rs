//! `config edit`: opens a config in the user's editor and checks it afterwards.

use std::path::Path;

use crate::{
    cli::{
        confirm::{ask, can_ask},
        open,
        text::{mention, tell},
    },
    editor::Editor,
    error::UserError,
    store::paths::Home,
};

/// Opens the editor until the config is valid or the user stops.
pub(super) fn edit(home: &Home, label: &str) -> Result<(), UserError> {
    let path = crate::store::configs::find::find(home, label).map_err(|error| UserError::config(error.0))?;
    loop {
        start(&path)?;
        match crate::store::configs::load::load(&path) {
            Ok(config) => {
                open::print_advice(&config);
                tell!("The config is sound.");
                return Ok(());
            }
            Err(error) if can_ask() => {
                mention!("{error}");
                if !wants_again() {
                    return Err(UserError::config("The config is left as it is and cannot be used.")
                        .hint("It is saved as you wrote it; edit it again when you like."));
                }
            }
            Err(error) => return Err(UserError::config(error.0)),
        }
    }
}

fn start(path: &Path) -> Result<(), UserError> {
    let editor = Editor::from_environment()?;
    let program = editor.program();
    let status = editor
        .spawn(path)?
        .wait()
        .map_err(|error| UserError::other(format!("The editor {program} cannot be waited for: {error}.")))?;
    match status.success() {
        true => Ok(()),
        false => {
            Err(UserError::other(format!("The editor {program} ended with {status}, so the config was not checked."))
                .hint("What it has written to the file counts."))
        }
    }
}

/// The default answer is yes.
fn wants_again() -> bool {
    ask("Edit it again? [Y/n] ").is_some_and(|answer| !matches!(answer.as_str(), "n" | "no"))
}
