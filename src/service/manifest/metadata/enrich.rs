//! Gathers the client metadata of items from a table and from sidecars, in the second pass.

use std::{
    borrow::Cow,
    collections::HashMap,
    fs::File,
    future::Future,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::Path,
};

use serde_json::{Map, Value};

use crate::{
    azure::{container::Container, error::ErrorKind},
    config::manifest::Source,
    error::UserError,
    manifest::{
        finding::{Code, Finding},
        item::{Frame, Item},
        metadata::{
            cells,
            columns::Names,
            join::{JoinError, Table},
            media::{self, Blocks},
            sidecar,
            table::{Format, TableError},
        },
        probe::Known,
        read::ruled::Names as Blobs,
        sink::Sink as _,
        skipped::SkipReason,
        values::ValidationRules,
    },
    schema::key_type::KeyType,
    service::{
        integration::account::resolve,
        manifest::{Building, Writing, file, metadata::sidecars, second_pass::Work},
        problems::{azure_problem, disk_problem},
    },
    store::{manifest_dir::ManifestDir, paths::expand_home},
};

/// The sources that are asked item by item.
pub(crate) struct MetadataJoin {
    table: Option<Table<File>>,
    names: Names,
    is_csv: bool,
    types: HashMap<String, KeyType>,
    sidecars: Option<Sidecars>,
    /// Which blobs the URLs name.
    blobs: Blobs,
    /// Whether the items come from a file, where an item is called as the file calls it and not by its blob.
    is_written: bool,
    /// Whether items may be missing because nothing has changed of them.
    is_part: bool,
}

/// The sidecars that were listed: the hashes of their names, sorted, and whether anything asked for them.
struct Sidecars {
    suffix: String,
    container: Container,
    known: Vec<u64>,
    used: Vec<bool>,
}

/// What a table says of an item.
#[derive(Default)]
struct RowMetadata {
    metadata: Map<String, Value>,
    blocks: Blocks,
}

impl MetadataJoin {
    /// Opens the sources that the config names.
    pub(in crate::service::manifest) async fn open(
        building: &Building<'_>,
        demands: &ValidationRules,
        first: &ManifestDir,
    ) -> Result<MetadataJoin, UserError> {
        let settings = &building.manifest.metadata;
        let names = Names::from(settings.join);
        let table = match settings.table.clone() {
            Some(path) => {
                let opening = tokio::task::spawn_blocking(move || open_table(&path, names));
                let opened = opening.await;
                Some(opened.map_err(|error| UserError::other(format!("Reading the metadata broke off: {error}.")))??)
            }
            None => None,
        };
        let resolved = resolve(building.access);
        let is_written = building.manifest.source == Source::File;
        let container_url = match is_written {
            true => file::container_url(building.access),
            false => resolved
                .as_ref()
                .ok()
                .filter(|resolved| !resolved.container.is_empty())
                .map(|resolved| format!("{}/{}", resolved.object_base(&building.access.azure), resolved.container)),
        };
        let sidecars = match settings.sidecar.clone() {
            Some(suffix) => {
                let fault = |error: io::Error| disk_problem("read the manifest", &error);
                let known = listed(first, |_, hash| Some(hash)).map_err(fault)?;
                Some(Sidecars { suffix, container: resolved?.open()?, used: vec![false; known.len()], known })
            }
            None => None,
        };
        Ok(MetadataJoin {
            table,
            names,
            is_csv: settings.table.as_deref().and_then(Format::from_name) == Some(Format::Csv),
            types: demands.values.as_ref().map(|values| cells::types(&values.schema)).unwrap_or_default(),
            sidecars,
            blobs: Blobs::new(container_url.as_deref()),
            is_written,
            is_part: building.manifest.since.is_some(),
        })
    }

