//! Merging the keys an import needs into the schema an organisation has.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::schema::{edit::Edit, key_type::KeyType};

/// What happens to one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// The key is new.
    Add,
    /// The enum gets further values; none is taken away.
    Widen,
    /// The key was deleted softly and comes back.
    Restore,
    /// The key exists with another type; nothing can be changed.
    Conflict,
    /// The key is deleted softly: it can be restored.
    Delete,
    /// The key is deleted for ever: nobody can use its name again.
    DeleteForEver,
}

impl ChangeKind {
    /// Its name for programs.
    pub fn name(&self) -> &'static str {
        match self {
            ChangeKind::Add => "add",
            ChangeKind::Widen => "widen",
            ChangeKind::Restore => "restore",
            ChangeKind::Conflict => "conflict",
            ChangeKind::Delete => "delete",
            ChangeKind::DeleteForEver => "delete-for-ever",
        }
    }
}

/// A key whose entry in the schema is not yet what the import needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The key.
    pub key: String,
    /// What happens to it.
    pub kind: ChangeKind,
    /// Its entry now, if it has one.
    pub now: Option<Value>,
    /// Its entry afterwards; for a conflict, what the config asks for.
    pub then: Value,
}

/// The difference between a schema and what an import needs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Diff {
    /// In the order of the keys.
    pub changes: Vec<Change>,
}

impl Diff {
    /// Whether nothing has to be saved. Conflicts do not count: they cannot be saved.
    pub fn is_empty(&self) -> bool {
        self.changes.iter().all(|change| change.kind == ChangeKind::Conflict)
    }

    /// The keys whose type contradicts.
    pub fn conflicts(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.kind == ChangeKind::Conflict)
    }

    /// The schema with the changes made and everything else, known or not, untouched. Conflicting keys keep their type.
    pub fn apply(&self, schema: &Map<String, Value>) -> Map<String, Value> {
        let mut merged = schema.clone();
        for change in self.changes.iter().filter(|change| change.kind != ChangeKind::Conflict) {
            merged.insert(change.key.clone(), change.then.clone());
        }
        merged
    }
}

/// Finds what has to change for the schema to hold the wanted keys.
///
/// Every change is an [`Edit`] that the SDK's rules allow, and fewer than they allow: a scalar may be typed anew from another
/// scalar, which is nevertheless a conflict here because filters that others built would break. A softly deleted key comes
/// back as what it was, an enum with the missing options; a scalar may come back as another scalar.
pub fn diff(schema: &Map<String, Value>, wanted: &BTreeMap<String, KeyType>) -> Diff {
    let changes = wanted
        .iter()
        .filter_map(|(key, wanted)| {
            let now = schema.get(key);
            let (kind, edits) = edits(key, now, wanted)?;
            let mut scratch: Map<String, Value> = now.map(|now| (key.clone(), now.clone())).into_iter().collect();
            let allowed = kind != ChangeKind::Conflict && edits.iter().all(|edit| edit.apply(&mut scratch).is_ok());
            let (kind, then) = match scratch.remove(key) {
                Some(then) if allowed => (kind, then),
                _ => (ChangeKind::Conflict, wanted.wire()),
            };
            Some(Change { key: key.clone(), kind, now: now.cloned(), then })
        })
        .collect();
    Diff { changes }
}

/// The same with edits besides, made in their order. A key that is wanted is never deleted: what is wanted outweighs the edits of
/// its key. An edit that is already so, or that the schema does not allow, changes nothing; a key that is deleted softly can be
/// deleted for ever, which the SDK allows after a restoration only.
pub fn diff_with(schema: &Map<String, Value>, wanted: &BTreeMap<String, KeyType>, edits: &[Edit]) -> Diff {
    let mut difference = diff(schema, wanted);
    let edits: Vec<&Edit> = edits.iter().filter(|edit| !wanted.contains_key(edit.key())).collect();
    let mut after: Map<String, Value> = Map::new();
    for edit in &edits {
        let key = edit.key();
        if let (false, Some(now)) = (after.contains_key(key), schema.get(key)) {
            after.insert(key.to_owned(), now.clone());
        }
        let is_deleted = after.get(key).is_some_and(|entry| entry["ty"] == "tombstone");
        if is_deleted && matches!(edit, Edit::Delete { for_ever: true, .. }) {
            // Of a key that is deleted for ever already, both are refused.
            let _ = Edit::Restore { key: key.to_owned() }.apply(&mut after);
        }
        let _ = edit.apply(&mut after);
    }
    let edited: BTreeSet<&str> = edits.iter().map(|edit| edit.key()).collect();
    let changes = edited.into_iter().filter_map(|key| {
        let (now, then) = (schema.get(key), after.get(key)?);
        let kind = kind(now, then)?;
        Some(Change { key: key.to_owned(), kind, now: now.cloned(), then: then.clone() })
    });
    difference.changes.extend(changes);
    difference.changes.sort_by(|one, other| one.key.cmp(&other.key));
    difference
}

