//! URLs as they may be shown.

use std::borrow::Cow;

/// A URL without its query and fragment, as far as it tells a file's extension.
pub(crate) fn path(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default().trim_end()
}

/// The longest URL in a message, in characters.
const LONGEST_SHOWN: usize = 160;

/// A URL as it may be shown: long ones shortened in the middle, and of a query only what is no secret.
pub(crate) fn shown(url: &str) -> Cow<'_, str> {
    let query = url.find('?').map(|at| url.split_at(at));
    let is_plain = query.is_none() && url.len() <= LONGEST_SHOWN;
    if is_plain && !url.contains(char::is_control) {
        return Cow::Borrowed(url);
    }
    let (path, query) = query.unwrap_or((url, ""));
    let mut text: String = path.chars().map(|c| if c.is_control() { '␦' } else { c }).collect();
    let count = text.chars().count();
    if count > LONGEST_SHOWN {
        let half = LONGEST_SHOWN / 2;
        let (head, tail): (String, String) =
            (text.chars().take(half).collect(), text.chars().skip(count - half).collect());
        text = format!("{head}…{tail}");
    }
    text.push_str(&shown_query(query));
    Cow::Owned(text)
}

/// The parameters of a SAS that say what it allows and for how long; all others may be secret.
const HARMLESS: [&str; 9] = ["sv", "ss", "srt", "sp", "sr", "st", "se", "spr", "sip"];

/// A query without the values that may be secret: `?sv=2024-11-04&sig=(hidden)`.
pub(super) fn shown_query(query: &str) -> String {
    let Some(query) = query.strip_prefix('?') else { return String::new() };
    let parameter = |text: &str| match text.split_once('=') {
        Some((name, value)) if HARMLESS.contains(&name) && value.len() <= 40 && value.bytes().all(is_harmless) => {
            text.to_owned()
        }
        Some((name, _)) if name.len() <= 20 && name.bytes().all(is_harmless) => format!("{name}=(hidden)"),
        _ => "(hidden)".to_owned(),
    };
    let mut parameters: Vec<String> = query.split('&').take(16).map(parameter).collect();
    parameters.dedup();
    format!("?{}", parameters.join("&"))
}

fn is_harmless(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.:%".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_is_never_shown() {
        let url = "https://acme.blob.core.windows.net/raw/a.jpg?sv=2024-11-04&sp=rl&sig=s3cret%3D&skoid=s3cret";
        let expected = "https://acme.blob.core.windows.net/raw/a.jpg?sv=2024-11-04&sp=rl&sig=(hidden)&skoid=(hidden)";
        assert_eq!(shown(url), expected);
        assert_eq!(shown("https://a/b?s3cret"), "https://a/b?(hidden)");
        assert_eq!(shown("https://a/b"), "https://a/b");
        assert_eq!(shown(&"x".repeat(1000)).chars().count(), LONGEST_SHOWN + 1);
    }
}
