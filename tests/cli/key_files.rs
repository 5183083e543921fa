//! Every way in which a key file can be wrong, through the door by which the program takes one.

use std::{
    collections::BTreeSet,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use azure_to_encord::{
    config::Encord,
    error::{ErrorKind, UserError},
    service::KeySource,
    wizard::KeyFacts,
};
use secrecy::SecretString;
use tempfile::TempDir;

use crate::support::{events::events, keys::Key, program};

const PASSPHRASE: &str = "correct horse";

fn open(path: &Path, passphrase: Option<&str>) -> KeySource {
    let encord = Encord { ssh_key_file: Some(path.to_str().unwrap().to_owned()), ..Encord::default() };
    KeySource::open(&encord, passphrase.map(SecretString::from).as_ref())
}

fn ready(path: &Path) -> KeyFacts {
    match open(path, Some(PASSPHRASE)) {
        KeySource::Ready(_, facts) => facts,
        KeySource::Locked(problem) | KeySource::Unusable(problem) => panic!("{}: {problem}", path.display()),
    }
}

fn refused(path: &Path, passphrase: Option<&str>) -> (bool, UserError) {
    match open(path, passphrase) {
        KeySource::Ready(..) => panic!("{} was taken", path.display()),
        KeySource::Locked(problem) => (true, problem),
        KeySource::Unusable(problem) => (false, problem),
    }
}

/// Writes a file that only its owner may read.
fn write(dir: &TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = dir.path().join(name);
    std::fs::write(&path, content).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

fn keygen(dir: &TempDir, name: &str, arguments: &[&str]) -> PathBuf {
    let path = dir.path().join(name);
    let run = Command::new("ssh-keygen").args(["-q", "-N", "", "-f"]).arg(&path).args(arguments).output().unwrap();
    assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    path
}

#[test]
fn each_mistake_has_a_message_of_its_own_that_names_the_file_and_the_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let key = Key::new();
    let (pem, locked) = (key.pem(), key.encrypted_pem(PASSPHRASE));
    let rsa = keygen(&dir, "rsa", &["-t", "rsa", "-b", "2048"]);
    let cases: [(PathBuf, Option<&str>, &[&str]); 15] = [
        (dir.path().join("absent"), None, &["there is no SSH key", "ssh-keygen -t ed25519"]),
        (dir.path().to_owned(), None, &["cannot be read", "directory", "check that it is a file"]),
        (write(&dir, "empty", ""), None, &["it is empty"]),
        (write(&dir, "key.pub", key.public_line()), None, &["public key", "without .pub"]),
        (write(&dir, "top", &pem[..pem.len() / 2]), None, &["cut short", "END line"]),
        (write(&dir, "mangled", pem.replacen("\nb3B", "\n***", 1)), None, &["damaged", "not base64"]),
        (rsa, None, &["type RSA", "Ed25519 keys only"]),
        (keygen(&dir, "ecdsa", &["-t", "ecdsa"]), None, &["type ECDSA", "Ed25519 keys only"]),
        (write(&dir, "putty", "PuTTY-User-Key-File-3: ssh-ed25519\n"), None, &["PuTTYgen", "Export OpenSSH key"]),
        (
            write(&dir, "certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            None,
            &["holds a certificate"],
        ),
        (write(&dir, "binary", [0xff, 0xfe, 0]), None, &["a binary file"]),
        (write(&dir, "letter", "Dear Ann,"), None, &["no line `-----BEGIN OPENSSH PRIVATE KEY-----`"]),
        (
            write(&dir, "pkcs8", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"),
            None,
            &["encrypted PKCS#8", "ssh-keygen -t ed25519"],
        ),
        (write(&dir, "locked", &locked), None, &["protected by a passphrase", "ENCORD_SSH_KEY_PASSPHRASE"]),
        (write(&dir, "wrong", &locked), Some("no"), &["does not open", "type it again"]),
    ];
    let mut messages = BTreeSet::new();
    for (path, passphrase, words) in &cases {
        let (is_locked, problem) = refused(path, *passphrase);
        let text = problem.to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{}: {text}", path.display());
        assert!(text.contains(path.to_str().unwrap()) && text.contains("ssh_key_file"), "{text}");
        assert!(!text.contains("b3BlbnNzaC1rZXk"), "key material: {text}");
        assert_eq!(is_locked, path.ends_with("locked") || path.ends_with("wrong"), "{text}");
        assert_eq!(problem.kind, ErrorKind::Config);
        messages.insert(text.replace(path.to_str().unwrap(), "PATH"));
    }
    assert_eq!(messages.len(), cases.len(), "{messages:#?}");
}

#[test]
fn sound_keys_are_taken_whatever_their_line_endings_and_wrapping() {
    let dir = tempfile::tempdir().unwrap();
    let key = Key::new();
    let plain = write(&dir, "plain", key.pem());
    let fingerprint = ready(&plain).fingerprint;
    let listed = Command::new("ssh-keygen").arg("-lf").arg(&plain).output().unwrap();
    assert!(String::from_utf8(listed.stdout).unwrap().contains(&fingerprint));
    for path in [
        write(&dir, "crlf", key.pem().replace('\n', "\r\n")),
        write(&dir, "spaced", format!("\n\n  {}\n\n", key.pem())),
        write(&dir, "locked", key.encrypted_pem(PASSPHRASE)),
        write(&dir, "locked-crlf", key.encrypted_pem(PASSPHRASE).replace('\n', "\r\n")),
    ] {
        let facts = ready(&path);
        assert_eq!(facts.fingerprint, fingerprint, "{}", path.display());
        assert_eq!(facts.source, format!("{} (ssh_key_file)", path.display()));
        assert_eq!(facts.warning, None);
    }
}

#[test]
fn a_file_that_others_may_use_is_taken_with_a_warning() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(&dir, "my key's", Key::new().pem());
    for (mode, warned) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true), (0o644, true), (0o620, true)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let warning = ready(&path).warning;
        assert_eq!(warning.is_some(), warned, "{mode:o}");
        if let Some((seen, fix)) = warning {
            assert!(seen.contains(&format!("{mode:04o}")), "{seen}");
            // The advice is a command that works as it stands.
            assert!(Command::new("sh").args(["-c", &fix]).status().unwrap().success(), "{fix}");
            assert_eq!(ready(&path).warning, None);
        }
    }
}

