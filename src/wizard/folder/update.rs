//! What the user does in step 4.

use uuid::Uuid;

use crate::{
    config::{self, Config},
    error::UserError,
    wizard::{
        action::Action,
        destination::{Destination, FolderRef, FolderRole, Mirror},
        field::Field,
        folder::{
            FolderStep,
            form::FolderForm,
            lookup::{Choice, Lookup, split_path},
            messages::{FolderRequest, FolderRow},
            mirror,
            search::FolderSearch,
        },
        outbox::Outbox,
        step::Move,
    },
};

impl FolderStep {
    pub(crate) fn action(&mut self, action: Action, config: &mut Config, outbox: &mut Outbox) -> Move {
        self.notice = None;
        let movement = if self.form.is_some() {
            self.form_action(action, config, outbox);
            Move::Stay
        } else if self.search.is_some() {
            self.search_action(action, config, outbox);
            Move::Stay
        } else {
            self.browse(action, config, outbox)
        };
        self.look(outbox);
        movement
    }

    fn browse(&mut self, action: Action, config: &mut Config, outbox: &mut Outbox) -> Move {
        match action {
            Action::Next if self.destination.is_some() => return Move::Next,
            // What the config asks for is not overruled by a key that is pressed too early.
            Action::Next if self.resolving.is_some() => {}
            Action::Next | Action::Toggle => self.choose_current(config, outbox),
            Action::Back if self.counting.is_some() => {
                outbox.cancel(self.counting.take());
                self.present = None;
            }
            Action::Back => return Move::Back,
            Action::New => self.open_form(None, config),
            Action::FilterMarked => self.open_mirror(config),
            Action::Search => self.search = Some(FolderSearch::default()),
            Action::Cancel => self.count(outbox),
            Action::Refresh => self.refresh(config, outbox),
            action => {
                self.tree.action(action, outbox);
            }
        }
        Move::Stay
    }

    fn refresh(&mut self, config: &Config, outbox: &mut Outbox) {
        self.peek.reset(outbox);
        self.tree.refresh(outbox);
        if !self.is_own {
            self.problem = None;
            self.resolve(config, outbox);
        }
    }

    fn search_action(&mut self, action: Action, config: &mut Config, outbox: &mut Outbox) {
        let Some(search) = &mut self.search else { return };
        match action {
            Action::Next => {
                if search.current().is_some() {
                    self.choose_current(config, outbox);
                    self.end_search(outbox);
                } else if search.field().text().trim().is_empty() {
                    self.end_search(outbox);
                } else if search.problem().is_some() {
                    search.refresh(outbox);
                }
            }
            Action::Back => self.end_search(outbox),
            action => search.action(action, outbox),
        }
    }

    fn end_search(&mut self, outbox: &mut Outbox) {
        if let Some(mut search) = self.search.take() {
            search.stop(outbox);
        }
    }

    fn count(&mut self, outbox: &mut Outbox) {
        match self.countable() {
            Ok(folder) => {
                outbox.cancel(self.counting.take());
                self.present = None;
                self.counting = Some(outbox.start(FolderRequest::CountPresent { folder }));
            }
            Err(reason) => self.notice = Some(reason.to_owned()),
        }
    }

    /// Makes the folder under the cursor the destination.
    fn choose_current(&mut self, config: &mut Config, outbox: &mut Outbox) {
        let (Some(row), Some(folder)) = (self.current().cloned(), self.current_ref()) else { return };
        let is_twin = match &self.search {
            Some(search) => search.is_twin(&row),
            None => self.tree.row(self.tree.cursor()).is_some_and(|row| row.is_twin),
        };
        self.choose(&row, folder, is_twin, config, outbox);
    }

    fn choose(&mut self, row: &FolderRow, folder: FolderRef, is_twin: bool, config: &mut Config, outbox: &mut Outbox) {
        if row.synced {
            self.problem = Some(takes_no_uploads(&row.name));
            return;
        }
        let destination = Destination { existing: Some(folder), ..Destination::default() };
        let role = match self.details(row.uuid) {
            Some(Ok(details)) => details.role.clone(),
            _ => row.role.clone(),
        };
        self.take(destination, role, is_twin, config, outbox);
    }

