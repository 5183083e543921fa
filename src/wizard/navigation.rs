//! From step to step.

use crate::wizard::{
    Arc, Wizard,
    step::{Status, Step},
};

impl Wizard {
    /// After a run nothing of its plan is true any more: the folder is there, the manifest belongs to the run. Another import
    /// begins at the first step and reads everything anew.
    pub(super) fn start_over(&mut self) {
        self.schema.forget(&mut self.outbox);
        self.manifest.reset(&mut self.outbox);
        self.folder.reset(&mut self.outbox);
        self.upload.forget(&mut self.outbox);
        self.step = Step::Integration;
    }

    pub(super) fn back(&mut self) {
        if self.visit.is_some() {
            return self.go_home();
        }
        if self.step == Step::Progress && self.progress.outcome().is_some() {
            return self.start_over();
        }
        let index = self.step.number() - 1;
        if let Some(before) = index.checked_sub(1).and_then(|index| Step::ALL.get(index)) {
            self.step = *before;
        }
    }

    pub(super) fn next(&mut self) {
        if self.step == Step::Integration && self.opened.label.is_none() && self.status(self.step) == Status::Ready {
            // The choices of step 1 are kept for the next time without a config.
            (self.kept.encord, self.kept.azure) = (self.config.encord.clone(), self.config.azure.clone());
        }
        match self.step {
            Step::Progress if self.visit.is_some() => self.go_home(),
            Step::Upload => {
                if let Some(plan) = self.plan() {
                    self.progress.start(plan, &mut self.outbox);
                    self.step = Step::Progress;
                }
            }
            Step::Progress => self.leave(),
            _ if self.status(self.step) == Status::Ready => {
                if let Some(step) = Step::ALL.get(self.step.number()) {
                    self.enter(*step);
                }
            }
            _ => {}
        }
    }

    /// Goes to a step directly: back always, forward only over steps that are ready.
    pub(super) fn go_to(&mut self, step: Step) {
        if (self.progress.is_running() || self.visit.is_some()) && step != Step::Progress {
            return;
        }
        if step < self.step && self.step == Step::Progress && self.progress.outcome().is_some() {
            return self.start_over();
        }
        if step <= self.step {
            self.step = step;
            return;
        }
        while self.step < step && self.step < Step::Upload && self.status(self.step) == Status::Ready {
            let before = self.step;
            self.next();
            if self.step == before {
                return;
            }
        }
    }

    pub(super) fn enter(&mut self, step: Step) {
        self.step = step;
        match step {
            Step::Schema => self.schema.open(&self.config, &mut self.outbox),
            Step::Manifest if self.config.folder.cloud_synced => {}
            Step::Manifest => {
                let access = self.integration.access(&self.config);
                let demands = Arc::new(self.demands());
                self.manifest.open(access, &self.config, demands, &mut self.outbox);
            }
            Step::Folder => self.folder.open(&self.config, &mut self.outbox),
            Step::Integration | Step::Upload | Step::Progress => {}
        }
    }
}
