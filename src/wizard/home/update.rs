//! What keys and replies do on Home.

use crate::{
    error::UserError,
    wizard::{
        action::{Action, Edit, Hint},
        effect::{Effect, RequestId},
        field::Field,
        home::{
            HomeStep,
            list::HomeList,
            messages::HomeRequest,
            name_fault,
            panel::{CopyForm, HomePanel},
        },
        outbox::Outbox,
        saved::HomePage,
    },
};

/// Where a key on Home leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HomeMove {
    Stay,
    /// Back to where the user came from.
    Return,
    /// To a saved config.
    Open(String),
    /// To a new config.
    New,
    /// To a run, to look on.
    Watch(String),
    /// To a run, to go on with it.
    Resume(String),
}

impl HomeStep {
    pub(crate) fn takes_text(&self) -> bool {
        self.panel.as_ref().map_or(self.is_searching, HomePanel::takes_text)
    }

    pub(crate) fn has_form(&self) -> bool {
        matches!(self.panel, Some(HomePanel::Duplicate(_)))
    }

    pub(crate) fn asks(&self) -> bool {
        self.panel.as_ref().is_some_and(HomePanel::asks)
    }

    pub(crate) fn hints(&self, can_return: bool) -> Vec<Hint> {
        match &self.panel {
            Some(HomePanel::Duplicate(_)) => {
                return vec![Hint::new(Action::Next, "copy"), Hint::new(Action::Back, "close")];
            }
            Some(panel) => {
                let (yes, no) = match panel {
                    HomePanel::Resume(_) => ("resume", "not now"),
                    HomePanel::Forget(_) => ("forget", "keep it"),
                    HomePanel::Delete { .. } | HomePanel::Duplicate(_) => ("delete", "keep it"),
                };
                return vec![Hint::new(Action::Yes, yes), Hint::new(Action::No, no)];
            }
            None => {}
        }
        let enter = match (self.current_config(), self.current_run()) {
            (Some(config), _) => config.problem.is_none().then_some("open"),
            (_, Some(run)) if run.is_live => Some("watch"),
            (_, Some(run)) if run.is_open => Some("resume"),
            (_, Some(_)) => Some("look"),
            (None, None) => None,
        };
        let mut hints: Vec<Hint> = enter.into_iter().map(|label| Hint::new(Action::Next, label)).collect();
        if self.is_searching {
            hints.extend([
                Hint::new(Action::Back, if self.problem.is_some() { "close" } else { "end search" }),
                Hint::new(Action::FocusNext, "to the list"),
                Hint::new(Action::Down, "move"),
            ]);
            return hints;
        }
        let is_broken = self.current_config().is_some_and(|config| config.problem.is_some());
        if is_broken {
            hints.push(Hint::new(Action::OpenEditor, "edit"));
        }
        if self.problem.is_some() {
            hints.push(Hint::new(Action::Back, "close"));
        } else if !self.search.text().is_empty() {
            hints.push(Hint::new(Action::Back, "end search"));
        }
        hints.push(Hint::new(Action::New, "new"));
        hints.push(match self.shown {
            HomeList::Configs => Hint::new(Action::SwitchList, "runs"),
            HomeList::Runs => Hint::new(Action::SwitchList, "configs"),
        });
        let has_row = self.found() > 0;
        if has_row || !self.search.text().is_empty() {
            hints.push(Hint::new(Action::Search, "search"));
        }
        if self.current_config().is_some() {
            if !is_broken {
                hints.push(Hint::new(Action::OpenEditor, "edit"));
            }
            hints.extend([Hint::new(Action::Duplicate, "duplicate"), Hint::new(Action::Delete, "delete")]);
        } else if self.current_run().is_some_and(|run| !run.is_live) {
            hints.push(Hint::new(Action::Delete, "forget"));
        }
        if self.problem.is_none() && self.search.text().is_empty() && can_return {
            hints.push(Hint::new(Action::Back, "back"));
        }
        if has_row {
            hints.push(Hint::new(Action::Down, "move"));
        }
        hints.push(Hint::new(Action::Refresh, "read again"));
        hints
    }