    /// Makes this the destination, and the config ask for it.
    fn take(
        &mut self,
        mut destination: Destination,
        role: FolderRole,
        is_twin: bool,
        config: &mut Config,
        outbox: &mut Outbox,
    ) {
        outbox.cancel(self.resolving.take());
        self.manifest_gone(outbox);
        self.problem = None;
        self.stop_probe(outbox);
        let existing =
            destination.existing.as_ref().filter(|_| destination.create.is_empty()).map(|folder| folder.uuid);
        config.folder = config::folder::Folder {
            path: existing.is_none().then(|| destination.path()),
            uuid: existing,
            description: destination.description.clone(),
            metadata: destination.metadata.clone(),
            cloud_synced: destination.mirror.is_some(),
        };
        destination.note_existing(&role, &config.folder);
        if let Some(mirror) = &destination.mirror {
            config.manifest.metadata.sidecar.clone_from(&mirror.sidecar);
        }
        let known = existing.and_then(|folder| self.details(folder)).and_then(|details| details.as_ref().ok());
        destination.items = known.and_then(|details| details.counts.as_ref()).map(|counts| counts.items);
        self.role = role;
        self.is_twin = is_twin;
        self.is_own = true;
        self.destination = Some(destination);
    }

    pub(super) fn stop_probe(&mut self, outbox: &mut Outbox) {
        if let Some(mut probe) = self.probe.take() {
            probe.stop(outbox);
        }
    }

    /// Opens the form of a new folder: in the one under the cursor, once the user has moved there, or at the top.
    fn open_form(&mut self, remote_url: Option<String>, config: &Config) {
        let mut form = FolderForm::new(self.draft.as_ref(), config);
        form.below = self.current_ref().filter(|_| self.current().is_some_and(|row| !row.synced));
        form.is_below = self.tree.is_touched();
        let is_new = |destination: &&Destination| !destination.create.is_empty();
        form.unchanged = self.destination.as_ref().filter(is_new).map(Destination::path);
        if let Some(remote_url) = remote_url {
            form = form.mirror(remote_url, config, None);
        }
        self.form = Some(form);
    }

    /// Opens the form of a cloud-synced folder: the one under the cursor again, or a new one.
    fn open_mirror(&mut self, config: &Config) {
        let remote_url = match mirror::remote_url(config) {
            Ok(url) => url,
            Err(problem) => return self.problem = Some(problem),
        };
        self.problem = None;
        let again = self.current_ref().filter(|_| self.current().is_some_and(|row| row.synced));
        match again {
            Some(again) => {
                let form = FolderForm::new(self.draft.as_ref(), config);
                self.form = Some(form.mirror(remote_url, config, Some(again)));
            }
            None => self.open_form(Some(remote_url), config),
        }
    }

    fn form_action(&mut self, action: Action, config: &mut Config, outbox: &mut Outbox) {
        let Some(form) = &mut self.form else { return };
        if let Some(choice) = &mut form.choice {
            match action {
                Action::Back => form.choice = None,
                Action::Next | Action::Toggle => self.take_choice(config, outbox),
                action => choice.cursor = crate::wizard::rows::moved_in(choice.cursor, action, choice.len()),
            }
            return;
        }
        match action {
            Action::Back if form.lookup.is_some() => form.stop(outbox),
            Action::Back => self.close_form(true, outbox),
            Action::FocusNext | Action::FocusPrevious | Action::Up | Action::Down => form.move_focus(action),
            Action::Next if form.lookup.is_none() => self.submit(config, outbox),
            _ => {}
        }
    }

    /// Takes the form as it is filled in. Whether a folder of the name exists is asked of the service first.
    fn submit(&mut self, config: &mut Config, outbox: &mut Outbox) {
        let Some(form) = &mut self.form else { return };
        form.problem = None;
        if let Err(problem) = form.contents().and(form.suffix().map(|_| ())) {
            form.problem = Some(problem);
            return;
        }
        if form.again().is_some() {
            return self.sync_again(config, outbox);
        }
        let names = split_path(form.name.text());
        if !names.is_empty() {
            form.lookup = Some(Lookup::start(form.place().cloned(), names, outbox));
            return;
        }
        let unchanged = self.destination.as_ref().filter(|destination| !destination.create.is_empty());
        match unchanged.map(|destination| (destination.existing.clone(), destination.create.clone())) {
            Some((existing, create)) => self.finish_new(existing, create, config, outbox),
            None => form.problem = Some("Type a name for the folder.".to_owned()),
        }
    }