    /// Looks an item up; the future fetches what has to be fetched, and puts everything into the item.
    pub(in crate::service::manifest) fn each(
        &mut self,
        mut work: Work,
    ) -> Result<impl Future<Output = Result<Work, UserError>> + use<>, UserError> {
        let fault = |error: io::Error| disk_problem("read the metadata table", &error);
        let blobs = self.blob_names(&work.item);
        let told = self.look_up(&mut work, &blobs).map_err(fault)?;
        let sidecar = self.sidecars.as_mut().and_then(|sidecars| {
            let name = sidecars.of(&work.provenance.name, &blobs)?;
            Some((sidecars.container.clone(), name))
        });
        Ok(async move {
            let mut beside = Map::new();
            if let Some((container, name)) = sidecar {
                match sidecars::fetch(&container, &name).await {
                    Ok(Ok(metadata)) => beside = metadata,
                    Ok(Err(fault)) => work.say(Code::MetadataSidecar, format!("its sidecar '{name}': {fault}")),
                    // Every other one would fail as well.
                    Err(error) if matches!(error.kind, ErrorKind::Auth { .. } | ErrorKind::Unreachable { .. }) => {
                        let problem = azure_problem(&error);
                        let what = format!("The sidecar file '{name}' cannot be read. {}", problem.summary);
                        return Err(UserError { summary: what, ..problem });
                    }
                    Err(error) => {
                        work.say(Code::MetadataSidecar, format!("its sidecar '{name}' cannot be read: {error}"));
                    }
                }
            }
            work.add(beside, told);
            Ok(work)
        })
    }

    /// Tells what is only known when all items have been asked for.
    pub(in crate::service::manifest) fn finish(self, first: &ManifestDir, into: &mut Writing) -> io::Result<()> {
        if let Some(table) = self.table {
            table.finish(&mut into.writer)??;
        }
        if let Some(sidecars) = self.sidecars.as_ref().filter(|sidecars| sidecars.known.is_empty())
            && into.writer.summary().total_items() > 0
        {
            let message = format!(
                "no blob's name ends in '{}' (sidecar under [manifest.metadata]), so no item gets metadata from a sidecar file",
                sidecars.suffix.escape_debug()
            );
            let items = into.writer.summary().total_items();
            into.writer.finding(Finding { items, ..Finding::new(Code::MetadataNoSidecar, "", message) })?;
        }
        if let Some(sidecars) = self.sidecars.filter(|_| !self.is_part)
            && sidecars.used.contains(&false)
        {
            let unused = sidecars.used.iter().filter(|used| !**used).count() as u64;
            let is_unused = |hash: u64| sidecars.known.binary_search(&hash).is_ok_and(|place| !sidecars.used[place]);
            let mut names = listed(first, |name, hash| is_unused(hash).then(|| name.to_owned()))?;
            names.truncate(3);
            let message = match unused {
                1 => format!("the sidecar '{}' is about no item", names.join("', '")),
                _ => format!("{unused} sidecars are about no item, such as '{}'", names.join("', '")),
            };
            let first = names.into_iter().next().unwrap_or_default();
            into.writer.finding(Finding { items: unused, ..Finding::new(Code::MetadataOrphan, first, message) })?;
        }
        Ok(())
    }

    /// The names of the blobs that a group is made of, as far as they lie in the container.
    fn blob_names(&self, item: &Item) -> Vec<String> {
        if item.urls.len() < 2 && !item.kind.is_group() {
            return Vec::new();
        }
        let names = item.urls.iter().filter_map(|url| self.blobs.of(url));
        names.map(Cow::into_owned).collect()
    }

    /// What a table that names blobs calls an item: the blob's name, a group's key. A file gives a group no key but its title.
    fn own_name(&self, work: &Work) -> String {
        let item = &work.item;
        match self.is_written {
            false => Some(Cow::from(&work.provenance.name)),
            true if item.kind.is_group() || item.urls.len() > 1 => Some(Cow::from(&item.title)),
            true => item.urls.first().and_then(|url| self.blobs.of(url)),
        }
        .map_or_else(|| work.provenance.name.clone(), Cow::into_owned)
    }

