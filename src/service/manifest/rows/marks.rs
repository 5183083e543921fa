//! Which items something was found about.

use std::{
    borrow::Cow,
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    sync::{Arc, OnceLock},
};

use percent_encoding::percent_decode_str;

use crate::{
    manifest::{finding::Severity, item::Item},
    store::manifest_dir::ManifestDir,
};

/// The worst that was found about each name. Read once for a manifest, when it is first asked for; by hashes, as there may be a
/// million findings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks(Arc<OnceLock<Read>>);

#[derive(Debug, Default)]
pub(super) struct Read(HashMap<u64, Severity>);

impl Marks {
    /// Reads the findings, if that was not done yet. Blocks.
    pub(super) fn read(&self, manifest: &ManifestDir) -> io::Result<&Read> {
        if let Some(read) = self.0.get() {
            return Ok(read);
        }
        let mut read = Read::default();
        manifest.findings()?.for_each(|finding| {
            let worst = read.0.entry(hash(&finding.item)).or_insert(finding.severity);
            *worst = finding.severity.min(*worst);
            Ok(())
        })?;
        Ok(self.0.get_or_init(|| read))
    }
}

impl Read {
    /// The worst that was found about an item.
    pub(super) fn of(&self, item: &Item) -> Option<Severity> {
        if self.0.is_empty() {
            return None;
        }
        names(item).filter_map(|name| self.0.get(&hash(&name)).copied()).min()
    }
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

/// What findings may call an item: its title; its files, by URL or as the blob's name behind the container, which may itself stand
/// behind the account's name.
pub(super) fn names(item: &Item) -> impl Iterator<Item = Cow<'_, str>> {
    let title = std::iter::once(Cow::Borrowed(item.title.as_str())).filter(|title| !title.is_empty());
    title.chain(item.urls.iter().flat_map(|url| {
        let path = url.split_once("://").map_or("", |(_, rest)| rest).split_once('/').map_or("", |(_, path)| path);
        let behind = |path: &str| path.find('/').map(|slash| slash + 1);
        let in_container = behind(path).map(|start| &path[start..]);
        let in_account = in_container.and_then(|path| behind(path).map(|start| &path[start..]));
        let decoded =
            [in_container, in_account].into_iter().flatten().map(|path| percent_decode_str(path).decode_utf8_lossy());
        std::iter::once(Cow::Borrowed(url.as_str())).chain(decoded)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::kind::Kind;

    #[test]
    fn an_item_goes_by_its_title_its_urls_and_its_blobs_names() {
        let urls = ["https://a.blob.core.windows.net/raw/x/a%20b.jpg", "http://127.0.0.1:10000/acc/raw/%E5%8C%97.jpg"];
        let item = Item::new(Kind::ImageGroup, "the title", urls.map(str::to_owned).to_vec());
        let names: Vec<_> = names(&item).collect();
        for name in ["the title", urls[0], "x/a b.jpg", urls[1], "北.jpg"] {
            assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
        }
    }
}