    /// A new folder as the form describes it becomes the destination.
    pub(super) fn finish_new(
        &mut self,
        existing: Option<FolderRef>,
        create: Vec<String>,
        config: &mut Config,
        outbox: &mut Outbox,
    ) {
        let Some(form) = &mut self.form else { return };
        let (Ok((description, metadata)), Ok(sidecar)) = (form.contents(), form.suffix()) else { return };
        let mirror = form.mirror.as_ref().map(|part| Mirror { remote_url: part.remote_url.clone(), sidecar });
        let role = existing.as_ref().map_or(FolderRole::Unknown, |folder| self.role_of(folder.uuid));
        let destination = Destination { existing, create, description, metadata, mirror, ..Destination::default() };
        self.take(destination, role, false, config, outbox);
        self.close_form(false, outbox);
    }

    /// The cloud-synced folder of the form becomes the destination, if it mirrors the same place.
    fn sync_again(&mut self, config: &mut Config, outbox: &mut Outbox) {
        let Some(form) = &self.form else { return };
        let Some((part, again)) = form.mirror.as_ref().and_then(|part| Some((part, part.again.clone()?))) else {
            return;
        };
        let problem = match self.peek.get(again.uuid) {
            None => Some(format!("What '{}' mirrors is still being read. Try again in a moment.", again.path)),
            Some(Err(problem)) => Some(problem.in_one_line()),
            Some(Ok(details)) => match &details.remote_url {
                Some(url) if mirror::same_place(url, &part.remote_url) => None,
                Some(url) => Some(format!(
                    "'{}' mirrors another place, {url}, and that cannot be changed. Make a new folder instead.",
                    again.path
                )),
                None => Some(format!("Encord does not tell what '{}' mirrors.", again.path)),
            },
        };
        let remote_url = part.remote_url.clone();
        let Some(form) = &mut self.form else { return };
        if problem.is_some() {
            form.problem = problem;
            return;
        }
        let Ok(sidecar) = form.suffix() else { return };
        let role = self.role_of(again.uuid);
        let mirror = Some(Mirror { remote_url, sidecar });
        let destination = Destination { existing: Some(again), mirror, ..Destination::default() };
        self.take(destination, role, false, config, outbox);
        self.close_form(true, outbox);
    }

    /// What is under the cursor of a choice becomes the destination, or the way to it.
    fn take_choice(&mut self, config: &mut Config, outbox: &mut Outbox) {
        let Some(form) = &mut self.form else { return };
        let Some(choice) = form.choice.take() else { return };
        let (Some(folder), Some(row)) = (choice.taken(), choice.rows().get(choice.cursor())) else {
            let create = std::iter::once(choice.name).chain(choice.rest).collect();
            return self.finish_new(choice.base, create, config, outbox);
        };
        match (choice.is_last(), form.mirror.is_some(), row.synced) {
            (false, _, false) => form.lookup = Some(Lookup::start(Some(folder), choice.rest, outbox)),
            (false, _, true) => {
                form.problem = Some(format!("'{}' is a cloud-synced folder: nothing can be made in it.", row.name));
            }
            (true, true, true) => {
                if let Some(part) = &mut form.mirror {
                    part.again = Some(folder);
                }
                form.focus = crate::wizard::folder::form::FolderField::Sidecar;
            }
            (true, true, false) => {
                form.problem = Some(format!(
                    "'{}' is an ordinary folder, and only a new one can be cloud-synced. Give another name.",
                    folder.path
                ));
            }
            (true, false, true) => form.problem = Some(takes_no_uploads(&row.name).in_one_line()),
            (true, false, false) => {
                let is_twin = choice.is_exact() && choice.rows().len() > 1;
                self.choose(row, folder, is_twin, config, outbox);
                self.close_form(false, outbox);
            }
        }
    }

    /// Shows the folders that the config's path may mean.
    pub(super) fn offer_twins(&mut self, choice: Choice, config: &Config) {
        if self.form.is_none() && self.search.is_none() && choice.is_exact() && choice.rows().len() > 1 {
            let mut form = FolderForm::new(None, config);
            form.name = Field::new(config.folder.path.as_deref().unwrap_or_default());
            form.choice = Some(choice);
            self.form = Some(form);
        }
    }

    pub(super) fn role_of(&self, folder: Uuid) -> FolderRole {
        match self.details(folder) {
            Some(Ok(details)) => details.role.clone(),
            _ => self.tree.find(folder).map(|row| row.role.clone()).unwrap_or_default(),
        }
    }
}

fn takes_no_uploads(name: &str) -> UserError {
    UserError::config(format!("'{name}' is a cloud-synced folder: Encord fills it by itself, and it takes no uploads."))
        .hint("Go to it and sync it again, if it mirrors this container; or choose another folder.")
}
