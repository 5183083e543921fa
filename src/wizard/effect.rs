//! What the machine asks the service layer to do, and what comes back.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use secrecy::SecretString;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    config,
    endpoints::cors,
    error::UserError,
    manifest::{batch, data_items::JobOptions, kind::Kind, summary::Summary, values::ValidationRules},
    run::{report_paths::ReportPaths, state::RunState},
    schema::infer::Suggestion,
    wizard::{
        action::{Action, Edit},
        check::Check,
        connections::{
            AzureAccess, ContainerFacts, CorsRepair, Discovery, EncordReply, Integration, PrefixPage, SasOptions,
        },
        destination::{Destination, FolderDetails, FolderRole, Present},
        manifest::{ListingFrom, filter::Filter},
        plan::Plan,
        progress::snapshot::Snapshot,
        rows::{List, Row},
        saved::{Estimate, HomePage, OpenedConfig, SavePreview, SaveTo, Stamp},
    },
};

/// Tells apart what was asked for; an answer whose id is no longer current is dropped.
pub type RequestId = u64;

/// Something to be done outside the machine.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a handful exist at a time")]
pub enum Effect {
    /// Begin a request; its replies come back with this id.
    Start {
        /// Its id.
        id: RequestId,
        /// What it is.
        request: Request,
    },
    /// The replies of this request are no longer wanted. A write that was sent is finished all the same.
    Cancel {
        /// Which request.
        id: RequestId,
    },
    /// Put a text into the user's clipboard. It may be a secret.
    Copy(SecretString),
    /// Open a file in the user's editor (`$VISUAL`, `$EDITOR`); [`Event::EditorClosed`] follows. The front end's own.
    Editor(PathBuf),
    /// Ring the terminal's bell. The front end's own.
    Bell,
    /// Switch the mouse on or off. The front end's own.
    Mouse,
    /// Leave the program.
    Exit,
}

