//! The wizard: six state machines that take events and answer with effects. Pure: no I/O, no clock, no terminal.
//!
//! Both front ends, the terminal screens and the headless run, drive this same machine, so they cannot drift apart.

mod action;
mod check;
mod connections;
mod destination;
mod effect;
mod field;
mod folder;
mod integration;
mod manifest;
mod plan;
mod problem;
mod progress;
mod rows;
mod schema;
mod upload;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::{
    manifest::{Demands, Values},
    store::{
        Summary,
        config::{Config, Source},
    },
};

pub use crate::store::SyncCounts;
pub use action::{Action, Edit, Hint};
pub use check::{About, CHECKS, Check, CheckState, Repair, about};
pub use connections::{
    AzureAccess, ContainerFacts, CorsRepair, Discovery, EncordReply, Integration, KeyCandidate, KeyFacts, PrefixPage,
    SasWish, WayIn,
};
pub use destination::{Destination, FolderCounts, FolderDetails, FolderRef, FolderRole, Mirror, Present};
pub use effect::{
    Effect, Event, FolderPage, FolderRow, Inferred, ListingProgress, ManifestFacts, Reply, Request, RequestId, RunReply,
};
pub use field::Field;
pub(crate) use folder::split_path;
pub use folder::{
    Branch, Choice, FolderField, FolderForm, FolderSearch, FolderStep, FolderTree, MIRROR_LIMITS, MirrorPart, More,
    TreeRow, mirror, remote_url,
};
pub use integration::{
    CorsReview, CorsState, Details, FieldKind, FieldName, Focus, FolderBrowser, Guide, GuideMethod, GuideRow,
    IntegrationStep, LIFETIMES, Loading, Panel, Picker, PickerKind, PickerRow, SasMaker, SasState,
};
pub(crate) use manifest::keeps;
pub use manifest::{
    Filter, FindingGroup, Listing, ListingFrom, ManifestStep, Reapplied, RuleField, RuleForm, Scan, findings_problem,
};
pub use plan::Plan;
pub use problem::{Class, Problem};
pub use progress::{JobRow, ProgressStep, Snapshot, SyncStage, sync_outcome};
pub use rows::{List, Row, RowWindow};
pub use schema::{
    Fit, FormFocus, Found, FoundCounts, InferForm, KeyForm, KeyKind, OptionList, OptionsForm, Proposal, SchemaPanel,
    SchemaRow, SchemaStep, SchemaView, Standing, WordForm,
};
pub use upload::{UploadOption, UploadStep};

/// The six steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Sign in on both sides.
    Integration,
    /// The metadata schema.
    Schema,
    /// What will be registered.
    Manifest,
    /// Where it goes.
    Folder,
    /// What will change, for a yes.
    Upload,
    /// Following it to the end.
    Progress,
}

impl Step {
    /// In order.
    pub const ALL: [Step; 6] =
        [Step::Integration, Step::Schema, Step::Manifest, Step::Folder, Step::Upload, Step::Progress];

    /// The step's name on screens.
    pub fn title(self) -> &'static str {
        match self {
            Step::Integration => "Integration",
            Step::Schema => "Schema",
            Step::Manifest => "Manifest",
            Step::Folder => "Folder",
            Step::Upload => "Upload",
            Step::Progress => "Progress",
        }
    }

    /// From 1.
    pub fn number(self) -> usize {
        Step::ALL.iter().position(|step| *step == self).map_or(1, |index| index + 1)
    }
}

/// How a step stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// Not entered yet, or waiting for the user.
    Idle,
    /// Waiting for a service.
    Working,
    /// Nothing stands in the way of the next step.
    Ready,
    /// Something does.
    Blocked(Problem),
}

/// Collects effects and hands out request ids.
#[derive(Debug, Default)]
pub struct Outbox {
    effects: Vec<Effect>,
    last: RequestId,
}

impl Outbox {
    fn start(&mut self, request: Request) -> RequestId {
        self.last += 1;
        self.effects.push(Effect::Start { id: self.last, request });
        self.last
    }

    fn cancel(&mut self, id: Option<RequestId>) {
        self.effects.extend(id.map(|id| Effect::Cancel { id }));
    }
}

/// What lies over the step's screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// All keys of the step.
    Help,
    /// Whether to quit while something runs.
    Quit,
    /// There is nothing to search; what is typed after the key that searches goes nowhere.
    NothingToSearch,
}

/// What a step asks the wizard to do after an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    Stay,
    Next,
    Back,
}

