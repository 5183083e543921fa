//! What the user changes: in the config where that can say it, as edits of the schema where not; and how it is undone.

use serde_json::{Map, Value};

use crate::{
    config::{Config, manifest::Metadata},
    manifest::rules::Rules,
    schema::{
        edit::{Edit as KeyEdit, EditError, Refusal},
        key::check_key,
        key_type::KeyType,
        merge::{ChangeKind, describe, diff},
    },
    wizard::{
        field::Field,
        schema::{
            SchemaStep,
            panels::{SchemaPanel, WordForm},
        },
    },
};

/// How a key stood before something was done to it.
#[derive(Debug, Clone)]
struct Before {
    key: String,
    edit: Option<KeyEdit>,
    wanted: Option<KeyType>,
    dropped: Option<KeyType>,
}

/// Something that was done, to be undone.
#[derive(Debug, Clone)]
pub(super) struct Made {
    keys: Vec<Before>,
    /// The metadata's old and new name of the key.
    renamed: Option<(String, String)>,
}

impl Made {
    fn touches(&self, key: &str) -> bool {
        self.keys.iter().any(|before| before.key == key)
    }
}

impl SchemaStep {
    fn remember(&mut self, keys: &[&str], config: &Config) {
        let keys = keys.iter().map(|key| Before {
            key: (*key).to_owned(),
            edit: self.edits.get(*key).cloned(),
            wanted: config.schema.keys.get(*key).cloned(),
            dropped: self.dropped.get(*key).cloned(),
        });
        self.history.push(Made { keys: keys.collect(), renamed: None });
    }

    /// A schema that holds this key alone, as it is in Encord.
    fn alone(&self, key: &str) -> Map<String, Value> {
        self.now(key).map(|now| (key.to_owned(), now.clone())).into_iter().collect()
    }

    /// Whether the import may ask for this type; it is handed back.
    pub(super) fn may_add(
        &self,
        key: &str,
        key_type: KeyType,
        original: Option<&str>,
        config: &Config,
    ) -> Result<KeyType, String> {
        if let Some(wanted) = config.schema.keys.get(key).filter(|_| original != Some(key)) {
            return Err(format!("This import already asks for '{key}' ({}).", describe(&wanted.wire())));
        }
        if matches!(self.edits.get(key), Some(KeyEdit::Delete { .. })) {
            return Err(format!("'{key}' is being deleted by this import; undo that first."));
        }
        let schema = self.alone(key);
        let difference = diff(&schema, &[(key.to_owned(), key_type.clone())].into());
        if difference.conflicts().next().is_none() {
            return Ok(key_type);
        }
        // The rules that were broken have words; that a scalar is not typed anew is this program's own rule.
        let edit = KeyEdit::Add { key: key.to_owned(), key_type };
        let now = schema.get(key).map(describe).unwrap_or_default();
        let own = || EditError { key: key.to_owned(), why: Refusal::Exists(now) };
        Err(edit.apply(&mut schema.clone()).err().unwrap_or_else(own).to_string())
    }

    /// Whether these options may be added to what the key will be.
    pub(super) fn may_widen(&self, key: &str, further: &[String]) -> Result<(), String> {
        let mut schema = self.alone(key);
        if let Some(change) = self.change(key) {
            schema.insert(key.to_owned(), change.then.clone());
        }
        let edit = KeyEdit::AddOptions { key: key.to_owned(), options: further.to_vec() };
        edit.apply(&mut schema).map_err(|error| error.to_string())
    }

    /// Makes the import ask for a key, in place of `original` if that is another one.
    pub(super) fn put(&mut self, original: Option<&str>, key: &str, key_type: KeyType, config: &mut Config) {
        match original.filter(|original| *original != key) {
            Some(original) => {
                self.remember(&[original, key], config);
                config.schema.keys.remove(original);
            }
            None => self.remember(&[key], config),
        }
        config.schema.keys.insert(key.to_owned(), key_type);
        self.dropped.remove(key);
        self.compare(config, false);
        self.go_to_key(key);
    }

