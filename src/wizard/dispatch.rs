//! What the user does, handed to the step on the screen.

use crate::wizard::{
    Wizard,
    action::{Action, Edit},
    effect::Effect,
    integration,
    overlay::Overlay,
    rows::moved_in,
    step::{Move, Step},
};

impl Wizard {
    pub(super) fn edit(&mut self, edit: &Edit) {
        match self.overlay {
            Some(Overlay::Palette) => return self.palette.edit(edit),
            Some(Overlay::Save) => {
                if let Some(dialog) = &mut self.save {
                    dialog.edit(edit);
                }
                return;
            }
            Some(_) => return,
            None => {}
        }
        match self.step {
            _ if self.is_home => self.home.edit(edit),
            Step::Integration => self.integration.edit(edit),
            Step::Schema => self.schema.edit(edit),
            Step::Manifest => self.manifest.edit(edit, &mut self.outbox),
            Step::Folder => self.folder.edit(edit, &mut self.outbox),
            _ => {}
        }
    }

    pub(super) fn action(&mut self, action: Action) {
        match (self.overlay, action) {
            (Some(Overlay::Quit), Action::Yes | Action::Next | Action::Quit) => {
                self.overlay = None;
                return if self.is_busy() { self.leave() } else { self.quit() };
            }
            (Some(Overlay::Quit), Action::No | Action::Back) => return self.overlay = None,
            (Some(Overlay::Quit), _) => return,
            (Some(Overlay::Save), action) => return self.save_action(action),
            (Some(Overlay::Unsaved), action) => return self.unsaved_action(action),
            (Some(Overlay::Editor), Action::OpenEditor) => return self.open_editor(),
            (Some(Overlay::Editor), Action::Save) => return self.open_save(),
            // No key types this, so it means leaving even where keys are text.
            (Some(Overlay::Palette | Overlay::NothingToSearch), Action::Quit) => self.close_palette(),
            (Some(Overlay::Palette), action) => return self.palette_action(action),
            (Some(Overlay::Help), action) => return self.help_action(action),
            (Some(Overlay::Editor | Overlay::NothingToSearch), _) => return self.overlay = None,
            (None, _) => {}
        }
        match action {
            Action::Search if !self.step_hints().iter().any(|hint| hint.action == Action::Search) => {
                self.overlay = Some(Overlay::NothingToSearch);
            }
            Action::Help => {
                self.help = (None, 0);
                self.overlay = Some(Overlay::Help);
            }
            // A question is answered first.
            Action::Palette if self.asks() => {}
            Action::Palette => self.open_palette(),
            Action::Mouse => self.outbox.effects.push(Effect::Mouse),
            Action::Quit if self.asks_about_changes_first() => self.leave(),
            Action::Quit
                if self.is_busy()
                    || self.manifest.is_listing()
                    || (self.step == Step::Integration && self.integration.has_input())
                    || self.has_form() =>
            {
                self.overlay = Some(Overlay::Quit);
            }
            Action::Quit => self.quit(),
            action if self.is_home => self.home_action(self.in_rows(action)),
            Action::GoHome => self.go_home(),
            Action::Save => self.open_save(),
            Action::OpenEditor => self.open_editor(),
            // A panel is answered or closed first.
            Action::Goto(_) if self.step == Step::Integration && self.integration.panel().is_some() => {}
            Action::Goto(_) if self.has_form() => {}
            Action::Goto(step) => self.go_to(step),
            action => {
                let movement = self.step_action(self.in_rows(action));
                match movement {
                    Move::Stay => {}
                    Move::Next => self.next(),
                    Move::Back => self.back(),
                }
            }
        }
    }

    /// The help is scrolled and closed, and nothing else.
    fn help_action(&mut self, action: Action) {
        let (line, last) = self.help;
        match self.in_rows(action) {
            Action::Back | Action::Help | Action::Quit => self.overlay = None,
            action => {
                let to = moved_in(usize::from(line.unwrap_or_default()), action, usize::from(last) + 1);
                self.help.0 = Some(u16::try_from(to).unwrap_or(last));
            }
        }
    }

    /// Leaving loses changes that can be saved, and nothing else that weighs more. Before a new config has got beyond step 1
    /// there is little to save.
    fn asks_about_changes_first(&self) -> bool {
        let is_new = self.opened.label.is_none() && self.step == Step::Integration;
        self.is_unsaved() && !self.is_busy() && !is_new
    }

    /// Page keys move by what is in view.
    pub(super) fn in_rows(&self, action: Action) -> Action {
        match (action, self.page) {
            (Action::PageUp, Some(rows)) => Action::Skip(-i32::from(rows)),
            (Action::PageDown, Some(rows)) => Action::Skip(i32::from(rows)),
            _ => action,
        }
    }

    pub(super) fn step_action(&mut self, action: Action) -> Move {
        let ready = self.may_send();
        let plan = (self.step == Step::Upload).then(|| self.plan()).flatten();
        let (config, outbox) = (&mut self.config, &mut self.outbox);
        match self.step {
            Step::Integration => {
                let before = (config.encord.clone(), config.azure.clone(), config.manifest.clone());
                let movement = self.integration.action(action, config, outbox);
                if before.0 != config.encord || action == Action::Refresh {
                    match integration::same_login(&before.0, &config.encord) {
                        true => self.schema.reset(outbox),
                        false => self.schema.forget(outbox),
                    }
                    self.folder.reset(outbox);
                }
                if before.1 != config.azure || action == Action::Refresh {
                    self.manifest.reset(outbox);
                } else if before.2 != config.manifest || before.0.strict_client_only != config.encord.strict_client_only
                {
                    self.manifest.outdate(outbox);
                }
                movement
            }
            Step::Schema => {
                let before = config.manifest.clone();
                let access = self.integration.access(config);
                let movement = self.schema.action(action, config, access, outbox);
                if before != config.manifest {
                    self.manifest.outdate(outbox);
                }
                movement
            }
            // There is nothing to list and nothing to set; the wizard sees to it that the step is ready.
            Step::Manifest if config.folder.cloud_synced => match action {
                Action::Next => Move::Next,
                Action::Back => Move::Back,
                _ => Move::Stay,
            },
            Step::Manifest => self.manifest.action(action, self.integration.access(config), config, outbox),
            Step::Folder => {
                let before = config.manifest.clone();
                let movement = self.folder.action(action, config, outbox);
                if before != config.manifest {
                    self.manifest.outdate(outbox);
                }
                movement
            }
            Step::Upload => self.upload.action(action, config, plan.as_ref(), ready, outbox),
            Step::Progress => self.progress.action(action, outbox),
        }
    }

    pub(super) fn quit(&mut self) {
        self.overlay = None;
        self.outbox.effects.push(Effect::Exit);
    }
}