/// The whole wizard.
#[derive(Debug)]
pub struct Wizard {
    config: Config,
    /// As it was when the wizard was opened.
    original: Config,
    step: Step,
    overlay: Option<Overlay>,
    integration: IntegrationStep,
    schema: SchemaStep,
    manifest: ManifestStep,
    folder: FolderStep,
    upload: UploadStep,
    progress: ProgressStep,
    outbox: Outbox,
    /// The front end tells when the plan was seen, and nothing is sent before.
    is_attended: bool,
    /// The plan was seen.
    is_seen: bool,
    /// How many rows of the list under the cursor are in view, where that is known.
    page: Option<u16>,
}

impl Wizard {
    /// A wizard on a config, at its first step. Nothing happens before [`Event::Open`].
    pub fn new(config: Config) -> Wizard {
        Wizard {
            integration: IntegrationStep::new(&config),
            schema: SchemaStep::default(),
            manifest: ManifestStep::default(),
            folder: FolderStep::default(),
            upload: UploadStep::default(),
            progress: ProgressStep::default(),
            step: Step::Integration,
            overlay: None,
            outbox: Outbox::default(),
            is_attended: false,
            is_seen: false,
            page: None,
            original: config.clone(),
            config,
        }
    }

    /// The same for a user at a screen, who is offered what is on this machine.
    #[must_use]
    pub fn guided(mut self) -> Wizard {
        self.integration.guide();
        self.folder.guide();
        self
    }

    /// The same for a front end that tells by [`Event::Seen`] when the user can have seen the plan: a key that was pressed before
    /// never sends it.
    #[must_use]
    pub fn attended(mut self) -> Wizard {
        self.is_attended = true;
        self
    }

    /// Goes on although these checks of step 1 fail, as far as they may be overruled.
    pub fn overrule(&mut self, ids: impl IntoIterator<Item = &'static str>) {
        self.integration.overrule(ids);
    }

