//! Media blocks: `imageMetadata` and its like, in either spelling.

use std::borrow::Cow;

use crate::manifest::{
    finding::Code,
    media::Media,
    read::{
        element::{ElementError, Reading},
        json::spanned::{Json, Member, SpannedValue, to_map},
    },
};

/// The tags that a file's `dicomMetadata` has to name, also where it has no value for one (`encord` 0.1.211, `orm/storage.py`,
/// `CustomerProvidedDicomSeriesDicomFileMetadata`).
const TAGS: [&str; 22] = [
    "00080018", "00100020", "00180050", "00181114", "00181164", "0020000D", "0020000E", "00200013", "00200032",
    "00200037", "00209113", "00209116", "00280004", "00280008", "00280010", "00280011", "00280030", "00281050",
    "00281051", "00289110", "52009229", "52009230",
];

impl Reading<'_> {
    /// Reads a block; `None` if it is null or wrong.
    pub(super) fn media(&mut self, key: &str, node: &SpannedValue<'_>) -> Option<Media> {
        let members = match &node.value {
            Json::Null => return None,
            Json::Object(members) => members,
            _ => {
                self.faults.push(ElementError::of_type(key, node, "an object"));
                return None;
            }
        };
        let members = self.positive(members);
        match Media::read(self.item.kind, &to_map(&members)) {
            Ok(media) => {
                if let Media::Dicom { tags } = &media {
                    let missing: Vec<&str> = TAGS.into_iter().filter(|tag| !tags.contains_key(*tag)).collect();
                    if !missing.is_empty() {
                        let message =
                            format!("{key}: the tags {} are missing; null is allowed as a value", missing.join(", "));
                        self.faults.push(ElementError::new(Code::MediaIncomplete, node.at, message));
                    }
                }
                Some(media)
            }
            Err(faults) => {
                self.faults.push(ElementError::new(
                    Code::MediaIncomplete,
                    node.at,
                    format!("{key}: {}", faults.join("; ")),
                ));
                None
            }
        }
    }

    /// Tells of negative numbers, which no block can hold, and goes on without their signs.
    fn positive<'a, 'b>(&mut self, members: &'b [Member<'a>]) -> Cow<'b, [Member<'a>]> {
        let negative =
            |member: &Member<'_>| matches!(&member.node.value, Json::Number(digits) if digits.starts_with('-'));
        if !members.iter().any(negative) {
            return Cow::Borrowed(members);
        }
        let mut members = members.to_vec();
        for member in &mut members {
            if let Json::Number(digits) = &mut member.node.value
                && let Some(without) = digits.strip_prefix('-')
            {
                let message = format!("{} is {digits}", member.key);
                self.faults.push(ElementError::new(Code::MediaImplausible, member.node.at, message));
                *digits = without;
            }
        }
        Cow::Owned(members)
    }
}
