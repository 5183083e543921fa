//! The keys that do something in step 6.

use crate::wizard::{
    action::{Action, Hint},
    progress::{
        Phase, ProgressStep,
        dialogs::Ask,
        failures::{Copied, RunView},
        sync,
    },
};

impl ProgressStep {
    pub(crate) fn hints(&self) -> Vec<Hint> {
        if let Some(ask) = self.ask {
            return self.answers(ask);
        }
        if self.whole.is_some() {
            let mut hints = vec![Hint::new(Action::Back, "close"), Hint::new(Action::Down, "scroll")];
            hints.extend(self.copy_hint());
            return hints;
        }
        if self.is_refused() {
            let label = match (&self.earlier, self.is_recorded) {
                (None, false) => "back to the review",
                (Some(_), _) | (None, true) => "back",
            };
            return vec![Hint::new(Action::Back, label)];
        }
        if self.is_sync() {
            return sync::hints(self);
        }
        let mut hints = match self.view {
            RunView::Jobs => Vec::new(),
            RunView::Causes => vec![Hint::new(Action::Next, "its items"), Hint::new(Action::Back, "jobs")],
            RunView::Behind(_) => vec![Hint::new(Action::Toggle, "details"), Hint::new(Action::Back, "causes")],
            RunView::Items => vec![Hint::new(Action::Toggle, "details"), Hint::new(Action::Back, "jobs")],
        };
        hints.retain(|hint| hint.action != Action::Toggle || self.current_unit().is_some());
        match &self.phase {
            Phase::Finished(_) if self.view == RunView::Jobs => hints.push(Hint::new(Action::Next, "finish")),
            Phase::Preparing | Phase::Running if self.is_running() => {
                let label = if self.is_preparing() || self.has_waiting() { "stop sending" } else { "stop" };
                hints.push(Hint::new(Action::Cancel, label));
            }
            Phase::Stopping if self.is_running() => hints.push(Hint::new(Action::Cancel, "cancel in Encord")),
            _ => {}
        }
        if self.may_pause() {
            hints.push(Hint::new(Action::Pause, if self.is_paused() { "go on" } else { "pause" }));
        }
        if self.may_resume() {
            hints.push(Hint::new(Action::Refresh, "go on with it"));
        } else if self.may_retry() {
            hints.push(Hint::new(Action::Refresh, "retry the failed"));
        }
        hints.extend(self.switch_hint());
        if self.view == RunView::Jobs && !self.is_running() {
            hints.push(self.way_out());
        }
        hints.extend(self.copy_hint());
        hints.push(Hint::new(Action::Down, "scroll"));
        hints
    }

    /// What leads away from a run that nobody here works on.
    pub(super) fn way_out(&self) -> Hint {
        match self.may_begin_another() {
            true => Hint::new(Action::New, "another import"),
            false => Hint::new(Action::Back, "leave it"),
        }
    }

    fn switch_hint(&self) -> Option<Hint> {
        let views = self.views();
        let current = if let RunView::Behind(_) = self.view { RunView::Causes } else { self.view };
        let at = views.iter().position(|view| *view == current)?;
        let label = match views.get((at + 1) % views.len())? {
            view if *view == current => return None,
            RunView::Causes | RunView::Behind(_) => "why it failed",
            RunView::Items => "failed items",
            RunView::Jobs => "jobs",
        };
        Some(Hint::new(Action::SwitchList, label))
    }

    fn copy_hint(&self) -> Option<Hint> {
        let label = match self.copyable()?.0 {
            Copied::Job => "copy its id",
            Copied::Subtask => "copy the id",
            Copied::Urls => "copy the URL",
        };
        Some(Hint::new(Action::Copy, label))
    }

    fn answers(&self, ask: Ask) -> Vec<Hint> {
        let (yes, no) = match ask {
            Ask::Cancel if !self.may_cancel() => return vec![Hint::new(Action::Next, "close")],
            Ask::Cancel => ("cancel them", "keep them"),
            Ask::Resume(_) => ("go on", "not now"),
            Ask::Retry(_) => ("send them", "send nothing"),
        };
        let mut hints = vec![Hint::new(Action::Next, yes), Hint::new(Action::Back, no)];
        hints.extend((self.choices(ask) > 1).then(|| Hint::new(Action::Down, "choose")));
        hints
    }
}
