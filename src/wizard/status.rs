//! How the steps stand, and the plan that follows from them.

use crate::{
    config::manifest::Source,
    manifest::values::{ValidationRules, Values},
    wizard::{
        Wizard,
        folder::mirror,
        overlay::Overlay,
        plan::Plan,
        save::SaveDialog,
        schema::SchemaView,
        step::{Status, Step},
    },
};

impl Wizard {
    /// How a step stands.
    pub fn status(&self, step: Step) -> Status {
        match step {
            Step::Integration => self.integration.status(&self.config),
            Step::Schema => self.schema.status(&self.config),
            Step::Manifest if self.config.folder.cloud_synced => mirror::manifest_status(&self.config),
            Step::Manifest => self.manifest.status(),
            Step::Folder => self.folder_status(),
            Step::Upload if self.plan().is_some() => Status::Ready,
            Step::Upload => Status::Idle,
            Step::Progress => self.progress.status(),
        }
    }

    /// The folder and what it is to mirror have to go together.
    pub(super) fn folder_status(&self) -> Status {
        match (self.folder.status(), self.folder.destination()) {
            (Status::Ready, Some(destination)) => {
                mirror::settled(&self.config, destination).map_or_else(Status::Blocked, |_| Status::Ready)
            }
            (status, _) => status,
        }
    }

    /// What would be sent, once all steps before the upload are ready.
    pub fn plan(&self) -> Option<Plan> {
        let destination = mirror::settled(&self.config, self.folder.destination()?).ok()?;
        let facts = match destination.mirror {
            Some(_) => None,
            None => Some(self.manifest.built()?),
        };
        Some(Plan::new(
            &self.config,
            self.integration.chosen(&self.config)?.clone(),
            (self.schema.diff(&self.config)?, self.schema.edits_of(&self.config)),
            facts,
            destination,
            self.integration.despite(&self.config),
        ))
    }

    /// Whether something is on the screen that cannot be confirmed before [`Event::Seen`](crate::wizard::effect::Event::Seen): the plan, or what
    /// saving would change.
    pub fn awaits_look(&self) -> bool {
        let awaits_plan = || {
            !self.is_home
                && !self.is_seen
                && self.step == Step::Upload
                && self.overlay.is_none()
                && self.upload.equivalent().is_none()
                && self.plan().is_some()
        };
        self.is_attended && (self.save_dialog().is_some_and(SaveDialog::awaits_look) || awaits_plan())
    }

    pub(super) fn seen(&mut self) {
        match &mut self.save {
            Some(dialog) if self.overlay == Some(Overlay::Save) => dialog.seen(),
            _ => self.is_seen = self.awaits_look(),
        }
    }

    pub(super) fn may_send(&self) -> bool {
        self.plan().is_some() && (self.is_seen || !self.is_attended)
    }

    /// What is asked of the items: their metadata has to fit the schema as the run will leave it.
    pub(super) fn demands(&self) -> ValidationRules {
        let config = &self.config;
        let values = match self.schema.view() {
            SchemaView::Read(schema) if !config.schema.skip => self.schema.diff(config).map(|diff| Values {
                schema: diff.apply(schema),
                whole: true,
                coerce: config.schema.coerce,
            }),
            _ => None,
        };
        // URLs of a listing need no comparison.
        let base = if config.manifest.source == Source::File { config.azure.container_url() } else { None };
        ValidationRules { strict: config.encord.strict_client_only, values, base, writable: None }
    }
}
