//! The form of a new key.

use crate::{
    schema::key_type::{KeyType, Scalar},
    wizard::{
        action::{Action, Edit},
        field::Field,
        schema::options::OptionList,
    },
};

/// The types to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyKind {
    /// True or false.
    Boolean,
    /// A point in time.
    Datetime,
    /// A number.
    Number,
    /// A UUID.
    Uuid,
    /// A short string.
    #[default]
    Varchar,
    /// A long string.
    Text,
    /// One of several options.
    Enum,
    /// A vector.
    Embedding,
    /// A latitude and a longitude.
    Geospatial,
}

impl KeyKind {
    /// In the order in which they are gone through.
    pub const ALL: [KeyKind; 9] = [
        KeyKind::Boolean,
        KeyKind::Datetime,
        KeyKind::Number,
        KeyKind::Uuid,
        KeyKind::Varchar,
        KeyKind::Text,
        KeyKind::Enum,
        KeyKind::Embedding,
        KeyKind::Geospatial,
    ];

    /// What Encord calls it.
    pub fn name(self) -> &'static str {
        match self {
            KeyKind::Boolean => "boolean",
            KeyKind::Datetime => "datetime",
            KeyKind::Number => "number",
            KeyKind::Uuid => "uuid",
            KeyKind::Varchar => "varchar",
            KeyKind::Text => "text",
            KeyKind::Enum => "enum",
            KeyKind::Embedding => "embedding",
            KeyKind::Geospatial => "geospatial",
        }
    }

    /// What it is for.
    pub fn meaning(self) -> &'static str {
        match self {
            KeyKind::Boolean => "true or false",
            KeyKind::Datetime => "a date with a time, ISO 8601",
            KeyKind::Number => "any number, to filter by ranges",
            KeyKind::Uuid => "a UUID",
            KeyKind::Varchar => "a string of up to 8192 characters, to filter and sort by",
            KeyKind::Text => "a long string; it cannot be sorted by",
            KeyKind::Enum => "one of up to 255 options",
            KeyKind::Embedding => "a vector of numbers, for similarity search",
            KeyKind::Geospatial => "a latitude and a longitude",
        }
    }

    /// The type of a single value; `None` where more than one number or text makes a value, or only some do.
    pub(super) fn scalar(self) -> Option<Scalar> {
        match self {
            KeyKind::Boolean => Some(Scalar::Boolean),
            KeyKind::Datetime => Some(Scalar::Datetime),
            KeyKind::Number => Some(Scalar::Number),
            KeyKind::Uuid => Some(Scalar::Uuid),
            KeyKind::Varchar => Some(Scalar::Varchar),
            KeyKind::Text => Some(Scalar::Text),
            KeyKind::Enum | KeyKind::Embedding | KeyKind::Geospatial => None,
        }
    }

    fn of(key_type: &KeyType) -> KeyKind {
        match key_type {
            KeyType::Scalar(Scalar::Boolean) => KeyKind::Boolean,
            KeyType::Scalar(Scalar::Datetime) => KeyKind::Datetime,
            KeyType::Scalar(Scalar::Number) => KeyKind::Number,
            KeyType::Scalar(Scalar::Uuid) => KeyKind::Uuid,
            KeyType::Scalar(Scalar::Varchar) => KeyKind::Varchar,
            KeyType::Scalar(Scalar::Text) => KeyKind::Text,
            KeyType::Enum(_) => KeyKind::Enum,
            KeyType::Embedding(_) => KeyKind::Embedding,
            KeyType::Geospatial => KeyKind::Geospatial,
        }
    }
}

/// The part of the form that has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormFocus {
    /// The key's name.
    Name,
    /// The type.
    Kind,
    /// An enum's options or an embedding's size.
    Detail,
}

/// The form of a new key.
#[derive(Debug, Clone)]
pub struct KeyForm {
    /// The key that is changed, if it is not a new one.
    pub(super) original: Option<String>,
    pub(super) name: Field,
    pub(super) kind: KeyKind,
    pub(super) options: OptionList,
    pub(super) size: Field,
    pub(super) focus: FormFocus,
    pub(super) problem: Option<String>,
    /// The letters of a type's name that were typed one after the other.
    letters: String,
    pub(super) advice: Option<&'static str>,
}

/// The first type from this one on whose name begins so, then those with old names, with the advice on such a name.
fn named(from: KeyKind, letters: &str) -> Option<(KeyKind, Option<&'static str>)> {
    let at = KeyKind::ALL.iter().position(|kind| *kind == from).unwrap_or_default();
    let mut kinds = KeyKind::ALL.into_iter().cycle().skip(at).take(KeyKind::ALL.len());
    let today = kinds.find(|kind| kind.name().starts_with(letters)).map(|kind| (kind, None));
    let old = || {
        let name = ["string", "long_string"].into_iter().find(|name| name.starts_with(letters))?;
        let kind = Scalar::from_name(name).map(KeyType::Scalar).map(|key_type| KeyKind::of(&key_type))?;
        Some((kind, Scalar::advice(name)))
    };
    today.or_else(old)
}

/// The size that Encord Active works with.
const USUAL_SIZE: &str = "512";

