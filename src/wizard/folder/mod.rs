//! Step 4: the destination, picked, to be created, or one that mirrors the storage. Nothing is created here: what is chosen
//! becomes part of the plan.

mod details_cache;
pub(crate) mod form;
pub(crate) mod lookup;
pub(crate) mod messages;
mod metadata;
pub mod mirror;
mod replies;
pub(crate) mod search;
pub(crate) mod tree;
mod update;

use uuid::Uuid;

use crate::{
    config::Config,
    error::UserError,
    wizard::{
        action::{Action, Edit, Hint},
        destination::{Destination, FolderDetails, FolderRef, FolderRole, Present},
        effect::RequestId,
        folder::{
            details_cache::Peek,
            form::Draft,
            lookup::Lookup,
            messages::{FolderRequest, FolderRow},
        },
        outbox::Outbox,
        step::Status,
    },
};

pub(crate) use form::{FolderField, FolderForm};
pub(crate) use search::FolderSearch;
pub(crate) use tree::FolderTree;

/// The state of step 4.
#[derive(Debug, Default)]
pub struct FolderStep {
    /// Whether somebody looks on; nobody else wants to know what is in the folders.
    is_guided: bool,
    opened: bool,
    destination: Option<Destination>,
    /// Whether it was chosen here, not by the config.
    is_own: bool,
    /// Whether a folder beside it has the same name.
    is_twin: bool,
    role: FolderRole,
    resolving: Option<RequestId>,
    problem: Option<UserError>,
    tree: FolderTree,
    search: Option<FolderSearch>,
    peek: Peek,
    form: Option<FolderForm>,
    draft: Option<Draft>,
    /// Finds the folders that a config's path may mean.
    probe: Option<Lookup>,
    counting: Option<RequestId>,
    present: Option<Result<Present, UserError>>,
    notice: Option<String>,
}

impl FolderStep {
    pub(super) fn guide(&mut self) {
        self.is_guided = true;
    }

    /// Forgets all but what was typed.
    pub(super) fn reset(&mut self, outbox: &mut Outbox) {
        self.close_form(true, outbox);
        outbox.cancel(self.resolving.take());
        outbox.cancel(self.counting.take());
        self.tree.reset(outbox);
        self.peek.reset(outbox);
        self.stop_probe(outbox);
        if let Some(mut search) = self.search.take() {
            search.stop(outbox);
        }
        *self = FolderStep { is_guided: self.is_guided, draft: self.draft.take(), ..FolderStep::default() };
    }

    pub(super) fn open(&mut self, config: &Config, outbox: &mut Outbox) {
        if self.opened {
            return;
        }
        self.opened = true;
        self.resolve(config, outbox);
        self.tree.start(outbox);
    }

    fn resolve(&mut self, config: &Config, outbox: &mut Outbox) {
        if config.folder.path.is_some() || config.folder.uuid.is_some() {
            outbox.cancel(self.resolving.take());
            self.resolving = Some(outbox.start(FolderRequest::Resolve { folder: config.folder.clone() }));
        }
    }

    /// Where the items go, once that is known.
    pub fn destination(&self) -> Option<&Destination> {
        self.destination.as_ref()
    }

    /// Whether a folder beside the destination has the same name.
    pub fn is_twin(&self) -> bool {
        self.is_twin
    }

    /// What this login may do in the destination, or in the deepest part of it that exists.
    pub fn role(&self) -> &FolderRole {
        &self.role
    }

    /// Whether the config's folder is being looked for.
    pub fn is_resolving(&self) -> bool {
        self.resolving.is_some()
    }

    /// What is wrong with the config's folder, or with the one that was to be chosen.
    pub fn problem(&self) -> Option<&UserError> {
        self.problem.as_ref()
    }

    /// The folders.
    pub fn tree(&self) -> &FolderTree {
        &self.tree
    }

    /// The search, while it has the keyboard.
    pub fn search(&self) -> Option<&FolderSearch> {
        self.search.as_ref()
    }

    /// The form, while it lies over the list.
    pub fn form(&self) -> Option<&FolderForm> {
        self.form.as_ref()
    }

    /// The folder under the cursor.
    pub fn current(&self) -> Option<&FolderRow> {
        match &self.search {
            Some(search) => search.current(),
            None => self.tree.row(self.tree.cursor()).map(|row| row.folder),
        }
    }

    /// The path of the folder under the cursor, as far as it is known.
    pub fn current_path(&self) -> Option<String> {
        self.current_ref().map(|folder| folder.path)
    }

    fn current_ref(&self) -> Option<FolderRef> {
        match &self.search {
            Some(search) => search.current().map(FolderSearch::reference),
            None => self.tree.reference(self.tree.cursor()),
        }
    }

    /// What was read of a folder, once it was.
    pub fn details(&self, folder: Uuid) -> Option<&Result<FolderDetails, UserError>> {
        self.peek.get(folder)
    }

