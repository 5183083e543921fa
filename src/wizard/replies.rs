//! Routes each reply to the step that sent the request.

use crate::wizard::{
    Wizard,
    effect::{Reply, RequestId},
    folder::{messages::FolderReply, mirror},
    home::messages::HomeReply,
    integration::messages::IntegrationReply,
    list::Row,
    manifest::messages::ManifestReply,
    progress::messages::{RunEvent, RunReply},
    schema::messages::SchemaReply,
    step::Step,
};

impl Wizard {
    pub(super) fn reply(&mut self, id: RequestId, reply: Reply) {
        match reply {
            Reply::Integration(reply) => self.integration_reply(id, reply),
            Reply::Schema(reply) => self.schema_reply(id, reply),
            Reply::Manifest(reply) => self.manifest_reply(id, reply),
            Reply::Folder(reply) => self.folder_reply(id, reply),
            Reply::Run(reply) => self.run_reply(id, reply),
            Reply::Home(reply) => self.home_reply(id, reply),
        }
    }

    fn integration_reply(&mut self, id: RequestId, reply: IntegrationReply) {
        match reply {
            IntegrationReply::Encord(reply) => {
                self.unasked(|wizard| wizard.integration.encord_reply(id, reply, &mut wizard.config));
            }
            IntegrationReply::Discovered(found) => self.unasked(|wizard| {
                wizard.integration.discovered(id, found, &mut wizard.config, &mut wizard.outbox);
            }),
            IntegrationReply::Integrations(result) => {
                self.integration.integrations_reply(id, result, &mut self.config, &mut self.outbox);
            }
            IntegrationReply::AzureCheck(check) => self.integration.azure_check(id, *check, &self.config),
            IntegrationReply::AzureChecked(result) => self.integration.container_reply(id, result, &self.config),
            IntegrationReply::Containers(result) => self.integration.containers_reply(id, result),
            IntegrationReply::Prefixes { result, .. } => self.integration.prefixes_reply(id, result),
            IntegrationReply::CorsRepaired(result) => {
                self.integration.cors_reply(id, result, &self.config, &mut self.outbox);
            }
            IntegrationReply::SasMade(result) => self.integration.sas_reply(id, result),
        }
    }

    fn schema_reply(&mut self, id: RequestId, reply: SchemaReply) {
        match reply {
            SchemaReply::Read(result) => self.schema.reply(id, result, &self.config),
            SchemaReply::Inferred(result) => self.schema.inferred(id, result, &self.config),
        }
    }

    fn manifest_reply(&mut self, id: RequestId, reply: ManifestReply) {
        let outbox = &mut self.outbox;
        match reply {
            ManifestReply::Progress(progress) => self.manifest.listing(id, progress),
            ManifestReply::Built(result) => self.manifest.built_reply(id, result, outbox),
            ManifestReply::Rows { list, first, rows } => self.manifest.rows(id, list, first, rows, outbox),
            ManifestReply::Found { places, seen, is_done } => self.manifest.found(id, &places, seen, is_done, outbox),
            ManifestReply::ItemFound(place) => self.manifest.item_found(id, place, outbox),
        }
    }

    fn folder_reply(&mut self, id: RequestId, reply: FolderReply) {
        match reply {
            FolderReply::Listed(result) => {
                let before = self.config.manifest.clone();
                self.folder.page_reply(id, result, &mut self.config, &mut self.outbox);
                if before != self.config.manifest {
                    self.manifest.outdate(&mut self.outbox);
                }
            }
            FolderReply::Resolved(result) => {
                let result = result.and_then(|destination| mirror::settled(&self.config, &destination));
                self.folder.resolved(id, result, &self.config, &mut self.outbox);
            }
            FolderReply::Details(result) => self.folder.details_reply(id, *result, &mut self.outbox),
            FolderReply::Present(result) => self.folder.present_reply(id, result),
        }
    }

    fn run_reply(&mut self, id: RequestId, reply: RunReply) {
        match reply {
            RunReply::Estimate(estimate) => self.upload.estimated(id, estimate),
            RunReply::Event(RunEvent::SchemaChanged(schema)) => {
                if self.progress.waits_for(id) {
                    let problem = self.schema.changed_meanwhile(schema, &self.config);
                    self.progress.reply(id, RunEvent::Refused(problem), &mut self.outbox);
                    // The user reviews the difference before a run can start again.
                    self.step = Step::Schema;
                }
            }
            RunReply::Event(event) => self.progress.reply(id, event, &mut self.outbox),
            RunReply::Failed { first, units } => {
                let rows = units.into_iter().map(Row::Failed).collect();
                self.progress.rows(id, first, rows, &mut self.outbox);
            }
        }
    }

    fn home_reply(&mut self, id: RequestId, reply: HomeReply) {
        match reply {
            HomeReply::Read(page) => self.home.page_reply(id, *page),
            HomeReply::ConfigOpened(result) => self.config_opened(id, result),
            HomeReply::Changed(result) => self.home.changed_reply(id, result),
            HomeReply::SavePreview(result) => self.preview_reply(id, result),
            HomeReply::ConfigSaved(result) => self.saved_reply(id, result),
        }
    }

    /// What is found without the user is no change that the user could lose.
    fn unasked(&mut self, take: impl FnOnce(&mut Wizard)) {
        let is_unsaved = self.is_unsaved();
        take(self);
        if !is_unsaved {
            *self.kept = self.config.clone();
        }
    }
}
