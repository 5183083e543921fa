//! Opens the directories, config and key map that most commands start with.

use crate::{
    cli::text::{self, mention},
    config,
    error::UserError,
    store::{keys, paths::Home},
    tui::keymap::Keymap,
};

/// The label of the demo where commands name a config.
pub(super) const DEMO: &str = "demo";

/// The directories of configs and runs, from the environment.
pub(crate) fn home() -> Result<Home, UserError> {
    Home::from_environment().map_err(|error| UserError::config(error.to_string()))
}

/// Loads the config that the argument `CONFIG` names.
pub(crate) fn config(home: &Home, label: &str) -> Result<config::Config, UserError> {
    crate::store::configs::find::find(home, label)
        .and_then(|path| crate::store::configs::load::load(&path))
        .map_err(|error| UserError::config(error.0))
}

/// The directories and the config. Prints the config's advice to stderr.
pub(crate) fn home_and_config(label: &str) -> Result<(Home, config::Config), UserError> {
    let home = home()?;
    let config = config(&home, label)?;
    print_advice(&config);
    Ok((home, config))
}

/// The key map with the bindings of `keys.toml`, and whether the mouse is enabled.
pub(crate) fn keys(home: &Home) -> Result<(Keymap, bool), UserError> {
    let file = keys::load(home).map_err(|error| UserError::config(error.0))?;
    let keymap = Keymap::new(&file).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        UserError::config(format!("In {}:\n{}", home.keys().display(), lines.join("\n")))
            .hint("azure-to-encord config keys prints all actions with their keys.")
    })?;
    Ok((keymap, file.mouse))
}

/// Prints the advice of a valid config to stderr.
pub(crate) fn print_advice(config: &config::Config) {
    for sentence in &config.advice {
        mention!("{} {sentence}", text::err().warn("Note:"));
    }
}
