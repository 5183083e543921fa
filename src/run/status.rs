//! How a run and its jobs stand, in the words that people read: one for each state, the same on every screen, in every command and
//! in the reports. What each means and what to do next is said in `assets/help/progress.md` under the same word. The names for
//! programs are [`RunState::name`] and [`BatchState::name`].

use crate::{
    run::state::{BatchState, RunState},
    wizard::help,
};

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStatus {
    /// A process works on it.
    UnderWay,
    /// It is not at its end and nobody works on it, whatever the reason: it was stopped, left, killed, or lost access.
    Interrupted,
    /// Everything is registered.
    Done,
    /// At its end; some items failed.
    DoneWithErrors,
    /// At its end; nothing was registered, or the run itself could not go on.
    Failed,
    /// At its end because the user or somebody in Encord wanted so.
    Cancelled,
}

impl RunStatus {
    /// All, in the order in which a run can go through them.
    pub const ALL: [RunStatus; 6] = [
        RunStatus::UnderWay,
        RunStatus::Interrupted,
        RunStatus::Done,
        RunStatus::DoneWithErrors,
        RunStatus::Failed,
        RunStatus::Cancelled,
    ];

    /// What a run's record comes to: `is_live` says that a process works on it, `is_open` that something of it is not at its end.
    pub fn of(state: RunState, is_live: bool, is_open: bool) -> RunStatus {
        match state {
            _ if is_live => RunStatus::UnderWay,
            _ if is_open => RunStatus::Interrupted,
            RunState::Running => RunStatus::Interrupted,
            RunState::Done => RunStatus::Done,
            RunState::DoneWithErrors => RunStatus::DoneWithErrors,
            RunState::Failed => RunStatus::Failed,
            RunState::Cancelled => RunStatus::Cancelled,
        }
    }

    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            RunStatus::UnderWay => "under way",
            RunStatus::Interrupted => "interrupted",
            RunStatus::Done => "done",
            RunStatus::DoneWithErrors => "done with errors",
            RunStatus::Failed => "failed",
            RunStatus::Cancelled => "cancelled",
        }
    }

    /// The word at the beginning of a sentence.
    pub fn title(self) -> &'static str {
        &entry("run", self.word()).label
    }
}

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobStatus {
    /// Not sent yet.
    Waiting,
    /// Its request is leaving.
    Sending,
    /// Its request left, and nobody waits for the answer any more.
    InDoubt,
    /// Encord works on it.
    InEncord,
    /// Everything in it is registered.
    Done,
    /// At its end; some of its items failed.
    DoneWithErrors,
    /// Encord ended it with an error, or it could not be sent.
    Failed,
    /// It was cancelled or given up.
    Cancelled,
}

impl JobStatus {
    /// All, in the order in which a job can go through them.
    pub const ALL: [JobStatus; 8] = [
        JobStatus::Waiting,
        JobStatus::Sending,
        JobStatus::InDoubt,
        JobStatus::InEncord,
        JobStatus::Done,
        JobStatus::DoneWithErrors,
        JobStatus::Failed,
        JobStatus::Cancelled,
    ];

    /// What a job's record comes to: `errors` of its items failed, `is_live` says that a process works on its run.
    pub fn of(state: BatchState, errors: u64, is_live: bool) -> JobStatus {
        match state {
            BatchState::Waiting => JobStatus::Waiting,
            BatchState::Sending if is_live => JobStatus::Sending,
            BatchState::Sending => JobStatus::InDoubt,
            BatchState::Pending => JobStatus::InEncord,
            BatchState::Done if errors > 0 => JobStatus::DoneWithErrors,
            BatchState::Done => JobStatus::Done,
            BatchState::Error => JobStatus::Failed,
            BatchState::Cancelled => JobStatus::Cancelled,
        }
    }

    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            JobStatus::Waiting => "waiting",
            JobStatus::Sending => "sending",
            JobStatus::InDoubt => "in doubt",
            JobStatus::InEncord => "in Encord",
            JobStatus::Done => "done",
            JobStatus::DoneWithErrors => "done with errors",
            JobStatus::Failed => "failed",
            JobStatus::Cancelled => "cancelled",
        }
    }
}

fn entry(of: &str, word: &str) -> &'static help::Entry {
    help::field(&format!("{of} {word}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_can_be_looked_up_by_its_word_and_no_other_word_is_explained() {
        let words = |of: &str, words: Vec<&'static str>| {
            let all = help::entries().into_iter().filter(|entry| entry.key.starts_with(of));
            let explained: Vec<&str> = all.map(help::Entry::name).collect();
            assert_eq!(explained, words, "{of}");
            for word in words {
                let entry = entry(of.trim(), word);
                assert_eq!(entry.label.to_lowercase(), word.to_lowercase());
                assert!(!entry.what.is_empty() && !entry.choose.is_empty(), "{word}");
            }
        };
        words("run ", RunStatus::ALL.map(RunStatus::word).to_vec());
        words("job ", JobStatus::ALL.map(JobStatus::word).to_vec());
    }

    #[test]
    fn who_works_on_a_run_and_what_is_open_of_it_is_more_than_what_its_record_says() {
        use RunState::{Cancelled, Done, DoneWithErrors, Failed, Running};
        for state in [Running, Done, DoneWithErrors, Failed, Cancelled] {
            assert_eq!(RunStatus::of(state, true, true), RunStatus::UnderWay);
            assert_eq!(RunStatus::of(state, false, true), RunStatus::Interrupted, "can be resumed: {state:?}");
        }
        assert_eq!(RunStatus::of(Running, false, false), RunStatus::Interrupted);
        assert_eq!(RunStatus::of(DoneWithErrors, false, false).title(), "Done with errors");
        assert_eq!(JobStatus::of(BatchState::Sending, 0, true), JobStatus::Sending);
        assert_eq!(JobStatus::of(BatchState::Sending, 0, false), JobStatus::InDoubt);
        assert_eq!(JobStatus::of(BatchState::Done, 1, false), JobStatus::DoneWithErrors);
    }
}