    pub(crate) fn edit(&mut self, edit: &Edit) {
        self.was_read();
        if let Some(HomePanel::Duplicate(form)) = &mut self.panel {
            form.problem = None;
            form.name.edit(edit);
        } else if self.panel.is_none() && self.is_searching {
            let before = self.search.text().to_owned();
            self.search.edit(edit);
            if before != self.search.text() {
                self.search_again();
                self.configs.rewind();
                self.runs.rewind();
            }
        }
    }

    pub(crate) fn action(&mut self, action: Action, outbox: &mut Outbox) -> HomeMove {
        let movement = self.act(action, outbox);
        // A config that was asked for is waited for: the services go by it as soon as they have read it.
        if self.opening.is_some() { HomeMove::Stay } else { movement }
    }

    fn act(&mut self, action: Action, outbox: &mut Outbox) -> HomeMove {
        self.notice = None;
        // What failed was read by whoever goes on.
        let had_problem = self.problem.take().is_some();
        if self.panel.is_some() {
            return self.panel_action(action, outbox);
        }
        match action {
            Action::Next => return self.enter(),
            Action::Back if had_problem => {}
            Action::Back if self.is_searching || !self.search.text().is_empty() => self.end_search(),
            Action::Back => return HomeMove::Return,
            Action::FocusNext | Action::FocusPrevious if self.is_searching => self.is_searching = false,
            Action::FocusNext | Action::FocusPrevious | Action::SwitchList => {
                self.is_shown_held = true;
                self.shown = match self.shown {
                    HomeList::Configs => HomeList::Runs,
                    HomeList::Runs => HomeList::Configs,
                };
            }
            Action::New => return HomeMove::New,
            Action::Search => self.is_searching = true,
            Action::Refresh => self.open(outbox),
            Action::Duplicate => self.open_copy_form(),
            Action::OpenEditor => {
                if let Some(path) = self.current_config().map(|config| config.path.clone()) {
                    self.is_editing = true;
                    outbox.effects.push(Effect::Editor(path));
                }
            }
            Action::Delete => self.ask_to_delete(),
            action => self.list_mut().moved(action),
        }
        HomeMove::Stay
    }

    fn enter(&mut self) -> HomeMove {
        if let Some(config) = self.current_config() {
            if config.problem.is_none() {
                return HomeMove::Open(config.name.clone());
            }
            self.notice = Some(format!("'{}' cannot be opened as it is. Mend its file first.", config.name));
            return HomeMove::Stay;
        }
        match self.current_run() {
            Some(run) if run.is_open && !run.is_live => {
                self.panel = Some(HomePanel::Resume(Box::new(run.clone())));
                HomeMove::Stay
            }
            Some(run) => HomeMove::Watch(run.run.clone()),
            None => HomeMove::Stay,
        }
    }

    fn end_search(&mut self) {
        self.is_searching = false;
        self.search = Field::default();
        let row = self.list().row(self.list().cursor());
        self.search_again();
        if let Some(row) = row {
            self.list_mut().go_to(row);
        }
    }

    fn open_copy_form(&mut self) {
        let Some(of) = self.current_config().map(|config| config.name.clone()) else { return };
        let typed = self.draft.as_ref().filter(|(source, _)| *source == of).map(|(_, name)| name.clone());
        let name = typed.unwrap_or_else(|| self.free_name(&of));
        self.panel = Some(HomePanel::Duplicate(CopyForm { of, name: Field::new(&name), problem: None, making: None }));
    }

    /// A name for a copy that no config has yet.
    fn free_name(&self, of: &str) -> String {
        let is_free = |name: &String| !self.page.configs.iter().any(|config| config.name.eq_ignore_ascii_case(name));
        let first = format!("{of}-copy");
        let further = (2_u32..).map(|number| format!("{of}-copy-{number}"));
        std::iter::once(first.clone()).chain(further).find(is_free).unwrap_or(first)
    }

    fn ask_to_delete(&mut self) {
        if let Some(config) = self.current_config() {
            self.panel = Some(HomePanel::Delete { name: config.name.clone(), path: config.path.clone() });
        } else if let Some(run) = self.current_run() {
            match run.is_live {
                true => {
                    self.notice =
                        Some("This run is being worked on. It can be forgotten when it has ended.".to_owned());
                }
                false => self.panel = Some(HomePanel::Forget(Box::new(run.clone()))),
            }
        }
    }

