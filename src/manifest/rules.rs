//! The user's rules: which blobs to take, as what, in which groups, with which metadata.

use globset::{Glob, GlobMatcher, GlobSet, GlobSetBuilder};
use regex::Regex;
use serde_json::{Map, Value};
use thiserror::Error;

use super::{Kind, path_metadata::PathPattern};

/// A rule that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct RuleError(pub String);

/// Rules as the user writes them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleTexts {
    /// Globs of which at least one must match; none means all.
    pub include: Vec<String>,
    /// Globs of which none may match.
    pub exclude: Vec<String>,
    /// A glob and the kind of what it matches; the first that matches wins.
    pub types: Vec<(String, Kind)>,
    /// A group's kind, the glob of its files, and `directory` or a regular expression whose captures make the group's key.
    pub groups: Vec<(Kind, String, String)>,
    /// A pattern such as `{site}/{camera}/{rest}` whose captures become client metadata.
    pub path: Option<String>,
    /// Client metadata that every item gets.
    pub constants: Map<String, Value>,
}

/// Rules made ready to apply. In globs `*` stays within one folder and `**` crosses folders, as in most tools.
#[derive(Debug)]
pub struct Rules {
    include: Option<GlobSet>,
    exclude: GlobSet,
    types: Vec<(GlobMatcher, Kind)>,
    groups: Vec<GroupRule>,
    path: Option<PathPattern>,
    constants: Map<String, Value>,
}

#[derive(Debug)]
struct GroupRule {
    kind: Kind,
    matcher: GlobMatcher,
    by: GroupBy,
}

#[derive(Debug)]
enum GroupBy {
    Directory,
    Expression(Regex),
}

/// The group a blob belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupKey {
    /// What the group becomes.
    pub kind: Kind,
    /// What its files have in common; also its title.
    pub key: String,
}

impl Rules {
    /// Makes rules ready.
    ///
    /// # Errors
    /// A glob, a regular expression or a path pattern is malformed, or a group rule names a kind that is not a group.
    pub fn new(texts: &RuleTexts) -> Result<Rules, RuleError> {
        let groups = texts
            .groups
            .iter()
            .map(|(kind, pattern, by)| {
                if !kind.is_group() {
                    return Err(RuleError(format!(
                        "'{kind}' is not a type of group; groups are image-group, image-sequence and dicom-series"
                    )));
                }
                Ok(GroupRule { kind: *kind, matcher: glob(pattern)?.compile_matcher(), by: group_by(by)? })
            })
            .collect::<Result<_, _>>()?;
        Ok(Rules {
            include: if texts.include.is_empty() { None } else { Some(glob_set(&texts.include)?) },
            exclude: glob_set(&texts.exclude)?,
            types: texts
                .types
                .iter()
                .map(|(pattern, kind)| Ok((glob(pattern)?.compile_matcher(), *kind)))
                .collect::<Result<_, _>>()?,
            groups,
            path: texts.path.as_deref().map(PathPattern::new).transpose()?,
            constants: texts.constants.clone(),
        })
    }

    /// Whether the include and exclude globs let this blob in.
    pub fn takes(&self, name: &str) -> bool {
        self.include.as_ref().is_none_or(|set| set.is_match(name)) && !self.exclude.is_match(name)
    }

    /// The kind that a rule gives this blob, if one does.
    pub fn kind(&self, name: &str) -> Option<Kind> {
        self.types.iter().find(|(matcher, _)| matcher.is_match(name)).map(|(_, kind)| *kind)
    }

    /// The group this blob belongs to, if a rule says so. A DICOM file is never an item of its own in Encord, so without a
    /// rule the DICOM files of one directory are one series.
    pub fn group(&self, name: &str, kind: Option<Kind>) -> Option<GroupKey> {
        for rule in self.groups.iter().filter(|rule| rule.matcher.is_match(name)) {
            let key = match &rule.by {
                GroupBy::Directory => Some(directory(name).to_owned()),
                GroupBy::Expression(expression) => {
                    expression.captures(name).map(|captures| expression_key(expression, &captures))
                }
            };
            if let Some(key) = key {
                return Some(GroupKey { kind: rule.kind, key });
            }
        }
        match kind {
            Some(kind) if kind.is_group() => Some(GroupKey { kind, key: directory(name).to_owned() }),
            _ => None,
        }
    }