    /// Makes the import ask for many keys, each as it was found, is called and typed; each is undone by itself. A key with another
    /// name gets it also where the config says where its values come from; those whose values come from elsewhere are handed back.
    pub(super) fn put_all(
        &mut self,
        keys: Vec<(String, String, KeyType)>,
        config: &mut Config,
    ) -> Vec<(String, String)> {
        let first = keys.first().map(|(_, name, _)| name.clone());
        let mut left = Vec::new();
        for (found, name, key_type) in keys {
            self.remember(&[&name], config);
            config.schema.keys.insert(name.clone(), key_type);
            self.dropped.remove(&name);
            if found != name {
                match renamed(&found, &name, config) {
                    Ok(metadata) if metadata != config.manifest.metadata => {
                        config.manifest.metadata = metadata;
                        if let Some(made) = self.history.last_mut() {
                            made.renamed = Some((found, name));
                        }
                    }
                    _ => left.push((found, name)),
                }
            }
        }
        if let Some(first) = first {
            self.compare(config, false);
            self.go_to_key(&first);
        }
        left
    }

    /// Deletes the key under the cursor, softly or, where it already is deleted softly, for ever; a key that the import adds is
    /// left out instead.
    pub(super) fn delete(&mut self, for_ever: bool, config: &mut Config) {
        let Some(key) = self.list.current().map(str::to_owned) else { return };
        let kind = self.change(&key).map(|change| change.kind.clone());
        let (is_in_encord, is_deleted) = (self.now(&key).is_some(), self.is_deleted(&key));
        let is_gone = is_deleted && self.now(&key).is_some_and(|now| now["deleted_ty"].is_null());
        match kind {
            Some(ChangeKind::Conflict) => {
                self.notice =
                    Some(format!("'{key}' is in conflict: keep Encord's type or rename the config's key first."));
            }
            Some(ChangeKind::DeleteForEver) => self.notice = Some(format!("'{key}' is already deleted for ever.")),
            None if is_gone => self.notice = Some(format!("'{key}' is already deleted for ever.")),
            None if !is_in_encord => self.notice = Some(format!("'{key}' is not added anyway.")),
            // What this import adds or restores stays as it is in Encord.
            Some(ChangeKind::Add | ChangeKind::Restore) if !(for_ever && is_in_encord) => {
                self.remember(&[&key], config);
                self.edits.remove(&key);
                if let Some(wanted) = config.schema.keys.remove(&key) {
                    self.dropped.insert(key, wanted);
                }
                self.compare(config, false);
            }
            kind if for_ever || is_deleted || kind == Some(ChangeKind::Delete) => {
                self.show(SchemaPanel::DeleteForEver(WordForm { key, field: Field::default(), problem: None }));
            }
            _ => self.notice = self.make(KeyEdit::Delete { key, for_ever: false }, config).err(),
        }
    }

    /// Whether the key is deleted in Encord.
    pub(super) fn is_deleted(&self, key: &str) -> bool {
        self.now(key).is_some_and(|now| now["ty"] == "tombstone")
    }

    /// Deletes a key for ever, if its name was typed; false otherwise.
    pub(super) fn delete_for_ever(&mut self, form: &mut WordForm, config: &mut Config) -> bool {
        let result = match form.field.text() == form.key {
            true => self.make(KeyEdit::Delete { key: form.key.clone(), for_ever: true }, config),
            false => Err(format!("Type the key's name exactly: {}", form.key)),
        };
        form.problem = result.err();
        form.problem.is_none()
    }

    /// Takes up an edit, in place of an earlier one of the same key; the import no longer asks for a key that is deleted.
    fn make(&mut self, edit: KeyEdit, config: &mut Config) -> Result<(), String> {
        let key = edit.key().to_owned();
        let mut scratch = self.alone(&key);
        if matches!(edit, KeyEdit::Delete { for_ever: true, .. }) {
            // A key that is deleted softly is restored on the way; of any other this is refused.
            let _ = KeyEdit::Restore { key: key.clone() }.apply(&mut scratch);
        }
        edit.apply(&mut scratch).map_err(|error| error.to_string())?;
        self.remember(&[&key], config);
        config.schema.keys.remove(&key);
        self.edits.insert(key, edit);
        self.compare(config, false);
        Ok(())
    }

    pub(super) fn can_undo(&self, key: &str) -> bool {
        self.is_kept(key) || self.dropped.contains_key(key) || self.history.iter().any(|made| made.touches(key))
    }

    pub(super) fn is_kept(&self, key: &str) -> bool {
        self.change(key).is_some_and(|change| change.kind == ChangeKind::Conflict && self.keeps(change))
    }

