//! A file as the source: Encord's JSON, a CSV, JSON Lines, a list of URLs.

use super::{Building, Writing};
use crate::wizard::{ListingProgress, Problem};

/// Reads it into the manifest; returns the number of blobs that it names.
pub(super) async fn read(
    _building: &Building<'_>,
    _into: &mut Writing,
    _tell: &mut impl FnMut(ListingProgress),
) -> Result<u64, Problem> {
    Err(Problem::config("[manifest] source = \"file\" is not known to this version."))
}
