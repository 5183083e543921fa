//! The user's rules: which blobs to take, as what, in which groups, with which metadata.

pub(crate) mod grouping;

use globset::{Glob, GlobMatcher, GlobSet, GlobSetBuilder};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::manifest::{
    filter::{Filter, FilterTexts},
    kind::Kind,
    path_metadata::PathPattern,
    rules::grouping::GroupRule,
    scenes::SceneRule,
    simple_item::{PathCaptures, PlainMetadata},
    time_series,
};
pub use grouping::{BlobUse, Columns, GroupText, Membership};

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
    /// Limits of size, time of change and access tier.
    pub filter: FilterTexts,
    /// A glob and the kind of what it matches; the first that matches wins.
    pub types: Vec<(String, Kind)>,
    /// A glob and how the time series that it matches are shown, as Encord writes it; the first that matches wins.
    pub settings: Vec<(String, Value)>,
    /// Which files belong together; the first that takes a file wins.
    pub groups: Vec<GroupText>,
    /// A pattern such as `{site}/{camera}/{rest}` whose captures become client metadata.
    pub path: Option<String>,
    /// Client metadata that every item gets.
    pub constants: Map<String, Value>,
    /// The end of the names of files that hold the metadata of others.
    pub sidecar: Option<String>,
    /// Whether items keep where they come from, for a second pass.
    pub second_pass: bool,
}

/// Rules made ready to apply. In globs `*` stays within one folder and `**` crosses folders, as in most tools.
#[derive(Debug)]
pub struct Rules {
    include: Option<GlobSet>,
    exclude: Option<GlobSet>,
    filter: Filter,
    types: Vec<(GlobMatcher, Kind)>,
    settings: Vec<(GlobMatcher, Value)>,
    groups: Vec<GroupRule>,
    columns: Option<Columns>,
    path: Option<PathPattern>,
    constants: Map<String, Value>,
    plain: Option<PlainMetadata>,
    sidecar: Option<String>,
    second_pass: bool,
}

impl Rules {
    /// Makes rules ready.
    ///
    /// # Errors
    /// A glob, a regular expression or a path pattern is malformed, or a group rule names a kind that is not a group.
    pub fn new(texts: &RuleTexts) -> Result<Rules, RuleError> {
        let groups = texts.groups.iter().map(GroupRule::new).collect::<Result<_, _>>()?;
        let path = texts.path.as_deref().map(PathPattern::new).transpose()?;
        Ok(Rules {
            include: if texts.include.is_empty() { None } else { Some(glob_set(&texts.include)?) },
            exclude: if texts.exclude.is_empty() { None } else { Some(glob_set(&texts.exclude)?) },
            filter: Filter::new(&texts.filter)?,
            types: texts
                .types
                .iter()
                .map(|(pattern, kind)| Ok((glob(pattern)?.compile_matcher(), *kind)))
                .collect::<Result<_, _>>()?,
            settings: texts
                .settings
                .iter()
                .map(|(pattern, settings)| {
                    time_series::check_settings(settings)
                        .map_err(|fault| RuleError(format!("the settings for \"{pattern}\": {fault}")))?;
                    Ok((glob(pattern)?.compile_matcher(), settings.clone()))
                })
                .collect::<Result<_, _>>()?,
            groups,
            columns: None,
            plain: PlainMetadata::new(&texts.constants, path.as_ref()).filter(|_| !texts.second_pass),
            path,
            constants: texts.constants.clone(),
            sidecar: texts.sidecar.clone(),
            second_pass: texts.second_pass,
        })
    }

    /// Whether this is a file that holds the metadata of another one.
    pub fn is_sidecar(&self, name: &str) -> bool {
        self.sidecar.as_ref().is_some_and(|suffix| name.ends_with(suffix.as_str()))
    }

    /// Whether items keep where they come from, for a second pass.
    pub fn needs_second_pass(&self) -> bool {
        self.second_pass
    }

