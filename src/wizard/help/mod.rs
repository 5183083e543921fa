//! What is said of steps, fields, options, checks and exit codes, wherever it is shown. The texts lie in `assets/help`, one page for
//! each step; this module reads them and knows no screen.

pub(crate) mod explain;
mod read;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use crate::wizard::step::Step;

/// A page of help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Saved configs and past runs.
    Home,
    /// Step 1.
    Integration,
    /// Step 2.
    Schema,
    /// Step 3.
    Manifest,
    /// Step 4.
    Folder,
    /// Step 5.
    Upload,
    /// Step 6.
    Progress,
    /// How commands end.
    Exit,
}

impl Topic {
    /// In the order in which they are read.
    pub const ALL: [Topic; 8] = [
        Topic::Home,
        Topic::Integration,
        Topic::Schema,
        Topic::Manifest,
        Topic::Folder,
        Topic::Upload,
        Topic::Progress,
        Topic::Exit,
    ];

    /// As it is named on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Topic::Home => "home",
            Topic::Integration => "integration",
            Topic::Schema => "schema",
            Topic::Manifest => "manifest",
            Topic::Folder => "folder",
            Topic::Upload => "upload",
            Topic::Progress => "progress",
            Topic::Exit => "exit",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Topic::Home => include_str!("../../../assets/help/home.md"),
            Topic::Integration => include_str!("../../../assets/help/integration.md"),
            Topic::Schema => include_str!("../../../assets/help/schema.md"),
            Topic::Manifest => include_str!("../../../assets/help/manifest.md"),
            Topic::Folder => include_str!("../../../assets/help/folder.md"),
            Topic::Upload => include_str!("../../../assets/help/upload.md"),
            Topic::Progress => include_str!("../../../assets/help/progress.md"),
            Topic::Exit => include_str!("../../../assets/help/exit.md"),
        }
    }
}

impl From<Step> for Topic {
    fn from(step: Step) -> Topic {
        match step {
            Step::Integration => Topic::Integration,
            Step::Schema => Topic::Schema,
            Step::Manifest => Topic::Manifest,
            Step::Folder => Topic::Folder,
            Step::Upload => Topic::Upload,
            Step::Progress => Topic::Progress,
        }
    }
}

/// All that is said of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What it is about.
    pub topic: Topic,
    /// Its heading.
    pub title: String,
    /// What the step is for.
    pub purpose: String,
    /// When it is finished.
    pub ready: String,
    /// The rest, in order.
    pub sections: Vec<Section>,
}

impl Page {
    /// Everything on it that is about one thing, in order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.sections.iter().flat_map(|section| &section.entries)
    }
}

/// A part of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// Points that stand each for itself: troubles, places to read on.
    pub points: Vec<String>,
    /// Fields, options, lists or checks.
    pub entries: Vec<Entry>,
}

/// What is said of one field, option, list, check, state or exit code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its stable name: a config's key such as `azure.container`; everything else has its kind before its name, as in
    /// `check azure.cors`, `exit 3`, `field passphrase`, `list items`, `run interrupted`, `job in doubt`, `type number`.
    pub key: String,
    /// What it is called on screens.
    pub label: String,
    /// One sentence on what it is; of a check, why it matters.
    pub what: String,
    /// One sentence on what to choose; of a check, what to do when it fails.
    pub choose: String,
    /// What else there is to know.
    pub more: Vec<String>,
    /// Both sentences, without the marks around what is typed word for word.
    pub both: String,
}

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A key of a config, and the field or option that sets it.
    Key,
    /// A check of step 1.
    Check,
    /// An exit code.
    Exit,
    /// A field that no config has.
    Field,
    /// A list on a screen.
    List,
    /// A type of metadata keys.
    Type,
    /// How a run stands.
    Run,
    /// How a job stands.
    Job,
}

impl EntryKind {
    /// In a word or two.
    pub fn name(self) -> &'static str {
        match self {
            EntryKind::Key => "config key",
            EntryKind::Check => "check",
            EntryKind::Exit => "exit code",
            EntryKind::Field => "field",
            EntryKind::List => "list",
            EntryKind::Type => "type of keys",
            EntryKind::Run => "run state",
            EntryKind::Job => "job state",
        }
    }
}

impl Entry {
    /// What it is about.
    pub fn kind(&self) -> EntryKind {
        match self.key.split_once(' ').map(|(kind, _)| kind) {
            Some("check") => EntryKind::Check,
            Some("exit") => EntryKind::Exit,
            Some("list") => EntryKind::List,
            Some("type") => EntryKind::Type,
            Some("run") => EntryKind::Run,
            Some("job") => EntryKind::Job,
            Some(_) => EntryKind::Field,
            None => EntryKind::Key,
        }
    }

    /// Its name without its kind: `azure.cors`, `3`, `in doubt`.
    pub fn name(&self) -> &str {
        self.key.split_once(' ').map_or(&self.key, |(_, name)| name)
    }
}

static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| read::pages(Topic::ALL.map(|topic| (topic, topic.text()))));
static NOTHING: LazyLock<Entry> = LazyLock::new(Entry::default);

/// All pages.
pub fn pages() -> &'static [Page] {
    &PAGES
}

/// The page of a topic.
pub fn page(topic: impl Into<Topic>) -> Option<&'static Page> {
    let topic = topic.into();
    PAGES.iter().find(|page| page.topic == topic)
}

/// One sentence on what a step is for.
pub fn step(step: Step) -> &'static str {
    page(step).map_or("", |page| &page.purpose)
}

/// What is said of a thing by its key, if anything is.
pub fn find(key: &str) -> Option<&'static Entry> {
    PAGES.iter().flat_map(Page::entries).find(|entry| entry.key == key)
}

/// As [`find`], for keys that are known to have an entry; an empty one otherwise.
pub fn field(key: &str) -> &'static Entry {
    find(key).unwrap_or(&NOTHING)
}

/// What is said of a check of step 1, by its id.
pub fn check(id: &str) -> Option<&'static Entry> {
    find(&format!("check {id}"))
}

/// Every entry once, in the order of the pages.
pub fn entries() -> Vec<&'static Entry> {
    let mut entries: Vec<&Entry> = Vec::new();
    for entry in PAGES.iter().flat_map(Page::entries) {
        if !entries.iter().any(|known| known.key == entry.key) {
            entries.push(entry);
        }
    }
    entries
}
