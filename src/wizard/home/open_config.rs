//! The way from Home to a config or a run, and back.

use std::path::PathBuf;

use crate::{
    config::Config,
    error::UserError,
    wizard::{
        Wizard,
        action::Action,
        check::{Check, CheckState},
        effect::{Request, RequestId},
        folder::FolderStep,
        home::{HomeStep, messages::HomeRequest, update::HomeMove},
        integration::IntegrationStep,
        manifest::ManifestStep,
        overlay::Overlay,
        progress::ProgressStep,
        saved::{OpenedConfig, Stamp},
        schema::SchemaStep,
        step::{Status, Step},
        upload::UploadStep,
    },
};

/// Which config the wizard is on.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    /// What the user calls it; a new one has no name.
    pub(crate) label: Option<String>,
    pub(crate) path: Option<PathBuf>,
    /// The file as it was read.
    pub(crate) stamp: Option<Stamp>,
    /// Asked for path and stamp, where the front end gave only the name.
    pub(crate) learning: Option<RequestId>,
}

/// What is to be done once it is settled what becomes of unsaved changes.
#[derive(Debug)]
pub(crate) enum AfterUnsaved {
    Quit,
    Open(String),
    New,
    Take(Box<OpenedConfig>),
}

/// A run that was opened from Home, over the config that the wizard is on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visit {
    /// The config's step.
    rests_at: Step,
    /// The run was resumed, so this program works on it; otherwise it only looks on.
    works: bool,
}

const BUSY: &str = "An upload is under way. Esc goes back to it; open something else when it has ended.";

impl Wizard {
    /// The same with Home, one key away; `fresh` is what a new config begins with. Offers to save what was changed.
    #[must_use]
    pub fn with_home(mut self, fresh: Config) -> Wizard {
        self.fresh = Some(Box::new(fresh));
        self
    }

    /// The same beginning at Home; the wizard's config is what a new one begins with.
    #[must_use]
    pub fn at_home(self) -> Wizard {
        let fresh = self.config.clone();
        Wizard { is_home: true, ..self.with_home(fresh) }
    }

    /// The same on a config that the user calls so: a saved one's name, or a path.
    #[must_use]
    pub fn named(mut self, label: &str) -> Wizard {
        self.opened.label = Some(label.to_owned());
        self
    }

    /// What the user calls the config; a new one has no name.
    pub fn label(&self) -> Option<&str> {
        self.opened.label.as_deref()
    }

    /// The config's file, as far as it has one and that is known.
    pub fn file(&self) -> Option<&std::path::Path> {
        self.opened.path.as_deref()
    }

    /// Whether Home is on the screen.
    pub fn is_at_home(&self) -> bool {
        self.is_home
    }

    /// Home.
    pub fn home(&self) -> &HomeStep {
        &self.home
    }

    /// Whether Esc on Home leads back to a config or a run.
    pub fn can_return(&self) -> bool {
        self.is_begun || self.visit.is_some()
    }

    /// Whether a config is open: Home leads back to it.
    pub fn has_config(&self) -> bool {
        self.is_begun && self.visit.is_none()
    }

    /// Whether this program works on a run at this moment. Looking on is no work.
    pub fn is_busy(&self) -> bool {
        self.progress.is_running() && self.visit.is_none_or(|visit| visit.works)
    }

    /// Whether a run is on the screen that was opened from Home.
    pub fn is_visiting(&self) -> bool {
        self.visit.is_some()
    }

    /// The command line that does the same without the wizard, where the config has a name.
    pub fn headless_command(&self) -> Option<String> {
        self.label().map(headless_command)
    }

    /// The front end is there.
    pub(crate) fn begin(&mut self) {
        if self.is_home {
            return self.home.open(&mut self.outbox);
        }
        self.is_begun = true;
        if let (Some(label), Some(_)) = (&self.opened.label, &self.fresh) {
            let request = Request::Home(HomeRequest::OpenConfig { label: label.clone() });
            self.opened.learning = Some(self.outbox.start(request));
        }
        self.integration.open(&self.config, &mut self.outbox);
    }