/// What can be asked of the services.
#[derive(Debug)]
pub enum Request {
    /// Read the key, sign in, list the integrations.
    ConnectEncord {
        /// Where and as whom.
        encord: config::encord::Encord,
        /// The key's passphrase, if the user gave one.
        passphrase: Option<SecretString>,
    },
    /// What is on this machine: keys, ways to sign in to Azure. Sends nothing anywhere.
    Discover,
    /// Look every few seconds for integrations, until it is cancelled.
    WatchIntegrations,
    /// Make the checks of the Azure side, side by side.
    CheckAzure {
        /// Which container, as whom.
        access: AzureAccess,
        /// For whom: its region tells from where browsers read, and whether its servers do.
        encord: Box<config::encord::Encord>,
    },
    /// The containers that the credential can list.
    ListContainers {
        /// Which account, as whom; the container does not matter.
        access: AzureAccess,
    },
    /// The virtual folders right below a prefix.
    ListPrefixes {
        /// Which container, as whom.
        access: AzureAccess,
        /// Empty, or ending with a `/`.
        prefix: String,
    },
    /// Carry out a reviewed change of the account's CORS rules. Changes the account.
    RepairCors {
        /// Which account, as whom.
        access: AzureAccess,
        /// What was reviewed.
        plan: Box<cors::Plan>,
        /// The origins that are to be served.
        origins: Vec<String>,
    },
    /// Make an account SAS for Encord. Sends nothing anywhere.
    MakeSas {
        /// Which account; must be signed in to with its key.
        access: AzureAccess,
        /// What the token is to allow.
        wish: SasOptions,
    },
    /// Keep the choices of step 1 for the next time.
    Remember {
        /// Encord's side.
        encord: Box<config::encord::Encord>,
        /// Azure's side.
        azure: Box<config::azure::Azure>,
    },
    /// Read the organisation's metadata schema.
    ReadSchema,
    /// Find out what the data at hand suggest for the schema. Reads only.
    InferSchema {
        /// Where the blobs are.
        access: AzureAccess,
        /// Where the metadata comes from.
        manifest: config::manifest::Manifest,
        /// A file to look at instead: CSV, JSON Lines, or a schema as JSON or TOML.
        file: Option<String>,
    },
    /// List the container and build the manifest.
    BuildManifest {
        /// Where the blobs are.
        access: AzureAccess,
        /// The rules.
        manifest: config::manifest::Manifest,
        /// What goes into the file form.
        options: JobOptions,
        /// How much a job may hold.
        limits: batch::Limits,
        /// What is asked of every item.
        demands: Arc<ValidationRules>,
        /// Whether to list, or to apply the rules to what was listed before.
        listing: ListingFrom,
    },
    /// Read rows of a list for the screen.
    ReadRows {
        /// Which list.
        list: List,
        /// From which row.
        first: u64,
        /// How many.
        count: u64,
        /// The places of the rows in the whole list, where they do not lie side by side.
        places: Option<Vec<u32>>,
    },
    /// Find the rows of a list that pass a filter.
    Search {
        /// Which list.
        list: List,
        /// What they have to have.
        filter: Filter,
    },
    /// Find the item that a finding is about.
    FindItem {
        /// As the finding names it.
        name: String,
    },
    /// Read one page of folders.
    ListFolders {
        /// Below which folder; the root otherwise.
        parent: Option<Uuid>,
        /// Only those whose name holds this.
        search: String,
        /// Which page.
        page: Option<String>,
    },
    /// Read one folder with what is in it.
    FolderDetails {
        /// Which.
        folder: Uuid,
    },
    /// Count which items of the manifest a folder holds already. Reads only.
    CountPresent {
        /// Which folder.
        folder: Uuid,
    },
    /// Find out what of the config's folder exists.
    ResolveFolder {
        /// Which.
        folder: config::folder::Folder,
    },
    /// Carry out the plan: schema, folder, jobs. The only request that changes anything.
    StartRun {
        /// What was confirmed.
        plan: Box<Plan>,
    },
    /// Stop sending jobs; with `abort`, also cancel those that Encord works on.
    StopRun {
        /// Whether to cancel running jobs.
        abort: bool,
    },
    /// Hold new jobs back, or go on sending. What Encord has already is followed either way.
    PauseRun {
        /// Whether to hold them back.
        paused: bool,
    },
    /// Take up a run that was broken off.
    ResumeRun {
        /// Its id.
        run: String,
        /// What is to become of what would stop it again.
        doubts: Doubts,
    },
    /// Follow a run from its record: one that another process works on, or one that is at its end. Changes nothing.
    WatchRun {
        /// Its id.
        run: String,
    },
    /// Send what failed or was cancelled in a run once more, as a new run.
    RetryRun {
        /// The earlier run's id.
        run: String,
        /// In what the new one differs.
        change: RetryChange,
    },
    /// How long a run like this is likely to take, from past runs of the same account. Reads the record only.
    EstimateRun {
        /// Encord's API.
        domain: String,
        /// Items of each kind.
        items: Vec<(Kind, u64)>,
        /// Jobs at a time.
        jobs_in_flight: usize,
    },
    /// The saved configs and past runs. Reads this machine only.
    ReadHome,
    /// Read a saved config, or a file by its path.
    OpenConfig {
        /// Its name or path.
        label: String,
    },
    /// Record runs under this name from now on, or as those of a config that is not saved.
    NameRuns {
        /// What the user calls the config.
        label: Option<String>,
    },
    /// Copy a saved config, comments and all.
    DuplicateConfig {
        /// Its name.
        name: String,
        /// The copy's name; refused where there is one.
        copy: String,
    },
    /// Delete a saved config. Its runs stay on record.
    DeleteConfig {
        /// Its name.
        name: String,
    },
    /// Take a run off the record with its manifest and reports; refused while somebody works on it.
    ForgetRun {
        /// Its id.
        run: String,
    },
    /// What saving the config would change. Writes nothing.
    PreviewSave {
        /// Where to.
        to: SaveTo,
        /// What is to be saved.
        config: Box<config::Config>,
        /// The file as it was opened, where it is the one that is to be saved to.
        opened: Option<Stamp>,
    },
    /// Save the config: what the file says besides stays, comments and order too.
    SaveConfig {
        /// Where to.
        to: SaveTo,
        /// What is to be saved.
        config: Box<config::Config>,
        /// The file as the user saw the difference to it; anything else on disk is not overwritten.
        seen: Option<Stamp>,
    },
}

