//! Finding configs by name.

use std::path::PathBuf;

use crate::{
    config::{error::ConfigError, nearest::nearest},
    store::paths::{Home, expand_home},
};

/// The file that `CONFIG` on the command line means: a path, or the name of a saved config.
///
/// # Errors
/// There is no such file, with the saved configs named.
pub fn find(home: &Home, config: &str) -> Result<PathBuf, ConfigError> {
    let as_path = PathBuf::from(expand_home(config));
    if as_path.is_file() {
        return Ok(as_path);
    }
    let looks_like_a_path = config.contains(['/', '\\']) || config.ends_with(".toml");
    let saved_path = home.configs().join(format!("{config}.toml"));
    if !looks_like_a_path && saved_path.is_file() {
        return Ok(saved_path);
    }
    let names = saved_names(home);
    let known = match nearest(config, names.iter().map(String::as_str)) {
        Some(near) => format!("Did you mean '{near}'?"),
        None if names.is_empty() => format!("No config is saved in {} yet.", home.configs().display()),
        None => format!("Saved configs: {}.", names.join(", ")),
    };
    Err(ConfigError(if looks_like_a_path {
        format!("There is no config file '{config}'. Check the path; config.example.toml shows what a config holds.")
    } else {
        format!(
            "There is no config '{config}': no file of that name here, and none saved as {}. {known}",
            saved_path.display()
        )
    }))
}

/// The names of the saved configs, sorted.
pub fn saved_names(home: &Home) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(home.configs())
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .filter(|path| path.file_name().is_some_and(|name| name != crate::config::keys::FILE_NAME))
        .filter_map(|path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    names
}
