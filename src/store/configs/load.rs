//! Reading config files.

use std::path::Path;

use crate::{
    config::{
        Config,
        error::{ConfigError, HEAD},
        parse::parse,
    },
    store::configs::{named_files, saved::text_of},
};

/// Reads and checks a config file, and the schema file that it names, whose keys become the config's. Relative paths of files
/// that the config names are from then on paths from the directory of the config.
///
/// # Errors
/// It or its schema file cannot be read, is not TOML, has an unknown key or a value that cannot be right; with line and column.
pub fn load(path: &Path) -> Result<Config, ConfigError> {
    load_text(&text_of(path)?, path)
}

/// [`load`], of a text that was read from the file already.
///
/// # Errors
/// As [`load`].
pub fn load_text(text: &str, path: &Path) -> Result<Config, ConfigError> {
    let directory = path.parent().unwrap_or(Path::new(""));
    let loaded = parse(text).and_then(|mut config| named_files::find_beside(&mut config, directory).map(|()| config));
    loaded.map_err(|error| ConfigError(format!("{HEAD}{}:\n{}", path.display(), error.0)))
}