    fn panel_action(&mut self, action: Action, outbox: &mut Outbox) -> HomeMove {
        match (action, &mut self.panel) {
            (Action::Next, Some(HomePanel::Duplicate(form))) => {
                let (of, copy) = (form.of.clone(), form.name.text().trim().to_owned());
                if form.making.is_some() {
                    return HomeMove::Stay;
                }
                let is_taken = self.page.configs.iter().any(|config| config.name.eq_ignore_ascii_case(&copy));
                form.problem = match name_fault(&copy) {
                    Some(fault) => Some(fault),
                    None if is_taken => Some(format!("There is a config '{copy}' already.")),
                    None => None,
                };
                if form.problem.is_none() {
                    form.making = Some(outbox.start(HomeRequest::DuplicateConfig { name: of, copy }));
                }
            }
            (Action::Back, Some(HomePanel::Duplicate(form))) => {
                self.draft = Some((form.of.clone(), form.name.text().to_owned()));
                self.panel = None;
            }
            (Action::Yes, Some(HomePanel::Delete { name, .. })) => {
                let name = std::mem::take(name);
                self.panel = None;
                self.changing = Some(outbox.start(HomeRequest::DeleteConfig { name }));
            }
            (Action::Yes, Some(HomePanel::Forget(run))) => {
                let run = std::mem::take(&mut run.run);
                self.panel = None;
                self.changing = Some(outbox.start(HomeRequest::ForgetRun { run }));
            }
            (Action::Yes, Some(HomePanel::Resume(run))) => {
                let run = std::mem::take(&mut run.run);
                self.panel = None;
                return HomeMove::Resume(run);
            }
            (Action::No | Action::Back, _) => self.panel = None,
            _ => {}
        }
        HomeMove::Stay
    }

    /// Asks for a config. The wizard takes it when it is there.
    pub(crate) fn ask_for(&mut self, label: String, outbox: &mut Outbox) {
        self.problem = None;
        let id = outbox.start(HomeRequest::OpenConfig { label: label.clone() });
        self.opening = Some((id, label));
    }

    pub(crate) fn say(&mut self, notice: &str) {
        self.problem = None;
        self.notice = Some(notice.to_owned());
    }

    /// The user goes on: what came of the latest key, and what failed, was read.
    pub(crate) fn was_read(&mut self) {
        (self.notice, self.problem) = (None, None);
    }

    pub(crate) fn fail(&mut self, problem: UserError) {
        self.problem = Some(problem);
    }

    pub(crate) fn page_reply(&mut self, id: RequestId, page: HomePage) {
        if self.reading == Some(id) {
            self.reading = None;
            self.take(page);
        }
    }

    pub(crate) fn changed_reply(&mut self, id: RequestId, result: Result<Box<HomePage>, UserError>) {
        let copy = match &mut self.panel {
            Some(HomePanel::Duplicate(form)) if form.making == Some(id) => {
                form.making = None;
                if let Err(problem) = &result {
                    form.problem = Some(problem.to_string());
                    return;
                }
                Some(form.name.text().trim().to_owned())
            }
            _ if self.changing == Some(id) => None,
            // The form was closed meanwhile; the page is all the same as it is now.
            _ if result.is_err() => return,
            _ => None,
        };
        if self.changing == Some(id) {
            self.changing = None;
        }
        match result {
            Ok(page) => {
                self.problem = None;
                self.take(*page);
            }
            Err(problem) => self.problem = Some(problem),
        }
        if let Some(copy) = copy {
            (self.panel, self.draft) = (None, None);
            if let Some(row) = self.page.configs.iter().position(|config| config.name == copy) {
                self.configs.go_to(row);
            }
        }
    }

    /// Whether this is the answer to what was asked for last; it is waited for no longer.
    pub(crate) fn has_asked(&mut self, id: RequestId) -> bool {
        self.opening.take_if(|(asked, _)| *asked == id).is_some()
    }

    /// The editor was left: what it wrote is read and judged.
    pub(crate) fn editor_closed(&mut self, result: Result<(), UserError>, outbox: &mut Outbox) {
        if std::mem::take(&mut self.is_editing) {
            match result {
                Ok(()) => self.open(outbox),
                Err(problem) => self.problem = Some(problem),
            }
        }
    }
}
