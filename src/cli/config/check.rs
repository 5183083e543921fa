//! `config check`: validates configs without a network request.

use serde_json::json;

use crate::{
    cli::{
        open,
        text::{mention, printable_with_tabs, tell},
    },
    error::UserError,
    format::counted,
    store::{configs::saved, paths::Home},
};

/// Checks one config and prints its advice.
pub(super) fn one(home: &Home, label: &str, json: bool) -> Result<(), UserError> {
    let config = open::config(home, label)?;
    match json {
        true => say!("{}", json!({ "config": label, "advice": config.advice, "problem": null })),
        false => {
            open::print_advice(&config);
            tell!("The config is sound.");
        }
    }
    Ok(())
}

/// Checks all saved configs, one line each.
pub(super) fn all(home: &Home, json: bool) -> Result<(), UserError> {
    let names = crate::store::configs::find::saved_names(home);
    if names.is_empty() {
        mention!(
            "No config is saved in {} yet. Name the file of one: azure-to-encord config check site.toml. The wizard saves \
             configs: azure-to-encord.",
            home.configs().display()
        );
        return Ok(());
    }
    let widest = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let mut unsound = 0;
    for name in &names {
        let path = saved::file_of(home, name);
        let found = saved::text_of(&path).and_then(|text| crate::store::configs::load::load_text(&text, &path));
        unsound += u64::from(found.is_err());
        let (advice, problem) = match &found {
            Ok(config) => (config.advice.as_slice(), None),
            Err(error) => (&[][..], Some(error.in_one_line())),
        };
        let line = match (&problem, advice.len() as u64) {
            _ if json => json!({ "config": name, "advice": advice, "problem": problem }).to_string(),
            (Some(problem), _) => format!("{name:<widest$}  cannot be used: {problem}"),
            (None, 0) => format!("{name:<widest$}  sound"),
            (None, notes) => format!("{name:<widest$}  sound, with {}", counted(notes, "note", "notes")),
        };
        match json {
            true => say!("{line}"),
            false => tell!("{}", printable_with_tabs(&line)),
        }
    }
    match unsound {
        0 => Ok(()),
        _ => Err(UserError::config(format!(
            "{unsound} of {} cannot be used.",
            counted(names.len() as u64, "config", "configs")
        ))
        .hint("`azure-to-encord config edit NAME` opens one in your editor and checks it again.")),
    }
}