/// What can happen to the machine.
#[derive(Debug)]
pub enum Event {
    /// The front end is there.
    Open,
    /// The user did something.
    Action(Action),
    /// The user typed.
    Edit(Edit),
    /// So many rows of the list under the cursor are in view: page keys move by as many from now on.
    Rows(u16),
    /// The help is seen from this line on, from 0, and can be scrolled down to line `last`.
    Help {
        /// The first line in view.
        first: u16,
        /// The last one that can be the first in view: so many lines do not fit.
        last: u16,
    },
    /// The plan was on the screen for a moment without a key being pressed. Only a wizard that is attended waits for it.
    Seen,
    /// The editor that [`Effect::Editor`] asked for was left, or could not be started.
    EditorClosed(Result<(), UserError>),
    /// A service answered.
    Reply {
        /// Which request.
        id: RequestId,
        /// What it said.
        reply: Reply,
    },
}

/// What services answer.
#[derive(Debug)]
pub enum Reply {
    /// To [`Request::ConnectEncord`].
    Encord(EncordReply),
    /// To [`Request::Discover`].
    Discovered(Discovery),
    /// To [`Request::WatchIntegrations`]: the first answer, each that differs, and the first failure of a row.
    Integrations(Result<Vec<Integration>, UserError>),
    /// While [`Request::CheckAzure`] goes on: a check came to its end.
    AzureCheck(Box<Check>),
    /// At the end of [`Request::CheckAzure`].
    Container(Result<ContainerFacts, UserError>),
    /// To [`Request::ListContainers`].
    Containers(Result<Vec<String>, UserError>),
    /// To [`Request::ListPrefixes`].
    Prefixes {
        /// Below which prefix.
        prefix: String,
        /// What is there.
        result: Result<PrefixPage, UserError>,
    },
    /// To [`Request::RepairCors`].
    CorsRepaired(Result<CorsRepair, UserError>),
    /// To [`Request::MakeSas`].
    SasMade(Result<SecretString, UserError>),
    /// To [`Request::ReadSchema`].
    Schema(Result<Map<String, Value>, UserError>),
    /// To [`Request::InferSchema`].
    Inferred(Result<Inferred, UserError>),
    /// While [`Request::BuildManifest`] goes on, at most ten times a second.
    Listing(ListingProgress),
    /// At the end of [`Request::BuildManifest`].
    Manifest(Result<ManifestFacts, UserError>),
    /// To [`Request::ReadRows`].
    Rows {
        /// Which list.
        list: List,
        /// The first row's place.
        first: u64,
        /// The rows.
        rows: Vec<Row>,
    },
    /// To [`Request::Search`], at most ten times a second and at its end.
    Found {
        /// The places of further rows that pass, in order.
        places: Vec<u32>,
        /// How many rows were looked at so far.
        seen: u64,
        /// Whether these are the last ones.
        is_done: bool,
    },
    /// To [`Request::FindItem`]: its place among the items, if it is one of them.
    ItemFound(Option<u64>),
    /// To [`Request::ListFolders`].
    Folders(Result<FolderPage, UserError>),
    /// To [`Request::FolderDetails`].
    FolderDetails(Box<Result<FolderDetails, UserError>>),
    /// To [`Request::CountPresent`], at most ten times a second and at its end.
    Present(Result<Present, UserError>),
    /// To [`Request::ResolveFolder`].
    FolderResolved(Box<Result<Destination, UserError>>),
    /// While [`Request::StartRun`], [`Request::ResumeRun`], [`Request::WatchRun`] or [`Request::RetryRun`] goes on.
    Run(RunReply),
    /// To [`Request::EstimateRun`]; nothing where there are too few past runs to tell.
    Estimate(Option<Estimate>),
    /// To [`Request::ReadHome`].
    Home(Box<HomePage>),
    /// To [`Request::OpenConfig`].
    ConfigOpened(Result<OpenedConfig, UserError>),
    /// To [`Request::DuplicateConfig`], [`Request::DeleteConfig`] and [`Request::ForgetRun`]: the page as it is now.
    HomeChanged(Result<Box<HomePage>, UserError>),
    /// To [`Request::PreviewSave`].
    SavePreview(Result<SavePreview, UserError>),
    /// To [`Request::SaveConfig`]: the config as it was read back.
    ConfigSaved(Result<OpenedConfig, UserError>),
}

