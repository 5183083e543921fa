//! `keys.toml`: the user's own keys, as texts with their places. Which actions and keys there are is the screens' business.

use std::{collections::BTreeMap, io};

use serde::Deserialize;
use toml::Spanned;

use super::{Home, config::ConfigError};

/// What the file is called, beside the saved configs.
pub const FILE_NAME: &str = "keys.toml";

/// A text in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The text.
    pub text: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
}

/// An action's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnKeys {
    /// The action's name.
    pub action: Written,
    /// All its keys; none if it is to have none.
    pub keys: Vec<Written>,
}

/// What `keys.toml` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeysFile {
    /// Whether the mouse is switched on.
    pub mouse: bool,
    /// Actions with keys of their own.
    pub bindings: Vec<OwnKeys>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Raw {
    mouse: bool,
    keys: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
}

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

/// Reads the file's text.
///
/// # Errors
/// As [`load`].
pub fn parse(text: &str) -> Result<KeysFile, ConfigError> {
    let raw: Raw = toml::from_str(text).map_err(|error| ConfigError(error.to_string().trim_end().to_owned()))?;
    let written = |spanned: &Spanned<String>| {
        let (line, column) = place(text, spanned.span().start);
        Written { text: spanned.get_ref().clone(), line, column }
    };
    let mut bindings: Vec<OwnKeys> = raw
        .keys
        .iter()
        .map(|(action, keys)| OwnKeys { action: written(action), keys: keys.iter().map(written).collect() })
        .collect();
    bindings.sort_by_key(|bound| (bound.action.line, bound.action.column));
    Ok(KeysFile { mouse: raw.mouse, bindings })
}

/// The line and column of a byte.
fn place(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count();
    (before.matches('\n').count() + 1, column + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_with_their_places() {
        let file = parse("mouse = true\n\n[keys]\n\"séarch\" = [\"é\", \"x\"]\nquit = []\n").unwrap();
        assert!(file.mouse);
        let at = |text: &str, line, column| Written { text: text.to_owned(), line, column };
        assert_eq!(
            file.bindings,
            [
                OwnKeys { action: at("séarch", 4, 1), keys: vec![at("é", 4, 13), at("x", 4, 18)] },
                OwnKeys { action: at("quit", 5, 1), keys: vec![] },
            ]
        );
        assert_eq!(parse("").unwrap(), KeysFile::default());
    }

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