    /// The client metadata of an item whose (first) file has this name.
    pub fn metadata(&self, name: &str) -> Map<String, Value> {
        let mut metadata = self.constants.clone();
        if let Some(path) = &self.path {
            path.add_captures(name, &mut metadata);
        }
        metadata
    }

    /// Whether the path pattern means this name but does not fit it, so that the item would lack its metadata.
    pub fn path_misses(&self, name: &str) -> bool {
        self.path.as_ref().is_some_and(|path| path.misses(name))
    }
}

fn directory(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(directory, _)| directory)
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
    if by == "directory" {
        return Ok(GroupBy::Directory);
    }
    Regex::new(by)
        .map(GroupBy::Expression)
        .map_err(|error| RuleError(format!("by = \"{by}\" is neither \"directory\" nor a regular expression: {error}")))
}

fn glob(pattern: &str) -> Result<Glob, RuleError> {
    globset::GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map_err(|error| RuleError(format!("the glob \"{pattern}\" is malformed: {}", error.kind())))
}

fn glob_set(patterns: &[String]) -> Result<GlobSet, RuleError> {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        builder.add(glob(pattern)?);
    }
    builder.build().map_err(|error| RuleError(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(texts: &RuleTexts) -> Rules {
        Rules::new(texts).unwrap()
    }

    #[test]
    fn include_and_exclude_decide_what_is_taken() {
        let rules = rules(&RuleTexts {
            include: vec!["site-*/**".into()],
            exclude: vec!["**/*.tmp".into(), "site-x/*".into()],
            ..RuleTexts::default()
        });
        for (name, taken) in [
            ("site-a/b/c.jpg", true),
            ("other/c.jpg", false),
            ("site-a/c.tmp", false),
            ("site-x/c.jpg", false),
            ("site-x/d/c.jpg", true),
        ] {
            assert_eq!(rules.takes(name), taken, "{name}");
        }
    }

    #[test]
    fn groups_form_by_directory_and_by_expression() {
        let rules = rules(&RuleTexts {
            groups: vec![
                (Kind::ImageGroup, "rig/**".into(), "directory".into()),
                (Kind::DicomSeries, "**/*.dcm".into(), r"(?<series>[^/]+)_(?<frame>\d+)\.dcm$".into()),
            ],
            ..RuleTexts::default()
        });
        let key = |name: &str, kind| rules.group(name, kind).map(|group| (group.kind, group.key));
        assert_eq!(key("rig/7/left.jpg", Some(Kind::Image)), Some((Kind::ImageGroup, "rig/7".into())));
        assert_eq!(key("ct/head_12.dcm", Some(Kind::DicomSeries)), Some((Kind::DicomSeries, "head".into())));
        assert_eq!(key("ct/odd.dcm", Some(Kind::DicomSeries)), Some((Kind::DicomSeries, "ct".into())));
        assert_eq!(key("a.jpg", Some(Kind::Image)), None);
    }

    #[test]
    fn malformed_rules_are_named() {
        let error = |texts| Rules::new(&texts).unwrap_err().0;
        assert!(error(RuleTexts { include: vec!["a[".into()], ..RuleTexts::default() }).contains("a["));
        assert!(
            error(RuleTexts { groups: vec![(Kind::Image, "*".into(), "directory".into())], ..RuleTexts::default() })
                .contains("image-group")
        );
        assert!(
            error(RuleTexts { groups: vec![(Kind::ImageGroup, "*".into(), "(".into())], ..RuleTexts::default() })
                .contains("regular expression")
        );
    }
}
