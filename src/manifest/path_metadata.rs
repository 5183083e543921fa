//! Client metadata read out of a blob's path, by a pattern such as `site-{site}/{camera}/{date}/{rest}`.

use regex::Regex;
use serde_json::{Map, Value};

use super::rules::RuleError;

/// The placeholder whose text is not kept; as the last of a pattern it takes everything that remains, slashes included.
const REST: &str = "rest";

/// A pattern over a blob's whole path. `{name}` takes characters up to the next `/`; `{rest}` at the end takes all that remains.
#[derive(Debug)]
pub struct PathPattern {
    expression: Regex,
    keys: Vec<String>,
    /// The literal text before the first placeholder.
    start: String,
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
        while let Some(open) = rest.find('{') {
            let close = rest[open..].find('}').map(|at| open + at).ok_or_else(|| bad("has a '{' without its '}'"))?;
            let (literal, key) = (&rest[..open], &rest[open + 1..close]);
            if after_placeholder && literal.is_empty() {
                return Err(bad("has two placeholders with nothing between them, so neither has an end"));
            }
            expression.push_str(&regex::escape(literal));
            rest = &rest[close + 1..];
            if key.is_empty() {
                return Err(bad("has an empty placeholder {}"));
            }
            if keys.iter().any(|known| known == key) {
                return Err(bad(&format!("names {{{key}}} twice")));
            }
            expression.push_str(if key == REST && rest.is_empty() { "(.*)" } else { "([^/]+)" });
            keys.push(key.to_owned());
            after_placeholder = true;
        }
        expression.push_str(&regex::escape(rest));
        expression.push('$');
        let expression = Regex::new(&expression).map_err(|error| bad(&error.to_string()))?;
        let start = pattern.split('{').next().unwrap_or_default().to_owned();
        Ok(PathPattern { expression, keys, start })
    }

    /// Whether this path has the pattern's shape.
    pub fn fits(&self, path: &str) -> bool {
        self.expression.is_match(path)
    }

    /// Whether this path begins as the pattern does but then has another shape. A path that begins otherwise is plainly not
    /// meant by the pattern.
    pub fn misses(&self, path: &str) -> bool {
        path.starts_with(&self.start) && !self.fits(path)
    }

    /// What the placeholders stand for in this path, as strings; empty where the path has another shape.
    pub fn captures(&self, path: &str) -> Map<String, Value> {
        let Some(found) = self.expression.captures(path) else { return Map::new() };
        self.keys
            .iter()
            .enumerate()
            .filter(|(_, key)| *key != REST)
            .filter_map(|(index, key)| found.get(index + 1).map(|text| (key.clone(), Value::from(text.as_str()))))
            .collect()
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
    fn malformed_patterns_say_why() {
        for (pattern, part) in
            [("{a", "without its"), ("{}/x", "empty"), ("{a}/{a}", "twice"), ("{a}{b}", "nothing between")]
        {
            let message = PathPattern::new(pattern).unwrap_err().0;
            assert!(message.contains(part), "{message}");
        }
    }
}