/// The built program names the variable that it took the key from.
#[test]
fn the_variable_that_wins_is_named() {
    let home = tempfile::tempdir().unwrap();
    let (file_key, text_key) = (Key::new(), Key::new());
    let path = write(&home, "from-file", file_key.pem());
    let config = crate::support::config::ConfigText::default()
        // Nobody listens there.
        .text("encord", "domain", "http://127.0.0.1:9")
        .write(home.path(), "case.toml");
    let seen = |variables: &[(&str, &str)]| {
        let mut command = program::program(home.path(), &["check", config.to_str().unwrap(), "--json"]);
        let ended = program::run(command.envs(variables.iter().copied()));
        let found = events(&ended).into_iter().find(|event| event["id"] == "encord.key");
        found.unwrap_or_else(|| panic!("{ended:?}"))["detail"].as_str().unwrap().to_owned()
    };
    let file = path.to_str().unwrap();
    let (file_fingerprint, text) = (ready(&path).fingerprint, text_key.pem());
    let both = seen(&[("ENCORD_SSH_KEY_FILE", file), ("ENCORD_SSH_KEY", &text)]);
    assert!(both.contains(&file_fingerprint), "{both}");
    assert!(both.contains("ENCORD_SSH_KEY_FILE, which goes before ENCORD_SSH_KEY"), "{both}");
    let one = seen(&[("ENCORD_SSH_KEY_FILE", file)]);
    assert!(one.contains(&format!("{file} (ENCORD_SSH_KEY_FILE)")), "{one}");
    let other = seen(&[("ENCORD_SSH_KEY", &text)]);
    assert!(other.contains("ENCORD_SSH_KEY") && !other.contains(&file_fingerprint), "{other}");
}