    /// To Home. The wizard stays as it is until another config is opened.
    pub(crate) fn go_home(&mut self) {
        let has_panel = self.step == Step::Integration && self.integration.panel().is_some();
        if self.fresh.is_none() || self.is_home || has_panel || self.has_form() {
            return;
        }
        self.end_visit();
        if self.step == Step::Integration {
            // What stands in the fields belongs to the config, whatever becomes of it now.
            self.step_action(Action::Save);
        }
        self.is_home = true;
        self.home.come_back(&mut self.outbox);
    }

    /// Leaves a run that was opened from Home, unless this program still works on it.
    fn end_visit(&mut self) {
        if let Some(visit) = self.visit
            && !self.is_busy()
        {
            self.progress.leave(&mut self.outbox);
            self.progress = ProgressStep::default();
            (self.visit, self.step) = (None, visit.rests_at);
        }
    }

    pub(crate) fn home_action(&mut self, action: Action) {
        if action == Action::Save && self.home.panel().is_none() && self.home.opening().is_none() {
            return self.save_at_home();
        }
        match self.home.action(action, &mut self.outbox) {
            HomeMove::Stay => {}
            HomeMove::Return => {
                if self.can_return() {
                    self.is_home = false;
                }
            }
            HomeMove::Watch(run) | HomeMove::Resume(run) if self.progress.run() == Some(run.as_str()) => {
                (self.is_home, self.step) = (false, Step::Progress);
            }
            _ if self.is_busy() => self.home.say(BUSY),
            HomeMove::Open(label) if self.is_unsaved() && self.opened.label.as_ref() != Some(&label) => {
                self.ask_about_changes(AfterUnsaved::Open(label));
            }
            HomeMove::Open(label) => self.home.ask_for(label, &mut self.outbox),
            HomeMove::New if self.is_begun && self.opened.label.is_none() && !self.is_unsaved() => {
                self.end_visit();
                self.is_home = false;
            }
            HomeMove::New if self.is_unsaved() => self.ask_about_changes(AfterUnsaved::New),
            HomeMove::New => self.take_new(),
            HomeMove::Watch(run) => {
                self.begin_visit(false);
                self.progress = ProgressStep::watch(run, &mut self.outbox);
            }
            HomeMove::Resume(run) => {
                self.begin_visit(true);
                self.progress = ProgressStep::resume(run, &mut self.outbox);
            }
        }
    }

    /// Saves the config that is open, or says why there is nothing to save.
    fn save_at_home(&mut self) {
        if self.may_open_save() && self.is_unsaved() {
            self.home.was_read();
            return self.open_save();
        }
        let why = match &self.opened.label {
            _ if self.visit.is_some() => "A run is under way, and its config is on record with it.".to_owned(),
            Some(label) => format!("'{label}' is open and has no changes to save."),
            None if self.is_begun => "The new config has nothing to save yet.".to_owned(),
            None => "No config is open, so there is nothing to save.".to_owned(),
        };
        self.home.say(&why);
    }

    fn begin_visit(&mut self, works: bool) {
        self.end_visit();
        if self.step == Step::Progress && self.progress.outcome().is_some() {
            self.start_over();
        }
        self.visit = Some(Visit { rests_at: self.step.min(Step::Upload), works });
        (self.is_home, self.step) = (false, Step::Progress);
    }

    /// A new config.
    pub(crate) fn take_new(&mut self) {
        let config = self.fresh.as_deref().cloned().unwrap_or_default();
        self.take(config, Opened::default());
        self.outbox.start(HomeRequest::NameRuns { label: None });
        // What is not there yet is the user's to fill in, not to be passed over.
        self.goes_on = false;
    }

    /// Another config, from its first step.
    pub(crate) fn take_opened(&mut self, opened: OpenedConfig) {
        let OpenedConfig { label, path, config, stamp } = opened;
        let opened = Opened { label: Some(label), path: Some(path), stamp: Some(stamp), learning: None };
        self.take(*config, opened);
    }

