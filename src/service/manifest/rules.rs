//! The rules of a config, with what they say in files of their own.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::{
    config,
    error::UserError,
    manifest::rules::{RuleTexts, Rules},
    service::manifest::columns,
    store::paths::expand_home,
};

/// Makes the rules of a manifest ready. The cameras of its scenes are read from their files, and from the metadata table the
/// columns by which files are grouped. With `second_pass` the items remember where they come from.
pub(super) async fn rules(manifest: &config::manifest::Manifest, second_pass: bool) -> Result<Rules, UserError> {
    let rules = without_table(manifest, second_pass)?;
    let wanted: BTreeSet<String> = rules.grouping_columns().map(str::to_owned).collect();
    let Some(table) = manifest.metadata.table.clone().filter(|_| !wanted.is_empty()) else { return Ok(rules) };
    let columns = tokio::task::spawn_blocking(move || columns::read(&table, &wanted))
        .await
        .map_err(|error| UserError::other(format!("Reading the metadata table broke off: {error}.")))??;
    Ok(rules.with_columns(columns))
}

fn without_table(manifest: &config::manifest::Manifest, second_pass: bool) -> Result<Rules, UserError> {
    let mut texts = RuleTexts { second_pass, ..manifest.rules() };
    for (text, rule) in texts.groups.iter_mut().zip(&manifest.groups) {
        if let Some(file) = &rule.cameras {
            text.cameras = cameras(file)?;
        }
    }
    Rules::new(&texts).map_err(|error| UserError::config(format!("[manifest] {error}.")))
}

fn cameras(file: &str) -> Result<Map<String, Value>, UserError> {
    let fail = |what: &str, said: String| {
        let mut problem = UserError::config(format!("The cameras of a scene cannot be read: {file} {what}."));
        problem.source_message = Some(said);
        problem
            .hint("Check cameras under [[manifest.groups]]: it names a JSON file with one object of cameras by name.")
    };
    let bytes = std::fs::read(expand_home(file)).map_err(|error| fail("cannot be opened", error.to_string()))?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(cameras)) => Ok(cameras),
        Ok(other) => Err(fail("does not hold an object", crate::schema::value::excerpt(&other))),
        Err(error) => Err(fail("is not JSON", error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cameras_file_that_is_none_is_named_with_the_reason() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("cameras.json");
        let rule = |file: &str| config::manifest::GroupRule {
            kind: crate::manifest::kind::Kind::Scene,
            pattern: "**".into(),
            by: "directory".into(),
            streams: [("front".to_owned(), "front/*.jpg".to_owned())].into(),
            timestamps: None,
            cameras: Some(file.to_owned()),
        };
        let name = file.to_str().unwrap();
        let manifest = config::manifest::Manifest { groups: vec![rule(name)], ..config::manifest::Manifest::default() };
        for (content, part) in
            [(None, "opened"), (Some("[1]"), "object"), (Some("{"), "not JSON"), (Some(r#"{"a": 1}"#), "\"a\"")]
        {
            if let Some(content) = content {
                std::fs::write(&file, content).unwrap();
            }
            let problem = without_table(&manifest, false).unwrap_err();
            assert!(problem.summary.contains(part), "{}", problem.summary);
        }
        std::fs::write(&file, r#"{"front": {"intrinsics": {}}}"#).unwrap();
        assert!(without_table(&manifest, false).is_ok());
    }
}
