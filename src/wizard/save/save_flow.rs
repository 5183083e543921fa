//! What saving means for the wizard: what was changed, whether to leave without it, and the user's editor.

use crate::{
    error::UserError,
    wizard::{
        Wizard,
        action::Action,
        effect::{Effect, RequestId},
        home::{
            messages::HomeRequest,
            open_config::{AfterUnsaved, Opened},
        },
        overlay::Overlay,
        save::{SaveDialog, SaveMove, SaveStage},
        saved::{OpenedConfig, SavePreview, SaveTo},
        step::Step,
    },
};

impl Wizard {
    /// The dialog that saves the config, where the overlay is [`Overlay::Save`].
    pub fn save_dialog(&self) -> Option<&SaveDialog> {
        self.save.as_deref().filter(|_| self.overlay == Some(Overlay::Save))
    }

    /// Whether the user changed the config since it was opened or saved, so that leaving would lose that.
    pub fn is_unsaved(&self) -> bool {
        self.fresh.is_some() && self.config != *self.kept
    }

    /// Whether the config has a file that says all that it says.
    pub fn is_in_file(&self) -> bool {
        self.opened.path.is_some() && !self.is_unsaved()
    }

    /// Why the file cannot be edited now, or cannot be read after it was, where the overlay is [`Overlay::Editor`].
    pub fn editor_problem(&self) -> Option<&UserError> {
        self.editor.as_ref().filter(|_| self.overlay == Some(Overlay::Editor))
    }

    pub(crate) fn may_save(&self) -> bool {
        self.save_dialog().is_some_and(|dialog| {
            matches!(dialog.stage(), SaveStage::Preview(_)) && (!self.is_attended || !dialog.awaits_look())
        })
    }

    /// Whether there is a config to save, and somewhere to save it. A run that is looked at has its own config, as it was when it
    /// began.
    pub(crate) fn may_open_save(&self) -> bool {
        self.fresh.is_some() && self.visit.is_none()
    }

    /// Opens the dialog.
    pub(crate) fn open_save(&mut self) {
        if !self.may_open_save() {
            return;
        }
        if self.step == Step::Integration && !self.is_home {
            // What stands in the fields belongs to the config.
            self.step_action(Action::Save);
        }
        let config = self.config.clone();
        let dialog = match &self.opened.path {
            Some(path) => {
                let file = (SaveTo::File(path.clone()), self.opened.stamp.clone());
                SaveDialog::of_file(config, file, &mut self.outbox)
            }
            None => {
                let name = self.save_name.clone().unwrap_or_else(|| self.suggested_name());
                SaveDialog::of_new(config, &name)
            }
        };
        self.save = Some(Box::new(dialog));
        self.overlay = Some(Overlay::Save);
    }

    /// A name after what is imported, of letters that names may hold.
    fn suggested_name(&self) -> String {
        let azure = &self.config.azure;
        let wish = match azure.container.as_str() {
            "" => azure.account_name().unwrap_or_default(),
            container => container.to_owned(),
        };
        let allowed = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
        wish.chars().map(allowed).collect::<String>().trim_matches(['.', '-']).to_owned()
    }

    pub(crate) fn save_action(&mut self, action: Action) {
        let (action, may_save) = (self.in_rows(action), self.may_save());
        let Some(dialog) = &mut self.save else { return self.overlay = None };
        match dialog.action(action, may_save, &mut self.outbox) {
            SaveMove::Stay => {}
            SaveMove::Close => {
                self.close_save();
                self.target = None;
            }
            SaveMove::Done => {
                self.close_save();
                self.proceed();
            }
        }
    }

    fn close_save(&mut self) {
        if let Some(dialog) = self.save.take()
            && dialog.file.is_none()
        {
            self.save_name = Some(dialog.name.text().to_owned());
        }
        self.overlay = None;
    }

    pub(crate) fn preview_reply(&mut self, id: RequestId, result: Result<SavePreview, UserError>) {
        if let Some(dialog) = &mut self.save {
            dialog.preview_reply(id, result);
            if let SaveStage::Nothing(_) = dialog.stage {
                self.kept = dialog.config.clone();
            }
        }
    }