/// What happened to an entry that edits led to another one; `None` where they led back.
fn kind(now: Option<&Value>, then: &Value) -> Option<ChangeKind> {
    let is_deleted = |entry: &Value| entry["ty"] == "tombstone";
    match now {
        Some(now) if now == then => None,
        _ if is_deleted(then) && then["deleted_ty"].is_null() => Some(ChangeKind::DeleteForEver),
        _ if is_deleted(then) => Some(ChangeKind::Delete),
        None => Some(ChangeKind::Add),
        Some(now) if is_deleted(now) => Some(ChangeKind::Restore),
        Some(_) => Some(ChangeKind::Widen),
    }
}

/// The edits that lead from an entry to the wanted type, whether they are allowed or not; `None` when there is nothing to do.
fn edits(key: &str, now: Option<&Value>, wanted: &KeyType) -> Option<(ChangeKind, Vec<Edit>)> {
    let add = || vec![Edit::Add { key: key.to_owned(), key_type: wanted.clone() }];
    let Some(now) = now else { return Some((ChangeKind::Add, add())) };
    let widen = |missing| Edit::AddOptions { key: key.to_owned(), options: missing };
    if now["ty"] == "tombstone" {
        let restore = Edit::Restore { key: key.to_owned() };
        let edits = match missing(&now["deleted_ty"], wanted) {
            None => add(),
            Some(missing) if missing.is_empty() => vec![restore],
            Some(missing) => vec![restore, widen(missing)],
        };
        return Some((ChangeKind::Restore, edits));
    }
    match missing(now, wanted) {
        None => Some((ChangeKind::Conflict, Vec::new())),
        Some(missing) if missing.is_empty() => None,
        Some(missing) => Some((ChangeKind::Widen, vec![widen(missing)])),
    }
}

/// The options that an entry of the wanted type lacks, none unless it is an enum; `None` when its type is another one.
fn missing(entry: &Value, wanted: &KeyType) -> Option<Vec<String>> {
    match (KeyType::read(entry)?, wanted) {
        (KeyType::Enum(have), KeyType::Enum(wanted)) => {
            Some(wanted.iter().filter(|option| !have.contains(option)).cloned().collect())
        }
        (held, wanted) => (held == *wanted).then(Vec::new),
    }
}