    /// Whether it is being read.
    pub fn is_peeking(&self, folder: Uuid) -> bool {
        self.peek.is_reading(folder)
    }

    /// Whether it is being counted what of the manifest the destination holds.
    pub fn is_counting(&self) -> bool {
        self.counting.is_some()
    }

    /// What of the manifest the destination holds, as far as it was counted.
    pub fn present(&self) -> Option<&Result<Present, UserError>> {
        self.present.as_ref()
    }

    /// What came of the latest key, where that is not to be seen.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    pub(super) fn takes_text(&self) -> bool {
        match &self.form {
            Some(form) => form.takes_text(),
            None => self.search.is_some(),
        }
    }

    pub(super) fn status(&self) -> Status {
        if self.resolving.is_some() {
            return Status::Working;
        }
        match (&self.destination, &self.problem) {
            (Some(_), _) => Status::Ready,
            (None, Some(problem)) => Status::Blocked(problem.clone()),
            (None, None) if self.opened => Status::Blocked(
                UserError::config("No destination folder is chosen.")
                    .hint("Set [folder] path (it is created where it is missing) or uuid."),
            ),
            (None, None) => Status::Idle,
        }
    }

    pub(super) fn hints(&self) -> Vec<Hint> {
        let hint = |action, label| Hint::new(action, label);
        match (&self.form, &self.search) {
            (Some(form), _) if form.choice().is_some() => {
                vec![hint(Action::Next, "take it"), hint(Action::Down, "move"), hint(Action::Back, "another name")]
            }
            (Some(form), _) => {
                let mut hints = vec![hint(Action::Next, "take it")];
                if form.fields().len() > 1 {
                    hints.push(hint(Action::FocusNext, "next field"));
                }
                hints.push(hint(Action::Back, "never mind"));
                hints
            }
            (None, Some(_)) => {
                vec![hint(Action::Next, "choose"), hint(Action::Down, "move"), hint(Action::Back, "end search")]
            }
            (None, None) => {
                let mut hints = Vec::new();
                if self.destination.is_some() {
                    hints.push(hint(Action::Next, "continue"));
                }
                if !self.tree.is_empty() {
                    hints.extend([hint(Action::Toggle, "choose"), hint(Action::Right, "open")]);
                }
                hints.extend([hint(Action::New, "new"), hint(Action::Search, "search")]);
                if self.countable().is_ok() {
                    hints.push(hint(Action::Cancel, "count"));
                }
                hints.push(hint(Action::FilterMarked, "mirror"));
                hints.push(hint(Action::Back, if self.counting.is_some() { "stop counting" } else { "back" }));
                if !self.tree.is_empty() {
                    hints.push(hint(Action::Left, "close"));
                }
                hints.push(hint(Action::Refresh, "read again"));
                hints
            }
        }
    }

    /// The folder in which items can be counted.
    fn countable(&self) -> Result<Uuid, &'static str> {
        match &self.destination {
            None => Err("Choose a folder first; then it can be counted what of the manifest it holds already."),
            Some(destination) if destination.mirror.is_some() => {
                Err("Encord itself finds out what is new in a cloud-synced folder.")
            }
            Some(Destination { existing: Some(folder), create, .. }) if create.is_empty() => Ok(folder.uuid),
            Some(_) => Err("The folder will be new and holds nothing: all items are new."),
        }
    }

    /// The manifest is gone, and with it what was counted.
    pub(super) fn manifest_gone(&mut self, outbox: &mut Outbox) {
        outbox.cancel(self.counting.take());
        self.present = None;
    }

    pub(super) fn edit(&mut self, edit: &Edit, outbox: &mut Outbox) {
        match (&mut self.form, &mut self.search) {
            (Some(form), _) if form.focus() == FolderField::Sidecar && *edit == Edit::Insert(' ') => {
                form.switch_sidecar();
            }
            (Some(form), _) => form.edit(edit, outbox),
            (None, Some(search)) => {
                search.edit(edit, outbox);
                self.look(outbox);
            }
            (None, None) => {}
        }
    }

    /// Reads the folder that the user looks at; after it, the destination, and what a form asks about before both.
    fn look(&mut self, outbox: &mut Outbox) {
        if self.is_guided && self.opened {
            let asked = self.form.as_ref().and_then(FolderForm::again);
            let current = self.current().map(|row| row.uuid);
            let destination = self.destination.as_ref().and_then(|destination| destination.existing.as_ref());
            let destination = destination.map(|folder| folder.uuid);
            self.peek.want(asked.into_iter().chain(current).chain(destination), outbox);
        }
    }

    fn close_form(&mut self, keeps_name: bool, outbox: &mut Outbox) {
        if let Some(mut form) = self.form.take() {
            form.stop(outbox);
            self.draft = Some(form.draft(keeps_name));
        }
    }
}