    /// Whether the include and exclude globs let this blob in.
    pub fn takes(&self, name: &str) -> bool {
        self.include.as_ref().is_none_or(|set| set.is_match(name))
            && !self.exclude.as_ref().is_some_and(|set| set.is_match(name))
    }

    /// The limits of size, time of change and access tier.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// The kind that a rule gives this blob, if one does.
    pub fn kind(&self, name: &str) -> Option<Kind> {
        self.types.iter().find(|(matcher, _)| matcher.is_match(name)).map(|(_, kind)| *kind)
    }

    /// With the table in which rules of the form `by = "column:NAME"` look names up. Without it they take no file.
    #[must_use]
    pub fn with_columns(self, columns: Columns) -> Rules {
        Rules { columns: Some(columns), ..self }
    }

    /// The columns of the metadata table that rules group by.
    pub fn grouping_columns(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().filter_map(GroupRule::column)
    }

    /// How the time series of this name is shown, if a rule says so.
    pub fn settings(&self, name: &str) -> Option<&Value> {
        self.settings.iter().find(|(matcher, _)| matcher.is_match(name)).map(|(_, settings)| settings)
    }

    /// Whether this blob, which is of that kind, becomes an item of its own or part of a group. A DICOM file is never an item of
    /// its own in Encord, so without a rule the DICOM files of one directory are one series.
    pub fn place<'n>(&self, name: &'n str, kind: Option<Kind>) -> BlobUse<'n> {
        for (number, rule) in (0..).zip(&self.groups) {
            match rule.place(number, name, kind, self.columns.as_ref()) {
                BlobUse::Own => {}
                place => return place,
            }
        }
        match kind {
            Some(kind) if kind.is_group() => BlobUse::Group(Membership::new(kind, grouping::directory(name))),
            _ => BlobUse::Own,
        }
    }

    /// The scene that the rule of this number makes.
    pub(super) fn scene(&self, rule: u16) -> Option<&SceneRule> {
        self.groups.get(usize::from(rule))?.scene()
    }

    /// Whether the rule of this number groups by what the files themselves say.
    pub(super) fn is_series_rule(&self, rule: u16) -> bool {
        self.groups.get(usize::from(rule)).is_some_and(GroupRule::is_series)
    }

    /// The client metadata of an item whose (first) file has this name.
    pub fn metadata(&self, name: &str) -> Map<String, Value> {
        let mut metadata = self.constants.clone();
        if let Some(path) = &self.path {
            path.add_captures(name, &mut metadata);
        }
        metadata
    }

    /// Whether the items of single files are plain.
    pub(super) fn is_plain(&self) -> bool {
        self.plain.is_some()
    }

    /// Adds the client metadata of a plain item, of whose name this was read, as a JSON object; nothing if there is none.
    pub(super) fn put_metadata(&self, captured: &PathCaptures<'_>, out: &mut Vec<u8>) {
        if let Some(plain) = &self.plain {
            plain.put(captured, out);
        }
    }

    /// Reads a name by the path pattern.
    pub(super) fn captured<'n>(&self, name: &'n str) -> PathCaptures<'n> {
        PathCaptures::new(name, self.path.as_ref())
    }

    /// Whether the path pattern means this name but does not fit it, so that the item would lack its metadata.
    pub fn path_misses(&self, name: &str) -> bool {
        self.path.as_ref().is_some_and(|path| path.misses(name))
    }
}

pub(super) fn glob(pattern: &str) -> Result<Glob, RuleError> {
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
    fn malformed_rules_are_named() {
        let error = |texts| Rules::new(&texts).unwrap_err().0;
        assert!(error(RuleTexts { include: vec!["a[".into()], ..RuleTexts::default() }).contains("a["));
        assert!(
            error(RuleTexts { settings: vec![("*.csv".into(), Value::Null)], ..RuleTexts::default() })
                .contains("*.csv")
        );
    }
}
