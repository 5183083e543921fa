//! One suggestion, what the user makes of it, and how it stands to what Encord and the import have.

use crate::{
    config::Config,
    schema::{
        edit::Edit as KeyEdit,
        infer::Suggestion,
        key::check_key,
        key_type::KeyType,
        merge::{ChangeKind, describe, diff},
    },
    wizard::schema::{SchemaStep, form::KeyKind},
};

/// How a suggested key stands to what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPresence {
    /// Neither Encord nor the import has it.
    New,
    /// Encord has it like this.
    There,
    /// The import asks for it like this.
    Asked,
    /// Encord's or the import's enum has other options; this is what it would be.
    Widens(String),
    /// It is deleted in Encord and would come back as this.
    Returns(String),
    /// The import asks for it as another type, this one, which would be replaced.
    Replaces(String),
    /// Encord has it as another type, this one.
    Conflict(String),
    /// It is deleted in Encord, and was of another type, this one.
    Deleted(String),
    /// It is deleted in Encord for ever.
    DeletedForEver,
    /// This import deletes it.
    Leaves,
    /// The name breaks this rule.
    BadName(String),
}

impl KeyPresence {
    /// Whether the key can be accepted.
    pub fn is_open(&self) -> bool {
        matches!(self, KeyPresence::New | KeyPresence::Widens(_) | KeyPresence::Returns(_) | KeyPresence::Replaces(_))
    }

    /// Whether nothing has to be done for it.
    pub fn is_settled(&self) -> bool {
        matches!(self, KeyPresence::There | KeyPresence::Asked)
    }

    /// Why the key cannot be accepted, and what to do; empty where it can.
    pub fn reason(&self, name: &str) -> String {
        match self {
            KeyPresence::There => format!("'{name}' is in Encord like this already; nothing has to be done."),
            KeyPresence::Asked => format!("This import asks for '{name}' like this already."),
            KeyPresence::Conflict(now) => {
                format!("'{name}' is {now} in Encord and stays so: choose that type, or another name.")
            }
            KeyPresence::Deleted(was) => {
                format!(
                    "'{name}' was {was} and is deleted in Encord; it can only come back as that. Choose that type, or another name."
                )
            }
            KeyPresence::DeletedForEver => format!("'{name}' was deleted for ever in Encord. Choose another name."),
            KeyPresence::Leaves => format!("'{name}' is being deleted by this import; undo that first."),
            KeyPresence::BadName(rule) => format!("'{name}' cannot be a key: {rule}. Give it another name."),
            KeyPresence::New | KeyPresence::Widens(_) | KeyPresence::Returns(_) | KeyPresence::Replaces(_) => {
                String::new()
            }
        }
    }
}

/// How well the values fit the chosen type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fit {
    /// A schema file says so; there are no values.
    Stated,
    /// This share of them, 0 to 1.
    Share(f64),
}

/// One suggestion and what the user makes of it.
#[derive(Debug, Clone)]
pub struct Proposal {
    pub(super) suggestion: Suggestion,
    pub(super) name: String,
    pub(super) key_type: KeyType,
    pub(super) is_accepted: bool,
    pub(super) standing: KeyPresence,
    /// The config names it where it says where values come from.
    pub(super) is_named: bool,
    /// Another name that was typed and not taken.
    pub(super) draft: Option<String>,
}

impl Proposal {
    /// What the values say.
    pub fn suggestion(&self) -> &Suggestion {
        &self.suggestion
    }

    /// The key, as it was found or renamed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type as it is chosen now.
    pub fn key_type(&self) -> &KeyType {
        &self.key_type
    }

    /// Whether the key goes into the import.
    pub fn is_accepted(&self) -> bool {
        self.is_accepted
    }

    /// How the key stands to what is there.
    pub fn standing(&self) -> &KeyPresence {
        &self.standing
    }

    /// How well the values fit the chosen type.
    #[expect(clippy::cast_precision_loss, reason = "a share is shown with two digits")]
    pub fn fit(&self) -> Fit {
        match self.suggestion.values {
            0 => Fit::Stated,
            values => Fit::Share((values - self.refused()) as f64 / values as f64),
        }
    }

    /// How many of the values that were looked at do not fit the chosen type: the items that have them will be errors.
    pub fn refused(&self) -> u64 {
        self.suggestion.values.saturating_sub(self.suggestion.taken_as(&self.key_type))
    }

    /// Whether another name is also used where the values come from: the config itself names the key there. Otherwise a column, a
    /// header or a tag is called like it.
    pub fn is_named(&self) -> bool {
        self.is_named
    }

    fn is_enum(&self) -> bool {
        matches!((&self.key_type, &self.suggestion.options), (KeyType::Enum(chosen), Some(found)) if chosen == found)
    }

