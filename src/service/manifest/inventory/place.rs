//! Finds the inventory run to read, on this machine or in the storage account.
//!
//! Azure writes `YYYY/MM/DD/HH-MM-SS/RULE/RULE-manifest.json`, the data files beside it, and the checksum last.

use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    azure::{account::Account, download::DownloadError},
    error::UserError,
    manifest::inventory::report::{CHECKSUM, DataFile, MANIFEST, Report},
    service::{
        integration::account::Resolved,
        problems::{azure_problem, disk_problem},
    },
    store::paths::expand_home,
};

/// A manifest has some hundred data files at the most.
const LONGEST_MANIFEST: u64 = 16 * 1024 * 1024;

/// The run that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) report: Report,
    place: InventoryLocation,
    /// The folder of the manifest and the data files, empty or ending with a `/`.
    folder: String,
    /// Where files from Azure lie while they are read.
    dir: PathBuf,
}

/// Where inventories lie.
#[derive(Debug)]
enum InventoryLocation {
    Local(PathBuf),
    Azure(Box<Account>, String),
}

/// What lies in a folder, by name without the path.
#[derive(Debug, Default)]
struct Listing {
    folders: Vec<String>,
    files: Vec<String>,
}

/// Finds the newest finished run below `file`: a directory, `CONTAINER/PATH/`, either with the name of a rule behind it, or the
/// manifest itself.
pub(super) async fn find(file: &str, resolved: &Resolved, dir: &Path) -> Result<Found, UserError> {
    let local = PathBuf::from(expand_home(file));
    let rule_below = |path: &Path| match (path.parent(), path.file_name()) {
        (Some(parent), Some(rule)) if parent.is_dir() && parent != Path::new("") => {
            Some((parent.to_owned(), rule.to_string_lossy().into_owned()))
        }
        _ => None,
    };
    let (place, path, rule) = if local.is_file() {
        let name = local.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (InventoryLocation::Local(local.parent().unwrap_or(Path::new("")).to_owned()), name, None)
    } else if local.is_dir() {
        (InventoryLocation::Local(local), String::new(), None)
    } else if let Some((parent, rule)) = rule_below(&local) {
        (InventoryLocation::Local(parent), String::new(), Some(rule))
    } else if local.is_absolute() || file.starts_with(['.', '~', '\\']) {
        return Err(UserError::config(format!("There is no file or directory {}.", local.display()))
            .hint("Check file under [manifest]; it names a directory, or CONTAINER/PATH/ in the storage account."));
    } else {
        let account = Account::open(&resolved.account_url, &resolved.auth).map_err(|error| azure_problem(&error))?;
        let (container, path) = file.split_once('/').unwrap_or((file, ""));
        let place = InventoryLocation::Azure(Box::new(account), container.to_owned());
        let path = path.trim_end_matches('/');
        if path.is_empty() || path.ends_with(MANIFEST) {
            (place, path.to_owned(), None)
        } else {
            // What is no folder is the name of a rule in the folder above.
            let listing = place.list(&format!("{path}/")).await?;
            match (listing.is_empty(), path.rsplit_once('/')) {
                (false, _) => (place, format!("{path}/"), None),
                (true, Some((above, rule))) => (place, format!("{above}/"), Some(rule.to_owned())),
                (true, None) => (place, String::new(), Some(path.to_owned())),
            }
        }
    };
    let manifest = match path.ends_with(MANIFEST) {
        true => path,
        false if matches!(place, InventoryLocation::Local(_)) && !path.is_empty() => {
            return Err(UserError::config(format!("{file} is not the manifest of an inventory run."))
                .hint("Its name ends in -manifest.json. Name that, or the directory in which it is."));
        }
        false => newest(&place, &path, rule.as_deref(), file).await?,
    };
    let (folder, _) = manifest.rsplit_once('/').unwrap_or(("", ""));
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let text = place.text(&manifest).await?;
    let checksum = format!("{}{CHECKSUM}", manifest.trim_end_matches(MANIFEST));
    let has_checksum = place.list(&folder).await?.files.iter().any(|name| checksum.ends_with(name.as_str()));
    let checksum = if has_checksum { Some(place.text(&checksum).await?) } else { None };
    let report = Report::read(&text, checksum.as_deref())
        .map_err(|error| UserError::config(format!("{} {error}", place.show(&manifest))))?;
    Ok(Found { report, place, folder, dir: dir.to_owned() })
}

