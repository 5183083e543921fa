//! URLs: whether Encord can fetch them, and whether they are those of the storage account.

use crate::{
    endpoints::{object_url, region},
    manifest::{
        checks::redact::{shown, shown_query},
        finding::Code,
    },
};

/// The container as Encord sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base {
    /// `https://ACCOUNT.blob.core.windows.net/`
    account: String,
    /// `CONTAINER/`
    container: String,
}

impl Base {
    /// From the container's URL; `None` if it names no container.
    pub(super) fn new(url: &str) -> Option<Base> {
        let url = url.trim_end_matches('/');
        let (account, container) = url.rsplit_once('/')?;
        let has_host = account.split_once("://").is_some_and(|(_, host)| !host.is_empty());
        has_host.then(|| Base { account: format!("{account}/"), container: format!("{container}/") })
    }

    fn behind<'a>(&self, url: &'a str) -> Option<&'a str> {
        strip(url, &self.account)?.strip_prefix(self.container.as_str())
    }
}

/// Takes scheme and host off, whose case does not matter.
fn strip<'a>(url: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = url.split_at_checked(prefix.len())?;
    (head == prefix || head.eq_ignore_ascii_case(prefix)).then_some(rest)
}

/// Bytes of a container's name that need no second look.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~' | b'/' | b'.')
}

/// Bytes of a blob's path that mean themselves and need no second look.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        plain[byte as usize] = !is_foreign(byte) && !matches!(byte, b'%' | b'?' | b'#');
        byte += 1;
    }
    plain
};

/// Whether a blob's path can only be read one way: no dot behind a slash, nothing that is encoded without need.
fn is_plain_path(path: &str) -> bool {
    let bytes = path.as_bytes();
    let (mut before, mut at) = (b'/', 0);
    while let Some(byte) = bytes.get(at) {
        if PLAIN[usize::from(*byte)] {
            if *byte == b'.' && before == b'/' {
                return false;
            }
            at += 1;
        } else {
            // A percent sign or a dot that is encoded may mean something else once it is not.
            match bytes.get(at..at + 3) {
                Some([b'%', b'2', b'5' | b'e' | b'E']) => return false,
                Some([b'%', first, second]) if first.is_ascii_hexdigit() && second.is_ascii_hexdigit() => at += 3,
                _ => return false,
            }
        }
        before = *byte;
    }
    true
}

/// Bytes that a URL cannot hold as they are (RFC 3986).
const fn is_foreign(byte: u8) -> bool {
    !byte.is_ascii() || matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
}

/// Tells everything that is wrong with a URL. Without a base its host and container are not compared.
pub(super) fn check<E>(
    url: &str,
    base: Option<&Base>,
    tell: &mut impl FnMut(Code, String) -> Result<(), E>,
) -> Result<(), E> {
    if is_right(url, base) {
        return Ok(());
    }
    look(url, base, tell)
}

fn look<E>(url: &str, base: Option<&Base>, tell: &mut impl FnMut(Code, String) -> Result<(), E>) -> Result<(), E> {
    if url.trim().is_empty() {
        return tell(Code::UrlEmpty, "the URL is empty".to_owned());
    }
    if let Some((before, found)) = find(url, |c| c.is_whitespace() || c.is_control()) {
        let what = match found {
            ' ' => "a space".to_owned(),
            '\n' | '\r' => "a line break".to_owned(),
            '\t' => "a tab".to_owned(),
            other => format!("the character U+{:04X}", u32::from(other)),
        };
        let wh = match before {
            0 => "before the URL".to_owned(),
            _ if url.trim_end().chars().count() <= before => "behind the URL".to_owned(),
            _ => format!("at character {} of the URL", before + 1),
        };
        tell(Code::UrlWhitespace, format!("{what} {wh}: {}", shown(url)))?;
    }
    let url = url.trim();
    let (whole, url) = (url, url.split('#').next().unwrap_or_default());
    let (address, query) = url.find('?').map_or((url, ""), |at| url.split_at(at));
    if url.len() < whole.len() {
        tell(Code::UrlFragment, format!("a raw # at character {}: {}", url.chars().count() + 1, shown(whole)))?;
    }
    if !query.is_empty() {
        let has =
            |name: &str| query.get(1..).unwrap_or_default().split('&').any(|parameter| parameter.starts_with(name));
        let (code, what) = match has("sig=") || (has("sv=") && has("se=")) {
            true => (Code::UrlSas, "a SAS token"),
            false => (Code::UrlQuery, "a query string"),
        };
        tell(code, format!("{what} behind the URL: {}", shown_query(query)))?;
    }
    let is_foreign = |c: char| !c.is_whitespace() && (!c.is_ascii() || u8::try_from(c).is_ok_and(is_foreign));
    if let Some((before, found)) = find(address, is_foreign) {
        let message = format!("'{found}' at character {} has to be percent-encoded: {}", before + 1, shown(address));
        tell(Code::UrlCharacter, message)?;
    }
    percent(address, tell)?;
    if whole.len() > object_url::LONGEST {
        let message =
            format!("the URL has {} bytes, {} are allowed: {}", whole.len(), object_url::LONGEST, shown(whole));
        tell(Code::UrlTooLong, message)?;
    }
    place(address, base, tell)
}

