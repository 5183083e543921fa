//! Azure's inventory reports as the source.

use super::{Building, Writing};
use crate::wizard::{ListingProgress, Problem};

/// Reads it into the manifest; returns the number of blobs that it names.
pub(super) async fn read(
    _building: &Building<'_>,
    _into: &mut Writing,
    _tell: &mut impl FnMut(ListingProgress),
) -> Result<u64, Problem> {
    Err(Problem::config("[manifest] source = \"inventory\" is not known to this version."))
}
