//! Browses a container's virtual folders and chooses those to import.

use crate::{
    error::UserError,
    wizard::{
        action::Action,
        connections::{AzureAccess, PrefixPage},
        effect::RequestId,
        integration::{messages::IntegrationRequest, picker::Loading},
        outbox::Outbox,
        rows::moved_in,
    },
};

/// The folders below a prefix, and what is chosen.
#[derive(Debug, Clone)]
pub struct FolderBrowser {
    access: AzureAccess,
    at: String,
    page: PrefixPage,
    state: Loading,
    cursor: usize,
    chosen: Vec<String>,
}

impl FolderBrowser {
    pub(super) fn open(access: AzureAccess, chosen: &[String], outbox: &mut Outbox) -> FolderBrowser {
        let state = Loading::Running(read(&access, "", outbox));
        FolderBrowser {
            access,
            at: String::new(),
            page: PrefixPage::default(),
            state,
            cursor: 0,
            chosen: chosen.to_vec(),
        }
    }

    /// The prefix whose folders are shown; empty at the container's top.
    pub fn at(&self) -> &str {
        &self.at
    }

    /// What is there.
    pub fn page(&self) -> &PrefixPage {
        &self.page
    }

    /// Whether it has been read.
    pub fn state(&self) -> &Loading {
        &self.state
    }

    /// The cursor's place among the folders.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The chosen prefixes; none means the whole container.
    pub fn chosen(&self) -> &[String] {
        &self.chosen
    }

    fn current(&self) -> Option<&str> {
        self.page.folders.get(self.cursor).map(String::as_str)
    }

    pub(super) fn cancel(&self, outbox: &mut Outbox) {
        if let Loading::Running(id) = self.state {
            outbox.cancel(Some(id));
        }
    }

    pub(super) fn action(&mut self, action: Action, outbox: &mut Outbox) {
        match action {
            Action::Right => {
                if let Some(below) = self.current().map(str::to_owned) {
                    self.go(below, outbox);
                }
            }
            Action::Left if !self.at.is_empty() => {
                let cut = self.at.trim_end_matches('/').rfind('/').map_or(0, |slash| slash + 1);
                self.go(self.at[..cut].to_owned(), outbox);
            }
            Action::Refresh => self.go(self.at.clone(), outbox),
            Action::Toggle => self.toggle(),
            action => self.cursor = moved_in(self.cursor, action, self.page.folders.len()),
        }
    }

    /// What is chosen within a folder is part of it, and what lies above would hold it twice.
    fn toggle(&mut self) {
        let Some(folder) = self.current().map(str::to_owned) else { return };
        if self.chosen.contains(&folder) {
            self.chosen.retain(|chosen| *chosen != folder);
            return;
        }
        self.chosen.retain(|chosen| !chosen.starts_with(&folder) && !folder.starts_with(chosen.as_str()));
        self.chosen.push(folder);
        self.chosen.sort();
    }

    fn go(&mut self, prefix: String, outbox: &mut Outbox) {
        self.cancel(outbox);
        self.state = Loading::Running(read(&self.access, &prefix, outbox));
        self.at = prefix;
        self.page = PrefixPage::default();
        self.cursor = 0;
    }

    pub(super) fn reply(&mut self, id: RequestId, result: Result<PrefixPage, UserError>) {
        if self.state == Loading::Running(id) {
            self.state = match result {
                Ok(page) => {
                    self.page = page;
                    Loading::Done
                }
                Err(problem) => Loading::Failed(problem),
            };
        }
    }
}

fn read(access: &AzureAccess, prefix: &str, outbox: &mut Outbox) -> RequestId {
    outbox.start(IntegrationRequest::ListPrefixes { access: access.clone(), prefix: prefix.to_owned() })
}