    fn look_up(&mut self, work: &mut Work, blobs: &[String]) -> io::Result<RowMetadata> {
        if self.table.is_none() {
            return Ok(RowMetadata::default());
        }
        let own_name = self.own_name(work);
        let MetadataJoin { table: Some(table), names, is_csv, types, .. } = self else {
            return Ok(RowMetadata::default());
        };
        let read = |mut row: Map<String, Value>| {
            let blocks = media::take_blocks(&mut row);
            if *is_csv {
                cells::read_cells(&mut row, types);
            }
            RowMetadata { metadata: row, blocks }
        };
        let own = match names {
            Names::Name => table.row(&own_name)?,
            Names::Title => table.row(&work.item.title)?,
            Names::Url if work.item.urls.len() == 1 => table.row(&work.item.urls[0])?,
            Names::Url => None,
        };
        // A group may also have a row for each of its frames.
        let frames = match names {
            Names::Name => blobs.to_vec(),
            Names::Url if blobs.len() > 1 => work.item.urls.clone(),
            Names::Url | Names::Title => Vec::new(),
        };
        let mut found: Option<(String, Map<String, Value>)> = None;
        let mut media = vec![Frame::default(); frames.len()];
        for (frame, place) in frames.iter().zip(&mut media) {
            let Some(row) = table.row(frame)? else { continue };
            let RowMetadata { metadata, blocks } = read(row);
            match media::read(work.item.kind, blocks, &Known { name: frame, size: 0, content_type: None }) {
                Ok(read) => place.media = read,
                Err(fault) => work.say(Code::MediaIncomplete, format!("{frame}: {fault}")),
            }
            match &found {
                Some((other, first)) if own.is_none() && *first != metadata => {
                    let message = format!(
                        "the rows of its frames differ, those of '{other}' and '{frame}' for example; the first one is used"
                    );
                    work.say(Code::MetadataTableTwins, message);
                    break;
                }
                Some(_) => {}
                None => found = Some((frame.clone(), metadata)),
            }
        }
        if media.iter().any(|frame| frame.media.is_some()) && work.item.frames.is_empty() {
            work.item.frames = media;
        }
        match (own, found) {
            (Some(own), _) => Ok(read(own)),
            (None, Some((_, metadata))) => Ok(RowMetadata { metadata, blocks: Blocks::new() }),
            (None, None) => {
                table.missed(if *names == Names::Name { &own_name } else { &work.provenance.name });
                Ok(RowMetadata::default())
            }
        }
    }
}

impl Work {
    pub(crate) fn say(&mut self, code: Code, message: String) {
        let finding = Finding::at(code, &self.provenance.origin(), message);
        self.provenance.findings.push(finding);
    }

    /// Puts what a sidecar and a table say into the item; the table goes before the sidecar.
    fn add(&mut self, mut beside: Map<String, Value>, told: RowMetadata) {
        let mut blocks = media::take_blocks(&mut beside);
        for (block, fields) in told.blocks {
            blocks.entry(block).or_default().extend(fields);
        }
        self.item.client_metadata.extend(beside);
        self.item.client_metadata.extend(told.metadata);
        let item = &mut self.item;
        if blocks.is_empty() {
            return;
        }
        let read = match item.kind.is_group() {
            false => {
                let name = item.urls.first().map_or("", String::as_str);
                let content_type = self.provenance.content_type.as_deref();
                media::read(item.kind, blocks, &Known { name, size: item.bytes, content_type })
            }
            true => Err("a group has media metadata only of its frames: give each frame a row of its own".to_owned()),
        };
        match read {
            Ok(Some(media)) => item.media = Some(media),
            Ok(None) => {}
            Err(fault) => self.say(Code::MediaIncomplete, fault),
        }
    }
}

impl Sidecars {
    /// The sidecar of an item, if it was listed: of the blob, of the group's key, or of the group's first frame that has one.
    fn of(&mut self, name: &str, blobs: &[String]) -> Option<String> {
        let mut found = None;
        for name in std::iter::once(name).chain(blobs.iter().map(String::as_str)) {
            for candidate in sidecar::names(name, &self.suffix) {
                if let Ok(place) = self.known.binary_search(&hash(&candidate)) {
                    self.used[place] = true;
                    found.get_or_insert(candidate);
                }
            }
        }
        found
    }
}

/// What `take` makes of the name and hash of every sidecar that was listed, sorted.
fn listed<T: Ord>(first: &ManifestDir, mut take: impl FnMut(&str, u64) -> Option<T>) -> io::Result<Vec<T>> {
    let mut taken = Vec::new();
    first.skipped()?.for_each(|skipped| {
        if skipped.reason == SkipReason::Sidecar {
            taken.extend(take(&skipped.name, hash(&skipped.name)));
        }
        Ok(())
    })?;
    taken.sort_unstable();
    Ok(taken)
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

fn open_table(path: &str, names: Names) -> Result<Table<File>, UserError> {
    let unreadable = |error: &io::Error| {
        let problem = UserError::config(format!("Could not read the metadata table {path}."));
        UserError { source_message: Some(error.to_string()), ..problem }.hint("Check table under [manifest.metadata].")
    };
    let file = File::open(expand_home(path)).map_err(|error| unreadable(&error))?;
    let name = Path::new(path).file_name().map_or_else(|| path.into(), |name| name.to_string_lossy());
    let format = Format::from_name(path).unwrap_or(Format::Csv);
    Table::open(&name, format, names, file).map_err(|error| match error {
        JoinError::Table(TableError::File(error)) => unreadable(&error),
        other => UserError::config(format!("The metadata table {path} cannot be used: {other}."))
            .hint("Check table and join under [manifest.metadata]."),
    })
}
