//! What the blobs of a group say of themselves, by metadata headers and index tags, as what is said of the group.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::manifest::{
    finding::{Code, Finding, Origin},
    groups::frames::{Frame, Frames},
    sink::Sink,
};

/// The values that all files of a group have. Keys in which they differ are told and left out.
pub(super) fn in_common<S: Sink>(
    frames: &Frames,
    members: &[Frame],
    names: &[String],
    origin: &Origin<'_>,
    sink: &mut S,
) -> Result<Map<String, Value>, S::Error> {
    // Each text once, with the first file that has it: a group of many thousand files seldom has more than a few.
    let mut texts: BTreeMap<u32, &str> = BTreeMap::new();
    for (frame, name) in members.iter().zip(names) {
        texts.entry(frame.said).or_insert(name);
    }
    let (mut keys, mut count) = (BTreeMap::<String, Said<'_>>::new(), 0);
    for (said, name) in &texts {
        let object: Map<String, Value> =
            frames.said(*said).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        for (key, value) in object {
            match keys.get_mut(&key) {
                Some(known) => {
                    known.count += 1;
                    if known.other.is_none() && known.first.1 != value {
                        known.other = Some((name, value));
                    }
                }
                None => drop(keys.insert(key, Said { first: (name, value), count: 1, other: None })),
            }
        }
        count += 1;
    }
    let mut common = Map::new();
    for (key, said) in keys {
        let other = match said.other {
            Some((name, value)) => format!("{} for '{}'", crate::schema::value::excerpt(&value), name.escape_debug()),
            None if said.count < count => "others have none".to_owned(),
            None => {
                common.insert(key, said.first.1);
                continue;
            }
        };
        let (name, value) = said.first;
        let message = format!(
            "its files do not all have the same {key}: {} for '{}', {other}; so the group gets none from them",
            crate::schema::value::excerpt(&value),
            name.escape_debug()
        );
        sink.finding(Finding::at(Code::MetadataFrames, origin, message).key(key))?;
    }
    Ok(common)
}

/// A key on its way through the files.
struct Said<'a> {
    /// The first file that has it, and its value there.
    first: (&'a str, Value),
    /// How many of the different texts have it.
    count: usize,
    /// One with another value.
    other: Option<(&'a str, Value)>,
}
