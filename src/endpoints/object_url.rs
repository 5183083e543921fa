//! The URL under which Encord is told of a blob.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;

/// Everything but the unreserved characters of RFC 3986 is encoded, so that no client can read a name in two ways.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The longest URL that Encord takes, in bytes (docs.encord.com, "Register cloud data").
pub const LONGEST: usize = 16 * 1024;

/// Why a blob cannot be given to Encord under any URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unreachable {
    /// Every URL library removes `.` and `..` segments, encoded or not, before a request leaves: such a URL would name another blob.
    #[error("its name has a path segment '.' or '..', which no URL can carry")]
    DotSegment,
    /// Longer than Encord takes.
    #[error("its URL is longer than 16 KB")]
    TooLong,
}

/// The plain URL of a blob, without any credential: each path segment encoded once, `/` kept.
///
/// `account_url` is `https://ACCOUNT.blob.core.windows.net` or whatever host Encord is to see, with or without a final `/`.
///
/// # Errors
/// The blob cannot be named by a URL that Encord could fetch.
pub fn object_url(account_url: &str, container: &str, name: &str) -> Result<String, Unreachable> {
    let mut url = String::new();
    ObjectUrls::new(account_url, container).put(&mut url, name)?;
    Ok(url)
}

/// The URLs of the blobs of one container.
#[derive(Debug, Clone)]
pub struct ObjectUrls {
    /// What they begin with, the last slash included.
    base: Result<String, Unreachable>,
}

impl ObjectUrls {
    /// Of a container of this account; see [`object_url`].
    pub fn new(account_url: &str, container: &str) -> ObjectUrls {
        let mut base = account_url.trim_end_matches('/').to_owned();
        base.push('/');
        let put = put_path(&mut base, container);
        base.push('/');
        ObjectUrls { base: put.map(|()| base) }
    }

    /// Writes the URL of a blob in place of what `url` held.
    ///
    /// # Errors
    /// As [`object_url`]; `url` is worth nothing then.
    pub fn put(&self, url: &mut String, name: &str) -> Result<(), Unreachable> {
        url.clear();
        url.push_str(self.base.as_ref().map_err(|error| *error)?);
        put_path(url, name)?;
        if url.len() > LONGEST { Err(Unreachable::TooLong) } else { Ok(()) }
    }
}

fn put_path(url: &mut String, path: &str) -> Result<(), Unreachable> {
    // Only such a segment begins with a dot, and few do.
    let has_dots = |segment: &str| segment == "." || segment == "..";
    if (path.starts_with('.') || path.contains("/.")) && path.split('/').any(has_dots) {
        return Err(Unreachable::DotSegment);
    }
    if is_verbatim(path.as_bytes()) {
        url.push_str(path);
    } else {
        url.extend(utf8_percent_encode(path, PATH));
    }
    Ok(())
}

/// Whether a path stands in a URL as it is. Looks at all bytes of a block without a branch, which compilers turn into wide
/// instructions.
fn is_verbatim(path: &[u8]) -> bool {
    // `-`, `.`, `/` and the digits follow one another.
    let is_kept = |byte: u8| {
        ((byte | 0x20).wrapping_sub(b'a') < 26) | (byte.wrapping_sub(b'-') < 13) | (byte == b'_') | (byte == b'~')
    };
    let are_kept = |block: &[u8]| block.iter().fold(true, |kept, byte| kept & is_kept(*byte));
    let (blocks, rest) = path.as_chunks::<16>();
    blocks.iter().all(|block| are_kept(block)) && are_kept(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ACCOUNT: &str = "https://acme.blob.core.windows.net/";

    #[test]
    fn each_segment_is_encoded_once() {
        assert_eq!(
            object_url(ACCOUNT, "raw", "a b#1 %20 é.jpg").unwrap(),
            "https://acme.blob.core.windows.net/raw/a%20b%231%20%2520%20%C3%A9.jpg"
        );
        assert_eq!(
            object_url(ACCOUNT, "raw", "/a//b?c+d&\\.png").unwrap(),
            "https://acme.blob.core.windows.net/raw//a//b%3Fc%2Bd%26%5C.png"
        );
    }

    #[test]
    fn names_that_no_url_can_carry_are_refused() {
        assert_eq!(object_url(ACCOUNT, "raw", "a/../b.jpg"), Err(Unreachable::DotSegment));
        assert_eq!(object_url(ACCOUNT, "raw", "./b.jpg"), Err(Unreachable::DotSegment));
        assert!(object_url(ACCOUNT, "raw", "a/...jpg").is_ok());
        assert_eq!(object_url(ACCOUNT, "raw", &"é".repeat(4000)), Err(Unreachable::TooLong));
    }

    #[test]
    fn exactly_what_is_not_encoded_is_verbatim() {
        for byte in 0..=127u8 {
            let name = char::from(byte).to_string();
            let is_kept = utf8_percent_encode(&name, PATH).to_string() == name;
            assert_eq!(is_verbatim(name.as_bytes()), is_kept, "{byte}");
            assert_eq!(is_verbatim(format!("0123456789abcdefgh{name}0123456789abc").as_bytes()), is_kept, "{byte}");
        }
        assert!(!is_verbatim("é".as_bytes()) && is_verbatim(b""));
    }

    proptest! {
        #![proptest_config(crate::seeds::cases(256))]

        #[test]
        fn a_url_library_reads_back_exactly_the_name(name in "[ -~éä中🎉\u{301}]{1,60}") {
            let segments_ok = !name.split('/').any(|s| s == "." || s == "..");
            prop_assume!(segments_ok);
            let text = object_url(ACCOUNT, "raw", &name).unwrap();
            let url = url::Url::parse(&text).unwrap();
            prop_assert_eq!(url.as_str(), text.as_str());
            let path = percent_encoding::percent_decode_str(url.path()).decode_utf8().unwrap();
            prop_assert_eq!(path, format!("/raw/{name}"));
            prop_assert!(url.query().is_none() && url.fragment().is_none());
        }
    }
}
