//! Reads a JSON text and tells the first place that is none.

use std::borrow::Cow;

use crate::manifest::read::json::spanned::{Json, Member, SpannedValue, SyntaxError};

/// Values may lie in one another as deep as serde_json takes them.
const DEEPEST: usize = 128;
/// Reads the one value of which a text consists.
pub(super) fn whole(text: &str) -> Result<SpannedValue<'_>, SyntaxError> {
    let mut parser = Parser { text, bytes: text.as_bytes(), at: 0, depth: 0 };
    parser.blank();
    let node = parser.value()?;
    parser.blank();
    if parser.at < parser.bytes.len() {
        return Err(parser.expected("the end of the value"));
    }
    Ok(node)
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn slice(&self, from: usize) -> &'a str {
        self.text.get(from..self.at).unwrap_or_default()
    }

    fn expected(&self, what: &str) -> SyntaxError {
        let rest = self.text.get(self.at..).unwrap_or_default();
        SyntaxError {
            at: self.at,
            message: format!("expected {what}, found {}{}", found(rest), hint(rest)),
            truncated: rest.is_empty(),
        }
    }

    fn broken<T>(&self, at: usize, message: impl Into<String>) -> Result<T, SyntaxError> {
        Err(SyntaxError { at, message: message.into(), truncated: false })
    }

    fn value(&mut self) -> Result<SpannedValue<'a>, SyntaxError> {
        let at = self.at;
        let value = match self.peek() {
            Some(b'"') => Json::Text(self.string()?),
            Some(b'{') => self.deeper(Parser::object)?,
            Some(b'[') => self.deeper(Parser::list)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') if self.word("true") => Json::Bool(true),
            Some(b'f') if self.word("false") => Json::Bool(false),
            Some(b'n') if self.word("null") => Json::Null,
            Some(b'N') if self.word("NaN") => Json::NotFinite("NaN"),
            Some(b'I') if self.word("Infinity") => Json::NotFinite("Infinity"),
            _ => return Err(self.expected("a value")),
        };
        Ok(SpannedValue { at, value })
    }

    fn word(&mut self, word: &str) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let is = rest.starts_with(word.as_bytes())
            && !rest.get(word.len()).is_some_and(|next| next.is_ascii_alphanumeric() || *next == b'_');
        if is {
            self.at += word.len();
        }
        is
    }

    fn deeper(&mut self, read: fn(&mut Self) -> Result<Json<'a>, SyntaxError>) -> Result<Json<'a>, SyntaxError> {
        if self.depth == DEEPEST {
            return self.broken(self.at, format!("more than {DEEPEST} objects and lists within one another"));
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> Result<Json<'a>, SyntaxError> {
        let mut members = Vec::new();
        self.at += 1;
        self.blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        members.reserve(4);
        loop {
            let at = self.at;
            if self.peek() != Some(b'"') {
                let trailing = !members.is_empty() && self.peek() == Some(b'}');
                return match trailing {
                    true => self.broken(at, "a comma before '}': JSON has none behind the last value"),
                    false => Err(self.expected("a key in double quotes")),
                };
            }
            let key = self.string()?;
            self.blank();
            if self.peek() != Some(b':') {
                return Err(self.expected("':' behind the key"));
            }
            self.at += 1;
            self.blank();
            let node = self.value()?;
            members.push(Member { at, key, node });
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Json::Object(members));
                }
                _ => return Err(self.expected("',' or '}' behind the value")),
            }
            self.blank();
        }
    }

    fn list(&mut self) -> Result<Json<'a>, SyntaxError> {
        let mut items = Vec::new();
        self.at += 1;
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::List(items));
        }
        loop {
            if self.peek() == Some(b']') {
                return self.broken(self.at, "a comma before ']': JSON has none behind the last value");
            }
            items.push(self.value()?);
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Json::List(items));
                }
                _ => return Err(self.expected("',' or ']' behind the value")),
            }
            self.blank();
        }
    }

    fn number(&mut self) -> Result<Json<'a>, SyntaxError> {
        let from = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
            if self.peek() == Some(b'I') && self.word("Infinity") {
                return Ok(Json::NotFinite("-Infinity"));
            }
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.expected("a digit")),
        }
        if matches!(self.peek(), Some(b'0'..=b'9')) {
            return self.broken(from, "a number that begins with 0: JSON takes no leading zeros");
        }
        let mut exponent = false;
        if self.peek() == Some(b'.') {
            self.at += 1;
            if !matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.expected("a digit behind the point"));
            }
            self.digits();
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            exponent = true;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if !matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.expected("a digit of the exponent"));
            }
            self.digits();
        }
        let digits = self.slice(from);
        // Only such numbers can be too large for a double.
        let large = (exponent || digits.len() > 300) && digits.parse::<f64>().is_ok_and(f64::is_infinite);
        Ok(if large { Json::NotFinite(digits) } else { Json::Number(digits) })
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    /// A text; the parser stands on its opening quote.
    fn string(&mut self) -> Result<Cow<'a, str>, SyntaxError> {
        let opening = self.at;
        self.at += 1;
        let from = self.at;
        self.plain();
        if self.peek() == Some(b'"') {
            let text = self.slice(from);
            self.at += 1;
            return Ok(Cow::Borrowed(text));
        }
        let mut text = self.slice(from).to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(b'\n' | b'\r') => {
                    return self.broken(opening, "a text that does not end on its line: a closing quote is missing");
                }
                Some(control) => {
                    return self.broken(
                        self.at,
                        format!("the control character U+{control:04X} in a text: JSON writes it \\u{control:04x}"),
                    );
                }
                None => {
                    let message = "a text without its closing quote".to_owned();
                    return Err(SyntaxError { at: self.at, message, truncated: true });
                }
            }
            let from = self.at;
            self.plain();
            text.push_str(self.slice(from));
        }
    }

    /// Goes to the next byte of a text that means something: a quote, a backslash, a control character.
    fn plain(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let special = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F));
        self.at += special.unwrap_or(rest.len());
    }

    fn escape(&mut self) -> Result<char, SyntaxError> {
        let at = self.at;
        self.at += 1;
        let Some(letter) = self.peek() else { return Err(self.expected("an escape")) };
        self.at += 1;
        Ok(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit(at)?;
                let code = match first {
                    0xD800..=0xDBFF if self.bytes.get(self.at..self.at + 2) == Some(b"\\u") => {
                        self.at += 2;
                        let second = self.unit(at)?;
                        match second {
                            0xDC00..=0xDFFF => 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00),
                            _ => first,
                        }
                    }
                    _ => first,
                };
                match char::from_u32(code) {
                    Some(character) => character,
                    None => {
                        return self
                            .broken(at, format!("\\u{first:04x} is half of a character: its other half is missing"));
                    }
                }
            }
            _ => {
                return self
                    .broken(at, "a backslash before a character that needs none; a literal backslash is written \\\\");
            }
        })
    }

    fn unit(&mut self, escape: usize) -> Result<u32, SyntaxError> {
        let digits = self.bytes.get(self.at..self.at + 4).unwrap_or_default();
        let unit = digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + char::from(*digit).to_digit(16)?));
        match unit.filter(|_| digits.len() == 4) {
            Some(unit) => {
                self.at += 4;
                Ok(unit)
            }
            None => self.broken(escape, "\\u without four hexadecimal digits behind it"),
        }
    }
}

/// What stands there, in a few characters.
pub(crate) fn found(rest: &str) -> String {
    let Some(first) = rest.chars().next() else { return "the end".to_owned() };
    let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').take(20).collect();
    match word.is_empty() {
        true if first.is_control() => format!("U+{:04X}", u32::from(first)),
        true => format!("'{first}'"),
        false => format!("'{word}'"),
    }
}

/// What is likely meant.
fn hint(rest: &str) -> &'static str {
    let starts = |word: &str| rest.starts_with(word);
    if starts("'") {
        ": JSON writes texts in double quotes"
    } else if starts("//") || starts("/*") || starts("#") {
        ": JSON has no comments"
    } else if starts("True") || starts("False") || starts("None") {
        ": that is Python; JSON writes true, false and null"
    } else if starts("\u{201c}") || starts("\u{201d}") {
        ": these are typographic quotes; JSON writes \""
    } else {
        ""
    }
}