    /// Takes back the latest that was done to the key under the cursor; restores one that is deleted softly in Encord.
    pub(super) fn undo(&mut self, config: &mut Config) {
        let Some(key) = self.list.current().map(str::to_owned) else { return };
        let latest = self.history.iter().rposition(|made| made.touches(&key));
        if self.is_kept(&key) {
            self.kept.remove(&key);
        } else if let Some(place) = latest {
            self.take_back(place, &key, config);
        } else if let Some(wanted) = self.dropped.get(&key).cloned() {
            self.put(None, &key, wanted, config);
        } else if self.is_deleted(&key) && self.change(&key).is_none() {
            self.notice = self.make(KeyEdit::Restore { key: key.clone() }, config).err();
        } else {
            self.notice = Some(format!("Nothing was done to '{key}' here."));
        }
        self.compare(config, false);
        self.go_to_key(&key);
    }

    fn take_back(&mut self, place: usize, key: &str, config: &mut Config) {
        let Some(made) = self.history.get(place).cloned() else { return };
        let is_later = |other: &str| self.history.iter().skip(place + 1).any(|later| later.touches(other));
        if let Some(other) = made.keys.iter().find(|before| before.key != key && is_later(&before.key)) {
            self.notice = Some(format!("Undo what was done to '{}' first.", other.key));
            return;
        }
        self.history.remove(place);
        if let Some((old, new)) = &made.renamed {
            rename_metadata(new, old, config);
        }
        // What the user typed stays in sight.
        let stays = made.renamed.is_none() && made.keys.len() == 1;
        for Before { key, edit, wanted, dropped } in made.keys {
            match edit {
                Some(edit) => self.edits.insert(key.clone(), edit),
                None => self.edits.remove(&key),
            };
            let is_unknown = wanted.is_none() && dropped.is_none() && self.now(&key).is_none();
            let removed = match wanted {
                Some(wanted) => config.schema.keys.insert(key.clone(), wanted),
                None => config.schema.keys.remove(&key),
            };
            match dropped.or_else(|| removed.filter(|_| stays && is_unknown)) {
                Some(dropped) => self.dropped.insert(key, dropped),
                None => self.dropped.remove(&key),
            };
        }
    }

    /// Gives a key of the import another name, also where its values come from; false where that is refused.
    pub(super) fn rename(&mut self, form: &mut WordForm, config: &mut Config) -> bool {
        let new = form.field.text().trim().to_owned();
        match self.may_rename(&form.key, &new, config) {
            Ok((key_type, renamed)) => {
                self.put(Some(&form.key), &new, key_type, config);
                config.manifest.metadata = renamed;
                if let Some(made) = self.history.last_mut() {
                    made.renamed = Some((form.key.clone(), new));
                }
                true
            }
            Err(problem) => {
                form.problem = Some(problem);
                false
            }
        }
    }

    fn may_rename(&self, old: &str, new: &str, config: &Config) -> Result<(KeyType, Metadata), String> {
        let Some(key_type) = config.schema.keys.get(old) else {
            return Err(format!("This import no longer asks for '{old}'."));
        };
        if new == old {
            return Err("Type another name.".to_owned());
        }
        check_key(new).map_err(|error| format!("'{new}' will not do: {error}."))?;
        let key_type = self.may_add(new, key_type.clone(), None, config)?;
        Ok((key_type, renamed(old, new, config)?))
    }
}

/// Where the values come from once a key has another name.
///
/// # Errors
/// Why it cannot have that.
fn renamed(old: &str, new: &str, config: &Config) -> Result<Metadata, String> {
    let placeholder = format!("{{{new}}}");
    let metadata = &config.manifest.metadata;
    let is_taken =
        metadata.constants.contains_key(new) || metadata.path.as_ref().is_some_and(|path| path.contains(&placeholder));
    if is_taken {
        return Err(format!("The metadata of this import already uses the name '{new}'."));
    }
    let mut renamed = config.clone();
    rename_metadata(old, new, &mut renamed);
    // `rest` at the end of a path pattern is no key.
    if new == "rest" && renamed.manifest.metadata.path != metadata.path {
        return Err("'rest' stands for the rest of a path; choose another name.".to_owned());
    }
    Rules::new(&renamed.manifest.rules()).map_err(|error| format!("{error}."))?;
    Ok(renamed.manifest.metadata)
}

/// Renames a key where a config says where its values come from.
fn rename_metadata(old: &str, new: &str, config: &mut Config) {
    let metadata = &mut config.manifest.metadata;
    if let Some(path) = &mut metadata.path {
        *path = path.replace(&format!("{{{old}}}"), &format!("{{{new}}}"));
    }
    let constants = std::mem::take(&mut metadata.constants);
    let renamed = constants.into_iter().map(|(key, value)| (if key == old { new.to_owned() } else { key }, value));
    metadata.constants = renamed.collect();
}
