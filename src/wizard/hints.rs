//! Who has the keyboard, and what can be done now.

use crate::wizard::{
    Wizard,
    action::{Action, Hint, Screen},
    folder::mirror,
    overlay::Overlay,
    save::SaveDialog,
    step::{Status, Step},
};

impl Wizard {
    /// Whether a question waits for a yes or a no.
    pub fn asks(&self) -> bool {
        matches!(self.overlay, Some(Overlay::Help | Overlay::Quit | Overlay::Unsaved))
            || self.save_dialog().is_some_and(SaveDialog::asks)
            || (self.overlay.is_none() && self.step_asks())
    }

    fn step_asks(&self) -> bool {
        match self.step {
            _ if self.is_home => self.home.asks(),
            Step::Integration => self.integration.asks(),
            Step::Progress => self.progress.ask().is_some(),
            _ => false,
        }
    }

    /// Whether keys are text right now: for a field, or for nothing.
    pub fn takes_text(&self) -> bool {
        match self.overlay {
            Some(Overlay::Save) => self.save_dialog().is_some_and(SaveDialog::takes_text),
            Some(overlay) => matches!(overlay, Overlay::NothingToSearch | Overlay::Palette),
            None => self.is_typing(),
        }
    }

    /// Whether a field has the keyboard, whatever lies over it.
    pub fn is_typing(&self) -> bool {
        match self.step {
            _ if self.is_home => self.home.takes_text(),
            Step::Integration => self.integration.takes_text(),
            Step::Schema => self.schema.takes_text(),
            Step::Manifest => self.manifest.takes_text(),
            Step::Folder => self.folder.takes_text(),
            _ => false,
        }
    }

    /// Whether a form lies over the step's list.
    pub fn has_form(&self) -> bool {
        match self.step {
            _ if self.is_home => self.home.has_form(),
            Step::Schema => self.schema.panel().is_some(),
            Step::Folder => self.folder.form().is_some(),
            _ => false,
        }
    }

    /// The screen that is shown, whatever lies over it.
    pub fn place(&self) -> Screen {
        if self.is_home { Screen::Home } else { Screen::of(self.step) }
    }

    /// The actions that do something now, with a word for each, the most useful first.
    pub fn hints(&self) -> Vec<Hint> {
        match self.overlay {
            Some(Overlay::Save) => self.save_dialog().map(|dialog| dialog.hints(self.may_save())).unwrap_or_default(),
            Some(Overlay::Unsaved) => {
                vec![Hint::new(Action::Yes, "save"), Hint::new(Action::No, "discard"), Hint::new(Action::Back, "stay")]
            }
            Some(Overlay::Editor) if self.is_busy() => vec![Hint::new(Action::Back, "close")],
            Some(Overlay::Editor) if self.is_in_file() => {
                vec![Hint::new(Action::OpenEditor, "edit"), Hint::new(Action::Back, "close")]
            }
            Some(Overlay::Editor) => vec![Hint::new(Action::Save, "save"), Hint::new(Action::Back, "close")],
            Some(Overlay::Help | Overlay::NothingToSearch) => vec![Hint::new(Action::Back, "close")],
            Some(Overlay::Palette) => {
                let row = self.palette_rows().into_iter().nth(self.palette.cursor());
                let does = row.is_some_and(|row| row.is_possible).then(|| Hint::new(Action::Next, "do it"));
                let others = [Hint::new(Action::Down, "move"), Hint::new(Action::Back, "close")];
                does.into_iter().chain(others).collect()
            }
            Some(Overlay::Quit) => vec![Hint::new(Action::Yes, "quit"), Hint::new(Action::No, "stay")],
            None => self.step_hints(),
        }
    }

    /// The actions that do something on the step's screen, whatever lies over it.
    pub fn step_hints(&self) -> Vec<Hint> {
        let mut hints = match self.step {
            _ if self.is_home => self.home.hints(self.can_return()),
            Step::Integration => self.integration.hints(&self.config),
            Step::Schema => self.schema.hints(&self.config),
            Step::Manifest if self.config.folder.cloud_synced => mirror::hints(),
            Step::Manifest => self.manifest.hints(),
            Step::Folder => self.folder.hints(),
            Step::Upload => self.upload.hints(self.plan().as_ref(), self.may_send()),
            Step::Progress => self.progress.hints(),
        };
        let ready = self.status(self.step) == Status::Ready;
        hints.retain(|hint| ready || self.is_home || (hint.action, hint.label) != (Action::Next, "continue"));
        if self.fresh.is_none() || self.visit.is_some() {
            // The demo's config goes with it, and a run that is looked at has its own.
            hints.retain(|hint| hint.action != Action::Save);
        }
        if self.is_home && self.may_open_save() && self.is_unsaved() && self.home.panel().is_none() {
            hints.insert(hints.len().min(1), Hint::new(Action::Save, "save"));
        }
        if self.fresh.is_some() && !self.is_home {
            let is_offered = hints.iter().any(|hint| hint.action == Action::Save);
            if !is_offered && self.visit.is_none() && (self.is_unsaved() || self.opened.label.is_none()) {
                hints.push(Hint::new(Action::Save, "save"));
            }
            hints.push(Hint::new(Action::GoHome, "home"));
            if self.opened.path.is_some() {
                hints.push(Hint::new(Action::OpenEditor, "edit the file"));
            }
        }
        hints.push(Hint::new(Action::Help, "help"));
        hints.push(Hint::new(Action::Quit, "quit"));
        hints
    }
}