/// The manifest of the newest finished run. Folders of years, months, days and times are gone into, the newest first, until a day
/// has one.
async fn newest(place: &InventoryLocation, path: &str, rule: Option<&str>, file: &str) -> Result<String, UserError> {
    let mut open = vec![path.to_owned()];
    let mut found: Vec<String> = Vec::new();
    let mut day = String::new();
    while let Some(folder) = open.pop() {
        if !found.is_empty() && !folder.starts_with(&day) {
            break;
        }
        let listing = place.list(&folder).await?;
        let is_finished = |manifest: &str| {
            let checksum = format!("{}{CHECKSUM}", manifest.trim_end_matches(MANIFEST));
            listing.files.contains(&checksum)
        };
        let is_wanted = |manifest: &str| rule.is_none_or(|rule| manifest.trim_end_matches(MANIFEST) == rule);
        let manifests = listing.files.iter().filter(|name| name.ends_with(MANIFEST));
        for manifest in manifests.filter(|name| is_finished(name) && is_wanted(name)) {
            // Above the rule and the time.
            day = folder.trim_end_matches('/').rsplitn(3, '/').nth(2).map(|day| format!("{day}/")).unwrap_or_default();
            found.push(format!("{folder}{manifest}"));
        }
        let is_run = is_time(&place.name(&folder));
        let mut below: Vec<&String> = listing.folders.iter().filter(|name| is_run || is_date(name)).collect();
        below.sort();
        open.extend(below.into_iter().map(|name| format!("{folder}{name}/")));
    }
    let rule_of = |path: &str| path.rsplit('/').next().unwrap_or_default().trim_end_matches(MANIFEST).to_owned();
    let mut rules: Vec<String> = found.iter().map(|path| rule_of(path)).collect();
    rules.sort();
    rules.dedup();
    match (found.into_iter().next(), rules.len()) {
        (Some(newest), 1) => Ok(newest),
        (Some(_), _) => Err(UserError::config(format!(
            "The newest inventory runs in {file} are of several rules: {}.",
            rules.join(", ")
        ))
        .hint(format!("Set file under [manifest] to {}/{}, for example.", file.trim_end_matches('/'), rules[0]))),
        (None, _) => Err(UserError::config(match rule {
            Some(rule) => format!("There is no finished inventory run of a rule '{rule}' in {}.", place.show(path)),
            None => format!("There is no finished inventory run in {}.", place.show(path)),
        })
        .hint(
            "Azure writes YYYY/MM/DD/HH-MM-SS/RULE/RULE-manifest.json and, last of all, RULE-manifest.checksum. Check file under \
             [manifest]; a new rule's first run may take a day.",
        )),
    }
}

/// A year, a month, a day or a time of day as Azure names folders.
fn is_date(name: &str) -> bool {
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && matches!(name.len(), 2 | 4)) || is_time(name)
}

