//! How many of the manifest's items a folder holds already.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::{Duration, Instant},
};

use uuid::Uuid;

use crate::{
    error::UserError,
    manifest::{item::Item, kind::Kind},
    service::{folders::unreadable, problems::disk_problem, session::Session},
    store::manifest_dir::ManifestDir,
    wizard::{destination::Present, effect::RequestId, folder::messages::FolderReply},
};

/// Items of a page; as many as Encord gives at once.
const PAGE: u32 = 1000;
/// So many items of the folder are looked at: at some hundred milliseconds a page, a minute or a few.
const MOST: u64 = 500_000;
/// Items of the manifest that are read in one go; between two of them the count can be cancelled.
const BLOCK: u64 = 2000;
/// Progress is told at most this often.
const SAMPLE: Duration = Duration::from_millis(100);

/// Counts which items of the manifest a folder holds already, and tells of it until the end.
pub(crate) async fn present(session: &Session, id: RequestId, folder: Uuid) {
    let end = count(session, folder, |so_far| session.reply(id, FolderReply::Present(Ok(so_far)))).await;
    session.reply(id, FolderReply::Present(end));
}

async fn count(session: &Session, folder: Uuid, tell: impl Fn(Present)) -> Result<Present, UserError> {
    let client = session.client()?;
    let mut wanted = ManifestUrls::read(session.manifest()?).await?;
    let mut so_far = Present { of: wanted.hashes.len() as u64, ..Present::default() };
    let (mut told, mut token) = (Instant::now(), None::<String>);
    loop {
        let page = client.folder_items(folder, token.as_deref(), PAGE).await;
        let page =
            page.map_err(|error| unreadable(&error, folder, "The items of the folder cannot be counted.".to_owned()))?;
        so_far.looked_at += page.results.len() as u64;
        so_far.present +=
            page.results.iter().filter_map(|item| item.url.as_deref()).map(|url| wanted.take(url)).sum::<u64>();
        // A token that repeats itself would go round for ever.
        token = page.next_page_token.filter(|next| token.as_ref() != Some(next));
        so_far.is_cut = token.is_some() && so_far.looked_at >= MOST;
        so_far.is_done = token.is_none() || so_far.is_cut || so_far.present == so_far.of;
        if so_far.is_done {
            return Ok(so_far);
        }
        if told.elapsed() >= SAMPLE {
            told = Instant::now();
            tell(so_far);
        }
    }
}

/// The URLs of the manifest's items that have one file, as hashes of 64 bits, nine bytes an item: with a million of them and half a
/// million in the folder, the chance that any two different URLs count as one is 1 in 37 million.
struct ManifestUrls {
    /// In order. A URL of several items is there as often.
    hashes: Vec<u64>,
    is_taken: Vec<bool>,
}

impl ManifestUrls {
    async fn read(manifest: ManifestDir) -> Result<ManifestUrls, UserError> {
        let total = manifest.summary().total_items();
        let (mut hashes, mut at) = (Vec::new(), 0);
        while at < total {
            let manifest = manifest.clone();
            let block = tokio::task::spawn_blocking(move || -> std::io::Result<Vec<u64>> {
                let items = manifest.items()?.read(at, BLOCK)?;
                Ok(items.iter().filter_map(only_url).map(hash).collect())
            });
            let block =
                block.await.map_err(|error| UserError::other(format!("Reading the manifest broke off: {error}.")))?;
            hashes.extend(block.map_err(|error| disk_problem("read the manifest", &error))?);
            at += BLOCK;
        }
        hashes.sort_unstable();
        Ok(ManifestUrls { is_taken: vec![false; hashes.len()], hashes })
    }

    /// How many items of the manifest have this URL; none the second time.
    fn take(&mut self, url: &str) -> u64 {
        let hash = hash(url);
        let first = self.hashes.partition_point(|known| *known < hash);
        let items = self.hashes[first..].iter().take_while(|known| **known == hash).count();
        if items == 0 || std::mem::replace(&mut self.is_taken[first], true) {
            return 0;
        }
        items as u64
    }
}

/// The URL that a listing of the folder would tell of this item.
fn only_url(item: &Item) -> Option<&str> {
    match item.urls.as_slice() {
        [url] if !item.kind.is_group() && (item.kind != Kind::Scene || item.scene.is_none()) => Some(url),
        _ => None,
    }
}

fn hash(url: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    url.hash(&mut hasher);
    hasher.finish()
}
