//! What the services answer in step 4.

use crate::{
    config::Config,
    error::{ErrorKind, UserError},
    wizard::{
        destination::{Destination, FolderDetails, Present},
        effect::RequestId,
        folder::{
            FolderStep,
            lookup::{Lookup, Outcome, split_path},
            messages::FolderPage,
            mirror,
        },
        outbox::Outbox,
    },
};

impl FolderStep {
    pub(crate) fn resolved(
        &mut self,
        id: RequestId,
        result: Result<Destination, UserError>,
        config: &Config,
        outbox: &mut Outbox,
    ) {
        if self.resolving != Some(id) {
            return;
        }
        self.resolving = None;
        self.manifest_gone(outbox);
        match result.and_then(|destination| complete(destination, config)) {
            Ok(destination) => {
                let existing = destination.existing.as_ref();
                self.role = existing.map(|folder| self.role_of(folder.uuid)).unwrap_or_default();
                (self.is_twin, self.is_own) = (false, false);
                self.destination = Some(destination);
            }
            Err(problem) => {
                // Where the path has twins, the user is shown them.
                let names = split_path(config.folder.path.as_deref().unwrap_or_default());
                if self.is_guided && problem.kind == ErrorKind::Config && !names.is_empty() {
                    self.stop_probe(outbox);
                    self.probe = Some(Lookup::start(None, names, outbox));
                }
                self.destination = None;
                self.problem = Some(problem);
            }
        }
        self.look(outbox);
    }

    pub(crate) fn page_reply(
        &mut self,
        id: RequestId,
        result: Result<FolderPage, UserError>,
        config: &mut Config,
        outbox: &mut Outbox,
    ) {
        let Err(mut result) = self.tree.reply(id, result, outbox) else { return self.look(outbox) };
        if let Some(search) = &mut self.search {
            match search.reply(id, result, outbox) {
                Ok(()) => return self.look(outbox),
                Err(other) => result = other,
            }
        }
        let tree = &self.tree;
        if let Some(lookup) = self.form.as_mut().and_then(|form| form.lookup.as_mut()) {
            match lookup.reply(id, result, |parent| tree.siblings(parent), outbox) {
                Ok(outcome) => return self.found(outcome, config, outbox),
                Err(other) => result = other,
            }
        }
        if let Some(probe) = &mut self.probe {
            match probe.reply(id, result, |_| &[], outbox) {
                Ok(Outcome::Pending) | Err(_) => {}
                Ok(outcome) => {
                    self.probe = None;
                    if let Outcome::Choice(choice) = outcome {
                        self.offer_twins(choice, config);
                    }
                }
            }
        }
    }

    /// What came of looking for the path in the form.
    fn found(&mut self, outcome: Outcome, config: &mut Config, outbox: &mut Outbox) {
        let Some(form) = &mut self.form else { return };
        if !matches!(outcome, Outcome::Pending) {
            form.lookup = None;
        }
        match outcome {
            Outcome::Pending => {}
            Outcome::New { existing, create } => self.finish_new(existing, create, config, outbox),
            Outcome::Choice(choice) => form.choice = Some(choice),
            Outcome::Failed(problem) => form.problem = Some(problem.in_one_line()),
        }
        self.look(outbox);
    }

    pub(crate) fn details_reply(
        &mut self,
        id: RequestId,
        result: Result<FolderDetails, UserError>,
        outbox: &mut Outbox,
    ) {
        let Some(folder) = self.peek.reply(id, result) else { return };
        if let (Some(destination), Some(Ok(details))) = (&mut self.destination, self.peek.get(folder))
            && destination.existing.as_ref().is_some_and(|existing| existing.uuid == folder)
        {
            self.role = details.role.clone();
            if let Some(counts) = details.counts.as_ref().filter(|_| destination.create.is_empty()) {
                destination.items = Some(counts.items);
            }
        }
        self.look(outbox);
    }

    pub(crate) fn present_reply(&mut self, id: RequestId, result: Result<Present, UserError>) {
        if self.counting == Some(id) {
            if !matches!(result, Ok(Present { is_done: false, .. })) {
                self.counting = None;
            }
            self.present = Some(result);
        }
    }
}

/// What the config says of the folder besides where it is.
fn complete(mut destination: Destination, config: &Config) -> Result<Destination, UserError> {
    if config.folder.cloud_synced && destination.mirror.is_none() {
        destination.mirror = Some(mirror::mirror(config)?);
    }
    Ok(destination)
}