/// A schema entry in a few words: `number`, `enum: a, b`, `embedding of 512`, `deleted number`.
pub fn describe(entry: &Value) -> String {
    match entry["ty"].as_str().unwrap_or_default() {
        "variant" => entry["hint"].as_str().unwrap_or("text").to_owned(),
        "enum" => {
            let values: Vec<&str> =
                entry["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            format!("enum: {}", values.join(", "))
        }
        "embedding" => format!("embedding of {}", entry["size"]),
        "tombstone" if entry["deleted_ty"].is_null() => "deleted for ever".to_owned(),
        "tombstone" => format!("deleted {}", describe(&entry["deleted_ty"])),
        "" => "unknown type".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::key_type::Scalar;
    use serde_json::json;

    fn schema() -> Map<String, Value> {
        serde_json::from_value(json!({
            "n": {"ty": "variant", "hint": "number"},
            "strict": {"ty": "varchar", "max_length": 100},
            "e": {"ty": "enum", "values": ["x", "y"], "future": 1},
            "emb": {"ty": "embedding", "size": 512, "api": null},
            "gone": {"ty": "tombstone", "deleted_ty": {"ty": "variant", "hint": "uuid"}},
            "gone enum": {"ty": "tombstone", "deleted_ty": {"ty": "enum", "values": ["b"]}},
            "hard": {"ty": "tombstone", "deleted_ty": null},
            "strange": {"ty": "hologram", "depth": 3},
        }))
        .unwrap()
    }

    fn change(key: &str, wanted: KeyType) -> Option<(ChangeKind, String)> {
        let diff = diff(&schema(), &BTreeMap::from([(key.to_owned(), wanted)]));
        diff.changes.first().map(|change| (change.kind.clone(), describe(&change.then)))
    }

    #[test]
    fn each_key_is_added_widened_restored_refused_or_left() {
        use ChangeKind::{Add, Conflict, Restore, Widen};
        let number = || KeyType::Scalar(Scalar::Number);
        for (key, wanted, expected) in [
            ("new", number(), Some((Add, "number"))),
            ("n", number(), None),
            ("n", KeyType::Scalar(Scalar::Text), Some((Conflict, "text"))),
            ("strict", KeyType::Scalar(Scalar::Varchar), None),
            ("e", KeyType::Enum(vec!["x".into()]), None),
            ("e", KeyType::Enum(vec!["a".into(), "y".into()]), Some((Widen, "enum: a, x, y"))),
            ("e", number(), Some((Conflict, "number"))),
            ("emb", KeyType::Embedding(512), None),
            ("emb", KeyType::Embedding(256), Some((Conflict, "embedding of 256"))),
            ("gone", KeyType::Scalar(Scalar::Uuid), Some((Restore, "uuid"))),
            ("gone", number(), Some((Restore, "number"))),
            ("gone", KeyType::Geospatial, Some((Conflict, "geospatial"))),
            ("gone enum", KeyType::Enum(vec!["b".into()]), Some((Restore, "enum: b"))),
            ("gone enum", KeyType::Enum(vec!["a".into(), "b".into()]), Some((Restore, "enum: a, b"))),
            ("gone enum", number(), Some((Conflict, "number"))),
            ("hard", number(), Some((Conflict, "number"))),
            ("strange", number(), Some((Conflict, "number"))),
        ] {
            let expected = expected.map(|(kind, text)| (kind, text.to_owned()));
            assert_eq!(change(key, wanted.clone()), expected, "{key} as {wanted:?}");
        }
    }

    #[test]
    fn edits_are_changes_too_and_what_is_wanted_outweighs_them() {
        use ChangeKind::{Delete, DeleteForEver, Restore};
        let delete = |key: &str, for_ever| Edit::Delete { key: key.into(), for_ever };
        let restore = |key: &str| Edit::Restore { key: key.into() };
        for (edits, expected) in [
            (vec![delete("n", false)], Some((Delete, "deleted number"))),
            (vec![delete("n", true)], Some((DeleteForEver, "deleted for ever"))),
            (vec![delete("gone", true)], Some((DeleteForEver, "deleted for ever"))),
            (vec![restore("gone")], Some((Restore, "uuid"))),
            (vec![restore("gone"), delete("gone", false)], None),
            (vec![delete("gone", false)], None),
            (vec![delete("hard", true)], None),
            (vec![restore("hard")], None),
            (vec![restore("n")], None),
            (vec![delete("missing", true)], None),
            (vec![delete("emb", true)], None),
        ] {
            let wanted = BTreeMap::from([("emb".to_owned(), KeyType::Embedding(512))]);
            let found = diff_with(&schema(), &wanted, &edits);
            let found = found.changes.first().map(|change| (change.kind.clone(), describe(&change.then)));
            assert_eq!(found, expected.map(|(kind, text)| (kind, text.to_owned())), "{edits:?}");
        }
        let wanted = BTreeMap::from([("z".to_owned(), KeyType::Geospatial)]);
        let both = diff_with(&schema(), &wanted, &[delete("n", false), delete("e", true)]);
        assert_eq!(both.changes.iter().map(|change| change.key.as_str()).collect::<Vec<_>>(), ["e", "n", "z"]);
        let after = both.apply(&schema());
        assert_eq!(after.len(), schema().len() + 1);
        assert_eq!(after["n"], json!({"ty": "tombstone", "deleted_ty": schema()["n"]}));
    }

    #[test]
    fn applying_keeps_everything_that_is_not_ours() {
        let wanted = BTreeMap::from([
            ("new".to_owned(), KeyType::Geospatial),
            ("n".to_owned(), KeyType::Scalar(Scalar::Text)),
            ("e".to_owned(), KeyType::Enum(vec!["z".into()])),
        ]);
        let before = schema();
        let difference = diff(&before, &wanted);
        let after = difference.apply(&before);
        assert_eq!(after.len(), before.len() + 1);
        assert_eq!(after["strange"], before["strange"]);
        assert_eq!(after["n"], before["n"]);
        assert_eq!(after["e"], json!({"ty": "enum", "values": ["x", "y", "z"], "future": 1}));
        let again = diff(&after, &wanted);
        assert!(again.is_empty() && again.conflicts().count() == 1);
    }
}
