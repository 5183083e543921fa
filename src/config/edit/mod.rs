//! Writing a config into a file that may be there already: what the file says besides stays as it is, byte for byte.

mod blocks;
mod inline;

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    config::{Config, error::ConfigError, manifest::Source, parse::parse},
    store::{
        configs::named_files::{find_beside, find_files_beside},
        paths::expand_home,
    },
};

/// What a new file begins with.
const NEW: &str = "# A config of azure-to-encord: `azure-to-encord run` imports with it. config.example.toml explains every setting.\n\
                   # Secrets never belong into this file: it only says where they are.\n\
                   version = 1\n";

/// The text of a config file with this config in the place of what it said. `directory` is where the file lies or will lie: files
/// that are named in it are found from there.
///
/// Comments, order, spelling and layout of everything that stays the same are kept. A setting that is at its default and not in
/// the text is not added; one that is in the text and gets its default stays written, with the default; one that is unset goes,
/// and its comments stay. `[[manifest.types]]` and `[[manifest.groups]]` change entry by entry.
///
/// # Errors
/// The text is no config, the config cannot be written as TOML, holds what looks like a secret, or would not be read back as it is.
pub fn merge(text: &str, config: &Config, directory: &Path) -> Result<String, ConfigError> {
    let was = parse(text)?;
    write(text, &was, config, directory, false)
}

/// The text of a new config file: what is not at its default, with short comments.
///
/// # Errors
/// As [`merge`].
pub fn template(config: &Config, directory: &Path) -> Result<String, ConfigError> {
    write(NEW, &Config::default(), config, directory, true)
}

fn write(text: &str, was: &Config, config: &Config, directory: &Path, explains: bool) -> Result<String, ConfigError> {
    refuse_secrets(config)?;
    let wanted = in_words_of(was, config, directory);
    let (before, after) = (as_json(was)?, as_json(&wanted)?);
    let written = blocks::merged(text, &before, &after, explains)
        .map_err(|message| ConfigError(format!("The config cannot be written: {message}.")))?;
    check(&written, config, &after, directory)?;
    Ok(written)
}

/// Refuses a text that would not be read back as the config.
fn check(written: &str, config: &Config, wanted: &Value, directory: &Path) -> Result<(), ConfigError> {
    let mut read = parse(written)?;
    if let Some(place) = difference(wanted, &as_json(&read)?, String::new()) {
        return Err(ConfigError(format!(
            "The config cannot be written so that it is read back as it is: {place} would be another. Nothing was written."
        )));
    }
    find_beside(&mut read, directory)?;
    if located(&read) != located(config) {
        return Err(ConfigError(
            "The config cannot be written so that the files it names are found from its directory. Name them with their whole path."
                .into(),
        ));
    }
    let back = config.schema.of_file.keys().find(|key| !config.schema.keys.contains_key(*key));
    match (back.filter(|key| read.schema.keys.contains_key(*key)), &read.schema.file) {
        (Some(key), Some(file)) => Err(ConfigError(format!(
            "The key '{key}' was taken out, but the schema file {file} has it, so it would be back the next time. Take it out of that \
             file, or keep the key."
        ))),
        _ => Ok(()),
    }
}

/// Where two readings differ, as a path of keys.
fn difference(a: &Value, b: &Value, place: String) -> Option<String> {
    match (a, b) {
        (Value::Object(left), Value::Object(right)) => {
            let mut keys = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
            let below = |key: &str| if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") };
            keys.find_map(|key| match (left.get(key), right.get(key)) {
                (Some(left), Some(right)) => difference(left, right, below(key)),
                _ => Some(below(key)),
            })
        }
        _ => (a != b).then_some(place),
    }
}