impl KeyForm {
    pub(super) fn new(of: Option<(&str, &KeyType)>) -> KeyForm {
        let (options, size) = match of {
            Some((_, KeyType::Enum(options))) => (options.as_slice(), USUAL_SIZE.to_owned()),
            Some((_, KeyType::Embedding(size))) => (&[][..], size.to_string()),
            _ => (&[][..], USUAL_SIZE.to_owned()),
        };
        KeyForm {
            original: of.map(|(key, _)| key.to_owned()),
            name: Field::new(of.map_or("", |(key, _)| key)),
            kind: of.map(|(_, key_type)| KeyKind::of(key_type)).unwrap_or_default(),
            options: OptionList::new(options),
            size: Field::new(&size),
            focus: FormFocus::Name,
            problem: None,
            letters: String::new(),
            advice: None,
        }
    }

    /// The key that is changed, if it is not a new one.
    pub fn original(&self) -> Option<&str> {
        self.original.as_deref()
    }

    /// The key's name.
    pub fn name(&self) -> &Field {
        &self.name
    }

    /// The type.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// An enum's options.
    pub fn options(&self) -> &OptionList {
        &self.options
    }

    /// An embedding's size.
    pub fn size(&self) -> &Field {
        &self.size
    }

    /// The part that has the keyboard.
    pub fn focus(&self) -> FormFocus {
        self.focus
    }

    /// Why the key cannot be added as it is.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// What to know about the name by which the type was chosen.
    pub fn advice(&self) -> Option<&'static str> {
        self.advice
    }

    /// Whether the type needs more than its name.
    pub fn has_detail(&self) -> bool {
        matches!(self.kind, KeyKind::Enum | KeyKind::Embedding)
    }

    /// Whether it is as the form of a new key is opened: blanks were typed, too.
    pub(super) fn is_untouched(&self) -> bool {
        self.original.is_none()
            && self.name.text().is_empty()
            && self.kind == KeyKind::default()
            && self.options.is_empty()
            && self.size.text() == USUAL_SIZE
    }

    pub(super) fn edit(&mut self, edit: &Edit) {
        self.problem = None;
        match (self.focus, self.kind) {
            (FormFocus::Name, _) => self.name.edit(edit),
            (FormFocus::Kind, _) => self.edit_kind(edit),
            (FormFocus::Detail, KeyKind::Enum) => self.options.edit(edit),
            (FormFocus::Detail, _) => self.size.edit(edit),
        }
    }

    /// The arrows and the space bar go through the types; letters go to the type whose name they begin, old names included.
    fn edit_kind(&mut self, edit: &Edit) {
        let last = KeyKind::ALL.len() - 1;
        let at = KeyKind::ALL.iter().position(|kind| *kind == self.kind).unwrap_or_default();
        let place = match edit {
            Edit::Right | Edit::Insert(' ') => (at + 1) % (last + 1),
            Edit::Left => at.checked_sub(1).unwrap_or(last),
            Edit::Home => 0,
            Edit::End => last,
            Edit::Insert(c) => return self.type_kind(*c),
            Edit::Paste(name) => return name.trim().chars().for_each(|c| self.type_kind(c)),
            _ => at,
        };
        self.letters.clear();
        self.advice = None;
        self.kind = KeyKind::ALL.get(place).copied().unwrap_or(self.kind);
    }

    /// A further letter of a name, or the first one of another; that goes to the next type that begins with it.
    fn type_kind(&mut self, c: char) {
        let c = c.to_ascii_lowercase();
        self.letters.push(c);
        let mut found = named(self.kind, &self.letters);
        if found.is_none() || self.letters.len() == c.len_utf8() {
            self.letters = c.to_string();
            let at = KeyKind::ALL.iter().position(|kind| *kind == self.kind).unwrap_or_default();
            let after = KeyKind::ALL.get(at + 1).copied().unwrap_or(KeyKind::Boolean);
            found = named(after, &self.letters);
        }
        if let Some((kind, advice)) = found {
            self.kind = kind;
            self.advice = advice;
        }
    }

    pub(super) fn move_focus(&mut self, action: Action) {
        let stops: &[FormFocus] = match self.has_detail() {
            true => &[FormFocus::Name, FormFocus::Kind, FormFocus::Detail],
            false => &[FormFocus::Name, FormFocus::Kind],
        };
        let at = stops.iter().position(|stop| *stop == self.focus).unwrap_or_default();
        let at = match action {
            Action::FocusPrevious | Action::Up => at + stops.len() - 1,
            _ => at + 1,
        };
        self.focus = stops.get(at % stops.len()).copied().unwrap_or(FormFocus::Name);
    }

    /// The type as it is filled in.
    ///
    /// # Errors
    /// What is missing; the part in question gets the keyboard.
    pub(super) fn key_type(&mut self) -> Result<KeyType, String> {
        if let Some(scalar) = self.kind.scalar() {
            return Ok(KeyType::Scalar(scalar));
        }
        match self.kind {
            KeyKind::Enum => {
                self.options.take();
                let mut options = self.options.taken().to_vec();
                options.sort_unstable();
                if options.is_empty() {
                    self.focus = FormFocus::Detail;
                    return Err("An enum needs at least one option.".to_owned());
                }
                Ok(KeyType::Enum(options))
            }
            KeyKind::Embedding => match self.size.text().trim().parse() {
                Ok(size @ 1..=4096) => Ok(KeyType::Embedding(size)),
                _ => {
                    self.focus = FormFocus::Detail;
                    Err("The size of an embedding is a whole number from 1 to 4096.".to_owned())
                }
            },
            _ => Ok(KeyType::Geospatial),
        }
    }
}