/// Whether there is nothing to say: the common case, seen at a glance.
pub(super) fn is_right(url: &str, base: Option<&Base>) -> bool {
    let blob = match base {
        Some(base) => base.behind(url),
        None => url.strip_prefix("https://").and_then(|rest| {
            let (host, path) = rest.split_once('/')?;
            let is_host =
                !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
            let (container, blob) = path.split_once('/')?;
            (is_host && !container.is_empty() && !container.starts_with('.'))
                .then_some(blob)
                .filter(|_| container.bytes().all(is_plain))
        }),
    };
    let Some(blob) = blob else { return false };
    !blob.is_empty() && url.len() <= object_url::LONGEST && is_plain_path(blob)
}

/// The first such character with the number of those before it.
fn find(text: &str, is: impl Fn(char) -> bool) -> Option<(usize, char)> {
    text.chars().enumerate().find(|(_, c)| is(*c))
}

fn percent<E>(address: &str, tell: &mut impl FnMut(Code, String) -> Result<(), E>) -> Result<(), E> {
    let bytes = address.as_bytes();
    let hexadecimal = |at: usize| bytes.get(at..at + 2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
    let mut signs = (0..bytes.len()).filter(|at| bytes.get(*at) == Some(&b'%'));
    if let Some(at) = signs.clone().find(|at| !hexadecimal(at + 1)) {
        let before = address.get(..at).unwrap_or_default().chars().count();
        let message =
            format!("% at character {} is not followed by two hexadecimal digits: {}", before + 1, shown(address));
        tell(Code::UrlPercent, message)?;
    }
    let twice = |at: &usize| bytes.get(at + 1..at + 3) == Some(b"25") && hexadecimal(at + 3);
    if let Some(at) = signs.find(twice) {
        let encoded = address.get(at..at + 5).unwrap_or_default();
        let message = format!(
            "{encoded} looks as if %{} had been encoded once more: {}",
            encoded.get(3..).unwrap_or_default(),
            shown(address)
        );
        tell(Code::UrlDoubleEncoding, message)?;
    }
    Ok(())
}

/// Scheme, host, container and blob.
fn place<E>(address: &str, base: Option<&Base>, tell: &mut impl FnMut(Code, String) -> Result<(), E>) -> Result<(), E> {
    let Some((scheme, rest)) = address.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) else {
        return tell(Code::UrlRelative, format!("no scheme and host: {}", shown(address)));
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    if host.is_empty() {
        return tell(Code::UrlRelative, format!("no host: {}", shown(address)));
    }
    let within = base.and_then(|base| strip(address, &base.account));
    // An emulator on this machine speaks http.
    let is_here = || scheme.eq_ignore_ascii_case("http") && region::is_here(&format!("http://{host}"));
    if !scheme.eq_ignore_ascii_case("https") && within.is_none() && !is_here() {
        let hint = match scheme.to_ascii_lowercase().as_str() {
            "s3" | "gs" => ", which is another provider's storage",
            "wasb" | "wasbs" | "abfs" | "abfss" | "az" => ", which is how Hadoop and Spark name blobs",
            _ => "",
        };
        tell(Code::UrlScheme, format!("the scheme is {scheme}{hint}: {}", shown(address)))?;
        if !scheme.eq_ignore_ascii_case("http") {
            return Ok(());
        }
    }
    if path.split('/').any(is_dots) {
        tell(Code::UrlDotSegment, format!("a path segment '.' or '..': {}", shown(address)))?;
    }
    let path = match (base, within) {
        (None, _) => path,
        (Some(_), Some(within)) => within,
        (Some(base), None) => {
            let wanted =
                base.account.split_once("://").map_or(base.account.as_str(), |(_, host)| host).trim_end_matches('/');
            let same = host.eq_ignore_ascii_case(wanted);
            if !same {
                let account = base.account.trim_end_matches('/');
                return tell(Code::UrlHost, format!("the host is another than that of {account}: {}", shown(address)));
            }
            path
        }
    };
    let (container, blob) = path.split_once('/').unwrap_or((path, ""));
    match base.map(|base| base.container.trim_end_matches('/')) {
        Some(wanted) if container != wanted && !container.is_empty() => {
            tell(Code::UrlContainer, format!("the container is '{container}', not '{wanted}': {}", shown(address)))
        }
        // Elsewhere than in Azure a host may serve one container.
        None if !host.contains(".blob.") && !container.is_empty() => Ok(()),
        _ if blob.is_empty() => {
            let what = if container.is_empty() { "a host and no blob" } else { "a container and no blob" };
            tell(Code::UrlNoBlob, format!("the URL names {what}: {}", shown(address)))
        }
        _ => Ok(()),
    }
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Whether it is `.` or `..`, encoded or not.
fn is_dots(segment: &str) -> bool {
    segment.len() <= 6 && matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn codes(url: &str, base: Option<&str>) -> Vec<Code> {
        let base = base.map(|base| Base::new(base).unwrap());
        let mut codes = Vec::new();
        let told: Result<(), std::convert::Infallible> = check(url, base.as_ref(), &mut |code, message| {
            assert!(!message.contains("s3cret"), "{message}");
            codes.push(code);
            Ok(())
        });
        told.unwrap();
        codes
    }

    const BASE: &str = "https://acme.blob.core.windows.net/raw";

    #[test]
    fn every_mistake_has_its_code() {
        use Code::*;
        for (url, expected) in [
            ("https://acme.blob.core.windows.net/raw/a/b.jpg", vec![]),
            ("HTTPS://Acme.Blob.core.windows.net/raw/a%20b%23.jpg", vec![]),
            ("https://acme.blob.core.windows.net/raw//a+b,(1)!.jpg", vec![]),
            ("https://acme.blob.core.windows.net/raw/.hidden/...jpg", vec![]),
            ("", vec![UrlEmpty]),
            (" ", vec![UrlEmpty]),
            ("raw/a.jpg", vec![UrlRelative]),
            ("//acme.blob.core.windows.net/raw/a.jpg", vec![UrlRelative]),
            ("https:///raw/a.jpg", vec![UrlRelative]),
            ("http://acme.blob.core.windows.net/raw/a.jpg", vec![UrlScheme]),
            ("http://127.0.0.1:10000/devstoreaccount1/raw/a.jpg", vec![UrlHost]),
            ("s3://bucket/a.jpg", vec![UrlScheme]),
            ("https://other.blob.core.windows.net/raw/a.jpg", vec![UrlHost]),
            ("https://acme.dfs.core.windows.net/raw/a.jpg", vec![UrlHost]),
            ("https://acme.blob.core.windows.net/Raw/a.jpg", vec![UrlContainer]),
            ("https://acme.blob.core.windows.net/raw/", vec![UrlNoBlob]),
            ("https://acme.blob.core.windows.net/raw", vec![UrlNoBlob]),
            ("https://acme.blob.core.windows.net", vec![UrlNoBlob]),
            ("https://acme.blob.core.windows.net/raw/a b.jpg", vec![UrlWhitespace]),
            (" https://acme.blob.core.windows.net/raw/a.jpg", vec![UrlWhitespace]),
            ("https://acme.blob.core.windows.net/raw/a.jpg\n", vec![UrlWhitespace]),
            ("https://acme.blob.core.windows.net/raw/\u{a0}a.jpg", vec![UrlWhitespace]),
            ("https://acme.blob.core.windows.net/raw/é.jpg", vec![UrlCharacter]),
            ("https://acme.blob.core.windows.net/raw/a|b.jpg", vec![UrlCharacter]),
            ("https://acme.blob.core.windows.net/raw/a#1.jpg", vec![UrlFragment]),
            ("https://acme.blob.core.windows.net/raw/100%.jpg", vec![UrlPercent]),
            ("https://acme.blob.core.windows.net/raw/a%2520b.jpg", vec![UrlDoubleEncoding]),
            ("https://acme.blob.core.windows.net/raw/a.jpg?sv=2024-11-04&se=2030-01-01&sig=s3cret%3D", vec![UrlSas]),
            ("https://acme.blob.core.windows.net/raw/a.jpg?token=s3cret", vec![UrlQuery]),
            ("https://acme.blob.core.windows.net/raw/a.jpg?s3cret", vec![UrlQuery]),
            ("https://acme.blob.core.windows.net/raw/../a.jpg", vec![UrlDotSegment, UrlContainer]),
            ("https://acme.blob.core.windows.net/raw/%2E%2e/a.jpg", vec![UrlDotSegment]),
            (
                "http://other.blob.core.windows.net/raw/a b.jpg?sig=s3cret",
                vec![UrlWhitespace, UrlSas, UrlScheme, UrlHost],
            ),
        ] {
            let expected: Vec<Code> = match url.contains("/../") {
                true => vec![UrlDotSegment],
                false => expected,
            };
            assert_eq!(codes(url, Some(BASE)), expected, "{url}");
            let general: Vec<Code> =
                expected.into_iter().filter(|code| !matches!(code, UrlHost | UrlContainer)).collect();
            assert_eq!(codes(url, None), general, "{url} without a base");
        }
        let long = format!("{BASE}/{}", "x".repeat(16 * 1024));
        assert_eq!(codes(&long, Some(BASE)), [UrlTooLong]);
        let azurite = "http://127.0.0.1:10000/devstoreaccount1/raw";
        assert_eq!(codes(&format!("{azurite}/a.jpg"), Some(azurite)), []);
        assert_eq!(codes("http://127.0.0.1:10000/devstoreaccount1/other/a.jpg", Some(azurite)), [UrlContainer]);
    }

    proptest! {
        #![proptest_config(crate::seeds::cases(256))]

        #[test]
        fn the_quick_look_and_the_long_one_agree(
            path in "([a-z./%#? é+-]{0,12}|[!-~]{1,4}|([a-b./]|%[0-9a-fA-F]{2}){1,6})",
            base in prop::bool::ANY,
        ) {
            let url = format!("{BASE}/{path}");
            let parsed = Base::new(BASE).unwrap();
            if is_right(&url, base.then_some(&parsed)) {
                let mut told = Vec::new();
                let looked: Result<(), std::convert::Infallible> =
                    look(&url, base.then_some(&parsed), &mut |code, message| {
                        told.push((code, message));
                        Ok(())
                    });
                looked.unwrap();
                prop_assert_eq!(&told, &[]);
                let right = url::Url::parse(&url).unwrap();
                prop_assert_eq!(right.as_str(), url.as_str());
                prop_assert!(right.query().is_none() && right.fragment().is_none());
            }
        }

        #[test]
        fn what_this_program_writes_itself_is_right(name in "[ -~éä中🎉]{1,60}") {
            if let Ok(url) = object_url::object_url("https://acme.blob.core.windows.net", "raw", &name) {
                let codes = codes(&url, Some(BASE));
                prop_assert!(codes.iter().all(|code| *code == Code::UrlDoubleEncoding), "{url}: {codes:?}");
            }
        }
    }
}