/// What the data at hand suggest for the schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Inferred {
    /// In the order in which the keys came. Those of a schema file have no values.
    pub suggestions: Vec<Suggestion>,
    /// Where they were found, in words: `labels.csv (1,200 rows)`.
    pub sources: Vec<String>,
    /// Whether there is more than was looked at.
    pub is_part: bool,
    /// The table, if it is one that can be joined to the items, and by what.
    pub table: Option<(String, config::manifest::Join)>,
}

/// How far a listing is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListingProgress {
    /// Blobs seen.
    pub blobs: u64,
    /// Items so far, without groups, which form at the end.
    pub items: BTreeMap<Kind, u64>,
    /// Blobs left out so far.
    pub skipped: u64,
    /// Findings so far that are errors.
    pub errors: u64,
    /// Findings so far that are warnings.
    pub warnings: u64,
    /// Blobs a second since the listing began.
    pub per_second: f64,
    /// Where the source is a file: how many of its bytes are read, and of how many.
    pub bytes: Option<(u64, u64)>,
}

/// A finished manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct ManifestFacts {
    /// What it holds.
    pub summary: Summary,
    /// Blobs that were listed.
    pub blobs: u64,
    /// The jobs that it is cut into.
    pub cut: Arc<batch::BatchPlan>,
    /// Where Encord's file form lies.
    pub file: PathBuf,
    /// Where the findings lie, one JSON object a line.
    pub findings: PathBuf,
}

/// A folder in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderRow {
    /// Its id.
    pub uuid: Uuid,
    /// Its name.
    pub name: String,
    /// Its path from the root, where a search found it.
    pub path: Option<String>,
    /// Its description.
    pub description: String,
    /// Whether it mirrors a bucket; such a folder takes no uploads.
    pub synced: bool,
    /// What this login may do in it.
    pub role: FolderRole,
}

/// A page of folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderPage {
    /// The folders.
    pub rows: Vec<FolderRow>,
    /// How to ask for the next page.
    pub next: Option<String>,
}

/// What is to become of batches that would stop a resumed run again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doubts {
    /// Send again what may have reached Encord although no answer came, also where duplicates are not skipped: what did reach it
    /// is then registered twice.
    pub resend: bool,
    /// The numbers of batches that count as cancelled from now on, whatever Encord makes of them: one in doubt, or one whose job
    /// Encord does not know any more.
    pub give_up: Vec<u32>,
}

/// In what a retry differs from the earlier run; what is not said stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RetryChange {
    /// Whether a job goes on when a file fails.
    pub ignore_errors: Option<bool>,
    /// Whether what the folder already holds under the same URL is left alone.
    pub skip_duplicate_urls: Option<bool>,
    /// Whether the metadata of what is already there is updated.
    pub upsert_metadata: Option<bool>,
    /// Take also items that Encord may have registered already, and where duplicates are not skipped register those twice.
    pub resend_doubtful: bool,
}

/// What a run tells of itself.
#[derive(Debug)]
pub enum RunReply {
    /// The schema was saved with these keys changed.
    SchemaSaved(Vec<String>),
    /// The run could not begin: the schema is another one than the one that was reviewed, this one. Nothing was sent.
    SchemaChanged(Map<String, Value>),
    /// The destination is there.
    Folder {
        /// Its id.
        uuid: Uuid,
        /// Its path.
        path: String,
        /// Whether this run made it.
        created: bool,
    },
    /// The run is on disk.
    Started {
        /// Its id.
        run: String,
        /// The destination's path.
        folder: String,
    },
    /// How far it is, at most ten times a second.
    Progress(Box<Snapshot>),
    /// It ended.
    Finished {
        /// How.
        state: RunState,
        /// The final numbers.
        snapshot: Box<Snapshot>,
        /// The reports.
        reports: Option<ReportPaths>,
        /// What went wrong outside single items.
        problem: Option<UserError>,
    },
    /// It could not begin. Nothing was sent.
    Refused(UserError),
}
