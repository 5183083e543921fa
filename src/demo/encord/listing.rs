//! Ordered listings with cursors: a page costs its own size, not the size of the folder.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where an entry stands: its name (empty when ordered by age) and its place in the order of creation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Position(String, u64);

impl Position {
    pub(super) fn to_token(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    pub(super) fn from_token(token: &str) -> Option<Self> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).ok()?).ok()
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    Name,
    Created,
}

#[derive(Debug)]
pub(super) struct PageRequest {
    pub(super) order: Order,
    pub(super) descending: bool,
    /// The last entry of the page before.
    pub(super) after: Option<Position>,
    pub(super) size: usize,
}

/// What a folder holds of one kind, in both orders.
#[derive(Default)]
pub(super) struct Listing {
    by_name: BTreeMap<Position, Uuid>,
    by_age: BTreeMap<Position, Uuid>,
}

impl Listing {
    pub(super) fn insert(&mut self, name: &str, sequence: u64, uuid: Uuid) {
        self.by_name.insert(Position(name.to_owned(), sequence), uuid);
        self.by_age.insert(Position(String::new(), sequence), uuid);
    }

    pub(super) fn remove(&mut self, name: &str, sequence: u64) {
        self.by_name.remove(&Position(name.to_owned(), sequence));
        self.by_age.remove(&Position(String::new(), sequence));
    }

    pub(super) fn len(&self) -> usize {
        self.by_age.len()
    }

    /// In the order of creation.
    pub(super) fn iter(&self) -> impl Iterator<Item = Uuid> {
        self.by_age.values().copied()
    }

    fn walk<'a>(&'a self, request: &'a PageRequest) -> Box<dyn Iterator<Item = (&'a Position, &'a Uuid)> + 'a> {
        let map = match request.order {
            Order::Name => &self.by_name,
            Order::Created => &self.by_age,
        };
        let after = request.after.as_ref().map_or(Unbounded, Excluded);
        if request.descending {
            Box::new(map.range::<Position, _>((Unbounded, after)).rev())
        } else {
            Box::new(map.range::<Position, _>((after, Unbounded)))
        }
    }
}

/// One page over several listings merged, of the entries that `keep` accepts, and the position to go on from.
pub(super) fn page<'a>(
    listings: impl IntoIterator<Item = &'a Listing>,
    request: &PageRequest,
    keep: impl Fn(Uuid) -> bool,
) -> (Vec<Uuid>, Option<Position>) {
    let mut found: Vec<(Position, Uuid)> = Vec::new();
    for listing in listings {
        let entries = listing.walk(request).filter(|(_, uuid)| keep(**uuid)).take(request.size + 1);
        found.extend(entries.map(|(position, uuid)| (position.clone(), *uuid)));
    }
    if request.descending {
        found.sort_unstable_by(|a, b| b.cmp(a));
    } else {
        found.sort_unstable();
    }
    let more = found.len() > request.size;
    found.truncate(request.size);
    let next = found.last().filter(|_| more).map(|(position, _)| position.clone());
    (found.into_iter().map(|(_, uuid)| uuid).collect(), next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_over_several_listings_show_every_entry_once_and_in_order() {
        let names = ["b", "a", "d", "a", "c", "e"];
        let mut listings = [Listing::default(), Listing::default()];
        for (i, name) in names.iter().enumerate() {
            listings[i % 2].insert(name, i as u64, Uuid::from_u128(i as u128));
        }
        for (order, descending, expected) in [
            (Order::Name, false, vec![1, 3, 0, 4, 2, 5]),
            (Order::Name, true, vec![5, 2, 4, 0, 3, 1]),
            (Order::Created, false, vec![0, 1, 2, 3, 4, 5]),
        ] {
            for size in 1..=7 {
                let mut request = PageRequest { order, descending, after: None, size };
                let mut seen = Vec::new();
                loop {
                    let (uuids, next) = page(&listings, &request, |_| true);
                    assert!(uuids.len() <= size);
                    seen.extend(uuids.into_iter().map(|uuid| uuid.as_u128()));
                    let Some(next) = next else { break };
                    request.after = Position::from_token(&next.to_token());
                }
                assert_eq!(seen, expected, "{order:?} {descending} {size}");
            }
        }
    }
}
