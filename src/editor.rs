//! The user's editor: which one it is, and waiting for it.

use std::{
    io,
    path::Path,
    process::{Child, Command, ExitStatus},
};

use tokio::sync::oneshot;

use crate::error::UserError;

/// Where neither variable names an editor.
const FALLBACK: &str = if cfg!(windows) { "notepad" } else { "vi" };

/// An editor's words: the program, and what comes before the file's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Editor {
    words: Vec<String>,
}

impl Editor {
    /// What `$VISUAL` says, else `$EDITOR`, else the system's usual one.
    ///
    /// # Errors
    /// The variable's quotes do not match.
    pub(crate) fn from_environment() -> Result<Editor, UserError> {
        Editor::from_lookup(|name| std::env::var(name).ok())
    }

    fn from_lookup(get: impl Fn(&str) -> Option<String>) -> Result<Editor, UserError> {
        let set = |name| get(name).filter(|value| !value.trim().is_empty()).map(|value| (name, value));
        let Some((name, value)) = set("VISUAL").or_else(|| set("EDITOR")) else {
            return Ok(Editor { words: vec![FALLBACK.to_owned()] });
        };
        // Where a backslash stands between folders it escapes nothing.
        let text = if cfg!(windows) { value.replace('\\', r"\\") } else { value.clone() };
        match shell_words::split(&text) {
            Ok(words) if !words.is_empty() => Ok(Editor { words }),
            _ => Err(UserError::config(format!("${name} names no editor: its quotes do not match."))
                .hint(format!("It says: {value}. Set it as you would type the command in a shell."))),
        }
    }

    /// The program.
    pub(crate) fn program(&self) -> &str {
        self.words.first().map_or(FALLBACK, String::as_str)
    }

    /// Starts it on a file, at this program's terminal.
    ///
    /// # Errors
    /// There is no such program, or it cannot be run.
    pub(crate) fn spawn(&self, path: &Path) -> Result<Child, UserError> {
        let program = self.program();
        Command::new(program).args(self.words.iter().skip(1)).arg(path).spawn().map_err(|error| {
            UserError::other(format!("The editor {program} cannot be started: {error}."))
                .hint("Set $VISUAL or $EDITOR to the editor that you use, then try again.")
        })
    }

    /// The same for a loop that does not stand still meanwhile.
    ///
    /// # Errors
    /// As [`Self::spawn`].
    pub(crate) fn start(&self, path: &Path) -> Result<Open, UserError> {
        Ok(Open::wait(self.spawn(path)?, self.program().to_owned()))
    }
}

/// An editor that was started.
pub(crate) struct Open {
    program: String,
    /// Its process.
    #[cfg_attr(not(unix), expect(dead_code, reason = "only signals need it"))]
    id: u32,
    ended: oneshot::Receiver<io::Result<ExitStatus>>,
}

impl Open {
    /// A thread of its own waits: one of the runtime's would keep the program from ending.
    fn wait(mut child: Child, program: String) -> Open {
        let (tell, ended) = oneshot::channel();
        let id = child.id();
        std::thread::spawn(move || tell.send(child.wait()));
        Open { program, id, ended }
    }

    /// Waits until it is left.
    ///
    /// # Errors
    /// It failed.
    pub(crate) async fn left(&mut self) -> Result<(), UserError> {
        let failed = |why: String| {
            UserError::other(format!("The editor {} {why}.", self.program))
                .hint("What it has written to the file counts.")
        };
        match (&mut self.ended).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(failed(format!("ended with {status}"))),
            Ok(Err(error)) => Err(failed(format!("cannot be waited for: {error}"))),
            Err(_) => Err(failed("cannot be waited for".to_owned())),
        }
    }

    /// Asks it to end, as this program was asked.
    #[cfg(unix)]
    pub(crate) fn stop(&self) {
        let process = i32::try_from(self.id).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(process) = process {
            // One that has ended by itself needs no asking.
            let _ = rustix::process::kill_process(process, rustix::process::Signal::TERM);
        }
    }

    /// There are no signals here; it stays open.
    #[cfg(not(unix))]
    pub(crate) fn stop(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(variables: &[(&str, &str)]) -> Result<Vec<String>, UserError> {
        let get = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        Editor::from_lookup(get).map(|editor| editor.words)
    }

    #[test]
    fn visual_comes_before_editor_and_both_are_split_as_a_shell_does() {
        assert_eq!(words(&[]).unwrap(), [FALLBACK]);
        assert_eq!(words(&[("VISUAL", " "), ("EDITOR", "nano -w")]).unwrap(), ["nano", "-w"]);
        assert_eq!(words(&[("VISUAL", "'my editor' --wait"), ("EDITOR", "nano")]).unwrap(), ["my editor", "--wait"]);
        #[cfg(windows)]
        assert_eq!(words(&[("EDITOR", r#""C:\My Tools\vim.exe" -f"#)]).unwrap(), [r"C:\My Tools\vim.exe", "-f"]);
        let problem = words(&[("VISUAL", "'code --wait")]).unwrap_err();
        assert!(problem.summary.contains("$VISUAL") && problem.hint.unwrap().contains("'code --wait"));
    }

    #[test]
    #[cfg(unix)]
    fn an_editor_gets_the_path_as_one_word_and_its_failure_is_told() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a file; of mine.toml");
        let run = |command: &str| {
            let editor = Editor::from_lookup(|name| (name == "EDITOR").then(|| command.to_owned())).unwrap();
            editor.start(&path).and_then(|mut open| runtime.block_on(open.left()))
        };
        assert_eq!(run("sh -c 'printf edited > \"$0\"'"), Ok(()));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "edited");
        assert!(run("sh -c 'exit 3'").unwrap_err().summary.contains("ended with exit status: 3"));
        let missing = run("no-such-editor-here").unwrap_err();
        assert!(missing.summary.contains("no-such-editor-here") && missing.hint.unwrap().contains("$EDITOR"));
    }
}
