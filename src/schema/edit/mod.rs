//! Single edits of a schema, allowed and refused as the official SDK does.

use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::schema::{
    key::{KeyError, check_key},
    key_type::{KeyType, MOST_NUMBERS, MOST_VALUES, options},
    merge::describe,
};

/// One edit, made on a schema as Encord serves it. The rules are those of `MetadataSchema` in the SDK (`encord` 0.1.211,
/// `metadata_schema.py`), with two differences: fields and types that are not understood are kept instead of dropped or
/// refused, and a repeated option of an enum is kept once instead of twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Adds a key. A scalar may also take the place of another one that is a `variant`, deleted softly or not.
    Add {
        /// The key.
        key: String,
        /// Its type.
        key_type: KeyType,
    },
    /// Adds options to an enum.
    AddOptions {
        /// The key of the enum.
        key: String,
        /// The further options, at least one.
        options: Vec<String>,
    },
    /// Deletes a key.
    Delete {
        /// The key.
        key: String,
        /// For ever: the type is forgotten, the key can neither be restored nor added again.
        for_ever: bool,
    },
    /// Takes back a deletion that was not for ever.
    Restore {
        /// The key.
        key: String,
    },
}

/// An edit that the schema does not allow; the schema stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("The metadata key '{key}' {why}.")]
pub struct EditError {
    /// The key.
    pub key: String,
    /// The rule.
    pub why: Refusal,
}

/// Why an edit is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The name breaks a rule.
    #[error("cannot be used: {0}")]
    Key(KeyError),
    /// The key exists as something that cannot be typed anew.
    #[error("already exists ({0}), and its type cannot be changed; choose another key")]
    Exists(String),
    /// The key is deleted softly, and was of a type other than what is asked for.
    #[error("was deleted ({0}) and can only come back as what it was; restore it or choose another key")]
    Deleted(String),
    /// The key is deleted for ever.
    #[error("was deleted for ever and cannot be used again; choose another key")]
    DeletedForEver,
    /// The key is not in the schema.
    #[error("is not in the schema")]
    Missing,
    /// Options are for enums.
    #[error("is not an enum ({0}), so it takes no options")]
    NotAnEnum(String),
    /// An enum without options, or no options to add.
    #[error("needs at least one option")]
    NoOptions,
    /// Too many options, counted as the SDK does: those there are and all of those given.
    #[error("would have {0} options, and an enum may have 255; use varchar if there are more")]
    TooManyOptions(usize),
    /// The size of an embedding.
    #[error("cannot be an embedding of {0} numbers; 1 to 4096 are possible")]
    EmbeddingSize(u32),
    /// Deleting twice.
    #[error("is already deleted")]
    AlreadyDeleted,
    /// Restoring what is not deleted.
    #[error("is not deleted, so there is nothing to restore")]
    NotDeleted,
    /// The entry does not have the form that its type should have.
    #[error("has an entry in Encord's schema that this version does not understand, so it is left alone")]
    NotUnderstood,
}

impl Edit {
    /// The key that is edited.
    pub fn key(&self) -> &str {
        match self {
            Edit::Add { key, .. } | Edit::AddOptions { key, .. } | Edit::Delete { key, .. } | Edit::Restore { key } => {
                key
            }
        }
    }

    /// Makes the edit; everything else stays as and where it is.
    ///
    /// # Errors
    /// The first rule that the edit breaks, in the SDK's order; then the schema is unchanged.
    pub fn apply(&self, schema: &mut Map<String, Value>) -> Result<(), EditError> {
        let now = schema.get(self.key());
        let then = match self {
            Edit::Add { key, key_type } => add(key, now, key_type),
            Edit::AddOptions { key, options } => widen(key, now, options),
            Edit::Delete { key, for_ever } => delete(key, now, *for_ever),
            Edit::Restore { .. } => restore(now),
        };
        let then = then.map_err(|why| EditError { key: self.key().to_owned(), why })?;
        schema.insert(self.key().to_owned(), then);
        Ok(())
    }

