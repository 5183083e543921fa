//! The rules of groups: which files belong together.

use std::{borrow::Cow, fmt, ops::Range, sync::Arc};

use globset::GlobMatcher;
use regex::Regex;
use serde_json::{Map, Value};

use crate::manifest::{
    kind::Kind,
    rules::{RuleError, glob},
    scenes::{SceneRule, SceneText},
};

/// Rules of which groups are kept apart have a number; those of the others share this one.
const SHARED: u16 = u16::MAX;

/// A rule of groups as the user writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupText {
    /// What such a group becomes.
    pub kind: Kind,
    /// The glob of its files.
    pub pattern: String,
    /// `directory`; a regular expression whose captures make the group's key; `column:NAME` of the metadata table; or, for DICOM,
    /// `series-uid`.
    pub by: String,
    /// For scenes: the streams by name, each with the glob of its files.
    pub streams: Vec<(String, String)>,
    /// For scenes: `index`, or a regular expression that catches `time`. Without it, `index`.
    pub timestamps: Option<String>,
    /// For scenes: what goes into the streams besides files, as Encord writes it: cameras, poses, frames of reference.
    pub cameras: Map<String, Value>,
}

impl GroupText {
    /// A rule of groups that are no scenes.
    pub fn new(kind: Kind, pattern: impl Into<String>, by: impl Into<String>) -> GroupText {
        GroupText {
            kind,
            pattern: pattern.into(),
            by: by.into(),
            streams: Vec::new(),
            timestamps: None,
            cameras: Map::new(),
        }
    }
}

/// What the metadata table says of a blob: asked with a column's name and the blob's.
#[derive(Clone)]
pub struct Columns(Arc<Lookup>);

type Lookup = dyn Fn(&str, &str) -> Option<String> + Send + Sync;

impl Columns {
    /// From a function of the column's and the blob's name. Nothing, or an empty text, leaves the blob in no group.
    pub fn new(lookup: impl Fn(&str, &str) -> Option<String> + Send + Sync + 'static) -> Columns {
        Columns(Arc::new(lookup))
    }
}

impl fmt::Debug for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Columns")
    }
}

/// What becomes of a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlobUse<'n> {
    /// An item of its own, if it is of a known kind.
    Own,
    /// Part of this group.
    Group(Membership<'n>),
    /// Part of a group that is known when the file has been read; the number of the rule.
    Unread(u16),
}

/// The group a blob belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership<'n> {
    /// What the group becomes.
    pub kind: Kind,
    /// What its files have in common; also its title.
    pub key: Cow<'n, str>,
    /// The rule's number, where its groups are kept apart from those of others.
    pub(crate) rule: u16,
    /// The part of the name that orders the files, if the rule catches one as `frame`: a range of bytes.
    pub place: Option<Range<usize>>,
    /// For scenes, which of the rule's streams.
    pub stream: u16,
}

impl<'n> Membership<'n> {
    pub(super) fn new(kind: Kind, key: impl Into<Cow<'n, str>>) -> Membership<'n> {
        Membership { kind, key: key.into(), rule: SHARED, place: None, stream: 0 }
    }
}

#[derive(Debug)]
pub(super) struct GroupRule {
    kind: Kind,
    matcher: GlobMatcher,
    by: GroupBy,
    scene: Option<SceneRule>,
}

#[derive(Debug)]
enum GroupBy {
    Directory,
    Column(String),
    SeriesUid,
    Expression(Regex),
}

impl GroupRule {
    pub(super) fn new(text: &GroupText) -> Result<GroupRule, RuleError> {
        let GroupText { kind, pattern, by, streams, timestamps, cameras } = text;
        if !kind.is_group() && *kind != Kind::Scene {
            return Err(RuleError(format!(
                "'{kind}' is not a type of group; groups are image-group, image-sequence, dicom-series and scene"
            )));
        }
        let by = group_by(by)?;
        if matches!(by, GroupBy::SeriesUid) && *kind != Kind::DicomSeries {
            return Err(RuleError(format!("by = \"series-uid\" is for type = \"dicom-series\", not for \"{kind}\"")));
        }
        let scene = match kind {
            Kind::Scene => {
                let by_directory = matches!(by, GroupBy::Directory);
                Some(SceneRule::new(&SceneText { streams, timestamps: timestamps.as_deref(), cameras }, by_directory)?)
            }
            _ if !streams.is_empty() || timestamps.is_some() || !cameras.is_empty() => {
                return Err(RuleError(format!(
                    "streams, timestamps and cameras are for type = \"scene\", not for \"{kind}\""
                )));
            }
            _ => None,
        };
        Ok(GroupRule { kind: *kind, matcher: glob(pattern)?.compile_matcher(), by, scene })
    }

