//! One key as it is pressed, as `keys.toml` writes it, and as screens call it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key, or a letter together with Ctrl.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Code(KeyCode),
    Ctrl(char),
}

/// Keys with a name of their own: as `keys.toml` writes them, and as screens call them in UTF-8 and in ASCII.
const NAMED: &[(KeyCode, &str, [&str; 2])] = &[
    (KeyCode::Enter, "enter", ["Enter"; 2]),
    (KeyCode::Esc, "esc", ["Esc"; 2]),
    (KeyCode::Tab, "tab", ["Tab"; 2]),
    (KeyCode::BackTab, "shift-tab", ["Shift-Tab"; 2]),
    (KeyCode::Char(' '), "space", ["Space"; 2]),
    (KeyCode::Up, "up", ["↑", "Up"]),
    (KeyCode::Down, "down", ["↓", "Down"]),
    (KeyCode::Left, "left", ["←", "Left"]),
    (KeyCode::Right, "right", ["→", "Right"]),
    (KeyCode::Home, "home", ["Home"; 2]),
    (KeyCode::End, "end", ["End"; 2]),
    (KeyCode::PageUp, "pgup", ["PgUp"; 2]),
    (KeyCode::PageDown, "pgdn", ["PgDn"; 2]),
    (KeyCode::Insert, "insert", ["Insert"; 2]),
    (KeyCode::Delete, "delete", ["Delete"; 2]),
    (KeyCode::Backspace, "backspace", ["Backspace"; 2]),
];

/// Why a text names no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoKey {
    /// It is none; perhaps this one was meant.
    Unknown(Option<&'static str>),
    /// Terminals send the same for it as for this one.
    SameAs(&'static str),
}

impl Key {
    /// What was pressed; `None` for chords that no action can be bound to.
    pub(super) fn pressed(key: &KeyEvent) -> Option<Key> {
        // AltGr arrives as Ctrl and Alt together on Windows; what it types is text.
        let alt_gr = KeyModifiers::CONTROL | KeyModifiers::ALT;
        match key.code {
            KeyCode::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => Some(Key::Code(KeyCode::BackTab)),
            KeyCode::Char(c) if key.modifiers.contains(alt_gr) => Some(Key::Code(KeyCode::Char(c))),
            KeyCode::Char(c) if key.modifiers.contains(KeyModifiers::CONTROL) => {
                Some(Key::Ctrl(c.to_ascii_lowercase()))
            }
            KeyCode::Char(_)
                if key.modifiers.intersects(KeyModifiers::ALT | KeyModifiers::SUPER | KeyModifiers::META) =>
            {
                None
            }
            code => Some(Key::Code(code)),
        }
    }

    /// Reads a key as `keys.toml` writes it: `v`, `G`, `?`, `space`, `pgdn`, `f5`, `ctrl-l`.
    ///
    /// # Errors
    /// It is none, or terminals cannot tell it from another one.
    pub(super) fn parse(text: &str) -> Result<Key, NoKey> {
        let mut chars = text.chars();
        if let (Some(c), None) = (chars.next(), chars.next())
            && !c.is_control()
            && !c.is_whitespace()
        {
            return Ok(Key::Code(KeyCode::Char(c)));
        }
        let lower = text.to_ascii_lowercase();
        if let Some((code, ..)) = NAMED.iter().find(|(_, name, _)| *name == lower) {
            return Ok(Key::Code(*code));
        }
        if let Some(number) = lower.strip_prefix('f').and_then(|number| number.parse().ok())
            && (1..=12).contains(&number)
        {
            return Ok(Key::Code(KeyCode::F(number)));
        }
        match lower.strip_prefix("ctrl-") {
            Some("i") => Err(NoKey::SameAs("tab")),
            Some("m") => Err(NoKey::SameAs("enter")),
            Some("[") => Err(NoKey::SameAs("esc")),
            Some(letter) if letter.len() == 1 && letter.bytes().all(|byte| byte.is_ascii_lowercase()) => {
                Ok(Key::Ctrl(letter.chars().next().unwrap_or_default()))
            }
            Some(_) | None => {
                let near = |name: &str| strsim::damerau_levenshtein(name, &lower) <= 2;
                Err(NoKey::Unknown(NAMED.iter().map(|(_, name, _)| *name).find(|name| near(name))))
            }
        }
    }

    /// As `keys.toml` writes it.
    pub(super) fn name(self) -> String {
        match self {
            Key::Ctrl(c) => format!("ctrl-{c}"),
            Key::Code(code) => match NAMED.iter().find(|(named, ..)| *named == code) {
                Some((_, name, _)) => (*name).to_owned(),
                None if self.types().is_some() => code.to_string(),
                None => code.to_string().to_lowercase(),
            },
        }
    }

    /// As screens call it.
    pub(super) fn label(self, utf8: bool) -> String {
        match self {
            Key::Ctrl(c) => format!("Ctrl-{}", c.to_ascii_uppercase()),
            Key::Code(code) => match NAMED.iter().find(|(named, ..)| *named == code) {
                Some((.., [sign, word])) => (*if utf8 { sign } else { word }).to_owned(),
                None => code.to_string(),
            },
        }
    }

    /// Whether it is an arrow, whose label is one sign in UTF-8.
    pub(super) fn is_arrow(self) -> bool {
        matches!(self, Key::Code(KeyCode::Up | KeyCode::Down | KeyCode::Left | KeyCode::Right))
    }

    /// Whether it types a character, which a field takes first.
    pub(super) fn types(self) -> Option<char> {
        match self {
            Key::Code(KeyCode::Char(c)) => Some(c),
            Key::Code(_) | Key::Ctrl(_) => None,
        }
    }
}
