//! How long a run is likely to take, from the record of past ones.

use crate::{manifest::Kind, store::Home, wizard::Estimate};

/// From past runs of the same account; nothing where there are too few to tell.
pub(super) fn estimate(
    _home: &Home,
    _domain: &str,
    _items: &[(Kind, u64)],
    _jobs_in_flight: usize,
) -> Option<Estimate> {
    None
}
