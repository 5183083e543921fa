//! What the help says of whatever has the keyboard.

use crate::wizard::{
    Wizard,
    folder::form::FolderField,
    help::{self, Entry},
    integration::{Focus, panel::Panel},
    list::List,
    schema::{
        form::{FormFocus, KeyKind},
        panels::SchemaPanel,
    },
    step::Step,
    upload::option::UploadOption,
};

impl KeyKind {
    /// By what name the help knows it.
    pub fn key(self) -> &'static str {
        match self {
            KeyKind::Boolean => "type boolean",
            KeyKind::Datetime => "type datetime",
            KeyKind::Number => "type number",
            KeyKind::Uuid => "type uuid",
            KeyKind::Varchar => "type varchar",
            KeyKind::Text => "type text",
            KeyKind::Enum => "type enum",
            KeyKind::Embedding => "type embedding",
            KeyKind::Geospatial => "type geospatial",
        }
    }
}

impl FormFocus {
    /// By what name the help knows it.
    pub fn key(self) -> &'static str {
        match self {
            FormFocus::Name => "field key-name",
            FormFocus::Kind => "field key-type",
            FormFocus::Detail => "field key-options",
        }
    }
}

impl FolderField {
    /// By what name the help knows it: its key in a config, if it has one there.
    pub fn key(self) -> &'static str {
        match self {
            FolderField::Name => "folder.path",
            FolderField::Place => "field folder-place",
            FolderField::Description => "folder.description",
            FolderField::Metadata => "folder.metadata",
            FolderField::Sidecar => "manifest.metadata.sidecar",
        }
    }
}

impl UploadOption {
    /// Its key in a config, by which the help knows it.
    pub fn key(self) -> &'static str {
        match self {
            UploadOption::IgnoreErrors => "upload.ignore_individual_file_errors",
            UploadOption::SkipDuplicates => "upload.skip_duplicate_urls",
            UploadOption::UpsertMetadata => "upload.upsert_metadata",
            UploadOption::JobsInFlight => "upload.jobs_in_flight",
        }
    }
}

impl List {
    /// By what name the help knows it.
    pub fn key(self) -> &'static str {
        match self {
            List::Items => "list items",
            List::Skipped => "list left-out",
            List::Findings => "list findings",
            List::Failed | List::FailedBy(_) => "list failed",
        }
    }
}

impl Wizard {
    /// What the help says of the field, option, check or list that has the keyboard on the step's screen; `None` where nothing
    /// special is said of it.
    pub fn help_entry(&self) -> Option<&'static Entry> {
        match self.step {
            Step::Integration => self.of_integration(),
            Step::Schema => self.of_schema(),
            Step::Manifest | Step::Upload if self.config.folder.cloud_synced => help::find("folder.cloud_synced"),
            Step::Manifest if self.manifest.rules().has_keyboard() => help::find(self.manifest.rules().focus().key()),
            Step::Manifest => help::find(self.manifest.list().key()),
            Step::Folder => {
                let key = self.folder.form().map(|form| form.focus().key());
                help::find(key.or(self.config.folder.cloud_synced.then_some("folder.cloud_synced"))?)
            }
            Step::Upload => help::find(UploadOption::ALL.get(self.upload.cursor())?.key()),
            Step::Progress if self.progress.mirror().is_some() => help::find("list sync"),
            Step::Progress => help::find("list jobs"),
        }
    }

    fn of_integration(&self) -> Option<&'static Entry> {
        match (self.integration.panel(), self.integration.focus()) {
            (Some(Panel::Sas(maker)), _) => {
                help::find(if maker.row() == 0 { "field sas-permissions" } else { "field sas-lifetime" })
            }
            (Some(Panel::Folders(_)), _) => help::find("manifest.prefixes"),
            (Some(Panel::Cors(_)), _) => help::check("azure.cors"),
            (Some(Panel::Guide(_)), _) => help::check("encord.integration"),
            (Some(Panel::Details(details)), _) => help::check(details.id),
            (Some(Panel::Overrule(_)), _) | (Some(Panel::Picker(_)), Focus::Checks) => None,
            (_, Focus::Field(name)) => help::find(name.key()),
            (None, Focus::Checks) => {
                let checks = self.integration.checks(&self.config);
                help::check(checks.get(self.integration.check_cursor())?.id)
            }
        }
    }

    fn of_schema(&self) -> Option<&'static Entry> {
        let key = match self.schema.panel() {
            Some(SchemaPanel::Key(form)) if form.focus() == FormFocus::Kind => form.kind().key(),
            Some(SchemaPanel::Key(form)) => form.focus().key(),
            Some(SchemaPanel::Options(_)) => "field key-options",
            Some(SchemaPanel::Rename(_)) => "field key-name",
            None if self.config.schema.skip => "schema.skip",
            Some(SchemaPanel::DeleteForEver(_) | SchemaPanel::Infer(_)) | None => return None,
        };
        help::find(key)
    }
}
