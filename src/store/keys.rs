//! `keys.toml`: the user's own keys, as texts with their places. Which actions and keys there are is the screens' business.

use std::io;

use crate::{
    config::{
        error::ConfigError,
        keys::{KeysFile, parse},
    },
    store::paths::Home,
};

/// Reads the file; one that is not there says nothing.
///
/// # Errors
/// It cannot be read or is no TOML of this form; with line and column.
pub fn load(home: &Home) -> Result<KeysFile, ConfigError> {
    let path = home.keys();
    let told = |why: String| ConfigError(format!("In {}:\n{why}", path.display()));
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(&text).map_err(|error| told(error.0)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(KeysFile::default()),
        Err(error) => Err(ConfigError(format!(
            "Cannot read the keys in {}: {error}. Mend the file, or move it away to have the keys as they are by default.",
            path.display()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_says_nothing_and_a_bad_one_is_named() {
        let home = tempfile::tempdir().unwrap();
        let home = Home::below(home.path());
        assert_eq!(load(&home).unwrap(), KeysFile::default());
        std::fs::create_dir_all(home.configs()).unwrap();
        std::fs::write(home.keys(), "mouse = true\nkeyz = 1\n").unwrap();
        let said = load(&home).unwrap_err().0;
        assert!(said.contains("keys.toml") && said.contains("line 2, column 1") && said.contains("keyz"), "{said}");
    }
}