fn is_time(name: &str) -> bool {
    name.len() == 8 && name.split('-').count() == 3 && name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

fn last(folder: &str) -> &str {
    folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

impl Found {
    /// Opens a data file, and says where it lies. One in Azure is fetched first: a Parquet file is read from its end.
    pub(super) async fn open(&self, file: &DataFile) -> Result<(File, String), UserError> {
        let path = format!("{}{}", self.folder, file.name());
        let shown = self.place.show(&path);
        let opened = match &self.place {
            InventoryLocation::Local(root) => {
                File::open(root.join(&path)).map_err(|error| unreadable(&shown, &error))?
            }
            InventoryLocation::Azure(account, container) => {
                let write_fault = |error: std::io::Error| disk_problem("write a file of the inventory", &error);
                let mut kept = tempfile::tempfile_in(&self.dir).map_err(write_fault)?;
                fetch(account, container, &path, &mut |bytes| kept.write_all(bytes)).await?;
                kept.seek(SeekFrom::Start(0)).map_err(write_fault)?;
                kept
            }
        };
        let length = opened.metadata().map_err(|error| unreadable(&shown, &error))?.len();
        if let Some(size) = file.size.filter(|size| *size != length) {
            return Err(UserError::other(format!(
                "The inventory's file {shown} has {length} bytes, and by the inventory's manifest it should have {size}."
            ))
            .hint("It was cut off or changed. Copy it again, or use another run of the inventory."));
        }
        Ok((opened, shown))
    }
}

impl InventoryLocation {
    /// The name of a folder; that of the directory itself for an empty path.
    fn name(&self, folder: &str) -> String {
        match self {
            InventoryLocation::Local(root) => {
                root.join(folder).file_name().unwrap_or_default().to_string_lossy().into_owned()
            }
            InventoryLocation::Azure(..) => last(folder).to_owned(),
        }
    }

    fn show(&self, path: &str) -> String {
        match self {
            InventoryLocation::Local(root) => root.join(path).display().to_string(),
            InventoryLocation::Azure(_, container) => format!("{container}/{path}"),
        }
    }

    async fn list(&self, folder: &str) -> Result<Listing, UserError> {
        match self {
            InventoryLocation::Local(root) => {
                let path = root.join(folder);
                let read = || -> std::io::Result<Listing> {
                    let mut listing = Listing::default();
                    // An empty path is the directory at hand.
                    let path = if path.as_os_str().is_empty() { Path::new(".") } else { &path };
                    for entry in std::fs::read_dir(path)? {
                        let entry = entry?;
                        let name = entry.file_name().to_string_lossy().into_owned();
                        match entry.path().is_dir() {
                            true => listing.folders.push(name),
                            false => listing.files.push(name),
                        }
                    }
                    Ok(listing)
                };
                read().map_err(|error| unreadable(&path.display().to_string(), &error))
            }
            InventoryLocation::Azure(account, container) => {
                let entries =
                    account.entries(container, folder).await.map_err(|error| in_container(container, &error))?;
                let name = |path: &String| last(path.strip_prefix(folder).unwrap_or(path)).to_owned();
                Ok(Listing {
                    folders: entries.folders.iter().map(name).collect(),
                    files: entries.blobs.iter().map(name).collect(),
                })
            }
        }
    }

    async fn text(&self, path: &str) -> Result<Vec<u8>, UserError> {
        let mut text = Vec::new();
        match self {
            InventoryLocation::Local(root) => {
                let path = root.join(path);
                File::open(&path)
                    .and_then(|file| file.take(LONGEST_MANIFEST).read_to_end(&mut text))
                    .map_err(|error| unreadable(&path.display().to_string(), &error))?;
            }
            InventoryLocation::Azure(account, container) => {
                fetch(account, container, path, &mut |bytes| {
                    text.extend_from_slice(bytes);
                    match text.len() as u64 > LONGEST_MANIFEST {
                        true => Err(std::io::Error::other("it is far longer than the manifest of an inventory")),
                        false => Ok(()),
                    }
                })
                .await?;
            }
        }
        Ok(text)
    }
}

impl Listing {
    fn is_empty(&self) -> bool {
        self.folders.is_empty() && self.files.is_empty()
    }
}

async fn fetch(
    account: &Account,
    container: &str,
    path: &str,
    sink: &mut (dyn FnMut(&[u8]) -> std::io::Result<()> + Send),
) -> Result<(), UserError> {
    match account.download(container, path, sink).await {
        Ok(_) => Ok(()),
        Err(DownloadError::Azure(error)) => Err(in_container(container, &error)),
        Err(DownloadError::Disk(error)) => Err(disk_problem("keep a file of the inventory", &error)),
    }
}

/// The inventory may lie in another container than the blobs, for which the credential may not be meant.
fn in_container(container: &str, error: &crate::azure::error::Error) -> UserError {
    let problem = azure_problem(error);
    UserError {
        summary: format!("The inventory in the container {container} cannot be read. {}", problem.summary),
        ..problem
    }
}

fn unreadable(path: &str, error: &std::io::Error) -> UserError {
    let mut problem = UserError::config(format!("Could not read {path}."));
    problem.source_message = Some(error.to_string());
    problem.hint("Check file under [manifest], and whether the inventory's files were copied whole: the manifest, its checksum and the data files beside it.")
}
