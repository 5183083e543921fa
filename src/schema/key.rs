//! Which names a metadata key may have.

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
    if let Some(odd) = bare.chars().find(|c| !c.is_alphanumeric()) {
        return Err(KeyError::Character(odd));
    }
    if bare == "keyframes" {
        return Err(KeyError::Keyframes);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_judged_as_the_sdk_judges_them() {
        for key in ["a", "é", "A b", "²", "Team.Key-1_x"] {
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
        ] {
            assert_eq!(check_key(key), Err(error), "{key}");
        }
    }
}