    pub(crate) fn saved_reply(&mut self, id: RequestId, result: Result<OpenedConfig, UserError>) {
        let Some(dialog) = self.save.as_mut().filter(|dialog| dialog.is_saving(id)) else { return };
        match result {
            Ok(saved) => {
                let config = dialog.config.clone();
                dialog.stage = SaveStage::Saved;
                *self.opened = Opened {
                    label: Some(saved.label),
                    path: Some(saved.path),
                    stamp: Some(saved.stamp),
                    ..Opened::default()
                };
                (self.original, self.kept) = (config.clone(), config);
                self.save_name = None;
                if self.target.is_some() {
                    self.close_save();
                    self.proceed();
                } else if self.is_home {
                    self.home.open(&mut self.outbox);
                }
            }
            Err(problem) => dialog.refuse(problem, &mut self.outbox),
        }
    }

    /// The answers to whether what was changed is to be saved.
    pub(crate) fn unsaved_action(&mut self, action: Action) {
        match action {
            Action::Yes | Action::Next | Action::Save => self.open_save(),
            Action::No => {
                self.overlay = None;
                *self.kept = self.config.clone();
                self.proceed();
            }
            Action::Back => (self.overlay, self.target) = (None, None),
            _ => {}
        }
    }

    /// Does what had to wait until it was settled what becomes of the changes.
    fn proceed(&mut self) {
        match self.target.take() {
            Some(AfterUnsaved::Quit) => self.quit(),
            Some(AfterUnsaved::Open(label)) => self.home.ask_for(label, &mut self.outbox),
            Some(AfterUnsaved::New) => self.take_new(),
            Some(AfterUnsaved::Take(opened)) => self.take_opened(*opened),
            None => {}
        }
    }

    /// Leaves the program, unless something that was changed would be lost unasked.
    pub(crate) fn leave(&mut self) {
        match self.is_unsaved() {
            true => self.ask_about_changes(AfterUnsaved::Quit),
            false => self.quit(),
        }
    }

    /// Opens the config's file in the user's editor.
    pub(crate) fn open_editor(&mut self) {
        let refuse = |what: &str, hint: &str| Some(UserError::config(what).hint(hint));
        self.editor = match &self.opened.path {
            _ if self.fresh.is_none() => return,
            None => refuse("This config has no file yet.", "Save it first, then edit the file."),
            Some(_) if self.is_unsaved() => {
                refuse("What you changed here is not in the file yet.", "Save it first, then edit the file.")
            }
            Some(_) if self.is_busy() => {
                refuse("An upload is under way with this config.", "Edit the file when it has ended.")
            }
            Some(path) => {
                self.overlay = None;
                self.is_editing = true;
                return self.outbox.effects.push(Effect::Editor(path.clone()));
            }
        };
        self.overlay = Some(Overlay::Editor);
    }

    pub(crate) fn editor_closed(&mut self, result: Result<(), UserError>) {
        if !std::mem::take(&mut self.is_editing) {
            return self.home.editor_closed(result, &mut self.outbox);
        }
        match (result, &self.opened.label) {
            (Ok(()), Some(label)) => {
                self.rereading = Some(self.outbox.start(HomeRequest::OpenConfig { label: label.clone() }));
            }
            (Ok(()), None) => {}
            (Err(problem), _) => (self.editor, self.overlay) = (Some(problem), Some(Overlay::Editor)),
        }
    }

    /// The file as it is after it was edited. What cannot be read changes nothing here.
    pub(crate) fn edited(&mut self, result: Result<OpenedConfig, UserError>) {
        match result {
            Ok(opened) if self.opened.stamp.as_ref() == Some(&opened.stamp) => {}
            // The user went on meanwhile.
            Ok(opened) if self.is_unsaved() => self.ask_about_changes(AfterUnsaved::Take(Box::new(opened))),
            Ok(opened) if !self.is_busy() => self.take_opened(opened),
            Ok(_) => {}
            Err(problem) => (self.editor, self.overlay) = (Some(problem), Some(Overlay::Editor)),
        }
    }
}
