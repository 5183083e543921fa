//! Only what is new or changed: what tells one state of an item's files from another.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// Stands for the files of one item in one state: their URLs in order and their ETags.
///
/// Half of a SHA-256, so that among thousands of millions of items no two are ever alike by chance, and the same in every version
/// of this program.
pub type Fingerprint = [u8; 16];

/// Knows the items that earlier runs registered.
pub trait RegisteredItems: fmt::Debug + Send + Sync {
    /// Whether an earlier run registered the item in just this state.
    fn holds(&self, item: &Fingerprint) -> bool;
}

/// The fingerprint of an item with these URLs. `etag` is a blob's, or [`group_etag`] of a group's.
pub fn fingerprint(urls: &[String], etag: &str) -> Fingerprint {
    // None of the texts holds a zero byte, so no two lists run into the same sequence.
    let mut hash = Sha256::new();
    for url in urls {
        hash.update(url);
        hash.update([0]);
    }
    hash.update([0]);
    hash.update(etag);
    half(hash)
}

/// What stands for the ETags of a group's files, in order.
pub fn group_etag<'a>(etags: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for etag in etags {
        hash.update(etag);
        hash.update([0]);
    }
    half(hash).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn half(hash: Sha256) -> Fingerprint {
    let mut half = Fingerprint::default();
    for (to, from) in half.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    half
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_makes_another_fingerprint_and_the_value_never_changes() {
        let urls = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let all = [
            fingerprint(&urls(&["https://a/b"]), "0x1"),
            fingerprint(&urls(&["https://a/b"]), "0x2"),
            fingerprint(&urls(&["https://a/b0"]), "x1"),
            fingerprint(&urls(&["https://a", "/b"]), "0x1"),
            fingerprint(&urls(&["https://a/b", "https://a/c"]), &group_etag(["1", "2"])),
            fingerprint(&urls(&["https://a/c", "https://a/b"]), &group_etag(["1", "2"])),
            fingerprint(&urls(&["https://a/b", "https://a/c"]), &group_etag(["12", ""])),
        ];
        for (place, one) in all.iter().enumerate() {
            assert!(!all[place + 1..].contains(one));
        }
        // Stored on disk: SHA-256 of `https://a/b`, two zero bytes and `0x1`.
        assert_eq!(all[0][..4], [0x81, 0x42, 0x13, 0x47]);
    }
}
