//! Saving the config: under which name, what that changes, and only then the file.

mod save_flow;

use crate::{
    config::Config,
    error::UserError,
    wizard::{
        action::{Action, Edit, Hint},
        effect::RequestId,
        field::Field,
        home::{self, messages::HomeRequest},
        outbox::Outbox,
        rows,
        saved::{SavePreview, SaveTo, Stamp},
    },
};

/// How far saving is.
#[derive(Debug)]
pub enum SaveStage {
    /// The config has no name yet.
    Naming {
        /// Why it cannot be called so.
        problem: Option<String>,
    },
    /// Finding out what would change.
    Looking(RequestId),
    /// What would change is shown.
    Preview(SavePreview),
    /// What is there would be lost: a second yes is awaited.
    Confirm(SavePreview),
    /// Being written.
    Saving(RequestId),
    /// The file says the same already.
    Nothing(SavePreview),
    /// Saved.
    Saved,
    /// It failed.
    Failed(UserError),
}

/// The dialog. It saves the config as it was when the dialog was opened.
#[derive(Debug)]
pub struct SaveDialog {
    config: Box<Config>,
    name: Field,
    /// The file that was opened, where the config comes from one.
    file: Option<(SaveTo, Option<Stamp>)>,
    stage: SaveStage,
    refused: Option<UserError>,
    scroll: usize,
    /// What would change was on the screen for a moment.
    is_seen: bool,
}

/// What a key in the dialog leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SaveMove {
    Stay,
    /// Nothing was saved.
    Close,
    /// What was to be saved is in the file.
    Done,
}

impl SaveDialog {
    /// A dialog for a config that comes from a file.
    pub(super) fn of_file(config: Config, file: (SaveTo, Option<Stamp>), outbox: &mut Outbox) -> SaveDialog {
        let stage = SaveStage::Saved;
        let mut dialog = SaveDialog {
            config: Box::new(config),
            name: Field::default(),
            file: Some(file),
            stage,
            refused: None,
            scroll: 0,
            is_seen: false,
        };
        dialog.look(outbox);
        dialog
    }

    /// A dialog for a new config, with a name filled in.
    pub(super) fn of_new(config: Config, name: &str) -> SaveDialog {
        SaveDialog {
            config: Box::new(config),
            name: Field::new(name),
            file: None,
            stage: SaveStage::Naming { problem: None },
            refused: None,
            scroll: 0,
            is_seen: false,
        }
    }

    /// How far it is.
    pub fn stage(&self) -> &SaveStage {
        &self.stage
    }

    /// The name of a config that has none yet.
    pub fn name(&self) -> &Field {
        &self.name
    }

    /// Why what was confirmed was not saved; what is shown now is the difference to the file as it is.
    pub fn refused(&self) -> Option<&UserError> {
        self.refused.as_ref()
    }

    /// How many lines of the difference are scrolled away.
    pub fn scroll(&self) -> usize {
        self.scroll
    }

    /// Whether [`Event::Seen`](crate::wizard::effect::Event::Seen) is awaited before anything can be confirmed.
    pub fn awaits_look(&self) -> bool {
        !self.is_seen && matches!(self.stage, SaveStage::Preview(_))
    }

    pub(super) fn seen(&mut self) {
        self.is_seen = matches!(self.stage, SaveStage::Preview(_) | SaveStage::Confirm(_));
    }

    pub(super) fn takes_text(&self) -> bool {
        matches!(self.stage, SaveStage::Naming { .. })
    }

    pub(super) fn asks(&self) -> bool {
        matches!(self.stage, SaveStage::Confirm(_))
    }

    /// Where to save.
    fn to(&self) -> (SaveTo, Option<Stamp>) {
        let named = || (SaveTo::Name(self.name.text().trim().to_owned()), None);
        self.file.clone().unwrap_or_else(named)
    }

    fn look(&mut self, outbox: &mut Outbox) {
        let (to, opened) = self.to();
        (self.scroll, self.is_seen) = (0, false);
        self.stage =
            SaveStage::Looking(outbox.start(HomeRequest::PreviewSave { to, config: self.config.clone(), opened }));
    }

    fn save(&mut self, seen: Option<Stamp>, outbox: &mut Outbox) {
        let (to, _) = self.to();
        self.refused = None;
        self.stage = SaveStage::Saving(outbox.start(HomeRequest::SaveConfig { to, config: self.config.clone(), seen }));
    }