    /// What Encord's documentation advises against although the SDK allows it.
    pub fn advice(&self) -> Option<&'static str> {
        let Edit::Add { key, key_type: KeyType::Embedding(size) } = self else { return None };
        if !key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
            return Some("Encord recommends only letters, digits, '-' and '_' in the key of an embedding.");
        }
        (*size != 512).then_some("Encord Active works with embeddings of 512 numbers.")
    }
}

fn valid(key: &str) -> Result<(), Refusal> {
    check_key(key).map_err(Refusal::Key)
}

fn add(key: &str, now: Option<&Value>, key_type: &KeyType) -> Result<Value, Refusal> {
    if let KeyType::Scalar(scalar) = key_type {
        let from = now.map(variant).transpose()?;
        valid(key)?;
        return Ok(match from {
            Some(from) => with_field(from, "hint", scalar.hint().into()),
            None => key_type.wire(),
        });
    }
    if let Some(now) = now {
        return Err(taken(now));
    }
    valid(key)?;
    match key_type {
        KeyType::Enum(values) => Ok(KeyType::Enum(counted(Vec::new(), values)?).wire()),
        KeyType::Embedding(size) if !(1..=MOST_NUMBERS).contains(size) => Err(Refusal::EmbeddingSize(*size)),
        other => Ok(other.wire()),
    }
}

/// The `variant` that a scalar may take the place of.
fn variant(now: &Value) -> Result<&Value, Refusal> {
    let held = if now["ty"] == "tombstone" { &now["deleted_ty"] } else { now };
    if held["ty"] == "variant" { Ok(held) } else { Err(taken(now)) }
}

fn taken(now: &Value) -> Refusal {
    match (&now["ty"], &now["deleted_ty"]) {
        (ty, Value::Null) if ty == "tombstone" => Refusal::DeletedForEver,
        (ty, deleted) if ty == "tombstone" => Refusal::Deleted(describe(deleted)),
        _ => Refusal::Exists(describe(now)),
    }
}

fn widen(key: &str, now: Option<&Value>, further: &[String]) -> Result<Value, Refusal> {
    let now = now.ok_or(Refusal::Missing)?;
    valid(key)?;
    if now["ty"] != "enum" {
        return Err(Refusal::NotAnEnum(describe(now)));
    }
    let have = options(now).ok_or(Refusal::NotUnderstood)?;
    let values = counted(have.into_iter().map(str::to_owned).collect(), further)?;
    Ok(with_field(now, "values", values.into()))
}

/// All options in the order in which the SDK writes them. Repeated ones count, as in the SDK, but are not kept.
fn counted(mut have: Vec<String>, further: &[String]) -> Result<Vec<String>, Refusal> {
    if further.is_empty() {
        return Err(Refusal::NoOptions);
    }
    have.extend_from_slice(further);
    if have.len() > MOST_VALUES {
        return Err(Refusal::TooManyOptions(have.len()));
    }
    have.sort_unstable();
    have.dedup();
    Ok(have)
}

fn delete(key: &str, now: Option<&Value>, for_ever: bool) -> Result<Value, Refusal> {
    let now = now.ok_or(Refusal::Missing)?;
    valid(key)?;
    if now["ty"] == "tombstone" {
        return Err(Refusal::AlreadyDeleted);
    }
    // A null would mean a deletion for ever.
    if now.is_null() && !for_ever {
        return Err(Refusal::NotUnderstood);
    }
    Ok(json!({ "ty": "tombstone", "deleted_ty": if for_ever { &Value::Null } else { now } }))
}

fn restore(now: Option<&Value>) -> Result<Value, Refusal> {
    let now = now.ok_or(Refusal::Missing)?;
    if now["ty"] != "tombstone" {
        return Err(Refusal::NotDeleted);
    }
    match &now["deleted_ty"] {
        Value::Null => Err(Refusal::DeletedForEver),
        deleted => Ok(deleted.clone()),
    }
}

fn with_field(entry: &Value, field: &str, value: Value) -> Value {
    let mut entry = entry.clone();
    if let Some(fields) = entry.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
    entry
}

#[cfg(test)]
mod tests;
