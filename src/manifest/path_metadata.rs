//! Client metadata read out of a blob's path, by a pattern such as `site-{site}/{camera}/{date}/{rest}`.

use regex::Regex;
use serde_json::{Map, Value};

use crate::manifest::rules::RuleError;

/// The placeholder whose text is not kept; as the last of a pattern it takes everything that remains, slashes included.
const REST: &str = "rest";

/// A pattern over a blob's whole path. `{name}` takes characters up to the next `/`; `{rest}` at the end takes all that remains.
#[derive(Debug)]
pub struct PathPattern {
    expression: Regex,
    keys: Vec<String>,
    /// The literal text before the first placeholder.
    start: String,
    /// The literal text behind each placeholder, where each begins with a slash or the pattern ends. Nearly all patterns are so, and
    /// can be read without the expression, which takes some ten times longer.
    simple: Option<Vec<String>>,
    /// Whether the last placeholder takes all that remains.
    takes_all: bool,
}

impl PathPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// An unclosed or unnamed brace, a name used twice, or two placeholders with nothing between them.
    pub fn new(pattern: &str) -> Result<PathPattern, RuleError> {
        let bad = |why: &str| RuleError(format!("the path pattern \"{pattern}\" {why}"));
        let mut expression = String::from("^");
        let mut keys: Vec<String> = Vec::new();
        let mut rest = pattern;
        let mut after_placeholder = false;
        let (mut behind, mut takes_all) = (Vec::new(), false);
        while let Some(open) = rest.find('{') {
            let close = rest[open..].find('}').map(|at| open + at).ok_or_else(|| bad("has a '{' without its '}'"))?;
            let (literal, key) = (&rest[..open], &rest[open + 1..close]);
            if literal.contains('}') {
                return Err(bad("has a '}' without its '{'"));
            }
            if key.contains('{') {
                return Err(bad("has a '{' without its '}'"));
            }
            if after_placeholder && literal.is_empty() {
                return Err(bad("has two placeholders with nothing between them, so neither has an end"));
            }
            expression.push_str(&regex::escape(literal));
            if after_placeholder {
                behind.push(literal.to_owned());
            }
            rest = &rest[close + 1..];
            if key.is_empty() {
                return Err(bad("has an empty placeholder {}"));
            }
            if keys.iter().any(|known| known == key) {
                return Err(bad(&format!("names {{{key}}} twice")));
            }
            takes_all = key == REST && rest.is_empty();
            expression.push_str(if takes_all { "((?s:.*))" } else { "([^/]+)" });
            keys.push(key.to_owned());
            after_placeholder = true;
        }
        if rest.contains('}') {
            return Err(bad("has a '}' without its '{'"));
        }
        expression.push_str(&regex::escape(rest));
        expression.push('$');
        let expression = Regex::new(&expression).map_err(|error| bad(&error.to_string()))?;
        let start = pattern.split('{').next().unwrap_or_default().to_owned();
        behind.push(rest.to_owned());
        let ends = |(place, literal): (usize, &String)| {
            literal.starts_with('/') || (literal.is_empty() && place + 1 == behind.len())
        };
        let simple = after_placeholder && behind.iter().enumerate().all(ends);
        Ok(PathPattern { expression, keys, start, simple: simple.then_some(behind), takes_all })
    }

    /// Reads a path by a simple pattern: tells of each placeholder's text in turn, and whether the path has the pattern's shape.
    fn walk<'p>(&self, behind: &[String], path: &'p str, mut each: impl FnMut(&'p str)) -> bool {
        let Some(mut rest) = path.strip_prefix(self.start.as_str()) else { return false };
        for (place, literal) in behind.iter().enumerate() {
            if self.takes_all && place + 1 == behind.len() {
                each(rest);
                return true;
            }
            let (text, after) = rest.split_at(memchr::memchr(b'/', rest.as_bytes()).unwrap_or(rest.len()));
            let Some(after) = after.strip_prefix(literal.as_str()).filter(|_| !text.is_empty()) else { return false };
            each(text);
            rest = after;
        }
        rest.is_empty()
    }

    /// Whether this path has the pattern's shape.
    pub fn fits(&self, path: &str) -> bool {
        match &self.simple {
            Some(behind) => self.walk(behind, path, |_| {}),
            None => self.expression.is_match(path),
        }
    }

    /// Whether this path begins as the pattern does but then has another shape. A path that begins otherwise is plainly not
    /// meant by the pattern.
    pub fn misses(&self, path: &str) -> bool {
        self.is_meant_for(path) && !self.fits(path)
    }

    /// Whether this path begins as the pattern does.
    pub(super) fn is_meant_for(&self, path: &str) -> bool {
        path.starts_with(&self.start)
    }

    /// What the placeholders stand for in this path, as strings; empty where the path has another shape.
    pub fn captures(&self, path: &str) -> Map<String, Value> {
        let mut captures = Map::new();
        self.add_captures(path, &mut captures);
        captures
    }

    /// Adds what the placeholders stand for in this path, as strings; nothing where the path has another shape.
    pub fn add_captures(&self, path: &str, into: &mut Map<String, Value>) {
        if self.simple.is_none() || self.fits(path) {
            let mut keys = self.captured();
            self.capture(path, |text| into.extend(keys.next().map(|key| (key.to_owned(), text.into()))));
        }
    }

    /// The keys that get a text, in the order of the pattern.
    pub fn captured(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(String::as_str).filter(|key| *key != REST)
    }

    /// Tells the text of each key in turn, and whether the path has the pattern's shape; only then do the texts count.
    pub fn capture<'p>(&self, path: &'p str, mut each: impl FnMut(&'p str)) -> bool {
        if let Some(behind) = &self.simple {
            let mut keys = self.keys.iter();
            return self.walk(behind, path, |text| {
                if keys.next().is_some_and(|key| key != REST) {
                    each(text);
                }
            });
        }
        let Some(found) = self.expression.captures(path) else { return false };
        for (index, _) in self.keys.iter().enumerate().filter(|(_, key)| *key != REST) {
            each(found.get(index + 1).map_or("", |text| text.as_str()));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn placeholders_take_one_segment_and_rest_takes_the_remainder() {
        let pattern = PathPattern::new("site-{site}/{camera}/{date}/{rest}").unwrap();
        assert_eq!(
            Value::Object(pattern.captures("site-leeds/cam 01/2026-04-01/x/y.jpg")),
            json!({"site": "leeds", "camera": "cam 01", "date": "2026-04-01"})
        );
        assert!(pattern.captures("docs/readme.txt").is_empty());
        assert!(!pattern.fits("docs/readme.txt"));
        assert!(pattern.misses("site-leeds/readme.txt") && !pattern.misses("docs/readme.txt"));
    }

    #[test]
    fn literals_are_literal() {
        let pattern = PathPattern::new("a.b+/{x}.jpg").unwrap();
        assert!(pattern.fits("a.b+/1.jpg") && !pattern.fits("aXb+/1.jpg") && !pattern.fits("a.b+/1/2.jpg"));
    }

    #[test]
    fn what_remains_may_be_nothing_or_go_over_lines() {
        let pattern = PathPattern::new("{a}/{rest}").unwrap();
        assert_eq!(Value::Object(pattern.captures("x/")), json!({"a": "x"}));
        assert!(pattern.fits("x/y\nz") && !pattern.fits("x") && !pattern.fits("/y"));
        assert!(PathPattern::new("{a}-{rest}").unwrap().fits("x-y\nz"));
    }

    proptest::proptest! {
        #![proptest_config(crate::seeds::cases(256))]

        #[test]
        fn simple_patterns_mean_what_their_expressions_mean(
            start in "[ab/]{0,2}", parts in proptest::collection::vec("/[ab/]{0,2}", 0..3), end in "|/|/a|rest", path in "[ab/\n]{0,12}"
        ) {
            let mut text = start;
            for (place, part) in parts.iter().enumerate() {
                text.push_str(&format!("{{k{place}}}{part}"));
            }
            text.push_str(if end == "rest" { "{rest}" } else { "{last}" });
            if end != "rest" {
                text.push_str(&end);
            }
            let pattern = PathPattern::new(&text).unwrap();
            proptest::prop_assert!(pattern.simple.is_some());
            let slow = PathPattern { simple: None, ..PathPattern::new(&text).unwrap() };
            proptest::prop_assert_eq!(pattern.fits(&path), slow.fits(&path), "{}", text);
            proptest::prop_assert_eq!(pattern.captures(&path), slow.captures(&path), "{}", text);
        }
    }

    #[test]
    fn malformed_patterns_say_why() {
        for (pattern, part) in [
            ("{a", "without its"),
            ("a}/{b}", "'}' without"),
            ("{a}/b}", "'}' without"),
            ("x-{a}/{b/{rest}", "'{' without"),
            ("{}/x", "empty"),
            ("{a}/{a}", "twice"),
            ("{a}{b}", "nothing between"),
        ] {
            let message = PathPattern::new(pattern).unwrap_err().0;
            assert!(message.contains(part), "{message}");
        }
    }
}
