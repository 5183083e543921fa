//! The frames of an image group or sequence and the files of a DICOM series: `objectUrl_0`, `objectUrl_1`, … or a list of objects.

use crate::manifest::{
    finding::Code,
    item::Frame,
    kind::Kind,
    media::Media,
    read::{
        element::{ElementError, Reading},
        json::spanned::{Json, Member, SpannedValue},
    },
};

/// The number of `objectUrl_N`.
pub(super) fn number(key: &str) -> Option<u64> {
    let digits = key.strip_prefix("objectUrl_")?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    if plain { digits.parse().ok() } else { None }
}

impl<'a> Reading<'a> {
    /// Reads the frames once all keys are known; `at` is where the item begins.
    pub(super) fn frames(&mut self, at: usize) {
        let listed = self.listed.take();
        if let (Some((key, _)), false) = (listed, self.numbered.is_empty()) {
            let message = "the frames stand both in a list and as objectUrl_0, …; only one of the two counts";
            self.faults.push(ElementError::new(Code::DuplicateField, key, message));
        }
        let place = listed.map_or(at, |(key, _)| key);
        let faults = self.faults.len();
        match listed {
            Some((_, node)) => self.listed_frames(node),
            None => self.numbered_frames(),
        }
        if self.item.urls.is_empty() && self.faults.len() == faults {
            self.faults.push(ElementError::new(
                Code::GroupEmpty,
                place,
                format!("the {} has no files", self.item.kind),
            ));
        }
    }

    fn numbered_frames(&mut self) {
        let mut numbered = std::mem::take(&mut self.numbered);
        numbered.sort_by_key(|(number, ..)| *number);
        numbered.dedup_by_key(|(number, ..)| *number);
        let mut expected = 0;
        for (number, at, node) in numbered {
            if number != expected {
                let missing = match number - expected {
                    1 => format!("objectUrl_{expected} is missing"),
                    _ => format!("objectUrl_{expected} to objectUrl_{} are missing", number - 1),
                };
                let before = match expected {
                    0 => "the frames begin".to_owned(),
                    _ => format!("behind objectUrl_{} the frames go on", expected - 1),
                };
                let message = format!("{missing}: {before} with objectUrl_{number}");
                self.faults.push(ElementError::new(Code::GroupGap, at, message));
            }
            expected = number.saturating_add(1);
            self.url(&format!("objectUrl_{number}"), node);
        }
    }

    fn listed_frames(&mut self, list: &'a SpannedValue<'a>) {
        let Json::List(items) = &list.value else {
            let fault = ElementError::of_type("the list of frames", list, "a list of objects with a url each");
            return self.faults.push(fault);
        };
        let mut frames = Vec::with_capacity(items.len());
        for (place, item) in items.iter().enumerate() {
            match &item.value {
                Json::Object(members) => frames.extend(self.frame(place, item.at, members)),
                _ => self.faults.push(ElementError::of_type(&format!("frame {place}"), item, "an object with a url")),
            }
        }
        if frames.iter().any(|frame| *frame != Frame::default()) {
            self.item.frames = frames;
        }
    }

    fn frame(&mut self, place: usize, at: usize, members: &'a [Member<'a>]) -> Option<Frame> {
        let mut frame = Frame::default();
        let mut has_url = None;
        let block = Media::block_of(self.item.kind);
        for member in members {
            let node = &member.node;
            match member.key.as_ref() {
                "url" => has_url = Some(self.url("url", node)),
                "title" => match &node.value {
                    Json::Null => {}
                    Json::Text(title) => frame.title = Some(title.clone().into_owned()),
                    _ => self.faults.push(ElementError::of_type("title", node, "a text")),
                },
                key if Some(key) == block => frame.media = self.media(key, node),
                "placeholderItemUuid" if node.value == Json::Null => {}
                key => {
                    let known = ["url", "title", block.unwrap_or("title")];
                    let near = match crate::manifest::read::element::folded(key).as_str() {
                        "objecturl" => Some("url"),
                        _ => crate::manifest::read::nearest(key, known.into_iter()),
                    };
                    let near = near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
                    let message = format!("'{}' is not a key of a frame{near}", key.escape_debug());
                    self.faults.push(ElementError::new(Code::UnknownField, member.at, message));
                    if crate::manifest::read::element::folded(key) == "objecturl" {
                        has_url = Some(self.url(key, node));
                    }
                }
            }
        }
        if has_url.is_none() {
            let what = if self.item.kind == Kind::DicomSeries { "file" } else { "frame" };
            self.faults.push(ElementError::new(Code::UrlMissing, at, format!("{what} {place} has no url")));
        }
        has_url.unwrap_or(false).then_some(frame)
    }
}
