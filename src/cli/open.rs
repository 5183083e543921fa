//! What most commands begin with: the directories and the config.

use crate::{
    store::{Home, config},
    wizard::Problem,
};

/// Where configs and runs lie.
pub(crate) fn home() -> Result<Home, Problem> {
    Home::from_environment().map_err(|error| Problem::config(error.to_string()))
}

/// The config that `CONFIG` on the command line means.
pub(crate) fn config(home: &Home, label: &str) -> Result<config::Config, Problem> {
    config::find(home, label).and_then(|path| config::load(&path)).map_err(|error| Problem::config(error.0))
}

/// Both; what is good to know of the config is said on stderr.
pub(crate) fn home_and_config(label: &str) -> Result<(Home, config::Config), Problem> {
    let home = home()?;
    let config = config(&home, label)?;
    advise(&config);
    Ok((home, config))
}

/// Says on stderr what is good to know of a config that is sound.
pub(crate) fn advise(config: &config::Config) {
    for sentence in &config.advice {
        eprintln!("Note: {sentence}");
    }
}
