//! The program's exit codes.

use std::process::ExitCode;

use crate::{
    cli::text,
    error::{ErrorKind, UserError},
    run::state::RunState,
    wizard::Wizard,
};

/// The exit codes of every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: everything is registered, or the command succeeded.
    Done,
    /// 1: failed.
    Failed,
    /// 2: invalid command line or config.
    Usage,
    /// 3: finished, but some items failed.
    Partly,
    /// 4: not signed in, or access denied.
    Access,
    /// 130: interrupted; the run can be resumed.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Partly => 3,
            Exit::Access => 4,
            Exit::Interrupted => 130,
        })
    }
}

impl Exit {
    /// The exit code for an error.
    pub(crate) fn of(problem: &UserError) -> Exit {
        match problem.kind {
            ErrorKind::Config => Exit::Usage,
            ErrorKind::Access => Exit::Access,
            ErrorKind::Other => Exit::Failed,
        }
    }

    /// The exit code for a run's final state.
    pub(crate) fn of_run(state: RunState, problem: Option<&UserError>) -> Exit {
        match (state, problem) {
            (RunState::Done, None) => Exit::Done,
            (RunState::DoneWithErrors, None) => Exit::Partly,
            (RunState::Cancelled | RunState::Running, None) => Exit::Interrupted,
            (RunState::Failed, None) => Exit::Failed,
            (_, Some(problem)) => Exit::of(problem),
        }
    }

    /// The exit code after the wizard is left.
    pub(crate) fn of_wizard(wizard: &Wizard) -> Exit {
        let progress = wizard.progress();
        match progress.outcome() {
            // The outcome of a run that was only viewed does not count.
            Some(_) if progress.is_watched() => Exit::Done,
            Some(state) => Exit::of_run(state, progress.problem()),
            None if progress.is_running() => Exit::Interrupted,
            None => Exit::Done,
        }
    }
}

/// Prints an error to stderr and returns its exit code.
pub(crate) fn refuse(problem: &UserError) -> Exit {
    let name = text::err().bad("azure-to-encord:");
    text::mention!("{name} {problem}");
    Exit::of(problem)
}
