//! The user's editor, at the same terminal.

use std::{env, path::Path, pin::Pin};

use crate::{editor::Editor, error::UserError, plain::repl::Stop};

/// Whether the user has named an editor. The system's usual one paints screens, which nobody asked for here.
pub(super) fn is_named() -> bool {
    ["VISUAL", "EDITOR"].iter().any(|name| env::var(name).is_ok_and(|value| !value.trim().is_empty()))
}

/// Waits until the editor is left. An interrupt is meant for the editor, which gets it as well.
///
/// # Errors
/// The program was asked to end.
pub(super) async fn edit<F: Future<Output = Stop>>(
    path: &Path,
    mut stop: Pin<&mut F>,
    asked: &mut impl FnMut() -> F,
) -> Result<Result<(), UserError>, Stop> {
    let mut editor = match Editor::from_environment().and_then(|editor| editor.start(path)) {
        Ok(editor) => editor,
        Err(problem) => return Ok(Err(problem)),
    };
    loop {
        tokio::select! {
            result = editor.left() => return Ok(result),
            stopped = &mut stop => {
                stop.set(asked());
                if stopped == Stop::End {
                    #[cfg(unix)]
                    editor.stop();
                    return Err(stopped);
                }
            }
        }
    }
}