    /// Takes an event, changes the state, and says what has to be done.
    pub fn handle(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Open => self.integration.open(&self.config, &mut self.outbox),
            Event::Action(action) => self.action(action),
            Event::Edit(edit) => self.edit(&edit),
            Event::Reply { id, reply } => self.reply(id, reply),
            Event::Rows(rows) => self.page = Some(rows),
            Event::Seen => self.is_seen = self.awaits_look(),
        }
        if self.manifest.built().is_none() {
            self.folder.manifest_gone(&mut self.outbox);
        }
        self.is_seen &= self.step == Step::Upload && self.plan().is_some();
        std::mem::take(&mut self.outbox.effects)
    }

    /// The config as edited so far.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Whether the user has changed anything, so that the config on disk would do something else: the config, or the schema in a
    /// way that no config can say.
    pub fn is_edited(&self) -> bool {
        self.config != self.original || self.schema.edits().len() > 0
    }

    /// The step on the screen.
    pub fn step(&self) -> Step {
        self.step
    }

    /// What lies over it.
    pub fn overlay(&self) -> Option<Overlay> {
        self.overlay
    }

    /// Step 1.
    pub fn integration(&self) -> &IntegrationStep {
        &self.integration
    }

    /// Step 2.
    pub fn schema(&self) -> &SchemaStep {
        &self.schema
    }

    /// Step 3.
    pub fn manifest(&self) -> &ManifestStep {
        &self.manifest
    }

    /// Step 4.
    pub fn folder(&self) -> &FolderStep {
        &self.folder
    }

    /// Step 5.
    pub fn upload(&self) -> &UploadStep {
        &self.upload
    }

    /// Step 6.
    pub fn progress(&self) -> &ProgressStep {
        &self.progress
    }

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
    fn folder_status(&self) -> Status {
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
        let nothing = Summary::default();
        let summary = match destination.mirror {
            Some(_) => &nothing,
            None => &self.manifest.built()?.summary,
        };
        Some(Plan::new(
            &self.config,
            self.integration.chosen(&self.config)?.clone(),
            (self.schema.diff(&self.config)?, self.schema.edits_of(&self.config)),
            summary,
            destination,
            self.integration.despite(&self.config),
        ))
    }

    /// Whether a plan is on the screen that cannot be sent before [`Event::Seen`].
    pub fn awaits_look(&self) -> bool {
        self.is_attended
            && !self.is_seen
            && self.step == Step::Upload
            && self.overlay.is_none()
            && self.plan().is_some()
    }

    /// What is asked of the items: their metadata has to fit the schema as the run will leave it.
    fn demands(&self) -> Demands {
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
        Demands { strict: config.encord.strict_client_only, values, base, writable: None }
    }

    /// Whether a question waits for a yes or a no.
    pub fn asks(&self) -> bool {
        matches!(self.overlay, Some(Overlay::Help | Overlay::Quit))
            || (self.overlay.is_none() && self.step == Step::Integration && self.integration.asks())
    }

    /// Whether keys are text right now: for a field, or for nothing.
    pub fn takes_text(&self) -> bool {
        match self.overlay {
            Some(overlay) => overlay == Overlay::NothingToSearch,
            None => self.is_typing(),
        }
    }

    /// Whether a field has the keyboard, whatever lies over it.
    pub fn is_typing(&self) -> bool {
        match self.step {
            Step::Integration => self.integration.takes_text(),
            Step::Schema => self.schema.takes_text(),
            Step::Manifest => self.manifest.takes_text(),
            Step::Folder => self.folder.takes_text(),
            _ => false,
        }
    }

    /// The actions that do something now, with a word for each, the most useful first.
    pub fn hints(&self) -> Vec<Hint> {
        match self.overlay {
            Some(Overlay::Help | Overlay::NothingToSearch) => vec![Hint::new(Action::Back, "close")],
            Some(Overlay::Quit) => vec![Hint::new(Action::Yes, "quit"), Hint::new(Action::No, "stay")],
            None => self.step_hints(),
        }
    }

    /// The actions that do something on the step's screen, whatever lies over it.
    pub fn step_hints(&self) -> Vec<Hint> {
        let mut hints = match self.step {
            Step::Integration => self.integration.hints(&self.config),
            Step::Schema => self.schema.hints(&self.config),
            Step::Manifest | Step::Upload if self.config.folder.cloud_synced => mirror::hints(self.step),
            Step::Manifest => self.manifest.hints(),
            Step::Folder => self.folder.hints(),
            Step::Upload => self.upload.hints(self.may_send()),
            Step::Progress => self.progress.hints(),
        };
        let ready = self.status(self.step) == Status::Ready;
        hints.retain(|hint| ready || (hint.action, hint.label) != (Action::Next, "continue"));
        hints.push(Hint::new(Action::Help, "help"));
        hints.push(Hint::new(Action::Quit, "quit"));
        hints
    }

    fn may_send(&self) -> bool {
        self.plan().is_some() && (self.is_seen || !self.is_attended)
    }

    fn edit(&mut self, edit: &Edit) {
        if self.overlay.is_some() {
            return;
        }
        match self.step {
            Step::Integration => self.integration.edit(edit),
            Step::Schema => self.schema.edit(edit),
            Step::Manifest => self.manifest.edit(edit, &mut self.outbox),
            Step::Folder => self.folder.edit(edit, &mut self.outbox),
            _ => {}
        }
    }

    fn action(&mut self, action: Action) {
        match (self.overlay, action) {
            (Some(Overlay::Quit), Action::Yes | Action::Next | Action::Quit) => return self.quit(),
            (Some(Overlay::Quit), Action::No | Action::Back) => return self.overlay = None,
            (Some(Overlay::Quit), _) => return,
            (Some(_), Action::Quit) => self.overlay = None,
            (Some(_), _) => return self.overlay = None,
            (None, _) => {}
        }
        match action {
            Action::Search if !self.step_hints().iter().any(|hint| hint.action == Action::Search) => {
                self.overlay = Some(Overlay::NothingToSearch);
            }
            Action::Help => self.overlay = Some(Overlay::Help),
            Action::Quit
                if self.progress.is_running()
                    || self.manifest.is_listing()
                    || (self.step == Step::Integration && self.integration.has_input())
                    || self.has_form() =>
            {
                self.overlay = Some(Overlay::Quit);
            }
            Action::Quit => self.quit(),
            // A panel is answered or closed first.
            Action::Goto(_) if self.step == Step::Integration && self.integration.panel().is_some() => {}
            Action::Goto(_) if self.has_form() => {}
            Action::Goto(step) => self.go_to(step),
            action => {
                let movement = self.step_action(self.in_rows(action));
                match movement {
                    Move::Stay => {}
                    Move::Next => self.next(),
                    Move::Back => self.back(),
                }
            }
        }
    }

    /// Page keys move by what is in view.
    fn in_rows(&self, action: Action) -> Action {
        match (action, self.page) {
            (Action::PageUp, Some(rows)) => Action::Skip(-i32::from(rows)),
            (Action::PageDown, Some(rows)) => Action::Skip(i32::from(rows)),
            _ => action,
        }
    }

    fn step_action(&mut self, action: Action) -> Move {
        let ready = self.may_send();
        let (config, outbox) = (&mut self.config, &mut self.outbox);
        match self.step {
            Step::Integration => {
                let before = (config.encord.clone(), config.azure.clone(), config.manifest.clone());
                let movement = self.integration.action(action, config, outbox);
                if before.0 != config.encord || action == Action::Refresh {
                    match integration::same_login(&before.0, &config.encord) {
                        true => self.schema.reset(outbox),
                        false => self.schema.forget(outbox),
                    }
                    self.folder.reset(outbox);
                }
                if before.1 != config.azure || action == Action::Refresh {
                    self.manifest.reset(outbox);
                } else if before.2 != config.manifest || before.0.strict_client_only != config.encord.strict_client_only
                {
                    self.manifest.outdate(outbox);
                }
                movement
            }
            Step::Schema => {
                let before = config.manifest.clone();
                let access = self.integration.access(config);
                let movement = self.schema.action(action, config, access, outbox);
                if before != config.manifest {
                    self.manifest.outdate(outbox);
                }
                movement
            }
            // There is nothing to list and nothing to set; the wizard sees to it that the step is ready.
            Step::Manifest | Step::Upload if config.folder.cloud_synced => match action {
                Action::Next if self.step == Step::Manifest || ready => Move::Next,
                Action::Back => Move::Back,
                _ => Move::Stay,
            },
            Step::Manifest => self.manifest.action(action, self.integration.access(config), config, outbox),
            Step::Folder => {
                let before = config.manifest.clone();
                let movement = self.folder.action(action, config, outbox);
                if before != config.manifest {
                    self.manifest.outdate(outbox);
                }
                movement
            }
            Step::Upload => self.upload.action(action, config, ready),
            Step::Progress => self.progress.action(action, outbox),
        }
    }

    /// Whether a form lies over the step's list.
    pub fn has_form(&self) -> bool {
        match self.step {
            Step::Schema => self.schema.panel().is_some(),
            Step::Folder => self.folder.form().is_some(),
            _ => false,
        }
    }

    fn quit(&mut self) {
        self.overlay = None;
        self.outbox.effects.push(Effect::Exit);
    }

    /// After a run nothing of its plan is true any more: the folder is there, the manifest belongs to the run. Another import
    /// begins at the first step and reads everything anew.
    fn start_over(&mut self) {
        self.schema.forget(&mut self.outbox);
        self.manifest.reset(&mut self.outbox);
        self.folder.reset(&mut self.outbox);
        self.step = Step::Integration;
    }

    fn back(&mut self) {
        if self.step == Step::Progress && self.progress.outcome().is_some() {
            return self.start_over();
        }
        let index = self.step.number() - 1;
        if let Some(before) = index.checked_sub(1).and_then(|index| Step::ALL.get(index)) {
            self.step = *before;
        }
    }

    fn next(&mut self) {
        match self.step {
            Step::Upload => {
                if let Some(plan) = self.plan() {
                    self.progress.start(plan, &mut self.outbox);
                    self.step = Step::Progress;
                }
            }
            Step::Progress => self.quit(),
            _ if self.status(self.step) == Status::Ready => {
                if let Some(step) = Step::ALL.get(self.step.number()) {
                    self.enter(*step);
                }
            }
            _ => {}
        }
    }

    /// Goes to a step directly: back always, forward only over steps that are ready.
    fn go_to(&mut self, step: Step) {
        if self.progress.is_running() && step != Step::Progress {
            return;
        }
        if step < self.step && self.step == Step::Progress && self.progress.outcome().is_some() {
            return self.start_over();
        }
        if step <= self.step {
            self.step = step;
            return;
        }
        while self.step < step && self.step < Step::Upload && self.status(self.step) == Status::Ready {
            let before = self.step;
            self.next();
            if self.step == before {
                return;
            }
        }
    }

    fn enter(&mut self, step: Step) {
        self.step = step;
        match step {
            Step::Schema => self.schema.open(&self.config, &mut self.outbox),
            Step::Manifest if self.config.folder.cloud_synced => {}
            Step::Manifest => {
                let access = self.integration.access(&self.config);
                let demands = Arc::new(self.demands());
                self.manifest.open(access, &self.config, demands, &mut self.outbox);
            }
            Step::Folder => self.folder.open(&self.config, &mut self.outbox),
            Step::Integration | Step::Upload | Step::Progress => {}
        }
    }

    fn reply(&mut self, id: RequestId, reply: Reply) {
        match reply {
            Reply::Encord(reply) => self.integration.encord_reply(id, reply, &mut self.config),
            Reply::Discovered(found) => {
                self.integration.discovered(id, found, &mut self.config, &mut self.outbox);
            }
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
            Reply::Rows { list: List::Failed, first, rows } => self.progress.rows(id, first, rows, &mut self.outbox),
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
            Reply::Run(reply) => self.progress.reply(id, reply, &mut self.outbox),
        }
    }
}
