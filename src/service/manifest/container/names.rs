//! Where a range of names may be cut, when nothing is known but the names that were seen.
//!
//! Names are compared by their bytes. Only ASCII is used to cut: services differ in how they order what lies beyond.

/// As many prefix_levels of a name are looked at in one round.
pub(super) const MOST_LEVELS: usize = 7;
/// As many names are asked for in one round behind a level.
const MOST_FANNED: usize = 12;
/// Behind all printable ASCII characters.
const LAST: u8 = b'~';

/// A text with its byte at `level` one higher and nothing behind it: just behind all names that begin as `name` does up to and with
/// that byte.
fn behind(name: &str, level: usize) -> Option<String> {
    let bytes = name.as_bytes();
    let byte = bytes.get(level).filter(|byte| byte.is_ascii_graphic() && **byte < LAST)?;
    Some(with(name, level, byte + 1))
}

fn with(name: &str, level: usize, byte: u8) -> String {
    let mut text = name[..level].to_owned();
    text.push(char::from(byte));
    text
}

/// How many bytes two names have in common at their beginnings.
pub(super) fn common(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

/// Texts between `name` and `high` (or the end of all names below the prefix, whose length is `floor`) behind which to look for
/// further names, the shallowest level first. Each stands for a level of `name`.
pub(super) fn prefix_levels(name: &str, high: Option<&str>, floor: usize) -> Vec<(usize, String)> {
    let ascii = name.bytes().take_while(u8::is_ascii).count();
    let from = high.map_or(floor, |high| common(name, high).max(floor));
    (from..ascii)
        .filter_map(|level| Some((level, behind(name, level)?)))
        .filter(|(_, text)| high.is_none_or(|high| text.as_str() < high))
        .collect()
}

/// So many of them, spread evenly, the first and the last among them.
pub(super) fn spread<T: Clone>(all: &[T], most: usize) -> Vec<T> {
    if all.len() <= most || most < 2 {
        return all.iter().take(most.max(1)).cloned().collect();
    }
    (0..most).map(|place| all[place * (all.len() - 1) / (most - 1)].clone()).collect()
}

/// Texts behind `found`, which differs first from its forerunners at `level`, where further names may begin; the last is behind all
/// characters of the same class.
pub(super) fn sibling_probes(found: &str, level: usize, high: Option<&str>) -> Vec<String> {
    let Some(byte) = found.as_bytes().get(level).copied().filter(|_| found.is_char_boundary(level)) else {
        return Vec::new();
    };
    let last = match byte {
        b'0'..=b'9' => b'9',
        b'a'..=b'z' => b'z',
        b'A'..=b'Z' => b'Z',
        _ => return Vec::new(),
    };
    let further: Vec<u8> = (byte + 1..=last).collect();
    let mut texts: Vec<String> =
        spread(&further, MOST_FANNED).into_iter().chain([last + 1]).map(|byte| with(found, level, byte)).collect();
    texts.retain(|text| high.is_none_or(|high| text.as_str() < high));
    texts.dedup();
    texts
}

/// How much of the way from `start` to `end` the name `at` has come, from 0 to 1; a guess that takes the characters behind what they
/// have in common for digits of a number.
pub(super) fn progress(start: &str, at: &str, end: &str) -> f64 {
    let from = common(start, end);
    let number = |name: &str| {
        let (mut value, mut unit) = (0.0, 1.0);
        for place in from..from + 8 {
            let byte_of = |name: &str| name.as_bytes().get(place).copied().unwrap_or(0);
            let byte = byte_of(name);
            // What is the same everywhere, such as a separator, tells nothing.
            if byte_of(start) == byte_of(end) && byte_of(start) == byte_of(at) {
                continue;
            }
            let (digit, base) = match at.as_bytes().get(place) {
                Some(b'0'..=b'9') => (f64::from(byte.clamp(b'0', b':') - b'0'), 10.0),
                Some(b'a'..=b'z') => (f64::from(byte.clamp(b'a', b'{') - b'a'), 26.0),
                _ => (f64::from(byte), 128.0),
            };
            unit /= base;
            value += digit * unit;
        }
        value
    };
    let (start, at, end) = (number(start), number(at), number(end));
    if end <= start { 0.5 } else { ((at - start) / (end - start)).clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_lie_between_a_name_and_its_end() {
        let texts =
            |name, high, floor| prefix_levels(name, high, floor).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(texts("d-0/7", None, 0), ["e", "d.", "d-1", "d-00", "d-0/8"]);
        assert_eq!(texts("d-0/7", Some("d-3/1"), 0), ["d-1", "d-00", "d-0/8"]);
        assert_eq!(texts("d-0/7", None, 4), ["d-0/8"]);
        assert_eq!(texts("a~é1", None, 0), ["b"]);
        assert!(texts("d-0/7", Some("d-0/8"), 0).is_empty());
    }

    #[test]
    fn a_fan_covers_the_characters_of_one_class() {
        assert_eq!(sibling_probes("d-1/x", 2, None), ["d-2", "d-3", "d-4", "d-5", "d-6", "d-7", "d-8", "d-9", "d-:"]);
        assert_eq!(sibling_probes("d-7/x", 2, Some("d-9")), ["d-8"]);
        let letters = sibling_probes("cat", 0, None);
        assert_eq!((letters.len(), letters[0].as_str(), letters[12].as_str()), (13, "d", "{"));
        assert!(
            sibling_probes("a/b", 1, None).is_empty()
                && sibling_probes("é", 1, None).is_empty()
                && sibling_probes("a", 5, None).is_empty()
        );
    }

    #[test]
    fn progress_is_about_right() {
        for (start, at, end, share) in [
            ("s-0/00", "s-2/50", "s-5/00", 0.5),
            ("s-0/00", "s-0/00", "s-5/00", 0.0),
            ("s-0/00", "s-5/00", "s-5/00", 1.0),
            ("aa", "an", "b", 0.5),
        ] {
            let guess = progress(start, at, end);
            assert!((guess - share).abs() < 0.05, "{start} {at} {end}: {guess}");
        }
        assert!(progress("b", "a", "a").is_finite());
    }

    #[test]
    fn spreading_keeps_both_ends() {
        let all: Vec<_> = (0..40).collect();
        let some = spread(&all, 7);
        assert_eq!((some.len(), some[0], some[6]), (7, 0, 39));
        assert_eq!(spread(&all[..3], 7), [0, 1, 2]);
    }
}
