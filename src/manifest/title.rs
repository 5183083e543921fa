//! What an item is called in Encord.

use std::borrow::Cow;

/// The longest title that Encord takes, in characters (docs.encord.com, "Getting started with Index").
pub const LONGEST: usize = 300;

/// A title made from a blob's path: the path itself where it fits, otherwise its end (which tells files apart) after an
/// ellipsis. Control characters, which a label editor cannot show, become spaces.
pub fn from_path(path: &str) -> String {
    of_path(path).into_owned()
}

/// The same; the path itself where it is fit.
pub fn of_path(path: &str) -> Cow<'_, str> {
    let printable = |byte: &u8| (b' '..=b'~').contains(byte);
    if path.len() <= LONGEST && path.as_bytes().iter().all(printable) {
        return Cow::Borrowed(path);
    }
    let clean: String = path.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let length = clean.chars().count();
    if length <= LONGEST {
        return clean.into();
    }
    std::iter::once('…').chain(clean.chars().skip(length - LONGEST + 1)).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_paths_keep_their_end() {
        let path = format!("{}/frame_0001.jpg", "ä".repeat(400));
        let title = from_path(&path);
        assert_eq!(title.chars().count(), LONGEST);
        assert!(title.starts_with('…') && title.ends_with("/frame_0001.jpg"));
        assert_eq!(from_path(&"x".repeat(300)), "x".repeat(300));
    }

    #[test]
    fn control_characters_become_spaces() {
        assert_eq!(from_path("a\n\u{1b}[31mb.jpg"), "a  [31mb.jpg");
    }
}