    fn take(&mut self, config: Config, opened: Opened) {
        let outbox = &mut self.outbox;
        self.integration.close(outbox);
        self.schema.forget(outbox);
        self.manifest.reset(outbox);
        self.folder.reset(outbox);
        self.progress.leave(outbox);
        self.progress = ProgressStep::default();
        self.integration = IntegrationStep::new(&config);
        (self.schema, self.manifest) = (SchemaStep::default(), ManifestStep::default());
        (self.folder, self.upload) = (FolderStep::default(), UploadStep::default());
        if self.is_guided {
            self.integration.guide();
            self.folder.guide();
        }
        (self.visit, self.step, self.is_home, self.is_begun) = (None, Step::Integration, false, true);
        (self.original, self.kept) = (Box::new(config.clone()), Box::new(config.clone()));
        (self.config, self.opened) = (config, Box::new(opened));
        self.goes_on = true;
        self.integration.open(&self.config, &mut self.outbox);
    }

    /// Goes over steps that are ready without the user, to the first that needs attention; never past the review.
    pub(crate) fn go_on(&mut self) {
        while self.goes_on && self.overlay.is_none() && !self.is_home && self.needs_nobody() {
            let before = self.step;
            self.next();
            if self.step == before {
                return;
            }
        }
        self.goes_on &= self.step < Step::Upload;
    }

    fn needs_nobody(&self) -> bool {
        let is_settled = match self.step {
            // What is worth a look is not passed over.
            Step::Integration => {
                let is_sound = |check: &Check| check.state != CheckState::Warn;
                self.integration.panel().is_none() && self.integration.checks(&self.config).iter().all(is_sound)
            }
            Step::Schema => self.schema.diff(&self.config).is_some_and(|diff| diff.changes.is_empty()),
            Step::Manifest => true,
            Step::Folder => self.folder.destination().is_some_and(|folder| folder.create.is_empty()),
            Step::Upload | Step::Progress => false,
        };
        is_settled && !self.has_form() && self.status(self.step) == Status::Ready
    }

    /// A config that was asked for: by Home, to learn of the file that the wizard was begun on, or after it was edited.
    pub(crate) fn config_opened(&mut self, id: RequestId, result: Result<OpenedConfig, UserError>) {
        if self.opened.learning == Some(id) {
            self.opened.learning = None;
            // Where it is no longer the file that was read, saving takes a second yes.
            if let Some(opened) = result.ok().filter(|opened| opened.config == self.original) {
                (self.opened.path, self.opened.stamp) = (Some(opened.path), Some(opened.stamp));
            }
        } else if self.rereading == Some(id) {
            self.rereading = None;
            self.edited(result);
        } else if self.home.has_asked(id) {
            match result {
                Ok(opened) if self.is_begun && self.is_same(&opened) => {
                    self.end_visit();
                    self.is_home = false;
                }
                Ok(opened) if self.is_unsaved() => self.ask_about_changes(AfterUnsaved::Take(Box::new(opened))),
                Ok(opened) => self.take_opened(opened),
                Err(problem) => self.home.fail(problem),
            }
        }
    }

    /// Whether it is the config that the wizard is on, and nobody changed its file.
    fn is_same(&self, opened: &OpenedConfig) -> bool {
        self.opened.label.as_ref() == Some(&opened.label)
            && match &self.opened.stamp {
                Some(stamp) => *stamp == opened.stamp,
                None => opened.config == self.original,
            }
    }

    pub(crate) fn ask_about_changes(&mut self, target: AfterUnsaved) {
        self.target = Some(target);
        self.overlay = Some(Overlay::Unsaved);
    }
}

/// What does the same as the wizard, without a terminal; the label is quoted for a POSIX shell.
pub fn headless_command(label: &str) -> String {
    format!("azure-to-encord run {} --yes", shell_words::quote(label))
}

#[cfg(test)]
mod tests {
    use super::headless_command;

    #[test]
    fn labels_are_quoted_for_the_shell_where_they_must_be() {
        for (label, word) in [
            ("nightly", "nightly"),
            ("./my configs/a.toml", "'./my configs/a.toml'"),
            ("it's", r"'it'\''s'"),
            ("; rm -rf ~", "'; rm -rf ~'"),
        ] {
            let command = headless_command(label);
            assert_eq!(command, format!("azure-to-encord run {word} --yes"));
            assert_eq!(shell_words::split(&command).unwrap(), ["azure-to-encord", "run", label, "--yes"]);
        }
    }
}