    pub(super) fn edit(&mut self, edit: &Edit) {
        if let SaveStage::Naming { problem } = &mut self.stage {
            *problem = None;
            self.name.edit(edit);
        }
    }

    pub(super) fn hints(&self, may_save: bool) -> Vec<Hint> {
        match &self.stage {
            SaveStage::Naming { .. } => vec![Hint::new(Action::Next, "see the file"), Hint::new(Action::Back, "close")],
            SaveStage::Looking(_) => vec![Hint::new(Action::Back, "close")],
            SaveStage::Preview(preview) => {
                let mut hints = Vec::new();
                if may_save {
                    hints.push(Hint::new(Action::Next, if preview.overwrites { "go on" } else { "save" }));
                }
                let back = if self.file.is_none() { "another name" } else { "close" };
                hints.extend([Hint::new(Action::Back, back), Hint::new(Action::Down, "scroll")]);
                hints
            }
            SaveStage::Confirm(_) => vec![Hint::new(Action::Yes, "overwrite"), Hint::new(Action::No, "keep the file")],
            SaveStage::Saving(_) => Vec::new(),
            SaveStage::Nothing(_) | SaveStage::Saved => vec![Hint::new(Action::Next, "close")],
            SaveStage::Failed(_) => vec![Hint::new(Action::Next, "try again"), Hint::new(Action::Back, "close")],
        }
    }

    pub(super) fn action(&mut self, action: Action, may_save: bool, outbox: &mut Outbox) -> SaveMove {
        // What is being written is waited for.
        let is_close = matches!(action, Action::Back | Action::Quit);
        match std::mem::replace(&mut self.stage, SaveStage::Saved) {
            SaveStage::Naming { .. } if action == Action::Next => {
                match home::name_fault(self.name.text().trim()) {
                    Some(fault) => self.stage = SaveStage::Naming { problem: Some(fault) },
                    None => self.look(outbox),
                }
                SaveMove::Stay
            }
            SaveStage::Looking(id) if is_close => {
                outbox.cancel(Some(id));
                self.back(action)
            }
            SaveStage::Preview(preview) if action == Action::Next && may_save => {
                match preview.overwrites {
                    true => self.stage = SaveStage::Confirm(preview),
                    false => self.save(preview.stamp, outbox),
                }
                SaveMove::Stay
            }
            SaveStage::Preview(_) if is_close => self.back(action),
            SaveStage::Preview(preview) => {
                self.scroll = rows::moved_in(self.scroll, action, preview.lines.len());
                self.stage = SaveStage::Preview(preview);
                SaveMove::Stay
            }
            SaveStage::Confirm(preview) => {
                match action {
                    Action::Yes => self.save(preview.stamp, outbox),
                    Action::No | Action::Back => self.stage = SaveStage::Preview(preview),
                    _ => self.stage = SaveStage::Confirm(preview),
                }
                SaveMove::Stay
            }
            SaveStage::Nothing(_) | SaveStage::Saved if is_close || action == Action::Next => SaveMove::Done,
            SaveStage::Failed(_) if action == Action::Next => {
                self.look(outbox);
                SaveMove::Stay
            }
            SaveStage::Failed(_) if is_close => self.back(action),
            stage @ SaveStage::Naming { .. } => {
                self.stage = stage;
                if is_close { SaveMove::Close } else { SaveMove::Stay }
            }
            stage => {
                self.stage = stage;
                SaveMove::Stay
            }
        }
    }

    /// To the name where one was asked for, or away.
    fn back(&mut self, action: Action) -> SaveMove {
        self.stage = SaveStage::Naming { problem: None };
        if self.file.is_none() && action == Action::Back { SaveMove::Stay } else { SaveMove::Close }
    }

    pub(super) fn preview_reply(&mut self, id: RequestId, result: Result<SavePreview, UserError>) {
        if matches!(self.stage, SaveStage::Looking(asked) if asked == id) {
            self.stage = match result {
                Ok(preview) if preview.lines.is_empty() && preview.stamp.is_some() => SaveStage::Nothing(preview),
                Ok(preview) => SaveStage::Preview(preview),
                Err(problem) => SaveStage::Failed(problem),
            };
        }
    }

    pub(super) fn is_saving(&self, id: RequestId) -> bool {
        matches!(self.stage, SaveStage::Saving(asked) if asked == id)
    }

    /// Nothing was written. What is there now is shown before anything else can be confirmed.
    pub(super) fn refuse(&mut self, problem: UserError, outbox: &mut Outbox) {
        self.refused = Some(problem);
        self.look(outbox);
    }
}
