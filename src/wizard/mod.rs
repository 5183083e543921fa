//! The wizard: six state machines that take events and answer with effects. Pure: no I/O, no clock, no terminal.
//!
//! Both front ends, the terminal screens and the headless run, drive this same machine, so they cannot drift apart.

mod acting;
mod action;
mod ago;
mod check;
mod connections;
mod destination;
mod effect;
mod field;
mod folder;
mod going;
mod helping;
mod hints;
mod home;
mod integration;
mod manifest;
mod matching;
mod palette;
mod plan;
mod problem;
mod progress;
mod replies;
mod rows;
mod save;
mod saved;
mod schema;
mod standing;
mod upload;

#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use crate::{
    manifest::{Demands, Values},
    store::config::{Config, Source},
};

pub use crate::store::SyncCounts;
pub use action::{Action, ActionInfo, Edit, Hint, Place, Scope};
pub use check::{About, CHECKS, Check, CheckState, Repair, about};
pub use connections::{
    AzureAccess, ContainerFacts, CorsRepair, Discovery, EncordReply, Integration, KeyCandidate, KeyFacts, PrefixPage,
    SasWish, WayIn,
};
pub use destination::{Destination, FolderCounts, FolderDetails, FolderRef, FolderRole, Mirror, Present};
pub use effect::{
    Doubts, Effect, Event, FolderPage, FolderRow, Inferred, ListingProgress, ManifestFacts, Reply, Request, RequestId,
    RetryChange, RunReply,
};
pub use field::Field;
pub(crate) use folder::split_path;
pub use folder::{
    Branch, Choice, FolderField, FolderForm, FolderSearch, FolderStep, FolderTree, MIRROR_LIMITS, MirrorPart, More,
    TreeRow, mirror, remote_url,
};
pub use home::{CopyForm, HomeList, HomePanel, HomeStep, headless_command};
pub use integration::{
    CorsReview, CorsState, Details, FieldKind, FieldName, Focus, FolderBrowser, Guide, GuideMethod, GuideRow,
    IntegrationStep, LIFETIMES, Loading, Panel, Picker, PickerKind, PickerRow, SasMaker, SasState,
};
pub(crate) use manifest::keeps;
pub use manifest::{
    Filter, FindingGroup, Listing, ListingFrom, ManifestStep, Reapplied, RuleField, RuleForm, Scan, findings_problem,
};
pub use palette::{Palette, PaletteRow};
pub use plan::{Plan, Told, Tone, config_text, describe_change, destination_words, estimate_words, present_words};
pub use problem::{Class, Problem};
pub use progress::{
    Ask, Copied, DoubtOption, HISTORY, JobRow, ProgressStep, RetryOption, RunView, Snapshot, SyncStage, already_words,
    outcome_words, so_far_words, sync_outcome,
};
pub use rows::{List, Row, RowWindow};
pub use save::{SaveDialog, SaveStage};
pub use saved::{
    CauseId, CauseRow, DiffLine, Estimate, HomePage, OpenedConfig, PastRun, SavePreview, SaveTo, SavedConfig, Stamp,
};
pub use schema::{
    Fit, FormFocus, Found, FoundCounts, InferForm, KeyForm, KeyKind, OptionList, OptionsForm, Proposal, SchemaPanel,
    SchemaRow, SchemaStep, SchemaView, Standing, WordForm,
};
pub use upload::{Equivalent, UploadOption, UploadStep};

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
    /// All actions, to be searched.
    Palette,
    /// There is nothing to search; what is typed after the key that searches goes nowhere.
    NothingToSearch,
    /// What saving would change, and whether to.
    Save,
    /// Whether to save what was changed before it is left.
    Unsaved,
    /// Why the config's file cannot be edited, or read after it was edited.
    Editor,
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
    /// As it was when the wizard was opened, or saved it.
    original: Box<Config>,
    /// What of the config is not lost when it is left: as [`Self::original`], and what was found or kept without the user.
    kept: Box<Config>,
    /// Which config it is.
    opened: Box<home::Opened>,
    /// What a new config begins with, where there is a Home.
    fresh: Option<Box<Config>>,
    home: Box<HomeStep>,
    /// Home is on the screen.
    is_home: bool,
    /// The config's steps were begun.
    is_begun: bool,
    /// A run that was opened from Home.
    visit: Option<home::Visit>,
    /// Goes over steps that are ready, as long as no key is pressed.
    goes_on: bool,
    save: Option<Box<SaveDialog>>,
    /// The name that was typed for a new config when the dialog was closed.
    save_name: Option<String>,
    /// What waits for what becomes of unsaved changes.
    target: Option<home::Target>,
    /// The config's file is open in the user's editor.
    is_editing: bool,
    /// Reads the config's file after it was edited.
    rereading: Option<RequestId>,
    editor: Option<Problem>,
    /// For a user at a screen.
    is_guided: bool,
    step: Step,
    overlay: Option<Overlay>,
    palette: Palette,
    /// The user's keys, where they are not the default ones.
    own_keys: Option<Vec<(Action, String)>>,
    /// The help's first line in view, once that was seen, and the last one that can be.
    help: (Option<u16>, u16),
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
            palette: Palette::default(),
            own_keys: None,
            help: (None, 0),
            outbox: Outbox::default(),
            is_attended: false,
            is_seen: false,
            page: None,
            opened: Box::default(),
            fresh: None,
            home: Box::default(),
            is_home: false,
            is_begun: false,
            visit: None,
            goes_on: false,
            save: None,
            save_name: None,
            target: None,
            is_editing: false,
            rereading: None,
            editor: None,
            is_guided: false,
            original: Box::new(config.clone()),
            kept: Box::new(config.clone()),
            config,
        }
    }

    /// The same for a user at a screen, who is offered what is on this machine.
    #[must_use]
    pub fn guided(mut self) -> Wizard {
        self.is_guided = true;
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
        self.goes_on &= !matches!(event, Event::Action(_) | Event::Edit(_));
        match event {
            Event::Open => self.begin(),
            Event::Action(action) => self.action(action),
            Event::Edit(edit) => self.edit(&edit),
            Event::Reply { id, reply } => self.reply(id, reply),
            Event::Rows(rows) => self.page = Some(rows),
            Event::Help { first, last } => self.help = (Some(first.min(last)), last),
            // What the user did there is read anew by whoever asked for the editor.
            Event::EditorClosed(result) => self.editor_closed(result),
            Event::Seen => self.seen(),
        }
        self.go_on();
        if self.manifest.built().is_none() {
            self.folder.manifest_gone(&mut self.outbox);
        }
        let is_reviewed = self.step == Step::Upload && !self.is_home;
        let plan = is_reviewed.then(|| self.plan()).flatten();
        self.is_seen &= plan.is_some();
        self.upload.on_screen(plan.as_ref(), &mut self.outbox);
        std::mem::take(&mut self.outbox.effects)
    }

    /// The config as edited so far.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Whether the user has changed anything, so that the config on disk would do something else: the config, or the schema in a
    /// way that no config can say.
    pub fn is_edited(&self) -> bool {
        self.config != *self.original || self.schema.edits().len() > 0
    }

    /// The step on the screen.
    pub fn step(&self) -> Step {
        self.step
    }

    /// What lies over it.
    pub fn overlay(&self) -> Option<Overlay> {
        self.overlay
    }

    /// The first line of the help that is in view, from 0; `None` when it was just opened: then it begins where it tells of the
    /// field that has the keyboard, or else at its top.
    pub fn help_line(&self) -> Option<u16> {
        self.help.0
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
}
