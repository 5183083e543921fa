//! Groups: how many files, and whether they are of one type.

use crate::manifest::{
    checks::{
        Tell, fits, noun,
        redact::{path, shown as shown_url},
    },
    finding::Code,
    item::Item,
    kind::Kind,
    sink::Sink,
};

/// The most frames (docs.encord.com, "Best practices").
const MOST_FRAMES: usize = 200_000;

pub(super) fn check<S: Sink>(item: &Item, tell: &mut Tell<'_, '_, S>) -> Result<(), S::Error> {
    if !item.kind.is_group() {
        return Ok(());
    }
    // A series of one file is nothing unusual: an X-ray.
    if item.urls.len() == 1 && item.kind != Kind::DicomSeries {
        tell.item(Code::GroupSingle, format!("the {} has one file", item.kind))?;
    }
    if item.urls.len() > MOST_FRAMES {
        let message = format!("the {} has {} files; Encord handles {MOST_FRAMES}", item.kind, item.urls.len());
        tell.item(Code::GroupTooLarge, message)?;
    }
    let of = if item.kind == Kind::DicomSeries { Kind::DicomSeries } else { Kind::Image };
    let mut odd = item.urls.iter().enumerate().filter_map(|(index, url)| {
        let path = path(url);
        let kind = Kind::from_extension(path).filter(|kind| !fits(of, *kind, path))?;
        Some((index, kind))
    });
    let Some((index, kind)) = odd.next() else { return Ok(()) };
    let others = match odd.count() {
        0 => String::new(),
        others => format!(" (and {others} more like it)"),
    };
    let url = item.urls.get(index).map(|url| shown_url(url)).unwrap_or_default();
    let message = format!("{url} is {} in the {}{others}", noun(kind), item.kind);
    tell.url(index, Code::GroupMixed, message)
}
