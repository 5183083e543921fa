//! Private keys that may be the one registered in Encord.

use std::{
    cmp::Reverse,
    path::{Path, PathBuf},
};

use secrecy::SecretString;

use crate::{
    encord::key::{KeyError, SigningKey, file::KeyLook},
    service::integration::discover::Environment,
    wizard::connections::KeyCandidate,
};

/// The most files of a directory that are looked at.
const MOST_FILES: usize = 200;
const KEY_FILE: &str = "ENCORD_SSH_KEY_FILE";
const KEY: &str = "ENCORD_SSH_KEY";
/// What lies beside keys and never is one.
const OTHER_FILES: [&str; 6] = ["config", "known_hosts", "known_hosts.old", "authorized_keys", "environment", "rc"];

/// Keys in `~/.ssh` and those that the environment names: the named one first, then usable ones, likelier names before others.
pub(super) fn find(home: &Path, environment: Environment<'_>) -> Vec<KeyCandidate> {
    let named_file = environment(KEY_FILE);
    let mut keys = in_directory(home);
    if let Some(named) = &named_file {
        let path = expanded(home, named);
        match keys.iter_mut().find(|key| expanded(home, &key.path) == path) {
            Some(key) => key.named_by = Some(KEY_FILE),
            None => keys.push(named_candidate(named, &path)),
        }
    }
    if let Some(text) = environment(KEY) {
        let mut key = in_variable(&SecretString::from(text));
        if named_file.is_some() {
            key.is_usable = false;
            key.note = Some(format!("not used: {KEY_FILE} goes before it"));
        }
        keys.push(key);
    }
    keys.sort_by_cached_key(|key| {
        let is_for_encord = [&key.path, &key.comment].iter().any(|text| text.to_lowercase().contains("encord"));
        let is_default = key.path.ends_with("/id_ed25519");
        (Reverse((key.is_usable, key.named_by.is_some(), is_for_encord, is_default)), key.path.clone())
    });
    keys
}

fn in_directory(home: &Path) -> Vec<KeyCandidate> {
    let mut names: Vec<PathBuf> = std::fs::read_dir(home.join(".ssh"))
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            !name.ends_with(".pub") && !OTHER_FILES.contains(&&*name)
        })
        .collect();
    names.sort();
    names.truncate(MOST_FILES);
    let look = |path: &PathBuf| Some(candidate(shown(home, path), KeyLook::at(path).ok()??));
    names.iter().filter_map(look).collect()
}

fn candidate(path: String, look: KeyLook) -> KeyCandidate {
    let mut notes: Vec<String> = look.unusable.iter().cloned().collect();
    if look.is_encrypted {
        notes.push("asks for its passphrase".to_owned());
    }
    if look.open_to_others.is_some() {
        notes.push("others may read it".to_owned());
    }
    KeyCandidate {
        path,
        kind: look.kind,
        comment: look.comment,
        fingerprint: look.fingerprint,
        named_by: None,
        note: (!notes.is_empty()).then(|| notes.join("; ")),
        is_usable: look.unusable.is_none(),
    }
}

/// The file that the environment names is listed whatever it is, so that the user sees why it will not do.
fn named_candidate(named: &str, path: &Path) -> KeyCandidate {
    let problem = match KeyLook::at(path) {
        Ok(Some(look)) => return KeyCandidate { named_by: Some(KEY_FILE), ..candidate(named.to_owned(), look) },
        Ok(None) if path.is_dir() => "it is a directory".to_owned(),
        Ok(None) => "it is not a private key".to_owned(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        Err(error) => format!("it cannot be read: {error}"),
    };
    unusable(named.to_owned(), KEY_FILE, problem)
}

/// A key in the variable itself has no path.
fn in_variable(text: &SecretString) -> KeyCandidate {
    let found = |fingerprint, comment, note: Option<&str>| KeyCandidate {
        path: String::new(),
        kind: "Ed25519".to_owned(),
        comment,
        fingerprint,
        named_by: Some(KEY),
        note: note.map(str::to_owned),
        is_usable: true,
    };
    match SigningKey::from_openssh(text, None) {
        Ok(key) => found(key.fingerprint(), key.comment().to_owned(), None),
        Err(KeyError::Encrypted) => found(String::new(), String::new(), Some("asks for its passphrase")),
        Err(error) => unusable(String::new(), KEY, error.to_string()),
    }
}

fn unusable(path: String, named_by: &'static str, note: String) -> KeyCandidate {
    KeyCandidate {
        path,
        kind: "unknown".to_owned(),
        comment: String::new(),
        fingerprint: String::new(),
        named_by: Some(named_by),
        note: Some(note),
        is_usable: false,
    }
}

/// As a config names it: below the user's home with `~/`.
fn shown(home: &Path, path: &Path) -> String {
    match path.strip_prefix(home) {
        Ok(rest) => format!("~/{}", rest.to_string_lossy()),
        Err(_) => path.to_string_lossy().into_owned(),
    }
}

fn expanded(home: &Path, path: &str) -> PathBuf {
    path.strip_prefix("~/").map_or_else(|| PathBuf::from(path), |rest| home.join(rest))
}