    pub(super) fn column(&self) -> Option<&str> {
        match &self.by {
            GroupBy::Column(column) => Some(column),
            _ => None,
        }
    }

    pub(super) fn scene(&self) -> Option<&SceneRule> {
        self.scene.as_ref()
    }

    pub(super) fn is_series(&self) -> bool {
        matches!(self.by, GroupBy::SeriesUid)
    }

    /// What this rule makes of a blob of that kind; [`BlobUse::Own`] where it does not take it.
    pub(super) fn place<'n>(
        &self,
        number: u16,
        name: &'n str,
        kind: Option<Kind>,
        columns: Option<&Columns>,
    ) -> BlobUse<'n> {
        if !self.matcher.is_match(name) || !self.may_take(name, kind) {
            return BlobUse::Own;
        }
        let stream = match &self.scene {
            None => None,
            Some(scene) => match scene.stream(name) {
                None => return BlobUse::Own,
                stream => stream,
            },
        };
        let (key, place) = match &self.by {
            GroupBy::SeriesUid => return BlobUse::Unread(number),
            GroupBy::Directory => {
                let levels = stream.as_ref().map_or(1, |stream| stream.levels);
                (Some(Cow::Borrowed(ancestor(name, levels))), None)
            }
            GroupBy::Column(column) => (columns.and_then(|columns| (columns.0)(column, name)).map(Cow::Owned), None),
            GroupBy::Expression(expression) => match expression.captures(name) {
                Some(captures) => {
                    let place = captures.name("frame").map(|found| found.range());
                    (Some(Cow::Owned(expression_key(expression, &captures))), place)
                }
                None => (None, None),
            },
        };
        match key {
            Some(key) if !key.is_empty() || matches!(self.by, GroupBy::Directory) => {
                let (rule, stream) = stream.map_or((SHARED, 0), |stream| (number, stream.number));
                BlobUse::Group(Membership { rule, place, stream, ..Membership::new(self.kind, key) })
            }
            _ => BlobUse::Own,
        }
    }

    /// Whether a file of that kind can be meant. What is of no known kind, such as `Thumbs.db`, is not an image; a DICOM file
    /// often has no extension, or a number in its place.
    fn may_take(&self, name: &str, kind: Option<Kind>) -> bool {
        match (self.kind, kind) {
            (Kind::DicomSeries, None) => match self.by {
                // Reading it will tell.
                GroupBy::SeriesUid => file_name(name) != "DICOMDIR",
                _ => may_be_dicom(name),
            },
            (Kind::DicomSeries, Some(kind)) => kind == Kind::DicomSeries || !self.is_series(),
            (_, kind) => kind.is_some(),
        }
    }
}

fn file_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Whether a file of no known kind looks like one of a scanner's: without an extension, numbered, or named by its UID.
/// `DICOMDIR` is the table of contents of a disc.
fn may_be_dicom(name: &str) -> bool {
    let file = file_name(name);
    let numbered = |extension: &str| extension.bytes().all(|byte| byte.is_ascii_digit());
    file != "DICOMDIR"
        && file.rsplit_once('.').is_none_or(|(stem, extension)| {
            !stem.is_empty() && (numbered(extension) || extension.eq_ignore_ascii_case("ima"))
        })
}

