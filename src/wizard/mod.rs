//! The wizard: six state machines that take events and answer with effects. Pure: no I/O, no clock, no terminal.
//!
//! Both front ends, the terminal screens and the headless run, drive this same machine, so they cannot drift apart.

pub(crate) mod action;
pub(crate) mod check;
pub(crate) mod connections;
pub(crate) mod destination;
mod dispatch;
pub(crate) mod effect;
pub(crate) mod field;
pub(crate) mod folder;
pub mod help;
mod help_context;
mod hints;
pub(crate) mod home;
pub(crate) mod integration;
pub(crate) mod list;
pub(crate) mod manifest;
mod matching;
mod navigation;
pub(crate) mod outbox;
pub(crate) mod overlay;
pub(crate) mod palette;
pub(crate) mod plan;
pub(crate) mod progress;
mod relative_time;
mod replies;
pub(crate) mod rows;
pub(crate) mod save;
pub(crate) mod saved;
pub(crate) mod schema;
mod status;
pub(crate) mod step;
pub(crate) mod upload;

#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use crate::{config::Config, error::UserError, wizard::outbox::Outbox};

pub use action::{Action, ActionInfo, Edit, Hint, Scope, Screen};
pub use check::{About, CHECKS, Check, CheckState, Repair, about};
pub use connections::{
    AzureAccess, AzureSignIn, ContainerFacts, CorsRepair, Discovery, EncordReply, Integration, KeyCandidate, KeyFacts,
    PrefixPage, SasOptions,
};
pub use destination::{Destination, FolderCounts, FolderDetails, FolderRef, FolderRole, Mirror, Present};
pub use effect::{Effect, Event, Reply, Request, RequestId};
pub use field::Field;
pub use folder::{
    FolderStep,
    form::{FolderField, FolderForm, MirrorPart},
    lookup::Choice,
    messages::{FolderPage, FolderReply, FolderRequest, FolderRow},
    mirror::{self, LIMITS as MIRROR_LIMITS, remote_url},
    search::FolderSearch,
    tree::{Branch, FolderTree, More, TreeRow},
};
pub use home::{
    HomeStep,
    list::HomeList,
    messages::{HomeReply, HomeRequest},
    open_config::headless_command,
    panel::{CopyForm, HomePanel},
};
pub use integration::{
    Focus, IntegrationStep,
    fields::{FieldKind, FieldName},
    folder_browser::FolderBrowser,
    guide::{Guide, GuideMethod, GuideRow},
    messages::{IntegrationReply, IntegrationRequest},
    panel::{CorsReview, CorsState, Details, Panel},
    picker::{Loading, Picker, PickerKind, PickerRow},
    sas_maker::{LIFETIMES, SasMaker, SasState},
};
pub use list::{List, Row};
pub use manifest::{
    FindingGroup, Listing, ManifestStep, Reapplied,
    filter::{Filter, Scan},
    messages::{ListingFrom, ListingProgress, ManifestFacts, ManifestReply, ManifestRequest},
    problems::findings_problem,
    rule_form::{RuleField, RuleForm},
};
pub use overlay::Overlay;
pub use palette::{Palette, PaletteRow};
pub use plan::{
    Plan,
    equivalent::config_text,
    words::{PlanLine, Tone, describe_change, destination_words, estimate_words, present_words},
};
pub use progress::{
    ProgressStep,
    dialogs::{Ask, DoubtOption, RetryOption},
    failures::{Copied, RunView},
    messages::{Doubts, RetryChange, RunEvent, RunReply, RunRequest},
    outcome::{already_words, outcome_words, so_far_words},
    snapshot::{HISTORY, JobRow, Snapshot},
    sync::{SyncStage, sync_outcome},
};
pub use rows::RowWindow;
pub use save::{SaveDialog, SaveStage};
pub use saved::{
    CauseId, CauseRow, DiffLine, Estimate, HomePage, OpenedConfig, PastRun, SavePreview, SaveTo, SavedConfig, Stamp,
};
pub use schema::{
    SchemaStep, SchemaView,
    form::{FormFocus, KeyForm, KeyKind},
    inferred::{Found, FoundCounts, InferForm},
    list::SchemaRow,
    messages::{Inferred, SchemaReply, SchemaRequest},
    options::OptionList,
    panels::{OptionsForm, SchemaPanel, WordForm},
    proposal::{Fit, KeyPresence, Proposal},
};
pub use step::{Status, Step};
pub use upload::{Equivalent, UploadStep, option::UploadOption};

/// The whole wizard.
#[derive(Debug)]
pub struct Wizard {
    config: Config,
    /// As it was when the wizard was opened, or saved it.
    original: Box<Config>,
    /// What of the config is not lost when it is left: as [`Self::original`], and what was found or kept without the user.
    kept: Box<Config>,
    /// Which config it is.
    opened: Box<home::open_config::Opened>,
    /// What a new config begins with, where there is a Home.
    fresh: Option<Box<Config>>,
    home: Box<HomeStep>,
    /// Home is on the screen.
    is_home: bool,
    /// The config's steps were begun.
    is_begun: bool,
    /// A run that was opened from Home.
    visit: Option<home::open_config::Visit>,
    /// Goes over steps that are ready, as long as no key is pressed.
    goes_on: bool,
    save: Option<Box<SaveDialog>>,
    /// The name that was typed for a new config when the dialog was closed.
    save_name: Option<String>,
    /// What waits for what becomes of unsaved changes.
    target: Option<home::open_config::AfterUnsaved>,
    /// The config's file is open in the user's editor.
    is_editing: bool,
    /// Reads the config's file after it was edited.
    rereading: Option<RequestId>,
    editor: Option<UserError>,
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
