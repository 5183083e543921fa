//! Which names a metadata key may have.

use std::sync::LazyLock;

use regex::Regex;
use thiserror::Error;

/// Why a key is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Nothing but separators.
    #[error("a metadata key needs at least one letter or digit")]
    Empty,
    /// `$…` belongs to Encord.
    #[error("keys that begin with '$' are reserved for Encord")]
    Reserved,
    /// `keyframes` belongs to Encord, however it is punctuated.
    #[error("'keyframes' is reserved for Encord, with or without separators")]
    Keyframes,
    /// Another character.
    #[error("'{0}' is not allowed in a metadata key: use letters, digits, '-', '_', '.' and spaces")]
    Character(char),
}

/// Checks a key as the official SDK does (`encord` 0.1.211, `metadata_schema.py`, `_is_valid_metadata_key`).
///
/// # Errors
/// The first rule that the key breaks.
pub fn check_key(key: &str) -> Result<(), KeyError> {
    if key.starts_with('$') {
        return Err(KeyError::Reserved);
    }
    let bare: String = key.chars().filter(|c| !matches!(c, '-' | '_' | '.' | ' ')).collect();
    if bare.is_empty() {
        return Err(KeyError::Empty);
    }
    if let Some(odd) = bare.chars().find(|c| !is_letter_or_digit(*c)) {
        return Err(KeyError::Character(odd));
    }
    if bare == "keyframes" {
        return Err(KeyError::Keyframes);
    }
    Ok(())
}

/// Python's `str.isalnum`, which is narrower than Rust's `char::is_alphanumeric`: vowel signs of Thai or Hindi, circled
/// letters and the like are no letters to Python.
fn is_letter_or_digit(c: char) -> bool {
    static OTHER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[^\p{L}\p{N}]").ok());
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    c.is_alphanumeric() && OTHER.as_ref().is_none_or(|other| !other.is_match(c.encode_utf8(&mut [0; 4])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_judged_as_the_sdk_judges_them() {
        for key in ["a", "é", "A b", "²", "Ⅷ", "地点", "Team.Key-1_x"] {
            assert_eq!(check_key(key), Ok(()), "{key}");
        }
        for (key, error) in [
            ("$x", KeyError::Reserved),
            ("", KeyError::Empty),
            ("_ .", KeyError::Empty),
            ("keyframes", KeyError::Keyframes),
            ("k.e.y.f.r.a.m.e.s", KeyError::Keyframes),
            ("a/b", KeyError::Character('/')),
            ("a:b", KeyError::Character(':')),
            ("ชื่อ", KeyError::Character('\u{e37}')),
            ("Ⓐ", KeyError::Character('Ⓐ')),
        ] {
            assert_eq!(check_key(key), Err(error), "{key}");
        }
    }
}
