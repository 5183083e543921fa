//! Whether the blobs lie in access tiers from which they can be read at once.
//!
//! Source: Microsoft, "Access tiers for blob data"; Encord's guide to its Azure integration asks for the Hot tier.

use crate::{
    azure::page::Blob,
    format::{count, counted},
    service::integration::checks::fault::{quoted, skipped},
    wizard::check::{Check, CheckState},
};

const ID: &str = "azure.tier";

/// Whether a blob cannot be read before it is brought back from the archive.
pub(super) fn is_archived(blob: &Blob) -> bool {
    blob.archive_status.is_some() || blob.tier.as_deref() == Some("Archive")
}

/// `sample` is the beginning of the listing; `more` whether it is not all.
pub(super) fn judge(sample: &[Blob], more: bool) -> Check {
    let files: Vec<&Blob> = sample.iter().filter(|blob| !blob.is_folder).collect();
    if files.is_empty() {
        return skipped(ID, "there is no blob to look at");
    }
    // Markers of folders lie in no tier, but are blobs of the listing: step 3 counts them too, and the numbers are to agree.
    let looked = match more {
        true => format!("of the first {}", counted(sample.len() as u64, "blob", "blobs")),
        false => format!("of {}", counted(sample.len() as u64, "blob", "blobs")),
    };
    let some = |number: usize| format!("{} {looked} {}", count(number as u64), if number == 1 { "is" } else { "are" });
    let archived: Vec<&&Blob> = files.iter().filter(|blob| is_archived(blob)).collect();
    let cold: Vec<&&Blob> =
        files.iter().filter(|blob| !is_archived(blob) && blob.tier.as_deref() == Some("Cold")).collect();
    if let Some(example) = archived.first() {
        let name = quoted(&example.name);
        return Check::new(ID, CheckState::Warn, format!("{} in the archive, such as {name}", some(archived.len())))
            .fix(
                "Archived blobs are left out of the manifest. Rehydrate those that you need (az storage blob set-tier --tier Hot); \
                 it takes hours.",
            );
    }
    if let Some(example) = cold.first() {
        let name = quoted(&example.name);
        return Check::new(ID, CheckState::Warn, format!("{} in the Cold tier, such as {name}", some(cold.len())))
            .fix("They can be read, at a price for each read; Encord's guide asks for the Hot tier.");
    }
    let cool = files.iter().filter(|blob| blob.tier.as_deref() == Some("Cool")).count();
    let kinds = match (cool, files.iter().any(|blob| blob.tier.is_some())) {
        (_, false) => "the blobs have no access tiers".to_owned(),
        (0, true) => format!("all {looked} can be read at once"),
        (cool, true) => format!("{} in the Cool tier, the others can be read as fast and cheaper", some(cool)),
    };
    Check::new(ID, CheckState::Pass, kinds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use CheckState::{Pass, Skipped, Warn};

    fn blob(tier: Option<&str>, status: Option<&str>) -> Blob {
        Blob {
            name: format!("{}.jpg", tier.unwrap_or("plain")),
            tier: tier.map(str::to_owned),
            archive_status: status.map(str::to_owned),
            ..Blob::default()
        }
    }

    #[test]
    fn the_worst_tier_counts() {
        let (hot, cool, cold) = (blob(Some("Hot"), None), blob(Some("Cool"), None), blob(Some("Cold"), None));
        let archive = blob(Some("Archive"), None);
        let waking = blob(Some("Archive"), Some("rehydrate-pending-to-hot"));
        let folder = Blob { is_folder: true, ..archive.clone() };
        for (sample, state, words) in [
            (vec![], Skipped, "no blob"),
            (vec![folder.clone()], Skipped, "no blob"),
            (vec![blob(None, None)], Pass, "no access tiers"),
            (vec![hot.clone(), hot.clone(), folder], Pass, "all of 3 blobs"),
            (vec![hot.clone(), cool.clone()], Pass, "1 of 2 blobs is in the Cool"),
            (vec![hot.clone(), cold.clone(), cool], Warn, "1 of 3 blobs is in the Cold tier, such as 'Cold.jpg'"),
            (vec![cold, hot, archive, waking], Warn, "2 of 4 blobs are in the archive, such as 'Archive.jpg'"),
        ] {
            let check = judge(&sample, false);
            assert_eq!(check.state, state, "{check:?}");
            assert!(check.detail.contains(words), "{check:?}");
        }
        assert!(judge(&[blob(Some("Hot"), None)], true).detail.contains("first 1 blob "));
    }
}
