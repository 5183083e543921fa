//! What most commands begin with: the directories and the config.

use crate::{
    cli::text::{self, mention},
    config,
    error::UserError,
    store::{keys, paths::Home},
    tui::keymap::Keymap,
};

/// Where configs and runs lie.
pub(crate) fn home() -> Result<Home, UserError> {
    Home::from_environment().map_err(|error| UserError::config(error.to_string()))
}

/// The config that `CONFIG` on the command line means.
pub(crate) fn config(home: &Home, label: &str) -> Result<config::Config, UserError> {
    crate::store::configs::find::find(home, label)
        .and_then(|path| crate::store::configs::load::load(&path))
        .map_err(|error| UserError::config(error.0))
}

/// Both; what is good to know of the config is said on stderr.
pub(crate) fn home_and_config(label: &str) -> Result<(Home, config::Config), UserError> {
    let home = home()?;
    let config = config(&home, label)?;
    advise(&config);
    Ok((home, config))
}

/// The keys of the wizard with the user's own among them, and whether the mouse is on.
pub(crate) fn keys(home: &Home) -> Result<(Keymap, bool), UserError> {
    let file = keys::load(home).map_err(|error| UserError::config(error.0))?;
    let keymap = Keymap::new(&file).map_err(|wrong| {
        let lines: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        UserError::config(format!("In {}:\n{}", home.keys().display(), lines.join("\n")))
            .hint("azure-to-encord config keys prints all actions with their keys.")
    })?;
    Ok((keymap, file.mouse))
}

/// Says on stderr what is good to know of a config that is sound.
pub(crate) fn advise(config: &config::Config) {
    for sentence in &config.advice {
        mention!("{} {sentence}", text::err().warn("Note:"));
    }
}
