//! What ends a whole run, told so that the user knows what to do next.

use std::sync::atomic::Ordering;

use crate::{
    encord::error::{Error, Kind},
    error::UserError,
    run::{failed_unit::FailedUnit, state::BatchState},
    service::{
        problems::encord_problem,
        runs::upload::{Shared, cause, lock},
    },
    store::runs::record::BatchRow,
};

impl Shared {
    /// With how to go on later.
    pub(super) fn resumable(&self, mut problem: UserError) -> UserError {
        let resume = format!("`azure-to-encord runs resume {}` goes on where the run was interrupted.", self.run.id);
        problem.hint = Some(match problem.hint {
            Some(hint) => format!("{hint} After that, {resume}"),
            None => resume,
        });
        problem
    }

    /// 401 or 403 in the middle of a run, where the login or the folder has worked before.
    pub(super) fn access_revoked(&self, error: &Error) -> UserError {
        let mut problem = encord_problem(error);
        if self.accepted.load(Ordering::Relaxed) && error.clock_off().is_none() {
            problem.hint = Some(match error.kind {
                Kind::Unauthenticated => {
                    "This login worked earlier in this run: the public key was probably removed from \
                     Encord since (Settings > Public keys), or the bearer token has expired. Register the key again or \
                     renew the token."
                        .to_owned()
                }
                _ => format!(
                    "This login had access earlier in this run: somebody has probably taken away its access to the folder \
                     '{}' or to the integration, or the folder was deleted. Have the access restored.",
                    self.run.folder_path
                ),
            });
        }
        self.resumable(problem)
    }

    /// A batch of which nobody knows whether Encord has it.
    pub(super) fn unknown_outcome(&self, row: &BatchRow, error: Option<&Error>) -> UserError {
        let mut problem = UserError::other(format!(
            "Nobody knows whether job {} ({} items) reached Encord, and sending it again could register its items twice.",
            row.number, row.batch.count
        ));
        problem.source_message = error.map(ToString::to_string);
        problem.hint(format!(
            "Look into the folder '{}' in Encord. With skip_duplicate_urls = true a new run is safe: it leaves alone what is there. \
             If its items are not there, `azure-to-encord runs resume {id} --resend-doubtful` sends them again; if they are, \
             `azure-to-encord runs resume {id} --give-up-batch {number}` goes on without them.",
            self.run.folder_path,
            id = self.run.id,
            number = row.number
        ))
    }

    /// Encord does not know a job that it gave an id to.
    pub(super) fn job_missing(&self, row: &BatchRow, error: &Error) -> UserError {
        encord_problem(error).hint(format!(
            "Encord does not know job {number} any more, so nobody knows what became of its {items} items. Look into the folder \
             '{folder}'. `azure-to-encord runs resume {id} --give-up-batch {number}` goes on without it; a retry of the run then \
             takes its items again.",
            number = row.number,
            items = row.batch.count,
            folder = self.run.folder_path,
            id = self.run.id
        ))
    }

    /// Stops the run if the first job that ended failed as a whole for one reason: the rest would most likely fail the same
    /// way, a thousand items at a time.
    pub(super) fn abort_if_first_job_failed(&self, row: &BatchRow, failed: &[FailedUnit]) {
        if row.state == BatchState::Cancelled || self.one_has_ended.swap(true, Ordering::Relaxed) {
            return;
        }
        let Some(cause) = cause::only_cause(row, failed) else { return };
        let unsent: u64 = {
            let board = lock(&self.board);
            let unsent = board.rows().filter(|row| matches!(row.state, BatchState::Waiting | BatchState::Sending));
            unsent.map(|row| row.batch.count).sum()
        };
        if unsent == 0 {
            return;
        }
        let problem = UserError {
            source_message: Some(cause),
            ..UserError::other(format!(
                "The first job to end registered none of its {} items, all for the same reason, so the other {unsent} items \
                 were not sent.",
                row.batch.count
            ))
        };
        let advice = failed.iter().find_map(|unit| unit.action_description.clone()).filter(|text| !text.is_empty());
        let advice = advice.map(|text| format!("Encord says of it: {text} ")).unwrap_or_default();
        self.fail(self.resumable(problem.hint(format!("{advice}See to the cause first."))));
    }
}
