//! The form of a new folder, ordinary or cloud-synced; and of a cloud-synced one that is to be synced again.

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    config::Config,
    wizard::{
        action::{Action, Edit},
        destination::FolderRef,
        field::Field,
        folder::{
            lookup::{Choice, Lookup, split_path},
            metadata, mirror,
        },
        outbox::Outbox,
    },
};

/// A part of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderField {
    /// The name, or a path.
    Name,
    /// In which folder.
    Place,
    /// The description.
    Description,
    /// Client metadata.
    Metadata,
    /// The ending of sidecar files.
    Sidecar,
}

/// What makes the form one of a cloud-synced folder.
#[derive(Debug, Clone)]
pub struct MirrorPart {
    pub(super) remote_url: String,
    pub(super) sidecar: Field,
    /// The folder that is synced again, where it exists.
    pub(super) again: Option<FolderRef>,
}

impl MirrorPart {
    /// The URL that the folder mirrors.
    pub fn remote_url(&self) -> &str {
        &self.remote_url
    }

    /// The ending of the files with metadata; empty where none are read.
    pub fn sidecar(&self) -> &Field {
        &self.sidecar
    }

    /// The folder that is synced again, where it exists.
    pub fn again(&self) -> Option<&FolderRef> {
        self.again.as_ref()
    }
}

/// The form.
#[derive(Debug)]
pub struct FolderForm {
    pub(super) name: Field,
    /// The folder in which it may be made instead of at the top.
    pub(super) below: Option<FolderRef>,
    pub(super) is_below: bool,
    pub(super) description: Field,
    pub(super) metadata: Field,
    pub(super) mirror: Option<MirrorPart>,
    /// The ending of sidecar files that was typed when the form was closed.
    sidecar: Option<String>,
    pub(super) focus: FolderField,
    pub(super) problem: Option<String>,
    pub(super) lookup: Option<Lookup>,
    pub(super) choice: Option<Choice>,
    /// The path of the new folder that is the destination now: what an empty name stands for.
    pub(super) unchanged: Option<String>,
}

/// What was typed into a form that was closed.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    name: String,
    description: String,
    metadata: String,
    /// None where none was typed.
    sidecar: Option<String>,
}

impl FolderForm {
    pub(super) fn new(draft: Option<&Draft>, config: &Config) -> FolderForm {
        let own = Draft {
            name: String::new(),
            description: config.folder.description.clone().unwrap_or_default(),
            metadata: metadata::line(&config.folder.metadata),
            sidecar: None,
        };
        let draft = draft.unwrap_or(&own);
        FolderForm {
            name: Field::new(&draft.name),
            below: None,
            is_below: false,
            description: Field::new(&draft.description),
            metadata: Field::new(&draft.metadata),
            mirror: None,
            sidecar: draft.sidecar.clone(),
            focus: FolderField::Name,
            problem: None,
            lookup: None,
            choice: None,
            unchanged: None,
        }
    }

    pub(super) fn mirror(mut self, remote_url: String, config: &Config, again: Option<FolderRef>) -> FolderForm {
        let own = config.manifest.metadata.sidecar.as_deref().unwrap_or_default();
        let sidecar = Field::new(self.sidecar.as_deref().unwrap_or(own));
        self.focus = if again.is_some() { FolderField::Sidecar } else { FolderField::Name };
        self.mirror = Some(MirrorPart { remote_url, sidecar, again });
        self
    }

    pub(super) fn draft(&self, keeps_name: bool) -> Draft {
        let name = if keeps_name { self.name.text().to_owned() } else { String::new() };
        let sidecar = match &self.mirror {
            Some(part) => Some(part.sidecar.text().to_owned()),
            None => self.sidecar.clone(),
        };
        Draft {
            name,
            description: self.description.text().to_owned(),
            metadata: self.metadata.text().to_owned(),
            // What was taken is in the config.
            sidecar: sidecar.filter(|_| keeps_name),
        }
    }