/// Everything that a config says, defaults too; what is not set is not there.
fn as_json(config: &Config) -> Result<Value, ConfigError> {
    let mut json =
        serde_json::to_value(config).map_err(|error| ConfigError(format!("The config cannot be written: {error}.")))?;
    // Only here is a null a setting that is not set; in constants it would be a value.
    for section in ["/encord", "/azure", "/schema", "/manifest", "/manifest/metadata", "/folder"] {
        if let Some(Value::Object(settings)) = json.pointer_mut(section) {
            settings.retain(|_, value| !value.is_null());
        }
    }
    Ok(json)
}

/// A config says where secrets are. One that was typed into the wrong field must not get into a file.
fn refuse_secrets(config: &Config) -> Result<(), ConfigError> {
    let (encord, azure) = (&config.encord, &config.azure);
    for (key, value) in [
        ("[encord] ssh_key_file", &encord.ssh_key_file),
        ("[encord] bearer_token_env", &encord.bearer_token_env),
        ("[encord] integration", &encord.integration),
        ("[azure] account", &azure.account),
        ("[azure] sas_token_env", &azure.sas_token_env),
        ("[azure] sas_token_file", &azure.sas_token_file),
        ("[azure] account_key_env", &azure.account_key_env),
        ("[azure] account_key_file", &azure.account_key_file),
    ] {
        let looks_secret = |text: &str| {
            ["sig=", "AccountKey=", "SharedAccessSignature=", "PRIVATE KEY-----"].iter().any(|mark| text.contains(mark))
                // An account key: 64 bytes in base64.
                || text.len() == 88 && text.ends_with("==")
                // A bearer token.
                || text.len() > 60 && text.starts_with("eyJ")
        };
        if value.as_deref().is_some_and(looks_secret) {
            return Err(ConfigError(format!(
                "{key} holds a secret itself. A config only says where a secret is found: name an environment variable or a file."
            )));
        }
    }
    Ok(())
}

/// The config with its files named as the text names them, or as they are found from the directory.
fn in_words_of(was: &Config, config: &Config, directory: &Path) -> Config {
    let mut found = was.clone();
    find_files_beside(&mut found, directory);
    let mut words = HashMap::new();
    let mut was = was.clone();
    for (written, found) in files_of(&mut was).into_iter().zip(files_of(&mut found)) {
        words.insert(absolute(found.0, found.1), written.1.clone());
    }
    let directory = absolute_path(directory);
    let mut config = config.clone();
    for (is_inventory, file) in files_of(&mut config) {
        let place = absolute(is_inventory, file);
        let short = || {
            let below = Path::new(&place).strip_prefix(&directory).ok()?.to_str()?.to_owned();
            Some(below).filter(|below| !below.is_empty() && !is_inventory)
        };
        *file = match words.get(&place) {
            Some(words) => words.clone(),
            None if file.starts_with("~/") => file.clone(),
            None => short().unwrap_or(place),
        };
    }
    config
}

/// Where the files lie that a config names.
fn located(config: &Config) -> Vec<String> {
    let mut config = config.clone();
    files_of(&mut config).into_iter().map(|(is_inventory, file)| absolute(is_inventory, file)).collect()
}

/// The files that a config names and that are looked for beside it, and whether each may be in the storage account.
fn files_of(config: &mut Config) -> Vec<(bool, &mut String)> {
    let manifest = &mut config.manifest;
    let is_inventory = manifest.source == Source::Inventory;
    let cameras = manifest.groups.iter_mut().filter_map(|rule| rule.cameras.as_mut()).map(|file| (false, file));
    let single = [
        (false, config.schema.file.as_mut()),
        (is_inventory, manifest.file.as_mut()),
        (false, manifest.metadata.table.as_mut()),
    ];
    single.into_iter().filter_map(|(is_inventory, file)| Some((is_inventory, file?))).chain(cameras).collect()
}

fn absolute(is_inventory: bool, file: &str) -> String {
    let path = PathBuf::from(expand_home(file));
    match is_inventory && path.is_relative() && !path.exists() {
        true => file.to_owned(),
        false => absolute_path(&path).to_string_lossy().into_owned(),
    }
}

fn absolute_path(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
