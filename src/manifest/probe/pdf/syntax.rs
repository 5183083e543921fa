//! Objects as a PDF writes them (ISO 32000-1, section 7.3).

use lopdf::{Dictionary, Object, StringFormat};

/// How deep arrays and dictionaries may stand in each other. What leads to the pages has two levels, encryption has four.
const DEEPEST: usize = 16;
/// The most values of one object that are kept; others are read over.
const MOST_KEPT: usize = 50_000;
/// The most bytes that an object may have: a table of 100,000 pages has half of it.
const LARGEST: usize = 2 << 20;

pub(super) struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    kept: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Parser<'a> {
        let end = at.saturating_add(LARGEST).min(bytes.len());
        Parser { bytes: &bytes[..end], at, kept: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Skips white space and comments.
    pub(super) fn space(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                self.at +=
                    self.rest().iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(self.rest().len());
            } else if is_space(byte) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// Skips these bytes, if they come next.
    pub(super) fn skip(&mut self, text: &[u8]) -> bool {
        let comes = self.rest().starts_with(text);
        if comes {
            self.at += text.len();
        }
        comes
    }

    /// A whole number without a sign, behind white space.
    pub(super) fn number(&mut self) -> Option<usize> {
        self.space();
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = std::str::from_utf8(self.rest().get(..digits)?).ok()?.parse().ok()?;
        self.at += digits;
        Some(number)
    }

    /// An object with its number, `12 0 obj …`, as far as its stream.
    pub(super) fn indirect(&mut self) -> Option<((u32, u16), Object)> {
        let id = (u32::try_from(self.number()?).ok()?, u16::try_from(self.number()?).ok()?);
        self.space();
        self.skip(b"obj").then_some(())?;
        Some((id, self.object()?))
    }

    pub(super) fn object(&mut self) -> Option<Object> {
        self.kept = 0;
        self.value(DEEPEST)
    }

    /// Calls itself for what is in arrays and dictionaries, to a fixed depth.
    fn value(&mut self, deepest: usize) -> Option<Object> {
        self.space();
        match self.peek()? {
            b'/' => self.name().map(Object::Name),
            b'(' => self.literal(),
            b'<' if self.skip(b"<<") => {
                let deepest = deepest.checked_sub(1)?;
                let mut dictionary = Dictionary::new();
                loop {
                    self.space();
                    if self.skip(b">>") {
                        return Some(Object::Dictionary(dictionary));
                    }
                    let (key, value) = (self.name()?, self.value(deepest)?);
                    if self.keeps() {
                        dictionary.set(key, value);
                    }
                }
            }
            b'<' => self.hexadecimal(),
            b'[' => {
                self.at += 1;
                let deepest = deepest.checked_sub(1)?;
                let mut array = Vec::new();
                loop {
                    self.space();
                    if self.skip(b"]") {
                        return Some(Object::Array(array));
                    }
                    let value = self.value(deepest)?;
                    if self.keeps() {
                        array.push(value);
                    }
                }
            }
            b'0'..=b'9' => Some(self.reference().unwrap_or_else(|| self.plain())),
            byte if is_regular(byte) => Some(self.plain()),
            _ => None,
        }
    }

    fn keeps(&mut self) -> bool {
        self.kept += 1;
        self.kept <= MOST_KEPT
    }

    /// `12 0 R`
    fn reference(&mut self) -> Option<Object> {
        let begin = self.at;
        let id = self.number().zip(self.number());
        self.space();
        let id =
            id.filter(|_| self.rest().first() == Some(&b'R') && !self.rest().get(1).copied().is_some_and(is_regular));
        let id =
            id.and_then(|(number, generation)| Some((u32::try_from(number).ok()?, u16::try_from(generation).ok()?)));
        self.at = if id.is_some() { self.at + 1 } else { begin };
        id.map(Object::Reference)
    }

    /// A number or a word.
    fn plain(&mut self) -> Object {
        let length = self.rest().iter().take_while(|byte| is_regular(**byte)).count();
        let text = std::str::from_utf8(&self.rest()[..length]).unwrap_or_default();
        self.at += length;
        match text {
            "true" | "false" => Object::Boolean(text == "true"),
            text => {
                let real = || text.parse().map_or(Object::Null, Object::Real);
                text.parse().map_or_else(|_| real(), Object::Integer)
            }
        }
    }

    fn name(&mut self) -> Option<Vec<u8>> {
        self.skip(b"/").then_some(())?;
        let length = self.rest().iter().take_while(|byte| is_regular(**byte)).count();
        let mut rest = &self.rest()[..length];
        self.at += length;
        let mut name = Vec::new();
        while let Some((first, others)) = rest.split_first() {
            let escaped = others.first_chunk::<2>().filter(|_| *first == b'#');
            let escaped = escaped.and_then(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
            name.push(escaped.unwrap_or(*first));
            rest = if escaped.is_some() { &others[2..] } else { others };
        }
        Some(name)
    }

    /// `(text)`, in which parentheses are paired or escaped.
    fn literal(&mut self) -> Option<Object> {
        self.at += 1;
        let mut text = Vec::new();
        let mut open = 1_usize;
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' if open == 1 => return Some(Object::String(text, StringFormat::Literal)),
                b')' => open -= 1,
                b'\\' => {
                    self.escape(&mut text)?;
                    continue;
                }
                _ => {}
            }
            text.push(byte);
        }
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Option<()> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            // The end of a line.
            b'\r' => _ = self.skip(b"\n"),
            b'\n' => {}
            b'0'..=b'7' => {
                self.at -= 1;
                let digits = self.rest().iter().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
                let number =
                    self.rest()[..digits].iter().fold(0_u32, |number, byte| number << 3 | u32::from(byte - b'0'));
                self.at += digits;
                text.push((number & 0xff) as u8);
            }
            byte => text.push(byte),
        }
        Some(())
    }

    /// `<0A1B>`
    fn hexadecimal(&mut self) -> Option<Object> {
        self.at += 1;
        let length = self.rest().iter().position(|byte| *byte == b'>')?;
        let digits: Vec<u8> = self.rest()[..length].iter().copied().filter_map(digit).collect();
        self.at += length + 1;
        let bytes = digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or_default());
        Some(Object::String(bytes.collect(), StringFormat::Hexadecimal))
    }
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ')
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}