    /// The types to go through: all scalars, and what else was found.
    fn types(&self) -> Vec<KeyType> {
        let scalars = KeyKind::ALL.into_iter().filter_map(KeyKind::scalar).map(KeyType::Scalar);
        let found = self.suggestion.options.clone().map(KeyType::Enum);
        let mut types: Vec<KeyType> = scalars.chain(found).collect();
        if !types.contains(&self.suggestion.key_type) {
            types.push(self.suggestion.key_type.clone());
        }
        types
    }

    /// Takes the next type or the one before.
    pub(super) fn turn(&mut self, forward: bool) {
        let types = self.types();
        let at = types.iter().position(|key_type| *key_type == self.key_type).unwrap_or_default();
        let step = if forward { 1 } else { types.len() - 1 };
        let place = (at + step) % types.len();
        if let Some(key_type) = types.into_iter().nth(place) {
            self.key_type = key_type;
        }
    }

    /// Goes from what the values say to an enum of them, or back; false where they do not repeat.
    pub(super) fn switch(&mut self) -> bool {
        match &self.suggestion.options {
            Some(_) if self.is_enum() => self.key_type = self.suggestion.key_type.clone(),
            Some(options) => self.key_type = KeyType::Enum(options.clone()),
            None => return false,
        }
        true
    }
}

impl SchemaStep {
    /// What to make of a suggestion as long as the user says nothing else.
    pub(super) fn propose(&self, suggestion: Suggestion, config: &Config) -> Proposal {
        let mut proposal = Proposal {
            name: suggestion.key.clone(),
            key_type: suggestion.key_type.clone(),
            is_accepted: false,
            standing: KeyPresence::New,
            is_named: is_named(&suggestion.key, config),
            draft: None,
            suggestion,
        };
        proposal.standing = self.standing(&proposal, config);
        if matches!(proposal.standing, KeyPresence::Conflict(_) | KeyPresence::Deleted(_)) && proposal.switch() {
            // Encord may have the enum that the values would make.
            let standing = self.standing(&proposal, config);
            match standing.is_open() || standing.is_settled() {
                true => proposal.standing = standing,
                false => _ = proposal.switch(),
            }
        }
        proposal.is_accepted = proposal.standing == KeyPresence::New && proposal.refused() == 0;
        proposal
    }

    /// How a proposal stands to what Encord has and to what the import asks for.
    pub(super) fn standing(&self, proposal: &Proposal, config: &Config) -> KeyPresence {
        let (name, key_type) = (&proposal.name, &proposal.key_type);
        if let Err(rule) = check_key(name) {
            return KeyPresence::BadName(rule.to_string());
        }
        if matches!(self.edits.get(name), Some(KeyEdit::Delete { .. })) {
            return KeyPresence::Leaves;
        }
        let wanted = [(name.clone(), key_type.clone())].into();
        let compared = |entry: &serde_json::Value| {
            diff(&[(name.clone(), entry.clone())].into_iter().collect(), &wanted).changes.into_iter().next()
        };
        let asked = config.schema.keys.get(name).map(KeyType::wire);
        if let Some(now) = self.now(name)
            && let Some(change) = compared(now)
        {
            match change.kind {
                ChangeKind::Conflict if now["ty"] != "tombstone" => return KeyPresence::Conflict(describe(now)),
                ChangeKind::Conflict if now["deleted_ty"].is_null() => return KeyPresence::DeletedForEver,
                ChangeKind::Conflict => return KeyPresence::Deleted(describe(&now["deleted_ty"])),
                ChangeKind::Restore if asked.is_none() => return KeyPresence::Returns(describe(&change.then)),
                _ if asked.is_none() => return KeyPresence::Widens(describe(&change.then)),
                _ => {}
            }
        } else if self.now(name).is_some() && asked.is_none() {
            return KeyPresence::There;
        }
        let Some(asked) = asked else { return KeyPresence::New };
        match compared(&asked) {
            None => KeyPresence::Asked,
            Some(change) if change.kind == ChangeKind::Widen => KeyPresence::Widens(describe(&change.then)),
            Some(_) => KeyPresence::Replaces(describe(&asked)),
        }
    }

    /// The type that the import is to ask for: where it asks for an enum already, also with the options of that.
    ///
    /// # Errors
    /// Why the key cannot be taken after all.
    pub(super) fn taken(&self, proposal: &Proposal, config: &Config) -> Result<KeyType, String> {
        let key_type = match (proposal.key_type(), config.schema.keys.get(&proposal.name)) {
            (KeyType::Enum(found), Some(KeyType::Enum(asked))) => {
                let mut options = [found.as_slice(), asked.as_slice()].concat();
                options.sort_unstable();
                options.dedup();
                KeyType::Enum(options)
            }
            (key_type, _) => key_type.clone(),
        };
        self.may_add(&proposal.name, key_type, Some(&proposal.name), config)
    }
}

/// Whether a config names a key where it says where values come from.
pub(super) fn is_named(key: &str, config: &Config) -> bool {
    let metadata = &config.manifest.metadata;
    metadata.constants.contains_key(key)
        || metadata.path.as_ref().is_some_and(|path| path.contains(&format!("{{{key}}}")))
}
