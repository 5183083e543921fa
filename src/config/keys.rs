//! The text of `keys.toml`: the keys that a user has set, with their places. The screens know which actions and keys exist.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::config::error::ConfigError;

/// What the file is called, beside the saved configs.
pub(crate) const FILE_NAME: &str = "keys.toml";

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

/// Reads the file's text.
///
/// # Errors
/// As [`load`].
pub(crate) fn parse(text: &str) -> Result<KeysFile, ConfigError> {
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
pub(crate) fn place(text: &str, byte: usize) -> (usize, usize) {
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
}
