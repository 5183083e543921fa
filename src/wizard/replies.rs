//! The services' answers, each handed to the step that asked.

use crate::wizard::{
    Wizard,
    effect::{Reply, RequestId, RunReply},
    folder::mirror,
    rows::List,
    step::Step,
};

impl Wizard {
    pub(super) fn reply(&mut self, id: RequestId, reply: Reply) {
        match reply {
            Reply::Encord(reply) => {
                self.unasked(|wizard| wizard.integration.encord_reply(id, reply, &mut wizard.config));
            }
            Reply::Discovered(found) => self.unasked(|wizard| {
                wizard.integration.discovered(id, found, &mut wizard.config, &mut wizard.outbox);
            }),
            Reply::Integrations(result) => {
                self.integration.integrations_reply(id, result, &mut self.config, &mut self.outbox);
            }
            Reply::AzureCheck(check) => self.integration.azure_check(id, *check, &self.config),
            Reply::Container(result) => self.integration.container_reply(id, result, &self.config),
            Reply::Containers(result) => self.integration.containers_reply(id, result),
            Reply::Prefixes { result, .. } => self.integration.prefixes_reply(id, result),
            Reply::CorsRepaired(result) => {
                self.integration.cors_reply(id, result, &self.config, &mut self.outbox);
            }
            Reply::SasMade(result) => self.integration.sas_reply(id, result),
            Reply::Schema(result) => self.schema.reply(id, result, &self.config),
            Reply::Inferred(result) => self.schema.inferred(id, result, &self.config),
            Reply::Listing(progress) => self.manifest.listing(id, progress),
            Reply::Manifest(result) => self.manifest.built_reply(id, result, &mut self.outbox),
            Reply::Rows { list: List::Failed | List::FailedBy(_), first, rows } => {
                self.progress.rows(id, first, rows, &mut self.outbox);
            }
            Reply::Rows { list, first, rows } => self.manifest.rows(id, list, first, rows, &mut self.outbox),
            Reply::Found { places, seen, is_done } => {
                self.manifest.found(id, &places, seen, is_done, &mut self.outbox);
            }
            Reply::ItemFound(place) => self.manifest.item_found(id, place, &mut self.outbox),
            Reply::Folders(result) => {
                let before = self.config.manifest.clone();
                self.folder.page_reply(id, result, &mut self.config, &mut self.outbox);
                if before != self.config.manifest {
                    self.manifest.outdate(&mut self.outbox);
                }
            }
            Reply::FolderResolved(result) => {
                let result = result.and_then(|destination| mirror::settled(&self.config, &destination));
                self.folder.resolved(id, result, &self.config, &mut self.outbox);
            }
            Reply::FolderDetails(result) => self.folder.details_reply(id, *result, &mut self.outbox),
            Reply::Present(result) => self.folder.present_reply(id, result),
            Reply::Run(RunReply::SchemaChanged(schema)) => {
                if self.progress.waits_for(id) {
                    let problem = self.schema.changed_meanwhile(schema, &self.config);
                    self.progress.reply(id, RunReply::Refused(problem), &mut self.outbox);
                    // The user sees what is new before anything is asked again.
                    self.step = Step::Schema;
                }
            }
            Reply::Estimate(estimate) => self.upload.estimated(id, estimate),
            Reply::Home(page) => self.home.page_reply(id, *page),
            Reply::ConfigOpened(result) => self.config_opened(id, result),
            Reply::HomeChanged(result) => self.home.changed_reply(id, result),
            Reply::SavePreview(result) => self.preview_reply(id, result),
            Reply::ConfigSaved(result) => self.saved_reply(id, result),
            Reply::Run(reply) => self.progress.reply(id, reply, &mut self.outbox),
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