pub(super) fn directory(name: &str) -> &str {
    ancestor(name, 1)
}

/// The name without its last so many segments.
fn ancestor(name: &str, levels: usize) -> &str {
    let mut rest = name;
    for _ in 0..levels {
        rest = rest.rsplit_once('/').map_or("", |(before, _)| before);
    }
    rest
}

/// The key made of all captures but `frame`, which only orders the files; of the whole match where there are none.
fn expression_key(expression: &Regex, captures: &regex::Captures<'_>) -> String {
    let parts: Vec<&str> = expression
        .capture_names()
        .enumerate()
        .skip(1)
        .filter(|(_, name)| *name != Some("frame"))
        .filter_map(|(index, _)| captures.get(index).map(|found| found.as_str()))
        .collect();
    if parts.is_empty() {
        return captures.get(0).map_or_else(String::new, |found| found.as_str().to_owned());
    }
    parts.join("/")
}

fn group_by(by: &str) -> Result<GroupBy, RuleError> {
    match by {
        "directory" => return Ok(GroupBy::Directory),
        "series-uid" => return Ok(GroupBy::SeriesUid),
        _ => {}
    }
    if let Some(column) = by.strip_prefix("column:") {
        return match column.trim() {
            "" => Err(RuleError("by = \"column:\" names no column of the metadata table".to_owned())),
            column => Ok(GroupBy::Column(column.to_owned())),
        };
    }
    let expression = Regex::new(by).map_err(|error| {
        RuleError(format!(
            "by = \"{by}\" is neither \"directory\", \"column:NAME\" or \"series-uid\" nor a regular expression: {error}"
        ))
    })?;
    // A word without anything to catch would put every file whose name holds it into one group: somebody misspelt a keyword.
    if expression.captures_len() == 1 && by.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' ')) {
        return Err(RuleError(format!(
            "by = \"{by}\" is not known: it is \"directory\", \"column:NAME\", \"series-uid\" (DICOM) or a regular \
             expression with a capture such as (?<series>…)"
        )));
    }
    Ok(GroupBy::Expression(expression))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::rules::{RuleTexts, Rules};

    fn rules(groups: &[(Kind, &str, &str)]) -> Rules {
        let groups = groups.iter().map(|(kind, pattern, by)| GroupText::new(*kind, *pattern, *by)).collect();
        Rules::new(&RuleTexts { groups, ..RuleTexts::default() }).unwrap()
    }

    fn key(rules: &Rules, name: &str, kind: Option<Kind>) -> Option<(Kind, String)> {
        match rules.place(name, kind) {
            BlobUse::Group(member) => Some((member.kind, member.key.into_owned())),
            _ => None,
        }
    }

    #[test]
    fn groups_form_by_directory_and_by_expression() {
        let rules = rules(&[
            (Kind::ImageGroup, "rig/**", "directory"),
            (Kind::DicomSeries, "**/*.dcm", r"(?<series>[^/]+)_(?<frame>\d+)\.dcm$"),
        ]);
        let key = |name: &str, kind| key(&rules, name, kind);
        assert_eq!(key("rig/7/left.jpg", Some(Kind::Image)), Some((Kind::ImageGroup, "rig/7".into())));
        assert_eq!(key("ct/head_12.dcm", Some(Kind::DicomSeries)), Some((Kind::DicomSeries, "head".into())));
        assert_eq!(key("ct/odd.dcm", Some(Kind::DicomSeries)), Some((Kind::DicomSeries, "ct".into())));
        assert_eq!(key("a.jpg", Some(Kind::Image)), None);
        let BlobUse::Group(member) = rules.place("ct/head_12.dcm", Some(Kind::DicomSeries)) else { panic!() };
        assert_eq!(&"ct/head_12.dcm"[member.place.unwrap()], "12");
    }

    #[test]
    fn what_is_no_image_is_not_taken_and_a_dicom_file_need_not_look_like_one() {
        let rules = rules(&[(Kind::ImageGroup, "rig/**", "directory"), (Kind::DicomSeries, "ct/**", "directory")]);
        for (name, kind, taken) in [
            ("rig/1/Thumbs.db", None, false),
            ("rig/1/clip.mp4", Some(Kind::Video), true),
            ("ct/1/IM0001", None, true),
            ("ct/1/1.2.840.113619.2.55", None, true),
            ("ct/1/SCAN.IMA", None, true),
            ("ct/1/.DS_Store", None, false),
            ("ct/1/autorun.inf", None, false),
            ("ct/DICOMDIR", None, false),
            ("ct/1/photo.jpg", Some(Kind::Image), true),
        ] {
            assert_eq!(key(&rules, name, kind).is_some(), taken, "{name}");
        }
    }

    #[test]
    fn a_column_of_the_table_groups_and_a_blob_without_value_stays_alone() {
        let rules = rules(&[(Kind::ImageGroup, "**", "column:scene id")]);
        assert_eq!(rules.grouping_columns().collect::<Vec<_>>(), ["scene id"]);
        assert_eq!(rules.place("a.jpg", Some(Kind::Image)), BlobUse::Own);
        let rules = rules.with_columns(Columns::new(|column, name| match (column, name) {
            ("scene id", "a.jpg") => Some("s1".to_owned()),
            ("scene id", "b.jpg") => Some(String::new()),
            _ => None,
        }));
        assert_eq!(key(&rules, "a.jpg", Some(Kind::Image)), Some((Kind::ImageGroup, "s1".into())));
        assert_eq!(rules.place("b.jpg", Some(Kind::Image)), BlobUse::Own);
        assert_eq!(rules.place("c.jpg", Some(Kind::Image)), BlobUse::Own);
    }

    #[test]
    fn series_are_found_by_reading_what_may_be_dicom() {
        let rules = rules(&[(Kind::DicomSeries, "**", "series-uid"), (Kind::ImageGroup, "rig/*", "directory")]);
        assert_eq!(rules.place("x/IM0001", None), BlobUse::Unread(0));
        assert_eq!(rules.place("x/1.dcm", Some(Kind::DicomSeries)), BlobUse::Unread(0));
        assert_eq!(rules.place("x/DICOMDIR", None), BlobUse::Own);
        assert_eq!(rules.place("x/a.jpg", Some(Kind::Image)), BlobUse::Own);
        assert_eq!(key(&rules, "rig/a.jpg", Some(Kind::Image)), Some((Kind::ImageGroup, "rig".into())));
        assert!(rules.is_series_rule(0) && !rules.is_series_rule(1) && !rules.is_series_rule(SHARED));
    }

    #[test]
    fn malformed_rules_say_what_they_may_be() {
        let error = |kind, by| GroupRule::new(&GroupText::new(kind, "*", by)).unwrap_err().0;
        for (kind, by, part) in [
            (Kind::Image, "directory", "image-group"),
            (Kind::ImageGroup, "(", "regular expression"),
            (Kind::ImageGroup, "folder", "\"directory\""),
            (Kind::ImageGroup, "column: ", "names no column"),
            (Kind::ImageGroup, "series-uid", "dicom-series"),
            (Kind::Scene, "directory", "streams"),
        ] {
            let message = error(kind, by);
            assert!(message.contains(part), "{by}: {message}");
        }
        let stray =
            GroupText { timestamps: Some("index".into()), ..GroupText::new(Kind::ImageGroup, "*", "directory") };
        assert!(GroupRule::new(&stray).unwrap_err().0.contains("\"scene\""));
    }
}
