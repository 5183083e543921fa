//! `config edit`: a config in the user's editor, and checked afterwards.

use std::{
    io::{BufRead as _, IsTerminal as _, Write as _},
    path::Path,
};

use crate::{
    cli::text::{mention, tell},
    editor::Editor,
    error::UserError,
    store::paths::Home,
};

/// Opens the editor until the config is sound, or the user leaves it as it is.
pub(super) fn edit(home: &Home, label: &str) -> Result<(), UserError> {
    let path = crate::store::configs::find::find(home, label).map_err(|error| UserError::config(error.0))?;
    loop {
        start(&path)?;
        match crate::store::configs::load::load(&path) {
            Ok(config) => {
                crate::cli::open::advise(&config);
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

fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Yes where nothing else is said.
fn wants_again() -> bool {
    let _ = write!(std::io::stderr(), "Edit it again? [Y/n] ");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.is_ok_and(|length| length > 0) && !matches!(answer.trim().to_ascii_lowercase().as_str(), "n" | "no")
}