    /// The parts that can have the keyboard, from the top.
    pub fn fields(&self) -> &'static [FolderField] {
        match &self.mirror {
            Some(MirrorPart { again: Some(_), .. }) => &[FolderField::Sidecar],
            Some(_) => &[FolderField::Name, FolderField::Place, FolderField::Sidecar],
            None => &[FolderField::Name, FolderField::Place, FolderField::Description, FolderField::Metadata],
        }
    }

    /// The text of a part; none where it is chosen, not typed.
    pub fn field(&self, field: FolderField) -> Option<&Field> {
        match field {
            FolderField::Name => Some(&self.name),
            FolderField::Place => None,
            FolderField::Description => Some(&self.description),
            FolderField::Metadata => Some(&self.metadata),
            FolderField::Sidecar => self.mirror.as_ref().map(|mirror| &mirror.sidecar),
        }
    }

    /// The part that has the keyboard.
    pub fn focus(&self) -> FolderField {
        self.focus
    }

    /// The cloud-synced folder that it is about, if it is.
    pub fn mirror_part(&self) -> Option<&MirrorPart> {
        self.mirror.as_ref()
    }

    /// The folder in which it is made; the top otherwise. A path that begins with a `/` is one from the top.
    pub fn place(&self) -> Option<&FolderRef> {
        let is_absolute = self.name.text().trim_start().starts_with('/');
        self.below.as_ref().filter(|_| self.is_below && !is_absolute)
    }

    /// Whether there is more than one place to choose from.
    pub fn has_places(&self) -> bool {
        self.below.is_some()
    }

    /// The whole path of what is typed; none where nothing is.
    pub fn path(&self) -> Option<String> {
        let names = split_path(self.name.text());
        let place = self.place().map(|place| place.path.as_str());
        (!names.is_empty())
            .then(|| place.into_iter().chain(names.iter().map(String::as_str)).collect::<Vec<_>>().join("/"))
    }

    /// What an empty name stands for.
    pub fn unchanged(&self) -> Option<&str> {
        self.unchanged.as_deref()
    }

    /// Why it cannot be taken as it is.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Whether it is being found out what of the path exists.
    pub fn is_looking(&self) -> bool {
        self.lookup.is_some()
    }

    /// Folders that exist and that may be meant.
    pub fn choice(&self) -> Option<&Choice> {
        self.choice.as_ref()
    }

    pub(super) fn takes_text(&self) -> bool {
        self.choice.is_none()
    }

    pub(super) fn stop(&mut self, outbox: &mut Outbox) {
        if let Some(mut lookup) = self.lookup.take() {
            lookup.stop(outbox);
        }
    }

    pub(super) fn move_focus(&mut self, action: Action) {
        let fields = self.fields();
        let at = fields.iter().position(|field| *field == self.focus).unwrap_or_default();
        let at = match action {
            Action::FocusPrevious | Action::Up => at + fields.len() - 1,
            _ => at + 1,
        };
        self.focus = fields.get(at % fields.len()).copied().unwrap_or(self.focus);
    }

    pub(super) fn edit(&mut self, edit: &Edit, outbox: &mut Outbox) {
        if self.choice.is_some() {
            return;
        }
        self.stop(outbox);
        self.problem = None;
        match (self.focus, edit) {
            (FolderField::Name, edit) => self.name.edit(edit),
            (FolderField::Place, Edit::Left | Edit::Right | Edit::Insert(' ')) => {
                self.is_below = !self.is_below && self.below.is_some();
            }
            (FolderField::Place, _) => {
                self.problem = Some("Space changes where it lies; Tab goes on to what can be typed.".to_owned());
            }
            (FolderField::Description, edit) => self.description.edit(edit),
            (FolderField::Metadata, Edit::Paste(text)) => self.metadata.edit(&Edit::Paste(metadata::pasted(text))),
            (FolderField::Metadata, edit) => self.metadata.edit(edit),
            (FolderField::Sidecar, edit) => {
                if let Some(mirror) = &mut self.mirror {
                    mirror.sidecar.edit(edit);
                }
            }
        }
    }

    /// Switches sidecars on with the usual ending, or off.
    pub(super) fn switch_sidecar(&mut self) {
        if let Some(mirror) = &mut self.mirror {
            let is_on = !mirror.sidecar.text().trim().is_empty();
            mirror.sidecar = Field::new(if is_on { "" } else { mirror::USUAL_SIDECAR });
        }
    }

    /// The description and the client metadata for a folder that is made.
    ///
    /// # Errors
    /// The metadata cannot be read; it gets the keyboard.
    pub(super) fn contents(&mut self) -> Result<(Option<String>, Map<String, Value>), String> {
        let description = Some(self.description.text().trim().to_owned()).filter(|text| !text.is_empty());
        match metadata::parse(self.metadata.text()) {
            Ok(metadata) => Ok((description, metadata)),
            Err(problem) => {
                self.focus = FolderField::Metadata;
                Err(problem)
            }
        }
    }

    /// The ending of sidecar files, as it is typed.
    ///
    /// # Errors
    /// It is too long; Encord takes up to 128 characters (its SDK, `storage.py`).
    pub(super) fn suffix(&mut self) -> Result<Option<String>, String> {
        let Some(mirror) = &self.mirror else { return Ok(None) };
        let suffix = mirror.sidecar.text().trim();
        if suffix.chars().count() > 128 {
            self.focus = FolderField::Sidecar;
            return Err("The ending of sidecar files has at most 128 characters.".to_owned());
        }
        Ok(Some(suffix.to_owned()).filter(|suffix| !suffix.is_empty()))
    }

    /// The folder to be synced again, if the form is about one.
    pub(super) fn again(&self) -> Option<Uuid> {
        self.mirror.as_ref()?.again.as_ref().map(|folder| folder.uuid)
    }
}
